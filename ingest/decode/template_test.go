package decode_test

import (
	"net/netip"
	"testing"

	"minewatch/ingest/decode"
)

// step is one datagram of a dialogue and what it must give.
type step struct {
	say     []byte
	from    netip.AddrPort // router unless said
	sources []string       // the records' source addresses
}

func TestTemplates(t *testing.T) {
	src, dst := ip("10.0.0.1"), ip("10.0.0.2")
	source, both := template(256, f(8, 4)), template(256, f(12, 4), f(8, 4))
	for _, c := range []struct {
		name        string
		steps       []step
		templates   int64
		withdrawals int64
		noTemplate  int64
		malformed   int64 // records
		options     int64 // records
	}{
		{
			name: "a set without template does not take its datagram along",
			steps: []step{
				{say: v9(set(300, src), set(0, source), set(256, src), set(301, src), set(256, dst)), sources: []string{"10.0.0.1", "10.0.0.2"}},
			},
			templates: 1, noTemplate: 2,
		},
		{
			name: "the v9 header's count is not trusted",
			steps: []step{
				{say: func() []byte { b := v9(set(0, source), set(256, src)); b[3] = 1; return b }(), sources: []string{"10.0.0.1"}},
				{say: func() []byte { b := v9(set(256, src)); b[2] = 255; return b }(), sources: []string{"10.0.0.1"}},
			},
			templates: 1,
		},
		{
			name: "redefined",
			steps: []step{
				{say: v10(set(2, source), set(256, src)), sources: []string{"10.0.0.1"}},
				{say: v10(set(2, both), set(256, dst, src)), sources: []string{"10.0.0.1"}},
			},
			templates: 2,
		},
		{
			name: "an options template's ID becomes a data template's, and back",
			steps: []step{
				{say: v9(set(1, options9(256, 1, f(1, 4), f(34, 4))), set(256, be(4, 0), be(4, 10)))},
				{say: v9(set(0, source), set(256, src)), sources: []string{"10.0.0.1"}},
				{say: v9(set(1, options9(256, 1, f(1, 4), f(34, 4))), set(256, be(4, 0), be(4, 10)))},
			},
			templates: 3, options: 2,
		},
		{
			name: "withdrawn by its ID",
			steps: []step{
				{say: v10(set(2, source, template(257, f(8, 4))))},
				{say: v10(set(2, template(256)), set(256, src), set(257, dst)), sources: []string{"10.0.0.2"}},
				{say: v10(set(256, src)), from: netip.AddrPortFrom(router.Addr(), 9)},
			},
			templates: 2, withdrawals: 1, noTemplate: 2,
		},
		{
			name: "all templates withdrawn, the options templates stay",
			steps: []step{
				{say: v10(set(2, source, template(257, f(8, 4))), set(3, options10(258, 1, f(143, 4), f(34, 4))))},
				{say: v10(set(2, template(2)), set(256, src), set(257, src), set(258, be(8, 10)))},
			},
			templates: 3, withdrawals: 2, noTemplate: 2, options: 1,
		},
		{
			name: "all options templates withdrawn, the templates stay",
			steps: []step{
				{say: v10(set(2, source), set(3, options10(258, 1, f(143, 4), f(34, 4))))},
				{say: v10(set(3, template(3)), set(256, src), set(258, be(8, 10))), sources: []string{"10.0.0.1"}},
			},
			templates: 2, withdrawals: 1, noTemplate: 1,
		},
		{
			name: "withdrawn and told again in one set",
			steps: []step{
				{say: v10(set(2, source))},
				{say: v10(set(2, template(256), both), set(256, dst, src)), sources: []string{"10.0.0.1"}},
			},
			templates: 2, withdrawals: 1,
		},
		{
			name: "one ID in two domains",
			steps: []step{
				{say: v9at(now, 0, 1, set(0, source))},
				{say: v9at(now, 0, 2, set(0, both))},
				{say: v9at(now, 0, 1, set(256, src)), sources: []string{"10.0.0.1"}},
				{say: v9at(now, 0, 2, set(256, dst, src)), sources: []string{"10.0.0.1"}},
				{say: v9at(now, 0, 3, set(256, src))},
			},
			templates: 2, noTemplate: 1,
		},
		{
			name: "v9 and ipfix of one exporter",
			steps: []step{
				{say: v9(set(0, source))},
				{say: v10(set(2, both))},
				{say: v9(set(256, src)), sources: []string{"10.0.0.1"}},
				{say: v10(set(256, dst, src)), sources: []string{"10.0.0.1"}},
			},
			templates: 2,
		},
		{
			name: "data from another port than the template; the port's own template first",
			steps: []step{
				{say: v9(set(0, source))},
				{say: v9(set(256, src)), from: netip.MustParseAddrPort("192.0.2.1:40000"), sources: []string{"10.0.0.1"}},
				{say: v9(set(0, both)), from: netip.MustParseAddrPort("192.0.2.1:40001")},
				{say: v9(set(256, src)), sources: []string{"10.0.0.1"}},
				{say: v9(set(256, src)), from: netip.MustParseAddrPort("192.0.2.2:2055")},
			},
			templates: 2, noTemplate: 1,
		},
		{
			name: "an IPv4-mapped sender is its IPv4 address",
			steps: []step{
				{say: v9(set(0, source)), from: netip.MustParseAddrPort("[::ffff:192.0.2.1]:2055")},
				{say: v9(set(256, src)), sources: []string{"10.0.0.1"}},
			},
			templates: 1,
		},
		{
			name: "padding behind records, templates and sets",
			steps: []step{
				{say: v9(set(0, template(256, f(8, 4), f(4, 1)), be(2, 0)), set(256, src, be(1, 6), be(3, 0)), be(40, 0)), sources: []string{"10.0.0.1"}},
				{say: v10(set(2, template(256, f(8, 4), f(4, 1)), be(3, 0)), set(256, src, be(1, 6), dst, be(1, 6), be(2, 0))), sources: []string{"10.0.0.1", "10.0.0.2"}},
			},
			templates: 2,
		},
		{
			name: "elements of enterprises and of nobody",
			steps: []step{
				{say: v10(
					set(2, template(256, field{8, 4, 9}, f(32000, 2), field{1, 3, 35632}, f(8, 4), field{12, 4, 6876})),
					set(256, be(9, 0xdeadbeef), src, be(4, 1), be(9, 0), dst, be(4, 1)),
				), sources: []string{"10.0.0.1", "10.0.0.2"}},
			},
			templates: 1,
		},
		{
			name: "variable lengths of one and of three bytes",
			steps: []step{
				{say: v10(
					set(2, template(256, vf(82), f(8, 4), field{5, 65535, 9})),
					set(256,
						be(1, 3), []byte("eth"), src, be(1, 0),
						be(1, 255), be(2, 300), make([]byte, 300), dst, be(1, 255), be(2, 2), be(2, 0),
						be(2, 0)),
				), sources: []string{"10.0.0.1", "10.0.0.2"}},
			},
			templates: 1,
		},
		{
			name: "nothing but variable lengths: goflow2 fails at the set's end",
			steps: []step{
				{say: v10(set(2, template(256, vf(8), vf(82))), set(256, be(1, 4), src, be(1, 2), []byte("up"), be(1, 4), dst, be(1, 0))), sources: []string{"10.0.0.1", "10.0.0.2"}},
				{say: v10(set(256, be(1, 4), src, be(1, 1), []byte("x"), be(3, 0))), sources: []string{"10.0.0.1"}},
			},
			templates: 1,
		},
		{
			name: "a length past the set's end: goflow2 cuts the value",
			steps: []step{
				{say: v10(set(2, template(256, f(8, 4), vf(82))), set(256, src, be(1, 1), be(1, 7), dst, be(1, 9), be(4, 0))), sources: []string{"10.0.0.1"}},
				{say: v10(set(256, src, be(1, 255), be(2, 40000))), sources: nil},
				{say: v10(set(256, src, be(1, 255), be(1, 0))), sources: nil},
			},
			templates: 1, malformed: 3,
		},
		{
			name: "ipfix message shorter than its datagram",
			steps: []step{
				{say: join(v10(set(2, source), set(256, src)), v10(set(256, dst))), sources: []string{"10.0.0.1"}},
			},
			templates: 1,
		},
		{
			name: "ipfix message longer than its datagram, its sets whole",
			steps: []step{
				{say: func() []byte { b := v10(set(2, source), set(256, src)); b[3] += 50; return b }(), sources: []string{"10.0.0.1"}},
			},
			templates: 1,
		},
		{
			name: "options of no scope, and of v9's own scopes",
			steps: []step{
				{say: v10(set(3, options10(300, 0, f(34, 4))), set(300, be(4, 10)))},
				{say: v9(set(1, options9(300, 2, f(3, 2), f(5, 2), f(34, 4))), set(300, be(4, 0), be(4, 10), be(4, 0), be(4, 11)))},
			},
			templates: 2, options: 3,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStation(t, decode.Options{DefaultSampling: 1})
			for i, step := range c.steps {
				if !step.from.IsValid() {
					step.from = router
				}
				records := s.receiveFrom(step.from, step.say)
				if len(records) != len(step.sources) {
					t.Fatalf("step %d: %d records, want %d", i+1, len(records), len(step.sources))
				}
				for j, want := range step.sources {
					if got := records[j].Src.String(); got != want {
						t.Errorf("step %d record %d: source %s, want %s", i+1, j+1, got, want)
					}
				}
			}
			n := s.Counts()
			got := [...]int64{n.Templates, n.Withdrawals, n.SetsNoTemplate, n.RecordsMalformed, n.OptionsRecords}
			want := [...]int64{c.templates, c.withdrawals, c.noTemplate, c.malformed, c.options}
			if got != want {
				t.Errorf("templates, withdrawals, without template, malformed, options: %v, want %v", got, want)
			}
		})
	}
}

// TestStrayBytes: what lies behind a message is not read, but told.
func TestStrayBytes(t *testing.T) {
	for _, c := range []struct {
		name string
		say  []byte
		want int64
	}{
		{"v5", join(v5(1, 1, v5record(1, 1)), be(6, 1)), 6},
		{"two v5 messages", join(v5(1, 1, v5record(1, 1)), v5(1, 1, v5record(1, 1))), 72},
		{"v9", join(v9(set(0, template(256, f(8, 4)))), be(3, 1)), 3},
		{"ipfix", join(v10(), v10()), 16},
		{"sflow", join(sflow5(flowSample()), be(7, 0)), 7},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStation(t, decode.Options{})
			s.receive(c.say)
			if got := s.Counts(); got.StrayBytes != c.want || got.DatagramsDecoded != 1 {
				t.Errorf("%d stray bytes, want %d; %s", got.StrayBytes, c.want, got.String())
			}
		})
	}
}
