package analyze

import "context"

// HashOf is the hash of what a run writes.
var HashOf = hashOf

// QueryHashes are what a manifest says of the rules of its night.
var QueryHashes = queryHashes

// PastOf is the hash over nights, in order, that the last of them is to name.
func PastOf(nights []*Manifest) string {
	p := newPastOf()
	for _, m := range nights {
		p.add(m.Day, m)
	}
	return p.text()
}

// KeptFrom is the night whose past a history up to a day begins with.
func KeptFrom(ctx context.Context, o Options, to Day) (Day, error) {
	files, err := findNights(ctx, &o, reading{from: to.Add(1), daily: to.Add(1), to: to})
	if err != nil || len(files.tables["past"]) == 0 {
		return "", err
	}
	return nightOf(files.tables["past"][0].path), nil
}

// WeeksOf are the nights whose sums of seven days a ranking of a period reads.
func WeeksOf(ctx context.Context, o Options, from, to Day) (weeks []Day, err error) {
	files, err := findNights(ctx, &o, reading{from: from, daily: to.Add(1), to: to, weeks: true})
	if err != nil {
		return nil, err
	}
	for _, f := range files.tables["week_meetings"] {
		weeks = append(weeks, nightOf(f.path))
	}
	return weeks, nil
}
