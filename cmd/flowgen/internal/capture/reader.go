package capture

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/netip"

	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
)

// ErrNotOurs says that a capture holds something that flowgen does not write.
var ErrNotOurs = errors.New("not a capture made by flowgen")

// Datagram is one UDP datagram of a capture. Payload is valid until the next.
type Datagram struct {
	At      int64 // ms since 1970
	From    netip.AddrPort
	Payload []byte
}

// Reader reads the captures that Writer writes, and no others: replaying a
// capture of real routers is a job for tools made for that.
type Reader struct {
	pcap *pcapgo.Reader
}

// NewReader reads the file header.
func NewReader(r io.Reader) (*Reader, error) {
	p, err := pcapgo.NewReader(r)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotOurs, err)
	}
	if p.LinkType() != layers.LinkTypeEthernet {
		return nil, fmt.Errorf("%w: link type %v", ErrNotOurs, p.LinkType())
	}
	return &Reader{pcap: p}, nil
}

// Next returns the next datagram, io.EOF at the end, or an error that wraps
// ErrNotOurs.
func (r *Reader) Next() (Datagram, error) {
	frame, info, err := r.pcap.ReadPacketData()
	if errors.Is(err, io.EOF) {
		return Datagram{}, io.EOF
	}
	if err != nil {
		return Datagram{}, fmt.Errorf("%w: %w", ErrNotOurs, err)
	}
	if len(frame) < headerLen || binary.BigEndian.Uint16(frame[12:]) != 0x0800 || frame[14] != 0x45 || frame[23] != 17 {
		return Datagram{}, fmt.Errorf("%w: a frame of %d bytes without a plain IPv4 UDP datagram", ErrNotOurs, len(frame))
	}
	from, _ := netip.AddrFromSlice(frame[26:30])
	return Datagram{
		At:      info.Timestamp.UnixMilli(),
		From:    netip.AddrPortFrom(from, binary.BigEndian.Uint16(frame[34:])),
		Payload: frame[headerLen:],
	}, nil
}
