package report_test

import (
	"strings"
	"testing"

	"minewatch/analyze/report"
)

// sampleHosts are the five suspects of the sample week, and four before them.
func sampleHosts() []report.Past {
	school := report.Past{Unit: "某某职业技术学院", City: "宁波市", County: "鄞州区", Exporters: "10.255.0.1", Suspect: true, BestGrade: "A", LastGrade: "A"}
	of := func(subject string, change func(p *report.Past)) report.Past {
		p := school
		p.Subject = subject
		change(&p)
		return p
	}
	return []report.Past{
		of("10.21.8.14", func(p *report.Past) {
			p.Status, p.FirstDay, p.LastDay, p.LastBefore = "continuing", "2026-10-19", "2026-11-15", "2026-11-08"
			p.DaysSeen, p.DaysInWindow = 27, 6
		}),
		of("10.40.3.77", func(p *report.Past) {
			p.Status, p.FirstDay, p.LastDay, p.DaysSeen, p.DaysInWindow = "new", "2026-11-11", "2026-11-11", 1, 1
			p.Unit, p.City, p.County, p.BestGrade, p.LastGrade = "=HYPERLINK(\"http://192.0.2.9\")科技有限公司", "宁波市", "海曙区", "B", "B"
		}),
		of("10.21.8.200", func(p *report.Past) {
			p.Status, p.UnknownBecause, p.FirstDay, p.LastDay, p.LastBefore = "not_known", "gap", "2026-10-19", "2026-11-14", "2026-10-30"
			p.DaysSeen, p.DaysInWindow, p.GapDays, p.CleanDays = 9, 2, 13, 4
		}),
		of("172.20.9.9", func(p *report.Past) {
			p.Status, p.UnknownBecause, p.Unit, p.City, p.County, p.LastGrade = "not_known", "no_night", "", "", "", ""
		}),
		of("2001:db8:110:7::1a", func(p *report.Past) {
			p.Status, p.FirstDay, p.LastDay, p.LastBefore = "recurred", "2026-10-02", "2026-11-15", "2026-10-20"
			p.DaysSeen, p.DaysInWindow, p.GapDays, p.CleanDays, p.Recurrences = 12, 5, 20, 18, 2
			p.Unit, p.City, p.County = "吴兴区某事业单位", "湖州市", "吴兴区"
		}),
		of("10.21.9.3", func(p *report.Past) {
			p.Suspect, p.Status, p.UnknownBecause, p.FirstDay, p.LastDay = false, "not_known", "clues", "2026-11-04", "2026-11-06"
			p.LastBefore, p.DaysSeen, p.DaysOfClues, p.GapDays, p.CleanDays = "2026-11-06", 3, 1, 9, 8
		}),
		of("10.21.9.4", func(p *report.Past) {
			p.Suspect, p.Status, p.FirstDay, p.LastDay, p.LastBefore = false, "gone", "2026-10-04", "2026-11-06", "2026-11-06"
			p.DaysSeen, p.GapDays, p.CleanDays = 30, 9, 9
		}),
		of("10.21.9.5", func(p *report.Past) {
			p.Suspect, p.Status, p.UnknownBecause, p.FirstDay, p.LastDay = false, "not_known", "excluded", "2026-10-04", "2026-11-06"
			p.LastBefore, p.DaysSeen, p.DaysExcluded, p.GapDays, p.CleanDays = "2026-11-06", 30, 7, 9, 2
		}),
		of("10.60.1.8", func(p *report.Past) {
			p.Suspect, p.Status, p.UnknownBecause, p.FirstDay, p.LastDay = false, "not_known", "not_covered", "2026-11-05", "2026-11-05"
			p.LastBefore, p.DaysSeen, p.GapDays, p.CleanDays, p.Exporters = "2026-11-05", 1, 10, 6, "10.255.0.2"
			p.Unit, p.City, p.County = "", "", ""
		}),
	}
}

func sampleUnitPast() []report.Past {
	var units []report.Past
	for _, p := range sampleHosts() {
		if p.Unit != "" && p.Status != "not_known" && p.Suspect {
			p.Subject = p.Unit
			units = append(units, p)
		}
	}
	return units
}

func TestFirstWeekIsCalledNothingNew(t *testing.T) {
	week := sampleWeek()
	for i := range week.Hosts {
		week.Hosts[i].Status, week.Hosts[i].UnknownBecause = "not_known", "no_history"
	}
	text := page(t, week, report.Chinese)
	if !strings.Contains(text, "本周为首批数据") || strings.Contains(text, "其中新增") || strings.Contains(text, "本周疑似地址中，新增") {
		t.Error("a first week compares with a time of which nothing is known")
	}
}

func TestHistoryOfNothing(t *testing.T) {
	week := sampleWeek()
	week.Hosts, week.UnitPast = nil, nil
	if text := page(t, week, report.English); !strings.Contains(text, "none from before is to be followed") {
		t.Error("an empty history is not told as one")
	}
}
