package decode_test

import (
	"math/rand/v2"
	"testing"

	"minewatch/ingest/decode"
	"minewatch/ingest/flow"
)

// randomBytes is n bytes, of which many are small numbers.
func randomBytes(rng *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		if rng.IntN(2) == 0 {
			b[i] = byte(rng.Uint32())
		}
	}
	return b
}

// randomPacket is the beginning of a frame of one of the kinds that sFlow has.
func randomPacket(rng *rand.Rand) (kind uint32, header []byte) {
	proto := []uint8{6, 17, 1, 58, 132, 33, 136, 47, 50, 51, 4}[rng.IntN(11)]
	transport := join(tcp(), randomBytes(rng, rng.IntN(40)))
	v6 := rng.IntN(2) == 0
	if v6 {
		for range rng.IntN(3) {
			next := []uint8{0, 43, 60, 51, 44}[rng.IntN(5)]
			transport = join(be(1, uint64(proto)), be(1, uint64(rng.IntN(2))), randomBytes(rng, 6), transport)
			proto = next
		}
		header = ipv6Packet(proto, transport)
	} else {
		header = ipv4Packet(proto, transport)
		header[0] += uint8(rng.IntN(3))
		if rng.IntN(4) == 0 {
			header[7] = byte(rng.IntN(3)) // a fragment
		}
	}
	ethertype := uint16(0x0800)
	if v6 {
		ethertype = 0x86dd
	}
	switch rng.IntN(8) {
	case 0:
		kind = 11
	case 1:
		kind = 12
	case 2:
		kind, header = 13, join(be(4, 0x00020040), be(4, 0x00020140), header)
	case 3:
		kind, header = 7, join(be(2, 0xff03), be(2, map[bool]uint64{false: 0x0021, true: 0x0057}[v6]), header)
	case 4:
		kind, header = 1, ethernet(0x8847, join(be(4, 0x00020140), header))
	case 5:
		kind, header = uint32(rng.IntN(20)), randomBytes(rng, rng.IntN(200))
	default:
		for range rng.IntN(3) {
			header = join(be(2, uint64(rng.IntN(4096))), be(2, uint64(ethertype)), header)
			ethertype = []uint16{0x8100, 0x88a8, 0x9100}[rng.IntN(3)]
		}
		kind, header = 1, ethernet(ethertype, header)
	}
	if rng.IntN(4) == 0 {
		header = header[:rng.IntN(len(header)+1)]
	}
	return kind, header
}

// randomRecord is a flow record: most often a header, as agents send.
func randomRecord(rng *rand.Rand) []byte {
	word := func() []byte { return randomBytes(rng, 4) }
	switch rng.IntN(10) {
	case 0:
		return block(2, be(4, uint64(rng.IntN(2000))), randomBytes(rng, 12+4*rng.IntN(2)), be(4, 0x0800))
	case 1:
		return block(3, word(), be(4, uint64(rng.IntN(300))), randomBytes(rng, 8), be(4, uint64(rng.IntN(70_000))), be(4, uint64(rng.IntN(70_000))), word(), word())
	case 2:
		return block(4, word(), be(4, uint64(rng.IntN(300))), randomBytes(rng, 32), be(4, uint64(rng.IntN(70_000))), be(4, uint64(rng.IntN(70_000))), word(), word())
	case 3:
		return block([]uint32{1001, 1002, 1004, 1012, 4242, 0x00123001}[rng.IntN(6)], randomBytes(rng, 4*rng.IntN(8)))
	case 4, 5:
		hop := join(be(4, 1), ip("192.0.2.7"))
		if rng.IntN(3) == 0 {
			hop = join(be(4, uint64(rng.IntN(4))), ip("2001:db8::7"))
		}
		var path []byte
		segments := rng.IntN(3)
		for range segments {
			n := []int{0, 1, 2, 3, 1000, 1001}[rng.IntN(6)]
			path = join(path, be(4, uint64(1+rng.IntN(2))), be(4, uint64(n)), randomBytes(rng, 4*n))
		}
		communities := rng.IntN(4)
		return block(1003, hop, word(), word(), word(), be(4, uint64(segments)), path, be(4, uint64(communities)), randomBytes(rng, 4*communities), word())
	default:
		kind, header := randomPacket(rng)
		return rawHeader(kind, uint32(rng.IntN(9000)), header)
	}
}

// randomSFlow is an sFlow datagram as agents send it and, if spoiled, one of
// whose counts, lengths or values are not what they should be.
func randomSFlow(rng *rand.Rand, spoiled bool) []byte {
	samples := make([][]byte, rng.IntN(9))
	for i := range samples {
		records := make([][]byte, rng.IntN(4))
		for j := range records {
			records[j] = randomRecord(rng)
		}
		switch rng.IntN(8) {
		case 0:
			samples[i] = block([]uint32{2, 4, 5, 9, 0x00123001}[rng.IntN(5)], randomBytes(rng, 4*rng.IntN(20)))
		case 1, 2:
			samples[i] = expandedSample(uint32(len(records)), records...)
		default:
			samples[i] = flowSample(records...)
		}
		if len(samples[i]) >= 40 {
			copy(samples[i][16:], randomBytes(rng, 4)) // the rate, or the source of the expanded form
			copy(samples[i][28:], randomBytes(rng, 8))
		}
	}
	b := sflow5(samples...)
	if rng.IntN(4) == 0 {
		b = join(be(4, 5), be(4, 2), ip("2001:db8::9"), b[12:])
	}
	if !spoiled {
		return b
	}
	for range 1 + rng.IntN(3) {
		copy(b[4*rng.IntN(len(b)/4):], be(4, uint64(rng.Uint32()>>(rng.IntN(5)*8))))
	}
	return b[:len(b)-rng.IntN(1+len(b)/4)]
}

// TestSFlowOnRandomDatagrams has the same seed every time.
func TestSFlowOnRandomDatagrams(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 9))
	both, spoilt := newTwins(decode.Options{}), newTwins(decode.Options{DefaultSampling: 7})
	datagrams := fewer(5000)
	for range datagrams {
		both.decode(t, router, now, randomSFlow(rng, false))
		spoilt.decode(t, router, now, randomSFlow(rng, true))
	}
	if c := both.compiled.Counts(); c.DatagramsDecoded != int64(datagrams) || c.SetsMalformed > 0 || c.Records < int64(2*datagrams) || c.RecordsMalformed > c.Records/20 {
		t.Errorf("datagrams as agents send them: %s", c.String())
	}
	if c := spoilt.compiled.Counts(); c.DatagramsMalformed == 0 || c.SetsMalformed == 0 || c.RecordsMalformed == 0 || c.Records < int64(datagrams) {
		t.Errorf("spoiled datagrams, of which some of everything should have failed: %s", c.String())
	}
}

// FuzzSFlow compares on whatever the fuzzer finds to be samples.
func FuzzSFlow(fuzz *testing.F) {
	rng := rand.New(rand.NewPCG(6, 343))
	for i := range 40 {
		b := randomSFlow(rng, i%4 == 3)
		fuzz.Add(uint32(1+i%8), b[min(28, len(b)):])
	}
	fuzz.Fuzz(func(t *testing.T, count uint32, samples []byte) {
		both := newTwins(decode.Options{})
		both.decode(t, router, now, sflow5n(count, samples))
		both.decode(t, router, now, join(be(4, 5), samples))
	})
}

// Samples are read without a single allocation.
func TestSFlowDoesNotAllocate(t *testing.T) {
	if underRace {
		t.Skip("the race detector allocates on its own")
	}
	d := decode.New(decode.Options{})
	tcp4 := ipv4Packet(6, tcp())
	say := sflow5(
		flowSample(rawHeader(1, 1518, ethernet(0x0800, tcp4)), block(1001, be(16, 7))), expandedSample(1, sampledIPv4()),
		flowSample(block(1003, be(4, 1), ip("10.0.0.9"), be(12, 1), be(4, 1), be(4, 2), be(4, 1), be(4, 64501), be(4, 0), be(4, 100)), rawHeader(11, 64, tcp4)),
		block(2, be(28, 0)))
	out := flow.NewBatch(4096)
	if n := testing.AllocsPerRun(100, func() {
		out.Truncate(0)
		d.DecodeBatch(router, now, say, out)
	}); n > 1 { // that of Truncate
		t.Errorf("%v allocations for a datagram of 4 samples", n)
	}
	if out.Len() != 3 || out.Record(2).DstAS != 64501 {
		t.Errorf("%d records, the last of destination AS %d", out.Len(), out.Record(2).DstAS)
	}
}
