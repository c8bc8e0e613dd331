package week

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"minewatch/cmd/flowgen/internal/province"
	"minewatch/cmd/flowgen/internal/scenario"
	"minewatch/cmd/flowgen/internal/wire"
)

// Names of the files beside the captures.
const (
	FeedFile       = "feed.csv"
	SinkholesFile  = "sinkholes.csv"
	LedgerFile     = "ledger.csv"
	ExclusionsFile = "exclusions.csv"
	TruthFile      = "truth.csv"
	SummaryFile    = "summary.json"
)

// File is one capture and exactly what it holds.
type File struct {
	File     string      `json:"file"`
	Exporter string      `json:"exporter"`
	Address  string      `json:"address"`
	Format   wire.Format `json:"format"`
	Sampling uint32      `json:"sampling"`
	Day      string      `json:"day"`
	Lost     int64       `json:"lost"` // records that the router exported and no capture has
	wire.Tally
}

// FormatTally is the sum of all files of a format.
type FormatTally struct {
	Format wire.Format `json:"format"`
	wire.Tally
}

// Summary is what a week holds, to the record, so that an import can be checked
// against it.
type Summary struct {
	Seed              uint64        `json:"seed"`
	Week              string        `json:"week"`
	Zone              string        `json:"zone"`
	FlowsAsked        int           `json:"flows_asked"`
	Miners            int           `json:"miners"`
	Decoys            int           `json:"decoys"`
	PlantedRecords    int64         `json:"planted_records"`
	BackgroundRecords int64         `json:"background_records"`
	LostRecords       int64         `json:"lost_records"` // of both, on the way
	Captures          wire.Tally    `json:"captures"`     // to be imported
	Live              wire.Tally    `json:"live"`         // to be sent over UDP
	Formats           []FormatTally `json:"formats"`
	Files             []File        `json:"files"`
}

func newSummary(o *Options, truth []scenario.Truth, planted int) *Summary {
	s := &Summary{Seed: o.Seed, Week: o.Week.Name, Zone: o.Zone, FlowsAsked: o.Flows, PlantedRecords: int64(planted)}
	for _, t := range truth {
		if t.Class == scenario.Miner {
			s.Miners++
		} else {
			s.Decoys++
		}
	}
	for _, f := range []wire.Format{wire.NetFlow5, wire.NetFlow9, wire.IPFIX, wire.SFlow} {
		s.Formats = append(s.Formats, FormatTally{Format: f})
	}
	return s
}

func (s *Summary) add(f File, live bool) {
	s.Files = append(s.Files, f)
	s.LostRecords += f.Lost
	if live {
		s.Live.Add(f.Tally)
	} else {
		s.Captures.Add(f.Tally)
	}
	for i := range s.Formats {
		if s.Formats[i].Format == f.Format {
			s.Formats[i].Add(f.Tally)
		}
	}
}

func (s *Summary) write(dir string) error {
	return writeFile(dir, SummaryFile, func(w io.Writer) error {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(s)
	})
}

// writeTables writes the feed, the sinkholes, the ledger, the exclusions and the truth.
func writeTables(dir string, w scenario.World, p scenario.Planted) error {
	return errors.Join(
		writeFile(dir, FeedFile, w.Pools.WriteFeed),
		writeFile(dir, SinkholesFile, w.Pools.WriteSinkholes),
		writeFile(dir, LedgerFile, w.Province.WriteLedger),
		writeFile(dir, ExclusionsFile, func(w io.Writer) error { return province.WriteExclusions(w, p.Exclusions) }),
		writeFile(dir, TruthFile, func(w io.Writer) error { return scenario.WriteTruth(w, p.Truth) }),
	)
}

func writeFile(dir, name string, write func(io.Writer) error) error {
	path := filepath.Join(dir, name)
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := errors.Join(write(f), f.Close()); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}
