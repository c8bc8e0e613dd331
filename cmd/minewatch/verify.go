package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"minewatch/analyze"
	"minewatch/analyze/sheet"
)

func newVerifyCommand(env *environment) *cobra.Command {
	var (
		day, from, to string
		o             analyze.VerifyOptions
	)
	cmd := &cobra.Command{
		Use:   "verify",
		Short: "check that nights and what they rest on are as they were",
		Long: `verify checks the evidence: that the chain of runs (manifests/chain, every run with the
hash of the one before it) is whole; that contacts, figures, suspects, evidence,
coverage and what nights keep of those before (week_meetings, week_figures, past, watched)
are as they wrote them; and that what the nights read is there as they read it: feeds,
negative lists, ledger, receipts, the contacts of the days before, and flows, as they were
or as what compaction made of them, or deleted by retention. It changes nothing.

Each finding says what, where, since which run, and what to do. Its status is

  ok        as it was
  note      as it may be, and worth knowing: other rules than today's, or a night of
            a program that kept no chain
  outdated  intact, but flows, receipts or contacts have lawfully changed since: run the
            night again
  failed    changed, damaged or deleted

Flow files are looked up by name and size; with --flows their footers are read as
well, and files whose whole hash the night took (nightly --hash-flows) from end to end.

Whoever can write to the lake could write the whole chain anew, or remove its end.
So write down the hash of the last run, which verify and nightly print, where they cannot
write: in the letter that goes with a report, or in a log on another machine. --head
checks that such a hash is still in the chain.

Exit codes: 0 nothing failed, 1 error, 2 usage, 4 something failed.`,
		Example: `  minewatch verify
  minewatch verify --from 2026-11-09 --to 2026-11-15 --flows
  minewatch verify --head 3f2a91c04b77`,
		Args: cobra.NoArgs,
	}
	flags := cmd.Flags()
	flags.StringVar(&day, "day", "", "check the night of this `DAY` only (the chain as a whole, always)")
	flags.StringVar(&from, "from", "", "first `DAY` (default the first night)")
	flags.StringVar(&to, "to", "", "last `DAY` (default the last night)")
	flags.BoolVar(&o.Flows, "flows", false, "read the footers of the flow files, and those whole whose hash was taken")
	flags.StringVar(&o.Head, "head", "", "a `HASH` that was written down, 12 digits or more: has to be that of a run in the chain")
	cmd.MarkFlagsMutuallyExclusive("day", "from")
	cmd.MarkFlagsMutuallyExclusive("day", "to")
	format := addFormatFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if day != "" {
			from, to = day, day
		}
		var err error
		for _, b := range []struct {
			text string
			day  *analyze.Day
		}{{from, &o.From}, {to, &o.To}} {
			if b.text == "" {
				continue
			}
			if *b.day, err = analyze.ParseDay(b.text); err != nil {
				return usageErrorf("%w", err)
			}
		}
		if o.Head != "" && len(o.Head) < 12 {
			return usageErrorf("--head %s: want at least 12 digits of the hash", o.Head)
		}
		if o.Options, err = env.analysis(); err != nil {
			return err
		}
		v, err := analyze.Verify(cmd.Context(), o)
		if err != nil {
			return interrupted(cmd.Context(), err)
		}
		if err := writeFindings(env, *format, v.Findings); err != nil {
			return err
		}
		env.say(verifySummary(v))
		switch {
		case v.Count(analyze.StatusFailed) > 0:
			return checkFailed(nil)
		case v.Nights == 0:
			return nothingVerified(env.lake, &o)
		}
		return nil
	}
	return cmd
}

// nothingVerified is the error of a check that had no night to look at: that it found
// nothing wrong says nothing.
func nothingVerified(lake string, o *analyze.VerifyOptions) error {
	nights, err := analyze.NightDays(lake)
	switch {
	case err != nil:
		return err
	case len(nights) == 0:
		return analyze.ErrNoNights
	}
	asked := "in the days that were asked for"
	if o.From == o.To {
		asked = "of " + string(o.From)
	}
	return fmt.Errorf("there is no night %s to be verified: %s", asked, dayRange("nights", nights, nil))
}

// writeFindings tells people in sentences, which no column is wide enough for.
func writeFindings(env *environment, format outputFormat, list []analyze.Finding) error {
	if format != formatTable {
		return findings().write(env, format, list)
	}
	var out strings.Builder
	for i := range list {
		f := &list[i]
		about := f.Check
		if f.Day != "" {
			about = string(f.Day) + ": " + about
		}
		if f.Run > 0 {
			about += fmt.Sprintf(" (run %d)", f.Run)
		}
		if f.Path != "" && f.Status != analyze.StatusOK {
			about += ": " + f.Path
		}
		fmt.Fprintf(&out, "%-8s  %s: %s\n", f.Status, printable(about), printable(f.Text))
		if f.Remedy != "" {
			fmt.Fprintf(&out, "          %s\n", printable(f.Remedy))
		}
	}
	_, err := io.WriteString(env.stdout, out.String())
	return err
}

func verifySummary(v *analyze.Verification) string {
	text := fmt.Sprintf("%s, %s in the chain: %d failed, %d outdated, %s", amount(v.Nights, "night"), amount(v.Runs, "run"),
		v.Count(analyze.StatusFailed), v.Count(analyze.StatusOutdated), amount(v.Count(analyze.StatusNote), "note"))
	if v.Head != "" {
		text += "; the last run has the hash " + v.Head
	}
	return text
}

func findings() *listing[analyze.Finding] {
	type row = analyze.Finding
	return &listing[row]{
		columns: []sheet.Column[row]{
			sheet.Value("status", sheet.IsText, func(f *row) string { return string(f.Status) }),
			sheet.Value("day", sheet.IsText, func(f *row) string { return string(f.Day) }),
			sheet.Value("check", sheet.IsText, func(f *row) string { return f.Check }),
			sheet.Value("run", sheet.IsNumber, func(f *row) string {
				if f.Run == 0 {
					return ""
				}
				return strconv.Itoa(f.Run)
			}),
			sheet.Value("path", sheet.IsText, func(f *row) string { return f.Path }),
			sheet.Value("finding", sheet.IsText, func(f *row) string { return f.Text }),
			sheet.Value("remedy", sheet.IsText, func(f *row) string { return f.Remedy }),
		},
	}
}
