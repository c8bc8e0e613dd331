package report

import (
	"math"
)

func (p *printer) sheets(week *Week) []sheet {
	week = p.withSectors(week)
	if week.Masked {
		return []sheet{p.maskedSheet(week.Suspects), regionSheet(week), placeSheet(week.Places), poolSheet(week.Pools), p.energySheet(week), p.daySheet(week.Days), p.trendSheet(week.Trend)}
	}
	return []sheet{
		p.hostSheet("suspects", week.Suspects),
		p.detailSheet(week.Suspects),
		p.unitSheet(week.Units),
		regionSheet(week),
		placeSheet(week.Places),
		poolSheet(week.Pools),
		p.energySheet(week),
		p.historySheet(week),
		p.caseSheet(week),
		p.precisionSheet(week),
		p.hostSheet("clues", week.Clues),
		p.hostSheet("excluded", week.Excluded),
		p.daySheet(week.Days),
		p.hourSheet(week.Hours),
		p.trendSheet(week.Trend),
		p.coverageSheet(week.Exporters),
	}
}

// hostSheet has the columns of the ranking and what a person needs beside
// them. Its times and reasons are the page's.
func (p *printer) hostSheet(name string, suspects []Suspect) sheet {
	s := sheet{name: name}
	columns := rankColumns()
	for _, c := range columns {
		s.columns = append(s.columns, c.name)
	}
	s.columns = append(s.columns, "contact", "grade_text", "excluded_now", "excluded_since")
	for i := range suspects {
		suspect := suspects[i]
		suspect.Reasons = p.reasons(suspect)
		row := make([]any, 0, len(s.columns))
		for _, c := range columns {
			row = append(row, c.cell(&suspect))
		}
		s.rows = append(s.rows, append(row, suspect.Contact, p.say("grade."+suspect.Grade), suspect.ExcludedNow, dayOf(suspect.ExcludedSince)))
	}
	return s
}

// maskedSheet has what a public version says of an address.
func (p *printer) maskedSheet(suspects []Suspect) sheet {
	s := sheet{name: "suspects", columns: []string{
		"rank", "host", "grade", "grade_text", "score", "contact_days", "contact_hours", "duration_seconds", "first_day_seen", "last_day_seen",
		"bytes_up", "bytes_down", "coins", "pools", "status",
	}}
	for i := range suspects {
		x := &suspects[i]
		s.rows = append(s.rows, []any{
			x.Rank, x.Host, x.Grade, p.say("grade." + x.Grade), exactly(x.Score), x.ContactDays, x.ContactHours, x.DurationSeconds,
			knownDay(x.FirstSeen), knownDay(x.LastSeen), x.BytesUp, x.BytesDown, x.Coins, x.Pools, x.Status,
		})
	}
	return s
}

// detailSheet has one row for each suspect and pool endpoint: the annex of a
// notice to a unit.
func (p *printer) detailSheet(suspects []Suspect) sheet {
	s := sheet{name: "details", columns: []string{
		"rank", "host", "grade", "unit", "nat", "pool_address", "pool_port", "pool", "domain", "coin",
		"local_ports", "first_seen", "last_seen", "days", "hours", "sessions", "duration_seconds",
		"bytes_up", "bytes_down", "max_concurrent", "exporters", "feed_source", "feed_version",
	}}
	for _, suspect := range suspects {
		for _, d := range suspect.Details {
			s.rows = append(s.rows, []any{
				suspect.Rank, suspect.Host, suspect.Grade, suspect.Unit, suspect.NAT,
				d.PoolAddress, d.PoolPort, d.Pool, d.Domain, d.Coin,
				d.LocalPorts, known(d.FirstSeen), known(d.LastSeen), d.Days, d.Hours,
				d.Sessions, d.Duration, d.BytesUp, d.BytesDown,
				d.MaxConcurrent, d.Exporters, d.FeedSource, d.FeedVersion,
			})
		}
	}
	return s
}

func (p *printer) unitSheet(units []Unit) sheet {
	s := sheet{name: "units", columns: []string{
		"unit", "sector", "city", "county", "contact", "hosts_a", "hosts_b", "hosts_c", "hosts_excluded", "best_grade",
		"first_seen", "last_seen", "days", "hours", "pools", "coins", "bytes",
	}}
	for _, u := range units {
		s.rows = append(s.rows, []any{
			u.Unit, u.Sector, u.City, u.County, u.Contact, u.A, u.B, u.C, u.Excluded, u.BestGrade,
			known(u.FirstSeen), known(u.LastSeen), u.Days, u.Hours, u.Pools, u.Coins, u.Bytes,
		})
	}
	return s
}

// regionSheet has cities and counties in one table; a city's own line has no
// county. The hosts without an owner stand in one line, not in both.
func regionSheet(week *Week) sheet {
	s := sheet{name: "regions", columns: []string{
		"level", "city", "county", "hosts_a", "hosts_b", "hosts_c", "units", "hours", "bytes", "share_percent",
	}}
	if !week.Masked {
		s.columns = append(s.columns, "rank", "last_rank", "rank_change", "rank_status")
	}
	add := func(level string, r Region) {
		row := []any{
			level, r.City, r.County, r.A, r.B, r.C,
			r.Units, r.Hours, r.Bytes,
			fixed{r.SharePercent, 1},
		}
		if !week.Masked {
			row = append(row, week.moveCells(&r)...)
		}
		s.rows = append(s.rows, row)
	}
	for _, r := range week.Cities {
		switch {
		case r.WithoutAnOwner:
			add("no_owner", r)
		case r.Others:
			add("others", r)
		default:
			add("city", r)
		}
	}
	for _, r := range week.Counties {
		if !r.WithoutAnOwner {
			add("county", r)
		}
	}
	return s
}

func poolSheet(pools []Pool) sheet {
	s := sheet{name: "pools", columns: []string{"pool", "coins", "endpoints", "hosts", "hours", "bytes"}}
	for _, r := range pools {
		s.rows = append(s.rows, []any{
			r.Pool, r.Coins, r.Endpoints, r.Hosts, r.Hours, r.Bytes,
		})
	}
	return s
}

// daySheet leaves the figures of a day without a night empty: a zero would
// be a finding.
func (p *printer) daySheet(days []Day) sheet {
	s := sheet{name: "days", columns: []string{
		"day", "ran", "flows", "contact_records", "hours_with_data", "exporters_sending", "exporters_expected", "silent_hours",
		"records_stored", "records_lost", "coverage_percent", "covered", "sampled", "hosts_a", "hosts_b", "hosts_c", "mean_mbps",
	}}
	for _, d := range days {
		row := []any{date(d.Day.In(p.zone)), d.Ran}
		row = append(row, make([]any, len(s.columns)-len(row))...)
		if d.Ran {
			copy(row[2:], []any{
				d.Flows, d.ContactRecords, d.Hours, d.Exporters, d.Expected,
				d.SilentHours, d.Stored, d.Lost(), d.percentCell(), d.Covered, d.Sampled,
				d.A, d.B, d.C, exactly(d.MeanMbps),
			})
		}
		s.rows = append(s.rows, row)
	}
	return s
}

// coverageSheet has every exporter and day: what a neighbour of a gap needs to
// find its cause. A percentage that is not known is empty, and so is a clock.
func (p *printer) coverageSheet(days []ExporterDay) sheet {
	s := sheet{name: "coverage", columns: []string{
		"day", "exporter", "flows", "hours_with_data", "silent_hours", "flows_unaccounted", "records_received", "records_stored",
		"records_missed", "records_unread", "records_malformed", "records_disk", "records_aborted", "records_absent", "is_estimate",
		"coverage_percent", "covered", "datagrams_refused", "datagrams_unseen", "datagrams_not_allowed", "sets_unread", "receipts_faulty",
		"sampling_rate", "flows_rate_unknown", "flows_clock_replaced", "clock_ahead_min_ms", "clock_ahead_max_ms",
	}}
	for i := range days {
		e := &days[i]
		s.rows = append(s.rows, []any{
			date(e.Day.In(p.zone)), e.Exporter, e.Flows, e.Hours, e.SilentHours,
			e.Unaccounted, e.Received, e.Stored,
			e.Missed, e.Unread, e.Malformed, e.Disk, e.Aborted, e.Absent, e.Estimate,
			e.percentCell(), e.Covered, e.DatagramsRefused, e.DatagramsUnseen, e.NotAllowed, e.SetsUnread,
			e.FaultyReceipts, e.SamplingRate, e.RateUnknown, e.ClockReplaced,
			optional(e.ClockAheadMin), optional(e.ClockAheadMax),
		})
	}
	return s
}

// energySheet has every scenario by every method. The coal of a method that
// gives none stays empty.
func (p *printer) energySheet(week *Week) sheet {
	s := sheet{name: "energy", columns: []string{
		"scenario", "assumed_kw_per_address", "active_hours", "kwh", "method", "factor_year", "factor_region",
		"coal_kg_per_kwh", "co2_kg_per_kwh", "coal_t", "co2_t", "scenario_source", "method_source",
	}}
	hours := week.Total.ActiveHours
	if hours == 0 {
		return s
	}
	for _, m := range Methods {
		for _, scenario := range Scenarios {
			e := Estimate(float64(hours), scenario, m)
			var factor, coal any
			if m.Coal > 0 {
				factor, coal = exactly(m.Coal), tonnes(e.Coal)
			}
			name, key := "method."+m.Name, "scenario."+scenario.Name
			s.rows = append(s.rows, []any{
				scenario.Name, exactly(scenario.KW), hours, int64(math.Round(e.KWh)),
				p.say(name), m.Year, p.say(name + ".region"),
				factor, exactly(m.CO2), coal, tonnes(e.CO2), p.say(key + ".source"), p.say(name + ".source"),
			})
		}
	}
	return s
}
