package report

import (
	"math"
	"time"
)

// Coverage is what the figures of one or more days rest on: what became of the
// flow records that exporters sent. Its JSON names stand in the nights'
// manifests.
type Coverage struct {
	Flows       int64 `json:"flows"` // in the lake, received on these days
	Received    int64 `json:"records_received"`
	Stored      int64 `json:"records_stored"`
	Malformed   int64 `json:"records_malformed"`
	Disk        int64 `json:"records_disk"`
	Aborted     int64 `json:"records_aborted"`
	Absent      int64 `json:"records_absent"`    // accepted, but not in the lake
	Unread      int64 `json:"records_unread"`    // in sets that could not be read: an estimate
	Missed      int64 `json:"records_missed"`    // never arrived
	Unaccounted int64 `json:"flows_unaccounted"` // of Flows, those of which no receipt tells what was lost beside them
	Estimate    bool  `json:"is_estimate"`       // some of Unread and Missed are not counted, but estimated
	NotAllowed  int64 `json:"datagrams_not_allowed"`

	SilentHours    int `json:"silent_hours"` // of exporters that are expected, summed over them
	FaultyReceipts int `json:"receipts_faulty"`

	Percent *float64 `json:"percent,omitempty"` // stored / (stored + lost); nil: no receipt tells
	Covered bool     `json:"is_covered"`        // what was not found can be told from what was not seen

	Exporters      int      `json:"exporters,omitempty"`          // that sent
	Expected       int      `json:"exporters_expected,omitempty"` // that sent, or did on one of the six days before
	Short          int      `json:"exporters_short,omitempty"`    // of the expected, those that are not covered
	ShortExporters []string `json:"short_exporters,omitempty"`    // the first of them, the worst first

	Nights        int `json:"-"` // of several days: those with a night …
	NightsCovered int `json:"-"` // … and those of them that are covered
}

// Dropped is what arrived and is not in the lake, in records that were counted.
func (c *Coverage) Dropped() int64 { return c.Malformed + c.Disk + c.Aborted + c.Absent }

// Lost is all that was sent and is not in the lake.
func (c *Coverage) Lost() int64 { return c.Dropped() + c.Unread + c.Missed }

// PercentText says the percentage; "" where it is not known. It never rounds
// up to everything.
func (c *Coverage) PercentText() string { return cellText(c.percentCell(), nil, "") }

// percentCell is PercentText as a number.
func (c *Coverage) percentCell() any {
	switch {
	case c.Percent == nil:
		return nil
	case c.Lost() > 0:
		return fixed{math.Floor(*c.Percent*100) / 100, 2}
	default:
		return 100
	}
}

// ExporterDay is what one exporter sent on one day.
type ExporterDay struct {
	Coverage
	Day      time.Time
	Exporter string // "": what has no known sender
	Hours    int    // with flows

	SetsUnread       int64 // without template, or with lengths that cannot be
	DatagramsRefused int64 // malformed, cut, or no flow export
	DatagramsUnseen  int64 // dropped by kernel or queue
	SamplingRate     int   // 1 in N, 0 = unknown
	RateUnknown      int64 // flows without a sampling rate
	ClockReplaced    int64 // flows with the times of receipt
	ClockAheadMin    *int64
	ClockAheadMax    *int64 // ms; below 0: behind
}
