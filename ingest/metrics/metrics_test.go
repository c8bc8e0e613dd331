package metrics_test

import (
	"errors"
	"io"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"minewatch/ingest/account"
	"minewatch/ingest/decode"
	"minewatch/ingest/flow"
	"minewatch/ingest/metrics"
	"minewatch/ingest/source"
)

var (
	noon    = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	sockets = []source.SocketState{{
		Listen: source.Listen{Scheme: "netflow"}, Address: netip.MustParseAddrPort("127.0.0.1:2055"), BufferGot: 4096,
	}}
)

// get asks the server and returns the status and the body.
func get(t *testing.T, s *metrics.Server, path string) (status int, body string) {
	t.Helper()
	response, err := http.Get("http://" + s.Address() + path)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

func listen(t *testing.T, o metrics.Options) *metrics.Server {
	t.Helper()
	s, err := metrics.Listen("127.0.0.1:0", o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestMetrics(t *testing.T) {
	book, status := account.NewBook(nil), &metrics.Status{}
	page := account.NewPage()
	page.Entry(netip.MustParseAddr("192.0.2.1"), noon).AddChange(
		&flow.Counts{Datagrams: 3, DatagramsDecoded: 2, DatagramsMalformed: 1, Records: 50}, &flow.Counts{})
	book.Post(page)
	book.PostUnseen(noon, account.Unseen{Kernel: 7})
	book.SettleAll(account.Stored)
	status.Listening(sockets)
	status.Published(noon, nil)

	_, body := get(t, listen(t, metrics.Options{Book: book, Status: status, Memory: decode.NewMemory(), Version: "1.2.3"}), "/metrics")
	for _, want := range []string{
		`minewatch_datagrams_total{exporter="192.0.2.1"} 3`,
		`minewatch_datagrams_dropped_total{exporter="192.0.2.1",reason="malformed"} 1`,
		`minewatch_datagrams_dropped_total{exporter="others",reason="kernel"} 7`,
		`minewatch_records_stored_total{exporter="192.0.2.1"} 50`,
		`minewatch_records_pending{exporter="192.0.2.1"} 0`,
		`minewatch_receive_buffer_bytes{listen="netflow://127.0.0.1:2055"} 4096`,
		`minewatch_last_publication_timestamp_seconds 1.7724528e+09`,
		`minewatch_waiting_sets 0`,
		`minewatch_healthy 1`,
		`minewatch_build_info{version="1.2.3"} 1`,
		`go_goroutines`, `process_resident_memory_bytes`,
	} {
		if !strings.Contains(body, "\n"+want) {
			t.Errorf("no line %s", want)
		}
	}
	problems, err := promlint.New(strings.NewReader(body)).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		if strings.HasPrefix(p.Metric, "minewatch_") {
			t.Errorf("%s: %s", p.Metric, p.Text)
		}
	}
}

func TestHealth(t *testing.T) {
	status := &metrics.Status{}
	server := listen(t, metrics.Options{Book: account.NewBook(nil), Status: status})
	for _, step := range []struct {
		name   string
		happen func()
		status int
		body   string
	}{
		{"at the start", func() {}, 503, "not listening yet\n"},
		{"listening", func() { status.Listening(sockets) }, 200, "ok\n"},
		{"published", func() { status.Published(noon, nil) }, 200, "ok\n"},
		{"disk full", func() { status.Published(noon, errors.New("no space left on device")) }, 503, "no space left on device\n"},
		{"room again", func() { status.Published(noon, nil) }, 200, "ok\n"},
	} {
		step.happen()
		if code, body := get(t, server, "/healthz"); code != step.status || body != step.body {
			t.Errorf("%s: %d %q, want %d %q", step.name, code, body, step.status, step.body)
		}
	}
}

func TestListenOnTakenPort(t *testing.T) {
	taken := listen(t, metrics.Options{Book: account.NewBook(nil), Status: &metrics.Status{}})
	_, err := metrics.Listen(taken.Address(), metrics.Options{Book: account.NewBook(nil), Status: &metrics.Status{}})
	if err == nil || !strings.Contains(err.Error(), "listen for metrics on "+taken.Address()) {
		t.Errorf("error %v, want that the address is taken", err)
	}
}
