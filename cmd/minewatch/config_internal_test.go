package main

import (
	"net/netip"
	"reflect"
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

// uncommented is the documented example of sections with this name.
func uncommented(t *testing.T, section string) config {
	t.Helper()
	_, example, found := strings.Cut(configDefaults, "#\n# "+section+"\n")
	if !found {
		t.Fatalf("no example of %s", section)
	}
	example, _, _ = strings.Cut("# "+section+"\n"+example, "\n\n")
	var text strings.Builder
	for line := range strings.Lines(example) {
		text.WriteString(strings.TrimPrefix(strings.TrimPrefix(line, "#"), " "))
	}
	c := defaultConfig()
	decoder := toml.NewDecoder(strings.NewReader(text.String()))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&c); err != nil {
		t.Fatal(err)
	}
	if err := c.validate(); err != nil {
		t.Error(err)
	}
	return c
}

// The documented example of exporter sections is one that can be used.
func TestConfigExporterExample(t *testing.T) {
	c := uncommented(t, "[[exporter]]")
	rules := exporterRules(c.Exporters)
	want := []policy.Exporter{
		{Prefix: netip.MustParsePrefix("10.1.2.3/32"), Name: "core-1", Sampling: 1000, ClockLimit: 2 * time.Hour, Boundary: []uint32{12, 13}},
		{Prefix: netip.MustParsePrefix("2001:db8:7::/48"), SamplingDefault: 512},
	}
	if diff := cmp.Diff(want, rules, cmpopts.EquateComparable(netip.Prefix{})); diff != "" {
		t.Errorf("rules (-want +got):\n%s", diff)
	}
}

// That of sources has every key, and what it calls the default is that.
func TestConfigSourceExample(t *testing.T) {
	c := uncommented(t, "[[feed.source]]")
	if len(c.Feed.Sources) != 2 {
		t.Fatalf("%d sources", len(c.Feed.Sources))
	}
	all, plain := c.Feed.Sources[0], c.Feed.Sources[1]
	for i, v := 0, reflect.ValueOf(all); i < v.NumField(); i++ {
		if name := v.Type().Field(i).Name; v.Field(i).IsZero() && name != "Negative" && name != "Strict" {
			t.Errorf("%s is not in the example", name)
		}
	}
	s := plain.remote()
	if time.Duration(all.Timeout) != s.Timeout || all.MaxBytes != s.MaxBytes || all.enabled() || !plain.enabled() || plain.Negative != "cdn" {
		t.Errorf("%+v, %+v", all, s)
	}
}
