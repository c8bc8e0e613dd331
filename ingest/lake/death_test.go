package lake_test

import (
	"bufio"
	"bytes"
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"minewatch/ingest/lake"
)

// roleVariable makes this test binary play a writer that comes to grief, in
// the lake that the variable lakeVariable names.
const (
	roleVariable = "LAKE_TEST_ROLE"
	lakeVariable = "LAKE_TEST_DIR"
)

func TestMain(m *testing.M) {
	dir := os.Getenv(lakeVariable)
	switch os.Getenv(roleVariable) {
	case "":
		os.Exit(m.Run())
	case "victim":
		victim(dir)
		os.Exit(1)
	case "small-disk":
		os.Exit(smallDisk(dir))
	case "spooler":
		os.Exit(spooler(dir))
	case "small-disk-spool":
		os.Exit(smallDiskSpool(dir))
	}
}

func child(t *testing.T, role, dir string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0]) //nolint:gosec // this test binary
	cmd.Env = append(os.Environ(), roleVariable+"="+role, lakeVariable+"="+dir)
	return cmd
}

// victim publishes again and again, and says so, until it is killed.
func victim(dir string) {
	w, err := lake.NewWriter(dir, lake.Options{Name: "victim", RowGroupRows: 1000, FileRows: 3000})
	if err != nil {
		return
	}
	records := traffic(1, 10_000, 1)
	for {
		if err := w.Append(batchOf(records)); err != nil {
			return
		}
		if _, err := w.Publish(); err != nil {
			return
		}
		os.Stdout.WriteString("published\n")
	}
}

// A writer that is killed in the middle leaves only whole files where readers
// look, and the next writer removes the rest.
func TestKilledWriter(t *testing.T) {
	dir := t.TempDir()
	cmd := child(t, "victim", dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines, published := bufio.NewScanner(out), 0
	for published < 5 && lines.Scan() {
		published++
	}
	// Let it get into the sixth round: its first file is there to be seen.
	leftovers := filepath.Join(dir, "hot", "victim", "*.tmp")
	for {
		if found, _ := filepath.Glob(leftovers); len(found) > 0 {
			break
		}
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	for lines.Scan() { // rounds that it finished in between
		published++
	}
	_ = cmd.Wait() // it was killed

	want := []string{"true"}
	got := query(t, "select count(*) >= 50000 from read_parquet('"+dir+"/flows/*/*/*.parquet')")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("after %d publications all readable, and at least 50,000 rows (-want +got):\n%s", published, diff)
	}

	newWriter(t, dir, lake.Options{Name: "heir"})
	if _, err := os.Stat(filepath.Join(dir, "hot", "victim")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the dead writer's folder is still there (%v)", err)
	}
}

// smallDisk writes with files limited to 64 KiB, which is how a full disk
// looks to a writer.
func smallDisk(dir string) int {
	signal.Ignore(syscall.SIGXFSZ)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 64 << 10, Max: 64 << 10}); err != nil {
		return 1
	}
	w, err := lake.NewWriter(dir, lake.Options{Name: "small", RowGroupRows: 1000})
	if err != nil {
		return 1
	}
	if err := w.Append(batchOf(traffic(1, 1000, 100))); err != nil {
		return 2
	}
	if _, err := w.Publish(); err != nil { // fits
		return 3
	}
	err = w.Append(batchOf(traffic(2, 20_000, 100)))
	if err == nil {
		_, err = w.Publish()
	}
	if err == nil {
		return 4
	}
	os.Stdout.WriteString(err.Error())
	if err := w.Abort(); err != nil {
		return 5
	}
	if err := w.Append(batchOf(traffic(3, 500, 100))); err != nil {
		return 6
	}
	if _, err := w.Publish(); err != nil {
		return 7
	}
	if err := w.Close(); err != nil {
		return 8
	}
	return 0
}

// When the disk is full the error names file and cause, what was published
// before stays, nothing half is readable, and the writer goes on when there is
// room again.
func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	cmd := child(t, "small-disk", dir)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s", err, stderr.String())
	}
	for _, part := range []string{"append to lake " + dir, "hot/small/small-000002.parquet.tmp", "file too large"} {
		if !strings.Contains(stdout.String(), part) {
			t.Errorf("error %q does not say %q", stdout.String(), part)
		}
	}
	got := query(t, "select count(*) from read_parquet('"+dir+"/flows/*/*/*.parquet')")
	if diff := cmp.Diff([]string{"1500"}, got); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"lock"}, tree(t, filepath.Join(dir, "hot"))); diff != "" {
		t.Errorf("left in hot (-want +got):\n%s", diff)
	}
}
