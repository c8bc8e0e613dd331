// Package wire encodes flow records as routers export them: NetFlow v5, NetFlow
// v9 (RFC 3954), IPFIX (RFC 7011) and sFlow v5.
//
// An Exporter takes the records of one router in the order in which they leave
// its cache and gives out datagrams with correct sequence numbers, uptimes and
// periodic templates. A Meter counts what a datagram holds from its bytes alone.
//
// The package shares no code with the decoder of minewatch, so a mistake in one
// cannot be cancelled by the same mistake in the other.
package wire
