package decode

import (
	"bytes"

	"github.com/netsampler/goflow2/v2/decoders/netflow"

	"minewatch/ingest/flow"
)

// dataSet reads the records of a data set by the template of its ID. What is
// left behind the last record and shorter than one is padding (RFC 7011
// section 3.3.1); a set in which not even one record fits is malformed.
//
// A record that claims to be longer than the set is lost, and with it the
// place where the next one would begin. The ones before it stand.
func (d *Decoder) dataSet(m *message, id uint16, body []byte, out *flow.Batch) {
	t := d.templates.find(m.scope(), id)
	if t == nil || !d.confirmed(m, t) {
		if t = d.wait(m, id, body); t == nil {
			return
		}
	}
	if len(body) > 0 && len(body) < t.size {
		d.counts.SetsMalformed++
		return
	}
	d.counts.SetsDecoded++
	if p := t.columns; p != nil && !d.options.Reference {
		records, whole := body, true
		if t.variable {
			records, whole = d.straighten(t, body)
		}
		begin := d.columns(m, p, records, len(records)/p.size, out)
		d.rateColumn(m, p, records, out, begin)
		d.keepColumns(m.arrival, m.format(), out, begin)
		if p.answer != nil {
			d.answers(m, p.answer, records, out)
		}
		if !whole {
			d.lose(t)
		}
		return
	}
	for rest := body; len(rest) >= t.size && !t.padding(body, rest); {
		size, ok := t.cut(rest)
		if !ok || !d.read(t, rest[:size]) {
			d.lose(t)
			break
		}
		rest = rest[size:]
		if t.options {
			d.counts.OptionsRecords++
			d.learn(m, &d.forward)
			continue
		}
		d.flows(m, out)
	}
	d.teach(m)
}

// padding says that the rest of a set is padding although a record of empty
// variable-length fields would fit into it.
func (t *template) padding(body, rest []byte) bool {
	return t.variable && len(rest) < 4 && len(rest) < len(body) && isZero(rest)
}

// lose counts a record that its set is too short for. An options record is
// no flow record: there the set is what is not whole.
func (d *Decoder) lose(t *template) {
	if t.options {
		d.counts.SetsDecoded--
		d.counts.SetsMalformed++
		return
	}
	d.counts.Records++
	d.counts.RecordsMalformed++
}

// read has goflow2 cut one record into its fields and reads those that the
// template's plan names into d.forward and d.reverse.
func (d *Decoder) read(t *template, record []byte) bool {
	d.record = *bytes.NewBuffer(record)
	values, err := netflow.DecodeDataSetUsingFields(0, &d.record, t.fields)
	if err != nil {
		return false
	}
	d.forward.reset()
	d.reverse.reset()
	for _, s := range t.steps {
		value, ok := values[s.field].Value.([]byte)
		if !ok {
			return false
		}
		if s.reverse {
			s.read(&d.reverse, value)
		} else {
			s.read(&d.forward, value)
		}
	}
	return true
}

// flows makes the flow record, or the two of a biflow, of what was read.
func (d *Decoder) flows(m *message, out *flow.Batch) {
	o := &d.forward
	r := m.newRecord(m.format(), m.domain)
	o.fill(&r)
	o.endpoints(&r)
	r.SamplingRate = d.samplingRate(m, o)
	start, end, timed := o.times.resolve(m.anchor(o))
	if timed {
		d.stamp(&r, m.arrival, start, end)
	}
	d.keep(&r, m.arrival, out)
	if !d.answered() {
		return
	}
	back := reversed(r, o, &d.reverse)
	if s, e, ok := d.reverse.times.resolve(m.anchor(o)); ok {
		start, end, timed = s, e, true
	}
	if timed {
		d.stamp(&back, m.arrival, start, end)
	}
	d.counts.BiflowsReversed++
	d.keep(&back, m.arrival, out)
}

// anchor is the clock that the record's uptimes count by: the header's in v9,
// in IPFIX the start of the system where the record or an options record
// before it told it.
func (m *message) anchor(o *observation) clock {
	if m.clock.hasUptime || !o.times.hasStartUptime && !o.times.hasEndUptime {
		return m.clock
	}
	if o.systemInit > 0 {
		return m.clock.startedAt(o.systemInit)
	}
	return m.clock.startedAt(m.exporter.book.Load().systemInit(m.domain))
}

// answered says whether the record has traffic of the other direction: as
// reverse elements (RFC 5103), or as the responder's share where the
// initiator's is all that there is of this one.
func (d *Decoder) answered() bool {
	f, r := &d.forward, &d.reverse
	if f.octets.byInitiator() && f.packets.byInitiator() {
		if r.octets[delta] == 0 {
			r.octets[delta] = f.octets[responder]
		}
		if r.packets[delta] == 0 {
			r.packets[delta] = f.packets[responder]
		}
	}
	return r.packets.value() > 0 || r.octets.value() > 0
}

// reversed is the other direction of a biflow whose first is r: endpoints,
// interfaces and systems change sides, the counters are its own. The
// translation of the source does not apply.
func reversed(r flow.Record, f, back *observation) flow.Record {
	r.Src, r.Dst = r.Dst, r.Src
	r.InIf, r.OutIf = r.OutIf, r.InIf
	r.SrcAS, r.DstAS = r.DstAS, r.SrcAS
	r.SrcPort, r.DstPort = r.DstPort, r.SrcPort
	if r.Proto == protoICMP || r.Proto == protoICMPv6 {
		r.SrcPort, r.DstPort = 0, port(back.icmp)
	}
	back.fill(&r)
	if r.EndReason == flow.Null {
		r.EndReason = f.endReason
	}
	r.HasNATSrc, r.NATSrc, r.NATSrcPort = false, flow.Addr{}, flow.Null
	return r
}
