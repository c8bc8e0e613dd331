package source_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"minewatch/ingest/source"
)

var byValue = cmp.Options{cmpopts.EquateComparable(netip.AddrPort{}), cmpopts.EquateEmpty()}

func TestCaptureLinkTypes(t *testing.T) {
	const payload = "\x00\x05 a flow export"
	tag := func(etherType string) string { return etherType + "\x00\x64" }
	for _, tt := range []struct {
		name  string
		link  uint32
		frame string
	}{
		{"ethernet", 1, ethernet(udp4(payload))},
		{"ethernet with padding", 1, ethernet(udp4(payload)) + strings.Repeat("\x00", 18)},
		{"ethernet, frame check sequence in the link word", 1 | 4<<28 | 1<<26, ethernet(udp4(payload)) + "fcs!"},
		{"802.1Q", 1, macs + tag("\x81\x00") + etherIPv4 + udp4(payload)},
		{"802.1ad", 1, macs + tag("\x88\xa8") + tag("\x81\x00") + etherIPv4 + udp4(payload)},
		{"old QinQ", 1, macs + tag("\x91\x00") + tag("\x81\x00") + etherIPv4 + udp4(payload)},
		{"MPLS", 1, macs + "\x88\x47" + "\x00\x01\x00\x40" + "\x00\x02\x01\x40" + udp4(payload)},
		{"MPLS behind VLAN", 1, macs + tag("\x81\x00") + "\x88\x48" + "\x00\x02\x01\x40" + udp4(payload)},
		{"Linux cooked", 113, "\x00\x00\x00\x01\x00\x06\x02\x00\x00\x00\x00\x01\x00\x00" + etherIPv4 + udp4(payload)},
		{"Linux cooked v2", 276, etherIPv4 + "\x00\x00\x00\x00\x00\x02\x00\x01\x00\x06\x02\x00\x00\x00\x00\x01\x00\x00" + udp4(payload)},
		{"raw", 101, udp4(payload)},
		{"raw DLT 12", 12, udp4(payload)},
		{"raw DLT 14", 14, udp4(payload)},
		{"raw IPv4", 228, udp4(payload)},
		{"BSD loopback, little-endian", 0, "\x02\x00\x00\x00" + udp4(payload)},
		{"OpenBSD loopback", 108, "\x00\x00\x00\x02" + udp4(payload)},
		{"IPv4 options", 101, "\x46" + udp4("")[1:2] + be16(24+8+len(payload)) + udp4("")[4:20] + "\x94\x04\x00\x00" + udp(exporter4, collector4, payload)},
		{"IPv4 total length 0", 101, udp4(payload)[:2] + "\x00\x00" + udp4(payload)[4:]},
		{"ethernet IPv6", 1, ethernet(udp6(payload))},
		{"raw IPv6", 229, udp6(payload)},
		{"BSD loopback IPv6", 0, "\x1e\x00\x00\x00" + udp6(payload)},
		{"IPv6 hop-by-hop, destination options", 101, ipv6(0, "\x3c\x00\x01\x04\x00\x00\x00\x00"+"\x11\x01"+strings.Repeat("\x00", 14)+udp(exporter6, collector6, payload))},
		{"IPv6 authentication header", 101, ipv6(51, "\x11\x04"+strings.Repeat("\x00", 22)+udp(exporter6, collector6, payload))},
		{"IPv6 atomic fragment", 101, ipv6(44, "\x11\x00\x00\x00\x00\x00\x00\x09"+udp(exporter6, collector6, payload))},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, notExport, err := readAll(t, pcapOf(binary.LittleEndian, true, tt.link, tt.frame))
			if err != nil || notExport != 0 {
				t.Fatalf("error %v, not export %d", err, notExport)
			}
			want := source.Datagram{From: exporter4, To: collector4, Received: noon, Payload: []byte(payload)}
			if strings.Contains(tt.name, "IPv6") {
				want.From, want.To = exporter6, collector6
			}
			if diff := cmp.Diff([]source.Datagram{want}, got, byValue); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCaptureNotExport(t *testing.T) {
	for name, frame := range map[string]string{
		"empty":                    "",
		"ARP":                      macs + "\x08\x06" + strings.Repeat("\x00", 28),
		"TCP":                      ethernet(ipv4(1, 0, 6, strings.Repeat("\x00", 20))),
		"short ethernet":           macs,
		"short VLAN tag":           macs + "\x81\x00\x00",
		"MPLS without bottom":      macs + "\x88\x47" + "\x00\x01\x00\x40",
		"short IPv4":               ethernet("\x45\x00\x00\x14"),
		"IPv4 header length 4":     ethernet("\x41" + udp4("x")[1:]),
		"IPv4 total below header":  ethernet(udp4("x")[:2] + "\x00\x07" + udp4("x")[4:]),
		"neither IPv4 nor IPv6":    ethernet("\x75" + udp4("x")[1:]),
		"short UDP":                ethernet(ipv4(1, 0, 17, "\x00\x01\x00\x02")),
		"UDP length below header":  ethernet(ipv4(1, 0, 17, "\x00\x01\x00\x02\x00\x07\x00\x00")),
		"short IPv6":               ethernet(udp6("x")[:39]),
		"IPv6 TCP":                 ethernet(ipv6(6, strings.Repeat("\x00", 20))),
		"IPv6 extension too long":  ethernet(ipv6(0, "\x11\xff"+strings.Repeat("\x00", 14))),
		"IPv6 fragment twice":      ethernet(ipv6(44, "\x2c\x00\x00\x01\x00\x00\x00\x01"+strings.Repeat("\x00", 8))),
		"IPv4 fragment, not first": ethernet(ipv4(9, 4, 17, strings.Repeat("\x00", 32))),
	} {
		t.Run(name, func(t *testing.T) {
			got, notExport, err := readAll(t, pcapOf(binary.LittleEndian, false, 1, frame, ethernet(udp4("after"))))
			if err != nil || notExport != 1 || len(got) != 1 {
				t.Errorf("error %v, not export %d, %d datagrams; want only the second packet", err, notExport, len(got))
			}
		})
	}
}

func TestCaptureFormats(t *testing.T) {
	frames := []string{ethernet(udp4("one")), ethernet(udp6("two"))}
	second := noon.Add(time.Millisecond)
	nanos := []source.Datagram{
		{From: exporter4, To: collector4, Received: noon, Payload: []byte("one")},
		{From: exporter6, To: collector6, Received: second, Payload: []byte("two")},
	}
	micros := []source.Datagram{nanos[0], nanos[1]}
	micros[0].Received, micros[1].Received = noon.Truncate(time.Microsecond), second.Truncate(time.Microsecond)
	ng := func(order binary.AppendByteOrder) []byte {
		p := pcapng{order}
		return bytes.Join([][]byte{
			p.section(), p.block(4, []byte("names")), p.iface(1, 0, p.option(9, []byte{9})), p.block(0xbad, nil),
			p.enhanced(0, uint64(noon.UnixNano()), frames[0]),
			p.enhanced(0, uint64(second.UnixNano()), frames[1]),
			p.block(5, p.words(0, 0, 0)),
		}, nil)
	}
	for name, tt := range map[string]struct {
		file []byte
		want []source.Datagram
	}{
		"pcap little-endian micros": {pcapOf(binary.LittleEndian, false, 1, frames...), micros},
		"pcap big-endian micros":    {pcapOf(binary.BigEndian, false, 1, frames...), micros},
		"pcap little-endian nanos":  {pcapOf(binary.LittleEndian, true, 1, frames...), nanos},
		"pcap big-endian nanos":     {pcapOf(binary.BigEndian, true, 1, frames...), nanos},
		"pcapng little-endian":      {ng(binary.LittleEndian), nanos},
		"pcapng big-endian":         {ng(binary.BigEndian), nanos},
		"pcapng both":               {append(ng(binary.BigEndian), ng(binary.LittleEndian)...), append(nanos, nanos...)},
		"pcap without packets":      {pcapOf(binary.LittleEndian, false, 1), nil},
		"pcapng without packets":    {pcapng{binary.LittleEndian}.section(), nil},
	} {
		t.Run(name, func(t *testing.T) {
			for compression, file := range map[string][]byte{"plain": tt.file, "gzip": gzipped(t, tt.file)} {
				got, notExport, err := readAll(t, file)
				if err != nil || notExport != 0 {
					t.Fatalf("%s: error %v, not export %d", compression, err, notExport)
				}
				if diff := cmp.Diff(tt.want, got, byValue); diff != "" {
					t.Errorf("%s: %s", compression, diff)
				}
				kind, err := source.Detect(bytes.NewReader(file))
				if err != nil || kind != source.FormatCapture {
					t.Errorf("%s: detected as %s, error %v", compression, kind, err)
				}
			}
		})
	}
}

func TestPcapngInterfaces(t *testing.T) {
	p := pcapng{binary.LittleEndian}
	at := time.Date(2026, 11, 16, 12, 0, 0, 0, time.UTC)
	seconds := uint64(at.Unix())
	frame := ethernet(udp4("x"))
	var offset [8]byte
	binary.LittleEndian.PutUint64(offset[:], seconds)
	file := bytes.Join([][]byte{
		p.section(),
		p.iface(1, 0),                           // microseconds
		p.iface(101, 0, p.option(9, []byte{3})), // milliseconds
		p.iface(113, 0, p.option(2, []byte("eth0")), p.option(9, []byte{0x8a})), // 1/1024 s
		p.iface(1, 0, p.option(9, []byte{0}), p.option(14, offset[:])),          // seconds from the offset on
		p.iface(105, 0),                          // 802.11, which is not read
		p.iface(1, 0, p.option(9, []byte{0xbf})), // 1/2^63 s
		p.enhanced(0, seconds*1e6+5, frame),
		p.enhanced(1, seconds*1e3+7, frame[14:]),
		p.enhanced(2, seconds*1024+512, strings.Repeat("\x00", 14)+frame[12:]),
		p.enhanced(3, 9, frame),
		p.enhanced(4, 0, "\x08\x02"),
		p.enhanced(5, 1<<63|1<<62, frame),
		p.block(2, p.words(1, uint32((seconds*1e3+8)>>32), uint32(seconds*1e3+8), uint32(len(frame)-14), uint32(len(frame)-14)), []byte(frame[14:])),
		p.block(3, p.words(uint32(len(frame))), []byte(frame)),
	}, nil)
	got, notExport, err := readAll(t, file)
	if err != nil || notExport != 1 {
		t.Fatalf("error %v, not export %d, want 1", err, notExport)
	}
	var times []time.Time
	for _, d := range got {
		times = append(times, d.Received)
	}
	want := []time.Time{
		at.Add(5 * time.Microsecond), at.Add(7 * time.Millisecond), at.Add(500 * time.Millisecond), at.Add(9 * time.Second),
		time.Unix(1, 5e8).UTC(),
		at.Add(8 * time.Millisecond), at.Add(8 * time.Millisecond), // the simple packet has its predecessor's
	}
	if diff := cmp.Diff(want, times); diff != "" {
		t.Error(diff)
	}
}

func TestPcapngSimplePacketHasNoTime(t *testing.T) {
	p := pcapng{binary.LittleEndian}
	frame := ethernet(udp4("0123456789"))
	file := bytes.Join([][]byte{p.section(), p.iface(1, 44), p.block(3, p.words(uint32(len(frame))), []byte(frame[:44]))}, nil)
	got, _, err := readAll(t, file)
	want := []source.Datagram{{From: exporter4, To: collector4, Payload: []byte("01"), Truncated: true}}
	if diff := cmp.Diff(want, got, byValue); diff != "" || err != nil {
		t.Error(err, diff)
	}
}

func TestCaptureSnapLength(t *testing.T) {
	frame := ethernet(udp4("0123456789"))
	file := pcapOf(binary.LittleEndian, true, 1, frame)
	short := slices.Concat(file[:24+8], []byte{44, 0, 0, 0}, file[24+12:24+16+44]) // 44 bytes of it were captured
	got, _, err := readAll(t, short)
	want := []source.Datagram{{From: exporter4, To: collector4, Received: noon, Payload: []byte("01"), Truncated: true}}
	if diff := cmp.Diff(want, got, byValue); diff != "" || err != nil {
		t.Error(err, diff)
	}
}

// TestCaptureCutOff cuts files at every byte: what is complete is delivered,
// and the error names the packet that is not.
func TestCaptureCutOff(t *testing.T) {
	p := pcapng{binary.BigEndian}
	frames := []string{ethernet(udp4("one")), ethernet(udp6("two, longer")), ethernet(udp4("three"))}
	for name, parts := range map[string][][]byte{
		"pcap": {
			pcapOf(binary.LittleEndian, false, 1),
			pcapOf(binary.LittleEndian, false, 1, frames[0])[24:],
			pcapOf(binary.LittleEndian, false, 1, frames[1])[24:],
			pcapOf(binary.LittleEndian, false, 1, frames[2])[24:],
		},
		"pcapng": {
			append(p.section(), p.iface(1, 0)...),
			p.enhanced(0, 1e15, frames[0]), p.enhanced(0, 1e15, frames[1]), p.enhanced(0, 1e15, frames[2]),
		},
	} {
		file := bytes.Join(parts, nil)
		for cut := len(parts[0]); cut <= len(file); cut++ {
			whole, start := 0, len(parts[0])
			for _, part := range parts[1:] {
				if start+len(part) > cut {
					break
				}
				start += len(part)
				whole++
			}
			got, _, err := readAll(t, file[:cut])
			if len(got) != whole {
				t.Fatalf("%s cut at %d: %d datagrams, want %d", name, cut, len(got), whole)
			}
			if start == cut {
				if err != nil {
					t.Fatalf("%s cut at %d: %v, want a clean end", name, cut, err)
				}
				continue
			}
			if !errors.Is(err, source.ErrCutOff) || !strings.HasPrefix(err.Error(), "packet at byte "+itoa(start)+": ") {
				t.Fatalf("%s cut at %d: error %v, want one about byte %d", name, cut, err, start)
			}
		}
	}
}

func TestCaptureCutOffGzip(t *testing.T) {
	file := gzipped(t, pcapOf(binary.LittleEndian, false, 1, ethernet(udp4("one")), ethernet(udp4("two"))))
	_, _, err := readAll(t, file[:len(file)-9])
	if !errors.Is(err, source.ErrCutOff) {
		t.Errorf("error %v, want %v", err, source.ErrCutOff)
	}
	c, err := source.OpenCapture(bytes.NewReader(file[:len(file)-9]))
	if err != nil {
		t.Fatal(err)
	}
	for err == nil {
		_, err = c.Next()
	}
	if _, again := c.Next(); !errors.Is(again, source.ErrCutOff) {
		t.Errorf("asked again: %v, want the same error", again)
	}
}

func TestCaptureErrors(t *testing.T) {
	p := pcapng{binary.LittleEndian}
	le := p.words
	start := append(p.section(), p.iface(1, 0)...)
	damaged := func(block []byte) []byte { return append(bytes.Clone(start), block...) }
	for name, tt := range map[string]struct {
		file []byte
		want string
	}{
		"empty":                    {nil, "open capture: the file is empty; pcap (microseconds"},
		"text":                     {[]byte("src,dst\n"), "not a capture that minewatch reads (it begins with 73 72 63 2c): pcap"},
		"three bytes":              {[]byte{0xd4, 0xc3, 0xb2}, "not a capture that minewatch reads (it begins with d4 c3 b2)"},
		"cut pcap header":          {pcapOf(binary.LittleEndian, false, 1)[:20], "the file ends within the pcap header"},
		"cut section header":       {p.section()[:20], "the file ends within the pcapng section header"},
		"802.11":                   {pcapOf(binary.LittleEndian, false, 105), "open capture: packets of link type 105 are not read; capture on"},
		"pcap version":             {append([]byte("\xd4\xc3\xb2\xa1\x03"), make([]byte, 19)...), "Unknown major version 3"},
		"long pcap packet":         {append(pcapOf(binary.LittleEndian, false, 1), le(0, 0, 1<<30, 1<<30)...), "packet at byte 24: capture length exceeds"},
		"byte order":               {p.block(0x0a0d0d0a, le(0x12345678)), "byte order mark 78 56 34 12"},
		"pcapng version":           {p.block(0x0a0d0d0a, le(0x1a2b3c4d, 2, 0, 0)), "pcapng version 2 is not read"},
		"short section":            {p.block(0x0a0d0d0a, le(0x1a2b3c4d, 1)), "section header is too short"},
		"block length":             {damaged(le(6, 8)), "packet at byte 48: block of type 0x6 has the impossible length 8"},
		"odd block length":         {damaged(le(6, 33)), "impossible length 33"},
		"huge block":               {damaged(le(6, 0xfffffff0)), "impossible length"},
		"trailing length":          {damaged(le(6, 32, 0, 0, 0, 0, 0, 28)), "begins with length 32 and ends with 28"},
		"short interface":          {append(p.section(), p.block(1, le(1))...), "interface description is too short"},
		"time resolution":          {append(p.section(), p.iface(1, 0, p.option(9, []byte{40}))...), "time resolution 0x28"},
		"binary time resolution":   {append(p.section(), p.iface(1, 0, p.option(9, []byte{0xc0}))...), "time resolution 0xc0"},
		"unknown interface":        {damaged(p.enhanced(1, 0, "x")), "packet of interface 1, but the section describes 1"},
		"interface of old block":   {append(p.section(), p.block(2, le(0, 0, 0, 0, 0))...), "packet of interface 0, but the section describes 0"},
		"packet beyond block":      {damaged(p.block(6, le(0, 0, 0, 9, 9), []byte("12345678"))), "packet of 9 bytes in a block with room for 8"},
		"short packet block":       {damaged(p.block(6, le(0, 0))), "packet block is too short"},
		"simple beyond block":      {damaged(p.block(3, le(9), []byte("12345678"))), "packet of 9 bytes in a block with room for 8"},
		"short simple block":       {damaged(p.block(3)), "simple packet block is too short"},
		"simple, no interface":     {append(p.section(), p.block(3, le(0))...), "packet without an interface description"},
		"nothing of ours":          {append(append(p.section(), p.iface(105, 0)...), p.enhanced(0, 0, "wifi")...), "packets of link type 105 are not read"},
		"gzip of text":             {gzipped(t, []byte("src,dst\n")), "not a capture that minewatch reads"},
		"gzip header only":         {[]byte("\x1f\x8b\x08"), "open gzip"},
		"skipped block cut off":    {damaged(le(0xbad, 100, 1)), "packet at byte 48: the capture is cut off"},
		"modified pcap of FreeBSD": {[]byte("\x34\xcd\xb2\xa1" + strings.Repeat("\x00", 20)), "editcap"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := readAll(t, tt.file)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one with %q", err, tt.want)
			}
		})
	}
}

// FuzzCapture reads arbitrary files. Nothing but what is in the file can come
// out, so memory and time are bounded by its length.
func FuzzCapture(f *testing.F) {
	p := pcapng{binary.LittleEndian}
	frame := ethernet(udp4("\x00\x05export"))
	f.Add(pcapOf(binary.LittleEndian, false, 1, frame, macs+"\x81\x00\x00\x64"+etherIPv6+udp6("\x00\x0a")))
	f.Add(pcapOf(binary.BigEndian, true, 276, etherIPv4+strings.Repeat("\x00", 18)+udp4("x")))
	f.Add(pcapOf(binary.LittleEndian, false, 1, fragments4(1, 64, strings.Repeat("x", 200))...))
	f.Add(pcapOf(binary.LittleEndian, false, 1, fragments6(1, 64, 17, udp(exporter6, collector6, strings.Repeat("x", 200)))...))
	f.Add(bytes.Join([][]byte{
		p.section(), p.iface(1, 0, p.option(9, []byte{9})), p.enhanced(0, 1, frame),
		p.block(3, p.words(uint32(len(frame))), []byte(frame)), p.block(2, p.words(0, 0, 0, 4, 4), []byte("abcd")),
	}, nil))
	f.Fuzz(func(t *testing.T, file []byte) {
		if bytes.HasPrefix(file, []byte("\x1f\x8b")) {
			return // it could stand for any length
		}
		got, notExport, _ := readAll(t, file)
		size := 0
		for _, d := range got {
			size += len(d.Payload) + 8
			if !d.From.IsValid() || !d.To.IsValid() || d.Received.Year() > 9999 {
				t.Errorf("datagram from %v to %v at %v", d.From, d.To, d.Received)
			}
		}
		if size+int(notExport)*8 > len(file) {
			t.Errorf("%d bytes of datagrams and %d other packets from a file of %d bytes", size, notExport, len(file))
		}
	})
}
