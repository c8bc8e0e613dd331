package analyze_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"minewatch/analyze"
)

func verify(t *testing.T, o analyze.VerifyOptions) *analyze.Verification {
	t.Helper()
	v, err := analyze.Verify(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// said is the findings but those that are well.
func said(v *analyze.Verification) []string {
	var list []string
	for _, f := range v.Findings {
		if f.Status != analyze.StatusOK {
			list = append(list, fmt.Sprintf("%s %s %s %d %s: %s", f.Status, f.Day, f.Check, f.Run, f.Path, f.Text))
		}
	}
	return list
}

func only(t *testing.T, v *analyze.Verification, want string) {
	t.Helper()
	got := said(v)
	if len(got) != 1 || !strings.HasPrefix(got[0], want) {
		t.Errorf("verify says\n\t%s\nwant only %q", strings.Join(got, "\n\t"), want)
	}
}

// twoNights is a lake with two nights, the second run twice: three runs.
func twoNights(t *testing.T) analyze.Options {
	t.Helper()
	o := shortLake(t)
	store(t, o, "b", talk{host: "10.0.0.1", pool: "198.18.0.1", port: 3333, from: "2026-11-09 08:00", hours: 1, step: 60, exporter: "192.0.2.1", flags: 24})
	nights(t, o, "2026-11-09", shortDay, shortDay)
	return o
}

// TestVerify: what was published and what it rests on is intact until somebody
// changes a byte of it, and then the finding names the file, the night and the run.
func TestVerify(t *testing.T) {
	t.Parallel()
	o := twoNights(t)
	all := analyze.VerifyOptions{Options: o, Flows: true}
	v := verify(t, all)
	if got := said(v); len(got) > 0 || v.Runs != 3 || v.Nights != 2 || v.Count(analyze.StatusOK) != 3 {
		t.Fatalf("an intact lake: %d runs, %d nights, %v", v.Runs, v.Nights, got)
	}
	head := v.Head
	m, err := analyze.ReadManifest(o.Lake, shortDay)
	if err != nil {
		t.Fatal(err)
	}
	if m.Seq != 3 || m.Counts.FlowsRead != 240 || len(m.Knowledge) != 1 || len(m.History) != 1 || len(m.Queries) == 0 {
		t.Errorf("manifest: %+v", m)
	}
	for _, s := range m.Steps {
		if s.Name == "" || s.PeakBytes < 1<<20 {
			t.Errorf("step %+v", s)
		}
	}
	flow := rel(t, o, onlyFlowFile(t, o, "01"))
	feed := m.Knowledge[0].Path

	for _, c := range []struct{ path, want string }{
		{"contacts/day=2026-11-10/contacts.parquet", "failed 2026-11-10 written 3 contacts/day=2026-11-10/contacts.parquet: it was changed"},
		{"suspects/day=2026-11-09/suspects.parquet", "failed 2026-11-09 written 1 suspects/day=2026-11-09/suspects.parquet: it was changed"},
		{"evidence/day=2026-11-10/evidence.parquet", "failed 2026-11-10 written 3"},
		{"coverage/day=2026-11-10/coverage.parquet", "failed 2026-11-10 written 3"},
		{"manifests/nightly/day=2026-11-10.json", "failed 2026-11-10 manifest 3"},
		{"manifests/chain/000002-night-2026-11-10.json", "failed 2026-11-10 chain 3 manifests/chain/000003-night-2026-11-10.json: run 2 was changed after it"},
		{m.FlowList.Path, "failed 2026-11-10 flows 3 " + m.FlowList.Path},
		{flow, "failed 2026-11-10 flows 3 " + flow + ": its footer was changed"},
	} {
		t.Run(c.path, func(t *testing.T) {
			path := filepath.Join(o.Lake, c.path)
			whole := read(t, path)
			changed := bytes.Clone(whole)
			changed[len(changed)-20] ^= 1
			write(t, path, changed)
			only(t, verify(t, all), c.want)
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			if got := said(verify(t, all)); len(got) != 1 || !strings.HasPrefix(got[0], "failed") {
				t.Errorf("deleted: %v", got)
			}
			write(t, path, whole)
		})
	}
	t.Run("feed", func(t *testing.T) {
		for _, name := range []string{"entries.csv", "standing.csv", "original", "manifest.json"} {
			path := filepath.Join(o.Lake, filepath.Dir(feed), name)
			whole := read(t, path)
			write(t, path, append(bytes.Clone(whole), ' '))
			got := said(verify(t, all))
			if len(got) != 2 || !strings.HasPrefix(got[0], "failed 2026-11-09 feed and ledger 1 "+feed) || !strings.HasPrefix(got[1], "failed 2026-11-10 feed and ledger 3") {
				t.Errorf("%s changed: %v", name, got)
			}
			write(t, path, whole)
		}
	})
	t.Run("stranger", func(t *testing.T) {
		path := filepath.Join(o.Lake, "contacts/day=2026-11-10/more.parquet")
		write(t, path, read(t, filepath.Join(o.Lake, "contacts/day=2026-11-10/contacts.parquet")))
		only(t, verify(t, all), "failed 2026-11-10 written 3 contacts/day=2026-11-10/more.parquet: no run wrote this file")
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("one day", func(t *testing.T) {
		v := verify(t, analyze.VerifyOptions{Options: o, From: "2026-11-09", To: "2026-11-09"})
		if v.Nights != 1 || v.Runs != 3 || len(said(v)) > 0 {
			t.Errorf("%+v", v)
		}
	})
	t.Run("head", func(t *testing.T) {
		with := all
		with.Head = strings.ToUpper(head[:12])
		if got := said(verify(t, with)); len(got) > 0 {
			t.Errorf("the head of before: %v", got)
		}
		with.Head = strings.Repeat("0", 12)
		only(t, verify(t, with), "failed  chain 0 manifests/chain: no run has the hash 000000000000")
	})
	if got := said(verify(t, all)); len(got) > 0 {
		t.Errorf("all put back: %v", got)
	}
}

// TestVerifyForged: who writes the chain anew from some run on is found by a
// hash that was written down elsewhere, and by nothing else.
func TestVerifyForged(t *testing.T) {
	o := twoNights(t)
	all := analyze.VerifyOptions{Options: o}
	all.Head = verify(t, all).Head
	chain := filepath.Join(o.Lake, "manifests", "chain")

	t.Run("end removed", func(t *testing.T) {
		path := filepath.Join(chain, "000003-night-2026-11-10.json")
		whole := read(t, path)
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		got := said(verify(t, all))
		if len(got) != 2 || !strings.Contains(got[0], "no run has the hash") || !strings.HasPrefix(got[1], "failed 2026-11-10 manifest 2") {
			t.Errorf("verify says %v", got)
		}
		write(t, path, whole)
	})
	t.Run("middle removed", func(t *testing.T) {
		path := filepath.Join(chain, "000002-night-2026-11-10.json")
		whole := read(t, path)
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		only(t, verify(t, all), "failed 2026-11-10 chain 3 manifests/chain/000003-night-2026-11-10.json: run 2 missing before it")
		write(t, path, whole)
	})
	t.Run("forged", func(t *testing.T) {
		// The first night loses its contacts, and all runs are linked anew.
		contacts := filepath.Join(o.Lake, "contacts", "day=2026-11-09", "contacts.parquet")
		write(t, contacts, read(t, filepath.Join(o.Lake, "coverage", "day=2026-11-09", "coverage.parquet")))
		previous := ""
		for _, name := range []string{"000001-night-2026-11-09.json", "000002-night-2026-11-10.json", "000003-night-2026-11-10.json"} {
			var m analyze.Manifest
			if err := json.Unmarshal(read(t, filepath.Join(chain, name)), &m); err != nil {
				t.Fatal(err)
			}
			m.Previous = previous
			for _, list := range [][]analyze.File{m.Written, m.History} {
				i := slices.IndexFunc(list, func(f analyze.File) bool { return filepath.Join(o.Lake, f.Path) == contacts })
				if i >= 0 {
					list[i].SHA256 = analyze.HashOf(read(t, contacts))
				}
			}
			text, err := json.MarshalIndent(&m, "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			text = append(text, '\n')
			write(t, filepath.Join(chain, name), text)
			write(t, filepath.Join(o.Lake, "manifests", "nightly", "day="+string(m.Day)+".json"), text)
			previous = analyze.HashOf(text)
		}
		blind := all
		blind.Head = ""
		if got := said(verify(t, blind)); len(got) > 0 {
			t.Errorf("without a head: %v", got)
		}
		only(t, verify(t, all), "failed  chain 0 manifests/chain: no run has the hash "+all.Head)
	})
}

// TestVerifyFlows: flows that compaction merged or retention deleted are told
// apart from flows that somebody deleted, and late ones outdate the night.
func TestVerifyFlows(t *testing.T) {
	o := shortLake(t)
	store(t, o, "b", short()...)
	o.HashFlows = true
	nights(t, o, shortDay)
	all := analyze.VerifyOptions{Options: o, Flows: true}
	files, err := filepath.Glob(filepath.Join(o.Lake, "flows", "date=2026-11-10", "hour=01", "*.parquet"))
	if err != nil || len(files) != 2 {
		t.Fatalf("%v, %v", files, err)
	}
	// A byte in a page, which no footer tells.
	whole := read(t, files[0])
	changed := bytes.Clone(whole)
	changed[40] ^= 1
	write(t, files[0], changed)
	only(t, verify(t, all), "failed 2026-11-10 flows 1 "+rel(t, o, files[0])+": it was changed: SHA-256")
	write(t, files[0], whole)

	merged := filepath.Join(filepath.Dir(files[0]), "compact-0123456789ab-000001.parquet")
	exec(t, fmt.Sprintf("copy (select * from read_parquet([%s, %s])) to %s (format parquet)", quote(files[0]), quote(files[1]), quote(merged)))
	second := len(read(t, files[1]))
	for _, f := range files {
		if err := os.Remove(f); err != nil {
			t.Fatal(err)
		}
	}
	got := said(verify(t, all))
	if len(got) != 2 || !strings.Contains(got[0], "failed 2026-11-10 flows 1 "+rel(t, o, files[0])+": it is gone, and neither") {
		t.Errorf("deleted without a word: %v", got)
	}

	first := len(whole)
	compacted := func(rows int) {
		text := fmt.Sprintf(`{"rows": %d, "inputs": [{"path": %q, "bytes": %d}, {"path": %q, "bytes": %d}], "outputs": [{"path": %q, "rows": %d, "bytes": %d}]}`, rows,
			rel(t, o, files[0]), first, rel(t, o, files[1]), second, rel(t, o, merged), rows, len(read(t, merged)))
		folder := filepath.Join(o.Lake, "manifests", "compact", "2026-11-10")
		if err := os.MkdirAll(folder, 0o755); err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(folder, "01-0123456789ab.json"), []byte(text))
	}
	compacted(239)
	got = said(verify(t, all))
	if len(got) != 2 || !strings.Contains(got[0], "the files that were merged had 240 rows, and 239 were written") || !strings.Contains(got[1], "it has 240 rows, compaction wrote 239") {
		t.Errorf("rows lost: %v", got)
	}
	first--
	compacted(240)
	only(t, verify(t, all), fmt.Sprintf("failed 2026-11-10 flows 1 %s: it had %d bytes when it was merged, the night read %d", rel(t, o, files[0]), first, len(whole)))
	first++
	compacted(240)
	v := verify(t, all)
	if got := said(v); len(got) > 0 || !strings.Contains(v.Findings[len(v.Findings)-1].Text, "flow files 4 (2 there, 2 compacted)") {
		t.Errorf("compacted: %v, %+v", got, v.Findings)
	}

	store(t, o, "late", talk{host: "10.0.0.9", pool: "198.18.0.1", port: 3333, from: "2026-11-10 08:30", hours: 0.2, step: 60, exporter: "192.0.2.1", flags: 24})
	only(t, verify(t, all), "outdated 2026-11-10 flows 1 flows/date=2026-11-10/hour=00/late-0.parquet: flows came after the night was run (files: 1)")
	if err := os.Remove(onlyFlowFile2(t, o, "late")); err != nil {
		t.Fatal(err)
	}

	retained := filepath.Join(o.Lake, "manifests", "retain")
	if err := os.MkdirAll(retained, 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(retained, "20270601T000000.000Z.json"), fmt.Appendf(nil, `{"deleted": [{"files": [{"path": %q}]}]}`, rel(t, o, merged)))
	if err := os.Remove(merged); err != nil {
		t.Fatal(err)
	}
	v = verify(t, all)
	if got := said(v); len(got) > 0 || !strings.Contains(v.Findings[len(v.Findings)-1].Text, "flow files 4 (2 there, 2 expired)") {
		t.Errorf("expired: %v, %+v", got, v.Findings)
	}
}

func onlyFlowFile2(t *testing.T, o analyze.Options, name string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(o.Lake, "flows", "*", "*", name+"*"))
	if err != nil || len(files) != 1 {
		t.Fatalf("%v, %v", files, err)
	}
	return files[0]
}

// TestVerifyOld: a night of a program that kept no chain is checked as far as
// it can be, and said to be such.
func TestVerifyOld(t *testing.T) {
	o := shortLake(t)
	nights(t, o, shortDay)
	m, err := analyze.ReadManifest(o.Lake, shortDay)
	if err != nil {
		t.Fatal(err)
	}
	m.Flows, err = m.ReadFlows(o.Lake)
	if err != nil {
		t.Fatal(err)
	}
	for i := range m.Flows {
		m.Flows[i].Footer, m.Flows[i].Rows = "", 0
	}
	m.FlowList, m.Link, m.Queries, m.Knowledge, m.Steps = nil, analyze.Link{}, nil, nil, nil
	text, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(o.Lake, "manifests", "nightly", "day=2026-11-10.json"), text)
	if err := os.RemoveAll(filepath.Join(o.Lake, "manifests", "chain")); err != nil {
		t.Fatal(err)
	}
	only(t, verify(t, analyze.VerifyOptions{Options: o, Flows: true}), "note 2026-11-10 manifest 0 manifests/nightly/day=2026-11-10.json: not chained")

	// The chain begins with the next run, of whatever day.
	o.Now = func() time.Time { return time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC) }
	nights(t, o, shortDay)
	if v := verify(t, analyze.VerifyOptions{Options: o}); v.Runs != 1 || len(said(v)) > 0 {
		t.Errorf("after it was run again: %+v", v)
	}
}
