package analyze

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"minewatch/analyze/engine"
	"minewatch/analyze/report"
)

// readTotals reads the headline of each region that has any host.
func readTotals(ctx context.Context, db *engine.DB) (map[string]report.Total, error) {
	totals := map[string]report.Total{}
	err := db.Each(ctx, `select region, hosts_a, hosts_b, hosts_c, hosts_x, units, cities, pools, coins, bytes_up, bytes_down,
		mean_mbps, p95_mbps, no_owner, active_hours from mart_totals`, func(rows *sql.Rows) error {
		var region string
		var t report.Total
		err := rows.Scan(&region, &t.HostsA, &t.HostsB, &t.HostsC, &t.HostsX, &t.Units, &t.Cities, &t.Pools, &t.Coins, &t.BytesUp, &t.BytesDown,
			&t.MeanMbps, &t.P95Mbps, &t.NoOwner, &t.ActiveHours)
		totals[region] = t
		return err
	})
	return totals, err
}

func readRegions(ctx context.Context, db *engine.DB, week *report.Week) error {
	return db.Each(ctx, `select place.city, place.county, hosts_a, hosts_b, hosts_c, units, hours, bytes, share_percent,
		coalesce(rank, 0), coalesce(last_rank, 0)
		from mart_regions as place
		left join mart_region_ranks as ranked on ranked.city = place.city and ranked.county is not distinct from place.county
		order by place.county is not null, hosts_a + hosts_b desc, hosts_a desc, hosts_c desc, place.city, place.county`,
		func(rows *sql.Rows) error {
			var r report.Region
			var county sql.NullString
			if err := rows.Scan(&r.City, &county, &r.A, &r.B, &r.C, &r.Units, &r.Hours, &r.Bytes, &r.SharePercent, &r.Rank, &r.LastRank); err != nil {
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
	return db.Each(ctx, `select unit, sector, city, county, contact, hosts_a, hosts_b, hosts_c, best_grade,
		first_seen, last_seen, days, hours, pools, coins, bytes from mart_units where region = ?`, func(rows *sql.Rows) error {
		var u report.Unit
		err := rows.Scan(&u.Unit, &u.Sector, &u.City, &u.County, &u.Contact, &u.A, &u.B, &u.C, &u.BestGrade,
			&u.FirstSeen, &u.LastSeen, &u.Days, &u.Hours, &u.Pools, &u.Coins, &u.Bytes)
		week.Units = append(week.Units, u)
		return err
	}, week.Region)
}

func readShares(ctx context.Context, db *engine.DB, week *report.Week) error {
	read := func(relation string, into *[]report.Share) error {
		return db.Each(ctx, "select name, hosts, share_percent from "+relation+" where region = ?", func(rows *sql.Rows) error {
			var s report.Share
			err := rows.Scan(&s.Name, &s.Hosts, &s.SharePercent)
			*into = append(*into, s)
			return err
		}, week.Region)
	}
	return errors.Join(read("mart_sectors", &week.Sectors), read("mart_coins", &week.Coins))
}

func readPools(ctx context.Context, db *engine.DB, week *report.Week) error {
	return db.Each(ctx, "select pool, coins, endpoints, hosts, hours, bytes from mart_pools where region = ?", func(rows *sql.Rows) error {
		var p report.Pool
		err := rows.Scan(&p.Pool, &p.Coins, &p.Endpoints, &p.Hosts, &p.Hours, &p.Bytes)
		week.Pools = append(week.Pools, p)
		return err
	}, week.Region)
}

func readDays(ctx context.Context, db *engine.DB, week *report.Week) error {
	return db.Each(ctx, `select day, contact_records, hours, is_sampled, hosts_a, hosts_b, hosts_c, mean_mbps from mart_days`,
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
	suspects := byHost(list)
	return db.Each(ctx, `select host, pool_address, pool_port, pool, "domain", coin, days, hours, sessions, duration_seconds,
		first_seen, last_seen, host_ports, bytes_up, bytes_down, max_concurrent, exporters, feed_source, feed_version from mart_details`,
		func(rows *sql.Rows) error {
			var host string
			var d report.Detail
			err := rows.Scan(&host, &d.PoolAddress, &d.PoolPort, &d.Pool, &d.Domain, &d.Coin, &d.Days, &d.Hours, &d.Sessions, &d.Duration,
				&d.FirstSeen, &d.LastSeen, &d.LocalPorts, &d.BytesUp, &d.BytesDown, &d.MaxConcurrent, &d.Exporters, &d.FeedSource, &d.FeedVersion)
			if s := suspects[host]; s != nil {
				s.Details = append(s.Details, d)
			}
			return err
		})
}
