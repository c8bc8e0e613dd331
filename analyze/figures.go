package analyze

import (
	"path/filepath"
	"slices"
	"strings"

	"minewatch/queries"
)

// tableRules are what nightly tables that follow from others rest on beside these.
// Rankings take those that a night wrote by the same rules, and gather the
// others anew, so that thresholds can still be tried without a new night.
type tableRules struct {
	all        map[string]string  // hashes of all queries by their names
	queries    map[string]string  // of those that lead to the tables
	thresholds map[string]float64 // those that the queries read
}

// rulesOf are the rules of today of the tables that relations are written to.
func (o *Options) rulesOf(relations ...string) (tableRules, error) {
	hashes, err := queryHashes()
	rules := tableRules{hashes, map[string]string{}, map[string]float64{}}
	if err != nil {
		return rules, err
	}
	all, err := queries.All()
	if err != nil {
		return rules, err
	}
	order, err := queries.Order(all, relations...)
	if err != nil {
		return rules, err
	}
	thresholds := o.thresholds()
	rules.queries[macrosName] = hashes[macrosName]
	for i := range order {
		rules.queries[order[i].Name] = hashes[order[i].Name]
		for _, name := range order[i].Params {
			if value, ok := thresholds[name]; ok {
				rules.thresholds[name] = value
			}
		}
	}
	return rules, nil
}

// are says whether a night had these rules.
func (r *tableRules) are(m *Manifest) bool {
	for name, hash := range r.queries {
		if m.Queries[name] != hash {
			return false
		}
	}
	for name, value := range r.thresholds {
		if m.Thresholds[name] != value {
			return false
		}
	}
	return true
}

// shapes says whether a night's table has the columns that this program's has.
func (r *tableRules) shapes(m *Manifest, table string) bool {
	return m != nil && m.Queries["raw_"+table] == r.all["raw_"+table]
}

// told says whether a night's suspects tell whom a pool answered, also under an
// exclusion where there was one. Those of an older program lack it.
func (r *tableRules) told(m *Manifest) bool {
	return m.wrote("figures") && (r.shapes(m, "suspects") || m.Exclusions == "" && m.Answers == "")
}

// wrote says whether a night wrote a table.
func (m *Manifest) wrote(table string) bool {
	return m != nil && slices.ContainsFunc(m.Written, func(f File) bool { return tableOf(f) == table })
}

// tableOf is the nightly table that a file is of.
func tableOf(f File) string {
	table, _, _ := strings.Cut(filepath.ToSlash(f.Path), "/")
	return table
}
