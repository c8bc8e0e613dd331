package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"minewatch/analyze"
)

// nightRun is one call of nightly over its days.
type nightRun struct {
	env      *environment
	options  analyze.Options
	setAside bool
	goOn     bool // with the other days after one that failed

	due    map[analyze.Day]string // why a day is run, where nobody asked for it
	nights []*analyze.Manifest    // that were written
	failed []analyze.Day
	notRun []analyze.Day // after one that failed
	anew   int           // graded
}

// findDue adds the days to catch up to those to run.
func (r *nightRun) findDue(days *askedDays, back int) error {
	yesterday := analyze.DayOf(r.env.now(), r.options.Zone).Add(-1)
	list, err := analyze.DueNights(&r.options, yesterday.Add(-back), yesterday.Add(-1))
	if err != nil {
		return err
	}
	r.due = map[analyze.Day]string{}
	var late []analyze.Day
	for _, d := range list {
		r.due[d.Day] = d.Reason
		late = append(late, d.Day)
		r.env.say(fmt.Sprintf("%s: is run, for %s", d.Day, d.Reason))
	}
	days.toRun = append(late, days.toRun...)
	return nil
}

// all runs each of the days, and grades anew what rests on them.
func (r *nightRun) all(ctx context.Context, days []analyze.Day) error {
	bar := newStepBar(r.env.stderr, len(days))
	r.options.Progress = bar.step
	defer bar.clear()
	var faults []error
	for i, day := range days {
		started := r.env.now()
		manifest, err := r.night(ctx, day)
		bar.clear() // for the lines that follow
		if err != nil {
			r.failed = append(r.failed, day)
			faults = append(faults, r.options.Advise(err, day))
			if !r.goOn || ctx.Err() != nil || errors.Is(err, analyze.ErrNoFeed) {
				r.notRun = days[i+1:]
				break
			}
			continue
		}
		r.nights = append(r.nights, manifest)
		r.env.say(fmt.Sprintf("%s: night %d of %d done in %.1f s", day, i+1, len(days), r.env.now().Sub(started).Seconds()))
		r.warn(manifest)
	}
	switch {
	case len(r.nights) == 0 || len(faults) > 0:
	case len(r.due) > 0:
		faults = append(faults, r.gradeAnew(ctx, days))
	default:
		faults = append(faults, r.tellStale())
	}
	if err := errors.Join(faults...); errors.Is(err, analyze.ErrCheck) {
		return checkFailed(err)
	} else if err != nil {
		return err
	}
	return nil
}

// night runs one day, if asked to, without the flow files that cannot be read.
func (r *nightRun) night(ctx context.Context, day analyze.Day) (*analyze.Manifest, error) {
	for {
		manifest, err := analyze.Night(ctx, r.options, day)
		damaged := analyze.Damaged(err)
		if len(damaged) == 0 || !r.setAside {
			return manifest, err
		}
		moved, err := r.options.MoveAside(damaged)
		for i := range moved {
			r.env.say(fmt.Sprintf("%s: warning: set aside %s, now %s: %s", day, moved[i].Path, moved[i].To, firstLine(moved[i].Reason)))
		}
		if err != nil {
			return nil, err
		}
	}
}

// gradeAnew deals with the nights behind those that were caught up.
func (r *nightRun) gradeAnew(ctx context.Context, ran []analyze.Day) error {
	return analyze.GradeAnew(ctx, r.options, ran[0].Add(1), ran[len(ran)-1].Add(6), func(p analyze.PastNight) {
		switch p.Outcome {
		case analyze.OutcomeRegraded:
			r.anew++
			r.env.say(fmt.Sprintf("%s: graded anew: contacts of the six days before changed", p.Day))
		case analyze.OutcomeRun:
			r.env.say(fmt.Sprintf("%s: run: contacts of the six days before changed, and the rules", p.Day))
		case analyze.OutcomeFlowsGone:
			r.env.say(fmt.Sprintf("%s: warning: contacts of the six days before changed, and it stands as it was: by other rules, and its flows were deleted", p.Day))
		case analyze.OutcomeKnown, analyze.OutcomeSearched: // not looked for
		}
		if p.Manifest != nil {
			r.nights = append(r.nights, p.Manifest)
		}
	})
}

// tellStale names the nights behind those that were asked for which grade by
// contacts that have changed. They are not touched: nobody asked for them.
func (r *nightRun) tellStale() error {
	first, last := r.nights[0].Day, r.nights[len(r.nights)-1].Day
	stale, err := analyze.StaleNights(r.options.Lake, first.Add(1), last.Add(6))
	if err != nil || len(stale) == 0 {
		return err
	}
	r.env.say(fmt.Sprintf("warning: %s graded by contacts that have changed since, and %s not asked for: run 'minewatch nightly --from %s --to %s'",
		choose(len(stale), "the night of "+dayRanges(stale)+" is", "the nights of "+dayRanges(stale)+" are"), choose(len(stale), "was", "were"), stale[0], stale[len(stale)-1]))
	return nil
}

// warn says what a night rests on, and what weakens it.
func (r *nightRun) warn(m *analyze.Manifest) {
	warnNight(r.env, m, r.options.Zone)
	if early := m.Early(&r.options); early != "" {
		r.env.say(fmt.Sprintf("%s: warning: %s", m.Day, early))
	}
	for i := range m.SetAside {
		s := &m.SetAside[i]
		r.env.say(fmt.Sprintf("%s: warning: without the flows of %s, which was set aside on %s: %s", m.Day, s.Path, s.At.Format("2006-01-02"), firstLine(s.Reason)))
	}
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

// sum says in one line what was done, and which hash the chain now ends with.
func (r *nightRun) sum() {
	var caught []string
	var last *analyze.Manifest // a host of several nights is one host, so those of nights are not summed
	for _, m := range r.nights {
		if last == nil || m.Day >= last.Day {
			last = m
		}
		if reason, ok := r.due[m.Day]; ok && m.Kind == analyze.KindNight {
			caught = append(caught, fmt.Sprintf("%s, for %s", m.Day, reason))
		}
	}
	ran := len(r.nights) - r.anew
	text := amount(ran, "night") + " run"
	if len(caught) > 0 {
		text += fmt.Sprintf(" (%d caught up: %s)", len(caught), strings.Join(caught, "; "))
	}
	text += fmt.Sprintf(", %d graded anew, %d failed", r.anew, len(r.failed))
	if len(r.failed) > 0 {
		text += ": " + dayRanges(r.failed)
	}
	if len(r.notRun) > 0 {
		text += fmt.Sprintf(", and %s behind it not run: %s", amount(len(r.notRun), "day"), dayRanges(r.notRun))
	}
	if last != nil {
		grades, of := last.Counts.Grades, ""
		if len(r.nights) > 1 {
			of = " of the night of " + string(last.Day)
		}
		text += fmt.Sprintf("; hosts%s: A %d, B %d, C %d, X %d", of, grades["A"], grades["B"], grades["C"], grades["X"])
	}
	if seq, hash, err := analyze.Head(r.options.Lake); err == nil && seq > 0 {
		text += fmt.Sprintf("; run %d has the hash %s", seq, hash)
	}
	r.env.say(text)
}
