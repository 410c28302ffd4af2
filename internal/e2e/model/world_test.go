package model

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"mailquarry/extract"
	"mailquarry/indexer"
	"mailquarry/internal/e2e/mirror"
	"mailquarry/internal/graphsim"
)

// world is a tenant to which things happen, and its mirror.
type world struct {
	ctx    context.Context
	seed   uint64
	tenant *graphsim.Tenant
	mirror *mirror.Mirror
	ahead  atomic.Int64 // of the machine's clock

	mu    sync.Mutex // steps happen in the middle of a round, too
	users []*user
	words int
	trace []string
	calm  bool // nothing has gone wrong since the last comparison
	late  bool // something has to be probed again, which takes a day
	// jumped tells that the clock did. The client's is the machine's: it would
	// not believe that its token is too old twice in a minute.
	jumped bool
	stats  stats
}

// stats tell what was done.
type stats struct{ steps, rounds, faults, extra int }

// user is a mailbox with what is known of it here.
type user struct {
	box     *graphsim.Mailbox
	folders []*folder
	gone    bool // deleted
	purged  bool
	refused bool
	without bool // licence
	quota   bool
}

// folder is one of a user's, with its place in the tree.
type folder struct {
	*graphsim.Folder
	name   string // well-known
	parent *folder
}

// skipped tells whether the folder or one above it is not synced.
func (f *folder) skipped() bool {
	for ; f != nil; f = f.parent {
		switch f.name {
		case "outbox", "syncissues", "conflicts":
			return true
		}
	}
	return false
}

func (u *user) readable() bool { return !u.gone && !u.purged && !u.refused && !u.without }

func newWorld(ctx context.Context, seed uint64, dir string, pool *extract.Pool) (*world, error) {
	w := &world{ctx: ctx, seed: seed, calm: true}
	rnd := w.rand(-1)
	w.tenant = graphsim.New(graphsim.Options{
		Seed: int64(seed), Now: w.now, Recorded: 50_000,
		Quirks: graphsim.Quirks{
			EmptyPages: rnd.IntN(2) == 0, FreshMailDoubles: rnd.IntN(2) == 0, ResyncLocation: rnd.IntN(2) == 0,
			NoLostReturn: rnd.IntN(4) == 0, NoDoubleMovedIn: rnd.IntN(4) == 0, GreedyBatch: rnd.IntN(8) == 0,
			RequestLimit: -1, ResourceUnits: -1,
		},
	})
	for range 2 + rnd.IntN(2) {
		u := w.addUser(rnd)
		for range 10 + rnd.IntN(80) {
			w.arrive(rnd, u)
		}
	}
	var err error
	w.mirror, err = mirror.New(ctx, w.tenant, mirror.Options{
		Dir: dir, Now: w.now, Extract: pool, Backoff: time.Millisecond,
		Pull: indexer.PullOptions{Mailboxes: 1 + rnd.IntN(2), Patience: 3 * time.Second},
	})
	return w, err
}

func (w *world) now() time.Time { return time.Now().Add(time.Duration(w.ahead.Load())) }

// rand gives the random numbers of a step, which are its own: without another
// step it does the same.
func (w *world) rand(step int) *rand.Rand { return rand.New(rand.NewPCG(w.seed, uint64(step+1))) }

func (w *world) note(format string, args ...any) {
	w.trace = append(w.trace, fmt.Sprintf(format, args...))
}

// word is one that no other message has.
func (w *world) word() string {
	w.words++
	return fmt.Sprintf("%s%dqz", mirror.Mark, w.words)
}

func (w *world) addUser(rnd *rand.Rand) *user {
	n := len(w.users)
	u := &user{box: w.tenant.AddUser(graphsim.User{
		Address: fmt.Sprintf("user%d@contoso.example", n), DisplayName: fmt.Sprintf("User %d", n),
		Purpose: []string{"user", "shared", "room"}[rnd.IntN(3)], Disabled: rnd.IntN(4) == 0,
		Locale: []string{"en-US", "de-DE", "ja-JP"}[rnd.IntN(3)],
	})}
	for _, name := range []string{"inbox", "sentitems", "drafts", "archive", "deleteditems", "junkemail", "outbox", "syncissues"} {
		u.folders = append(u.folders, &folder{Folder: u.box.Folder(name), name: name})
	}
	u.folders = append(u.folders, &folder{Folder: u.box.Folder("conflicts"), name: "conflicts", parent: u.folder("syncissues")})
	w.users = append(w.users, u)
	return u
}

func (u *user) folder(name string) *folder {
	return u.folders[slices.IndexFunc(u.folders, func(f *folder) bool { return f.name == name })]
}

// want is what store and index have to hold now.
func (w *world) want() mirror.Want {
	want := mirror.Want{Skip: map[string]bool{}}
	for _, u := range w.users {
		if !u.readable() {
			want.Kept = append(want.Kept, u.box)
			continue
		}
		want.Boxes = append(want.Boxes, u.box)
		for _, f := range u.folders {
			if f.skipped() {
				want.Skip[f.ID()] = true
			}
		}
	}
	return want
}

func pick[T any](rnd *rand.Rand, list []T) T { return list[rnd.IntN(len(list))] }
