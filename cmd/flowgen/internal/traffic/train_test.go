package traffic_test

import (
	"slices"
	"testing"

	"minewatch/cmd/flowgen/internal/seed"
	"minewatch/cmd/flowgen/internal/traffic"
)

// measured is a train as a flow probe without timeouts sees it.
type measured struct {
	packets, up, bytes int
	seconds, silence   float64
}

func (m measured) kbps() float64           { return float64(m.bytes) * 8 / 1000 / m.seconds }
func (m measured) perMinute() float64      { return float64(m.packets) * 60 / m.seconds }
func (m measured) bytesPerPacket() float64 { return float64(m.bytes) / float64(m.packets) }

// measure runs a train for some hours and checks that each direction is in the
// order of time.
func measure(t *testing.T, train traffic.Train, index int, hours int64) measured {
	t.Helper()
	var m measured
	last := map[bool]int64{}
	first, latest := int64(-1), int64(-1)
	train(seed.Stream(1, t.Name(), index), 1000, 1000+hours*3_600_000, func(at int64, up bool, bytes int, _ uint8) {
		if at < last[up] {
			t.Fatalf("a packet at %d after one at %d", at, last[up])
		}
		if bytes < 40 || bytes > 1500 {
			t.Fatalf("a packet of %d bytes", bytes)
		}
		if latest >= 0 {
			m.silence = max(m.silence, float64(at-latest)/1000)
		} else {
			first = at
		}
		last[up], latest = at, max(at, latest)
		m.packets++
		m.bytes += bytes
		if up {
			m.up++
		}
	})
	m.seconds = float64(latest-first) / 1000
	return m
}

// The ranges are those of fourteen real sessions.
func TestMinersAreWithinTheMeasuredRates(t *testing.T) {
	coins := []string{"XMR", "BTC", "ETC", "LTC", "RVN", "ZEC", "DOGE", "weak"}
	for _, coin := range coins {
		t.Run(coin, func(t *testing.T) {
			for i := range 5 {
				m := measure(t, traffic.Miner(coin, seed.Stream(2, coin, i)), i, 12)
				if k := m.kbps(); k < .07 || k > 1.25 {
					t.Errorf("%.3f kbps", k)
				}
				if p := m.perMinute(); p < 2.6 || p > 48 {
					t.Errorf("%.1f packets a minute", p)
				}
				if b := m.bytesPerPacket(); b < 108 || b > 561 {
					t.Errorf("%.0f bytes a packet", b)
				}
				if m.silence > 195 {
					t.Errorf("silent for %.0f s", m.silence)
				}
			}
		})
	}
}

func TestProbesAreBrief(t *testing.T) {
	var seconds []float64
	for i := range 101 {
		m := measure(t, traffic.Probe, i, 1)
		if m.packets != 9 {
			t.Fatalf("%d packets, want 9", m.packets)
		}
		seconds = append(seconds, m.seconds)
	}
	slices.Sort(seconds)
	if median := seconds[50]; median < .3 || median > .8 {
		t.Errorf("median %.2f s, want about 0.6", median)
	}
}

func TestVisitsAreShortAndDownloadHeavy(t *testing.T) {
	for i := range 50 {
		m := measure(t, traffic.Visit, i, 1)
		if m.seconds > 120 || m.kbps() < 5 {
			t.Errorf("%.0f s at %.1f kbps", m.seconds, m.kbps())
		}
	}
}

func TestLongTrains(t *testing.T) {
	for name, train := range map[string]traffic.Train{
		"dashboard": traffic.Dashboard, "bulk": traffic.Bulk, "peer": traffic.Peer, "keepalive": traffic.KeepAlive,
	} {
		if m := measure(t, train, 0, 2); m.seconds < 7000 || m.seconds > 7500 {
			t.Errorf("%s lasts %.0f s, want about two hours", name, m.seconds)
		}
	}
}

func TestScansAreOneWay(t *testing.T) {
	for name, c := range map[string]struct {
		train traffic.Train
		up    bool
	}{"out": {traffic.ScanOut, true}, "in": {traffic.ScanIn, false}, "backscatter": {traffic.Backscatter, false}} {
		if m := measure(t, c.train, 0, 1); m.packets == 0 || c.up != (m.up == m.packets) || !c.up && m.up != 0 {
			t.Errorf("scan %s: %+v", name, m)
		}
	}
}
