package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/schollz/progressbar/v3"

	"minewatch/analyze/feed"
	"minewatch/analyze/intake"
	"minewatch/analyze/resolve"
	"minewatch/analyze/sheet"
)

// maxFailuresTold is how many questions without an answer are told one by one.
const maxFailuresTold = 10

// tellOutcome says on stderr how the questions went. That nobody answered any
// is an error.
func tellOutcome(env *environment, o *resolve.Outcome) error {
	for i, f := range o.Failures {
		if i == maxFailuresTold {
			env.say(fmt.Sprintf("and %d more without an answer", len(o.Failures)-i))
			break
		}
		env.say(fmt.Sprintf("%s %s at %s: %v", f.Name, f.Type, f.ResolverName(), f.Err))
	}
	for _, resolver := range slices.Sorted(maps.Keys(o.Skipped)) {
		env.say(fmt.Sprintf("%s: gave up, %d more %s not asked: does it answer queries from here?", resolver, o.Skipped[resolver],
			choose(o.Skipped[resolver], "question was", "questions were")))
	}
	env.say(o.String())
	if len(o.Failures)+len(o.Skipped) > 0 && !o.Reached {
		return errors.New("no resolver answered: is feed.resolve.resolvers right, and may this machine ask them?")
	}
	return nil
}

// tellAnswers shows what was answered to this run's questions, and says what of
// it was refused.
func tellAnswers(env *environment, format outputFormat, o *resolve.Outcome, v *feed.Version) error {
	var all []feed.Answer
	if v != nil {
		var err error
		if all, err = v.Answers(); err != nil {
			return err
		}
	}
	refused := refusals(all)
	count := map[string]int{}
	for i := range o.Answers {
		a := &o.Answers[i]
		if a.Refused = refused[a.Address]; a.Refused != "" {
			count[a.Refused+", says "+a.Resolver]++
		}
	}
	for _, reason := range slices.Sorted(maps.Keys(count)) {
		env.say(fmt.Sprintf("refused %s: %s", amount(count[reason], "answer"), reason))
	}
	return feedAnswers().write(env, format, o.Answers)
}

// refusals are the reasons for which addresses became no entries.
func refusals(answers []feed.Answer) map[string]string {
	refused := map[string]string{}
	for i := range answers {
		refused[answers[i].Address] = answers[i].Refused
	}
	return refused
}

// showAnswers shows what was ever answered.
func (e *environment) showAnswers(format outputFormat, only []string) error {
	list, err := feed.Versions(e.lake)
	if err != nil {
		return err
	}
	var all []feed.Answer
	for _, v := range feed.Effective(list, e.now()) {
		of, err := v.Answers()
		if err != nil {
			return err
		}
		all = append(all, of...)
	}
	pending, err := resolve.PeekPending(e.lake)
	if err != nil {
		return err
	}
	refused := refusals(all)
	all = resolve.Of(feed.Windows(append(all, pending.Answers...), dnsFloor(e.config.Feed.TTLDays)), only)
	for i := range all {
		all[i].Refused = cmp.Or(all[i].Refused, refused[all[i].Address])
	}
	return feedAnswers().write(e, format, all)
}

func feedAnswers() *listing[feed.Answer] {
	return &listing[feed.Answer]{
		columns: feed.AnswerColumns,
		brief:   []string{"name", "rrtype", "answer", "status", "resolver", "first_seen", "last_seen", "ttl", "refused"},
		empty:   "no answers",
	}
}

func feedQuestions() *listing[resolve.Question] {
	return &listing[resolve.Question]{
		columns: []sheet.Column[resolve.Question]{
			sheet.Text("name", func(q *resolve.Question) *string { return &q.Name }),
			sheet.Text("asked_as", func(q *resolve.Question) *string { return &q.Wire }),
			sheet.Text("rrtype", func(q *resolve.Question) *string { return &q.Type }),
			sheet.Value("resolver", sheet.IsText, func(q *resolve.Question) string { return q.ResolverName() }),
			sheet.Value("answered_last", sheet.IsTime, func(q *resolve.Question) string { return intake.FormatTime(q.Answered) }),
		},
		brief: []string{"name", "asked_as", "rrtype", "resolver", "answered_last"},
		empty: "no question is due",
	}
}

// newCountBar shows, to a person at a terminal only, how many of all are done.
func newCountBar(stderr io.Writer, what string, all int) *progressbar.ProgressBar {
	if !isTerminal(stderr) || all == 0 {
		return progressbar.DefaultSilent(int64(max(all, 1)))
	}
	return progressbar.NewOptions(all, progressbar.OptionSetWriter(stderr), progressbar.OptionSetDescription(what),
		progressbar.OptionShowCount(), progressbar.OptionFullWidth(), progressbar.OptionClearOnFinish())
}
