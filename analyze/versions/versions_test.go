package versions_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"minewatch/analyze/versions"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func draft(name, original string) versions.Draft {
	return versions.Draft{
		Kind: "feed", Name: name, File: "/somewhere/" + name + ".csv",
		Original:   []byte(original),
		Tables:     map[string][]byte{"entries.csv": []byte("read from " + original)},
		Settings:   map[string]string{"format": "csv"},
		Counts:     map[string]int{"entries": 1},
		ImportedAt: noon, RetrievedAt: noon,
		Replaces: func(v *versions.Version) bool { return v.Name == name },
	}
}

func add(t *testing.T, s *versions.Store, d versions.Draft) (versions.Version, bool) {
	t.Helper()
	v, isNew, err := s.Add(d)
	if err != nil {
		t.Fatalf("Add(%s): %v", d.Name, err)
	}
	return v, isNew
}

// folders are the names in dir, the hidden ones too.
func folders(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestAddAndList(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "feeds")
	s := versions.Open(dir)
	if list, err := s.List(); err != nil || len(list) != 0 {
		t.Fatalf("List of a missing folder = %v, %v", list, err)
	}
	v, isNew := add(t, s, draft("a", "1"))
	if !isNew || v.Seq != 1 || v.ID() != "a@6b86b273ff34" || v.ID() != versions.ID("a", []byte("1")) {
		t.Errorf("first version: new %v, %d, %s", isNew, v.Seq, v.ID())
	}
	if diff := cmp.Diff([]string{".lock", "000001-a-6b86b273ff34"}, folders(t, dir)); diff != "" {
		t.Errorf("folder (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"entries.csv", "manifest.json", "original"}, folders(t, v.Folder)); diff != "" {
		t.Errorf("version's folder (-want +got):\n%s", diff)
	}
	list, err := s.List()
	if err != nil || len(list) != 1 {
		t.Fatalf("List = %v, %v", list, err)
	}
	if diff := cmp.Diff(v, list[0]); diff != "" {
		t.Errorf("version read again (-want +got):\n%s", diff)
	}
	if err := list[0].Verify(); err != nil {
		t.Error(err)
	}
	table, err := list[0].ReadTable("entries.csv")
	if err != nil || string(table) != "read from 1" {
		t.Errorf("ReadTable = %q, %v", table, err)
	}
}

func TestAddAgain(t *testing.T) {
	s := versions.Open(t.TempDir())
	first, _ := add(t, s, draft("a", "1"))

	later := draft("a", "1")
	later.ImportedAt, later.RetrievedAt = noon.Add(time.Hour), noon.Add(time.Hour)
	if again, isNew := add(t, s, later); isNew || again.Seq != first.Seq {
		t.Errorf("the same bytes an hour later: new %v, %s", isNew, again.Base())
	}
	later.RetrievedStated = true
	if v, isNew := add(t, s, later); !isNew || v.Seq != 2 {
		t.Errorf("the same bytes, stated to be retrieved later: new %v, %s", isNew, v.Base())
	}
	later.RenewAfter = 24 * time.Hour
	for _, hours := range []time.Duration{-1, 12, 24} {
		later.RetrievedAt = noon.Add(hours * time.Hour)
		if v, isNew := add(t, s, later); isNew || v.Seq != 2 {
			t.Errorf("the same bytes %d hours after the first, renewed after 24: new %v, %s", hours, isNew, v.Base())
		}
	}
	later.RetrievedAt = noon.Add(25 * time.Hour)
	if v, isNew := add(t, s, later); !isNew || v.Seq != 3 {
		t.Errorf("the same bytes a day after the second version: new %v, %s", isNew, v.Base())
	}
	if original, err := first.Original(); err != nil || string(original) != "1" || !first.Holds([]byte("1")) || first.Holds([]byte("2")) {
		t.Errorf("Original = %q, %v", original, err)
	}
	other := draft("a", "1")
	other.Settings = map[string]string{"format": "csv", "evidence": "manual"}
	if v, isNew := add(t, s, other); !isNew || v.Seq != 4 {
		t.Errorf("the same bytes, read in another way: new %v, %s", isNew, v.Base())
	}
	if v, isNew := add(t, s, draft("b", "1")); !isNew || v.Seq != 5 {
		t.Errorf("the same bytes under another name: new %v, %s", isNew, v.Base())
	}
	add(t, s, draft("b", "2"))
	if v, isNew := add(t, s, draft("b", "1")); !isNew || v.Seq != 7 {
		t.Errorf("a list that goes back to what it was: new %v, %s", isNew, v.Base())
	}
}

func TestAddAtOnce(t *testing.T) {
	dir := t.TempDir()
	var group sync.WaitGroup
	for name := range strings.SplitSeq("abcdefghij", "") {
		for range 2 {
			group.Go(func() {
				if _, _, err := versions.Open(dir).Add(draft(name, name)); err != nil {
					t.Errorf("Add(%s): %v", name, err)
				}
			})
		}
	}
	group.Wait()
	list, err := versions.Open(dir).List()
	if err != nil || len(list) != 10 {
		t.Fatalf("List: %d versions, %v; want 10", len(list), err)
	}
	for i, v := range list {
		if v.Seq != i+1 {
			t.Errorf("version %d is number %d", i+1, v.Seq)
		}
	}
}

func TestLeftoversOfKilledImports(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, ".import-123", "x"), 0o750); err != nil {
		t.Fatal(err)
	}
	s := versions.Open(dir)
	if list, err := s.List(); err != nil || len(list) != 0 {
		t.Errorf("List = %v, %v: half an import is seen", list, err)
	}
	add(t, s, draft("a", "1"))
	if diff := cmp.Diff([]string{".lock", "000001-a-6b86b273ff34"}, folders(t, dir)); diff != "" {
		t.Errorf("folder (-want +got):\n%s", diff)
	}
}

func TestDamage(t *testing.T) {
	change := func(file, text string) func(versions.Version) error {
		return func(v versions.Version) error {
			if err := os.Remove(v.Path(file)); err != nil || text == "" {
				return err
			}
			return os.WriteFile(v.Path(file), []byte(text), 0o600)
		}
	}
	tests := []struct {
		name   string
		damage func(versions.Version) error
		list   string // what List says, empty = nothing wrong
		verify string
	}{
		{"table changed", change("entries.csv", "other"), "", "entries.csv has SHA-256"},
		{"original changed", change("original", "other"), "", "original has SHA-256"},
		{"table gone", change("entries.csv", ""), "", "no such file"},
		{"manifest gone", change("manifest.json", ""), "no such file", ""},
		{"manifest cut", change("manifest.json", `{"seq": 1`), "unexpected end", ""},
		{"another's manifest", change("manifest.json", `{"seq": 2}`), "does not belong to this folder", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := versions.Open(t.TempDir())
			v, _ := add(t, s, draft("a", "1"))
			if err := test.damage(v); err != nil {
				t.Fatal(err)
			}
			_, err := s.List()
			expect(t, "List", err, test.list)
			if test.verify == "" {
				return
			}
			expect(t, "Verify", v.Verify(), test.verify)
			_, _, err = s.Add(draft("a", "1"))
			expect(t, "Add of the same", err, test.verify)
		})
	}
}

func expect(t *testing.T, call string, err error, want string) {
	t.Helper()
	switch {
	case want == "" && err != nil:
		t.Errorf("%s: %v", call, err)
	case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
		t.Errorf("%s: error %v, want one with %q", call, err, want)
	case want != "" && !strings.Contains(err.Error(), "000001-a-6b86b273ff34"):
		t.Errorf("%s: error %v does not name the version", call, err)
	}
}

func TestNames(t *testing.T) {
	for in, want := range map[string]string{
		"/a/pools 2026.csv":     "pools-2026",
		"江苏_feed.v2.txt":        "江苏_feed.v2",
		"-":                     "",
		".hidden":               "",
		"a@b/..":                "",
		"a\xffb.lst":            "a-b",
		strings.Repeat("单", 40): strings.Repeat("单", 26),
	} {
		got := versions.NameOf(in)
		if got != want {
			t.Errorf("NameOf(%q) = %q, want %q", in, got, want)
		}
		if err := versions.CheckName(got); (err == nil) != (want != "") {
			t.Errorf("CheckName(%q) = %v", got, err)
		}
	}
	for _, name := range []string{"", "a/b", "a b", "..", ".x", "a@b", "a\xff", strings.Repeat("a", 81)} {
		if versions.CheckName(name) == nil {
			t.Errorf("CheckName(%q) accepts it", name)
		}
	}
}

func TestFind(t *testing.T) {
	s := versions.Open(t.TempDir())
	add(t, s, draft("a", "1"))
	add(t, s, draft("a", "2"))
	add(t, s, draft("1", "3"))
	list, err := s.List()
	if err != nil {
		t.Fatal(err)
	}
	for reference, seq := range map[string]int{
		"a": 2, "a@6b86b273ff34": 1, "000001-a-6b86b273ff34": 1, "2": 2, "000001": 1, "1": 3,
	} {
		if v, err := versions.Find(list, reference); err != nil || v.Seq != seq {
			t.Errorf("Find(%q) = %d, %v, want %d", reference, v.Seq, err, seq)
		}
	}
	if _, err := versions.Find(list, "b"); err == nil || !strings.Contains(err.Error(), `no version "b"`) {
		t.Errorf("Find(b): %v", err)
	}
}
