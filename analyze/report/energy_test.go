package report_test

import (
	"math"
	"strings"
	"testing"

	"minewatch/analyze/report"
)

// TestPublicFigures: the named method of 2021 gives the figures that were
// published with it, and the scenarios are those of the two notices.
func TestPublicFigures(t *testing.T) {
	var zhejiang report.Method
	for _, m := range report.Methods {
		if m.Name == "notice_2021" {
			zhejiang = m
		}
	}
	mid, high := report.Scenarios[1], report.Scenarios[2]
	day := report.Of(148_500, mid, zhejiang)
	year := report.Of(148_500*365, mid, zhejiang)
	for _, f := range []struct {
		what      string
		got, want float64
		within    float64
	}{
		{"tonnes of coal a day", day.Coal, 60, 0.05},
		{"tonnes of coal a year", year.Coal, 21_900, 10},
		{"tonnes of CO2 a year", year.CO2, 54_040, 5},
		{"kWh a day and address, mid", mid.KW * 24, 148_500.0 / 4_699, 0.1},
		{"kWh a day and address, high", high.KW * 24, 260_000.0 / 4_502, 0.1},
	} {
		if math.Abs(f.got-f.want) > f.within {
			t.Errorf("%s: %.2f, want %.2f", f.what, f.got, f.want)
		}
	}
	if ratio := zhejiang.CO2 / report.Methods[0].CO2; ratio < 1.8 || ratio > 1.9 {
		t.Errorf("the methods differ by %.2f, documented as 1.8 to 1.9", ratio)
	}
}

func TestEstimateCountsObservedHours(t *testing.T) {
	e := report.Estimate(100, report.Scenario{Name: "x", KW: 2}, report.Method{CO2: 0.5, Coal: 0.4})
	if e.KWh != 200 || e.CO2 != 0.1 || math.Abs(e.Coal-0.08) > 1e-12 {
		t.Errorf("%+v", e)
	}
}

// TestEnergyHasWordsInBothLanguages: a scenario or method without its source
// must not be shown.
func TestEnergyHasWordsInBothLanguages(t *testing.T) {
	var keys []string
	for _, s := range report.Scenarios {
		keys = append(keys, "scenario."+s.Name, "scenario."+s.Name+".source")
	}
	for _, m := range report.Methods {
		keys = append(keys, "method."+m.Name, "method."+m.Name+".region", "method."+m.Name+".source")
	}
	for _, lang := range []report.Lang{report.Chinese, report.English} {
		text := messages(t, lang)
		for _, key := range keys {
			if text[key] == "" {
				t.Errorf("no message %s in %s", key, lang)
			}
		}
	}
}

// TestEnergyOnThePage: 389 hours at 1.32 kW are 513.48 kWh, and by the
// official factor 0.272 t.
func TestEnergyOnThePage(t *testing.T) {
	text := page(t, sampleWeek(), report.English)
	for _, want := range []string{
		"A scenario, not a measurement: the 389 active hours", "about 513 kWh this week, or 0.272 t of CO₂",
		"0.5306 kg of CO₂ per kWh; year: 2023; region: China", "0.404 kg of standard coal and 0.997 kg of CO₂ per kWh; year: 2021; region: Zhejiang",
		"1.9 times the CO₂",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not say %q", want)
		}
	}

	week := sampleWeek()
	week.Total.ActiveHours = 0
	text = page(t, week, report.English)
	if want := "no active hours of suspected IPs"; !strings.Contains(text, want) || strings.Contains(text, "kWh") {
		t.Errorf("without hours the page must say %q and no kWh", want)
	}
}
