package oracle

import "net/netip"

// Record is one flow record of the lake. Times are ms since 1970.
type Record struct {
	Start, End       int64
	Src, Dst         netip.Addr
	SrcPort, DstPort int
	Proto, Flags     int
	Bytes, Packets   int64 // as exported
	Sampling         int   // 1 in N; 0 = unknown
	Exporter         string
}

// Never is a date that a feed does not state.
const Never int64 = -1 << 62

// Entry is one row of the feed, with the dates that it states, ms since 1970.
type Entry struct {
	ID, Feed                                 string
	Range                                    netip.Prefix
	Port                                     int    // 0 = any
	Proto                                    string // tcp, udp, any
	Coin, Pool                               string // "" = unknown
	FirstSeen, LastSeen, ValidFrom, ValidTil int64  // Never = not stated
	Retrieved                                int64
	Confidence                               int
	Evidence, Shared                         string
}

// Input is a day and all that it is told from.
type Input struct {
	Records    []Record
	Entries    []Entry
	Internal   []netip.Prefix // none = the host is the side that is not listed
	TTLDays    map[string]int // by evidence, "cdn" and "default"
	Start, End int64          // of the day, ms since 1970
	Gap        int64          // longest silence within a session, ms
	SampledGap int64          // the same within a connection seen in samples, ms
}

// window is when an entry may be matched, both ends included.
func (in *Input) window(e *Entry) (from, until int64) {
	from, until = e.ValidFrom, e.ValidTil
	if from == Never {
		from = max(e.FirstSeen, 0)
	}
	if until != Never {
		return from, until
	}
	seen := e.LastSeen
	if seen == Never {
		seen = e.Retrieved
	}
	days, known := in.TTLDays[e.Evidence]
	if e.Shared == "cdn" {
		days, known = in.TTLDays["cdn"], true
	}
	if !known {
		days = in.TTLDays["default"]
	}
	return from, seen + int64(days)*24*3600*1000
}
