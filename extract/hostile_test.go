package extract_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/metrics"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"mailquarry/extract"
)

// hostileDoc is a document that is made to cost far more than it weighs, and how
// its reading has to end.
type hostileDoc struct {
	name string // what is hostile in it
	file string // what it calls itself
	make func(testing.TB) string
	want []extract.State
	mark string // what must be found all the same
	most int    // bytes of text; 0: the limit of all documents
}

// What no document may take, however it is made. The kernel holds a worker's
// data to 512 MB, one with PDFium to 1 GB; the binary itself comes on top. A
// worker that ends is tried once more, and in both classes.
const (
	hostileTimeout = 15 * time.Second
	hostileWait    = 4*hostileTimeout + 5*time.Second
	lightPeak      = 560 << 20
	fullPeak       = 1072 << 20
	textLimit      = 16 << 20
)

// always makes a document of strings and of what is many times the same.
func always(parts ...any) func(testing.TB) string {
	return func(t testing.TB) string {
		var b strings.Builder
		for _, p := range parts {
			switch p := p.(type) {
			case string:
				b.WriteString(p)
			case many:
				b.WriteString(strings.Repeat(p.s, p.n))
			case counted:
				for i := range p.n {
					fmt.Fprintf(&b, p.format, i)
				}
			default:
				t.Fatalf("a part of the type %T", p)
			}
		}
		return b.String()
	}
}

// many is a string n times; counted a format with the numbers below n.
type (
	many struct {
		s string
		n int
	}
	counted struct {
		format string
		n      int
	}
)

// states are the ends that are right.
func states(s ...extract.State) []extract.State { return s }

// TestHostile promises a bounded end in time and memory, with the state that says
// why, to documents made for the opposite, and that the next document is read as
// ever. What belongs to one format alone stands in that format's tests.
func TestHostile(t *testing.T) {
	t.Parallel()
	for _, group := range []struct {
		name string
		docs []hostileDoc
	}{
		{"archive", hostileArchives()},
		{"packed", hostilePacked()},
		{"mail", hostileMail()},
		{"text", hostileTexts()},
		{"declared", hostileDeclared()},
		{"deep", hostileDeep()},
	} {
		for _, d := range group.docs {
			t.Run(group.name+"/"+d.name, func(t *testing.T) {
				t.Parallel()
				d.holds(t, "")
			})
		}
	}
}

// TestHostilePDF promises the same of PDFs, with PDFium at hand.
func TestHostilePDF(t *testing.T) {
	t.Parallel()
	dir := compiled(t)
	for _, d := range morePDFs() {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			d.holds(t, dir)
		})
	}
}

// deadly are the documents that end their worker, since what exhausts it lies in
// a library: they are found out by the kernel's limits, and by nothing of ours.
func deadly() map[string]bool {
	return map[string]bool{
		"ole: storages in storages": true, // each one's path is kept whole
		"object stream in itself":   true, "references of a billion objects": true,
	}
}

// holds has a pool of its own read the document, and then an honest one. With a
// folder for compiled PDFium it has that, too.
func (d hostileDoc) holds(t *testing.T, cache string) extract.Result {
	t.Helper()
	doc := []byte(d.make(t))
	told := filepath.Join(t.TempDir(), "peak")
	pool := extract.New(extract.Options{WorkerCommand: measured(t, told), Workers: 1, Timeout: hostileTimeout, CacheDir: cache})
	t.Cleanup(pool.Close)
	start := time.Now()
	got, err := pool.Extract(t.Context(), bytesDoc(d.file, "", doc))
	took := time.Since(start)
	if err != nil {
		t.Fatal(err)
	}
	light, full := peak(told, "light"), peak(told, "full")
	t.Logf("%s (%s) as %s: %d bytes, %d of text, %v, %d and %d MB", got.State, got.Reason, got.Type, len(doc), len(got.Text),
		took.Round(time.Millisecond), light>>20, full>>20)
	if !slices.Contains(d.want, got.State) {
		t.Errorf("%s (%s), want one of %v", got.State, got.Reason, d.want)
	}
	if (got.State == extract.OK) != (got.Reason == "") || strings.Contains(got.Reason, "parser failed") {
		t.Errorf("%s for the reason %q", got.State, got.Reason)
	}
	if strings.HasPrefix(got.Reason, "the parser ") && !deadly()[d.name] {
		t.Errorf("its worker ended: %s", got.Reason)
	}
	if !strings.Contains(got.Text, d.mark) {
		t.Errorf("%q is not in %d bytes of text", d.mark, len(got.Text))
	}
	if most := d.most; len(got.Text) > textLimit || most > 0 && len(got.Text) > most {
		t.Errorf("%d bytes of text", len(got.Text))
	}
	if took > hostileWait {
		t.Errorf("took %v", took)
	}
	if light > lightPeak || full > fullPeak {
		t.Errorf("workers held %d and %d MB", light>>20, full>>20)
	}
	checkText(t, got.Text)
	checkText(t, got.Reason)
	next, err := pool.Extract(t.Context(), bytesDoc("note.txt", "", []byte("still well")))
	if err != nil || next.State != extract.OK || next.Text != "still well" {
		t.Errorf("the next document: %+v, %v", next, err)
	}
	return got
}

// measured is the command line of a worker that notes the most memory it held.
func measured(t testing.TB, told string) []string {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return []string{exe, "measured-worker", told}
}

// measuredWorker is a worker that writes to a file, named for its kind, the most
// memory that it held so far. The files are opened before it confines itself.
func measuredWorker(told, kind string) {
	status, err := os.Open("/proc/self/status")
	if err == nil {
		if note, err := os.OpenFile(told+"."+kind, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600); err == nil {
			go noteMemory(status, note)
		}
	}
	if err := extract.Worker(context.Background(), kind, os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func noteMemory(status io.ReadSeeker, note io.Writer) {
	var last int
	for buf := make([]byte, 4<<10); ; time.Sleep(5 * time.Millisecond) {
		_, _ = status.Seek(0, io.SeekStart)
		n, _ := status.Read(buf)
		_, rest, _ := bytes.Cut(buf[:n], []byte("VmHWM:"))
		if f := bytes.Fields(rest); len(f) > 0 {
			if kb, err := strconv.Atoi(string(f[0])); err == nil && kb > last {
				last = kb
				fmt.Fprintln(note, kb)
			}
		}
	}
}

// peak is the most memory that a worker of a kind held, 0 when that is not known.
func peak(told, kind string) (most int) {
	b, err := os.ReadFile(told + "." + kind)
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(b)) {
		kb, _ := strconv.Atoi(strings.TrimSpace(line))
		most = max(most, kb<<10)
	}
	return most
}

// TestPeakIsSeen wants the measure that the others rely on to be one.
func TestPeakIsSeen(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("only there a process can look up its own memory")
	}
	told := filepath.Join(t.TempDir(), "peak")
	pool := extract.New(extract.Options{WorkerCommand: measured(t, told), Workers: 1})
	t.Cleanup(pool.Close)
	if _, err := pool.Extract(t.Context(), bytesDoc("a.txt", "", bytes.Repeat([]byte("walnut "), 8<<20))); err != nil {
		t.Fatal(err)
	}
	if got := peak(told, "light"); got < 56<<20 || got > lightPeak {
		t.Errorf("a worker that reads 56 MB held %d MB", got>>20)
	}
}

// TestParentMemory promises that the process which asks never holds more of a
// document than a piece of it and its text. It runs beside no other test.
func TestParentMemory(t *testing.T) { //nolint:paralleltest // it measures this process
	const most = 128 << 20
	page := strings.Repeat("walnut ", 150_000)
	for _, d := range []struct {
		name, file, begin, repeat string
		times                     int
		want                      []extract.State
	}{
		{"a gigabyte in one line", "a.txt", "walnut ", page, 1024, states(extract.TooLarge)},
		{"a gigabyte in one tag", "a.html", "<html><p>walnut<p a=\"", page, 1024, states(extract.TooLarge, extract.OK)},
		{"a gigabyte of one string", "a.json", `{"walnut":"`, page, 1024, states(extract.TooLarge)},
		{"a gigabyte of one header field", "a.eml", "Subject: walnut\nTo: ", page, 1024, states(extract.TooLarge)},
		{"a gigabyte that is packed", "a.gz", "", gzipped(t, strings.Repeat(page, 10)), 102, states(extract.TooLarge)},
	} {
		t.Run(d.name, func(t *testing.T) { //nolint:paralleltest // it measures this process
			pool := extract.New(extract.Options{Workers: 1, Timeout: hostileTimeout})
			t.Cleanup(pool.Close)
			runtime.GC()
			before, highest := heap(), uint64(0)
			done, watched := make(chan struct{}), make(chan struct{})
			go func() {
				defer close(watched)
				for tick := time.NewTicker(2 * time.Millisecond); ; {
					highest = max(highest, heap())
					select {
					case <-done:
						return
					case <-tick.C:
					}
				}
			}()
			doc := extract.Doc{Name: d.file, Size: -1, Open: func() (io.ReadCloser, error) {
				return io.NopCloser(io.MultiReader(strings.NewReader(d.begin), &repeated{s: d.repeat, left: d.times})), nil
			}}
			start := time.Now()
			got, err := pool.Extract(t.Context(), doc)
			close(done)
			<-watched
			if err != nil {
				t.Fatal(err)
			}
			grown := int64(highest) - int64(before)
			t.Logf("%s (%s), %d bytes of text, %v, %d MB", got.State, got.Reason, len(got.Text), time.Since(start).Round(time.Millisecond), grown>>20)
			if !slices.Contains(d.want, got.State) || !strings.Contains(got.Text, "walnut") || len(got.Text) > textLimit {
				t.Errorf("%s (%s), want one of %v; %d bytes of text", got.State, got.Reason, d.want, len(got.Text))
			}
			if grown > most {
				t.Errorf("%d MB more than before", grown>>20)
			}
		})
	}
}

// heap is what this process holds, dead or alive.
func heap() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// repeated reads as one string many times.
type repeated struct {
	s        string
	at, left int
}

func (r *repeated) Read(b []byte) (int, error) {
	if r.left == 0 {
		return 0, io.EOF
	}
	n := copy(b, r.s[r.at:])
	if r.at += n; r.at == len(r.s) {
		r.at, r.left = 0, r.left-1
	}
	return n, nil
}
