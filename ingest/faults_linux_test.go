package ingest_test

import (
	"context"
	"errors"
	"log/slog"
	"net/netip"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"minewatch/ingest"
)

// mount mounts a file system for the test, which is skipped where it may not.
func mount(t *testing.T, source, target, kind string, flags uintptr, data string) (unmount func()) {
	t.Helper()
	err := unix.Mount(source, target, kind, flags, data)
	if errors.Is(err, unix.EPERM) {
		t.Skip("mounting a small disk needs root, so this fault was NOT tried")
	}
	if err != nil {
		t.Fatal(err)
	}
	unmount = func() {
		if err := unix.Unmount(target, unix.MNT_DETACH); err != nil {
			t.Error(err)
		}
	}
	return unmount
}

// collectThroughFault collects in peace, under a fault of the lake's disk, and
// in peace again, and returns the log.
func collectThroughFault(t *testing.T, dir string, begin func() (end func())) string {
	t.Helper()
	log := &syncBuffer{}
	counts := collect(t, ingest.CollectOptions{
		Lake: dir, FlushEvery: 20 * time.Millisecond, RotateEvery: 50 * time.Millisecond,
		Logger: slog.New(slog.NewTextHandler(log, nil)),
	}, func(to netip.AddrPort, stop context.CancelFunc) {
		send(t, to, netflow5(noon, 3))
		eventually(t, "the first flows are published", func() bool { return len(published(t, dir)) == 1 })

		end := begin()
		send(t, to, netflow5(noon, 5))
		eventually(t, "the loss is logged", func() bool { return strings.Contains(log.String(), "records lost") })
		end()

		send(t, to, netflow5(noon, 7))
		eventually(t, "the next flows are published", func() bool { return len(published(t, dir)) == 2 })
		eventually(t, "the end of the fault is logged", func() bool { return strings.Contains(log.String(), "can be written again") })
		stop()
	})
	stored := int64(0)
	for _, n := range storedNumbers(t, dir) {
		stored += int64(n)
	}
	if stored != counts.RecordsStored {
		t.Errorf("the lake holds %d records, counted as stored are %d", stored, counts.RecordsStored)
	}
	if counts.RecordsStored != 10 || counts.RecordsDisk != 5 || counts.RecordsPending != 0 {
		t.Errorf("counts %s, want 10 stored and 5 lost", counts.String())
	}
	return log.String()
}

// While the disk is full, what does not fit is lost and counted; then it goes
// on by itself, and nothing published is damaged.
func TestCollectOntoFullDisk(t *testing.T) {
	dir := t.TempDir()
	defer mount(t, "tmpfs", dir, "tmpfs", 0, "size=2m")()
	log := collectThroughFault(t, dir, func() func() { return fillDisk(t, dir) })
	if !strings.Contains(log, "no space left on device") {
		t.Errorf("the log does not say why:\n%s", log)
	}
}

// A lake that becomes read-only for a while is survived likewise.
func TestCollectIntoReadOnlyLake(t *testing.T) {
	dir := t.TempDir()
	defer mount(t, "tmpfs", dir, "tmpfs", 0, "")() // or is skipped here, and not below
	log := collectThroughFault(t, dir, func() func() { return makeReadOnly(t, dir) })
	if !strings.Contains(log, "read-only file system") {
		t.Errorf("the log does not say why:\n%s", log)
	}
}

// A lake that is read-only from the start is an error at once.
func TestCollectRefusesReadOnlyLake(t *testing.T) {
	dir := t.TempDir()
	defer mount(t, "tmpfs", dir, "tmpfs", unix.MS_RDONLY, "")()
	_, err := ingest.Collect(t.Context(), ingest.CollectOptions{Lake: dir, Name: "c", Listen: loopback, Now: clock})
	if !errors.Is(err, unix.EROFS) || !strings.Contains(err.Error(), "open lake "+dir) {
		t.Errorf("error %v, want a read-only file system", err)
	}
}
