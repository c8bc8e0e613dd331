package decode_test

import (
	"math"
	"net/netip"
	"testing"

	"minewatch/ingest/decode"
	"minewatch/ingest/policy"
)

// samplers9 is a v9 message whose options records tell rates: scope system,
// then the fields.
func samplers9(domain uint32, list []field, records ...[]byte) []byte {
	body := [][]byte{}
	for _, r := range records {
		body = append(body, be(4, 0), r)
	}
	return v9at(now, uptime0, domain, set(1, options9(300, 1, append([]field{f(1, 4)}, list...)...)), set(300, body...))
}

// sampled9 is a v9 message of one record with these fields beside its address.
func sampled9(list []field, values ...[]byte) []byte {
	return v9(
		set(0, template(256, append([]field{f(8, 4)}, list...)...)), set(256, ip("10.0.0.1"), join(values...)))
}

// TestSamplingEncodings: every way to state a rate, in an options record and
// in the data record itself.
func TestSamplingEncodings(t *testing.T) {
	for _, c := range []struct {
		name   string
		fields []field
		values []byte
		want   int32
	}{
		{"samplingInterval (34), 1 byte", []field{f(34, 1)}, be(1, 200), 200},
		{"samplingInterval, 2 bytes", []field{f(34, 2)}, be(2, 1000), 1000},
		{"samplingInterval, 4 bytes", []field{f(34, 4)}, be(4, 1000), 1000},
		{"samplingInterval, 8 bytes", []field{f(34, 8)}, be(8, 1000), 1000},
		{"samplingInterval with algorithm (35)", []field{f(34, 4), f(35, 1)}, join(be(4, 512), be(1, 2)), 512},
		{"samplerRandomInterval (50), 1 byte", []field{f(50, 1)}, be(1, 100), 100},
		{"samplerRandomInterval, 2 bytes", []field{f(50, 2)}, be(2, 4096), 4096},
		{"samplerRandomInterval, 4 bytes", []field{f(50, 4)}, be(4, 30000), 30000},
		{"samplerRandomInterval, 8 bytes", []field{f(50, 8)}, be(8, 30000), 30000},
		{"1 in 1000 as interval 1, space 999 (305, 306)", []field{f(305, 4), f(306, 4)}, join(be(4, 1), be(4, 999)), 1000},
		{"interval and space in 1 and 2 bytes", []field{f(305, 1), f(306, 2)}, join(be(1, 10), be(2, 4990)), 500},
		{"interval and space in 8 bytes", []field{f(306, 8), f(305, 8)}, join(be(8, 99), be(8, 1)), 100},
		{"interval 1, space 0: every packet", []field{f(305, 4), f(306, 4)}, join(be(4, 1), be(4, 0)), 1},
		{"interval without space", []field{f(305, 4)}, be(4, 256), 256},
		{"interval and space over the old field", []field{f(34, 4), f(305, 4), f(306, 4)}, join(be(4, 1), be(4, 1), be(4, 1999)), 2000},
		{"1 in 64 as size and population (309, 310)", []field{f(309, 4), f(310, 4)}, join(be(4, 1), be(4, 64)), 64},
		{"3 in 100 is 1 in 33", []field{f(309, 4), f(310, 4)}, join(be(4, 3), be(4, 100)), 33},
		{"with its algorithm (304)", []field{f(304, 2), f(309, 4), f(310, 4)}, join(be(2, 3), be(4, 1), be(4, 64)), 64},
		{"a filter (304 from 5) is no rate", []field{f(304, 2), f(305, 4), f(306, 4)}, join(be(2, 5), be(4, 1), be(4, 99)), 0},
		{"probability (311)", []field{f(311, 8)}, be(8, math.Float64bits(0.001)), 1000},
		{"probability, short", []field{f(311, 4)}, be(4, uint64(math.Float32bits(0.25))), 4},
		{"no probability", []field{f(311, 8)}, be(8, math.Float64bits(math.NaN())), 0},
		{"0 is not said", []field{f(34, 4)}, be(4, 0), 0},
		{"more than any rate", []field{f(34, 8)}, be(8, 1<<40+1), 0},
	} {
		t.Run(c.name+", in options", func(t *testing.T) {
			r := decodeOne(t, samplers9(domain0, c.fields, c.values), sampled9(nil))
			if r.SamplingRate != c.want {
				t.Errorf("1 in %d, want 1 in %d", r.SamplingRate, c.want)
			}
		})
		t.Run(c.name+", in data", func(t *testing.T) {
			r := decodeOne(t, sampled9(c.fields, c.values))
			if r.SamplingRate != c.want {
				t.Errorf("1 in %d, want 1 in %d", r.SamplingRate, c.want)
			}
		})
	}
}

// TestSamplingLinks: which of the rates that an exporter told counts for a
// record.
func TestSamplingLinks(t *testing.T) {
	ids := []field{f(48, 1), f(50, 4)}
	two := [][]byte{join(be(1, 1), be(4, 100)), join(be(1, 2), be(4, 5000))}
	overrides := policy.NewLive(policy.Rules{Exporters: []policy.Exporter{
		{Prefix: netip.MustParsePrefix("192.0.2.0/24"), Sampling: 7},
		{Prefix: netip.MustParsePrefix("192.0.2.1/32"), Sampling: 8},
		{Prefix: netip.MustParsePrefix("203.0.113.0/24"), Sampling: 9},
	}})
	for _, c := range []struct {
		name      string
		options   decode.Options
		datagrams [][]byte
		want      int32
	}{
		{"first of two samplers", decode.Options{}, [][]byte{samplers9(domain0, ids, two...), sampled9([]field{f(48, 1)}, be(1, 1))}, 100},
		{"second of two samplers", decode.Options{}, [][]byte{samplers9(domain0, ids, two...), sampled9([]field{f(48, 1)}, be(1, 2))}, 5000},
		{"sampler by selectorId (302)", decode.Options{}, [][]byte{samplers9(domain0, []field{f(302, 8), f(305, 4), f(306, 4)}, join(be(8, 2), be(4, 1), be(4, 99))), sampled9([]field{f(302, 8)}, be(8, 2))}, 100},
		{"two samplers of other rates, none named: unknown", decode.Options{}, [][]byte{samplers9(domain0, ids, two...), sampled9(nil)}, 0},
		{"two samplers of other rates, none named: the default", decode.Options{DefaultSampling: 64}, [][]byte{samplers9(domain0, ids, two...), sampled9(nil)}, 64},
		{"two samplers of one rate, none named", decode.Options{}, [][]byte{samplers9(domain0, ids, join(be(1, 1), be(4, 100)), join(be(1, 2), be(4, 100))), sampled9(nil)}, 100},
		{"the only sampler, another named", decode.Options{}, [][]byte{samplers9(domain0, ids, two[0]), sampled9([]field{f(48, 1)}, be(1, 0))}, 100},
		{"the domain's rate beside samplers", decode.Options{}, [][]byte{samplers9(domain0, ids, two...), samplers9(domain0, []field{f(34, 4)}, be(4, 10)), sampled9(nil)}, 10},
		{"a rate that changed", decode.Options{}, [][]byte{samplers9(domain0, ids, two[0]), samplers9(domain0, ids, join(be(1, 1), be(4, 200))), sampled9(nil)}, 200},
		{"the sampler under another source ID", decode.Options{}, [][]byte{samplers9(0, ids, two...), sampled9([]field{f(48, 1)}, be(1, 2))}, 5000},
		{"the rate under another source ID", decode.Options{}, [][]byte{samplers9(0, []field{f(34, 4)}, be(4, 1000)), sampled9(nil)}, 1000},
		{"other rates under other source IDs: unknown", decode.Options{}, [][]byte{samplers9(0, []field{f(34, 4)}, be(4, 1000)), samplers9(1, []field{f(34, 4)}, be(4, 10)), sampled9(nil)}, 0},
		{"the own source ID's rate over another's", decode.Options{}, [][]byte{samplers9(0, []field{f(34, 4)}, be(4, 1000)), samplers9(domain0, []field{f(34, 4)}, be(4, 10)), sampled9(nil)}, 10},
		{"the record's own rate over the announced one", decode.Options{}, [][]byte{samplers9(domain0, ids, two...), sampled9([]field{f(48, 1), f(34, 4)}, be(1, 1), be(4, 3))}, 3},
		{"little-endian in the record (RouterOS): 1000", decode.Options{}, [][]byte{sampled9([]field{f(34, 4)}, []byte{0xe8, 0x03, 0, 0})}, 1000},
		{"little-endian in the record: 256", decode.Options{}, [][]byte{sampled9([]field{f(34, 4)}, []byte{0, 1, 0, 0})}, 256},
		{"little-endian in the record: 1", decode.Options{}, [][]byte{sampled9([]field{f(34, 4)}, []byte{1, 0, 0, 0})}, 1},
		{"100000 is not little-endian", decode.Options{}, [][]byte{sampled9([]field{f(34, 4)}, be(4, 100_000))}, 100_000},
		{"65536 in an options record is as it stands", decode.Options{}, [][]byte{samplers9(domain0, []field{f(34, 4)}, be(4, 65536)), sampled9(nil)}, 65536},
		{"by the interface in the v9 scope", decode.Options{}, [][]byte{
			v9(set(1, options9(300, 1, f(2, 4), f(34, 4))), set(300, be(4, 11), be(4, 100), be(4, 12), be(4, 200))),
			sampled9([]field{f(10, 4)}, be(4, 12)),
		}, 200},
		{"by the output interface", decode.Options{}, [][]byte{
			v9(set(1, options9(300, 1, f(2, 4), f(34, 4))), set(300, be(4, 11), be(4, 100), be(4, 12), be(4, 200))),
			sampled9([]field{f(10, 4), f(14, 4)}, be(4, 5), be(4, 11)),
		}, 100},
		{"the default for who never said", decode.Options{DefaultSampling: 64}, [][]byte{sampled9(nil)}, 64},
		{"the default gives way to what is said", decode.Options{DefaultSampling: 64}, [][]byte{samplers9(domain0, []field{f(34, 4)}, be(4, 10)), sampled9(nil)}, 10},
		{"the override of the longest prefix over all", decode.Options{Policy: overrides}, [][]byte{samplers9(domain0, []field{f(34, 4)}, be(4, 10)), sampled9([]field{f(34, 4)}, be(4, 3))}, 8},
		{"v5: 14 bits of the header, without the mode", decode.Options{}, [][]byte{v5(1, 1<<14|1000, v5record(uptime0, uptime0))}, 1000},
		{"v5: 0 is not said", decode.Options{DefaultSampling: 64}, [][]byte{v5(1, 0, v5record(uptime0, uptime0))}, 64},
		{"v5: overridden", decode.Options{Policy: overrides}, [][]byte{v5(1, 1000, v5record(uptime0, uptime0))}, 8},
		{"sflow: its own", decode.Options{DefaultSampling: 64}, [][]byte{sflow5(flowSample())}, 512},
		{"sflow: overridden", decode.Options{Policy: overrides}, [][]byte{sflow5(flowSample())}, 8},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStation(t, c.options)
			if r := s.one(c.datagrams...); r.SamplingRate != c.want {
				t.Errorf("1 in %d, want 1 in %d", r.SamplingRate, c.want)
			}
			unknown := int64(0)
			if c.want == 0 {
				unknown = 1
			}
			if got := s.Counts().SamplingUnknown; got != unknown {
				t.Errorf("%d records of unknown sampling, want %d", got, unknown)
			}
		})
	}
}

// TestSamplingIsOfOneExporter: what one exporter says does not count for
// another.
func TestSamplingIsOfOneExporter(t *testing.T) {
	s := newStation(t, decode.Options{})
	s.receive(samplers9(domain0, []field{f(34, 4)}, be(4, 10)))
	other := netip.MustParseAddrPort("192.0.2.2:2055")
	if r := s.receiveFrom(other, sampled9(nil)); len(r) != 1 || r[0].SamplingRate != 0 {
		t.Errorf("%+v, want a record of unknown sampling", r)
	}
	elsewhere := netip.AddrPortFrom(router.Addr(), 40000)
	if r := s.receiveFrom(elsewhere, sampled9(nil)); len(r) != 1 || r[0].SamplingRate != 10 {
		t.Errorf("%+v, want 1 in 10 from another port of the exporter", r)
	}
}
