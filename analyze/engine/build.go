package engine

import (
	"context"
	"database/sql"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"minewatch/queries"
)

// Most relations are small, and one of them keeps one core busy: planning it takes as long
// as running it. So those that do not read each other are built side by side.
const buildsAtOnce = 2

// openBuilds opens the other connections that Build has. What a session sets and no
// macro or table is, each has for itself: its zone and its variables.
func (d *DB) openBuilds(ctx context.Context) error {
	threads := d.options.Threads
	if threads == 0 {
		threads = runtime.GOMAXPROCS(0)
	}
	for len(d.builds) < min(buildsAtOnce, threads) {
		conn, err := d.pool.Conn(ctx)
		if err != nil {
			return fmt.Errorf("open query engine: %w", err)
		}
		d.builds = append(d.builds, conn)
	}
	for _, conn := range d.builds {
		if _, err := conn.ExecContext(ctx, "set TimeZone = 'UTC'"); err != nil {
			return fmt.Errorf("set up the query engine: %w", err)
		}
	}
	return nil
}

// Build makes the targets and all that they read, inputs first: raw_ and stg_
// and view_ as views, the rest as tables that are computed once. What was built or read
// before stays.
func (d *DB) Build(ctx context.Context, targets ...string) error {
	if d.defers {
		return d.promise(ctx, targets)
	}
	order, err := queries.Order(d.queries, targets...)
	if err != nil {
		return err
	}
	b := builds{built: d.built}
	for _, q := range order {
		switch {
		case d.built[q.Name]:
		case q.Layer() == "raw":
			return fmt.Errorf("build %s: nothing was read into %s", strings.Join(targets, ", "), q.Name)
		default:
			b.left = append(b.left, q)
		}
	}
	b.order()
	working, stopped := errgroup.WithContext(ctx)
	for _, conn := range d.builds {
		working.Go(func() error {
			for {
				q := b.next()
				if q == nil {
					return nil
				}
				err := build(stopped, conn, q)
				b.end(q, err)
				if err != nil {
					return err
				}
			}
		})
	}
	if err := working.Wait(); err != nil {
		return d.reveal(ctx, err)
	}
	return nil
}

// builds are what is still to be built.
type builds struct {
	left    []queries.Query // what the longest chain of readers waits for comes first
	built   map[string]bool
	failed  bool
	mutex   sync.Mutex
	changed *sync.Cond
}

func (b *builds) order() {
	b.changed = sync.NewCond(&b.mutex)
	behind := map[string]int{}
	for _, q := range slices.Backward(b.left) {
		for _, input := range q.Inputs {
			behind[input] = max(behind[input], behind[q.Name]+1)
		}
	}
	slices.SortStableFunc(b.left, func(x, y queries.Query) int { return behind[y.Name] - behind[x.Name] })
}

// next takes a relation whose inputs are built, as soon as there is one; nil: no
// other is to be built.
func (b *builds) next() *queries.Query {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	for len(b.left) > 0 && !b.failed {
		for i, q := range b.left {
			if !slices.ContainsFunc(q.Inputs, func(input string) bool { return !b.built[input] }) {
				b.left = slices.Delete(b.left, i, i+1)
				return &q
			}
		}
		b.changed.Wait()
	}
	return nil
}

// end tells who waits that a relation is built, or never will be.
func (b *builds) end(q *queries.Query, err error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if err != nil {
		b.failed = true
	} else {
		b.built[q.Name] = true
	}
	b.changed.Broadcast()
}

func build(ctx context.Context, conn *sql.Conn, q *queries.Query) error {
	kind := "table"
	if q.Layer() == "stg" || q.Layer() == "view" {
		kind = "view"
	}
	if _, err := conn.ExecContext(ctx, "create or replace "+kind+" "+q.Name+" as "+q.SQL); err != nil {
		return fmt.Errorf("query %s: %w", q.Name, Explain(err))
	}
	return nil
}
