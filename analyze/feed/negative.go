package feed

import (
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"minewatch/analyze/iprange"
	"minewatch/analyze/sheet"
	"minewatch/analyze/versions"
)

// Kind is what a negative list says of its addresses.
type Kind string

// kinds are all kinds, sorted. The queries know them by name: cdn, vpn and
// hosting make an entry shared, p2p makes it a coin's node, the others explain
// a contact with something that is no pool.
var kinds = []Kind{"cdn", "false_positive", "hosting", "p2p", "resolver", "sinkhole", "vpn"}

// Kinds are the kinds of negative lists, sorted.
func Kinds() []Kind { return slices.Clone(kinds) }

const (
	negativeKind  = "negative"
	negativesFile = "negatives.csv"
)

// Negative is a range that a negative list names.
type Negative struct {
	Entry
	Kind Kind
}

// NegativeColumns are the columns of negatives.csv.
var NegativeColumns = slices.Concat(
	sheet.Addresses("address", func(n *Negative) *iprange.Range { return &n.Range }),
	[]sheet.Column[Negative]{
		sheet.Number("port", func(n *Negative) *int { return &n.Port }),
		sheet.Text("kind", func(n *Negative) *Kind { return &n.Kind }),
		sheet.Text("list", func(n *Negative) *string { return &n.Feed }),
		sheet.Text("list_version", func(n *Negative) *string { return &n.FeedVersion }),
		sheet.Text("source", func(n *Negative) *string { return &n.Source }),
		sheet.Text("licence", func(n *Negative) *string { return &n.Licence }),
		sheet.Calendar("retrieved_at", func(n *Negative) *time.Time { return &n.RetrievedAt }),
		sheet.Number("line", func(n *Negative) *int { return &n.Line }),
	},
)

// Negatives returns every version of every negative list in the lake, in the
// order of import. Effective chooses among them as among those of feeds.
func Negatives(lakeDir string) ([]Version, error) {
	return listVersions(negativeStore(lakeDir), "negative lists")
}

// NegativesPath is the path of the version's negatives.csv.
func (v *Version) NegativesPath() string { return v.Path(negativesFile) }

// ReadNegatives returns the ranges of a version of a negative list.
func (v *Version) ReadNegatives() ([]Negative, error) {
	return readTable(v, negativesFile, NegativeColumns)
}

func negativeStore(lakeDir string) *versions.Store {
	return versions.Open(filepath.Join(lakeDir, "negatives"))
}

func (o *Options) store(lakeDir string) *versions.Store {
	if o.Negative != "" {
		return negativeStore(lakeDir)
	}
	return store(lakeDir)
}

func (o *Options) kind() string {
	if o.Negative != "" {
		return negativeKind
	}
	return kind
}

// writeNegatives writes the ranges of a negative list: what else its rows say
// is about pools.
func (o *Options) writeNegatives(tables map[string][]byte, l *Content) error {
	rows := make([]Negative, len(l.Entries))
	for i, e := range l.Entries {
		rows[i] = Negative{Entry: e, Kind: o.Negative}
	}
	return writeTable(tables, negativesFile, NegativeColumns, rows)
}

// followNegatives holds a negative list back as any other. It has no memory: a
// range that is no longer a CDN's is none.
func (o *Options) followNegatives(now int) func(*versions.Version, map[string][]byte) error {
	return func(before *versions.Version, _ map[string][]byte) error {
		if before == nil {
			return nil
		}
		if kind := before.Settings["negative"]; kind != string(o.Negative) && !o.Force {
			return fmt.Errorf("%s is a list of the kind %s: give this one another --name, or import it with --force", before.Name, kind)
		}
		return o.holdBack(&Version{*before}, now)
	}
}

// readTable reads a table of a version after comparing it with its hash.
func readTable[T any](v *Version, file string, columns []sheet.Column[T]) ([]T, error) {
	rows, err := sheet.ReadVersion(&v.Version, file, columns)
	if err != nil {
		return nil, fmt.Errorf("feeds: %w", err)
	}
	return rows, nil
}
