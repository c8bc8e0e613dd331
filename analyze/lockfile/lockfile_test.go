package lockfile_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"minewatch/analyze/lockfile"
)

// TestMain is the holder of a lock where a test starts it as a process of its
// own: it takes the lock, says so, and waits to be killed.
func TestMain(m *testing.M) {
	if path := os.Getenv("MINEWATCH_TEST_HOLD"); path != "" {
		if _, err := lockfile.Take(context.Background(), path, "minewatch nightly", time.Now, 0); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println("held")
		time.Sleep(time.Minute)
		os.Exit(0)
	}
	if parent := os.Getenv(folderVariable); parent != "" {
		holdFolder(parent)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// TestHolder: the second is told who holds the lock and since when; a holder
// that is killed holds nothing.
func TestHolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	holder := exec.Command(os.Args[0])
	holder.Env = append(os.Environ(), "MINEWATCH_TEST_HOLD="+path)
	out, err := holder.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	before := time.Now().Truncate(time.Second)
	if err := holder.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = holder.Process.Kill() })
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "held\n" {
		t.Fatalf("the holder says %q, %v", line, err)
	}

	_, err = lockfile.Take(t.Context(), path, "second", time.Now, 0)
	var held *lockfile.HeldError
	if !errors.As(err, &held) {
		t.Fatalf("second: %v", err)
	}
	host, _ := os.Hostname()
	if o := held.Owner; o.PID != holder.Process.Pid || o.Host != host || o.Command != "minewatch nightly" || o.Since.Before(before) || o.Since.After(time.Now()) {
		t.Errorf("the owner is told as %+v", o)
	}
	if want := fmt.Sprintf("process %d on %s", holder.Process.Pid, host); !strings.Contains(err.Error(), want) {
		t.Errorf("%q does not say %q", err, want)
	}

	time.AfterFunc(300*time.Millisecond, func() { _ = holder.Process.Kill() })
	unlock, err := lockfile.Take(t.Context(), path, "patient", time.Now, 20*time.Second)
	if err != nil {
		t.Fatalf("after the holder was killed: %v", err)
	}
	_ = holder.Wait()
	unlock()
	if unlock, err = lockfile.Take(t.Context(), path, "third", time.Now, 0); err != nil {
		t.Fatalf("after it was given back: %v", err)
	}
	unlock()
}
