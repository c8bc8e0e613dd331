package lake

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
)

// A segment file is a run of frames. A frame is a header and an Arrow IPC
// stream of one batch, complete with its schema and dictionaries: so that any
// frame can be read without those before it, and the loss of one is the loss of
// its rows alone. The checksums are what tells, after a crash of the whole
// machine, a frame that reached the disk from one that only its length did.
//
//	offset  bytes
//	     0      4  frameMagic
//	     4      4  length of the IPC stream
//	     8      4  rows in it
//	    12      4  CRC-32C of the IPC stream
//	    16      4  CRC-32C of the 16 bytes before
//
// All numbers are little-endian.
const (
	frameMagic  = "MWF1"
	frameHeader = 20
	// frameMost bounds the length that a header may claim, and so what its
	// reader allocates.
	frameMost = 1 << 30
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// sealFrame fills in the header of a frame whose IPC stream stands behind it.
func sealFrame(frame []byte, rows int) {
	stream := frame[frameHeader:]
	copy(frame, frameMagic)
	binary.LittleEndian.PutUint32(frame[4:], uint32(len(stream))) //nolint:gosec // a frame has far fewer than frameMost bytes
	binary.LittleEndian.PutUint32(frame[8:], uint32(rows))        //nolint:gosec // likewise
	binary.LittleEndian.PutUint32(frame[12:], crc32.Checksum(stream, castagnoli))
	binary.LittleEndian.PutUint32(frame[16:], crc32.Checksum(frame[:16], castagnoli))
}

// frameReader reads the frames of a segment one after the other.
type frameReader struct {
	in     *bufio.Reader
	stream []byte

	lostRows int64 // in frames whose content is damaged
	torn     bool  // behind the last good frame there is something that is none
}

func newFrameReader(r io.Reader) *frameReader {
	return &frameReader{in: bufio.NewReaderSize(r, 1<<20)}
}

// next returns the IPC stream of the next whole frame, valid until the call
// after; io.EOF behind the last. Damage is no error but noted: a writer that
// was killed in the middle of a frame leaves half of it at the end.
func (f *frameReader) next() ([]byte, error) {
	for {
		var header [frameHeader]byte
		switch _, err := io.ReadFull(f.in, header[:]); {
		case errors.Is(err, io.EOF):
			return nil, io.EOF
		case errors.Is(err, io.ErrUnexpectedEOF):
			f.torn = true
			return nil, io.EOF
		case err != nil:
			return nil, fmt.Errorf("read frame header: %w", err)
		}
		length := binary.LittleEndian.Uint32(header[4:])
		if string(header[:4]) != frameMagic || length > frameMost ||
			binary.LittleEndian.Uint32(header[16:]) != crc32.Checksum(header[:16], castagnoli) {
			f.torn = true
			return nil, io.EOF
		}
		whole, err := f.read(int(length))
		if err != nil {
			return nil, err
		}
		rows := int64(binary.LittleEndian.Uint32(header[8:]))
		if !whole || binary.LittleEndian.Uint32(header[12:]) != crc32.Checksum(f.stream, castagnoli) {
			f.lostRows += rows
			f.torn = true
			continue
		}
		return f.stream, nil
	}
}

// read fills the buffer with the stream of a frame, piece by piece: a length
// that is not what it seems must not cost memory that the file never fills.
func (f *frameReader) read(length int) (whole bool, err error) {
	const piece = 4 << 20
	f.stream = f.stream[:0]
	for len(f.stream) < length {
		have := len(f.stream)
		n := min(piece, length-have)
		if cap(f.stream) < have+n {
			f.stream = append(make([]byte, 0, have+n), f.stream...)
		}
		got, err := io.ReadFull(f.in, f.stream[have:have+n])
		f.stream = f.stream[:have+got]
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return false, nil
		}
		if err != nil {
			return false, fmt.Errorf("read frame: %w", err)
		}
	}
	return true, nil
}
