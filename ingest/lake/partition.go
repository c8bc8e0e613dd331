package lake

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path"
	"time"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

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
	hour     int64
	turn     int64 // of the last Append into it
	rows     *array.RecordBuilder
	buffered int // rows in memory
	reserved int // rows that memory is held for
	group    int // length of the last row group: as much is reserved for the next one

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
		rows:        array.NewRecordBuilder(memory.DefaultAllocator, flow.Schema()),
		minReceived: math.MaxInt64,
		maxReceived: math.MinInt64,
	}
}

func (p *partition) restedLonger(than *partition) bool {
	return p.turn < than.turn || p.turn == than.turn && p.hour < than.hour
}

func (p *partition) append(records []flow.Record) {
	for i := range records {
		p.minReceived = min(p.minReceived, records[i].ReceivedAt)
		p.maxReceived = max(p.maxReceived, records[i].ReceivedAt)
	}
	if p.buffered == 0 && p.group > 0 {
		p.rows.Reserve(p.group)
		p.reserved = p.group
	}
	flow.Append(p.rows, records)
	p.buffered += len(records)
	p.reserved = max(p.reserved, p.buffered)
}

// flush writes the buffered rows as one row group.
func (p *partition) flush() error {
	batch := p.rows.NewRecordBatch()
	defer batch.Release()
	p.group, p.buffered, p.reserved = p.buffered, 0, 0
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
	p.release()
	if p.file == nil {
		return nil
	}
	err := p.file.abort()
	p.file = nil
	return err
}

func (p *partition) release() { p.rows.Release() }

func removeIfThere(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}
