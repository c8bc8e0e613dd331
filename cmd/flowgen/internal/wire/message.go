package wire

import "encoding/binary"

// header writes the message header, with zeros where finish fills in.
func (t *templated) header(b []byte, at int64) []byte {
	be := binary.BigEndian
	if t.spec.Format == IPFIX { // RFC 7011 section 3.1
		b = be.AppendUint16(b, 10)
		b = be.AppendUint16(b, 0)
		b = be.AppendUint32(b, uint32(at/1000))
		b = be.AppendUint32(b, t.sequence)
		return be.AppendUint32(b, t.spec.Domain)
	}
	b = be.AppendUint16(b, 9) // RFC 3954 section 5.1
	b = be.AppendUint16(b, 0)
	b = be.AppendUint32(b, uint32(at-t.spec.BootedAt))
	b = be.AppendUint32(b, uint32(at/1000))
	b = be.AppendUint32(b, t.sequence)
	return be.AppendUint32(b, t.spec.Domain)
}

// finish sets the length (IPFIX) or the number of records (v9) and moves the
// sequence on: IPFIX counts data records, v9 counts datagrams.
func (t *templated) finish(b []byte, templates, records int) []byte {
	if t.spec.Format == IPFIX {
		binary.BigEndian.PutUint16(b[2:], uint16(len(b)))
		t.sequence += uint32(records)
		return b
	}
	binary.BigEndian.PutUint16(b[2:], uint16(templates+records))
	t.sequence++
	return b
}

func openSet(b []byte, id uint16) []byte {
	b = binary.BigEndian.AppendUint16(b, id)
	return binary.BigEndian.AppendUint16(b, 0)
}

// closeSet sets the set's length. RFC 3954 section 5.3 wants v9 sets padded to
// 32 bits; in IPFIX padding is optional and left out.
func (t *templated) closeSet(b []byte, start int) []byte {
	for t.spec.Format == NetFlow9 && (len(b)-start)%4 != 0 {
		b = append(b, 0)
	}
	binary.BigEndian.PutUint16(b[start+2:], uint16(len(b)-start))
	return b
}

func (t *templated) templates(b []byte) []byte {
	start := len(b)
	id := uint16(2) // RFC 7011 section 3.3.2
	if t.spec.Format == NetFlow9 {
		id = 0 // RFC 3954 section 5.2
	}
	b = openSet(b, id)
	b = appendTemplate(b, templateIPv4, t.ipv4)
	b = appendTemplate(b, templateIPv6, t.ipv6)
	return t.closeSet(b, start)
}

func appendTemplate(b []byte, id uint16, fields []element) []byte {
	b = binary.BigEndian.AppendUint16(b, id)
	b = binary.BigEndian.AppendUint16(b, uint16(len(fields)))
	return appendElements(b, fields)
}

func appendElements(b []byte, fields []element) []byte {
	for _, f := range fields {
		b = binary.BigEndian.AppendUint16(b, f.id)
		b = binary.BigEndian.AppendUint16(b, f.size)
	}
	return b
}

// optionFields is how this exporter tells its sampling rate: scope first.
func (t *templated) optionFields() (scope, fields []element) {
	switch {
	case t.spec.Format == IPFIX:
		return []element{{ieDomain, 4}}, []element{{ieSelectorAlgorithm, 2}, {ieSamplingPackets, 4}, {ieSamplingSpace, 4}}
	case t.spec.Samplers:
		return []element{{v9ScopeSystem, 4}}, []element{{ieSamplerID, 1}, {ieSamplerMode, 1}, {ieSamplerInterval, 4}}
	default:
		return []element{{v9ScopeSystem, 4}}, []element{{ieSamplingInterval, 4}, {ieSamplingAlgorithm, 1}}
	}
}

func (t *templated) optionsTemplate(b []byte) []byte {
	be := binary.BigEndian
	start := len(b)
	scope, fields := t.optionFields()
	if t.spec.Format == IPFIX { // RFC 7011 section 3.4.2.2: counts, all then scope
		b = openSet(b, 3)
		b = be.AppendUint16(b, templateOptions)
		b = be.AppendUint16(b, uint16(len(scope)+len(fields)))
		b = be.AppendUint16(b, uint16(len(scope)))
	} else { // RFC 3954 section 6.1: lengths in bytes, scope then options
		b = openSet(b, 1)
		b = be.AppendUint16(b, templateOptions)
		b = be.AppendUint16(b, uint16(4*len(scope)))
		b = be.AppendUint16(b, uint16(4*len(fields)))
	}
	b = appendElements(b, scope)
	b = appendElements(b, fields)
	return t.closeSet(b, start)
}

// options writes the sampling records and says how many.
func (t *templated) options(b []byte) (_ []byte, records int) {
	be := binary.BigEndian
	start := len(b)
	b = openSet(b, templateOptions)
	switch {
	case t.spec.Format == IPFIX:
		b = be.AppendUint32(b, t.spec.Domain)
		b = be.AppendUint16(b, 1) // systematic count-based sampling, RFC 5476
		b = be.AppendUint32(b, 1)
		b = be.AppendUint32(b, t.spec.Sampling-1)
		records = 1
	case t.spec.Samplers:
		// A second sampler that no flow uses comes first: a collector that
		// takes the first rate it meets is wrong by a factor of five.
		b = appendSampler(b, otherSampler, 5*t.spec.Sampling)
		b = appendSampler(b, samplerID, t.spec.Sampling)
		records = 2
	default:
		b = be.AppendUint32(b, 0)
		b = be.AppendUint32(b, t.spec.Sampling)
		b = append(b, 1) // deterministic
		records = 1
	}
	return t.closeSet(b, start), records
}

func appendSampler(b []byte, id uint8, rate uint32) []byte {
	b = binary.BigEndian.AppendUint32(b, 0) // the scope: the whole system
	b = append(b, id, 2)                    // mode 2: random
	return binary.BigEndian.AppendUint32(b, rate)
}
