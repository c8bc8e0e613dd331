package main

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"minewatch/analyze"
	"minewatch/analyze/ledger"
)

// sayOutdated says which nights were run before the newest ledger, or the
// newest exclusions, was imported: their owners and exclusions are older ones.
func (e *environment) sayOutdated(nights []analyze.Day) error {
	ranges, exclusions, err := ledger.Current(e.lake, time.Time{})
	if err != nil {
		return err
	}
	var outdated []analyze.Day
	unknown := map[string]bool{}
	for _, day := range nights {
		m, err := analyze.ReadManifest(e.lake, day)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		old := false
		if ranges != nil && m.Ledger != ranges.ID() {
			unknown["ledger "+ranges.ID()], old = true, true
		}
		if exclusions != nil && m.Exclusions != exclusions.ID() {
			unknown[exclusions.ID()], old = true, true
		}
		if old {
			outdated = append(outdated, day)
		}
	}
	if n := len(outdated); n > 0 {
		e.say(fmt.Sprintf("%d %s not know %s: run nightly again for %s", n, choose(n, "night does", "nights do"),
			strings.Join(sortedKeys(unknown), " and "), dayRanges(outdated, maxRangesTold)))
	}
	return nil
}
