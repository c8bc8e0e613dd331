package scenario

import (
	"encoding/csv"
	"io"
	"net/netip"
	"strconv"
)

// Truth is what is known of one planted host. Times and bytes are those of its
// sessions with endpoints of the feed, as they really were: before sampling, and
// counted once however many routers saw them.
type Truth struct {
	Host      netip.Addr
	Behaviour string
	Class     Class
	Expected  string // grades that are right, separated by |
	Coin      string
	Pool      netip.AddrPort // the main endpoint
	Seconds   int64          // time with at least one session open
	Days      int            // local days with a session
	BytesUp   int64          // IP bytes from the host
	BytesDown int64
	Sampling  uint32 // of the routers that saw it, 1 = every packet
	Exporters string
	Note      string
}

// WriteTruth writes one row a host.
func WriteTruth(w io.Writer, list []Truth) error {
	out := csv.NewWriter(w)
	rows := [][]string{{
		"host", "behaviour", "class", "expected", "coin", "pool_ip", "pool_port", "true_seconds", "true_days",
		"true_bytes_up", "true_bytes_down", "sampling", "exporters", "note",
	}}
	for _, t := range list {
		rows = append(rows, []string{
			t.Host.String(), t.Behaviour, string(t.Class), t.Expected, t.Coin, t.Pool.Addr().String(), strconv.Itoa(int(t.Pool.Port())),
			strconv.FormatInt(t.Seconds, 10), strconv.Itoa(t.Days), strconv.FormatInt(t.BytesUp, 10), strconv.FormatInt(t.BytesDown, 10),
			strconv.FormatUint(uint64(t.Sampling), 10), t.Exporters, t.Note,
		})
	}
	return out.WriteAll(rows)
}
