package decode

import (
	"encoding/binary"
	"net/netip"
	"time"

	"minewatch/ingest/flow"
)

// Stream is one numbering of datagrams. Every protocol numbers apart for each
// of its senders: an engine in v5, a source ID in v9 (RFC 3954 section 5.1),
// an observation domain of a transport session in IPFIX (RFC 7011 section
// 3.1), a sub-agent of an agent in sFlow (version 5, section 4.3).
type Stream struct {
	Format flow.Format
	From   netip.AddrPort
	Agent  netip.Addr // sFlow only: it may send for others
	Domain uint32
}

// Sighting is where a datagram stands in its exporter's own numbering: what
// never arrived shows as the numbers that nobody saw.
type Sighting struct {
	Stream   Stream
	Sequence uint32
	// Records is how many data records the datagram holds, those of options
	// included: by as many v5 and IPFIX count on, where v9 and sFlow count the
	// datagram.
	Records uint32
	// Whole says that Records is exact. It is not where a data set could not
	// be read, for want of its template or otherwise.
	Whole bool
	// Uptime is how long the exporter runs, in ms modulo 2^32; IPFIX does not
	// say it.
	Uptime    uint32
	HasUptime bool
	// Sent is the exporter's clock when it sent, to the second in v9 and
	// IPFIX; zero in sFlow, which does not say it.
	Sent time.Time
}

// Sighting returns where the last datagram stood; false where it was not of a
// protocol that we read, or was refused as a whole.
func (d *Decoder) Sighting() (Sighting, bool) {
	return d.sighting, d.sighting.Stream.Format != ""
}

// sightNetFlow5 notes a v5 datagram by its header (Cisco, table B-3). The
// engine is where the numbering belongs; it is not in the sequence itself.
func (d *Decoder) sightNetFlow5(a arrival, header []byte) {
	seconds, nanos := binary.BigEndian.Uint32(header[8:]), binary.BigEndian.Uint32(header[12:])
	d.sighting = Sighting{
		Stream:    Stream{Format: flow.NetFlow5, From: a.from, Domain: uint32(binary.BigEndian.Uint16(header[20:]))},
		Sequence:  binary.BigEndian.Uint32(header[16:]),
		Records:   uint32(binary.BigEndian.Uint16(header[2:])),
		Whole:     true,
		Uptime:    binary.BigEndian.Uint32(header[4:]),
		HasUptime: true,
		Sent:      time.Unix(int64(seconds), int64(nanos)),
	}
}

// sightMessage notes a v9 or IPFIX message by its header and what its sets
// held.
func (d *Decoder) sightMessage(m *message, header []byte) {
	sequence := header[8:] // RFC 7011 section 3.1
	if m.version == versionNetFlow9 {
		sequence = header[12:] // RFC 3954 section 5.1
	}
	d.sighting = Sighting{
		Stream:    Stream{Format: m.format(), From: m.from, Domain: m.domain},
		Sequence:  binary.BigEndian.Uint32(sequence),
		Records:   uint32(m.records),
		Whole:     !m.unread,
		Uptime:    m.clock.uptime,
		HasUptime: m.clock.hasUptime,
		Sent:      time.UnixMilli(m.clock.export),
	}
}

// sightSFlow notes an sFlow datagram by its header, whose last four words are
// the sub-agent, the number, the uptime and the count of samples.
func (d *Decoder) sightSFlow(a arrival, header []byte) {
	agent, _ := netip.AddrFromSlice(header[8 : len(header)-16])
	tail := header[len(header)-16:]
	d.sighting = Sighting{
		Stream:    Stream{Format: flow.SFlow, From: a.from, Agent: agent, Domain: binary.BigEndian.Uint32(tail)},
		Sequence:  binary.BigEndian.Uint32(tail[4:]),
		Records:   binary.BigEndian.Uint32(tail[12:]),
		Whole:     true,
		Uptime:    binary.BigEndian.Uint32(tail[8:]),
		HasUptime: true,
	}
}

// dataTally is how far the decoder has counted data records.
type dataTally struct{ sets, records, malformed int64 }

func (d *Decoder) dataTally() dataTally {
	return dataTally{
		sets:      d.counts.SetsDecoded,
		records:   d.counts.Records - d.counts.BiflowsReversed + d.counts.OptionsRecords,
		malformed: d.counts.RecordsMalformed,
	}
}

// hold adds to m the data records of the set that was read since before. Both
// halves of a biflow are one record to the exporter.
func (m *message) hold(before, now dataTally) {
	m.records += now.records - before.records
	m.unread = m.unread || now.sets == before.sets || now.malformed != before.malformed
}
