package analyze

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"minewatch/analyze/engine"
)

// regradeIfStale grades the hosts of a night anew where the contacts of the
// six days before are not those that it read. Its own contacts stand.
func (s *lateSearch) regradeIfStale(ctx context.Context, day Day) (PastNight, error) {
	past := PastNight{Day: day}
	fault := func(err error) error { return fmt.Errorf("night of %s: grade anew: %w", day, err) }
	m, err := ReadManifest(s.Lake, day)
	if errors.Is(err, fs.ErrNotExist) {
		return past, nil
	}
	if err != nil {
		return past, err
	}
	stale, history, err := s.stale(m)
	if err != nil {
		return past, fault(err)
	}
	if !stale {
		return past, nil
	}
	same, err := s.sameRules(m)
	if err != nil {
		return past, err
	}
	if !same {
		// By other rules its contacts would be others, too.
		if gone, err := flowsGone(s.Lake, m); err != nil || gone {
			past.Outcome = OutcomeFlowsGone
			return past, err
		}
		s.hashes = nil // its contacts are history of the nights behind it
		past.Outcome = OutcomeRun
		past.Manifest, err = Night(ctx, s.Options, day)
		return past, err
	}
	past.Outcome = OutcomeRegraded
	if past.Manifest, err = s.regrade(ctx, day, m, history); err != nil {
		return past, fault(err)
	}
	return past, nil
}

// stale says whether the night read other contacts of the six days before than
// there are now, and which these are.
func (s *lateSearch) stale(m *Manifest) (bool, []lakeFile, error) {
	history, err := dayFiles(s.Lake, "contacts", m.Day.Add(-6), m.Day.Add(-1))
	if err != nil {
		return false, nil, err
	}
	if s.hashes == nil {
		s.hashes = map[string]File{}
	}
	var now []File
	for _, f := range history {
		file, ok := s.hashes[f.path]
		if !ok {
			if file, err = hashFile(s.Lake, f.path); err != nil {
				return false, nil, err
			}
			s.hashes[f.path] = file
		}
		now = append(now, file)
	}
	return !slices.Equal(now, m.History), history, nil
}

// regrade is the second half of a night, over contacts that are published.
func (s *lateSearch) regrade(ctx context.Context, day Day, m *Manifest, history []lakeFile) (*Manifest, error) {
	s.db.ForgetAll()
	s.known = ""
	own, err := dayFiles(s.Lake, "contacts", day, day)
	if err != nil {
		return nil, err
	}
	run := &night{Options: s.Options, day: day, db: s.db}
	defer run.abort()
	if run.history, err = believe(s.Lake, history); err != nil {
		return nil, err
	}
	if _, err := believe(s.Lake, own); err != nil {
		return nil, err
	}
	if err := errors.Join(
		s.db.Set(ctx, "day", engine.Day(day)),
		s.db.ReadGrown(ctx, "raw_contacts", paths(append(slices.Clone(history), own...))...),
		readCoverage(ctx, s.db, s.Lake, day, day),
		setWindow(ctx, s.db, day.Add(-6), day),
		run.readNone(ctx),
	); err != nil {
		return nil, err
	}
	run.counts = m.Counts
	if err := run.rank(ctx); err != nil {
		return nil, err
	}
	if err := runChecks(ctx, s.db, "chk_suspects"); err != nil {
		return nil, err
	}
	return m, run.republish(ctx, m)
}

// republish replaces suspects and evidence of a night and what follows from them,
// and says in its manifest what they rest on now.
func (n *night) republish(ctx context.Context, m *Manifest) error {
	if err := errors.Join(n.stageGrades(ctx), n.countGrades(ctx)); err != nil {
		return err
	}
	if err := n.stagePast(ctx); err != nil {
		return err
	}
	at := n.Now().UTC()
	m.Counts, m.Coverage, m.RegradedAt = n.counts, n.coverage, &at
	n.manifest = m
	if err := n.describeResults(); err != nil {
		return err
	}
	return n.commit(KindRegrade)
}
