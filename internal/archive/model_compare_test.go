package archive

import (
	"maps"
	"slices"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"mailquarry/internal/mail"
)

func (m *model) compare(step string, before Seq) {
	ctx := m.t.Context()
	type view struct {
		Folder  mail.FolderID
		Deleted bool
		Payload string
		Parts   []mail.Part
		Stamp   string
	}
	want, keys := map[string]view{}, slices.Sorted(maps.Keys(m.messages))
	for k, x := range m.messages {
		want[k] = view{m.folders[x.folder].id, x.deleted, x.payload, x.parts, x.stamp}
	}
	stored := must[map[string]Stored](m.t)(m.a.Lookup(ctx, m.box, append(keys, "never stored")))
	got, fed, ids := map[string]view{}, map[string]view{}, []mail.MessageID{}
	for k, s := range stored {
		got[k] = view{s.Folder, s.Deleted, string(s.Payload), s.Parts, s.Stamp}
		ids = append(ids, s.ID)
	}
	if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" {
		m.t.Errorf("after %s, Lookup: %s", step, d)
	}
	last, changed := Seq(0), map[string]bool{}
	live := 0
	for _, r := range feed(m.t, m.a, 0) {
		if r.Seq <= last {
			m.t.Errorf("after %s, Since yields %d after %d", step, r.Seq, last)
		}
		last = r.Seq
		fed[r.Key] = view{r.Folder, r.Deleted, string(r.Payload), r.Parts, stored[r.Key].Stamp}
		if r.Seq > before {
			changed[r.Key] = true
		}
		if !r.Deleted {
			live++
		}
	}
	if d := cmp.Diff(want, fed, cmpopts.EquateEmpty()); d != "" {
		m.t.Errorf("after %s, Since: %s", step, d)
	}
	if d := cmp.Diff(m.changed, changed); d != "" {
		m.t.Errorf("after %s, changed: %s", step, d)
	}
	if n := must[int](m.t)(m.a.Backlog(ctx, before)); n != len(changed) {
		m.t.Errorf("after %s, Backlog is %d, want %d", step, n, len(changed))
	}
	if n := len(must[[]Record](m.t)(m.a.Records(ctx, ids))); n != live {
		m.t.Errorf("after %s, Records gives %d, want %d", step, n, live)
	}
	m.compareFolders(step, before)
}

func (m *model) compareFolders(step string, indexed Seq) {
	ctx := m.t.Context()
	status := map[mail.FolderID]FolderStatus{}
	for _, s := range must[[]FolderStatus](m.t)(m.a.Status(ctx, indexed)) {
		status[s.Folder.ID] = s
	}
	for at, f := range m.folders {
		var unseen []string
		stored, kept, failed, fresh := 0, 0, len(f.problems), 0
		for k, x := range m.messages {
			if x.folder != at || x.deleted {
				continue
			}
			if x.gone.IsZero() {
				stored++
			} else {
				kept++
			}
			if m.changed[k] {
				fresh++
			}
			if !x.seen && x.gone.IsZero() {
				unseen = append(unseen, k)
			}
			if anyFailed(x.parts) {
				failed++
			}
		}
		got := must[[]string](m.t)(m.a.Unseen(ctx, f.id))
		slices.Sort(got)
		slices.Sort(unseen)
		if d := cmp.Diff(unseen, got, cmpopts.EquateEmpty()); d != "" {
			m.t.Errorf("after %s, Unseen of folder %d: %s", step, at, d)
		}
		cur, full, err := m.a.MessageCursor(ctx, f.id)
		if wantFull := f.full && !f.cursor.Complete; err != nil || cur != f.cursor || full != wantFull {
			m.t.Errorf("after %s, cursor of folder %d: %v %v %v, want %v %v", step, at, cur, full, err, f.cursor, wantFull)
		}
		s, ok := status[f.id]
		if ok != (!f.gone || kept > 0) {
			m.t.Errorf("after %s, folder %d is listed: %v", step, at, ok)
		}
		if ok && (s.Stored != stored || s.Kept != kept || s.Folder.Gone != f.gone || s.Folder.Excluded != f.excluded || s.Indexed != stored+kept-fresh || s.Failed != failed || s.Complete != f.done) {
			m.t.Errorf("after %s, status of folder %d is %+v, want %d stored, %d kept, %d indexed, %d failed, complete %v",
				step, at, s, stored, kept, stored+kept-fresh, failed, f.done)
		}
	}
}
