package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"mailquarry/internal/e2e/mirror"
	"mailquarry/internal/graphsim"
)

// The tenant whose requests are counted.
const (
	officeBoxes    = 10
	officeMessages = 20_000
)

// countRequests syncs a simulated tenant without faults and prints what requests
// it took, beside the least that Graph's API makes possible.
func (b *bench) requests() error {
	work, err := b.folder("requests")
	if err != nil {
		return err
	}
	var tally mirror.Tally
	tenant := graphsim.New(graphsim.Options{Seed: 1, Recorded: -1, Observe: tally.Note})
	mirror.Office(tenant, 2, officeBoxes, officeMessages)
	server, err := tenant.Start("")
	if err != nil {
		return err
	}
	defer server.Close()
	if err := os.MkdirAll(work, 0o700); err != nil {
		return err
	}
	cert := filepath.Join(work, "ca.pem")
	if err := os.WriteFile(cert, server.CertPEM, 0o600); err != nil {
		return err
	}
	once := func() error {
		o := tenant.Options()
		cmd := exec.Command(b.binary, "--data", filepath.Join(work, "data"), "--once", "--log", "warn")
		cmd.Env = []string{
			"PATH=" + os.Getenv("PATH"), "HOME=" + work,
			"AZURE_TENANT_ID=" + o.TenantID, "AZURE_CLIENT_ID=" + o.ClientID, "AZURE_CLIENT_SECRET=" + o.ClientSecret,
			"AZURE_AUTHORITY_HOST=" + server.Authority, "MAILQUARRY_GRAPH_URL=" + server.GraphURL,
			"MAILQUARRY_DISABLE_INSTANCE_DISCOVERY=1", "SSL_CERT_FILE=" + cert,
		}
		var out bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &out
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("sync: %w: %s", err, out.String())
		}
		return nil
	}
	if err := once(); err != nil {
		return err
	}
	first := tally.Count()
	if err := once(); err != nil {
		return err
	}
	tellRequests(mirror.Least(tenant), first, tally.Count())
	return nil
}

func tellRequests(least mirror.Need, first, both mirror.Count) {
	fmt.Printf("%d messages in %d mailboxes, every twentieth with attachments; pages of %d messages\n\n", least.Messages, officeBoxes, mirror.MessagesPerPage)
	per := func(n int) float64 { return 1000 * float64(n) / float64(least.Messages) }
	more := func(n, of int) float64 { return 100*float64(n)/float64(of) - 100 }
	fmt.Println("| first sync | requests | per 1,000 messages | at least | per 1,000 messages | more than the least |")
	fmt.Println("|---|---|---|---|---|---|")
	fmt.Printf("| as Graph's limits count (each of a batch is one) | %d | %.1f | %d | %.1f | %+.1f %% |\n",
		first.Requests, per(first.Requests), least.Requests, per(least.Requests), more(first.Requests, least.Requests))
	fmt.Printf("| over the wire (a batch is one) | %d | %.1f | %d | %.1f | %+.1f %% |\n",
		first.Exchanges, per(first.Exchanges), least.Exchanges, per(least.Exchanges), more(first.Exchanges, least.Exchanges))
	fmt.Println("\n| kind of request | first sync | a round without changes |")
	fmt.Println("|---|---|---|")
	for _, k := range both.Sorted() {
		fmt.Printf("| %s | %d | %d |\n", k, first.Kinds[k], both.Kinds[k]-first.Kinds[k])
	}
}
