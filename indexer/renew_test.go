package indexer_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"mailquarry/extract"
	"mailquarry/indexer"
	"mailquarry/internal/archive"
	"mailquarry/internal/mail"
)

// countingExtractor counts what is extracted.
type countingExtractor struct {
	extract.Extractor
	n atomic.Int32
}

func (c *countingExtractor) Extract(ctx context.Context, d extract.Doc) (extract.Result, error) {
	c.n.Add(1)
	time.Sleep(5 * time.Millisecond) // others come meanwhile
	return c.Extractor.Extract(ctx, d)
}

// What many people get is extracted once; what a newer reader would read
// otherwise is extracted again in the background, and nothing else is.
func TestAttachmentsAreExtractedOnceAndAgainWhenAReaderChanges(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	anna, ben := s.user("anna"), s.user("ben")
	var plan string
	for range 20 {
		plan = anna.Folder("inbox").Add(letterWith("plan", textFile("plan.txt", "walnut")))
		ben.Folder("inbox").Add(letterWith("plan", textFile("plan.txt", "walnut")))
	}
	anna.Folder("inbox").Add(letterWith("other", textFile("other.txt", "hazel")))
	if _, err := s.puller.Round(s.ctx); err != nil {
		t.Fatal(err)
	}
	count := &countingExtractor{Extractor: s.extract}
	b := indexer.NewBuilder(s.archive, count, s.index, indexer.BuildOptions{})
	if err := b.Catchup(s.ctx); err != nil {
		t.Fatal(err)
	}
	if n := count.n.Load(); n != 2 {
		t.Errorf("%d extractions of two attachments", n)
	}
	if n := len(s.found("walnut")); n != 40 {
		t.Errorf("%d messages are found by their attachment, want 40", n)
	}

	// As if a former reader had seen something else in one of them.
	digest := s.record(plan).Parts[0].Digest
	texts, err := s.archive.Texts(s.ctx, []mail.Digest{digest})
	if err != nil {
		t.Fatal(err)
	}
	text := texts[digest]
	text.Made, text.Text = strings.Replace(text.Made, "text/2", "text/0", 1), "chestnut"
	if _, err := s.archive.PutTexts(s.ctx, map[mail.Digest]archive.Text{digest: text}); err != nil {
		t.Fatal(err)
	}
	n, err := b.Renew(s.ctx)
	if err != nil || n != 40 || count.n.Load() != 3 {
		t.Errorf("%d messages renewed by %d extractions more, %v; want 40 by one", n, count.n.Load()-2, err)
	}
	if n, err = b.Renew(s.ctx); err != nil || n != 0 {
		t.Errorf("a second time %d messages, %v", n, err)
	}
}

// What was extracted again is found by whoever indexes next, however many messages
// carry it, and also when the process ends between the two.
func TestRenewedTextsAreFoundAfterARestart(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	anna := s.user("anna")
	const copies = 90
	for range copies {
		anna.Folder("inbox").Add(letterWith("plan", textFile("plan.png", "pixels")))
	}
	if _, err := s.puller.Round(s.ctx); err != nil {
		t.Fatal(err)
	}
	x := &picturesExtractor{}
	if err := indexer.NewBuilder(s.archive, x, s.index, indexer.BuildOptions{}).Catchup(s.ctx); err != nil {
		t.Fatal(err)
	}
	n, err := indexer.NewBuilder(s.archive, x, s.index, indexer.BuildOptions{OCR: true}).Renew(s.ctx)
	if err != nil || n != copies {
		t.Errorf("%d messages of %d renewed, %v", n, copies, err)
	}
	after := indexer.NewBuilder(s.archive, x, s.index, indexer.BuildOptions{})
	if err := after.Catchup(s.ctx); err != nil {
		t.Fatal(err)
	}
	if n := len(s.found("walnut")); n != copies {
		t.Errorf("%d messages of %d are found", n, copies)
	}
}

// picturesExtractor reads pictures when it is asked to.
type picturesExtractor struct{ asked, read atomic.Int32 }

func (p *picturesExtractor) Extract(_ context.Context, d extract.Doc) (extract.Result, error) {
	p.asked.Add(1)
	if !d.OCR {
		return extract.Result{State: extract.NoText, Reason: "no text layer", Type: "image", Made: "sniff/3 image/3 no-ocr/1"}, nil
	}
	p.read.Add(1)
	return extract.Result{State: extract.OK, Type: "image", Made: "sniff/3 image/3 ocr/1", Text: "walnut"}, nil
}

// Pictures are recognised in the background, each once: what is new is indexed
// without waiting for that, and texts stay when it is not wanted any more.
func TestPicturesAreRecognisedInTheBackground(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	anna := s.user("anna")
	var scan string
	for range 3 {
		scan = anna.Folder("inbox").Add(letterWith("scan", textFile("scan.png", "pixels")))
	}
	if _, err := s.puller.Round(s.ctx); err != nil {
		t.Fatal(err)
	}
	x := &picturesExtractor{}
	steps := []struct {
		ocr           bool
		renewed, read int
		found         int
	}{{false, 0, 0, 0}, {true, 3, 1, 3}, {true, 0, 1, 3}, {false, 0, 1, 3}}
	for i, step := range steps {
		b := indexer.NewBuilder(s.archive, x, s.index, indexer.BuildOptions{OCR: step.ocr})
		if err := b.Catchup(s.ctx); err != nil {
			t.Fatal(err)
		}
		n, err := b.Renew(s.ctx)
		if err := b.Catchup(s.ctx); err != nil {
			t.Fatal(err)
		}
		if err != nil || n != step.renewed || int(x.read.Load()) != step.read || len(s.found("walnut")) != step.found {
			t.Errorf("step %d: %d renewed, %d pictures read, %d found, %v; want %+v", i, n, x.read.Load(), len(s.found("walnut")), err, step)
		}
	}
	s.olderReaderThan(s.record(scan).Parts[0].Digest)
	for i, step := range []struct {
		ocr           bool
		renewed, read int
	}{{false, 0, 1}, {true, 0, 2}} { // which sees the same text
		b := indexer.NewBuilder(s.archive, x, s.index, indexer.BuildOptions{OCR: step.ocr})
		if err := b.Repair(s.ctx, []mail.MessageID{s.record(scan).ID}); err != nil { // as when it is moved
			t.Fatal(err)
		}
		if n, err := b.Renew(s.ctx); err != nil || n != step.renewed || int(x.read.Load()) != step.read || len(s.found("walnut")) != 3 {
			t.Errorf("by a newer reader, step %d: %d renewed, %d pictures read, %d found, %v; want %+v", i, n, x.read.Load(), len(s.found("walnut")), err, step)
		}
	}
	if n := x.asked.Load(); n != 3 {
		t.Errorf("%d extractions of one picture, want one without recognition and two with it", n)
	}
}

// olderReaderThan makes a stored text one of a former version of its reader.
func (s *site) olderReaderThan(digest mail.Digest) {
	s.t.Helper()
	texts, err := s.archive.Texts(s.ctx, []mail.Digest{digest})
	if err != nil {
		s.t.Fatal(err)
	}
	text := texts[digest]
	text.Made = strings.Replace(text.Made, "image/3", "image/0", 1)
	if _, err := s.archive.PutTexts(s.ctx, map[mail.Digest]archive.Text{digest: text}); err != nil {
		s.t.Fatal(err)
	}
}

// A blob that the store cannot give as it was put (a fault of the disk, other bytes)
// costs its own text alone: the rest is indexed, and nothing is kept of it, so that it
// is read once it is whole again.
func TestAnUnreadableBlobHoldsUpNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	anna := s.user("anna")
	odd := anna.Folder("inbox").Add(letterWith("odd", textFile("odd.txt", "walnut")))
	cut := anna.Folder("inbox").Add(letterWith("cut", textFile("cut.txt", "chestnut and more")))
	anna.Folder("inbox").Add(letterWith("whole", textFile("whole.txt", "hazel")))
	if _, err := s.puller.Round(s.ctx); err != nil {
		t.Fatal(err)
	}
	file := func(message string) string { return s.blobPath(s.record(message).Parts[0].Digest) }
	for name, spoil := range map[string]func(path string) error{
		file(odd): func(path string) error { return errors.Join(os.Remove(path), os.Mkdir(path, 0o700)) },
		file(cut): func(path string) error { return errors.Join(os.Chmod(path, 0o600), os.Truncate(path, 4)) },
	} {
		if err := spoil(name); err != nil {
			t.Fatal(err)
		}
	}
	b := indexer.NewBuilder(s.archive, s.extract, s.index, indexer.BuildOptions{})
	if err := b.Catchup(s.ctx); err != nil {
		t.Fatal(err)
	}
	if n := len(s.found("hazel")); n != 1 {
		t.Errorf("%d of the whole ones are found", n)
	}
	for _, message := range []string{odd, cut} {
		digest := s.record(message).Parts[0].Digest
		if texts, err := s.archive.Texts(s.ctx, []mail.Digest{digest}); err != nil || len(texts) != 0 {
			t.Errorf("of a blob that cannot be read is kept %+v, %v", texts, err)
		}
	}
	if _, err := b.Renew(s.ctx); err != nil {
		t.Error(err)
	}
}

// uselessExtractor reads nothing with the reader that it should have, as where
// PDFium cannot be started.
type uselessExtractor struct{ n int }

func (x *uselessExtractor) Extract(context.Context, extract.Doc) (extract.Result, error) {
	x.n++
	return extract.Result{State: extract.Partial, Text: "walnut", Made: "sniff/0 pdf/0 no-pdfium"}, nil
}

// What cannot be read better now is not read again and again until the next start.
func TestWhatIsRenewedInVainIsLeftToTheNextStart(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.user("anna").Folder("inbox").Add(letterWith("scan", textFile("scan.pdf", "pixels")))
	if _, err := s.puller.Round(s.ctx); err != nil {
		t.Fatal(err)
	}
	x := &uselessExtractor{}
	for start := range 2 {
		b := indexer.NewBuilder(s.archive, x, s.index, indexer.BuildOptions{OCR: true})
		if err := b.Catchup(s.ctx); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			if _, err := b.Renew(s.ctx); err != nil {
				t.Fatal(err)
			}
		}
		if want := 2 + start; x.n != want {
			t.Errorf("start %d: read %d times in all, want %d", start, x.n, want)
		}
	}
}
