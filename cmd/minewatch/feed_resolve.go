package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"minewatch/analyze/feed"
	"minewatch/analyze/resolve"
)

type resolveFlags struct {
	dryRun, force, history bool
}

func newFeedResolveCommand(env *environment) *cobra.Command {
	var f resolveFlags
	cmd := &cobra.Command{
		Use:   "resolve [NAME…]",
		Short: "ask your resolvers for the addresses of the names in feeds",
		Long: `Ask the resolvers of feed.resolve in the configuration for the addresses (A and AAAA) of
all names that stand in feeds, or of NAMEs among them. What they answer becomes the feed
` + feed.ResolvedFeed + `: an entry for each named endpoint and address, with the port, coin, pool, role and
confidence of the name, valid from the first to the last time that it was seen, plus
feed.ttl_days.dns. Every resolver is asked, as answers differ by place.

No question is repeated before the time to live of its answer has passed, but with
--force. A resolver that fails, or is silent, has said nothing: that ends nothing.
Addresses where no pool can be, such as those of a resolver that leads miners to a warning
page, are refused and told. A run that learns nothing new is kept with the next one, at
the latest after a day.

Packets go to the configured resolvers, and nowhere else. Without any, nothing is asked.

--history shows what was ever answered, also by imported passive DNS, with its windows.`,
		Example: `  minewatch feed resolve --dry-run
  minewatch feed resolve
  minewatch feed resolve xmr.pool.example --force
  minewatch feed resolve --history --format csv`,
	}
	format := addFormatFlag(cmd)
	flags := cmd.Flags()
	flags.BoolVar(&f.dryRun, "dry-run", false, "show the questions that are due, and ask none")
	flags.BoolVar(&f.force, "force", false, "ask also what was answered and still holds")
	flags.BoolVar(&f.history, "history", false, "show what was answered, and ask nothing")
	cmd.MarkFlagsMutuallyExclusive("dry-run", "history")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if f.history {
			return env.showAnswers(*format, args)
		}
		return f.run(cmd.Context(), env, *format, args)
	}
	return cmd
}

var errNoResolver = errors.New(`no resolver is configured, so nobody is asked: write the addresses of your own resolvers into the configuration, such as
[feed.resolve]
resolvers = ["10.1.1.53", "[2001:db8::53]:53"]`)

func (f *resolveFlags) run(ctx context.Context, env *environment, format outputFormat, only []string) error {
	resolvers := env.config.Feed.Resolve.addresses()
	if len(resolvers) == 0 {
		return errNoResolver
	}
	var pending *resolve.Pending
	var err error
	if f.dryRun {
		pending, err = resolve.PeekPending(env.lake)
	} else {
		pending, err = resolve.OpenPending(env.lake)
	}
	if err != nil {
		return err
	}
	defer pending.Close()
	list, err := feed.Versions(env.lake)
	if err != nil {
		return err
	}
	now := env.now()
	names, err := feed.StandingNames(feed.Effective(list, now), env.config.Feed.TTLDays)
	if err != nil {
		return err
	}
	due, missing := resolve.Standing(names, now, only)
	switch {
	case len(missing) > 0:
		return usageErrorf("no feed has the name %s: 'minewatch feed show --names' shows them", strings.Join(missing, ", "))
	case len(due) == 0:
		env.say("no feed has a name that counts today: 'minewatch feed show --names' shows all, with the end of each")
	}
	before := newestResolved(list)
	answers := slices.Clone(pending.Answers)
	if before != nil {
		old, err := before.Answers()
		if err != nil {
			return err
		}
		answers = append(answers, old...)
	}
	plan := resolve.Due(due, resolvers, answers, now, f.force)
	for _, u := range plan.Unaskable {
		env.say(fmt.Sprintf("%s:%d: not asked: %v", u.FeedVersion, u.Line, u.Reason))
	}
	env.say(fmt.Sprintf("%s, %s, %d that need not be asked yet", amount(plan.Names, "name"),
		amount(len(plan.Questions), "question"), plan.Waiting))
	if f.dryRun {
		return feedQuestions().write(env, format, plan.Questions)
	}
	outcome, asked := f.ask(ctx, env, plan.Questions)
	if err := pending.Save(slices.Concat(pending.Answers, outcome.Answers)); err != nil {
		return errors.Join(asked, err)
	}
	if asked != nil {
		return asked // what was answered waits for the next run
	}
	v, err := env.keepAnswers(pending, before, names)
	if err != nil {
		return err
	}
	if err := tellOutcome(env, &outcome); err != nil {
		return err
	}
	return tellAnswers(env, format, &outcome, v)
}

// newestResolved is the newest version of what was resolved, or nil.
func newestResolved(list []feed.Version) *feed.Version {
	for i := range slices.Backward(list) {
		if list[i].Name == feed.ResolvedFeed {
			return &list[i]
		}
	}
	return nil
}

func (f *resolveFlags) ask(ctx context.Context, env *environment, questions []resolve.Question) (resolve.Outcome, error) {
	bar := newCountBar(env.stderr, "questions", len(questions))
	c := env.config.Feed.Resolve
	outcome, err := resolve.Ask(ctx, questions, resolve.Options{
		Timeout: time.Duration(c.Timeout), Attempts: c.Attempts, PerSecond: c.QueriesPerSecond, Now: env.now,
		Progress: func(done int) { _ = bar.Set(done) },
	})
	_ = bar.Clear()
	return outcome, err
}

// keepAnswers makes a version of what is pending, if it is worth one, and
// returns the newest.
func (e *environment) keepAnswers(pending *resolve.Pending, before *feed.Version, names []feed.Name) (*feed.Version, error) {
	own, err := e.ownRanges()
	if err != nil {
		return nil, err
	}
	o := feed.Options{Own: own, Names: names, Floor: dnsFloor(e.config.Feed.TTLDays), RetrievedAt: e.now(), Now: e.now, Logger: e.log}
	learnt, err := feed.Learnt(before, pending.Answers, o)
	if err != nil {
		return nil, err
	}
	if !learnt {
		if len(pending.Answers) > 0 {
			e.say("nothing new: kept for the next version, at the latest a day after the last")
		}
		return before, nil
	}
	result, err := feed.ImportAnswers(e.lake, pending.Answers, o)
	if err != nil {
		return nil, err
	}
	if err := pending.Save(nil); err != nil {
		return nil, err
	}
	standing, err := result.Version.Standing()
	if err != nil {
		return nil, err
	}
	e.say(fmt.Sprintf("kept as %s; %d %s", result.Version.Base(), len(standing.Entries), choose(len(standing.Entries), "entry", "entries")))
	return &result.Version, nil
}

// dnsFloor is how long an answer counts after it was last seen, where its own
// time to live is not longer.
func dnsFloor(ttlDays map[string]int) time.Duration {
	days, ok := ttlDays[string(feed.DNS)]
	if !ok {
		days = ttlDays["default"]
	}
	return time.Duration(days) * 24 * time.Hour
}
