package report

import (
	"fmt"
	"io"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"minewatch/analyze/intake"
)

// TableOptions say how a ranking is shown to a person.
type TableOptions struct {
	Zone    *time.Location // times are told in it; nil = UTC
	Width   int            // columns of the terminal; 0 = 120
	Reasons bool           // tell every reason and endpoint below each row
}

const (
	defaultWidth = 120
	columnGap    = 2 // blanks between two columns
	coinsWidth   = 8

	// What the fixed columns leave is shared by the two long texts. The
	// reason comes first: it is what the reader has to judge.
	placeLeast, placeMost = 14, 30
	reasonLeast           = 28
)

// The columns of the table that have no fixed width.
const (
	placeColumn  = 4
	reasonColumn = 10
)

// Table writes a ranking with one line for each suspect, cut to the width of
// the terminal. It draws no boxes: their characters, and an ellipsis, have
// another width in terminals that are set to Chinese.
func Table(w io.Writer, suspects []Suspect, o TableOptions) error {
	if len(suspects) == 0 {
		_, err := io.WriteString(w, "no suspects\n")
		return err
	}
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	if o.Width <= 0 {
		o.Width = defaultWidth
	}
	lines := strings.Split(renderTable(suspects, o.Width), "\n")
	var out strings.Builder
	out.WriteString(strings.TrimRight(lines[0], " ") + "\n")
	for i, line := range lines[1:] {
		out.WriteString(strings.TrimRight(line, " ") + "\n")
		if o.Reasons {
			writeReasons(&out, &suspects[i], o.Zone)
		}
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// renderTable returns a header and exactly one line for each suspect.
func renderTable(suspects []Suspect, width int) string {
	header := table.Row{"#", "GRADE", "SCORE", "HOST", "UNIT, CITY", "DAYS", "HRS", "LASTED", "TRAFFIC", "COINS", "FIRST REASON"}
	numbers := map[int]bool{0: true, 2: true, 5: true, 6: true, 7: true, 8: true}

	rows := make([]table.Row, len(suspects))
	for i := range suspects {
		rows[i] = tableRow(&suspects[i])
	}
	fitTexts(header, rows, width)

	style := table.StyleDefault
	style.Options = table.OptionsNoBordersAndSeparators
	style.Box.PaddingLeft = ""
	style.Box.PaddingRight = strings.Repeat(" ", columnGap)
	style.Format.Header = text.FormatDefault

	t := table.NewWriter()
	t.SetStyle(style)
	configs := make([]table.ColumnConfig, len(header))
	for i := range header {
		align := text.AlignLeft
		if numbers[i] {
			align = text.AlignRight
		}
		configs[i] = table.ColumnConfig{Number: i + 1, Align: align, AlignHeader: align}
	}
	t.SetColumnConfigs(configs)
	t.AppendHeader(header)
	t.AppendRows(rows)
	return t.Render()
}

func tableRow(s *Suspect) table.Row {
	host := s.Host
	if s.NAT {
		host += " nat"
	}
	return table.Row{
		strconv.Itoa(s.Rank),
		s.Grade,
		strconv.FormatFloat(s.Score, 'f', 1, 64),
		intake.OneLine(host),
		intake.OneLine(place(s)),
		strconv.Itoa(s.ContactDays),
		strconv.Itoa(s.ContactHours),
		lasted(s),
		shortBytes(s.BytesUp + s.BytesDown),
		cut(orUnknown(s.Coins), coinsWidth),
		intake.OneLine(firstReason(s)),
	}
}

// fitTexts cuts the two long columns to what the others leave of the width.
func fitTexts(header table.Row, rows []table.Row, width int) {
	rest, place := width, columnWidth(placeColumn, header, rows)
	for c := range reasonColumn {
		if c != placeColumn {
			rest -= columnWidth(c, header, rows) + columnGap
		}
	}
	rest -= columnGap
	place = min(place, placeMost, max(placeLeast, rest-reasonLeast))
	for _, row := range rows {
		row[placeColumn] = cut(row[placeColumn].(string), place)
		row[reasonColumn] = cut(row[reasonColumn].(string), max(rest-place, reasonLeast))
	}
}

func columnWidth(c int, header table.Row, rows []table.Row) int {
	widest := text.StringWidth(header[c].(string))
	for _, row := range rows {
		widest = max(widest, text.StringWidth(row[c].(string)))
	}
	return widest
}

// writeReasons tells what a row has no space for, indented below it.
func writeReasons(out *strings.Builder, s *Suspect, zone *time.Location) {
	const indent = "       "
	fmt.Fprintf(out, "%sseen %s to %s (%s), lasted %s", indent,
		clock(s.FirstSeen, zone), clock(s.LastSeen, zone), zone, lasted(s))
	if s.MaxConcurrent > 1 {
		fmt.Fprintf(out, ", at least %d connections at once", s.MaxConcurrent)
	}
	out.WriteString("\n")
	if s.Status != "" {
		fmt.Fprintf(out, "%s%s\n", indent, pastText(s))
	}
	if s.Contact != "" {
		fmt.Fprintf(out, "%scontact %s\n", indent, intake.OneLine(s.Contact))
	}
	for _, e := range s.Evidence {
		points := ""
		if e.Points != 0 {
			points = fmt.Sprintf("%+.1f", e.Points)
		}
		fmt.Fprintf(out, "%s%6s  %s\n", indent, points, intake.OneLine(e.Reason))
	}
	if len(s.Evidence) == 0 && s.Reasons != "" {
		fmt.Fprintf(out, "%s        %s\n", indent, intake.OneLine(s.Reasons))
	}
	for _, d := range s.Details {
		fmt.Fprintf(out, "%s     -> %s  %s, %s; local ports %s\n", indent, endpoint(d.PoolAddress, d.PoolPort),
			intake.OneLine(orUnknown(d.Pool)), intake.OneLine(orUnknown(d.Coin)), intake.OneLine(orUnknown(d.LocalPorts)))
	}
}

// pastText says what the nights know of a suspect.
func pastText(s *Suspect) string {
	status := strings.ReplaceAll(s.Status, "_", " ")
	if s.UnknownBecause != "" {
		status += ": " + englishHistory()["because."+s.UnknownBecause]
	}
	if s.FirstDay == "" {
		return status
	}
	days := "1 day"
	if s.DaysSeen != 1 {
		days = strconv.Itoa(s.DaysSeen) + " days"
	}
	return status + ", suspected on " + days + " since " + s.FirstDay
}

func place(s *Suspect) string {
	if s.Unit == "" {
		return "(no owner)"
	}
	if s.City == "" {
		return s.Unit
	}
	return s.Unit + ", " + s.City
}

func firstReason(s *Suspect) string {
	if len(s.Evidence) > 0 {
		return s.Evidence[0].Reason
	}
	first, _, _ := strings.Cut(s.Reasons, ";")
	return first
}

func orUnknown(s string) string {
	if s == "" {
		return "unknown"
	}
	return s
}

// cut shortens s to a display width, in which a Chinese character takes two
// columns.
func cut(s string, width int) string {
	s = intake.OneLine(s)
	if text.StringWidth(s) <= width {
		return s
	}
	return text.Trim(s, width-2) + ".."
}

func clock(t time.Time, zone *time.Location) string {
	if t.IsZero() {
		return "unknown"
	}
	return t.In(zone).Format("2006-01-02 15:04:05")
}

// endpoint writes address and port as one does; port 0 is any port.
func endpoint(address string, port int) string {
	if port == 0 {
		return address
	}
	if a, err := netip.ParseAddr(address); err == nil && port <= 0xffff {
		return netip.AddrPortFrom(a, uint16(port)).String()
	}
	return address + ":" + strconv.Itoa(port)
}

// lasted is how long contact lasted, with a sign before it where sampling
// leaves only a lower bound.
func lasted(s *Suspect) string {
	text := shortDuration(s.DurationSeconds)
	if s.sampled() {
		return ">=" + text
	}
	return text
}

// shortDuration names the two largest units: 5d03h, 3h07m, 7m20s.
func shortDuration(seconds int64) string {
	d, h, m, s := seconds/86400, seconds/3600%24, seconds/60%60, seconds%60
	switch {
	case d > 0:
		return fmt.Sprintf("%dd%02dh", d, h)
	case h > 0:
		return fmt.Sprintf("%dh%02dm", h, m)
	case m > 0:
		return fmt.Sprintf("%dm%02ds", m, s)
	default:
		return fmt.Sprintf("%ds", s)
	}
}

// shortBytes uses decimal units, as network people do.
func shortBytes(n int64) string {
	value, units := float64(n), []string{"B", "kB", "MB", "GB", "TB", "PB", "EB"}
	i := 0
	for value >= 999.5 && i < len(units)-1 {
		value /= 1000
		i++
	}
	switch {
	case i == 0:
		return fmt.Sprintf("%d B", n)
	case value < 9.995:
		return fmt.Sprintf("%.2f %s", value, units[i])
	case value < 99.95:
		return fmt.Sprintf("%.1f %s", value, units[i])
	default:
		return fmt.Sprintf("%.0f %s", value, units[i])
	}
}
