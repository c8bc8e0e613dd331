package analyze

import (
	"strings"
	"testing"
	"time"

	"minewatch/analyze/feedback"
	"minewatch/analyze/versions"
)

// Both versions hold the same form, so that the answers of a manifest of an older
// program name either; what the night read is among its knowledge.
func TestNightKnowsWhichAnswersItRead(t *testing.T) {
	lake, came := t.TempDir(), time.Date(2026, time.November, 18, 4, 0, 0, 0, time.UTC)
	no := feedback.NoticeNo("2026-W46", "学院")
	if _, err := feedback.Record(lake, "2026-W46", "", []feedback.Notice{{
		No: no, Week: "2026-W46", Unit: "学院", Host: "10.1.2.3", FirstSeen: came.AddDate(0, 0, -9), LastSeen: came.AddDate(0, 0, -8), NotifiedAt: came.AddDate(0, 0, -2),
	}}, came); err != nil {
		t.Fatal(err)
	}
	imported := func(file, class, approver string) *versions.Version {
		t.Helper()
		result, err := feedback.Import(lake, feedback.Input{File: file, Data: []byte("notice_no,unit,host,class,remark\n" + no + ",学院,10.1.2.3," + class + ",备案\n")}, feedback.Options{
			Zone: time.UTC, ReceivedAt: came, Approver: approver, Now: func() time.Time { return came }, ExcludeFor: 180 * 24 * time.Hour,
		})
		if err != nil {
			t.Fatal(err)
		}
		return &result.Version
	}
	night := func(v *versions.Version, answers string) *Manifest {
		t.Helper()
		files, err := (&inputs{answers: v}).manifests(lake)
		if err != nil {
			t.Fatal(err)
		}
		return &Manifest{Day: "2026-11-19", Answers: answers, Knowledge: files}
	}
	plain := imported("form.csv", "误报", "")
	approved := imported("form.csv", "误报", "李主任")
	if plain.ID() != approved.ID() || feedback.ID(plain) == feedback.ID(approved) {
		t.Fatalf("%s and %s: want one form, and two IDs of what is excluded", feedback.ID(plain), feedback.ID(approved))
	}
	if basis := feedback.Basis(approved); strings.Contains(basis, "form") || basis == feedback.Basis(plain) {
		t.Errorf("%s: want no name of a form, and another than of what is not approved", basis)
	}
	for _, c := range []struct {
		name  string
		night *Manifest
		want  bool
	}{
		{"unapproved", night(plain, feedback.ID(plain)), true},
		{"unapproved, older program", night(plain, plain.ID()), true},
		{"approved", night(approved, feedback.ID(approved)), false},
		{"approved, older program", night(approved, approved.ID()), false},
		{"before any answer", &Manifest{Day: "2026-11-19"}, true},
		{"before the day of the answer", &Manifest{Day: "2026-11-17"}, false},
	} {
		k, err := knowledgeNow(lake)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := k.excludesAnew(c.night); err != nil || got != c.want {
			t.Errorf("%s: %v, %v, want %v", c.name, got, err, c.want)
		}
	}
}
