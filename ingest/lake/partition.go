package lake

import (
	"errors"
	"fmt"
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

// sameHour is the hour of the time at that index, and the index behind those that
// follow it in the same.
func sameHour(micros []int64, from int) (hour int64, end int) {
	hour = hourOf(micros[from])
	first, last := hour*microsPerHour, (hour+1)*microsPerHour-1
	for end = from + 1; end < len(micros) && micros[end] >= first && micros[end] <= last; {
		end++
	}
	return hour, end
}

// partitionPath is the folder of an hour, relative to the lake.
func partitionPath(hour int64) string {
	t := time.Unix(hour*3600, 0).UTC()
	return path.Join("flows", "date="+t.Format("2006-01-02"), "hour="+t.Format("15"))
}

// partition is one hour under way: its rows in memory and its file.
type partition struct {
	hour int64
	turn int64              // of the last Append into it
	rows [kinds]*flow.Group // in memory; nil until the next row comes

	file     *FlowFile // nil until the first flush
	sequence int
}

// finishedFile is complete under its temporary name.
type finishedFile struct {
	File
	temporary string
}

func (p *partition) restedLonger(than *partition) bool {
	return p.turn < than.turn || p.turn == than.turn && p.hour < than.hour
}

// buffered is how many rows are in memory.
func (p *partition) buffered() (n int) {
	for _, rows := range p.rows {
		if rows != nil {
			n += rows.Len()
		}
	}
	return n
}

// append adds those rows of b, which were all received in the hour.
func (p *partition) append(b *flow.Batch, picked *byKind, steady flow.Steadiness) {
	for kind, rows := range picked {
		if len(rows) == 0 {
			continue
		}
		if p.rows[kind] == nil {
			p.rows[kind] = flow.NewGroup()
		}
		p.rows[kind].Append(b, rows, steady)
	}
}

// flush writes the buffered rows, a row group for each kind.
func (p *partition) flush() error {
	for kind, rows := range p.rows {
		if rows == nil {
			continue
		}
		p.rows[kind] = nil
		if err := p.file.Write(rows); err != nil {
			return err
		}
	}
	return nil
}

func (p *partition) finish(name string) (*finishedFile, error) {
	file := p.file
	p.file = nil
	done, err := file.Finish()
	if err != nil {
		return nil, errors.Join(err, removeIfThere(file.path))
	}
	done.Path = path.Join(partitionPath(p.hour), fmt.Sprintf("%s-%06d.parquet", name, p.sequence))
	return &finishedFile{File: done, temporary: file.path}, nil
}

func (p *partition) abort() error {
	p.rows = [kinds]*flow.Group{}
	if p.file == nil {
		return nil
	}
	err := p.file.Abort()
	p.file = nil
	return err
}

func removeIfThere(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}
