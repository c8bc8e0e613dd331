package analyze_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"minewatch/analyze"
	"minewatch/analyze/engine"
)

// A night of an older program does not tell who was in contact under an exclusion. Its
// contacts are asked where it knew any, and only there.
func TestExclusionsOfAnOlderProgramAreReadFromContacts(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*analyze.Manifest)
		want   string
	}{
		{"told by the night itself", func(*analyze.Manifest) {}, "not_covered"},
		{"of an older program that knew exclusions", func(m *analyze.Manifest) { m.Queries["raw_suspects"], m.Exclusions = "older", "list@1" }, "excluded"},
		{"of an older program that knew answers", func(m *analyze.Manifest) { m.Queries["raw_suspects"], m.Answers = "older", "form@1" }, "excluded"},
		{"of an older program that knew neither", func(m *analyze.Manifest) { m.Queries["raw_suspects"] = "older" }, "not_covered"},
	} {
		lake := t.TempDir()
		db, err := engine.Open(t.Context(), engine.Options{Lake: lake})
		if err != nil {
			t.Fatal(err)
		}
		for _, threshold := range analyze.Thresholds {
			if err := db.Set(t.Context(), threshold.Name, threshold.Default); err != nil {
				t.Fatal(err)
			}
		}
		const night = `select date '%s' as day, '10.1.2.3' as host, 0 as host_hi, 281470849515011 as host_lo, 'school' as unit, `
		for day, columns := range map[analyze.Day][2]string{
			"2026-11-01": {"'A' as grade, 'persistent' as decided_by, '192.0.2.1' as seen_by", "true as established, '192.0.2.1' as exporters"},
			"2026-11-10": {"'X' as grade, 'research' as decided_by", "true as established, '192.0.2.1' as exporters, 'false_alarm' as excluded_reason"},
		} {
			publish(t, db, lake, "suspects", day, fmt.Sprintf(night, day)+columns[0])
			publish(t, db, lake, "contacts", day, fmt.Sprintf(night, day)+columns[1])
			publish(t, db, lake, "coverage", day, fmt.Sprintf("select date '%s' as day, '192.0.2.1' as exporter, 9 as hour, 5 as flows", day))
			publishFigures(t, db, lake, day)
			signNight(t, lake, day)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		changeManifest(t, lake, "2026-11-10", c.change)

		options := analyze.Options{Lake: lake, Zone: time.UTC, Now: time.Now}
		hosts, units, err := analyze.History(t.Context(), analyze.HistoryOptions{Options: options, From: "2026-11-08", To: "2026-11-14"})
		if err != nil || len(hosts) != 1 || len(units) != 1 {
			t.Fatalf("%s: %+v, %+v, %v", c.name, hosts, units, err)
		}
		if hosts[0].UnknownBecause != c.want || units[0].UnknownBecause != c.want {
			t.Errorf("%s: %s and %s, want %s", c.name, hosts[0].UnknownBecause, units[0].UnknownBecause, c.want)
		}
	}
}

// changeManifest rewrites the manifest of a night.
func changeManifest(t *testing.T, lake string, day analyze.Day, change func(*analyze.Manifest)) {
	t.Helper()
	path := filepath.Join(lake, "manifests", "nightly", "day="+string(day)+".json")
	text, err := os.ReadFile(path)
	var m analyze.Manifest
	if err = errors.Join(err, json.Unmarshal(text, &m)); err != nil {
		t.Fatal(err)
	}
	change(&m)
	text, err = json.Marshal(&m)
	if err = errors.Join(err, os.WriteFile(path, text, 0o600)); err != nil {
		t.Fatal(err)
	}
}
