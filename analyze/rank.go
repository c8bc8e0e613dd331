package analyze

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"minewatch/analyze/engine"
	"minewatch/analyze/report"
)

// ErrNoNights is returned where no night was run in the window.
var ErrNoNights = errors.New("no nights: run 'minewatch nightly' first")

// RankOptions choose the window and the order of a ranking.
type RankOptions struct {
	Options
	From, To Day      // both included; "" = the first, the last night there is
	By       string   // score, contact, duration or traffic
	Region   string   // "CITY" or "CITY/COUNTY"; "" = everything
	Grades   string   // of "ABCX"; "" = all
	Status   []string // of SuspectStatuses; none = all
	Limit    int      // 0 = all
	Details  bool     // with the endpoints that each met
}

// Scope is what a ranking rests on.
type Scope struct {
	From, To Day
	Nights   []Day // that ran within the window
	Hosts    int   // before grades and limit
	Coverage report.Coverage
}

// orders are the sort keys of a ranking. Grade X is always last: explained
// hosts are listed, never ranked among the suspects.
var orders = map[string]string{
	"score":    "rank",
	"contact":  "contact_days desc, contact_hours desc, contact_slots desc, rank",
	"duration": "duration_seconds desc, contact_hours desc, rank",
	"traffic":  "up_and_down(bytes_up, bytes_down) desc, rank",
}

// Orders are the names that RankOptions.By takes.
func Orders() []string { return slices.Sorted(maps.Keys(orders)) }

// Rank grades all hosts by their contacts within the window.
func Rank(ctx context.Context, o RankOptions) (suspects []report.Suspect, scope Scope, err error) {
	err = steadily(ctx, o.Lake, func() error {
		suspects, scope, err = rank(ctx, o)
		return err
	})
	return suspects, scope, err
}

func rank(ctx context.Context, o RankOptions) ([]report.Suspect, Scope, error) {
	scope, err := scopeOf(o.Lake, o.From, o.To)
	if err != nil {
		return nil, scope, err
	}
	order, ok := orders[o.By]
	if !ok {
		return nil, scope, fmt.Errorf("cannot rank by %q: want one of %s", o.By, strings.Join(Orders(), ", "))
	}
	// Where nobody asks for single contacts, what nights have summed of them by weeks is read.
	db, nights, err := o.openNights(ctx, reading{from: scope.From, daily: scope.To.Add(1), to: scope.To, weeks: !o.Details})
	if err != nil {
		return nil, scope, err
	}
	defer db.Close() //nolint:errcheck // only temporary files are left to it

	if err := gradeWindow(ctx, db, nights, scope, o.Region); err != nil {
		return nil, scope, err
	}
	if scope.Coverage, err = windowCoverage(ctx, db); err != nil {
		return nil, scope, err
	}
	if err := knownRegion(ctx, db, &o.Options, o.Region); err != nil {
		return nil, scope, err
	}
	suspects, err := readSuspects(ctx, db, "case grade when 'X' then 1 else 0 end, "+order)
	if err != nil {
		return nil, scope, err
	}
	scope.Hosts = len(suspects)
	if o.Grades != "" {
		suspects = slices.DeleteFunc(suspects, func(s report.Suspect) bool { return !strings.Contains(o.Grades, s.Grade) })
	}
	if len(o.Status) > 0 {
		suspects = slices.DeleteFunc(suspects, func(s report.Suspect) bool { return !slices.Contains(o.Status, s.Status) })
	}
	for i := range suspects {
		suspects[i].Rank = i + 1
	}
	if o.Limit > 0 && len(suspects) > o.Limit {
		suspects = suspects[:o.Limit]
	}
	err = attachEvidence(ctx, db, suspects)
	if o.Details {
		err = errors.Join(err, db.Build(ctx, "mart_details"), attachDetails(ctx, db, suspects))
	}
	return suspects, scope, err
}

// scopeOf finds the nights of a window.
func scopeOf(lake string, from, to Day) (Scope, error) {
	nights, err := NightDays(lake)
	if err != nil {
		return Scope{}, err
	}
	if len(nights) == 0 {
		return Scope{From: from, To: to}, ErrNoNights
	}
	scope := Scope{From: cmp.Or(from, nights[0]), To: cmp.Or(to, nights[len(nights)-1])}
	if scope.To < scope.From {
		return scope, fmt.Errorf("the window ends on %s, before it begins on %s", scope.To, scope.From)
	}
	for _, day := range nights {
		if day >= scope.From && day <= scope.To {
			scope.Nights = append(scope.Nights, day)
		}
	}
	if len(scope.Nights) == 0 {
		return scope, fmt.Errorf("no night between %s and %s: there are nights from %s to %s", scope.From, scope.To, nights[0], nights[len(nights)-1])
	}
	return scope, nil
}

// gradeWindow builds suspects and evidence from the nights of a window.
func gradeWindow(ctx context.Context, db *engine.DB, nights *nightFiles, scope Scope, region string) error {
	if err := errors.Join(
		nights.read(ctx, db),
		setWindow(ctx, db, scope.From, scope.To),
		setRegion(ctx, db, region),
		onlyRegion(ctx, db, ""), // the history that is told is that of everything
	); err != nil {
		return err
	}
	// All at once, so that what does not wait for each other is built side by side.
	if err := db.Build(ctx, "int_region_suspects", "mart_evidence", "mart_week_history", "chk_suspects", "chk_history", "mart_coverage_window"); err != nil {
		return err
	}
	return runChecks(ctx, db, "chk_suspects", "chk_history")
}

func readSuspects(ctx context.Context, db *engine.DB, order string) ([]report.Suspect, error) {
	var list []report.Suspect
	err := db.Each(ctx, `
		select rank, host, grade, score, contact_days, contact_hours, contact_slots, pool_endpoints, sessions,
			duration_seconds, span_seconds, first_seen, last_seen, bytes_up, bytes_down, packets_up, packets_down,
			max_concurrent, coins, pools, unit, sector, city, county, reasons, nat, contact
		from int_region_suspects order by `+order, func(rows *sql.Rows) error {
		var s report.Suspect
		err := rows.Scan(&s.Rank, &s.Host, &s.Grade, &s.Score, &s.ContactDays, &s.ContactHours, &s.ContactSlots, &s.PoolEndpoints, &s.Sessions,
			&s.DurationSeconds, &s.SpanSeconds, &s.FirstSeen, &s.LastSeen, &s.BytesUp, &s.BytesDown, &s.PacketsUp, &s.PacketsDown,
			&s.MaxConcurrent, &s.Coins, &s.Pools, &s.Unit, &s.Sector, &s.City, &s.County, &s.Reasons, &s.NAT, &s.Contact)
		list = append(list, s)
		return err
	})
	if err != nil {
		return nil, err
	}
	return list, attachHistory(ctx, db, list)
}

// byHost finds suspects by their addresses.
func byHost(list []report.Suspect) map[string]*report.Suspect {
	found := make(map[string]*report.Suspect, len(list))
	for i := range list {
		found[list[i].Host] = &list[i]
	}
	return found
}

// attachEvidence gives each suspect its named reasons.
func attachEvidence(ctx context.Context, db *engine.DB, list []report.Suspect) error {
	suspects := byHost(list)
	asked := slices.Collect(maps.Keys(suspects)) // there are seven times as many reasons as hosts
	return db.Each(ctx, `select host, evidence, value, threshold, points, reason from mart_evidence
		where host in (select unnest(?::varchar[])) order by host, position`, func(rows *sql.Rows) error {
		var host string
		var e report.Evidence
		err := rows.Scan(&host, &e.Name, &e.Value, &e.Threshold, &e.Points, &e.Reason)
		if s := suspects[host]; s != nil {
			s.Evidence = append(s.Evidence, e)
		}
		return err
	}, asked)
}
