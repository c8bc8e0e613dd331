package bench_test

import (
	"encoding/binary"
	"math/rand/v2"
	"net"
	"testing"
	"time"
)

// uptime is how long the exporter of the stream claims to run, in ms.
const uptime = 4_000_000

// stream is datagrams of one exporter, sent again and again with the time and
// the number that they then have.
type stream struct {
	template  []byte
	datagrams [][]byte
	records   int // flows in a datagram
	ipfix     bool
}

// be appends v as n bytes in network order.
func be(b []byte, n int, v uint64) []byte {
	for n--; n >= 0; n-- {
		b = append(b, byte(v>>(8*n)))
	}
	return b
}

// element is a field of a template and what makes its values.
type element struct {
	number, length uint16
	value          func(*endpoint) uint64
	address        func(*endpoint) []byte // in place of value
}

// endpoint is one flow: like those of a campus border, hosts that talk to a long
// tail of servers on few ports, in both directions, with heavy-tailed sizes.
type endpoint struct {
	src, dst         [16]byte
	srcPort, dstPort uint64
	proto, flags     uint64
	packets, octets  uint64
	in, out          uint64
	start, end       uint64 // ms of uptime
	srcAS, dstAS     uint64
}

// traffic makes endpoints.
type traffic struct {
	*rand.Rand
	hosts, servers *rand.Zipf
}

func newTraffic() traffic {
	rng := rand.New(rand.NewPCG(1, 1))
	return traffic{rng, rand.NewZipf(rng, 1.1, 8, 1<<16-1), rand.NewZipf(rng, 1.1, 50, 1<<20)}
}

func (t traffic) next() *endpoint {
	var e endpoint
	host, server := t.hosts.Uint64(), t.servers.Uint64()*2_654_435_761
	copy(e.src[:], "\x20\x01\x0d\xb8\x00\x01")
	copy(e.dst[:], "\x20\x01\x0d\xb8\xff\xff")
	binary.BigEndian.PutUint32(e.src[12:], uint32(10<<24|host))
	binary.BigEndian.PutUint32(e.dst[12:], uint32(server))
	e.srcPort = 32768 + t.Uint64N(28000)
	e.dstPort = []uint64{443, 443, 443, 443, 443, 80, 80, 53, 53, 123, 3333, 8080, 5222, 22}[t.IntN(14)]
	e.proto, e.flags = 6, 0x1b
	if e.dstPort == 53 || e.dstPort == 123 {
		e.proto, e.flags = 17, 0
	}
	e.in, e.out, e.dstAS = 1+t.Uint64N(8), 17, 4134+server%64
	e.packets = 1 + t.Uint64N(1<<t.IntN(8))
	e.octets = e.packets * ([]uint64{40, 52, 60, 64, 76, 120, 576, 1400, 1500}[t.IntN(9)] + t.Uint64N(16))
	e.end = uptime - t.Uint64N(15_000)
	e.start = e.end - t.Uint64N(1<<t.IntN(16))
	if t.IntN(2) == 0 {
		e.src, e.dst, e.srcPort, e.dstPort = e.dst, e.src, e.dstPort, e.srcPort
		e.in, e.out, e.srcAS, e.dstAS = e.out, e.in, e.dstAS, e.srcAS
	}
	return &e
}

func none(*endpoint) uint64 { return 0 }

// netflow9 is v9 with 24 records of 20 fields a datagram.
func netflow9(datagrams int) *stream {
	return newStream(false, 24, datagrams, []element{
		{8, 4, nil, func(e *endpoint) []byte { return e.src[12:] }},
		{12, 4, nil, func(e *endpoint) []byte { return e.dst[12:] }},
		{15, 4, none, nil},
		{10, 4, func(e *endpoint) uint64 { return e.in }, nil},
		{14, 4, func(e *endpoint) uint64 { return e.out }, nil},
		{2, 4, func(e *endpoint) uint64 { return e.packets }, nil},
		{1, 4, func(e *endpoint) uint64 { return e.octets }, nil},
		{22, 4, func(e *endpoint) uint64 { return e.start }, nil},
		{21, 4, func(e *endpoint) uint64 { return e.end }, nil},
		{7, 2, func(e *endpoint) uint64 { return e.srcPort }, nil},
		{11, 2, func(e *endpoint) uint64 { return e.dstPort }, nil},
		{4, 1, func(e *endpoint) uint64 { return e.proto }, nil},
		{6, 1, func(e *endpoint) uint64 { return e.flags }, nil},
		{5, 1, none, nil},
		{16, 4, func(e *endpoint) uint64 { return e.srcAS }, nil},
		{17, 4, func(e *endpoint) uint64 { return e.dstAS }, nil},
		{9, 1, none, nil},
		{13, 1, none, nil},
		{61, 1, none, nil},
		{48, 1, none, nil},
	})
}

// ipfix6 is IPFIX with 14 records of IPv6 a datagram.
func ipfix6(datagrams int) *stream {
	exported := uint64(time.Now().UnixMilli())
	return newStream(true, 14, datagrams, []element{
		{27, 16, nil, func(e *endpoint) []byte { return e.src[:] }},
		{28, 16, nil, func(e *endpoint) []byte { return e.dst[:] }},
		{7, 2, func(e *endpoint) uint64 { return e.srcPort }, nil},
		{11, 2, func(e *endpoint) uint64 { return e.dstPort }, nil},
		{4, 1, func(e *endpoint) uint64 { return e.proto }, nil},
		{6, 2, func(e *endpoint) uint64 { return e.flags }, nil},
		{1, 8, func(e *endpoint) uint64 { return e.octets }, nil},
		{2, 8, func(e *endpoint) uint64 { return e.packets }, nil},
		{10, 4, func(e *endpoint) uint64 { return e.in }, nil},
		{14, 4, func(e *endpoint) uint64 { return e.out }, nil},
		{152, 8, func(e *endpoint) uint64 { return exported - uptime + e.start }, nil},
		{153, 8, func(e *endpoint) uint64 { return exported - uptime + e.end }, nil},
		{136, 1, func(*endpoint) uint64 { return 1 }, nil},
		{5, 1, none, nil},
		{31, 4, none, nil},
	})
}

func newStream(ipfix bool, records, datagrams int, elements []element) *stream {
	s := &stream{records: records, ipfix: ipfix}
	template := be(be(nil, 2, 256), 2, uint64(len(elements)))
	for _, e := range elements {
		template = be(be(template, 2, uint64(e.number)), 2, uint64(e.length))
	}
	templates := uint64(0)
	if ipfix {
		templates = 2
	}
	s.template = s.message(templates, template)
	t := newTraffic()
	for range datagrams {
		var rows []byte
		for range records {
			flow := t.next()
			for _, e := range elements {
				if e.address != nil {
					rows = append(rows, e.address(flow)...)
				} else {
					rows = be(rows, int(e.length), e.value(flow))
				}
			}
		}
		s.datagrams = append(s.datagrams, s.message(256, rows))
	}
	return s
}

// message is a message of one set. Its time and number are left to stamp.
func (s *stream) message(set uint64, body []byte) []byte {
	for len(body)%4 != 0 {
		body = append(body, 0)
	}
	if s.ipfix {
		b := be(be(nil, 2, 10), 2, uint64(16+4+len(body)))
		b = be(be(be(b, 4, 0), 4, 0), 4, 1)
		return append(be(be(b, 2, set), 2, uint64(4+len(body))), body...)
	}
	b := be(be(be(nil, 2, 9), 2, 1), 4, uptime)
	b = be(be(be(b, 4, 0), 4, 0), 4, 1)
	return append(be(be(b, 2, set), 2, uint64(4+len(body))), body...)
}

func (s *stream) stamp(b []byte, now time.Time, number int) {
	if s.ipfix {
		binary.BigEndian.PutUint32(b[4:], uint32(now.Unix()))
		binary.BigEndian.PutUint32(b[8:], uint32(number*s.records))
		return
	}
	binary.BigEndian.PutUint32(b[8:], uint32(now.Unix()))
	binary.BigEndian.PutUint32(b[12:], uint32(number))
}

// send sends that many flows, so many a second, and returns how many it did.
func (s *stream) send(b *testing.B, address string, flows, perSecond int) int {
	b.Helper()
	conn, err := net.Dial("udp", address)
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	write := func(datagram []byte, now time.Time, number int) {
		s.stamp(datagram, now, number)
		if _, err := conn.Write(datagram); err != nil {
			b.Fatal(err)
		}
	}
	begun := time.Now()
	write(s.template, begun, 0)
	const burst = 32 // datagrams, as a router's export process sends them
	sent := 0
	for number := 1; sent < flows; number++ {
		now := time.Now()
		if number%burst == 0 {
			time.Sleep(begun.Add(time.Duration(sent) * time.Second / time.Duration(perSecond)).Sub(now))
		}
		write(s.datagrams[number%len(s.datagrams)], now, number)
		sent += s.records
	}
	return sent
}
