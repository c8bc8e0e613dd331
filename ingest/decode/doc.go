// Package decode turns the UDP payloads that routers export into flow
// records: NetFlow v5 and v9 (RFC 3954), IPFIX (RFC 7011) and sFlow v5.
//
// The way of a datagram:
//
//	decoder.go      which protocol; nothing leaves here uncounted or as a panic
//	v5.go           NetFlow v5: one fixed layout
//	message.go      v9 and IPFIX: header, then set after set by their lengths
//	templateset.go  template records: checked, learnt, withdrawn
//	template.go     a template compiled to a plan: which field goes where
//	memory.go       what exporters taught, shared by decoders: the templates
//	                (templatestore.go), the sampling rates (knowledge.go), and the
//	                data that came before its template (waiting.go); state.go
//	                takes it over a restart
//	compiled.go     a template compiled once more, into column writers
//	                (columnwriter.go), by which compiledset.go reads whole data
//	                sets; biflow.go the other direction by the same template with
//	                its sides changed, straighten.go records of variable length
//	dataset.go      data records: by columns; or cut out by the plan, read into an
//	                observation
//	elements.go     the information elements that are read, one reader each
//	observation.go  what one record said -> flow.Record, both halves of a biflow
//	times.go        every way to say when a flow was -> start and end
//	sampling.go     every way to say a sampling rate
//	exporter.go     how the policy wants an exporter treated, and what it teaches
//	sflow.go        sFlow: the walk over samples and their flow records, which
//	                sflowrecord.go reads, and sflowsample.go makes columns of
//	packet.go       the headers of a sampled packet
//	sequence.go     where a datagram stands in its exporter's numbering
//
// What routers send is read where it lies: templates are compiled into writers
// of whole columns, sFlow is walked word by word. The rest (options, sections of
// packets, templates that need a rule for each record) is read by goflow2's
// decoders (github.com/netsampler/goflow2), which are also the reference:
// Options.Reference has them read everything (dataset.go, referenceNetFlow5 in
// v5.go, sflowreference.go), and the tests hold the two together. They trust what
// they read: a template without fields makes them loop for ever, a count makes
// them allocate 100 GB. So every length and every count is checked against the
// bytes that are there before goflow2 sees them, and it is handed one record at a
// time. Templates, sampling rates and flow times are ours; goflow2's producer is
// not used.
//
// Invariants, held by FuzzDecode: no panic; at most two records a payload
// byte; no payload is pointed into, for what waits is a copy; and whatever came
// in is in flow.Counts under a name.
package decode
