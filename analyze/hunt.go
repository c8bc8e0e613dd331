package analyze

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"minewatch/analyze/engine"
	"minewatch/analyze/report"
)

// ErrNoInside is returned where nothing says which addresses are ours: then
// nothing is foreign either.
var ErrNoInside = errors.New("nothing says which side is yours: name your prefixes in site.internal, or import the ledger with 'minewatch ledger import FILE'")

// HuntOptions choose the days of a hunt, and what it leaves out.
type HuntOptions struct {
	Options
	From, To       Day                // both included
	IgnorePorts    []int              // of services that are no pools
	HuntThresholds map[string]float64 // overrides of HuntThresholds, by name
}

// Find is a host and a foreign endpoint that no feed lists, which behave as a
// miner and its pool do. It is a question for an analyst: grade H, which no
// ranking, report or count has.
type Find struct {
	Rank             int
	Host             string
	Unit             string
	Sector           string
	City, County     string
	NAT              bool
	Address          string // of the foreign endpoint
	Port             int
	Proto            string
	Score            float64
	Days             int
	Hours            int
	Slots            int
	Sessions         int
	FirstSeen        time.Time
	LastSeen         time.Time
	Kbps             float64
	PacketsPerMinute float64
	BytesPerPacket   float64
	UpPercent        float64 // packets from the host
	PushPercent      float64 // records with data
	Variation        float64 // of the packets of a slot, by their mean
	Dispersion       float64 // the same as variance by mean: near 0 for a timer
	EndpointHosts    int     // internal hosts that use the endpoint
	HostEndpoints    int     // such endpoints of the host
	SamplingRate     int
	HostPort         int // a local port, to find the device behind a gateway
	Exporters        string
	Reasons          string
	Evidence         []report.Evidence
}

// HuntScope is what a hunt rests on.
type HuntScope struct {
	Days      []Day // that had flows
	Endpoints int   // rare foreign endpoints that were looked into, summed over the days
	HasFeed   bool
}

// Hunt looks for mining that no feed knows, in the flows of some days, and
// publishes nothing: what is not in the lake cannot get into a report.
func Hunt(ctx context.Context, o HuntOptions) ([]Find, HuntScope, error) {
	h := &hunt{HuntOptions: o}
	if _, err := os.Stat(o.Lake); err != nil {
		return nil, h.scope, fmt.Errorf("lake %s: %w: name it with --lake, or fill it with 'minewatch collect' or 'minewatch import'", o.Lake, err)
	}
	if err := h.findKnowledge(); err != nil {
		return nil, h.scope, err
	}
	var err error
	if h.db, err = o.open(ctx); err != nil {
		return nil, h.scope, err
	}
	defer h.db.Close() //nolint:errcheck // only temporary files are left to it
	for name, value := range effective(HuntThresholds, o.HuntThresholds) {
		err = errors.Join(err, h.db.Set(ctx, name, value))
	}
	if err := errors.Join(err, h.db.Read(ctx, "raw_hunt_pairs")); err != nil {
		return nil, h.scope, err
	}
	for day := o.From; day <= o.To; day = day.Add(1) {
		if err := h.search(ctx, day); err != nil {
			return nil, h.scope, o.Advise(fmt.Errorf("hunt of %s: %w", day, err), "")
		}
	}
	if len(h.scope.Days) == 0 {
		return nil, h.scope, fmt.Errorf("%w between %s and %s", ErrNoFlows, o.From, o.To)
	}
	finds, err := h.judge(ctx)
	return finds, h.scope, err
}

// hunt is one run over its days, in one session.
type hunt struct {
	HuntOptions
	db        *engine.DB
	knowledge inputs // feed and ledger
	scope     HuntScope
}

// findKnowledge finds the feed, which a hunt can do without, and the rest.
func (h *hunt) findKnowledge() error {
	err := h.knowledge.findFeed(&h.Options)
	if err != nil && !errors.Is(err, ErrNoFeed) {
		return err
	}
	h.scope.HasFeed = err == nil
	if err := h.knowledge.findLists(&h.Options); err != nil {
		return err
	}
	if len(h.Internal) == 0 && h.knowledge.ranges == nil {
		return ErrNoInside
	}
	return nil
}

// search gathers the pairs of one day, and begins again where compaction
// replaces its files meanwhile.
func (h *hunt) search(ctx context.Context, day Day) error {
	for attempt := 1; ; attempt++ {
		err := h.searchOnce(ctx, day)
		if errors.Is(err, ErrNoFlows) {
			return nil // of several days one may have none; the scope tells
		}
		if err == nil {
			h.scope.Days = append(h.scope.Days, day)
		}
		if !errors.Is(err, engine.ErrGone) || attempt == maxListings {
			return err
		}
		h.logger().Info("flows were compacted meanwhile, reading them again", slog.String("day", string(day)), slog.Any("reason", err))
	}
}

func (h *hunt) searchOnce(ctx context.Context, day Day) error {
	in := h.knowledge
	if err := in.findFlows(&h.Options, day); err != nil {
		return err
	}
	h.db.ForgetAll("raw_hunt_pairs")
	var ports [][]any
	for _, p := range h.IgnorePorts {
		ports = append(ports, []any{p})
	}
	run := &night{Options: h.Options, day: day, db: h.db, inputs: &in}
	err := errors.Join(run.read(ctx), h.db.Read(ctx, "raw_flows", largestFirst(in.flows)...), h.db.Values(ctx, "raw_hunt_ports", ports))
	if err == nil {
		err = h.db.Build(ctx, "int_hunt_pairs")
	}
	if err != nil {
		return run.name(ctx, err)
	}
	n, err := count(ctx, h.db, "int_hunt_endpoints")
	if err != nil {
		return err
	}
	h.scope.Endpoints += n
	return h.db.Hand(ctx, "raw_hunt_pairs", "select * from raw_hunt_pairs union all select * from int_hunt_pairs")
}

// judge scores what the days have, beside what their nights found.
func (h *hunt) judge(ctx context.Context) ([]Find, error) {
	if err := awaitPublished(ctx, h.Lake); err != nil {
		return nil, err
	}
	contacts, err := believedFiles(ctx, h.Lake, "contacts", h.From, h.To)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(
		h.db.Set(ctx, "hunt_days", len(h.scope.Days)),
		h.db.ReadGrown(ctx, "raw_contacts", paths(contacts)...),
		h.db.Build(ctx, "mart_hunt"),
	); err != nil {
		return nil, err
	}
	var finds []Find
	err = h.db.Each(ctx, "select * from mart_hunt order by rank", func(rows *sql.Rows) error {
		var f Find
		err := rows.Scan(&f.Rank, &f.Host, &f.Unit, &f.Sector, &f.City, &f.County, &f.NAT, &f.Address, &f.Port, &f.Proto, &f.Score,
			&f.Days, &f.Hours, &f.Slots, &f.Sessions, &f.FirstSeen, &f.LastSeen, &f.Kbps, &f.PacketsPerMinute, &f.BytesPerPacket,
			&f.UpPercent, &f.PushPercent, &f.Variation, &f.Dispersion, &f.EndpointHosts, &f.HostEndpoints, &f.SamplingRate, &f.HostPort, &f.Exporters, &f.Reasons)
		finds = append(finds, f)
		return err
	})
	if err != nil {
		return nil, err
	}
	return finds, h.attachEvidence(ctx, finds)
}

// attachEvidence gives each find its named reasons.
func (h *hunt) attachEvidence(ctx context.Context, finds []Find) error {
	type pair struct {
		host, address string
		port          int
	}
	byPair := make(map[pair]*Find, len(finds))
	for i := range finds {
		byPair[pair{finds[i].Host, finds[i].Address, finds[i].Port}] = &finds[i]
	}
	return h.db.Each(ctx, `select host, address, port, evidence, value, threshold, points, reason
		from mart_hunt_evidence order by host, address, port, position`, func(rows *sql.Rows) error {
		var p pair
		var e report.Evidence
		err := rows.Scan(&p.host, &p.address, &p.port, &e.Name, &e.Value, &e.Threshold, &e.Points, &e.Reason)
		if f := byPair[p]; f != nil {
			f.Evidence = append(f.Evidence, e)
		}
		return err
	})
}
