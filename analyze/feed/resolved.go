package feed

import (
	"bytes"
	"slices"
	"time"

	"minewatch/analyze/sheet"
	"minewatch/analyze/versions"
)

// ResolvedFeed is the feed of what our own questions were answered. Its
// originals are the answers; its entries are those that all answers which are
// remembered make of the names that stand. So a name that its feed withdraws,
// or forgets, ends here with the next version.
const ResolvedFeed = "dns-resolved"

// rememberAnswers is how long an answer that ran out stays in the newest
// version: longer than flows are kept and looked back at. Older versions keep
// theirs.
const rememberAnswers = 400 * 24 * time.Hour

// keepAtLeast is how often answers are kept that only repeat others: an entry
// lives for days after its last sighting, so that a version a day is enough.
const keepAtLeast = 24 * time.Hour

// resolving completes the options of an import of our own answers.
func (o Options) resolving() Options {
	o.Name, o.Format, o.Source = ResolvedFeed, PassiveDNS, ResolvedFeed
	o.Force, o.Replace, o.resolved = true, false, true
	return o
}

// ImportAnswers keeps answers of our own resolvers as a version of
// ResolvedFeed.
func ImportAnswers(lakeDir string, answers []Answer, o Options) (Result, error) {
	original, err := EncodeAnswers(answers)
	if err != nil {
		return Result{}, err
	}
	return Import(lakeDir, Input{File: ResolvedFeed + ".csv", Data: original}, o.resolving())
}

// EncodeAnswers writes answers as the table that DecodeAnswers reads, and every
// import as well.
func EncodeAnswers(answers []Answer) ([]byte, error) {
	var b bytes.Buffer
	err := sheet.Write(&b, AnswerColumns, answers)
	return b.Bytes(), err
}

// DecodeAnswers reads what EncodeAnswers wrote.
func DecodeAnswers(text []byte) ([]Answer, error) {
	return sheet.Read(bytes.NewReader(text), AnswerColumns)
}

// remembered joins answers with those of a version, nil for none.
func (o *Options) remembered(before *Version, now []Answer) ([]Answer, error) {
	var old []Answer
	if before != nil {
		var err error
		if old, err = before.Answers(); err != nil {
			return nil, err
		}
	}
	all := Windows(slices.Concat(old, now), o.Floor)
	all = slices.DeleteFunc(all, func(a Answer) bool { return a.until(o.Floor).Add(rememberAnswers).Before(o.RetrievedAt) })
	o.judge(all)
	return all, nil
}

// writeAnswers keeps what a feed of passive DNS rests on beside its tables.
func (o *Options) writeAnswers(tables map[string][]byte, before *Version, l *Content) error {
	if l.Answers == nil && (before == nil || before.AnswersPath() == "") {
		return nil
	}
	all, err := o.remembered(before, l.Answers)
	if err != nil {
		return err
	}
	return writeTable(tables, answersFile, AnswerColumns, all)
}

// followResolved makes the standing tables of ResolvedFeed anew.
func (o *Options) followResolved(before *versions.Version, tables map[string][]byte, l *Content) error {
	var v *Version
	if before != nil {
		v = &Version{*before}
	}
	all, standing, err := o.deriveAll(v, l.Answers, l.id)
	if err != nil {
		return err
	}
	if err := writeTable(tables, answersFile, AnswerColumns, all); err != nil {
		return err
	}
	return writeStanding(tables, nil, &Content{Entries: standing})
}

// deriveAll is what all answers, those of a version and new ones, say together.
func (o *Options) deriveAll(before *Version, now []Answer, id string) (all []Answer, entries []Entry, err error) {
	if all, err = o.remembered(before, now); err != nil {
		return nil, nil, err
	}
	d := o.derive(all)
	for i := range d.entries {
		d.entries[i].FeedVersion = id
	}
	entries, _ = merge(d.entries)
	return all, entries, nil
}

// Learnt says whether pending answers are worth a version after before: they
// say something new, or the names do, or the version is a day old.
func Learnt(before *Version, pending []Answer, o Options) (bool, error) {
	o = o.resolving()
	if before == nil {
		return len(pending) > 0, nil
	}
	if err := o.fill(""); err != nil {
		return false, err
	}
	old, err := before.Answers()
	if err != nil {
		return false, err
	}
	all, entries, err := o.deriveAll(before, pending, before.ID())
	if err != nil {
		return false, err
	}
	known := map[Answer]bool{}
	for i := range old {
		known[old[i].window()] = true
	}
	for i := range all {
		if !known[all[i].window()] {
			return true, nil
		}
	}
	standing, err := before.Standing()
	if err != nil {
		return false, err
	}
	for _, c := range diff(standing.Entries, entries) {
		if c.Kind != Changed || slices.ContainsFunc(c.Fields, func(f FieldChange) bool {
			return f.Column != "last_seen" && f.Column != "source_ref"
		}) {
			return true, nil
		}
	}
	return len(pending) > 0 && o.RetrievedAt.Sub(before.RetrievedAt) >= keepAtLeast, nil
}

// window is what stays the same of an answer while it is repeated.
func (a *Answer) window() Answer {
	return Answer{Name: a.Name, Type: a.Type, Address: a.Address, Status: a.Status, Resolver: a.Resolver, FirstSeen: a.FirstSeen, Refused: a.Refused}
}
