package lake

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
)

// A journal is a run of frames, each with a header of its own: so that any can be
// read without those before it, and the loss of one is the loss of its rows
// alone. The checksums are what tells, after a crash of the whole machine, a
// frame that reached the disk from one that only its length did.
//
//	offset  bytes
//	     0      4  kind: rowsFrame or commitFrame
//	     4      4  length of the content
//	     8      4  rows in it, or in the row group that it is about
//	    12      4  number of that row group
//	    16      4  CRC-32C of the content
//	    20      4  CRC-32C of the 20 bytes before
//
// All numbers are little-endian.
const (
	// rowsFrame has rows of a row group that is still to be encoded: an Arrow
	// IPC stream of one batch, complete with its schema and dictionaries.
	rowsFrame = "MWR2"
	// commitFrame says that a row group is encoded, and where: a commit, in JSON.
	// The frames with its rows are superfluous then.
	commitFrame = "MWC2"

	frameHeader = 24
	// frameMost bounds the length that a header may claim, and so what its
	// reader allocates.
	frameMost = 1 << 30
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// sealFrame fills in the header of a frame whose content stands behind it.
func sealFrame(frame []byte, kind string, group, rows int) {
	content := frame[frameHeader:]
	copy(frame, kind)
	binary.LittleEndian.PutUint32(frame[4:], uint32(len(content))) //nolint:gosec // a frame has far fewer than frameMost bytes
	binary.LittleEndian.PutUint32(frame[8:], uint32(rows))         //nolint:gosec // likewise
	binary.LittleEndian.PutUint32(frame[12:], uint32(group))       //nolint:gosec // likewise
	binary.LittleEndian.PutUint32(frame[16:], crc32.Checksum(content, castagnoli))
	binary.LittleEndian.PutUint32(frame[20:], crc32.Checksum(frame[:20], castagnoli))
}

// frame is one that was read.
type frame struct {
	kind        string
	group, rows int
	content     []byte // valid until the next
	damaged     bool   // the content is not what was written
}

// frameReader reads the frames of a journal one after the other.
type frameReader struct {
	in      *bufio.Reader
	content []byte
	torn    bool // somewhere there is something that is no whole frame
}

func newFrameReader(r io.Reader) *frameReader {
	return &frameReader{in: bufio.NewReaderSize(r, 1<<20)}
}

// next returns the next frame, io.EOF behind the last. Damage is no error but
// noted: a writer that was killed in the middle of a frame leaves half of it at
// the end.
func (f *frameReader) next() (frame, error) {
	var header [frameHeader]byte
	switch _, err := io.ReadFull(f.in, header[:]); {
	case errors.Is(err, io.EOF):
		return frame{}, io.EOF
	case errors.Is(err, io.ErrUnexpectedEOF):
		f.torn = true
		return frame{}, io.EOF
	case err != nil:
		return frame{}, fmt.Errorf("read frame header: %w", err)
	}
	number := func(at int) uint32 { return binary.LittleEndian.Uint32(header[at:]) }
	kind, length := string(header[:4]), number(4)
	if kind != rowsFrame && kind != commitFrame || length > frameMost || number(20) != crc32.Checksum(header[:20], castagnoli) {
		f.torn = true
		return frame{}, io.EOF
	}
	read := frame{kind: kind, group: int(number(12)), rows: int(number(8))}
	whole, err := f.read(int(length))
	if err != nil {
		return frame{}, err
	}
	if !whole || number(16) != crc32.Checksum(f.content, castagnoli) {
		f.torn, read.damaged = true, true
		return read, nil
	}
	read.content = f.content
	return read, nil
}

// read fills the buffer with the content of a frame, piece by piece: a length
// that is not what it seems must not cost memory that the file never fills.
func (f *frameReader) read(length int) (whole bool, err error) {
	const piece = 4 << 20
	f.content = f.content[:0]
	for len(f.content) < length {
		have := len(f.content)
		n := min(piece, length-have)
		if cap(f.content) < have+n {
			f.content = append(make([]byte, 0, have+n), f.content...)
		}
		got, err := io.ReadFull(f.in, f.content[have:have+n])
		f.content = f.content[:have+got]
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return false, nil
		}
		if err != nil {
			return false, fmt.Errorf("read frame: %w", err)
		}
	}
	return true, nil
}
