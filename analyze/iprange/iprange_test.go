package iprange_test

import (
	"net/netip"
	"strings"
	"testing"

	"minewatch/analyze/iprange"
)

func TestParse(t *testing.T) {
	tests := []struct {
		in, want  string
		prefixLen int
	}{
		{"192.0.2.1", "192.0.2.1", 128},
		{"192.0.2.1/32", "192.0.2.1", 128},
		{"192.0.2.0/24", "192.0.2.0/24", 120},
		{"10.0.0.0-10.0.0.255", "10.0.0.0/24", 120},
		{"10.0.0.1-10.0.0.254", "10.0.0.1-10.0.0.254", 120},
		{"10.0.0.1 - 20", "10.0.0.1-10.0.0.20", 123},
		{"10.0.0.1~10.0.0.2", "10.0.0.1-10.0.0.2", 127},
		{"10.0.0.1～10.0.0.2", "10.0.0.1-10.0.0.2", 127},
		{"10.0.0.7-10.0.0.7", "10.0.0.7", 128},
		{"::ffff:192.0.2.1", "192.0.2.1", 128},
		{"::ffff:192.0.2.0/120", "192.0.2.0/24", 120},
		{"2001:DB8::/32", "2001:db8::/32", 32},
		{"2001:db8::1-2001:db8::2", "2001:db8::1-2001:db8::2", 127},
		{"::/0", "::/0", 0},
		{"0.0.0.0/0", "0.0.0.0/0", 96},
	}
	for _, test := range tests {
		r, err := iprange.Parse(test.in)
		if err != nil {
			t.Errorf("Parse(%q): %v", test.in, err)
			continue
		}
		if got := r.String(); got != test.want {
			t.Errorf("Parse(%q) = %s, want %s", test.in, got, test.want)
		}
		if got := r.PrefixLen(); got != test.prefixLen {
			t.Errorf("Parse(%q).PrefixLen() = %d, want %d", test.in, got, test.prefixLen)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for in, want := range map[string]string{
		"":                    "is not an address",
		"192.0.2.256":         "is not an address",
		"192.0.2.01":          "is not an address",
		"pool.example":        "is not an address",
		"fe80::1%eth0":        "has a zone",
		"192.0.2.1/24":        "has host bits set, want 192.0.2.0/24",
		"192.0.2.0/33":        "is not a prefix",
		"::ffff:0.0.0.0/64":   "mixes IPv4 and IPv6",
		"10.0.0.9-10.0.0.1":   "ends at 10.0.0.1, before it begins",
		"10.0.0.1-2001:db8::": "different families",
		"10.0.0.1-300":        "is not an address",
	} {
		_, err := iprange.Parse(in)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Parse(%q): error %v, want one with %q", in, err, want)
		}
	}
}

func TestRelations(t *testing.T) {
	parse := func(s string) iprange.Range {
		r, err := iprange.Parse(s)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	outer, inner, across := parse("10.0.0.0/24"), parse("10.0.0.8-10.0.0.20"), parse("10.0.0.250-10.0.1.9")
	if !outer.Covers(inner) || inner.Covers(outer) || outer.Covers(across) {
		t.Error("Covers: the outer one covers the inner one only")
	}
	if !outer.Overlaps(across) || inner.Overlaps(across) {
		t.Error("Overlaps: the outer one and the one across only")
	}
	if outer.CompareSize(inner) <= 0 || parse("::/0").CompareSize(parse("::/1")) <= 0 {
		t.Error("CompareSize: the wider one is the larger one")
	}
	if outer.Contains(netip.MustParseAddr("::ffff:10.0.0.1")) || parse("::/0").Contains(netip.MustParseAddr("10.0.0.1")) {
		t.Error("Contains: families are apart")
	}
	hi, lo := iprange.Halves(netip.MustParseAddr("198.18.0.1"))
	if hi != 0 || lo != 0xffff_c6120001 {
		t.Errorf("Halves(198.18.0.1) = %#x, %#x", hi, lo)
	}
	if hi, lo = iprange.Halves(netip.MustParseAddr("ffff::ffff:ffff:ffff:ffff")); hi != -0x1_0000_0000_0000 || lo != -1 {
		t.Errorf("Halves of a high IPv6 address = %#x, %#x", hi, lo)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"192.0.2.0/24", "10.0.0.1-9", "2001:db8::-2001:db8::ff", "::/0", "1.2.3.4~5", "::ffff:1.2.3.4/97", "-", "/"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, err := iprange.Parse(s)
		if err != nil {
			return
		}
		again, err := iprange.Parse(r.String())
		if err != nil || again != r {
			t.Fatalf("Parse(%q) = %s, which is read as %s, %v", s, r, again, err)
		}
		if r.Last.Less(r.First) || r.PrefixLen() < 0 || r.PrefixLen() > 128 {
			t.Fatalf("Parse(%q) = %+v, prefix length %d", s, r, r.PrefixLen())
		}
	})
}
