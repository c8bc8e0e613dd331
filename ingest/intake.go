package ingest

import (
	"log/slog"
	"net/netip"
	"time"

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
}

// take appends the records of d to out.
func (in *intake) take(d *source.Datagram, out *flow.Batch) {
	switch {
	case !in.allow.admits(d.From.Addr()):
		in.refuse(d, &in.refused.DatagramsNotAllowed)
	case d.Truncated:
		in.refuse(d, &in.refused.DatagramsTruncated)
	default:
		in.decoder.DecodeBatch(d.From, in.received(d), d.Payload, out)
	}
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
