package analyze

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	"minewatch/analyze/engine"
)

// Peer is an address that exchanged flows with the one that was asked for.
type Peer struct {
	Peer              string
	Flows             int64 // as recorded: the same flow may have passed several exporters
	FlowsOut, FlowsIn int64 // from and to the address that was asked for
	EstimatedBytes    int64 // scaled by the sampling rate
	FirstSeen         time.Time
	LastSeen          time.Time // both by receipt, UTC
	Port              int       // the lower of the two ports, in most of the flows
}

// WhoTalkedTo finds every peer of an address in the flows of the hours from
// since on, the largest first; a zero since is all that the lake holds. Files
// that were compacted tell by their filters whether they hold the address, and
// only those parts are read that do.
func WhoTalkedTo(ctx context.Context, o Options, address netip.Addr, since time.Time) ([]Peer, error) {
	if _, err := os.Stat(o.Lake); err != nil {
		return nil, fmt.Errorf("lake %s: %w: name it with --lake, or fill it with 'minewatch collect' or 'minewatch import'", o.Lake, err)
	}
	for attempt := 1; ; attempt++ {
		peers, err := o.peers(ctx, address, since)
		if err == nil {
			return peers, nil
		}
		if !errors.Is(err, engine.ErrGone) || attempt == maxListings {
			return nil, o.Advise(fmt.Errorf("peers of %s: %w", address, err), "")
		}
	}
}

func (o *Options) peers(ctx context.Context, address netip.Addr, since time.Time) ([]Peer, error) {
	flows, err := flowFilesSince(o.Lake, since)
	if err != nil {
		return nil, err
	}
	db, err := o.open(ctx)
	if err != nil {
		return nil, err
	}
	defer db.Close() //nolint:errcheck // only temporary files are left to it
	// An IPv4 address is stored as what maps to it, and asked for as itself.
	if err := db.Set(ctx, "address", address.Unmap().WithZone("").StringExpanded()); err != nil {
		return nil, err
	}
	ask := func() error { return db.Build(ctx, "doc_who_talked_to") }
	if err := errors.Join(db.Read(ctx, "raw_flows", paths(flows)...), ask()); err != nil {
		return nil, o.nameFlows(ctx, db, paths(flows), err, func() error {
			db.ForgetAll("raw_flows")
			return ask()
		})
	}
	var peers []Peer
	err = db.Each(ctx, "select * from doc_who_talked_to order by estimated_bytes desc, peer", func(rows *sql.Rows) error {
		var p Peer
		if err := rows.Scan(&p.Peer, &p.Flows, &p.FlowsOut, &p.FlowsIn, &p.EstimatedBytes, &p.FirstSeen, &p.LastSeen, &p.Port); err != nil {
			return err
		}
		peers = append(peers, p)
		return nil
	})
	return peers, err
}

// flowFilesSince are the published files of the hours that end after since.
func flowFilesSince(lake string, since time.Time) ([]lakeFile, error) {
	folders, err := filepath.Glob(filepath.Join(lake, "flows", "date=*", "hour=*"))
	if err != nil {
		return nil, err
	}
	var files []lakeFile
	for _, folder := range folders {
		start, ok := hourOfFolder(folder)
		if !ok || !start.Add(time.Hour).After(since) {
			continue
		}
		list, err := parquetFiles(folder)
		if err != nil {
			return nil, err
		}
		files = append(files, list...)
	}
	return files, nil
}
