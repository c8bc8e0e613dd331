package main

import (
	"fmt"
	"strings"

	"minewatch/analyze"
)

// sayOutdated says which nights rest on less than is known now, and what
// renews them.
func (e *environment) sayOutdated(nights []analyze.Day) error {
	o, err := analyze.FindOutdated(e.lake, nights)
	if err != nil {
		return err
	}
	if n := len(o.Rerun); n > 0 {
		e.say(fmt.Sprintf("%d %s not know %s: run nightly again for %s", n, choose(n, "night does", "nights do"),
			fewNames(o.Unknown), dayRanges(o.Rerun)))
	}
	if n := len(o.Late); n > 0 {
		e.say(fmt.Sprintf("%d %s matched with an older feed, without %s: %s; 'minewatch nightly --since %s --new-endpoints-only' adds what is new in it, "+
			"a night that is run again also loses what was withdrawn",
			n, choose(n, "night was", "nights were"), fewNames(o.Feeds), dayRanges(o.Late), o.Late[0]))
	}
	if n := len(o.AsOf); n > 0 {
		e.say(fmt.Sprintf("%d %s run with --feed-as-of, and %s on the feed of then: %s",
			n, choose(n, "night was", "nights were"), choose(n, "rests", "rest"), dayRanges(o.AsOf)))
	}
	if n := len(o.Gone); n > 0 {
		e.say(fmt.Sprintf("%d %s not know the feed, negative lists, ledger and answers of now, and flows that %s read were deleted since, so %s: %s",
			n, choose(n, "night does", "nights do"), choose(n, "it", "they"), choose(n, "it stands as it is", "they stand as they are"),
			dayRanges(o.Gone)))
	}
	return nil
}

// maxNamesTold is how many versions a line names.
const maxNamesTold = 4

// fewNames lists names in words.
func fewNames(names []string) string {
	if n := len(names) - maxNamesTold; n > 1 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:maxNamesTold], ", "), n)
	}
	last := len(names) - 1
	if last == 0 {
		return names[0]
	}
	return strings.Join(names[:last], ", ") + " and " + names[last]
}
