package account_test

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"minewatch/ingest/account"
	"minewatch/ingest/flow"
)

// lives posts the parts of a dialogue to a book each. Every one but the first
// goes on from where the numbering stood at the end of that before, as it is in
// a file. It returns what the numbers say in the last.
func (d *dialogue) lives(t *testing.T, parts ...func(*dialogue)) account.Sequence {
	t.Helper()
	var (
		file []byte
		said account.Sequence
	)
	for n, talk := range parts {
		book := account.NewBook(nil)
		if n > 0 {
			var stood []account.Numbering
			if err := json.Unmarshal(file, &stood); err != nil {
				t.Fatal(err)
			}
			if err := book.Resume(stood); err != nil {
				t.Fatal(err)
			}
		}
		d.seen, d.arrived = nil, nil
		talk(d)
		d.post(book)
		if got := book.Numberings(time.Time{}); got != nil {
			t.Fatalf("before the end: %+v", got)
		}
		book.Close()
		var err error
		if file, err = json.Marshal(book.Numberings(time.Time{})); err != nil {
			t.Fatal(err)
		}
		said = book.Sum().Sequence
	}
	return said
}

// post enters the dialogue.
func (d *dialogue) post(book *account.Book) {
	page := account.NewPage()
	page.Entry(router, noon)
	for i := range d.seen {
		page.Arrived(noon, d.arrived[i], &d.seen[i])
	}
	book.Post(page)
}

// stop is a time in which nobody listens, while the exporter runs on.
func (d *dialogue) stop(long time.Duration) {
	d.at = d.at.Add(long)
	d.uptime += uint32(long.Milliseconds()) //nolint:gosec // days
}

// What is sent between the end of a collector and its next start is missed, of
// whatever length that is; an exporter that restarted meanwhile missed nothing.
func TestNumberingGoesOn(t *testing.T) {
	flows := func(d *dialogue) { d.flows(10) }
	for _, c := range []struct {
		name string
		talk func(*dialogue) // after the start
		want account.Sequence
	}{
		{"at once", flows, account.Sequence{}},
		{"after a second", func(d *dialogue) { d.stop(time.Second); d.skip(7); d.flows(10) }, account.Sequence{MissedDatagrams: 7}},
		{"one datagram after it", func(d *dialogue) { d.stop(time.Second); d.skip(7); d.flows(1) }, account.Sequence{MissedDatagrams: 7}},
		{"after an hour", func(d *dialogue) { d.stop(time.Hour); d.skip(200_000); d.flows(10) }, account.Sequence{MissedDatagrams: 200_000}},
		{"the numbers turned over", func(d *dialogue) {
			d.stop(time.Hour)
			d.skip(200_000)
			d.flows(10)
		}, account.Sequence{MissedDatagrams: 200_000}},
		{"the exporter restarted", func(d *dialogue) { d.stop(time.Minute); d.reboot(); d.flows(10) }, account.Sequence{Restarts: 1}},
		{"and lost something afterwards", func(d *dialogue) { d.reboot(); d.flows(10); d.skip(2); d.flows(5) }, account.Sequence{Restarts: 1, MissedDatagrams: 2}},
		{"overtaken", func(d *dialogue) {
			late := d.sequence
			d.skip(1)
			d.flows(1)
			d.say(late, 20)
			d.flows(3)
		}, account.Sequence{Late: 1}},
		{"what came twice", func(d *dialogue) { d.skip(-1); d.flows(1); d.flows(3) }, account.Sequence{Duplicates: 1}},
	} {
		for _, format := range []flow.Format{flow.NetFlow5, flow.NetFlow9, flow.IPFIX, flow.SFlow} {
			t.Run(fmt.Sprint(c.name, "/", format), func(t *testing.T) {
				begin, want := newDialogue(format), c.want
				if c.name == "the numbers turned over" {
					begin.sequence = ^uint32(0) - 3000
				}
				if format == flow.NetFlow5 || format == flow.IPFIX {
					want.MissedDatagrams, want.MissedRecords = 0, 20*want.MissedDatagrams
				}
				d := *begin
				if diff := cmp.Diff(want, d.lives(t, flows, c.talk)); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				// A life in which the exporter says nothing changes nothing.
				d = *begin
				if diff := cmp.Diff(want, d.lives(t, flows, func(*dialogue) {}, c.talk)); diff != "" {
					t.Errorf("after a life in silence (-want +got):\n%s", diff)
				}
			})
		}
	}
}

// An exporter that restarts while nobody listens may be up for longer than it
// was, and have counted further, when it is heard again.
func TestNumberingRestartedLongAgo(t *testing.T) {
	for _, format := range []flow.Format{flow.NetFlow5, flow.NetFlow9, flow.SFlow} {
		t.Run(string(format), func(t *testing.T) {
			d := newDialogue(format)
			d.uptime = 600_000
			got := d.lives(t, func(d *dialogue) { d.flows(10) }, func(d *dialogue) {
				d.stop(time.Hour)
				d.uptime = 3_000_000
				d.skip(2000)
				d.flows(10)
			})
			if diff := cmp.Diff(account.Sequence{Restarts: 1}, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// Exporters that number otherwise than their protocol says do so after the
// start, too.
func TestNumberingGoesOnOtherwise(t *testing.T) {
	for name, c := range map[string]struct {
		format flow.Format
		talk   func(d *dialogue, n int) // n datagrams
		want   account.Sequence         // of 6 that nobody received
	}{
		"v5 counts datagrams": {flow.NetFlow5, func(d *dialogue, n int) {
			for range n {
				d.say(d.sequence, 20)
				d.sequence++
			}
		}, account.Sequence{MissedDatagrams: 6}},
		"v9 counts records": {flow.NetFlow9, func(d *dialogue, n int) {
			for range n {
				d.say(d.sequence, 20)
				d.sequence += 20
			}
		}, account.Sequence{MissedRecords: 120}},
		"IPFIX counts through": {flow.IPFIX, func(d *dialogue, n int) {
			for i := range n {
				records := 32
				if i%3 == 0 {
					records = 5
				}
				d.sequence += uint32(records) //nolint:gosec // small
				d.say(d.sequence, records)
			}
		}, account.Sequence{MissedRecords: 2 * (5 + 32 + 32)}},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDialogue(c.format)
			got := d.lives(t, func(d *dialogue) { c.talk(d, 60) }, func(d *dialogue) {
				unheard, seen := *d, len(d.seen)
				c.talk(&unheard, 6)
				d.sequence, d.seen = unheard.sequence, d.seen[:seen]
				c.talk(d, 30)
			})
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// An exporter whose last datagram could not be counted may have sent anything.
func TestNumberingGoesOnBlind(t *testing.T) {
	d := newDialogue(flow.IPFIX)
	got := d.lives(t, func(d *dialogue) { d.flows(5); d.say(d.sequence, -1) }, func(d *dialogue) { d.skip(5); d.flows(5); d.skip(1); d.flows(5) })
	if diff := cmp.Diff(account.Sequence{MissedRecords: 20}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// What is missing at the start is laid to the hour in which that was seen.
func TestNumberingGoesOnInItsHour(t *testing.T) {
	first, second := account.NewBook(nil), account.NewBook(nil)
	d := newDialogue(flow.NetFlow5)
	d.flows(3)
	d.post(first)
	first.Close()
	if err := second.Resume(first.Numberings(noon)); err != nil {
		t.Fatal(err)
	}
	d.seen, d.arrived = nil, nil
	d.stop(time.Hour)
	d.skip(3)
	d.flows(3)
	page := account.NewPage()
	for i := range d.seen {
		page.Entry(router, d.arrived[i])
		page.Arrived(d.arrived[i], d.arrived[i], &d.seen[i])
	}
	second.Post(page)
	second.Close()
	dir := t.TempDir()
	if err := second.WriteReceipts(dir, "c"); err != nil {
		t.Fatal(err)
	}
	got := query(t, "select concat_ws(' ', exporter, hour_at at time zone 'UTC', missed_records) from read_parquet('"+glob(dir)+"')")
	if diff := cmp.Diff([]string{"192.0.2.1 2026-03-02 13:00:00 60"}, got); diff != "" {
		t.Errorf("receipts (-want +got):\n%s", diff)
	}
}

// What nobody has sent for long is not kept, and what makes no sense in a file
// is said and left out.
func TestNumberingsThatAreNone(t *testing.T) {
	book := account.NewBook(nil)
	d := newDialogue(flow.NetFlow5)
	d.flows(3)
	d.post(book)
	book.Close()
	if got := book.Numberings(d.at.Add(time.Microsecond)); len(got) != 0 {
		t.Errorf("numberings of before: %+v", got)
	}
	good := book.Numberings(d.at)
	if len(good) != 1 {
		t.Fatalf("numberings %+v, want one", good)
	}
	for want, spoil := range map[string]func(*account.Numbering){
		`"csv" has no numbers`:           func(n *account.Numbering) { n.Format = "csv" },
		`netflow5 does not count "eggs"`: func(n *account.Numbering) { n.Counts = "eggs" },
		`is no address with a port`:      func(n *account.Numbering) { n.From = netip.AddrPort{} },
	} {
		bad := good[0]
		spoil(&bad)
		next := account.NewBook(nil)
		err := next.Resume([]account.Numbering{bad, good[0]})
		if err == nil || !strings.Contains(err.Error(), want) || strings.Count(err.Error(), "numbering of") != 1 {
			t.Errorf("error %v, want one with %q", err, want)
		}
		next.Close()
		if diff := cmp.Diff(good, next.Numberings(noon), cmpopts.EquateComparable(netip.AddrPort{}, netip.Addr{})); diff != "" {
			t.Errorf("beside %q (-want +got):\n%s", want, diff)
		}
	}
}
