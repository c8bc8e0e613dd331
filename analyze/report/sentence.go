package report

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The sentences and figures of the summary. They are written here, not in a
// template, because what is said depends on what the week rests on.

func nightsRun(week *Week) int {
	n := 0
	for _, d := range week.Days {
		if d.Ran {
			n++
		}
	}
	return n
}

// unowned says whether no ledger tells whose the addresses are.
func unowned(week *Week) bool { return len(week.LedgerVersions) == 0 && week.Total.Units == 0 }

func suspected(t *Total) int { return t.HostsA + t.HostsB }

func (p *printer) weekTitle(week *Week) string {
	year, number := week.From.In(p.zone).ISOWeek()
	return p.say("week.title", year, number)
}

// marking says who may read the report.
func (p *printer) marking(week *Week) string {
	if week.Masked {
		return p.say("marking.public")
	}
	return p.say("marking")
}

func (p *printer) period(week *Week) string {
	from, to := week.From.In(p.zone), week.To.In(p.zone)
	return p.say("period", from.Year(), from.Month(), from.Day(), to.Month(), to.Day())
}

// headline is the one sentence that gets quoted.
func (p *printer) headline(week *Week) string {
	t := &week.Total
	switch {
	case nightsRun(week) == 0:
		return p.say("summary.no_nights")
	case suspected(t) == 0 && week.Coverage.NightsCovered < len(week.Days):
		return p.say("summary.none_short", p.some("clue", t.HostsC), p.some("exclusion", t.HostsX))
	case suspected(t) == 0:
		return p.say("summary.none", p.some("clue", t.HostsC), p.some("exclusion", t.HostsX))
	case unowned(week):
		return p.say("summary.headline_no_ledger", p.some("ip", suspected(t)), count(t.HostsA), count(t.HostsB), mbps(t.MeanMbps), mbps(t.P95Mbps))
	case week.Region != "":
		return p.say("summary.headline_region", p.some("ip", suspected(t)), count(t.HostsA), count(t.HostsB), p.some("unit", t.Units), mbps(t.MeanMbps), mbps(t.P95Mbps))
	default:
		return p.say("summary.headline", p.some("ip", suspected(t)), count(t.HostsA), count(t.HostsB),
			p.some("unit", t.Units), p.some("city", t.Cities), mbps(t.MeanMbps), mbps(t.P95Mbps))
	}
}

// None says that a part of the report has nothing to tell, or that nothing is
// known where no night was run.
func (c *page) None(key string) string {
	if nightsRun(c.Week) == 0 {
		key = "suspects.unknown"
	}
	return c.say(key)
}

// warnings name what makes the figures smaller than the truth.
func (p *printer) warnings(week *Week) []string {
	var list []string
	ran, hours := nightsRun(week), coveredHours(week)
	possible := 0 // of the days that have a night
	for _, d := range week.Days {
		if d.Ran {
			possible += p.hoursOf(d.Day)
		}
	}
	if week.Open {
		list = append(list, p.say("warning.open"))
	}
	if ran > 0 && ran < len(week.Days) {
		list = append(list, p.say("warning.nights", ran, len(week.Days)))
	}
	if missing := possible - hours; missing > 0 {
		list = append(list, p.say("warning.hours", p.some("hour", missing)))
	}
	if short := ran - week.Coverage.NightsCovered; short > 0 {
		list = append(list, p.say("warning.coverage", ran, short))
	}
	if n := week.Coverage.NotAllowed; n > 0 {
		list = append(list, p.say("warning.not_allowed", count(n)))
	}
	if ran == 0 {
		return list // feed and ledger are named by the nights
	}
	if len(week.FeedVersions) == 0 {
		list = append(list, p.say("warning.no_feed"))
	}
	if len(week.LedgerVersions) == 0 {
		list = append(list, p.say("warning.no_ledger"))
	} else if week.Total.NoOwner > 0 {
		list = append(list, p.say("warning.no_owner", p.some("ip", week.Total.NoOwner)))
	}
	return list
}

// hoursOf is how many hours a day has: not 24 where clocks are put on or back.
func (p *printer) hoursOf(day time.Time) int {
	start := day.In(p.zone)
	return int((start.AddDate(0, 0, 1).Sub(start) + time.Hour - 1) / time.Hour)
}

func coveredHours(week *Week) int {
	hours := 0
	for _, d := range week.Days {
		if d.Ran {
			hours += d.Hours
		}
	}
	return hours
}

func (p *printer) cards(week *Week) []card {
	if nightsRun(week) == 0 {
		return nil
	}
	t := &week.Total
	units := count(t.Units)
	if unowned(week) {
		units = p.say("unknown")
	}
	list := []card{
		{Class: "main", Label: p.say("card.suspects"), Value: count(suspected(t))},
		{Class: "A", Label: p.say("card.high"), Value: count(t.HostsA)},
		{Class: "B", Label: p.say("card.medium"), Value: count(t.HostsB)},
		{Label: p.say("card.units"), Value: units},
		{Label: p.say("card.mean"), Value: mbps(t.MeanMbps), Unit: "Mbps"},
		{Label: p.say("card.p95"), Value: mbps(t.P95Mbps), Unit: "Mbps"},
	}
	if last := week.Last; last != nil {
		list[0].Change = p.change(suspected(t) - suspected(last))
		list[1].Change = p.change(t.HostsA - last.HostsA)
		list[2].Change = p.change(t.HostsB - last.HostsB)
		list[3].Change = p.change(t.Units - last.Units)
		list[4].Change = p.changeMbps(t.MeanMbps, last.MeanMbps)
		list[5].Change = p.changeMbps(t.P95Mbps, last.P95Mbps)
	}
	return list
}

func (p *printer) change(by int) string {
	return p.direction(float64(by), count(max(by, -by)))
}

// changeMbps is the change between two rates as they are printed: who subtracts the figures
// of two reports gets the same.
func (p *printer) changeMbps(rate, last float64) string {
	by, digits := printedMbps(rate)-printedMbps(last), max(decimals(mbps(rate)), decimals(mbps(last)))
	amount := strconv.FormatFloat(math.Abs(by), 'f', digits, 64)
	tooSmall := min(rate, last) < leastMbps && math.Abs(rate-last) < leastMbps // beside "< 0.001"
	if rate != last && (by == 0 || tooSmall) {
		return p.say("change.about_same")
	}
	return p.direction(by, amount)
}

func (p *printer) direction(by float64, amount string) string {
	switch {
	case by > 0:
		return p.say("change.up", amount)
	case by < 0:
		return p.say("change.down", amount)
	default:
		return p.say("change.same")
	}
}

func (p *printer) comparison(week *Week) string {
	if nightsRun(week) == 0 {
		return p.say("comparison.no_today")
	}
	last := week.Last
	if week.LastFew {
		return p.say("comparison.few", leastShown)
	}
	if last == nil {
		return p.say("comparison.none")
	}
	by, key := suspected(&week.Total)-suspected(last), "comparison.same"
	switch {
	case by > 0:
		key = "comparison.up"
	case by < 0:
		key = "comparison.down"
	}
	return p.say(key, count(suspected(last)), count(max(by, -by)),
		count(last.HostsA), count(last.HostsB), count(last.Units), mbps(last.MeanMbps)) + p.unlike(week, "comparison.part")
}

// basis lists what the figures rest on, so that another run can be told
// apart from this one.
func (p *printer) basis(week *Week) []fact {
	ran, hours, possible := nightsRun(week), coveredHours(week), 0
	sampling := p.say("basis.unsampled")
	for _, d := range week.Days {
		possible += p.hoursOf(d.Day)
		if d.Sampled {
			sampling = p.say("basis.sampled")
		}
	}
	facts := []fact{
		{p.say("basis.nights"), []string{p.say("basis.nights_of", len(week.Days), ran)}},
		{p.say("basis.as_of"), []string{p.asOf(week.AsOf)}},
	}
	if ran > 0 {
		facts = append(facts,
			fact{p.say("basis.coverage"), []string{p.say("basis.hours", hours, possible, percent(100*float64(hours)/float64(possible)))}},
			fact{p.say("basis.percent"), p.coverageFacts(&week.Coverage)},
			fact{p.say("basis.exporters"), []string{p.say("basis.expected", count(week.Coverage.Exporters), count(week.Coverage.Expected))}},
			fact{p.say("basis.sampling"), []string{sampling}},
		)
	}
	if head := p.chainHead(week); head != "" {
		facts = append(facts, fact{p.say("basis.chain"), []string{head}})
	}
	facts = append(facts,
		fact{p.say("basis.feed"), p.orNone(week.FeedVersions)},
		fact{p.say("basis.ledger"), p.orNone(week.LedgerVersions)},
	)
	if len(week.Exclusions) > 0 {
		on := p.say("basis.exclusions_on", week.ExclusionsOn.In(p.zone).Format(time.DateOnly))
		facts = append(facts, fact{p.say("basis.exclusions"), append(slices.Clone(week.Exclusions), on)})
	}
	return append(facts,
		fact{p.say("basis.config"), []string{p.orUnknown(shortHash(week.ConfigHash))}},
		fact{p.say("basis.program"), []string{strings.TrimSpace("minewatch " + week.ProgramVersion)}},
	)
}

// chainHead names the last run that the report rests on, with its whole hash, as
// 'minewatch verify --head' takes it; "" where no run is in a chain.
func (p *printer) chainHead(week *Week) string {
	if week.ChainHead == nil {
		return ""
	}
	return p.say("basis.chain_head", week.ChainHead.SHA256, week.ChainHead.Run, p.asOf(week.ChainHead.RunAt))
}

// coverageFacts say what of all that was sent is in the lake, and what is
// known of the rest.
func (p *printer) coverageFacts(c *Coverage) []string {
	if c.Percent == nil {
		return []string{p.say("basis.percent_unknown", count(c.Unaccounted))}
	}
	list := []string{p.say("basis.stored", p.percentOf(c), count(c.Received), count(c.Stored), p.about(c.Lost(), c.Estimate))}
	if losses := p.losses(c); len(losses) > 0 {
		list = append(list, p.say("basis.lost", strings.Join(losses, p.say("list.separator"))))
	}
	if c.Unaccounted > 0 {
		list = append(list, p.say("loss.unaccounted", count(c.Unaccounted)))
	}
	return list
}

// shortHash is enough to tell two configurations apart.
func shortHash(hash string) string { return hash[:min(len(hash), 12)] }

func (p *printer) orNone(list []string) []string {
	if len(list) == 0 {
		return []string{p.say("none")}
	}
	return list
}

// asOf says a moment with its distance to UTC, for readers elsewhere.
func (p *printer) asOf(t time.Time) string {
	if t.IsZero() {
		return p.say("none")
	}
	t = t.In(p.zone)
	return fmt.Sprintf("%s (UTC%s)", t.Format("2006-01-02 15:04:05"), t.Format("-07:00"))
}

// date is a calendar day in words.
func (p *printer) date(t time.Time) string {
	t = t.In(p.zone)
	return p.say("date", t.Year(), t.Month(), t.Day())
}

// seenText says when a suspect was in contact first and last.
func (p *printer) seenText(s Suspect) string {
	return p.say("card.seen", p.when(s.FirstSeen), p.when(s.LastSeen))
}

// facts say in words what a suspect did, above its table of endpoints.
func (p *printer) facts(s Suspect) string {
	return strings.Join([]string{
		p.say("card.activity", p.some("day", s.ContactDays), p.some("hour", s.ContactHours),
			p.some("slot", s.ContactSlots), p.some("session", s.Sessions), p.lasted(&s, s.DurationSeconds)),
		p.say("card.traffic", shortBytes(s.BytesUp), shortBytes(s.BytesDown), p.some("connection", s.MaxConcurrent)),
	}, p.say("sentence.gap"))
}
