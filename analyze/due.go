package analyze

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"minewatch/analyze/intake"
)

// Due is a day whose night is to be run, and why.
type Due struct {
	Day    Day
	Reason string
}

// DueNights are the days of a period, both included, that have flows and no
// night, or one whose inputs have changed since: flows or receipts came later,
// or its files are not what it wrote. Days whose flows were deleted since are
// left as they are.
func DueNights(o *Options, from, to Day) ([]Due, error) {
	days, err := FlowDays(o.Lake, o.Zone)
	if err != nil {
		return nil, err
	}
	l, err := newLineage(o.Lake)
	if err != nil {
		return nil, err
	}
	var due []Due
	for _, day := range days {
		if day < from || day > to {
			continue
		}
		reason, err := o.dueReason(l, day)
		if err != nil {
			return nil, fmt.Errorf("is the night of %s due: %w", day, err)
		}
		if reason != "" {
			due = append(due, Due{day, reason})
		}
	}
	return due, nil
}

func (o *Options) dueReason(l *lineage, day Day) (string, error) {
	m, err := ReadManifest(o.Lake, day)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "it had none", nil
	case err != nil:
		return "its manifest could not be read", nil //nolint:nilerr // the run writes a new one
	}
	if gone, err := flowsGone(o.Lake, m); err != nil || gone {
		return "", nil //nolint:nilerr // a list of flows that cannot be read is verify's to tell
	}
	for _, table := range nightTables {
		if !m.wrote(table) {
			continue // an older program
		}
		files, err := dayFiles(o.Lake, table, day, day)
		if err != nil {
			return "", err
		}
		if len(files) == 0 {
			if slices.Contains(pastTables, table) {
				continue // later nights keep it, too
			}
			return "its " + table + " are gone", nil
		}
		if _, err := believe(o.Lake, files); errors.Is(err, ErrNotAsWritten) {
			return "its files are not as it wrote them", nil
		} else if err != nil {
			return "", err
		}
	}
	var in inputs
	if err := in.findFlows(o, day); err != nil {
		return "", err
	}
	read, err := m.ReadFlows(o.Lake)
	if err != nil {
		return "", err
	}
	fresh, err := l.newFiles(read, in.flows)
	switch {
	case err != nil:
		return "", err
	case len(fresh) > 0:
		return "flows came later", nil
	}
	now, err := (&night{Options: *o}).files(in.receipts)
	if err != nil {
		return "", err
	}
	if !slices.Equal(now, m.Receipts) {
		return "receipts came later", nil
	}
	return "", nil
}

// GradeAnew grades the hosts of those nights of a period anew that rest on other
// contacts of the days before than there are now, and tells which.
func GradeAnew(ctx context.Context, o Options, from, to Day, tell func(PastNight)) error {
	end, err := o.turn(ctx)
	if err != nil {
		return err
	}
	defer end()
	s := &lateSearch{Options: o}
	if s.db, err = o.open(ctx); err != nil {
		return err
	}
	defer s.db.Close() //nolint:errcheck // only temporary files are left to it
	return s.regradeStale(ctx, from, to, nil, tell)
}

// StaleNights are those of a period that grade by other contacts of the days before
// than there are now.
func StaleNights(lake string, from, to Day) ([]Day, error) {
	s := &lateSearch{Options: Options{Lake: lake}}
	var stale []Day
	for day := from; day <= to; day = day.Add(1) {
		m, err := ReadManifest(lake, day)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		is, _, err := s.stale(m)
		if err != nil {
			return nil, err
		}
		if is {
			stale = append(stale, day)
		}
	}
	return stale, nil
}

// HeldFlows are the days of which collectors hold flows that readers do not see yet,
// with the number of their files.
func HeldFlows(lake string, zone *time.Location) (map[Day]int, error) {
	files, err := filepath.Glob(filepath.Join(lake, "hot", "*", "*T*-*"))
	if err != nil {
		return nil, err
	}
	held, counted := map[Day]int{}, map[string]bool{}
	for _, path := range files {
		name, _, _ := strings.Cut(filepath.Base(path), ".")
		stamp, _, _ := strings.Cut(name, "-")
		hour, err := time.Parse("20060102T15", stamp)
		if segment := filepath.Join(filepath.Dir(path), name); err == nil && !counted[segment] {
			counted[segment] = true
			for _, day := range daysOfHour(hour, zone) {
				held[day]++
			}
		}
	}
	return held, nil
}

// Early says why flows of the day may still come that the night did not see;
// "" = none should.
func (m *Manifest) Early(o *Options) string {
	complete := m.Day.End(o.Zone).Add(o.reach())
	held := fmt.Sprintf("a collector had not published all flows of the day when the night was run (%s below hot/)", intake.Amount(m.Unpublished, "file", "files"))
	switch {
	case m.RunAt.Before(m.Day.End(o.Zone)):
		text := fmt.Sprintf("the day was not over when the night was run; run it again after %s", complete.In(o.Zone).Format("2006-01-02 15:04"))
		if m.Unpublished > 0 {
			return held + ", and " + text
		}
		return text
	case m.Unpublished > 0:
		return held + ": run it again"
	case m.RunAt.Before(complete):
		return fmt.Sprintf("flows of the day may come until %s: run it again then", complete.In(o.Zone).Format("2006-01-02 15:04"))
	}
	return ""
}

// HoursAhead are the hours of the day that had not begun when the night was run.
func (m *Manifest) HoursAhead(zone *time.Location) int {
	begun := hoursIn(max(m.RunAt.Sub(m.Day.Start(zone)), 0))
	return max(m.Day.Hours(zone)-begun, 0)
}
