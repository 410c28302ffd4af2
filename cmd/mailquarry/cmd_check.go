package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"mailquarry/indexer"
	"mailquarry/internal/archive"
	"mailquarry/internal/source/graph"
)

// checkCmd looks at all that a sync needs, and says what to do about what is
// wrong.
type checkCmd struct {
	Mailbox string       `help:"Try this mailbox: its address; if not set, the first that can be read." placeholder:"ADDR"`
	JSON    bool         `name:"json" help:"Print the steps as JSON."`
	Poll    pollFlags    `embed:""`
	Scope   scopeFlags   `embed:""`
	Removal removalFlags `embed:""`
	Notify  notifyFlags  `embed:""`
	Tenant  tenantFlags  `embed:""`
}

// checkAnswer is what check prints with --json.
type checkAnswer struct {
	OK    bool         `json:"ok"`
	Steps []graph.Step `json:"steps"`
}

// Run looks at one thing after the other.
func (k *checkCmd) Run(ctx context.Context, con *console, c *cli) error {
	var answer checkAnswer
	failed, told := 0, map[string]string{}
	tell := func(s graph.Step) {
		answer.Steps = append(answer.Steps, s)
		if s.Outcome == graph.Failed {
			failed++
		}
		if !k.JSON {
			printStep(con.out, s, told)
		}
	}
	step, groups := k.settings()
	tell(step)
	tenant := graph.Examine(ctx, k.Tenant.config(logger(c, con)), graph.Samples{Mailbox: k.Mailbox, Groups: groups}, tell)
	tell(checkFolder(ctx, c.Data, tenant))
	if err := ctx.Err(); err != nil {
		return err
	}
	if answer.OK = failed == 0; k.JSON {
		b, err := json.MarshalIndent(answer, "", "  ")
		if err != nil {
			return fmt.Errorf("encode the steps: %w", err)
		}
		if _, err := fmt.Fprintln(con.out, string(b)); err != nil {
			return err
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d steps failed; what to do stands with each", failed, len(answer.Steps))
	}
	return nil
}

// settings looks whether the server would start with what is set, and lists the
// groups that the scope names.
func (k *checkCmd) settings() (graph.Step, []string) {
	step := graph.Step{Name: "settings", Outcome: graph.Passed, Detail: "scope, retention and polling are understood"}
	set, err := readSettings(k.Scope, k.Removal)
	if err == nil {
		err = k.Poll.read(&set)
	}
	if err == nil {
		_, _, err = k.Notify.read()
	}
	if err != nil {
		step.Outcome, step.Detail = graph.Failed, oneLine(err.Error())
		step.Do = []string{"Correct this flag, or the MAILQUARRY_ variable of its name; mailquarry --help lists both."}
	}
	var groups []string
	for _, r := range slices.Concat(set.scope.Include, set.scope.Exclude) {
		if g, ok := strings.CutPrefix(r.String(), "group:"); ok && !slices.Contains(groups, g) {
			groups = append(groups, g)
		}
	}
	return step, groups
}

// printStep prints a step, and what to do the first time that it is to be done.
func printStep(w io.Writer, s graph.Step, told map[string]string) {
	fmt.Fprintf(w, "%-8s %s: %s\n", s.Outcome, s.Name, printable(s.Detail))
	all := strings.Join(s.Do, "\n")
	if before := told[all]; before != "" {
		fmt.Fprintf(w, "%9s Do what is said at %s.\n", "", before)
		return
	}
	if len(s.Do) > 0 {
		told[all] = s.Name
	}
	for i, what := range s.Do {
		fmt.Fprintf(w, "%9s %d. %s\n", "", i+1, printable(what))
	}
}

// checkFolder looks whether the data folder could be opened, for this tenant.
func checkFolder(ctx context.Context, data, tenant string) graph.Step {
	step := graph.Step{Name: "data folder", Outcome: graph.Passed}
	found, err := archive.Inspect(ctx, data, indexer.GraphSource)
	switch {
	case err != nil:
		step.Outcome, step.Detail = graph.Failed, fmt.Sprintf("%s cannot be used: %s", data, oneLine(err.Error()))
		step.Do = []string{"Name another folder with --data or MAILQUARRY_DATA, or let the user that runs Mailquarry own this one (chown -R USER " + data + ")."}
		for _, a := range advice {
			if errors.Is(err, a.is) {
				step.Do = []string{a.say}
				break
			}
		}
	case tenant != "" && found.Tenant != "" && found.Tenant != tenant:
		step.Outcome, step.Detail = graph.Failed, fmt.Sprintf("%s holds the mail of another tenant, %s", data, found.Tenant)
		step.Do = []string{"Name another folder with --data or MAILQUARRY_DATA, or set AZURE_TENANT_ID to the tenant that this one belongs to."}
	case found.Held:
		step.Detail = data + " can be written, and a mailquarry process is using it"
	case found.Exists:
		step.Detail = data + " can be written, and holds a store"
	default:
		step.Detail = data + " can be written, and holds no store yet"
	}
	return step
}
