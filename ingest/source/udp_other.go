//go:build !linux

package source

import (
	"context"
	"errors"
	"sync/atomic"
)

// socket is only there on Linux: the drop counter and the time of receipt
// that a collector needs are the Linux kernel's.
type socket struct {
	state   SocketState
	dropped atomic.Int64
}

var errNotLinux = errors.New("receiving flow exports needs Linux; captures and flow logs can be imported on every system")

func openSockets(context.Context, Listen, *UDPOptions) ([]*socket, error) { return nil, errNotLinux }

func (*socket) receive() ([]Datagram, error) { return nil, errNotLinux }
func (*socket) poll() ([]Datagram, error)    { return nil, errNotLinux }
func (*socket) interrupt()                   {}
func (*socket) readDropped()                 {}
func (*socket) close() error                 { return nil }
