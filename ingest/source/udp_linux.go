package source

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

const controlSize = 64 // a time stamp and a drop counter, with their headers

// socket is a UDP socket that is read with recvmmsg(2): one system call for
// up to vector datagrams. It is used by one goroutine, but for dropped and
// interrupt.
type socket struct {
	state   SocketState
	to      netip.AddrPort
	conn    net.PacketConn // nil: the socket is timed
	raw     syscall.RawConn
	closing io.Closer
	stopped atomic.Bool // of a timed socket
	dropped atomic.Int64

	overflow  uint32 // the kernel's counter, as last seen
	messages  [vector]unix.Mmsghdr
	parts     [vector]unix.Iovec
	names     [vector]unix.RawSockaddrAny
	control   [vector][controlSize]byte
	payload   []byte // vector buffers of the longest datagram
	datagrams []Datagram

	received int   // by the last system call: so many message headers are used
	err      error // of the last system call
}

// openSockets opens o.Sockets sockets on one address. With more than one, any
// program of the same user could join in and take a part of the datagrams, so
// it is first tried whether we would be alone.
func openSockets(ctx context.Context, a Listen, o *UDPOptions) ([]*socket, error) {
	if o.Sockets == 1 {
		s, err := openSocket(ctx, a, false, o)
		if err != nil {
			return nil, err
		}
		return []*socket{s}, nil
	}
	probe, err := openSocket(ctx, a, false, o)
	if err != nil {
		return nil, err
	}
	a.Port = probe.state.Address.Port()
	if err := probe.close(); err != nil {
		return nil, err
	}
	var sockets []*socket
	for range o.Sockets {
		s, err := openSocket(ctx, a, true, o)
		if err != nil {
			return sockets, err
		}
		sockets = append(sockets, s)
	}
	return sockets, nil
}

func openSocket(ctx context.Context, a Listen, shared bool, o *UDPOptions) (*socket, error) {
	config := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) error {
		if !shared {
			return nil
		}
		return onSocket(c, func(fd int) error { return unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEPORT, 1) })
	}}
	conn, err := config.ListenPacket(ctx, "udp", a.Address())
	if err != nil {
		return nil, explain(err)
	}
	udp := conn.(*net.UDPConn)
	s := &socket{conn: conn, closing: conn}
	s.state = SocketState{Listen: a, Address: udp.LocalAddr().(*net.UDPAddr).AddrPort(), BufferAsked: o.ReceiveBuffer}
	if !s.state.Address.Addr().IsUnspecified() {
		s.to = s.state.Address
	}
	if s.raw, err = udp.SyscallConn(); err == nil {
		err = onSocket(s.raw, s.configure)
	}
	if err == nil && s.state.BufferGot >= roomy {
		err = s.beTimed()
	}
	if err != nil {
		return nil, errors.Join(err, s.closing.Close())
	}
	s.prepare(o.MaxDatagram)
	return s, nil
}

// explain adds what to do about the usual mistakes.
func explain(err error) error {
	switch {
	case errors.Is(err, unix.EADDRINUSE):
		return fmt.Errorf("%w: another program receives there, perhaps another collector (ss -ulpn shows which)", err)
	case errors.Is(err, unix.EADDRNOTAVAIL):
		return fmt.Errorf("%w: it is no address of this machine; leave it empty for all of them", err)
	case errors.Is(err, unix.EACCES):
		return fmt.Errorf("%w: ports below 1024 need the capability CAP_NET_BIND_SERVICE", err)
	}
	return err
}

// configure sets the receive buffer, and asks for the kernel's time of
// receipt and its count of dropped datagrams with each datagram.
func (s *socket) configure(fd int) error {
	// The forced form ignores net.core.rmem_max, but needs CAP_NET_ADMIN.
	if unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, s.state.BufferAsked) != nil {
		if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, s.state.BufferAsked); err != nil {
			return fmt.Errorf("set the receive buffer: %w", err)
		}
	}
	got, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF)
	if err != nil {
		return fmt.Errorf("read the receive buffer: %w", err)
	}
	s.state.BufferGot = got / 2 // socket(7): the kernel doubles the value, for its bookkeeping
	if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1); err != nil {
		return fmt.Errorf("ask for the time of receipt: %w", err)
	}
	if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RXQ_OVFL, 1); err != nil {
		return fmt.Errorf("ask for the count of dropped datagrams: %w", err)
	}
	return nil
}

// Where the kernel's buffer has room for what comes in the meantime, a socket is
// timed: it is looked at so often, instead of being waited for. To be woken for
// every burst of every router costs a busy collector more than to receive them.
const (
	gathering = 50 * time.Millisecond
	roomy     = 32 << 20 // bytes: what a quarter of a million datagrams a second need in that time
)

// beTimed takes the socket away from the runtime, which would go on being woken.
func (s *socket) beTimed() (err error) {
	own := -1
	if err := onSocket(s.raw, func(fd int) (err error) {
		own, err = unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 0)
		return err
	}); err != nil {
		return fmt.Errorf("take the socket: %w", err)
	}
	err = s.conn.Close()
	s.conn, s.closing, s.raw = nil, descriptor(own), descriptor(own)
	return err
}

// descriptor is a file descriptor that the runtime knows nothing of.
type descriptor int

func (d descriptor) Close() error                      { return unix.Close(int(d)) }
func (d descriptor) Control(do func(fd uintptr)) error { do(uintptr(d)); return nil }
func (d descriptor) Read(func(fd uintptr) bool) error  { return errors.ErrUnsupported }
func (d descriptor) Write(func(fd uintptr) bool) error { return errors.ErrUnsupported }

// prepare points the message headers at their buffers, once and for all.
func (s *socket) prepare(longest int) {
	s.payload = make([]byte, vector*longest)
	for i := range s.messages {
		s.parts[i].Base = &s.payload[i*longest]
		s.parts[i].SetLen(longest)
		h := &s.messages[i].Hdr
		h.Name = (*byte)(unsafe.Pointer(&s.names[i]))
		h.Iov = &s.parts[i]
		h.SetIovlen(1)
		h.Control = &s.control[i][0]
	}
	s.received = vector // no header is ready yet
}

// receive waits for datagrams. They are valid until the next call.
func (s *socket) receive() ([]Datagram, error) {
	if s.conn != nil {
		err := s.raw.Read(s.readable)
		return s.result(err)
	}
	for !s.stopped.Load() {
		if datagrams, err := s.poll(); len(datagrams) > 0 || err != nil {
			return datagrams, err
		}
		time.Sleep(gathering)
	}
	return nil, os.ErrDeadlineExceeded
}

// poll returns the datagrams that are there, perhaps none. Unlike receive it
// still works after interrupt.
func (s *socket) poll() ([]Datagram, error) {
	err := s.raw.Control(func(fd uintptr) { s.readable(fd) })
	return s.result(err)
}

// interrupt ends a receive that waits, and all later ones.
func (s *socket) interrupt() {
	if s.conn == nil {
		s.stopped.Store(true)
		return
	}
	_ = s.conn.SetReadDeadline(time.Unix(1, 0))
}

func (s *socket) close() error { return s.closing.Close() }

// readable receives without waiting; false means that nothing was there.
func (s *socket) readable(fd uintptr) bool {
	for i := range s.received {
		h := &s.messages[i].Hdr
		h.Namelen = unix.SizeofSockaddrAny
		h.SetControllen(controlSize)
		h.Flags = 0
	}
	s.received, s.err = 0, nil
	for {
		n, _, errno := unix.Syscall6(unix.SYS_RECVMMSG, fd, uintptr(unsafe.Pointer(&s.messages[0])), vector, unix.MSG_DONTWAIT, 0, 0)
		switch errno {
		case 0:
			s.received = int(n)
			return true
		case unix.EINTR:
		case unix.EAGAIN:
			return false
		default:
			s.err = errno
			return true
		}
	}
}

// result makes datagrams of what the last call received.
func (s *socket) result(err error) ([]Datagram, error) {
	if err == nil {
		err = s.err
	}
	if err != nil {
		return nil, err
	}
	s.datagrams = s.datagrams[:0]
	longest := len(s.payload) / vector
	for i := range s.received {
		m := &s.messages[i]
		start := i * longest
		s.datagrams = append(s.datagrams, Datagram{
			From:      sender(&s.names[i]),
			To:        s.to,
			Received:  s.readControl(s.control[i][:m.Hdr.Controllen]),
			Payload:   s.payload[start : start+int(m.Len)],
			Truncated: m.Hdr.Flags&unix.MSG_TRUNC != 0,
		})
	}
	return s.datagrams, nil
}

// sender converts a socket address; the port in it is in network byte order.
func sender(name *unix.RawSockaddrAny) netip.AddrPort {
	switch name.Addr.Family {
	case unix.AF_INET:
		a := (*unix.RawSockaddrInet4)(unsafe.Pointer(name))
		return netip.AddrPortFrom(netip.AddrFrom4(a.Addr), networkOrder(a.Port))
	case unix.AF_INET6:
		a := (*unix.RawSockaddrInet6)(unsafe.Pointer(name))
		return netip.AddrPortFrom(netip.AddrFrom16(a.Addr).Unmap(), networkOrder(a.Port))
	}
	return netip.AddrPort{}
}

func networkOrder(port uint16) uint16 {
	var b [2]byte
	binary.NativeEndian.PutUint16(b[:], port)
	return binary.BigEndian.Uint16(b[:])
}

// readControl returns the time of receipt and notes the drop counter.
func (s *socket) readControl(b []byte) (received time.Time) {
	for len(b) >= unix.SizeofCmsghdr {
		header, data, rest, err := unix.ParseOneSocketControlMessage(b)
		if err != nil {
			break
		}
		b = rest
		if header.Level != unix.SOL_SOCKET {
			continue
		}
		switch {
		case header.Type == unix.SCM_TIMESTAMPNS && len(data) == 16:
			seconds, nanos := binary.NativeEndian.Uint64(data), binary.NativeEndian.Uint64(data[8:])
			received = time.Unix(int64(seconds), int64(nanos)).UTC() //nolint:gosec // the kernel's clock
		case header.Type == unix.SO_RXQ_OVFL && len(data) >= 4:
			s.overflowed(binary.NativeEndian.Uint32(data))
		}
	}
	return received
}

// readDropped reads the drop counter now: with a datagram, the kernel tells
// only what was dropped before it.
func (s *socket) readDropped() {
	_ = onSocket(s.raw, func(fd int) error {
		var info [unix.SK_MEMINFO_VARS]uint32
		size := uint32(unsafe.Sizeof(info))
		_, _, errno := unix.Syscall6(unix.SYS_GETSOCKOPT, uintptr(fd), unix.SOL_SOCKET, unix.SO_MEMINFO,
			uintptr(unsafe.Pointer(&info)), uintptr(unsafe.Pointer(&size)), 0)
		if errno == 0 && int(size) > 4*unix.SK_MEMINFO_DROPS {
			s.overflowed(info[unix.SK_MEMINFO_DROPS])
		}
		return nil
	})
}

// overflowed adds what the kernel's counter, which wraps, went forward.
func (s *socket) overflowed(counter uint32) {
	s.dropped.Add(int64(counter - s.overflow))
	s.overflow = counter
}

func onSocket(c syscall.RawConn, do func(fd int) error) error {
	var err error
	if controlErr := c.Control(func(fd uintptr) { err = do(int(fd)) }); controlErr != nil {
		return controlErr
	}
	return err
}
