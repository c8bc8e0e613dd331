package replay

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"syscall"
	"time"

	"minewatch/cmd/flowgen/internal/wire"
)

// burst is how many datagrams go out at once. With the usual limit of 208 KiB a
// receive buffer holds about 90 datagrams of 1.2 KB, so a collector may pause
// for ten bursts before anything is lost.
const burst = 8

// Options says where to send and how fast.
type Options struct {
	Target      netip.AddrPort
	Rate        int  // datagrams a second
	AllowRemote bool // a target that is not loopback
}

// Sent is what one exporter has sent.
type Sent struct {
	Exporter netip.Addr // in the capture
	Source   netip.Addr // that it was sent from
	wire.Tally
}

// ErrRemote says that a target is not on this machine: made-up mining traffic
// in a real collector would accuse people.
var ErrRemote = errors.New("the target is not a loopback address")

// Check tells a wrong option before anything is opened.
func (o Options) Check() error {
	switch {
	case !o.Target.IsValid() || o.Target.Port() == 0:
		return errors.New("a target address and port are needed, such as 127.0.0.1:2055")
	case o.Rate < 1 || o.Rate > 1_000_000:
		return fmt.Errorf("rate %d: want 1 to 1,000,000 datagrams a second", o.Rate)
	case !o.Target.Addr().IsLoopback() && !o.AllowRemote:
		return fmt.Errorf("%s: %w", o.Target, ErrRemote)
	}
	return nil
}

// Send sends all captures, merged by their times, and returns the sums by
// exporter in the order of their first datagram.
func Send(ctx context.Context, o Options, captures []io.Reader) (_ []Sent, err error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	in, err := newMerge(captures)
	if err != nil {
		return nil, err
	}
	s := sender{options: o, byAddr: map[netip.Addr]*line{}}
	defer func() { err = errors.Join(err, s.close()) }()
	start := time.Now()
	for n := 0; ; n++ {
		d, err := in.next()
		if errors.Is(err, io.EOF) {
			return s.sums(), nil
		}
		if err != nil {
			return s.sums(), err
		}
		if n%burst == 0 {
			due := start.Add(time.Duration(n) * time.Second / time.Duration(o.Rate))
			if err := wait(ctx, time.Until(due)); err != nil {
				return s.sums(), err
			}
		}
		if err := s.send(d.From.Addr(), d.Payload); err != nil {
			return s.sums(), err
		}
	}
}

func wait(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// line is one exporter's socket. It is kept for the whole run, because a
// collector may key templates by the source port.
type line struct {
	sent  Sent
	conn  *net.UDPConn
	meter *wire.Meter
}

type sender struct {
	options Options
	lines   []*line
	byAddr  map[netip.Addr]*line
}

func (s *sender) send(exporter netip.Addr, payload []byte) error {
	l := s.byAddr[exporter]
	if l == nil {
		var err error
		if l, err = s.open(exporter); err != nil {
			return err
		}
	}
	t, err := l.meter.Count(payload)
	if err != nil {
		return fmt.Errorf("exporter %s: %w", exporter, err)
	}
	switch _, err := l.conn.Write(payload); {
	case errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Errorf("nobody listens at %s; start 'minewatch collect' first", s.options.Target)
	case err != nil:
		return fmt.Errorf("send to %s: %w", s.options.Target, err)
	}
	l.sent.Add(t)
	return nil
}

func (s *sender) open(exporter netip.Addr) (*line, error) {
	var local *net.UDPAddr
	if source := sourceOf(exporter, s.options.Target.Addr()); source.IsValid() {
		local = net.UDPAddrFromAddrPort(netip.AddrPortFrom(source, 0))
	}
	conn, err := net.DialUDP("udp", local, net.UDPAddrFromAddrPort(s.options.Target))
	if err != nil {
		return nil, fmt.Errorf("send as exporter %s: %w; Linux lets a program use every 127.x.y.z, other systems need an alias on lo", exporter, err)
	}
	l := &line{conn: conn, meter: wire.NewMeter()}
	l.sent.Exporter = exporter
	if a, ok := conn.LocalAddr().(*net.UDPAddr); ok {
		l.sent.Source = a.AddrPort().Addr().Unmap()
	}
	s.lines = append(s.lines, l)
	s.byAddr[exporter] = l
	return l, nil
}

// sourceOf is the address to send from. To an IPv4 loopback target the exporter
// keeps its own loopback address, and 10.255.0.7 becomes 127.255.0.7. Elsewhere
// the system chooses.
func sourceOf(exporter, target netip.Addr) netip.Addr {
	if !target.IsLoopback() || !target.Is4() {
		return netip.Addr{}
	}
	b := exporter.As4()
	b[0] = 127
	return netip.AddrFrom4(b)
}

func (s *sender) sums() []Sent {
	list := make([]Sent, len(s.lines))
	for i, l := range s.lines {
		list[i] = l.sent
	}
	return list
}

func (s *sender) close() error {
	var errs []error
	for _, l := range s.lines {
		errs = append(errs, l.conn.Close())
	}
	return errors.Join(errs...)
}
