package upkeep_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"minewatch/ingest/lake"
	"minewatch/ingest/lake/upkeep"
)

// lakeOfDays has an hour of flows, eight o'clock, on each of n days up to the
// second of March, stored when they were received, and the size of each hour.
func lakeOfDays(t *testing.T, n int) (dir string, bytes int64) {
	t.Helper()
	dir = t.TempDir()
	for i := range n {
		hour := eight.AddDate(0, 0, i-n+1)
		files := publish(t, dir, hour.Format("w-20060102"), records(hour, 0, 10))
		path := filepath.Join(dir, files[0].Path)
		if err := os.Chtimes(path, hour.Add(time.Hour), hour.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		bytes = files[0].Bytes
	}
	return dir, bytes
}

func retain(t *testing.T, dir string, o upkeep.RetainOptions) *upkeep.Retention {
	t.Helper()
	if o.Now == nil {
		o.Now = atNoon
	}
	r, err := upkeep.Retain(t.Context(), dir, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// deleted is the days of a run, with their reasons.
func deleted(r *upkeep.Retention) (days []string) {
	for _, d := range r.Deleted {
		days = append(days, d.Hour.Format(time.DateOnly)+" "+d.Reason)
	}
	return days
}

func hoursLeft(t *testing.T, dir string) int {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "flows", "*", "*", "*.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	return len(found)
}

func TestRetainByAge(t *testing.T) {
	dir, bytes := lakeOfDays(t, 5)
	other := filepath.Join(dir, "contacts", "day=2020-01-01", "contacts.parquet")
	if err := lake.WriteFile(other, []byte("old, but no flows")); err != nil {
		t.Fatal(err)
	}
	dry := retain(t, dir, upkeep.RetainOptions{MaxAge: 48 * time.Hour, DryRun: true})
	if got := hoursLeft(t, dir); got != 5 {
		t.Errorf("after a dry run %d hours are left, want 5", got)
	}
	want := []string{"2026-02-26 age", "2026-02-27 age", "2026-02-28 age"}
	if diff := cmp.Diff(want, deleted(dry)); diff != "" {
		t.Errorf("dry run (-want +got):\n%s", diff)
	}
	wet := retain(t, dir, upkeep.RetainOptions{Program: "test", MaxAge: 48 * time.Hour})
	if diff := cmp.Diff(dry.Deleted, wet.Deleted); diff != "" {
		t.Errorf("the run did other than the dry run said:\n%s", diff)
	}
	if wet.KeptHours != 2 || wet.KeptBytes > 2*bytes+200 || hoursLeft(t, dir) != 2 {
		t.Errorf("kept %d hours, %d bytes, and there are %d", wet.KeptHours, wet.KeptBytes, hoursLeft(t, dir))
	}
	if _, err := os.Stat(other); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "flows", "date=2026-02-26")); err == nil {
		t.Error("an empty day's folder stays")
	}
	wantManifest(t, dir, wet)
}

// wantManifest fails unless the lake has one manifest of retention, saying r,
// and nothing is left under way.
func wantManifest(t *testing.T, dir string, r *upkeep.Retention) {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "manifests", "retain", "*.json"))
	if err != nil || len(found) != 1 {
		t.Fatalf("manifests %v (%v), want one", found, err)
	}
	text, err := os.ReadFile(found[0])
	if err != nil {
		t.Fatal(err)
	}
	var got upkeep.Retention
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(r, &got); diff != "" {
		t.Errorf("manifest (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"gate", "lock"}, names(t, filepath.Join(dir, lake.UpkeepFolder))); diff != "" {
		t.Errorf("left in upkeep (-want +got):\n%s", diff)
	}
}

// By bytes the oldest go first, and those too old by age make room already.
func TestRetainByBytes(t *testing.T) {
	dir, bytes := lakeOfDays(t, 5)
	r := retain(t, dir, upkeep.RetainOptions{MaxAge: 80 * time.Hour, MaxBytes: 2*bytes + bytes/2})
	want := []string{"2026-02-26 age", "2026-02-27 bytes", "2026-02-28 bytes"}
	if diff := cmp.Diff(want, deleted(r)); diff != "" {
		t.Errorf("deleted (-want +got):\n%s", diff)
	}
	if again := retain(t, dir, upkeep.RetainOptions{MaxAge: 80 * time.Hour, MaxBytes: 2*bytes + bytes/2}); len(again.Deleted) != 0 {
		t.Errorf("a second run deleted %v", deleted(again))
	}
}

// Without limits nothing is deleted, and the open hour never.
func TestRetainKeeps(t *testing.T) {
	dir, _ := lakeOfDays(t, 3)
	if r := retain(t, dir, upkeep.RetainOptions{}); len(r.Deleted) != 0 || r.KeptHours != 3 {
		t.Errorf("without limits: %+v", r)
	}
	within := func() time.Time { return eight.Add(30 * time.Minute) }
	r := retain(t, dir, upkeep.RetainOptions{MaxAge: time.Nanosecond, MaxBytes: 1, Now: within})
	if len(r.Deleted) != 2 || r.KeptHours != 1 {
		t.Errorf("deleted %v, want all but the open hour", deleted(r))
	}
}

// What was imported today from an old log is as new as what was received
// today; compaction makes nothing younger.
func TestRetainCountsFromStoring(t *testing.T) {
	dir := t.TempDir()
	old := eight.AddDate(-5, 0, 0)
	path := filepath.Join(dir, publish(t, dir, "import", records(old, 0, 10))[0].Path)
	stored := noon.AddDate(0, 0, -10)
	if err := os.Chtimes(path, stored, stored); err != nil {
		t.Fatal(err)
	}
	compact(t, dir, upkeep.CompactOptions{})
	if r := retain(t, dir, upkeep.RetainOptions{MaxAge: 11 * 24 * time.Hour}); len(r.Deleted) != 0 {
		t.Errorf("deleted %v, which came ten days ago", deleted(r))
	}
	if r := retain(t, dir, upkeep.RetainOptions{MaxAge: 9 * 24 * time.Hour}); len(r.Deleted) != 1 {
		t.Errorf("deleted %v, want what came ten days ago", deleted(r))
	}
}

// A run that was killed after it had moved some of its hours is told by the
// next one, with what it really deleted.
func TestRetainInterrupted(t *testing.T) {
	dir, _ := lakeOfDays(t, 4)
	plan := retain(t, dir, upkeep.RetainOptions{MaxAge: 48 * time.Hour, DryRun: true})
	job := filepath.Join(dir, lake.UpkeepFolder, "retain-20260302T120000.000Z")
	text, err := json.Marshal(plan)
	if err != nil {
		t.Fatal(err)
	}
	if err := lake.WriteFile(filepath.Join(job, "note.json"), text); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(dir, "flows", "date=2026-02-27", "hour=08"), filepath.Join(job, "2026-02-27T08")); err != nil {
		t.Fatal(err)
	}
	retain(t, dir, upkeep.RetainOptions{})

	done := *plan
	done.KeptHours, done.KeptBytes = plan.KeptHours+1, plan.KeptBytes+plan.Deleted[1].Bytes
	done.Deleted = slices.Clone(plan.Deleted[:1])
	wantManifest(t, dir, &done)
	if got := hoursLeft(t, dir); got != 3 {
		t.Errorf("%d hours are left, want 3", got)
	}
}
