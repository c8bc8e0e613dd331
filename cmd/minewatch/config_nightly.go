package main

// nightlyConfig is about the scheduled run.
type nightlyConfig struct {
	CatchUpDays int  `toml:"catch_up_days"`
	HashFlows   bool `toml:"hash_flows"`
}

// defaultNightly catches up a week: as long as a night's grades reach back.
func defaultNightly() nightlyConfig { return nightlyConfig{CatchUpDays: 7} }

func (c *nightlyConfig) validate(f *faults) {
	if c.CatchUpDays < 0 {
		f.add("nightly.catch_up_days", "%d is negative, want 0 (yesterday only) or more", c.CatchUpDays)
	}
}
