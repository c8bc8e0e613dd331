package main

import (
	"os"
	"path/filepath"
	"strings"
	"time"

	"minewatch/analyze"
	"minewatch/analyze/engine"
)

// analysis are the options of every command that reads the lake: nightly,
// rank, report and sql.
func (e *environment) analysis() (analyze.Options, error) {
	zone, err := time.LoadLocation(e.config.Site.Zone)
	if err != nil {
		return analyze.Options{}, err
	}
	return analyze.Options{
		Lake:       e.lake,
		Site:       e.config.Site.Name,
		Zone:       zone,
		Internal:   e.config.Site.Internal,
		Thresholds: e.config.Grading,
		TTLDays:    e.config.Feed.TTLDays,
		Reach:      e.config.Collect.clockLimit(),
		Engine: engine.Options{
			MemoryLimit:   e.config.Engine.MemoryLimit,
			Threads:       e.config.Engine.Threads,
			TempDirectory: e.config.Engine.TempDirectory,
		},
		HashFlows: e.config.Nightly.HashFlows,
		Version:   versionText(),
		Command:   strings.Join(append([]string{filepath.Base(os.Args[0])}, os.Args[1:]...), " "),
		Now:       e.now,
		Logger:    e.log,
	}, nil
}
