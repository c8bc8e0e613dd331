package analyze

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"log/slog"
	"path/filepath"
	"strings"
)

// A night keeps what the nights up to its own said of hosts (past), and to whom
// they are covered (watched), so that a history need not read them all. Both follow
// from other nightly tables, which may change: a night is run again, graded anew or
// removed. So the manifest says by a hash which tables they were made of, and
// they are taken as long as it is the hash of the tables of now. The night after
// a change begins with the last past before it, and its own holds again.

// pastTables are what is kept, always both.
var pastTables = []string{"past", "watched"}

// pastOf is a hash over the nights up to one.
type pastOf struct{ hash.Hash }

func newPastOf() pastOf { return pastOf{sha256.New()} }

// add takes in one more night, by what its manifest says that it wrote: contacts too,
// as those of an older program tell whom a pool answered.
func (p pastOf) add(day Day, m *Manifest) {
	_, _ = fmt.Fprintln(p, day)
	if m == nil {
		return
	}
	for _, table := range []string{"suspects", "contacts", "coverage"} {
		for _, f := range m.Written {
			if tableOf(f) == table {
				_, _ = fmt.Fprintln(p, filepath.ToSlash(f.Path), f.SHA256)
			}
		}
	}
}

func (p pastOf) text() string { return hex.EncodeToString(p.Sum(nil)) }

// kept is what a history begins with; with no day, nothing is.
type kept struct {
	day   Day // the last that it is of
	files map[string][]lakeFile
}

// findKept finds the latest past of nights that holds, and the hash over them all.
func findKept(ms manifests, nights []Day, rules *tableRules) (k kept, all pastOf, err error) {
	all = newPastOf()
	sums := make([]string, len(nights))
	for i, day := range nights {
		m, err := ms.of(day)
		if err != nil {
			return k, all, err
		}
		all.add(day, m)
		sums[i] = all.text()
	}
	for i := len(nights) - 1; i >= 0 && k.day == ""; i-- {
		if m := ms.read[nights[i]]; m == nil || m.PastOf != sums[i] || !rules.are(m) {
			continue
		}
		if k, err = keptOn(ms.lake, nights[i]); err != nil {
			return k, all, err
		}
	}
	return k, all, nil
}

// keptOn is what a night keeps, if it is still there.
func keptOn(lake string, day Day) (kept, error) {
	k := kept{day, map[string][]lakeFile{}}
	for _, table := range pastTables {
		files, err := dayFiles(lake, table, day, day)
		if err != nil || len(files) == 0 {
			return kept{}, err
		}
		k.files[table] = files
	}
	return k, nil
}

// stagePast stages what is kept, from the latest past before this night, the nights
// behind that, and what this one has staged. A night that is graded anew does so,
// too: the nights that are graded anew after it, and the next one, begin with that.
// Nobody runs a night again for a past that is older than what it is of.
//
// Where the nights before cannot be read, that is for those to tell who want a
// history: the night publishes tables without rows, and names nothing that
// they are of.
func (n *night) stagePast(ctx context.Context) error {
	files, err := findNights(ctx, &n.Options, reading{from: n.day, daily: n.day, to: n.day.Add(-1)})
	if err != nil {
		if ctx.Err() != nil {
			return err
		}
		n.logger().Warn("what became of hosts is not kept with this night, as the nights before it cannot be read", slog.String("day", string(n.day)), slog.Any("reason", err))
		n.before, files = nil, &nightFiles{}
		n.db.ForgetAll()
		return errors.Join(files.read(ctx, n.db), n.stage(ctx, "raw_past", "past"), n.stage(ctx, "raw_watched", "watched"))
	}
	n.before = &files.of
	for _, table := range []string{"suspects", "coverage"} {
		own, err := n.own(table)
		if err != nil {
			return err
		}
		files.tables[table] = append(files.tables[table], own...)
	}
	n.db.ForgetAll()
	return errors.Join(
		files.read(ctx, n.db),
		n.db.Build(ctx, "mart_night_past", "mart_night_watched"),
		n.stage(ctx, "mart_night_past", "past"), n.stage(ctx, "mart_night_watched", "watched"),
	)
}

// own are the files of a table of this night: staged, or published where it is
// graded anew.
func (n *night) own(table string) ([]lakeFile, error) {
	for _, s := range n.staged {
		if strings.HasPrefix(s.Path(), filepath.Join(n.Lake, table)+string(filepath.Separator)) {
			return []lakeFile{{path: s.Temporary()}}, nil
		}
	}
	return dayFiles(n.Lake, table, n.day, n.day)
}
