package engine

import (
	"context"
	"database/sql"
	"fmt"
	"runtime"
	"strings"

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
	built := map[string]chan struct{}{} // closed once it is
	for _, q := range order {
		switch {
		case d.built[q.Name]:
		case q.Layer() == "raw":
			return fmt.Errorf("build %s: nothing was read into %s", strings.Join(targets, ", "), q.Name)
		default:
			built[q.Name] = make(chan struct{})
		}
	}
	free := make(chan *sql.Conn, len(d.builds))
	for _, conn := range d.builds {
		free <- conn
	}
	building, stopped := errgroup.WithContext(ctx)
	for _, q := range order {
		if built[q.Name] == nil {
			continue
		}
		building.Go(func() error {
			for _, input := range q.Inputs {
				if wait := built[input]; wait != nil {
					select {
					case <-wait:
					case <-stopped.Done():
						return stopped.Err()
					}
				}
			}
			conn := <-free
			defer func() { free <- conn }()
			if err := build(stopped, conn, &q); err != nil {
				return err
			}
			close(built[q.Name])
			return nil
		})
	}
	err = building.Wait()
	for name, done := range built {
		select {
		case <-done:
			d.built[name] = true
		default:
		}
	}
	if err != nil {
		return d.reveal(ctx, err)
	}
	return nil
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
