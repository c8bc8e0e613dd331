package source

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

const vector = 64 // datagrams that one system call receives

// UDPOptions tune a Listener. The zero value is good for a collector.
type UDPOptions struct {
	// Sockets per address, 0 = 1. More spread the exporters over several
	// readers (SO_REUSEPORT); the datagrams of one exporter's port stay in order,
	// because the kernel sends them all to one socket.
	Sockets int

	// ReceiveBuffer is the kernel's buffer to ask for, in bytes a socket;
	// 0 = 64 MiB. What the system gave is in Sockets and in a warning if less.
	ReceiveBuffer int

	// QueueBytes is the memory for datagrams that wait to be decoded;
	// 0 = 64 MiB. What arrives when it is full is dropped and counted: dropped
	// here, the cause is known to be the decoder and not the kernel's buffer.
	QueueBytes int

	// MaxDatagram is the longest payload that is received whole, 0 = 65535.
	MaxDatagram int

	// DrainTimeout is how long the consumer may take, after the stop, for
	// what had arrived before it; 0 = 5 s.
	DrainTimeout time.Duration

	Logger *slog.Logger // nil = discard
}

// UDPCounts is what a Listener received:
//
//	datagrams = delivered or waiting + queue dropped
//
// KernelDropped comes on top: nobody has seen those.
type UDPCounts struct {
	Datagrams         int64
	Bytes             int64 // of payload
	Truncated         int64 // longer than MaxDatagram; delivered as such
	QueueDropped      int64 // datagrams
	QueueDroppedBytes int64
	KernelDropped     int64 // the receive buffer was full, or a checksum wrong
}

// SocketState is one socket of a Listener.
type SocketState struct {
	Listen      Listen
	Address     netip.AddrPort // as bound
	BufferAsked int            // bytes
	BufferGot   int            // bytes, without the as much again that Linux keeps for its own use
}

// Listener receives datagrams on one or more addresses.
type Listener struct {
	sockets []*socket
	options UDPOptions
	queue   *queue
	wait    func() error
	done    chan struct{} // no reader is left
	ended   chan struct{} // nor anything to deliver
	end     func()        // closes ended
	expired chan struct{} // DrainTimeout after the stop

	datagrams, bytes, truncated, dropped, droppedBytes atomic.Int64
}

// ListenUDP opens the addresses and receives on them until ctx is cancelled.
// Then it delivers what the kernel had already queued, and Wait returns. On an
// error nothing stays open.
func ListenUDP(ctx context.Context, addresses []Listen, o UDPOptions) (*Listener, error) {
	o.Sockets = cmp.Or(o.Sockets, 1)
	o.ReceiveBuffer = cmp.Or(o.ReceiveBuffer, 64<<20)
	o.QueueBytes = cmp.Or(o.QueueBytes, 64<<20)
	o.MaxDatagram = cmp.Or(o.MaxDatagram, 65535)
	o.DrainTimeout = cmp.Or(o.DrainTimeout, 5*time.Second)
	o.Logger = cmp.Or(o.Logger, slog.New(slog.DiscardHandler))
	if o.Sockets < 0 || o.ReceiveBuffer < 0 || o.QueueBytes < 0 || o.MaxDatagram < 0 || o.MaxDatagram > 65535 {
		return nil, errors.New("listen: sockets, buffer, queue and datagram size must not be negative, and a datagram has at most 65535 bytes")
	}
	if len(addresses) == 0 {
		return nil, errors.New("listen: no address: " + listenForm)
	}
	l := &Listener{
		options: o,
		queue:   newQueue(o.QueueBytes),
		done:    make(chan struct{}),
		ended:   make(chan struct{}),
		expired: make(chan struct{}),
	}
	for _, a := range addresses {
		sockets, err := openSockets(ctx, a, &o)
		l.sockets = append(l.sockets, sockets...)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("listen on %s: %w", a, err), l.close())
		}
	}
	l.end = sync.OnceFunc(func() { close(l.ended) })
	l.warnCapped()
	l.start(ctx)
	return l, nil
}

// Next waits for datagrams; nil when no reader is left and nothing waits, or when
// the caller has had its time after the stop. It is called by one goroutine, and
// until it has returned nil; every batch is to be released.
func (l *Listener) Next() *Batch {
	b := l.next()
	if b == nil {
		l.end()
	}
	return b
}

// Wait returns when everything has been delivered: nil after a cancelled
// context, else the error that ended the receiving.
func (l *Listener) Wait() error { return l.wait() }

// Sockets describes the open sockets.
func (l *Listener) Sockets() []SocketState {
	states := make([]SocketState, len(l.sockets))
	for i, s := range l.sockets {
		states[i] = s.state
	}
	return states
}

// Counts returns what was received so far. It can be called at any time.
func (l *Listener) Counts() UDPCounts {
	c := UDPCounts{
		Datagrams:         l.datagrams.Load(),
		Bytes:             l.bytes.Load(),
		Truncated:         l.truncated.Load(),
		QueueDropped:      l.dropped.Load(),
		QueueDroppedBytes: l.droppedBytes.Load(),
	}
	for _, s := range l.sockets {
		c.KernelDropped += s.dropped.Load()
	}
	return c
}

// start runs one reader a socket, the delivery, and the watch for the stop.
func (l *Listener) start(ctx context.Context) {
	var all errgroup.Group
	readers, stop := errgroup.WithContext(ctx)
	for _, s := range l.sockets {
		readers.Go(func() error { return l.read(s) })
	}
	all.Go(func() error {
		defer close(l.done)
		return readers.Wait()
	})
	all.Go(func() error {
		<-stop.Done() // ctx was cancelled, or a reader failed
		for _, s := range l.sockets {
			s.interrupt()
		}
		timer := time.AfterFunc(l.options.DrainTimeout, func() { close(l.expired) })
		defer timer.Stop()
		select {
		case <-l.ended:
		case <-l.expired: // whoever should call Next may be gone
			<-l.done
			l.discard()
		}
		return nil
	})
	l.wait = sync.OnceValue(func() error { return errors.Join(all.Wait(), l.close()) })
}

// read receives on s until it is interrupted, and then what is left.
func (l *Listener) read(s *socket) error {
	for unannounced := 0; ; {
		receive := s.receive
		if unannounced > 0 {
			receive = s.poll // without waiting: nobody knows of those yet
		}
		datagrams, err := receive()
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return l.drain(s)
		}
		if err != nil {
			return fmt.Errorf("receive on %s: %w", s.state.Listen, err)
		}
		l.count(datagrams)
		l.drop(datagrams[l.queue.push(datagrams):])
		unannounced += len(datagrams)
		empty := len(datagrams) < vector
		if empty || unannounced >= batchDatagrams {
			l.queue.announce()
			unannounced = 0
		}
	}
}

// drain receives what the kernel queued on s before the stop. It waits for
// the consumer where that is slower. The kernel charges a datagram with more
// than its payload and drainCost, so that a buffer's worth of them is surely
// all that was there, and senders who go on cannot keep us here.
func (l *Listener) drain(s *socket) error {
	const drainCost = 256
	defer s.readDropped()
	for left := 2 * s.state.BufferGot; left > 0; {
		datagrams, err := s.poll()
		if err != nil {
			return fmt.Errorf("receive on %s: %w", s.state.Listen, err)
		}
		if len(datagrams) == 0 {
			return nil
		}
		l.count(datagrams)
		for _, d := range datagrams {
			left -= len(d.Payload) + drainCost
		}
		datagrams = datagrams[l.queue.push(datagrams):]
		for l.queue.announce(); len(datagrams) > 0; l.queue.announce() {
			select {
			case <-l.queue.freed:
				datagrams = datagrams[l.queue.push(datagrams):]
			case <-l.expired:
				l.drop(datagrams)
				return nil
			}
		}
	}
	return nil
}

func (l *Listener) next() *Batch {
	for {
		select {
		case <-l.expired:
			l.discard()
			return nil
		default:
		}
		if b := l.queue.pop(); b != nil {
			return b
		}
		select {
		case <-l.queue.filled:
		case <-l.expired:
		case <-l.done:
			return l.queue.pop()
		}
	}
}

// discard drops all that waits.
func (l *Listener) discard() {
	for b := l.queue.pop(); b != nil; b = l.queue.pop() {
		l.drop(b.Datagrams)
		b.Release()
	}
}

func (l *Listener) count(datagrams []Datagram) {
	bytes, truncated := 0, 0
	for i := range datagrams {
		bytes += len(datagrams[i].Payload)
		if datagrams[i].Truncated {
			truncated++
		}
	}
	l.datagrams.Add(int64(len(datagrams)))
	l.bytes.Add(int64(bytes))
	l.truncated.Add(int64(truncated))
}

func (l *Listener) drop(datagrams []Datagram) {
	bytes := 0
	for i := range datagrams {
		bytes += len(datagrams[i].Payload)
	}
	l.dropped.Add(int64(len(datagrams)))
	l.droppedBytes.Add(int64(bytes))
}

// warnCapped tells once what to set for the buffer that was asked for.
func (l *Listener) warnCapped() {
	for _, s := range l.sockets {
		if s.state.BufferGot < s.state.BufferAsked {
			l.options.Logger.Warn("receive buffer capped by the system, bursts may be lost",
				slog.String("listen", s.state.Listen.String()),
				slog.Int("asked_bytes", s.state.BufferAsked),
				slog.Int("got_bytes", s.state.BufferGot),
				slog.String("remedy", fmt.Sprintf("sysctl -w net.core.rmem_max=%d", s.state.BufferAsked)))
			return
		}
	}
}

func (l *Listener) close() error {
	var errs []error
	for _, s := range l.sockets {
		errs = append(errs, s.close())
	}
	return errors.Join(errs...)
}
