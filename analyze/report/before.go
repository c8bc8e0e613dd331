package report

import (
	"strings"
	"time"

	"minewatch/analyze/feedback"
)

// toldBefore is what a unit was told of an address before, and answered by then.
func (p *printer) toldBefore(b *feedback.Before) string {
	day := func(t time.Time) string { return p.clock(t, time.DateOnly) }
	said := []string{p.say("before.told", b.NoticeNo, day(b.NotifiedAt))}
	if b.Times > 1 {
		said[0] = p.say("before.told_times", b.Times, b.NoticeNo, day(b.NotifiedAt))
	}
	switch {
	case b.Waiting:
		said = append(said, p.say("before.waiting", p.say("class."+string(b.Class)), day(b.FoundAt)))
	case b.Class != "":
		said = append(said, p.say("before.found", p.say("class."+string(b.Class)), day(b.FoundAt)))
	}
	switch {
	case b.Recurred:
		said = append(said, p.say("before.recurred", b.MeasuredDay))
	case b.MeasuredDay != "":
		said = append(said, p.say("before.measured", b.MeasuredDay))
	}
	by := p.clock(b.StandsBy, "2006-01-02 15:04")
	switch {
	case b.StandsBy.IsZero():
	case b.Class == "":
		said = append(said, p.say("before.unanswered", by))
	default:
		said = append(said, p.say("before.unanswered_since", by))
	}
	return strings.TrimSpace(strings.Join(said, ""))
}
