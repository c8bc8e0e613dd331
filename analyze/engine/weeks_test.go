package engine_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"minewatch/analyze/engine"
)

// randomContacts are those of twenty days: sixty hosts of both families, a night's owner
// each, and endpoints of every tier.
const randomContacts = `
	create table contacts as
	select
		day, 'host' || h as host, '198.51.100.' || e as pool_address, case e when 0 then 443 when 1 then 80 when 5 then 8333 else 3333 end as pool_port, 6::smallint as proto,
		'pool' || e // 2 as pool, case e % 3 when 0 then 'XMR' when 1 then 'ETC' end as coin, case r % 11 when 0 then 'web' when 1 then 'proxy' else 'stratum' end as role,
		case e when 3 then 'address' when 4 then 'other_port' else 'port' end as match, case when r % 7 = 0 then 40.5 else 0 end as days_outside,
		case when r % 5 = 0 then 30 + e else 90 end as confidence, case when r % 13 = 0 then 'malware_report' end as evidence, case when e = 1 then 'cdn' else 'none' end as shared,
		case when r % 17 = 0 then 'sinkhole' end as explained, case when r % 17 = 0 then 'list@' || r % 3 end as marked_by, r % 3 > 0 as established,
		len(slots) as slots, len(list_distinct(list_transform(slots, lambda s: s // 12))) as hours, (end_ms - start_ms) / 1000.0 as duration_seconds,
		make_timestamptz(start_ms * 1000) as first_seen, make_timestamptz(end_ms * 1000) as last_seen,
		r % 1000 as packets_up, r % 999 as packets_down, case when r % 101 = 0 then 9223372036854775807 else r % 99999 end as bytes_up, r % 88888 as bytes_down,
		(r % 4)::integer as max_concurrent, case h % 2 when 0 then 1 else 1000 end as sampling_rate, case when r % 19 = 0 then 20 else (r % 4)::integer end as host_endpoints_1h,
		20.5 as host_median_session_seconds, 9.0 as host_median_session_packets,
		case when hash(h, k // 4) % 3 > 0 then 'unit' || hash(h, k // 4) % 5 end as unit, 'city' || hash(h, k // 4) % 2 as city, hash(h, k) % 9 = 0 as nat,
		case when hash(h, k) % 29 = 0 then 'research' end as excluded_reason,
		case when h % 3 = 0 then 42 else 0 end as host_hi, 1000 + h // 3 * 2 + case h % 3 when 2 then 1 else 0 end as host_lo, 0 as pool_hi, 7000 + e as pool_lo,
		slots as active_slots, [start_ms, start_ms + 1800000] as session_starts_ms, [start_ms + 900000, end_ms] as session_ends_ms
	from (
		select *, date '2026-11-01' + k::integer as day, (hash(k, h, e, SEED) % 1000003)::bigint as r,
			list_sort(list_distinct(list_transform(range(3 + r % 40), lambda i: ((r % 200) + i * (1 + r % 2))::integer))) as slots,
			epoch_ms(day::timestamp) + r % 7200000 as start_ms, start_ms + 2000000 + r % 9000000 as end_ms
		from range(20) as t(k), range(60) as u(h), range(6) as v(e)
		where hash(k, h, e, SEED, 1) % 4 = 0
	)`

// novemberDay is a day of the made-up contacts; 0 = the first.
func novemberDay(day int) string { return fmt.Sprintf("2026-11-%02d", day+1) }

// TestWeeks: hosts are graded alike, and for the same reasons, by all contacts of a
// period and by what nights have summed of its weeks.
func TestWeeks(t *testing.T) {
	for seed := range 3 {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			db := open(t)
			run(t.Context(), t, db, strings.ReplaceAll(randomContacts, "SEED", fmt.Sprint(seed)))
			read := func(first, last int, weeks string) {
				t.Helper()
				db.ForgetAll()
				days := [][]any{}
				for day := first; day <= last; day++ {
					days = append(days, []any{novemberDay(day)})
				}
				if err := errors.Join(
					db.Hand(t.Context(), "raw_contacts", fmt.Sprintf("(from raw_contacts_shape) union all by name select * from contacts where day between '%s' and '%s'", novemberDay(first), novemberDay(last))),
					db.Values(t.Context(), "raw_unfigured", days), db.Read(t.Context(), "raw_figures"),
					db.Hand(t.Context(), "raw_week_meetings", "from week_meetings where "+weeks), db.Hand(t.Context(), "raw_week_figures", "from week_figures where "+weeks),
				); err != nil {
					t.Fatal(err)
				}
			}
			window := func(first, last int) {
				set(t, db, "window_from", engine.Day(novemberDay(first)))
				set(t, db, "window_to", engine.Day(novemberDay(last)))
				set(t, db, "day", engine.Day(novemberDay(last)))
			}
			build := func() {
				t.Helper()
				if err := db.Build(t.Context(), "mart_suspects", "mart_evidence", "int_hints", "mart_night_week_meetings", "mart_night_week_figures"); err != nil {
					t.Fatal(err)
				}
			}
			if err := db.Build(t.Context(), "mart_night_week_meetings", "mart_night_week_figures"); err != nil {
				t.Fatal(err)
			}
			run(t.Context(), t, db, "create table raw_contacts_shape as from raw_contacts limit 0")
			for _, table := range []string{"week_meetings", "week_figures"} {
				run(t.Context(), t, db, "create table "+table+" as from raw_"+table+" limit 0")
			}
			for _, raw := range []string{"raw_contacts", "raw_figures", "raw_week_meetings", "raw_week_figures"} { // open made tables of them
				run(t.Context(), t, db, "drop table "+raw)
			}
			for _, night := range []int{6, 13, 19} {
				window(night-6, night)
				read(night-6, night, "false")
				build()
				run(t.Context(), t, db, "insert into week_meetings by name from mart_night_week_meetings")
				run(t.Context(), t, db, "insert into week_figures by name from mart_night_week_figures")
			}

			for _, c := range []struct {
				first, last    int
				dayFrom, dayTo int
				weeks          string
			}{
				{6, 19, 6, 12, "day = '2026-11-20'"},
				{4, 19, 4, 12, "day = '2026-11-20'"},
				{0, 13, 1, 0, "day in ('2026-11-07', '2026-11-14')"},
			} {
				window(c.first, c.last)
				read(c.first, c.last, "false")
				build()
				if rolling := text(t, db, `select count(*) from int_host_persistence join (
						select host_hi, host_lo, max(seven) as most from (
							select *, sum(strong_hours) over (partition by host_hi, host_lo order by day range between interval 6 days preceding and current row) as seven
							from int_day_figures where supports)
						group by all) using (host_hi, host_lo) where most <> max_strong_hours_7d`); rolling != "0" {
					t.Errorf("%+v: %s hosts have other hours of seven days in a row", c, rolling)
				}
				relations := []string{"mart_suspects", "mart_evidence", "int_hints", "int_owners"}
				for _, relation := range relations {
					run(t.Context(), t, db, "create or replace table all_of_"+relation+" as from "+relation)
				}
				if few := text(t, db, "select count(distinct grade || decided_by) < 5 from mart_suspects"); few != "false" {
					t.Errorf("%+v: fewer than five kinds of grades: the test tests little", c)
				}
				read(c.dayFrom, c.dayTo, c.weeks)
				build()
				for _, relation := range relations {
					if differ := text(t, db, fmt.Sprintf("select string_agg(r::varchar, chr(10)) from ((from %[1]s except all from all_of_%[1]s) union all (from all_of_%[1]s except all from %[1]s)) as r", relation)); differ != "<nil>" {
						t.Errorf("%+v: %s by weeks and by contacts:\n%s", c, relation, differ)
					}
				}
			}
		})
	}
}
