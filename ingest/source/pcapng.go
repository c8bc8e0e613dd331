package source

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"time"
)

// Block types of draft-ietf-opsawg-pcapng that are read; the others (names,
// statistics, secrets, comments, vendors' own) are skipped unread.
const (
	blockInterface = 1
	blockPacket    = 2 // obsolete, but old captures have it
	blockSimple    = 3
	blockEnhanced  = 6
)

const (
	byteOrderMagic = 0x1a2b3c4d
	maxBlock       = maxPacket + 128<<10 // a packet and its options
	maxInterfaces  = 1 << 16             // as many as the obsolete packet block can name
	lastSecond     = 253402300799        // 9999-12-31 23:59:59 UTC
)

// pcapngReader reads pcapng. It is not pcapgo's, because that keeps every
// name and secret of a file in memory, and takes a packet that is longer than
// its block for good: what follows is then read from the wrong place.
type pcapngReader struct {
	in         *input
	order      binary.ByteOrder
	interfaces []ngInterface
	last       time.Time // of the newest packet that had a time
	packet     packet
	head       [12]byte // of a block: type, total length; of a section header also the byte order
	trailer    [4]byte  // of a block: the total length again
	body       []byte
}

// ngInterface is what an interface description block says about its packets.
type ngInterface struct {
	link    linkType
	snapLen uint32
	units   uint64 // timestamp units in a second
	offset  int64  // seconds to add to a timestamp
}

func newPcapngReader(in *input) (*pcapngReader, error) {
	p := &pcapngReader{in: in, order: binary.LittleEndian}
	if _, _, err := p.block(); err != nil {
		if errors.Is(err, ErrCutOff) {
			return nil, errors.New("the file ends within the pcapng section header")
		}
		return nil, err
	}
	return p, nil
}

func (p *pcapngReader) next() (packet, error) {
	for {
		start := p.in.offset()
		found, err := p.read()
		switch {
		case err == io.EOF: //nolint:errorlint // only a bare io.EOF is a clean end
			return packet{}, io.EOF
		case err != nil:
			return packet{}, fmt.Errorf("packet at byte %d: %w", start, err)
		case found != nil:
			return *found, nil
		}
	}
}

// read reads one block, and returns the packet in it, nil if it has none.
func (p *pcapngReader) read() (*packet, error) {
	kind, body, err := p.block()
	if err != nil {
		return nil, err
	}
	switch kind {
	case blockInterface:
		return nil, p.describe(body)
	case blockEnhanced, blockPacket:
		return p.timed(kind, body)
	case blockSimple:
		return p.simple(body)
	}
	return nil, nil
}

// block reads one block and returns its body if it is one that we read. A
// section header sets the byte order and forgets the interfaces.
func (p *pcapngReader) block() (kind uint32, body []byte, err error) {
	head := p.head[:]
	if n, err := io.ReadFull(p.in, head[:8]); err != nil {
		if n == 0 && err == io.EOF {
			return 0, nil, io.EOF
		}
		return 0, nil, cutOff(err)
	}
	used := 8
	kind = p.order.Uint32(head[:4])
	if kind == blockSection {
		if _, err := io.ReadFull(p.in, head[8:]); err != nil {
			return 0, nil, cutOff(err)
		}
		used = 12
		if err := p.section(head[8:]); err != nil {
			return 0, nil, err
		}
	}
	length := p.order.Uint32(head[4:8])
	if length < uint32(used)+4 || length%4 != 0 {
		return 0, nil, fmt.Errorf("block of type %#x has the impossible length %d: the file is damaged from here on", kind, length)
	}
	body, err = p.rest(kind, int64(length)-int64(used)-4)
	if err != nil {
		return 0, nil, err
	}
	if _, err := io.ReadFull(p.in, p.trailer[:]); err != nil {
		return 0, nil, cutOff(err)
	}
	if again := p.order.Uint32(p.trailer[:]); again != length {
		return 0, nil, fmt.Errorf("block of type %#x begins with length %d and ends with %d: the file is damaged from here on", kind, length, again)
	}
	if kind == blockSection {
		return kind, nil, p.version(body)
	}
	return kind, body, nil
}

// rest reads n bytes of a block's body, or skips them where nobody asks.
func (p *pcapngReader) rest(kind uint32, n int64) ([]byte, error) {
	switch kind {
	case blockSection, blockInterface, blockPacket, blockSimple, blockEnhanced:
	default:
		if _, err := io.CopyN(io.Discard, p.in, n); err != nil {
			return nil, cutOff(err)
		}
		return nil, nil
	}
	if n > maxBlock {
		return nil, fmt.Errorf("block of type %#x has the impossible length %d: the file is damaged from here on", kind, n)
	}
	if int64(cap(p.body)) < n {
		p.body = make([]byte, n)
	}
	if _, err := io.ReadFull(p.in, p.body[:n]); err != nil {
		return nil, cutOff(err)
	}
	return p.body[:n], nil
}

// section starts a new section with the byte order that magic shows.
func (p *pcapngReader) section(magic []byte) error {
	switch {
	case binary.LittleEndian.Uint32(magic) == byteOrderMagic:
		p.order = binary.LittleEndian
	case binary.BigEndian.Uint32(magic) == byteOrderMagic:
		p.order = binary.BigEndian
	default:
		return fmt.Errorf("section header has the byte order mark % x, not 1a2b3c4d", magic)
	}
	p.interfaces = p.interfaces[:0]
	return nil
}

func (p *pcapngReader) version(body []byte) error {
	if len(body) < 12 {
		return errors.New("section header is too short")
	}
	if major := p.order.Uint16(body); major != 1 {
		return fmt.Errorf("pcapng version %d is not read, only 1: convert it with editcap -F pcapng", major)
	}
	return nil
}

// describe adds an interface (section 4.2).
func (p *pcapngReader) describe(body []byte) error {
	if len(body) < 8 {
		return errors.New("interface description is too short")
	}
	if len(p.interfaces) == maxInterfaces {
		return fmt.Errorf("more than %d interfaces in a section", maxInterfaces)
	}
	i := ngInterface{
		link:    linkType(p.order.Uint16(body)),
		snapLen: p.order.Uint32(body[4:]),
		units:   1e6,
	}
	for options := body[8:]; len(options) >= 4; {
		code, n := p.order.Uint16(options), int(p.order.Uint16(options[2:]))
		padded := (n + 3) &^ 3
		if code == 0 || len(options) < 4+padded {
			break
		}
		value := options[4 : 4+n]
		switch {
		case code == 9 && n == 1: // if_tsresol
			if i.units = timeUnits(value[0]); i.units == 0 {
				return fmt.Errorf("interface %d has the time resolution %#x, finer than can be read", len(p.interfaces), value[0])
			}
		case code == 14 && n == 8: // if_tsoffset
			i.offset = int64(p.order.Uint64(value)) //nolint:gosec // the format says signed
		}
		options = options[4+padded:]
	}
	p.interfaces = append(p.interfaces, i)
	return nil
}

// timeUnits is how many timestamp units if_tsresol puts in a second, a
// negative power of 2 or of 10; 0 if that does not fit 64 bits.
func timeUnits(resolution byte) uint64 {
	exponent := resolution & 0x7f
	if resolution&0x80 != 0 {
		if exponent > 63 {
			return 0
		}
		return 1 << exponent
	}
	if exponent > 19 {
		return 0
	}
	units := uint64(1)
	for range exponent {
		units *= 10
	}
	return units
}

// timed reads an enhanced packet block or an obsolete packet block
// (section 4.3 and appendix A): they differ in the first four bytes only.
func (p *pcapngReader) timed(kind uint32, body []byte) (*packet, error) {
	if len(body) < 20 {
		return nil, errors.New("packet block is too short: the file is damaged from here on")
	}
	id := p.order.Uint32(body)
	if kind == blockPacket {
		id = uint32(p.order.Uint16(body))
	}
	if id >= uint32(len(p.interfaces)) { //nolint:gosec // at most maxInterfaces
		return nil, fmt.Errorf("packet of interface %d, but the section describes %d", id, len(p.interfaces))
	}
	captured, length := p.order.Uint32(body[12:]), p.order.Uint32(body[16:])
	if data := body[20:]; uint64(captured) > uint64(len(data)) {
		return nil, fmt.Errorf("packet of %d bytes in a block with room for %d: the file is damaged from here on", captured, len(data))
	}
	i := &p.interfaces[id]
	stamp := uint64(p.order.Uint32(body[4:]))<<32 | uint64(p.order.Uint32(body[8:]))
	if t, ok := i.time(stamp); ok {
		p.last = t
	}
	p.packet = packet{link: i.link, time: p.last, data: body[20 : 20+captured], cut: captured < length}
	return &p.packet, nil
}

// simple reads a simple packet block (section 4.4), which has no time: the
// packet gets the time of the one before it.
func (p *pcapngReader) simple(body []byte) (*packet, error) {
	if len(p.interfaces) == 0 {
		return nil, errors.New("packet without an interface description before it")
	}
	if len(body) < 4 {
		return nil, errors.New("simple packet block is too short: the file is damaged from here on")
	}
	i := &p.interfaces[0]
	length, data := p.order.Uint32(body), body[4:]
	captured := uint64(length)
	if i.snapLen > 0 {
		captured = min(captured, uint64(i.snapLen))
	}
	if captured > uint64(len(data)) {
		return nil, fmt.Errorf("packet of %d bytes in a block with room for %d: the file is damaged from here on", captured, len(data))
	}
	p.packet = packet{link: i.link, time: p.last, data: data[:captured], cut: captured < uint64(length)}
	return &p.packet, nil
}

// time converts a timestamp. A time before 1970 or after the year 9999 is
// none: its clock, or the file, is broken.
func (i *ngInterface) time(stamp uint64) (time.Time, bool) {
	seconds := stamp / i.units
	if seconds > lastSecond || i.offset > lastSecond || i.offset < -lastSecond {
		return time.Time{}, false
	}
	at := int64(seconds) + i.offset //nolint:gosec // both within lastSecond
	if at < 0 || at > lastSecond {
		return time.Time{}, false
	}
	// The remainder is less than units, so the quotient is less than 1e9.
	hi, lo := bits.Mul64(stamp%i.units, 1e9)
	nanos, _ := bits.Div64(hi, lo, i.units)
	return time.Unix(at, int64(nanos)).UTC(), true //nolint:gosec // less than 1e9
}

// cutOff names the end of the file in the middle of something.
func cutOff(err error) error {
	if isEOF(err) {
		return ErrCutOff
	}
	return err
}
