package analyze

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"time"
)

// The chain is the log of all runs, manifests/chain/000123-night-2026-11-15.json:
// every entry is the record of one run and carries the SHA-256 of the entry
// before it. Nothing in it is ever replaced. The newest record of each day
// stands once more where readers look for it.

// Kind is what a run did.
type Kind string

// The kinds of runs.
const (
	KindNight   Kind = "night"   // matched a day and published it
	KindRegrade Kind = "regrade" // graded the hosts of a night anew
	KindSearch  Kind = "search"  // searched the flows of a night for newly learnt endpoints, in vain
)

// Link is where a record stands in the chain.
type Link struct {
	Seq      int    `json:"seq"`             // from 1, without gaps; 0: written by a program that kept no chain
	Kind     Kind   `json:"kind"`            //
	Previous string `json:"previous_sha256"` // of the entry before; "" = it is the first
}

// Search is the record of a search that changed nothing.
type Search struct {
	Link
	Day           Day       `json:"day"`
	RunAt         time.Time `json:"run_at"`
	Version       string    `json:"version"`
	Night         string    `json:"night_sha256"` // of the manifest whose flows were searched
	FeedsSearched []string  `json:"feeds_searched"`
	Endpoints     int       `json:"endpoints"`
}

// entry is an entry of the chain by its file.
type entry struct {
	seq  int
	kind Kind
	day  Day
	path string
}

var entryName = regexp.MustCompile(`^(\d{6,})-(night|regrade|search)-(\d{4}-\d{2}-\d{2})\.json$`)

func chainFolder(lake string) string { return filepath.Join(lake, "manifests", "chain") }

// chainEntries lists the chain in the order of writing.
func chainEntries(lake string) ([]entry, error) {
	files, err := os.ReadDir(chainFolder(lake)) // sorted by name
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var list []entry
	for _, f := range files {
		m := entryName.FindStringSubmatch(f.Name())
		if m == nil {
			continue
		}
		seq, err := strconv.Atoi(m[1])
		if err != nil {
			return nil, fmt.Errorf("chain of runs: %s: %w", f.Name(), err)
		}
		list = append(list, entry{seq, Kind(m[2]), Day(m[3]), filepath.Join(chainFolder(lake), f.Name())})
	}
	return list, nil
}

// nextLink is the link of the entry that comes next, and its path. The caller
// holds the lock of the nights.
func nextLink(lake string, kind Kind, day Day) (Link, string, error) {
	entries, err := chainEntries(lake)
	if err != nil {
		return Link{}, "", err
	}
	link := Link{Seq: 1, Kind: kind}
	if len(entries) > 0 {
		last := entries[len(entries)-1]
		text, err := os.ReadFile(last.path)
		if err != nil {
			return Link{}, "", fmt.Errorf("chain of runs: %w", err)
		}
		link.Seq, link.Previous = last.seq+1, hashOf(text)
	}
	return link, filepath.Join(chainFolder(lake), fmt.Sprintf("%06d-%s-%s.json", link.Seq, kind, day)), nil
}

// Head is the number of the last run and the hash of its record; 0 where
// there is none.
func Head(lake string) (seq int, hash string, err error) {
	link, _, err := nextLink(lake, "", "")
	return link.Seq - 1, link.Previous, err
}

func hashOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

func manifestPath(lake string, day Day) string {
	return filepath.Join(lake, "manifests", "nightly", "day="+string(day)+".json")
}

func searchPath(lake string, day Day) string {
	return filepath.Join(lake, "manifests", "searched", "day="+string(day)+".json")
}

// current is where readers find the newest record of the entry's sort.
func (e *entry) current(lake string) string {
	if e.kind == KindSearch {
		return searchPath(lake, e.day)
	}
	return manifestPath(lake, e.day)
}

// ReadManifest reads the manifest of a night; fs.ErrNotExist if it never ran.
func ReadManifest(lake string, day Day) (*Manifest, error) {
	m, _, err := readManifest(lake, day)
	return m, err
}

// readManifest returns the manifest's hash as well.
func readManifest(lake string, day Day) (*Manifest, string, error) {
	text, err := os.ReadFile(manifestPath(lake, day))
	if err != nil {
		return nil, "", err
	}
	var m Manifest
	if err := json.Unmarshal(text, &m); err != nil {
		return nil, "", fmt.Errorf("manifest of the night of %s: %w: run that night again", day, err)
	}
	hash := hashOf(text)
	text, err = os.ReadFile(searchPath(lake, day))
	if errors.Is(err, fs.ErrNotExist) {
		return &m, hash, nil
	}
	var s Search
	if err == nil {
		err = json.Unmarshal(text, &s)
	}
	if err != nil {
		return nil, "", fmt.Errorf("record of the search on %s: %w: delete that file, the search is only done once more", day, err)
	}
	if s.Night == hash {
		m.FeedsSearched = s.FeedsSearched
	}
	return &m, hash, nil
}
