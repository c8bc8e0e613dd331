package decode

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"log/slog"
	"net/netip"
	"time"

	"minewatch/ingest/flow"
	"minewatch/ingest/policy"
)

// DefaultClockLimit is how far the end of a flow may be from its receipt.
// Routers hold a flow for at most their active timeout, rarely above 30
// minutes, so an hour tells a wrong clock from a slow export.
const DefaultClockLimit = time.Hour

// Options configures a Decoder. The zero value is usable.
type Options struct {
	// ClockLimit: flows that end further than this from their receipt, before
	// or after, get the time of receipt. 0 is DefaultClockLimit, a negative
	// limit takes every time as exported.
	ClockLimit time.Duration
	// DefaultSampling is the rate of exporters that never said one: 1 = every
	// packet, N = one in N, 0 = unknown.
	DefaultSampling int32
	// Policy, where it is set, says how each exporter is treated, in place of
	// the two above. It may be exchanged while the Decoder is used.
	Policy *policy.Live
	// Reference has goflow2's decoders read every record, those too that are
	// read faster without: what the fast ways are compared with.
	Reference bool
	// Memory is what the exporters taught before, and teach this Decoder. It
	// may be shared; nil is one of its own.
	Memory *Memory
	// Logger gets remarks about exporters, once each; nil discards them.
	Logger *slog.Logger
}

// Decoder decodes datagrams and keeps what they depend on: templates and
// sampling rates of each exporter. It is used by one goroutine.
type Decoder struct {
	options   Options
	log       *slog.Logger
	memory    *Memory
	templates *templateStore
	exporters map[netip.Addr]*exporter
	forgotten uint64 // of the Memory, when exporters was empty
	counts    flow.Counts
	sighting  Sighting // of the last datagram

	// Scratch space of the record at hand, so that a record costs no
	// allocation for them.
	record    bytes.Buffer
	forward   observation
	reverse   observation
	lessons   []lesson    // of the set at hand
	told      []uint16    // templates of the set at hand
	sampled   []sample    // flow samples of the datagram at hand
	straight  []byte      // records of the set at hand
	answering []byte      // those of them that are biflows
	batch     *flow.Batch // of Decode

	netflow5Layout *template
}

// New returns a Decoder that knows no exporter yet.
func New(o Options) *Decoder {
	if o.Policy == nil {
		o.Policy = policy.NewLive(policy.Rules{ClockLimit: o.ClockLimit, SamplingDefault: o.DefaultSampling})
	}
	if o.Memory == nil {
		o.Memory = NewMemory()
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return &Decoder{
		options:   o,
		log:       o.Logger,
		memory:    o.Memory,
		templates: newTemplateStore(o.Memory),
		exporters: map[netip.Addr]*exporter{},

		netflow5Layout: templateNetFlow5(),
	}
}

// Counts returns what came in so far and what became of it. RecordsStored is
// left to whoever stores the records: until then Records - RecordsMalformed
// is what Decode returned.
func (d *Decoder) Counts() flow.Counts { return d.counts }

// DecodeBatch appends the flow records of one datagram to out. The datagram
// came from the exporter's address and port at the time received. Payload is
// neither kept nor changed; whatever cannot be read is counted.
func (d *Decoder) DecodeBatch(from netip.AddrPort, received time.Time, payload []byte, out *flow.Batch) {
	from = netip.AddrPortFrom(from.Addr().Unmap(), from.Port())
	before, kept := d.counts, out.Len()
	// The last line of defence: bytes of an unknown sender must not end the
	// collector. The datagram is then one malformed datagram and nothing else.
	defer func() {
		d.release()
		if fault := recover(); fault != nil {
			d.counts = before
			d.arrived(payload)
			d.counts.DatagramsMalformed++
			d.sighting = Sighting{}
			d.log.Error("datagram made the decoder panic",
				slog.String("exporter", from.String()), slog.String("fault", fmt.Sprint(fault)))
			out.Truncate(kept)
		}
	}()
	d.arrived(payload)
	d.sighting = Sighting{}
	d.dispatch(arrival{exporter: d.exporter(from.Addr()), from: from, received: received}, payload, out)
}

// Decode is DecodeBatch for callers that want records, one by one: it appends
// them to out and returns it.
func (d *Decoder) Decode(from netip.AddrPort, received time.Time, payload []byte, out []flow.Record) []flow.Record {
	if d.batch == nil {
		d.batch = flow.NewBatch(0)
	}
	d.batch.Reset()
	d.DecodeBatch(from, received, payload, d.batch)
	for i := range d.batch.Len() {
		out = append(out, d.batch.Record(i))
	}
	return out
}

// release lets go of the payload that the scratch space points into.
func (d *Decoder) release() {
	d.record = bytes.Buffer{}
	d.forward.reset()
	d.reverse.reset()
	d.lessons, d.told, d.sampled = d.lessons[:0], d.told[:0], d.sampled[:0]
}

func (d *Decoder) arrived(payload []byte) {
	d.counts.Datagrams++
	d.counts.DatagramBytes += int64(len(payload))
}

// arrival is what is known of a datagram before it is read.
type arrival struct {
	exporter *exporter
	from     netip.AddrPort
	received time.Time
}

// dispatch tells the protocols apart by their version word: 16 bits for
// NetFlow and IPFIX (5, 9, 10), 32 bits for sFlow (5), whose first half is
// therefore 0, which no NetFlow has.
func (d *Decoder) dispatch(a arrival, payload []byte, out *flow.Batch) {
	if len(payload) < 4 {
		d.counts.DatagramsUnknown++
		return
	}
	switch version := binary.BigEndian.Uint16(payload); {
	case version == versionNetFlow5:
		d.netflow5(a, payload, out)
	case version == versionNetFlow9, version == versionIPFIX:
		d.message(a, version, payload, out)
	case binary.BigEndian.Uint32(payload) == 5:
		d.sflow(a, payload, out)
	default:
		d.counts.DatagramsUnknown++
	}
}

// refuse counts the datagram as malformed and says why at debug level: the
// counter is what an operator watches, the log is for finding the router.
func (d *Decoder) refuse(a arrival, reason string) {
	d.counts.DatagramsMalformed++
	d.log.Debug("datagram refused", slog.String("exporter", a.exporter.name), slog.String("reason", reason))
}

// keep appends a finished record; every record that leaves the package
// leaves here.
func (d *Decoder) keep(r *flow.Record, a arrival, out *flow.Batch) {
	d.counts.Records++
	r.Boundary = a.exporter.boundary(r.InIf, r.OutIf)
	if r.SamplingRate == 0 {
		d.missSampling(a, r.Format, 1)
	}
	out.AppendRecord(r)
}

// missSampling counts records of unknown sampling rate.
func (d *Decoder) missSampling(a arrival, format flow.Format, records int64) {
	d.counts.SamplingUnknown += records
	if !a.exporter.samplingSaid {
		a.exporter.samplingSaid = true
		d.log.Warn("sampling rate unknown; set it for this exporter, or a default",
			slog.String("exporter", a.exporter.name), slog.String("format", string(format)))
	}
}

// newRecord is a record of the datagram with the optional fields not
// exported and the times of receipt.
func (a arrival) newRecord(format flow.Format, domain uint32) flow.Record {
	now := a.received.UnixMilli()
	return flow.Record{
		ReceivedAt: a.received.UnixMicro(),
		StartedAt:  now,
		EndedAt:    now,
		Exporter:   a.exporter.name,
		Domain:     int64(domain),
		EndReason:  flow.Null,
		Direction:  flow.Null,
		Boundary:   flow.Null,
		NATSrcPort: flow.Null,
		Format:     format,
		TimeSource: flow.ReceivedClock,
	}
}
