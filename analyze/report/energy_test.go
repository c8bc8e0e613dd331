package report_test

import (
	"math"
	"testing"

	"minewatch/analyze/report"
)

// TestPublicFigures: the named method of 2021 gives the figures that were
// published with it, and the scenarios are those of the two notices.
func TestPublicFigures(t *testing.T) {
	var zhejiang report.Method
	for _, m := range report.Methods {
		if m.Region == "Zhejiang" {
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
