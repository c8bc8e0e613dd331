// Package calendar turns an ISO 8601 week of a time zone into instants.
package calendar

import (
	"fmt"
	"time"
)

// Days is how many days a week has.
const Days = 7

// Common lengths of time in milliseconds, the unit of every instant here.
const (
	Second int64 = 1000
	Minute       = 60 * Second
	Hour         = 60 * Minute
)

// Week is Monday 00:00 to the next Monday 00:00, local time.
type Week struct {
	Name string // as given, "2026-W46"
	zone *time.Location
	days [Days + 1]time.Time
}

// Parse reads an ISO 8601 week such as "2026-W46" in the given IANA time zone.
func Parse(week, zone string) (Week, error) {
	location, err := time.LoadLocation(zone)
	if err != nil {
		return Week{}, fmt.Errorf("zone %q: %w; give an IANA name such as Asia/Shanghai", zone, err)
	}
	var year, number int
	if n, err := fmt.Sscanf(week, "%4d-W%2d", &year, &number); n != 2 || err != nil || week != fmt.Sprintf("%04d-W%02d", year, number) {
		return Week{}, fmt.Errorf("week %q: want an ISO 8601 week such as 2026-W46", week)
	}
	// 4 January is always in week 1 (ISO 8601 section 5.5.4).
	fourth := time.Date(year, time.January, 4, 0, 0, 0, 0, location)
	monday := fourth.Day() - (int(fourth.Weekday())+6)%7 + (number-1)*7
	w := Week{Name: week, zone: location}
	for i := range w.days {
		// Calendar arithmetic and not 24 h steps: a zone may change its clocks.
		w.days[i] = time.Date(year, time.January, monday+i, 0, 0, 0, 0, location)
	}
	if y, n := w.days[3].ISOWeek(); y != year || n != number {
		return Week{}, fmt.Errorf("week %q: %d has no such week", week, year)
	}
	return w, nil
}

// Start is the first millisecond of the week since 1970, UTC.
func (w Week) Start() int64 { return w.days[0].UnixMilli() }

// End is the first millisecond after the week.
func (w Week) End() int64 { return w.days[Days].UnixMilli() }

// Day is the first millisecond of day 0 (Monday) to 7 (the next Monday).
func (w Week) Day(i int) int64 { return w.days[i].UnixMilli() }

// Date is the local date of day i, "2026-11-09".
func (w Week) Date(i int) string { return w.days[i].Format(time.DateOnly) }

// At is the instant of a local wall-clock hour of day i; 25.5 is 01:30 of the
// next day.
func (w Week) At(day int, hour float64) int64 {
	return w.Day(day) + int64(hour*float64(Hour))
}

// Index is the day that holds the instant: below 0 before the week, 7 or above
// after it.
func (w Week) Index(at int64) int {
	if at < w.Start() {
		return -1
	}
	for i := range Days {
		if at < w.Day(i+1) {
			return i
		}
	}
	return Days
}
