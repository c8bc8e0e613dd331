package lake

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"golang.org/x/sys/unix"
)

// The files of a writer's folder under hot/, by their endings.
const (
	segmentSuffix   = ".arrows"     // a segment: all that there is of its rows
	temporarySuffix = ".tmp"        // half a Parquet file: worth nothing
	readySuffix     = ".parquet"    // a whole Parquet file: takes its segment's place
	segmentHour     = "20060102T15" // how a name tells the hour
	segmentName     = "%s-%06d"     // hour, sequence
)

// Segment is rows of one hour in hot/<writer>/, on their way to a Parquet file.
// The way has three steps, each a single change of names on the disk, so that
// it can be taken up wherever it was left:
//
//	20260302T08-000001.arrows    convert: written beside as .tmp, fsync, renamed …
//	20260302T08-000001.parquet   … which makes the segment superfluous: it is removed
//	flows/date=…/hour=08/<writer>-000001.parquet   and only then readers see the file
//
// So at every moment the rows are in exactly one place that counts: in the
// segment, until there is a .parquet beside it; in that, until it is moved. That
// what readers see was never in doubt also lets others rewrite it at once: a
// compaction may have merged the file away before the segment's writer, killed
// right after the move, is recovered.
type Segment struct {
	lake, folder, writer string
	hour                 int64
	sequence             int
	rowGroup             int

	file *os.File // open for writing; nil of a dead writer's
	size int64    // bytes, whole frames only
	rows int64    // in them; 0 of a dead writer's: not known before it is read

	converted bool // there is a .parquet, or no row to make one of
	outcome   Published
}

// Rows is how many rows were written to the segment.
func (s *Segment) Rows() int64 { return s.rows }

// name is the path in hot/ without the ending.
func (s *Segment) name() string {
	return filepath.Join(s.folder, fmt.Sprintf(segmentName, time.Unix(s.hour*3600, 0).UTC().Format(segmentHour), s.sequence))
}

// hasFolder is false where the whole folder is gone, and perhaps comes back:
// somebody is at work on the disk.
func (s *Segment) hasFolder() bool {
	_, err := os.Stat(s.folder)
	return err == nil
}

// parseSegment is the inverse of name, for one entry of a folder.
func parseSegment(entry string) (hour int64, sequence int, ok bool) {
	name, _, _ := strings.Cut(entry, ".")
	stamp, number, found := strings.Cut(name, "-")
	at, err := time.Parse(segmentHour, stamp)
	if !found || err != nil {
		return 0, 0, false
	}
	sequence, err = strconv.Atoi(number)
	return hourOf(at.UnixMicro()), sequence, err == nil
}

// create makes the file, whose name is not yet safe on the disk.
func (s *Segment) create() error {
	file, err := os.OpenFile(s.name()+segmentSuffix, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	s.file = file
	return nil
}

// write adds batch as one frame, with a single system call. After an error
// the file is as it was before; where not even that can be had, damaged says
// so, and nothing may be written behind it.
func (s *Segment) write(buffer *bytes.Buffer, batch arrow.RecordBatch) (damaged bool, err error) {
	buffer.Reset()
	buffer.Write(make([]byte, frameHeader))
	w := ipc.NewWriter(buffer, ipc.WithSchema(batch.Schema()))
	if err := errors.Join(w.Write(batch), w.Close()); err != nil {
		return false, fmt.Errorf("write arrow stream: %w", err)
	}
	rows := batch.NumRows()
	sealFrame(buffer.Bytes(), int(rows))
	if _, err := s.file.Write(buffer.Bytes()); err != nil {
		return s.rewind() != nil, err
	}
	s.size += int64(buffer.Len())
	s.rows += rows
	return false, nil
}

// rewind takes off what a failed write has left behind the last whole frame.
func (s *Segment) rewind() error {
	if err := s.file.Truncate(s.size); err != nil {
		return err
	}
	_, err := s.file.Seek(s.size, 0)
	return err
}

// sync puts what was written on the disk. It may run beside write and close.
func (s *Segment) sync() error {
	raw, err := s.file.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	err = raw.Control(func(fd uintptr) { failed = unix.Fdatasync(int(fd)) })
	if err = errors.Join(err, failed); err != nil && !errors.Is(err, os.ErrClosed) {
		return fmt.Errorf("sync %s: %w", s.file.Name(), err)
	}
	return nil
}
