package engine_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"minewatch/analyze/engine"
)

// The history, told day by day in plain Go, over random lakes: gaps in nights
// and coverage, clues, answers that failed, exclusions, addresses that change their unit.

const (
	historyDays = 36
	cleanDays   = 3
)

// hostDay is what one night has of one host.
type hostDay struct {
	grade, decidedBy, unit string
	answered, excluded     bool
	exporters              []string
}

// pastLake is a lake of nights; a day is a number from 0.
type pastLake struct {
	hosts   []map[int]hostDay
	night   [historyDays]bool
	covered map[string][historyDays]bool
	unknown [historyDays]bool // too much lost of no known sender
}

func randomPast(r *rand.Rand) *pastLake {
	lake := &pastLake{covered: map[string][historyDays]bool{}}
	exporters := []string{"192.0.2.1", "192.0.2.2", "192.0.2.3"}
	often := r.IntN(20) + 2
	for d := range historyDays {
		lake.night[d] = r.IntN(often) > 0
		lake.unknown[d] = r.IntN(30) == 0
	}
	for _, e := range exporters {
		var days [historyDays]bool
		for d := range days {
			days[d] = lake.night[d] && r.IntN(often) > 0
		}
		lake.covered[e] = days
	}
	for range 30 {
		days := map[int]hostDay{}
		active := r.IntN(2) == 0
		unit := []string{"", "school", "shop"}[r.IntN(3)]
		registered := r.IntN(historyDays * 3) // since when it is excluded, for a time
		for d := range historyDays {
			if r.IntN(6) == 0 {
				active = !active
			}
			if r.IntN(25) == 0 {
				unit = []string{"", "school", "shop"}[r.IntN(3)]
			}
			if !lake.night[d] || !active || r.IntN(4) == 0 {
				continue
			}
			grade := []string{"A", "A", "B", "C", "X"}[r.IntN(5)]
			day := hostDay{grade: grade, decidedBy: "persistent", unit: unit, answered: r.IntN(5) > 0}
			day.excluded = d >= registered && d < registered+10
			if grade == "X" && r.IntN(2) == 0 {
				day.decidedBy = "expired"
			}
			for _, e := range exporters {
				if r.IntN(3) == 0 {
					day.exporters = append(day.exporters, e)
				}
			}
			if len(day.exporters) == 0 {
				day.exporters = exporters[:1]
			}
			days[d] = day
		}
		lake.hosts = append(lake.hosts, days)
	}
	return lake
}

func dayText(d int) string {
	return time.Date(2026, time.September, 1+d, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
}

func hostText(h int) string { return fmt.Sprintf("10.0.0.%d", h+1) }

// fill puts the nights from a day on behind the relations that the history reads.
// Every other night tells itself whom a pool answered; for the rest contacts are
// asked.
func (l *pastLake) fill(t *testing.T, db *engine.DB, since int) {
	t.Helper()
	var suspects, contacts, coverage, untold strings.Builder
	suspects.WriteString("day,host,host_hi,host_lo,grade,decided_by,unit,seen_by,excluded_seen_by\n")
	untold.WriteString("day\n")
	contacts.WriteString("day,host_hi,host_lo,established,excluded_reason,exporters\n")
	coverage.WriteString("day,exporter,is_covered,records_stored,records_lost\n")
	for h, days := range l.hosts {
		for d, day := range days {
			if d < since {
				continue
			}
			seenBy, reason := ",", ""
			if d%2 == 0 && day.answered {
				seenBy = strconv.Quote(strings.Join(day.exporters, ",")) + ","
			}
			if day.excluded {
				reason = "research"
				if seenBy != "," {
					seenBy = "," + strings.TrimSuffix(seenBy, ",")
				}
			}
			fmt.Fprintf(&suspects, "%s,%s,0,%d,%s,%s,%q,%s\n", dayText(d), hostText(h), h+1, day.grade, day.decidedBy, day.unit, seenBy)
			for _, e := range day.exporters {
				if d%2 == 0 {
					break
				}
				fmt.Fprintf(&contacts, "%s,0,%d,%t,%s,%s\n", dayText(d), h+1, day.answered, reason, e)
			}
		}
	}
	for d := range historyDays {
		if d%2 == 1 {
			fmt.Fprintln(&untold, dayText(d))
		}
		if !l.night[d] || d < since {
			continue
		}
		for e, covered := range l.covered {
			fmt.Fprintf(&coverage, "%s,%s,%t,1000,0\n", dayText(d), e, covered[d])
		}
		if l.unknown[d] {
			fmt.Fprintf(&coverage, "%s,\"\",false,0,500\n", dayText(d))
		}
	}
	given(t, db, "raw_suspects", []byte(suspects.String()))
	given(t, db, "raw_untold", []byte(untold.String()))
	given(t, db, "raw_contacts", []byte(contacts.String()))
	given(t, db, "int_exporter_days", []byte(coverage.String()))
}

// timeline is one host's or unit's days: who saw it suspected, and where there
// were clues or contact under an exclusion.
type timeline struct {
	seen            map[int][]string
	clues, excluded map[int]bool
}

// timelines are those of all hosts and units up to a day.
func (l *pastLake) timelines(to int) map[string]*timeline {
	all := map[string]*timeline{}
	for h, days := range l.hosts {
		since := map[string]bool{} // names under which it was suspected
		for d := 0; d <= to; d++ {
			day, ok := days[d]
			if !ok || !day.answered {
				continue
			}
			names := []string{"host " + hostText(h)}
			if day.unit != "" {
				names = append(names, "unit "+day.unit)
			}
			for _, name := range names {
				suspected := (day.grade == "A" || day.grade == "B") && !day.excluded
				since[name] = since[name] || suspected
				if !since[name] || day.grade == "X" && day.decidedBy != "expired" && !day.excluded {
					continue
				}
				if all[name] == nil {
					all[name] = &timeline{map[int][]string{}, map[int]bool{}, map[int]bool{}}
				}
				switch {
				case suspected:
					all[name].seen[d] = append(all[name].seen[d], day.exporters...)
				case day.excluded:
					all[name].excluded[d] = true
				default:
					all[name].clues[d] = true
				}
			}
		}
	}
	return all
}

// clean says whether day d shows that who was last seen on day last was quiet.
func (l *pastLake) clean(line *timeline, last, d int) bool {
	if !l.night[d] || l.unknown[d] || line.clues[d] || line.excluded[d] {
		return false
	}
	for before := last - 6; before <= last; before++ {
		for _, e := range line.seen[before] {
			if !l.covered[e][d] {
				return false
			}
		}
	}
	return true
}

// tell walks through the days of one timeline.
func (l *pastLake) tell(line *timeline, from, to int) string {
	first, last, lastBefore := -1, -1, -1
	clean, cleanBefore, recurrences, recurrencesInWindow := 0, 0, 0, 0
	across := [3]int{-1}  // gap, clean, clean before the window
	contactInWindow := "" // the last that was no suspicion
	for d := 0; d <= to; d++ {
		_, seen := line.seen[d]
		if seen {
			if last >= 0 && clean >= cleanDays {
				recurrences++
				if d >= from {
					recurrencesInWindow++
				}
			}
			if d >= from && lastBefore >= 0 && across[0] < 0 {
				across = [3]int{d - lastBefore - 1, clean, cleanBefore}
			}
			if first < 0 {
				first = d
			}
			if d < from {
				lastBefore = d
			}
			last, clean, cleanBefore = d, 0, 0
			continue
		}
		switch {
		case d >= from && line.clues[d]:
			contactInWindow = "clues"
		case d >= from && line.excluded[d]:
			contactInWindow = "excluded"
		}
		if last >= 0 && l.clean(line, last, d) {
			clean++
			if d < from {
				cleanBefore++
			}
		}
	}
	if across[0] < 0 {
		across = [3]int{}
		if lastBefore >= 0 {
			across = [3]int{to - lastBefore, clean, cleanBefore}
		}
	}
	status, because := "not_known", ""
	length := to - from + 1
	before := l.night[max(from-length, 0):from]
	hasHistory := slices.Index(l.night[:], true) <= from-length && slices.Contains(before, true)
	switch {
	case first >= from && hasHistory:
		status = "new"
	case first >= from:
		because = "no_history"
	case recurrencesInWindow > 0:
		status = "recurred"
	case last >= from && across[0] < cleanDays:
		status = "continuing"
	case last >= from:
		because = "gap"
	case contactInWindow != "":
		because = contactInWindow
	case across[1]-across[2] == to-from+1:
		status = "gone"
	default:
		because = "not_covered"
	}
	return fmt.Sprintf("%s %s first %s last %s seen %d gap %v recurrences %d", status, because, dayText(first), dayText(last), len(line.seen), across, recurrences)
}

// build builds a relation anew, over the nights up to a day.
func build(t *testing.T, db *engine.DB, to int, relations ...string) {
	t.Helper()
	set(t, db, "window_to", engine.Day(dayText(to)))
	for _, name := range []string{
		"int_answered_days", "stg_host_days", "int_past", "mart_night_past", "int_nights", "mart_night_watched",
		"int_owned_days", "int_history_days", "int_silences", "int_watched_days", "int_history_gaps", "int_history",
	} {
		db.ForgetBuilt(name)
	}
	if err := db.Build(t.Context(), relations...); err != nil {
		t.Fatal(err)
	}
}

// ask is the history by the queries, with what the nights of some days kept. Those
// before the last of these are read again, or not.
func (l *pastLake) ask(t *testing.T, db *engine.DB, from, to int, kept []int, again bool) map[string]string {
	t.Helper()
	since := 0
	if err := errors.Join(db.Read(t.Context(), "raw_past"), db.Read(t.Context(), "raw_watched")); err != nil {
		t.Fatal(err)
	}
	for _, day := range kept {
		l.fill(t, db, since)
		build(t, db, day, "mart_night_past", "mart_night_watched")
		if err := errors.Join(db.Hand(t.Context(), "raw_past", "select * from mart_night_past"),
			db.Hand(t.Context(), "raw_watched", fmt.Sprintf("select * from mart_night_watched where day <= date '%s'", dayText(day)))); err != nil {
			t.Fatal(err)
		}
		if !again {
			since = day + 1
		}
	}
	l.fill(t, db, since)
	set(t, db, "window_from", engine.Day(dayText(from)))
	build(t, db, to, "int_history")
	got := map[string]string{}
	rows, err := db.Query(t.Context(), `select kind || ' ' || subject, format('{} {} first {} last {} seen {} gap [{} {} {}] recurrences {}',
		status, unknown_because, first_day::varchar, last_day::varchar, days_seen, gap_days, clean_days, clean_before, recurrences) from int_history`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var name, told string
		if err := rows.Scan(&name, &told); err != nil {
			t.Fatal(err)
		}
		got[name] = told
	}
	return got
}

func TestHistoryAgainstDayByDay(t *testing.T) {
	statuses := map[string]int{}
	db := open(t)
	set(t, db, "clean_days", cleanDays)
	run(t.Context(), t, db, "drop table raw_past")
	run(t.Context(), t, db, "drop table raw_watched")
	for seed := range uint64(16) {
		r := rand.New(rand.NewPCG(seed, 7))
		lake := randomPast(r)
		from := r.IntN(historyDays - 7)
		to := min(from+r.IntN(10), historyDays-1)

		want := map[string]string{}
		for name, line := range lake.timelines(to) {
			want[name] = lake.tell(line, from, to)
			status, _, _ := strings.Cut(want[name], " first")
			statuses[status]++
		}
		// What earlier nights kept, one from the other, changes nothing, whether or
		// not the nights that it is of are read as well.
		last := r.IntN(to + 1)
		kept, again := []int{r.IntN(last + 1), last}[seed%2:], seed%4 < 2
		for _, kept := range [][]int{nil, kept} {
			if diff := cmp.Diff(want, lake.ask(t, db, from, to, kept, again)); diff != "" {
				t.Fatalf("seed %d, window %s to %s, kept on days %v, read again %t (-day by day +query):\n%s", seed, dayText(from), dayText(to), kept, again, diff)
			}
		}
	}
	for _, status := range []string{
		"new ", "recurred ", "continuing ", "gone ",
		"not_known no_history", "not_known gap", "not_known clues", "not_known excluded", "not_known not_covered",
	} {
		if statuses[status] < 5 {
			t.Errorf("only %d cases of %q: the lakes are not various enough: %v", statuses[status], status, statuses)
		}
	}
}
