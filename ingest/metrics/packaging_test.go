package metrics_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"minewatch/ingest/account"
	"minewatch/ingest/metrics"
)

// The dashboard and the alert rules ask for nothing that is not there.
func TestPackagedQueries(t *testing.T) {
	book, status := account.NewBook(nil), &metrics.Status{}
	d := account.NewPage()
	d.Entry(account.Others, noon)
	book.Post(d)
	status.Listening(sockets)
	_, body := get(t, listen(t, metrics.Options{Book: book, Status: status}), "/metrics")
	// These three need an exporter and a publication to be shown.
	body += "# TYPE minewatch_clock_ahead_seconds\n# TYPE minewatch_last_datagram_timestamp_seconds\n# TYPE minewatch_last_publication_timestamp_seconds\n"

	names := regexp.MustCompile(`\b(?:minewatch|process)_[a-z_]+\b`)
	for _, path := range []string{"../../packaging/grafana/minewatch-collect.json", "../../packaging/prometheus/minewatch.rules.yml"} {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(path, ".json") && !json.Valid(text) {
			t.Errorf("%s is no JSON", path)
		}
		for _, name := range names.FindAllString(string(text), -1) {
			if !strings.Contains(body, "# TYPE "+name) {
				t.Errorf("%s asks for %s, which is not there", path, name)
			}
		}
	}
}

// Every alert fires in its trouble, with a text that can be read, and none in
// health: promtool plays the cases of minewatch_test.yml.
func TestAlertRules(t *testing.T) {
	const rules, cases = "../../packaging/prometheus/minewatch.rules.yml", "../../packaging/prometheus/minewatch_test.yml"
	text := map[string]string{}
	for _, path := range []string{rules, cases} {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		text[path] = string(content)
	}
	alerts := regexp.MustCompile(`(?m)- alert: (\w+)$`).FindAllStringSubmatch(text[rules], -1)
	if len(alerts) < 10 {
		t.Errorf("only %d alerts found", len(alerts))
	}
	for _, alert := range alerts {
		if !strings.Contains(text[cases], `alertname="`+alert[1]+`"`) {
			t.Errorf("no case lets %s fire", alert[1])
		}
	}
	promtool, err := exec.LookPath("promtool")
	if err != nil {
		t.Skip("promtool is not installed, so the alert rules were NOT tried: apt-get install prometheus")
	}
	for _, args := range [][]string{{"check", "rules", rules}, {"test", "rules", cases}} {
		if out, err := exec.Command(promtool, args...).CombinedOutput(); err != nil {
			t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
}
