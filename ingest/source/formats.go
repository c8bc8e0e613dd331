package source

import (
	"strings"

	"minewatch/ingest/flow"
)

// LogFormat is a text log that is read. A new one is a file with its fields
// and its open function, and a row in LogFormats.
type LogFormat struct {
	Name   flow.Format // stored with its records
	Writer string      // the program and its output, for messages and documentation
	Marks  string      // how it is recognised, for the documentation
	Fields []LogField  // that are read; nil: CSVColumns

	json        bool // its units are JSON objects
	everyPacket bool // it is written by what sees every packet: not sampled unless somebody says so

	recognise func(head []byte) bool // by the first bytes of the file
	open      func(in *input) (units, parser, error)
}

// LogField is a field of a log, and the flow column that it is read into.
type LogField struct {
	Name   string
	Column string
	set    setter
}

// LogFormats are all logs that are read. The first that recognises a file
// opens it; the last takes what is left, and says precisely what is wrong with
// it if it is no table of flows.
var LogFormats = []LogFormat{
	{
		Name: flow.NFDump, Writer: "nfdump -o csv (1.6 and 1.7), -o csv-fast", Fields: nfdumpColumns,
		Marks:     "a header with `ts`, `te`, `td`, `sa` and `da`, or with `firstSeen`, `srcAddr` and `dstAddr`",
		recognise: isNFDumpTable, open: openNFDumpTable,
	},
	{
		Name: flow.NFDump, Writer: "nfdump -o json, -o ndjson", Fields: nfdumpFields, json: true,
		Marks:     "a first object with `export_sysid`, or with `in_packets` and `src4_addr` or `src6_addr`; a list without objects",
		recognise: isNFDumpJSON, open: openJSON(nfdumpFields, settleNFDump),
	},
	{
		Name: flow.GoFlow2, Writer: "goflow2 v2 -format json", Fields: goflow2Fields, json: true,
		Marks:     "a first object with `sampler_address` and `time_flow_start_ns`",
		recognise: jsonHas("sampler_address", "time_flow_start_ns"), open: openJSON(goflow2Fields, nil),
	},
	{
		Name: flow.Zeek, Writer: "Zeek conn.log", Fields: zeekFields, everyPacket: true,
		Marks:     "a first line that begins with `#separator` or `#fields`",
		recognise: isZeekTable, open: openZeekTable,
	},
	{
		Name: flow.Zeek, Writer: "Zeek conn.log as JSON", Fields: zeekFields, json: true, everyPacket: true,
		Marks:     "a first object with `id.orig_h`",
		recognise: jsonHas("id.orig_h"), open: openJSON(zeekFields, settleZeek),
	},
	{
		Name: flow.VPC, Writer: "AWS VPC flow logs", Fields: vpcFields, everyPacket: true,
		Marks: "a header of names between spaces, with one of `srcaddr`, `pkt-srcaddr`, `interface-id`, `log-status`; " +
			"or a first line of the 14 default fields, of version 2, perhaps behind a time stamp of CloudWatch",
		recognise: isVPC, open: openVPC,
	},
	{
		Name: flow.EVE, Writer: "Suricata eve.json", Fields: eveFields, json: true, everyPacket: true,
		Marks:     "a first object with `event_type`",
		recognise: jsonHas("event_type"), open: openEVE,
	},
	{
		Name: flow.CSV, Writer: "any table of flow records",
		Marks:     "anything else",
		recognise: func([]byte) bool { return true }, open: openCSV,
	},
}

// formatOf recognises a log by its first bytes.
func formatOf(head []byte) *LogFormat {
	for i := range LogFormats {
		if LogFormats[i].recognise(head) {
			return &LogFormats[i]
		}
	}
	return nil // the last recognises everything
}

// jsonWriters lists the JSON logs that are read.
func jsonWriters() string {
	var writers []string
	for i := range LogFormats {
		if LogFormats[i].json {
			writers = append(writers, LogFormats[i].Writer)
		}
	}
	return strings.Join(writers, ", ")
}

// setters are fields by their names.
func setters(fields []LogField) map[string]setter {
	byName := make(map[string]setter, len(fields))
	for _, f := range fields {
		byName[f.Name] = f.set
	}
	return byName
}
