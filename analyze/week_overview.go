package analyze

import (
	"context"
	"database/sql"
	"time"

	"minewatch/analyze/engine"
	"minewatch/analyze/ledger"
	"minewatch/analyze/report"
)

// readCodes puts the current ledger, which has the codes of cities and counties,
// behind its relation.
func readCodes(ctx context.Context, db *engine.DB, lake string) error {
	ranges, _, err := ledger.Current(lake, time.Time{})
	if err != nil {
		return err
	}
	var files []string
	if ranges != nil {
		files = append(files, ranges.RowsPath())
	}
	return db.Read(ctx, "raw_ledger", files...)
}

// keepLastRegions hands over the cities and counties of the window, which is then
// the week before the one of the report.
func keepLastRegions(ctx context.Context, db *engine.DB) error {
	if err := db.Build(ctx, "mart_regions"); err != nil {
		return err
	}
	return db.Hand(ctx, "raw_last_regions", "select city, county, hosts_a, hosts_b from mart_regions")
}

// trendDays are those before the week that its trend tells of: eleven weeks.
const trendDays = 77

// readOverview reads the trend, the hours and the places of the week's region.
func readOverview(ctx context.Context, db *engine.DB, week *report.Week) error {
	if err := db.Build(ctx, "mart_trend", "mart_hours", "mart_places"); err != nil {
		return err
	}
	err := db.Each(ctx, "select week, nights, nights_covered, coalesce(hosts, 0), coalesce(units, 0), coalesce(mean_mbps, 0) from mart_trend order by week",
		func(rows *sql.Rows) error {
			var w report.TrendWeek
			var monday time.Time
			err := rows.Scan(&monday, &w.Nights, &w.NightsCovered, &w.Hosts, &w.Units, &w.MeanMbps)
			w.From = Day(monday.Format(time.DateOnly)).Start(week.Zone)
			week.Trend = append(week.Trend, w)
			return err
		})
	if err != nil {
		return err
	}
	if err := readHours(ctx, db, week); err != nil {
		return err
	}
	return db.Each(ctx, "select admin_code, city, coalesce(county, ''), hosts_a, hosts_b from mart_places order by admin_code, city, county", func(rows *sql.Rows) error {
		var p report.Place
		err := rows.Scan(&p.Code, &p.City, &p.County, &p.A, &p.B)
		week.Places = append(week.Places, p)
		return err
	})
}

func readHours(ctx context.Context, db *engine.DB, week *report.Week) error {
	return db.Each(ctx, "select day, hour, hosts from mart_hours order by day, hour", func(rows *sql.Rows) error {
		var day time.Time
		var since int
		var hosts *int
		err := rows.Scan(&day, &since, &hosts)
		week.Hours = addHour(week.Hours, Day(day.Format(time.DateOnly)), since, hosts, week.Zone)
		return err
	})
}

// addHour adds an hour, counted from the midnight of a day, by the clock. Where
// clocks go back, two hours of a day have one name: the larger figure stands. Where
// they go forward, one is not there.
func addHour(list []report.Hour, day Day, since int, hosts *int, zone *time.Location) []report.Hour {
	begin := day.Start(zone)
	at := begin.Add(time.Duration(since) * time.Hour)
	if DayOf(at, zone) != day {
		return list
	}
	hour := report.Hour{Day: begin, Hour: at.In(begin.Location()).Hour(), Hosts: hosts}
	last := len(list) - 1
	if last < 0 || !list[last].Day.Equal(begin) || list[last].Hour != hour.Hour {
		return append(list, hour)
	}
	if before := list[last].Hosts; before == nil || hosts != nil && *hosts > *before {
		list[last].Hosts = hosts
	}
	return list
}
