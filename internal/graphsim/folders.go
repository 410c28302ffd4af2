package graphsim

import (
	"net/http"
	"strconv"
	"strings"
)

func folderProperties() []string {
	return []string{"id", "displayname", "parentfolderid", "childfoldercount", "unreaditemcount", "totalitemcount", "ishidden", "sizeinbytes"}
}

func checkFolderSelect(sel selection) *apiError {
	if n := sel.unknown(folderProperties()); n != "" {
		return fail(http.StatusBadRequest, "RequestBroker--ParseUri",
			"Could not find a property named '%s' on type 'Microsoft.OutlookServices.MailFolder'.", n)
	}
	return nil
}

// write writes a folder object. The mailbox's lock is held.
func (f *Folder) write(sel selection, delta bool) []byte {
	o := &object{sel: sel}
	o.open()
	switch {
	case f.search:
		o.always("@odata.type", "#microsoft.graph.mailSearchFolder")
	case delta:
		o.always("@odata.type", "#microsoft.graph.mailFolder")
	}
	o.always("id", f.ID())
	o.str("displayName", f.name)
	parent := ""
	if f.parent != nil {
		parent = f.parent.ID()
	} else if f == f.box.root {
		// The root's parent is the invisible root of the whole mailbox.
		parent = f.box.encodeID(ref{kind: folderID, num: 1<<32 - 1})
	}
	o.nullable("parentFolderId", parent)
	o.int("childFolderCount", len(f.children(f.box.t.o.Quirks.CountHiddenChildren)))
	o.int("unreadItemCount", f.unread)
	o.int("totalItemCount", f.total)
	o.int("sizeInBytes", f.total*20480)
	o.bool("isHidden", f.hidden)
	if f.search && !sel.given {
		o.bool("isSupported", true)
		o.bool("includeNestedFolders", true)
		o.strs("sourceFolderIds", []string{f.box.root.ID()})
		o.str("filterQuery", "isRead eq false")
	}
	o.close()
	return o.buf
}

func (c *call) getFolder(f *Folder) (answer, *apiError) {
	sel := parseSelect(c.query.Get("$select"))
	if err := checkFolderSelect(sel); err != nil {
		return answer{}, err
	}
	f.box.mu.Lock()
	b := f.write(sel, false)
	f.box.mu.Unlock()
	return jsonAnswer(c.withContext(b, "users('"+f.box.id+"')/mailFolders/$entity")), nil
}

// listFolders answers mailFolders and childFolders: direct children only.
func (c *call) listFolders(m *Mailbox, parent *Folder) (answer, *apiError) {
	sel := parseSelect(c.query.Get("$select"))
	if err := checkFolderSelect(sel); err != nil {
		return answer{}, err
	}
	top, err := number(c.query, "$top", 10, 1000)
	if err != nil {
		return answer{}, err
	}
	skip, err := number(c.query, "$skip", 0, 1<<30)
	if err != nil {
		return answer{}, err
	}
	m.mu.Lock()
	all := parent.children(strings.EqualFold(c.query.Get("includeHiddenFolders"), "true"))
	page := all[min(skip, len(all)):min(skip+top, len(all))]
	items := make([][]byte, 0, len(page))
	for _, f := range page {
		items = append(items, f.write(sel, false))
	}
	m.mu.Unlock()
	link := ""
	if skip+top < len(all) {
		q := cloneQuery(c.query)
		q.Set("$skip", strconv.Itoa(skip+top))
		link = "https://" + c.host + "/v1.0/" + c.escaped + "?" + q.Encode()
	}
	return jsonAnswer(c.collection("users('"+m.id+"')/mailFolders", "@odata.nextLink", link, items)), nil
}

// foldersDelta answers mailFolders/delta: the whole tree below the root, flat,
// the root included.
func (c *call) foldersDelta(m *Mailbox) (answer, *apiError) {
	k, err := c.resume()
	if err != nil {
		return answer{}, err
	}
	if k == nil {
		if err := c.checkFoldersDelta(); err != nil {
			return answer{}, err
		}
	} else if k.Kind != "f" || k.Box != m.id {
		return answer{}, errForeignToken()
	}
	start := "users/" + m.id + "/mailFolders/delta"
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.overQuota {
		return answer{}, errOverQuota()
	}
	if k == nil {
		k = &syncToken{Kind: "f", Box: m.id, Full: true, Size: len(m.folders), From: len(m.tree), To: -1, Epoch: m.epoch, Select: c.query.Get("$select")}
	} else {
		if k.Epoch != m.epoch {
			return answer{}, c.gone(start, "The sync state is not found.")
		}
		if err := c.checkGeneration(k.Gen, m.treeGen, start); err != nil {
			return answer{}, err
		}
		if !k.Full && k.To < 0 {
			k.To = len(m.tree)
		}
	}
	m.treeGen++
	k.Gen = m.treeGen
	items, done := c.folderPage(m, k)
	if done {
		if !k.Full {
			k.From = k.To
		}
		*k = syncToken{Kind: "f", Box: m.id, From: k.From, To: -1, Epoch: k.Epoch, Gen: k.Gen, Select: k.Select}
	}
	name, link := c.link(start, *k, done)
	a := jsonAnswer(c.collection("Collection(mailFolder)", name, link, items))
	a.set("Preference-Applied", c.prefer.applied(true))
	return a, nil
}

func (c *call) checkFoldersDelta() *apiError {
	var bad []string
	for _, n := range []string{"$top", "$filter", "$orderby", "$search"} {
		if c.query.Has(n) {
			bad = append(bad, n)
		}
	}
	if len(bad) > 0 {
		return fail(http.StatusBadRequest, "ErrorInvalidUrlQuery",
			"The following parameters are not supported with change tracking over the 'Folders' resource: '%s'.", strings.Join(bad, ", "))
	}
	return checkFolderSelect(parseSelect(c.query.Get("$select")))
}

func (c *call) folderPage(m *Mailbox, k *syncToken) (items [][]byte, done bool) {
	sel := parseSelect(k.Select)
	size := pageSize(c.prefer)
	if k.Full {
		for ; k.At < k.Size && len(items) < size; k.At++ {
			if f := m.folders[k.At]; !f.removed && !f.beside && !(f.hidden && c.t.o.Quirks.NoHiddenInDelta) {
				items = append(items, f.write(sel, true))
			}
		}
		return items, k.At >= k.Size
	}
	last := make(map[int]int)
	for i := k.From; i < k.To; i++ {
		last[m.tree[i].num] = i
	}
	for k.At = max(k.At, k.From); k.At < k.To && len(items) < size; k.At++ {
		f := m.folders[m.tree[k.At].num]
		switch {
		case last[f.num] != k.At:
		case f.removed:
			items = append(items, []byte(`{"@odata.type":"#microsoft.graph.mailFolder","id":"`+f.ID()+`","@removed":{"reason":"deleted"}}`))
		case f.hidden && c.t.o.Quirks.NoHiddenInDelta:
		default:
			items = append(items, f.write(sel, true))
		}
	}
	return items, k.At >= k.To
}

// pageSize is how many items a delta page may hold.
func pageSize(p preferences) int {
	if p.maxPageSize <= 0 {
		return 10
	}
	return min(p.maxPageSize, 1000)
}

func errOverQuota() *apiError {
	return fail(http.StatusForbidden, "ErrorQuotaExceeded", "Mailbox has exceeded maximum mailbox size.")
}
