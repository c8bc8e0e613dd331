package main

import (
	"context"
	"fmt"
	"math/big"
	"strconv"

	"github.com/spf13/cobra"

	"minewatch/analyze"
	"minewatch/analyze/report"
	"minewatch/analyze/sheet"
)

func newLedgerCoverageCommand(env *environment) *cobra.Command {
	f := rankFlags{by: "score"}
	var list bool
	cmd := &cobra.Command{
		Use:   "coverage",
		Short: "say which suspects have no owner, and how much of the internal prefixes is owned",
		Long: `coverage says for each prefix of site.internal how many of its addresses a unit
of the ledger has on the last day of the window, how many suspects (grades A, B
and C) it has, and how many of these have no owner: a notice to nobody. Hosts in
none of the prefixes are a row of their own. With --suspects it lists the suspects
without an owner, as 'minewatch rank' does.

A suspect's owner is the one of its last day of contact, as its nights say: run
them again after a ledger was imported.`,
		Example: `  minewatch ledger coverage --week 2026-W46
  minewatch ledger coverage --suspects --format csv > no-owner.csv`,
		Args: cobra.NoArgs,
	}
	flags := cmd.Flags()
	flags.StringVar(&f.from, "from", "", "first `DAY` of the window, such as 2026-11-09 (default the first night there is)")
	flags.StringVar(&f.to, "to", "", "last `DAY` of the window (default the last night there is)")
	flags.StringVar(&f.week, "week", "", "ISO `WEEK`, such as 2026-W46")
	flags.BoolVar(&list, "suspects", false, "list the suspects without an owner instead")
	cmd.MarkFlagsMutuallyExclusive("week", "from")
	cmd.MarkFlagsMutuallyExclusive("week", "to")
	format := addFormatFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return runLedgerCoverage(cmd.Context(), env, &f, list, *format)
	}
	return cmd
}

func runLedgerCoverage(ctx context.Context, env *environment, f *rankFlags, list bool, format outputFormat) error {
	options, err := f.options(env)
	if err != nil {
		return err
	}
	c, err := analyze.CoverLedger(ctx, options)
	if err != nil {
		return err
	}
	if len(c.Scope.Nights) == 0 {
		env.say("no nights: run 'minewatch nightly' to know which suspects have an owner")
	} else {
		env.say(fmt.Sprintf("%s to %s, %s: %d of %d %s no owner", c.Scope.From, c.Scope.To, amount(len(c.Scope.Nights), "night"),
			len(c.Suspects), c.All, choose(c.All, "suspect has", "suspects have")))
	}
	if len(options.Internal) == 0 {
		env.say("site.internal names no prefix, so how much of them is owned is not known")
	}
	if err := env.sayOutdated(c.Scope.Nights); err != nil {
		return err
	}
	if !list {
		return prefixCoverages(c.Day).write(env, format, c.Prefixes)
	}
	switch format {
	case formatCSV:
		return report.CSV(env.stdout, c.Suspects)
	case formatJSON:
		return report.JSON(env.stdout, c.Suspects)
	default:
		return report.Table(env.stdout, c.Suspects, report.TableOptions{Zone: options.Zone, Width: terminalWidth(env.stdout)})
	}
}

func prefixCoverages(day analyze.Day) *listing[analyze.PrefixCoverage] {
	type row = analyze.PrefixCoverage
	integer := func(name string, of func(*row) *big.Int) sheet.Column[row] {
		return sheet.Value(name, sheet.IsNumber, func(p *row) string {
			if n := of(p); n != nil {
				return n.String()
			}
			return ""
		})
	}
	return &listing[row]{
		columns: []sheet.Column[row]{
			sheet.Value("prefix", sheet.IsText, func(p *row) string {
				if !p.Prefix.IsValid() {
					return ""
				}
				return p.Prefix.String()
			}),
			integer("addresses", func(p *row) *big.Int { return p.Addresses }),
			integer("owned", func(p *row) *big.Int { return p.Owned }),
			sheet.Value("owned_percent", sheet.IsNumber, func(p *row) string {
				if p.Addresses == nil {
					return ""
				}
				share, _ := new(big.Rat).SetFrac(new(big.Int).Mul(p.Owned, big.NewInt(100)), p.Addresses).Float64()
				return strconv.FormatFloat(share, 'g', 4, 64)
			}),
			sheet.Value("day", sheet.IsText, func(*row) string { return string(day) }),
			sheet.Value("suspects", sheet.IsNumber, func(p *row) string { return strconv.Itoa(p.Suspects) }),
			sheet.Value("without_owner", sheet.IsNumber, func(p *row) string { return strconv.Itoa(p.WithoutAnOwner) }),
		},
		brief: []string{"prefix", "addresses", "owned", "owned_percent", "day", "suspects", "without_owner"},
	}
}
