package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"minewatch/analyze/feedback"
	"minewatch/analyze/report"
)

// What is on record as sent is told to be withdrawn, and what is on record for a time that
// has not come is not to be sent; only of units whose folder was removed.
func TestWithdrawnNotices(t *testing.T) {
	at := func(hour int) time.Time { return time.Date(2026, 11, 16, hour, 0, 0, 0, time.UTC) }
	week := &report.Week{Name: "2026-W46", Zone: time.UTC, Withdrawn: []feedback.Notice{
		{No: "2026-W46-00000001", Unit: "某某公司", NotifiedAt: at(9)},
		{No: "2026-W46-00000002", Unit: "某某/学院", NotifiedAt: at(15)},
		{No: "2026-W46-00000003", Unit: "某某医院", NotifiedAt: at(9)},
	}}
	var said bytes.Buffer
	env := newEnvironment(nil, nil, &said)
	env.now = func() time.Time { return at(12) }
	env.sayWithdrawn(week, []string{"reports/2026-W46-zh/units/某某公司", "reports/2026-W46-zh/units/某某-学院-00000002"})
	lines := strings.Split(strings.TrimSpace(said.String()), "\n")
	if len(lines) != 2 || strings.Contains(said.String(), "某某医院") {
		t.Fatalf("said %q", lines)
	}
	for i, want := range []string{
		"the record has this notice as sent, and none of the addresses is to be told any more, as cleared, excluded or another owner's since: 某某公司 (2026-W46-00000001 of 2026-11-16 09:00). What is on record stays: tell the unit that it is withdrawn.",
		"the record has this notice as sent at a time that has not come yet, and none of the addresses is to be told any more, as cleared, excluded or another owner's since: 某某/学院 (2026-W46-00000002 of 2026-11-16 15:00). What is on record stays: do not send it.",
	} {
		if !strings.Contains(lines[i], want) {
			t.Errorf("said %q, want %q", lines[i], want)
		}
	}
}
