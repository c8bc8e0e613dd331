package analyze

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"minewatch/analyze/engine"
	"minewatch/analyze/report"
)

// WeekOptions choose the week and the region of a report.
type WeekOptions struct {
	Options
	Week   string // ISO week, "2026-W46"
	Region string // "CITY" or "CITY/COUNTY"; "" = everything
}

// Week gathers what a weekly report says, from the nightly tables alone. A
// week without nights gives a report that says so.
func Week(ctx context.Context, o WeekOptions) (week *report.Week, err error) {
	err = steadily(o.Lake, func() error {
		week, err = gatherWeek(ctx, o)
		return err
	})
	return week, err
}

func gatherWeek(ctx context.Context, o WeekOptions) (*report.Week, error) {
	from, to, err := WeekDays(o.Week)
	if err != nil {
		return nil, err
	}
	db, err := o.open(ctx)
	if err != nil {
		return nil, err
	}
	defer db.Close() //nolint:errcheck // only temporary files are left to it

	week := &report.Week{
		Name: o.Week, From: from.Start(o.Zone), To: to.Start(o.Zone), Zone: o.Zone, Region: o.Region, Site: o.Site,
		ProgramVersion: o.Version, MinCoverage: o.thresholds()["min_coverage_percent"],
		CleanDays: int(o.thresholds()["clean_days"]),
	}
	if err := buildWindow(ctx, db, o.Lake, from.Add(-7), from.Add(-1), o.Region); err != nil {
		return nil, err
	}
	last, err := readTotal(ctx, db)
	if err != nil {
		return nil, err
	}
	if err := buildWindow(ctx, db, o.Lake, from, to, o.Region); err != nil {
		return nil, err
	}
	if err := knownRegion(ctx, db, &o.Options, o.Region); err != nil {
		return nil, err
	}
	if week.CasesAsOf, week.FeedbackVersion, err = readFeedback(ctx, db, &o.Options, to); err != nil {
		return nil, err
	}
	if err := fillWeek(ctx, db, week); err != nil {
		return nil, err
	}
	nights, err := NightDays(o.Lake)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(nights, func(d Day) bool { return d >= from.Add(-7) && d < from }) {
		week.Last = last
	}
	return week, describeWeek(&o, week, nights)
}

// buildWindow computes the weekly tables anew over other days.
func buildWindow(ctx context.Context, db *engine.DB, lake string, from, to Day, region string) error {
	db.ForgetAll()
	return errors.Join(
		readNights(ctx, db, lake, to),
		setWindow(ctx, db, from, to, region),
		db.Build(ctx, "mart_suspects", "mart_evidence", "mart_totals"),
		runChecks(ctx, db, "chk_suspects"),
	)
}

// fillWeek reads the weekly tables.
func fillWeek(ctx context.Context, db *engine.DB, week *report.Week) error {
	if err := db.Build(ctx, "mart_days", "mart_regions", "mart_units", "mart_sectors", "mart_coins", "mart_pools", "mart_details", "mart_week_history"); err != nil {
		return err
	}
	if err := runChecks(ctx, db, "chk_history"); err != nil {
		return err
	}
	total, err := readTotal(ctx, db)
	if err != nil {
		return err
	}
	week.Total = *total
	suspects, err := readSuspects(ctx, db, "rank")
	if err != nil {
		return err
	}
	if err := attachDetails(ctx, db, suspects); err != nil {
		return err
	}
	for _, s := range suspects {
		switch s.Grade {
		case "A", "B":
			week.Suspects = append(week.Suspects, s)
		case "C":
			week.Clues = append(week.Clues, s)
		default:
			week.Excluded = append(week.Excluded, s)
		}
	}
	return errors.Join(readRegions(ctx, db, week), readUnits(ctx, db, week), readShares(ctx, db, week),
		readPools(ctx, db, week), readDays(ctx, db, week), readWeekCoverage(ctx, db, week),
		readWeekHistory(ctx, db, week), readCases(ctx, db, week))
}

func readTotal(ctx context.Context, db *engine.DB) (*report.Total, error) {
	var t report.Total
	err := scanAll(ctx, db, `select hosts_a, hosts_b, hosts_c, hosts_x, units, cities, pools, coins, bytes_up, bytes_down,
		mean_mbps, p95_mbps, no_owner, active_hours from mart_totals`, func(rows *sql.Rows) error {
		return rows.Scan(&t.HostsA, &t.HostsB, &t.HostsC, &t.HostsX, &t.Units, &t.Cities, &t.Pools, &t.Coins, &t.BytesUp, &t.BytesDown,
			&t.MeanMbps, &t.P95Mbps, &t.NoOwner, &t.ActiveHours)
	})
	return &t, err
}

func readRegions(ctx context.Context, db *engine.DB, week *report.Week) error {
	return scanAll(ctx, db, `select city, county, hosts_a, hosts_b, hosts_c, units, hours, bytes, share_percent from mart_regions`,
		func(rows *sql.Rows) error {
			var r report.Region
			var county sql.NullString
			if err := rows.Scan(&r.City, &county, &r.A, &r.B, &r.C, &r.Units, &r.Hours, &r.Bytes, &r.SharePercent); err != nil {
				return err
			}
			r.WithoutAnOwner = r.City == ""
			if r.County = county.String; county.Valid {
				week.Counties = append(week.Counties, r)
			} else {
				week.Cities = append(week.Cities, r)
			}
			return nil
		})
}

func readUnits(ctx context.Context, db *engine.DB, week *report.Week) error {
	return scanAll(ctx, db, `select unit, sector, city, county, contact, hosts_a, hosts_b, hosts_c, best_grade,
		first_seen, last_seen, days, hours, pools, coins, bytes from mart_units`, func(rows *sql.Rows) error {
		var u report.Unit
		err := rows.Scan(&u.Unit, &u.Sector, &u.City, &u.County, &u.Contact, &u.A, &u.B, &u.C, &u.BestGrade,
			&u.FirstSeen, &u.LastSeen, &u.Days, &u.Hours, &u.Pools, &u.Coins, &u.Bytes)
		week.Units = append(week.Units, u)
		return err
	})
}

func readShares(ctx context.Context, db *engine.DB, week *report.Week) error {
	read := func(relation string, into *[]report.Share) error {
		return scanAll(ctx, db, "select name, hosts, share_percent from "+relation, func(rows *sql.Rows) error {
			var s report.Share
			err := rows.Scan(&s.Name, &s.Hosts, &s.SharePercent)
			*into = append(*into, s)
			return err
		})
	}
	return errors.Join(read("mart_sectors", &week.Sectors), read("mart_coins", &week.Coins))
}

func readPools(ctx context.Context, db *engine.DB, week *report.Week) error {
	return scanAll(ctx, db, "select pool, coins, endpoints, hosts, hours, bytes from mart_pools", func(rows *sql.Rows) error {
		var p report.Pool
		err := rows.Scan(&p.Pool, &p.Coins, &p.Endpoints, &p.Hosts, &p.Hours, &p.Bytes)
		week.Pools = append(week.Pools, p)
		return err
	})
}

func readDays(ctx context.Context, db *engine.DB, week *report.Week) error {
	return scanAll(ctx, db, `select day, contact_records, hours, is_sampled, hosts_a, hosts_b, hosts_c, mean_mbps from mart_days`,
		func(rows *sql.Rows) error {
			var d report.Day
			var day time.Time
			if err := rows.Scan(&day, &d.ContactRecords, &d.Hours, &d.Sampled, &d.A, &d.B, &d.C, &d.MeanMbps); err != nil {
				return err
			}
			d.Day = Day(day.Format(time.DateOnly)).Start(week.Zone)
			week.Days = append(week.Days, d)
			return nil
		})
}

func attachDetails(ctx context.Context, db *engine.DB, list []report.Suspect) error {
	byHost := make(map[string]*report.Suspect, len(list))
	for i := range list {
		byHost[list[i].Host] = &list[i]
	}
	return scanAll(ctx, db, `select host, pool_address, pool_port, pool, "domain", coin, days, hours, sessions, duration_seconds,
		first_seen, last_seen, host_ports, bytes_up, bytes_down, max_concurrent, exporters, feed_source, feed_version from mart_details`,
		func(rows *sql.Rows) error {
			var host string
			var d report.Detail
			err := rows.Scan(&host, &d.PoolAddress, &d.PoolPort, &d.Pool, &d.Domain, &d.Coin, &d.Days, &d.Hours, &d.Sessions, &d.Duration,
				&d.FirstSeen, &d.LastSeen, &d.LocalPorts, &d.BytesUp, &d.BytesDown, &d.MaxConcurrent, &d.Exporters, &d.FeedSource, &d.FeedVersion)
			if s := byHost[host]; s != nil {
				s.Details = append(s.Details, d)
			}
			return err
		})
}

// describeWeek says what the week rests on, from the manifests of its nights.
func describeWeek(o *WeekOptions, week *report.Week, nights []Day) error {
	for i := range week.Days {
		day := DayOf(week.Days[i].Day, o.Zone)
		if !slices.Contains(nights, day) {
			continue
		}
		week.Days[i].Ran = true
		m, err := ReadManifest(o.Lake, day)
		if errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("the night of %s has contacts but no manifest: run it again", day)
		}
		if err != nil {
			return err
		}
		if m.RunAt.After(week.AsOf) {
			week.AsOf = m.RunAt
		}
		week.FeedVersions = append(week.FeedVersions, m.Feeds...)
		if m.Ledger != "" {
			week.LedgerVersions = append(week.LedgerVersions, m.Ledger)
		}
	}
	for _, list := range []*[]string{&week.FeedVersions, &week.LedgerVersions} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	hash, err := rulesHash(&o.Options)
	week.ConfigHash = hash
	return err
}

// scanAll calls scan for each row of a reading statement.
func scanAll(ctx context.Context, db *engine.DB, text string, scan func(*sql.Rows) error, args ...any) error {
	rows, err := db.Query(ctx, text, args...)
	if err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // read to the end below
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
