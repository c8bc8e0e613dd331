package week

import (
	"encoding/csv"
	"io"

	"minewatch/cmd/flowgen/internal/calendar"
	"minewatch/cmd/flowgen/internal/traffic"
)

// LookalikesFile names the hosts of o.Lookalikes.
const LookalikesFile = "lookalikes.csv"

// lookalikes exports a day of all hosts that look like miners, site by site in
// turn. Live sites have the last day only, and so none of them.
func lookalikes(o *Options, sites []*traffic.Background, live func(int) bool, day int) []traffic.Lookalike {
	var planted []traffic.Lookalike
	for i, site := 0, 0; i < o.Lookalikes; site++ {
		if n := site % len(sites); !live(n) {
			planted = append(planted, sites[n].Lookalike(i, day))
			i++
		}
	}
	return planted
}

// writeLookalikes writes one row a host; a week without any has no such file.
func writeLookalikes(dir string, list []traffic.Lookalike) error {
	if len(list) == 0 {
		return nil
	}
	return writeFile(dir, LookalikesFile, func(w io.Writer) error {
		rows := [][]string{{"host", "kind"}}
		for _, l := range list {
			rows = append(rows, []string{l.Host.String(), l.Kind})
		}
		return csv.NewWriter(w).WriteAll(rows)
	})
}

// lastDay is when the hosts are written down: they are the same every day.
const lastDay = calendar.Days - 1
