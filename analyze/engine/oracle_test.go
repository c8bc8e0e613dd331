package engine_test

import (
	"encoding/binary"
	"encoding/csv"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"minewatch/analyze/engine"
	"minewatch/analyze/engine/internal/oracle"
	"minewatch/analyze/flowscan"
)

// TestOracle: on random days of every kind of trouble the queries and the
// oracle, which shares no code with them, tell the same contacts exactly.
func TestOracle(t *testing.T) {
	const days = 6
	db := open(t)
	run(t.Context(), t, db, "drop table raw_found") // the empty one, where a view is to stand
	contacts, seen := 0, map[string]int{}
	for n := range days {
		in := randomDay(rand.New(rand.NewPCG(uint64(n), 4711)), n%3 > 0)
		want := oracle.Contacts(in)
		compareContacts(t, n, want, queried(t, db, in))
		contacts += len(want)
		for i := range want {
			note(seen, &want[i])
		}
		if t.Failed() {
			break // the next days would tell the same
		}
	}
	for _, kind := range []string{"IPv4", "IPv6", "UDP", "port 0", "port", "address", "other_port", "outside", "one way", "not established", "set aside", "concurrent", "midnight", "several sessions", "two feeds"} {
		if seen[kind] < 5 {
			t.Errorf("only %d of %d contacts have %q: the days test less than they should", seen[kind], contacts, kind)
		}
	}
}

// note counts what a contact is an example of.
func note(seen map[string]int, c *oracle.Contact) {
	for kind, is := range map[string]bool{
		"IPv4": c.Pool.Is4(), "IPv6": c.Pool.Is6(), "UDP": c.Proto == 17, "port 0": c.NLocalPorts == 0, c.Match: true,
		"outside": c.OutsideMs > 0, "one way": !c.BothWays, "not established": !c.Established, "set aside": c.Traffic.SetAside > 0,
		"concurrent": c.MaxConcurrent > 1, "midnight": c.Slots[0] == 0, "several sessions": len(c.Starts) > 1, "two feeds": c.Feeds > 1,
	} {
		if is {
			seen[kind]++
		}
	}
}

func compareContacts(t *testing.T, day int, want []oracle.Contact, got []row) {
	t.Helper()
	var lines []row
	for i := range want {
		lines = append(lines, lineOf(&want[i]))
	}
	byLine := func(a, b row) int { return strings.Compare(a.line, b.line) }
	slices.SortFunc(lines, byLine)
	slices.SortFunc(got, byLine)
	// days_outside is rounded to 86 s.
	close := cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) < 0.00051 })
	if diff := cmp.Diff(lines, got, cmp.AllowUnexported(row{}), close); diff != "" {
		t.Errorf("day %d (-oracle +queries):\n%s\n%s", day, diff, columnNames)
	}
}

// row is a contact as text, so that a difference can be read.
type row struct {
	line    string
	outside float64
}

const columnNames = `host pool port proto entry match coin pool feeds established both_ways duration_ms longest_ms slots hours first last records
packets_up packets_down bytes_up bytes_down set_aside concurrent sampling exporters ports n_ports endpoints_1h median_ms median_packets starts ends`

func lineOf(c *oracle.Contact) row {
	ints := func(list any) string { return strings.ReplaceAll(fmt.Sprint(list), " ", ", ") }
	fields := []any{
		c.Host, c.Pool, c.Port, c.Proto, c.Entry, c.Match, c.Coin, c.PoolName, c.Feeds, c.Established, c.BothWays,
		c.DurationMs, c.LongestMs, ints(c.Slots), c.Hours, c.First, c.Last, c.Records,
		c.Traffic.PacketsUp, c.Traffic.PacketsDown, c.Traffic.BytesUp, c.Traffic.BytesDown, c.Traffic.SetAside,
		c.MaxConcurrent, c.Sampling, c.Exporters, c.LocalPorts, c.NLocalPorts, c.HostEndpoints1h,
		fmt.Sprintf("%.1f", c.HostMedianMs), fmt.Sprintf("%.1f", c.HostMedianPk), ints(c.Starts), ints(c.Ends),
	}
	texts := make([]string, len(fields))
	for i, f := range fields {
		texts[i] = fmt.Sprint(f)
	}
	return row{strings.Join(texts, " | "), float64(c.OutsideMs) / 86_400_000}
}

// queried runs the relations over the same day.
func queried(t *testing.T, db *engine.DB, in *oracle.Input) []row {
	t.Helper()
	var keep []string
	for name, q := range all(t) {
		if q.Layer() == "raw" {
			keep = append(keep, name)
		}
	}
	db.ForgetAll(keep...)
	set(t, db, "day_start_ms", in.Start)
	set(t, db, "day_end_ms", in.End)
	set(t, db, "session_gap_seconds", in.Gap/1000)
	set(t, db, "sampled_gap_seconds", in.SampledGap/1000)
	path := give(t, db, in)
	if err := errors.Join(flowscan.Find(t.Context(), db, flowscan.Options{Files: []string{path}, Start: time.UnixMilli(in.Start), End: time.UnixMilli(in.End)}),
		db.Build(t.Context(), "mart_contacts")); err != nil {
		t.Fatal(err)
	}
	rows, err := db.Query(t.Context(), `select days_outside, concat_ws(' | ',
		host, pool_address, pool_port, proto, entry_id, match, coalesce(coin, ''), coalesce(pool, ''), feeds, established, both_ways,
		round(duration_seconds * 1000)::bigint, round(longest_session_seconds * 1000)::bigint, active_slots, hours,
		epoch_ms(first_seen), epoch_ms(last_seen), records, packets_up, packets_down, bytes_up, bytes_down, records_set_aside,
		max_concurrent, sampling_rate, exporters, host_ports, n_host_ports, host_endpoints_1h,
		format('{:.1f}', host_median_session_seconds * 1000), format('{:.1f}', host_median_session_packets),
		session_starts_ms, session_ends_ms)
		from mart_contacts
		where slots = len(active_slots) and sessions = len(session_starts_ms)`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var list []row
	for rows.Next() {
		var r row
		if err := rows.Scan(&r.outside, &r.line); err != nil {
			t.Fatal(err)
		}
		list = append(list, r)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return list
}

// give puts a day's input behind the raw_ relations, and returns the file of its flows.
func give(t *testing.T, db *engine.DB, in *oracle.Input) (path string) {
	t.Helper()
	flows := [][]string{strings.Split("started_at,ended_at,src_hi,src_lo,dst_hi,dst_lo,src_port,dst_port,proto,tcp_flags,bytes,packets,sampling_rate,exporter", ",")}
	for _, r := range in.Records {
		flows = append(flows, texts(stamp(r.Start), stamp(r.End), hi(r.Src), lo(r.Src), hi(r.Dst), lo(r.Dst),
			r.SrcPort, r.DstPort, r.Proto, r.Flags, r.Bytes, r.Packets, r.Sampling, r.Exporter))
	}
	feed := [][]string{strings.Split("entry_id,feed,address,first_hi,first_lo,last_hi,last_lo,prefix_len,port,proto,coin,pool,first_seen,last_seen,valid_from,valid_until,retrieved_at,confidence,evidence,shared", ",")}
	for _, e := range in.Entries {
		last := lastOf(e.Range)
		bits := e.Range.Bits()
		if e.Range.Addr().Is4() {
			bits += 96
		}
		feed = append(feed, texts(e.ID, e.Feed, e.Range, hi(e.Range.Addr()), lo(e.Range.Addr()), hi(last), lo(last), bits, e.Port, e.Proto,
			e.Coin, e.Pool, stamp(e.FirstSeen), stamp(e.LastSeen), stamp(e.ValidFrom), stamp(e.ValidTil), stamp(e.Retrieved), e.Confidence, e.Evidence, e.Shared))
	}
	for relation, rows := range map[string][][]string{"raw_flows": flows, "raw_feed": feed} {
		var b strings.Builder
		if err := csv.NewWriter(&b).WriteAll(rows); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), relation+".csv")
		if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := db.Given(t.Context(), relation, path); err != nil {
			t.Fatal(err)
		}
	}
	path = filepath.Join(t.TempDir(), "flows.parquet")
	run(t.Context(), t, db, "copy raw_flows to '"+path+"' (format parquet, row_group_size 2048)")
	var internal, ttl [][]any
	for _, p := range in.Internal {
		internal = append(internal, []any{hi(p.Addr()), lo(p.Addr()), hi(lastOf(p)), lo(lastOf(p))})
	}
	for evidence, days := range in.TTLDays {
		ttl = append(ttl, []any{evidence, days})
	}
	if err := db.Values(t.Context(), "raw_internal", internal); err != nil {
		t.Fatal(err)
	}
	if err := db.Values(t.Context(), "raw_ttl", ttl); err != nil {
		t.Fatal(err)
	}
	return path
}

func texts(values ...any) []string {
	list := make([]string, len(values))
	for i, v := range values {
		list[i] = fmt.Sprint(v)
	}
	return list
}

// stamp is UTC as DuckDB reads it; empty = not stated.
func stamp(ms int64) string {
	if ms == oracle.Never {
		return ""
	}
	return time.UnixMilli(ms).UTC().Format("2006-01-02 15:04:05.000")
}

func hi(a netip.Addr) int64 {
	if a.Is4() {
		return 0
	}
	b := a.As16()
	return int64(binary.BigEndian.Uint64(b[:8]))
}

func lo(a netip.Addr) int64 {
	b := a.As16()
	return int64(binary.BigEndian.Uint64(b[8:]))
}

func lastOf(p netip.Prefix) netip.Addr {
	b := p.Addr().AsSlice()
	for i := p.Bits(); i < 8*len(b); i++ {
		b[i/8] |= 0x80 >> (i % 8)
	}
	last, _ := netip.AddrFromSlice(b)
	return last
}
