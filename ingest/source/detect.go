package source

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// FormatCapture is what Detect calls pcap and pcapng files; logs it calls by
// their flow.Format.
const FormatCapture = "capture"

// headSize is how much of a file is looked at to tell what it is. JSON objects
// of a log are shorter.
const headSize = 64 << 10

// Detect tells what a file is by its first bytes, behind compression if there
// is any, and never by its name: a capture, or which log. What nobody knows it
// takes for a table, for OpenLog says precisely what is wrong with it. Its
// error is about a file that another program has to convert first.
func Detect(r io.Reader) (string, error) {
	in, err := newInput(r)
	if err != nil {
		return string(formatOf(nil).Name), nil //nolint:nilerr // opening it reports why
	}
	head, err := in.Peek(headSize)
	if len(head) == 0 && err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return "", fmt.Errorf("detect the file format: %w", err)
	}
	switch {
	case kindOf(head) != kindUnknown:
		return FormatCapture, nil
	case bytes.HasPrefix(head, []byte(nfcapdMagic)) || bytes.HasPrefix(head, []byte(nfcapdMagicSwapped)):
		return "", errors.New("is a binary file of nfcapd. Let nfdump convert it, then import what it prints: " +
			"TZ=UTC nfdump -r FILE -o json | gzip > FILE.json.gz")
	}
	return string(formatOf(bytes.TrimPrefix(head, []byte(byteOrderMark))).Name), nil
}

// The first two bytes of a file of nfcapd, 0xA50C in its machine's byte order
// (nfdump, src/libnffile/nffile.h).
const (
	nfcapdMagic        = "\x0c\xa5"
	nfcapdMagicSwapped = "\xa5\x0c"
)

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
	const accepted = "pcap (microseconds or nanoseconds) and pcapng are read, also compressed with gzip or zstd; editcap -F pcapng converts others"
	if len(head) == 0 {
		return fmt.Errorf("the file is empty; %s", accepted)
	}
	return fmt.Errorf("not a capture that minewatch reads (it begins with % x): %s", head, accepted)
}
