package report_test

import (
	"time"

	"minewatch/analyze/report"
)

// The week of these tests is made up. Pools have documentation addresses.

var shanghai = time.FixedZone("Asia/Shanghai", 8*3600)

func at(day, hour, minute int) time.Time {
	return time.Date(2026, time.November, day, hour, minute, 17, 0, shanghai)
}

func sampleWeek() *report.Week {
	week := &report.Week{
		Name: "2026-W46", From: at(9, 0, 0).Truncate(time.Hour), To: at(15, 0, 0).Truncate(time.Hour),
		Zone: shanghai, Site: "某省网络安全中心",
		AsOf: time.Date(2026, time.November, 16, 2, 31, 5, 0, shanghai), ProgramVersion: "v0.1.0",
		FeedVersions:   []string{"cert@1f0a9c33be71", "public@77d0c2a9e415"},
		LedgerVersions: []string{"province@9b1e6d0f2a38", "exclusions@c0ffee123456"},
		ConfigHash:     "5d41402abc4b",
		Exclusions:     []string{"exclusions@c0ffee123456", "answers@3f2a91c04b77+9c1e0d52ab34"}, ExclusionsOn: at(18, 0, 0).Truncate(time.Hour),
		ChainHead: &report.ChainHead{
			Run: 23, RunAt: time.Date(2026, time.November, 15, 18, 31, 5, 0, time.UTC),
			SHA256: "3f2a91c04b77e0d5a8c6b1f4293d7e58607c1b2a9f8e4d3c5b6a7980f1e2d3c4",
		},
		Total: report.Total{
			HostsA: 3, HostsB: 2, HostsC: 1, HostsX: 1, Units: 3, Cities: 2, Pools: 3, Coins: 2,
			BytesUp: 910_000_000, BytesDown: 2_100_000_000, MeanMbps: 0.0412, P95Mbps: 0.118, NoOwner: 1, ActiveHours: 389,
		},
		Last: &report.Total{HostsA: 2, HostsB: 2, Units: 3, MeanMbps: 0.0512, P95Mbps: 0.118},
		Cities: []report.Region{
			{City: "宁波市", A: 2, B: 1, C: 1, Units: 2, Hours: 260, Bytes: 2_100_000_000, SharePercent: 60, Rank: 1, LastRank: 3},
			{City: "湖州市", A: 1, B: 0, Units: 1, Hours: 120, Bytes: 700_000_000, SharePercent: 20, Rank: 2, LastRank: 1},
			{B: 1, Hours: 9, Bytes: 210_000_000, SharePercent: 20, WithoutAnOwner: true},
		},
		Counties: []report.Region{
			{City: "宁波市", County: "鄞州区", A: 2, B: 0, C: 1, Units: 1, Hours: 230, Bytes: 1_900_000_000, SharePercent: 40, Rank: 1},
			{City: "宁波市", County: "海曙区", B: 1, Units: 1, Hours: 30, Bytes: 200_000_000, SharePercent: 20, Rank: 3, LastRank: 3},
			{City: "湖州市", County: "吴兴区", A: 1, Units: 1, Hours: 120, Bytes: 700_000_000, SharePercent: 20, Rank: 2, LastRank: 1},
			{City: "宁波市", County: "象山县", C: 1},
			{B: 1, Hours: 9, Bytes: 210_000_000, SharePercent: 20, WithoutAnOwner: true},
		},
		CasesAsOf: at(16, 0, 0).Truncate(time.Hour),
		Cases: []report.Case{
			{
				Unit: "某某职业技术学院", Host: "10.21.8.14", City: "宁波市", County: "鄞州区", Round: 1, NoticeNo: "2026-W44-5e1f2a3b", Week: "2026-W44", Notices: 2, Grade: "A",
				State: "recurred", Class: "active", NotifiedAt: at(2, 9, 0), LocateBy: at(4, 9, 0), LocatedAt: at(3, 15, 30), LocatedInTime: new(true),
				ReportBy: at(5, 9, 0), ReportedAt: at(6, 10, 0), ReportedInTime: new(false), FinishedAt: at(6, 9, 0), CleanDays: 2, SeenAgain: at(9, 0, 0),
			},
			{
				Unit: "=HYPERLINK(\"http://192.0.2.9\")科技有限公司", Host: "10.40.3.77", City: "宁波市", County: "海曙区", Round: 1, NoticeNo: "2026-W45-00c0ffee", Week: "2026-W45",
				Notices: 1, Grade: "B", State: "overdue", NotifiedAt: at(9, 9, 0), LocateBy: at(11, 9, 0), LocatedInTime: new(false), ReportBy: at(12, 9, 0), ReportedInTime: new(false),
			},
			{
				Unit: "某某职业技术学院", Host: "10.21.8.200", City: "宁波市", County: "鄞州区", Round: 1, NoticeNo: "2026-W45-5e1f2a3b", Week: "2026-W45", Notices: 1, Grade: "A",
				State: "excluded", Class: "research", PendingClass: "active", NotifiedAt: at(9, 9, 0), LocateBy: at(11, 9, 0), LocatedAt: at(10, 9, 0), LocatedInTime: new(true),
				ReportBy: at(12, 9, 0), ReportedAt: at(11, 9, 0), ReportedInTime: new(true),
			},
			{
				Unit: "吴兴区某事业单位", Host: "2001:db8:110:7::1a", City: "湖州市", County: "吴兴区", Round: 1, NoticeNo: "2026-W45-0badcafe", Week: "2026-W45", Notices: 1, Grade: "A",
				State: "reported", Class: "false_alarm", PendingClass: "false_alarm", NotifiedAt: at(9, 9, 0), LocateBy: at(11, 9, 0), LocatedAt: at(10, 9, 0), LocatedInTime: new(true),
				ReportBy: at(12, 9, 0), ReportedAt: at(11, 9, 0), ReportedInTime: new(true),
			},
			{
				Unit: "吴兴区某事业单位", Host: "10.40.9.2", City: "湖州市", County: "吴兴区", Round: 1, NoticeNo: "2026-W44-0badcafe", Week: "2026-W44", Notices: 2, Grade: "B",
				State: "overdue", Class: "active", NotifiedAt: at(2, 9, 0), LocateBy: at(4, 9, 0), LocatedAt: at(3, 9, 0), LocatedInTime: new(true),
				ReportBy: at(5, 9, 0), ReportedAt: at(5, 8, 0), ReportedInTime: new(true), AnswerBy: at(12, 9, 0),
			},
			{
				Unit: "吴兴区某事业单位", Host: "10.40.9.1", City: "湖州市", County: "吴兴区", Round: 1, NoticeNo: "2026-W44-0badcafe", Week: "2026-W44", Notices: 2, Grade: "B",
				State: "reported", Class: "not_found", NotifiedAt: at(2, 9, 0), LocateBy: at(4, 9, 0), LocatedInTime: new(false),
				ReportBy: at(5, 9, 0), ReportedAt: at(5, 8, 0), ReportedInTime: new(true), AnswerBy: at(17, 9, 0),
			},
		},
		Precision: []report.Precision{
			{Kind: "grade", Name: "A", Active: 14, Passive: 3, Research: 1, FalseAlarms: 2, NotFound: 4, Percent: new(90.0)},
			{Kind: "source", Name: "probe", NotFound: 1},
		},
		Units: []report.Unit{
			{
				Unit: "某某职业技术学院", Sector: "高校", City: "宁波市", County: "鄞州区", Contact: "张老师 0574-0000000",
				A: 2, C: 1, Excluded: 1, ExcludedSince: "2026-11-14", BestGrade: "A", FirstSeen: at(9, 0, 4), LastSeen: at(15, 23, 51), Days: 7, Hours: 160,
				Pools: "Example Pool, Sample Mine", Coins: "ETC, XMR", Bytes: 1_900_000_000,
			},
			{
				Unit: "吴兴区某事业单位", Sector: "党政机关", City: "湖州市", County: "吴兴区", Contact: "网信办",
				A: 1, BestGrade: "A", FirstSeen: at(10, 18, 0), LastSeen: at(15, 8, 0), Days: 5, Hours: 70, Pools: "Example Pool", Coins: "XMR", Bytes: 700_000_000,
			},
			{
				Unit: "=HYPERLINK(\"http://192.0.2.9\")科技有限公司", Sector: "企业", City: "宁波市", County: "海曙区",
				B: 1, BestGrade: "B", FirstSeen: at(11, 9, 0), LastSeen: at(11, 14, 30), Days: 1, Hours: 5, Pools: "Sample Mine", Bytes: 200_000_000,
			},
			{
				Unit: "某研究所", Sector: "企业", City: "宁波市", County: "海曙区", C: 1, BestGrade: "C",
				FirstSeen: at(13, 20, 5), LastSeen: at(13, 20, 7), Pools: "Example Pool",
			},
		},
		Sectors: []report.Share{{Name: "高校", Hosts: 2, SharePercent: 40}, {Name: "党政机关", Hosts: 1, SharePercent: 20}, {Name: "企业", Hosts: 1, SharePercent: 20}, {Hosts: 1, SharePercent: 20}},
		Coins:   []report.Share{{Name: "XMR", Hosts: 3, SharePercent: 60}, {Name: "ETC", Hosts: 1, SharePercent: 20}, {Hosts: 1, SharePercent: 20}},
		Pools: []report.Pool{
			{Pool: "Example Pool", Coins: "XMR", Endpoints: 2, Hosts: 3, Hours: 230, Bytes: 2_000_000_000},
			{Pool: "Sample Mine", Coins: "ETC", Endpoints: 1, Hosts: 2, Hours: 60, Bytes: 800_000_000},
			{Endpoints: 1, Hosts: 1, Hours: 9, Bytes: 210_000_000},
		},
	}
	week.CleanDays, week.Hosts, week.UnitPast = 7, sampleHosts(), sampleUnitPast()
	for i := range 7 {
		day := report.Day{
			Day: week.From.AddDate(0, 0, i), Ran: true, ContactRecords: 2_210 + int64(i)*37,
			Hours: 24, Sampled: true, A: 1 + i%3, B: i % 2, C: 1, MeanMbps: 0.03 + float64(i)*0.006,
		}
		switch i {
		case 3:
			day.Hours = 19
		case 5:
			day = report.Day{Day: day.Day}
		}
		week.Days = append(week.Days, day)
	}
	sampleCoverage(week)
	sampleOverview(week)
	week.Suspects, week.Clues, week.Excluded, week.SuspectsExcluded = sampleSuspects(), sampleClues(), sampleExcluded(), 1
	return week
}

// sampleOverview gives the week eleven before it, with and without nights, the
// hours of its days, some of them without flows, and three places with codes.
func sampleOverview(week *report.Week) {
	for i := range 12 {
		w := report.TrendWeek{
			From: week.From.AddDate(0, 0, 7*(i-11)), Nights: 7, NightsCovered: 7, Hosts: 3 + i%4, Units: 2 + i%3, MeanMbps: 0.03 + float64(i%5)*0.004,
		}
		switch i {
		case 0, 1, 6:
			w = report.TrendWeek{From: w.From}
		case 4:
			w.Nights, w.NightsCovered = 3, 3
		case 7:
			w.NightsCovered = 5
		case 8:
			w.Hosts, w.Units, w.MeanMbps = 0, 0, 0
		case 11:
			w.Nights, w.NightsCovered, w.Hosts, w.Units, w.MeanMbps = 6, 1, 5, 3, 0.0412
		}
		week.Trend = append(week.Trend, w)
	}
	for i, day := range week.Days {
		for hour := range 24 {
			h := report.Hour{Day: day.Day, Hour: hour}
			if day.Ran && hour < day.Hours {
				h.Hosts = new((i + hour/3) % 6)
			}
			week.Hours = append(week.Hours, h)
		}
	}
	week.Places = []report.Place{
		{Code: "330100", City: "杭州市"},
		{Code: "330200", City: "宁波市", A: 2, B: 1},
		{Code: "330300", City: "温州市"},
	}
}

// sampleCoverage gives the week three exporters and each kind of gap.
func sampleCoverage(week *report.Week) {
	week.MinCoverage = 99
	week.Coverage = report.Coverage{Exporters: 4, Expected: 4}
	for i := range week.Days {
		day := &week.Days[i]
		if !day.Ran {
			continue
		}
		list := []report.ExporterDay{
			{Exporter: "10.255.0.1", Hours: 24, SamplingRate: 1000, Coverage: received(1_900_000 + int64(i)*9_731)},
			{Exporter: "10.255.0.2", Hours: 24, SamplingRate: 1, ClockReplaced: 1200, Coverage: received(1_500_000)},
			{Exporter: "2001:db8:255::3", Hours: 24, Coverage: received(12_093), RateUnknown: 12_093},
		}
		behind, ahead := int64(-1100), int64(200)
		list[0].ClockAheadMin, list[0].ClockAheadMax = &behind, &ahead
		switch i {
		case 1: // its numbers say that datagrams never came
			list[0].Missed, list[0].Estimate = 41_007, true
		case 2: // the templates came late, the disk was full, the receive buffer too small
			list[1].Unread, list[1].SetsUnread, list[1].Estimate, list[1].Disk, list[1].Received = 900, 31, true, 65_536, 1_565_536
			list = append(list, report.ExporterDay{DatagramsUnseen: 77, Coverage: report.Coverage{Missed: 310, Estimate: true, NotAllowed: 12}})
		case 3: // the collector stood still, and was killed
			for j := range list {
				list[j].Hours, list[j].SilentHours = 19, 5
			}
			list[0].Unaccounted, list[0].Flows = 250, list[0].Flows+250
		case 4:
			list[2] = report.ExporterDay{Exporter: "2001:db8:255::3", Coverage: report.Coverage{SilentHours: 24}}
		case 6: // a log beside the exporters
			list = append(list, report.ExporterDay{Exporter: "198.51.100.99", Hours: 24, SamplingRate: 1, Coverage: report.Coverage{Flows: 300, Unaccounted: 300}})
		}
		for j := range list {
			finish(&list[j], day)
			list[j].Day = day.Day
		}
		week.Exporters = append(week.Exporters, list...)
		finishDay(day, &week.Coverage)
	}
	percent := 100 * float64(week.Coverage.Stored) / float64(week.Coverage.Stored+week.Coverage.Lost())
	week.Coverage.Percent = &percent
}

func received(records int64) report.Coverage {
	return report.Coverage{Flows: records, Received: records, Stored: records}
}

// finish reckons an exporter's day and adds it to the day.
func finish(e *report.ExporterDay, day *report.Day) {
	if e.Exporter != "" && e.Stored > 0 {
		percent := 100 * float64(e.Stored) / float64(e.Stored+e.Lost())
		e.Percent = &percent
		e.Covered = percent >= 99 && e.SilentHours == 0 && e.Unaccounted == 0
	}
	add(&day.Coverage, &e.Coverage)
	if e.Exporter == "" {
		return
	}
	day.Expected++
	if e.Flows > 0 {
		day.Exporters++
	}
	if !e.Covered {
		day.Short++
	}
}

func finishDay(day *report.Day, week *report.Coverage) {
	percent := 100 * float64(day.Stored) / float64(day.Stored+day.Lost())
	day.Percent = &percent
	day.Covered = percent >= 99 && day.Short == 0
	add(week, &day.Coverage)
	week.Nights++
	if day.Covered {
		week.NightsCovered++
	}
}

func add(sum, c *report.Coverage) {
	sum.Flows += c.Flows
	sum.Received += c.Received
	sum.Stored += c.Stored
	sum.Disk += c.Disk
	sum.Unread += c.Unread
	sum.Missed += c.Missed
	sum.Unaccounted += c.Unaccounted
	sum.Estimate = sum.Estimate || c.Estimate
	sum.NotAllowed += c.NotAllowed
	sum.SilentHours += c.SilentHours
}

func sampleSuspects() []report.Suspect {
	steady := report.Suspect{
		Rank: 1, Host: "10.21.8.14", Grade: "A", Score: 92.5, ContactDays: 6, ContactHours: 138, ContactSlots: 1620, PoolEndpoints: 2,
		Sessions: 9, DurationSeconds: 487_203, SpanSeconds: 604_000, FirstSeen: at(9, 0, 4), LastSeen: at(15, 23, 51),
		BytesUp: 512_000_000, BytesDown: 1_210_000_000, PacketsUp: 4_100_000, PacketsDown: 4_000_000, MaxConcurrent: 4,
		Coins: "XMR", Pools: "Example Pool", Unit: "某某职业技术学院", Sector: "高校", City: "宁波市", County: "鄞州区",
		Reasons: "pool contact on 6 days, up to 1439 min stitched in one day, 138 active hours in 7 days, by listed address and port; 138 active hours, 1620 active 5-minute slots", Contact: "张老师 0574-0000000",
		Evidence: []report.Evidence{
			{Name: "grade", Value: 75, Threshold: 75, Points: 75, Reason: "pool contact on 6 days, up to 1439 min stitched in one day, 138 active hours in 7 days, by listed address and port"},
			{Name: "contact_hours", Value: 138, Threshold: 12, Points: 7, Reason: "138 active hours, 1620 active 5-minute slots"},
			{Name: "sampled", Value: 1000, Threshold: 1, Reason: "seen by an exporter that samples 1 in 1000: traffic is an estimate, duration a lower bound"},
		},
		Details: []report.Detail{
			{
				PoolAddress: "192.0.2.31", PoolPort: 3333, Pool: "Example Pool", Domain: "xmr.pool.example", Coin: "XMR", Days: 6, Hours: 130,
				Sessions: 7, Duration: 470_000, FirstSeen: at(9, 0, 4), LastSeen: at(15, 23, 51), LocalPorts: "49152, 50211, 61002",
				BytesUp: 500_000_000, BytesDown: 1_200_000_000, MaxConcurrent: 4, Exporters: "10.255.0.1, 10.255.0.2",
				FeedSource: "probe", FeedVersion: "cert@1f0a9c33be71",
			},
			{
				PoolAddress: "2001:db8:31::7", PoolPort: 14444, Pool: "Example Pool", Coin: "XMR", Days: 1, Hours: 8, Sessions: 2,
				Duration: 17_203, FirstSeen: at(12, 3, 0), LastSeen: at(12, 10, 59), LocalPorts: "53120", BytesUp: 12_000_000,
				BytesDown: 10_000_000, MaxConcurrent: 1, Exporters: "10.255.0.1", FeedSource: "dns", FeedVersion: "cert@1f0a9c33be71",
			},
		},
	}
	second := steady
	second.Rank, second.Host, second.Score, second.NAT, second.MaxConcurrent = 2, "10.21.8.200", 81, true, 12
	second.ExcludedNow, second.ExcludedSince = true, "2026-11-14"
	second.DurationSeconds, second.Coins, second.Pools = 301_007, "ETC", "Sample Mine"
	second.Evidence, second.Details = steady.Evidence[:2], steady.Details[:1]

	third := steady
	third.Rank, third.Host, third.Score, third.Unit, third.Sector = 3, "2001:db8:110:7::1a", 74.2, "吴兴区某事业单位", "党政机关"
	third.City, third.County, third.Contact = "湖州市", "吴兴区", "网信办"
	third.Evidence, third.Details = steady.Evidence[:1], steady.Details[1:]

	short := report.Suspect{
		Rank: 4, Host: "10.40.3.77", Grade: "B", Score: 48, ContactDays: 1, ContactHours: 5, ContactSlots: 41, PoolEndpoints: 1, Sessions: 3,
		DurationSeconds: 11_520, SpanSeconds: 19_800, FirstSeen: at(11, 9, 0), LastSeen: at(11, 14, 30), BytesUp: 90_000_000,
		BytesDown: 110_000_000, PacketsUp: 61_000, PacketsDown: 58_000, MaxConcurrent: 1, Pools: "Sample Mine",
		Unit: "=HYPERLINK(\"http://192.0.2.9\")科技有限公司", Sector: "企业", City: "宁波市", County: "海曙区",
		Reasons:  "one day only; <script>alert(1)</script>",
		Evidence: []report.Evidence{{Name: "one_day", Value: 1, Threshold: 2, Points: 12, Reason: "one day only; <script>alert(1)</script>"}},
		Details: []report.Detail{{
			PoolAddress: "198.51.100.8", PoolPort: 443, Pool: "Sample Mine", Domain: "eu.mine.example", Days: 1, Hours: 5, Sessions: 3,
			Duration: 11_520, FirstSeen: at(11, 9, 0), LastSeen: at(11, 14, 30), LocalPorts: "40122", BytesUp: 90_000_000,
			BytesDown: 110_000_000, MaxConcurrent: 1, Exporters: "10.255.0.2", FeedSource: "list", FeedVersion: "public@77d0c2a9e415",
		}},
	}
	orphan := short
	orphan.Rank, orphan.Host, orphan.Score, orphan.Unit, orphan.Sector, orphan.City, orphan.County = 5, "172.20.9.9", 41, "", "", "", ""
	orphan.Evidence, orphan.Reasons, orphan.ContactHours = nil, "the feed names the address without a port", 9
	steady.FirstDay, steady.DaysSeen, steady.Status = "2026-10-19", 27, "continuing"
	short.FirstDay, short.DaysSeen, short.Status = "2026-11-11", 1, "new"
	orphan.Status, orphan.UnknownBecause = "not_known", "no_night"
	return []report.Suspect{steady, second, third, short, orphan}
}

func sampleClues() []report.Suspect {
	return []report.Suspect{{
		Rank: 6, Host: "10.21.9.3", Grade: "C", Score: 20, ContactDays: 1, ContactHours: 1, ContactSlots: 2, PoolEndpoints: 1, Sessions: 1,
		DurationSeconds: 130, FirstSeen: at(13, 20, 5), LastSeen: at(13, 20, 7), Pools: "Example Pool", Unit: "某某职业技术学院",
		City: "宁波市", County: "鄞州区", Reasons: "web port only",
		Evidence: []report.Evidence{
			{Name: "grade", Value: 25, Threshold: 25, Points: 25, Reason: "listed address on a web port: may be the pool's page"},
			{Name: "contact_days", Value: 1, Threshold: 2, Points: 1, Reason: "in contact on 1 day"},
		},
	}}
}

func sampleExcluded() []report.Suspect {
	return []report.Suspect{{
		Rank: 7, Host: "10.60.0.66", Grade: "X", ContactDays: 1, ContactHours: 1, PoolEndpoints: 989, Sessions: 4680,
		FirstSeen: at(14, 2, 0), LastSeen: at(14, 2, 3), Unit: "某安全研究中心", City: "杭州市", County: "西湖区",
		Reasons:  "probed 989 pool endpoints within an hour in short sessions",
		Evidence: []report.Evidence{{Name: "grade", Reason: "probed 989 pool endpoints within an hour in short sessions"}},
	}}
}
