package feedback

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"minewatch/analyze/intake"
	"minewatch/analyze/iprange"
	"minewatch/analyze/ledger"
	"minewatch/analyze/sheet"
	"minewatch/analyze/versions"
)

// Input is a form that came back.
type Input struct {
	File string // its name, for messages and for the version's name
	Data []byte
}

// Options say how a form is imported. Now and Zone are required.
type Options struct {
	Sheet      string // of a workbook; empty = the first one that is visible
	Zone       *time.Location
	ReceivedAt time.Time // when it came back; zero = now
	Approver   string    // who approved that what is research or a false alarm is excluded
	Limits     intake.Limits
	Now        func() time.Time
	ExcludeFor time.Duration // how long an exclusion holds
}

// Result tells what became of a form.
type Result struct {
	intake.Tally
	Version    versions.Version // the one that holds the input
	Existing   bool             // it was there before, nothing was stored
	Exclusions int              // of the rows, those that exclude an address
	Unapproved int              // of the rows, those that would with an approver
	Pending    int              // of the rows, those that would end an exclusion that holds, with an approver
}

// The tables of a version: what its form says, and what all of them say
// together.
const (
	answersFile    = "answers.csv"
	standingFile   = "standing.csv"
	exclusionsFile = "exclusions.csv"
)

func store(lake string) *versions.Store { return versions.Open(filepath.Join(lake, "feedback")) }

// Import reads a form, compares each row with the notice that it answers, and
// keeps it as a version. A form that was imported before changes nothing. The
// result tells what was refused also where Import returns an error; then nothing
// was stored.
func Import(lake string, in Input, o Options) (Result, error) {
	fault := func(err error) error { return fmt.Errorf("feedback %s: %w", in.File, err) }
	if o.ReceivedAt.IsZero() {
		o.ReceivedAt = o.Now()
	}
	sent, err := Sent(lake)
	if err != nil {
		return Result{}, fault(err)
	}
	if len(sent) == 0 {
		return Result{}, fault(errors.New("no notice was ever sent from this lake: 'minewatch report weekly' writes the forms and records them"))
	}
	a, err := readAnswers(lake, in, o, sent)
	if err != nil {
		return Result{Tally: a.tally}, fault(err)
	}
	result := Result{Tally: a.tally}
	for i := range a.rows {
		switch {
		case !a.rows[i].Class.excludes():
		case a.rows[i].Approved.By == "":
			result.Unapproved++
		default:
			result.Exclusions++
		}
	}
	if result.Version, result.Existing, err = keep(lake, in, o, a); err != nil {
		return result, fault(err)
	}
	if result.Pending, err = pending(lake, a.rows, o.Zone); err != nil {
		return result, fault(err)
	}
	return result, nil
}

// pending counts the answers that nobody approved and that find otherwise than the
// approved ones, by which their addresses stay excluded.
func pending(lake string, rows []Row, zone *time.Location) (n int, err error) {
	current, err := Current(lake)
	if err != nil {
		return 0, err
	}
	excluded, err := Excluded(current)
	for i := range rows {
		r := &rows[i]
		if r.Class == "" || r.Class.excludes() || r.Approved.By != "" {
			continue
		}
		if address, err := iprange.ParseAddr(r.Host); err == nil && len(ledger.Excluded(excluded, address, dayOf(r.ReceivedAt, zone))) > 0 {
			n++
		}
	}
	return n, err
}

func keep(lake string, in Input, o Options, a *answers) (versions.Version, bool, error) {
	name := versions.NameOf(in.File)
	id := versions.ID(name, in.Data)
	for i := range a.rows {
		a.rows[i].Version = id
		if a.rows[i].Approved.By != "" {
			a.rows[i].Approved.Version = id
		}
	}
	settings := map[string]string{}
	if a.sheet != "" {
		settings["sheet"] = a.sheet
	}
	if o.Approver != "" {
		settings["approver"] = o.Approver
	}
	// The same bytes again are the same answer, whatever came between.
	list, err := store(lake).List()
	if err != nil {
		return versions.Version{}, false, err
	}
	for _, v := range list {
		if v.ID() == id && v.Settings["approver"] == o.Approver {
			return v, true, v.Verify()
		}
	}
	var table bytes.Buffer
	if err := sheet.Write(&table, Columns, a.rows); err != nil {
		return versions.Version{}, false, err
	}
	v, isNew, err := store(lake).Add(versions.Draft{
		Kind: "feedback", Name: name, File: in.File, Original: in.Data,
		Tables:   map[string][]byte{answersFile: table.Bytes()},
		Settings: settings, Counts: a.tally.Counts(),
		ImportedAt: o.Now(), RetrievedAt: o.ReceivedAt, RetrievedStated: true,
		Replaces: func(*versions.Version) bool { return true },
		Follow: func(before *versions.Version, tables map[string][]byte) error {
			return stand(before, a.rows, &o, tables)
		},
	})
	return v, !isNew, err
}

// stand adds what all forms say together, and what follows from it.
func stand(before *versions.Version, rows []Row, o *Options, tables map[string][]byte) error {
	var all []Row
	if before != nil {
		var err error
		if all, err = readStanding(before); err != nil {
			return err
		}
	}
	excludedBefore, err := Excluded(before)
	if err != nil {
		return err
	}
	all = standing(all, rows, o.ExcludeFor)
	var answers, excluded bytes.Buffer
	if err := errors.Join(
		sheet.Write(&answers, Columns, all),
		sheet.Write(&excluded, ledger.ExclusionColumns, exclusions(all, excludedBefore, o.ExcludeFor, o.Zone)),
	); err != nil {
		return err
	}
	tables[standingFile], tables[exclusionsFile] = answers.Bytes(), excluded.Bytes()
	return nil
}

// Current is the version whose tables say what all forms together say; nil where
// none came back.
func Current(lake string) (*versions.Version, error) {
	return newestVersion(store(lake), "feedback")
}

// Standing is what all forms together say, one row for each notice and address
// that was answered, and the version that says so; nil where none came back.
func Standing(lake string) (*versions.Version, []Row, error) {
	v, err := Current(lake)
	if err != nil || v == nil {
		return nil, nil, err
	}
	rows, err := readStanding(v)
	return v, rows, err
}

// readStanding reads what all forms up to a version say together.
func readStanding(v *versions.Version) ([]Row, error) { return readRows(v, standingFile) }

// readAnswersOf reads what the form of a version says.
func readAnswersOf(v *versions.Version) ([]Row, error) { return readRows(v, answersFile) }

// readRows reads answers. An older program noted only who approved the last one.
func readRows(v *versions.Version, file string) ([]Row, error) {
	rows, err := sheet.ReadVersion(v, file, Columns)
	for i := range rows {
		if by := rows[i].Approved.By; by != "" && rows[i].Approved.Class == "" {
			rows[i].approve(by)
		}
	}
	return rows, err
}

// StandingPath is the path of the table of what all forms together say.
func StandingPath(v *versions.Version) string { return v.Path(standingFile) }

// ExclusionsPath is the path of the table of the addresses that answers exclude.
func ExclusionsPath(v *versions.Version) string { return v.Path(exclusionsFile) }

// Excluded are the addresses that the answers up to a version exclude; none for nil.
func Excluded(v *versions.Version) ([]ledger.Exclusion, error) {
	if v == nil {
		return nil, nil
	}
	return sheet.ReadVersion(v, exclusionsFile, ledger.ExclusionColumns)
}

// ID names what all forms up to a version say, such as
// form@3f2a91c04b77+9c1e0d52ab34: the last form, and the hash of what they exclude.
// The form alone does not tell: approved later it is imported again, the same bytes.
func ID(v *versions.Version) string {
	return v.ID() + "+" + versions.Short(v.Tables[exclusionsFile])
}

// Basis names the same for readers of other units: a form has its file's name of whoever
// sent it.
func Basis(v *versions.Version) string {
	id := ID(v)
	return "answers" + id[strings.LastIndexByte(id, '@'):]
}

// Read is the version that a night of the lake read, by the paths of its knowledge,
// relative to the lake; nil where it read none, or where it is not there any more.
func Read(lake string, knowledge []string) (*versions.Version, error) {
	list, err := store(lake).List()
	if err != nil {
		return nil, err
	}
	for i := range list {
		path, err := filepath.Rel(lake, list[i].ManifestPath())
		if err != nil {
			return nil, err
		}
		if slices.Contains(knowledge, path) {
			return &list[i], nil
		}
	}
	return nil, nil
}
