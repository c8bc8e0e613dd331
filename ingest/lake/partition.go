package lake

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path"
	"time"

	"minewatch/ingest/flow"
)

const microsPerHour = int64(time.Hour / time.Microsecond)

// hourOf is the hour since 1970 of a time in microseconds; before 1970 the
// hours are negative.
func hourOf(micros int64) int64 {
	hour := micros / microsPerHour
	if micros%microsPerHour < 0 {
		hour--
	}
	return hour
}

// partitionPath is the folder of an hour, relative to the lake.
func partitionPath(hour int64) string {
	t := time.Unix(hour*3600, 0).UTC()
	return path.Join("flows", "date="+t.Format("2006-01-02"), "hour="+t.Format("15"))
}

// partition is one hour under way: its rows in memory and its file.
type partition struct {
	hour  int64
	turn  int64       // of the last Append into it
	rows  *flow.Batch // in memory; nil until the next row comes
	group int         // length of the last row group: as much is reserved for the next one

	file                     *parquetFile // nil until the first flush
	sequence                 int
	minReceived, maxReceived int64 // over the rows that the file has or will get
}

// finishedFile is complete under its temporary name.
type finishedFile struct {
	File
	temporary string
}

func newPartition(hour int64) *partition {
	return &partition{
		hour:        hour,
		minReceived: math.MaxInt64,
		maxReceived: math.MinInt64,
	}
}

func (p *partition) restedLonger(than *partition) bool {
	return p.turn < than.turn || p.turn == than.turn && p.hour < than.hour
}

// buffered is how many rows are in memory.
func (p *partition) buffered() int {
	if p.rows == nil {
		return 0
	}
	return p.rows.Len()
}

// reserved is how many rows memory is held for.
func (p *partition) reserved() int {
	if p.rows == nil {
		return 0
	}
	return p.rows.Cap()
}

func (p *partition) append(b *flow.Batch, from, to int) {
	for _, t := range b.ReceivedAt[from:to] {
		p.minReceived = min(p.minReceived, t)
		p.maxReceived = max(p.maxReceived, t)
	}
	if p.rows == nil {
		p.rows = flow.NewBatch(max(p.group, to-from))
	}
	p.rows.AppendRange(b, from, to)
}

// flush writes the buffered rows as one row group.
func (p *partition) flush() error {
	batch := p.rows.Arrow()
	defer batch.Release()
	p.group, p.rows = p.rows.Len(), nil
	return p.file.write(batch)
}

func (p *partition) finish(name string) (*finishedFile, error) {
	file := p.file
	p.file = nil
	size, err := file.finish()
	if err != nil {
		return nil, errors.Join(err, removeIfThere(file.path))
	}
	done := &finishedFile{
		File: File{
			Path:        path.Join(partitionPath(p.hour), fmt.Sprintf("%s-%06d.parquet", name, p.sequence)),
			Rows:        file.rows,
			Bytes:       size,
			MinReceived: time.UnixMicro(p.minReceived).UTC(),
			MaxReceived: time.UnixMicro(p.maxReceived).UTC(),
		},
		temporary: file.path,
	}
	p.minReceived, p.maxReceived = math.MaxInt64, math.MinInt64
	return done, nil
}

func (p *partition) abort() error {
	p.rows = nil
	if p.file == nil {
		return nil
	}
	err := p.file.abort()
	p.file = nil
	return err
}

func removeIfThere(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}
