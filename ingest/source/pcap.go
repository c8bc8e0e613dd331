package source

import (
	"errors"
	"fmt"
	"io"

	"github.com/gopacket/gopacket/pcapgo"
)

// pcapReader reads the classic format through pcapgo, which is strict about
// lengths and keeps nothing but one packet.
type pcapReader struct {
	in *input
	r  *pcapgo.Reader
}

func newPcapReader(in *input) (*pcapReader, error) {
	// pcapgo buffers what it reads, unless it is given a bufio.Reader: that
	// it uses as it is, so in.offset stays true.
	r, err := pcapgo.NewReader(in.Reader)
	if err != nil {
		if isEOF(err) {
			return nil, errors.New("the file ends within the pcap header")
		}
		return nil, err
	}
	if link := classicLink(r); !link.readable() {
		return nil, &linkTypeError{link}
	}
	// The header's snap length would be the longest packet that pcapgo takes,
	// and it is a number that the file's maker chose.
	r.SetSnaplen(min(r.Snaplen(), maxPacket))
	return &pcapReader{in, r}, nil
}

// classicLink is the link type without the upper bits of its word, which
// describe the frame check sequence.
func classicLink(r *pcapgo.Reader) linkType { return linkType(r.LinkType()) & 0x0fffffff }

func (p *pcapReader) next() (packet, error) {
	start := p.in.offset()
	data, info, err := p.r.ZeroCopyReadPacketData()
	switch {
	case err == nil:
	case err == io.EOF && p.in.offset() == start: //nolint:errorlint // only a bare io.EOF is a clean end
		return packet{}, io.EOF
	default:
		return packet{}, fmt.Errorf("packet at byte %d: %w", start, cutOff(err))
	}
	return packet{
		link: classicLink(p.r),
		time: info.Timestamp,
		data: data,
		cut:  info.CaptureLength < info.Length,
	}, nil
}

// isEOF reports whether the file ended where it should not have.
func isEOF(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}
