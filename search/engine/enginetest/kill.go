package enginetest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"mailquarry/internal/mail"
	"mailquarry/search/engine"
	"mailquarry/search/query"
)

const (
	killDir  = "ENGINETEST_KILL_DIR"
	perBatch = 20
)

// Kill starts the running test again as a process that applies batches, kills
// it at a random moment, and checks that the index opens and holds all batches
// up to its checkpoint and nothing of later ones, several times over one index.
// It has to be called by a test function that does nothing else.
func Kill(t *testing.T, open Open, rounds int) {
	if dir := os.Getenv(killDir); dir != "" {
		applyForever(t, open, dir)
		return
	}
	if testing.Short() {
		t.Skip("kills processes for some seconds")
	}
	dir := filepath.Join(t.TempDir(), "index")
	var least uint64
	for round := range rounds {
		acknowledged := runAndKill(t, dir, time.Duration(50+rand.IntN(700))*time.Millisecond)
		least = max(least, acknowledged)
		e, err := open(dir)
		if err != nil {
			t.Fatalf("round %d: open after kill: %v", round, err)
		}
		checkBatches(t, e, least)
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if least == 0 {
		t.Error("no batch was ever acknowledged: nothing was tested")
	}
}

// runAndKill gives the last checkpoint that the process said was applied.
func runAndKill(t *testing.T, dir string, after time.Duration) uint64 {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), killDir+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var last uint64
	if _, err := fmt.Fscan(out, &last); err == nil { // it is open: now the time runs
		timer := time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
		defer timer.Stop()
		for {
			var n uint64
			if _, err := fmt.Fscan(out, &n); err != nil {
				break
			}
			last = n
		}
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait() // it was killed: that is an error by design
	return last
}

// applyForever is the process that is killed. Batch n puts perBatch documents
// and deletes those of batch n-3.
func applyForever(t *testing.T, open Open, dir string) {
	e, err := open(dir)
	if err != nil {
		t.Fatal(err)
	}
	n, err := e.Checkpoint(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println(n)
	rng := rand.New(rand.NewPCG(n, 7))
	for {
		n++
		b := engine.Batch{Upto: n}
		for i := range perBatch {
			d := randomDocument(rng, documentID(n, i))
			d.Mailbox = mail.MailboxID(n)
			b.Put = append(b.Put, d)
			if n > 3 {
				b.Delete = append(b.Delete, documentID(n-3, i))
			}
		}
		if err := e.Apply(context.Background(), b); err != nil {
			t.Fatal(err)
		}
		durable, err := e.Checkpoint(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		fmt.Println(durable)
	}
}

func documentID(batch uint64, i int) mail.MessageID {
	return mail.MessageID(batch*perBatch + uint64(i))
}

// checkBatches checks an index that applyForever wrote.
func checkBatches(t *testing.T, e Engine, acknowledged uint64) {
	t.Helper()
	upto, err := e.Checkpoint(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if upto < acknowledged {
		t.Errorf("checkpoint %d, but %d was acknowledged", upto, acknowledged)
	}
	if n, err := e.Count(t.Context()); err != nil || n != perBatch*int(min(upto, 3)) {
		t.Errorf("checkpoint %d with %d documents, %v", upto, n, err)
	}
	for n := max(upto, 5) - 4; n <= upto+1; n++ {
		want := perBatch
		if n == 0 || n > upto || n+3 <= upto {
			want = 0
		}
		one := query.OneOf{Field: string(engine.FacetMailbox), Values: []string{mail.MailboxID(n).String()}}
		if r := ask(t, e, engine.Request{Scope: everyone(), Query: one}); r.Total != want {
			t.Errorf("checkpoint %d: %d documents of batch %d, want %d", upto, r.Total, n, want)
		}
	}
}
