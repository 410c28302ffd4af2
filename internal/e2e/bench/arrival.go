package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"mailquarry/internal/graphsim"
)

// What arrives while people search.
const (
	arrivalBoxes    = 20
	arrivalSearches = 50 // a second
	arrivalQuiet    = 30 * time.Second
	arrivalSteady   = 600                    // messages
	arrivalEvery    = 200 * time.Millisecond // one message
	arrivalFlood    = 10_000                 // messages that are there at once
	floodMarked     = 40                     // one of so many is watched
	arrivalPatience = 2 * time.Minute
)

// arrival measures how soon new mail is found, what it does to searches, and what is
// written for it: the real program beside a simulated tenant, which is in this process.
func (b *bench) arrival() (err error) {
	if err := b.filled(); err != nil {
		return err
	}
	dir, err := b.folder("arrival")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	o, err := newOffice(b, dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.close()) }()
	return o.measure()
}

// office is a tenant, the program that syncs it, and those who look at both.
type office struct {
	tenant  *graphsim.Tenant
	server  *graphsim.Server
	boxes   []*graphsim.Folder
	letters *letters
	queries []string
	program *serving
	data    string
	watch   *watch
	perMail float64 // bytes of the merged index for a message
}

// newOffice starts the program over a copy of all the mail, with mailboxes that are
// still empty beside it.
func newOffice(b *bench, dir string) (*office, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	o := &office{data: filepath.Join(dir, "data"), tenant: graphsim.New(graphsim.Options{Seed: 3, Recorded: -1})}
	if out, err := exec.Command("cp", "-a", b.data(), o.data).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("copy the data folder: %w: %s", err, out)
	}
	index, err := diskUsage(filepath.Join(o.data, "index"))
	if err != nil {
		return nil, err
	}
	o.perMail = float64(index) / float64(b.mail.files)
	if o.queries, err = mixed(b.mail.tree, 22, 100); err != nil {
		return nil, err
	}
	if o.letters, err = newLetters(b.mail.tree); err != nil {
		return nil, err
	}
	for i := range arrivalBoxes {
		m := o.tenant.AddUser(graphsim.User{Address: fmt.Sprintf("person%d@contoso.example", i), DisplayName: fmt.Sprintf("Person %d", i)})
		o.boxes = append(o.boxes, m.Folder("inbox"))
	}
	if o.server, err = o.tenant.Start(""); err != nil {
		return nil, err
	}
	cert := filepath.Join(dir, "ca.pem")
	if err := os.WriteFile(cert, o.server.CertPEM, 0o600); err != nil {
		return nil, errors.Join(err, o.server.Close())
	}
	if err := o.start(b.binary, cert); err != nil {
		return nil, errors.Join(err, o.server.Close())
	}
	return o, nil
}

func (o *office) start(binary, cert string) (err error) {
	t := o.tenant.Options()
	o.program, err = serve(binary, o.data,
		"AZURE_TENANT_ID="+t.TenantID, "AZURE_CLIENT_ID="+t.ClientID, "AZURE_CLIENT_SECRET="+t.ClientSecret,
		"AZURE_AUTHORITY_HOST="+o.server.Authority, "MAILQUARRY_GRAPH_URL="+o.server.GraphURL,
		"MAILQUARRY_DISABLE_INSTANCE_DISCOVERY=1", "SSL_CERT_FILE="+cert,
		"MAILQUARRY_INTERVAL=1s", "MAILQUARRY_MIN_INTERVAL=1s", "MAILQUARRY_MAX_INTERVAL=1s", "MAILQUARRY_LOG=warn")
	if err != nil {
		return err
	}
	if o.watch, err = newWatch(o.program, o.data); err != nil {
		return errors.Join(err, o.program.stop())
	}
	return nil
}

func (o *office) close() error {
	return errors.Join(o.watch.close(), o.program.stop(), o.server.Close())
}

// measure goes through the phases: nothing arrives, single messages do, nothing
// again, thousands at once, nothing again.
func (o *office) measure() error {
	if _, err := o.program.loadFor(o.queries, arrivalSearches, 10*time.Second); err != nil { // to warm the caches
		return err
	}
	phases := []phase{
		{name: "nothing"},
		{name: fmt.Sprintf("%.0f single messages a second, %d in all", time.Second.Seconds()/arrivalEvery.Seconds(), arrivalSteady), send: o.sendSteadily},
		{name: "nothing"},
		{name: fmt.Sprintf("%d messages, there at once in %d mailboxes", arrivalFlood, arrivalBoxes), send: o.sendFlood},
		{name: "nothing"},
	}
	for i := range phases {
		if err := o.run(&phases[i]); err != nil {
			return err
		}
	}
	return o.tell(phases)
}

// phase is one load beside the searches.
type phase struct {
	name     string
	send     func(context.Context) (watched int)
	searches spread
	took     time.Duration // from the first message to the last one found
	seen     []sighting
	writes   written
}

func (o *office) run(p *phase) error {
	if p.send == nil {
		var err error
		p.searches, err = o.program.loadFor(o.queries, arrivalSearches, arrivalQuiet)
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*arrivalPatience)
	defer cancel()
	files, err := watchFiles(filepath.Join(o.data, "index"))
	if err != nil {
		return err
	}
	stop := make(chan struct{})
	var (
		working sync.WaitGroup
		loadErr error
	)
	working.Go(func() { p.searches, loadErr = o.program.load(o.queries, arrivalSearches, stop) })
	start := time.Now()
	watched := p.send(ctx)
	err = o.watch.until(watched, arrivalPatience)
	p.took = time.Since(start)
	close(stop)
	working.Wait()
	p.seen = o.watch.take()
	var werr error
	p.writes, werr = files.settle(arrivalPatience)
	return errors.Join(err, loadErr, werr)
}

// sendSteadily lets one message after the other arrive; it watches all of them.
func (o *office) sendSteadily(context.Context) int {
	tick := time.NewTicker(arrivalEvery)
	defer tick.Stop()
	for n := range arrivalSteady {
		<-tick.C
		o.watch.sent(o.boxes[n%len(o.boxes)], o.letters.next())
	}
	return arrivalSteady
}

// sendFlood has many messages arrive at once; it watches some of them.
func (o *office) sendFlood(context.Context) (watched int) {
	for n := range arrivalFlood {
		box := o.boxes[n%len(o.boxes)]
		if n%floodMarked != 0 {
			box.Add(o.letters.next())
			continue
		}
		o.watch.sent(box, o.letters.next())
		watched++
	}
	return watched
}

func (o *office) tell(phases []phase) error {
	fmt.Printf("\nNew mail over a simulated tenant, polled every second, while %d mixed searches a second are asked (20 hits, snippets, the facets mailbox and\n"+
		"folder; times from when each was due). Milliseconds. Goals: found less than 1,000 after the commit of its page, p95 of searches at most doubled.\n\n", arrivalSearches)
	fmt.Println("| what arrives | searches | p50 | p95 | p99 | p95, nothing arriving = 1 | found after its commit: p50 | p95 | most | found after its arrival: p50 | p95 | most |")
	fmt.Println("|---|---|---|---|---|---|---|---|---|---|---|---|")
	var still spread
	for _, p := range phases {
		if p.send == nil {
			still = append(still, p.searches...)
		}
	}
	for _, p := range phases {
		fmt.Printf("| %s | %d | %s | %s | %s | %.2f |", p.name, len(p.searches), brief(p.searches.at(50)), brief(p.searches.at(95)),
			brief(p.searches.at(99)), float64(p.searches.at(95))/float64(still.at(95)))
		commit, arrived := lags(p.seen)
		for _, s := range []spread{commit, arrived} {
			if len(s) == 0 {
				fmt.Print(" | | |")
				continue
			}
			fmt.Printf(" %.0f | %.0f | %.0f |", ms(s.at(50)), ms(s.at(95)), ms(s.at(100)))
		}
		fmt.Println()
	}
	fmt.Printf("\nWhat is written into the index's folder meanwhile, until it has come to rest; the goal for single messages is 10 times what they add to the index at most.\n" +
		"Added is what the folder has grown by; a message of the merged index takes ")
	fmt.Printf("%.0f bytes.\n\n", o.perMail)
	fmt.Println("| what arrives | s | batches | segments MB | root.bolt MB | added MB | as merged MB | written / added | written / as merged |")
	fmt.Println("|---|---|---|---|---|---|---|---|---|")
	for _, p := range phases {
		if p.send == nil {
			continue
		}
		count := arrivalSteady
		if p.took > 0 && len(p.seen) < arrivalSteady {
			count = arrivalFlood
		}
		all, merged := p.writes.segments+p.writes.bolt, o.perMail*float64(count)
		fmt.Printf("| %s | %.0f | %d | %.2f | %.2f | %.2f | %.2f | %.1f | %.1f |\n", p.name, p.took.Seconds(), p.writes.commits, mb(p.writes.segments),
			mb(p.writes.bolt), mb(p.writes.added), merged/1e6, float64(all)/float64(p.writes.added), float64(all)/merged)
	}
	r, err := o.program.resident()
	if err == nil {
		fmt.Printf("\nThe service has then %.0f MB in memory, %.0f of its own and %.0f of mapped files.\n", mb(r.all), mb(r.own), mb(r.mapped))
	}
	return err
}
