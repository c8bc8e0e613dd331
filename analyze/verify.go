package analyze

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"minewatch/analyze/engine"
)

// Status is how a check ended.
type Status string

// The statuses, the worst last.
const (
	StatusOK       Status = "ok"
	StatusNote     Status = "note"     // as it may be, and worth knowing
	StatusOutdated Status = "outdated" // intact, but its inputs have changed lawfully since: run it again
	StatusFailed   Status = "failed"   // changed, deleted or damaged
)

// Finding is what a check found.
type Finding struct {
	Status Status
	Check  string // chain, manifest, written, feed and ledger, history, receipts, flows, rules, notices and answers
	Day    Day    // "" = of no day
	Run    int    // number in the chain of the run that says how it was; 0 = none
	Path   string // relative to the lake
	Text   string
	Remedy string
}

// VerifyOptions say what is checked.
type VerifyOptions struct {
	Options
	From, To Day    // nights, both included; "" = the first, the last
	Flows    bool   // read the footers of flow files, and those whole whose hash was taken
	Head     string // hash, or its beginning, of a run that has to be in the chain; "" = none
}

// Verification is the answer of Verify.
type Verification struct {
	Runs     int    // in the chain
	Head     string // hash of the last one
	Nights   int    // that were checked
	Findings []Finding
}

// Count is the number of findings of a status.
func (v *Verification) Count(s Status) (n int) {
	for i := range v.Findings {
		if v.Findings[i].Status == s {
			n++
		}
	}
	return n
}

// Verify checks that the chain of runs is whole, and that everything is as the
// runs say that they found or left it. It changes nothing and needs no turn; a
// night that is being published meanwhile fails, and is told as such.
func Verify(ctx context.Context, o VerifyOptions) (*Verification, error) {
	c := &checker{VerifyOptions: o, manifests: map[Day]*Manifest{}, versions: map[string]error{}}
	if err := c.walkChain(); err != nil {
		return nil, err
	}
	var err error
	if c.lineage, err = newLineage(o.Lake); err != nil {
		return nil, err
	}
	if o.Flows {
		if c.db, err = o.open(ctx); err != nil {
			return nil, err
		}
		defer c.db.Close() //nolint:errcheck // only temporary files are left to it
	}
	days, err := c.days()
	if err != nil {
		return nil, err
	}
	for _, day := range days {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err := c.checkDay(ctx, day); err != nil {
			return nil, fmt.Errorf("verify the night of %s: %w", day, err)
		}
	}
	c.out.Nights = len(days)
	if err := c.checkAnswers(); err != nil {
		return nil, fmt.Errorf("verify notices and answers: %w", err)
	}
	return &c.out, nil
}

// checker is one run of Verify.
type checker struct {
	VerifyOptions
	out       Verification
	chain     map[int]string // hash by number
	newest    map[Day]entry  // the last record of a night
	lineage   *lineage
	db        *engine.DB
	manifests map[Day]*Manifest // as far as they can be read
	versions  map[string]error  // of feed and ledger, by folder
}

func (c *checker) find(f Finding) { c.out.Findings = append(c.out.Findings, f) }

// days are those that have a night by any trace of one.
func (c *checker) days() ([]Day, error) {
	var days []Day
	for day := range c.newest {
		days = append(days, day)
	}
	patterns := []string{"manifests/nightly/day=*.json"}
	for _, table := range nightTables {
		patterns = append(patterns, table+"/day=*")
	}
	for _, pattern := range patterns {
		paths, err := filepath.Glob(filepath.Join(c.Lake, pattern))
		if err != nil {
			return nil, err
		}
		for _, path := range paths {
			if day, err := ParseDay(strings.TrimSuffix(strings.TrimPrefix(filepath.Base(path), "day="), ".json")); err == nil {
				days = append(days, day)
			}
		}
	}
	slices.Sort(days)
	days = slices.Compact(days)
	return slices.DeleteFunc(days, func(d Day) bool { return d < c.From || c.To != "" && d > c.To }), nil
}

const again = "run that night again: minewatch nightly --day "

// checkDay checks one night.
func (c *checker) checkDay(ctx context.Context, day Day) error {
	before := len(c.out.Findings)
	m, half, err := c.checkManifest(day)
	if err != nil || m == nil {
		return err
	}
	fail := func(check, path, text, remedy string) {
		c.find(Finding{StatusFailed, check, day, m.Seq, path, text, remedy})
	}
	for _, f := range m.Written {
		if text, err := c.compare(f); err != nil {
			return err
		} else if text != "" && (!half || !c.isStaged(f)) {
			fail("written", f.Path, text, again+string(day))
		}
	}
	if err := c.checkStrangers(m); err != nil {
		return err
	}
	for _, f := range m.Knowledge {
		text, err := c.compare(f)
		if err != nil {
			return err
		}
		if text == "" {
			text = c.versionFault(filepath.Join(c.Lake, filepath.Dir(f.Path)))
		}
		if text != "" {
			fail("feed and ledger", f.Path, text, "restore this version from a backup")
		}
	}
	if err := c.checkHistory(m); err != nil {
		return err
	}
	if err := c.checkReceipts(m); err != nil {
		return err
	}
	summary, err := c.checkFlows(ctx, m)
	if err != nil {
		return err
	}
	c.checkRules(m)
	if !slices.ContainsFunc(c.out.Findings[before:], func(f Finding) bool { return f.Status == StatusFailed }) {
		c.find(Finding{StatusOK, "night", day, m.Seq, "", fmt.Sprintf("written %d, feed and ledger %d, history %d, receipts %d, %s",
			len(m.Written), len(m.Knowledge), len(m.History), len(m.Receipts), summary), ""})
	}
	return nil
}

// compare says in which way a file is not what it was; "" = in none.
func (c *checker) compare(want File) (string, error) {
	now, err := hashFile(c.Lake, filepath.Join(c.Lake, want.Path))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "it is gone", nil
	case err != nil:
		return "", err
	case now.SHA256 != want.SHA256:
		return fmt.Sprintf("it was changed: SHA-256 %s… of %d bytes, recorded is %s… of %d bytes", short(now.SHA256), now.Bytes, short(want.SHA256), want.Bytes), nil
	}
	return "", nil
}

// checkStrangers finds files among those of the night that no run wrote: a
// reader takes them for its own.
func (c *checker) checkStrangers(m *Manifest) error {
	for _, table := range nightTables {
		files, err := dayFiles(c.Lake, table, m.Day, m.Day)
		if err != nil {
			return err
		}
		for _, f := range files {
			path := c.lineage.relative(f.path)
			if !slices.ContainsFunc(m.Written, func(w File) bool { return w.Path == path }) {
				c.find(Finding{StatusFailed, "written", m.Day, m.Seq, path, "no run wrote this file", "move it out of the lake"})
			}
		}
	}
	return nil
}
