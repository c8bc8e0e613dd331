package pool

import (
	"encoding/csv"
	"io"
	"strconv"
	"time"
)

// Columns of the feed file.
var columns = []string{
	"ip", "port", "proto", "coin", "algorithm", "pool", "domain", "role", "first_seen", "last_seen",
	"confidence", "evidence", "shared", "source", "licence",
}

// WriteFeed writes the feed as CSV, times in RFC 3339, UTC.
func (c *Catalogue) WriteFeed(w io.Writer) error {
	out := csv.NewWriter(w)
	if err := out.Write(columns); err != nil {
		return err
	}
	for _, e := range c.Endpoints {
		port := ""
		if e.Port != 0 {
			port = strconv.Itoa(int(e.Port))
		}
		row := []string{
			e.Addr.String(), port, "tcp", e.Coin, e.Algorithm, e.Pool, e.Domain, e.Role, stamp(e.FirstSeen), stamp(e.LastSeen),
			strconv.Itoa(e.Confidence), e.Evidence, e.Shared, e.Source, "CC0-1.0",
		}
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// WriteSinkholes writes the negative list of the addresses that are no pool's
// any more.
func (c *Catalogue) WriteSinkholes(w io.Writer) error {
	out := csv.NewWriter(w)
	rows := [][]string{{"address"}}
	for _, e := range c.Find(Sinkhole, nil) {
		rows = append(rows, []string{e.Addr.String()})
	}
	return out.WriteAll(rows)
}

func stamp(ms int64) string {
	return time.UnixMilli(ms).UTC().Format(time.RFC3339)
}
