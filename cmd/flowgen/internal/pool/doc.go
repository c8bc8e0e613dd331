// Package pool makes up mining pools and the feed that lists their endpoints.
//
// The shape follows real feeds: an address carries several names, ports and
// coins of one pool but never two pools; a port alone does not tell the coin; a
// fifth of the Stratum endpoints sits on web ports; some rows have no port, are
// shared with a CDN, are P2P seeds, have expired, or are hardly trusted.
//
// Addresses are benchmarking space (198.18.0.0/16, RFC 2544) and documentation
// space (2001:db8:f000::/36): nothing real is named.
package pool
