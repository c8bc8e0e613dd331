package decode

import (
	"encoding/binary"
	"log/slog"

	"minewatch/ingest/flow"
)

const (
	versionNetFlow9 = 9  // RFC 3954 section 5.1
	versionIPFIX    = 10 // RFC 7011 section 3.1

	headerNetFlow9 = 20
	headerIPFIX    = 16
	headerSet      = 4
)

// Set IDs (RFC 3954 section 5.2 and 6.1, RFC 7011 section 3.3.2).
const (
	setTemplatesNetFlow9        = 0
	setOptionsTemplatesNetFlow9 = 1
	setTemplatesIPFIX           = 2
	setOptionsTemplatesIPFIX    = 3
	firstDataSet                = 256 // from here on a set's ID is its template's
)

// message is a v9 or IPFIX message: its header and where it came from.
type message struct {
	arrival
	version uint16
	domain  uint32
	clock   clock
	records int64 // that its data sets held, for the numbering
	unread  bool  // there are more that could not be counted
}

func (m *message) scope() templateScope {
	return templateScope{from: m.from, version: m.version, domain: m.domain}
}

func (m *message) format() flow.Format {
	switch m.version {
	case versionNetFlow5:
		return flow.NetFlow5
	case versionNetFlow9:
		return flow.NetFlow9
	default:
		return flow.IPFIX
	}
}

// message decodes a v9 or IPFIX datagram.
func (d *Decoder) message(a arrival, version uint16, payload []byte, out *flow.Batch) {
	m := message{arrival: a, version: version}
	var sets []byte
	if version == versionNetFlow9 {
		if len(payload) < headerNetFlow9 {
			d.refuse(a, "shorter than a netflow v9 header")
			return
		}
		// The header's count is not used: softflowd and others count sets
		// or leave templates out, and sets have lengths of their own.
		m.clock.uptime, m.clock.hasUptime = binary.BigEndian.Uint32(payload[4:]), true
		m.clock.export = int64(binary.BigEndian.Uint32(payload[8:])) * 1000
		m.domain = binary.BigEndian.Uint32(payload[16:])
		sets = payload[headerNetFlow9:]
	} else {
		length := 0
		if len(payload) >= headerIPFIX {
			length = int(binary.BigEndian.Uint16(payload[2:]))
		}
		if length < headerIPFIX {
			d.refuse(a, "shorter than an ipfix header")
			return
		}
		// A datagram is one message (RFC 7011 section 10.3.3). What lies
		// behind it is not read; where the message claims more than there
		// is, the set that is cut short is refused below.
		d.counts.StrayBytes += int64(max(0, len(payload)-length))
		m.clock.export = int64(binary.BigEndian.Uint32(payload[4:])) * 1000
		m.domain = binary.BigEndian.Uint32(payload[12:])
		sets = payload[headerIPFIX:min(length, len(payload))]
	}
	d.counts.DatagramsDecoded++
	d.sets(&m, sets, out)
	d.sightMessage(&m, payload)
}

// sets walks the sets of a message. A set that cannot be read, or whose
// template is not known, is counted and left out; the others stand. Only when
// a length cannot be is the rest lost with it.
func (d *Decoder) sets(m *message, b []byte, out *flow.Batch) {
	for len(b) >= headerSet {
		id, length := binary.BigEndian.Uint16(b), int(binary.BigEndian.Uint16(b[2:]))
		if length < headerSet && isZero(b) {
			break // Some exporters fill their datagrams up with zeros.
		}
		d.counts.Sets++
		if length < headerSet || length > len(b) {
			d.counts.SetsMalformed++
			m.unread = true
			d.log.Debug("set refused", slog.String("exporter", m.exporter.name),
				slog.Int("set", int(id)), slog.Int("length", length), slog.Int("left", len(b)))
			return
		}
		d.set(m, id, b[headerSet:length], out)
		b = b[length:]
	}
	d.counts.StrayBytes += int64(len(b))
}

// set decodes the body of one set.
func (d *Decoder) set(m *message, id uint16, body []byte, out *flow.Batch) {
	var err error
	switch {
	case id >= firstDataSet:
		before := d.dataTally()
		d.dataSet(m, id, body, out)
		m.hold(before, d.dataTally())
		return
	case m.version == versionNetFlow9 && id == setTemplatesNetFlow9,
		m.version == versionIPFIX && id == setTemplatesIPFIX:
		err = d.templateSet(m, body, false)
		d.late(m, out)
	case m.version == versionNetFlow9 && id == setOptionsTemplatesNetFlow9,
		m.version == versionIPFIX && id == setOptionsTemplatesIPFIX:
		err = d.templateSet(m, body, true)
		d.late(m, out)
	default:
		d.counts.SetsUnknown++
		return
	}
	if err != nil {
		d.counts.SetsMalformed++
		d.log.Debug("template set refused", slog.String("exporter", m.exporter.name), slog.Any("error", err))
		return
	}
	d.counts.SetsDecoded++
}

func isZero(b []byte) bool {
	for _, v := range b {
		if v != 0 {
			return false
		}
	}
	return true
}
