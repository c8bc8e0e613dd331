package report

import "strconv"

// Method turns electricity into coal and carbon dioxide. Methods differ by
// more than any care in their use, so a figure never stands without the
// method's factor, year, region and source. Name is its key in the catalogue,
// which has the words: method.NAME, .region and .source.
type Method struct {
	Name string
	Year int     // that the factor is of
	Coal float64 // kg of standard coal per kWh; 0 = the method gives none
	CO2  float64 // kg per kWh
}

// Methods are the known ones, the default first: the official average factors
// of the country and of East China, and the rule of thumb behind the public
// notice of 2021, for comparison with figures made by it.
var Methods = []Method{
	{"official_china", 2023, 0, 0.5306},
	{"official_east", 2023, 0, 0.5500},
	{"notice_2021", 2021, 0.404, 0.997},
}

// Scenario is an assumed power for each address in contact. Flows do not show
// what is behind an address, so this is an assumption and never a measurement.
// Name is its key in the catalogue: scenario.NAME and .source.
type Scenario struct {
	Name string
	KW   float64 // per address, while it is active
}

// Scenarios are the assumed powers, low to high: a graphics card; 148,500 kWh
// a day over 4,699 addresses (notice of December 2021); 260,000 kWh a day over
// 4,502 addresses (notice of October 2021).
var Scenarios = []Scenario{
	{"low", 0.2},
	{"mid", 1.32},
	{"high", 2.41},
}

// Energy is what a scenario comes to.
type Energy struct {
	Scenario Scenario
	Method   Method
	KWh      float64
	Coal     float64 // tonnes of standard coal; 0 = the method gives none
	CO2      float64 // tonnes
}

// Estimate multiplies observed active hours, summed over addresses, by an
// assumed power: hours in which nothing was seen count nothing.
func Estimate(activeHours float64, s Scenario, m Method) Energy {
	return Of(activeHours*s.KW, s, m)
}

// Of converts an amount of electricity in kWh.
func Of(kWh float64, s Scenario, m Method) Energy {
	return Energy{Scenario: s, Method: m, KWh: kWh, Coal: kWh * m.Coal / 1000, CO2: kWh * m.CO2 / 1000}
}

// energyPart is the section of the page: every scenario by the default method,
// and again by the method of the notice.
type energyPart struct {
	Hours            int
	Default, Compare energyTable
	Spread           string // how many times the CO2 of the default Compare gives
}

// energyTable is the scenarios by one method.
type energyTable struct {
	Method  Method
	Lines   []Energy
	Sources bool // with the source of each assumption
}

// energyOf is nil where there is nothing to multiply: a table of zeros would
// read as a finding.
func energyOf(week *Week) *energyPart {
	hours := week.Total.ActiveHours
	if hours == 0 {
		return nil
	}
	table := func(m Method) energyTable {
		t := energyTable{Method: m}
		for _, s := range Scenarios {
			t.Lines = append(t.Lines, Estimate(float64(hours), s, m))
		}
		return t
	}
	official, notice := Methods[0], Methods[len(Methods)-1]
	part := &energyPart{
		Hours: hours, Default: table(official), Compare: table(notice),
		Spread: strconv.FormatFloat(notice.CO2/official.CO2, 'f', 1, 64),
	}
	part.Default.Sources = true
	return part
}

// energyLine says the middle scenario in one sentence, "" without hours.
func (p *printer) energyLine(week *Week) string {
	part := energyOf(week)
	if part == nil {
		return ""
	}
	mid := part.Default.Lines[len(Scenarios)/2]
	return p.say("summary.energy", decimal(mid.Scenario.KW), approximate(mid.KWh), approximate(mid.CO2))
}
