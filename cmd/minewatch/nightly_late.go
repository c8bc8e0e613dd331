package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"minewatch/analyze"
)

// late matches past days with what their nights did not know, and tells
// which nights that changed.
func (r *nightRun) late(ctx context.Context, days []analyze.Day) error {
	env := r.env
	outcomes := map[analyze.Outcome][]analyze.Day{}
	started := env.now()
	err := analyze.LateNights(ctx, r.options, days, func(p analyze.PastNight) {
		outcomes[p.Outcome] = append(outcomes[p.Outcome], p.Day)
		switch p.Outcome {
		case analyze.OutcomeRun:
			why := "it had no night"
			switch {
			case p.Presumed:
				why = fmt.Sprintf("its night did not know %s, and the days before met some: not searched first", amount(p.Endpoints, "endpoint"))
			case p.Endpoints > 0:
				why = fmt.Sprintf("searched for %s that its night did not know, and somebody met one", amount(p.Endpoints, "endpoint"))
			}
			env.say(fmt.Sprintf("%s: run: %s", p.Day, why))
			r.warn(p.Manifest)
		case analyze.OutcomeRegraded:
			r.anew++
			env.say(fmt.Sprintf("%s: graded anew: contacts of the six days before changed", p.Day))
		default: // told together at the end
		}
		if p.Manifest != nil {
			r.nights = append(r.nights, p.Manifest)
		}
	})
	if errors.Is(err, analyze.ErrCheck) {
		return checkFailed(err)
	}
	if err != nil {
		return r.options.Advise(err, "")
	}
	if gone := outcomes[analyze.OutcomeFlowsGone]; len(gone) > 0 {
		env.say(fmt.Sprintf("warning: flows that %s read were deleted since, so %s as it was: %s",
			choose(len(gone), "a night", "nights"), choose(len(gone), "it stands", "each stands"), dayRanges(gone)))
	}
	env.say(lateSummary(len(days), outcomes) + fmt.Sprintf(" in %.1f s", env.now().Sub(started).Seconds()))
	return nil
}

// lateSummary says in one line what became of the days.
func lateSummary(days int, outcomes map[analyze.Outcome][]analyze.Day) string {
	var parts []string
	for _, o := range []struct {
		outcome analyze.Outcome
		text    string
	}{
		{analyze.OutcomeKnown, "knew every endpoint"},
		{analyze.OutcomeSearched, "searched, nothing met"},
		{analyze.OutcomeRun, "run"},
		{analyze.OutcomeRegraded, "graded anew"},
		{analyze.OutcomeFlowsGone, "left as they are"},
	} {
		if n := len(outcomes[o.outcome]); n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, o.text))
		}
	}
	return fmt.Sprintf("new endpoints in %s: %s", amount(days, "day"), strings.Join(parts, ", "))
}
