package main

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"minewatch/analyze"
)

// maxRangesTold is how many stretches of days without flows are told.
const maxRangesTold = 5

// askedDays are the days that nightly was asked for.
type askedDays struct {
	toRun   []analyze.Day // they have flows
	empty   []analyze.Day
	flowing []analyze.Day // every day of the lake that has flows

	held map[analyze.Day]int // files of days that collectors have not published
}

// pick finds the days that the flags ask for, and which of them have flows.
func (f *nightlyFlags) pick(env *environment, o *analyze.Options) (askedDays, error) {
	asked, err := f.asked(analyze.DayOf(env.now(), o.Zone).Add(-1))
	if err != nil {
		return askedDays{}, err
	}
	flowing, err := analyze.FlowDays(o.Lake, o.Zone)
	if err != nil {
		return askedDays{}, err
	}
	held, err := analyze.HeldFlows(o.Lake, o.Zone)
	if err != nil {
		return askedDays{}, err
	}
	days := askedDays{flowing: flowing, held: held}
	if f.all {
		switch {
		case len(flowing) == 0 && len(held) > 0:
			return days, fmt.Errorf("lake %s holds no flows that are published; %s", o.Lake, heldText(held))
		case len(flowing) == 0:
			return days, fmt.Errorf("lake %s holds no flows: fill it with 'minewatch collect' or 'minewatch import'", o.Lake)
		}
		asked = flowing
	}
	for _, day := range asked {
		if _, ok := slices.BinarySearch(flowing, day); ok {
			days.toRun = append(days.toRun, day)
		} else {
			days.empty = append(days.empty, day)
		}
	}
	return days, nil
}

// asked lists the days that the flags name, in order; none for --all.
func (f *nightlyFlags) asked(yesterday analyze.Day) ([]analyze.Day, error) {
	switch {
	case f.newEndpointsOnly && f.scheduled():
		return nil, usageErrorf("--new-endpoints-only needs --since, or other days to look at")
	case f.all:
		return nil, nil
	case f.from != "" || f.to != "" || f.since != "":
		return f.period(yesterday)
	case len(f.days) == 0:
		return []analyze.Day{yesterday}, nil
	}
	var days []analyze.Day
	for _, text := range f.days {
		day, err := analyze.ParseDay(text)
		if err != nil {
			return nil, usageErrorf("--day: %w", err)
		}
		days = append(days, day)
	}
	slices.Sort(days)
	return slices.Compact(days), nil
}

func (f *nightlyFlags) period(yesterday analyze.Day) ([]analyze.Day, error) {
	from, err := f.begin(yesterday.Add(1))
	if err != nil {
		return nil, err
	}
	to := yesterday
	if f.to != "" {
		if to, err = analyze.ParseDay(f.to); err != nil {
			return nil, usageErrorf("--to: %w", err)
		}
	}
	if err := checkPeriod(from, to); err != nil {
		return nil, err
	}
	var days []analyze.Day
	for day := from; day <= to; day = day.Add(1) {
		days = append(days, day)
	}
	return days, nil
}

// begin is the first day of a period.
func (f *nightlyFlags) begin(today analyze.Day) (analyze.Day, error) {
	if back, ok := strings.CutSuffix(f.since, "d"); ok {
		n, err := strconv.Atoi(back)
		if err != nil || n < 1 {
			return "", usageErrorf("--since %q: write a day such as 2026-11-15, or 90d for so many days before today", f.since)
		}
		return today.Add(-n), nil
	}
	switch {
	case f.since != "":
		day, err := analyze.ParseDay(f.since)
		if err != nil {
			return "", usageErrorf("--since: %w; or 90d, for so many days before today", err)
		}
		return day, nil
	case f.from == "":
		return "", usageErrorf("--to needs --from or --since")
	}
	day, err := analyze.ParseDay(f.from)
	if err != nil {
		return "", usageErrorf("--from: %w", err)
	}
	return day, nil
}

// remark says in one line which days have no flows, and so no night, and
// which could be asked for instead.
func (d *askedDays) remark() string {
	instead := "the lake holds no flows at all"
	held := maps.Clone(d.held)
	maps.DeleteFunc(held, func(day analyze.Day, _ int) bool { return !slices.Contains(d.empty, day) })
	switch n := len(d.flowing); {
	case len(held) > 0:
		instead = heldText(held)
	case n == 0 && len(d.held) > 0:
		instead = "the lake holds no flows that are published"
	case n > 0:
		instead = fmt.Sprintf("the lake has flows from %s to %s", d.flowing[0], d.flowing[n-1])
	}
	if len(d.empty) == 1 {
		return fmt.Sprintf("%s: no flows, so no night; %s", d.empty[0], instead)
	}
	return fmt.Sprintf("no flows on %d days, so no nights: %s; %s", len(d.empty), dayRanges(d.empty), instead)
}

// heldText says of which days collectors hold flows, and when they publish these.
func heldText(held map[analyze.Day]int) string {
	files := 0
	for _, n := range held {
		files += n
	}
	return fmt.Sprintf("a collector holds flows of %s that it has not published (%s below hot/): it does so every collect.rotate_every, and when it ends or is started again; run the night then",
		dayRanges(slices.Sorted(maps.Keys(held))), amount(files, "file"))
}

// dayRanges tells days, which are sorted, as stretches without a gap.
func dayRanges(days []analyze.Day) string {
	var ranges []string
	for i := 0; i < len(days); {
		if len(ranges) == maxRangesTold {
			return strings.Join(ranges, ", ") + ", …"
		}
		first, last := days[i], days[i]
		for i++; i < len(days) && days[i] == last.Add(1); i++ {
			last = days[i]
		}
		if first == last {
			ranges = append(ranges, string(first))
		} else {
			ranges = append(ranges, fmt.Sprintf("%s to %s", first, last))
		}
	}
	return strings.Join(ranges, ", ")
}
