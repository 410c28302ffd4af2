package operate

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"mailquarry/internal/access"
	"mailquarry/internal/archive"
	"mailquarry/internal/mail"
	"mailquarry/internal/source"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// running is a sync that goes as the test says.
type running struct {
	mu    sync.Mutex
	live  Live
	woken []string
}

func (r *running) Live() Live { return r.live }

func (r *running) Wake(keys ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.woken = append(r.woken, keys...)
}

// office is a desk over an archive with two mailboxes of two folders each.
type office struct {
	*Desk
	archive *archive.Archive
	boxes   []archive.Mailbox // ann, ben
	folders map[mail.MailboxID][]archive.Folder
	sync    *running
}

func newOffice(t *testing.T, compare func(context.Context, []mail.MailboxID) error) *office {
	t.Helper()
	ctx := t.Context()
	a, err := archive.Open(ctx, filepath.Join(t.TempDir(), "data"))
	must(t, err)
	t.Cleanup(func() { must(t, a.Close()) })
	must(t, a.CommitMailboxes(ctx, "graph", source.MailboxPage{Mailboxes: []source.Mailbox{
		{Key: "key-ann", Address: "ann@contoso.example", Name: "Ann", Aliases: []string{"a@contoso.example"}},
		{Key: "key-ben", Address: "ben@contoso.example", Name: "Ben"},
	}}))
	o := &office{archive: a, folders: map[mail.MailboxID][]archive.Folder{}, sync: &running{}}
	o.boxes, err = a.Mailboxes(ctx)
	must(t, err)
	for _, b := range o.boxes {
		must(t, a.CommitFolders(ctx, b.ID, source.FolderPage{Folders: []source.Folder{
			{Key: "in-" + b.Key, Name: "Inbox", WellKnown: "inbox"}, {Key: "out-" + b.Key, Name: "Sent"},
		}}, archive.Removal{}))
		o.folders[b.ID], err = a.Folders(ctx, b.ID)
		must(t, err)
	}
	o.Desk = New(Config{Archive: a, Sync: o.sync, Compare: compare})
	return o
}

func (o *office) problem(t *testing.T, box int, kind, key string) {
	t.Helper()
	id := o.boxes[box].ID
	now := time.Now()
	must(t, o.archive.SetProblems(t.Context(), []archive.Problem{{
		Mailbox: id, Folder: o.folders[id][0].ID, Kind: archive.ProblemKind(kind), Key: key, Reason: "It is broken.", First: now, Last: now, Next: now.Add(time.Hour),
	}}))
}

// Whoever forgets to ask who it is gets nothing, whatever is asked.
func TestNobodyIsRefused(t *testing.T) {
	t.Parallel()
	o := newOffice(t, func(context.Context, []mail.MailboxID) error { return nil })
	var nobody access.Principal
	for name, ask := range map[string]func() error{
		"live":      func() error { _, err := o.Live(t.Context(), nobody); return err },
		"problems":  func() error { _, err := o.Problems(t.Context(), nobody, ProblemQuery{Limit: 1}); return err },
		"retry":     func() error { _, err := o.Retry(t.Context(), nobody, RetryRequest{All: true}); return err },
		"coverage":  func() error { _, err := o.Coverage(t.Context(), nobody, nil); return err },
		"progress":  func() error { _, err := o.Progress(t.Context(), nobody); return err },
		"reconcile": func() error { _, err := o.Reconcile(t.Context(), nobody, nil); return err },
		"holds":     func() error { _, err := o.Holds(t.Context(), nobody); return err },
		"hold":      func() error { _, err := o.Hold(t.Context(), nobody, HoldRequest{Query: "a", Reason: "b"}); return err },
		"release":   func() error { return o.Release(t.Context(), nobody, 1) },
	} {
		if err := ask(); !errors.Is(err, ErrForbidden) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A retry reaches the problems that were named, and wakes those mailboxes only.
func TestRetry(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		ask   RetryRequest
		count int
		woken []string
		fault string
	}{
		"by number":       {RetryRequest{IDs: []int64{2}}, 1, []string{"key-ann"}, ""},
		"of two":          {RetryRequest{IDs: []int64{1, 3}}, 2, []string{"key-ann", "key-ben"}, ""},
		"solved already":  {RetryRequest{IDs: []int64{77}}, 0, nil, ""},
		"by address":      {RetryRequest{Mailbox: " BEN@contoso.example"}, 1, []string{"key-ben"}, ""},
		"by alias":        {RetryRequest{Mailbox: "a@contoso.example"}, 2, []string{"key-ann"}, ""},
		"all":             {RetryRequest{All: true}, 3, []string{"key-ann", "key-ben"}, ""},
		"nothing":         {RetryRequest{}, 0, nil, "ids"},
		"two at once":     {RetryRequest{All: true, IDs: []int64{1}}, 0, nil, "ids"},
		"no number":       {RetryRequest{IDs: []int64{0}}, 0, nil, "ids"},
		"no such mailbox": {RetryRequest{Mailbox: "eve"}, 0, nil, "mailbox"},
		"too many":        {RetryRequest{IDs: make([]int64, MaxProblems+1)}, 0, nil, "ids"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, nil)
			o.problem(t, 0, "message", "1")
			o.problem(t, 0, "attachments", "2")
			o.problem(t, 1, "message", "3")
			got, err := o.Retry(t.Context(), access.Operator(), tt.ask)
			var wrong *RequestError
			if errors.As(err, &wrong) != (tt.fault != "") || wrong != nil && wrong.Field != tt.fault {
				t.Fatalf("error %v, want one of %q", err, tt.fault)
			}
			slices.Sort(o.sync.woken)
			if got.Problems != tt.count || !slices.Equal(o.sync.woken, tt.woken) {
				t.Errorf("%d tried again and %v woken, want %d and %v", got.Problems, o.sync.woken, tt.count, tt.woken)
			}
			due, err := o.archive.Problems(t.Context(), archive.ProblemFilter{Due: time.Now(), Limit: 10})
			if err != nil || len(due) != tt.count {
				t.Errorf("%d are due: %v", len(due), err)
			}
		})
	}
}

// The report counts what is where, and is a proof only when every folder of
// every mailbox that is synced was compared and nothing is left over.
func TestCoverage(t *testing.T) {
	t.Parallel()
	row := func(o *office, box, folder int, change func(*archive.Coverage)) archive.Coverage {
		id := o.boxes[box].ID
		c := archive.Coverage{Mailbox: id, Folder: o.folders[id][folder].ID, At: time.Now(), Source: 10, Stored: 9, Indexed: 9, SetAside: 1}
		if change != nil {
			change(&c)
		}
		return c
	}
	for name, tt := range map[string]struct {
		change     func(*archive.Coverage) // of ben's second folder
		skip       bool                    // it was never compared
		state      archive.MailboxState    // of ben
		unverified int
		proven     bool
	}{
		"all is well":      {proven: true},
		"one unexplained":  {change: func(c *archive.Coverage) { c.Unexplained = 1 }},
		"not to the end":   {change: func(c *archive.Coverage) { c.Error = "The service did not answer." }, unverified: 1},
		"never compared":   {skip: true, unverified: 1},
		"refused":          {skip: true, state: archive.MailboxDenied, proven: true},
		"excluded":         {skip: true, state: archive.MailboxExcluded, proven: true},
		"gone for a while": {skip: true, state: archive.MailboxUnavailable, proven: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, nil)
			ctx := t.Context()
			if empty, err := o.Coverage(ctx, access.Operator(), nil); err != nil || empty.Proven() {
				t.Errorf("before any comparison: %v, proven %t", err, empty.Proven())
			}
			rows := []archive.Coverage{row(o, 0, 0, nil), row(o, 0, 1, nil), row(o, 1, 0, nil)}
			if !tt.skip {
				rows = append(rows, row(o, 1, 1, tt.change))
			}
			must(t, o.archive.SaveCoverage(ctx, rows))
			o.problem(t, 1, "message", "1")
			o.problem(t, 1, "message", "2")
			o.problem(t, 1, "attachment", "3")
			if tt.state != "" {
				must(t, o.archive.SetMailboxState(ctx, o.boxes[1].ID, tt.state, "That is why."))
			}
			got, err := o.Coverage(ctx, access.Operator(), nil)
			must(t, err)
			if got.Proven() != tt.proven || got.Unverified != tt.unverified {
				t.Errorf("proven %t, unverified %d: %+v", got.Proven(), got.Unverified, got)
			}
			if got.Source != 10*len(rows) || got.Stored != 9*len(rows) || got.SetAside != len(rows) || len(got.Mailboxes) != 2 {
				t.Errorf("counts %+v", got.Counts)
			}
			ben := got.Mailboxes[1]
			if ben.Folders != nil {
				t.Errorf("a summary lists folders: %+v", ben.Folders)
			}
			must(t, o.Detail(ctx, access.Operator(), got.Mailboxes[1:]))
			ben = got.Mailboxes[1]
			if len(ben.Folders) != 2 || len(got.Mailboxes[0].Folders) != 0 {
				t.Fatalf("%d folders of ben, %d of ann", len(ben.Folders), len(got.Mailboxes[0].Folders))
			}
			if c := ben.Folders[0].Causes; len(c) != 1 || c[0].Messages != 2 || c[0].Reason != "It is broken." {
				t.Errorf("causes %+v", c)
			}
			if len(ben.Unreachable) != 1 || !strings.Contains(ben.Unreachable[0].Why, "cannot be reached by this API") {
				t.Errorf("the in-place archive is passed over: %+v", ben.Unreachable)
			}
			read, unread := 2, 0
			switch tt.state {
			case archive.MailboxDenied, archive.MailboxUnavailable:
				read, unread = 1, 1
			case archive.MailboxExcluded:
				read = 1
			}
			if got.Compared != read || got.Unread != unread {
				t.Errorf("%d mailboxes compared and %d not to be read, want %d and %d", got.Compared, got.Unread, read, unread)
			}
			if one, err := o.Coverage(ctx, access.Operator(), []string{"ann@contoso.example"}); err != nil || len(one.Mailboxes) != 1 || !one.Proven() || one.Source != 20 {
				t.Errorf("ann alone: %v %+v", err, one.Counts)
			}
		})
	}
}

// Passes are done one at a time, of the mailboxes asked for, and tell how far
// they are and how they ended.
func TestReconcile(t *testing.T) {
	t.Parallel()
	asked, proceed := make(chan []mail.MailboxID), make(chan error)
	o := newOffice(t, func(ctx context.Context, ids []mail.MailboxID) error {
		asked <- ids
		select {
		case err := <-proceed:
			return err
		case <-ctx.Done():
			return ctx.Err()
		}
	})
	ctx := t.Context()
	if p, err := o.Progress(ctx, access.Operator()); err != nil || p.State != PassNone {
		t.Errorf("before any: %+v %v", p, err)
	}
	work, stop := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() { defer close(ended); _ = o.Run(work) }()
	until := func(state string) Pass {
		for {
			p, err := o.Progress(ctx, access.Operator())
			must(t, err)
			if p.State == state {
				return p
			}
		}
	}

	first, err := o.Reconcile(ctx, access.Operator(), nil)
	must(t, err)
	if ids := <-asked; ids != nil || first.State != PassRunning {
		t.Errorf("asked for %v, state %s", ids, first.State)
	}
	if _, err := o.Reconcile(ctx, access.Operator(), nil); !errors.Is(err, ErrBusy) {
		t.Errorf("a second pass: %v", err)
	}
	ann := o.boxes[0].ID
	must(t, o.archive.SaveCoverage(ctx, []archive.Coverage{{Mailbox: ann, Folder: o.folders[ann][0].ID, At: time.Now()}}))
	if p, _ := o.Progress(ctx, access.Operator()); p.Folders != 1 || p.Total != 4 {
		t.Errorf("%d of %d folders", p.Folders, p.Total)
	}
	proceed <- nil
	if p := until(PassDone); p.Folders != 4 || p.Ended.IsZero() {
		t.Errorf("done: %+v", p)
	}

	second, err := o.Reconcile(ctx, access.Operator(), []string{"ben@contoso.example"})
	must(t, err)
	if ids := <-asked; !slices.Equal(ids, []mail.MailboxID{o.boxes[1].ID}) || second.ID != first.ID+1 {
		t.Errorf("asked for %v as pass %d", ids, second.ID)
	}
	if p, _ := o.Progress(ctx, access.Operator()); p.Folders != 0 || p.Total != 2 {
		t.Errorf("%d of %d folders", p.Folders, p.Total)
	}
	proceed <- errors.New("the disk is on fire")
	if p := until(PassFailed); p.Error != "the disk is on fire" {
		t.Errorf("failed: %+v", p)
	}
	if _, err := o.Reconcile(ctx, access.Operator(), []string{"eve@contoso.example"}); err == nil {
		t.Error("a mailbox that is not there is compared")
	}

	_, err = o.Reconcile(ctx, access.Operator(), nil)
	must(t, err)
	<-asked
	stop()
	<-ended
	until(PassStopped)

	// What ended Run may end it before anything was asked for: who waits for the
	// pass has to be told, and not to wait for ever.
	if p, err := o.Reconcile(ctx, access.Operator(), nil); err != nil || p.State != PassStopped || p.Ended.IsZero() {
		t.Errorf("asked for after the end: %+v %v", p, err)
	}

	none := New(Config{Archive: o.archive})
	if _, err := none.Reconcile(ctx, access.Operator(), nil); !errors.Is(err, ErrNoSource) {
		t.Errorf("with nothing to compare with: %v", err)
	}
}

// A hold says what it holds and why, and covers exactly what was meant.
func TestHolds(t *testing.T) {
	t.Parallel()
	o := newOffice(t, nil)
	ctx := t.Context()
	for ask, field := range map[HoldRequest]string{
		{Query: "subject:lease"}: "reason",
		{Reason: "Case 17"}:      "mailbox",
		{Query: "lease", Mailbox: "ann@contoso.example", Reason: "Case 17"}:    "mailbox",
		{Mailbox: "eve@contoso.example", Reason: "Case 17"}:                    "mailbox",
		{Query: "subject:", Reason: "Case 17"}:                                 "query",
		{Query: "(lease", Reason: "Case 17"}:                                   "query",
		{Query: "lease", Reason: strings.Repeat("x", maxReason+1)}:             "reason",
		{Query: "lease nosuchfield: OR", Reason: "Case 17"}:                    "query",
		{Query: strings.Repeat("lease ", 2000), Reason: "Case 17 is too long"}: "query",
	} {
		_, err := o.Hold(ctx, access.Operator(), ask)
		var wrong *RequestError
		if !errors.As(err, &wrong) || wrong.Field != field {
			t.Errorf("%.60q: %v, want a fault of %s", ask.Query+ask.Mailbox, err, field)
		}
	}
	box, err := o.Hold(ctx, access.Operator(), HoldRequest{Mailbox: "a@contoso.example", Reason: " Case 17 "})
	must(t, err)
	if box.Mailbox == nil || box.Mailbox.Address != "ann@contoso.example" || box.Reason != "Case 17" || box.By != "operator" || box.Since.IsZero() {
		t.Errorf("hold %+v", box)
	}
	found, err := o.Hold(ctx, access.Operator(), HoldRequest{Query: "subject:lease", Reason: "Case 18"})
	must(t, err)
	if list, err := o.Holds(ctx, access.Operator()); err != nil || len(list) != 2 || list[1].Query != "subject:lease" || list[1].Mailbox != nil {
		t.Errorf("holds %+v %v", list, err)
	}
	must(t, o.Release(ctx, access.Operator(), box.ID))
	if err := o.Release(ctx, access.Operator(), box.ID); !errors.Is(err, ErrNotFound) {
		t.Errorf("released twice: %v", err)
	}
	if list, _ := o.Holds(ctx, access.Operator()); len(list) != 1 || list[0].ID != found.ID {
		t.Errorf("left are %+v", list)
	}
	o.check = func(context.Context, string) error { return &RequestError{"query", "no such folder"} }
	if _, err := o.Hold(ctx, access.Operator(), HoldRequest{Query: "in:nowhere", Reason: "Case 19"}); err == nil {
		t.Error("a query that cannot be judged is held")
	}
}

// Problems can be walked through by page, mailbox and kind.
func TestProblems(t *testing.T) {
	t.Parallel()
	o := newOffice(t, nil)
	for i := range 5 {
		o.problem(t, i%2, Kinds()[i%2], strconv.Itoa(i))
	}
	for name, tt := range map[string]struct {
		ask   ProblemQuery
		ids   []int64
		next  int64
		total int
	}{
		"first page":   {ProblemQuery{Limit: 3}, []int64{1, 2, 3}, 3, 5},
		"last page":    {ProblemQuery{Limit: 3, After: 3}, []int64{4, 5}, 0, 5},
		"full page":    {ProblemQuery{Limit: 5}, []int64{1, 2, 3, 4, 5}, 0, 5},
		"of a mailbox": {ProblemQuery{Limit: 9, Mailbox: "ben@contoso.example"}, []int64{2, 4}, 0, 2},
		"of a kind":    {ProblemQuery{Limit: 9, Kind: "message"}, []int64{1, 3, 5}, 0, 5},
	} {
		page, err := o.Problems(t.Context(), access.Operator(), tt.ask)
		must(t, err)
		var ids []int64
		for _, p := range page.Problems {
			ids = append(ids, p.ID)
			if p.Mailbox.Address == "" || p.Folder.Path == "" {
				t.Errorf("%s: problem %+v", name, p)
			}
		}
		if !slices.Equal(ids, tt.ids) || page.Next != tt.next || page.Total != tt.total {
			t.Errorf("%s: %v next %d of %d", name, ids, page.Next, page.Total)
		}
	}
}

// Without a sync the counts of problems are told all the same.
func TestLiveWithoutSync(t *testing.T) {
	t.Parallel()
	o := newOffice(t, nil)
	o.problem(t, 0, "message", "1")
	o.problem(t, 1, "message", "2")
	live, err := New(Config{Archive: o.archive}).Live(t.Context(), access.Operator())
	if err != nil || live.Running || live.Problems != 2 || live.Troubled[o.boxes[0].ID] != 1 {
		t.Errorf("%+v %v", live, err)
	}
}
