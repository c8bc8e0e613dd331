package report

import (
	"fmt"
	"html/template"
	"image/color"
	"slices"
	"strings"
	"time"
)

// TrendWeek is one of the weeks up to that of the report, as its nights saw it.
type TrendWeek struct {
	From                  time.Time // Monday, midnight in the zone of the report
	Nights, NightsCovered int       // of seven; 0 nights: nothing is known, whatever the figures
	Hosts, Units          int       // that a night of the week suspected
	MeanMbps              float64   // of their pool traffic, over the week's nights
	Few                   bool      // of a public version: too few to be told
}

// name is the week by ISO 8601.
func (w *TrendWeek) name() string {
	year, week := w.From.ISOWeek()
	return fmt.Sprintf("%d-W%02d", year, week)
}

// state is what the figures of the week rest on: whole, gaps (in the data of its
// nights), missing (some nights), none (no night), or few.
func (w *TrendWeek) state() string {
	switch {
	case w.Nights == 0:
		return "none"
	case w.Few:
		return "few"
	case w.Nights < 7:
		return "missing"
	case w.NightsCovered < w.Nights:
		return "gaps"
	}
	return "whole"
}

// told says whether the week has figures.
func (w *TrendWeek) told() bool { return w.Nights > 0 && !w.Few }

// basis says in words what the week rests on.
func (p *printer) trendBasis(w *TrendWeek) string {
	switch w.state() {
	case "none":
		return p.say("trend.none")
	case "few":
		return p.say("trend.few")
	case "missing":
		if w.NightsCovered < w.Nights {
			return p.say("trend.missing_gaps", w.Nights, w.NightsCovered)
		}
		return p.say("trend.missing", w.Nights)
	case "gaps":
		return p.say("trend.gaps", w.NightsCovered)
	}
	return p.say("trend.whole")
}

// trendPart is the trend on the page.
type trendPart struct {
	Charts []figure
	Weeks  []trendRow
	Empty  string // instead of both
}

type trendRow struct {
	TrendWeek
	Name, Basis string
	Told, Now   bool
}

// trendPart draws what the weeks have, if there are two to compare.
func (p *printer) trendPart(week *Week) (*trendPart, error) {
	told := 0
	part := &trendPart{}
	for i := range week.Trend {
		w := &week.Trend[i]
		if w.told() {
			told++
		}
		part.Weeks = append(part.Weeks, trendRow{*w, w.name(), p.trendBasis(w), w.told(), i == len(week.Trend)-1})
	}
	if told == 0 {
		return &trendPart{Empty: p.say("trend.empty_all", len(week.Trend))}, nil
	}
	if told < 2 {
		return &trendPart{Empty: p.say("trend.empty", len(week.Trend), told)}, nil
	}
	var err error
	part.Charts, err = p.trendCharts(week.Trend)
	return part, err
}

func (p *printer) trendCharts(weeks []TrendWeek) ([]figure, error) {
	n := len(weeks)
	names, missing, gaps := make([]string, n), make([]bool, n), make([]bool, n)
	hosts, units, rate := make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range weeks {
		w := &weeks[i]
		_, number := w.From.ISOWeek()
		names[i], missing[i], gaps[i] = fmt.Sprintf("W%02d", number), !w.told(), w.told() && w.state() != "whole"
		if gaps[i] {
			names[i] += "*" // beside the figure there is no room for it
		}
		if w.told() {
			hosts[i], units[i], rate[i] = float64(w.Hosts), float64(w.Units), w.MeanMbps
		}
	}
	var legend []legendKey
	if slices.Contains(gaps, true) {
		legend = append(legend, legendKey{"part", p.say("trend.key_part")})
	}
	if slices.Contains(missing, true) {
		legend = append(legend, legendKey{"missing", p.say("trend.key_missing")})
	}
	whole := func(total float64) string { return count(int64(total)) }
	var figures []figure
	for _, c := range []struct {
		key    string
		values []float64
		label  func(float64) string
		colour color.RGBA
	}{
		{"trend.hosts", hosts, whole, color.RGBA{0xa4, 0x26, 0x2c, 0xff}},
		{"trend.units", units, whole, color.RGBA{0x1f, 0x4e, 0x79, 0xff}},
		{"trend.mbps", rate, mbps, color.RGBA{0x4f, 0x81, 0xad, 0xff}},
	} {
		title, words := p.say(c.key), make([]string, n)
		for i := range weeks {
			words[i] = weeks[i].name() + ": " + p.trendBasis(&weeks[i])
			if weeks[i].told() {
				words[i] = weeks[i].name() + ": " + c.label(c.values[i]) + p.say("trend.beside", p.trendBasis(&weeks[i]))
			}
		}
		drawn := chart{
			names: names, height: 94, missing: missing, part: gaps, label: c.label, whole: c.key != "trend.mbps",
			layers: []bars{{c.values, c.colour, paler(c.colour)}},
		}
		svg, err := drawn.svg(said{strings.ReplaceAll(c.key, ".", "-"), title, strings.Join(words, p.say("list.separator"))})
		if err != nil {
			return nil, fmt.Errorf("chart of %s: %w", title, err)
		}
		figures = append(figures, figure{Title: title, SVG: template.HTML(svg)})
	}
	figures[0].Legend = legend
	return figures, nil
}

// paler is a colour half way to white.
func paler(c color.RGBA) color.RGBA {
	half := func(x uint8) uint8 { return uint8((int(x) + 0xff) / 2) } //nolint:gosec // within a byte
	return color.RGBA{half(c.R), half(c.G), half(c.B), 0xff}
}

// trendSheet leaves the figures of a week without a night empty.
func (p *printer) trendSheet(weeks []TrendWeek) sheet {
	s := sheet{name: "trend", columns: []string{"iso_week", "from_day", "nights", "nights_covered", "hosts", "units", "mean_mbps", "basis", "basis_text"}}
	for i := range weeks {
		w := &weeks[i]
		row := []any{w.name(), date(w.From.In(p.zone)), w.Nights, w.NightsCovered, nil, nil, nil, w.state(), p.trendBasis(w)}
		if w.told() {
			copy(row[4:], []any{w.Hosts, w.Units, exactly(w.MeanMbps)})
		}
		s.rows = append(s.rows, row)
	}
	return s
}
