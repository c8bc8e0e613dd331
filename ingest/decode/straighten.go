package decode

// stretches are the lengths of what lies before, between and behind the
// variable-length fields of a record (RFC 7011 section 7). Those are most often
// names, which nobody reads: without them a record has a place for each of its
// other fields, as the records of any template have.
func (t *template) stretches() []int {
	lengths := []int{0}
	for _, f := range t.fields {
		if f.Length == variableLength {
			lengths = append(lengths, 0)
		} else {
			lengths[len(lengths)-1] += int(f.Length)
		}
	}
	return lengths
}

// straighten copies the records of a data set without their variable-length
// fields. It is not whole where the last record runs past the end of the set.
func (d *Decoder) straighten(t *template, set []byte) (records []byte, whole bool) {
	d.straight = d.straight[:0]
	for rest := set; len(rest) >= t.size && !t.padding(set, rest); {
		longer, size, ok := t.columns.appendStraight(d.straight, rest)
		if !ok {
			return d.straight, false
		}
		d.straight, rest = longer, rest[size:]
	}
	return d.straight, true
}

// appendStraight appends the first record of a set, and returns how many bytes
// that has there; false where its own lengths run past the end.
func (p *columnPlan) appendStraight(records, set []byte) (longer []byte, size int, ok bool) {
	for i, length := range p.stretches {
		if i > 0 {
			begin, skipped, ok := variable(set, size)
			if !ok {
				return nil, 0, false
			}
			size = begin + skipped
		}
		if size+length > len(set) {
			return nil, 0, false
		}
		records = append(records, set[size:][:length]...)
		size += length
	}
	return records, size, true
}
