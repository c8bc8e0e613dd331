package week

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"path/filepath"
	"slices"

	"minewatch/cmd/flowgen/internal/calendar"
	"minewatch/cmd/flowgen/internal/capture"
	"minewatch/cmd/flowgen/internal/network"
	"minewatch/cmd/flowgen/internal/wire"
)

// Folders of the captures inside a week's folder.
const (
	CapturesDir = "captures"
	LiveDir     = "live"
)

// Ports that the datagrams in the captures go to.
const (
	netflowPort = 2055
	sflowPort   = 6343
)

// holder keeps records by router and by the day of their export.
type holder struct {
	days  [][calendar.Days][]wire.Record
	count int
}

func (h *holder) add(router, day int, rec wire.Record) {
	for len(h.days) <= router {
		h.days = append(h.days, [calendar.Days][]wire.Record{})
	}
	h.days[router][day] = append(h.days[router][day], rec)
	h.count++
}

// day takes the records of a router's day out, in the order of their export.
func (h *holder) day(router, day int) []wire.Record {
	if router >= len(h.days) {
		return nil
	}
	list := h.days[router][day]
	h.days[router][day] = nil
	slices.SortStableFunc(list, func(a, b wire.Record) int { return cmp.Compare(a.Export, b.Export) })
	return list
}

// exporter writes the captures of one router.
type exporter struct {
	router *network.Router
	live   bool
	wire   *wire.Exporter
	from   netip.AddrPort
	to     netip.AddrPort
	out    *capture.Writer
	gaps   *gaps
	tally  wire.Tally
	lost   wire.Tally
}

func newExporters(o *Options, net *network.Network) ([]*exporter, error) {
	var list []*exporter
	for _, s := range net.Sites {
		for _, r := range s.Routers {
			e := &exporter{router: r, live: s.Live, from: netip.AddrPortFrom(r.Address, uint16(50001+r.Index))}
			collector, port := netip.AddrFrom4([4]byte{10, 255, 0, 200}), uint16(netflowPort)
			if s.Live {
				collector = netip.AddrFrom4([4]byte{127, 0, 0, 1})
			}
			if r.Format == wire.SFlow {
				port = sflowPort
			}
			e.to = netip.AddrPortFrom(collector, port)
			if o.Gaps {
				e.gaps = newGaps(o, r)
			}
			var err error
			if e.wire, err = wire.NewExporter(r.Spec, e.send); err != nil {
				return nil, fmt.Errorf("week %s: %w", o.Week.Name, err)
			}
			list = append(list, e)
		}
	}
	return list, nil
}

func (e *exporter) send(d wire.Datagram) error {
	at := d.At - e.router.Skew // by the collector's clock
	if e.gaps.swallow(at, d.Tally) {
		e.lost.Add(d.Tally)
		return nil
	}
	e.tally.Add(d.Tally)
	return e.out.Write(at, e.from, e.to, d.Payload)
}

// writeDay writes one day's records into a new capture file.
func (e *exporter) writeDay(dir, date string, records []wire.Record) (file File, err error) {
	name := CapturesDir + "/" + e.router.Name + "-" + date + ".pcap"
	if e.live {
		name = LiveDir + "/" + e.router.Name + ".pcap"
	}
	if e.out, err = capture.Create(filepath.Join(dir, filepath.FromSlash(name))); err != nil {
		return File{}, err
	}
	defer func() { err = errors.Join(err, e.out.Close()) }()
	e.tally, e.lost = wire.Tally{}, wire.Tally{}
	e.wire.Announce()
	for i := range records {
		if err := e.wire.Write(e.told(records[i])); err != nil {
			return File{}, err
		}
	}
	if err := e.wire.Flush(); err != nil {
		return File{}, err
	}
	return File{
		File: name, Exporter: e.router.Name, Address: e.router.Address.String(), Format: e.router.Format,
		Sampling: e.router.Sampling, Day: date, Lost: e.lost.Records, Tally: e.tally,
	}, nil
}

// told is a record by the router's own clock.
func (e *exporter) told(r wire.Record) *wire.Record {
	r.Export += e.router.Skew
	r.First += e.router.Skew
	r.Last += e.router.Skew
	return &r
}
