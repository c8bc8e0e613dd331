package report

import (
	"html/template"
	"math"
	"slices"
	"strings"
)

// Place is a city, or a county in the report of a city, whose code the ledger has.
type Place struct {
	Code         string // GB/T 2260, six digits
	City, County string // County "" for a city
	A, B         int
	Hidden       bool // of a public version: it is in the line of the others, or has none
}

func (r *Place) name() string {
	if r.County != "" {
		return r.County
	}
	return r.City
}

// placesPart is the overview of the places on the page.
type placesPart struct {
	Figure *figure
	Notes  []string
}

// The size of the overview, in points. The page scales it to its column.
const (
	tilesWidth = 820
	tilesInRow = 6
	tileGap    = 6
	tileWidth  = (tilesWidth-tileGap*(tilesInRow-1))/float64(tilesInRow) + tileGap
	tileHeight = 58
	tileName   = 17 // columns of a terminal: a Chinese character takes two
)

// placesPart puts a tile for each place in the order of the codes: nothing here
// knows where places lie. A county has no places, and a public version no counties.
func (p *printer) placesPart(week *Week) (*placesPart, error) {
	if strings.Contains(week.Region, "/") || week.Masked && week.Region != "" {
		return nil, nil
	}
	lines, caption, none := week.Cities, p.say("places.caption_city"), p.say("places.no_codes_city")
	if week.Region != "" {
		lines, caption, none = week.Counties, p.say("places.caption_county"), p.say("places.no_codes_county")
	}
	switch {
	case nightsRun(week) == 0:
		return &placesPart{Notes: []string{p.say("places.no_nights")}}, nil
	case len(week.Places) == 0:
		return &placesPart{Notes: []string{none}}, nil
	}
	f, err := p.tiles(week.Places, caption)
	if err != nil {
		return nil, err
	}
	part := &placesPart{Figure: f, Notes: []string{p.say("places.note")}}
	if slices.ContainsFunc(week.Places, func(r Place) bool { return !r.Hidden && r.A+r.B == 0 }) {
		part.Notes = append(part.Notes, p.say("places.zero"))
	}
	if slices.ContainsFunc(week.Places, func(r Place) bool { return r.Hidden }) {
		part.Notes = append(part.Notes, p.say("places.hidden"))
	}
	var without []string
	for i := range lines {
		r := &lines[i]
		name := (&Place{City: r.City, County: r.County}).name()
		if name != "" && r.A+r.B > 0 && !slices.ContainsFunc(week.Places, func(x Place) bool { return x.City == r.City && x.County == r.County }) {
			without = append(without, name)
		}
	}
	if len(without) > 0 {
		part.Notes = append(part.Notes, p.say("places.without", p.list(strings.Join(without, ","))))
	}
	return part, nil
}

func (p *printer) tiles(places []Place, title string) (*figure, error) {
	most := 0
	words := make([]string, len(places))
	for i := range places {
		r := &places[i]
		most = max(most, r.A+r.B)
		words[i] = r.name() + ": " + noData
		if !r.Hidden {
			words[i] = r.name() + ": " + count(r.A+r.B)
		}
	}
	rows := math.Ceil(float64(len(places)) / tilesInRow)
	d := newDrawing(tilesWidth, rows*(tileHeight+tileGap)-tileGap)
	for i := range places {
		r := &places[i]
		x, y := float64(i%tilesInRow)*tileWidth, float64(i/tilesInRow)*(tileHeight+tileGap)
		fill, ink, figure := missingColour, mutedColour, noData
		if !r.Hidden {
			fill, ink = shade(r.A+r.B, most)
			figure = count(r.A + r.B)
		}
		d.box(x, y, tileWidth-tileGap, tileHeight, fill)
		d.write(x+8, y+20, 12.5, fromLeft, ink, cut(r.name(), tileName))
		d.write(x+8, y+tileHeight-9, 9.5, fromLeft, ink, r.Code)
		d.write(x+tileWidth-tileGap-8, y+tileHeight-9, 17, fromRight, ink, figure)
	}
	svg, err := d.svg(said{"places", title, strings.Join(words, p.say("list.separator"))})
	if err != nil {
		return nil, err
	}
	return &figure{Title: title, SVG: template.HTML(svg)}, nil
}

// placeSheet has the places of the overview. What a public version does not tell
// of is empty.
func placeSheet(places []Place) sheet {
	s := sheet{name: "places", columns: []string{"admin_code", "city", "county", "hosts_a", "hosts_b", "hosts"}}
	for _, r := range places {
		row := []any{r.Code, r.City, r.County, nil, nil, nil}
		if !r.Hidden {
			copy(row[3:], []any{r.A, r.B, r.A + r.B})
		}
		s.rows = append(s.rows, row)
	}
	return s
}

// rankMove is how a place's rank in the table stands to that of the week before:
// up, down, same, new, or not_known where that week has no night; "" where the
// place has no rank.
func (week *Week) rankMove(r *Region) string {
	switch {
	case r.Rank == 0:
		return ""
	case week.Last == nil:
		return "not_known"
	case r.LastRank == 0:
		return "new"
	case r.LastRank > r.Rank:
		return "up"
	case r.LastRank < r.Rank:
		return "down"
	}
	return "same"
}

// placeLine is a line of the table of cities or counties.
type placeLine struct {
	Region
	Move, MoveText, MoveTitle string // Move "" = it has no rank
}

// moved adds to the lines how their ranks have moved.
func (p *printer) moved(week *Week, lines []Region) []placeLine {
	list := make([]placeLine, len(lines))
	for i := range lines {
		r := &lines[i]
		list[i] = placeLine{Region: *r, Move: week.rankMove(r)}
		by := count(max(r.LastRank-r.Rank, r.Rank-r.LastRank))
		switch list[i].Move {
		case "up":
			list[i].MoveText, list[i].MoveTitle = "▲"+by, p.say("rank.up", by, r.LastRank)
		case "down":
			list[i].MoveText, list[i].MoveTitle = "▼"+by, p.say("rank.down", by, r.LastRank)
		case "same":
			list[i].MoveText, list[i].MoveTitle = "=", p.say("rank.same")
		case "new":
			list[i].MoveText, list[i].MoveTitle = p.say("rank.new"), p.say("rank.new_title")
		}
	}
	return list
}

// rankNote says what the ranks are compared with, and what that week rests on.
func (p *printer) rankNote(week *Week) string {
	if week.Masked {
		return ""
	}
	if week.Last == nil {
		return p.say("rank.note_none")
	}
	return p.say("rank.note") + p.unlike(week, "rank.note_part")
}

// unlike says what this week and the week before rest on, where either does not
// rest on all of its days; else nothing.
func (p *printer) unlike(week *Week, key string) string {
	if n := len(week.Trend); n > 1 {
		last, now := &week.Trend[n-2], &week.Trend[n-1]
		if last.state() != "whole" || now.state() != "whole" {
			return p.say("sentence.gap") + p.say(key, p.trendBasis(last), p.trendBasis(now))
		}
	}
	return ""
}

// moveCells are the ranks of a line as a table has them; what is not known is
// empty.
func (week *Week) moveCells(r *Region) []any {
	cells := []any{nil, nil, nil, week.rankMove(r)}
	if r.Rank > 0 {
		cells[0] = r.Rank
	}
	if r.Rank > 0 && r.LastRank > 0 && week.Last != nil {
		cells[1], cells[2] = r.LastRank, r.LastRank-r.Rank
	}
	return cells
}
