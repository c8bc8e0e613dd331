package lake

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/apache/arrow-go/v18/arrow/ipc"
	"golang.org/x/sys/unix"

	"minewatch/ingest/flow"
	"minewatch/ingest/lake/parquetfile"
)

// The files of a writer's folder under hot/, by their endings.
const (
	journalSuffix = ".journal" // of a segment: what it has, and rows that are not yet in a row group
	groupsSuffix  = ".groups"  // its row groups: a Parquet file without its end
	readySuffix   = ".parquet" // the whole Parquet file: takes the place of both
	segmentHour   = "20060102T15"
	segmentName   = "%s-%06d" // hour, sequence
)

// Segment is rows of one hour in hot/<writer>/, on their way to a Parquet file.
// Row groups are written to that file as they fill up; rows that would have to
// wait longer for theirs than a crash may cost go to the journal meanwhile. What
// is left to do at the end is quick, and each step a single change of names on
// the disk, so that it can be taken up wherever it was left:
//
//	20260302T08-000001.groups    gets its footer, fsync, renamed …
//	20260302T08-000001.parquet   … which makes the journal superfluous: it is removed
//	flows/date=…/hour=08/<writer>-000001.parquet   and only then readers see the file
//
// So at every moment the rows are in exactly one place that counts: where the
// journal says, until there is a .parquet; in that, until it is moved. That what
// readers see was never in doubt also lets others rewrite it at once: a
// compaction may have merged the file away before the segment's writer, killed
// right after the move, is recovered.
type Segment struct {
	lake, folder, writer string
	hour                 int64
	sequence             int

	journal, groups *os.File // open for writing; nil of a dead writer's
	closed          atomic.Bool
	journalSize     int64 // bytes, whole frames only
	numbered        int   // row groups that have a number
	rows            int64 // in the journal or a row group; 0 of a dead writer's: not known before it is read

	parquet   *parquetfile.Writer
	whose     map[string]int64 // the rows in row groups, by exporter
	unencoded map[int]bool     // row groups that could not be written: what the journal has of them is all there is

	converted bool // there is a .parquet, or no row to make one of
	outcome   Published
}

// commit is the content of a commitFrame.
type commit struct {
	Group     *parquetfile.RowGroup `json:"group"`
	CRC       uint32                `json:"crc32c"` // of its bytes
	Schema    uint32                `json:"schema"` // schemaMark of whoever wrote it
	Exporters map[string]int64      `json:"exporters"`
}

// schemaMark tells versions of the flow schema apart.
var schemaMark = crc32.Checksum([]byte(flow.Schema().String()), castagnoli)

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

// create makes the files, whose names are not yet safe on the disk.
func (s *Segment) create() error {
	const how = os.O_WRONLY | os.O_CREATE | os.O_EXCL
	if err := s.begin(); err != nil {
		return err
	}
	journal, err := os.OpenFile(s.name()+journalSuffix, how, 0o644)
	if err != nil {
		return err
	}
	groups, err := os.OpenFile(s.name()+groupsSuffix, how, 0o644)
	if err != nil {
		return errors.Join(err, journal.Close(), removeIfThere(journal.Name()))
	}
	s.journal, s.groups = journal, groups
	return nil
}

// begin makes the segment one without row groups.
func (s *Segment) begin() (err error) {
	s.parquet, err = parquetfile.NewWriter(flow.Schema(), parquetfile.Options{CreatedBy: createdBy})
	s.whose, s.unencoded = map[string]int64{}, map[int]bool{}
	return err
}

// note writes rows of a row group that is still to come to the journal.
func (s *Segment) note(buffer *bytes.Buffer, group int, rows *flow.Batch) error {
	batch := rows.Packed()
	defer batch.Release()
	buffer.Reset()
	buffer.Write(make([]byte, frameHeader))
	w := ipc.NewWriter(buffer, ipc.WithSchema(batch.Schema()))
	if err := errors.Join(w.Write(batch), w.Close()); err != nil {
		return fmt.Errorf("write arrow stream: %w", err)
	}
	return s.append(buffer.Bytes(), rowsFrame, group, rows.Len())
}

// encode writes rows as a row group. What the journal has of it is superfluous
// then. There may be an error although it is encoded: if this process is killed,
// nobody will know of it.
func (s *Segment) encode(group int, rows *flow.Group) (encoded bool, err error) {
	c, err := s.put(s.groups, rows)
	if err != nil {
		s.unencoded[group] = true
		return false, err
	}
	content, err := json.Marshal(c)
	if err != nil {
		return true, fmt.Errorf("describe a row group: %w", err)
	}
	return true, s.append(append(make([]byte, frameHeader), content...), commitFrame, group, rows.Len())
}

// put writes rows as a row group to the file of them. After an error that is as
// it was before: what stands behind its end does not count.
func (s *Segment) put(groups *os.File, rows *flow.Group) (*commit, error) {
	content, group, err := s.parquet.Encode(rows.Len(), rows.Values)
	if err != nil {
		return nil, err
	}
	if _, err := groups.WriteAt(content, group.Begin); err != nil {
		return nil, err
	}
	c := &commit{Group: group, CRC: crc32.Checksum(content, castagnoli), Schema: schemaMark, Exporters: rows.Exporters()}
	s.add(c)
	return c, nil
}

// add takes a row group that is written into the file.
func (s *Segment) add(c *commit) {
	s.parquet.Add(c.Group)
	for exporter, rows := range c.Exporters {
		s.whose[exporter] += rows
	}
}

// append writes a frame, whose content stands behind the room for its header, to
// the journal. After an error that is as it was before, but for what stands
// behind its last whole frame.
func (s *Segment) append(frame []byte, kind string, group, rows int) error {
	sealFrame(frame, kind, group, rows)
	if _, err := s.journal.WriteAt(frame, s.journalSize); err != nil {
		return err
	}
	s.journalSize += int64(len(frame))
	return nil
}

// sync puts what was written on the disk: row groups before the journal that
// says so. It may run beside the writing and close.
func (s *Segment) sync() error {
	for _, file := range []*os.File{s.groups, s.journal} {
		raw, err := file.SyscallConn()
		if err == nil {
			var failed error
			err = errors.Join(raw.Control(func(fd uintptr) { failed = unix.Fdatasync(int(fd)) }), failed)
		}
		if err != nil && !s.closed.Load() { // else whoever closed it has synced it
			return fmt.Errorf("sync %s: %w", file.Name(), err)
		}
	}
	return nil
}

// close closes the files if they are open for writing.
func (s *Segment) close() error {
	if s.journal == nil || s.closed.Load() {
		return nil
	}
	err := s.sync()
	s.closed.Store(true)
	return errors.Join(err, s.journal.Close(), s.groups.Close())
}
