package lake_test

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"minewatch/ingest/flow"
)

var update = flag.Bool("update", false, "write docs/schema.md instead of comparing it")

const schemaDoc = "../../docs/schema.md"

// docs/schema.md is made from flow.Columns, so that it cannot lie.
func TestSchemaDoc(t *testing.T) {
	want := renderSchema()
	if *update {
		if err := os.WriteFile(schemaDoc, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(schemaDoc)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("docs/schema.md is not what flow.Columns says; run go test ./ingest/lake -run SchemaDoc -update (-want +got):\n%s", diff)
	}
}

func renderSchema() string {
	var b strings.Builder
	b.WriteString(`# The flow table

Generated from the column table in ` + "`ingest/flow/schema.go`" + ` by ` + "`go test ./ingest/lake -run SchemaDoc -update`" + `.

One row is one flow record as a router exported it, in one direction. The files are
Parquet 2.6 with data pages v2: integers and times delta-encoded, texts by dictionary,
all compressed with zstd. They lie in Hive-style folders by the hour of receipt in UTC:

    <lake>/flows/date=YYYY-MM-DD/hour=HH/<writer>-<number>.parquet

Engines that read Hive-style folders add the columns date (a date) and hour (two digits; DuckDB
reads it as text); the view flows of ` + "`minewatch sql`" + ` has neither: filter on received_at there, which
skips files as well. A file that a glob over ` + "`flows/`" + ` sees is complete and never changes. What writers have
not yet published is under ` + "`<lake>/hot/`" + `, and is theirs alone.

An address is two signed 64-bit integers, the halves of its 128 bits in network order;
IPv4 is the IPv4-mapped ` + "`::ffff:a.b.c.d`" + `, so its upper half is 0 and its lower half is
281470681743360 plus the address as a number. Counters are as exported: multiply by
` + "`sampling_rate`" + ` for an estimate of the wire.

| column | type | null | unit | meaning |
|---|---|---|---|---|
`)
	for _, c := range flow.Columns {
		null := ""
		if c.Nullable {
			null = "yes"
		}
		b.WriteString("| " + strings.Join([]string{c.Name, c.SQL, null, c.Unit, c.Meaning}, " | ") + " |\n")
	}
	return b.String()
}
