package ingest_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"minewatch/ingest"
	"minewatch/ingest/flow"
	"minewatch/ingest/lake"
	"minewatch/ingest/source"
)

func importInto(t *testing.T, dir string, paths ...string) (ingest.ImportResult, error) {
	t.Helper()
	return importWith(t, ingest.ImportOptions{Lake: dir}, paths...)
}

// importWith imports and checks what always holds: every count adds up.
func importWith(t *testing.T, o ingest.ImportOptions, paths ...string) (ingest.ImportResult, error) {
	t.Helper()
	o.Now, o.Program = clock, "minewatch test"
	result, err := ingest.Import(t.Context(), o, paths...)
	for _, f := range result.Files {
		if err := f.Counts.Check(); err != nil {
			t.Errorf("%s: %v", f.Path, err)
		}
	}
	if err := result.Counts.Check(); err != nil {
		t.Errorf("total: %v", err)
	}
	return result, err
}

// published lists the flow files of a lake.
func published(t *testing.T, dir string) []string {
	t.Helper()
	var paths []string
	err := filepath.WalkDir(filepath.Join(dir, "flows"), func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err == nil && d.Type().IsRegular() {
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

func TestImport(t *testing.T) {
	dir := t.TempDir()
	pcap := writeFile(t, "a.pcap", capture(t, "10.255.0.2", netflow5(noon, 3), netflow5(noon, 2), []byte("neither fish nor flow")))
	csv := writeFile(t, "b.csv", []byte(flowLog+badRow))
	var refused []source.RowError
	result, err := importWith(t, ingest.ImportOptions{
		Lake:     dir,
		OnReject: func(e source.RowError) { refused = append(refused, e) },
	}, pcap, csv)
	if err != nil {
		t.Fatal(err)
	}

	const want = "datagrams: received 3 = decoded 2 + unknown 1; records: received 8 = stored 7 + malformed 1"
	if got := result.Counts.String(); got != want {
		t.Errorf("counts\n got %s\nwant %s", got, want)
	}
	if len(refused) != 1 || refused[0].Line != 4 {
		t.Errorf("refused rows: %v, want line 4", refused)
	}
	for _, f := range result.Files {
		var rows int64
		for _, file := range f.Files {
			rows += file.Rows
		}
		if rows != f.Counts.RecordsStored {
			t.Errorf("%s: files have %d rows, %d were stored", f.Path, rows, f.Counts.RecordsStored)
		}
		m, err := lake.ReadManifest(dir, "import/"+f.SHA256+".json")
		if err != nil || m == nil {
			t.Fatalf("%s: manifest %v: %v", f.Path, m, err)
		}
		wantManifest := &lake.Manifest{
			Program: "minewatch test", Writer: "import-" + f.SHA256[:16],
			Input: &lake.Input{Path: f.Path, SHA256: f.SHA256, Bytes: f.Bytes, ContentBytes: f.Bytes, Format: f.Format},
			Begun: clock(), Written: clock(), Counts: f.Counts, Files: f.Files,
		}
		if diff := cmp.Diff(wantManifest, m); diff != "" {
			t.Errorf("%s: manifest (-want +got):\n%s", f.Path, diff)
		}
	}
	if formats := result.Files[0].Format + " " + result.Files[1].Format; formats != "capture csv" {
		t.Errorf("formats %q", formats)
	}
}

func TestImportAgain(t *testing.T) {
	dir := t.TempDir()
	path := writeFile(t, "a.pcap", capture(t, "10.255.0.2", netflow5(noon, 3)))
	if _, err := importInto(t, dir, path); err != nil {
		t.Fatal(err)
	}
	files := published(t, dir)

	// The same bytes under another name, twice.
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	renamed := writeFile(t, "b.pcap", content)
	result, err := importInto(t, dir, renamed, renamed)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(flow.Counts{Records: 6, RecordsDuplicate: 6}, result.Counts); diff != "" {
		t.Errorf("counts (-want +got):\n%s", diff)
	}
	if !result.Files[0].Duplicate || result.Counts.Rejected() != 0 {
		t.Errorf("not told as a duplicate, or as rejected: %+v", result.Files[0])
	}
	if diff := cmp.Diff(files, published(t, dir)); diff != "" {
		t.Errorf("lake files (-before +after):\n%s", diff)
	}
}

// The lake's files do not depend on the order of the imports.
func TestImportOrder(t *testing.T) {
	a := writeFile(t, "a.pcap", capture(t, "10.255.0.2", netflow5(noon, 3)))
	b := writeFile(t, "b.csv", []byte(flowLog))
	one, other := t.TempDir(), t.TempDir()
	if _, err := importInto(t, one, a, b); err != nil {
		t.Fatal(err)
	}
	if _, err := importInto(t, other, b, a); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(published(t, one), published(t, other)); diff != "" {
		t.Errorf("lake files (-a,b +b,a):\n%s", diff)
	}
}

func TestImportFailsPerFile(t *testing.T) {
	growing := writeFile(t, "growing.csv", []byte(flowLog))

	for _, c := range []struct {
		name, path, err string
	}{
		{"missing", "/nowhere/a.pcap", "no such file"},
		{"folder", t.TempDir(), "is a folder: name the files in it"},
		{"empty", writeFile(t, "empty", nil), "empty: is empty"},
		{"unknown", writeFile(t, "readme.txt", []byte("This is prose.\n")), "import "},
		{"changes", growing, "changed while it was read"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			good := writeFile(t, "good.csv", []byte(flowLog+flowLog[strings.Index(flowLog, "\n")+1:]))
			o := ingest.ImportOptions{Lake: dir, OnProgress: func(int64) {
				if c.path == growing {
					appendTo(t, growing, "\n")
				}
			}}
			result, err := importWith(t, o, c.path, good)
			if err == nil || !strings.Contains(err.Error(), c.err) || !strings.Contains(err.Error(), filepath.Base(c.path)) {
				t.Errorf("error %v, want one about %s that says %q", err, c.path, c.err)
			}
			if got := result.Counts.RecordsStored; got != 4 {
				t.Errorf("%d records stored, want the 4 of the good file", got)
			}
		})
	}
}

func appendTo(t *testing.T, path, text string) {
	t.Helper()
	file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.WriteString(text); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
}

// A capture that was cut off is stored up to there; one that is damaged in the
// middle is not stored at all, and its records are counted.
func TestImportIncompleteCaptures(t *testing.T) {
	whole := capture(t, "10.255.0.2", netflow5(noon, 3), netflow5(noon, 2))
	cut := writeFile(t, "cut.pcap", whole[:len(whole)-10])
	result, err := importInto(t, t.TempDir(), cut)
	if err != nil {
		t.Fatal(err)
	}
	if result.Counts.RecordsStored != 3 || result.CutOff() != 1 {
		t.Errorf("stored %d records, %d files cut off; want 3 and 1", result.Counts.RecordsStored, result.CutOff())
	}

	dir := t.TempDir()
	damaged := append([]byte(nil), whole...)
	second := 24 + 16 + 14 + 20 + 8 + 24 + 3*48  // file header, then the first packet with its headers
	copy(damaged[second+8:], "\xff\xff\xff\xff") // the length of the second
	result, err = importInto(t, dir, writeFile(t, "damaged.pcap", damaged))
	if err == nil || !strings.Contains(err.Error(), "packet at byte 250") {
		t.Errorf("error %v does not say where", err)
	}
	if got := result.Counts; got.RecordsAborted != 3 || got.RecordsStored != 0 {
		t.Errorf("counts %s, want 3 aborted", got.String())
	}
	if files := published(t, dir); len(files) > 0 {
		t.Errorf("published %v", files)
	}
}

func TestImportAllowList(t *testing.T) {
	known := writeFile(t, "known.pcap", capture(t, "10.255.0.2", netflow5(noon, 3)))
	forged := writeFile(t, "forged.pcap", capture(t, "198.51.100.7", netflow5(noon, 30)))
	result, err := importWith(t, ingest.ImportOptions{
		Lake:  t.TempDir(),
		Allow: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")},
	}, known, forged)
	if err != nil {
		t.Fatal(err)
	}
	const want = "datagrams: received 2 = decoded 1 + not_allowed 1; records: received 3 = stored 3"
	if got := result.Counts.String(); got != want {
		t.Errorf("counts\n got %s\nwant %s", got, want)
	}
}

// When the lake cannot be written, every record is counted as lost to the
// disk; nothing of the file is visible, and a second try stores it.
func TestImportIntoFailingLake(t *testing.T) {
	dir := t.TempDir()
	obstacle := filepath.Join(dir, "flows")
	if err := os.WriteFile(obstacle, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	path := writeFile(t, "a.pcap", capture(t, "10.255.0.2", netflow5(noon, 3)))
	result, err := importInto(t, dir, path)
	if err == nil || result.Counts.RecordsDisk != 3 {
		t.Errorf("error %v, counts %s; want an error and 3 records lost", err, result.Counts.String())
	}
	if err := os.Remove(obstacle); err != nil {
		t.Fatal(err)
	}
	if result, err = importInto(t, dir, path); err != nil || result.Counts.RecordsStored != 3 {
		t.Errorf("second try: error %v, counts %s", err, result.Counts.String())
	}
}

// An import that died between publishing and writing its manifest is done
// again from the start, without what had become visible.
func TestImportAfterInterruptedPublication(t *testing.T) {
	dir := t.TempDir()
	path := writeFile(t, "b.csv", []byte(flowLog))
	result, err := importInto(t, dir, path)
	if err != nil {
		t.Fatal(err)
	}
	manifest := filepath.Join(dir, "manifests", "import", result.Files[0].SHA256+".json")
	if err := os.Rename(manifest, manifest+".unfinished"); err != nil {
		t.Fatal(err)
	}
	stray := filepath.Join(dir, filepath.Dir(result.Files[0].Files[0].Path), "import-"+result.Files[0].SHA256[:16]+"-000099.parquet")
	if err := os.WriteFile(stray, nil, 0o644); err != nil {
		t.Fatal(err)
	}

	if result, err = importInto(t, dir, path); err != nil {
		t.Fatal(err)
	}
	if got := len(published(t, dir)); result.Counts.RecordsStored != 2 || got != len(result.Files[0].Files) {
		t.Errorf("counts %s in %d files, the lake has %d", result.Counts.String(), len(result.Files[0].Files), got)
	}
}

func TestImportInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	dir := t.TempDir()
	path := writeFile(t, "b.csv", []byte(flowLog))
	_, err := ingest.Import(ctx, ingest.ImportOptions{
		Lake: dir, Now: clock, OnProgress: func(int64) { cancel() },
	}, path, path)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
}

// TestImportOfSplitCapture: a capture that was cut between a template and its
// data is the same as the whole one, when its parts are imported as pieces.
// Without that word every file stands for itself, in any order.
func TestImportOfSplitCapture(t *testing.T) {
	template, data := netflow9(noon, true), netflow9(noon, false)
	whole := writeFile(t, "whole.pcap", capture(t, "10.255.0.2", template, data, data))
	first := writeFile(t, "first.pcap", capture(t, "10.255.0.2", template))
	second := writeFile(t, "second.pcap", capture(t, "10.255.0.2", data, data))

	want, err := importInto(t, t.TempDir(), whole)
	if err != nil {
		t.Fatal(err)
	}
	got, err := importWith(t, ingest.ImportOptions{Lake: t.TempDir(), InPieces: true}, first, second)
	if err != nil {
		t.Fatal(err)
	}
	if got.Counts != want.Counts || got.Counts.RecordsStored != 2 {
		t.Errorf("split: %s\nwhole: %s", &got.Counts, &want.Counts)
	}
	for _, order := range [][]string{{first, second}, {second, first}} {
		apart, err := importInto(t, t.TempDir(), order...)
		if err != nil {
			t.Fatal(err)
		}
		if apart.Counts.RecordsStored != 0 || apart.Counts.SetsNoTemplate != 2 {
			t.Errorf("each for itself: %s", &apart.Counts)
		}
	}
}

// TestImportCompressedAgain: a log that was compressed after its import is
// still the same log.
func TestImportCompressedAgain(t *testing.T) {
	dir := t.TempDir()
	plain := writeFile(t, "day.csv", []byte(flowLog))
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(flowLog)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	compressed := writeFile(t, "day.csv.gz", b.Bytes())
	result, err := importInto(t, dir, plain, compressed)
	if err != nil {
		t.Fatal(err)
	}
	if c := result.Counts; c.RecordsStored != 2 || c.RecordsDuplicate != 2 || !result.Files[1].Duplicate {
		t.Errorf("plain, then compressed: %s", &c)
	}
	if files := published(t, dir); len(files) != len(result.Files[0].Files) {
		t.Errorf("the lake has %v", files)
	}
}

// TestImportIntoUnmakeableLake: a lake that cannot be made is one error.
func TestImportIntoUnmakeableLake(t *testing.T) {
	link := filepath.Join(t.TempDir(), "disk")
	if err := os.Symlink(filepath.Join(t.TempDir(), "not mounted", "lake"), link); err != nil {
		t.Fatal(err)
	}
	csv := writeFile(t, "a.csv", []byte(flowLog))
	for _, dir := range []string{link, "/proc/minewatch"} {
		if _, err := importInto(t, dir, csv); err == nil || !strings.Contains(err.Error(), dir) {
			t.Errorf("import into %s: %v", dir, err)
		}
	}
}
