package replay_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"minewatch/cmd/flowgen/internal/capture"
	"minewatch/cmd/flowgen/internal/replay"
	"minewatch/cmd/flowgen/internal/wire"
)

// record makes a capture of an exporter that exports one record a minute, and
// returns how many datagrams there are.
func record(t *testing.T, exporter string, records int) (_ []byte, datagrams int64) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.pcap")
	w, err := capture.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	from := netip.MustParseAddrPort(exporter + ":50001")
	e, err := wire.NewExporter(wire.Spec{Format: wire.NetFlow9, Sampling: 1}, func(d wire.Datagram) error {
		datagrams++
		return w.Write(d.At, from, netip.MustParseAddrPort("127.0.0.1:2055"), d.Payload)
	})
	if err != nil {
		t.Fatal(err)
	}
	for i := range records {
		at := int64(1+i) * 60_000
		r := wire.Record{Export: at, First: at, Last: at, Src: from.Addr(), Dst: from.Addr(), Packets: 1, Bytes: 40}
		if err := e.Write(&r); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(e.Flush(), w.Close()); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b, datagrams
}

func TestSend(t *testing.T) {
	socket, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	one, n1 := record(t, "127.0.0.11", 20)
	two, n2 := record(t, "10.255.0.7", 10)
	target := socket.LocalAddr().(*net.UDPAddr).AddrPort()
	sent, err := replay.Send(context.Background(), replay.Options{Target: target, Rate: 100_000}, []io.Reader{bytes.NewReader(one), bytes.NewReader(two)})
	if err != nil {
		if strings.Contains(err.Error(), "other systems need an alias") {
			t.Skip("this system has only 127.0.0.1")
		}
		t.Fatal(err)
	}
	if len(sent) != 2 || sent[0].Records != 20 || sent[1].Records != 10 || sent[0].Datagrams != n1 || sent[1].Datagrams != n2 {
		t.Fatalf("sent %+v, want 20 records in %d datagrams and 10 in %d", sent, n1, n2)
	}
	got := map[netip.Addr]int64{}
	buf := make([]byte, 2048)
	for range n1 + n2 {
		if err := socket.SetReadDeadline(time.Now().Add(5 * time.Second)); err != nil {
			t.Fatal(err)
		}
		_, from, err := socket.ReadFromUDPAddrPort(buf)
		if err != nil {
			t.Fatal(err)
		}
		got[from.Addr().Unmap()]++
	}
	if got[netip.MustParseAddr("127.0.0.11")] != n1 || got[netip.MustParseAddr("127.255.0.7")] != n2 {
		t.Errorf("received %v, want %d from 127.0.0.11 and %d from 127.255.0.7", got, n1, n2)
	}
}

func TestSendRefuses(t *testing.T) {
	good, _ := record(t, "127.0.0.11", 1)
	local := netip.MustParseAddrPort("127.0.0.1:9")
	for name, c := range map[string]struct {
		o    replay.Options
		in   []byte
		want error
	}{
		"remote target": {replay.Options{Target: netip.MustParseAddrPort("192.0.2.1:2055"), Rate: 1}, good, replay.ErrRemote},
		"not a capture": {replay.Options{Target: local, Rate: 1}, []byte("text, and not a capture of anything"), capture.ErrNotOurs},
	} {
		if _, err := replay.Send(context.Background(), c.o, []io.Reader{bytes.NewReader(c.in)}); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	for name, o := range map[string]replay.Options{"no target": {Rate: 1}, "no port": {Target: netip.MustParseAddrPort("127.0.0.1:0"), Rate: 1}, "no rate": {Target: local}} {
		if o.Check() == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestSendIsInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	good, _ := record(t, "127.0.0.11", 1)
	_, err := replay.Send(ctx, replay.Options{Target: netip.MustParseAddrPort("127.0.0.1:9"), Rate: 1}, []io.Reader{bytes.NewReader(good)})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want Canceled", err)
	}
}
