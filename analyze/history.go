package analyze

import (
	"context"
	"database/sql"
	"errors"

	"minewatch/analyze/engine"
	"minewatch/analyze/report"
)

// SuspectStatuses are those that a suspect of a window can have.
var SuspectStatuses = []string{"new", "continuing", "recurred", "not_known"}

// attachHistory gives each suspect of the window what the nights know of it.
func attachHistory(ctx context.Context, db *engine.DB, list []report.Suspect) error {
	suspects := byHost(list)
	return db.Each(ctx, `
		select suspect.host, coalesce(history.first_day::varchar, ''), coalesce(history.days_seen, 0),
			coalesce(week.status, ''), coalesce(week.unknown_because, '')
		from int_region_suspects as suspect
		left join mart_history as history on history.host = suspect.host
		left join mart_week_history as week on week.region = '' and week.kind = 'host' and week.subject = suspect.host and week.is_suspect`,
		func(rows *sql.Rows) error {
			var host, firstDay, status, because string
			var daysSeen int
			err := rows.Scan(&host, &firstDay, &daysSeen, &status, &because)
			if s := suspects[host]; s != nil {
				s.FirstDay, s.DaysSeen, s.Status, s.UnknownBecause = firstDay, daysSeen, status, because
			}
			return err
		})
}

// historyColumns are those that the histories of a window and of all nights
// have, in the order of pastFields.
const historyColumns = `status, unknown_because, coalesce(first_day::varchar, ''), coalesce(last_day::varchar, ''), coalesce(last_before::varchar, ''),
	coalesce(days_seen, 0), coalesce(days_in_window, 0), coalesce(days_of_clues, 0), coalesce(days_excluded, 0), coalesce(gap_days, 0), coalesce(clean_days, 0),
	coalesce(recurrences, 0), coalesce(best_grade, ''), coalesce(last_grade, ''), coalesce(exporters, ''),
	coalesce(unit, ''), coalesce(sector, ''), coalesce(city, ''), coalesce(county, '')`

func pastFields(p *report.Past) []any {
	return []any{
		&p.Status, &p.UnknownBecause, &p.FirstDay, &p.LastDay, &p.LastBefore,
		&p.DaysSeen, &p.DaysInWindow, &p.DaysOfClues, &p.DaysExcluded, &p.GapDays, &p.CleanDays,
		&p.Recurrences, &p.BestGrade, &p.LastGrade, &p.Exporters,
		&p.Unit, &p.Sector, &p.City, &p.County,
	}
}

// readWeekHistory reads what became of the hosts and units of the week, and of
// those that it lacks. The latest come first.
func readWeekHistory(ctx context.Context, db *engine.DB, week *report.Week) error {
	read := func(kind string, into *[]report.Past) error {
		return db.Each(ctx, "select subject, is_suspect, "+historyColumns+` from mart_week_history where region = ? and kind = ?
			order by status, is_suspect desc, last_day desc, days_seen desc, subject`, func(rows *sql.Rows) error {
			var p report.Past
			err := rows.Scan(append([]any{&p.Subject, &p.Suspect}, pastFields(&p)...)...)
			*into = append(*into, p)
			return err
		}, week.Region, kind)
	}
	return errors.Join(read("host", &week.Hosts), read("unit", &week.UnitPast))
}

// HistoryOptions choose the window of a history.
type HistoryOptions struct {
	Options
	From, To Day // both included; "" = the week that ends with the last night
}

// History is what became of every host and unit that was ever suspected.
func History(ctx context.Context, o HistoryOptions) (hosts, units []report.Past, err error) {
	err = steadily(ctx, o.Lake, func() error {
		hosts, units, err = history(ctx, o)
		return err
	})
	return hosts, units, err
}

func history(ctx context.Context, o HistoryOptions) (hosts, units []report.Past, err error) {
	db, err := o.openHistory(ctx)
	if err != nil {
		return nil, nil, err
	}
	defer db.Close() //nolint:errcheck // only temporary files are left to it
	if err := db.Build(ctx, "mart_history", "mart_unit_history"); err != nil {
		return nil, nil, err
	}
	read := func(relation, subject string) (list []report.Past, err error) {
		err = db.Each(ctx, "select "+subject+", "+historyColumns+" from "+relation, func(rows *sql.Rows) error {
			var p report.Past
			err := rows.Scan(append([]any{&p.Subject}, pastFields(&p)...)...)
			list = append(list, p)
			return err
		})
		return list, err
	}
	if hosts, err = read("mart_history", "host"); err != nil {
		return nil, nil, err
	}
	units, err = read("mart_unit_history", "unit")
	return hosts, units, err
}

// openHistory starts a session with all nights and the window set.
func (o *HistoryOptions) openHistory(ctx context.Context) (*engine.DB, error) {
	if o.To == "" {
		nights, err := NightDays(o.Lake)
		if err != nil {
			return nil, err
		}
		if len(nights) == 0 {
			return nil, ErrNoNights
		}
		o.To = nights[len(nights)-1]
	}
	if o.From == "" {
		o.From = o.To.Add(-6)
	}
	db, err := o.open(ctx)
	if err != nil {
		return nil, err
	}
	none := o.To.Add(1) // contacts play no part, nor does what a single night said
	if err := errors.Join(readNights(ctx, db, &o.Options, reading{from: none, daily: none, to: o.To}), setWindow(ctx, db, o.From, o.To)); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// Spell are days in a row that say the same of a host or unit.
type Spell struct {
	From, To   string
	Days       int
	State      string // suspected, clues, excluded, clean or not_known
	Recurrence bool   // it begins after clean_days clean days
	Grades     string
	Hosts      int
	Units      string
	Exporters  string
}

// Story tells the days of one host, or of one unit, since it was first
// suspected. It has no spells if that never happened.
func Story(ctx context.Context, o HistoryOptions, kind, subject string) (spells []Spell, err error) {
	err = steadily(ctx, o.Lake, func() error {
		spells, err = story(ctx, o, kind, subject)
		return err
	})
	return spells, err
}

func story(ctx context.Context, o HistoryOptions, kind, subject string) ([]Spell, error) {
	db, err := o.openHistory(ctx)
	if err != nil {
		return nil, err
	}
	defer db.Close() //nolint:errcheck // only temporary files are left to it
	if err := errors.Join(db.Set(ctx, "subject_kind", kind), db.Set(ctx, "subject", subject), db.Build(ctx, "mart_story")); err != nil {
		return nil, err
	}
	var spells []Spell
	err = db.Each(ctx, "select from_day::varchar, to_day::varchar, days, state, is_recurrence, grades, hosts, units, exporters from mart_story order by from_day",
		func(rows *sql.Rows) error {
			var s Spell
			err := rows.Scan(&s.From, &s.To, &s.Days, &s.State, &s.Recurrence, &s.Grades, &s.Hosts, &s.Units, &s.Exporters)
			spells = append(spells, s)
			return err
		})
	return spells, err
}
