package feed_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"minewatch/analyze/feed"
)

func importText(t *testing.T, lake, name, text string, at time.Time) feed.Result {
	t.Helper()
	result, err := feed.Import(lake, feed.Input{File: name + ".csv", Data: []byte(text)}, feed.Options{Now: func() time.Time { return at }})
	if err != nil {
		t.Fatalf("Import(%s): %v", name, err)
	}
	return result
}

func TestImport(t *testing.T) {
	lake := t.TempDir()
	const text = "ip,port,coin,last_seen\n2001:db8::7,3333,xmr,2026-11-20\n198.51.100.0/24,,\"a, b\",\n"
	result := importText(t, lake, "cert", text, noon)
	v := result.Version
	if result.Existing || v.Base() != "000001-cert-"+v.SHA256[:12] || v.ID() != "cert@"+v.SHA256[:12] {
		t.Errorf("version %s, %s, existing %v", v.Base(), v.ID(), result.Existing)
	}
	if got := result.String(); got != "rows: read 2 = kept 2" {
		t.Errorf("summary: %s", got)
	}
	original, err := os.ReadFile(v.Path("original"))
	if err != nil || string(original) != text {
		t.Errorf("original = %q, %v", original, err)
	}
	table, err := os.ReadFile(v.EntriesPath())
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Join([]string{
		"entry_id,address,first_hi,first_lo,last_hi,last_lo,prefix_len,port,proto,coin,algorithm,pool,domain,role," +
			"first_seen,last_seen,valid_from,valid_until,confidence,evidence,shared,source,source_ref,licence,feed,feed_version,retrieved_at,line",
		"ID,198.51.100.0/24,0,281474007000064,0,281474007000319,120,0,any,\"A, B\",,,,unknown,,,,,50,list,none,cert,,,cert,VERSION,2026-11-22 12:00:00,3",
		"ID,2001:db8::7,2306139568115548160,7,2306139568115548160,7,128,3333,tcp,XMR,,,,unknown,,2026-11-20 23:59:59,,,50,list,none,cert,,,cert,VERSION,2026-11-22 12:00:00,2",
	}, "\n") + "\n"
	list, err := v.Read()
	entries := list.Entries
	if err != nil || len(entries) != 2 {
		t.Fatalf("Read: %d entries, %v", len(entries), err)
	}
	got := strings.NewReplacer(entries[0].ID, "ID", entries[1].ID, "ID", v.ID(), "VERSION").Replace(string(table))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("entries.csv (-want +got):\n%s", diff)
	}
}

// The ID is part of the contract: contacts of older nights refer to it.
func TestEntryID(t *testing.T) {
	for text, want := range map[string]string{
		"ip,port,coin,pool,domain,source\n198.51.100.7,3333,XMR,P,xmr.pool.example,S\n": "3cf4e1ea4b9c4a2a",
		"ip,port,coin,pool,domain,source\n2001:db8::/64,,,,,S\n":                        "07fa74af9d08ab5f",
	} {
		entries, _ := parse(t, text)
		if entries[0].ID != want {
			t.Errorf("ID of %q = %s, want %s", text, entries[0].ID, want)
		}
	}
}

func TestImportAgain(t *testing.T) {
	lake := t.TempDir()
	first := importText(t, lake, "a", "198.51.100.7\n", noon)
	again := importText(t, lake, "a", "198.51.100.7\n", noon.Add(time.Hour))
	if !again.Existing || again.Version.Base() != first.Version.Base() {
		t.Errorf("the same again: existing %v, %s", again.Existing, again.Version.Base())
	}
	o := feed.Options{Name: "a", Evidence: feed.Manual, Now: func() time.Time { return noon }}
	result, err := feed.Import(lake, feed.Input{File: "a.csv", Data: []byte("198.51.100.7\n")}, o)
	if err != nil || result.Existing || result.Version.Seq != 2 {
		t.Errorf("the same bytes as other evidence: existing %v, %s, %v", result.Existing, result.Version.Base(), err)
	}
	o.RetrievedAt = noon.AddDate(0, 0, 1)
	for i, want := range []bool{false, true} {
		result, err = feed.Import(lake, feed.Input{File: "a.csv", Data: []byte("198.51.100.7\n")}, o)
		if err != nil || result.Existing != want || result.Version.Seq != 3 {
			t.Errorf("confirmed a day later, time %d: existing %v, %s, %v", i+1, result.Existing, result.Version.Base(), err)
		}
	}
}

func TestRefusedImportLeavesNothing(t *testing.T) {
	lake := t.TempDir()
	o := options()
	o.Limits.Strict = true
	result, err := feed.Import(lake, feed.Input{File: "a", Data: []byte("198.51.100.7\nx\n")}, o)
	if err == nil || len(result.Rejects) != 1 {
		t.Fatalf("%+v, %v", result, err)
	}
	_ = filepath.WalkDir(lake, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			t.Errorf("%s was left", path)
		}
		return err
	})
}

func TestEffective(t *testing.T) {
	lake := t.TempDir()
	importText(t, lake, "a", "198.51.100.1\n", noon)
	importText(t, lake, "b", "198.51.100.2\n", noon.Add(time.Hour))
	importText(t, lake, "a", "198.51.100.3\n", noon.Add(2*time.Hour))
	list, err := feed.Versions(lake)
	if err != nil || len(list) != 3 {
		t.Fatalf("Versions: %d, %v", len(list), err)
	}
	for _, test := range []struct {
		asOf time.Time
		want []int
	}{
		{noon.Add(-time.Second), nil},
		{noon, []int{1}},
		{noon.Add(time.Hour), []int{1, 2}},
		{noon.Add(2 * time.Hour), []int{2, 3}},
		{time.Time{}, []int{2, 3}},
	} {
		var got []int
		for _, v := range feed.Effective(list, test.asOf) {
			got = append(got, v.Seq)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("Effective(%s) (-want +got):\n%s", test.asOf, diff)
		}
	}
}

func TestDiff(t *testing.T) {
	lake := t.TempDir()
	const header = "ip,port,coin,last_seen,confidence\n"
	from := importText(t, lake, "a", header+"198.51.100.1,1,,2026-11-01,50\n198.51.100.2,2,,,50\n198.51.100.3,3,,,50\n", noon)
	to := importText(t, lake, "a", header+"198.51.100.3,3,,,50\n198.51.100.1,1,,2026-11-20,90\n198.51.100.2,2,XMR,,50\n", noon.Add(time.Hour))
	var sides [2]feed.Content
	for i, v := range []feed.Version{from.Version, to.Version} {
		var err error
		if sides[i], err = v.Read(); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	for _, c := range feed.Diff(&sides[0], &sides[1]) {
		got = append(got, c.Kind+" "+columns(&c.Entry, "address", "coin")+" "+c.String())
	}
	want := []string{
		"changed 198.51.100.1  last_seen 2026-11-01 23:59:59 -> 2026-11-20 23:59:59, confidence 50 -> 90",
		"added 198.51.100.2 XMR ",
		"removed 198.51.100.2  ",
	}
	if len(got) == 3 && got[1] > got[2] {
		got[1], got[2] = got[2], got[1]
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
	if changes := feed.Diff(&sides[0], &sides[0]); len(changes) != 0 {
		t.Errorf("a version against itself: %+v", changes)
	}
}

func TestDamagedVersion(t *testing.T) {
	lake := t.TempDir()
	v := importText(t, lake, "a", "198.51.100.1\n", noon).Version
	if err := os.Remove(v.EntriesPath()); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(v.EntriesPath(), []byte("entry_id\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{"Verify": v.Verify(), "Read": second(v.Read())} {
		if err == nil || !strings.Contains(err.Error(), v.Base()) || !strings.Contains(err.Error(), "entries.csv has SHA-256") {
			t.Errorf("%s: %v", name, err)
		}
	}
	list, err := feed.Versions(lake)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := feed.Find(list, "b"); err == nil || !strings.Contains(err.Error(), "minewatch feed list") {
		t.Errorf("Find(b): %v", err)
	}
	if found, err := feed.Find(list, v.ID()); err != nil || found.Seq != 1 {
		t.Errorf("Find(%s) = %d, %v", v.ID(), found.Seq, err)
	}
}

func second[T any](_ T, err error) error { return err }
