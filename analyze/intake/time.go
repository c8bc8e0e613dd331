package intake

import (
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// Stamp is how points in time are written in the lake's tables, in UTC or in
// the calendar that the table says.
const Stamp = time.DateTime

// FormatTime is t in UTC as a Stamp, empty for the zero time.
func FormatTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(Stamp)
}

var (
	dayLayouts  = []string{time.DateOnly, "2006/1/2", "2006-1-2", "20060102", "2006年1月2日", "2006.1.2"}
	timeLayouts = []string{
		time.DateTime, time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05 UTC",
		"2006/1/2 15:04:05", "2006-01-02 15:04", "2006/1/2 15:04",
		"2006年1月2日 15:04", "2006年1月2日 15:04:05", "2006年1月2日15:04", "2006年1月2日15时04分", "2006.1.2 15:04", "2006.1.2 15:04:05",
	}
)

// earliest is before any pool and any ledger: an earlier time is a zero that
// was taken for a date.
var earliest = time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC)

// ParseTime reads a day (2026-11-22, 2026/11/22, 2026.11.22, 20261122,
// 2026年11月22日), a point in time (such a day and 08:00, RFC 3339) or Unix seconds. What has no
// zone is UTC. isDay says that only a day was given; t is its first second.
// An empty s is the zero time.
func ParseTime(s string) (t time.Time, isDay bool, err error) {
	if s == "" {
		return time.Time{}, false, nil
	}
	t, isDay, ok := readTime(s)
	if !ok {
		return time.Time{}, false, fmt.Errorf("%q is no date, want 2026-11-22, 2026-11-22 08:00 or 08:00:00, 2026年11月22日 8:00, RFC 3339 or Unix seconds", s)
	}
	if t.Before(earliest) || t.Year() > 9999 {
		return time.Time{}, false, fmt.Errorf("%q is no date between 1990 and 9999", s)
	}
	return t, isDay, nil
}

func readTime(s string) (t time.Time, isDay, ok bool) {
	for _, layout := range dayLayouts {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true, true
		}
	}
	for _, layout := range timeLayouts {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC().Truncate(time.Second), false, true
		}
	}
	// Nine to eleven digits are 1973 to 5138; fewer would be a number that
	// is no time, thirteen would be milliseconds.
	if len(s) < 9 || len(s) > 11 {
		return time.Time{}, false, false
	}
	seconds, err := strconv.ParseUint(s, 10, 63)
	if err != nil {
		return time.Time{}, false, false
	}
	return time.Unix(int64(seconds), 0).UTC(), false, true //nolint:gosec // at most eleven digits
}

// ParseUntil is ParseTime for the end of something, which a day belongs to:
// a day alone means its last second.
func ParseUntil(s string) (time.Time, error) {
	t, isDay, err := ParseTime(s)
	if isDay {
		t = t.Add(24*time.Hour - time.Second)
	}
	return t, err
}

// zoned is what ends a time that says its zone, and Unix seconds, which need none.
var zoned = regexp.MustCompile(`(Z|UTC|[+-]\d\d:\d\d)$|^\d{9,11}$`)

// ParseLocal is ParseTime for what people write by the clock on their wall: a time
// without a zone is one of zone.
func ParseLocal(s string, zone *time.Location) (time.Time, error) {
	t, _, err := ParseTime(s)
	if err != nil || t.IsZero() || zoned.MatchString(s) {
		return t, err
	}
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, zone).UTC(), nil
}
