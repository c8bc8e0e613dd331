package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"minewatch/analyze/report"
)

type sampleFlags struct {
	week, region, lang, out string
	size                    int
	seed                    uint64
	seeded                  bool // the user named the seed
}

func newReportSampleCommand(env *environment) *cobra.Command {
	var f sampleFlags
	cmd := &cobra.Command{
		Use:   "sample",
		Short: "draw addresses for a spot check on site",
		Long: `sample draws suspected addresses (grades A and B with an owner in the ledger, and
under no registered exclusion by now) of a week for a spot check: places are shared
among the cities, then among the units of each, in proportion to their suspects and
with at least one each as far as they go; within a unit the addresses with the least SHA-256 of seed|address are
drawn. The seed is printed: the same week, size and seed draw the same, and
docs/report.md tells how to repeat it by hand.

The default seed is the digits of the week, so everybody knows it beforehand.
Where nobody is to foresee what is drawn, throw dice and name what they show.

The list names units and contacts. It is for those who inspect only.`,
		Example: `  minewatch report sample --week 2026-W46
  minewatch report sample --week 2026-W46 --size 20 --seed 415263 --out check.xlsx
  minewatch report sample --week 2026-W46 --format csv > check.csv`,
		Args: cobra.NoArgs,
	}
	flags := cmd.Flags()
	flags.StringVar(&f.week, "week", "", "ISO `WEEK`, such as 2026-W46 (default the last complete week)")
	flags.StringVar(&f.region, "region", "", "only this `CITY` or CITY/COUNTY of the ledger")
	flags.IntVar(&f.size, "size", 36, "draw `N` addresses")
	flags.Uint64Var(&f.seed, "seed", 0, "whole `NUMBER` to draw with (default the digits of the week, such as 202646)")
	flags.StringVar(&f.lang, "lang", "zh", "language: zh or en")
	flags.StringVar(&f.out, "out", "", "write a `FILE`, .xlsx, .csv or .json, instead of printing")
	format := addFormatFlag(cmd)
	cmd.MarkFlagsMutuallyExclusive("out", "format")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		f.seeded = cmd.Flags().Changed("seed")
		return runReportSample(cmd.Context(), env, &f, *format)
	}
	return cmd
}

func runReportSample(ctx context.Context, env *environment, f *sampleFlags, format outputFormat) error {
	options, err := env.analysis()
	if err != nil {
		return err
	}
	lang, err := report.ParseLang(f.lang)
	if err != nil {
		return usageErrorf("--lang: %w", err)
	}
	if f.size < 1 {
		return usageErrorf("--size %d: want at least 1", f.size)
	}
	kind := strings.ToLower(filepath.Ext(f.out))
	if f.out != "" && kind != ".xlsx" && kind != ".csv" && kind != ".json" {
		return usageErrorf("--out %s: want a name that ends in .xlsx, .csv or .json", f.out)
	}
	name, err := weekName(env, options, f.week)
	if err != nil {
		return err
	}
	open, err := openWeek(env, options, name)
	if err != nil {
		return err
	}
	week, err := readWeek(ctx, options, name, f.region)
	if err != nil {
		return err
	}
	if open != "" {
		env.say(open + ", and a night more draws others")
	}
	if !f.seeded {
		f.seed = report.DefaultSeed(week.Name)
	}
	check := report.DrawSpotCheck(week, f.size, f.seed)
	if err := env.describeWeek(week); err != nil {
		return err
	}
	env.say(fmt.Sprintf("seed %d: %d of %s with an owner drawn", check.Seed, len(check.Drawn), amount(check.Suspects, "suspect")))
	if len(check.Drawn) < f.size {
		env.say(fmt.Sprintf("%d were asked for: all there are were drawn; %d more have no owner in the ledger", f.size, check.NoOwner))
	}
	if check.Excluded > 0 {
		env.say(amount(check.Excluded, "suspect") + " not drawn from: a registered exclusion covers " + choose(check.Excluded, "it", "them"))
	}
	write := check.CSV
	switch {
	case kind == ".xlsx":
		write = func(w io.Writer) error { return check.Workbook(w, lang) }
	case kind == ".json" || (f.out == "" && format == formatJSON):
		write = check.JSON
	case f.out == "" && format == formatTable:
		write = func(w io.Writer) error { return check.Table(w, lang) }
	}
	if f.out == "" {
		return write(env.stdout)
	}
	return report.Save(f.out, write)
}
