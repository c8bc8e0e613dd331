// Package traffic makes packets: the trains of miners, visitors, peers and
// probers, and the background that they hide in.
//
// A Train is deterministic for its random stream. Rates, sizes and silences of
// the miners lie within what was measured on real sessions: 0.07-1.25 kbps,
// 2.6-48 packets a minute, 108-561 bytes a packet, silences up to 195 s.
package traffic
