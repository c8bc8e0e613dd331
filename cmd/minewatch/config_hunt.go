package main

import (
	"fmt"

	"minewatch/analyze"
)

// huntConfig says what a hunt leaves out, and how it counts.
type huntConfig struct {
	IgnorePorts []int              `toml:"ignore_ports"`
	Thresholds  map[string]float64 `toml:"thresholds"`
}

// defaultHunt ignores the services that keep a connection for hours by design,
// and the web; why each stands in config.default.toml.
func defaultHunt() huntConfig {
	return huntConfig{
		IgnorePorts: []int{
			80, 443,
			22, 23, 3389, 5900, 5938,
			25, 110, 143, 465, 587, 993, 995,
			5223, 5228, 5229, 5230,
			500, 1194, 1701, 1723, 4500,
			1883, 8883, 7547, 10050, 10051,
			5060, 5061, 3478, 554, 1935,
			53, 179, 389, 636, 853,
			1433, 3306, 5432, 6379,
		},
		Thresholds: defaultValues(analyze.HuntThresholds),
	}
}

func (c *huntConfig) validate(f *faults) {
	for i, port := range c.IgnorePorts {
		if port < 1 || port > 65535 {
			f.add(fmt.Sprintf("hunt.ignore_ports[%d]", i), "%d is no port, want 1 to 65535", port)
		}
	}
	checkThresholds(f, "hunt.thresholds.", c.Thresholds, analyze.HuntThresholds)
}
