package feed

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"minewatch/analyze/intake"
)

// Bounds of what is followed from one name: chains of real names have two or
// three aliases, and resolvers give up at a few more.
const (
	maxChain = 8
	maxSteps = 4096
)

// chains follows names through the aliases of one file.
type chains struct {
	records  map[string][]*record // by name
	used     map[*record]bool
	answers  []Answer
	steps    int
	overlong map[string]bool // names whose chains were not followed to the end
}

// follow lets every named endpoint's name be answered by the records.
func followChains(names []Name, records []record) *chains {
	c := &chains{records: map[string][]*record{}, used: map[*record]bool{}, overlong: map[string]bool{}}
	for i := range records {
		c.records[records[i].name] = append(c.records[records[i].name], &records[i])
	}
	asked := ""
	for i := range names {
		if names[i].Domain == asked {
			continue // sorted: several endpoints of one name
		}
		asked = names[i].Domain
		if wire, err := WireName(asked); err == nil && len(c.records[wire]) > 0 {
			c.steps = 0
			c.from(asked, []string{wire}, nil)
		}
	}
	return c
}

// from adds what the last name of the chain leads to. link is the window in
// which all aliases up to there were seen; none is without a bound.
func (c *chains) from(name string, chain []string, link *record) {
	for _, rec := range c.records[chain[len(chain)-1]] {
		if c.steps++; c.steps > maxSteps {
			c.overlong[name] = true
			return
		}
		c.used[rec] = true
		both := *rec
		if link != nil {
			if both.first, both.last = later(link.first, rec.first), earlier(link.last, rec.last); both.last.Before(both.first) {
				continue // the alias and its end were not seen at the same time
			}
			both.ttl = min(link.ttl, rec.ttl)
		}
		if rec.kind != "CNAME" {
			c.add(name, chain, &both)
			continue
		}
		switch {
		case slices.Contains(chain, rec.data): // a loop leads nowhere
		case len(chain) > maxChain:
			c.overlong[name] = true
		default:
			c.from(name, append(slices.Clip(chain), rec.data), &both)
		}
	}
}

func (c *chains) add(name string, chain []string, rec *record) {
	a := Answer{
		Name: name, Type: rec.kind, Address: rec.data, Status: rec.status, Canonical: rec.canonical, Resolver: rec.resolver,
		FirstSeen: rec.first, LastSeen: rec.last, TTL: rec.ttl, Line: rec.line,
	}
	if len(chain) > 1 {
		a.Canonical = chain[len(chain)-1]
	}
	c.answers = append(c.answers, a)
}

// answered makes entries of the records that answer for names of the feeds, and
// counts the others.
func (r *reader) answered(records []record) error {
	c := followChains(r.options.Names, records)
	answers := Windows(c.answers, r.options.Floor)
	joined := len(c.answers) - len(answers)
	r.options.judge(answers)
	for i := range records {
		if !c.used[&records[i]] {
			r.pass("records of names that no feed has")
		}
	}
	if len(c.overlong) > 0 {
		r.tally.Remarks = append(r.tally.Remarks, fmt.Sprintf("more than %d aliases one behind the other, or more than %d records: %s not followed to the end", maxChain, maxSteps,
			intake.Amount(len(c.overlong), "name is", "names are")))
	}
	for i := range answers {
		a := &answers[i]
		a.Feed = r.options.Name
		if a.Status != Resolved {
			r.pass("answers that there is no such name or address")
		}
		if a.Refused == "" {
			continue
		}
		if err := r.refuse(a.Line, strings.Join([]string{a.Name, a.Type, a.Address}, " "), errors.New(a.Refused)); err != nil {
			return err
		}
	}
	intake.SortRejects(r.tally.Rejects)
	d := r.options.derive(answers)
	for range d.outside {
		r.pass("answers from outside of the time in which the feed's name counts")
	}
	r.answers, r.entries = answers, d.entries
	r.tally.Read += d.pairs + joined
	r.tally.Duplicates += d.pairs - len(d.entries) + joined
	if r.tally.Read > maxRows {
		return fmt.Errorf("makes more than %d entries: is it about pools?", maxRows)
	}
	if r.tally.Read == 0 && !r.options.resolved {
		return fmt.Errorf("none of its %s is about one of the names that feeds have (%d): import the feed with the names first; 'minewatch feed show --names' shows them",
			intake.Amount(len(records), "record", "records"), countNames(r.options.Names))
	}
	return nil
}

func countNames(names []Name) int {
	n, last := 0, ""
	for i := range names {
		if names[i].Domain != last {
			n, last = n+1, names[i].Domain
		}
	}
	return n
}

// namesFrom are the versions that the names are of.
func namesFrom(names []Name) string {
	var versions []string
	for i := range names {
		versions = append(versions, names[i].FeedVersion)
	}
	slices.Sort(versions)
	return strings.Join(slices.Compact(versions), ", ")
}
