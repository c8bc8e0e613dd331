// Package source is where flow exports and flow logs come from.
//
//   - OpenCapture reads the UDP datagrams of a pcap or pcapng file,
//   - ListenUDP receives them from the network,
//   - OpenLog reads flow records from a text log; formats.go lists those that
//     it knows, each with its own file.
//
// Captures and sockets yield a Datagram each: who sent it, when it arrived,
// and its payload. Which of them are flow exports is not decided here: the
// decoder looks at the version word. A text log has no datagrams, so it yields
// flow records at once.
//
// Everything here reads bytes that strangers made. A length found in the input
// never decides how much memory is taken, no input makes it panic, and what
// is not delivered is counted.
package source
