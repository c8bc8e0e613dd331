package decode

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"github.com/netsampler/goflow2/v2/decoders/netflow"
)

// templateSet reads the template records of a set. Those before a bad one
// are learnt; what follows it has no known beginning.
//
// Each record is measured against the bytes that are there and only then
// read by goflow2, alone: its field counts are then what the bytes hold.
func (d *Decoder) templateSet(m *message, b []byte, options bool) error {
	for len(b) >= headerSet && !isZero(b) {
		id, count := binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])
		if count == 0 && m.version == versionIPFIX {
			if err := d.withdrawal(m, id, options); err != nil {
				return err
			}
			b = b[headerSet:]
			continue
		}
		if id < firstDataSet {
			return fmt.Errorf("template %d: the ID is reserved for sets", id)
		}
		size, err := templateSize(m.version, b, options)
		if err != nil {
			return fmt.Errorf("template %d: %w", id, err)
		}
		if err := d.learnTemplate(m, id, b[:size], options); err != nil {
			return fmt.Errorf("template %d: %w", id, err)
		}
		d.counts.Templates++
		b = b[size:]
	}
	return nil
}

// learnTemplate learns the template of one record. Routers repeat theirs every
// few minutes, some in every datagram: what is known already is not read again.
func (d *Decoder) learnTemplate(m *message, id uint16, record []byte, options bool) error {
	t := d.templates.known(m.scope(), id, record, options)
	if t == nil {
		var err error
		if t, err = readTemplate(m.version, record, options); err != nil {
			return err
		}
		if known := d.templates.find(m.scope(), id); known != nil && !known.equal(t) {
			d.counts.TemplateChanges++
		}
	}
	t.booted.Store(m.clock.booted())
	t.restored.Store(false)
	d.memory.learn(m.scope(), id, t, m.received, d.log)
	d.told = append(d.told, id)
	return nil
}

// withdrawal forgets a template (RFC 7011 section 8.1): the one of the ID, or
// all of the kind where the ID is the one of the set.
func (d *Decoder) withdrawal(m *message, id uint16, options bool) error {
	all := uint16(setTemplatesIPFIX)
	if options {
		all = setOptionsTemplatesIPFIX
	}
	switch {
	case id >= firstDataSet:
		d.counts.Withdrawals += d.memory.withdraw(m.scope(), func(e templateEntry) bool { return e.id == id })
	case id == all:
		d.counts.Withdrawals += d.memory.withdraw(m.scope(), func(e templateEntry) bool { return e.t.options == options })
	default:
		return fmt.Errorf("withdrawal of template %d: the ID is reserved for sets", id)
	}
	return nil
}

// templateSize is how many bytes the first template record of b has.
func templateSize(version uint16, b []byte, options bool) (int, error) {
	count, n := int(binary.BigEndian.Uint16(b[2:])), 4
	if options {
		if len(b) < 6 {
			return 0, errShortTemplate
		}
		n = 6
	}
	switch second := int(binary.BigEndian.Uint16(b[n-2:])); {
	case version == versionNetFlow9 && options:
		// Both lengths are in bytes here (RFC 3954 section 6.1).
		if count%4 != 0 || second%4 != 0 {
			return 0, fmt.Errorf("scope of %d and options of %d bytes are not whole fields", count, second)
		}
		count = (count + second) / 4
	case options && second > count:
		return 0, fmt.Errorf("%d scope fields of %d fields", second, count)
	}
	for range count {
		if n+4 > len(b) {
			return 0, errShortTemplate
		}
		if version == versionIPFIX && b[n]&0x80 != 0 {
			n += 4 // an enterprise number follows
		}
		n += 4
	}
	if n > len(b) {
		return 0, errShortTemplate
	}
	return n, nil
}

// readTemplate has goflow2 read one template record, which templateSize
// measured, and compiles it. The template keeps a copy of the record.
func readTemplate(version uint16, record []byte, options bool) (*template, error) {
	fields, scopes, err := templateFields(version, record, options)
	if err != nil {
		return nil, err
	}
	t, err := compile(version, fields, scopes, options)
	if err != nil {
		return nil, err
	}
	t.record = bytes.Clone(record)
	return t, nil
}

// templateFields returns the fields of a template record, of which the first
// scopes are the scope of an options template.
func templateFields(version uint16, record []byte, options bool) (fields []netflow.Field, scopes int, err error) {
	buffer := bytes.NewBuffer(record)
	switch {
	case !options:
		read, err := netflow.DecodeTemplateSet(version, buffer)
		if err != nil || len(read) != 1 {
			return nil, 0, fmt.Errorf("read as %d templates: %w", len(read), err)
		}
		return read[0].Fields, 0, nil
	case version == versionNetFlow9:
		read, err := netflow.DecodeNFv9OptionsTemplateSet(buffer)
		if err != nil || len(read) != 1 {
			return nil, 0, fmt.Errorf("read as %d options templates: %w", len(read), err)
		}
		return append(read[0].Scopes, read[0].Options...), len(read[0].Scopes), nil
	default:
		read, err := netflow.DecodeIPFIXOptionsTemplateSet(buffer)
		if err != nil || len(read) != 1 {
			return nil, 0, fmt.Errorf("read as %d options templates: %w", len(read), err)
		}
		return append(read[0].Scopes, read[0].Options...), len(read[0].Scopes), nil
	}
}
