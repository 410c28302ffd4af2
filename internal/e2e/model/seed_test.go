package model

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A world in which something differs fails the test, and what it prints is all
// that is needed to see the same again: its seed, how many steps it had, and what
// happened in it.
func TestFailingSeedPrintsItself(t *testing.T) {
	t.Parallel()
	if os.Getenv("MAILQUARRY_SPOIL") != "" {
		t.Skip("this is what is looked at")
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestModel$", "-test.v")
	cmd.Env = append(os.Environ(), "MAILQUARRY_SPOIL=19", "MAILQUARRY_STEPS=40", "MAILQUARRY_WORLD=20", "MAILQUARRY_SEED=")
	out, err := cmd.CombinedOutput()
	if err == nil {
		t.Fatalf("two worlds differ, and the test passed:\n%s", out)
	}
	said := string(out)
	for _, seed := range []string{"1", "2"} {
		for _, want := range []string{
			`seed ` + seed + `: after step 19: store, index and tenant differ`,
			`repeat: MAILQUARRY_SEED=` + seed + ` MAILQUARRY_WORLD=20 go test ./internal/e2e/model -run TestModel`,
		} {
			if !strings.Contains(said, want) {
				t.Errorf("it does not say %q", want)
			}
		}
	}
	if n := len(regexp.MustCompile(`(?m)^ *(step )?\d+: `).FindAllString(said, -1)); n < 20 {
		t.Errorf("it tells of %d steps", n)
	}
	if t.Failed() {
		t.Log(said)
	}
}

// The whole check has a share of the random steps in it, and make soak as many as
// are asked for.
func TestModelIsPartOfTheCheck(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("make"); err != nil {
		t.Skip("there is no make here")
	}
	root := filepath.Join("..", "..", "..")
	check, err := os.ReadFile(filepath.Join(root, ".ci", "run"))
	if err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`(?m)^make test$`).Match(check) {
		t.Error(".ci/run does not make test")
	}
	for target, want := range map[string]string{
		"test": `go test [^\n]*\./internal/e2e/\.\.\.`,
		"soak": `MAILQUARRY_STEPS=77 [^\n]*go test [^\n]*-timeout 0 [^\n]*\./internal/e2e/model`,
	} {
		out, err := exec.Command("make", "-n", "-C", root, target, "STEPS=77").CombinedOutput()
		if err != nil {
			t.Errorf("make -n %s: %v: %s", target, err, out)
		}
		if !regexp.MustCompile(want).Match(out) {
			t.Errorf("make %s does not run %s:\n%s", target, want, out)
		}
	}
}
