package report_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"minewatch/analyze/report"
)

func messages(t *testing.T, lang report.Lang) map[string]string {
	t.Helper()
	text, err := report.Catalogue(lang)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

var verb = regexp.MustCompile(`%(?:\[(\d)\])?[-+0-9.]*([a-z])`)

// verbs lists what a message takes, by the argument's number.
func verbs(message string) []string {
	var list []string
	next := 0
	for _, m := range verb.FindAllStringSubmatch(message, -1) {
		if m[1] != "" {
			next = int(m[1][0]-'0') - 1
		}
		for len(list) <= next {
			list = append(list, "")
		}
		list[next] = m[2]
		next++
	}
	return list
}

func TestLanguagesHaveTheSameMessages(t *testing.T) {
	chinese, english := messages(t, report.Chinese), messages(t, report.English)
	for key, message := range chinese {
		other, ok := english[key]
		if !ok {
			t.Errorf("%s: not in English", key)
			continue
		}
		if diff := cmp.Diff(verbs(message), verbs(other)); diff != "" {
			t.Errorf("%s takes other arguments in English (-zh +en):\n%s", key, diff)
		}
	}
	for key := range english {
		if _, ok := chinese[key]; !ok {
			t.Errorf("%s: not in Chinese", key)
		}
	}
}

// Keys that are put together at run time: their ends are known.
var composed = []string{
	"grade.A", "grade.B", "grade.C", "grade.X", "weekday.", "limit.", "method.", "scenario.", "sheet.", "state.", "class.", "precision.", "status.", "because.", "meaning.",
	"level.", "rank_status.", "kind.",
}

func TestEveryMessageIsUsedAndEveryUseHasAMessage(t *testing.T) {
	english := messages(t, report.English)
	used := map[string]bool{}
	literal := regexp.MustCompile(`"([a-z][a-z0-9_]*(?:\.[A-Za-z0-9_]+)*)"`)

	collect := func(text string) {
		for _, m := range literal.FindAllStringSubmatch(text, -1) {
			used[m[1]] = true
		}
	}
	paths, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	call := regexp.MustCompile(`p\.(?:say|t)\("([^"]+)"`)
	thing := regexp.MustCompile(`p\.some\("([^"]+)"`)
	for _, path := range paths {
		if strings.HasPrefix(path, "text_") || strings.HasSuffix(path, "_test.go") {
			continue
		}
		source, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		collect(string(source))
		for _, m := range call.FindAllStringSubmatch(string(source), -1) {
			if _, ok := english[m[1]]; !ok && !strings.HasSuffix(m[1], ".") {
				t.Errorf("%s says %q, which is no message", path, m[1])
			}
		}
		for _, m := range thing.FindAllStringSubmatch(string(source), -1) {
			used[m[1]+".one"], used[m[1]+".many"] = true, true
		}
	}
	err = fs.WalkDir(report.PageFiles, "page", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		source, err := fs.ReadFile(report.PageFiles, path)
		collect(string(source))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}

	for key := range english {
		dynamic := slices.ContainsFunc(composed, func(start string) bool { return strings.HasPrefix(key, start) })
		section := strings.HasSuffix(key, ".title") && used[strings.TrimSuffix(key, ".title")]
		if !used[key] && !dynamic && !section {
			t.Errorf("message %s is never used", key)
		}
	}
}

// TestEveryReasonOfTheAnalysisHasATranslation reads the sentences out of the
// query that writes them.
func TestEveryReasonOfTheAnalysisHasATranslation(t *testing.T) {
	query, err := os.ReadFile("../../queries/mart_evidence.sql")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, pair := range report.ChineseReasons() {
		known[pair[0]] = true
	}
	text := regexp.MustCompile(`(?m)^\s*--.*$`).ReplaceAllString(string(query), "")
	slot := regexp.MustCompile(`\{[^}]*\}|\d+(?:\.\d+)?`)
	for _, m := range regexp.MustCompile(`'((?:[^']|'')*)'`).FindAllStringSubmatch(text, -1) {
		sentence := strings.ReplaceAll(m[1], "''", "'")
		if !strings.Contains(strings.TrimSpace(sentence), " ") || strings.HasSuffix(sentence, " ") {
			continue // a name, or a piece that concat puts together
		}
		if strings.HasPrefix(sentence, " ") {
			continue
		}
		if key := slot.ReplaceAllString(sentence, "#"); !known[key] {
			t.Errorf("no Chinese for %q", key)
		}
	}
}

// TestReasonsOfOne: what the queries say of one thing is translated as of many.
func TestReasonsOfOne(t *testing.T) {
	for reason, want := range map[string]string{
		"in contact on 1 day":                     "有接触 1 天",
		"in contact on 21 days":                   "有接触 21 天",
		"1 active hour, 1 active 5-minute slot":   "活跃 1 小时，1 个 5 分钟时段",
		"1 active hour, 12 active 5-minute slots": "活跃 1 小时，12 个 5 分钟时段",
		"1 session, 30 min stitched":              "1 次会话，拼接时长 30 分钟",
		"hint of a campaign, to be verified: 1 address of 1 unit began to meet one rare endpoint within 1 day": "群体感染线索（待核实）：1 家单位的 1 个地址在 1 天内先后开始连接同一罕见端点",
		"in contact on 7 days, on 1 of them by weaker matches only":                                            "有接触 7 天，其中 1 天仅为较弱匹配",
	} {
		if got := report.ReasonInChinese(reason); got != want {
			t.Errorf("%s: %s, want %s", reason, got, want)
		}
	}
}
