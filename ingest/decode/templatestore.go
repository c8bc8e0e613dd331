package decode

import (
	"bytes"
	"cmp"
	"log/slog"
	"net/netip"
	"slices"
	"sync/atomic"
	"time"
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

// anyPort is the scope that all ports of the exporter share.
func (s templateScope) anyPort() templateScope {
	s.from = netip.AddrPortFrom(s.from.Addr(), 0)
	return s
}

// templateTable has the templates of one scope. A list is replaced and never
// changed, so that it can be searched without a lock.
type templateTable struct {
	list    atomic.Pointer[[]templateEntry] // by ID
	options int                             // how many of them are options templates
	fields  int
	said    bool // the remark that they were too many was logged
}

type templateEntry struct {
	id uint16
	t  *template
}

func newTemplateTable() *templateTable {
	t := new(templateTable)
	t.list.Store(new([]templateEntry))
	return t
}

// get returns the template of that ID, nil if there is none.
func (t *templateTable) get(id uint16) *template {
	list := *t.list.Load()
	if i, ok := search(list, id); ok {
		return list[i].t
	}
	return nil
}

func search(list []templateEntry, id uint16) (int, bool) {
	return slices.BinarySearchFunc(list, id, func(e templateEntry, id uint16) int { return cmp.Compare(e.id, id) })
}

// put sets the template of that ID, or with nil forgets it.
func (t *templateTable) put(id uint16, learnt *template) {
	list := slices.Clone(*t.list.Load())
	i, ok := search(list, id)
	if ok {
		t.count(list[i].t, -1)
		list = slices.Delete(list, i, i+1)
	}
	if learnt != nil {
		t.count(learnt, 1)
		list = slices.Insert(list, i, templateEntry{id, learnt})
	}
	t.list.Store(&list)
}

func (t *templateTable) count(learnt *template, n int) {
	t.fields += n * len(learnt.fields)
	if learnt.options {
		t.options += n
	}
}

// weight is what the table costs, in fields: a template and a table are each
// worth several.
func (t *templateTable) weight() int { return 8 + 8*len(*t.list.Load()) + t.fields }

// templateStore is a Decoder's way to the templates of its Memory. Each is
// there under its scope and once more without the port: some exporters send
// data from another port than templates. The exact scope is looked up first.
type templateStore struct {
	memory    *Memory
	near      map[templateScope]*templateTable // tables that were found before
	forgotten uint64                           // of the Memory, when near was empty
}

func newTemplateStore(m *Memory) *templateStore {
	return &templateStore{memory: m, near: map[templateScope]*templateTable{}}
}

// find returns the template, nil if it was not learnt.
func (s *templateStore) find(scope templateScope, id uint16) *template {
	if table := s.table(scope); table != nil {
		if t := table.get(id); t != nil {
			return t
		}
	}
	if table := s.table(scope.anyPort()); table != nil {
		return table.get(id)
	}
	return nil
}

func (s *templateStore) table(scope templateScope) *templateTable {
	if n := s.memory.forgotten.Load(); n != s.forgotten {
		clear(s.near)
		s.forgotten = n
	}
	table := s.near[scope]
	if table == nil {
		s.memory.mu.Lock()
		defer s.memory.mu.Unlock()
		if found, ok := s.memory.tables.get(scope); ok {
			table, s.near[scope] = found, found
		}
	}
	return table
}

// known returns the template of exactly that scope, if it was learnt from the
// same record.
func (s *templateStore) known(scope templateScope, id uint16, record []byte, options bool) *template {
	if table := s.table(scope); table != nil {
		if t := table.get(id); t != nil && t.options == options && bytes.Equal(t.record, record) {
			return t
		}
	}
	return nil
}

// learn keeps t under id in place of whatever had that ID, be it a data or an
// options template: the newest definition counts (RFC 3954 section 9, RFC 7011
// section 8.4 for UDP).
func (m *Memory) learn(scope templateScope, id uint16, t *template, at time.Time, log *slog.Logger) {
	t.saw(at)
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, in := range [...]templateScope{scope, scope.anyPort()} {
		table, ok := m.tables.get(in)
		if !ok {
			table = newTemplateTable()
		}
		if table.get(id) != t {
			m.learnt.Add(1)
			table.put(id, nil)
			if table.fields+len(t.fields) > scopeFieldLimit {
				if !table.said {
					log.Warn("more templates than any router has; starting over with this exporter's",
						slog.String("exporter", scope.from.String()))
				}
				table = newTemplateTable()
				table.said = true
				m.forgotten.Add(1)
			}
			table.put(id, t)
		}
		m.tables.put(in, table, table.weight())
	}
}

// withdraw forgets the templates of a scope that drop says, and returns how many
// that were. The port's templates go from the shared scope only where they are
// what stands there.
func (m *Memory) withdraw(scope templateScope, drop func(templateEntry) bool) int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	table, ok := m.tables.get(scope)
	if !ok {
		return 0
	}
	dropped := table.dropIf(drop)
	if len(dropped) == 0 {
		return 0
	}
	if shared, ok := m.tables.get(scope.anyPort()); ok {
		shared.dropIf(func(e templateEntry) bool { return dropped[e.id] == e.t })
	}
	m.learnt.Add(1)
	return int64(len(dropped))
}

// dropIf forgets the templates that drop says, and returns them.
func (t *templateTable) dropIf(drop func(templateEntry) bool) map[uint16]*template {
	var kept []templateEntry
	dropped := map[uint16]*template{}
	for _, e := range *t.list.Load() {
		if drop(e) {
			t.count(e.t, -1)
			dropped[e.id] = e.t
		} else {
			kept = append(kept, e)
		}
	}
	if len(dropped) > 0 {
		t.list.Store(&kept)
	}
	return dropped
}
