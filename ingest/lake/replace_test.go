package lake_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"minewatch/ingest/flow"
	"minewatch/ingest/lake"
)

var eight = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

// flowsOf are n flows of an hour.
func flowsOf(hour time.Time, n int) []flow.Record {
	records := make([]flow.Record, n)
	for i := range records {
		records[i].ReceivedAt = hour.Add(time.Duration(i) * time.Second).UnixMicro()
	}
	return records
}

// TestReplace: old files go, new ones come, under other names, and the folder
// of an hour that has none left goes too.
func TestReplace(t *testing.T) {
	dir := t.TempDir()
	w := newWriter(t, dir, lake.Options{Name: "w"})
	mustAppend(t, w, flowsOf(eight, 10))
	mustAppend(t, w, flowsOf(eight.Add(time.Hour), 10))
	before := mustPublish(t, w)
	mustAppend(t, w, flowsOf(eight, 7))
	after, err := w.Replace([]string{before[0].Path, before[1].Path, "flows/date=2000-01-01/hour=00/gone-000001.parquet"})
	if err != nil || len(after) != 1 || after[0].Rows != 7 || after[0].Path == before[0].Path {
		t.Fatalf("replaced by %+v, error %v", after, err)
	}
	if got := tree(t, filepath.Join(dir, "flows")); len(got) != 1 || "flows/"+got[0] != after[0].Path {
		t.Errorf("files %v", got)
	}
	if _, err := os.Stat(filepath.Dir(filepath.Join(dir, before[1].Path))); !os.IsNotExist(err) {
		t.Errorf("the folder of an empty hour: %v", err)
	}
}

// TestReplaceFails: after an error, what was to be replaced is there.
func TestReplaceFails(t *testing.T) {
	dir := t.TempDir()
	w := newWriter(t, dir, lake.Options{Name: "w"})
	mustAppend(t, w, flowsOf(eight, 10))
	before := mustPublish(t, w)
	mustAppend(t, w, flowsOf(eight, 7))
	mustAppend(t, w, flowsOf(eight.Add(time.Hour), 7))
	// The second hour's folder cannot be made.
	obstacle := filepath.Join(dir, "flows", eight.Add(time.Hour).Format("date=2006-01-02/hour=15"))
	if err := os.WriteFile(obstacle, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Replace([]string{before[0].Path}); err == nil {
		t.Error("no error")
	}
	if err := os.Remove(obstacle); err != nil {
		t.Fatal(err)
	}
	if got := tree(t, filepath.Join(dir, "flows")); len(got) != 1 || "flows/"+got[0] != before[0].Path {
		t.Errorf("files %v, want %s", got, before[0].Path)
	}
}
