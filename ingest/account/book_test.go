package account_test

import (
	"fmt"
	"net/netip"
	"sync"
	"testing"
	"time"

	"minewatch/ingest/account"
	"minewatch/ingest/flow"
)

// post enters n datagrams of 10 records each.
func post(b *account.Book, exporter netip.Addr, at time.Time, n int64) {
	page := account.NewPage()
	page.Entry(exporter, at).AddChange(&flow.Counts{
		Datagrams: n, DatagramsDecoded: n, DatagramBytes: 100 * n, Records: 10 * n, RecordsMalformed: n,
	}, &flow.Counts{})
	b.Post(page)
}

// Goroutines post, settle and read at once; in the end all of it adds up, by
// exporter and together.
func TestBookAddsUp(t *testing.T) {
	const goroutines, posts = 4, 50
	book := account.NewBook(nil)
	var all sync.WaitGroup
	for g := range goroutines {
		all.Go(func() {
			exporter := netip.AddrFrom4([4]byte{192, 0, 2, byte(g)})
			for i := range posts {
				post(book, exporter, noon.Add(time.Duration(i)*30*time.Minute), 1)
				book.PostUnseen(noon, account.Unseen{Queue: 5, QueueBytes: 500, Kernel: 3})
				if i%2 == 0 {
					book.Settle(account.Key{Hour: account.HourOf(noon), Exporter: exporter}, 1, account.Disk)
				}
				for _, total := range book.Totals() {
					if err := total.Check(); err != nil {
						t.Errorf("%s: %v", total.Exporter, err)
					}
				}
			}
		})
	}
	all.Wait()
	book.SettleAll(account.Stored)

	sum := book.Sum()
	if err := sum.Check(); err != nil {
		t.Error(err)
	}
	want := "datagrams: received 205 = decoded 200 + queue 5; records: received 2000 = stored 1700 + malformed 200 + disk 100"
	if got := sum.String(); got != want {
		t.Errorf("sum\n got %s\nwant %s", got, want)
	}
	if sum.DatagramsKernel != 3 || len(book.Totals()) != goroutines+1 {
		t.Errorf("%d dropped by the kernel, %d accounts; want 3 and one for each goroutine and Others", sum.DatagramsKernel, len(book.Totals()))
	}
}

// Forged senders cannot make the books grow; nothing is lost from them either.
func TestBookOfTooManyExporters(t *testing.T) {
	book := account.NewBook(nil)
	const exporters = 5000
	for i := range exporters {
		post(book, netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}), noon, 1)
	}
	book.SettleAll(account.Stored)
	totals := book.Totals()
	if len(totals) > 4097 || totals[0].Exporter != account.Others {
		t.Errorf("%d accounts, the first of %s; want 4096 and Others", len(totals), totals[0].Exporter)
	}
	if sum := book.Sum(); sum.RecordsStored != 9*exporters {
		t.Errorf("%d records stored, want %d", sum.RecordsStored, 9*exporters)
	}
}

// The clock of an exporter is told by what it says and when that arrived.
func TestBookClock(t *testing.T) {
	book, d := account.NewBook(nil), newDialogue(flow.NetFlow9)
	d.flows(3)
	page := account.NewPage()
	for i, ahead := range []time.Duration{-time.Second, time.Minute, 2 * time.Second} {
		page.Entry(router, noon)
		d.seen[i].Sent = d.arrived[i].Add(ahead)
		page.Arrived(noon, d.arrived[i], &d.seen[i])
	}
	book.Post(page)
	want := account.Clock{Known: true, Last: 2 * time.Second, Min: -time.Second, Max: time.Minute}
	if got := book.Totals()[0].Clock; got != want {
		t.Errorf("clock %+v, want %+v", got, want)
	}
}

// BenchmarkPost is what the accounting costs a datagram of an exporter that
// takes turns with others.
func BenchmarkPost(b *testing.B) {
	for _, exporters := range []int{1, 100} {
		b.Run(fmt.Sprint(exporters), func(b *testing.B) {
			book, page, d := account.NewBook(nil), account.NewPage(), newDialogue(flow.NetFlow9)
			d.flows(1)
			before, now := flow.Counts{}, flow.Counts{Datagrams: 1, Records: 24}
			s := d.seen[0]
			for i := 0; b.Loop(); i++ {
				exporter := netip.AddrFrom4([4]byte{10, 0, 0, byte(i % exporters)})
				page.Entry(exporter, noon).AddChange(&now, &before)
				s.Sequence, s.Stream.From = uint32(i/exporters), netip.AddrPortFrom(exporter, 2055)
				page.Arrived(noon, noon.Add(time.Duration(i)*10*time.Microsecond), &s)
				if i%170 == 0 {
					book.Post(page)
				}
			}
		})
	}
}
