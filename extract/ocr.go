package extract

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"time"
)

// OCR recognises text in pictures with Tesseract, a program of its own that has
// to be installed. It may be used by several goroutines, and works for one at a
// time: a page takes seconds of a processor.
type OCR struct {
	program, languages, version string
	turns                       bool // it can tell which way up a page is

	turn chan struct{}
	most time.Duration // for one picture
}

// The limits on one picture.
const (
	ocrTime      = 2 * time.Minute
	ocrText      = 1 << 20 // bytes of text
	maxSeenText  = 4 << 20 // the same of all pictures of a document
	maxLanguages = 4       // by default: each takes time of its own
)

// ErrNoOCR: Tesseract is not installed, or cannot be used.
var ErrNoOCR = errors.New("the program tesseract is not installed or not in the PATH")

// FindOCR finds Tesseract. Languages are named as Tesseract does, "eng+deu";
// empty: English and others that are installed, four in all.
func FindOCR(ctx context.Context, languages string) (*OCR, error) {
	program, err := exec.LookPath("tesseract")
	if err != nil {
		return nil, ErrNoOCR
	}
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	version, err := exec.CommandContext(ctx, program, "--version").CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("%w: %s --version: %w", ErrNoOCR, program, err)
	}
	list, err := exec.CommandContext(ctx, program, "--list-langs").CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("%w: %s --list-langs: %w", ErrNoOCR, program, err)
	}
	installed := strings.Fields(afterLine(string(list)))
	if languages, err = chosenLanguages(languages, installed); err != nil {
		return nil, err
	}
	first, _, _ := strings.Cut(string(version), "\n")
	return &OCR{program: program, languages: languages, version: strings.TrimSpace(first), turns: slices.Contains(installed, "osd"), turn: make(chan struct{}, 1), most: ocrTime}, nil
}

func afterLine(s string) string {
	_, rest, _ := strings.Cut(s, "\n")
	return rest
}

// chosenLanguages checks the languages asked for, or chooses some.
func chosenLanguages(asked string, installed []string) (string, error) {
	if asked == "" {
		var all []string
		for _, l := range installed {
			if l != "osd" && l != "equ" && l != "snum" {
				all = append(all, l)
			}
		}
		slices.SortStableFunc(all, func(a, b string) int { return rank(b) - rank(a) })
		if len(all) == 0 {
			return "", fmt.Errorf("%w: it has no language", ErrNoOCR)
		}
		return strings.Join(all[:min(len(all), maxLanguages)], "+"), nil
	}
	for l := range strings.SplitSeq(asked, "+") {
		if !slices.Contains(installed, l) {
			return "", fmt.Errorf("the installed tesseract has no language %q; it has %s", l, strings.Join(installed, ", "))
		}
	}
	return asked, nil
}

func rank(language string) int {
	if language == "eng" {
		return 1
	}
	return 0
}

// String tells which program recognises what.
func (o *OCR) String() string { return o.version + " (" + o.languages + ")" }

// made is what is added to Result.Made; nothing when the version is unknown.
func (o *OCR) made() string {
	version, ok := strings.CutPrefix(o.version, "tesseract ")
	parts := strings.Split(strings.TrimPrefix(version, "v"), ".")
	number := 0
	for i := range 3 {
		n := 0
		if i < len(parts) {
			digits, _, _ := strings.Cut(parts[i], "-") // of a release candidate
			if v, err := strconv.Atoi(digits); err == nil {
				n = min(max(v, 0), 99)
			}
		}
		number = 100*number + n
	}
	if !ok || number == 0 {
		return ""
	}
	return " " + tesseractName + "/" + strconv.Itoa(number)
}

// The names by which the process that becomes Tesseract is told what to be.
const (
	ocrProgramVariable   = "MAILQUARRY_OCR_PROGRAM"
	ocrLanguagesVariable = "MAILQUARRY_OCR_LANGUAGES"
	ocrLayoutVariable    = "MAILQUARRY_OCR_LAYOUT"
	ocrClass             = class("ocr")
)

// recognise gives a picture's text. The program runs as a process that was
// confined before it became it.
func (o *OCR) recognise(ctx context.Context, worker []string, head pictureHead, gray []byte) (string, error) {
	select {
	case o.turn <- struct{}{}:
		defer func() { <-o.turn }()
	case <-ctx.Done():
		return "", ctx.Err()
	}
	ctx, cancel := context.WithTimeout(ctx, o.most)
	defer cancel()
	cmd := o.command(ctx, worker, o.languages)
	cmd.Stdin = io.MultiReader(strings.NewReader(fmt.Sprintf("P5\n%d %d\n255\n", head.W, head.H)), bytes.NewReader(gray))
	out := &firstBytes{most: ocrText}
	cmd.Stdout = out
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("recognise a picture: %w", err)
	}
	return out.kept.String(), nil
}

// command is the process that becomes the program, for these languages.
func (o *OCR) command(ctx context.Context, worker []string, languages string) *exec.Cmd {
	argv := append(slices.Clone(worker), string(ocrClass))
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Env = []string{
		ocrProgramVariable + "=" + o.program, ocrLanguagesVariable + "=" + languages,
		ocrLayoutVariable + "=" + o.layout(), "OMP_THREAD_LIMIT=1", "GOMAXPROCS=1", "LC_ALL=C",
	}
	if dir := os.Getenv("TESSDATA_PREFIX"); dir != "" {
		cmd.Env = append(cmd.Env, "TESSDATA_PREFIX="+dir)
	}
	cmd.SysProcAttr = childAttributes()
	cmd.WaitDelay = time.Second
	return cmd
}

// layout is how Tesseract looks at a page: 1 has it find out first which way up it
// is, for which it needs data of its own; 3 does without.
func (o *OCR) layout() string {
	if o.turns {
		return "1"
	}
	return "3"
}

// bounds asks what keeps the program in its bounds.
func (o *OCR) bounds(ctx context.Context, worker []string) (says hello, err error) {
	ctx, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	out, err := o.command(ctx, worker, "").Output()
	if err == nil {
		err = json.Unmarshal(out, &says)
	}
	if err != nil {
		return hello{}, fmt.Errorf("ask what confines the recognition of pictures: %w", err)
	}
	return says, nil
}

// errFlood ends a program that writes more than any picture has text.
var errFlood = errors.New("more text than a picture can have")

// firstBytes keeps what is written to it, up to a limit. The buffer is no part of
// what others see: io.Copy would read into it past the limit.
type firstBytes struct {
	kept bytes.Buffer
	most int
}

// Write implements io.Writer.
func (f *firstBytes) Write(b []byte) (int, error) {
	if f.kept.Len()+len(b) > f.most {
		return 0, errFlood // its pipe is closed then, which ends it
	}
	return f.kept.Write(b)
}
