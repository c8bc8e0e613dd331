package decode_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/netsampler/goflow2/v2/decoders/sflow"

	"minewatch/ingest/decode"
	"minewatch/ingest/flow"
	"minewatch/ingest/source"
)

// byGopacket is what gopacket's layers say of a header, as far as they come:
// a layer that the header cuts short is none to it. It stops where the packet
// enters a tunnel, as we do.
func byGopacket(kind uint32, header []byte) (r flow.Record, transport bool) {
	first := map[uint32]gopacket.Decoder{1: layers.LayerTypeEthernet, 7: layers.LayerTypePPP, 11: layers.LayerTypeIPv4, 12: layers.LayerTypeIPv6, 13: layers.LayerTypeMPLS}[kind]
	if first == nil || len(header) == 0 || (kind == 11 || kind == 12) && header[0]>>4 != map[uint32]byte{11: 4, 12: 6}[kind] {
		return r, false
	}
	network := false
	for _, layer := range gopacket.NewPacket(header, first, gopacket.NoCopy).Layers() {
		if len(layer.LayerContents()) == 0 {
			return r, false // cut short
		}
		switch l := layer.(type) {
		case gopacket.NetworkLayer:
			src, ok := netip.AddrFromSlice(l.NetworkFlow().Src().Raw())
			dst, _ := netip.AddrFromSlice(l.NetworkFlow().Dst().Raw())
			if network || !ok { // a tunnel
				return r, false
			}
			network, r.Src, r.Dst = true, flow.AddrFrom(src), flow.AddrFrom(dst)
		case gopacket.TransportLayer:
			ports := l.TransportFlow()
			r.SrcPort = int32(binary.BigEndian.Uint16(ports.Src().Raw()))
			r.DstPort = int32(binary.BigEndian.Uint16(ports.Dst().Raw()))
			if _, ok := l.(*layers.TCP); ok {
				r.TCPFlags = int16(binary.BigEndian.Uint16(layer.LayerContents()[12:]) & 0x0fff)
			}
			return r, network
		case *layers.ICMPv4:
			r.DstPort = int32(l.TypeCode)
			return r, network
		case *layers.ICMPv6:
			r.DstPort = int32(l.TypeCode)
			return r, network
		}
	}
	return r, false
}

// sameAsGopacket holds our reading of a sampled header against gopacket's.
func sameAsGopacket(tb testing.TB, d *decode.Decoder, kind uint32, header []byte) (addresses, transport bool) {
	tb.Helper()
	want, transport := byGopacket(kind, header)
	if want.Src == (flow.Addr{}) && want.Dst == (flow.Addr{}) {
		return false, false
	}
	got := d.Decode(router, now, sflow5(flowSample(rawHeader(kind, 1518, header))), nil)
	if len(got) != 1 || got[0].Src != want.Src || got[0].Dst != want.Dst {
		tb.Fatalf("header % x of kind %d: %+v, want %s to %s", header, kind, got, want.Src, want.Dst)
	}
	if g := got[0]; transport && (g.SrcPort != want.SrcPort || g.DstPort != want.DstPort || g.TCPFlags != want.TCPFlags) {
		tb.Fatalf("header % x of kind %d: ports %d to %d, flags %#x, want %d to %d, %#x",
			header, kind, g.SrcPort, g.DstPort, g.TCPFlags, want.SrcPort, want.DstPort, want.TCPFlags)
	}
	return true, transport
}

// TestPacketsAsGopacket has the same seed every time.
func TestPacketsAsGopacket(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 826))
	d := decode.New(decode.Options{})
	addresses, transports := 0, 0
	for range 20_000 {
		kind, header := randomPacket(rng)
		a, tr := sameAsGopacket(t, d, kind, header)
		addresses, transports = addresses+count(a), transports+count(tr)
	}
	if addresses < 6000 || transports < 1500 {
		t.Errorf("of 20000 headers only %d had addresses and %d ports", addresses, transports)
	}
}

// TestPacketsOfCaptures compares on the headers that real agents sampled, cut as
// they are, which goflow2 finds in their datagrams.
func TestPacketsOfCaptures(t *testing.T) {
	shared := os.Getenv("MINEWATCH_SHARED")
	if shared == "" {
		t.Skip("MINEWATCH_SHARED is not set: the real captures are not part of this repository, so NOTHING was compared")
	}
	paths, err := filepath.Glob(filepath.Join(shared, "captures", "cases", "*[sS][fF]low*"))
	if err != nil {
		t.Fatal(err)
	}
	d := decode.New(decode.Options{})
	addresses, transports := 0, 0
	for _, path := range paths {
		for _, h := range sampledHeaders(t, path) {
			a, tr := sameAsGopacket(t, d, h.Protocol, h.HeaderData[:min(int(h.OriginalLength), len(h.HeaderData))])
			addresses, transports = addresses+count(a), transports+count(tr)
		}
	}
	if addresses < 20 || transports < 20 {
		t.Errorf("of the headers in %d captures only %d had addresses and %d ports", len(paths), addresses, transports)
	}
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}

// sampledHeaders are the headers in the sFlow datagrams of a capture.
func sampledHeaders(t *testing.T, path string) (headers []sflow.SampledHeader) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	capture, err := source.OpenCapture(f)
	if err != nil {
		t.Fatal(err)
	}
	for {
		g, err := capture.Next()
		if errors.Is(err, io.EOF) {
			return headers
		}
		if err != nil {
			t.Fatal(err)
		}
		var p sflow.Packet
		if sflow.DecodeMessageVersion(bytes.NewBuffer(g.Payload), &p) != nil {
			continue
		}
		for _, s := range p.Samples {
			var records []sflow.FlowRecord
			switch s := s.(type) {
			case sflow.FlowSample:
				records = s.Records
			case sflow.ExpandedFlowSample:
				records = s.Records
			}
			for _, r := range records {
				if h, ok := r.Data.(sflow.SampledHeader); ok {
					headers = append(headers, h)
				}
			}
		}
	}
}
