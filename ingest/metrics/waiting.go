package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"minewatch/ingest/decode"
)

// waiting tells of the data sets that wait for their template.
type waiting struct {
	memory               *decode.Memory
	sets, bytes, givenUp *prometheus.Desc
}

func newWaiting(memory *decode.Memory) *waiting {
	return &waiting{
		memory:  memory,
		sets:    desc("minewatch_waiting_sets", "Data sets that wait for their template."),
		bytes:   desc("minewatch_waiting_bytes", "Memory that waiting data sets hold."),
		givenUp: desc("minewatch_waiting_given_up_total", "Data sets that waited in vain: too long, or there was no room left."),
	}
}

// Describe says which metrics there are.
func (w *waiting) Describe(out chan<- *prometheus.Desc) {
	out <- w.sets
	out <- w.bytes
	out <- w.givenUp
}

// Collect reads them.
func (w *waiting) Collect(out chan<- prometheus.Metric) {
	now := w.memory.Waiting()
	out <- prometheus.MustNewConstMetric(w.sets, prometheus.GaugeValue, float64(now.Sets))
	out <- prometheus.MustNewConstMetric(w.bytes, prometheus.GaugeValue, float64(now.Bytes))
	out <- prometheus.MustNewConstMetric(w.givenUp, prometheus.CounterValue, float64(now.GivenUp))
}
