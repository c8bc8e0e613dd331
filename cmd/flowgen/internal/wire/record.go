package wire

import "net/netip"

// Format is an export protocol.
type Format string

// The protocols that can be written.
const (
	NetFlow5 Format = "netflow5"
	NetFlow9 Format = "netflow9"
	IPFIX    Format = "ipfix"
	SFlow    Format = "sflow"
)

// Why a record left the cache (IE 136 flowEndReason, RFC 5102 section 5.11.3).
const (
	EndIdle   = 1
	EndActive = 2
	EndOfFlow = 3
	EndForced = 4
)

// Direction of a flow at the router (IE 61).
const (
	Ingress = 0
	Egress  = 1
)

// TCP flags (RFC 9293 section 3.1).
const (
	FIN = 1 << iota
	SYN
	RST
	PSH
	ACK
)

// IP protocol numbers.
const (
	ICMP = 1
	TCP  = 6
	UDP  = 17
)

// Record is one unidirectional flow as it leaves a router's cache. For sFlow it
// is one sampled packet.
type Record struct {
	Export      int64 // when it left the cache, ms since 1970
	First, Last int64 // first and last packet, ms since 1970
	Src, Dst    netip.Addr
	Bytes       uint64 // IP bytes of the packets that the router counted
	Packets     uint64
	SrcPort     uint16
	DstPort     uint16
	InIf, OutIf uint16
	Proto       uint8
	Flags       uint8
	Reason      uint8
	Direction   uint8
}

// Spec is what stays the same of an exporter.
type Spec struct {
	Name          string
	Address       netip.Addr // source address of its datagrams
	Format        Format
	Domain        uint32 // v9 source ID, IPFIX observation domain, v5 engine, sFlow sub-agent
	Sampling      uint32 // one packet in N, announced as the format does
	Samplers      bool   // v9: announce by sampler ID (48, 49, 50) instead of 34, 35
	AbsoluteTimes bool   // v9: 152 and 153 instead of 22 and 21
	BootedAt      int64  // ms since 1970: zero point of the uptime, which wraps after 49.7 days
}

// Tally counts what datagrams hold.
type Tally struct {
	Datagrams      int64 `json:"datagrams"`
	Bytes          int64 `json:"bytes"`           // UDP payload
	Records        int64 `json:"records"`         // flow records, sFlow flow samples
	Templates      int64 `json:"templates"`       // template records of data and options
	OptionsRecords int64 `json:"options_records"` // options data records
	CounterSamples int64 `json:"counter_samples"` // sFlow interface counters
}

// Add adds o to t.
func (t *Tally) Add(o Tally) {
	t.Datagrams += o.Datagrams
	t.Bytes += o.Bytes
	t.Records += o.Records
	t.Templates += o.Templates
	t.OptionsRecords += o.OptionsRecords
	t.CounterSamples += o.CounterSamples
}

// Datagram is one UDP payload to send. Payload is only valid until the exporter
// writes the next one.
type Datagram struct {
	At      int64 // ms since 1970, the export time in its header
	Payload []byte
	Tally   Tally
}
