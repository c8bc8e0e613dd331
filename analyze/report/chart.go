package report

import (
	"bytes"
	"fmt"
	"image/color"
	"math"
	"regexp"
	"strconv"
	"time"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// The size of a chart in points. The page scales it to its column.
const (
	chartWidth  = 400
	chartHeight = 150
	barWidth    = 30
)

// bars is one layer of a chart, with one value for each day.
type bars struct {
	values plotter.Values
	colour color.Color
}

// chart describes a bar chart of days. It holds digits only: words stand
// beside it in the page, where fonts for Chinese are the reader's own.
type chart struct {
	days    []time.Time
	missing []bool // days without a night, shaded
	layers  []bars // from the bottom up
	label   func(total float64) string
	whole   bool // the axis counts things: no ticks between them
}

// svg draws the chart as an inline SVG element; equal charts are equal bytes.
func (c *chart) svg() (string, error) {
	p := plot.New()
	p.BackgroundColor = nil
	p.X.Min, p.X.Max = -0.6, float64(len(c.days))-0.4
	ticks, top := c.ticks()
	p.Y.Min, p.Y.Max = 0, top
	p.Y.Tick.Marker = ticks
	styleAxes(p)

	names := make([]string, len(c.days))
	for i, day := range c.days {
		names[i] = day.Format("01-02")
	}
	p.NominalX(names...)
	p.X.Width = 0
	p.X.Padding = vg.Points(4) // between the bars and their days

	if err := c.shadeMissing(p, top); err != nil {
		return "", err
	}
	if err := c.stack(p); err != nil {
		return "", err
	}

	canvas := vgsvg.New(chartWidth, chartHeight)
	p.Draw(draw.New(canvas))
	var out bytes.Buffer
	if _, err := canvas.WriteTo(&out); err != nil {
		return "", fmt.Errorf("draw chart: %w", err)
	}
	return inlineSVG(out.Bytes()), nil
}

func styleAxes(p *plot.Plot) {
	grey := color.Gray{Y: 0x66}
	small := font.Length(9)
	for _, axis := range []*plot.Axis{&p.X, &p.Y} {
		axis.Tick.Label.Font.Size = small
		axis.Tick.Label.Color = grey
		axis.Tick.Width = 0
		axis.Width = 0
	}
	grid := plotter.NewGrid()
	grid.Vertical.Color = nil
	grid.Horizontal.Color = color.Gray{Y: 0xe4}
	grid.Horizontal.Width = vg.Points(0.6)
	p.Add(grid)
}

// stack adds the layers and writes the total above each day's bar.
func (c *chart) stack(p *plot.Plot) error {
	totals := make(plotter.XYs, len(c.days))
	texts := make([]string, len(c.days))
	var below *plotter.BarChart
	for _, layer := range c.layers {
		b, err := plotter.NewBarChart(layer.values, barWidth)
		if err != nil {
			return fmt.Errorf("draw chart: %w", err)
		}
		b.Color = layer.colour
		b.LineStyle.Width = 0
		if below != nil {
			b.StackOn(below)
		}
		below = b
		p.Add(b)
		for i, v := range layer.values {
			totals[i].Y += v
		}
	}
	for i := range totals {
		totals[i].X = float64(i)
		if !c.missing[i] {
			texts[i] = c.label(totals[i].Y)
		}
	}
	labels, err := plotter.NewLabels(plotter.XYLabels{XYs: totals, Labels: texts})
	if err != nil {
		return fmt.Errorf("draw chart: %w", err)
	}
	labels.Offset = vg.Point{Y: vg.Points(2.5)}
	for i := range labels.TextStyle {
		labels.TextStyle[i].Font.Size = font.Length(9)
		labels.TextStyle[i].Color = color.Gray{Y: 0x33}
		labels.TextStyle[i].XAlign = draw.XCenter
	}
	p.Add(labels)
	return nil
}

// shadeMissing makes a day without a night look different from a day on
// which nothing was found.
func (c *chart) shadeMissing(p *plot.Plot, top float64) error {
	for i, missing := range c.missing {
		if !missing {
			continue
		}
		x := float64(i)
		band, err := plotter.NewPolygon(plotter.XYs{
			{X: x - 0.42, Y: 0},
			{X: x + 0.42, Y: 0},
			{X: x + 0.42, Y: top},
			{X: x - 0.42, Y: top},
		})
		if err != nil {
			return fmt.Errorf("draw chart: %w", err)
		}
		band.Color = color.RGBA{R: 0xe3, G: 0xe8, B: 0xed, A: 0xff}
		band.Width = 0
		p.Add(band)
	}
	return nil
}

// ticks chooses round steps, at most five, and the top of the axis, which
// leaves room for the figure above the highest bar.
func (c *chart) ticks() (plot.ConstantTicks, float64) {
	highest := 0.0
	for i := range c.days {
		total := 0.0
		for _, layer := range c.layers {
			total += layer.values[i]
		}
		highest = max(highest, total)
	}
	if highest == 0 {
		return plot.ConstantTicks{{Value: 0, Label: "0"}}, 1
	}
	step := roundStep(highest / 4)
	if c.whole {
		step = max(step, 1)
	}
	top := step * math.Ceil(highest*1.12/step)
	n := int(math.Round(top / step))
	ticks := make(plot.ConstantTicks, n+1)
	for i := range ticks {
		v := float64(i) * step
		ticks[i] = plot.Tick{Value: v, Label: strconv.FormatFloat(v, 'g', 4, 64)}
	}
	return ticks, top
}

// roundStep is the smallest of 1, 2, 2.5, 5 times a power of ten that is not
// below x; 2.5 only below ten, where an axis may have fractions.
func roundStep(x float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(x)))
	for _, m := range []float64{1, 2, 5, 10} {
		if m*power >= x*(1-1e-9) {
			return m * power
		}
	}
	return 10 * power
}

var (
	svgProlog = regexp.MustCompile(`(?s)\A.*?<svg [^>]*>`)
	svgFont   = regexp.MustCompile(`font-family:[^;"]*;font-variant:[^;"]*;font-weight:[^;"]*;font-style:[^;"]*;?`)
)

// inlineSVG makes a standalone drawing a part of the page: it takes the
// page's fonts and the width of its place, and is hidden from screen
// readers, which find the same figures in the table of days.
func inlineSVG(document []byte) string {
	head := fmt.Sprintf(`<svg viewBox="0 0 %d %d" xmlns="http://www.w3.org/2000/svg" aria-hidden="true">`, chartWidth, chartHeight)
	body := svgProlog.ReplaceAll(document, []byte(head))
	body = svgFont.ReplaceAll(body, nil)
	return string(bytes.TrimSpace(body))
}
