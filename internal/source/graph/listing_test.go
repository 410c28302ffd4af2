package graph

import (
	"fmt"
	"slices"
	"testing"

	"mailquarry/internal/graphsim"
	"mailquarry/internal/source"
	"mailquarry/internal/source/graph/wire"
)

// A listing names every message once with its version, the newest first, in few
// requests, and in smaller pages where Graph cannot make large ones.
func TestListing(t *testing.T) {
	t.Parallel()
	c, tenant, box := simulate(t, graphsim.Options{Quirks: graphsim.Quirks{PageLimit: 300}})
	inbox, empty := box.Folder("inbox"), box.AddFolder(nil, "empty")
	ids := fill(inbox, 700)
	ctx := testContext(t)
	var got []string
	for since := (source.Cursor{}); !since.Complete; {
		p, err := c.List(ctx, box.ID(), inbox.ID(), since)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range p.Items {
			if m.Stamp == "" {
				t.Fatal("a message without its version")
			}
			got = append(got, m.Key)
		}
		since = p.Next
	}
	slices.Sort(got)
	slices.Sort(ids)
	if !slices.Equal(got, ids) {
		t.Errorf("%d messages listed, want %d", len(got), len(ids))
	}
	exchanges, _ := c.Requests()
	if n := exchanges["messages (ids)"]; n > 6 {
		t.Errorf("%d requests for 700 messages of pages of 250", n)
	}
	counts, err := c.Count(ctx, box.ID(), []string{inbox.ID(), empty.ID(), "no-such"})
	if err != nil || counts[0].Total != 700 || counts[1].Total != 0 || counts[1].Err != nil || counts[2].Err == nil {
		t.Errorf("counts %+v, error %v", counts, err)
	}
	_ = tenant
}

// A group's users are found by its address, those of nested groups too.
func TestMembers(t *testing.T) {
	t.Parallel()
	c, tenant, anna := simulate(t, graphsim.Options{Roles: []string{"User.Read.All", "Mail.Read", "GroupMember.Read.All"}})
	var want []string
	inner := make([]graphsim.Member, 0, 150)
	for i := range 150 {
		m := tenant.AddUser(graphsim.User{Address: fmt.Sprintf("u%d@contoso.example", i)})
		inner = append(inner, m)
		want = append(want, m.ID())
	}
	nested := tenant.AddGroup("inner@contoso.example", "Inner", inner...)
	tenant.AddGroup("o'hara@contoso.example", "Outer", anna, nested)
	want = append(want, anna.ID())
	got, err := c.Members(testContext(t), "o'hara@contoso.example")
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%d members, want %d", len(got), len(want))
	}
	_, err = c.Members(testContext(t), "none@contoso.example")
	wantClass(t, err, source.NotFound)
}

// Without the permission it says which one is missing.
func TestMembersNeedAPermission(t *testing.T) {
	t.Parallel()
	c, tenant, anna := simulate(t, graphsim.Options{})
	tenant.AddGroup("all@contoso.example", "All", anna)
	_, err := c.Members(testContext(t), "all@contoso.example")
	if e := wantClass(t, err, source.Forbidden); e.Advice != wire.Grant([]string{"GroupMember.Read.All"}) {
		t.Errorf("advice %q", e.Advice)
	}
}
