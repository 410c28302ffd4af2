package archive

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"mailquarry/internal/mail"
	"mailquarry/internal/source"
)

// killDir, when set, makes the test binary the process that is to be killed.
const killDir = "ARCHIVE_TEST_KILL_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(killDir); dir != "" {
		fmt.Fprintln(os.Stderr, commitForever(context.Background(), dir))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

const perPage = 20

// commitForever commits page after page from where the cursor says. Page n
// holds the messages n-0, n-1, ... with an attachment, sets the message
// "counter" to n and removes the first message of the page before. It prints n
// when the commit has returned.
func commitForever(ctx context.Context, dir string) error {
	a, err := Open(ctx, dir)
	if err != nil {
		return err
	}
	for {
		c, _, err := a.MessageCursor(ctx, 1)
		if err != nil {
			return err
		}
		n, _ := strconv.Atoi(c.Link)
		page := MessageCommit{Mailbox: 1, Folder: 1, Cursor: source.Cursor{Link: strconv.Itoa(n + 1)}}
		for i := range perPage {
			u := message(fmt.Sprintf("%d-%d", n, i), strings.Repeat(fmt.Sprint("payload ", n, " ", i), 50))
			if i%5 == 0 {
				d, size, err := a.PutBlob(ctx, strings.NewReader(strings.Repeat(fmt.Sprint("blob ", n, i), 5000)), 0)
				if err != nil {
					return err
				}
				u.Parts = []mail.Part{{Kind: mail.FilePart, Digest: d, Size: size}}
			}
			page.Upserts = append(page.Upserts, u)
		}
		page.Upserts = append(page.Upserts, message("counter", strconv.Itoa(n)))
		page.Removed = []string{fmt.Sprintf("%d-0", n-1)}
		if _, err := a.CommitMessages(ctx, page); err != nil {
			return err
		}
		fmt.Println(n)
	}
}

// A kill at any moment costs nothing that was acknowledged and leaves no page
// half stored, no cursor apart from its messages and no blob missing or cut.
func TestKilledAtAnyMoment(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	a := must[*Archive](t)(Open(t.Context(), dir))
	newFolders(t, a, "inbox")
	check(t, a.Close())
	for range 10 {
		acknowledged := killSometime(t, dir)
		a := must[*Archive](t)(Open(t.Context(), dir))
		verifyPages(t, a, acknowledged)
		check(t, a.Close())
	}
}

func killSometime(t *testing.T, dir string) (acknowledged int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), killDir+"="+dir)
	cmd.Stderr = os.Stderr
	out := must[io.ReadCloser](t)(cmd.StdoutPipe())
	check(t, cmd.Start())
	acknowledged = -1
	var timer *time.Timer
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		n, err := strconv.Atoi(lines.Text())
		if err != nil {
			break // cut by the kill
		}
		acknowledged = n
		if timer == nil {
			timer = time.AfterFunc(time.Duration(rand.IntN(150_000))*time.Microsecond, func() { _ = cmd.Process.Kill() })
		}
	}
	if timer == nil {
		t.Fatal("the child committed nothing")
	}
	_ = cmd.Wait()
	return acknowledged
}

func verifyPages(t *testing.T, a *Archive, acknowledged int) {
	t.Helper()
	c, _, err := a.MessageCursor(t.Context(), 1)
	check(t, err)
	next := must[int](t)(strconv.Atoi(c.Link))
	if next <= acknowledged {
		t.Errorf("page %d was acknowledged, and the cursor is at %d", acknowledged, next)
	}
	live, deleted := 0, 0
	for _, r := range feed(t, a, 0) {
		switch {
		case r.Key == "counter":
			if string(r.Payload) != strconv.Itoa(next-1) {
				t.Errorf("the counter is %s, the cursor %d", r.Payload, next)
			}
		case r.Deleted:
			deleted++
		default:
			live++
		}
		if page, _, ok := strings.Cut(r.Key, "-"); ok {
			if n := must[int](t)(strconv.Atoi(page)); n >= next {
				t.Errorf("message %s is stored, the cursor is at %d", r.Key, next)
			}
		}
	}
	if deleted != next-1 || live != next*perPage-deleted {
		t.Errorf("%d pages: %d messages and %d tombstones", next, live, deleted)
	}
	check(t, a.Check(t.Context()))
}
