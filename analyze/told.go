package analyze

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"minewatch/analyze/engine"
	"minewatch/analyze/feedback"
	"minewatch/analyze/report"
	"minewatch/analyze/sheet"
)

// issuedColumns are the columns of raw_issued.
var issuedColumns = []sheet.Column[feedback.Notice]{
	sheet.Text("notice_no", func(n *feedback.Notice) *string { return &n.No }),
	sheet.Text("unit", func(n *feedback.Notice) *string { return &n.Unit }),
	sheet.Text("host", func(n *feedback.Notice) *string { return &n.Host }),
	sheet.Moment("last_seen", func(n *feedback.Notice) *time.Time { return &n.LastSeen }),
}

// ToldBefore gives by address what its unit was told about it before the notices of a
// week, and had answered by then; sent are all notices on record. Each notice knows what
// was on record before it was sent, so that it says the same whenever it is written again.
func ToldBefore(ctx context.Context, o *Options, week *report.Week, sent []feedback.Notice) (map[string]*feedback.Before, error) {
	notices, err := week.Notices()
	if err != nil {
		return nil, err
	}
	told := map[string]time.Time{} // by unit and address: the first notice of another week
	for i := range sent {
		n := &sent[i]
		key := n.Unit + "|" + n.Host
		if at, known := told[key]; n.Week != week.Name && (!known || n.NotifiedAt.Before(at)) {
			told[key] = n.NotifiedAt
		}
	}
	issued := map[time.Time][]feedback.Notice{}
	for i := range notices {
		n := &notices[i]
		if at, known := told[n.Unit+"|"+n.Host]; known && at.Before(n.NotifiedAt) {
			issued[n.NotifiedAt.UTC()] = append(issued[n.NotifiedAt.UTC()], *n)
		}
	}
	before := map[string]*feedback.Before{}
	if len(issued) == 0 {
		return before, nil
	}
	db, err := o.open(ctx)
	if err != nil {
		return nil, err
	}
	defer db.Close() //nolint:errcheck // only temporary files are left to it
	for at, list := range issued {
		if err := toldBefore(ctx, db, o, week, at, list, before); err != nil {
			return nil, fmt.Errorf("what was told before the notices of %s: %w", week.Name, err)
		}
	}
	return before, nil
}

// toldBefore adds what was told before the notices of one moment.
func toldBefore(ctx context.Context, db *engine.DB, o *Options, week *report.Week, at time.Time, list []feedback.Notice, before map[string]*feedback.Before) error {
	answers, err := feedback.StandingBefore(o.Lake, at)
	if err != nil {
		return err
	}
	record, err := feedback.NoticesPath(o.Lake)
	if err != nil {
		return err
	}
	issued, standing := filepath.Join(db.Folder(), "issued.csv"), filepath.Join(db.Folder(), "standing.csv")
	db.ForgetAll()
	if err := errors.Join(
		report.Save(issued, func(w io.Writer) error { return sheet.Write(w, issuedColumns, list) }),
		report.Save(standing, func(w io.Writer) error { return sheet.Write(w, feedback.Columns, answers) }),
		db.Read(ctx, "raw_issued", issued), db.Read(ctx, "raw_feedback", standing), db.Read(ctx, "raw_notices", record),
		// The record tells seconds: what is sent at that moment is not before it.
		db.Set(ctx, "as_of", at.Add(-time.Second)), db.Set(ctx, "window_to", engine.Day(DayOf(week.To, o.Zone))),
		db.Build(ctx, "int_told_before"),
	); err != nil {
		return err
	}
	return db.Each(ctx, `select host, told_no, told_at, times, class, found_at, is_waiting, is_recurrence, coalesce(measured_on::varchar, ''), stands_by
		from int_told_before`, func(rows *sql.Rows) error {
		var b feedback.Before
		var host string
		var found, stands sql.NullTime
		err := rows.Scan(&host, &b.NoticeNo, &b.NotifiedAt, &b.Times, &b.Class, &found, &b.Waiting, &b.Recurred, &b.MeasuredDay, &stands)
		b.FoundAt, b.StandsBy = found.Time, stands.Time
		before[host] = &b
		return err
	})
}
