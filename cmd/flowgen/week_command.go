package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"minewatch/cmd/flowgen/internal/calendar"
	"minewatch/cmd/flowgen/internal/week"
)

type weekFlags struct {
	options week.Options
	week    string
	force   bool
}

func newWeekCommand() *cobra.Command {
	var f weekFlags
	cmd := &cobra.Command{
		Use:   "week --out DIR",
		Short: "Write a week: captures, feed, ledger, exclusions, truth",
		Long: `Writes a week of flow exports of a made-up province into DIR:

  captures/<exporter>-<day>.pcap  to be imported: NetFlow v5, v9, IPFIX, sFlow
  live/<exporter>.pcap            to be sent over UDP with 'flowgen send': the last
                                  day of exporters that are in no other capture
  feed.csv                        mining-pool endpoints
  sinkholes.csv                   a negative list: which of them are none any more
  ledger.csv, exclusions.csv      whose addresses they are, and who may mine
  truth.csv                       the planted miners and decoys, and the grades
                                  that are right for them
  summary.json                    exactly what each capture holds
  lookalikes.csv                  with --lookalikes: the hosts that only look like
                                  miners, for 'flowgen hunted'

The planted hosts come first (some 830,000 records, or 410,000 when --flows is
below 500,000, with fewer hosts of each kind; where every router counts every
packet three times as many); background fills up to --flows, but is never less
than a fifth of it. The same flags always give the same bytes.`,
		Example: "  flowgen week --seed 1 --week 2026-W46 --flows 3000000 --out demo",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return f.run(cmd)
		},
	}
	flags := cmd.Flags()
	flags.Uint64Var(&f.options.Seed, "seed", 1, "seed of everything that is random")
	flags.StringVar(&f.week, "week", "2026-W46", "ISO 8601 week")
	flags.StringVar(&f.options.Zone, "zone", "Asia/Shanghai", "time zone of the province")
	flags.IntVar(&f.options.Flows, "flows", 3_000_000, "flow records in all exports, about")
	flags.Uint32Var(&f.options.Sampling, "sampling", 0, "sampling rate of all routers, 1 = every packet; 0 = every packet, but one in 1,000 on backbone and campus")
	flags.BoolVar(&f.options.Gaps, "gaps", false, "lose one datagram in 100, and each router for two to six hours")
	flags.IntVar(&f.options.Live, "live", 3, "exporters whose last day is kept apart for UDP, 0 to 3")
	flags.Float64Var(&f.options.LiveShare, "live-share", 0.1, "their part of the background")
	flags.IntVar(&f.options.Lookalikes, "lookalikes", 0, "hosts that stay with an unlisted endpoint for hours and mine nothing, beyond --flows; some 20,000 records a host")
	flags.StringVar(&f.options.Dir, "out", "", "folder to write, new or empty")
	flags.BoolVar(&f.force, "force", false, "replace a week that is in the folder already")
	_ = cmd.MarkFlagRequired("out")
	return cmd
}

func (f *weekFlags) run(cmd *cobra.Command) (err error) {
	if f.options.Week, err = calendar.Parse(f.week, f.options.Zone); err != nil {
		return usageError{err}
	}
	if err := f.options.Check(); err != nil {
		return usageError{err}
	}
	if err := prepare(f.options.Dir, f.force); err != nil {
		return err
	}
	done := f.progress(cmd)
	sum, err := week.Run(cmd.Context(), f.options)
	done()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: %d records in %d datagrams to import, %d in %d to send; planted %d miners and %d decoys in %d records\n",
		f.options.Dir, sum.Captures.Records, sum.Captures.Datagrams, sum.Live.Records, sum.Live.Datagrams, sum.Miners, sum.Decoys, sum.PlantedRecords)
	return err
}

// progress shows a bar on a terminal, and a line a day elsewhere.
func (f *weekFlags) progress(cmd *cobra.Command) (done func()) {
	w := cmd.ErrOrStderr()
	if file, ok := w.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		bar := progressbar.NewOptions64(int64(f.options.Flows),
			progressbar.OptionSetWriter(w), progressbar.OptionSetDescription("flows"), progressbar.OptionClearOnFinish())
		f.options.Progress = func(_ string, records int64) {
			_ = bar.Set64(min(records, int64(f.options.Flows))) // a bar that cannot be drawn is no reason to stop
		}
		return func() { _ = bar.Finish() }
	}
	last, total := "", int64(0)
	show := func() {
		if last != "" {
			cmd.PrintErrf("%s written, %d flow records so far\n", last, total)
		}
	}
	f.options.Progress = func(day string, records int64) {
		if day != last {
			show()
		}
		last, total = day, records
	}
	return show
}

// prepare makes the folders. A folder with other files in it is left alone: a
// capture of another week would be imported with this one.
func prepare(dir string, force bool) error {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if len(entries) > 0 && !force {
		return fmt.Errorf("%s is not empty; give a new folder, or --force to replace a week in it", dir)
	}
	for _, sub := range []string{week.CapturesDir, week.LiveDir} {
		old, err := filepath.Glob(filepath.Join(dir, sub, "*.pcap"))
		if err != nil {
			return err
		}
		for _, path := range old {
			if err := os.Remove(path); err != nil {
				return err
			}
		}
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o755); err != nil {
			return err
		}
	}
	return nil
}
