package analyze

import (
	"slices"
	"strings"

	"minewatch/queries"
)

// figureRules are what the figures of a host's day rest on beside its contacts.
// Rankings take those that a night wrote by the same rules, and gather the
// others anew, so that thresholds can still be tried without a new night.
type figureRules struct {
	all        map[string]string  // hashes of all queries by their names
	queries    map[string]string  // of those that lead to the figures
	thresholds map[string]float64 // those that the queries read
}

func (o *Options) figureRules() (figureRules, error) {
	hashes, err := queryHashes()
	rules := figureRules{hashes, map[string]string{}, map[string]float64{}}
	if err != nil {
		return rules, err
	}
	all, err := queries.All()
	if err != nil {
		return rules, err
	}
	order, err := queries.Order(all, "mart_night_figures")
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
func (r *figureRules) are(m *Manifest) bool {
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
func (r *figureRules) shapes(m *Manifest, table string) bool {
	return m != nil && m.Queries["raw_"+table] == r.all["raw_"+table]
}

// told says whether a night's suspects tell whom a pool answered, also under an
// exclusion where there was one. Those of an older program lack it.
func (r *figureRules) told(m *Manifest) bool {
	return m.wrote("figures") && (r.shapes(m, "suspects") || m.Exclusions == "" && m.Answers == "")
}

// wrote says whether a night wrote a table.
func (m *Manifest) wrote(table string) bool {
	return m != nil && slices.ContainsFunc(m.Written, func(f File) bool { return strings.HasPrefix(f.Path, table+"/") })
}
