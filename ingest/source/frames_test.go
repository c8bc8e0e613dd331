package source_test

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"io"
	"net/netip"
	"slices"
	"testing"
	"time"

	"minewatch/ingest/source"
)

// The exporter, collector and time of the frames that these tests make.
var (
	exporter4  = netip.MustParseAddrPort("192.0.2.1:50000")
	collector4 = netip.MustParseAddrPort("198.51.100.7:2055")
	exporter6  = netip.MustParseAddrPort("[2001:db8::1]:50000")
	collector6 = netip.MustParseAddrPort("[2001:db8::7]:6343")
	noon       = time.Date(2026, 11, 16, 12, 0, 0, 123456789, time.UTC)
)

const (
	etherIPv4 = "\x08\x00"
	etherIPv6 = "\x86\xdd"
	macs      = "\x02\x00\x00\x00\x00\x01\x02\x00\x00\x00\x00\x02"
)

func be16(n int) string { return string(binary.BigEndian.AppendUint16(nil, uint16(n))) }
func be32(n int) string { return string(binary.BigEndian.AppendUint32(nil, uint32(n))) }

func udp(from, to netip.AddrPort, payload string) string {
	return be16(int(from.Port())) + be16(int(to.Port())) + be16(8+len(payload)) + be16(0) + payload
}

// ipv4 makes a packet; field holds the flags and the fragment offset.
func ipv4(id, field int, protocol byte, payload string) string {
	src, dst := exporter4.Addr().As4(), collector4.Addr().As4()
	return "\x45\x00" + be16(20+len(payload)) + be16(id) + be16(field) + "\x40" + string(protocol) + be16(0) +
		string(src[:]) + string(dst[:]) + payload
}

func ipv6(next byte, payload string) string {
	src, dst := exporter6.Addr().As16(), collector6.Addr().As16()
	return "\x60\x00\x00\x00" + be16(len(payload)) + string(next) + "\x40" + string(src[:]) + string(dst[:]) + payload
}

func udp4(payload string) string { return ipv4(1, 0, 17, udp(exporter4, collector4, payload)) }
func udp6(payload string) string { return ipv6(17, udp(exporter6, collector6, payload)) }

func ethernet(ip string) string {
	if ip[0]>>4 == 6 {
		return macs + etherIPv6 + ip
	}
	return macs + etherIPv4 + ip
}

// pcapOf makes a capture file of whole frames, a millisecond apart.
func pcapOf(order binary.AppendByteOrder, nanos bool, link uint32, frames ...string) []byte {
	magic, unit := uint32(0xa1b2c3d4), time.Microsecond
	if nanos {
		magic, unit = 0xa1b23c4d, time.Nanosecond
	}
	b := order.AppendUint32(nil, magic)
	b = order.AppendUint16(b, 2)
	b = order.AppendUint16(b, 4)
	for _, word := range []uint32{0, 0, 65535, link} {
		b = order.AppendUint32(b, word)
	}
	for i, frame := range frames {
		at := noon.Add(time.Duration(i) * time.Millisecond)
		for _, word := range []uint32{uint32(at.Unix()), uint32(at.Nanosecond() / int(unit)), uint32(len(frame)), uint32(len(frame))} {
			b = order.AppendUint32(b, word)
		}
		b = append(b, frame...)
	}
	return b
}

// pcapng makes the blocks of a pcapng file.
type pcapng struct{ order binary.AppendByteOrder }

func (p pcapng) block(kind uint32, body ...[]byte) []byte {
	content := slices.Concat(body...)
	for len(content)%4 != 0 {
		content = append(content, 0)
	}
	length := uint32(len(content) + 12)
	b := p.order.AppendUint32(nil, kind)
	b = p.order.AppendUint32(b, length)
	return p.order.AppendUint32(append(b, content...), length)
}

func (p pcapng) words(words ...uint32) []byte {
	var b []byte
	for _, w := range words {
		b = p.order.AppendUint32(b, w)
	}
	return b
}

func (p pcapng) section() []byte {
	return p.block(0x0a0d0d0a, p.words(0x1a2b3c4d), p.order.AppendUint16(p.order.AppendUint16(nil, 1), 0), p.words(0xffffffff, 0xffffffff))
}

func (p pcapng) iface(link uint16, snapLen uint32, options ...[]byte) []byte {
	return p.block(1, p.order.AppendUint16(p.order.AppendUint16(nil, link), 0), p.words(snapLen), slices.Concat(options...))
}

func (p pcapng) option(code uint16, value []byte) []byte {
	b := p.order.AppendUint16(p.order.AppendUint16(nil, code), uint16(len(value)))
	b = append(b, value...)
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b
}

func (p pcapng) enhanced(iface uint32, stamp uint64, frame string) []byte {
	return p.block(6, p.words(iface, uint32(stamp>>32), uint32(stamp), uint32(len(frame)), uint32(len(frame))), []byte(frame))
}

func gzipped(t *testing.T, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := z.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// readAll returns the datagrams of a capture, its NotExport, and the error
// that ended it, nil for io.EOF.
func readAll(t *testing.T, file []byte) ([]source.Datagram, int64, error) {
	t.Helper()
	c, err := source.OpenCapture(bytes.NewReader(file))
	if err != nil {
		return nil, 0, err
	}
	var all []source.Datagram
	for {
		d, err := c.Next()
		if errors.Is(err, io.EOF) {
			return all, c.NotExport(), nil
		}
		if err != nil {
			return all, c.NotExport(), err
		}
		d.Payload = bytes.Clone(d.Payload)
		all = append(all, d)
	}
}
