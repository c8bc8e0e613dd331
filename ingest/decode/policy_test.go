package decode_test

import (
	"net/netip"
	"testing"
	"time"

	"minewatch/ingest/decode"
	"minewatch/ingest/flow"
	"minewatch/ingest/policy"
)

// treated is a policy for the router alone.
func treated(e policy.Exporter) policy.Rules {
	e.Prefix = netip.PrefixFrom(router.Addr(), 32)
	return policy.Rules{ClockLimit: time.Hour, Exporters: []policy.Exporter{e}}
}

// TestBoundary: how a flow passed the boundary interfaces of its exporter, by
// each protocol and by both ways to decode.
func TestBoundary(t *testing.T) {
	ifs := []field{f(8, 4), f(10, 4), f(14, 4)}
	say9 := func(in, out uint64) []byte {
		return v9(set(0, template(256, ifs...)), set(256, ip("10.0.0.1"), be(4, in), be(4, out)))
	}
	for _, c := range []struct {
		name     string
		boundary []uint32
		say      []byte
		want     int16
	}{
		{"not configured", nil, say9(7, 8), flow.Null},
		{"neither", []uint32{7}, say9(1, 2), 0},
		{"in", []uint32{9, 7}, say9(7, 2), flow.BoundaryIn},
		{"out", []uint32{9, 7}, say9(2, 7), flow.BoundaryOut},
		{"through", []uint32{9, 7}, say9(9, 7), flow.BoundaryIn | flow.BoundaryOut},
		{"interfaces that are not exported", []uint32{7}, say9(0, 0), 0},
		{"v5", []uint32{4}, v5(1, 0, v5record(1, 2)), flow.BoundaryOut},
		{"sflow", []uint32{3}, sflow5(flowSample(sampledIPv4())), flow.BoundaryIn},
	} {
		for name, reference := range map[string]bool{"compiled": false, "reference": true} {
			t.Run(c.name+", "+name, func(t *testing.T) {
				rules := treated(policy.Exporter{Boundary: c.boundary})
				s := newStation(t, decode.Options{Policy: policy.NewLive(rules), Reference: reference})
				if r := s.one(c.say); r.Boundary != c.want {
					t.Errorf("boundary %d, want %d", r.Boundary, c.want)
				}
			})
		}
	}
}

// TestReversedBoundary: the answer of a biflow passes the other way.
func TestReversedBoundary(t *testing.T) {
	s := newStation(t, decode.Options{Policy: policy.NewLive(treated(policy.Exporter{Boundary: []uint32{7}}))})
	got := s.receive(v10(
		set(2, template(256, f(8, 4), f(10, 4), f(1, 4), rf(1, 4))),
		set(256, ip("10.0.0.1"), be(4, 7), be(4, 100), be(4, 200)),
	))
	if len(got) != 2 || got[0].Boundary != flow.BoundaryIn || got[1].Boundary != flow.BoundaryOut {
		t.Errorf("%+v", got)
	}
}

// TestClockOfExporter: whose times the flows of an exporter get, where its
// clock is two hours ahead.
func TestClockOfExporter(t *testing.T) {
	ahead := now.Add(2 * time.Hour)
	say := v9at(ahead, uptime0, domain0, set(0, template(256, f(8, 4), f(22, 4), f(21, 4))),
		set(256, ip("10.0.0.1"), be(4, uptime0-1000), be(4, uptime0)))
	for _, c := range []struct {
		name     string
		exporter policy.Exporter
		want     flow.TimeSource
		end      time.Time
		replaced int64
	}{
		{"checked", policy.Exporter{}, flow.ReceivedClock, now, 1},
		{"checked by a limit of its own", policy.Exporter{ClockLimit: 3 * time.Hour}, flow.ExporterClock, ahead, 0},
		{"believed", policy.Exporter{Clock: policy.ExporterClock}, flow.ExporterClock, ahead, 0},
		{"not asked", policy.Exporter{Clock: policy.ReceivedClock}, flow.ReceivedClock, now, 0},
	} {
		for name, reference := range map[string]bool{"compiled": false, "reference": true} {
			t.Run(c.name+", "+name, func(t *testing.T) {
				s := newStation(t, decode.Options{Policy: policy.NewLive(treated(c.exporter)), Reference: reference})
				r := s.one(say)
				if r.TimeSource != c.want || r.EndedAt != c.end.UnixMilli() || s.Counts().ClockReplaced != c.replaced {
					t.Errorf("%s, ended at %v, %d replaced", r.TimeSource, time.UnixMilli(r.EndedAt).UTC(), s.Counts().ClockReplaced)
				}
			})
		}
	}
}

// TestPolicyExchanged: the next datagram is treated by the new policy.
func TestPolicyExchanged(t *testing.T) {
	live := policy.NewLive(treated(policy.Exporter{SamplingDefault: 10}))
	s := newStation(t, decode.Options{Policy: live})
	for _, want := range []int32{10, 20, 30} {
		if want > 10 {
			live.Set(treated(policy.Exporter{SamplingDefault: want}))
		}
		if r := s.one(sampled9(nil)); r.SamplingRate != want {
			t.Errorf("1 in %d, want 1 in %d", r.SamplingRate, want)
		}
	}
}
