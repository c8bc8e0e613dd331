package analyze

import (
	"fmt"
	"strings"
	"time"
)

// Day is a calendar day in the report's time zone, "2026-11-15".
type Day string

// ParseDay checks the form.
func ParseDay(text string) (Day, error) {
	if _, err := time.Parse(time.DateOnly, text); err != nil {
		return "", fmt.Errorf("%q is no day: write it as 2026-11-15", text)
	}
	return Day(text), nil
}

// DayOf is the day in which t lies.
func DayOf(t time.Time, zone *time.Location) Day { return Day(t.In(zone).Format(time.DateOnly)) }

// Start is the day's midnight in zone.
func (d Day) Start(zone *time.Location) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, string(d), zone)
	if err != nil {
		return time.Time{} // ParseDay and DayOf make no other days
	}
	return t
}

// End is the next day's midnight in zone: a day has 23 to 25 hours.
func (d Day) End(zone *time.Location) time.Time { return d.Add(1).Start(zone) }

// Hours is how many hours of the day there are, begun ones included: 24 but where clocks
// are put forward or back.
func (d Day) Hours(zone *time.Location) int { return hoursIn(d.End(zone).Sub(d.Start(zone))) }

// hoursIn counts begun hours.
func hoursIn(d time.Duration) int { return int((d + time.Hour - 1) / time.Hour) }

// oddDays are the days of a zone that do not have 24 hours, "2026-03-29=23 2026-10-25=25",
// of all years that a lake may tell of. A week in which nothing changes has none.
func oddDays(zone *time.Location) string {
	var odd []string
	before := 0
	for t := time.Date(2000, time.January, 1, 0, 0, 0, 0, zone); t.Year() < 2060; t = t.AddDate(0, 0, 7) {
		_, offset := t.Zone()
		if offset != before {
			for day := DayOf(t, zone).Add(-7); day < DayOf(t, zone); day = day.Add(1) {
				if hours := day.Hours(zone); hours != 24 {
					odd = append(odd, fmt.Sprintf("%s=%d", day, hours))
				}
			}
		}
		before = offset
	}
	return strings.Join(odd, " ")
}

// Add goes n days on.
func (d Day) Add(n int) Day {
	return Day(d.Start(time.UTC).AddDate(0, 0, n).Format(time.DateOnly))
}

// WeekDays is the seven days of an ISO week, "2026-W46", Monday first.
func WeekDays(name string) (from, to Day, err error) {
	var year, week int
	if n, scanErr := fmt.Sscanf(name, "%d-W%d", &year, &week); scanErr != nil || n != 2 {
		return "", "", fmt.Errorf("%q is no ISO week: write it as 2026-W46", name)
	}
	// 4 January lies in week 1 by definition (ISO 8601).
	first := time.Date(year, time.January, 4, 0, 0, 0, 0, time.UTC)
	monday := first.AddDate(0, 0, -(int(first.Weekday())+6)%7+7*(week-1))
	if y, w := monday.ISOWeek(); y != year || w != week {
		return "", "", fmt.Errorf("%q: %d has no week %d", name, year, week)
	}
	from = Day(monday.Format(time.DateOnly))
	return from, from.Add(6), nil
}

// WeekOf is the ISO week in which a day lies, "2026-W46".
func WeekOf(d Day) string {
	year, week := d.Start(time.UTC).ISOWeek()
	return fmt.Sprintf("%d-W%02d", year, week)
}
