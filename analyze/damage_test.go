package analyze_test

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"minewatch/analyze"
	"minewatch/analyze/engine"
)

// short is a day with little in it: a miner for two hours.
func short() []talk {
	return []talk{{host: "10.0.0.1", pool: "198.18.0.1", port: 3333, from: "2026-11-10 08:00", hours: 2, step: 60, exporter: "192.0.2.1", flags: 24}}
}

const shortDay = analyze.Day("2026-11-10")

// shortLake is a lake with that day and a feed.
func shortLake(t *testing.T) analyze.Options {
	t.Helper()
	o := options(t)
	o.Engine.Threads = 1
	store(t, o, "a", short()...)
	importFeed(t, o)
	return o
}

// rewriteManifest has a night say of a file what it is now, as the program of
// then would have.
func rewriteManifest(t *testing.T, o analyze.Options, day analyze.Day, path string) {
	t.Helper()
	m, err := analyze.ReadManifest(o.Lake, day)
	if err != nil {
		t.Fatal(err)
	}
	for i := range m.Written {
		if f := &m.Written[i]; filepath.Join(o.Lake, f.Path) == path {
			f.SHA256, f.Bytes = analyze.HashOf(read(t, path)), int64(len(read(t, path)))
		}
	}
	m.Queries = nil // those of another program
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(o.Lake, "manifests", "nightly", "day="+string(day)+".json"), append(text, '\n'))
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// write replaces a file, also one that nobody is to change.
func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := errors.Join(os.WriteFile(path+".new", data, 0o644), os.Rename(path+".new", path)); err != nil {
		t.Fatal(err)
	}
}

func onlyFlowFile(t *testing.T, o analyze.Options, hour string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(o.Lake, "flows", "date=*", "hour="+hour, "*.parquet"))
	if err != nil || len(files) != 1 {
		t.Fatalf("flow files %v, %v", files, err)
	}
	return files[0]
}

// TestDamagedFlows: whatever is wrong with a flow file, the night publishes
// nothing, names the file and its hour, and goes on without it once it is set
// aside, which it says.
func TestDamagedFlows(t *testing.T) {
	o := shortLake(t)
	path := onlyFlowFile(t, o, "01") // 09:00 in Asia/Shanghai
	whole := read(t, path)
	change := func(at int, b ...byte) []byte {
		data := bytes.Clone(whole)
		copy(data[at:], b)
		return data
	}
	footer := len(whole) - 8 - int(whole[len(whole)-8]) - int(whole[len(whole)-7])<<8
	for name, data := range map[string][]byte{
		"cut":               whole[:len(whole)/2],
		"empty":             nil,
		"zeros":             make([]byte, len(whole)),
		"text":              []byte(strings.Repeat("not Parquet\n", 50)),
		"footer length":     change(len(whole)-8, 0xff, 0xff, 0xff, 0x7f),
		"footer":            change(footer, bytes.Repeat([]byte{0xff}, 40)...),
		"pages":             change(4, bytes.Repeat([]byte{0xff}, footer-4)...),
		"pages overwritten": change(4, make([]byte, footer-4)...),
	} {
		t.Run(name, func(t *testing.T) {
			write(t, path, data)
			_, err := analyze.Night(t.Context(), o, shortDay)
			damaged := analyze.Damaged(err)
			if len(damaged) != 1 || filepath.Join(o.Lake, damaged[0].Path) != path {
				t.Fatalf("the night says %v, and names %v", err, damaged)
			}
			for _, want := range []string{damaged[0].Path, "from 2026-11-10 09:00 on (Asia/Shanghai)"} {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q does not say %q", err, want)
				}
			}
			inside := o
			inside.Internal = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
			_, _, err = analyze.Hunt(t.Context(), analyze.HuntOptions{Options: inside, From: shortDay, To: shortDay})
			if damaged := analyze.Damaged(err); len(damaged) != 1 || filepath.Join(o.Lake, damaged[0].Path) != path {
				t.Errorf("the hunt says %v, and names %v", err, damaged)
			}
			_, who := analyze.WhoTalkedTo(t.Context(), o, netip.MustParseAddr("10.0.0.1"), time.Time{})
			for asked, err := range map[string]error{"who": who, "an analyst": askAll(t, o, "select bit_xor(hash(f)) from flows as f")} {
				if damaged := analyze.Damaged(err); len(damaged) != 1 || damaged[0].Path != rel(t, o, path) || !strings.Contains(fmt.Sprint(err), "from 2026-11-10 09:00 on (Asia/Shanghai)") {
					t.Errorf("%s is told %v, which names %v", asked, err, damaged)
				}
			}
			for _, d := range damaged {
				if reason := d.Reason.Error(); strings.ContainsAny(reason, "\n\r\x0e") || strings.Contains(reason, "select") {
					t.Errorf("the reason is not for people: %q", reason)
				}
			}
			if files, _ := filepath.Glob(filepath.Join(o.Lake, "contacts", "*", "*")); len(files) > 0 {
				t.Errorf("a failed night left %v", files)
			}
		})
	}

	moved, err := o.MoveAside([]*analyze.DamagedError{{Path: rel(t, o, path), Zone: o.Zone, Reason: errors.New("it is damaged")}})
	if err != nil || len(moved) != 1 || !bytes.Equal(read(t, filepath.Join(o.Lake, moved[0].To)), read(t, filepath.Join(o.Lake, "quarantine", rel(t, o, path)))) {
		t.Fatalf("set aside: %+v, %v", moved, err)
	}
	m := nights(t, o, shortDay)[0]
	if len(m.SetAside) != 1 || m.SetAside[0].Path != rel(t, o, path) || m.SetAside[0].Reason != "it is damaged" || m.SetAside[0].SHA256 == "" {
		t.Errorf("the manifest says of it: %+v", m.SetAside)
	}
	if m.Counts.Matched != 120 {
		t.Errorf("%d flows of the other hour were matched, want 120", m.Counts.Matched)
	}
	// A whole one from a backup is read in its place, and so is one that was put back:
	// nothing is said of it any more.
	write(t, path, whole)
	if m := nights(t, o, shortDay)[0]; len(m.SetAside) != 0 || m.Counts.Matched != 240 {
		t.Errorf("restored from a backup: %+v, %d matched", m.SetAside, m.Counts.Matched)
	}
	if err := os.Remove(filepath.Join(o.Lake, moved[0].To)); err != nil {
		t.Fatal(err)
	}
	if m := nights(t, o, shortDay)[0]; len(m.SetAside) != 0 || m.Counts.Matched != 240 {
		t.Errorf("after it was put back: %+v, %d matched", m.SetAside, m.Counts.Matched)
	}
}

// askAll is an analyst's session of one statement, whose rows are read to the end.
func askAll(t *testing.T, o analyze.Options, statement string) error {
	t.Helper()
	db, err := analyze.OpenAnalyst(t.Context(), o)
	if err != nil {
		return err
	}
	defer db.Close()
	return db.Ask(t.Context(), statement, readAll)
}

func readAll(rows *sql.Rows) error {
	for rows.Next() {
		continue // what they say does not matter
	}
	return rows.Err()
}

// TestQuestionThatFails: where a statement fails by itself in words like those of a
// damaged file, no file is accused.
func TestQuestionThatFails(t *testing.T) {
	o := shortLake(t)
	db, err := analyze.OpenAnalyst(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Ask(t.Context(), "select error('Parquet ' || src) from flows", readAll); err == nil || len(analyze.Damaged(err)) > 0 {
		t.Errorf("it says %v", err)
	}
	flows := 0
	err = db.Ask(t.Context(), "select count(*) from flows", func(rows *sql.Rows) error {
		rows.Next()
		return rows.Scan(&flows)
	})
	if err != nil || flows != 240 {
		t.Errorf("the session has %d flows after it: %v", flows, err)
	}
}

// TestChangedFlows: a run over flow files that are not what the run before read says
// so; one over the same files has nothing to say.
func TestChangedFlows(t *testing.T) {
	o := shortLake(t)
	var said bytes.Buffer
	o.Logger = slog.New(slog.NewTextHandler(&said, nil))
	path := onlyFlowFile(t, o, "01")
	nights(t, o, shortDay, shortDay)
	if strings.Contains(said.String(), "were changed") {
		t.Errorf("nothing was changed: %s", said.String())
	}
	other := filepath.Join(t.TempDir(), "other.parquet")
	exec(t, fmt.Sprintf("copy (select * from read_parquet(%s) order by started_at desc) to %s (format parquet)", quote(path), quote(other)))
	write(t, path, read(t, other))
	nights(t, o, shortDay)
	if got := said.String(); !strings.Contains(got, "flow files were changed") || !strings.Contains(got, "files=1") || !strings.Contains(got, rel(t, o, path)) {
		t.Errorf("a file was exchanged: %s", got)
	}
}

func rel(t *testing.T, o analyze.Options, path string) string {
	t.Helper()
	r, err := filepath.Rel(o.Lake, path)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestTwoDamagedFlows: all that is damaged is named at once.
func TestTwoDamagedFlows(t *testing.T) {
	o := shortLake(t)
	for _, hour := range []string{"00", "01"} {
		path := onlyFlowFile(t, o, hour)
		data := bytes.Clone(read(t, path))
		footer := len(data) - 8 - int(data[len(data)-8]) - int(data[len(data)-7])<<8
		clear(data[4:footer])
		write(t, path, data)
	}
	_, err := analyze.Night(t.Context(), o, shortDay)
	if damaged := analyze.Damaged(err); len(damaged) != 2 {
		t.Errorf("the night says %v, and names %v", err, damaged)
	}
}

// TestAdvice: what to do about a damaged file is said in the same words whoever met
// it, by the day of the site, and an error about anything else stays as it is.
func TestAdvice(t *testing.T) {
	t.Parallel()
	o := options(t)
	flows := func(hour string) error {
		return &analyze.DamagedError{Path: "flows/date=2026-11-09/hour=" + hour + "/a.parquet", Zone: o.Zone, Reason: errors.New("cut")}
	}
	says := func(text string) error { return engine.Explain(errors.New(text)) }
	const rest = " --set-aside', which moves it to quarantine and goes on without it"
	for _, c := range []struct {
		name string
		err  error
		day  analyze.Day
		want string
	}{
		{"a night", flows("20"), "2026-11-11", "restore it from a backup, or run 'minewatch nightly --day 2026-11-11" + rest},
		{"the day of the site", flows("20"), "", "restore it from a backup, or run 'minewatch nightly --day 2026-11-10" + rest},
		{"two days", errors.Join(flows("20"), flows("02")), "", "restore it from a backup, or run 'minewatch nightly --from 2026-11-09 --to 2026-11-10" + rest},
		{
			"named by the engine", says("File 'lake/flows/date=2026-11-09/hour=20/a.parquet' too small to be a Parquet file"), "",
			"restore it from a backup, or run 'minewatch nightly --day 2026-11-10" + rest,
		},
		{
			"a nightly table", says("No magic bytes found at end of file '/l/contacts/day=2026-11-09/contacts.parquet'"), "",
			"run the night of 2026-11-09 again ('minewatch nightly --day 2026-11-09'), or restore it from a backup where its flows are gone",
		},
		{
			"the upkeep of the lake", fmt.Errorf("compact: %w", upkeepFault(filepath.Join(o.Lake, "flows/date=2026-11-09/hour=20/a.parquet"))), "",
			"restore it from a backup, or run 'minewatch nightly --day 2026-11-10" + rest,
		},
		{"not named", says("don't know what type: "), "", "restore it from a backup, or run 'minewatch nightly --day DAY" + rest},
	} {
		err := o.Advise(c.err, c.day)
		if days := strings.Count(fmt.Sprint(err), "(Asia/Shanghai)"); days != strings.Count(fmt.Sprint(err), "flow file ") {
			t.Errorf("%s: a file is named without its hour: %v", c.name, err)
		}
		if got := strings.Split(err.Error(), "\n"); got[len(got)-1] != c.want || !errors.Is(err, c.err) {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
	for _, err := range []error{nil, errors.New("file 'flows/date=2026-11-09/hour=20/a.parquet' is another matter"), says("Out of Memory")} {
		if got := o.Advise(err, "2026-11-11"); got != err { //nolint:errorlint // the same one
			t.Errorf("%v became %v", err, got)
		}
	}
}

// upkeepFault is an error of the upkeep of the lake about a file, by its path.
type upkeepFault string

func (e upkeepFault) Error() string { return "read " + string(e) + ": it is cut" }

func (e upkeepFault) DamagedFile() string { return string(e) }

// TestDamagedHistory: contacts and coverage of the days before are read only
// as their nights wrote them.
func TestDamagedHistory(t *testing.T) {
	t.Parallel()
	o := shortLake(t)
	store(t, o, "b", talk{host: "10.0.0.1", pool: "198.18.0.1", port: 3333, from: "2026-11-09 08:00", hours: 1, step: 60, exporter: "192.0.2.1", flags: 24})
	nights(t, o, "2026-11-09")
	for _, table := range []string{"contacts", "coverage"} {
		path := filepath.Join(o.Lake, table, "day=2026-11-09", table+".parquet")
		whole := read(t, path)
		write(t, path, whole[:len(whole)-1])
		_, err := analyze.Night(t.Context(), o, shortDay)
		if !errors.Is(err, analyze.ErrNotAsWritten) || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "minewatch nightly --day 2026-11-09") {
			t.Errorf("%s: the night says %v", table, err)
		}
		if _, _, err := analyze.Rank(t.Context(), analyze.RankOptions{Options: o, By: "score"}); !errors.Is(err, analyze.ErrNotAsWritten) {
			t.Errorf("%s: the ranking says %v", table, err)
		}
		nights(t, o, "2026-11-09")
	}
	nights(t, o, shortDay)
}
