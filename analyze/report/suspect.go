package report

import (
	"html/template"
	"strconv"
	"strings"
	"time"
)

// The rows and the cards of suspects are written here and not by the template: a
// week of a province has five million of their cells, each of which a template looks
// up by its name.

// markup is HTML in the making. What is tag is ours; what is text is escaped as the
// templates escape it.
type markup struct{ strings.Builder }

// escapes are those of html/template, so that both write the same.
var escapes = strings.NewReplacer("\x00", "\uFFFD", `"`, "&#34;", "&", "&amp;", "'", "&#39;", "+", "&#43;", "<", "&lt;", ">", "&gt;")

// add writes a tag, an escaped text, a tag and so on.
func (m *markup) add(parts ...string) {
	for i, part := range parts {
		if i%2 == 0 {
			m.WriteString(part)
		} else {
			_, _ = escapes.WriteString(m, part) // a builder takes everything
		}
	}
}

// suspectRow is a line of the table of suspects.
func (p *printer) suspectRow(r *row) (template.HTML, error) {
	var m markup
	rank := strconv.Itoa(r.Rank)
	m.add(`<tr><td class="n">`, rank, `</td><td class="ip">`)
	if r.Card {
		m.add(`<a href="#host-`, rank, `">`, r.Host, `</a>`)
	} else {
		m.add("", r.Host)
	}
	p.addNAT(&m, r)
	if r.ExcludedNow {
		m.add(`<small class="excluded">`, p.excludedText(r.ExcludedSince), `</small>`)
	}
	m.add(`</td><td data-v="`, r.Grade, `">`)
	if err := p.addGrade(&m, r.Grade); err != nil {
		return "", err
	}
	m.add(`</td><td class="n">`, score(r.Score), `</td><td class="unit">`)
	if r.Unit != "" {
		m.add("", r.Unit, `<small class="screen">`, p.joined(r.City, r.County), "</small>")
	} else {
		m.add("<em>", p.say("no_owner"), "</em>")
	}
	m.add(`</td><td class="n">`, count(r.ContactDays), `</td><td class="n">`, count(r.ContactHours),
		`</td><td class="n" data-v="`, strconv.FormatInt(r.DurationSeconds, 10), `">`, p.lasted(&r.Suspect, r.DurationSeconds),
		`</td><td class="n" data-v="`, strconv.Itoa(r.MaxConcurrent), `">≥ `, count(r.MaxConcurrent),
		`</td><td class="n" data-v="`, strconv.FormatInt(r.Bytes, 10), `">`, shortBytes(r.Bytes),
		`</td><td>`, p.list(r.Coins), "</td></tr>")
	return template.HTML(m.String()), nil
}

// card is all that the page tells of a suspect.
func (p *printer) card(r *row) (template.HTML, error) {
	var m markup
	rank := strconv.Itoa(r.Rank)
	class := "host"
	if !r.Paper {
		class = "host screen"
	}
	m.add(`<article class="`, class, `" id="host-`, rank, "\">\n<h4><span class=\"number\">", rank, `</span> <span class="ip">`, r.Host, `</span> `)
	if err := p.addGrade(&m, r.Grade); err != nil {
		return "", err
	}
	p.addNAT(&m, r)
	if r.ExcludedNow {
		m.add(` <span class="tag excluded">`, p.excludedText(r.ExcludedSince), `</span>`)
	}
	who := p.say("no_owner")
	if r.Unit != "" {
		who = p.joined(r.Unit, r.Sector, r.City, r.County)
	}
	m.add(` <span class="who">`, who)
	if r.Contact != "" {
		m.add(" · ", p.say("contact", r.Contact))
	}
	m.add("</span></h4>\n<p class=\"facts\">", p.seenText(r.Suspect), `<span class="screen">`, p.say("sentence.gap")+p.facts(r.Suspect), "</span></p>\n")
	switch {
	case len(r.Evidence) > 0:
		m.add(`<ul class="reasons">`)
		for i, e := range r.Evidence {
			item := "<li>"
			if i >= paperReasons && e.Points != 0 {
				item = `<li class="screen">`
			}
			m.add(item+`<span class="points">`, points(e.Points), `</span>`, p.reason(e), `</li>`)
		}
		m.add("</ul>\n")
	case r.Reasons != "":
		m.add(`<p class="facts">`, r.Reasons, "</p>\n")
	}
	if len(r.Details) > 0 {
		p.addDetails(&m, r)
	}
	m.add("</article>\n")
	return template.HTML(m.String()), nil
}

func (p *printer) addDetails(m *markup, r *row) {
	m.add(`<table class="details">
<thead><tr><th>`, p.say("col.endpoint"), `</th><th>`, p.say("col.local_ports"), `</th><th>`, p.say("col.seen"), `</th><th class="n">`, p.say("col.sessions"),
		`</th><th class="n">`, p.say("col.duration"), `</th><th class="n">`, p.say("col.connections"), `</th><th class="n">`, p.say("col.up_down"),
		`</th><th>`, p.say("col.source"), "</th></tr></thead>\n<tbody>\n")
	for i := range r.Details {
		d := &r.Details[i]
		row := "<tr>"
		if i >= paperDetails {
			row = `<tr class="screen">`
		}
		m.add(row+`<td><span class="ip">`, endpoint(d.PoolAddress, d.PoolPort), `</span><small>`, p.joined(p.orUnknown(d.Pool), p.orUnknown(d.Coin)))
		if d.Domain != "" {
			m.add(`<span class="screen"> · `, d.Domain, "</span>")
		}
		m.add(`</small></td><td class="ports"><span class="paper">`, p.say("col.local_ports"), ` </span>`, spaced(d.LocalPorts), `</td><td class="t seen">`)
		p.addExact(m, d.FirstSeen)
		m.add("<small>", "")
		p.addExact(m, d.LastSeen)
		m.add(`</small></td><td class="n screen">`, count(d.Sessions), `<small>`, p.say("days_hours", count(d.Days), count(d.Hours)),
			`</small></td><td class="n">`, p.lasted(&r.Suspect, d.Duration), `</td><td class="n screen">≥ `, count(d.MaxConcurrent),
			`</td><td class="n screen">`, shortBytes(d.BytesUp), `<small>`, shortBytes(d.BytesDown),
			`</small></td><td class="source screen">`, d.FeedSource, ` <small>`, d.FeedVersion, `</small><small>`, p.say("exporter", spaced(d.Exporters)),
			"</small></td></tr>\n")
	}
	m.add("</tbody>\n</table>\n")
	if r.DetailsCut != "" {
		m.add(`<p class="note screen">`, r.DetailsCut, "</p>\n")
	}
	if r.PaperCut != "" {
		m.add(`<p class="note paper">`, r.PaperCut, "</p>\n")
	}
}

// seen is when something was seen first and last; paper has the days only.
func (p *printer) seen(first, last time.Time) template.HTML {
	var m markup
	p.addSeen(&m, first)
	m.add("<small>", "")
	p.addSeen(&m, last)
	m.add("</small>")
	return template.HTML(m.String())
}

func (p *printer) addSeen(m *markup, t time.Time) {
	if t.IsZero() {
		m.add("", p.say("unknown"))
		return
	}
	m.add("", p.dayShort(t), `<span class="screen"> `, p.clock(t, "15:04"), "</span>")
}

// addExact is a time to the second, on paper to the minute and without the year, which
// the report has in its title.
func (p *printer) addExact(m *markup, t time.Time) {
	if t.IsZero() {
		m.add("", p.say("unknown"))
		return
	}
	m.add(`<span class="screen">`, p.clock(t, "2006-"), "</span>", p.clock(t, "01-02 15:04"), `<span class="screen">`, p.clock(t, ":05"), "</span>")
}

// excludedText says that a registered exclusion is in force, and since when.
func (p *printer) excludedText(since string) string {
	if since == "" {
		return p.say("excluded.now")
	}
	return p.say("excluded.since", since)
}

// unitExcluded says how many of a unit's suspects are excluded by now; "" for none.
func (p *printer) unitExcluded(u Unit) string {
	switch {
	case u.Excluded == 0:
		return ""
	case u.Excluded == u.A+u.B:
		return p.excludedText(u.ExcludedSince)
	case u.ExcludedSince == "":
		return p.say("units.excluded", count(u.Excluded))
	}
	return p.say("units.excluded_since", count(u.Excluded), u.ExcludedSince)
}

// addNAT is the template nat.
func (p *printer) addNAT(m *markup, r *row) {
	if r.NAT {
		m.add(` <span class="tag" title="`, p.say("nat.title"), `">NAT</span>`)
	}
}

// addGrade is the template grade.
func (p *printer) addGrade(m *markup, grade string) error {
	long, err := p.gradeText(grade)
	if err != nil {
		return err
	}
	short, err := p.gradeShort(grade)
	m.add(`<span class="grade g`, grade, `" title="`, long, `">`, short, `</span>`)
	return err
}
