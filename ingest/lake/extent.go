package lake

import (
	"encoding/binary"
	"errors"
	"math"
	"time"

	"minewatch/ingest/lake/parquetfile"
)

// extent is from when to when rows were received, in µs since 1970.
type extent struct{ first, last int64 }

var noExtent = extent{math.MaxInt64, math.MinInt64}

func (e extent) with(o extent) extent {
	return extent{min(e.first, o.first), max(e.last, o.last)}
}

// extentOf reads that of the row groups from the statistics of received_at, the
// first column.
func extentOf(groups []*parquetfile.RowGroup) (extent, error) {
	all := noExtent
	for _, g := range groups {
		if len(g.Chunks) == 0 || len(g.Chunks[0].Least) != 8 || len(g.Chunks[0].Most) != 8 {
			return noExtent, errors.New("a row group does not say when its rows were received")
		}
		read := func(b []byte) int64 { return int64(binary.LittleEndian.Uint64(b)) } //nolint:gosec // as it was written
		all = all.with(extent{read(g.Chunks[0].Least), read(g.Chunks[0].Most)})
	}
	return all, nil
}

// file describes a Parquet file of so many rows and bytes.
func (e extent) file(rows, bytes int64) File {
	return File{
		Rows:        rows,
		Bytes:       bytes,
		MinReceived: time.UnixMicro(e.first).UTC(),
		MaxReceived: time.UnixMicro(e.last).UTC(),
	}
}
