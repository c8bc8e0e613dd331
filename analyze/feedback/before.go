package feedback

import (
	"fmt"
	"time"
)

// Before is what a unit was told about an address before a notice, and what it had
// answered by the time of that: what came later does not change a notice that is
// written again.
type Before struct {
	NoticeNo    string // of the last notice before
	NotifiedAt  time.Time
	Times       int       // notices before
	Class       Class     // the last finding; "" = none came
	FoundAt     time.Time // when it came
	Waiting     bool      // it calls the address research or a false alarm, and nobody has approved that
	Recurred    bool      // seen again on a day after that of a measure
	MeasuredDay string    // the day of that measure, or of one after which it was not seen yet: "2026-11-18"; "" = none is finished
	StandsBy    time.Time // no finding came back of an earlier notice, and this is its deadline; zero: this notice has its own
}

// String is the same where the same is told, in whatever language.
func (b *Before) String() string {
	if b == nil {
		return ""
	}
	waiting := ""
	if b.Waiting {
		waiting = " waiting"
	}
	return fmt.Sprintf("%s %d %d %q %d %t %s %d%s", b.NoticeNo, b.NotifiedAt.Unix(), b.Times, b.Class, b.FoundAt.Unix(), b.Recurred, b.MeasuredDay, b.StandsBy.Unix(), waiting)
}

// No is the number of the last notice before; "" = none was sent.
func (b *Before) No() string {
	if b == nil {
		return ""
	}
	return b.NoticeNo
}

// StandingBefore is what stood before a moment, one row for each notice and address
// that was answered by then, whatever came later.
func StandingBefore(lake string, at time.Time) ([]Row, error) {
	_, rows, err := Standing(lake)
	if err != nil {
		return nil, err
	}
	later := false
	for i := range rows {
		later = later || !rows[i].ReceivedAt.Before(at)
	}
	if !later {
		return rows, nil
	}
	// The last answer takes the place of those before it: these are with their forms.
	list, err := store(lake).List()
	if err != nil {
		return nil, fmt.Errorf("feedback: %w", err)
	}
	rows = nil
	for i := range list {
		answers, err := readAnswersOf(&list[i])
		if err != nil {
			return nil, err
		}
		var came []Row
		for _, r := range answers {
			if r.ReceivedAt.Before(at) {
				came = append(came, r)
			}
		}
		rows = standing(rows, came, 0) // how long an exclusion holds makes no difference to what was found
	}
	return rows, nil
}
