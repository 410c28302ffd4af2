// Command mailquarry is a full-text search appliance for an organisation's
// Microsoft 365 mail.
//
//	mailquarry              sync the tenant and serve the search page
//	mailquarry --once       sync once and exit
//	mailquarry --reindex    rebuild the index from the local store
//	mailquarry check        tell what is wrong with the set-up, and what to do
//	mailquarry status       tell how far sync and index are
//	mailquarry verify       tell whether every message is accounted for
//	mailquarry search QUERY find mail, or tell how a query is understood
//	mailquarry saved        keep searches under names
//	mailquarry demo         try it with a simulated tenant
//	mailquarry import PATH  take in local mail files
//	mailquarry extract FILE tell what would be found in a file
//
// This package parses the command line, wires the other packages together and
// turns errors into one line and an exit code. It holds no logic of its own.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"mailquarry/extract"
	"mailquarry/internal/version"
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// The exit codes, which scripts may rely on.
const (
	exitOK          = 0
	exitFailure     = 1
	exitUsage       = 2
	exitIncomplete  = 3 // a round ended, but some mailboxes failed and are tried again next time; or not all could be verified
	exitUnexplained = 4 // a message is not accounted for
	exitInterrupted = 130
)

// defaultData is the data folder when none is named.
const defaultData = "mailquarry-data"

// cli is the command line. Every setting has an environment variable.
type cli struct {
	Data    string `help:"Data folder: the store and the index; ${data} if not set." env:"MAILQUARRY_DATA" placeholder:"DIR"`
	Listen  string `help:"Address of the search page and API; loopback only." default:"127.0.0.1:8080" env:"MAILQUARRY_LISTEN" placeholder:"ADDR"`
	OCR     string `name:"ocr" help:"Recognise text in pictures and scanned pages with Tesseract: off, auto (where it is installed) or on." enum:"off,auto,on" default:"off" env:"MAILQUARRY_OCR"`
	OCRLang string `name:"ocr-languages" help:"Tesseract's languages, such as eng+deu; those installed, up to four, if not set." env:"MAILQUARRY_OCR_LANGUAGES" placeholder:"LANGS"`
	Log     string `help:"Least level of what is logged: debug, info, warn or error." enum:"debug,info,warn,error" default:"info" env:"MAILQUARRY_LOG"`
	LogJSON bool   `name:"log-json" help:"Log JSON lines instead of text." env:"MAILQUARRY_LOG_JSON"`

	Serve         serveCmd         `cmd:"" default:"withargs" help:"Sync the tenant and serve the search page (the default command)."`
	Check         checkCmd         `cmd:"" help:"Look at configuration, credentials, permissions, network and a mailbox, and say what to do about what is wrong."`
	Status        statusCmd        `cmd:"" help:"Tell how far sync and index are."`
	Problems      problemsCmd      `cmd:"" help:"List what could not be taken and was set aside, or have it tried again."`
	Verify        verifyCmd        `cmd:"" help:"Compare tenant, store and index, mend what differs, and tell whether every message is accounted for."`
	Hold          holdCmd          `cmd:"" help:"Hold mail back from removal."`
	Search        searchCmd        `cmd:"" help:"Find mail, or tell how a query is understood (--explain)."`
	Saved         savedCmd         `cmd:"" help:"Keep searches under names, for query:NAME."`
	Demo          demoCmd          `cmd:"" help:"Try Mailquarry with a simulated tenant: no credentials, no network."`
	Simulate      simulateCmd      `cmd:"" help:"Serve a tree of .eml files as a simulated tenant, to test Graph clients."`
	Import        importCmd        `cmd:"" help:"Take local mail (.eml files, Maildir, mbox) into the store and the index."`
	Extract       extractCmd       `cmd:"" help:"Tell what would be found in files: their text, state and type, and which reader read them."`
	ExtractWorker extractWorkerCmd `cmd:"" hidden:"" help:"Extract documents in this process; started by Mailquarry itself."`

	Version kong.VersionFlag `help:"Print the version and exit."`

	dataGiven bool // the data folder was chosen
}

// console is where a command talks to people: out for its result, progress for
// bars and logs.
type console struct {
	stdin    io.Reader
	out      io.Writer
	progress *progress
}

type extractWorkerCmd struct {
	Kind string `arg:"" help:"The kind of worker."`
}

// Run serves extraction requests on standard input and output.
func (w extractWorkerCmd) Run(ctx context.Context, con *console) error {
	return extract.Worker(ctx, w.Kind, con.stdin, con.out)
}

func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the process at once

	var c cli
	exited := -1
	parser, err := newParser(&c, stdout, stderr, func(code int) { exited = code })
	if err != nil {
		fmt.Fprintln(stderr, "mailquarry: "+err.Error())
		return exitUsage
	}
	kctx, err := parser.Parse(args)
	if exited >= 0 {
		return exited
	}
	if err != nil {
		fmt.Fprintf(stderr, "mailquarry: %s; see mailquarry --help\n", oneLine(err.Error()))
		return exitUsage
	}
	if c.dataGiven = c.Data != ""; !c.dataGiven {
		c.Data = defaultData
	}
	con := &console{stdin: stdin, out: stdout, progress: newProgress(stderr)}
	kctx.BindTo(ctx, (*context.Context)(nil))
	kctx.Bind(con, &c)
	err = kctx.Run()
	con.progress.close()
	return report(ctx, err, stderr)
}

func newParser(c *cli, stdout, stderr io.Writer, exit func(int)) (*kong.Kong, error) {
	return kong.New(c,
		kong.Name("mailquarry"),
		kong.Description("Full-text search over an organisation's Microsoft 365 mail.\n\n"+
			"The tenant is set by AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_CERTIFICATE_PATH or AZURE_CLIENT_SECRET."),
		kong.Vars{"version": "mailquarry " + version.String(), "data": defaultData},
		kong.Help(printHelp),
		kong.UsageOnError(),
		kong.Writers(stdout, stderr),
		kong.Exit(exit),
	)
}

// report prints an error as one line and gives its exit code.
func report(ctx context.Context, err error, stderr io.Writer) int {
	var usage *usageError
	switch {
	case err == nil:
		return exitOK
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		return exitInterrupted
	case errors.Is(err, errUnexplained):
		fmt.Fprintln(stderr, "mailquarry: "+explain(err))
		return exitUnexplained
	case errors.Is(err, errIncomplete), errors.Is(err, errUnverified):
		fmt.Fprintln(stderr, "mailquarry: "+explain(err))
		return exitIncomplete
	case errors.As(err, &usage):
		fmt.Fprintln(stderr, "mailquarry: "+explain(err))
		return exitUsage
	default:
		fmt.Fprintln(stderr, "mailquarry: "+explain(err))
		return exitFailure
	}
}
