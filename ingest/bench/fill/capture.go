package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"os"

	"minewatch/ingest/flow"
)

const (
	v5Header, v5Record, v5Most = 24, 48, 30
	udpHeaders                 = 14 + 20 + 8 // Ethernet, IPv4, UDP
	upMillis                   = 86_400_000  // the exporter has been up for a day
)

// writeCapture writes the flows as NetFlow v5 in a pcap file, which other
// collectors read as well as ours.
func (p *plan) writeCapture(ctx context.Context, path string) error {
	if p.ipv6 > 0 {
		return errors.New("--pcap: NetFlow v5 has no IPv6; say --ipv6 0")
	}
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(file, 1<<20)
	// Magic of µs, version 2.4, zone, accuracy, longest packet, Ethernet.
	header := binary.LittleEndian.AppendUint32(nil, 0xa1b2c3d4)
	header = binary.LittleEndian.AppendUint16(header, 2)
	header = binary.LittleEndian.AppendUint16(header, 4)
	for _, v := range []uint32{0, 0, 65535, 1} {
		header = binary.LittleEndian.AppendUint32(header, v)
	}
	_, _ = out.Write(header)
	sequence := uint32(0)
	var packet []byte
	err = p.each(ctx, flow.NewBatch(stretch), 0, p.flows, func(b *flow.Batch) error {
		for row := 0; row < b.Len(); row += v5Most {
			n := min(v5Most, b.Len()-row)
			packet = appendV5(packet[:0], b, row, n, sequence)
			sequence += uint32(n) //nolint:gosec // at most 30
			if _, err := out.Write(packet); err != nil {
				return err
			}
		}
		return nil
	})
	return errors.Join(err, out.Flush(), file.Close())
}

// appendV5 appends a captured datagram of n records.
func appendV5(b []byte, flows *flow.Batch, row, n int, sequence uint32) []byte {
	be, at := binary.BigEndian, flows.ReceivedAt[row]
	payload := v5Header + n*v5Record
	length := udpHeaders + payload
	for _, v := range []uint32{uint32(at / 1e6), uint32(at % 1e6), uint32(length), uint32(length)} { //nolint:gosec // of this century
		b = binary.LittleEndian.AppendUint32(b, v)
	}
	b = append(b, 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0)
	b = append(b, 0x45, 0)
	b = be.AppendUint16(b, uint16(20+8+payload)) //nolint:gosec // below 1500
	b = append(b, 0, 0, 0, 0, 64, 17, 0, 0, 10, 255, 0, 1, 10, 255, 0, 2)
	b = be.AppendUint16(b, 2055)
	b = be.AppendUint16(b, 2055)
	b = be.AppendUint16(b, uint16(8+payload)) //nolint:gosec // below 1500
	b = append(b, 0, 0)                       // no checksum

	b = be.AppendUint16(b, 5)
	b = be.AppendUint16(b, uint16(n))                                                              //nolint:gosec // at most 30
	for _, v := range []uint32{upMillis, uint32(at / 1e6), uint32(at % 1e6 * 1000), sequence, 0} { //nolint:gosec // of this century
		b = be.AppendUint32(b, v)
	}
	uptime := func(ms int64) uint32 { return uint32(upMillis + ms - at/1000) } //nolint:gosec // below a day
	for i := row; i < row+n; i++ {
		for _, v := range []uint32{
			uint32(flows.SrcLo[i]), uint32(flows.DstLo[i]), 0, uint32(flows.InIf[i])<<16 | uint32(flows.OutIf[i]), //nolint:gosec // cut to IPv4
			uint32(flows.Packets[i]), uint32(flows.Bytes[i]), uptime(flows.StartedAt[i]), uptime(flows.EndedAt[i]), //nolint:gosec // small
			uint32(flows.SrcPort[i])<<16 | uint32(flows.DstPort[i]),   //nolint:gosec // of 16 bits
			uint32(flows.TCPFlags[i])<<16 | uint32(flows.Proto[i])<<8, //nolint:gosec // of 8 bits
			uint32(flows.SrcAS[i])<<16 | uint32(flows.DstAS[i]), 0,    //nolint:gosec // of 16 bits
		} {
			b = be.AppendUint32(b, v)
		}
	}
	return b
}
