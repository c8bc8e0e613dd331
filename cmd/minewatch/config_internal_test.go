package main

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/pelletier/go-toml/v2"

	"minewatch/ingest/policy"
)

// The documented defaults are the defaults.
func TestConfigDefaults(t *testing.T) {
	var documented config
	decoder := toml.NewDecoder(strings.NewReader(documentedDefaults()))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&documented); err != nil {
		t.Fatal(err)
	}
	inEffect := defaultConfig()
	if diff := cmp.Diff(inEffect, documented, cmpopts.EquateComparable(netip.Prefix{}), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("config.default.toml (-defaults +documented):\n%s", diff)
	}
	if err := inEffect.validate(); err != nil {
		t.Error(err)
	}
}

// The documented example of exporter sections is one that can be used.
func TestConfigExporterExample(t *testing.T) {
	_, example, _ := strings.Cut(configDefaults, "#\n# [[exporter]]\n")
	example, _, _ = strings.Cut("# [[exporter]]\n"+example, "\n\n")
	var uncommented strings.Builder
	for line := range strings.Lines(example) {
		uncommented.WriteString(strings.TrimPrefix(strings.TrimPrefix(line, "#"), " "))
	}
	c := defaultConfig()
	decoder := toml.NewDecoder(strings.NewReader(uncommented.String()))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&c); err != nil {
		t.Fatal(err)
	}
	rules := exporterRules(c.Exporters)
	want := []policy.Exporter{
		{Prefix: netip.MustParsePrefix("10.1.2.3/32"), Name: "core-1", Sampling: 1000, ClockLimit: 2 * time.Hour, Boundary: []uint32{12, 13}},
		{Prefix: netip.MustParsePrefix("2001:db8:7::/48"), SamplingDefault: 512},
	}
	if diff := cmp.Diff(want, rules, cmpopts.EquateComparable(netip.Prefix{})); diff != "" {
		t.Errorf("rules (-want +got):\n%s", diff)
	}
	if err := c.validate(); err != nil {
		t.Error(err)
	}
}
