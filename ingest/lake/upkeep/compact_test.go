package upkeep_test

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/metadata"
	"github.com/google/go-cmp/cmp"

	"minewatch/ingest/flow"
	"minewatch/ingest/lake"
	"minewatch/ingest/lake/upkeep"
)

// rowsOf is every value of every row of the files, as sorted text.
func rowsOf(t *testing.T, dir string, files []string) []string {
	t.Helper()
	var rows []string
	for _, f := range files {
		table, err := readTable(filepath.Join(dir, f))
		if err != nil {
			t.Fatal(err)
		}
		lines := make([]strings.Builder, table.NumRows())
		for c := range int(table.NumCols()) {
			at := 0
			for _, chunk := range table.Column(c).Data().Chunks() {
				for i := range chunk.Len() {
					lines[at].WriteString(chunk.ValueStr(i) + " ")
					at++
				}
			}
		}
		for i := range lines {
			rows = append(rows, lines[i].String())
		}
		table.Release()
	}
	slices.Sort(rows)
	return rows
}

func TestCompactKeepsEveryValue(t *testing.T) {
	for name, o := range map[string]upkeep.CompactOptions{
		"in memory": {},
		"on disk":   {SortRows: 700, RowGroupRows: 300, FileRows: 1200},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			var before []string
			for _, f := range publish(t, dir, "w", records(eight, 0, 1000), records(eight, 1000, 1), records(eight, 1001, 1999)) {
				before = append(before, f.Path)
			}
			want := rowsOf(t, dir, before)
			done := compact(t, dir, o)
			if len(done) != 1 || done[0].Rows != 3000 || len(done[0].Inputs) != 3 {
				t.Fatalf("done: %+v", done)
			}
			var after []string
			for _, f := range done[0].Outputs {
				after = append(after, f.Path)
			}
			if diff := cmp.Diff(want, rowsOf(t, dir, after)); diff != "" {
				t.Errorf("rows (-before +after):\n%s", diff)
			}
			wantIDs(t, dir, 3000)
			wantSorted(t, dir, after)
		})
	}
}

// wantSorted fails unless the files, read in their order, are sorted by kind,
// destination and source, and no row group has rows of two kinds.
func wantSorted(t *testing.T, dir string, files []string) {
	t.Helper()
	var last []int64
	for _, f := range files {
		path := filepath.Join(dir, f)
		columns := map[string][]int64{}
		for _, name := range []string{"src_port", "dst_port", "dst_hi", "dst_lo", "src_hi", "src_lo"} {
			values, err := column(path, name)
			if err != nil {
				t.Fatal(err)
			}
			columns[name] = values
		}
		begins := groupBegins(t, path)
		for row := range columns["dst_hi"] {
			now := []int64{0}
			if columns["src_port"][row] >= columns["dst_port"][row] {
				now[0] = 1
			}
			if columns["src_hi"][row]|columns["dst_hi"][row] != 0 {
				now[0] += 2
			}
			for _, name := range []string{"dst_hi", "dst_lo", "src_hi", "src_lo"} {
				now = append(now, columns[name][row])
			}
			if slices.Compare(now, last) < 0 {
				t.Fatalf("%s: row %d is out of order", f, row)
			}
			if last != nil && now[0] != last[0] && !slices.Contains(begins, row) {
				t.Errorf("%s: from row %d on it is another kind, in the same row group", f, row)
			}
			last = now
		}
	}
}

// groupBegins is the first row of each row group.
func groupBegins(t *testing.T, path string) (begins []int) {
	t.Helper()
	f, err := file.OpenParquetFile(path, false)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	row := 0
	for g := range f.NumRowGroups() {
		begins = append(begins, row)
		row += int(f.MetaData().RowGroup(g).NumRows())
	}
	return begins
}

// What took a collector little time takes less room afterwards.
func TestCompactSavesRoom(t *testing.T) {
	dir := t.TempDir()
	publish(t, dir, "w", records(eight, 0, 10_000), records(eight, 10_000, 10_000))
	done := compact(t, dir, upkeep.CompactOptions{})
	if before, after := done[0].BytesBefore(), done[0].BytesAfter(); after >= before*9/10 {
		t.Errorf("%d bytes became %d", before, after)
	}
}

func TestCompactLeavesAnOrderlyLake(t *testing.T) {
	dir := t.TempDir()
	eleven := eight.Add(3 * time.Hour)
	files := publish(t, dir, "w", records(eight, 0, 10), records(eight, 10, 10), records(eleven, 20, 10), records(noon, 30, 10))
	done := compact(t, dir, upkeep.CompactOptions{Program: "test"})
	if len(done) != 1 || !done[0].Hour.Equal(eight) || done[0].BytesBefore() != files[0].Bytes+files[1].Bytes {
		t.Fatalf("compacted %+v, want the hour of eight alone: eleven has just ended", done)
	}
	hash := regexp.MustCompile(`[0-9a-f]{12}`)
	var got []string
	for _, name := range names(t, dir) {
		got = append(got, hash.ReplaceAllString(name, "HASH"))
	}
	want := []string{
		"flows/date=2026-03-02/hour=08/compact-HASH-000001.parquet",
		"flows/date=2026-03-02/hour=11/w-000003.parquet",
		"flows/date=2026-03-02/hour=12/w-000004.parquet",
		"hot/lock",
		"manifests/compact/2026-03-02/08-HASH.json",
		"upkeep/gate",
		"upkeep/lock",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("lake (-want +got):\n%s", diff)
	}
	if again := compact(t, dir, upkeep.CompactOptions{}); len(again) != 0 {
		t.Errorf("a second run compacted %+v again", again)
	}
}

func TestLateFilesAreMergedAtTheNextRun(t *testing.T) {
	dir := t.TempDir()
	publish(t, dir, "w", records(eight, 0, 10))
	first := compact(t, dir, upkeep.CompactOptions{})
	publish(t, dir, "late", records(eight, 10, 10))
	wantIDs(t, dir, 20)
	second := compact(t, dir, upkeep.CompactOptions{})
	if len(second) != 1 || second[0].Rows != 20 || second[0].Outputs[0].Path == first[0].Outputs[0].Path {
		t.Errorf("merged %+v after %+v, want all rows under a new name", second, first)
	}
	wantIDs(t, dir, 20)
}

// An interrupted import begins anew, and removes what it left: that must not
// have been merged.
func TestUnfinishedImportIsLeftAlone(t *testing.T) {
	dir := t.TempDir()
	const hash = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	publish(t, dir, "w", records(eight, 0, 10))
	unfinished := publish(t, dir, "import-"+hash[:16], records(eight, 10, 10))[0].Path
	mark := filepath.Join(dir, "manifests", "import", hash+".json.unfinished")
	if err := lake.WriteFile(mark, nil); err != nil {
		t.Fatal(err)
	}
	if done := compact(t, dir, upkeep.CompactOptions{}); len(done) != 1 || done[0].Rows != 10 {
		t.Errorf("compacted %+v, want the finished file alone", done)
	}
	if _, err := os.Stat(filepath.Join(dir, unfinished)); err != nil {
		t.Error(err)
	}
	wantIDs(t, dir, 20)
	if err := os.Remove(mark); err != nil {
		t.Fatal(err)
	}
	if done := compact(t, dir, upkeep.CompactOptions{}); len(done) != 1 || done[0].Rows != 20 {
		t.Errorf("compacted %+v, want both", done)
	}
}

// An hour that cannot be read stays as it is, and the others are compacted.
func TestDamagedHour(t *testing.T) {
	dir := t.TempDir()
	nine := eight.Add(time.Hour)
	damaged := publish(t, dir, "w", records(eight, 0, 10), records(nine, 10, 10))[0].Path
	path := filepath.Join(dir, damaged)
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range content[4 : len(content)/2] {
		content[4+i] ^= byte(i)
	}
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
	compacted := 0
	err = upkeep.Compact(t.Context(), dir, upkeep.CompactOptions{Now: atNoon, OnHour: func(*upkeep.Compaction) { compacted++ }})
	if err == nil || !strings.Contains(err.Error(), "compact the hour 2026-03-02T08: read "+path) {
		t.Errorf("error %v does not say which file", err)
	}
	if fault := (*upkeep.DamagedError)(nil); !errors.As(err, &fault) || fault.Path != path {
		t.Errorf("error %v names no damaged file", err)
	}
	if compacted != 1 {
		t.Errorf("%d hours compacted, want the sound one", compacted)
	}
	if after, err := os.ReadFile(path); err != nil || !slices.Equal(after, content) {
		t.Errorf("the damaged file did not stay as it was (%v)", err)
	}
}

func TestOneUpkeepAtATime(t *testing.T) {
	dir := t.TempDir()
	unlock, err := lake.LockUpkeep(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := upkeep.Compact(t.Context(), dir, upkeep.CompactOptions{Now: atNoon}); !errors.Is(err, lake.ErrUpkeep) {
		t.Errorf("error %v, want that another is at work", err)
	}
	if err := unlock(); err != nil {
		t.Fatal(err)
	}
	if err := upkeep.Compact(t.Context(), dir, upkeep.CompactOptions{Now: atNoon}); err != nil {
		t.Error(err)
	}
}

// What is looked up by address has a Bloom filter in every row group.
func TestBloomFilters(t *testing.T) {
	dir := t.TempDir()
	publish(t, dir, "w", records(eight, 0, 1000))
	done := compact(t, dir, upkeep.CompactOptions{RowGroupRows: 400})
	path := filepath.Join(dir, done[0].Outputs[0].Path)
	f, err := file.OpenParquetFile(path, false)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if f.NumRowGroups() != 4 {
		t.Fatalf("%d row groups, want two of each side", f.NumRowGroups())
	}
	for _, name := range []string{"src_lo", "dst_lo"} {
		values, err := column(path, name)
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(flow.Columns, func(f flow.Column) bool { return f.Name == name })
		for g := range f.NumRowGroups() {
			group, err := f.GetBloomFilterReader().RowGroup(g)
			if err != nil {
				t.Fatal(err)
			}
			filter, err := group.GetColumnBloomFilter(i)
			if err != nil || filter == nil {
				t.Fatalf("row group %d, %s: no filter (%v)", g, name, err)
			}
			typed := metadata.TypedBloomFilter[int64]{BloomFilter: filter}
			n := int(f.MetaData().RowGroup(g).NumRows())
			for _, v := range values[:n] {
				if !typed.Check(v) {
					t.Errorf("row group %d, %s: its filter excludes %d, which it has", g, name, v)
				}
			}
			values = values[n:]
		}
	}
}
