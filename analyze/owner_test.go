package analyze_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"minewatch/analyze"
	"minewatch/analyze/ledger"
)

func importLedger(t *testing.T, o analyze.Options, text string) {
	t.Helper()
	if _, err := ledger.Import(o.Lake, ledger.Input{File: "units.csv", Data: []byte(text)}, ledger.Options{Now: o.Now}); err != nil {
		t.Fatal(err)
	}
}

// TestOwnerOfTheDay: an address that changed hands between two nights belongs
// to each unit on its day, whenever the nights are run.
func TestOwnerOfTheDay(t *testing.T) {
	t.Parallel()
	o := options(t)
	store(t, o, "a", week()...)
	importFeed(t, o)
	importLedger(t, o, "cidr,unit,valid_from,valid_to\n10.0.0.0/8,carrier,,\n10.0.0.0/24,before,,2026-11-09\n10.0.0.0/24,after,2026-11-10,\n")
	nights(t, o, "2026-11-10", "2026-11-09")
	db, err := analyze.OpenAnalyst(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query(t.Context(), "select distinct strftime(day, '%d') || ' ' || unit from contacts order by 1")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var got []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		got = append(got, s)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"09 before", "10 after"}, got); diff != "" {
		t.Errorf("owners (-want +got):\n%s", diff)
	}
	// A suspect of both days is to be told to who has the address now.
	for _, s := range rank(t, o) {
		if s.Unit != "after" {
			t.Errorf("%s belongs to %q", s.Host, s.Unit)
		}
	}
}
