package main

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"mailquarry/internal/graphsim"
)

// await tries until something is true.
func await(t *testing.T, what string, try func() bool) {
	t.Helper()
	deadline := time.Now().Add(time.Minute)
	for !try() {
		if time.Now().After(deadline) {
			t.Fatalf("after a minute: no %s", what)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// ownCertificate makes a certificate for 127.0.0.1, in files, and a client that
// trusts it.
func ownCertificate(t *testing.T, dir string) (certFile, keyFile string, trusting *http.Client) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	certFile, keyFile = filepath.Join(dir, "hook.pem"), filepath.Join(dir, "hook-key.pem")
	for name, block := range map[string]*pem.Block{certFile: {Type: "CERTIFICATE", Bytes: der}, keyFile: {Type: "PRIVATE KEY", Bytes: private}} {
		if err := os.WriteFile(name, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	own, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(own)
	return certFile, keyFile, &http.Client{Timeout: time.Minute, Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}}
}

// New mail is found because Graph tells of it, long before the next look; a
// subscription that Graph drops comes back; and what Graph fails to tell is
// found by its saying that it missed something.
func TestChangeNotifications(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	certFile, keyFile, trusting := ownCertificate(t, dir)
	tenant := graphsim.New(graphsim.Options{Seed: 5, Outbound: trusting})
	box := tenant.AddUser(graphsim.User{Address: "anna@contoso.example"})
	tenant.AddUser(graphsim.User{Address: "guest@contoso.example", NoMailbox: "MailboxNotEnabledForRESTAPI"})
	box.Folder("inbox").Add(graphsim.Message{Subject: "the first"})
	server, err := tenant.Start("")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	ca := filepath.Join(dir, "ca.pem")
	if err := os.WriteFile(ca, server.CertPEM, 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	hook := l.Addr().String()
	_ = l.Close() // for the program to listen on

	cmd := exec.Command("mailquarry", "--data", filepath.Join(dir, "store"), "--listen", "127.0.0.1:0", "--log", "debug",
		"--interval", "10h", "--notify-url", "https://"+hook+"/graph-changes", "--notify-listen", hook, "--notify-cert", certFile, "--notify-key", keyFile)
	cmd.Env = append(os.Environ(), tenantVariables(tenant, server, ca)...)
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := false
	end := func() {
		if !ended {
			ended = true
			_ = cmd.Process.Signal(syscall.SIGTERM)
			_ = cmd.Wait()
		}
	}
	t.Cleanup(func() {
		end()
		if t.Failed() {
			t.Log(said.String())
		}
	})
	page := ""
	for sc := bufio.NewScanner(out); page == "" && sc.Scan(); {
		page, _ = strings.CutPrefix(sc.Text(), "Search page: ")
	}
	found := func(word string) func() bool {
		return func() bool {
			resp, err := http.Get(page + "api/v1/search?q=" + url.QueryEscape(word))
			if err != nil {
				return false
			}
			defer resp.Body.Close()
			var answer struct {
				Total int `json:"total"`
			}
			return json.NewDecoder(resp.Body).Decode(&answer) == nil && answer.Total == 1
		}
	}
	await(t, "first sync", found("first"))
	await(t, "subscription", func() bool { return len(tenant.Subscriptions()) == 1 })
	if s := tenant.Subscriptions()[0]; s.Mailbox != box.ID() || time.Until(s.Until) > 7*24*time.Hour {
		t.Errorf("subscription %+v", s)
	}
	await(t, "status that tells of the subscription", func() bool {
		told, err := exec.Command("mailquarry", "status", "--data", filepath.Join(dir, "store")).Output()
		return err == nil && strings.Contains(string(told), "Change notifications: of 1 of 1 mailbox.")
	})
	box.Folder("inbox").Add(graphsim.Message{Subject: "told at once"})
	await(t, "mail that was told of", found("told"))

	old := tenant.Subscriptions()[0].ID
	tenant.MuteNotifications(true)
	box.Folder("inbox").Add(graphsim.Message{Subject: "never mentioned"})
	tenant.MuteNotifications(false)
	tenant.Lifecycle(old, "missed")
	await(t, "mail that Graph missed to tell of", found("mentioned"))

	// Nothing else is served there, and the page is not.
	for path, want := range map[string]int{"/": 404, "/api/v1/status": 404, "/graph-changes": 405} {
		resp, err := trusting.Get("https://" + hook + path)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("GET %s: %d, want %d", path, resp.StatusCode, want)
		}
	}
	end()
	if n := len(tenant.Subscriptions()); n != 0 {
		t.Errorf("%d subscriptions are left after the end", n)
	}
	if strings.Contains(said.String(), box.ID()) || strings.Contains(said.String(), "anna@") {
		t.Error("the log names a user")
	}
}
