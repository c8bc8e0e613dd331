package main

import (
	"encoding/csv"
	"flag"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"minewatch/cmd/flowgen/internal/scenario"
)

var update = flag.Bool("update", false, "write the generated part of docs/quality.md anew")

// quality is docs/quality.csv, which 'make quality' writes: values by sampling
// rate, ranking and figure, one of each seed.
type quality map[[3]string][]float64

func readQuality(t *testing.T) quality {
	t.Helper()
	file, err := os.Open("../../docs/quality.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	q := quality{}
	for _, r := range rows[1:] {
		value, err := strconv.ParseFloat(r[4], 64)
		if err != nil {
			continue // "39/43": how many were told right
		}
		key := [3]string{r[1], r[2], r[3]}
		q[key] = append(q[key], value)
	}
	return q
}

func (q quality) all(rate, ranking, figure string) []float64 {
	return q[[3]string{rate, ranking, figure}]
}

func (q quality) sum(rate, figure string) (sum float64) {
	for _, v := range q.all(rate, "minewatch", figure) {
		sum += v
	}
	return sum
}

// mean is that over the seeds; of nothing it is 0.
func mean(list []float64) float64 {
	sum := 0.0
	for _, v := range list {
		sum += v
	}
	return sum / float64(max(len(list), 1))
}

// The least that is asked of the ranking, by sampling rate.
var wanted = []struct {
	rate              string
	precision, recall float64
}{{"1", .99, .95}, {"1000", .99, .90}, {"5000", .99, 0}}

// seen is the recall over those miners of which some record is a contact, by
// seed: behind one packet in 1,000 two minutes of mining leave none.
func (q quality) seen(rate string) []float64 {
	recall := slices.Clone(q.all(rate, "minewatch", "recall"))
	for i, told := range q.all(rate, "minewatch", "miners") {
		recall[i] *= told / (told - q.all(rate, "minewatch", "miners_not_listed")[i])
	}
	return recall
}

// TestDocQuality holds the measured figures against what is asked, and
// docs/quality.md against the figures.
func TestDocQuality(t *testing.T) {
	q := readQuality(t)
	for _, w := range wanted {
		precision, recall := q.all(w.rate, "minewatch", "precision"), q.seen(w.rate)
		if len(precision) < 5 {
			t.Errorf("1:%s: %d seeds, want 5 at least", w.rate, len(precision))
		}
		if p, r := mean(precision), mean(recall); p < w.precision || r < w.recall {
			t.Errorf("1:%s: precision %.4f, want %g; recall of those seen %.4f, want %g", w.rate, p, w.precision, r, w.recall)
		}
		for name, class := range scenario.Classes() {
			if accused := q.sum(w.rate, "told."+name+".A"); class == scenario.Decoy && accused > 0 {
				t.Errorf("1:%s: %g hosts of the decoy %s have grade A", w.rate, accused, name)
			}
		}
	}
	if worst := slices.Max(append(q.all("1", "minewatch", "duration_error_unsampled"), 0)); worst >= .05 {
		t.Errorf("unsampled: median duration error of the worst seed %.4f, want below 0.05", worst)
	}
	const path, begin, end = "../../docs/quality.md", "<!-- figures: generated -->\n", "<!-- end -->"
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(page), begin)
	_, tail, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatalf("%s has no generated part", path)
	}
	written := head + begin + q.tables() + end + tail
	if *update {
		if err := os.WriteFile(path, []byte(written), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if written != string(page) {
		t.Errorf("%s is not what docs/quality.csv says: run 'make generate' and read the diff", path)
	}
}

func (q quality) tables() string {
	var b strings.Builder
	b.WriteString("| sampling | ranking | precision A+B | recall A+B | of those seen | recall@k | MRR | duration error |\n|---|---|---|---|---|---|---|---|\n")
	for _, w := range wanted {
		for _, ranking := range []string{"minewatch", "bytes", "durations"} {
			fmt.Fprintf(&b, "| 1:%s | %s ", w.rate, ranking)
			for _, figure := range []string{"precision", "recall", "seen", "recall_at_k", "mrr", "duration_error"} {
				list := q.all(w.rate, ranking, figure)
				if figure == "seen" && ranking == "minewatch" {
					list = q.seen(w.rate)
				}
				if figure == "duration_error" {
					list = slices.Concat(q.all(w.rate, ranking, "duration_error_unsampled"), q.all(w.rate, ranking, "duration_error_sampled"))
				}
				fmt.Fprintf(&b, "| %s ", spread(list))
			}
			b.WriteString("|\n")
		}
	}
	b.WriteString("\n| behaviour | class | at 1:1 | at 1:1000 | at 1:5000 |\n|---|---|---|---|---|\n")
	classes := scenario.Classes()
	for _, name := range scenario.Names() {
		fmt.Fprintf(&b, "| %s | %s ", name, classes[name])
		for _, w := range wanted {
			fmt.Fprintf(&b, "| %s ", q.told(w.rate, name))
		}
		b.WriteString("|\n")
	}
	return b.String()
}

// spread is the mean over the seeds, and the range where they differ.
func spread(list []float64) string {
	if len(list) == 0 {
		return ""
	}
	low, high := slices.Min(list), slices.Max(list)
	if high-low < .0005 {
		return fmt.Sprintf("%.3f", mean(list))
	}
	return fmt.Sprintf("%.3f (%.3f–%.3f)", mean(list), low, high)
}

// told is the share of a behaviour's hosts in each grade.
func (q quality) told(rate, name string) string {
	total := 0.0
	for _, g := range []string{"A", "B", "C", "X", "-"} {
		total += q.sum(rate, "told."+name+"."+g)
	}
	var parts []string
	for _, g := range []string{"A", "B", "C", "X", "-"} {
		if n := q.sum(rate, "told."+name+"."+g); n > 0 {
			parts = append(parts, fmt.Sprintf("%s %.0f%%", g, 100*n/total))
		}
	}
	return strings.Join(parts, ", ")
}
