package ingest

import (
	"log/slog"
	"net/netip"
	"time"

	"minewatch/ingest/account"
	"minewatch/ingest/decode"
	"minewatch/ingest/flow"
	"minewatch/ingest/policy"
	"minewatch/ingest/source"
)

// intake takes datagrams in: is the exporter allowed, is the datagram whole,
// what does it say. It is used by one goroutine, and sees all datagrams of an
// exporter in their order.
type intake struct {
	allow      allowList
	headerTime bool
	now        func() time.Time
	decoder    *decode.Decoder
	refused    flow.Counts // what the decoder never saw
	bill       bill
}

// take appends the records of d to b, and enters them on its page.
func (in *intake) take(d *source.Datagram, b *batch) {
	exporter := d.From.Addr().Unmap()
	switch {
	case !in.allow.admits(d.From.Addr()):
		in.enter(b, account.Others, in.arrived(d))
		in.refuse(d, &in.refused.DatagramsNotAllowed)
	case d.Truncated:
		in.enter(b, exporter, in.arrived(d))
		in.refuse(d, &in.refused.DatagramsTruncated)
	default:
		received := in.received(d)
		in.enter(b, exporter, received)
		in.decoder.DecodeBatch(d.From, received, d.Payload, b.records)
		in.sight(b, d, received)
	}
}

// bill is the account that what is counted now will be laid to, and the counts
// when that began. Counts are compared only where the account changes, so a
// run of datagrams of one exporter costs nothing.
type bill struct {
	entry *account.Entry
	since flow.Counts
}

// enter has what is counted from here on laid to the exporter, in the hour of
// the time at.
func (in *intake) enter(b *batch, exporter netip.Addr, at time.Time) {
	if entry := b.page.Entry(exporter, at); entry != in.bill.entry {
		in.settle()
		in.bill.entry = entry
	}
}

// settle closes the account that is open. It is called before a batch is given
// on, because its page goes with it.
func (in *intake) settle() {
	now := in.counts()
	if in.bill.entry != nil {
		in.bill.entry.AddChange(&now, &in.bill.since)
	}
	in.bill = bill{since: now}
}

// sight notes where the datagram stands in its exporter's numbering. By header
// time, the exporter's clock and ours are days apart and say nothing.
func (in *intake) sight(b *batch, d *source.Datagram, received time.Time) {
	s, ok := in.decoder.Sighting()
	if !ok {
		return
	}
	if in.headerTime {
		s.Sent = time.Time{}
	}
	b.page.Arrived(received, d.Received, &s)
}

func (in *intake) refuse(d *source.Datagram, reason *int64) {
	in.refused.Datagrams++
	in.refused.DatagramBytes += int64(len(d.Payload))
	*reason++
}

// received is the time that the records of d are stored under: when it
// arrived, or, where that is not known or not wanted, when it was sent.
func (in *intake) received(d *source.Datagram) time.Time {
	if in.headerTime || d.Received.IsZero() {
		if sent, ok := exportTime(d.Payload); ok {
			return sent
		}
	}
	return in.arrived(d)
}

// arrived is when d came. What nobody has vouched for says nothing of time.
func (in *intake) arrived(d *source.Datagram) time.Time {
	if d.Received.IsZero() {
		return in.now()
	}
	return d.Received
}

func (in *intake) counts() flow.Counts {
	c := in.decoder.Counts()
	c.Add(&in.refused)
	return c
}

// allowList is the policy's answer to who may export. Flow export is
// unauthenticated UDP: a forged record would accuse an innocent subscriber.
type allowList struct {
	policy *policy.Live
	log    *slog.Logger
	warned map[netip.Addr]bool
}

// maxWarnings bounds how many refused exporters are named: whoever forges
// senders should not fill the log.
const maxWarnings = 100

func newAllowList(p *policy.Live, log *slog.Logger) allowList {
	return allowList{policy: p, log: log, warned: map[netip.Addr]bool{}}
}

func (a *allowList) admits(exporter netip.Addr) bool {
	if a.policy.Policy().Admits(exporter) {
		return true
	}
	a.warn(exporter.Unmap().WithZone(""))
	return false
}

func (a *allowList) warn(exporter netip.Addr) {
	if a.warned[exporter] || len(a.warned) >= maxWarnings {
		return
	}
	a.warned[exporter] = true
	a.log.Warn("exporter is not on the allow-list; its datagrams are counted and dropped",
		slog.String("exporter", exporter.String()))
	if len(a.warned) == maxWarnings {
		a.log.Warn("further refused exporters are not named", slog.Int("named", maxWarnings))
	}
}
