package source_test

import (
	"strings"
	"testing"

	"minewatch/ingest/source"
)

func TestParseListen(t *testing.T) {
	for text, want := range map[string]struct{ address, again string }{
		"netflow://:2055":          {":2055", "netflow://:2055"},
		"netflow://":               {":2055", "netflow://:2055"},
		"sflow://:6343":            {":6343", "sflow://:6343"},
		"sflow://192.0.2.1":        {"192.0.2.1:6343", "sflow://192.0.2.1:6343"},
		"ipfix://[2001:db8::1]":    {"[2001:db8::1]:4739", "ipfix://[2001:db8::1]:4739"},
		"udp://[::1]:9995":         {"[::1]:9995", "udp://[::1]:9995"},
		"udp://127.0.0.1:0":        {"127.0.0.1:0", "udp://127.0.0.1:0"},
		"netflow://0.0.0.0:02055":  {"0.0.0.0:2055", "netflow://0.0.0.0:2055"},
		"udp://[fe80::1%eth0]:200": {"[fe80::1%eth0]:200", "udp://[fe80::1%eth0]:200"},
	} {
		l, err := source.ParseListen(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if l.Address() != want.address || l.String() != want.again {
			t.Errorf("%s: %s, %s; want %+v", text, l.Address(), l, want)
		}
	}
	for text, want := range map[string]string{
		":2055":              `listen address ":2055" has no scheme: write netflow://:2055`,
		"":                   "has no scheme",
		"tcp://:2055":        `unknown scheme "tcp": write netflow://:2055`,
		"udp://127.0.0.1":    "has no port",
		"udp://:":            "has no port",
		"udp://:65536":       `port "65536" is not a number from 0 to 65535`,
		"udp://:netflow":     `port "netflow" is not a number`,
		"udp://router1:2055": `"router1" is not an IP address of this machine`,
		"udp://::1:2055":     "an IPv6 address stands in [ ]",
		"udp://:1/path":      `port "1/path"`,
	} {
		if _, err := source.ParseListen(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want one with %q", text, err, want)
		}
	}
}
