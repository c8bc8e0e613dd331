package report

import (
	"html/template"
	"strconv"
	"time"
)

// Hour is one hour of the week, by the clock of its zone.
type Hour struct {
	Day   time.Time // its midnight
	Hour  int       // 0 to 23
	Hosts *int      // of grade A and B, in contact; nil: no flow of the hour is there
}

// hoursPart is the map of the week's hours on the page.
type hoursPart struct {
	Figure figure
	Peak   string
	Empty  string // instead of both
}

// The size of the map of hours, in points. The page scales it to its column.
const (
	heatWidth  = 820
	heatLeft   = 88 // for the days
	heatTop    = 20 // for the hours
	heatCell   = (heatWidth - heatLeft) / 24.0
	heatHeight = 25
	heatText   = 11
)

// hoursPart draws a cell for each hour of the clock, with its figure.
func (p *printer) hoursPart(week *Week) (*hoursPart, error) {
	var most *Hour
	known := 0
	for i := range week.Hours {
		h := &week.Hours[i]
		if h.Hosts == nil {
			continue
		}
		known++
		if most == nil || *h.Hosts > *most.Hosts {
			most = h
		}
	}
	switch {
	case nightsRun(week) == 0:
		return &hoursPart{Empty: p.say("hours.no_nights")}, nil
	case most == nil || *most.Hosts == 0:
		return &hoursPart{Empty: p.say("hours.empty")}, nil
	}
	peak := p.say("hours.peak", p.day(most.Day), most.Hour, p.some("ip", *most.Hosts))
	unknown := -known
	for i := range week.Days {
		unknown += min(p.hoursOf(week.Days[i].Day), 24) // the clock shows one of them twice
	}
	if unknown > 0 {
		peak += p.say("sentence.gap") + p.say("hours.unknown", p.some("hour", unknown))
	}

	d := newDrawing(heatWidth, heatTop+float64(len(week.Days)*heatHeight))
	for hour := range 24 {
		d.write(heatLeft+(float64(hour)+0.5)*heatCell, heatTop-7, heatText, centred, mutedColour, strconv.Itoa(hour))
	}
	row := map[string]int{}
	for i := range week.Days {
		top := heatTop + float64(i*heatHeight)
		row[week.Days[i].Day.In(p.zone).Format(time.DateOnly)] = i
		d.write(0, top+heatHeight-8, heatText, fromLeft, inkColour, p.dayShort(week.Days[i].Day)+" "+p.say("weekday."+week.Days[i].Day.In(p.zone).Format("Mon")))
	}
	hosts := make([][24]*int, len(week.Days))
	for _, h := range week.Hours {
		if i, ok := row[h.Day.In(p.zone).Format(time.DateOnly)]; ok {
			hosts[i][h.Hour] = h.Hosts
		}
	}
	for i := range hosts {
		for hour, n := range hosts[i] {
			d.hour(heatLeft+float64(hour)*heatCell, heatTop+float64(i*heatHeight), n, *most.Hosts)
		}
	}
	svg, err := d.svg(said{"hours", p.say("hours.title"), peak})
	if err != nil {
		return nil, err
	}
	part := &hoursPart{Peak: peak, Figure: figure{Title: p.say("hours.caption"), SVG: template.HTML(svg)}}
	if unknown > 0 {
		part.Figure.Legend = []legendKey{{"missing", p.say("hours.key_unknown")}}
	}
	return part, nil
}

// hour draws one cell.
func (d *drawing) hour(x, y float64, hosts *int, most int) {
	fill, ink, figure := missingColour, mutedColour, noData
	if hosts != nil {
		fill, ink = shade(*hosts, most)
		figure = short(*hosts)
		if *hosts == 0 {
			ink = mutedColour
		}
	}
	d.box(x+0.5, y+0.5, heatCell-1, heatHeight-1, fill)
	d.write(x+heatCell/2, y+heatHeight-8, heatText, centred, ink, figure)
}

// short is a number in at most four characters.
func short(n int) string {
	switch {
	case n < 10_000:
		return strconv.Itoa(n)
	case n < 1_000_000:
		return strconv.Itoa(n/1000) + "k"
	default:
		return strconv.Itoa(n/1_000_000) + "M"
	}
}

// hourSheet has every hour of the week.
func (p *printer) hourSheet(hours []Hour) sheet {
	s := sheet{name: "hours", columns: []string{"day", "weekday", "hour", "hosts_active"}}
	for _, h := range hours {
		day := h.Day.In(p.zone)
		s.rows = append(s.rows, []any{date(day), p.say("weekday." + day.Format("Mon")), h.Hour, optional(h.Hosts)})
	}
	return s
}
