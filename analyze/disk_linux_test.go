package analyze_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"minewatch/analyze"
)

// TestFullDisk: wherever in a night the disk becomes full, the night before or
// the new one is there as a whole, and the next run succeeds.
func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=8m")
	if errors.Is(err, unix.EPERM) {
		t.Skip("mounting a small disk needs root, so this fault was NOT tried")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
			t.Error(err)
		}
	}()
	o := options(t)
	o.Lake, o.Engine.Threads = dir, 1
	store(t, o, "a", short()...)
	importFeed(t, o)
	a, b := answers(t, o)
	filler := filepath.Join(dir, "filler")
	failed, page, stride := 0, int64(os.Getpagesize()), int64(3)
	if os.Getenv(soakVariable) != "" {
		stride = 1
	}
	for free := int64(0); ; free += stride {
		var disk unix.Statfs_t
		if err := unix.Statfs(dir, &disk); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filler, make([]byte, max(0, int64(disk.Bavail)*disk.Bsize-free*page)), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := analyze.Night(t.Context(), kindOfNight(o, 0), shortDay)
		if err := os.Remove(filler); err != nil {
			t.Fatal(err)
		}
		takeTurn(t, o)
		whole(t, o, a, b)
		if err == nil {
			break
		}
		if failed++; failed > 100 {
			t.Fatalf("100 pages are too little: %v", err)
		}
	}
	if failed < 3 {
		t.Errorf("only %d nights had too little room", failed)
	}
	t.Logf("%d nights failed, and one with %d free pages did not", failed, int64(failed)*stride)
	nights(t, kindOfNight(o, 1), shortDay)
	whole(t, o, b, b)
}
