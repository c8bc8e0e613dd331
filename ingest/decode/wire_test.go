package decode_test

import (
	"encoding/binary"
	"math"
	"net/netip"
	"testing"
	"time"

	"minewatch/ingest/decode"
	"minewatch/ingest/flow"
)

// The tests write their datagrams by hand with the few functions below, so
// that each test shows the bytes that matter to it.

// now is when every datagram of the tests arrives and, unless a test says
// otherwise, when it was exported.
var now = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// router is who exports in the tests.
var router = netip.MustParseAddrPort("192.0.2.1:2055")

// be is v as n bytes in network order.
func be(n int, v uint64) []byte {
	b := binary.BigEndian.AppendUint64(nil, v)
	for len(b) < n {
		b = append([]byte{0}, b...)
	}
	return b[len(b)-n:]
}

func join(parts ...[]byte) []byte {
	var b []byte
	for _, p := range parts {
		b = append(b, p...)
	}
	return b
}

// field is a field of a template.
type field struct {
	element, length uint16
	enterprise      uint32
}

// f is a field by its element and length; vf one of variable length; rf the
// reverse of an element (RFC 5103).
func f(element, length uint16) field { return field{element, length, 0} }
func vf(element uint16) field        { return field{element, math.MaxUint16, 0} }
func rf(element, length uint16) field {
	return field{element, length, 29305}
}

func fields(list []field) []byte {
	var b []byte
	for _, f := range list {
		if f.enterprise == 0 {
			b = append(b, join(be(2, uint64(f.element)), be(2, uint64(f.length)))...)
			continue
		}
		b = append(b, join(be(2, uint64(f.element|0x8000)), be(2, uint64(f.length)), be(4, uint64(f.enterprise)))...)
	}
	return b
}

// template is a template record; of no fields it is IPFIX's withdrawal.
func template(id uint16, list ...field) []byte {
	return join(be(2, uint64(id)), be(2, uint64(len(list))), fields(list))
}

// options9 and options10 are options template records with the first scopes
// fields as their scope.
func options9(id uint16, scopes int, list ...field) []byte {
	return join(be(2, uint64(id)), be(2, uint64(4*scopes)), be(2, uint64(4*(len(list)-scopes))), fields(list))
}

func options10(id uint16, scopes int, list ...field) []byte {
	return join(be(2, uint64(id)), be(2, uint64(len(list))), be(2, uint64(scopes)), fields(list))
}

// set is a set of v9 or IPFIX.
func set(id uint16, body ...[]byte) []byte {
	b := join(body...)
	return join(be(2, uint64(id)), be(2, uint64(4+len(b))), b)
}

const (
	domain0 = 77         // of every message
	uptime0 = 10_000_000 // ms, of every v9 and v5 header
)

// v9 is a NetFlow v9 message of now.
func v9(sets ...[]byte) []byte { return v9at(now, uptime0, domain0, sets...) }

func v9at(export time.Time, uptime uint32, domain uint32, sets ...[]byte) []byte {
	return join(be(2, 9), be(2, uint64(len(sets))), be(4, uint64(uptime)), be(4, uint64(export.Unix())), be(4, 1), be(4, uint64(domain)), join(sets...))
}

// v10 is an IPFIX message of now.
func v10(sets ...[]byte) []byte { return v10at(now, domain0, sets...) }

func v10at(export time.Time, domain uint32, sets ...[]byte) []byte {
	b := join(sets...)
	return join(be(2, 10), be(2, uint64(16+len(b))), be(4, uint64(export.Unix())), be(4, 1), be(4, uint64(domain)), b)
}

// v5 is a NetFlow v5 datagram whose header says count.
func v5(count int, sampling uint16, records ...[]byte) []byte {
	return join(be(2, 5), be(2, uint64(count)), be(4, uptime0), be(4, uint64(now.Unix())), be(4, 0), be(4, 1), []byte{1, 2}, be(2, uint64(sampling)), join(records...))
}

// v5record is one v5 record that began and ended at these uptimes.
func v5record(first, last uint32) []byte {
	return join(
		ip("10.1.2.3"), ip("198.51.100.7"), ip("0.0.0.0"), be(2, 3), be(2, 4), be(4, 20), be(4, 3000), be(4, uint64(first)), be(4, uint64(last)),
		be(2, 50000), be(2, 3333), []byte{0, 0x1b, 6, 0}, be(2, 64500), be(2, 64501), be(4, 0),
	)
}

// sflow5 is an sFlow datagram whose header counts its samples.
func sflow5(samples ...[]byte) []byte { return sflow5n(uint32(len(samples)), samples...) }

func sflow5n(count uint32, samples ...[]byte) []byte {
	return join(be(4, 5), be(4, 1), ip("192.0.2.9"), be(4, 5), be(4, 1), be(4, 1000), be(4, uint64(count)), join(samples...))
}

// block is a sample or a flow record of sFlow: format, length, body.
func block(format uint32, body ...[]byte) []byte {
	b := join(body...)
	return join(be(4, uint64(format)), be(4, uint64(len(b))), b)
}

// flowSample is a compact flow sample, 1 in 512, from interface 3 to 4.
func flowSample(records ...[]byte) []byte {
	return block(1, be(4, 1), be(4, 3), be(4, 512), be(4, 512), be(4, 0), be(4, 3), be(4, 4), be(4, uint64(len(records))), join(records...))
}

// expandedSample is an expanded flow sample that says count records.
func expandedSample(count uint32, records ...[]byte) []byte {
	return block(3, be(4, 1), be(4, 0), be(4, 3), be(4, 512), be(4, 512), be(4, 0), be(4, 0), be(4, 3), be(4, 0), be(4, 4), be(4, uint64(count)), join(records...))
}

// rawHeader is a raw packet header record of a frame of that length.
func rawHeader(protocol, frame uint32, header []byte) []byte {
	pad := make([]byte, (4-len(header)%4)%4)
	return block(1, be(4, uint64(protocol)), be(4, uint64(frame)), be(4, 4), be(4, uint64(len(header))), header, pad)
}

// ip is an address as its bytes.
func ip(s string) []byte { return netip.MustParseAddr(s).AsSlice() }

// addr is an address as the lake has it.
func addr(s string) flow.Addr { return flow.AddrFrom(netip.MustParseAddr(s)) }

// station is a collector under test: a decoder and what it returned so far.
type station struct {
	*decode.Decoder
	tb       testing.TB
	returned int64
}

func newStation(tb testing.TB, o decode.Options) *station {
	tb.Helper()
	return &station{Decoder: decode.New(o), tb: tb}
}

// receive decodes datagrams of the router and checks the counts after each.
func (s *station) receive(datagrams ...[]byte) []flow.Record {
	s.tb.Helper()
	return s.receiveFrom(router, datagrams...)
}

func (s *station) receiveFrom(from netip.AddrPort, datagrams ...[]byte) []flow.Record {
	s.tb.Helper()
	var all []flow.Record
	for _, b := range datagrams {
		out := s.Decode(from, now, b, nil)
		s.returned += int64(len(out))
		holds(s.tb, s.Decoder, s.returned)
		all = append(all, out...)
	}
	return all
}

// one decodes datagrams that hold one record together.
func (s *station) one(datagrams ...[]byte) flow.Record {
	s.tb.Helper()
	records := s.receive(datagrams...)
	if len(records) != 1 {
		c := s.Counts()
		s.tb.Fatalf("%d records, want 1\n%s", len(records), c.String())
	}
	return records[0]
}

// decodeOne is one with a decoder of its own.
func decodeOne(tb testing.TB, datagrams ...[]byte) flow.Record {
	tb.Helper()
	return newStation(tb, decode.Options{}).one(datagrams...)
}
