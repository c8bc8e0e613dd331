package flowscan_test

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/file"

	"minewatch/analyze/engine"
	"minewatch/analyze/flowscan"
)

// TestShapes: whatever shape of Parquet a file has, the scan finds the records
// that a loop over them finds, and counts as it.
func TestShapes(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 7))
	shapes := 0
	for _, dictionary := range []bool{false, true} {
		for _, delta := range []bool{false, true} {
			for _, v2 := range []bool{false, true} {
				for _, codec := range []compress.Compression{compress.Codecs.Uncompressed, compress.Codecs.Zstd, compress.Codecs.Snappy} {
					for _, bits := range []int{1, 6, 14, 15, 28, 29, 40, 64} {
						if dictionary && delta {
							continue
						}
						shapes++
						s := shape{rng.IntN(2) == 0, rng.IntN(2) == 0, dictionary, delta, v2, codec, 1 << (6 + rng.IntN(12)), 1 + rng.IntN(900), false}
						records := random(rng, 700+rng.IntN(400), bits)
						seed := rng.Uint64()
						t.Run(fmt.Sprintf("%+v bits=%d", s, bits), func(t *testing.T) {
							ways(t, func(t *testing.T) {
								t.Helper()
								compare(t, rand.New(rand.NewPCG(seed, 0)), records, s)
							})
						})
					}
				}
			}
		}
	}
	t.Logf("%d shapes", shapes)
}

func compare(t *testing.T, rng *rand.Rand, records []record, s shape) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "flows.parquet")
	write(t, path, records, s)
	var singles []flowscan.Address
	var ranges []flowscan.Range
	for range 8 {
		r := records[rng.IntN(len(records))]
		singles = append(singles, flowscan.Address{Hi: r.srcHi, Lo: r.srcLo}, flowscan.Address{Hi: r.dstHi, Lo: r.dstLo + 1})
		if s.group%3 > 0 {
			free := int64(1)<<rng.IntN(12) - 1
			ranges = append(ranges, flowscan.Range{First: flowscan.Address{Hi: r.dstHi, Lo: r.dstLo &^ free}, Last: flowscan.Address{Hi: r.dstHi, Lo: r.dstLo | free}})
		}
	}
	if s.group%3 == 2 {
		ranges = append(ranges, flowscan.Range{First: flowscan.Address{Hi: 2}, Last: flowscan.Address{Hi: 2, Lo: -1}})
	}
	o := flowscan.Options{
		Files: []string{path}, Wanted: flowscan.NewWanted(singles, ranges), Start: midnight, End: midnight.AddDate(0, 0, 1),
		Reach: time.Hour, Counts: true, Threads: 2, Folder: t.TempDir(),
	}
	got, err := flowscan.Scan(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	want, counts := plainly(records, singles, ranges, &o)
	if lines := found(t, got.Found); !slices.Equal(lines, want) {
		t.Errorf("found %d lines, want %d:\n%v\n%v", len(lines), len(want), head(lines), head(want))
	}
	if len(want) == 0 {
		t.Error("nothing to find")
	}
	if !slices.Equal(got.Counts, counts) {
		t.Errorf("counts %+v, want %+v", got.Counts, counts)
	}
}

func head(lines []string) []string { return lines[:min(len(lines), 5)] }

// plainly is the slow way. What ended before the day or begins after it may be
// found or not: it is left out here as below.
func plainly(records []record, singles []flowscan.Address, ranges []flowscan.Range, o *flowscan.Options) ([]string, []flowscan.Count) {
	wanted := func(hi, lo int64) bool {
		return slices.Contains(singles, flowscan.Address{Hi: hi, Lo: lo}) || slices.ContainsFunc(ranges, func(r flowscan.Range) bool {
			above := hi > r.First.Hi || hi == r.First.Hi && uint64(lo) >= uint64(r.First.Lo)
			return above && (hi < r.Last.Hi || hi == r.Last.Hi && uint64(lo) <= uint64(r.Last.Lo))
		})
	}
	start, end := o.Start.UnixMilli(), o.End.UnixMilli()
	var lines []string
	type key struct {
		exporter string
		hour     int
	}
	counts := map[key]flowscan.Count{}
	for i := range records {
		r := &records[i]
		for _, up := range []bool{true, false} {
			if (up && wanted(r.dstHi, r.dstLo) || !up && wanted(r.srcHi, r.srcLo)) && max(r.started, r.ended) >= start && r.started < end {
				lines = append(lines, fmt.Sprint(up, r.started, r.ended, r.srcHi, r.srcLo, r.dstHi, r.dstLo, r.srcPort, r.dstPort, r.proto, r.flags, r.bytes, r.packets, r.rate, " ", r.exporter))
			}
		}
		if r.received < start || r.received >= end {
			continue
		}
		k := key{r.exporter, int((r.received - start) / 3_600_000)}
		c := counts[k]
		c.Exporter, c.Hour = k.exporter, k.hour
		c.Flows++
		c.SamplingRate = max(c.SamplingRate, r.rate)
		if r.rate == 0 {
			c.RateUnknown++
		}
		if r.source == "received" && r.format != "sflow" && r.format != "goflow2" {
			c.ClockReplaced++
		}
		if off := r.received - r.ended; off < -3_600_000 || off > 3_600_000 {
			c.OutOfReach++
		}
		counts[k] = c
	}
	slices.Sort(lines)
	var list []flowscan.Count
	for _, c := range counts {
		list = append(list, c)
	}
	slices.SortFunc(list, func(a, b flowscan.Count) int {
		return slices.Compare([]string{a.Exporter, fmt.Sprintf("%02d", a.Hour)}, []string{b.Exporter, fmt.Sprintf("%02d", b.Hour)})
	})
	return lines, list
}

// found reads what a scan found with arrow-go's own readers.
func found(t *testing.T, paths []string) []string {
	t.Helper()
	var lines []string
	for _, path := range paths {
		r, err := file.OpenParquetFile(path, false)
		if err != nil {
			t.Fatal(err)
		}
		for i := range r.NumRowGroups() {
			g := r.RowGroup(i)
			rows := make([][]any, g.NumRows())
			for k := range g.NumColumns() {
				c, err := g.Column(k)
				if err != nil {
					t.Fatal(err)
				}
				read(t, c, rows)
			}
			start, end := midnight.UnixMilli(), midnight.AddDate(0, 0, 1).UnixMilli()
			for _, row := range rows {
				if max(row[1].(int64), row[2].(int64)) >= start && row[1].(int64) < end {
					lines = append(lines, fmt.Sprint(row...))
				}
			}
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
	}
	slices.Sort(lines)
	return lines
}

func read(t *testing.T, c file.ColumnChunkReader, rows [][]any) {
	t.Helper()
	n := int64(len(rows))
	var err error
	switch c := c.(type) {
	case *file.BooleanColumnChunkReader:
		values := make([]bool, n)
		_, _, err = c.ReadBatch(n, values, nil, nil)
		for i, v := range values {
			rows[i] = append(rows[i], v)
		}
	case *file.Int64ColumnChunkReader:
		values := make([]int64, n)
		_, _, err = c.ReadBatch(n, values, nil, nil)
		for i, v := range values {
			rows[i] = append(rows[i], v)
		}
	case *file.ByteArrayColumnChunkReader:
		values := make([]parquet.ByteArray, n)
		_, _, err = c.ReadBatch(n, values, nil, nil)
		for i, v := range values {
			rows[i] = append(rows[i], " ", string(v))
		}
	default:
		t.Fatalf("a column of %T", c)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// small is a file for the tests of what is wrong with one.
func small(tb testing.TB, s shape) []byte {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "flows.parquet")
	rng := rand.New(rand.NewPCG(3, 4))
	write(tb, path, random(rng, 300, 33), s)
	data, err := os.ReadFile(path)
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

// FuzzScan: whatever is in a file, the scan ends, with an error that names it or
// without one, and leaves no file behind where it fails.
func FuzzScan(f *testing.F) {
	for _, s := range []shape{
		{delta: true, v2: true, codec: compress.Codecs.Zstd, page: 1 << 20, group: 200},
		{dictionary: true, nullable: true, codec: compress.Codecs.Snappy, page: 300, group: 300},
		{codec: compress.Codecs.Uncompressed, page: 1 << 20, group: 300},
	} {
		data := small(f, s)
		f.Add(data, uint32(0), byte(0))
		for at := 4; at < len(data); at += 1 + len(data)/60 {
			f.Add(data, uint32(at), byte(0xff)) //nolint:gosec // not negative
		}
	}
	f.Fuzz(func(t *testing.T, data []byte, at uint32, change byte) {
		if len(data) > 1<<20 {
			t.Skip()
		}
		data = bytes.Clone(data)
		if int64(at) < int64(len(data)) {
			data[at] ^= change
		}
		dir := t.TempDir()
		path := filepath.Join(dir, "flows.parquet")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		o := flowscan.Options{
			Files: []string{path}, Wanted: flowscan.NewWanted([]flowscan.Address{{Hi: 0, Lo: 1}}, []flowscan.Range{{First: flowscan.Address{Hi: 0, Lo: 0}, Last: flowscan.Address{Hi: 2, Lo: math.MaxInt64}}}),
			Start: midnight, End: midnight.AddDate(0, 0, 1), Reach: time.Hour, Counts: true, Threads: 1, Folder: dir,
		}
		_, err := flowscan.Scan(t.Context(), o)
		if err == nil {
			return
		}
		if fault := (*flowscan.FileError)(nil); !errors.As(err, &fault) || fault.Path != path {
			t.Errorf("the error does not name the file: %v", err)
		}
		if left, _ := filepath.Glob(filepath.Join(dir, "found*")); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	})
}

// TestRefused: what is no flow file of the lake is refused by name.
func TestRefused(t *testing.T) {
	s := shape{delta: true, v2: true, codec: compress.Codecs.Zstd, page: 1 << 20, group: 300}
	whole := small(t, s)
	for name, c := range map[string]struct {
		change func([]byte) []byte
		says   string
	}{
		"cut":          {func(b []byte) []byte { return b[:len(b)/2] }, ""},
		"empty":        {func([]byte) []byte { return nil }, ""},
		"other column": {func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("dst_lo"), []byte("dst_xx")) }, "no column dst_lo"},
		"pages": {func(b []byte) []byte {
			footer := len(b) - 8 - int(b[len(b)-8]) - int(b[len(b)-7])<<8
			return append(append(bytes.Clone(b[:4]), make([]byte, footer-4)...), b[footer:]...)
		}, "damaged"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "flows.parquet")
			if err := os.WriteFile(path, c.change(bytes.Clone(whole)), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := flowscan.Scan(t.Context(), flowscan.Options{
				Files: []string{path}, Wanted: flowscan.NewWanted([]flowscan.Address{{Hi: 1, Lo: 1}, {Hi: 0, Lo: 2}}, nil), Counts: true,
				Start: midnight, End: midnight.AddDate(0, 0, 1), Reach: time.Hour, Folder: t.TempDir(),
			})
			if fault := (*flowscan.FileError)(nil); !errors.As(err, &fault) || fault.Path != path || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v, want %q of %s", err, c.says, path)
			}
		})
	}
	_, err := flowscan.Scan(t.Context(), flowscan.Options{Files: []string{filepath.Join(t.TempDir(), "gone")}, Wanted: flowscan.NewWanted(nil, nil)})
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is gone: %v", err)
	}
}

// TestFewAddresses: of a few addresses, row groups that cannot have them are
// not read, by their limits and their Bloom filters.
func TestFewAddresses(t *testing.T) {
	records := random(rand.New(rand.NewPCG(5, 6)), 1000, 33)
	path := filepath.Join(t.TempDir(), "flows.parquet")
	write(t, path, records, shape{delta: true, v2: true, page: 1 << 20, group: 100, filtered: true})
	met := records[550]
	o := flowscan.Options{
		Files: []string{path}, Start: midnight, End: midnight.AddDate(0, 0, 1), Folder: t.TempDir(),
		Wanted: flowscan.NewWanted([]flowscan.Address{{Hi: met.srcHi, Lo: met.srcLo}, {Hi: 0, Lo: 1 << 40}}, nil),
	}
	for _, damaged := range []bool{false, true} {
		if damaged { // every row group but that one
			damageOthers(t, path, 5)
		}
		got, err := flowscan.Scan(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		want, _ := plainly(records, []flowscan.Address{{Hi: met.srcHi, Lo: met.srcLo}}, nil, &o)
		if lines := found(t, got.Found); len(want) == 0 || !slices.Equal(lines, want) {
			t.Errorf("damaged: %t: found %v, want %v", damaged, lines, want)
		}
	}
}

// TestLimits: a column whose statistics tell that nobody of it is wanted is not
// read, whatever is wanted; one of which an address or a range is just within
// them is.
func TestLimits(t *testing.T) {
	records := random(rand.New(rand.NewPCG(15, 16)), 500, 33)
	for i := range records {
		r := &records[i]
		r.srcHi, r.srcLo, r.dstHi, r.dstLo = 0, int64(1000+i%100), 0, int64(50_000+i)
	}
	path := filepath.Join(t.TempDir(), "flows.parquet")
	write(t, path, records, shape{delta: true, v2: true, page: 1 << 20, group: 500})
	damage(t, path, "src_lo")
	lo := func(lo int64) flowscan.Address { return flowscan.Address{Lo: lo} }
	var beside []flowscan.Address
	for i := range int64(100) {
		beside = append(beside, lo(999-i), lo(1100+i), lo(-1-i), flowscan.Address{Hi: 5, Lo: 49_000 + i})
	}
	for name, c := range map[string]struct {
		singles []flowscan.Address
		ranges  []flowscan.Range
		reads   bool
	}{
		"beside":         {beside, []flowscan.Range{{First: lo(0), Last: lo(999)}, {First: lo(1100), Last: lo(49_999)}}, false},
		"far":            {beside, []flowscan.Range{{First: lo(1 << 62), Last: lo(-1000)}}, false},
		"least":          {append(beside, lo(1000)), nil, true},
		"most":           {append(beside, lo(1099)), nil, true},
		"range to least": {beside, []flowscan.Range{{First: lo(990), Last: lo(1000)}}, true},
		"range of most":  {nil, []flowscan.Range{{First: lo(1099), Last: lo(-5)}}, true},
		"range of all":   {nil, []flowscan.Range{{First: flowscan.Address{Hi: -1}, Last: flowscan.Address{Hi: 1}}}, true},
	} {
		_, err := flowscan.Scan(t.Context(), flowscan.Options{
			Files: []string{path}, Wanted: flowscan.NewWanted(c.singles, c.ranges), Start: midnight, End: midnight.AddDate(0, 0, 1), Folder: t.TempDir(),
		})
		if (err != nil) != c.reads {
			t.Errorf("%s: read: %t, want %t: %v", name, err != nil, c.reads, err)
		}
	}
}

// TestFull: a full disk is told as one, and not as a damaged file.
func TestFull(t *testing.T) {
	records := random(rand.New(rand.NewPCG(7, 8)), 200, 33)
	path, folder := filepath.Join(t.TempDir(), "flows.parquet"), t.TempDir()
	write(t, path, records, shape{delta: true, page: 1 << 20, group: 100})
	if err := os.Symlink("/dev/full", filepath.Join(folder, "found-0.parquet")); err != nil {
		t.Skip(err)
	}
	_, err := flowscan.Scan(t.Context(), flowscan.Options{
		Files: []string{path}, Start: midnight, End: midnight.AddDate(0, 0, 1), Folder: folder, Threads: 1,
		Wanted: flowscan.NewWanted(nil, []flowscan.Range{{Last: flowscan.Address{Hi: 0, Lo: -1}}}),
	})
	if !errors.Is(err, syscall.ENOSPC) || errors.As(err, new(*flowscan.FileError)) || !errors.Is(engine.Explain(err), engine.ErrSpace) {
		t.Errorf("a full disk: %v", err)
	}
}
