package report

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"minewatch/analyze/intake"
	xlsx "minewatch/analyze/workbook"
)

// SpotCheckSchema names the form of a spot check as JSON.
const SpotCheckSchema = "minewatch/spot-check/1"

// spotHeading is what stands above the addresses, by its label: all that is needed to
// draw them again.
func (p *printer) spotHeading(c *SpotCheck) [][2]string {
	week := c.Week
	region := week.Region
	if region == "" {
		region = p.say("region.all")
	}
	lines := [][2]string{
		{p.weekTitle(week), p.period(week)},
		{p.say("cover.region"), region},
		{p.say("spot.seed"), strconv.FormatUint(c.Seed, 10)},
		{p.say("spot.drawn"), p.say("spot.drawn_of", count(len(c.Drawn)), count(c.Suspects), p.some("unit", c.unitsDrawn()), count(len(c.Units)),
			p.some("city", c.citiesDrawn()), count(len(c.Cities)))},
	}
	if len(c.Drawn) < c.Asked {
		lines = append(lines, [2]string{p.say("cover.warning"), p.say("spot.too_few", count(c.Asked), count(c.Suspects))})
	}
	if n := len(c.Units); len(c.Drawn) > 0 && c.unitsDrawn() < n {
		lines = append(lines, [2]string{p.say("cover.warning"), p.say("spot.units_left", p.some("unit", n-c.unitsDrawn()))})
	}
	if c.NoOwner > 0 {
		lines = append(lines, [2]string{p.say("cover.warning"), p.say("spot.no_owner", p.some("ip", c.NoOwner))})
	}
	if c.Excluded > 0 {
		lines = append(lines, [2]string{p.say("cover.warning"), p.say("spot.excluded", p.some("ip", c.Excluded))})
	}
	return append(lines,
		[2]string{p.say("spot.method"), p.say("spot.method_text")},
		[2]string{p.say("basis.as_of"), p.asOf(week.AsOf)},
		[2]string{p.say("basis.ledger"), strings.Join(p.orNone(week.LedgerVersions), p.say("list.separator"))},
		[2]string{p.say("basis.program"), strings.TrimSpace("minewatch " + week.ProgramVersion)},
	)
}

func (c *SpotCheck) unitsDrawn() int  { return layersDrawn(c.Units) }
func (c *SpotCheck) citiesDrawn() int { return layersDrawn(c.Cities) }

func layersDrawn(layers []Layer) int {
	n := 0
	for _, l := range layers {
		if l.Drawn > 0 {
			n++
		}
	}
	return n
}

// spotSheet has the addresses. Each row says what it was drawn from and with, as
// rows are copied without what stands above them.
func (c *SpotCheck) spotSheet() sheet {
	s := sheet{name: "sample", columns: []string{
		"rank", "city", "county", "unit", "contact", "host", "grade", "nat", "first_seen", "last_seen", "contact_hours", "pools", "coins",
		"city_suspects", "city_drawn", "unit_suspects", "unit_drawn", "sample_week", "seed", "draw_hash",
	}}
	for i := range c.Drawn {
		d := &c.Drawn[i]
		s.rows = append(s.rows, []any{
			d.Rank, d.City, d.County, d.Unit, d.Contact, d.Host, d.Grade, d.NAT, known(d.FirstSeen), known(d.LastSeen), d.ContactHours, d.Pools, d.Coins,
			d.OfCity.Suspects, d.OfCity.Drawn, d.OfUnit.Suspects, d.OfUnit.Drawn, c.Week.Name, strconv.FormatUint(c.Seed, 10), d.Hash,
		})
	}
	return s
}

// layerSheets say how many were drawn of how many, also where none was.
func (c *SpotCheck) layerSheets() []sheet {
	cities := sheet{name: "sample_cities", columns: []string{"city", "city_suspects", "city_drawn"}}
	for _, l := range c.Cities {
		cities.rows = append(cities.rows, []any{l.City, l.Suspects, l.Drawn})
	}
	units := sheet{name: "sample_units", columns: []string{"city", "unit", "unit_suspects", "unit_drawn"}}
	for _, l := range c.Units {
		units.rows = append(units.rows, []any{l.City, l.Unit, l.Suspects, l.Drawn})
	}
	return []sheet{cities, units}
}

// CSV writes the addresses for a spreadsheet, as CSVFiles does.
func (c *SpotCheck) CSV(w io.Writer) error {
	zone := c.Week.Zone
	if zone == nil {
		zone = time.UTC
	}
	s := c.spotSheet()
	return s.csv(w, zone)
}

// JSON writes the sample as one document, its tables as those of the report.
func (c *SpotCheck) JSON(w io.Writer) error {
	p, err := newPrinter(English, c.Week.Zone)
	if err != nil {
		return err
	}
	return p.writeJSON(w, struct {
		Schema         string    `json:"schema"`
		Week           string    `json:"week"`
		Zone           string    `json:"zone"`
		Region         string    `json:"region"`
		Seed           string    `json:"seed"` // text: not every program has whole numbers of 64 bits
		Asked          int       `json:"asked"`
		Drawn          int       `json:"drawn"`
		Suspects       int       `json:"suspects"`
		NoOwner        int       `json:"no_owner"`
		Excluded       int       `json:"excluded"`
		AsOf           time.Time `json:"as_of"`
		ProgramVersion string    `json:"program_version"`
		LedgerVersions []string  `json:"ledger_versions"`
		Tables         noTables  `json:"tables"`
	}{
		SpotCheckSchema, c.Week.Name, p.zone.String(), c.Week.Region, strconv.FormatUint(c.Seed, 10), c.Asked, len(c.Drawn), c.Suspects, c.NoOwner, c.Excluded,
		c.Week.AsOf.UTC(), c.Week.ProgramVersion, orEmpty(c.Week.LedgerVersions),
		noTables{},
	}, append([]sheet{c.spotSheet()}, c.layerSheets()...))
}

// Workbook writes the sample as an xlsx workbook: what it was drawn from and
// with, the addresses, the cities and the units.
func (c *SpotCheck) Workbook(w io.Writer, lang Lang) error {
	p, err := newPrinter(lang, c.Week.Zone)
	if err != nil {
		return err
	}
	title := p.say("spot.title")
	b, err := newWorkbook(p, title+" "+c.Week.Name, c.Week)
	if err != nil {
		return fmt.Errorf("write spot check of %s: %w", c.Week.Name, err)
	}
	leaf, err := b.leaf(p.say("sheet.cover"))
	if err == nil {
		err = errors.Join(leaf.line(title, "", "title"), leaf.line(p.say("marking"), "", "label"), leaf.line(c.Week.Site, "", "label"))
	}
	if err == nil {
		for _, l := range p.spotHeading(c) {
			err = errors.Join(err, leaf.line(l[0], l[1], "label"))
		}
	}
	for _, s := range append([]sheet{c.spotSheet()}, c.layerSheets()...) {
		if err == nil {
			err = b.table(&s)
		}
	}
	if err == nil {
		err = xlsx.Write(w, b.file, b.bodies)
	}
	if err = errors.Join(err, b.file.Close()); err != nil {
		return fmt.Errorf("write spot check of %s: %w", c.Week.Name, err)
	}
	return nil
}

// Table writes the sample for a terminal: the heading, the addresses, and how
// many of how many were drawn of each city and unit.
func (c *SpotCheck) Table(w io.Writer, lang Lang) error {
	p, err := newPrinter(lang, c.Week.Zone)
	if err != nil {
		return err
	}
	var out strings.Builder
	fmt.Fprintf(&out, "%s\n", p.say("spot.title"))
	for _, l := range p.spotHeading(c) {
		fmt.Fprintf(&out, "%s: %s\n", l[0], intake.OneLine(l[1]))
	}
	addresses := [][]string{{p.say("col.host"), p.say("col.grade"), p.say("col.unit"), p.say("col.city"), p.say("col.county"), p.say("col.contact")}}
	for i := range c.Drawn {
		d := &c.Drawn[i]
		addresses = append(addresses, []string{d.Host, d.Grade, d.Unit, p.orUnknown(d.City), d.County, d.Contact})
	}
	counts := [][]string{{p.say("col.city"), p.say("col.unit"), p.say("spot.drawn")}}
	for _, city := range c.Cities {
		of := func(l Layer) string { return p.say("of_expected", l.Drawn, l.Suspects) }
		counts = append(counts, []string{p.orUnknown(city.City), "", of(city)})
		for _, unit := range c.Units {
			if unit.City == city.City {
				counts = append(counts, []string{"", unit.Unit, of(unit)})
			}
		}
	}
	for _, lines := range [][][]string{addresses, counts} {
		if len(lines) > 1 {
			fmt.Fprintf(&out, "\n%s", plainTable(lines))
		}
	}
	_, err = io.WriteString(w, out.String())
	return err
}

// plainTable aligns lines of cells, of which the first is the head.
func plainTable(lines [][]string) string {
	t := table.NewWriter()
	style := table.StyleDefault
	style.Options = table.OptionsNoBordersAndSeparators
	style.Box.PaddingLeft, style.Box.PaddingRight = "", strings.Repeat(" ", columnGap)
	style.Format.Header = text.FormatDefault
	t.SetStyle(style)
	for i, line := range lines {
		row := make(table.Row, len(line))
		for j, cell := range line {
			row[j] = intake.OneLine(cell)
		}
		if i == 0 {
			t.AppendHeader(row)
		} else {
			t.AppendRow(row)
		}
	}
	var out strings.Builder
	for line := range strings.SplitSeq(t.Render(), "\n") {
		out.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return out.String()
}
