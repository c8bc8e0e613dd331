package report

import (
	"html/template"
	"strconv"
	"strings"
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
		m.add("", r.Unit, "<small>", p.joined(r.City, r.County), "</small>")
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
	m.add(`<article class="host" id="host-`, rank, "\">\n<h4><span class=\"number\">", rank, `</span> <span class="ip">`, r.Host, `</span> `)
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
	m.add("</span></h4>\n<p class=\"facts\">", p.facts(r.Suspect), "</p>\n")
	switch {
	case len(r.Evidence) > 0:
		m.add(`<ul class="reasons">`)
		for _, e := range r.Evidence {
			m.add(`<li><span class="points">`, points(e.Points), `</span>`, p.reason(e), `</li>`)
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
		m.add(`<tr><td><span class="ip">`, endpoint(d.PoolAddress, d.PoolPort), `</span><small>`, p.joined(p.orUnknown(d.Pool), d.Domain, p.orUnknown(d.Coin)),
			`</small></td><td class="ports">`, spaced(d.LocalPorts), `</td><td class="t">`, p.exact(d.FirstSeen), `<small>`, p.exact(d.LastSeen),
			`</small></td><td class="n">`, count(d.Sessions), `<small>`, p.say("days_hours", count(d.Days), count(d.Hours)),
			`</small></td><td class="n">`, p.lasted(&r.Suspect, d.Duration), `</td><td class="n">≥ `, count(d.MaxConcurrent),
			`</td><td class="n">`, shortBytes(d.BytesUp), `<small>`, shortBytes(d.BytesDown),
			`</small></td><td class="source">`, d.FeedSource, ` <small>`, d.FeedVersion, `</small><small>`, p.say("exporter", spaced(d.Exporters)),
			"</small></td></tr>\n")
	}
	m.add("</tbody>\n</table>\n")
	if r.DetailsCut != "" {
		m.add(`<p class="note">`, r.DetailsCut, "</p>\n")
	}
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
