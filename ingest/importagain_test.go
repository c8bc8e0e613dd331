package ingest_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"minewatch/ingest"
	"minewatch/ingest/lake"
	"minewatch/ingest/lake/upkeep"
)

const laterRows = `2026-03-02T13:02:00Z,2026-03-02T13:03:00Z,10.0.0.2,203.0.113.9,40000,3333,6,1500,10
2026-03-02T14:02:00Z,2026-03-02T14:03:00Z,203.0.113.9,10.0.0.2,3333,40000,6,900,9
`

// exporters is how many flows the lake has of each exporter.
func exporters(t *testing.T, dir string) map[string]int {
	t.Helper()
	n := map[string]int{}
	for _, flow := range storedFlows(t, dir) {
		n[flow["exporter"]]++
	}
	return n
}

// receipts is how many records the receipts say were stored, by exporter.
func receipts(t *testing.T, dir string) map[string]string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "receipts", "*", "*", "*.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	stored := map[string]string{}
	for _, path := range paths {
		for _, row := range parquetRows(t, path) {
			stored[row["exporter"]] += row["records_stored"]
		}
	}
	return stored
}

// wantNoMarks fails where an import left a mark.
func wantNoMarks(t *testing.T, dir string) {
	t.Helper()
	if marks, err := filepath.Glob(filepath.Join(dir, "manifests", "import", "*.unfinished")); err != nil || len(marks) > 0 {
		t.Errorf("marks %v, error %v", marks, err)
	}
}

func compactLake(t *testing.T, dir string) {
	t.Helper()
	later := func() time.Time { return noon.Add(24 * time.Hour) }
	if err := upkeep.Compact(t.Context(), dir, upkeep.CompactOptions{Now: later}); err != nil {
		t.Fatal(err)
	}
}

// deleteStored has retention delete the hours of these files.
func deleteStored(t *testing.T, dir string, files ...lake.File) {
	t.Helper()
	for _, f := range files {
		if err := os.Chtimes(filepath.Join(dir, f.Path), noon, noon); err != nil {
			t.Fatal(err)
		}
	}
	later := func() time.Time { return noon.Add(100 * time.Hour) }
	r, err := upkeep.Retain(t.Context(), dir, upkeep.RetainOptions{Now: later, MaxAge: 24 * time.Hour})
	if err != nil || len(r.Deleted) != len(files) {
		t.Fatalf("deleted %d hours, want %d; error %v", len(r.Deleted), len(files), err)
	}
}

// TestImportAgainReplaces: a file that was imported with the wrong flags is
// imported with the right ones, in the place of what was stored before.
func TestImportAgainReplaces(t *testing.T) {
	dir := t.TempDir()
	path := writeFile(t, "a.csv", []byte(flowLog))
	first, err := importInto(t, dir, path)
	if err != nil {
		t.Fatal(err)
	}
	result, err := importWith(t, ingest.ImportOptions{Lake: dir, Exporter: "10.255.0.9"}, path)
	if f := result.Files[0]; err != nil || !f.Duplicate || !f.Since.Equal(clock()) || f.Merged+f.Deleted > 0 {
		t.Errorf("without again: %+v, error %v", f, err)
	}

	result, err = importWith(t, ingest.ImportOptions{Lake: dir, Exporter: "10.255.0.9", Again: true}, path)
	if f := result.Files[0]; err != nil || f.Duplicate || f.Replaced != 2 || f.Counts.RecordsStored != 2 {
		t.Errorf("again: %+v, error %v", f, err)
	}
	if diff := cmp.Diff(map[string]int{"10.255.0.9": 2}, exporters(t, dir)); diff != "" {
		t.Errorf("flows by exporter (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]string{"10.255.0.9": "11"}, receipts(t, dir)); diff != "" {
		t.Errorf("receipts, one of each hour (-want +got):\n%s", diff)
	}
	for _, f := range result.Files[0].Files {
		if slices.ContainsFunc(first.Files[0].Files, func(b lake.File) bool { return b.Path == f.Path }) {
			t.Errorf("%s has other content than before", f.Path)
		}
	}
	m, err := lake.ReadManifest(dir, "import/"+result.Files[0].SHA256+".json")
	if err != nil || cmp.Diff(result.Files[0].Files, m.Files) != "" {
		t.Errorf("manifest %+v, error %v", m, err)
	}
	wantNoMarks(t, dir)
	// The lake is empty of hours that have nothing left.
	capture := writeFile(t, "a.pcap", capture(t, "10.255.0.2", netflow5(noon, 3)))
	if _, err := importInto(t, dir, capture); err != nil {
		t.Fatal(err)
	}
	elsewhere := []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}
	if _, err := importWith(t, ingest.ImportOptions{Lake: dir, Again: true, Allow: elsewhere}, capture); err != nil {
		t.Fatal(err)
	}
	if got := exporters(t, dir); got["10.255.0.2"] != 0 || len(got) != 1 {
		t.Errorf("flows by exporter %v", got)
	}
}

// TestImportNothingStored: a file of which nothing was stored is imported anew
// without further ado.
func TestImportNothingStored(t *testing.T) {
	dir := t.TempDir()
	path := writeFile(t, "a.pcap", capture(t, "10.255.0.2", netflow5(noon, 3)))
	elsewhere := []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}
	if _, err := importWith(t, ingest.ImportOptions{Lake: dir, Allow: elsewhere}, path); err != nil {
		t.Fatal(err)
	}
	result, err := importInto(t, dir, path)
	if f := result.Files[0]; err != nil || f.Duplicate || f.Counts.RecordsStored != 3 {
		t.Errorf("%+v, error %v", f, err)
	}
	if diff := cmp.Diff(map[string]string{"10.255.0.2": "3"}, receipts(t, dir)); diff != "" {
		t.Errorf("receipts (-want +got):\n%s", diff)
	}
}

// TestImportAgainAfterCompaction: flows that were merged with others cannot be
// taken out, and nothing is changed.
func TestImportAgainAfterCompaction(t *testing.T) {
	dir := t.TempDir()
	path := writeFile(t, "a.csv", []byte(flowLog))
	if _, err := importInto(t, dir, path); err != nil {
		t.Fatal(err)
	}
	compactLake(t, dir)
	files := published(t, dir)
	result, err := importInto(t, dir, path)
	if f := result.Files[0]; err != nil || !f.Duplicate || f.Merged != 2 {
		t.Errorf("without again: %+v, error %v", f, err)
	}
	_, err = importWith(t, ingest.ImportOptions{Lake: dir, Again: true}, path)
	if err == nil || !strings.Contains(err.Error(), "compaction has merged lake files with others of their hours, 2 of 2") || !strings.Contains(err.Error(), "hour=12") || !strings.Contains(err.Error(), "--lake") {
		t.Errorf("error %v", err)
	}
	grown := writeFile(t, "b.csv", []byte(flowLog+laterRows))
	if _, err = importWith(t, ingest.ImportOptions{Lake: dir, Again: true}, grown); err == nil || !strings.Contains(err.Error(), "compaction has merged") {
		t.Errorf("grown: error %v", err)
	}
	if diff := cmp.Diff(files, published(t, dir)); diff != "" {
		t.Errorf("lake files (-before +after):\n%s", diff)
	}
	wantNoMarks(t, dir)
}

// TestImportAfterRetention: what retention has deleted can be imported once
// more; where only a part is gone, that is said.
func TestImportAfterRetention(t *testing.T) {
	for _, compacted := range []bool{false, true} {
		dir := t.TempDir()
		path := writeFile(t, "a.csv", []byte(flowLog))
		first, err := importInto(t, dir, path)
		if err != nil {
			t.Fatal(err)
		}
		stored := first.Files[0].Files

		deleteStored(t, dir, stored[0])
		result, err := importInto(t, dir, path)
		if f := result.Files[0]; err != nil || !f.Duplicate || f.Deleted != 1 {
			t.Errorf("half of it gone: %+v, error %v", f, err)
		}
		if result, err = importWith(t, ingest.ImportOptions{Lake: dir, Again: true}, path); err != nil || result.Files[0].Replaced != 1 {
			t.Errorf("half of it gone, again: %+v, error %v", result.Files[0], err)
		}
		if got := len(storedFlows(t, dir)); got != 2 {
			t.Errorf("%d flows, want 2", got)
		}

		stored = result.Files[0].Files
		if compacted {
			compactLake(t, dir)
			stored = nil
			for _, path := range published(t, dir) {
				stored = append(stored, lake.File{Path: path})
			}
		}
		deleteStored(t, dir, stored...)
		result, err = importInto(t, dir, path)
		if f := result.Files[0]; err != nil || f.Duplicate || f.Counts.RecordsStored != 2 || len(storedFlows(t, dir)) != 2 {
			t.Errorf("all of it gone: %+v, error %v", f, err)
		}
	}
}

// TestImportOfGrownFile: what begins with a file that was imported would be
// there twice.
func TestImportOfGrownFile(t *testing.T) {
	dir := t.TempDir()
	again := ingest.ImportOptions{Lake: dir, Again: true}
	short, long := []byte(flowLog), []byte(flowLog+laterRows)
	first := writeFile(t, "short.csv", short)
	if _, err := importInto(t, dir, first); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	compress(t, gzip.NewWriter(&b), long)
	grown := writeFile(t, "grown.csv.gz", b.Bytes())
	_, err := importInto(t, dir, grown)
	if err == nil || !strings.Contains(err.Error(), "continues "+first) || !strings.Contains(err.Error(), "would be there twice (records: 2)") || !strings.Contains(err.Error(), "--again") {
		t.Errorf("error %v", err)
	}
	if got := len(storedFlows(t, dir)); got != 2 {
		t.Errorf("%d flows, want the 2 of before", got)
	}
	result, err := importWith(t, again, grown)
	if err != nil || result.Counts.RecordsStored != 4 || result.Files[0].Replaced != 2 || len(storedFlows(t, dir)) != 4 {
		t.Errorf("again: %+v, error %v", result.Files[0], err)
	}
	wantNoMarks(t, dir)

	// The beginning is a duplicate now, and not to be replaced.
	result, err = importInto(t, dir, first)
	if f := result.Files[0]; err != nil || !f.Duplicate || f.PartOf != grown {
		t.Errorf("the beginning: %+v, error %v", f, err)
	}
	if _, err = importWith(t, again, first); err == nil || !strings.Contains(err.Error(), "is the beginning of "+grown) {
		t.Errorf("the beginning again: error %v", err)
	}
	// It grows on, within one run.
	more := writeFile(t, "more.csv", append(slices.Clone(long), laterRows...))
	most := writeFile(t, "most.csv", append(append(slices.Clone(long), laterRows...), laterRows...))
	result, err = importWith(t, again, more, most)
	if err != nil || result.Files[1].Counts.RecordsStored != 8 || len(storedFlows(t, dir)) != 8 {
		t.Errorf("grown on: %+v, error %v", result.Files, err)
	}
	// Another log of the same header is none.
	header := flowLog[:strings.Index(flowLog, "\n")+1]
	if _, err = importInto(t, dir, writeFile(t, "other.csv", []byte(header+laterRows))); err != nil {
		t.Error(err)
	}
}

// TestImportOfGrownCapture: a capture that was imported while it was written.
func TestImportOfGrownCapture(t *testing.T) {
	dir := t.TempDir()
	whole := capture(t, "10.255.0.2", netflow5(noon, 3), netflow5(noon, 2))
	if _, err := importInto(t, dir, writeFile(t, "cut.pcap", whole[:len(whole)-10])); err != nil {
		t.Fatal(err)
	}
	path := writeFile(t, "whole.pcap", whole)
	if _, err := importInto(t, dir, path); err == nil || !strings.Contains(err.Error(), "continues ") {
		t.Errorf("error %v", err)
	}
	if _, err := importWith(t, ingest.ImportOptions{Lake: dir, Again: true}, path); err != nil || len(storedFlows(t, dir)) != 5 {
		t.Errorf("%d flows, error %v", len(storedFlows(t, dir)), err)
	}
}

// TestImportInPiecesOfKnown: a piece that is there already still has templates
// for those that follow.
func TestImportInPiecesOfKnown(t *testing.T) {
	dir := t.TempDir()
	template, data := netflow9(noon, true), netflow9(noon, false)
	first := writeFile(t, "first.pcap", capture(t, "10.255.0.2", template, data))
	second := writeFile(t, "second.pcap", capture(t, "10.255.0.2", data, data))
	if _, err := importInto(t, dir, first); err != nil {
		t.Fatal(err)
	}
	result, err := importWith(t, ingest.ImportOptions{Lake: dir, InPieces: true}, first, second)
	if err != nil || !result.Files[0].Duplicate || result.Files[1].Counts.RecordsStored != 2 {
		t.Errorf("%+v, error %v", result.Files, err)
	}
}

// TestImportInterruptedReplacement: whatever step an import that replaces was
// killed after, the next import of the file, without again, stores it once.
func TestImportInterruptedReplacement(t *testing.T) {
	short := writeFile(t, "short.csv", []byte(flowLog))
	long := writeFile(t, "long.csv", []byte(flowLog+laterRows))
	before, after := t.TempDir(), t.TempDir()
	first, err := importInto(t, before, short)
	if err != nil {
		t.Fatal(err)
	}
	copyLake(t, after, before)
	second, err := importWith(t, ingest.ImportOptions{Lake: after, Again: true}, long)
	if err != nil {
		t.Fatal(err)
	}
	marks := func(dir string) {
		manifests := filepath.Join(dir, "manifests", "import")
		if err := os.MkdirAll(manifests, 0o755); err != nil {
			t.Fatal(err)
		}
		for sha256, text := range map[string]string{
			second.Files[0].SHA256: fmt.Sprintf(`{"path":%q,"replaces":[%q]}`, long, first.Files[0].SHA256),
			first.Files[0].SHA256:  fmt.Sprintf(`{"path":%q,"replaced_by":%q}`, long, second.Files[0].SHA256),
		} {
			if err := os.WriteFile(filepath.Join(manifests, sha256+".json.unfinished"), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, killed := range map[string]func(dir string){
		"marked": func(dir string) { copyLake(t, dir, before) },
		"a file gone": func(dir string) {
			copyLake(t, dir, before)
			_ = os.Remove(filepath.Join(dir, first.Files[0].Files[0].Path))
		},
		"all files gone": func(dir string) {
			copyLake(t, dir, before)
			_ = os.RemoveAll(filepath.Join(dir, "flows"))
		},
		"a file there": func(dir string) {
			copyLake(t, dir, after)
			_ = os.Remove(filepath.Join(dir, second.Files[0].Files[0].Path))
			_ = os.RemoveAll(filepath.Join(dir, "manifests"))
			copyLake(t, filepath.Join(dir, "manifests"), filepath.Join(before, "manifests"))
		},
		"all but the marks": func(dir string) { copyLake(t, dir, after) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			killed(dir)
			marks(dir)
			compactLake(t, dir) // keeps away
			if _, err := importInto(t, dir, short); err == nil || !strings.Contains(err.Error(), "whose import was interrupted: import that first") {
				t.Errorf("the beginning: error %v", err)
			}
			result, err := importInto(t, dir, long)
			if err != nil || result.Counts.RecordsStored != 4 || len(storedFlows(t, dir)) != 4 {
				t.Errorf("%+v, %d flows, error %v", result.Files[0], len(storedFlows(t, dir)), err)
			}
			wantNoMarks(t, dir)
			if result, err = importInto(t, dir, short); err != nil || result.Files[0].PartOf != long {
				t.Errorf("the beginning afterwards: %+v, error %v", result.Files[0], err)
			}
		})
	}
}

func copyLake(t *testing.T, to, from string) {
	t.Helper()
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
}

// importVariable makes this test binary import that file again and again.
const importVariable = "INGEST_TEST_IMPORT"

func importUntilKilled(path, dir string) int {
	var err error
	for i := 0; err == nil; i++ {
		_, err = ingest.Import(context.Background(), ingest.ImportOptions{
			Lake: dir, Now: time.Now, Again: true, Exporter: fmt.Sprintf("10.255.0.%d", i%200+1),
		}, path)
		fmt.Println(i)
	}
	fmt.Fprintln(os.Stderr, err)
	return 1
}

// TestKilledReplacement: a reader meets each flow at most once, of one import,
// while a file is imported again and again by a process that is killed; and
// the next import mends what the kill left.
func TestKilledReplacement(t *testing.T) {
	dir := t.TempDir()
	var log bytes.Buffer
	log.WriteString(flowLog)
	for hour := range 10 {
		fmt.Fprintf(&log, "2026-03-02T%02d:00:00Z,2026-03-02T%02d:01:00Z,10.0.0.1,203.0.113.9,40000,3333,6,1500,10\n", hour, hour)
	}
	const flows = 12
	path := writeFile(t, "a.csv", log.Bytes())
	rng := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // not a secret
	kills, torn, reads := 0, 0, 0
	for begun := time.Now(); kills < 4 || time.Since(begun) < soak(t, 0); kills++ {
		cmd := exec.CommandContext(t.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), importVariable+"="+path, lakeVariable+"="+dir)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if !bufio.NewScanner(out).Scan() {
			t.Fatal("the process has imported nothing")
		}
		for until := time.Now().Add(time.Duration(20+rng.IntN(100)) * time.Millisecond); time.Now().Before(until); reads++ {
			readOnce(t, dir, flows)
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait() // it was killed
		if marks, _ := filepath.Glob(filepath.Join(dir, "manifests", "import", "*.unfinished")); len(marks) > 0 {
			torn++
		}
		if len(exporters(t, dir)) > 1 {
			t.Errorf("flows of two imports: %v", exporters(t, dir))
		}
		// Without again: a duplicate, or what the kill left is mended.
		if _, err := importWith(t, ingest.ImportOptions{Lake: dir, Exporter: "10.255.0.250"}, path); err != nil {
			t.Fatal(err)
		}
		if got := exporters(t, dir); len(storedFlows(t, dir)) != flows || len(got) != 1 {
			t.Fatalf("after a kill and an import: %v", got)
		}
	}
	t.Logf("soak: %d kills of an import that replaces, %d of them within the replacement; %d reads, each flow at most once", kills, torn, reads)
}

// readOnce reads the lake from one listing, as a query does. A file that is
// gone means to list again.
func readOnce(t *testing.T, dir string, most int64) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "flows", "*", "*", "*.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	imports := map[string]int64{}
	for _, path := range paths {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return
		}
		imports[filepath.Dir(path)]++
	}
	for hour, n := range imports {
		if n > 1 {
			t.Errorf("%d files in %s of one import that has one", n, hour)
		}
	}
	if int64(len(paths)) > most {
		t.Errorf("%d files", len(paths))
	}
}
