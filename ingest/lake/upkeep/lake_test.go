package upkeep_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"

	"minewatch/ingest/flow"
	"minewatch/ingest/lake"
	"minewatch/ingest/lake/upkeep"
)

// eight is an hour of the tests, and noon a time when it is long closed.
var (
	eight = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	noon  = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
)

func atNoon() time.Time { return noon }

// records makes n flows of the hour. Each is known by its byte count, from
// first on; what else it holds follows from that.
func records(hour time.Time, first int64, n int) *flow.Batch {
	b := flow.NewBatch(n)
	for id := first; id < first+int64(n); id++ {
		rng := rand.New(rand.NewPCG(uint64(id), 1)) //nolint:gosec // test data
		at := hour.UnixMicro() + rng.Int64N(int64(time.Hour/time.Microsecond))
		r := flow.Record{
			ReceivedAt: at, StartedAt: at/1000 - 100, EndedAt: at / 1000,
			Src: address(rng), Dst: address(rng), SrcPort: rng.Int32N(1 << 16), DstPort: rng.Int32N(1 << 16),
			Proto: 6, Bytes: id, Packets: rng.Int64N(1000), SamplingRate: 1,
			Exporter:  fmt.Sprintf("10.255.0.%d", rng.IntN(20)),
			EndReason: flow.Null, Direction: int16(rng.IntN(3) - 1), Boundary: flow.Null, NATSrcPort: flow.Null,
			Format: flow.IPFIX, TimeSource: flow.ExporterClock,
		}
		if rng.IntN(10) == 0 {
			r.HasNATSrc, r.NATSrc, r.NATSrcPort = true, address(rng), rng.Int32N(1<<16)
		}
		b.AppendRecord(&r)
	}
	return b
}

func address(rng *rand.Rand) flow.Addr {
	if rng.IntN(4) == 0 {
		return flow.Addr{Hi: 0x2001_0db8 << 32, Lo: rng.Int64() - rng.Int64()}
	}
	return flow.AddrFrom4([4]byte{10, 0, byte(rng.IntN(4)), byte(rng.IntN(256))})
}

// publish stores each batch as a file of its own.
func publish(t *testing.T, dir, name string, batches ...*flow.Batch) []lake.File {
	t.Helper()
	w, err := lake.NewWriter(dir, lake.Options{Name: name, RowGroupRows: 512})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	var all []lake.File
	for _, b := range batches {
		if err := w.Append(b); err != nil {
			t.Fatal(err)
		}
		files, err := w.Publish()
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, files...)
	}
	return all
}

func compact(t *testing.T, dir string, o upkeep.CompactOptions) []*upkeep.Compaction {
	t.Helper()
	var done []*upkeep.Compaction
	o.Now = atNoon
	o.OnHour = func(c *upkeep.Compaction) { done = append(done, c) }
	if err := upkeep.Compact(t.Context(), dir, o); err != nil {
		t.Fatal(err)
	}
	return done
}

// list is what a careful reader of the lake does: the files of each hour, and
// an hour that was exchanged meanwhile is listed again.
func list(dir string) ([]string, error) {
	folders, err := filepath.Glob(filepath.Join(dir, "flows", "*", "*"))
	if err != nil {
		return nil, err
	}
	var files []string
	for _, folder := range folders {
		for {
			names, same, err := listFolder(folder)
			if err != nil {
				return nil, err
			}
			if same {
				files = append(files, names...)
				break
			}
		}
	}
	return files, nil
}

func listFolder(folder string) (names []string, same bool, err error) {
	f, err := os.Open(folder)
	if err != nil {
		return nil, false, err
	}
	defer f.Close()
	entries, err := f.ReadDir(-1)
	if err != nil {
		return nil, false, err
	}
	for _, e := range entries {
		names = append(names, filepath.Join(folder, e.Name()))
	}
	before, err := f.Stat()
	if err != nil {
		return nil, false, err
	}
	after, err := os.Stat(folder)
	return names, err == nil && os.SameFile(before, after), err
}

// ids are the byte counts of all flows of the lake, sorted: who they are. A
// file that is gone starts it again.
func ids(dir string) ([]int64, error) {
again:
	files, err := list(dir)
	if err != nil {
		return nil, err
	}
	var all []int64
	for _, path := range files {
		part, err := column(path, "bytes")
		if errors.Is(err, fs.ErrNotExist) {
			goto again
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		all = append(all, part...)
	}
	slices.Sort(all)
	return all, nil
}

func column(path, name string) ([]int64, error) {
	table, err := readTable(path)
	if err != nil {
		return nil, err
	}
	defer table.Release()
	var values []int64
	for _, chunk := range table.Column(table.Schema().FieldIndices(name)[0]).Data().Chunks() {
		switch chunk := chunk.(type) {
		case *array.Int64:
			values = append(values, chunk.Int64Values()...)
		case *array.Int32:
			for _, v := range chunk.Int32Values() {
				values = append(values, int64(v))
			}
		default:
			return nil, fmt.Errorf("%s is a %s", name, chunk.DataType())
		}
	}
	return slices.Clone(values), nil
}

func readTable(path string) (arrow.Table, error) {
	f, err := file.OpenParquetFile(path, false)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r, err := pqarrow.NewFileReader(f, pqarrow.ArrowReadProperties{BatchSize: 4096}, memory.DefaultAllocator)
	if err != nil {
		return nil, err
	}
	return r.ReadTable(context.Background())
}

// wantIDs fails unless the lake holds each flow from 0 to n-1 exactly once.
func wantIDs(t *testing.T, dir string, n int64) {
	t.Helper()
	got, err := ids(dir)
	if err != nil {
		t.Fatal(err)
	}
	if fault := exactlyOnce(got, n); fault != "" {
		t.Error(fault)
	}
}

// exactlyOnce says what is wrong with sorted ids that should begin with 0 to
// n-1 and have none twice. Behind those there may be gaps: of two publications
// under way, in two hours, a reader may see the second alone.
func exactlyOnce(got []int64, n int64) string {
	for i, id := range got {
		if int64(i) < n && id != int64(i) || i > 0 && id == got[i-1] {
			return fmt.Sprintf("flow %d of %d, at least %d of them published, is number %d: lost or doubled", i, len(got), n, id)
		}
	}
	if int64(len(got)) < n {
		return fmt.Sprintf("%d flows, want at least %d", len(got), n)
	}
	return ""
}

func names(t *testing.T, dir string) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			path, err = filepath.Rel(dir, path)
			found = append(found, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
