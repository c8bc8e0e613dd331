package main

import (
	"fmt"
	"math"
	"net/netip"
	"time"

	"minewatch/analyze/resolve"
)

// resolveConfig says who is asked for the addresses of names.
type resolveConfig struct {
	Resolvers        []string `toml:"resolvers"`
	Timeout          duration `toml:"timeout"`
	Attempts         int      `toml:"attempts"`
	QueriesPerSecond float64  `toml:"queries_per_second"`
}

func defaultResolve() resolveConfig {
	return resolveConfig{Resolvers: []string{}, Timeout: duration(3 * time.Second), Attempts: 2, QueriesPerSecond: 20}
}

// Bounds of what is no mistake: more resolvers than a province has, more than
// a resolver may be bothered with.
const (
	maxResolvers  = 64
	maxAttempts   = 10
	maxPerSecond  = 1000
	longestAnswer = time.Minute
)

func (c *resolveConfig) validate(f *faults) {
	seen := map[netip.AddrPort]bool{}
	for i, s := range c.Resolvers {
		key := fmt.Sprintf("feed.resolve.resolvers[%d]", i)
		a, err := resolve.ParseResolver(s)
		switch {
		case err != nil:
			f.add(key, "%w", err)
		case seen[a]:
			f.add(key, "%s is named twice", s)
		}
		seen[a] = true
	}
	if len(c.Resolvers) > maxResolvers {
		f.add("feed.resolve.resolvers", "%d, want %d at most", len(c.Resolvers), maxResolvers)
	}
	if t := time.Duration(c.Timeout); t < 10*time.Millisecond || t > longestAnswer {
		f.add("feed.resolve.timeout", "%s, want 10ms to %s", t, longestAnswer)
	}
	if c.Attempts < 1 || c.Attempts > maxAttempts {
		f.add("feed.resolve.attempts", "%d, want 1 to %d", c.Attempts, maxAttempts)
	}
	if q := c.QueriesPerSecond; q <= 0 || q > maxPerSecond || math.IsNaN(q) {
		f.add("feed.resolve.queries_per_second", "%v, want a number above 0, up to %d", q, maxPerSecond)
	}
}

// addresses are those of the resolvers, in the order of the configuration, which
// was validated.
func (c *resolveConfig) addresses() []netip.AddrPort {
	var list []netip.AddrPort
	for _, s := range c.Resolvers {
		if a, err := resolve.ParseResolver(s); err == nil {
			list = append(list, a)
		}
	}
	return list
}
