package lake_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"minewatch/ingest/flow"
	"minewatch/ingest/lake"
)

func newWriter(t *testing.T, dir string, o lake.Options) *lake.Writer {
	t.Helper()
	w, err := lake.NewWriter(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

func mustAppend(t *testing.T, w *lake.Writer, records []flow.Record) {
	t.Helper()
	if err := w.Append(batchOf(records)); err != nil {
		t.Fatal(err)
	}
}

func mustPublish(t *testing.T, w *lake.Writer) []lake.File {
	t.Helper()
	files, err := w.Publish()
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// tree lists the regular files below dir.
func tree(t *testing.T, dir string) []string {
	t.Helper()
	var paths []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			path, err = filepath.Rel(dir, path)
			paths = append(paths, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

func TestPublishByHourOfReceipt(t *testing.T) {
	dir := t.TempDir()
	w := newWriter(t, dir, lake.Options{Name: "w"})
	at := func(text string) flow.Record {
		when, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			t.Fatal(err)
		}
		return flow.Record{ReceivedAt: when.UnixMicro()}
	}
	mustAppend(t, w, []flow.Record{
		at("2026-03-02T08:59:59.999999Z"),
		at("2026-03-02T09:00:00Z"),
		at("2026-03-02T08:00:00Z"),
		at("2026-12-31T23:59:59Z"),
		at("2027-01-01T08:00:00+09:00"), // 23:00 UTC of the day before
		at("1969-12-31T23:30:00Z"),      // a nonsense clock must not panic
	})
	if got := w.Pending(); got != 6 {
		t.Errorf("pending %d rows, want 6", got)
	}
	if got := tree(t, dir); !cmp.Equal(got, []string{"hot/lock", "hot/w/lock"}) {
		t.Errorf("before publishing the lake holds %q", got)
	}

	type file struct {
		Path     string
		Rows     int64
		Min, Max string
	}
	var got []file
	for _, f := range mustPublish(t, w) {
		info, err := os.Stat(filepath.Join(dir, f.Path))
		if err != nil {
			t.Fatal(err)
		}
		if info.Size() != f.Bytes {
			t.Errorf("%s has %d bytes, reported %d", f.Path, info.Size(), f.Bytes)
		}
		got = append(got, file{f.Path, f.Rows, f.MinReceived.Format(time.RFC3339Nano), f.MaxReceived.Format(time.RFC3339Nano)})
	}
	want := []file{
		{"flows/date=1969-12-31/hour=23/w-000001.parquet", 1, "1969-12-31T23:30:00Z", "1969-12-31T23:30:00Z"},
		{"flows/date=2026-03-02/hour=08/w-000002.parquet", 2, "2026-03-02T08:00:00Z", "2026-03-02T08:59:59.999999Z"},
		{"flows/date=2026-03-02/hour=09/w-000003.parquet", 1, "2026-03-02T09:00:00Z", "2026-03-02T09:00:00Z"},
		{"flows/date=2026-12-31/hour=23/w-000004.parquet", 2, "2026-12-31T23:00:00Z", "2026-12-31T23:59:59Z"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("published (-want +got):\n%s", diff)
	}
	if got := w.Pending(); got != 0 {
		t.Errorf("after publishing %d rows are pending", got)
	}
	if files := mustPublish(t, w); len(files) != 0 {
		t.Errorf("publishing nothing gave %v", files)
	}
}

func TestFilesAreCutAndNumbered(t *testing.T) {
	w := newWriter(t, t.TempDir(), lake.Options{Name: "w", RowGroupRows: 100, FileRows: 250})
	mustAppend(t, w, traffic(1, 700, 100))
	mustAppend(t, w, traffic(2, 10, 100))
	var rows []int64
	for _, f := range mustPublish(t, w) {
		rows = append(rows, f.Rows)
	}
	if diff := cmp.Diff([]int64{300, 300, 110}, rows); diff != "" {
		t.Errorf("rows per file (-want +got):\n%s", diff)
	}
}

// A log that jumps between more hours than files may be open still arrives
// whole, in bounded memory, and twice the same.
func TestManyHoursAtOnce(t *testing.T) {
	const hours, perHour = 150, 100
	records := make([]flow.Record, hours*perHour)
	for i := range records {
		records[i].ReceivedAt = morning.Add(time.Duration(i%hours) * time.Hour).Add(time.Duration(i)).UnixMicro()
		records[i].Bytes = int64(i)
	}
	write := func() ([]lake.File, string) {
		dir := t.TempDir()
		w := newWriter(t, dir, lake.Options{Name: "w", RowGroupRows: 1000, BufferRows: 9000})
		for i := 0; i < len(records); i += 777 {
			mustAppend(t, w, records[i:min(i+777, len(records))])
		}
		return mustPublish(t, w), dir
	}

	files, dir := write()
	var rows int64
	for _, f := range files {
		rows += f.Rows
	}
	if rows != hours*perHour {
		t.Errorf("published %d rows, want %d", rows, hours*perHour)
	}
	want := []string{"hours=150 rows=15000 sum=112492500"}
	got := query(t, `select 'hours=' || count(distinct (date, hour)) || ' rows=' || count(*) || ' sum=' || sum(bytes)
		from read_parquet('`+dir+`/flows/**/*.parquet', hive_partitioning = true)`)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("read back (-want +got):\n%s", diff)
	}
	again, _ := write()
	if diff := cmp.Diff(files, again); diff != "" {
		t.Errorf("the same input gave other files (-first +second):\n%s", diff)
	}
}

func TestAbortLeavesNothingAndTheWriterUsable(t *testing.T) {
	dir := t.TempDir()
	w := newWriter(t, dir, lake.Options{Name: "w", RowGroupRows: 100, FileRows: 200})
	mustAppend(t, w, traffic(1, 550, 100)) // two files finished, one open, rows in memory
	if err := w.Abort(); err != nil {
		t.Fatal(err)
	}
	if got := w.Pending(); got != 0 {
		t.Errorf("after abort %d rows are pending", got)
	}
	if diff := cmp.Diff([]string{"hot/lock", "hot/w/lock"}, tree(t, dir)); diff != "" {
		t.Errorf("after abort the lake holds (-want +got):\n%s", diff)
	}
	mustAppend(t, w, traffic(1, 42, 100))
	if files := mustPublish(t, w); len(files) != 1 || files[0].Rows != 42 {
		t.Errorf("after abort published %v, want one file of 42 rows", files)
	}
}

// Where the final folder cannot be made, the error says so, nothing becomes
// visible, and after an abort and a repair the writer goes on.
func TestPublishFailsAndRecovers(t *testing.T) {
	dir := t.TempDir()
	obstacle := filepath.Join(dir, "flows")
	if err := os.WriteFile(obstacle, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	w := newWriter(t, dir, lake.Options{Name: "w"})
	mustAppend(t, w, traffic(1, 100, 100))
	files, err := w.Publish()
	if err == nil || !strings.Contains(err.Error(), "flows: not a directory") {
		t.Errorf("error %v does not name the obstacle", err)
	}
	if len(files) != 0 || w.Pending() != 100 {
		t.Errorf("published %v, %d rows pending, want none and 100", files, w.Pending())
	}
	if err := w.Abort(); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(obstacle); err != nil {
		t.Fatal(err)
	}
	mustAppend(t, w, traffic(1, 7, 100))
	if files := mustPublish(t, w); len(files) != 1 || files[0].Rows != 7 {
		t.Errorf("after the repair published %v, want one file of 7 rows", files)
	}
}

func TestNames(t *testing.T) {
	dir := t.TempDir()
	if _, err := lake.NewWriter(dir, lake.Options{}); err == nil {
		t.Error("a writer without a name was accepted")
	}
	w := newWriter(t, dir, lake.Options{Name: "w"})
	if _, err := lake.NewWriter(dir, lake.Options{Name: "w"}); err == nil || !strings.Contains(err.Error(), "a writer named w is at work") {
		t.Errorf("second writer of the same name: error %v", err)
	}
	newWriter(t, dir, lake.Options{Name: "other"})
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	newWriter(t, dir, lake.Options{Name: "w"})
}

func TestWriteFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "manifests", "import", "a.json")
	for _, content := range []string{"first", "second"} {
		if err := lake.WriteFile(path, []byte(content)); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != content {
			t.Errorf("read %q, want %q", got, content)
		}
	}
	if diff := cmp.Diff([]string{"a.json"}, tree(t, filepath.Dir(path))); diff != "" {
		t.Errorf("folder (-want +got):\n%s", diff)
	}
}
