package capture

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
)

const (
	headerLen = 14 + 20 + 8 // Ethernet, IPv4, UDP
	snapLen   = 65535
)

// Writer writes one capture file.
type Writer struct {
	file  *os.File
	buf   *bufio.Writer
	pcap  *pcapgo.Writer
	frame []byte
	id    uint16
}

// Create makes the file and writes the pcap header (microsecond times).
func Create(path string) (*Writer, error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	w := &Writer{file: f, buf: bufio.NewWriterSize(f, 1<<18), frame: make([]byte, headerLen, 2048)}
	w.pcap = pcapgo.NewWriter(w.buf)
	if err := w.pcap.WriteFileHeader(snapLen, layers.LinkTypeEthernet); err != nil {
		return nil, errors.Join(fmt.Errorf("write %s: %w", path, err), f.Close())
	}
	return w, nil
}

// Write adds one datagram that was seen at the given instant, ms since 1970.
// Both addresses must be IPv4.
func (w *Writer) Write(at int64, from, to netip.AddrPort, payload []byte) error {
	w.frame = append(w.frame[:headerLen], payload...)
	w.header(from, to)
	info := gopacket.CaptureInfo{Timestamp: time.UnixMilli(at), CaptureLength: len(w.frame), Length: len(w.frame)}
	if err := w.pcap.WritePacket(info, w.frame); err != nil {
		return fmt.Errorf("write %s: %w", w.file.Name(), err)
	}
	return nil
}

func (w *Writer) header(from, to netip.AddrPort) {
	be := binary.BigEndian
	f := w.frame
	copy(f, []byte{0x02, 0, 0, 0, 0, 2, 0x02, 0, 0, 0, 0, 1, 0x08, 0x00})
	ip := f[14:34]
	be.PutUint16(ip[0:], 0x4500)
	be.PutUint16(ip[2:], uint16(len(f)-14))
	w.id++
	be.PutUint16(ip[4:], w.id)
	be.PutUint16(ip[6:], 0x4000) // don't fragment
	ip[8], ip[9] = 64, 17
	be.PutUint16(ip[10:], 0)
	src, dst := from.Addr().As4(), to.Addr().As4()
	copy(ip[12:], src[:])
	copy(ip[16:], dst[:])
	be.PutUint16(ip[10:], checksum(ip))
	udp := f[34:42]
	be.PutUint16(udp[0:], from.Port())
	be.PutUint16(udp[2:], to.Port())
	be.PutUint16(udp[4:], uint16(len(f)-34))
	be.PutUint16(udp[6:], 0) // no checksum: RFC 768 allows it over IPv4
}

// checksum is the IPv4 header checksum (RFC 791 section 3.1).
func checksum(b []byte) uint16 {
	var sum uint32
	for ; len(b) >= 2; b = b[2:] {
		sum += uint32(binary.BigEndian.Uint16(b))
	}
	for sum > 0xffff {
		sum = sum&0xffff + sum>>16
	}
	return ^uint16(sum)
}

// Close finishes the file.
func (w *Writer) Close() error {
	if err := errors.Join(w.buf.Flush(), w.file.Close()); err != nil {
		return fmt.Errorf("write %s: %w", w.file.Name(), err)
	}
	return nil
}
