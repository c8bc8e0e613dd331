package source

import (
	"errors"
	"fmt"
	"io"
	"time"
)

// maxPacket is the longest packet that a capture may hold: libpcap's own
// MAXIMUM_SNAPLEN. A longer one is a damaged length, not a packet.
const maxPacket = 256 << 10

// ErrCutOff means that a capture ends in the middle of a packet, as it does
// when the capturing host stopped or its disk was full. Every datagram before
// it has been delivered.
var ErrCutOff = errors.New("the capture is cut off in the middle of a packet; the packets before it are complete")

// Capture is a file of captured packets, read as the UDP datagrams in it.
// It is used by one goroutine.
type Capture struct {
	packets   packetReader
	fragments reassembler

	ready     []Datagram // complete, to be delivered before the next packet is read
	notExport int64
	delivered int64
	unread    linkType // link type of the first packet that we cannot read, meaningful if refused > 0
	refused   int64    // packets of such link types
	err       error    // what Next returns from now on
}

// packet is one captured frame. Its data is valid until the next is read.
type packet struct {
	link linkType
	time time.Time
	data []byte
	cut  bool // the frame was longer on the wire
}

// packetReader reads one capture file format. At the end of the file it
// returns io.EOF; other errors say at which offset, and in the middle of a
// packet wrap ErrCutOff.
type packetReader interface {
	next() (packet, error)
}

// OpenCapture reads the header of the capture r: pcap with microseconds or
// nanoseconds, or pcapng, in either byte order, also gzip-compressed. The
// caller closes r.
func OpenCapture(r io.Reader) (*Capture, error) {
	in, err := newInput(r)
	if err != nil {
		return nil, fmt.Errorf("open capture: %w", err)
	}
	magic, err := in.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("open capture: %w", err)
	}
	c := &Capture{}
	switch kindOf(magic) {
	case kindPcap:
		c.packets, err = newPcapReader(in)
	case kindPcapng:
		c.packets, err = newPcapngReader(in)
	default:
		err = notCaptureError(magic)
	}
	if err != nil {
		return nil, fmt.Errorf("open capture: %w", err)
	}
	return c, nil
}

// Next returns the next UDP datagram, of whatever protocol. Its payload is
// valid until the next call. IP fragments are put together; where one is
// missing, the first is delivered as a truncated datagram.
//
// At the end it returns io.EOF, at an incomplete last packet ErrCutOff, and at
// a damaged one an error that names the packet's offset in the uncompressed
// file; all of them after every datagram before it, and again if asked again.
func (c *Capture) Next() (Datagram, error) {
	for {
		if len(c.ready) > 0 {
			d := c.ready[0]
			c.ready = c.ready[1:]
			c.delivered++
			return d, nil
		}
		if c.err != nil {
			return Datagram{}, c.err
		}
		p, err := c.packets.next()
		if err != nil {
			c.end(err)
			continue
		}
		if d, ok := c.datagram(&p); ok {
			c.delivered++
			return d, nil
		}
	}
}

// NotExport counts the packets read so far that carry no UDP datagram: other
// protocols, fragments without their first, link types that are not read.
func (c *Capture) NotExport() int64 { return c.notExport }

// end takes leave of the packets: what still waits for a fragment is
// delivered as it is, then err.
func (c *Capture) end(err error) {
	c.ready = c.expire(c.ready, c.fragments.flush())
	c.err = err
	if errors.Is(err, io.EOF) && c.refused > 0 && c.delivered == 0 && len(c.ready) == 0 {
		c.err = &linkTypeError{c.unread}
	}
}

// datagram returns the UDP datagram that p completes, if it does.
func (c *Capture) datagram(p *packet) (Datagram, bool) {
	if !p.link.readable() {
		if c.refused == 0 {
			c.unread = p.link
		}
		c.refused++
		c.notExport++
		return Datagram{}, false
	}
	ip, ok := p.link.strip(p.data)
	if !ok {
		c.notExport++
		return Datagram{}, false
	}
	s, ok := parseIP(ip, p.cut)
	if !ok {
		c.notExport++
		return Datagram{}, false
	}
	if s.fragment && !s.cut {
		whole, expired, ok := c.fragments.add(&s, p.time)
		c.ready = c.expire(c.ready, expired)
		if !ok {
			return Datagram{}, false
		}
		s = whole
	}
	d, ok := s.datagram(p.time)
	if !ok {
		c.notExport += int64(s.packets)
	}
	return d, ok
}

// expire appends to out the first fragments of datagrams that will not be
// completed any more, cut where the next fragment is missing, and counts the
// rest of their packets.
func (c *Capture) expire(out []Datagram, incomplete []*fragments) []Datagram {
	for _, f := range incomplete {
		first, ok := f.first()
		if !ok {
			c.notExport += int64(f.packets)
			continue
		}
		d, ok := first.datagram(f.started)
		if !ok {
			c.notExport += int64(f.packets)
			continue
		}
		c.notExport += int64(f.packets) - 1
		out = append(out, d)
	}
	return out
}
