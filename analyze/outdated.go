package analyze

import (
	"errors"
	"io/fs"
	"slices"
	"time"

	"minewatch/analyze/feed"
	"minewatch/analyze/feedback"
	"minewatch/analyze/ledger"
	"minewatch/analyze/versions"
)

// Outdated are nights that rest on less than is known now, by what renews
// them. A night is in one list alone.
type Outdated struct {
	Rerun []Day // do not know what Unknown names: run again they would
	Late  []Day // only do not know what feeds have learnt, see LateNights
	AsOf  []Day // were matched with the feed of a past moment on purpose
	Gone  []Day // would be in Rerun or Late, but flows that they read were deleted

	Unknown []string // negative lists, ledger, exclusions and answers that nights of Rerun do not know
	Feeds   []string // versions that nights of Late do not know
}

// FindOutdated compares what nights rest on with what the lake has now.
func FindOutdated(lake string, nights []Day) (*Outdated, error) {
	now, err := knowledgeNow(lake)
	if err != nil {
		return nil, err
	}
	out := &Outdated{}
	for _, day := range nights {
		m, err := ReadManifest(lake, day)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		unknown, feeds, err := now.without(m)
		if err != nil {
			return nil, err
		}
		if len(unknown)+len(feeds) > 0 {
			gone, err := flowsGone(lake, m)
			if err != nil {
				return nil, err
			}
			if gone {
				out.Gone = append(out.Gone, day)
				continue
			}
		}
		switch {
		case len(unknown) > 0:
			out.Rerun, out.Unknown = append(out.Rerun, day), append(out.Unknown, unknown...)
		case m.FeedAsOf != nil:
			out.AsOf = append(out.AsOf, day)
		case len(feeds) > 0:
			out.Late, out.Feeds = append(out.Late, day), append(out.Feeds, feeds...)
		}
	}
	for _, names := range []*[]string{&out.Unknown, &out.Feeds} {
		slices.Sort(*names)
		*names = slices.Compact(*names)
	}
	return out, nil
}

// knowledge is what a night of now would rest on.
type knowledge struct {
	versions           []feed.Version // of all feeds
	feeds, negatives   []feed.Version
	ranges, exclusions *ledger.Version
	answers            *versions.Version  // of units
	excluded           []ledger.Exclusion // by them
	lake               string
}

func knowledgeNow(lake string) (k knowledge, err error) {
	if k.versions, err = feed.Versions(lake); err != nil {
		return k, err
	}
	k.feeds = feed.Effective(k.versions, time.Time{})
	negatives, err := feed.Negatives(lake)
	if err != nil {
		return k, err
	}
	k.negatives = feed.Effective(negatives, time.Time{})
	if k.ranges, k.exclusions, err = ledger.Current(lake, time.Time{}); err != nil {
		return k, err
	}
	if k.answers, err = feedback.Current(lake); err != nil {
		return k, err
	}
	k.lake = lake
	k.excluded, err = feedback.Excluded(k.answers)
	return k, err
}

// without is what a night does not know: what it would have to be run again
// for, and the feeds. Of a night of a past moment, the lists of then count.
func (k *knowledge) without(m *Manifest) (unknown, feeds []string, err error) {
	if k.ranges != nil && m.Ledger != k.ranges.ID() {
		unknown = append(unknown, "ledger "+k.ranges.ID())
	}
	if k.exclusions != nil && m.Exclusions != k.exclusions.ID() {
		unknown = append(unknown, k.exclusions.ID())
	}
	if excludes, err := k.excludesAnew(m); err != nil {
		return nil, nil, err
	} else if excludes {
		unknown = append(unknown, "what the answers up to "+feedback.ID(k.answers)+" exclude")
	}
	if m.FeedAsOf != nil {
		return unknown, nil, nil
	}
	for i := range k.negatives {
		if id := k.negatives[i].ID(); !slices.Contains(m.Negatives, id) {
			unknown = append(unknown, "negative list "+id)
		}
	}
	for i := range k.versions {
		if v := &k.versions[i]; v.ReplacesEarlier() && k.restsOnReplaced(m, v) {
			unknown = append(unknown, "feed "+v.ID()+", which takes back what was wrong")
		}
	}
	known := knownVersions(k.versions, m, true)
	for i := range k.feeds {
		v := &k.feeds[i]
		if !slices.ContainsFunc(known, func(o feed.Version) bool { return o.Seq == v.Seq }) {
			feeds = append(feeds, v.ID())
		}
	}
	return unknown, feeds, nil
}

// excludesAnew says whether the answers of units exclude other addresses on the day
// of a night than they did when it ran. A form that came since changes no night
// before it, as an exclusion holds from the day of the answer: only what was
// imported late, is approved now, or is answered otherwise, does. What the night
// knew is read again from the version that it read: m.Answers of an older program
// names the form alone, approved or not.
func (k *knowledge) excludesAnew(m *Manifest) (bool, error) {
	if k.answers == nil || m.Answers == feedback.ID(k.answers) {
		return false, nil
	}
	paths := make([]string, len(m.Knowledge))
	for i := range m.Knowledge {
		paths[i] = m.Knowledge[i].Path
	}
	v, err := feedback.Read(k.lake, paths)
	if err != nil {
		return false, err
	}
	then, err := feedback.Excluded(v)
	if err != nil {
		return false, err
	}
	return !slices.Equal(excludedOn(m.Day, then), excludedOn(m.Day, k.excluded)), nil
}

// excludedOn are the ranges that are excluded on a day, as int_hosts takes them, in
// order.
func excludedOn(day Day, all []ledger.Exclusion) []string {
	start := day.Start(time.UTC)
	var list []string
	for i := range all {
		if e := &all[i]; e.ValidFrom.Before(start.AddDate(0, 0, 1)) && !e.Expires.Before(start) {
			list = append(list, e.Range.String())
		}
	}
	slices.Sort(list)
	return list
}

// restsOnReplaced says whether a night was matched with what a later version of
// the same feed took back.
func (k *knowledge) restsOnReplaced(m *Manifest, by *feed.Version) bool {
	read := knownVersions(k.versions, m, false)
	return slices.ContainsFunc(read, func(v feed.Version) bool { return v.Name == by.Name && v.Seq < by.Seq }) &&
		!slices.ContainsFunc(read, func(v feed.Version) bool { return v.Name == by.Name && v.Seq >= by.Seq })
}
