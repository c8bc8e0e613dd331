package main

import (
	"fmt"
	"strings"

	"minewatch/analyze/report"
)

// coverageText says in one sentence what an answer rests on: what of all that
// the exporters sent is in the lake.
func coverageText(c *report.Coverage) string {
	senders := amount(c.Exporters, "exporter")
	if c.Expected > c.Exporters {
		senders = fmt.Sprintf("%d of %d expected %s", c.Exporters, c.Expected, plural(c.Expected, "exporter"))
	}
	if c.Percent == nil {
		return fmt.Sprintf("coverage not known: no receipt tells what was lost beside the %s of %s", amount(c.Flows, "flow"), senders)
	}
	text := fmt.Sprintf("coverage %s%% of what %s sent: %d %s in the lake, %s", c.PercentText(), senders,
		c.Stored, choose(c.Stored, "record is", "records are"), lostText(c))
	if c.Unaccounted > 0 {
		text += fmt.Sprintf("; not known for another %s without a receipt", amount(c.Unaccounted, "flow"))
	}
	return text
}

// lostText names each loss; what was not counted is said to be about so much.
func lostText(c *report.Coverage) string {
	if c.Lost() == 0 {
		return "none lost"
	}
	about := ""
	if c.Estimate {
		about = "about "
	}
	var parts []string
	for _, loss := range []struct {
		n     int64
		about string
		what  string
	}{
		{c.Missed, about, "never arrived"},
		{c.Unread, about, "without a template or unreadable"},
		{c.Malformed, "", "malformed"},
		{c.Disk, "", "not written to disk"},
		{c.Aborted, "", "given up with their file"},
		{c.Absent, "", "accepted, but not in the lake"},
	} {
		if loss.n != 0 {
			parts = append(parts, fmt.Sprintf("%s%d %s", loss.about, loss.n, loss.what))
		}
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return fmt.Sprintf("%s%d lost (%s)", about, c.Lost(), strings.Join(parts, ", "))
}

// describeCoverage says what several nights rest on.
func (e *environment) describeCoverage(c *report.Coverage) {
	e.say(coverageText(c))
	if short := c.Nights - c.NightsCovered; short > 0 {
		e.say(fmt.Sprintf("warning: %d of %d %s not covered, so what was not found there may not have been seen", short, c.Nights, choose(c.Nights, "night is", "nights are")))
	}
}

// coverageRemarks say why a day is not covered, and what the receipts know
// that is to be looked after. Hours ahead had not begun when the night was run.
func coverageRemarks(c *report.Coverage, least float64, ahead int) []string {
	var remarks []string
	if !c.Covered {
		var why []string
		if c.Percent != nil && *c.Percent < least {
			why = append(why, fmt.Sprintf("%s%% is below min_coverage_percent = %g", c.PercentText(), least))
		}
		if ahead > 0 {
			why = append(why, amount(ahead, "hour")+" of the day had not begun")
		}
		if silent := c.SilentHours - ahead*c.Expected; silent > 0 {
			why = append(why, fmt.Sprintf("exporters that are expected sent nothing for %s in all", amount(silent, "hour")))
		}
		if c.Unaccounted > 0 {
			why = append(why, fmt.Sprintf("%d %s in no receipt (from a log, an old lake, or a collector that was killed)", c.Unaccounted, choose(c.Unaccounted, "flow is", "flows are")))
		}
		if c.Short > 0 {
			why = append(why, fmt.Sprintf("%d of %s %s not covered: %s", c.Short, amount(c.Expected, "exporter"), choose(c.Short, "is", "are"), namesText(c.ShortExporters, c.Short)))
		}
		remarks = append(remarks, "warning: not covered, so what was not found may not have been seen: "+strings.Join(why, "; "))
	}
	if c.FaultyReceipts > 0 {
		remarks = append(remarks, fmt.Sprintf("the receipts of %s of an exporter do not add up and count as none; see receipt = 'faulty' in 'minewatch sql -c \"from coverage\"'",
			amount(c.FaultyReceipts, "hour")))
	}
	if c.NotAllowed > 0 {
		remarks = append(remarks, fmt.Sprintf("%d %s from senders that are not on the allow-list; a router that is missing there is not watched",
			c.NotAllowed, choose(c.NotAllowed, "datagram came", "datagrams came")))
	}
	return remarks
}

// namesText lists the names that there are of so many things.
func namesText(names []string, all int) string {
	text := strings.Join(names, ", ")
	if more := all - len(names); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}
