package analyze

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"golang.org/x/sync/errgroup"

	"minewatch/analyze/engine"
)

// reading says what is read of nights, beside what tells the history of them all.
type reading struct {
	from  Day  // first day whose contacts, figures and coverage are asked
	daily Day  // first day whose suspects and coverage are told day by day
	to    Day  // the last night
	weeks bool // what nights have summed of their seven days is read in place of the contacts and figures of these
}

// asks says whether what a night said of hosts is asked of it, or known from the one
// that kept what all nights up to its own said.
func (r *reading) asks(day, kept Day) bool { return day >= r.daily || day > kept }

// nightFiles are files of nights, by their tables, and what is to be known of them.
type nightFiles struct {
	tables            map[string][]lakeFile
	grown             map[string]bool // of which a file may lack columns
	unfigured, untold []Day
	of                pastOf // all nights up to the last
}

// readNights puts nights behind the relations of contacts, figures, suspects and
// coverage. Those before the window tell what is new in it: what one of them kept of
// all before it, or each by itself.
func readNights(ctx context.Context, db *engine.DB, o *Options, r reading) error {
	files, err := findNights(ctx, o, r)
	if err != nil {
		return err
	}
	return files.read(ctx, db)
}

// openNights opens an engine session while the files of nights are found and hashed,
// each of which keeps one core busy for as long.
func (o *Options) openNights(ctx context.Context, r reading) (db *engine.DB, files *nightFiles, err error) {
	var both errgroup.Group
	both.Go(func() (err error) {
		db, err = o.open(ctx)
		return err
	})
	both.Go(func() (err error) {
		files, err = findNights(ctx, o, r)
		return err
	})
	if err := both.Wait(); err != nil {
		if db != nil {
			err = errors.Join(err, db.Close())
		}
		return nil, nil, err
	}
	return db, files, nil
}

func findNights(ctx context.Context, o *Options, r reading) (files *nightFiles, err error) {
	nights, err := NightDays(o.Lake)
	if err != nil {
		return nil, err
	}
	nights = slices.DeleteFunc(nights, func(day Day) bool { return day > r.to })
	figures, err := o.rulesOf("mart_night_figures")
	if err != nil {
		return nil, err
	}
	past, err := o.rulesOf("mart_night_past", "mart_night_watched")
	if err != nil {
		return nil, err
	}
	weekly, err := o.rulesOf("mart_night_week_meetings", "mart_night_week_figures")
	if err != nil {
		return nil, err
	}
	err = believed(ctx, o.Lake, func(manifests manifests) ([]lakeFile, error) {
		files = &nightFiles{tables: map[string][]lakeFile{}, grown: map[string]bool{}}
		k, of, err := findKept(manifests, nights, &past)
		if err != nil {
			return nil, err
		}
		maps.Copy(files.tables, k.files)
		files.of = of
		summed, err := files.addWeeks(manifests, r, k.day, &weekly)
		if err != nil {
			return nil, err
		}
		for _, day := range nights {
			if err := files.add(o.Lake, day, manifests.read[day], r, k.day, summed[day], &figures); err != nil {
				return nil, err
			}
		}
		return slices.Concat(slices.Collect(maps.Values(files.tables))...), nil
	})
	return files, err
}

// add lists what is read of one night. The nights up to kept are known without it, and
// if it is summed, so are its contacts.
func (files *nightFiles) add(lake string, day Day, m *Manifest, r reading, kept Day, summed bool, rules *tableRules) (err error) {
	there := func(table string) []lakeFile {
		now, fault := dayFiles(lake, table, day, day)
		err = errors.Join(err, fault)
		if len(now) == 0 && table != "figures" && m.wrote(table) { // figures are gathered anew
			err = errors.Join(err, fmt.Errorf("the %s of %s are gone, %w: run its night again ('minewatch nightly --day %s'), or restore them from a backup where its flows are gone",
				table, day, ErrNotAsWritten, day))
		}
		return now
	}
	list := func(table string) (found bool) {
		now := there(table)
		files.tables[table] = append(files.tables[table], now...)
		files.grown[table] = files.grown[table] || !rules.shapes(m, table)
		return len(now) > 0
	}
	if day.Add(knownBefore) >= min(r.from, r.daily) || day.Add(knownBefore) > kept {
		list("coverage")
	} else {
		there("coverage") // what somebody deleted is told, whether or not it is needed
	}
	told := true
	if r.asks(day, kept) {
		list("suspects")
		if told = rules.told(m); !told { // as an older program's night does not
			files.untold = append(files.untold, day)
		}
	} else {
		there("suspects")
	}
	if day >= r.from && !summed || !told {
		list("contacts")
	} else {
		there("contacts")
	}
	if day >= r.from && !summed {
		if found := m.wrote("figures") && rules.are(m) && list("figures"); !found {
			files.unfigured = append(files.unfigured, day)
		}
	}
	return err
}

// read puts the files behind their relations.
func (files *nightFiles) read(ctx context.Context, db *engine.DB) (err error) {
	for _, table := range []string{"contacts", "figures", "week_meetings", "week_figures", "suspects", "coverage", "past", "watched"} {
		read := db.Read // without a look into every file
		if files.grown[table] {
			read = db.ReadGrown
		}
		err = errors.Join(err, read(ctx, "raw_"+table, paths(files.tables[table])...))
	}
	return errors.Join(err, readAnew(ctx, db, files.unfigured, files.untold))
}

// readAnew names the days whose figures are gathered from contacts, and those of
// which contacts tell whom a pool answered.
func readAnew(ctx context.Context, db *engine.DB, unfigured, untold []Day) error {
	rows := func(days []Day) (rows [][]any) {
		for _, day := range days {
			rows = append(rows, []any{string(day)})
		}
		return rows
	}
	return errors.Join(db.Values(ctx, "raw_unfigured", rows(unfigured)), db.Values(ctx, "raw_untold", rows(untold)))
}
