package main

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"minewatch/ingest/policy"
)

// exporterConfig is an [[exporter]] section. What its keys mean stands in
// config.default.toml.
type exporterConfig struct {
	Prefix          network    `toml:"prefix"`
	Name            string     `toml:"name,omitempty"`
	Sampling        int32      `toml:"sampling,omitempty"`
	SamplingDefault int32      `toml:"sampling_default,omitempty"`
	TimeSource      timeSource `toml:"time_source"`
	ClockLimit      duration   `toml:"clock_limit,omitempty"`
	Boundary        []uint32   `toml:"boundary,omitempty"`
}

// network is a prefix; a single address is one of its own.
type network struct{ netip.Prefix }

func (n *network) UnmarshalText(text []byte) error {
	var list prefixList
	err := list.Set(string(text))
	if err == nil && len(list) != 1 {
		err = fmt.Errorf("%q is not one address or prefix", text)
	}
	if err == nil {
		n.Prefix = list[0]
	}
	return err
}

// timeSource is a policy.Clock that is written as a word.
type timeSource struct{ policy.Clock }

const checkedWord = "checked" // of policy.CheckedClock

func (s timeSource) MarshalText() ([]byte, error) { //nolint:unparam // encoding.TextMarshaler
	return []byte(cmp.Or(string(s.Clock), checkedWord)), nil
}

func (s *timeSource) UnmarshalText(text []byte) error {
	switch word := string(text); word {
	case checkedWord:
		s.Clock = policy.CheckedClock
	case string(policy.ExporterClock), string(policy.ReceivedClock):
		s.Clock = policy.Clock(word)
	default:
		return fmt.Errorf("%q: want %s, %s or %s", word, checkedWord, policy.ExporterClock, policy.ReceivedClock)
	}
	return nil
}

func checkExporters(f *faults, sections []exporterConfig) {
	first := map[netip.Prefix]int{}
	for i := range sections {
		e, key := &sections[i], fmt.Sprintf("exporter[%d].", i)
		switch before, twice := first[e.Prefix.Prefix]; {
		case !e.Prefix.IsValid():
			f.add(key+"prefix", "is missing")
		case twice:
			f.add(key+"prefix", "%s is also that of exporter[%d]", e.Prefix, before)
		default:
			first[e.Prefix.Prefix] = i
		}
		if e.Sampling < 0 {
			f.add(key+"sampling", "%d, want the N of 1 in N", e.Sampling)
		}
		if e.SamplingDefault < 0 {
			f.add(key+"sampling_default", "%d, want the N of 1 in N", e.SamplingDefault)
		}
		if e.Sampling > 0 && e.SamplingDefault > 0 {
			f.add(key+"sampling_default", "never counts, because sampling is set")
		}
		if e.ClockLimit != 0 && e.TimeSource.Clock != policy.CheckedClock {
			f.add(key+"clock_limit", "never counts with time_source %q", e.TimeSource.Clock)
		}
		if slices.Contains(e.Boundary, 0) {
			f.add(key+"boundary", "0 is no interface: it stands for one that was not exported")
		}
	}
}

// exporterRules is the sections as the policy has them.
func exporterRules(sections []exporterConfig) []policy.Exporter {
	rules := make([]policy.Exporter, len(sections))
	for i := range sections {
		e := &sections[i]
		rules[i] = policy.Exporter{
			Prefix: e.Prefix.Prefix, Name: e.Name,
			Sampling: e.Sampling, SamplingDefault: e.SamplingDefault,
			Clock: e.TimeSource.Clock, ClockLimit: time.Duration(e.ClockLimit),
			Boundary: e.Boundary,
		}
	}
	return rules
}
