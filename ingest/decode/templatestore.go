package decode

import (
	"log/slog"
	"net/netip"
)

// Templates are kept while all of them weigh less than this, in fields, and those
// of one exporter's domain fewer than that: a chassis has a few dozen
// templates of at most a hundred fields.
const (
	templateWeightLimit = 1 << 20
	scopeFieldLimit     = 1 << 14
)

// templateScope is whose templates: template IDs are unique within one
// observation domain of one transport session, which over UDP is the
// exporter's address and port (RFC 7011 section 8, RFC 3954 section 5.1).
type templateScope struct {
	from    netip.AddrPort
	version uint16
	domain  uint32
}

// templateTable has the templates of one scope by their ID.
type templateTable struct {
	templates map[uint16]*template
	options   int // how many of them are options templates
	fields    int
	said      bool // the remark that they were too many was logged
}

// templateStore keeps every template under its scope and once more without
// the port: some exporters send data from another port than templates. The
// exact scope is looked up first.
type templateStore struct {
	tables *bounded[templateScope, *templateTable]
}

func newTemplateStore() templateStore {
	return templateStore{newBounded[templateScope, *templateTable](templateWeightLimit)}
}

// anyPort is the scope that all ports of the exporter share.
func (s templateScope) anyPort() templateScope {
	s.from = netip.AddrPortFrom(s.from.Addr(), 0)
	return s
}

// find returns the template, nil if it was not learnt.
func (s templateStore) find(scope templateScope, id uint16) *template {
	for _, in := range [...]templateScope{scope, scope.anyPort()} {
		if table, ok := s.tables.get(in); ok && table.templates[id] != nil {
			return table.templates[id]
		}
	}
	return nil
}

// learn keeps t under id in place of whatever had that ID, be it a data or an
// options template.
func (s templateStore) learn(scope templateScope, id uint16, t *template, log *slog.Logger) {
	for _, in := range [...]templateScope{scope, scope.anyPort()} {
		table, ok := s.tables.get(in)
		if !ok {
			table = &templateTable{templates: map[uint16]*template{}}
		}
		table.drop(id)
		if table.fields+len(t.fields) > scopeFieldLimit {
			if !table.said {
				log.Warn("more templates than any router has; starting over with this exporter's",
					slog.String("exporter", scope.from.String()))
			}
			*table = templateTable{templates: map[uint16]*template{}, said: true}
		}
		table.add(id, t)
		s.tables.put(in, table, table.weight())
	}
}

// withdraw forgets one template and returns how many that were.
func (s templateStore) withdraw(scope templateScope, id uint16) int64 {
	table, ok := s.tables.get(scope)
	if !ok || table.templates[id] == nil {
		return 0
	}
	if shared, ok := s.tables.get(scope.anyPort()); ok && shared.templates[id] == table.templates[id] {
		shared.drop(id)
	}
	table.drop(id)
	return 1
}

// withdrawAll forgets all templates of a kind and returns how many that were.
func (s templateStore) withdrawAll(scope templateScope, options bool) int64 {
	table, ok := s.tables.get(scope)
	if !ok || options && table.options == 0 || !options && table.options == len(table.templates) {
		return 0
	}
	n := int64(0)
	for id, t := range table.templates {
		if t.options == options {
			n += s.withdraw(scope, id)
		}
	}
	return n
}

// weight is what the table costs, in fields: a template and a table are each
// worth several.
func (t *templateTable) weight() int { return 8 + 8*len(t.templates) + t.fields }

func (t *templateTable) add(id uint16, learnt *template) {
	t.templates[id] = learnt
	t.fields += len(learnt.fields)
	if learnt.options {
		t.options++
	}
}

func (t *templateTable) drop(id uint16) {
	old := t.templates[id]
	if old == nil {
		return
	}
	delete(t.templates, id)
	t.fields -= len(old.fields)
	if old.options {
		t.options--
	}
}
