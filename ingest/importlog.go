package ingest

import (
	"errors"
	"io"
	"log/slog"
	"net/netip"
	"slices"
	"time"

	"minewatch/ingest/account"
	"minewatch/ingest/flow"
	"minewatch/ingest/source"
)

// logReader is a text log as records.
type logReader struct {
	log    *source.Log
	rows   []flow.Record // of one turn, used again
	ledger ledger
	logger *slog.Logger

	samplingUnknown int64
}

func (l *logReader) next(b *batch) error {
	rejected := l.log.Rejected()
	rows, err := l.log.Next(l.rows[:0])
	for i := range rows {
		if rows[i].SamplingRate == 0 {
			l.samplingUnknown++
		}
		b.records.AppendRecord(&rows[i])
		l.ledger.enter(b.page, &rows[i])
	}
	l.ledger.refuse(b.page, l.log.Rejected()-rejected)
	l.rows = rows
	if errors.Is(err, io.EOF) {
		l.tell()
	}
	return err
}

// tell says once what of the log was not read.
func (l *logReader) tell() {
	if unread := l.log.Unread(); len(unread) > 0 {
		l.logger.Info("columns that are not read", slog.Any("columns", unread))
	}
	passed := l.log.Passed()
	kinds := make([]string, 0, len(passed))
	for kind := range passed {
		kinds = append(kinds, kind)
	}
	slices.Sort(kinds)
	for _, kind := range kinds {
		l.logger.Info("lines without a flow", slog.String("kind", kind), slog.Int64("lines", passed[kind]))
	}
}

func (l *logReader) counts() flow.Counts {
	c := flow.Counts{Records: l.log.Records(), RecordsMalformed: l.log.Rejected(), SamplingUnknown: l.samplingUnknown}
	for _, n := range l.log.Passed() {
		c.LinesNoFlow += n
	}
	return c
}

// ledger enters the records of a log on pages. A record is laid to its
// exporter where that is an address, as it is for routers, and to Others where
// it is a name or unknown; so is a refused line, in the hour of the records
// before it, for it has no time of its own.
type ledger struct {
	hour time.Time // of the last record

	name     string // of the last exporter
	exporter netip.Addr
}

func (l *ledger) enter(page *account.Page, r *flow.Record) {
	if r.Exporter != l.name {
		l.name = r.Exporter
		l.exporter, _ = netip.ParseAddr(r.Exporter) // a name has none: Others
	}
	l.hour = time.UnixMicro(r.ReceivedAt)
	page.Logged(l.exporter, r.ReceivedAt, r.SamplingRate == 0)
}

func (l *ledger) refuse(page *account.Page, n int64) {
	if n == 0 {
		return
	}
	e := page.Entry(account.Others, l.hour)
	e.Records += n
	e.RecordsMalformed += n
}
