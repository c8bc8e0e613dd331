package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"minewatch/analyze/feed"
	"minewatch/analyze/intake"
	"minewatch/analyze/sheet"
)

// feedUpdateFlags are the flags of feed update. How each list is read stands in
// its section of the configuration.
type feedUpdateFlags struct {
	format        *outputFormat
	rejects       rejectsFile
	dryRun, force bool
}

func newFeedUpdateCommand(env *environment) *cobra.Command {
	var f feedUpdateFlags
	cmd := &cobra.Command{
		Use:   "update [--dry-run] [--force] [NAME…]",
		Short: "fetch the configured feeds and import them",
		Long: `Fetch the lists of the configuration's sections [[feed.source]], all that are enabled
or those of these names, and import each as 'feed import' would. Without such a section
nothing is ever fetched. docs/feeds.md, "From a URL", tells how to write one.

What became of each source: imported, a list that differs from the one before; unchanged;
renewed, unchanged but kept again, so that entries without a date stay alive; held back, as
it changed by more than feed.max_change, until --force; failed. A source that fails keeps
the others from nothing, and what it said before stands.

Exit codes: 0 all sources are up to date, 3 some rows were refused, 1 a source failed or was
held back.`,
		Example: `  minewatch feed update
  minewatch feed update --dry-run certfeed`,
	}
	f.format = addFormatFlag(cmd)
	flags := cmd.Flags()
	flags.BoolVar(&f.dryRun, "dry-run", false, "import nothing, and show what would change, as 'feed diff FILE' does")
	flags.BoolVar(&f.force, "force", false, "import lists that would be held back")
	flags.StringVar(&f.rejects.path, "rejects", "", "write every refused row of all sources to this `FILE` as CSV")
	cmd.RunE = func(cmd *cobra.Command, args []string) error { return f.run(cmd.Context(), env, args) }
	return cmd
}

func (f *feedUpdateFlags) run(ctx context.Context, env *environment, names []string) error {
	sources, err := chooseSources(env.config.Feed.Sources, names)
	if err != nil {
		return err
	}
	if f.dryRun {
		return f.preview(ctx, env, sources)
	}
	var rows []updatedFeed
	var failed []error
	refused := false
	for _, s := range sources {
		u, err := f.update(ctx, env, s)
		if ctx.Err() != nil {
			return errors.Join(ctx.Err(), feedUpdates().write(env, *f.format, rows))
		}
		if err != nil {
			failed = append(failed, err)
		}
		refused = refused || (len(u.Rejects) > 0 && err == nil)
		rows = append(rows, updatedFeed{u, s.Name, err})
	}
	if err := feedUpdates().write(env, *f.format, rows); err != nil {
		return err
	}
	switch {
	case len(failed) > 0:
		return fmt.Errorf("%d of %s could not be updated:\n%w", len(failed), amount(len(sources), "feed"), errors.Join(failed...))
	case refused:
		return rejected()
	}
	return nil
}

// update updates one feed, and tells what was refused of it. The error is as
// it is told.
func (f *feedUpdateFlags) update(ctx context.Context, env *environment, s *sourceConfig) (feed.Updated, error) {
	r, flags, err := f.remote(env, s)
	if err != nil {
		return feed.Updated{Outcome: feed.Failed}, fmt.Errorf("%s: %w", s.Name, err)
	}
	u, err := r.Update(ctx, env.lake)
	if ctx.Err() != nil {
		return u, err
	}
	var held *feed.HeldBackError
	switch {
	case errors.As(err, &held):
		err = fmt.Errorf("%s: held back: %s; nothing was imported: see what would change with 'minewatch feed update --dry-run %s', "+
			"and import it with 'minewatch feed update --force %s' if it is right", s.Name, held.Reason, s.Name, s.Name)
	case err != nil:
		err = fmt.Errorf("%s: %w", s.Name, err)
	}
	if u.Remark != nil {
		env.say(fmt.Sprintf("%s: %v", s.Name, u.Remark))
	}
	if err == nil {
		err = env.tellEnded(s.Name, &u.Result)
	}
	return u, errors.Join(err, flags.tell(env, s.Name, &u.Tally))
}

// preview shows the changes of all sources as one list.
func (f *feedUpdateFlags) preview(ctx context.Context, env *environment, sources []*sourceConfig) error {
	var changes []feed.Change
	var failed []error
	for _, s := range sources {
		more, err := f.changes(ctx, env, s)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", s.Name, err))
		}
		changes = append(changes, more...)
	}
	list := feedChanges()
	list.brief = slices.Insert(list.brief, 1, "feed")
	if err := list.write(env, *f.format, changes); err != nil {
		return err
	}
	if len(failed) > 0 {
		return fmt.Errorf("%d of %s could not be looked at:\n%w", len(failed), amount(len(sources), "feed"), errors.Join(failed...))
	}
	return nil
}

// changes is what an update of one feed would change.
func (f *feedUpdateFlags) changes(ctx context.Context, env *environment, s *sourceConfig) ([]feed.Change, error) {
	r, flags, err := f.remote(env, s)
	if err != nil {
		return nil, err
	}
	before, in, err := r.Preview(ctx, env.lake)
	if err != nil {
		return nil, err
	}
	was, content, summary, err := flags.preview(env, s.Name, in, &r.Options, before)
	var held *feed.HeldBackError
	if err != nil && !errors.As(err, &held) {
		return nil, err
	}
	changes := feed.Diff(&was, &content)
	env.say(fmt.Sprintf("%s: %s; %s", s.Name, summary, countChanges(changes)))
	if held != nil {
		env.say(fmt.Sprintf("%s: would be held back: %s", s.Name, held.Reason))
	}
	return changes, nil
}

// remote is a section as it is fetched and imported.
func (f *feedUpdateFlags) remote(env *environment, s *sourceConfig) (*feed.Remote, *feedImportFlags, error) {
	if strings.HasPrefix(s.URL.text, "http:") {
		env.say(s.Name + ": http is not authenticated: anybody on the way can change the list, and read what is sent for it; use https where the source has it")
	}
	flags := s.importFlags()
	flags.rejects = &f.rejects
	o, err := flags.options(env, s.Confidence != nil)
	o.Force = f.force
	return &feed.Remote{Source: s.remote(), Options: o, TTLDays: env.config.Feed.TTLDays}, flags, err
}

// chooseSources returns the sections of these names, or all that are enabled.
// Who names one wants it, enabled or not.
func chooseSources(sections []sourceConfig, names []string) ([]*sourceConfig, error) {
	if len(sections) == 0 {
		return nil, errors.New("no source is configured, so nothing is fetched: write a section [[feed.source]] with name and url " +
			"into the configuration, and name that with --config; 'minewatch config show --defaults' has an example")
	}
	var chosen []*sourceConfig
	var known []string
	for i := range sections {
		s := &sections[i]
		known = append(known, s.Name)
		if slices.Contains(names, s.Name) || (len(names) == 0 && s.enabled()) {
			chosen = append(chosen, s)
		}
	}
	for _, name := range names {
		if !slices.Contains(known, name) {
			return nil, usageErrorf("no section [[feed.source]] has the name %q: there are %s", name, strings.Join(known, ", "))
		}
	}
	if len(chosen) == 0 {
		return nil, fmt.Errorf("no source is enabled: name one of %s to fetch it nevertheless", strings.Join(known, ", "))
	}
	return chosen, nil
}

// updatedFeed is what became of a source. Its version, and what is counted, is
// what stands afterwards.
type updatedFeed struct {
	feed.Updated
	name string
	err  error
}

func feedUpdates() *listing[updatedFeed] {
	stands := func(text func(*feed.Version) string) func(*updatedFeed) string {
		return func(u *updatedFeed) string {
			if u.Version.Seq == 0 {
				return ""
			}
			return text(&u.Version)
		}
	}
	count := func(name string) func(*updatedFeed) string {
		return stands(func(v *feed.Version) string { return strconv.Itoa(v.Counts[name]) })
	}
	return &listing[updatedFeed]{
		columns: []sheet.Column[updatedFeed]{
			sheet.Value("source", sheet.IsText, func(u *updatedFeed) string { return u.name }),
			sheet.Value("status", sheet.IsText, func(u *updatedFeed) string { return string(u.Outcome) }),
			sheet.Value("entries", sheet.IsNumber, count(intake.CountKept)),
			sheet.Value("names", sheet.IsNumber, count(intake.CountNames)),
			sheet.Value("refused", sheet.IsNumber, count(intake.CountRefused)),
			sheet.Value("version", sheet.IsText, stands(func(v *feed.Version) string { return v.ID() })),
			sheet.Value("retrieved_at", sheet.IsTime, stands(func(v *feed.Version) string { return intake.FormatTime(v.RetrievedAt) })),
			sheet.Value("reason", sheet.IsText, func(u *updatedFeed) string {
				if u.err == nil {
					return ""
				}
				return u.err.Error()
			}),
		},
		brief: []string{"source", "status", "entries", "names", "refused", "version", "retrieved_at"},
	}
}
