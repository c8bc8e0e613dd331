package decode_test

import (
	"encoding/json"
	"log/slog"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"minewatch/ingest/decode"
)

var quiet = slog.New(slog.DiscardHandler)

// taught is a Memory after an exporter told it templates of v9 and IPFIX, for
// data and options, and sampling rates.
func taught(t *testing.T) *decode.Memory {
	t.Helper()
	memory := decode.NewMemory()
	s := newStation(t, decode.Options{Memory: memory})
	s.receive(
		samplers9(domain0, []field{f(48, 1), f(50, 4)}, join(be(1, 1), be(4, 100)), join(be(1, 2), be(4, 5000))),
		v9(set(0, template(256, f(8, 4), f(48, 1)))),
		v10(set(2, template(257, vf(82), f(8, 4), rf(1, 4), field{7, 3, 9}))),
		v10(set(3, options10(301, 1, f(149, 4), f(160, 8), f(34, 4))), set(301, be(4, 1), ms(now.Add(-time.Hour)), be(4, 7))),
	)
	return memory
}

// restarted is a Decoder whose Memory came out of a file of that State.
func restarted(t *testing.T, saved decode.State, since time.Time) *station {
	t.Helper()
	text, err := json.Marshal(saved)
	if err != nil {
		t.Fatal(err)
	}
	var read decode.State
	if err := json.Unmarshal(text, &read); err != nil {
		t.Fatal(err)
	}
	memory := decode.NewMemory()
	if err := memory.Restore(since, quiet, read); err != nil {
		t.Fatal(err)
	}
	again := memory.State(time.Time{})
	if since.IsZero() {
		if diff := cmp.Diff(saved, again, cmpopts.EquateComparable(netip.AddrPort{}, netip.Addr{})); diff != "" {
			t.Errorf("saved again (-first +second):\n%s", diff)
		}
	}
	return newStation(t, decode.Options{Memory: memory})
}

// TestRestart: what one process learnt the next one knows.
func TestRestart(t *testing.T) {
	saved := taught(t).State(time.Time{})
	if len(saved.Templates) != 4 || len(saved.Sampling) != 1 || len(saved.Sampling[0].Rates) != 3 {
		t.Fatalf("saved %+v", saved)
	}
	s := restarted(t, saved, time.Time{})
	if r := s.one(v9(set(256, ip("10.0.0.1"), be(1, 2)))); r.SamplingRate != 5000 || r.Src.String() != "10.0.0.1" {
		t.Errorf("v9: %+v", r)
	}
	if got := s.receive(v10(set(257, be(1, 2), []byte("et"), ip("10.0.0.2"), be(4, 0), be(3, 0)))); len(got) != 1 || got[0].SamplingRate != 7 {
		t.Errorf("ipfix: %+v, want one record of 1 in 7", got)
	}
	// From another port the shared templates count, as before.
	if got := s.receiveFrom(netip.AddrPortFrom(router.Addr(), 40000), v9(set(256, ip("10.0.0.3"), be(1, 1)))); len(got) != 1 {
		t.Errorf("from another port: %d records", len(got))
	}
	if c := s.Counts(); c.SetsNoTemplate != 0 {
		t.Errorf("counted %s", c.String())
	}
}

// TestRestartForgets what was not said for too long, and what a router that
// restarted has surely forgotten itself.
func TestRestartForgets(t *testing.T) {
	saved := taught(t).State(time.Time{})
	v9data := func(export time.Time, uptime uint32) []byte {
		return v9at(export, uptime, domain0, set(256, ip("10.0.0.1"), be(1, 2)))
	}
	t.Run("too old", func(t *testing.T) {
		s := restarted(t, saved, now.Add(time.Second))
		if got := s.receive(v9data(now, uptime0)); len(got) != 0 {
			t.Errorf("%d records", len(got))
		}
		if left := taught(t).State(now.Add(time.Second)); len(left.Templates)+len(left.Sampling) != 0 {
			t.Errorf("saved %+v", left)
		}
	})
	t.Run("the router runs on", func(t *testing.T) {
		s := restarted(t, saved, time.Time{})
		if got := s.receive(v9data(now.Add(time.Hour), uptime0+3_600_000-2500)); len(got) != 1 {
			t.Errorf("%d records, want 1", len(got))
		}
	})
	t.Run("its uptime has wrapped", func(t *testing.T) {
		s := restarted(t, saved, time.Time{})
		wrapped := (uint64(1)<<32 - uptime0 + 5000) // ms from now
		if got := s.receive(v9data(now.Add(time.Duration(wrapped)*time.Millisecond), 5000)); len(got) != 1 {
			t.Errorf("%d records, want 1", len(got))
		}
	})
	t.Run("it has restarted", func(t *testing.T) {
		s := restarted(t, saved, time.Time{})
		if got := s.receive(v9data(now.Add(time.Hour), 60_000)); len(got) != 0 {
			t.Errorf("%d records by templates from before", len(got))
		}
		told := v9at(now.Add(time.Hour), 90_000, domain0, set(0, template(256, f(8, 4), f(4, 1))))
		if got := s.receive(told); len(got) != 1 || got[0].Proto != 2 {
			t.Errorf("when the new template came: %+v", got)
		}
	})
}

func TestRestoreTakesTheLast(t *testing.T) {
	first, second := decode.NewMemory(), decode.NewMemory()
	newStation(t, decode.Options{Memory: second}).Decode(router, now.Add(time.Hour), v9(set(0, template(256, f(12, 4), f(8, 4)))), nil)
	newStation(t, decode.Options{Memory: first}).receive(v9(set(0, template(256, f(8, 4)))))
	both := decode.NewMemory()
	if err := both.Restore(time.Time{}, quiet, second.State(time.Time{}), first.State(time.Time{})); err != nil {
		t.Fatal(err)
	}
	s := newStation(t, decode.Options{Memory: both, DefaultSampling: 1})
	if r := s.one(v9(set(256, ip("10.0.0.9"), ip("10.0.0.1")))); r.Src.String() != "10.0.0.1" {
		t.Errorf("read by the older template: %+v", r)
	}
}

func TestRestoreRefuses(t *testing.T) {
	good := decode.TemplateState{Exporter: router, Version: 9, Record: template(256, f(8, 4)), Seen: now}
	rate := decode.SamplingState{Exporter: router.Addr(), Seen: now, Rates: []decode.RateState{{Of: "sampler", ID: 1, Rate: 10}}}
	for want, spoil := range map[string]func(*decode.TemplateState, *decode.SamplingState){
		"no address with a port":           func(s *decode.TemplateState, _ *decode.SamplingState) { s.Exporter = netip.AddrPort{} },
		"version 5 has no templates":       func(s *decode.TemplateState, _ *decode.SamplingState) { s.Version = 5 },
		"the ID 2 is reserved":             func(s *decode.TemplateState, _ *decode.SamplingState) { s.Record = template(2, f(8, 4)) },
		"claims more fields":               func(s *decode.TemplateState, _ *decode.SamplingState) { s.Record = s.Record[:6] },
		"records of no bytes":              func(s *decode.TemplateState, _ *decode.SamplingState) { s.Record = template(256) },
		"the exporter is no address":       func(_ *decode.TemplateState, s *decode.SamplingState) { s.Exporter = netip.Addr{} },
		`1 in 10 of "router" is no rate`:   func(_ *decode.TemplateState, s *decode.SamplingState) { s.Rates[0].Of = "router" },
		`1 in -10 of "sampler" is no rate`: func(_ *decode.TemplateState, s *decode.SamplingState) { s.Rates[0].Rate = -10 },
	} {
		bad, badRate := good, rate
		badRate.Rates = append([]decode.RateState(nil), rate.Rates...)
		spoil(&bad, &badRate)
		memory := decode.NewMemory()
		err := memory.Restore(time.Time{}, quiet, decode.State{Templates: []decode.TemplateState{bad, good}, Sampling: []decode.SamplingState{badRate}})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
		if got := newStation(t, decode.Options{Memory: memory}).receive(v9at(now, 0, 0, set(256, ip("10.0.0.1")))); len(got) != 1 {
			t.Errorf("%s: the good template was not restored", want)
		}
	}
}

// FuzzRestore restores arbitrary files, and lets data be read by what came of
// them.
func FuzzRestore(fuzz *testing.F) {
	memory := decode.NewMemory()
	decode.New(decode.Options{Memory: memory}).Decode(router, now, v9(set(0, template(256, f(8, 4), f(1, 4)))), nil)
	text, err := json.Marshal(memory.State(time.Time{}))
	if err != nil {
		fuzz.Fatal(err)
	}
	fuzz.Add(text)
	fuzz.Add([]byte(`{"templates":[{"exporter":"192.0.2.1:1","version":10,"options":true,"record":"ASwAAQAB"}],"sampling":[{"exporter":"192.0.2.1","rates":[{"of":"domain","rate":5}]}]}`))
	fuzz.Fuzz(func(t *testing.T, b []byte) {
		var s decode.State
		if json.Unmarshal(b, &s) != nil {
			return
		}
		memory := decode.NewMemory()
		_ = memory.Restore(time.Time{}, quiet, s) // whatever it refuses, the rest has to work
		d := decode.New(decode.Options{Memory: memory})
		for _, say := range [][]byte{v9(set(256, make([]byte, 100))), v10(set(256, make([]byte, 100)))} {
			d.Decode(router, now, say, nil)
		}
		c := d.Counts()
		holds(t, d, c.Records-c.RecordsMalformed)
		memory.State(time.Time{})
	})
}
