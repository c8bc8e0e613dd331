package decode_test

import (
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"minewatch/ingest/decode"
	"minewatch/ingest/flow"
)

// sourcesOf is who the records say was talking.
func sourcesOf(records []flow.Record) []string {
	list := []string{}
	for i := range records {
		list = append(list, records[i].Src.String())
	}
	return list
}

// TestDataBeforeTemplate: what waited comes out with its own time, by its own
// clock, and in its order.
func TestDataBeforeTemplate(t *testing.T) {
	uptimes := []field{f(8, 4), f(22, 4), f(21, 4)}
	flowAt := func(address string, uptime uint64) []byte {
		return join(ip(address), be(4, uptime-2000), be(4, uptime))
	}
	s := newStation(t, decode.Options{DefaultSampling: 1})
	other := netip.AddrPortFrom(router.Addr(), 40000)
	early := now.Add(-20 * time.Minute)
	s.Decode(router, early, v9at(early, 1_000_000, domain0, set(256, flowAt("10.0.0.1", 1_000_000))), nil)
	s.Decode(other, early, v9at(early, 1_000_000, domain0, set(256, flowAt("10.0.0.2", 1_000_000)), set(257, ip("10.0.0.9"))), nil)
	s.Decode(router, early, v9at(early, 1_000_000, domain0+1, set(256, flowAt("10.0.0.9", 1_000_000))), nil)
	if c := s.Counts(); c.SetsNoTemplate != 4 || c.SetsLate != 0 {
		t.Errorf("before the template: %s", c.String())
	}

	got := s.Decode(router, now, v9(set(0, template(256, uptimes...)), set(256, flowAt("10.0.0.3", uptime0))), nil)
	if diff := cmp.Diff([]string{"10.0.0.1", "10.0.0.2", "10.0.0.3"}, sourcesOf(got)); diff != "" {
		t.Fatalf("with the template (-want +got):\n%s", diff)
	}
	if first := got[0]; first.ReceivedAt != early.UnixMicro() || first.EndedAt != early.UnixMilli() || first.StartedAt != early.UnixMilli()-2000 {
		t.Errorf("the first waited from %v to %v, received %v", first.StartedAt, first.EndedAt, first.ReceivedAt)
	}
	c := s.Counts()
	if want := "datagrams: received 4 = decoded 4; sets: received 6 = decoded 4 + no_template 2; records: received 3 = stored 0"; c.String() != want || c.SetsLate != 2 {
		t.Errorf("%d late; %s, want %s", c.SetsLate, c.String(), want)
	}
	if again := s.Decode(router, now, v9(set(0, template(256, uptimes...))), nil); len(again) != 0 {
		t.Errorf("told again, the template gave %d records", len(again))
	}
}

// TestWaitingOptions: options records wait as well, and teach when they can.
func TestWaitingOptions(t *testing.T) {
	s := newStation(t, decode.Options{})
	s.receive(v9(set(300, be(4, 0), be(4, 100))))
	s.receive(v9(set(1, options9(300, 1, f(1, 4), f(34, 4)))))
	if r := s.one(sampled9(nil)); r.SamplingRate != 100 {
		t.Errorf("1 in %d, want 1 in 100", r.SamplingRate)
	}
}

// TestWaitingIsBounded: by time, by the exporter's share, and by all memory.
func TestWaitingIsBounded(t *testing.T) {
	body := make([]byte, 1<<14)
	ask := func(n uint64) netip.AddrPort {
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 1, byte(n >> 8), byte(n)}), 2055)
	}
	t.Run("time", func(t *testing.T) {
		s := newStation(t, decode.Options{Memory: decode.NewMemory()})
		s.Decode(ask(1), now, v9(set(256, body)), nil)
		s.Decode(ask(2), now.Add(36*time.Minute), v9(set(256, body)), nil)
		if got := s.Decode(ask(1), now.Add(36*time.Minute), v9(set(0, template(256, f(8, 4)))), nil); len(got) != 0 {
			t.Errorf("%d records from before 36 minutes", len(got))
		}
	})
	t.Run("one exporter", func(t *testing.T) {
		memory := decode.NewMemory()
		s := newStation(t, decode.Options{Memory: memory})
		for range 300 {
			s.Decode(ask(1), now, v9(set(256, body)), nil)
		}
		if w := memory.Waiting(); w.Bytes > 4<<20 || w.Bytes < 3<<20 || w.GivenUp+int64(w.Sets) != 300 {
			t.Errorf("%+v wait of 300 sets, want 4 MiB of them", w)
		}
	})
	t.Run("all", func(t *testing.T) {
		memory := decode.NewMemory()
		s := newStation(t, decode.Options{Memory: memory})
		for n := range uint64(5000) {
			s.Decode(ask(n), now, v9(set(256, body)), nil)
		}
		if w := memory.Waiting(); w.Bytes > 64<<20 || w.Bytes < 63<<20 || w.GivenUp+int64(w.Sets) != 5000 {
			t.Errorf("%+v wait of 5000 sets, want 64 MiB of them", w)
		}
		told := v9(set(0, template(256, f(8, 4))))
		if got := s.Decode(ask(0), now, told, nil); len(got) != 0 {
			t.Errorf("%d records of the first exporter, whose set had to give way", len(got))
		}
		if got := s.Decode(ask(4999), now, told, nil); len(got) != len(body)/4 {
			t.Errorf("%d records of the last exporter, want %d", len(got), len(body)/4)
		}
	})
}

// TestSharedMemory spreads the datagrams of some exporters over decoders that
// run at the same time: whoever learns a template reads what waits for it.
func TestSharedMemory(t *testing.T) {
	const decoders, exporters, rounds = 4, 8, 50
	memory := decode.NewMemory()
	all := make([]*decode.Decoder, decoders)
	got := make([]int64, decoders)
	var running sync.WaitGroup
	for i := range all {
		all[i] = decode.New(decode.Options{Memory: memory})
		running.Go(func() {
			for round := range rounds {
				for e := range exporters {
					from := netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, 0, byte(e)}), 2055)
					say := v9(set(256, ip("10.0.0.1"), ip("10.0.0.2")))
					if round%10 == 5 && i == e%decoders {
						say = v9(set(0, template(256, f(8, 4))), set(1, options9(300, 1, f(1, 4), f(34, 4))), set(300, be(4, 0), be(4, uint64(100+round))))
					}
					got[i] += int64(len(all[i].Decode(from, now, say, nil)))
				}
			}
		})
	}
	running.Wait()
	var sum flow.Counts
	for i, d := range all {
		c := d.Counts()
		holds(t, d, got[i])
		sum.Add(&c)
	}
	if want := int64(2 * exporters * (decoders*rounds - rounds/10)); sum.Records != want || sum.SetsNoTemplate != sum.SetsLate || sum.TemplateChanges != 0 {
		t.Errorf("%d records, want %d; %s", sum.Records, want, sum.String())
	}
	if w := memory.Waiting(); w != (decode.Waiting{}) {
		t.Errorf("%+v are left", w)
	}
}
