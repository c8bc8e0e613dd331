package report

import (
	"math"
	"strconv"
	"time"
)

// A cell of a table is typed, so that CSV, workbook and JSON say the same
// value each in its own way: string, int, int64, bool, fixed, time.Time (a
// moment, told in the week's zone) or date; nil is "not known".

// fixed is a number that is shown with so many decimals; 0 or less shows as
// many as it has.
type fixed struct {
	value    float64
	decimals int
}

// date is a calendar day.
type date time.Time

// exactly is a number with as many decimals as it has.
func exactly(x float64) fixed { return fixed{value: x} }

// tonnes keeps kilograms: who reads a scenario to the gram is misled.
func tonnes(x float64) fixed { return fixed{x, 3} }

func (f fixed) String() string {
	if f.decimals <= 0 {
		return decimal(f.value)
	}
	return strconv.FormatFloat(f.value, 'f', f.decimals, 64)
}

// rounded is the number that is shown, so that all formats say the same.
func rounded(f fixed) float64 {
	power := math.Pow10(f.decimals)
	return math.Round(f.value*power) / power
}

// known is the time, or nil where it is not known.
func known(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t
}

// knownDay is the day of a time, or nil where it is not known.
func knownDay(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return date(t)
}

// dayOf is a day that is written as "2026-11-09", or nil where it is not known.
func dayOf(s string) any {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return nil
	}
	return date(t)
}

// optional is what a pointer points at, or nil.
func optional[T any](value *T) any {
	if value == nil {
		return nil
	}
	return *value
}

// cellText is a cell as text, its moments by the layout in the zone.
func cellText(cell any, zone *time.Location, layout string) string {
	switch v := cell.(type) {
	case string:
		return v
	case int:
		return strconv.Itoa(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case bool:
		return strconv.FormatBool(v)
	case fixed:
		return v.String()
	case date:
		return time.Time(v).Format(time.DateOnly)
	case time.Time:
		return v.In(zone).Format(layout)
	}
	return ""
}
