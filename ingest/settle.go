package ingest

import (
	"log/slog"
	"net/netip"

	"minewatch/ingest/account"
	"minewatch/ingest/flow"
	"minewatch/ingest/lake"
)

// settle enters into the accounts what became of a segment's rows. Whose those
// were that could not be read back nobody can tell.
func (p *publisher) settle(published *lake.Published) {
	for exporter, rows := range published.Exporters {
		p.o.Book.Settle(accountOf(published.Hour, exporter), rows, account.Stored)
	}
	p.o.Book.Settle(account.Key{Hour: published.Hour, Exporter: account.Others}, published.Lost, account.Disk)
}

// settleLost enters rows that the disk would not take.
func (o *CollectOptions) settleLost(hour int64, rows *flow.Batch) {
	for i := 0; i < rows.Len(); {
		exporter, run := rows.Exporter.At(i), i+1
		for run < rows.Len() && rows.Exporter.Codes[run] == rows.Exporter.Codes[i] {
			run++
		}
		o.Book.Settle(accountOf(hour, exporter), int64(run-i), account.Disk)
		i = run
	}
}

// accountOf is the account of a stored row, whose exporter is the text of an
// address.
func accountOf(hour int64, exporter string) account.Key {
	key := account.Key{Hour: hour}
	if address, err := netip.ParseAddr(exporter); err == nil {
		key.Exporter = address
	}
	return key
}

// writeReceipts brings the lake's receipts up to date. What cannot be written
// now is written the next time.
func (p *publisher) writeReceipts() error {
	err := p.o.Book.WriteReceipts(p.o.Lake, p.o.Name)
	if err != nil {
		p.o.Logger.Error("receipts not written; trying again at the next rotation", slog.Any("error", err))
	}
	return err
}

// closeBook writes the last receipts: nothing that is still missing will come.
func (p *publisher) closeBook() {
	p.o.Book.Close()
	_ = p.writeReceipts() // the log has it
}
