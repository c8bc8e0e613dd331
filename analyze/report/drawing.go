package report

import (
	"bytes"
	"fmt"
	"html"
	"image/color"
	"math"
	"regexp"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// drawing is an inline SVG in the making. Its words are placed by their left
// edge: the page's own fonts set them, and their widths are not known here.
type drawing struct {
	draw.Canvas
	file          *vgsvg.Canvas
	width, height float64 // points; the page scales it to its column
}

// said is what a drawing says to whom it is read aloud. The id is unique on the
// page.
type said struct{ id, title, description string }

func newDrawing(width, height float64) *drawing {
	file := vgsvg.New(vg.Points(width), vg.Points(height))
	return &drawing{draw.New(file), file, width, height}
}

// box fills a rectangle, with x and y from the top left corner.
func (d *drawing) box(x, y, width, height float64, fill color.Color) {
	at := func(x, y float64) vg.Point { return vg.Point{X: vg.Points(x), Y: vg.Points(d.height - y)} }
	d.FillPolygon(fill, []vg.Point{at(x, y), at(x+width, y), at(x+width, y+height), at(x, y+height)})
}

// write sets text with its baseline at y from the top. Words begin at x: only digits
// may stand elsewhere.
func (d *drawing) write(x, y, size float64, from alignment, ink color.Color, words string) {
	style := draw.TextStyle{Color: ink, Font: font.From(plot.DefaultFont, font.Length(size)), XAlign: draw.XAlignment(from), Handler: plot.DefaultTextHandler}
	d.FillText(style, vg.Point{X: vg.Points(x), Y: vg.Points(d.height - y)}, words)
}

// alignment says where a text has its x.
type alignment float64

const (
	fromLeft  = alignment(draw.XLeft)
	centred   = alignment(draw.XCenter)
	fromRight = alignment(draw.XRight)
)

// svg is the element; equal drawings are equal bytes.
func (d *drawing) svg(s said) (string, error) {
	var out bytes.Buffer
	if _, err := d.file.WriteTo(&out); err != nil {
		return "", fmt.Errorf("draw %s: %w", s.id, err)
	}
	return inlineSVG(out.Bytes(), d.width, d.height, s), nil
}

var (
	svgProlog = regexp.MustCompile(`(?s)\A.*?<svg [^>]*>`)
	svgFont   = regexp.MustCompile(`font-family:[^;"]*;font-variant:[^;"]*;font-weight:[^;"]*;font-style:[^;"]*;?`)
)

// inlineSVG makes a standalone drawing a part of the page: it takes the page's
// fonts and the width of its place, and is one image with a name to screen readers.
func inlineSVG(document []byte, width, height float64, s said) string {
	head := fmt.Sprintf(`<svg viewBox="0 0 %g %g" xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="%[3]s-title %[3]s-text"><title id="%[3]s-title">%[4]s</title><desc id="%[3]s-text">%[5]s</desc>`,
		width, height, s.id, html.EscapeString(s.title), html.EscapeString(s.description))
	body := svgFont.ReplaceAll(document, nil)
	end := svgProlog.FindIndex(body)
	if end == nil {
		return head + "</svg>"
	}
	return head + string(bytes.TrimSpace(body[end[1]:]))
}

// shade is a step of the scale from nothing to the most. Figures stand in the
// shades, which only repeat them.
func shade(n, most int) (fill, ink color.RGBA) {
	fills := []color.RGBA{
		{0xf5, 0xf7, 0xf9, 0xff},
		{0xe1, 0xec, 0xf5, 0xff},
		{0xcb, 0xde, 0xee, 0xff},
		{0xb4, 0xcf, 0xe6, 0xff},
		{0x9c, 0xc0, 0xdd, 0xff},
		{0x86, 0xb0, 0xd4, 0xff},
		{0x46, 0x76, 0x9f, 0xff}, // from here on the figures are white; each has a contrast of 4.5 or more
		{0x39, 0x6a, 0x98, 0xff},
		{0x2c, 0x5b, 0x88, 0xff},
		{0x1f, 0x4a, 0x73, 0xff},
		{0x13, 0x30, 0x4d, 0xff},
	}
	step := 0
	if n > 0 && most > 0 {
		step = int(math.Ceil(float64(len(fills)-1) * float64(n) / float64(most)))
	}
	if step >= 6 {
		return fills[step], color.RGBA{0xff, 0xff, 0xff, 0xff}
	}
	return fills[step], inkColour
}

var (
	inkColour     = color.RGBA{0x1c, 0x27, 0x33, 0xff}
	mutedColour   = color.RGBA{0x5d, 0x6b, 0x79, 0xff}
	missingColour = color.RGBA{0xe3, 0xe8, 0xed, 0xff}
)

// noData stands where a figure is not known.
const noData = "–"
