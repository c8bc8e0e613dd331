package report

import (
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The most that the page shows of the exporters; coverage.csv has all.
const (
	maxExporters = 60
	maxGaps      = 80
)

// coveragePart is what the page says of the coverage: one line an exporter
// with a cell for each day, and each gap with its reasons.
type coveragePart struct {
	Verdict          string
	Rows             []exporterRow
	RowsCut, GapsCut string
	Gaps             []gap
}

type exporterRow struct {
	Exporter, Sampling, Clock string
	Days                      []dayCell
}

// dayCell is what an exporter's day is worth.
type dayCell struct {
	Text  string
	Notes []string
	Class string // of the cell: gap, missing or none
}

// gap is an exporter's day that is not covered.
type gap struct {
	ExporterDay
	Lost    string
	Reasons []string
}

func (p *printer) coveragePart(week *Week) *coveragePart {
	if nightsRun(week) == 0 {
		return nil
	}
	part := &coveragePart{Verdict: p.verdict(week)}
	byExporter := map[string]map[time.Time]ExporterDay{}
	short := map[string]int{} // days that are not covered
	for _, e := range week.Exporters {
		if !e.Covered {
			part.Gaps = append(part.Gaps, gap{e, p.lostOf(&e.Coverage), p.lossReasons(&e)})
		}
		if e.Exporter == "" {
			continue
		}
		if byExporter[e.Exporter] == nil {
			byExporter[e.Exporter] = map[time.Time]ExporterDay{}
		}
		byExporter[e.Exporter][e.Day] = e
		if !e.Covered {
			short[e.Exporter]++
		}
	}
	names := sortedExporters(byExporter)
	if n := len(names); n > maxExporters {
		slices.SortStableFunc(names, func(a, b string) int { return short[b] - short[a] })
		names = names[:maxExporters]
		part.RowsCut = p.say("coverage.rows_cut", count(maxExporters), count(n))
	}
	for _, name := range names {
		part.Rows = append(part.Rows, p.exporterRow(week, name, byExporter[name]))
	}
	if n := len(part.Gaps); n > maxGaps {
		slices.SortStableFunc(part.Gaps, func(a, b gap) int { return b.worth() - a.worth() })
		part.Gaps = part.Gaps[:maxGaps]
		part.GapsCut = p.say("table.cut", count(maxGaps), count(n))
	}
	return part
}

// worth orders gaps where not all are shown: the longest silence, then the
// largest loss, first.
func (g *gap) worth() int {
	lost := 10_000
	if g.Percent != nil {
		lost = int(100 * (100 - *g.Percent))
	}
	return g.SilentHours*100_000 + lost
}

// verdict says what the week's coverage allows to conclude.
func (p *printer) verdict(week *Week) string {
	c := &week.Coverage
	if c.NightsCovered == len(week.Days) {
		text := p.say("coverage.whole", len(week.Days))
		if slices.ContainsFunc(week.Days, func(d Day) bool { return d.Sampled }) {
			text += p.say("sentence.gap") + p.say("coverage.sampled")
		}
		return text
	}
	return p.say("coverage.gaps", len(week.Days), c.NightsCovered, len(week.Days)-c.NightsCovered)
}

func (p *printer) exporterRow(week *Week, name string, days map[time.Time]ExporterDay) exporterRow {
	row := exporterRow{Exporter: name}
	rate, replaced, ahead, timed := 0, int64(0), int64(0), false
	for _, d := range week.Days {
		e, ok := days[d.Day]
		rate, replaced = max(rate, e.SamplingRate), replaced+e.ClockReplaced
		if e.ClockAheadMin != nil && e.ClockAheadMax != nil {
			timed, ahead = true, max(ahead, *e.ClockAheadMax, -*e.ClockAheadMin)
		}
		row.Days = append(row.Days, p.dayCell(d.Ran, ok, &e))
	}
	row.Sampling = p.sampling(rate)
	switch {
	case replaced > 0:
		row.Clock = p.say("clock.replaced", count(replaced))
	case timed:
		row.Clock = p.say("clock.within", strconv.FormatFloat(float64(max(ahead, 100))/1000, 'f', 1, 64))
	default:
		row.Clock = p.say("clock.untold")
	}
	return row
}

func (p *printer) dayCell(ran, expected bool, e *ExporterDay) dayCell {
	switch {
	case !ran:
		return dayCell{Text: p.say("cell.no_night"), Class: "missing"}
	case !expected:
		return dayCell{Text: "–"}
	case e.SilentHours == 24:
		return dayCell{Text: p.say("cell.silent"), Class: "gap"}
	}
	cell := dayCell{Text: p.percentOf(&e.Coverage)}
	if e.SilentHours > 0 {
		cell.Notes = append(cell.Notes, p.silentHours(e.SilentHours))
	}
	cell.Notes = append(cell.Notes, p.partUnknown(&e.Coverage)...)
	if !e.Covered {
		cell.Class = "gap"
	}
	return cell
}

// gapNotes say of a whole day what its percentage does not.
func (p *printer) gapNotes(c Coverage) []string {
	var notes []string
	if c.SilentHours > 0 {
		notes = append(notes, p.say("cell.silent_in_all", p.some("hour", c.SilentHours)))
	}
	return append(notes, p.partUnknown(&c)...)
}

// partUnknown is a note where the percentage is that of a part.
func (p *printer) partUnknown(c *Coverage) []string {
	if c.Percent == nil || c.Unaccounted == 0 {
		return nil
	}
	return []string{p.say("cell.part_unknown")}
}

func (p *printer) silentHours(n int) string { return p.say("cell.silent_hours", p.some("hour", n)) }

// percentOf is the coverage, or that it is not known.
func (p *printer) percentOf(c *Coverage) string {
	if c.Percent == nil {
		return p.say("unknown")
	}
	return c.PercentText() + "%"
}

// lostOf is how many records were lost, if anything tells.
func (p *printer) lostOf(c *Coverage) string {
	switch {
	case c.Percent == nil && c.Lost() == 0:
		return p.say("unknown")
	case c.Estimate:
		return p.say("loss.about", count(c.Lost()))
	default:
		return count(c.Lost())
	}
}

// sampling is the rate as network people write it.
func (p *printer) sampling(rate int) string {
	switch rate {
	case 0:
		return p.say("unknown")
	case 1:
		return p.say("sampling.every")
	default:
		return "1:" + strconv.Itoa(rate)
	}
}

// lossReasons says why an exporter's day is not covered, each reason with its
// number.
func (p *printer) lossReasons(e *ExporterDay) []string {
	list := p.losses(&e.Coverage)
	if e.SilentHours > 0 {
		list = append(list, p.silentHours(e.SilentHours))
	}
	if e.Unaccounted > 0 {
		list = append(list, p.say("loss.unaccounted", count(e.Unaccounted)))
	}
	if e.FaultyReceipts > 0 {
		list = append(list, p.say("loss.faulty", p.some("hour", e.FaultyReceipts)))
	}
	for _, d := range []struct {
		n   int64
		key string
	}{{e.DatagramsRefused, "loss.refused"}, {e.DatagramsUnseen, "loss.unseen"}, {e.NotAllowed, "loss.not_allowed"}} {
		if d.n > 0 {
			list = append(list, p.say(d.key, count(d.n)))
		}
	}
	return list
}

// about is a number of records as part of a sentence.
func (p *printer) about(n int64, estimated bool) string {
	if estimated {
		return p.say("loss.about", count(n))
	}
	return p.say("loss.counted", count(n))
}

// losses names what of the records is not in the lake.
func (p *printer) losses(c *Coverage) []string {
	var list []string
	for _, loss := range []struct {
		n         int64
		key       string
		estimated bool
	}{
		{c.Missed, "loss.missed", c.Estimate},
		{c.Unread, "loss.unread", c.Estimate},
		{c.Malformed, "loss.malformed", false},
		{c.Disk, "loss.disk", false},
		{c.Aborted, "loss.aborted", false},
		{c.Absent, "loss.absent", false},
	} {
		if loss.n > 0 {
			list = append(list, p.say(loss.key, p.about(loss.n, loss.estimated)))
		}
	}
	return list
}

// sortedExporters are the exporters in the order of their addresses.
func sortedExporters(m map[string]map[time.Time]ExporterDay) []string {
	names := slices.Collect(maps.Keys(m))
	slices.SortFunc(names, func(a, b string) int {
		x, errX := netip.ParseAddr(a)
		y, errY := netip.ParseAddr(b)
		if errX != nil || errY != nil {
			return strings.Compare(a, b)
		}
		return x.Compare(y)
	})
	return names
}
