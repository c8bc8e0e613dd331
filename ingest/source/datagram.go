package source

import (
	"net/netip"
	"time"
)

// Datagram is one UDP datagram, as it arrived.
type Datagram struct {
	From     netip.AddrPort // the sender; an IPv4 sender has an IPv4 address on every kind of socket
	To       netip.AddrPort // where it was sent; zero where the receiving socket listens on any address
	Received time.Time      // capture time or the kernel's time of receipt, UTC; zero where a capture has none
	Payload  []byte         // see the source for how long it stays valid

	// Truncated says that the sender sent more than Payload: the capture's
	// snap length, a lost fragment or the receive buffer cut the rest off.
	Truncated bool
}
