package feed

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"time"

	"minewatch/analyze/feed/fetch"
)

// Remote is a feed whose source publishes it at a URL.
type Remote struct {
	fetch.Source
	Options                // how it is imported; Name is required
	TTLDays map[string]int // as feed.ttl_days in the configuration
}

// Outcome is what became of a feed that was to be updated.
type Outcome string

// The outcomes.
const (
	Imported  Outcome = "imported"  // another list than before
	Renewed   Outcome = "renewed"   // the same list, kept again as of now
	Unchanged Outcome = "unchanged" // the same list, not long after the last time
	HeldBack  Outcome = "held back" // changed too much at once
	Failed    Outcome = "failed"
)

// Updated tells what became of an update. Where it failed or was held back,
// the version is the one that stands, if there is one.
type Updated struct {
	Result
	Outcome Outcome
	Remark  error // what keeps nothing from being right; it costs a download
}

// Update fetches the list and imports it if it is new. A list that is fetched
// again and did not change keeps its entries alive: what it does not date was
// seen when it was retrieved. So it becomes a version again, but not more often
// than its entries need.
func (r *Remote) Update(ctx context.Context, lakeDir string) (Updated, error) {
	u, err := r.update(ctx, lakeDir)
	var held *HeldBackError
	switch {
	case errors.As(err, &held):
		u.Outcome = HeldBack
	case err != nil:
		u.Outcome = Failed
	}
	return u, err
}

func (r *Remote) update(ctx context.Context, lakeDir string) (u Updated, err error) {
	before, in, seen, err := r.fetch(ctx, lakeDir)
	if before != nil {
		u.Version = *before
	}
	if err != nil {
		return u, err
	}
	o := r.Options
	if !seen.Written.IsZero() {
		o.RetrievedAt = earlier(seen.Written, o.Now())
	}
	same := r.isOf(before, in.Data)
	if same {
		if o.RetrievedAt.IsZero() {
			o.RetrievedAt = o.Now()
		}
		if u.List, err = before.Content(); err != nil {
			return u, err
		}
		if o.RenewAfter, err = r.renewAfter(lakeDir, &u.List); err != nil {
			return u, err
		}
		if o.RetrievedAt.Sub(before.RetrievedAt) < o.RenewAfter {
			u.Existing, u.Outcome = true, Unchanged
		}
	}
	if !u.Existing {
		result, err := Import(lakeDir, in, o)
		if err != nil {
			u.Tally = result.Tally
			return u, err
		}
		u.Result = result
		switch {
		case result.Existing: // another update was quicker
			u.Outcome = Unchanged
		case same:
			u.Outcome = Renewed
		default:
			u.Outcome = Imported
		}
	}
	u.Remark = r.remember(lakeDir, in.Data, seen.Validators)
	return u, nil
}

// Preview fetches the list as Update does, and returns it with the version that
// an import would follow. Nothing is kept.
func (r *Remote) Preview(ctx context.Context, lakeDir string) (before *Version, in Input, err error) {
	before, in, _, err = r.fetch(ctx, lakeDir)
	return before, in, err
}

// fetch returns the list that the source publishes now, with the version before
// it. One that was not modified is taken from there.
func (r *Remote) fetch(ctx context.Context, lakeDir string) (before *Version, in Input, seen fetch.Answer, err error) {
	u, err := fetch.ParseURL(r.URL)
	if err != nil {
		return nil, in, seen, fmt.Errorf("the url %w", err)
	}
	in.File = fetch.Place(u)
	list, err := r.versions(lakeDir)
	if err != nil {
		return nil, in, seen, err
	}
	before = r.Before(list, in.File)
	known := r.recall(lakeDir, before)
	if seen, err = r.Get(ctx, known); err != nil {
		return before, in, seen, err
	}
	if in.Data = seen.Data; seen.NotModified {
		if in.Data, err = before.Original(); err != nil {
			return before, in, seen, err
		}
		if seen.Validators == (fetch.Validators{}) {
			seen.Validators = known
		}
	}
	return before, in, seen, nil
}

func (r *Remote) versions(lakeDir string) ([]Version, error) {
	if r.Negative != "" {
		return Negatives(lakeDir)
	}
	return Versions(lakeDir)
}

// isOf says whether an import of the original would repeat the version.
func (r *Remote) isOf(v *Version, original []byte) bool {
	return v != nil && v.Holds(original) && maps.Equal(v.Settings, r.settings())
}

// never is when what needs no renewal is renewed.
const never time.Duration = math.MaxInt64

// renewals is how many versions a list that does not change makes in the life
// of its shortest-lived entry. A life would be over before the next timer, were
// it one; with four, three fetches may fail.
const renewals = 4

// renewAfter is how old a version gets before the same list is kept again. What
// the list dates itself lives by that, however often it is fetched, and a
// negative list does not age: where there is nothing else, that is never.
func (r *Remote) renewAfter(lakeDir string, list *Content) (time.Duration, error) {
	if r.Negative != "" {
		return never, nil
	}
	negatives, err := Negatives(lakeDir)
	if err != nil {
		return 0, err
	}
	onCDN := false // some may be, by a negative list
	for _, n := range Effective(negatives, time.Time{}) {
		onCDN = onCDN || n.Settings["negative"] == string(SharedCDN)
	}
	after := never
	for _, entries := range [][]Entry{list.Entries, list.Names} {
		for i := range entries {
			e := &entries[i]
			if e.LastSeen.IsZero() && e.ValidUntil.IsZero() {
				after = min(after, r.life(e, onCDN)/renewals)
			}
		}
	}
	return after, nil
}

// life is how long an entry without dates lives, as the night has it
// (queries/stg_pool_entries.sql).
func (r *Remote) life(e *Entry, onCDN bool) time.Duration {
	days, ok := r.TTLDays[string(e.Evidence)]
	if !ok {
		days = r.TTLDays["default"]
	}
	if cdn, ok := r.TTLDays[string(SharedCDN)]; ok && e.Shared == SharedCDN {
		days = cdn
	} else if ok && onCDN {
		days = min(days, cdn)
	}
	return time.Duration(days) * 24 * time.Hour
}
