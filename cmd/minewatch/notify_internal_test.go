package main

import (
	"bytes"
	"net"
	"path/filepath"
	"regexp"
	"testing"
	"time"
)

// The service manager is told once the sockets are open, and where they are.
func TestNotifyReady(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notify")
	manager, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer manager.Close()
	t.Setenv("NOTIFY_SOCKET", path)
	var out, log bytes.Buffer
	if code := run(t.Context(), []string{"collect", "--listen", "udp://127.0.0.1:0", "--duration", "10ms", "--lake", t.TempDir()}, nil, &out, &log); code != exitDone {
		t.Fatalf("exit code %d\n%s", code, log.String())
	}
	if err := manager.SetReadDeadline(time.Now().Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	said := make([]byte, 1000)
	n, err := manager.Read(said)
	if err != nil {
		t.Fatal(err)
	}
	if want := regexp.MustCompile(`^READY=1\nSTATUS=listening on udp://127\.0\.0\.1:[1-9]\d*$`); !want.Match(said[:n]) {
		t.Errorf("told %q", said[:n])
	}
}

// A collector whose manager does not listen collects all the same, and says so.
func TestNotifyNobody(t *testing.T) {
	t.Setenv("NOTIFY_SOCKET", filepath.Join(t.TempDir(), "nobody"))
	var out, log bytes.Buffer
	if code := run(t.Context(), []string{"collect", "--listen", "udp://127.0.0.1:0", "--duration", "10ms", "--lake", t.TempDir()}, nil, &out, &log); code != exitDone {
		t.Errorf("exit code %d", code)
	}
	if !bytes.Contains(log.Bytes(), []byte("NOTIFY_SOCKET")) {
		t.Errorf("the log does not say it:\n%s", log.String())
	}
}
