package flow

// Format names how a record reached us. It is stored as text, because an
// analyst filters on it.
type Format string

// The formats that minewatch reads.
const (
	NetFlow5 Format = "netflow5"
	NetFlow9 Format = "netflow9"
	IPFIX    Format = "ipfix"
	SFlow    Format = "sflow"
	NFDump   Format = "nfdump"  // what nfdump prints of flows that nfcapd stored
	GoFlow2  Format = "goflow2" // JSON of goflow2
	Zeek     Format = "zeek"    // conn.log
	VPC      Format = "vpc"     // AWS VPC flow log
	EVE      Format = "eve"     // flow and netflow events of Suricata
	CSV      Format = "csv"     // any other table of flow records
)

// TimeSource says whose clock StartedAt and EndedAt come from.
type TimeSource string

const (
	// ExporterClock is the exporter's: its times were found plausible.
	ExporterClock TimeSource = "exporter"
	// ReceivedClock is that of the receipt, because the exporter gave no flow
	// times or its clock was off by more than the limit.
	ReceivedClock TimeSource = "received"
)

// Null marks an optional field that the exporter did not send.
const Null = -1

// Boundary is made of these: by which of the exporter's boundary interfaces,
// those that lead out of the observed network, a flow passed.
const (
	BoundaryIn  = 1 << iota // it came in by one: InIf
	BoundaryOut             // it went out by one: OutIf
)

// Record is one unidirectional flow. Counters are as exported; multiply by
// SamplingRate for an estimate of the wire.
type Record struct {
	ReceivedAt int64 // microseconds since 1970, UTC: arrival of the datagram, or the log's own time
	StartedAt  int64 // milliseconds since 1970, UTC: first packet
	EndedAt    int64 // milliseconds since 1970, UTC: last packet

	Src, Dst         Addr
	SrcPort, DstPort int32
	Proto            int16 // IANA protocol number
	TCPFlags         int16 // OR of the TCP flags seen, RFC 9293 section 3.1 (IE 6)

	Bytes        int64 // as exported; layer 3 for NetFlow and IPFIX, the frame for sFlow
	Packets      int64 // as exported
	SamplingRate int32 // 1 = every packet, N = one in N, 0 = unknown

	Exporter     string // address of the exporting router
	Domain       int64  // observation domain (IPFIX), source ID (v9), engine (v5), sub-agent (sFlow)
	InIf, OutIf  int64  // SNMP interface index, 0 = not exported
	SrcAS, DstAS int64  // BGP autonomous system, 0 = not exported

	EndReason int16 // IE 136 flowEndReason, Null = not exported
	Direction int16 // IE 61 flowDirection: 0 ingress, 1 egress, Null = not exported
	Boundary  int16 // BoundaryIn, BoundaryOut, both or neither; Null = the exporter's boundary is not configured

	HasNATSrc  bool  // NATSrc was exported
	NATSrc     Addr  // IE 225/281 post-NAT source address
	NATSrcPort int32 // IE 227 post-NAPT source port, Null = not exported

	Format     Format
	TimeSource TimeSource
}
