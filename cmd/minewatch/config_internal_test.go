package main

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/pelletier/go-toml/v2"
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
