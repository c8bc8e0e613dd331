package main

// retentionConfig says how long flows are kept. Zero is no limit.
type retentionConfig struct {
	Days  int   `toml:"days"`
	Bytes int64 `toml:"bytes"`
}

// defaultRetention keeps logs for the six months that the law of most sites
// asks for.
func defaultRetention() retentionConfig { return retentionConfig{Days: 180} }

func (c *retentionConfig) validate(f *faults) {
	if c.Days < 0 {
		f.add("retention.days", "%d is negative, want 0 (for ever) or more", c.Days)
	}
	if c.Bytes < 0 {
		f.add("retention.bytes", "%d is negative, want 0 (no limit) or more", c.Bytes)
	}
}
