package source

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Kind is what a file is, told by its first bytes and never by its name.
type Kind int

// The kinds of files that are imported.
const (
	KindText    Kind = iota // text, perhaps a flow log; what OpenCSV takes
	KindCapture             // pcap or pcapng, what OpenCapture takes
)

// Detect looks at the first bytes of r, behind gzip compression if there is
// any, and consumes none. What is not a capture is taken for text: OpenCSV
// says precisely what is wrong with it if it is not.
func Detect(r *bufio.Reader) (Kind, error) {
	head, err := r.Peek(r.Size())
	if len(head) == 0 && err != nil && !errors.Is(err, io.EOF) {
		return KindText, fmt.Errorf("detect the file format: %w", err)
	}
	if bytes.HasPrefix(head, []byte(gzipMagic)) {
		head = gunzipStart(head)
	}
	if kindOf(head) == kindUnknown {
		return KindText, nil
	}
	return KindCapture, nil
}

// gunzipStart uncompresses the first bytes of a gzip stream that is cut
// anywhere; where even that fails, the open that follows reports why.
func gunzipStart(b []byte) []byte {
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil
	}
	var start [8]byte
	n, _ := io.ReadFull(z, start[:])
	return start[:n]
}

type captureKind int

const (
	kindUnknown captureKind = iota
	kindPcap
	kindPcapng
)

// The first four bytes of a capture, read as big-endian. Pcap has two magic
// numbers in two byte orders; pcapng's section header block has a type that
// reads the same both ways (draft-ietf-opsawg-pcap section 4,
// draft-ietf-opsawg-pcapng section 4.1).
const (
	magicMicros        = 0xa1b2c3d4
	magicMicrosSwapped = 0xd4c3b2a1
	magicNanos         = 0xa1b23c4d
	magicNanosSwapped  = 0x4d3cb2a1
	blockSection       = 0x0a0d0d0a
)

func kindOf(head []byte) captureKind {
	if len(head) < 4 {
		return kindUnknown
	}
	switch binary.BigEndian.Uint32(head) {
	case magicMicros, magicMicrosSwapped, magicNanos, magicNanosSwapped:
		return kindPcap
	case blockSection:
		return kindPcapng
	}
	return kindUnknown
}

func notCaptureError(head []byte) error {
	const accepted = "pcap (microseconds or nanoseconds) and pcapng are read, also gzip-compressed; editcap -F pcapng converts others"
	if len(head) == 0 {
		return fmt.Errorf("the file is empty; %s", accepted)
	}
	return fmt.Errorf("not a capture that minewatch reads (it begins with % x): %s", head, accepted)
}
