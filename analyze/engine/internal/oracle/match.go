package oracle

import (
	"cmp"
	"net/netip"
)

// flow is a record seen from the side of a host that met a listed address.
type flow struct {
	*Record
	start, end int64 // cut to the day
	until      int64 // its end, or the next sign that its connection was open
	up         bool  // from the host
	local      int   // the host's port
	entry      choice
}

// key is whom a contact is between.
type key struct {
	host, pool  netip.Addr
	port, proto int
}

// choice is the entry that explains a flow, and how well.
type choice struct {
	*Entry
	match   string
	outside int64 // ms that the flow missed the window by
}

// flows are all flows of the day between an internal host and a listed address,
// by contact. A record between two listed addresses is looked at from both.
func (in *Input) flows() map[key][]flow {
	found := map[key][]flow{}
	for i := range in.Records {
		r := &in.Records[i]
		end := max(r.Start, r.End)
		if end < in.Start || r.Start >= in.End {
			continue
		}
		for _, up := range []bool{true, false} {
			k, local := key{r.Src, r.Dst, r.DstPort, r.Proto}, r.SrcPort
			if !up {
				k, local = key{r.Dst, r.Src, r.SrcPort, r.Proto}, r.DstPort
			}
			if !in.internal(k.host) {
				continue
			}
			if c, ok := in.explain(k, r.Start, end); ok {
				found[k] = append(found[k], flow{
					Record: r, start: max(r.Start, in.Start), end: min(end, in.End-1), until: min(end, in.End-1), up: up, local: local, entry: c,
				})
			}
		}
	}
	return found
}

func (in *Input) internal(host netip.Addr) bool {
	for _, p := range in.Internal {
		if p.Contains(host) {
			return true
		}
	}
	if len(in.Internal) > 0 {
		return false
	}
	for i := range in.Entries {
		if in.Entries[i].Range.Contains(host) {
			return false
		}
	}
	return true
}

// explain finds the entry that explains a flow best.
func (in *Input) explain(k key, start, end int64) (best choice, ok bool) {
	for i := range in.Entries {
		e := &in.Entries[i]
		if !e.Range.Contains(k.pool) {
			continue
		}
		c := choice{Entry: e, match: "other_port"}
		if number := map[string]int{"tcp": 6, "udp": 17, "any": 0}[e.Proto]; number == 0 || number == k.proto {
			switch e.Port {
			case 0:
				c.match = "address"
			case k.port:
				c.match = "port"
			}
		}
		if c.match == "other_port" && e.Shared != "none" {
			continue // somebody else's service on a shared address
		}
		from, until := in.window(e)
		c.outside = max(from-end, start-until, 0)
		if !ok || c.before(best) {
			best, ok = c, true
		}
	}
	return best, ok
}

// before tells whether c explains better than d.
func (c choice) before(d choice) bool {
	return cmp.Or(
		c.standing()-d.standing(),
		c.sharing()-d.sharing(),
		cmp.Compare(c.outside, d.outside),
		d.Confidence-c.Confidence,
		cmp.Compare(c.Feed, d.Feed),
		cmp.Compare(c.ID, d.ID),
	) < 0
}

func (c choice) standing() int {
	switch {
	case c.match == "port" && c.outside == 0:
		return 1
	case c.match == "address" && c.outside == 0:
		return 2
	case c.match == "port":
		return 3
	case c.match == "address":
		return 4
	default:
		return 5
	}
}

func (c choice) sharing() int {
	if c.Shared == "none" {
		return 0
	}
	return 1
}
