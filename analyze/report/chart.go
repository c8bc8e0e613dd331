package report

import (
	"fmt"
	"image/color"
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// The size of a chart in points. The page scales it to its column.
const (
	chartWidth  = 400
	chartHeight = 150
	chartText   = 10
)

// bars is one layer of a chart, with one value for each bar.
type bars struct {
	values plotter.Values
	colour color.Color
	pale   color.Color // of the bars in part; nil: as the others
}

// chart describes a bar chart of days or weeks. It holds digits only: words stand
// beside it in the page, where fonts for Chinese are the reader's own.
type chart struct {
	names   []string // below the bars
	height  float64  // points
	missing []bool   // without a night: shaded, and a dash for the figure
	part    []bool   // with gaps: paler, where a layer has a pale colour
	layers  []bars   // from the bottom up
	label   func(total float64) string
	whole   bool // the axis counts things: no ticks between them
}

// svg draws the chart as an inline SVG element; equal charts are equal bytes.
func (c *chart) svg(s said) (string, error) {
	p := plot.New()
	p.BackgroundColor = nil
	p.X.Min, p.X.Max = -0.6, float64(len(c.names))-0.4
	ticks, top := c.ticks()
	p.Y.Min, p.Y.Max = 0, top
	p.Y.Tick.Marker = ticks
	styleAxes(p)

	p.NominalX(c.names...)
	p.X.Width = 0
	p.X.Padding = vg.Points(4) // between the bars and their days

	if err := c.shadeMissing(p, top); err != nil {
		return "", err
	}
	if err := c.stack(p); err != nil {
		return "", err
	}

	d := newDrawing(chartWidth, c.height)
	p.Draw(d.Canvas)
	return d.svg(s)
}

func styleAxes(p *plot.Plot) {
	grey := color.Gray{Y: 0x66}
	small := font.Length(chartText)
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

// stack adds the layers and writes the total above each bar.
func (c *chart) stack(p *plot.Plot) error {
	totals := make(plotter.XYs, len(c.names))
	var below *plotter.BarChart
	for _, layer := range c.layers {
		for i, v := range layer.values {
			totals[i].Y += v
		}
		for _, b := range c.split(layer) {
			bar, err := plotter.NewBarChart(b.values, vg.Points(210/float64(len(c.names))))
			if err != nil {
				return fmt.Errorf("draw chart: %w", err)
			}
			bar.Color = b.colour
			bar.LineStyle.Width = 0
			if below != nil {
				bar.StackOn(below)
			}
			below = bar
			p.Add(bar)
		}
	}
	labels, err := plotter.NewLabels(plotter.XYLabels{XYs: totals, Labels: c.figures(totals)})
	if err != nil {
		return fmt.Errorf("draw chart: %w", err)
	}
	labels.Offset = vg.Point{Y: vg.Points(2.5)}
	for i := range labels.TextStyle {
		labels.TextStyle[i].Font.Size = font.Length(figureSize(len(c.names)))
		labels.TextStyle[i].Color = color.Gray{Y: 0x33}
		labels.TextStyle[i].XAlign = draw.XCenter
	}
	p.Add(labels)
	return nil
}

// figureSize lets six characters stand above each of twelve bars.
func figureSize(bars int) float64 {
	if bars > 7 {
		return 9
	}
	return chartText
}

// split makes two layers of one whose bars in part have a paler colour.
func (c *chart) split(layer bars) []bars {
	if layer.pale == nil {
		return []bars{layer}
	}
	whole := bars{values: make(plotter.Values, len(layer.values)), colour: layer.colour}
	part := bars{values: make(plotter.Values, len(layer.values)), colour: layer.pale}
	for i, v := range layer.values {
		if c.part[i] {
			part.values[i] = v
		} else {
			whole.values[i] = v
		}
	}
	return []bars{whole, part}
}

// figures are the totals as they stand above the bars.
func (c *chart) figures(totals plotter.XYs) []string {
	texts := make([]string, len(totals))
	for i := range totals {
		totals[i].X = float64(i)
		texts[i] = strings.ReplaceAll(c.label(totals[i].Y), " ", "")
		if c.missing[i] {
			texts[i] = noData
		}
	}
	return texts
}

// shadeMissing makes a bar without a night look different from one of which
// nothing was found.
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
		band.Color = missingColour
		band.Width = 0
		p.Add(band)
	}
	return nil
}

// ticks chooses round steps, at most five, and the top of the axis, which
// leaves room for the figure above the highest bar.
func (c *chart) ticks() (plot.ConstantTicks, float64) {
	highest := 0.0
	for i := range c.names {
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
