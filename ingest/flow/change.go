package flow

// Add adds o to c.
func (c *Counts) Add(o *Counts) { c.AddChange(o, &Counts{}) }

// Sub takes o, an earlier state of c, off c: what is left is what came since.
func (c *Counts) Sub(o *Counts) {
	var none Counts
	c.AddChange(&none, o)
}

// AddChange adds what came between two states of the same counts. It is on the
// way of every datagram where exporters take turns, so it is spelled out: a
// walk over fields would cost more than the decoding. A test holds it to be
// complete.
func (c *Counts) AddChange(now, before *Counts) {
	c.Datagrams += now.Datagrams - before.Datagrams
	c.DatagramBytes += now.DatagramBytes - before.DatagramBytes
	c.DatagramsDecoded += now.DatagramsDecoded - before.DatagramsDecoded
	c.DatagramsNotAllowed += now.DatagramsNotAllowed - before.DatagramsNotAllowed
	c.DatagramsUnknown += now.DatagramsUnknown - before.DatagramsUnknown
	c.DatagramsMalformed += now.DatagramsMalformed - before.DatagramsMalformed
	c.DatagramsTruncated += now.DatagramsTruncated - before.DatagramsTruncated
	c.DatagramsQueue += now.DatagramsQueue - before.DatagramsQueue
	c.Sets += now.Sets - before.Sets
	c.SetsDecoded += now.SetsDecoded - before.SetsDecoded
	c.SetsNoTemplate += now.SetsNoTemplate - before.SetsNoTemplate
	c.SetsLate += now.SetsLate - before.SetsLate
	c.SetsMalformed += now.SetsMalformed - before.SetsMalformed
	c.SetsUnknown += now.SetsUnknown - before.SetsUnknown
	c.Records += now.Records - before.Records
	c.RecordsStored += now.RecordsStored - before.RecordsStored
	c.RecordsMalformed += now.RecordsMalformed - before.RecordsMalformed
	c.RecordsDuplicate += now.RecordsDuplicate - before.RecordsDuplicate
	c.RecordsAborted += now.RecordsAborted - before.RecordsAborted
	c.RecordsDisk += now.RecordsDisk - before.RecordsDisk
	c.RecordsPending += now.RecordsPending - before.RecordsPending
	c.Templates += now.Templates - before.Templates
	c.TemplateChanges += now.TemplateChanges - before.TemplateChanges
	c.Withdrawals += now.Withdrawals - before.Withdrawals
	c.OptionsRecords += now.OptionsRecords - before.OptionsRecords
	c.SamplingChanges += now.SamplingChanges - before.SamplingChanges
	c.CounterSamples += now.CounterSamples - before.CounterSamples
	c.ClockReplaced += now.ClockReplaced - before.ClockReplaced
	c.SamplingUnknown += now.SamplingUnknown - before.SamplingUnknown
	c.BiflowsReversed += now.BiflowsReversed - before.BiflowsReversed
	c.StrayBytes += now.StrayBytes - before.StrayBytes
	c.PacketsNotExport += now.PacketsNotExport - before.PacketsNotExport
	c.LinesNoFlow += now.LinesNoFlow - before.LinesNoFlow
	c.DatagramsKernel += now.DatagramsKernel - before.DatagramsKernel
}
