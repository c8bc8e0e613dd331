package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"minewatch/ingest/account"
)

// family is one metric, with a series for each exporter and, where it has
// any, each reason.
type family struct {
	name, help string
	series     []series
}

type series struct {
	reason string // "": the family has none
	value  func(*account.Entry) int64
}

func only(value func(*account.Entry) int64) []series { return []series{{"", value}} }

type entry = *account.Entry

// counters is every counter. docs/metrics.md says what to do about each.
var counters = []family{
	{"minewatch_datagrams_total", "Datagrams received.", only(func(e entry) int64 { return e.Datagrams })},
	{"minewatch_datagram_bytes_total", "UDP payload received.", only(func(e entry) int64 { return e.DatagramBytes })},
	{"minewatch_datagrams_decoded_total", "Datagrams decoded: received = decoded + dropped, but for the reason kernel, which nobody received.", only(func(e entry) int64 { return e.DatagramsDecoded })},
	{"minewatch_datagrams_dropped_total", "Datagrams dropped, by reason.", []series{
		{"not_allowed", func(e entry) int64 { return e.DatagramsNotAllowed }},
		{"unknown", func(e entry) int64 { return e.DatagramsUnknown }},
		{"malformed", func(e entry) int64 { return e.DatagramsMalformed }},
		{"truncated", func(e entry) int64 { return e.DatagramsTruncated }},
		{"queue", func(e entry) int64 { return e.DatagramsQueue }},
		{"kernel", func(e entry) int64 { return e.DatagramsKernel }},
	}},
	{"minewatch_sets_total", "NetFlow v9 and IPFIX sets and sFlow samples received.", only(func(e entry) int64 { return e.Sets })},
	{"minewatch_sets_dropped_total", "Sets and samples dropped, by reason.", []series{
		{"no_template", func(e entry) int64 { return e.SetsNoTemplate }},
		{"malformed", func(e entry) int64 { return e.SetsMalformed }},
		{"unknown", func(e entry) int64 { return e.SetsUnknown }},
	}},
	{"minewatch_sets_late_total", "Data sets that were dropped for want of a template, and read after all when it came.", only(func(e entry) int64 { return e.SetsLate })},
	{"minewatch_records_total", "Flow records received.", only(func(e entry) int64 { return e.Records })},
	{"minewatch_records_stored_total", "Flow records published: received = stored + dropped + pending.", only(func(e entry) int64 { return e.RecordsStored })},
	{"minewatch_records_dropped_total", "Flow records dropped, by reason.", []series{
		{"malformed", func(e entry) int64 { return e.RecordsMalformed }},
		{"disk", func(e entry) int64 { return e.RecordsDisk }},
		{"aborted", func(e entry) int64 { return e.RecordsAborted }},
	}},
	{"minewatch_missed_datagrams_total", "Datagrams that never arrived, by the numbers of NetFlow v9 and sFlow.", only(func(e entry) int64 { return e.Sequence.MissedDatagrams })},
	{"minewatch_missed_records_total", "Flow records that never arrived, by the numbers of NetFlow v5 and IPFIX.", only(func(e entry) int64 { return e.Sequence.MissedRecords })},
	{"minewatch_late_datagrams_total", "Datagrams that arrived after a later one.", only(func(e entry) int64 { return e.Sequence.Late })},
	{"minewatch_duplicate_datagrams_total", "Datagrams with a number that had been there.", only(func(e entry) int64 { return e.Sequence.Duplicates })},
	{"minewatch_exporter_restarts_total", "Numberings that began anew.", only(func(e entry) int64 { return e.Sequence.Restarts })},
	{"minewatch_templates_total", "Template records learnt.", only(func(e entry) int64 { return e.Templates })},
	{"minewatch_template_changes_total", "Templates that replaced a different one of the same ID.", only(func(e entry) int64 { return e.TemplateChanges })},
	{"minewatch_sampling_changes_total", "Announced sampling rates that differ from those before.", only(func(e entry) int64 { return e.SamplingChanges })},
	{"minewatch_sampling_unknown_records_total", "Flow records stored without a sampling rate.", only(func(e entry) int64 { return e.SamplingUnknown })},
	{"minewatch_clock_replaced_records_total", "Flow records stored with the time of receipt, because the exporter's clock was off.", only(func(e entry) int64 { return e.ClockReplaced })},
}

// others is the exporter label of what belongs to no known exporter.
const others = "others"

// figures reads the accounts whenever Prometheus asks.
type figures struct {
	book     *account.Book
	status   *Status
	version  string
	counters []*prometheus.Desc

	pending, clock, last, healthy, published, buffer, build *prometheus.Desc
}

func newFigures(book *account.Book, status *Status, version string) *figures {
	f := &figures{
		book: book, status: status, version: version,
		pending:   desc("minewatch_records_pending", "Flow records received and not yet published.", "exporter"),
		clock:     desc("minewatch_clock_ahead_seconds", "How far the exporter's clock was ahead of ours at its last datagram; below 0: behind.", "exporter"),
		last:      desc("minewatch_last_datagram_timestamp_seconds", "When the exporter's last decoded datagram was received.", "exporter"),
		healthy:   desc("minewatch_healthy", "1 while the collector listens and the lake takes what it writes."),
		published: desc("minewatch_last_publication_timestamp_seconds", "When flows were last made visible without a fault."),
		buffer:    desc("minewatch_receive_buffer_bytes", "Receive buffer that the system gave.", "listen"),
		build:     desc("minewatch_build_info", "1, with the version as label.", "version"),
	}
	for _, c := range counters {
		labels := []string{"exporter"}
		if c.series[0].reason != "" {
			labels = append(labels, "reason")
		}
		f.counters = append(f.counters, desc(c.name, c.help, labels...))
	}
	return f
}

func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(name, help, labels, nil)
}

// Describe says which metrics there are.
func (f *figures) Describe(out chan<- *prometheus.Desc) {
	for _, d := range f.counters {
		out <- d
	}
	for _, d := range []*prometheus.Desc{f.pending, f.clock, f.last, f.healthy, f.published, f.buffer, f.build} {
		out <- d
	}
}

// Collect reads them.
func (f *figures) Collect(out chan<- prometheus.Metric) {
	for _, total := range f.book.Totals() {
		exporter := others
		if total.Exporter != account.Others {
			exporter = total.Exporter.String()
		}
		f.exporter(exporter, &total.Entry, out)
	}
	sockets, published := f.status.state()
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	healthy := 0.0
	if f.status.Health() == nil {
		healthy = 1
	}
	gauge(f.healthy, healthy)
	if !published.IsZero() {
		gauge(f.published, float64(published.UnixMilli())/1000)
	}
	for _, s := range sockets {
		gauge(f.buffer, float64(s.BufferGot), s.Listen.Scheme+"://"+s.Address.String())
	}
	gauge(f.build, 1, f.version)
}

func (f *figures) exporter(exporter string, e entry, out chan<- prometheus.Metric) {
	for i, c := range counters {
		for _, s := range c.series {
			labels := []string{exporter}
			if s.reason != "" {
				labels = append(labels, s.reason)
			}
			out <- prometheus.MustNewConstMetric(f.counters[i], prometheus.CounterValue, float64(s.value(e)), labels...)
		}
	}
	gauge := func(d *prometheus.Desc, v float64) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, exporter)
	}
	gauge(f.pending, float64(e.RecordsPending))
	if e.Clock.Known {
		gauge(f.clock, e.Clock.Last.Seconds())
	}
	if e.LastAt != 0 {
		gauge(f.last, float64(e.LastAt)/1e6)
	}
}
