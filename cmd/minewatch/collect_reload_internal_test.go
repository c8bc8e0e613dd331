package main

import (
	"bytes"
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// transcript is what a running command has written so far.
type transcript struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *transcript) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *transcript) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// await waits until the output has the text.
func (o *transcript) await(t *testing.T, text string) {
	t.Helper()
	for range 4000 {
		if strings.Contains(o.String(), text) {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatalf("not within 20 s: %q in\n%s", text, o.String())
}

// TestReloadOnHangup: a running collector takes up the changed file, and stays
// as it is when that has faults. Its sockets are never closed for it.
func TestReloadOnHangup(t *testing.T) {
	dir := t.TempDir()
	file, ready := filepath.Join(dir, "minewatch.toml"), filepath.Join(dir, "ready")
	configure := func(text string) {
		t.Helper()
		if err := os.WriteFile(file, []byte("[collect]\nlisten = [\"udp://127.0.0.1:0\"]\n"+text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	reload := func(said *transcript, want string) {
		t.Helper()
		if err := syscall.Kill(os.Getpid(), syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
		said.await(t, want)
	}
	configure("allow = [\"192.0.2.0/24\"]\n")

	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var stdout, stderr transcript
	code := make(chan int, 1)
	go func() {
		code <- run(ctx, []string{"collect", "--config", file, "--lake", filepath.Join(dir, "lake"), "--ready-file", ready}, strings.NewReader(""), &stdout, &stderr)
	}()
	stderr.await(t, "msg=listening")
	var address []byte
	for len(address) == 0 {
		address, _ = os.ReadFile(ready) // not there yet
	}
	conn, err := net.Dial("udp", strings.TrimPrefix(strings.TrimSpace(string(address)), "udp://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	send := func(flows int) {
		t.Helper()
		if _, err := conn.Write(netflow5(flows, 0)); err != nil {
			t.Fatal(err)
		}
	}

	send(1)
	stderr.await(t, "not on the allow-list")
	configure("[[exporter]]\nprefix = \"127.0.0.1\"\nsampling = 50\n")
	reload(&stderr, "msg=\"configuration reloaded\"")
	send(2)
	configure("allow = [\"127.0.0.1/8\"]\n")
	reload(&stderr, "collect.allow[0]: 127.0.0.1/8 has host bits set")
	configure("rotate_every = \"2m\"\n")
	reload(&stderr, "take effect at the next start")
	send(4)

	stop()
	if got := <-code; got != exitRejected {
		t.Errorf("exit code %d, want %d\n%s", got, exitRejected, stderr.String())
	}
	const want = "datagrams: received 3 = decoded 2 + not_allowed 1; records: received 6 = stored 6"
	if !strings.HasPrefix(stdout.String(), want) {
		t.Errorf("summary %s, want %s", stdout.String(), want)
	}
}
