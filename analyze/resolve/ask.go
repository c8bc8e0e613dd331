package resolve

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"time"

	"minewatch/analyze/feed"
)

// Options say how resolvers are asked.
type Options struct {
	Timeout   time.Duration // of one attempt
	Attempts  int           // of each question
	PerSecond float64       // messages to all resolvers together
	Now       func() time.Time
	Progress  func(done int) // nil = nobody watches
	// Dial connects to a resolver; nil = the system's.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)

	pace *pace
}

// workers are how many questions wait for their answers at once. The rate is
// bounded apart from that: a slow resolver must not slow the others down.
const workers = 32

// giveUp is after how many questions without a word, one after the other, a
// resolver is left alone. That it cannot find something out is a word: old lists
// have many names whose servers are gone.
const giveUp = 20

// Failure is a question that nobody answered.
type Failure struct {
	Question
	Err error
}

// Outcome is what became of questions.
type Outcome struct {
	Answers  []feed.Answer // a row for each address, or one that says that there is none
	Answered int           // questions
	Reached  bool          // a resolver said something, be it that it failed
	Failures []Failure
	Skipped  map[string]int // questions that were not asked, by the resolver that was silent
}

// Ask asks all questions. What was answered until ctx ended is returned
// together with its error. A failure of a resolver is no answer: it says
// nothing about the name.
func Ask(ctx context.Context, questions []Question, o Options) (Outcome, error) {
	if o.Dial == nil {
		o.Dial = new(net.Dialer).DialContext
	}
	o.pace = newPace(o.PerSecond)
	r := round{options: &o, out: Outcome{Skipped: map[string]int{}}, silent: map[netip.AddrPort]int{}}
	work := make(chan *Question)
	var group sync.WaitGroup
	for range min(workers, len(questions)) {
		group.Go(func() {
			for q := range work {
				r.ask(ctx, q)
			}
		})
	}
	for i := range questions {
		if ctx.Err() != nil {
			break
		}
		work <- &questions[i]
	}
	close(work)
	group.Wait()
	sortAnswers(r.out.Answers)
	return r.out, ctx.Err()
}

// round is one run over the questions.
type round struct {
	options *Options
	mu      sync.Mutex
	out     Outcome
	silent  map[netip.AddrPort]int // failures since the last answer
	done    int
}

func (r *round) ask(ctx context.Context, q *Question) {
	r.mu.Lock()
	left := r.silent[q.Resolver] >= giveUp
	r.mu.Unlock()
	var f found
	var err error
	if !left {
		f, err = r.options.persist(ctx, q)
	}
	at := r.options.Now().UTC().Truncate(time.Second)
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case ctx.Err() != nil && err != nil:
		return // the run was ended, not the resolver's fault
	case left:
		r.out.Skipped[nameOf(q.Resolver)]++
	case err != nil:
		var says failing
		if errors.As(err, &says) {
			r.silent[q.Resolver] = 0
			r.out.Reached = true
		} else {
			r.silent[q.Resolver]++
		}
		r.out.Failures = append(r.out.Failures, Failure{*q, err})
	default:
		r.silent[q.Resolver] = 0
		r.out.Reached = true
		r.out.Answered++
		r.out.Answers = append(r.out.Answers, f.answers(q, at)...)
	}
	if r.done++; r.options.Progress != nil {
		r.options.Progress(r.done)
	}
}

// persist asks until there is an answer or no attempt left.
func (o *Options) persist(ctx context.Context, q *Question) (f found, err error) {
	edns := true
	for range max(o.Attempts, 1) {
		if err := o.pace.wait(ctx); err != nil {
			return found{}, err
		}
		f, err = o.exchange(ctx, q, edns)
		if errors.Is(err, errNoEDNS) && edns {
			// An old resolver. It has answered: this attempt does not count.
			edns = false
			if err := o.pace.wait(ctx); err != nil {
				return found{}, err
			}
			f, err = o.exchange(ctx, q, edns)
		}
		if err == nil || ctx.Err() != nil {
			return f, err
		}
	}
	return f, err
}

// answers are the rows of what was found.
func (f *found) answers(q *Question, at time.Time) []feed.Answer {
	row := feed.Answer{
		Name: q.Name, Type: q.Type, Status: f.status, Canonical: f.canonical, Resolver: nameOf(q.Resolver),
		FirstSeen: at, LastSeen: at, TTL: f.ttl,
	}
	if f.status != feed.Resolved {
		return []feed.Answer{row}
	}
	rows := make([]feed.Answer, len(f.addresses))
	for i, a := range f.addresses {
		rows[i] = row
		rows[i].Address = a.String()
	}
	return rows
}

// String tells how the questions went.
func (o *Outcome) String() string {
	byStatus := map[feed.AnswerStatus]map[[3]string]bool{}
	for i := range o.Answers {
		a := &o.Answers[i]
		if byStatus[a.Status] == nil {
			byStatus[a.Status] = map[[3]string]bool{}
		}
		byStatus[a.Status][[3]string{a.Name, a.Type, a.Resolver}] = true
	}
	skipped := 0
	for _, n := range o.Skipped {
		skipped += n
	}
	s := fmt.Sprintf("questions: %d = with addresses %d + no such name %d + no address %d + no answer %d",
		o.Answered+len(o.Failures)+skipped, len(byStatus[feed.Resolved]), len(byStatus[feed.NoSuchName]), len(byStatus[feed.NoAddress]), len(o.Failures))
	if skipped > 0 {
		s += fmt.Sprintf(" + not asked %d", skipped)
	}
	return s
}
