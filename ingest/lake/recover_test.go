package lake_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"minewatch/ingest/lake"
)

// segmentOf is the two files of a segment with row groups and rows beside them.
func segmentOf(tb testing.TB) (journal, groups []byte) {
	tb.Helper()
	dir := tb.TempDir()
	s, err := lake.OpenSpool(dir, lake.SpoolOptions{Name: "s", RowGroupRows: 40})
	if err != nil {
		tb.Fatal(err)
	}
	defer s.Close()
	for _, n := range []int{100, 7} {
		if err := s.Append(batchOf(traffic(1, n, 100))); err != nil {
			tb.Fatal(err)
		}
		if err := s.Flush(); err != nil {
			tb.Fatal(err)
		}
	}
	name := filepath.Join(dir, "hot", "s", "20260302T08-000001")
	if journal, err = os.ReadFile(name + ".journal"); err == nil {
		groups, err = os.ReadFile(name + ".groups")
	}
	if err != nil {
		tb.Fatal(err)
	}
	return journal, groups
}

// leave puts a dead writer's segment into a new lake.
func leave(tb testing.TB, journal, groups []byte) (dir string) {
	tb.Helper()
	dir = tb.TempDir()
	folder := filepath.Join(dir, "hot", "dead")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		tb.Fatal(err)
	}
	for suffix, content := range map[string][]byte{".journal": journal, ".groups": groups} {
		if err := os.WriteFile(filepath.Join(folder, "20260302T08-000001"+suffix), content, 0o644); err != nil {
			tb.Fatal(err)
		}
	}
	return dir
}

// Row groups of another version of the schema are refused and kept.
func TestRowGroupsOfAnotherVersion(t *testing.T) {
	journal, groups := segmentOf(t)
	dir := leave(t, lake.OfAnotherVersion(t, journal), groups)
	heir := openSpool(t, dir, lake.SpoolOptions{Name: "heir"})
	if _, err := heir.Recover(t.Context()); err == nil || !strings.Contains(err.Error(), "start the version once more that wrote them") {
		t.Errorf("error %v", err)
	}
	if left := tree(t, filepath.Join(dir, "hot", "dead")); len(left) != 3 {
		t.Errorf("left of the segment: %q", left)
	}
}

// FuzzRecover holds that whatever a dead writer's files have come to be, their
// recovery ends, says what it lost, and leaves a file of just the rows that it
// says.
func FuzzRecover(f *testing.F) {
	journal, groups := segmentOf(f)
	f.Add(journal, groups, 0, byte(0))
	f.Add(journal, groups[:len(groups)/2], 0, byte(0))
	f.Add(journal[:len(journal)-5], groups, 30, byte(1))
	f.Add([]byte{}, groups, 0, byte(0))
	f.Add(bytes.Repeat(journal, 2), bytes.Repeat(groups, 2), 5, byte(0x80))
	f.Fuzz(func(t *testing.T, journal, groups []byte, at int, flip byte) {
		journal, groups = bytes.Clone(journal), bytes.Clone(groups)
		for _, file := range [][]byte{journal, groups} {
			if len(file) > 0 && at >= 0 {
				file[at%len(file)] ^= flip
			}
		}
		dir := leave(t, journal, groups)
		heir, err := lake.OpenSpool(dir, lake.SpoolOptions{Name: "heir"})
		if err != nil {
			t.Fatal(err)
		}
		recovered, err := heir.Recover(t.Context())
		if err != nil {
			t.Skip("an error that leaves all there is")
		}
		rows := int64(0)
		for _, r := range recovered {
			rows += r.Rows
			if r.Lost < 0 {
				t.Errorf("lost %d rows", r.Lost)
			}
		}
		if stored := lake.RowsIn(t, dir); stored != rows {
			t.Errorf("%d rows are stored, %d were said to be", stored, rows)
		}
		if err := heir.Close(); err != nil {
			t.Error(err)
		}
	})
}
