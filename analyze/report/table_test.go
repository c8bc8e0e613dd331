package report_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/jedib0t/go-pretty/v6/text"

	"minewatch/analyze/report"
)

func table(t *testing.T, suspects []report.Suspect, o report.TableOptions) string {
	t.Helper()
	var out bytes.Buffer
	if err := report.Table(&out, suspects, o); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestTableGolden(t *testing.T) {
	golden(t, "rank.txt", []byte(table(t, sampleSuspects(), report.TableOptions{Zone: shanghai})))
	golden(t, "rank-reasons.txt", []byte(table(t, sampleSuspects(), report.TableOptions{Zone: shanghai, Reasons: true})))
}

func TestTableFitsItsWidth(t *testing.T) {
	suspects := sampleSuspects()
	suspects[1].Unit = strings.Repeat("很长的单位名称", 9)
	suspects[2].Evidence[0].Reason = strings.Repeat("a long reason ", 20)
	for _, width := range []int{120, 140, 200} {
		for line := range strings.Lines(table(t, suspects, report.TableOptions{Width: width})) {
			if got := text.StringWidth(strings.TrimRight(line, "\n")); got > width {
				t.Errorf("width %d: a line takes %d columns: %s", width, got, line)
			}
		}
	}
}

func TestTableHasOneLineForEachSuspect(t *testing.T) {
	suspects := sampleSuspects()
	suspects[0].Unit = "two\nlines\x1b[31m"
	got := table(t, suspects, report.TableOptions{})
	if n := strings.Count(got, "\n"); n != len(suspects)+1 {
		t.Errorf("%d lines, want a header and %d:\n%s", n, len(suspects), got)
	}
	if strings.Contains(got, "\x1b") {
		t.Error("a terminal sequence came through")
	}
}

func TestTableTellsLowerBounds(t *testing.T) {
	suspects := sampleSuspects()[:1]
	suspects[0].DurationSeconds, suspects[0].MaxConcurrent = 11220, 1
	suspects[0].Evidence = []report.Evidence{{Name: "days", Reason: "a reason"}}
	got := table(t, suspects, report.TableOptions{Reasons: true})
	for _, no := range []string{">=", "at once"} {
		if strings.Contains(got, no) {
			t.Errorf("an unsampled host with one connection has %q:\n%s", no, got)
		}
	}

	suspects[0].MaxConcurrent = 2
	suspects[0].Evidence = append(suspects[0].Evidence, report.Evidence{Name: "sampled", Reason: "sampled"})
	got = table(t, suspects, report.TableOptions{Reasons: true})
	for _, want := range []string{"  >=3h07m  ", "lasted >=3h07m, at least 2 connections at once\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("a sampled host lacks %q:\n%s", want, got)
		}
	}
}

func TestTableOfNothing(t *testing.T) {
	if got := table(t, nil, report.TableOptions{}); got != "no suspects\n" {
		t.Errorf("got %q", got)
	}
}
