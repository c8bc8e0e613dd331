package account_test

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"minewatch/ingest/account"
	"minewatch/ingest/decode"
	"minewatch/ingest/flow"
)

var (
	noon   = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	router = netip.MustParseAddr("192.0.2.1")
)

// dialogue is the datagrams of one exporter, 20 ms apart.
type dialogue struct {
	format   flow.Format
	at       time.Time
	sequence uint32
	uptime   uint32
	seen     []decode.Sighting
	arrived  []time.Time
}

func newDialogue(format flow.Format) *dialogue {
	return &dialogue{format: format, at: noon, sequence: 1000, uptime: 50_000}
}

// say is a datagram of that number with so many records.
func (d *dialogue) say(sequence uint32, records int) {
	d.at = d.at.Add(20 * time.Millisecond)
	d.uptime += 20
	d.seen = append(d.seen, decode.Sighting{
		Stream:   decode.Stream{Format: d.format, From: netip.AddrPortFrom(router, 2055), Domain: 7},
		Sequence: sequence, Records: uint32(records), Whole: records >= 0,
		Uptime: d.uptime, HasUptime: d.format != flow.IPFIX,
	})
	d.arrived = append(d.arrived, d.at)
}

// flows is n datagrams of 20 records, numbered as their protocol says.
func (d *dialogue) flows(n int) {
	for range n {
		d.say(d.sequence, 20)
		d.skip(1)
	}
}

// skip is n such datagrams that never arrive.
func (d *dialogue) skip(n int) {
	if d.format == flow.NetFlow5 || d.format == flow.IPFIX {
		n *= 20
	}
	d.sequence += uint32(n)
}

// reboot has the exporter begin anew after half a minute.
func (d *dialogue) reboot() { d.sequence, d.uptime, d.at = 0, 1000, d.at.Add(30*time.Second) }

// follow posts the dialogue to a book, page by page, and returns what the
// numbers say.
func (d *dialogue) follow(t *testing.T, pages int) account.Sequence {
	t.Helper()
	book := account.NewBook(nil)
	for n := range pages {
		page := account.NewPage()
		for i := n; i < len(d.seen); i += pages { // as goroutines that take turns would
			page.Entry(router, noon)
			page.Arrived(noon, d.arrived[i], &d.seen[i])
		}
		book.Post(page)
	}
	book.Close()
	return book.Sum().Sequence
}

func TestNumbering(t *testing.T) {
	formats := []flow.Format{flow.NetFlow5, flow.NetFlow9, flow.IPFIX, flow.SFlow}
	for _, c := range []struct {
		name string
		talk func(*dialogue)
		want account.Sequence // in datagrams of 20 records
	}{
		{"nothing is missing", func(d *dialogue) { d.flows(100) }, account.Sequence{}},
		{"a loss", func(d *dialogue) { d.flows(10); d.skip(3); d.flows(10); d.skip(1); d.flows(5) }, account.Sequence{MissedDatagrams: 4}},
		{"a loss of a quarter hour", func(d *dialogue) { d.flows(10); d.skip(30_000); d.flows(10) }, account.Sequence{MissedDatagrams: 30_000}},
		{"the numbers turn over", func(d *dialogue) { d.sequence = ^uint32(0) - 99; d.flows(50) }, account.Sequence{}},
		{"a loss where they turn over", func(d *dialogue) {
			d.sequence = ^uint32(0) - 99
			d.flows(1)
			d.skip(110)
			d.flows(50)
		}, account.Sequence{MissedDatagrams: 110}},
		{"overtaken", func(d *dialogue) {
			d.flows(10)
			late := d.sequence
			d.skip(1)
			d.flows(3)
			d.say(late, 20)
			d.flows(10)
		}, account.Sequence{Late: 1}},
		{"overtaken and not all of it came", func(d *dialogue) {
			d.flows(10)
			d.skip(1)
			late := d.sequence
			d.skip(2)
			d.flows(3)
			d.say(late, 20)
			d.flows(300)
		}, account.Sequence{Late: 1, MissedDatagrams: 2}},
		{"sent twice", func(d *dialogue) {
			for range 10 {
				d.say(d.sequence, 20)
				d.flows(1)
			}
		}, account.Sequence{Duplicates: 10}},
		{"a restart", func(d *dialogue) { d.flows(10); d.reboot(); d.flows(10) }, account.Sequence{Restarts: 1}},
		{"a loss, then a restart", func(d *dialogue) { d.flows(10); d.skip(2); d.flows(1); d.reboot(); d.flows(10) }, account.Sequence{MissedDatagrams: 2, Restarts: 1}},
		{"numbers begin anew while the device runs on", func(d *dialogue) { d.flows(100); d.sequence = 0; d.flows(100) }, account.Sequence{Restarts: 1}},
		{"a number from nowhere", func(d *dialogue) { d.flows(10); d.say(3_000_000_000, 20); d.flows(10) }, account.Sequence{Duplicates: 1}},
		{"a number from far ahead", func(d *dialogue) { d.flows(10); d.say(1_000_000_000, 20); d.flows(10) }, account.Sequence{}},
	} {
		for _, format := range formats {
			t.Run(fmt.Sprint(c.name, "/", format), func(t *testing.T) {
				d := newDialogue(format)
				c.talk(d)
				want := c.want
				if format == flow.NetFlow5 || format == flow.IPFIX {
					want.MissedDatagrams, want.MissedRecords = 0, 20*want.MissedDatagrams
				}
				if diff := cmp.Diff(want, d.follow(t, 1)); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(want, d.follow(t, 3)); diff != "" {
					t.Errorf("posted by three (-want +got):\n%s", diff)
				}
			})
		}
	}
}

// An exporter without uptime that jumps further ahead than any outage explains
// has restarted.
func TestNumberingFarAheadWithoutUptime(t *testing.T) {
	d := newDialogue(flow.IPFIX)
	d.flows(10)
	d.sequence += 1_000_000_000
	d.flows(10)
	if diff := cmp.Diff(account.Sequence{Restarts: 1}, d.follow(t, 1)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// While a template is missing, IPFIX cannot be followed: nothing is claimed.
func TestNumberingBlind(t *testing.T) {
	d := newDialogue(flow.IPFIX)
	for range 5 {
		d.say(d.sequence, -1)
		d.skip(1)
	}
	d.flows(5)
	d.skip(2)
	d.flows(5)
	if diff := cmp.Diff(account.Sequence{MissedRecords: 40}, d.follow(t, 1)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Some exporters count datagrams where their protocol counts records, and the
// other way round. That is found out and is no loss; a loss afterwards is.
func TestNumberingOtherwise(t *testing.T) {
	for format, c := range map[flow.Format]struct {
		step uint32
		want account.Sequence
	}{
		flow.NetFlow5: {1, account.Sequence{MissedDatagrams: 6}},
		flow.IPFIX:    {1, account.Sequence{MissedDatagrams: 6}},
		flow.NetFlow9: {20, account.Sequence{MissedRecords: 120}},
	} {
		t.Run(string(format), func(t *testing.T) {
			d := newDialogue(format)
			for i := range 400 {
				if i < 200 || i > 205 {
					d.say(d.sequence, 20)
				}
				d.sequence += c.step
			}
			if diff := cmp.Diff(c.want, d.follow(t, 1)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// softflowd numbers the last record of an IPFIX message where the protocol
// numbers the first, and records of options not at all. That is found out when
// messages differ in length; losses count before and after.
func TestNumberingThrough(t *testing.T) {
	for name, c := range map[string]struct {
		lost func(message int) bool
		want account.Sequence
	}{
		"nothing is missing": {func(int) bool { return false }, account.Sequence{}},
		"a loss":             {func(n int) bool { return n == 300 || n == 301 }, account.Sequence{MissedRecords: 5 + 32}},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDialogue(flow.IPFIX)
			for n := range 400 {
				records := 32
				if n%4 == 0 { // the last message of a batch
					records = 5
				}
				d.sequence += uint32(records)
				switch {
				case c.lost(n):
				case n%20 == 10: // templates and a record of options come first
					d.say(d.sequence, records+1)
				default:
					d.say(d.sequence, records)
				}
			}
			if diff := cmp.Diff(c.want, d.follow(t, 1)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// What may still come is not yet missed.
func TestNumberingWaits(t *testing.T) {
	book := account.NewBook(nil)
	d := newDialogue(flow.NetFlow9)
	post := func() account.Sequence {
		page := account.NewPage()
		page.Entry(router, noon)
		for i := range d.seen {
			page.Arrived(noon, d.arrived[i], &d.seen[i])
		}
		d.seen, d.arrived = nil, nil
		book.Post(page)
		return book.Totals()[0].Sequence
	}
	d.flows(10)
	d.skip(4)
	d.flows(10)
	if got := post(); got != (account.Sequence{}) {
		t.Errorf("at once: %+v", got)
	}
	d.at = d.at.Add(6 * time.Second)
	d.flows(1)
	if got := post(); got.MissedDatagrams != 4 {
		t.Errorf("after six seconds: %+v, want 4 missed", got)
	}

	d.skip(2)
	d.flows(1)
	post()
	book.Tick(d.at.Add(6 * time.Second))
	if got := book.Totals()[0].Sequence; got.MissedDatagrams != 6 {
		t.Errorf("after six seconds of silence: %+v, want 6 missed", got)
	}
}

// FuzzNumbering: whatever the numbers are, nothing panics, no count goes back,
// and no more is missing than the numbers leave out.
func FuzzNumbering(f *testing.F) {
	f.Add([]byte{1, 2, 3, 4, 0, 0, 0, 9, 255, 255, 255, 250}, uint8(20), true)
	f.Add([]byte{0, 16, 0, 1, 0, 16, 0, 2, 0, 32, 0, 4, 0, 16, 0, 5, 0, 48, 0, 8}, uint8(4), false)
	f.Add([]byte{0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3}, uint8(1), false)
	f.Fuzz(func(t *testing.T, numbers []byte, records uint8, timed bool) {
		d := newDialogue(flow.IPFIX)
		if timed {
			d.format = flow.NetFlow5
		}
		for i := 0; i+4 <= len(numbers); i += 4 {
			n := uint32(numbers[i])<<24 | uint32(numbers[i+1])<<16 | uint32(numbers[i+2])<<8 | uint32(numbers[i+3])
			d.uptime += n % 30_000
			d.say(n, int(n>>20)%(int(records)+1)) // of several lengths, so that all ways of counting are met
		}
		got := d.follow(t, 1)
		if records%2 == 1 { // with a restart in between
			seen, arrived, half := d.seen, d.arrived, len(d.seen)/2
			got = d.lives(t,
				func(d *dialogue) { d.seen, d.arrived = seen[:half], arrived[:half] },
				func(d *dialogue) { d.seen, d.arrived = seen[half:], arrived[half:] })
		}
		for _, n := range []int64{got.MissedDatagrams, got.MissedRecords, got.Late, got.Duplicates, got.Restarts} {
			if n < 0 {
				t.Fatalf("a negative count: %+v", got)
			}
		}
		if most := int64(len(d.seen)); got.Late+got.Duplicates+got.Restarts > most || got.MissedRecords+got.MissedDatagrams > most<<32 {
			t.Fatalf("%d datagrams show %+v", len(d.seen), got)
		}
	})
}
