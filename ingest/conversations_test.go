package ingest_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
)

const (
	conversationLength = 2000 // ms, of all conversations
	clockError         = 1000 // ms: headers say whole seconds
)

// conversations is a capture of some hundred conversations at once: over TCP, UDP and
// ICMP, and one in three of them over IPv6 if that is wanted.
func conversations(t *testing.T, begun time.Time, ipv6 bool) string {
	t.Helper()
	const hosts, packets = 307, 20 // one in ten packets is of any of them
	var file bytes.Buffer
	w := pcapgo.NewWriter(&file)
	if err := w.WriteFileHeader(65535, layers.LinkTypeEthernet); err != nil {
		t.Fatal(err)
	}
	for n := range packets {
		for host := range hosts {
			frame := packetOf(t, host, n%3 == 0, ipv6 && host%3 == 0, 1+(host*packets+n*7)%900)
			at := begun.Add(time.Duration((n*hosts+host)*conversationLength/hosts/packets) * time.Millisecond)
			if err := w.WritePacket(gopacket.CaptureInfo{Timestamp: at, CaptureLength: len(frame), Length: len(frame)}, frame); err != nil {
				t.Fatal(err)
			}
		}
	}
	return writeFile(t, "our.pcap", file.Bytes())
}

// packetOf is a packet of the conversation of a host with a server.
func packetOf(t *testing.T, host int, answer, ipv6 bool, size int) []byte {
	t.Helper()
	var (
		kind    = host % 10
		client  = netip.AddrFrom4([4]byte{10, 0, byte(host >> 8), byte(host)})
		server  = netip.MustParseAddr("203.0.113.9")
		proto   = map[bool]layers.IPProtocol{true: layers.IPProtocolTCP, false: layers.IPProtocolUDP}[kind > 1]
		network gopacket.NetworkLayer
		content []gopacket.SerializableLayer
	)
	if ipv6 {
		client = netip.AddrFrom16([16]byte{0x20, 0x01, 0x0d, 0xb8, 14: byte(host >> 8), 15: byte(host)})
		server = netip.MustParseAddr("2001:db8:7::9")
	} else if kind == 0 {
		proto = layers.IPProtocolICMPv4
	}
	sport, dport := uint16(40000+host), uint16(3333) //nolint:gosec // a port
	if answer {
		client, server, sport, dport = server, client, dport, sport
	}
	mac := net.HardwareAddr{2, 0, 0, 0, 0, 1}
	ethernet := &layers.Ethernet{SrcMAC: mac, DstMAC: mac, EthernetType: layers.EthernetTypeIPv4}
	if ipv6 {
		ethernet.EthernetType = layers.EthernetTypeIPv6
		ip := &layers.IPv6{Version: 6, HopLimit: 64, NextHeader: proto, SrcIP: client.AsSlice(), DstIP: server.AsSlice()}
		network, content = ip, append(content, ethernet, ip)
	} else {
		ip := &layers.IPv4{Version: 4, TTL: 64, Protocol: proto, SrcIP: client.AsSlice(), DstIP: server.AsSlice()}
		network, content = ip, append(content, ethernet, ip)
	}
	switch proto {
	case layers.IPProtocolTCP:
		tcp := &layers.TCP{SrcPort: layers.TCPPort(sport), DstPort: layers.TCPPort(dport), ACK: true, PSH: true, Window: 1000}
		_ = tcp.SetNetworkLayerForChecksum(network) // of IP it always succeeds
		content = append(content, tcp)
	case layers.IPProtocolUDP:
		udp := &layers.UDP{SrcPort: layers.UDPPort(sport), DstPort: layers.UDPPort(dport)}
		_ = udp.SetNetworkLayerForChecksum(network)
		content = append(content, udp)
	default:
		content = append(content, &layers.ICMPv4{TypeCode: layers.CreateICMPv4TypeCode(layers.ICMPv4TypeEchoRequest, 0)})
	}
	frame := gopacket.NewSerializeBuffer()
	content = append(content, gopacket.Payload(strings.Repeat("x", size)))
	if err := gopacket.SerializeLayers(frame, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, content...); err != nil {
		t.Fatal(err)
	}
	return frame.Bytes()
}

// packetsOf is a flow of one packet for each packet of a capture, with the
// length of its frame on the wire, where a check sequence of four bytes follows.
func packetsOf(t *testing.T, capture string) []oneWay {
	t.Helper()
	file, err := os.Open(capture)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	r, err := pcapgo.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	var flows []oneWay
	for {
		frame, _, err := r.ReadPacketData()
		if errors.Is(err, io.EOF) {
			return flows
		}
		if err != nil {
			t.Fatal(err)
		}
		f := oneWay{octets: int64(len(frame)) + 4, packets: 1}
		packet := gopacket.NewPacket(frame, layers.LayerTypeEthernet, gopacket.Default)
		src, dst := packet.NetworkLayer().NetworkFlow().Endpoints()
		from, _ := netip.AddrFromSlice(src.Raw())
		to, _ := netip.AddrFromSlice(dst.Raw())
		var ports [2]uint16
		switch l := packet.TransportLayer().(type) {
		case *layers.TCP:
			f.proto, ports = int(layers.IPProtocolTCP), [2]uint16{uint16(l.SrcPort), uint16(l.DstPort)}
		case *layers.UDP:
			f.proto, ports = int(layers.IPProtocolUDP), [2]uint16{uint16(l.SrcPort), uint16(l.DstPort)}
		default:
			f.proto = int(layers.IPProtocolICMPv4)
			ports[1] = uint16(packet.Layer(layers.LayerTypeICMPv4).(*layers.ICMPv4).TypeCode) // as NetFlow has it
		}
		f.from, f.to = netip.AddrPortFrom(from, ports[0]), netip.AddrPortFrom(to, ports[1])
		flows = append(flows, f)
	}
}
