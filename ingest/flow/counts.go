package flow

import (
	"fmt"
	"strings"
)

// Counts accounts for everything that came in. Each identity below holds at
// every moment that a Counts is handed out, and Check says so:
//
//	datagrams received = decoded + each datagram drop
//	sets      received = decoded + each set drop       (v9/IPFIX sets, sFlow samples)
//	records   received = stored  + each record drop
type Counts struct {
	Datagrams           int64 `json:"datagrams"`             // received
	DatagramBytes       int64 `json:"datagram_bytes"`        // UDP payload received
	DatagramsDecoded    int64 `json:"datagrams_decoded"`     //
	DatagramsNotAllowed int64 `json:"datagrams_not_allowed"` // the exporter is not on the allow-list
	DatagramsUnknown    int64 `json:"datagrams_unknown"`     // no version that we read, or not a flow export
	DatagramsMalformed  int64 `json:"datagrams_malformed"`   // refused by the validator as a whole
	DatagramsTruncated  int64 `json:"datagrams_truncated"`   // cut by the capture or the receive buffer
	DatagramsQueue      int64 `json:"datagrams_queue"`       // the queue to the decoder was full

	Sets           int64 `json:"sets"`             // received: v9/IPFIX sets, sFlow samples
	SetsDecoded    int64 `json:"sets_decoded"`     //
	SetsNoTemplate int64 `json:"sets_no_template"` // data set before or without its template
	SetsLate       int64 `json:"sets_late"`        // of them, those that were read after all, when their template came
	SetsMalformed  int64 `json:"sets_malformed"`   // lengths or counts that cannot be
	SetsUnknown    int64 `json:"sets_unknown"`     // reserved set IDs, sample types that we do not read

	Records          int64 `json:"records"`           // flow records received
	RecordsStored    int64 `json:"records_stored"`    //
	RecordsMalformed int64 `json:"records_malformed"` // announced but not there, or not readable
	RecordsDuplicate int64 `json:"records_duplicate"` // of a file that the lake already holds
	RecordsAborted   int64 `json:"records_aborted"`   // of a file that could not be read to its end: nothing of it is stored
	RecordsDisk      int64 `json:"records_disk"`      // could not be written, or not be read back
	RecordsPending   int64 `json:"records_pending"`   // written to the lake's folder hot, and not yet published

	// Told beside the identities: not flows, or a remark on stored ones.
	Templates        int64 `json:"templates"`          // template records learnt
	TemplateChanges  int64 `json:"template_changes"`   // of them, those that replaced a different one of the same ID
	Withdrawals      int64 `json:"withdrawals"`        // templates withdrawn
	OptionsRecords   int64 `json:"options_records"`    // options data records read
	SamplingChanges  int64 `json:"sampling_changes"`   // sampling rates announced that differ from those before
	CounterSamples   int64 `json:"counter_samples"`    // sFlow counter samples and drop notices: no flows
	ClockReplaced    int64 `json:"clock_replaced"`     // stored with time_source received: the clock was off
	SamplingUnknown  int64 `json:"sampling_unknown"`   // stored with sampling_rate 0
	BiflowsReversed  int64 `json:"biflows_reversed"`   // records that are the reverse half of an RFC 5103 biflow
	StrayBytes       int64 `json:"stray_bytes"`        // behind the one message that a datagram holds; not read
	PacketsNotExport int64 `json:"packets_not_export"` // packets of a capture that carry no UDP datagram
	LinesNoFlow      int64 `json:"lines_no_flow"`      // lines of a log that hold no flow: other events, windows without data, summaries
	DatagramsKernel  int64 `json:"datagrams_kernel"`   // dropped by the kernel before they were received: the buffer was full
}

// Check returns an error that names the first identity that does not hold.
func (c *Counts) Check() error {
	for _, t := range []struct {
		name             string
		received, stored int64
		drops            int64
	}{
		{"datagrams", c.Datagrams, c.DatagramsDecoded, c.DatagramsNotAllowed + c.DatagramsUnknown + c.DatagramsMalformed + c.DatagramsTruncated + c.DatagramsQueue},
		{"sets", c.Sets, c.SetsDecoded, c.SetsNoTemplate - c.SetsLate + c.SetsMalformed + c.SetsUnknown},
		{"records", c.Records, c.RecordsStored, c.RecordsMalformed + c.RecordsDuplicate + c.RecordsAborted + c.RecordsDisk + c.RecordsPending},
	} {
		if t.received != t.stored+t.drops {
			return fmt.Errorf("%s: received %d, but %d kept + %d dropped", t.name, t.received, t.stored, t.drops)
		}
	}
	return nil
}

// Rejected is how many things were dropped under any name: above 0, some
// input was rejected (exit code 3).
func (c *Counts) Rejected() int64 {
	return c.Datagrams - c.DatagramsDecoded + c.Sets - c.SetsDecoded + c.Records - c.RecordsStored - c.RecordsDuplicate - c.RecordsPending
}

// String is the summary line: received = stored + each drop that happened. A
// log without datagrams is only told by its records.
func (c *Counts) String() string {
	var b strings.Builder
	section, skipped := "", false
	for _, f := range c.fields() {
		if f.section != section {
			section = f.section
			if skipped = *f.n == 0 && section != "records"; skipped {
				continue
			}
			if b.Len() > 0 {
				b.WriteString("; ")
			}
			fmt.Fprintf(&b, "%s: received %d = %s %d", section, *f.n, f.kept, *f.of)
		} else if f.drop != "" && *f.n > 0 && !skipped {
			fmt.Fprintf(&b, " + %s %d", f.drop, *f.n)
		}
	}
	return b.String()
}

type countField struct {
	section string // of the summary line
	drop    string // name of the drop, "" where the field is none
	kept    string
	n, of   *int64
}

// fields lists every counter once, for String.
func (c *Counts) fields() []countField {
	noTemplate := c.SetsNoTemplate - c.SetsLate
	return []countField{
		{section: "datagrams", n: &c.Datagrams, kept: "decoded", of: &c.DatagramsDecoded},
		{section: "datagrams", n: &c.DatagramsDecoded},
		{section: "datagrams", n: &c.DatagramBytes},
		{section: "datagrams", n: &c.DatagramsNotAllowed, drop: "not_allowed"},
		{section: "datagrams", n: &c.DatagramsUnknown, drop: "unknown"},
		{section: "datagrams", n: &c.DatagramsMalformed, drop: "malformed"},
		{section: "datagrams", n: &c.DatagramsTruncated, drop: "truncated"},
		{section: "datagrams", n: &c.DatagramsQueue, drop: "queue"},
		{section: "sets", n: &c.Sets, kept: "decoded", of: &c.SetsDecoded},
		{section: "sets", n: &c.SetsDecoded},
		{section: "sets", n: &noTemplate, drop: "no_template"},
		{section: "sets", n: &c.SetsMalformed, drop: "malformed"},
		{section: "sets", n: &c.SetsUnknown, drop: "unknown"},
		{section: "records", n: &c.Records, kept: "stored", of: &c.RecordsStored},
		{section: "records", n: &c.RecordsStored},
		{section: "records", n: &c.RecordsMalformed, drop: "malformed"},
		{section: "records", n: &c.RecordsDuplicate, drop: "duplicate"},
		{section: "records", n: &c.RecordsAborted, drop: "aborted"},
		{section: "records", n: &c.RecordsDisk, drop: "disk"},
		{section: "records", n: &c.RecordsPending, drop: "pending"},
		{section: "records", n: &c.Templates},
		{section: "records", n: &c.TemplateChanges},
		{section: "records", n: &c.Withdrawals},
		{section: "records", n: &c.OptionsRecords},
		{section: "records", n: &c.SamplingChanges},
		{section: "records", n: &c.CounterSamples},
		{section: "records", n: &c.ClockReplaced},
		{section: "records", n: &c.SamplingUnknown},
		{section: "records", n: &c.BiflowsReversed},
		{section: "records", n: &c.StrayBytes},
		{section: "records", n: &c.PacketsNotExport},
		{section: "records", n: &c.LinesNoFlow},
		{section: "records", n: &c.DatagramsKernel},
	}
}
