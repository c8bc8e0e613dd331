package source_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"minewatch/ingest/source"
)

var loopback = source.Listen{Scheme: "udp", Host: "127.0.0.1"}

// listen opens a listener on system-chosen ports; stop cancels it.
func listen(tb testing.TB, o source.UDPOptions, addresses ...source.Listen) (l *source.Listener, stop context.CancelFunc) {
	tb.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	l, err := source.ListenUDP(ctx, addresses, o)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		cancel()
		for b := l.Next(); b != nil; b = l.Next() {
			b.Release()
		}
		if err := l.Wait(); err != nil {
			tb.Error(err)
		}
	})
	return l, cancel
}

// dial opens a socket that sends to the i-th socket of l.
func dial(tb testing.TB, l *source.Listener, i int) *net.UDPConn {
	tb.Helper()
	to := l.Sockets()[i].Address
	if to.Addr().IsUnspecified() {
		to = netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), to.Port())
	}
	c, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(to))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { c.Close() })
	return c
}

// send sends n datagrams of the given size that carry their number.
func send(tb testing.TB, c *net.UDPConn, from, n, size int) {
	tb.Helper()
	payload := make([]byte, size)
	for i := from; i < from+n; i++ {
		binary.BigEndian.PutUint32(payload, uint32(i))
		if _, err := c.Write(payload); err != nil {
			tb.Error(err)
			return
		}
	}
}

// received are the datagrams that a test's consumer took, by sender.
type received struct {
	numbers map[netip.AddrPort][]uint32
	bytes   int64
	n       int64
}

func (r *received) add(tb testing.TB, b *source.Batch) {
	tb.Helper()
	if r.numbers == nil {
		r.numbers = map[netip.AddrPort][]uint32{}
	}
	for _, d := range b.Datagrams {
		r.numbers[d.From] = append(r.numbers[d.From], binary.BigEndian.Uint32(d.Payload))
		r.bytes += int64(len(d.Payload))
		r.n++
		if age := time.Since(d.Received); age < 0 || age > time.Minute || d.Received.Location() != time.UTC {
			tb.Errorf("received at %v, which is %v ago", d.Received, age)
		}
	}
	b.Release()
}

// all takes the rest after a stop.
func (r *received) all(tb testing.TB, l *source.Listener) {
	tb.Helper()
	for b := l.Next(); b != nil; b = l.Next() {
		r.add(tb, b)
	}
	if err := l.Wait(); err != nil {
		tb.Error(err)
	}
}

// TestListenerDeliversInOrder sends from several sockets to several, stops at
// once, and expects every datagram: those that are still in the kernel too.
func TestListenerDeliversInOrder(t *testing.T) {
	const senders, each, size = 8, 500, 600
	for _, sockets := range []int{1, 3} {
		t.Run(fmt.Sprintf("%d sockets", sockets), func(t *testing.T) {
			l, stop := listen(t, source.UDPOptions{Sockets: sockets, ReceiveBuffer: 8 << 20}, loopback, source.Listen{Scheme: "sflow"})
			if n := len(l.Sockets()); n != 2*sockets {
				t.Fatalf("%d sockets, want %d", n, 2*sockets)
			}
			// A fifth of what is sent is taken before the stop, so that neither
			// way of delivery is left out.
			var got received
			var froms []netip.AddrPort
			for i := range senders {
				c := dial(t, l, i%2*sockets)
				froms = append(froms, c.LocalAddr().(*net.UDPAddr).AddrPort())
				for part := range 5 {
					send(t, c, part*each/5, each/5, size)
					if part == 0 {
						got.add(t, l.Next())
					}
				}
			}
			stop()
			got.all(t, l)
			counts := l.Counts()
			if lost := senders*each - int(got.n); lost != 0 && int64(lost) != counts.KernelDropped {
				t.Fatalf("%d of %d datagrams missing; %+v", lost, senders*each, counts)
			}
			if counts.Datagrams != got.n || counts.Bytes != got.bytes || counts.QueueDropped != 0 || counts.Truncated != 0 {
				t.Errorf("%d datagrams and %d bytes received, but counts %+v", got.n, got.bytes, counts)
			}
			for _, from := range froms {
				numbers := got.numbers[from]
				for i := 1; i < len(numbers); i++ {
					if numbers[i] <= numbers[i-1] {
						t.Fatalf("from %v: datagram %d after %d", from, numbers[i], numbers[i-1])
					}
				}
				if len(numbers) == 0 {
					t.Errorf("nothing from %v", from)
				}
			}
		})
	}
}

func TestListenerTruncates(t *testing.T) {
	l, stop := listen(t, source.UDPOptions{MaxDatagram: 100}, loopback)
	c := dial(t, l, 0)
	send(t, c, 1, 1, 100)
	send(t, c, 2, 1, 101)
	if _, err := c.Write(nil); err != nil {
		t.Fatal(err)
	}
	stop()
	var sizes []string
	for b := l.Next(); b != nil; b = l.Next() {
		for _, d := range b.Datagrams {
			sizes = append(sizes, fmt.Sprint(len(d.Payload), d.Truncated, d.To == l.Sockets()[0].Address))
		}
		b.Release()
	}
	if got, want := strings.Join(sizes, "; "), "100 false true; 100 true true; 0 false true"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if n := l.Counts().Truncated; n != 1 {
		t.Errorf("truncated %d, want 1", n)
	}
}

func TestListenerLargestDatagram(t *testing.T) {
	l, stop := listen(t, source.UDPOptions{}, loopback)
	send(t, dial(t, l, 0), 7, 1, 65507)
	stop()
	var got received
	got.all(t, l)
	if got.bytes != 65507 || l.Counts().Truncated != 0 {
		t.Errorf("%d bytes, counts %+v", got.bytes, l.Counts())
	}
}

// TestListenerQueueFull has no consumer until everything is sent: what has no
// room is dropped and counted, and the rest still comes.
func TestListenerQueueFull(t *testing.T) {
	const n, size = 4000, 1000
	l, stop := listen(t, source.UDPOptions{QueueBytes: 1, ReceiveBuffer: 16 << 20}, loopback)
	c := dial(t, l, 0)
	for sent := 0; sent < n; sent += 100 {
		send(t, c, sent, 100, size)
	}
	await(t, func() bool { counts := l.Counts(); return counts.QueueDropped > 0 })
	stop()
	var got received
	got.all(t, l)
	counts := l.Counts()
	if counts.Datagrams+counts.KernelDropped != n || got.n+counts.QueueDropped != counts.Datagrams ||
		counts.QueueDroppedBytes != counts.QueueDropped*size || got.n == 0 {
		t.Errorf("of %d, %d delivered, counts %+v", n, got.n, counts)
	}
}

// TestListenerConsumerGone stops a listener that nobody reads.
func TestListenerConsumerGone(t *testing.T) {
	l, stop := listen(t, source.UDPOptions{QueueBytes: 1, DrainTimeout: time.Millisecond}, loopback)
	send(t, dial(t, l, 0), 0, 1000, 1000)
	stop()
	if err := l.Wait(); err != nil {
		t.Fatal(err)
	}
	if counts := l.Counts(); counts.Datagrams != counts.QueueDropped || counts.Datagrams == 0 {
		t.Errorf("counts %+v, want all dropped", counts)
	}
}

// TestListenerKernelDrops overruns a small receive buffer. Whether it
// overflows is the scheduler's choice, but nothing may be lost uncounted.
func TestListenerKernelDrops(t *testing.T) {
	const n = 20_000
	l, stop := listen(t, source.UDPOptions{ReceiveBuffer: 4096}, loopback)
	go func() {
		defer stop()
		c := dial(t, l, 0)
		send(t, c, 0, n, 1000)
	}()
	var got received
	got.all(t, l)
	counts := l.Counts()
	t.Logf("%+v", counts)
	if got.n+counts.KernelDropped+counts.QueueDropped != n {
		t.Errorf("of %d datagrams %d delivered, counts %+v", n, got.n, counts)
	}
}

func TestListenerWarnsOfCappedBuffer(t *testing.T) {
	var log bytes.Buffer
	// No system gives as much: the kernel's limit is half of it.
	l, _ := listen(t, source.UDPOptions{ReceiveBuffer: 1<<31 - 1, Logger: slog.New(slog.NewTextHandler(&log, nil))}, loopback)
	state := l.Sockets()[0]
	if state.BufferGot <= 0 || state.BufferGot >= state.BufferAsked {
		t.Errorf("state %+v", state)
	}
	if s := log.String(); !strings.Contains(s, "remedy=\"sysctl -w net.core.rmem_max=2147483647\"") {
		t.Errorf("log %q", s)
	}
}

func TestListenErrors(t *testing.T) {
	l, _ := listen(t, source.UDPOptions{}, loopback)
	taken := loopback
	taken.Port = l.Sockets()[0].Address.Port()
	for name, tt := range map[string]struct {
		addresses []source.Listen
		options   source.UDPOptions
		want      string
	}{
		"nothing":         {nil, source.UDPOptions{}, "listen: no address: write netflow://:2055"},
		"taken":           {[]source.Listen{loopback, taken}, source.UDPOptions{}, "perhaps another collector (ss -ulpn shows which)"},
		"taken, shared":   {[]source.Listen{taken}, source.UDPOptions{Sockets: 2}, "another program receives there"},
		"not ours":        {[]source.Listen{{Scheme: "udp", Host: "192.0.2.1"}}, source.UDPOptions{}, "no address of this machine"},
		"negative buffer": {[]source.Listen{loopback}, source.UDPOptions{ReceiveBuffer: -1}, "must not be negative"},
	} {
		_, err := source.ListenUDP(context.Background(), tt.addresses, tt.options)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want one with %q", name, err, tt.want)
		}
	}
}

// await polls until done; that takes microseconds, or the test fails.
func await(tb testing.TB, done func() bool) {
	tb.Helper()
	tick, timeout := time.NewTicker(time.Millisecond), time.After(10*time.Second)
	defer tick.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-timeout:
			tb.Fatal("nothing happened for 10 s")
		}
	}
}
