package decode

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"time"

	"minewatch/ingest/flow"
)

// State is what a Memory holds of templates and sampling rates, as it outlives
// the process: without it everything that routers send after a restart would
// wait, or be read by guesswork, until they repeat themselves.
type State struct {
	Templates []TemplateState `json:"templates"`
	Sampling  []SamplingState `json:"sampling"`
}

// TemplateState is one template, as the exporter told it.
type TemplateState struct {
	Exporter netip.AddrPort `json:"exporter"`
	Version  uint16         `json:"version"` // 9 or, for IPFIX, 10
	Domain   uint32         `json:"domain"`
	Options  bool           `json:"options,omitempty"`
	Record   []byte         `json:"record"`           // the template record (RFC 3954 section 5.2, RFC 7011 section 3.4)
	Booted   int64          `json:"booted,omitempty"` // when the exporter started, ms since 1970 by its clock; 0: it does not say
	Seen     time.Time      `json:"seen"`             // when it was last told
}

// Stream is whose numbering the template's datagrams are in.
func (s *TemplateState) Stream() Stream {
	format := flow.NetFlow9
	if s.Version == versionIPFIX {
		format = flow.IPFIX
	}
	return Stream{Format: format, From: s.Exporter, Domain: s.Domain}
}

// SamplingState is what options records taught about one domain of an exporter.
type SamplingState struct {
	Exporter   netip.Addr  `json:"exporter"`
	Domain     uint32      `json:"domain"`
	SystemInit int64       `json:"system_init,omitempty"` // IE 160, ms since 1970
	Rates      []RateState `json:"rates,omitempty"`
	Seen       time.Time   `json:"seen"`
}

// RateState is one sampling rate, and what it belongs to.
type RateState struct {
	Of   string `json:"of"` // domain, sampler or interface
	ID   uint64 `json:"id,omitempty"`
	Rate int32  `json:"rate"` // 1 in N
}

// samplerWords are the kinds of samplers in a State.
var samplerWords = [...]string{samplerOfDomain: "domain", samplerByID: "sampler", samplerByInterface: "interface"}

// State returns what exporters said since that time, in an order that depends
// on nothing else.
func (m *Memory) State(since time.Time) State {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := State{Templates: []TemplateState{}, Sampling: []SamplingState{}}
	for scope, table := range m.tables.all() {
		if scope.from.Port() == 0 {
			continue // the templates of all ports follow from those of each
		}
		for _, e := range *table.list.Load() {
			s.Templates = append(s.Templates, TemplateState{
				Exporter: scope.from, Version: scope.version, Domain: scope.domain, Options: e.t.options,
				Record: e.t.record, Booted: e.t.booted.Load(), Seen: time.Unix(e.t.seen.Load(), 0).UTC(),
			})
		}
	}
	for addr, k := range m.exporters.all() {
		for id, in := range k.book.Load().domains {
			s.Sampling = append(s.Sampling, in.state(addr, id))
		}
	}
	s.sort()
	s.forget(since)
	return s
}

func (in *domain) state(addr netip.Addr, id uint32) SamplingState {
	s := SamplingState{Exporter: addr, Domain: id, SystemInit: in.systemInit, Seen: time.Unix(in.seen.Load(), 0).UTC()}
	for of, rate := range in.rates {
		s.Rates = append(s.Rates, RateState{Of: samplerWords[of.kind], ID: of.id, Rate: rate})
	}
	slices.SortFunc(s.Rates, func(a, b RateState) int { return cmp.Or(cmp.Compare(a.Of, b.Of), cmp.Compare(a.ID, b.ID)) })
	return s
}

// sort brings what was said last to the end.
func (s *State) sort() {
	slices.SortFunc(s.Templates, func(a, b TemplateState) int {
		return cmp.Or(a.Seen.Compare(b.Seen), a.Exporter.Compare(b.Exporter), cmp.Compare(a.Version, b.Version),
			cmp.Compare(a.Domain, b.Domain), slices.Compare(a.Record, b.Record))
	})
	slices.SortFunc(s.Sampling, func(a, b SamplingState) int {
		return cmp.Or(a.Seen.Compare(b.Seen), a.Exporter.Compare(b.Exporter), cmp.Compare(a.Domain, b.Domain))
	})
}

// forget takes out what was last said before that time.
func (s *State) forget(since time.Time) {
	s.Templates = slices.DeleteFunc(s.Templates, func(t TemplateState) bool { return t.Seen.Before(since) })
	s.Sampling = slices.DeleteFunc(s.Sampling, func(r SamplingState) bool { return r.Seen.Before(since) })
}

// Restore learns what is in the states and was last said since that time; of
// several statements the last one counts. It is for a Memory of nothing. What
// cannot be read is left out, and is in the error.
func (m *Memory) Restore(since time.Time, log *slog.Logger, states ...State) error {
	var all State
	for _, s := range states {
		all.Templates = append(all.Templates, s.Templates...)
		all.Sampling = append(all.Sampling, s.Sampling...)
	}
	all.sort()
	all.forget(since)
	var faults []error
	for i := range all.Templates {
		t := &all.Templates[i]
		if err := m.restoreTemplate(t, log); err != nil {
			faults = append(faults, fmt.Errorf("template of %s, domain %d: %w", t.Exporter, t.Domain, err))
		}
	}
	for i := range all.Sampling {
		s := &all.Sampling[i]
		if err := m.restoreSampling(s); err != nil {
			faults = append(faults, fmt.Errorf("sampling of %s, domain %d: %w", s.Exporter, s.Domain, err))
		}
	}
	return errors.Join(faults...)
}

// restoreTemplate reads the record by the same checks as one that arrives.
func (m *Memory) restoreTemplate(s *TemplateState, log *slog.Logger) error {
	switch {
	case !s.Exporter.IsValid() || s.Exporter.Port() == 0:
		return errors.New("the exporter is no address with a port")
	case s.Version != versionNetFlow9 && s.Version != versionIPFIX:
		return fmt.Errorf("version %d has no templates", s.Version)
	case len(s.Record) < headerSet:
		return errShortTemplate
	}
	id := binary.BigEndian.Uint16(s.Record)
	if id < firstDataSet {
		return fmt.Errorf("the ID %d is reserved for sets", id)
	}
	size, err := templateSize(s.Version, s.Record, s.Options)
	if err != nil {
		return err
	}
	t, err := readTemplate(s.Version, s.Record[:size], s.Options)
	if err != nil {
		return err
	}
	t.booted.Store(s.Booted)
	scope := templateScope{from: s.Exporter, version: s.Version, domain: s.Domain}
	m.learn(scope, id, t, s.Seen, log)
	t.restored.Store(true)
	return nil
}

func (m *Memory) restoreSampling(s *SamplingState) error {
	if !s.Exporter.IsValid() {
		return errors.New("the exporter is no address")
	}
	lessons := []lesson{{domain: s.Domain, systemInit: s.SystemInit}}
	for _, r := range s.Rates {
		kind := slices.Index(samplerWords[:], r.Of)
		if kind < 0 || r.Rate < 1 {
			return fmt.Errorf("1 in %d of %q is no rate", r.Rate, r.Of)
		}
		lessons = append(lessons, lesson{domain: s.Domain, sampler: sampler{samplerKind(kind), r.ID}, rate: r.Rate})
	}
	m.teach(s.Exporter, m.of(s.Exporter), s.Domain, lessons, s.Seen)
	return nil
}

// restartTolerance is how far the start of an exporter may seem to move while
// it runs: headers say it to the second, and clocks are set. After a restart it
// has moved by more than the exporter had been up.
const restartTolerance = 5 * time.Minute

// confirmed says whether a template that was restored still holds. A router
// that restarted while nobody listened may use its IDs for other templates, and
// told them to nobody: its data then waits until it repeats them. Only v9 tells;
// the templates of IPFIX are believed.
func (d *Decoder) confirmed(m *message, t *template) bool {
	if !t.restored.Load() {
		return true
	}
	if booted := t.booted.Load(); booted != 0 && m.clock.hasUptime {
		// The uptime wraps after 49.7 days, and so does the start that
		// follows from it.
		moved := time.Duration(int32(uint32(m.clock.booted()-booted))) * time.Millisecond
		if moved.Abs() > restartTolerance {
			n := d.memory.withdraw(m.scope(), isRestored) + d.memory.withdraw(m.scope().anyPort(), isRestored)
			d.log.Info("exporter has restarted since its templates were saved; its data waits for new ones",
				slog.String("exporter", m.exporter.name), slog.Int64("templates", n))
			return false
		}
	}
	t.restored.Store(false)
	return true
}

func isRestored(e templateEntry) bool { return e.t.restored.Load() }

// booted is when the exporter started, ms since 1970 by its own clock; 0 where
// it does not say.
func (c clock) booted() int64 {
	if !c.hasUptime {
		return 0
	}
	return c.export - int64(c.uptime)
}
