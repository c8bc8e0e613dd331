package main

import (
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/spf13/cobra"

	"minewatch/analyze/iprange"
	"minewatch/analyze/ledger"
)

func newLedgerCommand(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "ledger",
		Short: "import who owns which addresses, and what is excluded",
		Long: `The ledger says which unit answers for which addresses. Every import is kept as a
version, and the newest one replaces those before it; so does the newest list of
exclusions, hosts that are allowed to reach pools by a registered decision.`,
	}
	cmd.AddCommand(newLedgerImportCommand(env), newLedgerListCommand(env), newLedgerShowCommand(env), newLedgerLookupCommand(env), newLedgerCoverageCommand(env))
	return cmd
}

type ledgerImportFlags struct {
	intakeFlags
	name, sheet       string
	exclusions, force bool
}

func newLedgerImportCommand(env *environment) *cobra.Command {
	var f ledgerImportFlags
	cmd := &cobra.Command{
		Use:   "import [--exclusions] [--sheet NAME] FILE",
		Short: "replace the ledger, or the exclusions",
		Long: `Import a CSV or a workbook (xlsx) with a header as the new ledger: cidr (an
address, a prefix or first-last), unit, sector, city, county, contact, phone, nat,
valid_from, valid_to; Chinese headers such as 地址段 and 单位名称 are known. With
--exclusions, import the new list of exclusions: cidr, reason, approver, valid_from,
expires. docs/ledger.md tells the columns. "-" reads standard input. Of a workbook the
first visible sheet is read, from the row on that names the columns; merged cells are
refused.

Rows with a fault are refused with their line and a reason, the others are
imported. Two units that claim the same addresses are both refused. A sector that is
not known counts as 其他, and is told.

Exit codes: 0 all rows are in, 3 some were refused, 1 nothing was imported.`,
		Example: `  minewatch ledger import units.csv
  minewatch ledger import --sheet 地址台账 units.xlsx
  minewatch ledger import --exclusions research-hosts.csv`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return runLedgerImport(env, &f, args[0]) },
	}
	f.register(cmd)
	flags := cmd.Flags()
	flags.StringVar(&f.name, "name", "", "of the ledger's version (default the file's name without its extension)")
	flags.StringVar(&f.sheet, "sheet", "", "of a workbook (default the first one that is visible)")
	flags.BoolVar(&f.exclusions, "exclusions", false, "the file is a list of exclusions")
	flags.BoolVar(&f.force, "force", false, "import a list with less than half of the rows of the one that it replaces")
	return cmd
}

func runLedgerImport(env *environment, f *ledgerImportFlags, path string) error {
	if f.exclusions && f.name != "" {
		return usageErrorf("--name is for ledgers: there is one list of exclusions")
	}
	limits, err := f.limits()
	if err != nil {
		return err
	}
	data, err := env.readInput(path)
	if err != nil {
		return err
	}
	run := ledger.Import
	if f.exclusions {
		run = ledger.ImportExclusions
	}
	result, err := run(env.lake, ledger.Input{File: path, Data: data},
		ledger.Options{Name: f.name, Sheet: f.sheet, Limits: limits, Force: f.force, Now: env.now, Logger: env.log})
	return f.finish(env, path, &imported{result.Tally, result.Version.Version, result.Existing}, err)
}

// keptLedger is a version as it is listed.
type keptLedger struct {
	ledger.Version
	current bool
}

func newLedgerListCommand(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "list",
		Short: "list the versions of the ledger and of the exclusions",
		Args:  cobra.NoArgs,
	}
	format := addFormatFlag(cmd)
	cmd.RunE = func(*cobra.Command, []string) error {
		list, err := ledger.Versions(env.lake)
		if err != nil {
			return err
		}
		ranges, exclusions, err := ledger.Current(env.lake, env.now())
		if err != nil {
			return err
		}
		rows := make([]keptLedger, len(list))
		for i, v := range list {
			rows[i].Version = v
			rows[i].current = (ranges != nil && v.Seq == ranges.Seq) || (exclusions != nil && v.Seq == exclusions.Seq)
		}
		return ledgerVersions().write(env, *format, rows)
	}
	return cmd
}

func newLedgerShowCommand(env *environment) *cobra.Command {
	var exclusions bool
	cmd := &cobra.Command{
		Use:   "show [--exclusions] [VERSION]",
		Short: "show the ranges of the ledger, or the exclusions",
		Long: `Show the ranges of the ledger in effect, or with --exclusions the registered
exclusions. An older version is named by NAME@HASH or its number in 'minewatch
ledger list'.`,
		Args: cobra.MaximumNArgs(1),
	}
	format := addFormatFlag(cmd)
	cmd.Flags().BoolVar(&exclusions, "exclusions", false, "show the exclusions instead")
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		version, err := chooseLedger(env, args, exclusions)
		if err != nil {
			return err
		}
		if exclusions {
			var rows []ledger.Exclusion
			if version != nil {
				if rows, err = version.ReadExclusions(); err != nil {
					return err
				}
			}
			return ledgerExclusions().write(env, *format, rows)
		}
		var rows []ledger.Row
		if version != nil {
			if rows, err = version.ReadRows(); err != nil {
				return err
			}
		}
		return ledgerRanges().write(env, *format, rows)
	}
	return cmd
}

// chooseLedger returns the version of the arguments, or the one in effect,
// which may be none.
func chooseLedger(env *environment, args []string, exclusions bool) (*ledger.Version, error) {
	if len(args) == 0 {
		inEffect, excluded, err := ledger.Current(env.lake, env.now())
		if exclusions {
			return excluded, err
		}
		return inEffect, err
	}
	list, err := ledger.Versions(env.lake)
	if err != nil {
		return nil, err
	}
	v, err := ledger.Find(list, args[0])
	if err != nil {
		return nil, err
	}
	if (v.Kind() == ledger.Exclusions) != exclusions {
		return nil, fmt.Errorf("ledger: version %s has %s: with --exclusions, show shows exclusions, without it ranges", v.Base(), v.Kind())
	}
	return &v, nil
}

func newLedgerLookupCommand(env *environment) *cobra.Command {
	var day string
	cmd := &cobra.Command{
		Use:   "lookup ADDRESS…",
		Short: "say which unit an address belongs to on a day, and why",
		Long: `Say for each address which rows of the ledger cover it: which one decides on that
day, because it is the smallest valid range, which ones do not and why; and whether
the address is excluded.`,
		Example: `  minewatch ledger lookup 10.1.2.3 2001:db8::7
  minewatch ledger lookup --day 2026-11-20 10.1.2.3`,
		Args: cobra.MinimumNArgs(1),
	}
	format := addFormatFlag(cmd)
	cmd.Flags().StringVar(&day, "day", "", "`DAY` of the site, as 2026-11-22 (default today)")
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		on, err := lookupDay(env, day)
		if err != nil {
			return err
		}
		addresses := make([]netip.Addr, len(args))
		for i, arg := range args {
			if addresses[i], err = iprange.ParseAddr(arg); err != nil {
				return usageErrorf("%w", err)
			}
		}
		rows, err := lookup(env, addresses, on)
		if err != nil {
			return err
		}
		return ledgerFindings().write(env, *format, rows)
	}
	return cmd
}

// lookupDay is the day as the ledger writes it: a date of the site's calendar
// without a zone.
func lookupDay(env *environment, day string) (time.Time, error) {
	if day == "" {
		zone, err := time.LoadLocation(env.config.Site.Zone)
		if err != nil {
			return time.Time{}, err
		}
		day = env.now().In(zone).Format(time.DateOnly)
	}
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return t, usageErrorf("--day %q: want a day such as 2026-11-22", day)
	}
	return t, nil
}

func lookup(env *environment, addresses []netip.Addr, day time.Time) ([]finding, error) {
	ranges, exclusions, err := ledger.Current(env.lake, env.now())
	if err != nil {
		return nil, err
	}
	if ranges == nil && exclusions == nil {
		return nil, errors.New("no ledger was imported yet: see 'minewatch ledger import --help'")
	}
	var rows []ledger.Row
	if ranges != nil {
		if rows, err = ranges.ReadRows(); err != nil {
			return nil, err
		}
	}
	var excluded []ledger.Exclusion
	if exclusions != nil {
		if excluded, err = exclusions.ReadExclusions(); err != nil {
			return nil, err
		}
	}
	var findings []finding
	for _, a := range addresses {
		findings = append(findings, findingsOf(a, ledger.Lookup(rows, a, day), ledger.Excluded(excluded, a, day))...)
	}
	return findings, nil
}
