// Package capture keeps flow export datagrams in pcap files: Ethernet, IPv4,
// UDP, one datagram a frame, ordered by time.
package capture
