package feed_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"minewatch/analyze/feed"
)

// What somebody sends to harm ends in a reason, soon. None of it may be let in.
func TestHostile(t *testing.T) {
	long := strings.Repeat("a", 8<<20)
	deep := strings.Repeat(`{"Event":`, 1<<18)
	for _, test := range []struct{ name, text, want string }{
		{"a line without an end", long, "a line of 8388608 bytes"},
		{"a rule without an end", "alert tcp any any -> [" + strings.Repeat("198.51.100.7,", 100_000) + "] any (sid:1;)", "a rule of more than 1048576 bytes"},
		{"a value without an end", "ip,pool\n198.51.100.7,\"" + long, "goes on behind its closing quote"},
		{"a long value", "ip,pool\n198.51.100.7," + long[:1<<20], "has a value of 1048576 bytes"},
		{"deep JSON", deep, "is broken JSON"},
		{"deep JSON that ends", strings.Repeat(`[`, 20000) + `{"Event":1}` + strings.Repeat(`]`, 20000), "neither a STIX bundle"},
		{"deep JSON below what is read", `{"Event": {"x": ` + strings.Repeat(`[`, 20000) + strings.Repeat(`]`, 20000) + "}}", "exceeded max depth"},
		{"half a bundle", stixBundle("[ipv4-addr:value = '198.51.100.7']")[:150], "it ends in the middle"},
		{"broken JSON", "{\"objects\": [\n{\"type\": indicator}]}", "line 2: is broken JSON"},
		{"other JSON", `{"a": 1}`, "neither a STIX bundle, a MISP event"},
		{"a list of numbers", `[[1]]`, "neither a STIX bundle, a MISP event"},
		{"a deep pattern", stixBundle("[" + strings.Repeat("(", 100000) + "ipv4-addr:value = '1'"), "nested deeper|more than 4000"},
		{"a wide pattern", stixBundle(widePattern()), "more than 10000 alternatives"},
		{"a deep list of a rule", "alert tcp any any -> " + strings.Repeat("[198.51.100.1,", 100) + strings.Repeat("]", 100) + " any (sid:1;)", "deeper than 16"},
		{"every port of many addresses", "alert tcp any any -> 198.51.100.7 [1:65535] (sid:1;)", "say nothing about the port"},
		{"many addresses and ports", "alert tcp any any -> [" + strings.Repeat("198.51.100.7,", 200) + "198.51.100.8] 1:100 (sid:1;)", "more than 10000"},
		{"the whole of IPv4", "0.0.0.0/0\n", "wider than /16"},
		{"the whole of IPv6", "::/0\n", "wider than /32"},
		{"billions of addresses", "0.0.0.1-255.255.255.254\n", "no prefix"},
		{"an object of a million endpoints", `{"Event": {"Object": [{"name": "ip-port", "Attribute": [` +
			strings.Repeat(`{"object_relation": "ip", "value": "198.51.100.7"},`, 200) + strings.Repeat(`{"object_relation": "dst-port", "value": "1"},`, 200) + `{}]}]}}`, "40000 endpoints"},
		{"a Sigma rule", "# rule\ntitle: Pools\ndetection:\n  x:\n    - 'pool.example'\n", "is YAML"},
		{"a document of YAML", "---\nip: 198.51.100.7\n", "is YAML"},
		{"control characters", "198.51.100.7\x1b[2J\n", "control character"},
		{"a NUL", "198.51.100.7\x00\n", "control character"},
		{"no UTF-8", "198.51.100.7:3333 \xff\xfe\n", "is not UTF-8"},
		{"no UTF-8 in JSON", `{"Event": {"Attribute": [{"type": "ip-dst", "value": "198.51.100.7` + "\xff" + `"}]}}`, "is not an address"},
		{"a control character in JSON", `{"Event": {"Attribute": [{"type": "domain", "value": "pool.\u001b[2Jexample"}]}}`, "control character"},
		{"a reference with a line break", `{"Event": {"Attribute": [{"type": "domain", "value": "pool.example", "uuid": "a\nb"}]}}`, "control character"},
		{"a bidirectional override", "pool\u202e.example\n", "turns the direction of text"},
		{"more rows than a list has", strings.Repeat("198.51.100.7\n", 300_001), "has more than 300000 rows"},
	} {
		t.Run(test.name, func(t *testing.T) {
			begin := time.Now()
			list, tally, err := feed.Parse(feed.Input{File: "f", Data: []byte(test.text)}, lax())
			told := []string{fmt.Sprint(err)}
			for _, r := range tally.Rejects {
				told = append(told, r.Reason)
				if len(r.Text) > 400 {
					t.Errorf("a refused row is kept with %d bytes", len(r.Text))
				}
			}
			reasons := strings.Join(told, "\n")
			first, second, _ := strings.Cut(test.want, "|")
			if len(list.Entries)+len(list.Names) > 0 || (!strings.Contains(reasons, first) && (second == "" || !strings.Contains(reasons, second))) {
				t.Errorf("%d entries, %d names, %.300s; want %q", len(list.Entries), len(list.Names), reasons, test.want)
			}
			if took := time.Since(begin); took > time.Minute {
				t.Errorf("took %s", took)
			}
		})
	}
}

// TestLongLine: what is one line of megabytes is told to be none without copies of it.
func TestLongLine(t *testing.T) {
	const size = 64 << 20
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	for range size >> 20 {
		_, _ = w.Write(bytes.Repeat([]byte("a"), 1<<20)) // into memory
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, tally, err := feed.Parse(feed.Input{File: "f", Data: packed.Bytes()}, lax())
	runtime.ReadMemStats(&after)
	if err == nil || len(tally.Rejects) != 1 {
		t.Errorf("%v, %d rows refused", err, len(tally.Rejects))
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > size+size/2 {
		t.Errorf("%d bytes were allocated for a line of %d", used, size)
	}
}

// widePattern asks for a hundred addresses, times a hundred ports, times two.
func widePattern() string {
	group := func(path, value string) string {
		return "(" + strings.TrimSuffix(strings.Repeat(path+" = "+value+" OR ", 30), " OR ") + ")"
	}
	return "[" + group("ipv4-addr:value", "'198.51.100.7'") + " AND " + group("network-traffic:dst_port", "1") + " AND " +
		group("network-traffic:dst_ref.type", "'ipv4-addr'") + "]"
}
