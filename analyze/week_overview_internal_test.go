package analyze

import (
	"testing"
	"time"

	"minewatch/analyze/report"
)

// The hours of a day of 23 and of 25 have the names that the clock gave them.
func TestHoursByTheClock(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for day, want := range map[Day]struct{ n, at2, at3 int }{
		"2026-03-28": {24, 2, 3},
		"2026-03-29": {23, -1, 2}, // 2 o'clock is not there, the third hour is 3 o'clock
		"2026-10-25": {24, 3, 4},  // 2 o'clock is there twice: the larger figure
	} {
		var list []report.Hour
		for since := range 25 {
			list = addHour(list, day, since, new(since), berlin)
		}
		got := map[int]int{2: -1}
		for _, h := range list {
			got[h.Hour] = *h.Hosts
		}
		if len(list) != want.n || got[2] != want.at2 || got[3] != want.at3 {
			t.Errorf("%s: %d hours, %d at 2 and %d at 3 o'clock; want %+v", day, len(list), got[2], got[3], want)
		}
	}
	list := addHour(nil, "2026-10-25", 2, nil, berlin)
	if list = addHour(list, "2026-10-25", 3, new(7), berlin); len(list) != 1 || list[0].Hosts == nil || *list[0].Hosts != 7 {
		t.Errorf("an hour that is known hides behind one that is not: %+v", list)
	}
}
