package metrics_test

import (
	"encoding/json"
	"os"
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
