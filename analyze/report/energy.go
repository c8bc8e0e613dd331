package report

// Method turns electricity into coal and carbon dioxide. Methods differ by
// more than any care in their use, so a figure never stands without the name
// and the year of its method.
type Method struct {
	Name   string
	Year   int
	Region string
	Coal   float64 // kg of standard coal per kWh; 0 = the method gives none
	CO2    float64 // kg per kWh
	Source string
}

// The methods, the default first.
var Methods = []Method{
	{"official grid average", 2023, "China", 0, 0.5306, "Ministry of Ecology and Environment, average CO2 factor of electricity 2023"},
	{"official grid average", 2023, "East China", 0, 0.5500, "Ministry of Ecology and Environment, regional CO2 factor of electricity 2023"},
	{"public notice 2021", 2021, "Zhejiang", 0.404, 0.997, "the rule behind the province's notice of December 2021: 1 kWh = 0.404 kg standard coal (equivalent value) = 0.997 kg CO2"},
}

// Scenario is an assumed power for each address in contact. Flows do not show
// what is behind an address, so this is an assumption and never a measurement.
type Scenario struct {
	Name   string
	KW     float64
	Source string
}

// Scenarios are the assumed powers, low to high.
var Scenarios = []Scenario{
	{"low", 0.2, "one graphics card or a few processors"},
	{"mid", 1.32, "31.6 kWh a day and address: 148,500 kWh over 4,699 addresses, public notice of 2021"},
	{"high", 2.41, "57.75 kWh a day and address: 260,000 kWh over 4,502 addresses, public notice of 2021"},
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
