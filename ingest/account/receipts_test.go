package account_test

import (
	"database/sql"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "github.com/duckdb/duckdb-go/v2"
	"github.com/google/go-cmp/cmp"

	"minewatch/ingest/account"
)

var update = flag.Bool("update", false, "write docs/receipts.md instead of comparing it")

// query returns the rows of a query to DuckDB, the cells of a row joined by
// spaces.
func query(t *testing.T, text string) []string {
	t.Helper()
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var result []string
	for rows.Next() {
		cells, targets := make([]string, len(columns)), make([]any, len(columns))
		for i := range cells {
			targets[i] = &cells[i]
		}
		if err := rows.Scan(targets...); err != nil {
			t.Fatal(err)
		}
		result = append(result, strings.Join(cells, " "))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return result
}

func glob(dir string) string { return filepath.Join(dir, "receipts", "*", "*", "*.parquet") }

// The reader's side of the contract: DuckDB sees the columns that
// account.Columns promises, by name, order and type.
func TestReceiptsContract(t *testing.T) {
	dir, book := t.TempDir(), account.NewBook(nil)
	post(book, router, noon, 1)
	if err := book.WriteReceipts(dir, "w"); err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, c := range account.Columns {
		want = append(want, c.Name+" "+c.SQL)
	}
	got := query(t, "select column_name || ' ' || column_type from (describe select * from read_parquet('"+glob(dir)+"', hive_partitioning = false))")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("DuckDB sees other columns (-promised +seen):\n%s", diff)
	}
}

// The other reader's side: the analysis declares the same columns.
func TestReceiptsDeclaration(t *testing.T) {
	declaration, err := os.ReadFile("../../queries/raw_receipts.sql")
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, c := range account.Columns {
		want = append(want, c.Name+" "+c.SQL)
	}
	got := query(t, "select column_name || ' ' || column_type from (describe "+string(declaration)+")")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("raw_receipts.sql declares other columns (-written +declared):\n%s", diff)
	}
}

// A file holds the whole hour and is replaced; what comes long after gets a
// file of its own, and the sum over the files is the account.
func TestReceipts(t *testing.T) {
	dir, book := t.TempDir(), account.NewBook(nil)
	write := func() {
		t.Helper()
		if err := book.WriteReceipts(dir, "w"); err != nil {
			t.Fatal(err)
		}
	}
	post(book, router, noon, 2)
	write()
	post(book, router, noon.Add(10*time.Minute), 1)
	book.SettleAll(account.Stored)
	post(book, router, noon.Add(time.Hour), 1)
	book.PostUnseen(noon.Add(time.Hour), account.Unseen{Kernel: 4})
	write()
	book.SettleAll(account.Stored)
	for range 80 {
		write()
	}
	post(book, router, noon, 1)
	write()

	got := query(t, `select concat_ws(' ', regexp_extract(filename, '(date=.*)', 1), exporter, records, records_stored, records_pending, records_malformed, datagrams_kernel)
		from read_parquet('`+glob(dir)+`', filename = true) order by 1`)
	want := []string{
		"date=2026-03-02/hour=12/w-000001.parquet 192.0.2.1 30 27 0 3 0",
		"date=2026-03-02/hour=12/w-000003.parquet 192.0.2.1 10 0 9 1 0",
		"date=2026-03-02/hour=13/w-000002.parquet  0 0 0 0 4",
		"date=2026-03-02/hour=13/w-000002.parquet 192.0.2.1 10 9 0 1 0",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("receipts (-want +got):\n%s", diff)
	}
}

// What could not be written is written the next time.
func TestReceiptsOnFailingLake(t *testing.T) {
	dir, book := t.TempDir(), account.NewBook(nil)
	obstacle := filepath.Join(dir, "receipts")
	if err := os.WriteFile(obstacle, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	post(book, router, noon, 1)
	if err := book.WriteReceipts(dir, "w"); err == nil {
		t.Error("no error, although receipts is a file")
	}
	if err := os.Remove(obstacle); err != nil {
		t.Fatal(err)
	}
	if err := book.WriteReceipts(dir, "w"); err != nil {
		t.Error(err)
	}
	if files, _ := filepath.Glob(glob(dir)); len(files) != 1 {
		t.Errorf("files %v, want one", files)
	}
}

const receiptsDoc = "../../docs/receipts.md"

// docs/receipts.md is made from account.Columns, so that it cannot lie.
func TestReceiptsDoc(t *testing.T) {
	var b strings.Builder
	b.WriteString(`# Receipts

Generated from the column table in ` + "`ingest/account/columns.go`" + ` by ` + "`go test ./ingest/account -run Doc -update`" + `.

A receipt says what a collector received from an exporter in an hour, what became of it, and what never arrived:

    <lake>/receipts/date=YYYY-MM-DD/hour=HH/<collector>-<number>.parquet

One row is one exporter in one hour, by the time that its flows are stored under (UTC). A file holds all that one
collector knows of the hour; it is replaced as a whole at every rotation until the hour is over. Several collectors write
a file each, and what comes long after the hour gets one of its own, so **sum over the files**; in ` + "`minewatch sql`" + ` the view
` + "`receipts`" + ` has done so.

Loss before the collector shows in the exporters' own numbers. v5 and IPFIX number records, v9 and sFlow datagrams, so
` + "`missed_records`" + ` or ` + "`missed_datagrams`" + ` is what is known. A number counts as missed when it has not come five seconds after
the one behind it. A numbering that begins anew, with the exporter's uptime or without, is a restart and no loss. Exporters
that number otherwise than their protocol says are found out after eight datagrams, told in the log, and followed in
their own way.

A collector that ended cleanly (SIGTERM, a restart of the service) goes on with these numbers at its next start, within a day: what was
sent in between is missed, in the hour of the first datagram after it. After a kill or a power cut, and from an exporter's new
source port, nothing is known of the time between: it is neither stored nor missed. [Exporters](exporters.md#what-is-known-of-loss) has
each case.

What a collector that was killed had received since its last rotation is in no receipt, although its flows are recovered:
where an hour has more flows than records_stored, look into ` + "`manifests/recover`" + `.

| column | type | null | meaning |
|---|---|---|---|
`)
	for _, c := range account.Columns {
		null := ""
		if c.Null {
			null = "yes"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", c.Name, c.SQL, null, c.Meaning)
	}
	if *update {
		if err := os.WriteFile(receiptsDoc, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(receiptsDoc)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(b.String(), string(got)); diff != "" {
		t.Errorf("docs/receipts.md is not what account.Columns says; run make generate (-want +got):\n%s", diff)
	}
}
