package report

import (
	"fmt"
	"html/template"
	"image/color"
	"slices"
	"strings"
)

// The most that the page shows of one kind. A whole province can have
// thousands, and a browser must still open the page; the CSV files have all.
const (
	maxCards    = 300
	maxClues    = 500
	maxExcluded = 200
	maxDetails  = 25 // endpoints of one address
)

// The most that is printed of it: paper is for reading, the workbook beside it for
// looking up. What is not printed is of the class screen, what is only printed of the
// class paper.
const (
	paperCards   = 100
	paperDetails = 3
	paperReasons = 4 // those with the most points; what limits the view has none, and stays
)

// page is what the templates read: the week, and what it means in words.
type page struct {
	Week   *Week
	Style  template.CSS
	Script template.JS

	Sections                        []string
	Region, WeekTitle, Period       string
	Marking                         string
	AsOf, Zone, ChainHead           string
	Headline, Comparison            string
	say                             func(key string, args ...any) string
	numeral                         func(n int) string // of a heading
	HistoryLine, EnergyLine         string
	Warnings                        []string
	Cards                           []card
	Charts                          []figure
	Trend                           *trendPart
	Hours                           *hoursPart // nil: not told
	Places                          *placesPart
	Cities, Counties                []placeLine
	RankNote                        string
	CitiesCut, CountiesCut          string
	Sectors, Coins                  *shareTable
	Energy                          *energyPart
	Units                           []Unit
	UnitsCut                        string
	Suspects, NoOwner               []*row
	Clues, Excluded                 []*row
	CardsCut, CluesCut, ExcludedCut string
	CardsCutOnPaper                 string
	ExcludedSuspects                string // how many of the suspects are excluded by now; "" = none
	Basis                           []fact
	Coverage                        *coveragePart
	History                         *historyPart
	Cases                           *casesPart
	Uncertainties, Limits, Grades   []string
}

// card is one of the large figures.
type card struct {
	Class, Label, Value, Unit, Change string
}

// figure is a chart with its words.
type figure struct {
	Title  string
	Legend []legendKey
	SVG    template.HTML
}

type legendKey struct{ Class, Label string }

// shareTable is a split with the name of what is split.
type shareTable struct {
	Column string
	Shares []Share
}

// row is a suspect in a table.
type row struct {
	Suspect
	Bytes      int64
	Card       bool   // its details stand on the page
	DetailsCut string // says how many of them
	Paper      bool   // its details are printed, too
	PaperCut   string // says how many of them are not
	Sampled    bool   // durations are lower bounds: packets between the sampled ones are unseen
}

// fact is one line of what the report rests on.
type fact struct {
	Label  string
	Values []string
}

// Heading is a section's title with its number: the number of what is on the page, as a
// public version leaves sections out. Other sections are referred to by their names.
func (c *page) Heading(section string) string {
	return c.say("section", c.numeral(slices.Index(c.Sections, section)+1), c.say(section+".title"))
}

func newPage(week *Week, p *printer) (*page, error) {
	week = p.withSectors(week)
	css, err := style()
	if err != nil {
		return nil, err
	}
	js, err := script()
	if err != nil {
		return nil, err
	}
	charts, err := p.charts(week)
	if err != nil {
		return nil, err
	}
	trend, err := p.trendPart(week)
	if err != nil {
		return nil, err
	}
	places, err := p.placesPart(week)
	if err != nil {
		return nil, err
	}
	content := &page{
		Week: week, Style: css, Script: js,
		Sections: []string{"summary", "regions", "units", "pools", "energy", "suspects", "history", "cases", "clues", "excluded", "basis", "limits"},

		Region: week.Region, WeekTitle: p.weekTitle(week), Period: p.period(week), Marking: p.marking(week),
		AsOf: p.asOf(week.AsOf), ChainHead: p.chainHead(week), Zone: p.zone.String(),
		Headline: p.headline(week), Comparison: p.comparison(week), say: p.say, numeral: p.numeral,
		EnergyLine: p.energyLine(week), Energy: energyOf(week),
		HistoryLine: p.historyLine(week), History: p.historyPart(week), Cases: p.casesPart(week),
		Warnings: p.warnings(week), Cards: p.cards(week), Charts: charts,
		Trend: trend, Places: places, RankNote: p.rankNote(week),
		Sectors: shares(week.Sectors, p.say("col.sector")),
		Coins:   shares(week.Coins, p.say("col.coin")),
		Basis:   p.basis(week), Coverage: p.coveragePart(week),

		Uncertainties: []string{"limit.machine", "limit.rigs", "limit.intent"},
		Limits: []string{
			"limit.feed", "limit.coverage", "limit.sampling", "limit.traffic", "limit.ownership", "limit.no_probing",
		},
		Grades: []string{"A", "B", "C", "X"},
	}
	if content.Region == "" {
		content.Region = p.say("region.all")
	}
	if week.Masked {
		content.Sections = []string{"summary", "regions", "pools", "energy", "suspects", "history", "basis", "limits"}
		content.Uncertainties[0] = "limit.machine_public"
	} else if content.Hours, err = p.hoursPart(week); err != nil {
		return nil, err
	}
	content.listRegions(week, p)
	content.listUnits(week, p)
	content.listHosts(week, p)
	return content, nil
}

// listRegions leaves out the places that have clues only: a line of zeros
// would rank a place in which nobody is under suspicion.
func (c *page) listRegions(week *Week, p *printer) {
	shown, cities := ranked(week.Cities)
	if c.Cities = p.moved(week, shown); cities > 0 && week.Region == "" {
		c.CitiesCut = p.say("regions.cities_clues", p.some("city", cities))
	}
	shown, counties := ranked(week.Counties)
	if c.Counties = p.moved(week, shown); counties > 0 && !strings.Contains(week.Region, "/") {
		c.CountiesCut = p.say("regions.counties_clues", p.some("county", counties))
	}
}

// ranked are the places with suspects, and how many have clues only. The
// hosts without an owner are no place: their line comes last.
func ranked(all []Region) (shown []Region, cut int) {
	var rest []Region
	for _, r := range all {
		switch {
		case r.WithoutAnOwner, r.Others:
			rest = append(rest, r)
		case r.A+r.B > 0:
			shown = append(shown, r)
		default:
			cut++
		}
	}
	return append(shown, rest...), cut
}

// listUnits leaves out the units that have clues only: the list is what
// notices are written from, and a clue is no ground for one.
func (c *page) listUnits(week *Week, p *printer) {
	for _, u := range week.Units {
		if u.A+u.B > 0 {
			c.Units = append(c.Units, u)
		}
	}
	if n := len(week.Units) - len(c.Units); n > 0 {
		c.UnitsCut = p.say("units.clues", p.some("unit", n))
	}
}

// listHosts fills the tables of addresses and says where one is cut.
func (c *page) listHosts(week *Week, p *printer) {
	c.Suspects = rows(week.Suspects)
	for i := range c.Suspects {
		c.Suspects[i].Card, c.Suspects[i].Paper = i < maxCards, i < paperCards
		if n := len(c.Suspects[i].Details); n > paperDetails {
			c.Suspects[i].PaperCut = p.say("paper.details", count(n-paperDetails))
		}
		if n := len(c.Suspects[i].Details); n > maxDetails {
			c.Suspects[i].Details = c.Suspects[i].Details[:maxDetails]
			c.Suspects[i].DetailsCut = p.say("details.cut", count(maxDetails), count(n))
		}
		if c.Suspects[i].Unit == "" {
			c.NoOwner = append(c.NoOwner, c.Suspects[i])
		}
	}
	if n := len(c.Suspects); n > maxCards {
		c.CardsCut = p.say("suspects.cut", count(maxCards), count(n-maxCards))
	}
	if n := len(c.Suspects); n > paperCards {
		c.CardsCutOnPaper = p.say("paper.cards", count(paperCards), count(n-paperCards))
	}
	c.Clues, c.CluesCut = p.first(rows(week.Clues), maxClues)
	c.Excluded, c.ExcludedCut = p.first(rows(week.Excluded), maxExcluded)
	if n := week.SuspectsExcluded; n > 0 {
		c.ExcludedSuspects = p.say("excluded.suspects", p.some("ip", n))
	}
}

func (p *printer) first(all []*row, most int) (shown []*row, cut string) {
	if len(all) <= most {
		return all, ""
	}
	return all[:most], p.say("table.cut", count(most), count(len(all)))
}

func rows(suspects []Suspect) []*row {
	list := make([]*row, len(suspects))
	for i, s := range suspects {
		list[i] = &row{
			Suspect: s, Bytes: s.BytesUp + s.BytesDown, Sampled: s.sampled(),
		}
	}
	return list
}

func shares(list []Share, column string) *shareTable {
	if len(list) == 0 {
		return nil
	}
	return &shareTable{Column: column, Shares: list}
}

// charts draws the days of the week, if any night ran.
func (p *printer) charts(week *Week) ([]figure, error) {
	if nightsRun(week) == 0 {
		return nil, nil
	}
	n := len(week.Days)
	high, medium, rate := make([]float64, n), make([]float64, n), make([]float64, n)
	names, missing := make([]string, n), make([]bool, n)
	for i, d := range week.Days {
		names[i], missing[i] = p.dayShort(d.Day), !d.Ran
		if d.Ran {
			high[i], medium[i], rate[i] = float64(d.A), float64(d.B), d.MeanMbps
		}
	}
	hosts := chart{
		names: names, height: chartHeight, missing: missing, whole: true,
		layers: []bars{
			{values: high, colour: color.RGBA{R: 0xa4, G: 0x26, B: 0x2c, A: 0xff}},
			{values: medium, colour: color.RGBA{R: 0xe0, G: 0xa0, B: 0x42, A: 0xff}},
		},
		label: func(total float64) string { return count(int64(total)) },
	}
	traffic := chart{
		names: names, height: chartHeight, missing: missing,
		layers: []bars{{values: rate, colour: color.RGBA{R: 0x4f, G: 0x81, B: 0xad, A: 0xff}}},
		label:  mbps,
	}
	figures := []figure{
		{Title: p.say("chart.hosts"), Legend: []legendKey{{"A", p.say("col.a")}, {"B", p.say("col.b")}}},
		{Title: p.say("chart.mbps")},
	}
	for i, c := range []chart{hosts, traffic} {
		svg, err := c.svg(said{fmt.Sprintf("days-%d", i+1), figures[i].Title, p.daysText(week, &c)})
		if err != nil {
			return nil, fmt.Errorf("chart of %s: %w", figures[i].Title, err)
		}
		figures[i].SVG = template.HTML(svg)
		if nightsRun(week) < n {
			figures[i].Legend = append(figures[i].Legend, legendKey{"missing", p.say("chart.missing")})
		}
	}
	return figures, nil
}

// daysText says a chart of days in words.
func (p *printer) daysText(week *Week, c *chart) string {
	words := make([]string, len(week.Days))
	for i := range week.Days {
		figure := p.say("chart.missing")
		if !c.missing[i] {
			total := 0.0
			for _, layer := range c.layers {
				total += layer.values[i]
			}
			figure = c.label(total)
		}
		words[i] = p.day(week.Days[i].Day) + ": " + figure
	}
	return strings.Join(words, p.say("list.separator"))
}
