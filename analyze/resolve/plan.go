package resolve

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"
	"time"

	"minewatch/analyze/feed"
)

// Question is what one resolver is asked.
type Question struct {
	Name     string // as its feed writes it
	Wire     string // as it is asked for
	Type     string // feed.TypeA or feed.TypeAAAA
	Resolver netip.AddrPort
	Answered time.Time // when it was answered last; zero = never
}

// ResolverName is how the resolver is named in answers.
func (q *Question) ResolverName() string { return nameOf(q.Resolver) }

// Unaskable is a name that fits into no question.
type Unaskable struct {
	feed.Name
	Reason error
}

// Plan are the questions for names of feeds.
type Plan struct {
	Names     int        // different ones
	Questions []Question // that are due, sorted by name
	Waiting   int        // that are not: the time to live of their answers has not passed
	Unaskable []Unaskable
}

// Due is what there is to ask at a moment: every resolver for both types of
// every name, but for those whose last answer still holds. With force, these
// as well. Names are sorted; answers are all that were kept.
func Due(names []feed.Name, resolvers []netip.AddrPort, answers []feed.Answer, now time.Time, force bool) Plan {
	held := holding(answers)
	var p Plan
	for i := range names {
		if i > 0 && names[i].Domain == names[i-1].Domain {
			continue
		}
		wire, err := feed.WireName(names[i].Domain)
		if err != nil {
			p.Unaskable = append(p.Unaskable, Unaskable{names[i], err})
			continue
		}
		p.Names++
		for _, resolver := range resolvers {
			for _, kind := range []string{feed.TypeA, feed.TypeAAAA} {
				last := held[asked{names[i].Domain, kind, nameOf(resolver)}]
				if !force && now.Before(last.until) {
					p.Waiting++
					continue
				}
				p.Questions = append(p.Questions, Question{names[i].Domain, wire, kind, resolver, last.seen})
			}
		}
	}
	return p
}

type asked struct{ name, kind, resolver string }

// held is the last answer to a question.
type held struct{ seen, until time.Time }

// holding finds until when each question need not be asked again: of the
// records that were answered together, until the first runs out.
func holding(answers []feed.Answer) map[asked]held {
	list := map[asked]held{}
	for i := range answers {
		a := &answers[i]
		key := asked{a.Name, a.Type, a.Resolver}
		until := a.LastSeen.Add(time.Duration(a.TTL) * time.Second)
		old, ok := list[key]
		if !ok || a.LastSeen.After(old.seen) || (a.LastSeen.Equal(old.seen) && until.Before(old.until)) {
			list[key] = held{a.LastSeen, until}
		}
	}
	return list
}

// Standing are the names that count at a moment. With only, the rest is left
// out; missing are those of only that no feed has.
func Standing(names []feed.Name, now time.Time, only []string) (standing []feed.Name, missing []string) {
	wanted := map[string]bool{}
	for _, s := range only {
		wanted[canonical(s)] = false
	}
	for i := range names {
		n := &names[i]
		if len(only) > 0 {
			if _, ok := wanted[canonical(n.Domain)]; !ok {
				continue
			}
			wanted[canonical(n.Domain)] = true
		}
		if !now.After(n.Until) && !n.ValidFrom.After(now) {
			standing = append(standing, *n)
		}
	}
	for _, s := range only {
		if !wanted[canonical(s)] {
			missing = append(missing, s)
		}
	}
	return standing, missing
}

// canonical is one form of the ways to write a name.
func canonical(s string) string {
	if wire, err := feed.WireName(s); err == nil {
		return wire
	}
	return strings.ToLower(s)
}

// sortAnswers puts answers in an order that does not depend on who answered
// first.
func sortAnswers(answers []feed.Answer) {
	slices.SortFunc(answers, func(a, b feed.Answer) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.Resolver, b.Resolver), strings.Compare(a.Type, b.Type),
			strings.Compare(a.Address, b.Address))
	})
}

// Of are the answers for only these names, or all where none is given.
func Of(answers []feed.Answer, only []string) []feed.Answer {
	if len(only) == 0 {
		return answers
	}
	wanted := map[string]bool{}
	for _, s := range only {
		wanted[canonical(s)] = true
	}
	return slices.DeleteFunc(answers, func(a feed.Answer) bool { return !wanted[canonical(a.Name)] })
}
