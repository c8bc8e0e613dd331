package ingest_test

import (
	"context"
	"fmt"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"minewatch/ingest"
	"minewatch/ingest/flow"
	"minewatch/ingest/lake"
	"minewatch/ingest/source"
)

// Two collectors on one lake do not meet: each stores what it received, and
// takes nothing of the other for dead.
func TestTwoCollectorsOnOneLake(t *testing.T) {
	const datagrams = 60
	dir := t.TempDir()
	var (
		both   sync.WaitGroup
		counts [2]flow.Counts
	)
	for i := range counts {
		both.Go(func() {
			o := ingest.CollectOptions{Lake: dir, Name: fmt.Sprintf("collector-%d", i), RotateEvery: 5 * time.Millisecond}
			counts[i] = collect(t, o, func(to netip.AddrPort, stop context.CancelFunc) {
				for n := range datagrams {
					send(t, to, numbered(noon, uint32(i*datagrams+n)))
				}
				stop()
			})
		})
	}
	both.Wait()
	stored := storedNumbers(t, dir)
	if len(stored) != 2*datagrams {
		t.Errorf("records of %d datagrams are stored, want %d", len(stored), 2*datagrams)
	}
	for n, records := range stored {
		if records != loadRecords {
			t.Errorf("datagram %d: %d records stored of %d", n, records, loadRecords)
		}
	}
	for i := range counts {
		if counts[i].RecordsStored != datagrams*loadRecords {
			t.Errorf("collector %d: %s", i, counts[i].String())
		}
	}
	if left := entries(t, dir, "hot"); !cmp.Equal(left, []string{"lock"}) {
		t.Errorf("left in hot: %q", left)
	}
}

// When the clock steps back over midnight, the manifest of the day that had
// begun goes on, and that of the day before is not overwritten.
func TestClockSteppingBack(t *testing.T) {
	dir := t.TempDir()
	midnight := noon.Truncate(24 * time.Hour)
	var now atomic.Int64
	at := func(when time.Time) { now.Store(when.UnixNano()) }
	at(midnight.Add(-time.Second))

	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	done := make(chan struct{})
	_, err := ingest.Collect(ctx, ingest.CollectOptions{
		Lake: dir, Name: "c", Listen: loopback, HeaderTime: true, RotateEvery: 5 * time.Millisecond,
		Now: func() time.Time { return time.Unix(0, now.Load()).UTC() },
		OnListening: func(sockets []source.SocketState) {
			go func() {
				defer close(done)
				defer stop()
				for n, when := range []time.Time{midnight.Add(-time.Second), midnight.Add(time.Second), midnight.Add(-2 * time.Second)} {
					at(when)
					send(t, sockets[0].Address, netflow5(when, 3))
					eventually(t, "it is in a manifest", func() bool { return manifested(dir, "2026-03-01")+manifested(dir, "2026-03-02") == 3*(n+1) })
				}
			}()
		},
	})
	<-done
	if err != nil {
		t.Fatal(err)
	}
	got := []int{manifested(dir, "2026-03-01"), manifested(dir, "2026-03-02")}
	if diff := cmp.Diff([]int{3, 6}, got); diff != "" {
		t.Errorf("records in the manifests of the two days (-want +got):\n%s", diff)
	}
	want := []string{
		"flows/date=2026-03-01/hour=23/c-000001.parquet",
		"flows/date=2026-03-01/hour=23/c-000003.parquet",
		"flows/date=2026-03-02/hour=00/c-000002.parquet",
	}
	if diff := cmp.Diff(want, published(t, dir)); diff != "" {
		t.Errorf("lake files (-want +got):\n%s", diff)
	}
}

// manifested is how many stored records the manifest of a day names.
func manifested(dir, day string) int {
	m, err := lake.ReadManifest(dir, "collect/"+day+"/c.json")
	if m == nil || err != nil {
		return 0
	}
	return int(m.Counts.RecordsStored)
}
