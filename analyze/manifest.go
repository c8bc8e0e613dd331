package analyze

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"minewatch/analyze/feedback"
	"minewatch/analyze/report"
	"minewatch/queries"
)

// Counts is what became of every flow record that met a listed address:
// Matched = InContacts + NotInternal + SharedOtherPort + KnockedOnly.
type Counts struct {
	Matched         int64 `json:"matched"`
	InContacts      int64 `json:"in_contacts"`
	NotInternal     int64 `json:"not_internal"`      // the other side is outside the internal prefixes
	SharedOtherPort int64 `json:"shared_other_port"` // a shared address, on a port that the feed does not list
	KnockedOnly     int64 `json:"knocked_only"`      // from outside, never answered
	SeenTwice       int64 `json:"seen_twice"`        // of InContacts: set aside, another exporter counted
	Contacts        int64 `json:"contacts"`
	Hosts           int64 `json:"hosts"`

	FlowsRead           int64            `json:"flows_read,omitempty"` // rows of all flow files that were read, a little more than the day
	Flows               int64            `json:"flows"`                // of the day, by receipt
	FlowsClockReplaced  int64            `json:"flows_clock_replaced"`
	FlowsRateUnknown    int64            `json:"flows_rate_unknown"`
	FlowsOutOfReach     int64            `json:"flows_out_of_reach"`
	Exporters           int64            `json:"exporters"`
	HoursCovered        int64            `json:"hours_covered"`
	Grades              map[string]int64 `json:"grades"`
	OutsideWindow       int64            `json:"outside_window"`         // contacts outside their entry's window
	NotEstablished      int64            `json:"not_established"`        // contacts without an answer
	ListedInside        int64            `json:"listed_inside"`          // contacts with a listed address of the watched network itself: explained
	FeedEntries         int64            `json:"feed_entries"`           // in the effective feed
	FeedEntriesInWindow int64            `json:"feed_entries_in_window"` // that may be matched on this day
}

// File is one file that a run read or wrote.
type File struct {
	Path   string `json:"path"` // relative to the lake
	Bytes  int64  `json:"bytes"`
	Rows   int64  `json:"rows,omitempty"`          // of flow files
	Footer string `json:"footer_sha256,omitempty"` // of flow files: of the Parquet footer alone
	SHA256 string `json:"sha256,omitempty"`        // of the whole file
}

// Manifest says what one night read, with which rules, and what it wrote. It is
// an entry of the chain of runs.
type Manifest struct {
	Link
	Day         Day                `json:"day"`
	Zone        string             `json:"zone"`
	RunAt       time.Time          `json:"run_at"`
	Version     string             `json:"version"`
	FeedAsOf    *time.Time         `json:"feed_as_of,omitempty"`
	Feeds       []string           `json:"feeds"`
	Negatives   []string           `json:"negatives,omitempty"` // lists of what is no pool
	Ledger      string             `json:"ledger,omitempty"`
	Exclusions  string             `json:"exclusions,omitempty"`
	Answers     string             `json:"answers,omitempty"` // of units: the last form, and the hash of what they all exclude
	Thresholds  map[string]float64 `json:"thresholds"`
	TTLDays     map[string]int     `json:"ttl_days"`
	QueriesHash string             `json:"queries_sha256"` // over all query files
	Queries     map[string]string  `json:"queries,omitempty"`
	Knowledge   []File             `json:"knowledge,omitempty"`   // the manifests of feeds, negative lists, ledger, exclusions and answers
	FlowList    *File              `json:"flow_list,omitempty"`   // the list of flow files, see ReadFlows
	Flows       []File             `json:"flows,omitempty"`       // the list itself, by an older program
	Unpublished int                `json:"unpublished,omitempty"` // files in which collectors still held flows of the day
	SetAside    []SetAside         `json:"set_aside,omitempty"`   // damaged flow files of the day that were not read
	History     []File             `json:"history"`
	Written     []File             `json:"written"`
	PastOf      string             `json:"past_of_sha256,omitempty"` // over the nights that past and watched are made of; "" = they could not be read, and nothing is kept
	Receipts    []File             `json:"receipts"`                 // of the collectors: what the coverage rests on
	Counts      Counts             `json:"counts"`
	Coverage    report.Coverage    `json:"coverage"`
	Steps       []Step             `json:"steps,omitempty"` // before publishing

	// What LateNights did to the night since.
	FeedsSearched []string   `json:"feeds_searched,omitempty"` // folders of versions: the flows were searched for what these have more than Feeds, and nobody met it
	RegradedAt    *time.Time `json:"regraded_at,omitempty"`    // contacts of the six days before changed, and the hosts were graded anew
}

// readCounts fills the counts from the night's relations.
func (n *night) readCounts(ctx context.Context) error {
	c := &n.counts
	return n.db.Each(ctx, `
		select
			counts.matched, counts.in_contacts, counts.not_internal, counts.shared_other_port, counts.knocked_only,
			counts.seen_twice, counts.contacts, counts.hosts,
			coverage.flows, coverage.clock, coverage.rate, coverage.reach, coverage.exporters, coverage.hours,
			contacts.outside, contacts.silent, contacts.inside, entries.n, entries.in_window
		from mart_night_counts as counts,
			(select coalesce(sum(flows), 0)::bigint as flows, coalesce(sum(flows_clock_replaced), 0)::bigint as clock,
				coalesce(sum(flows_rate_unknown), 0)::bigint as rate, coalesce(sum(flows_out_of_reach), 0)::bigint as reach,
				count(distinct exporter) filter (where flows > 0) as exporters, count(distinct hour) filter (where flows > 0) as hours from mart_coverage) as coverage,
			(select count(*) filter (where days_outside > 0) as outside, count(*) filter (where not established) as silent,
				count(*) filter (where explained = 'own') as inside from mart_contacts) as contacts,
			(select count(*) as n, count(*) filter (where valid_from_ms < getvariable('day_end_ms') and valid_until_ms >= getvariable('day_start_ms')) as in_window
				from stg_pool_entries) as entries`, func(rows *sql.Rows) error {
		return rows.Scan(&c.Matched, &c.InContacts, &c.NotInternal, &c.SharedOtherPort, &c.KnockedOnly,
			&c.SeenTwice, &c.Contacts, &c.Hosts,
			&c.Flows, &c.FlowsClockReplaced, &c.FlowsRateUnknown, &c.FlowsOutOfReach, &c.Exporters, &c.HoursCovered,
			&c.OutsideWindow, &c.NotEstablished, &c.ListedInside, &c.FeedEntries, &c.FeedEntriesInWindow)
	})
}

// countGrades counts the hosts of the night by their grades.
func (n *night) countGrades(ctx context.Context) error {
	n.counts.Grades = map[string]int64{}
	return n.db.Each(ctx, "select grade, count(*) from mart_night_suspects group by grade", func(rows *sql.Rows) error {
		var grade string
		var hosts int64
		err := rows.Scan(&grade, &hosts)
		n.counts.Grades[grade] = hosts
		return err
	})
}

// describe fills the manifest from the inputs and the staged files.
func (n *night) describe(ctx context.Context) error {
	if err := n.countGrades(ctx); err != nil {
		return err
	}
	m := &Manifest{
		Day: n.day, Zone: n.Zone.String(), RunAt: n.Now().UTC(), Version: n.Version,
		Thresholds: n.thresholds(), TTLDays: n.TTLDays, Counts: n.counts, Coverage: n.coverage,
		Knowledge: n.knowledge, Receipts: n.receipts, SetAside: n.inputs.setAside, Unpublished: n.inputs.unpublished, Steps: n.steps,
	}
	if !n.FeedAsOf.IsZero() {
		m.FeedAsOf = &n.FeedAsOf
	}
	for _, v := range n.inputs.feeds {
		m.Feeds = append(m.Feeds, v.ID())
	}
	for _, v := range n.inputs.negatives {
		m.Negatives = append(m.Negatives, v.ID())
	}
	if n.inputs.ranges != nil {
		m.Ledger = n.inputs.ranges.ID()
	}
	if n.inputs.exclusions != nil {
		m.Exclusions = n.inputs.exclusions.ID()
	}
	if n.inputs.answers != nil {
		m.Answers = feedback.ID(n.inputs.answers)
	}
	for _, f := range n.flows {
		m.Counts.FlowsRead += f.Rows
	}
	var err error
	if m.FlowList, err = n.writeFlowList(); err != nil {
		return err
	}
	n.manifest = m
	return n.describeResults()
}

// describeResults says what the grades rest on, and what was written.
func (n *night) describeResults() error {
	m := n.manifest
	m.History = n.history
	var err error
	if m.QueriesHash, err = queriesHash(); err != nil {
		return err
	}
	if m.Queries, err = queryHashes(); err != nil {
		return err
	}
	for _, s := range n.staged {
		f, err := hashFile(n.Lake, s.Temporary())
		if err != nil {
			return err
		}
		f.Path, _ = filepath.Rel(n.Lake, s.Path())
		m.Written = slices.DeleteFunc(m.Written, func(old File) bool { return old.Path == f.Path })
		m.Written = append(m.Written, f)
	}
	if m.PastOf = ""; n.before != nil {
		n.before.add(n.day, m)
		m.PastOf = n.before.text()
	}
	return nil
}

// describeInputs notes what the run is about to read, with hashes: what was
// changed or exchanged while it ran shows afterwards.
func (n *night) describeInputs(ctx context.Context) error {
	err := n.describeFlows(ctx)
	if err != nil {
		return err
	}
	if n.receipts, err = n.files(n.inputs.receipts); err != nil {
		return err
	}
	if n.knowledge, err = n.inputs.manifests(n.Lake); err != nil {
		return err
	}
	if n.history, err = believe(n.Lake, n.inputs.history); err != nil {
		return err
	}
	_, err = believe(n.Lake, n.inputs.covered)
	return err
}

func (n *night) files(list []lakeFile) ([]File, error) {
	var files []File
	for _, f := range list {
		file, err := hashFile(n.Lake, f.path)
		if err != nil {
			return nil, err
		}
		files = append(files, file)
	}
	return files, nil
}

func hashFile(lake, path string) (File, error) {
	f, err := os.Open(path)
	if err != nil {
		return File{}, err
	}
	defer f.Close() //nolint:errcheck // only read
	stat, err := f.Stat()
	if err != nil {
		return File{}, err
	}
	name, err := filepath.Rel(lake, path)
	if err != nil {
		return File{}, err
	}
	out := File{Path: name, Bytes: stat.Size()}
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return File{}, fmt.Errorf("hash %s: %w", path, err)
	}
	out.SHA256 = hex.EncodeToString(h.Sum(nil))
	return out, nil
}

// macrosName stands for the macros among the query files.
const macrosName = "macros"

// queryHashes are the hashes of the query files by their names.
func queryHashes() (map[string]string, error) {
	all, err := queries.All()
	if err != nil {
		return nil, err
	}
	macros, err := queries.Macros()
	hashes := make(map[string]string, len(all)+1)
	for name := range all {
		hashes[name] = hashOf([]byte(all[name].SQL))
	}
	hashes[macrosName] = hashOf([]byte(strings.Join(macros, "\x00")))
	return hashes, err
}

// queriesHash is one hash over all query files: the rules of a run.
func queriesHash() (string, error) {
	all, err := queries.All()
	if err != nil {
		return "", err
	}
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		_, _ = io.WriteString(h, name+"\x00"+all[name].SQL+"\x00")
	}
	macros, err := queries.Macros()
	_, _ = io.WriteString(h, strings.Join(macros, "\x00"))
	return hex.EncodeToString(h.Sum(nil)), err
}

// rulesHash is one hash over the queries, the thresholds and the times to
// live: equal hashes judge equal contacts equally.
func rulesHash(o *Options) (string, error) {
	hash, err := queriesHash()
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(struct {
		Queries    string
		Thresholds map[string]float64
		TTLDays    map[string]int
	}{hash, o.thresholds(), o.TTLDays})
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), err
}
