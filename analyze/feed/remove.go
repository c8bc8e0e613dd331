package feed

import (
	"fmt"
	"slices"
	"time"

	"minewatch/analyze/intake"
)

// Remove takes back all that a feed said, or a negative list where negative is
// set, by a version without entries: it should never have been imported. Its
// versions stay, and nights as of a moment before the removal still know them.
func Remove(lakeDir, name string, negative bool, o Options) (Result, error) {
	list, err := Versions(lakeDir)
	what := "feed"
	if negative {
		list, err = Negatives(lakeDir)
		what = "negative list"
	}
	if err != nil {
		return Result{}, err
	}
	i := slices.IndexFunc(list, func(v Version) bool { return v.Name == name })
	if i < 0 {
		return Result{}, fmt.Errorf("no %s is called %q: 'minewatch feed list' shows them", what, name)
	}
	o.Name, o.Replace, o.Force, o.resolved = name, true, true, name == ResolvedFeed
	if negative {
		o.Negative = Kind(list[i].Settings["negative"])
	}
	note := fmt.Appendf(nil, "# removed at %s: nothing that this list said counts any more\n", o.Now().UTC().Format(time.RFC3339))
	result, err := o.keep(lakeDir, Input{File: "removed", Data: note}, &Content{}, intake.Tally{})
	if err != nil {
		return result, fmt.Errorf("%s %s: %w", what, name, err)
	}
	return result, nil
}
