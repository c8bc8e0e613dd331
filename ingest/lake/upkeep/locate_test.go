package upkeep_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"minewatch/ingest/lake"
	"minewatch/ingest/lake/upkeep"
)

// TestLocate: what is gone from an hour with compacted files was merged; what
// is gone from another, or with its hour, was deleted.
func TestLocate(t *testing.T) {
	dir := t.TempDir()
	files := publish(t, dir, "w",
		records(eight, 0, 10), records(eight.Add(time.Hour), 10, 10), records(eight.Add(2*time.Hour), 20, 10))
	compact(t, dir, upkeep.CompactOptions{})
	files = append(files, publish(t, dir, "x", records(eight.Add(time.Hour), 30, 10))...)                                            // since the compaction
	files = append(files, publish(t, dir, "y", records(eight.Add(5*time.Hour), 40, 10), records(eight.Add(5*time.Hour), 50, 10))...) // one of them deleted by hand
	if err := os.RemoveAll(filepath.Join(dir, filepath.Dir(files[2].Path))); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, files[5].Path)); err != nil {
		t.Fatal(err)
	}
	got, err := upkeep.Locate(dir, files)
	if err != nil {
		t.Fatal(err)
	}
	want := upkeep.Located{
		There:   []lake.File{files[3], files[4]},
		Merged:  []lake.File{files[0], files[1]},
		Deleted: []lake.File{files[2], files[5]},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
