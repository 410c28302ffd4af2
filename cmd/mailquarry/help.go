package main

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/alecthomas/kong"
)

// printHelp is kong's help, and for the program itself also the flags of the
// default command: kong leaves them out, though it takes them without the
// command's name.
func printHelp(o kong.HelpOptions, ctx *kong.Context) error {
	if err := kong.DefaultHelpPrinter(o, ctx); err != nil {
		return err
	}
	if ctx.Selected() != nil || ctx.Model.DefaultCmd == nil {
		return nil
	}
	w := tabwriter.NewWriter(ctx.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "\nFlags of the default command:\n")
	for _, f := range ctx.Model.DefaultCmd.Flags {
		name := "--" + f.Name
		if !f.IsBool() {
			name += "=" + f.FormatPlaceHolder()
		}
		fmt.Fprintf(w, "  %s\t%s ($%s)\n", name, f.Help, strings.Join(f.Envs, ", $"))
	}
	return w.Flush()
}
