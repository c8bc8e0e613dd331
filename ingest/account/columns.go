package account

import (
	"net/netip"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
)

// Column is one column of the receipts.
type Column struct {
	Name    string
	Type    arrow.DataType
	Null    bool   // where it is not known
	SQL     string // the type that DuckDB reads it as: the reader's side of the contract
	Meaning string
	append  func(array.Builder, *row)
}

// row is one account as the receipts have it.
type row struct {
	Key
	Entry
}

var micros = &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "UTC"}

// Columns is the receipts' schema, in file order. It is the only place where a
// column is declared.
var Columns = []Column{
	timestamp("hour_at", "start of the hour, by the time that the flows are stored under", func(r *row) int64 { return r.Hour * 3600e6 }),
	text("exporter", "address of the exporting router; empty: what cannot be laid to one (kernel, queue, not allowed)", func(r *row) string { return name(r.Exporter) }),
	timestamp("first_at", "receipt of the first datagram that was decoded, or of the first record of a log", func(r *row) int64 { return r.FirstAt }),
	timestamp("last_at", "receipt of the last one", func(r *row) int64 { return r.LastAt }),

	count("datagrams", "received", func(r *row) int64 { return r.Datagrams }),
	count("datagram_bytes", "UDP payload received", func(r *row) int64 { return r.DatagramBytes }),
	count("datagrams_decoded", "datagrams = datagrams_decoded + the five that follow", func(r *row) int64 { return r.DatagramsDecoded }),
	count("datagrams_not_allowed", "the sender is not on the allow-list", func(r *row) int64 { return r.DatagramsNotAllowed }),
	count("datagrams_unknown", "no version that we read, or no flow export", func(r *row) int64 { return r.DatagramsUnknown }),
	count("datagrams_malformed", "refused as a whole", func(r *row) int64 { return r.DatagramsMalformed }),
	count("datagrams_truncated", "cut by the capture or the receive buffer", func(r *row) int64 { return r.DatagramsTruncated }),
	count("datagrams_queue", "the queue to the decoder was full", func(r *row) int64 { return r.DatagramsQueue }),
	count("datagrams_kernel", "dropped by the kernel before they were received; not in datagrams", func(r *row) int64 { return r.DatagramsKernel }),

	count("sets", "v9 and IPFIX sets, sFlow samples", func(r *row) int64 { return r.Sets }),
	count("sets_decoded", "sets = sets_decoded + sets_no_template - sets_late + sets_malformed + sets_unknown", func(r *row) int64 { return r.SetsDecoded }),
	count("sets_no_template", "data sets that came before or without their template", func(r *row) int64 { return r.SetsNoTemplate }),
	count("sets_late", "of such sets, those that were read after all, when their template came", func(r *row) int64 { return r.SetsLate }),
	count("sets_malformed", "lengths or counts that cannot be", func(r *row) int64 { return r.SetsMalformed }),
	count("sets_unknown", "reserved set IDs, sample types that we do not read", func(r *row) int64 { return r.SetsUnknown }),

	count("records", "flow records received", func(r *row) int64 { return r.Records }),
	count("records_stored", "records = records_stored + records_pending + the three that follow", func(r *row) int64 { return r.RecordsStored }),
	count("records_pending", "not yet published when the receipt was written", func(r *row) int64 { return r.RecordsPending }),
	count("records_malformed", "announced but not there, or not readable", func(r *row) int64 { return r.RecordsMalformed }),
	count("records_disk", "could not be written", func(r *row) int64 { return r.RecordsDisk }),
	count("records_aborted", "given up with their input", func(r *row) int64 { return r.RecordsAborted }),

	count("missed_datagrams", "datagrams that never arrived, by the numbers of v9 and sFlow", func(r *row) int64 { return r.Sequence.MissedDatagrams }),
	count("missed_records", "records that never arrived, by the numbers of v5 and IPFIX", func(r *row) int64 { return r.Sequence.MissedRecords }),
	count("late_datagrams", "arrived after a later one", func(r *row) int64 { return r.Sequence.Late }),
	count("duplicate_datagrams", "with a number that had been there", func(r *row) int64 { return r.Sequence.Duplicates }),
	count("restarts", "numberings that began anew", func(r *row) int64 { return r.Sequence.Restarts }),

	count("templates", "template records learnt", func(r *row) int64 { return r.Templates }),
	count("template_changes", "of them, those that replaced a different one", func(r *row) int64 { return r.TemplateChanges }),
	count("withdrawals", "templates withdrawn", func(r *row) int64 { return r.Withdrawals }),
	count("options_records", "options data records read", func(r *row) int64 { return r.OptionsRecords }),
	count("sampling_changes", "announced sampling rates that differ from those before", func(r *row) int64 { return r.SamplingChanges }),
	count("sampling_unknown", "records stored with sampling_rate 0", func(r *row) int64 { return r.SamplingUnknown }),
	count("clock_replaced", "records stored with the time of receipt, because the exporter's clock was off", func(r *row) int64 { return r.ClockReplaced }),
	clock("clock_ahead_min_ms", "least that the exporter's clock was ahead of ours, in ms; below 0: behind. v9 and IPFIX say whole seconds", func(c *Clock) int64 { return c.Min.Milliseconds() }),
	clock("clock_ahead_max_ms", "most that it was ahead", func(c *Clock) int64 { return c.Max.Milliseconds() }),
}

// Schema is the Arrow schema of the receipts.
func Schema() *arrow.Schema {
	fields := make([]arrow.Field, len(Columns))
	for i, c := range Columns {
		fields[i] = arrow.Field{Name: c.Name, Type: c.Type, Nullable: c.Null}
	}
	return arrow.NewSchema(fields, nil)
}

func name(exporter netip.Addr) string {
	if exporter == Others {
		return ""
	}
	return exporter.String()
}

// timestamp is null where nothing was decoded.
func timestamp(name, meaning string, get func(*row) int64) Column {
	return Column{name, micros, true, "TIMESTAMP WITH TIME ZONE", meaning, func(b array.Builder, r *row) {
		if at := get(r); at != 0 {
			b.(*array.TimestampBuilder).Append(arrow.Timestamp(at))
		} else {
			b.AppendNull()
		}
	}}
}

func count(name, meaning string, get func(*row) int64) Column {
	return Column{name, arrow.PrimitiveTypes.Int64, false, "BIGINT", meaning, func(b array.Builder, r *row) {
		b.(*array.Int64Builder).Append(get(r))
	}}
}

func clock(name, meaning string, get func(*Clock) int64) Column {
	return Column{name, arrow.PrimitiveTypes.Int64, true, "BIGINT", meaning, func(b array.Builder, r *row) {
		if r.Clock.Known {
			b.(*array.Int64Builder).Append(get(&r.Clock))
		} else {
			b.AppendNull()
		}
	}}
}

func text(name, meaning string, get func(*row) string) Column {
	return Column{name, arrow.BinaryTypes.String, false, "VARCHAR", meaning, func(b array.Builder, r *row) {
		b.(*array.StringBuilder).Append(get(r))
	}}
}
