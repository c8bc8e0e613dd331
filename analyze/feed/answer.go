package feed

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"minewatch/analyze/sheet"
)

// AnswerStatus is what an answer says.
type AnswerStatus string

// The kinds of answer. That a resolver failed is none.
const (
	Resolved   AnswerStatus = "address"  // the name has this address
	NoSuchName AnswerStatus = "nxdomain" // there is no such name
	NoAddress  AnswerStatus = "empty"    // the name has no address of this type
)

// The types of record that are asked for.
const (
	TypeA    = "A"
	TypeAAAA = "AAAA"
)

// Answer is what somebody who resolves names said of one: which address it
// had, from the first to the last time that it was seen.
type Answer struct {
	Name                string // as its feed writes it
	Type                string // A or AAAA
	Address             string // empty where there was none
	Status              AnswerStatus
	Canonical           string // where a chain of aliases ended; empty = at the name itself
	Resolver            string // who said so
	FirstSeen, LastSeen time.Time
	TTL                 int    // seconds for which the resolver vouches for it
	Refused             string // why it became no entry; empty = it did
	Feed, FeedVersion   string // the version that it stands in
	Line                int    // of its original
}

// AnswerColumns are the columns of answers.csv. The format of passive DNS
// knows them all.
var AnswerColumns = []sheet.Column[Answer]{
	sheet.Text("name", func(a *Answer) *string { return &a.Name }),
	sheet.Text("rrtype", func(a *Answer) *string { return &a.Type }),
	sheet.Text("answer", func(a *Answer) *string { return &a.Address }),
	sheet.Text("status", func(a *Answer) *AnswerStatus { return &a.Status }),
	sheet.Text("canonical", func(a *Answer) *string { return &a.Canonical }),
	sheet.Text("resolver", func(a *Answer) *string { return &a.Resolver }),
	sheet.Calendar("first_seen", func(a *Answer) *time.Time { return &a.FirstSeen }),
	sheet.Calendar("last_seen", func(a *Answer) *time.Time { return &a.LastSeen }),
	sheet.Number("ttl", func(a *Answer) *int { return &a.TTL }),
	sheet.Text("refused", func(a *Answer) *string { return &a.Refused }),
	sheet.Text("feed", func(a *Answer) *string { return &a.Feed }),
	sheet.Text("feed_version", func(a *Answer) *string { return &a.FeedVersion }),
	sheet.Number("line", func(a *Answer) *int { return &a.Line }),
}

// until is how long an answer holds that nobody repeats.
func (a *Answer) until(floor time.Duration) time.Time {
	return a.LastSeen.Add(max(time.Duration(a.TTL)*time.Second, floor))
}

// what is the statement that windows are made of.
func (a *Answer) what(o *Answer) int {
	return cmp.Or(strings.Compare(a.Name, o.Name), strings.Compare(a.Type, o.Type), strings.Compare(a.Resolver, o.Resolver),
		strings.Compare(string(a.Status), string(o.Status)), strings.Compare(a.Address, o.Address))
}

func compareAnswers(a, b Answer) int {
	return cmp.Or(a.what(&b), a.FirstSeen.Compare(b.FirstSeen), a.LastSeen.Compare(b.LastSeen), cmp.Compare(a.TTL, b.TTL),
		strings.Compare(a.Canonical, b.Canonical), strings.Compare(a.FeedVersion, b.FeedVersion), cmp.Compare(a.Line, b.Line))
}

// Windows joins answers that say the same while the one before holds, and
// sorts them. One that had run out opens another window. For the rest the
// answer seen last counts.
func Windows(answers []Answer, floor time.Duration) []Answer {
	sorted := slices.SortedFunc(slices.Values(answers), compareAnswers)
	var windows []Answer
	for _, a := range sorted {
		if n := len(windows); n > 0 && windows[n-1].what(&a) == 0 && !a.FirstSeen.After(windows[n-1].until(floor)) {
			last := &windows[n-1]
			if a.FirstSeen = last.FirstSeen; a.LastSeen.Before(last.LastSeen) {
				continue
			}
			*last = a
			continue
		}
		windows = append(windows, a)
	}
	return windows
}
