package week_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"

	"minewatch/cmd/flowgen/internal/calendar"
	"minewatch/cmd/flowgen/internal/week"
	"minewatch/cmd/flowgen/internal/wire"
	"minewatch/cmd/flowgen/internal/wire/wiretest"
)

// generate writes a small week into a new folder.
func generate(t *testing.T, seed uint64, gaps bool) (string, *week.Summary) {
	t.Helper()
	w, err := calendar.Parse("2026-W46", "Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, sub := range []string{week.CapturesDir, week.LiveDir} {
		if err := os.Mkdir(filepath.Join(dir, sub), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	o := week.Options{Seed: seed, Week: w, Zone: "Asia/Shanghai", Flows: 20_000, Gaps: gaps, Live: 3, LiveShare: .1, Dir: dir}
	sum, err := week.Run(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	return dir, sum
}

// hashes gives the hash of every file of a folder by its path.
func hashes(t *testing.T, dir string) map[string][32]byte {
	t.Helper()
	m := map[string][32]byte{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		m[name] = sha256.Sum256(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestSameSeedSameBytes(t *testing.T) {
	one, _ := generate(t, 7, false)
	two, _ := generate(t, 7, false)
	other, _ := generate(t, 8, false)
	if diff := cmp.Diff(hashes(t, one), hashes(t, two)); diff != "" {
		t.Errorf("two runs differ:\n%s", diff)
	}
	a, b := hashes(t, one), hashes(t, other)
	for name := range a {
		if a[name] == b[name] {
			t.Errorf("%s is the same with another seed", name)
		}
	}
}

// The captures are read with gopacket and goflow2, which know nothing of us.
func TestSummaryIsWhatTheCapturesHold(t *testing.T) {
	dir, sum := generate(t, 1, false)
	written, err := os.ReadFile(filepath.Join(dir, week.SummaryFile))
	if err != nil {
		t.Fatal(err)
	}
	var read week.Summary
	if err := json.Unmarshal(written, &read); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(*sum, read); diff != "" {
		t.Errorf("summary.json (-returned +written):\n%s", diff)
	}
	readers := map[string]*wiretest.Reader{}
	var captures, live wire.Tally
	for _, f := range sum.Files {
		if readers[f.Exporter] == nil {
			readers[f.Exporter] = wiretest.NewReader()
		}
		got := readCapture(t, filepath.Join(dir, f.File), f, readers[f.Exporter])
		if diff := cmp.Diff(f.Tally, got); diff != "" {
			t.Errorf("%s (-summary +capture):\n%s", f.File, diff)
		}
		if filepath.Dir(f.File) == week.LiveDir {
			live.Add(got)
		} else {
			captures.Add(got)
		}
	}
	if captures != sum.Captures || live != sum.Live {
		t.Errorf("sums: captures %+v, live %+v; summary %+v, %+v", captures, live, sum.Captures, sum.Live)
	}
	if n := sum.PlantedRecords + sum.BackgroundRecords; n != captures.Records+live.Records {
		t.Errorf("%d planted + %d background records, %d in the captures", sum.PlantedRecords, sum.BackgroundRecords, captures.Records+live.Records)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*", "*.pcap"))
	if err != nil || len(files) != len(sum.Files) {
		t.Errorf("%d captures, %d in the summary (%v)", len(files), len(sum.Files), err)
	}
}

// readCapture decodes one capture and checks its times and addresses.
func readCapture(t *testing.T, path string, f week.File, reader *wiretest.Reader) (sum wire.Tally) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	in, err := pcapgo.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	last := int64(0)
	for {
		frame, info, err := in.ReadPacketData()
		if err != nil {
			return sum // EOF: what is missing shows in the sums
		}
		p := gopacket.NewPacket(frame, layers.LayerTypeEthernet, gopacket.NoCopy)
		if from := p.NetworkLayer().(*layers.IPv4).SrcIP.String(); from != f.Address {
			t.Fatalf("%s: a datagram of %s", path, from)
		}
		d, err := reader.Decode(p.TransportLayer().LayerPayload())
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		at := info.Timestamp.UnixMilli()
		if at < last {
			t.Fatalf("%s: not in the order of time", path)
		}
		told := d.Exported
		if f.Exporter == "county-1" {
			told -= 8 * calendar.Hour // its clock is ahead
		}
		if f.Format != wire.SFlow && told/1000 != at/1000 {
			t.Fatalf("%s: captured at %d, exported at %d", path, at, d.Exported)
		}
		last = at
		sum.Add(d.Tally)
	}
}

// With another reader for every file each capture must decode on its own.
func TestEveryCaptureStandsAlone(t *testing.T) {
	dir, sum := generate(t, 1, false)
	for _, f := range sum.Files {
		if got := readCapture(t, filepath.Join(dir, f.File), f, wiretest.NewReader()); got != f.Tally {
			t.Errorf("%s: %+v, want %+v", f.File, got, f.Tally)
		}
	}
}

// What is lost on the way is in no capture, and counted.
func TestGaps(t *testing.T) {
	dir, sum := generate(t, 1, true)
	if n := sum.PlantedRecords + sum.BackgroundRecords; sum.LostRecords < n/100 || n != sum.Captures.Records+sum.Live.Records+sum.LostRecords {
		t.Errorf("of %d records %d are in the captures, %d live, %d lost", n, sum.Captures.Records, sum.Live.Records, sum.LostRecords)
	}
	silent := map[string]bool{}
	for _, f := range sum.Files {
		if got := readCapture(t, filepath.Join(dir, f.File), f, wiretest.NewReader()); got != f.Tally {
			t.Errorf("%s: %+v, want %+v", f.File, got, f.Tally)
		}
		if f.Lost > f.Records/20 {
			silent[f.Exporter] = true
		}
	}
	if len(silent) < 5 {
		t.Errorf("only %v were down for hours", silent)
	}
}

func TestOptionsAreChecked(t *testing.T) {
	err := week.Options{Flows: 0, Live: 9, LiveShare: 2, Sampling: 16384}.Check()
	if err == nil {
		t.Fatal("no error")
	}
	if joined, ok := err.(interface{ Unwrap() []error }); !ok || len(joined.Unwrap()) != 4 {
		t.Errorf("want four faults, got: %v", err)
	}
}

func TestRunIsInterrupted(t *testing.T) {
	w, err := calendar.Parse("2026-W46", "UTC")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = week.Run(ctx, week.Options{Week: w, Flows: 1, Sampling: 1, Dir: t.TempDir()})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want Canceled", err)
	}
}
