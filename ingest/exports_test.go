package ingest_test

import (
	"bytes"
	"encoding/binary"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
)

// noon is when the traffic of these tests was sent.
var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func clock() time.Time { return noon.Add(time.Hour) }

// netflow5 is a NetFlow v5 datagram of n flows, sent at the given time by a
// router that is up for an hour and samples 1 in 100.
func netflow5(sent time.Time, n int) []byte {
	var b bytes.Buffer
	put := func(values ...any) {
		for _, v := range values {
			_ = binary.Write(&b, binary.BigEndian, v) // a buffer takes everything
		}
	}
	uptime := uint32(time.Hour / time.Millisecond)
	put(uint16(5), uint16(n), uptime, uint32(sent.Unix()), uint32(sent.Nanosecond()), uint32(0), uint8(0), uint8(7), uint16(1<<14|100))
	for i := range n {
		put([4]byte{10, 0, 0, byte(i)}, [4]byte{203, 0, 113, 9}, [4]byte{}, uint16(1), uint16(2), // addresses, interfaces
			uint32(10), uint32(1500), uptime-9000, uptime-1000, // packets, bytes, first, last
			uint16(40000+i), uint16(3333), uint8(0), uint8(0x1b), uint8(6), uint8(0), uint16(0), uint16(64512), uint8(24), uint8(24), uint16(0))
	}
	return b.Bytes()
}

// capture is a pcap of UDP payloads that exporter sent, a second apart from
// noon on.
func capture(t *testing.T, exporter string, payloads ...[]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := pcapgo.NewWriterNanos(&b)
	if err := w.WriteFileHeader(65535, layers.LinkTypeEthernet); err != nil {
		t.Fatal(err)
	}
	for i, payload := range payloads {
		ip := &layers.IPv4{Version: 4, TTL: 64, Protocol: layers.IPProtocolUDP, SrcIP: net.ParseIP(exporter).To4(), DstIP: net.IPv4(10, 255, 0, 1).To4()}
		udp := &layers.UDP{SrcPort: 50000, DstPort: 2055}
		if err := udp.SetNetworkLayerForChecksum(ip); err != nil {
			t.Fatal(err)
		}
		mac := net.HardwareAddr{2, 0, 0, 0, 0, 1}
		frame := gopacket.NewSerializeBuffer()
		err := gopacket.SerializeLayers(frame, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true},
			&layers.Ethernet{SrcMAC: mac, DstMAC: mac, EthernetType: layers.EthernetTypeIPv4}, ip, udp, gopacket.Payload(payload))
		if err != nil {
			t.Fatal(err)
		}
		info := gopacket.CaptureInfo{Timestamp: noon.Add(time.Duration(i) * time.Second), CaptureLength: len(frame.Bytes()), Length: len(frame.Bytes())}
		if err := w.WritePacket(info, frame.Bytes()); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

const flowLog = `started_at,ended_at,src,dst,src_port,dst_port,proto,bytes,packets
2026-03-02T12:00:00Z,2026-03-02T12:01:00Z,10.0.0.1,203.0.113.9,40000,3333,6,1500,10
2026-03-02T12:02:00Z,2026-03-02T13:01:00Z,203.0.113.9,10.0.0.1,3333,40000,6,900,9
`

const badRow = "2026-03-02T12:00:00Z,2026-03-02T12:01:00Z,not-an-address,203.0.113.9,40000,3333,6,1500,10\n"

func writeFile(t *testing.T, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// send sends the payloads to a collector on loopback.
func send(t *testing.T, to netip.AddrPort, payloads ...[]byte) {
	t.Helper()
	conn, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(to))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for _, p := range payloads {
		if _, err := conn.Write(p); err != nil {
			t.Fatal(err)
		}
	}
}

// netflow9 is a NetFlow v9 datagram of one set: the template 256 with
// addresses, ports, protocol, bytes and packets, or a record of it.
func netflow9(sent time.Time, template bool) []byte {
	var set bytes.Buffer
	put := func(b *bytes.Buffer, values ...any) {
		for _, v := range values {
			_ = binary.Write(b, binary.BigEndian, v) // a buffer takes everything
		}
	}
	if template {
		put(&set, uint16(256), uint16(7), [14]uint16{8, 4, 12, 4, 7, 2, 11, 2, 4, 1, 1, 4, 2, 4})
	} else {
		put(&set, [4]byte{10, 0, 0, 1}, [4]byte{203, 0, 113, 9}, uint16(40000), uint16(3333), uint8(6), uint32(1500), uint32(10))
	}
	id := uint16(256)
	if template {
		id = 0
	}
	var b bytes.Buffer
	put(&b, uint16(9), uint16(1), uint32(3_600_000), uint32(sent.Unix()), uint32(0), uint32(7), id, uint16(4+set.Len()), set.Bytes())
	return b.Bytes()
}
