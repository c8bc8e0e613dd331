package decode_test

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"testing"

	"minewatch/ingest/decode"
	"minewatch/ingest/flow"
)

// stream is several datagrams as one input of the fuzzer: each behind its
// length, so that templates meet data and rates meet flows.
func stream(datagrams ...[]byte) []byte {
	var b []byte
	for _, d := range datagrams {
		b = append(binary.BigEndian.AppendUint16(b, uint16(len(d))), d...)
	}
	return b
}

// seeds are streams that reach every part of the decoder.
func seeds() [][]byte {
	both := []field{f(8, 4), f(12, 4), f(27, 16), f(28, 16), f(7, 2), f(11, 2), f(4, 1), f(6, 2), f(1, 8), f(2, 4), f(225, 4), f(22, 4), f(21, 4), f(34, 4), f(48, 1)}
	size := 0
	for _, f := range both {
		size += int(f.length)
	}
	list10 := []field{vf(82), f(8, 4), f(12, 4), f(152, 8), f(161, 4), f(1, 4), rf(1, 4), rf(2, 4), f(302, 8), {7, 3, 9}}
	row10 := join(be(1, 2), []byte("et"), ip("10.0.0.1"), ip("10.0.0.2"), ms(now), be(4, 5000), be(4, 1500), be(4, 60), be(4, 1), be(8, 1), be(3, 0))
	tcp4 := ipv4Packet(6, tcp())
	return [][]byte{
		stream(v5(2, 1000, v5record(1, 2), v5record(uptime0+5, uptime0+6))),
		stream(v5(65535, 0, v5record(1, 2))),
		stream(
			samplers9(0, []field{f(48, 1), f(50, 4)}, join(be(1, 1), be(4, 100)), join(be(1, 2), be(4, 5000))),
			v9(set(0, template(256, both...)), set(256, make([]byte, 2*size), be(2, 0))), v9(set(256, bytes.Repeat([]byte{0x51}, size))),
			v9(set(0, template(256)), set(256, be(8, 1))),
		),
		stream(
			v10(set(3, options10(300, 1, f(302, 8), f(304, 2), f(305, 4), f(306, 4), f(160, 8))), set(300, be(8, 1), be(2, 1), be(4, 1), be(4, 999), ms(now))),
			v10(set(2, template(256, list10...)), set(256, row10, row10, be(2, 0))), v10(set(2, template(256)), template(2), set(256, row10)),
		),
		stream(
			v9(set(256, bytes.Repeat([]byte{0x51}, 2*size)), set(300, be(8, 100))), v10(set(257, row10)),
			v9(set(0, template(256, both...)), set(1, options9(300, 1, f(1, 4), f(34, 4)))), v10(set(2, template(257, list10...))),
		),
		stream(v10(set(2, template(256, vf(8), vf(82))), set(256, be(1, 4), ip("10.0.0.1"), be(1, 255), be(2, 1), be(1, 7)))),
		stream(v10(set(2, template(256, vf(315), f(313, 40))), set(256, be(1, 54), ethernet(0x0800, tcp4), tcp4))),
		stream(v9(set(0, template(256, f(232, 1))), set(256, bytes.Repeat([]byte{1}, 500)))),
		stream(sflow5(
			flowSample(rawHeader(1, 1518, ethernet(0x8100, join(be(2, 7), be(2, 0x0800), tcp4))), block(1001, be(16, 7))),
			expandedSample(2, rawHeader(13, 90, join(be(4, 0x00020140), tcp4)), sampledIPv4()), block(2, be(16, 0)), block(99, be(8, 0)),
		)),
		stream(sflow5(expandedSample(0xffffffff)), sflow5n(0xffffffff)),
		stream(sflow5(flowSample(block(1003, be(4, 2), ip("2001:db8::1"), be(4, 1), be(4, 2), be(4, 3), be(4, 1), be(4, 2), be(4, 900), be(4, 1))))),
	}
}

// FuzzDecode feeds streams of datagrams from two ports of one exporter.
func FuzzDecode(fuzz *testing.F) {
	for _, s := range seeds() {
		fuzz.Add(s)
	}
	fuzz.Fuzz(func(t *testing.T, b []byte) {
		d := decode.New(decode.Options{})
		returned, fed := int64(0), 0
		for port := uint16(2055); len(b) >= 2; port ^= 1 {
			size := min(int(binary.BigEndian.Uint16(b)), len(b)-2)
			payload := b[2 : 2+size]
			b = b[2+size:]
			before := bytes.Clone(payload)
			out := d.Decode(netip.AddrPortFrom(router.Addr(), port), now, payload, nil)
			if !bytes.Equal(before, payload) {
				t.Fatal("the payload was changed")
			}
			fed += len(payload)
			for i := range out {
				plausible(t, &out[i], now)
			}
			returned += int64(len(out))
			if returned > 2*int64(fed) {
				t.Fatalf("%d records of %d bytes", returned, fed)
			}
			holds(t, d, returned)
		}
		if c := d.Counts(); c.Records-c.RecordsMalformed != returned {
			t.Fatal("counted otherwise than returned")
		}
	})
}

// TestNothingIsKept: a caller may use the payload's memory again at once.
func TestNothingIsKept(t *testing.T) {
	for i, s := range seeds() {
		whole, reused := decode.New(decode.Options{}), decode.New(decode.Options{})
		var want, got []flow.Record
		buffer := make([]byte, 1<<16)
		for b := s; len(b) >= 2; {
			size := int(binary.BigEndian.Uint16(b))
			payload := b[2 : 2+size]
			b = b[2+size:]
			want = whole.Decode(router, now, payload, want)
			copy(buffer, payload)
			got = reused.Decode(router, now, buffer[:size], got)
			clear(buffer)
		}
		if len(got) != len(want) {
			t.Fatalf("stream %d: %d records, want %d", i, len(got), len(want))
		}
		for j := range want {
			if got[j] != want[j] {
				t.Errorf("stream %d record %d: %+v, want %+v", i, j, got[j], want[j])
			}
		}
	}
}
