package ingest_test

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"minewatch/ingest"
	"minewatch/ingest/policy"
)

// fault is a time in which the lake could not be written.
type fault struct{ from, to time.Time }

// A collector under load whose disk is full, or read-only, again and again, and
// whose policy is exchanged all the while, loses only what the disk refused, and
// counts it; everything else is stored once.
func TestCollectUnderFaults(t *testing.T) {
	dir := t.TempDir()
	defer mount(t, "tmpfs", dir, "tmpfs", 0, "size=256m")()
	router := netip.MustParsePrefix("127.0.0.1/32")
	rules := [2]policy.Rules{
		{Exporters: []policy.Exporter{{Prefix: router, Sampling: 1, Boundary: []uint32{1}}}},
		{Exporters: []policy.Exporter{{Prefix: router, Sampling: 2, Boundary: []uint32{2}}}},
	}
	live := policy.NewLive(rules[0])
	var (
		l       = load{only5: true}
		faults  []fault
		kinds   [2]int
		reloads int
	)
	// The end of a fault is met by the next flush, and by the next rotation.
	const flush, rotate = 200 * time.Millisecond, 300 * time.Millisecond
	o := ingest.CollectOptions{Lake: dir, Policy: live, FlushEvery: flush, RotateEvery: rotate, Now: time.Now}
	long := soak(t, 2*time.Second)
	counts := collectFor(t, long+time.Minute, o, func(to netip.AddrPort, stop context.CancelFunc) {
		defer stop()
		conn, err := net.Dial("udp", to.String())
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		l.aim(conn)
		ctx, end := context.WithCancel(t.Context())
		var others sync.WaitGroup
		others.Go(func() { l.run(ctx, 2*time.Millisecond) })
		others.Go(func() {
			for ; ctx.Err() == nil; reloads++ {
				live.Set(rules[reloads%2])
				time.Sleep(5 * time.Millisecond)
			}
		})
		for begun := time.Now(); time.Since(begun) < long; {
			time.Sleep(2*rotate + time.Duration(rand.IntN(400))*time.Millisecond)
			kind := rand.IntN(2)
			from := time.Now()
			lift := []func(*testing.T, string) func(){fillDisk, makeReadOnly}[kind](t, dir)
			time.Sleep(time.Duration(100+rand.IntN(900)) * time.Millisecond)
			lift()
			faults = append(faults, fault{from, time.Now()})
			kinds[kind]++
		}
		time.Sleep(2 * rotate)
		end()
		others.Wait()
	})

	stored, records, beyond := storedNumbers(t, dir), 0, 0
	for n, at := range l.sent {
		got := stored[uint32(n)] //nolint:gosec // far fewer
		records += got
		if got > loadRecords {
			t.Errorf("datagram %d: %d records stored of %d", n, got, loadRecords)
		}
		inFault := false
		for _, f := range faults { // what waited for a flush may be hit, and what came before the next one noticed the end
			inFault = inFault || at.After(f.from.Add(-2*flush)) && at.Before(f.to.Add(2*flush))
		}
		if got < loadRecords && !inFault {
			beyond += loadRecords - got
		}
	}
	if beyond > 0 {
		t.Errorf("%d records lost outside of the faults", beyond)
	}
	if int64(records) != counts.RecordsStored || counts.RecordsStored+counts.RecordsDisk != int64(len(l.sent)*loadRecords) || counts.RecordsPending > 0 {
		t.Errorf("%d flows sent, the lake holds %d; %s", len(l.sent)*loadRecords, records, counts.String())
	}
	if counts.DatagramsKernel+counts.DatagramsQueue+counts.DatagramsNotAllowed > 0 {
		t.Errorf("datagrams lost: %s, %d dropped by the kernel", counts.String(), counts.DatagramsKernel)
	}
	t.Logf("soak: the disk full %d times and read-only %d times, the policy exchanged %d times; %d flows sent, %d stored, %d refused by the disk and counted, 0 lost otherwise; %d files, none damaged",
		kinds[0], kinds[1], reloads, len(l.sent)*loadRecords, records, counts.RecordsDisk, len(published(t, dir)))
}

// fillDisk leaves no byte free.
func fillDisk(t *testing.T, dir string) (lift func()) {
	t.Helper()
	path := filepath.Join(dir, "filler")
	filler, err := os.Create(path)
	if err != nil {
		t.Error(err)
		return func() {}
	}
	defer filler.Close()
	if _, err := io.CopyBuffer(filler, zeros{}, make([]byte, 64<<10)); !errors.Is(err, unix.ENOSPC) {
		t.Errorf("filling the disk: %v", err)
	}
	return func() {
		if err := os.Remove(path); err != nil {
			t.Error(err)
		}
	}
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { return len(b), nil }

// makeReadOnly lets nothing new be made in the folder.
func makeReadOnly(t *testing.T, dir string) (lift func()) {
	t.Helper()
	unmount := mount(t, dir, dir, "", unix.MS_BIND, "")
	if err := unix.Mount("", dir, "", unix.MS_BIND|unix.MS_REMOUNT|unix.MS_RDONLY, ""); err != nil {
		t.Error(err)
	}
	return unmount
}
