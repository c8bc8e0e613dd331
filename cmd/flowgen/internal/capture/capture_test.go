package capture_test

import (
	"bytes"
	"errors"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"

	"minewatch/cmd/flowgen/internal/capture"
)

var (
	from = netip.MustParseAddrPort("10.255.0.3:50003")
	to   = netip.MustParseAddrPort("10.255.0.200:2055")
)

// write makes a capture of the payloads, a second apart, and returns its bytes.
func write(tb testing.TB, payloads ...string) []byte {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "x.pcap")
	w, err := capture.Create(path)
	if err != nil {
		tb.Fatal(err)
	}
	for i, p := range payloads {
		if err := w.Write(1_762_617_600_123+int64(i)*1000, from, to, []byte(p)); err != nil {
			tb.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

func TestRoundTrip(t *testing.T) {
	r, err := capture.NewReader(bytes.NewReader(write(t, "one", "two two")))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"one", "two two"} {
		d, err := r.Next()
		if err != nil {
			t.Fatal(err)
		}
		if d.At != 1_762_617_600_123+int64(i)*1000 || d.From != from || string(d.Payload) != want {
			t.Errorf("datagram %d: %+v %q", i, d, d.Payload)
		}
	}
	if _, err := r.Next(); !errors.Is(err, io.EOF) {
		t.Errorf("at the end: %v, want EOF", err)
	}
}

func TestFramesAreValid(t *testing.T) {
	b := write(t, "payload")
	p := gopacket.NewPacket(b[24+16:], layers.LayerTypeEthernet, gopacket.Default)
	if e := p.ErrorLayer(); e != nil {
		t.Fatal(e.Error())
	}
	ip := p.NetworkLayer().(*layers.IPv4)
	udp := p.TransportLayer().(*layers.UDP)
	got := []string{ip.SrcIP.String(), ip.DstIP.String(), udp.SrcPort.String(), string(udp.Payload)}
	if diff := cmp.Diff([]string{"10.255.0.3", "10.255.0.200", "50003", "payload"}, got); diff != "" {
		t.Error(diff)
	}
	checksum := ip.Checksum
	out := gopacket.NewSerializeBuffer()
	if err := ip.SerializeTo(out, gopacket.SerializeOptions{ComputeChecksums: true}); err != nil {
		t.Fatal(err)
	}
	if checksum != ip.Checksum {
		t.Errorf("IPv4 checksum %04x, want %04x", checksum, ip.Checksum)
	}
}

func TestReaderRefuses(t *testing.T) {
	if _, err := capture.NewReader(bytes.NewReader([]byte("not a capture at all, just text"))); !errors.Is(err, capture.ErrNotOurs) {
		t.Errorf("text: %v, want ErrNotOurs", err)
	}
	cut := write(t, "payload")
	r, err := capture.NewReader(bytes.NewReader(cut[:len(cut)-3]))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Next(); !errors.Is(err, capture.ErrNotOurs) {
		t.Errorf("cut frame: %v, want ErrNotOurs", err)
	}
}

func FuzzReader(f *testing.F) {
	f.Add(write(f, "one", "two"))
	f.Add(write(f)[:24])
	f.Fuzz(func(_ *testing.T, b []byte) {
		r, err := capture.NewReader(bytes.NewReader(b))
		for err == nil {
			_, err = r.Next()
		}
	})
}
