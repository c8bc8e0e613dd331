package ingest

import (
	"path"
	"time"

	"minewatch/ingest/flow"
	"minewatch/ingest/lake"
)

// journal is a collector's manifests. There is one for each day, in UTC, on
// which it published: what came in and was written since the one before.
type journal struct {
	o        *CollectOptions
	begun    time.Time
	day      string
	before   flow.Counts // at the end of the day before
	last     flow.Counts // at the last write
	manifest lake.Manifest
	written  bool // as it is
}

// write adds the files of a publication to the day's manifest. When the clock
// steps back over midnight the later day goes on: a manifest that is closed is
// not written again.
func (j *journal) write(files []lake.File, counts *flow.Counts) error {
	if len(files) == 0 && j.last == *counts && j.written {
		return nil
	}
	now := j.o.Now().UTC()
	if day := now.Format(time.DateOnly); day > j.day {
		j.day, j.before = day, j.last
		j.manifest = lake.Manifest{Program: j.o.Program, Writer: j.o.Name, Begun: j.begun}
	}
	j.manifest.Written = now
	j.manifest.Files = append(j.manifest.Files, files...)
	j.manifest.Counts = *counts
	j.manifest.Counts.Sub(&j.before)
	j.last, j.begun = *counts, now
	err := lake.WriteManifest(j.o.Lake, path.Join("collect", j.day, j.o.Name+".json"), &j.manifest)
	j.written = err == nil // else the next write makes good for this one
	return err
}
