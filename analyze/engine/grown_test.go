package engine_test

import (
	"errors"
	"path/filepath"
	"testing"
)

// TestGrownContacts: contacts of an older program, which lack the columns that
// came later, are read beside those of today; the columns are null there, and
// the hosts are graded by both.
func TestGrownContacts(t *testing.T) {
	db := open(t)
	dir := t.TempDir()
	// host 1 mines on both days; host 2 meets a sinkhole, which only a night of today knows.
	run(t.Context(), t, db, `create table contacts as select * from raw_contacts union all by name
		select day, host, host_lo, explained, marked_by, 0 as host_hi, 0 as pool_hi, 9 as pool_lo, '0.0.0.9' as pool_address, 3333 as pool_port, 6 as proto,
			'port' as match, 0 as days_outside, 90 as confidence, 'none' as shared, 'stratum' as role, true as established,
			1 as sessions, 7200 as duration_seconds, 7200 as longest_session_seconds, 24 as slots, 2 as hours,
			make_timestamptz(day_us) as first_seen, make_timestamptz(day_us + 7200000000) as last_seen,
			10 as records, 10 as packets_up, 10 as packets_down, 1000 as bytes_up, 1000 as bytes_down, 0 as records_set_aside,
			1 as max_concurrent, 1 as sampling_rate, 1 as host_endpoints_1h, 7200 as host_median_session_seconds, 100 as host_median_session_packets,
			false as nat, range(0, 24)::integer[] as active_slots,
			[day_us // 1000] as session_starts_ms, [day_us // 1000 + 7200000] as session_ends_ms
		from (select *, epoch_us(day::timestamp) as day_us from (values
			(date '2026-11-09', '0.0.0.1', 1, null, null),
			(date '2026-11-10', '0.0.0.1', 1, null, null),
			(date '2026-11-10', '0.0.0.2', 2, 'sinkhole', 's@1')) as v(day, host, host_lo, explained, marked_by))`)
	older, newer := filepath.Join(dir, "older.parquet"), filepath.Join(dir, "newer.parquet")
	run(t.Context(), t, db, "copy (select * exclude (explained, marked_by) from contacts where day = '2026-11-09') to '"+older+"' (format parquet)")
	run(t.Context(), t, db, "copy (select * from contacts where day = '2026-11-10') to '"+newer+"' (format parquet)")
	run(t.Context(), t, db, "drop table raw_contacts")

	if err := db.Values(t.Context(), "raw_unfigured", [][]any{{"2026-11-09"}, {"2026-11-10"}}); err != nil {
		t.Fatal(err)
	}

	for _, c := range []struct {
		name  string
		files []string
		rows  string
		want  string
	}{
		{"older alone", []string{older}, "1 0", "0.0.0.1 B"},
		{"older first", []string{older, newer}, "3 1", "0.0.0.1 A, 0.0.0.2 X"},
		{"newer first", []string{newer, older}, "3 1", "0.0.0.1 A, 0.0.0.2 X"},
	} {
		t.Run(c.name, func(t *testing.T) {
			db.ForgetAll("raw_coverage", "raw_exclusions", "raw_ledger", "raw_figures", "raw_unfigured", "raw_week_meetings", "raw_week_figures")
			if err := db.ReadGrown(t.Context(), "raw_contacts", c.files...); err != nil {
				t.Fatal(err)
			}
			if got := text(t, db, "select concat(count(*), ' ', count(explained)) from raw_contacts"); got != c.rows {
				t.Errorf("rows and explained ones: %s, want %s", got, c.rows)
			}
			if err := db.Build(t.Context(), "mart_suspects", "mart_evidence", "chk_suspects"); err != nil {
				t.Fatal(err)
			}
			if got := text(t, db, "select string_agg(concat(host, ' ', grade), ', ' order by host) from mart_suspects"); got != c.want {
				t.Errorf("grades: %s, want %s", got, c.want)
			}
			if n, err := db.Count(t.Context(), "chk_suspects"); err != nil || n != 0 {
				t.Errorf("%d faults, %v", n, err)
			}
		})
	}
	db.ForgetAll("raw_coverage", "raw_figures", "raw_unfigured", "raw_week_meetings", "raw_week_figures")
	if err := errors.Join(db.Read(t.Context(), "raw_contacts", older), db.Build(t.Context(), "mart_suspects")); err == nil {
		t.Error("read as if nothing had been added, an older file is graded: the test tests nothing")
	}
}
