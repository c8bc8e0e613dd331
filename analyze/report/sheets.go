package report

import (
	"math"
	"strconv"
	"time"
)

func (p *printer) sheets(week *Week) []sheet {
	return []sheet{
		p.hostSheet("suspects.csv", week.Suspects),
		p.detailSheet(week.Suspects),
		p.unitSheet(week.Units),
		regionSheet(week),
		poolSheet(week.Pools),
		p.energySheet(week),
		p.historySheet(week),
		p.hostSheet("clues.csv", week.Clues),
		p.hostSheet("excluded.csv", week.Excluded),
		p.daySheet(week.Days),
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
	s.columns = append(s.columns, "contact", "grade_text")
	for i := range suspects {
		suspect := suspects[i]
		suspect.Reasons = p.reasons(suspect)
		row := make([]string, 0, len(s.columns))
		for _, c := range columns {
			switch c.name {
			case "first_seen":
				row = append(row, p.cell(suspect.FirstSeen))
			case "last_seen":
				row = append(row, p.cell(suspect.LastSeen))
			default:
				row = append(row, c.cell(&suspect))
			}
		}
		s.rows = append(s.rows, append(row, suspect.Contact, p.say("grade."+suspect.Grade)))
	}
	return s
}

// detailSheet has one row for each suspect and pool endpoint: the annex of a
// notice to a unit.
func (p *printer) detailSheet(suspects []Suspect) sheet {
	s := sheet{name: "details.csv", columns: []string{
		"rank", "host", "grade", "unit", "nat", "pool_address", "pool_port", "pool", "domain", "coin",
		"local_ports", "first_seen", "last_seen", "days", "hours", "sessions", "duration_seconds",
		"bytes_up", "bytes_down", "max_concurrent", "exporters", "feed_source", "feed_version",
	}}
	for _, suspect := range suspects {
		for _, d := range suspect.Details {
			s.rows = append(s.rows, []string{
				strconv.Itoa(suspect.Rank), suspect.Host, suspect.Grade, suspect.Unit, strconv.FormatBool(suspect.NAT),
				d.PoolAddress, strconv.Itoa(d.PoolPort), d.Pool, d.Domain, d.Coin,
				d.LocalPorts, p.cell(d.FirstSeen), p.cell(d.LastSeen), strconv.Itoa(d.Days), strconv.Itoa(d.Hours),
				strconv.Itoa(d.Sessions), whole(d.Duration), whole(d.BytesUp), whole(d.BytesDown),
				strconv.Itoa(d.MaxConcurrent), d.Exporters, d.FeedSource, d.FeedVersion,
			})
		}
	}
	return s
}

func (p *printer) unitSheet(units []Unit) sheet {
	s := sheet{name: "units.csv", columns: []string{
		"unit", "sector", "city", "county", "contact", "hosts_a", "hosts_b", "hosts_c", "best_grade",
		"first_seen", "last_seen", "days", "hours", "pools", "coins", "bytes",
	}}
	for _, u := range units {
		s.rows = append(s.rows, []string{
			u.Unit, u.Sector, u.City, u.County, u.Contact, strconv.Itoa(u.A), strconv.Itoa(u.B), strconv.Itoa(u.C), u.BestGrade,
			p.cell(u.FirstSeen), p.cell(u.LastSeen), strconv.Itoa(u.Days), strconv.Itoa(u.Hours), u.Pools, u.Coins, whole(u.Bytes),
		})
	}
	return s
}

// regionSheet has cities and counties in one table; a city's own line has no
// county. The hosts without an owner stand in one line, not in both.
func regionSheet(week *Week) sheet {
	s := sheet{name: "regions.csv", columns: []string{
		"level", "city", "county", "hosts_a", "hosts_b", "hosts_c", "units", "hours", "bytes", "share_percent",
	}}
	add := func(level string, r Region) {
		s.rows = append(s.rows, []string{
			level, r.City, r.County, strconv.Itoa(r.A), strconv.Itoa(r.B), strconv.Itoa(r.C),
			strconv.Itoa(r.Units), strconv.Itoa(r.Hours), whole(r.Bytes), strconv.FormatFloat(r.SharePercent, 'f', 1, 64),
		})
	}
	for _, r := range week.Cities {
		if r.WithoutAnOwner {
			add("no_owner", r)
			continue
		}
		add("city", r)
	}
	for _, r := range week.Counties {
		if !r.WithoutAnOwner {
			add("county", r)
		}
	}
	return s
}

func poolSheet(pools []Pool) sheet {
	s := sheet{name: "pools.csv", columns: []string{"pool", "coins", "endpoints", "hosts", "hours", "bytes"}}
	for _, r := range pools {
		s.rows = append(s.rows, []string{
			r.Pool, r.Coins, strconv.Itoa(r.Endpoints), strconv.Itoa(r.Hosts), strconv.Itoa(r.Hours), whole(r.Bytes),
		})
	}
	return s
}

// daySheet leaves the figures of a day without a night empty: a zero would
// be a finding.
func (p *printer) daySheet(days []Day) sheet {
	s := sheet{name: "days.csv", columns: []string{
		"day", "ran", "flows", "contact_records", "hours_with_data", "exporters", "exporters_expected", "silent_hours",
		"records_stored", "records_lost", "coverage_percent", "covered", "sampled", "hosts_a", "hosts_b", "hosts_c", "mean_mbps",
	}}
	for _, d := range days {
		row := []string{d.Day.In(p.zone).Format(time.DateOnly), strconv.FormatBool(d.Ran)}
		row = append(row, make([]string, len(s.columns)-len(row))...)
		if d.Ran {
			copy(row[2:], []string{
				whole(d.Flows), whole(d.ContactRecords), strconv.Itoa(d.Hours), strconv.Itoa(d.Exporters), strconv.Itoa(d.Expected),
				strconv.Itoa(d.SilentHours), whole(d.Stored), whole(d.Lost()), d.PercentText(), strconv.FormatBool(d.Covered), strconv.FormatBool(d.Sampled),
				strconv.Itoa(d.A), strconv.Itoa(d.B), strconv.Itoa(d.C), decimal(d.MeanMbps),
			})
		}
		s.rows = append(s.rows, row)
	}
	return s
}

// coverageSheet has every exporter and day: what a neighbour of a gap needs to
// find its cause. A percentage that is not known is empty, and so is a clock.
func (p *printer) coverageSheet(days []ExporterDay) sheet {
	s := sheet{name: "coverage.csv", columns: []string{
		"day", "exporter", "flows", "hours_with_data", "silent_hours", "flows_unaccounted", "records_received", "records_stored",
		"records_missed", "records_unread", "records_malformed", "records_disk", "records_aborted", "records_absent", "is_estimate",
		"coverage_percent", "covered", "datagrams_refused", "datagrams_unseen", "datagrams_not_allowed", "sets_unread", "receipts_faulty",
		"sampling_rate", "flows_rate_unknown", "flows_clock_replaced", "clock_ahead_min_ms", "clock_ahead_max_ms",
	}}
	known := func(ms *int64) string {
		if ms == nil {
			return ""
		}
		return whole(*ms)
	}
	for i := range days {
		e := &days[i]
		s.rows = append(s.rows, []string{
			e.Day.In(p.zone).Format(time.DateOnly), e.Exporter, whole(e.Flows), strconv.Itoa(e.Hours), strconv.Itoa(e.SilentHours),
			whole(e.Unaccounted), whole(e.Received), whole(e.Stored),
			whole(e.Missed), whole(e.Unread), whole(e.Malformed), whole(e.Disk), whole(e.Aborted), whole(e.Absent), strconv.FormatBool(e.Estimate),
			e.PercentText(), strconv.FormatBool(e.Covered), whole(e.DatagramsRefused), whole(e.DatagramsUnseen), whole(e.NotAllowed), whole(e.SetsUnread),
			strconv.Itoa(e.FaultyReceipts), strconv.Itoa(e.SamplingRate), whole(e.RateUnknown), whole(e.ClockReplaced),
			known(e.ClockAheadMin), known(e.ClockAheadMax),
		})
	}
	return s
}

// energySheet has every scenario by every method. The coal of a method that
// gives none stays empty.
func (p *printer) energySheet(week *Week) sheet {
	s := sheet{name: "energy.csv", columns: []string{
		"scenario", "assumed_kw_per_address", "active_hours", "kwh", "method", "factor_year", "factor_region",
		"coal_kg_per_kwh", "co2_kg_per_kwh", "coal_t", "co2_t", "scenario_source", "method_source",
	}}
	hours := week.Total.ActiveHours
	if hours == 0 {
		return s
	}
	for _, m := range Methods {
		for _, scenario := range Scenarios {
			e, factor, coal := Estimate(float64(hours), scenario, m), "", ""
			if m.Coal > 0 {
				factor, coal = decimal(m.Coal), tonnes(e.Coal)
			}
			name, key := "method."+m.Name, "scenario."+scenario.Name
			s.rows = append(s.rows, []string{
				scenario.Name, decimal(scenario.KW), whole(int64(hours)), whole(int64(math.Round(e.KWh))),
				p.say(name), whole(int64(m.Year)), p.say(name + ".region"),
				factor, decimal(m.CO2), coal, tonnes(e.CO2), p.say(key + ".source"), p.say(name + ".source"),
			})
		}
	}
	return s
}

// tonnes keeps kilograms: who reads a scenario to the gram is misled.
func tonnes(x float64) string { return strconv.FormatFloat(x, 'f', 3, 64) }

// cell is a time as spreadsheets read it, in the week's zone.
func (p *printer) cell(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(p.zone).Format(time.DateTime)
}
