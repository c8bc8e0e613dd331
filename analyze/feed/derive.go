package feed

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/publicsuffix"

	"minewatch/analyze/iprange"
)

// Name is an endpoint that a feed knows by its name, with the end of the time
// in which that counts, the time to live applied.
type Name struct {
	Entry
	Until time.Time
}

// StandingNames are the names of the feeds, sorted; ttlDays are the days that
// an entry stays valid after its last sighting, by evidence.
func StandingNames(feeds []Version, ttlDays map[string]int) ([]Name, error) {
	var list []Name
	for i := range feeds {
		c, err := feeds[i].Standing()
		if err != nil {
			return nil, err
		}
		for _, e := range c.Names {
			list = append(list, Name{e, e.until(ttlDays)})
		}
	}
	slices.SortFunc(list, func(a, b Name) int {
		return cmp.Or(strings.Compare(a.Domain, b.Domain), strings.Compare(a.Feed, b.Feed), cmp.Compare(a.Port, b.Port), strings.Compare(a.ID, b.ID))
	})
	return list, nil
}

// until is the end of an entry's window, as stg_pool_entries computes it.
func (e *Entry) until(ttlDays map[string]int) time.Time {
	if !e.ValidUntil.IsZero() {
		return e.ValidUntil
	}
	days, ok := ttlDays[string(e.Evidence)]
	if e.Shared == SharedCDN {
		days, ok = ttlDays["cdn"], true
	}
	if !ok {
		days = ttlDays["default"]
	}
	return e.sighting().AddDate(0, 0, days)
}

// maxOwners is the most domains of different owners that may share an address
// before it is taken for a sinkhole, a parking page, or what a resolver makes up
// for names that do not exist. No address of the sMaSheD catalogue of 2018
// served two pools.
const maxOwners = 10

// judge says of each answer whether it may become an entry: whoever runs a
// resolver can let it answer as he likes, and many let names of miners end at a
// warning page.
func (o *Options) judge(answers []Answer) {
	owners := map[string]map[string]bool{} // by address
	for i := range answers {
		a := &answers[i]
		if a.Status != Resolved {
			continue
		}
		if owners[a.Address] == nil {
			owners[a.Address] = map[string]bool{}
		}
		owners[a.Address][ownerOf(a.Name)] = true
	}
	refused := map[string]string{}
	own := spansOf(o.Own)
	for address, domains := range owners {
		refused[address] = refusal(address, len(domains), own)
	}
	for i := range answers {
		answers[i].Refused = refused[answers[i].Address]
	}
}

func refusal(address string, owners int, own spans) string {
	r, err := iprange.Parse(address)
	if err == nil {
		err = (&Entry{Range: r}).checkWhere(own)
	}
	if err == nil && owners > maxOwners {
		err = fmt.Errorf("%s is what names below %d domains lead to: a sinkhole, a parking page, or what the resolver says of names that do not exist", address, owners)
	}
	if err == nil {
		return ""
	}
	return err.Error()
}

// ownerOf is the domain that somebody registered, of which name is a part.
func ownerOf(name string) string {
	if wire, err := WireName(name); err == nil {
		name = wire
	}
	if domain, err := publicsuffix.EffectiveTLDPlusOne(name); err == nil {
		return domain
	}
	return name
}

// derivation is what answers make of the named endpoints.
type derivation struct {
	entries []Entry
	pairs   int // of an answer and an endpoint of its name
	outside int // such pairs of which the name did not count when it was answered
}

// derive makes an entry of each named endpoint and each address that its name
// had. It is the entry of the name, with the address, seen when the answers
// were, and says in source_ref what it rests on. An answer can vouch for it no
// longer than for the name, and no more: the confidence is the name's.
func (o *Options) derive(answers []Answer) (d derivation) {
	type key struct{ name, address string }
	by := map[key][]*Answer{}
	for i := range answers {
		if a := &answers[i]; a.Status == Resolved && a.Refused == "" {
			by[key{a.Name, a.Address}] = append(by[key{a.Name, a.Address}], a)
		}
	}
	addresses := map[string][]string{}
	for k := range by {
		addresses[k.name] = append(addresses[k.name], k.address)
	}
	for i := range o.Names {
		n := &o.Names[i]
		for _, address := range addresses[n.Domain] {
			var counting []*Answer
			for _, a := range by[key{n.Domain, address}] {
				if a.FirstSeen.After(n.Until) || a.LastSeen.Before(n.ValidFrom) {
					d.outside++
				} else {
					counting = append(counting, a)
				}
			}
			if len(counting) > 0 {
				d.pairs += len(counting)
				d.entries = append(d.entries, o.entryOf(n, counting))
			}
		}
	}
	return d
}

// entryOf makes an entry of a named endpoint and the answers with one address.
func (o *Options) entryOf(n *Name, answers []*Answer) Entry {
	e := n.Entry
	e.Evidence, e.SourceRef = DNS, reference(n, answers)
	e.Feed, e.RetrievedAt = o.Name, o.RetrievedAt
	e.Range, _ = iprange.Parse(answers[0].Address) // was judged
	e.FirstSeen, e.LastSeen, e.Line = time.Time{}, time.Time{}, answers[0].Line
	var until time.Time
	for _, a := range answers {
		e.FirstSeen, e.LastSeen = earlier(e.FirstSeen, a.FirstSeen), later(e.LastSeen, a.LastSeen)
		until = later(until, a.until(o.Floor))
		e.Line = min(e.Line, a.Line)
	}
	if !e.ValidFrom.After(e.FirstSeen) {
		e.ValidFrom = time.Time{}
	}
	// The night applies the time to live of evidence dns. An end is stated only
	// where another one counts.
	stated := e.ValidUntil
	e.ValidUntil = time.Time{}
	if until.After(e.LastSeen.Add(o.Floor)) {
		e.ValidUntil = until
	}
	if !stated.IsZero() && stated.Before(until) {
		e.ValidUntil = stated
	}
	return e
}

// toldResolvers is how many of those who said so are named.
const toldResolvers = 4

// reference says what an entry rests on: whose name, and who resolved it.
func reference(n *Name, answers []*Answer) string {
	said := map[string]bool{}
	for _, a := range answers {
		said[a.Resolver] = true
	}
	who := slices.Sorted(maps.Keys(said))
	more := ""
	if len(who) > toldResolvers {
		more = fmt.Sprintf(" and %d more", len(who)-toldResolvers)
		who = who[:toldResolvers]
	}
	return fmt.Sprintf("%s of %s, resolved by %s%s", n.Domain, n.FeedVersion, strings.Join(who, ", "), more)
}
