package ingest_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"
	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"

	"minewatch/ingest"
	"minewatch/ingest/decode"
	"minewatch/ingest/policy"
)

const logs = "testdata/logs"

// storedFlows is what the lake has of each flow, by column.
func storedFlows(t *testing.T, dir string) []map[string]string {
	t.Helper()
	var flows []map[string]string
	for _, path := range published(t, dir) {
		flows = append(flows, parquetRows(t, filepath.Join(dir, path))...)
	}
	return flows
}

// parquetRows is what a Parquet file has in each row, by column.
func parquetRows(t *testing.T, path string) []map[string]string {
	t.Helper()
	r, err := file.OpenParquetFile(path, false)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	reader, err := pqarrow.NewFileReader(r, pqarrow.ArrowReadProperties{}, memory.DefaultAllocator)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	table, err := reader.ReadTable(t.Context())
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	defer table.Release()
	rows := make([]map[string]string, table.NumRows())
	for i := range rows {
		rows[i] = map[string]string{}
	}
	for i, field := range table.Schema().Fields() {
		row := 0
		for _, chunk := range table.Column(i).Data().Chunks() {
			for j := range chunk.Len() {
				rows[row][field.Name] = text(chunk, j)
				row++
			}
		}
	}
	return rows
}

func text(column arrow.Array, i int) string {
	if column.IsNull(i) {
		return ""
	}
	return column.ValueStr(i)
}

// comparable is each flow as one text, without the columns that are not
// compared, sorted.
func comparable(flows []map[string]string, without ...string) []string {
	var texts []string
	for _, flow := range flows {
		for _, column := range append(without, "received_at", "format") {
			delete(flow, column)
		}
		texts = append(texts, fmt.Sprint(flow))
	}
	slices.Sort(texts)
	return texts
}

// TestImportedLogsEqualTheirExports: what nfcapd and goflow2 received, and
// nfdump and goflow2 printed, is in the lake what a capture of the same
// datagrams is. README.md beside the files tells how they were made.
func TestImportedLogsEqualTheirExports(t *testing.T) {
	dir := t.TempDir()
	_, err := importWith(t, ingest.ImportOptions{
		Lake: dir,
		// The exports tell of a week that is over when they are received.
		Decode: decode.Options{Policy: policy.NewLive(policy.Rules{ClockLimit: -1})},
	}, filepath.Join(logs, "exports.pcap"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		file    string
		without []string
		lacks   string                       // an exporter that the program could not read
		forget  func(flow map[string]string) // what the program does not write
	}{
		{
			file: "nfdump.json", without: []string{"sampling_rate", "domain", "end_reason"},
			forget: func(flow map[string]string) { flow["direction"] = strings.TrimPrefix(flow["direction"], "0") },
		},
		{
			file: "nfdump.csv", without: []string{"sampling_rate", "domain", "end_reason"},
			forget: func(flow map[string]string) {
				flow["direction"] = strings.TrimPrefix(flow["direction"], "0")
				for _, column := range []string{"started_at", "ended_at"} { // whole seconds
					flow[column] = flow[column][:len("2026-11-11T15:59:12")] + "Z"
				}
			},
		},
		{
			// goflow2 2.2.6 keeps sampling rates by version and not by exporter,
			// so those of two routers are wrong. It reads no absolute times of
			// NetFlow v9, which is how one router tells them, and none of
			// softflowd's v9 at all; of NetFlow v5 it does not write the engine.
			file: "goflow2.json", without: []string{"sampling_rate", "end_reason", "direction"}, lacks: "127.0.0.1",
			forget: func(flow map[string]string) {
				switch flow["exporter"] {
				case "127.255.0.5":
					flow["started_at"], flow["ended_at"] = "", ""
				case "127.255.0.3":
					flow["domain"] = ""
				}
			},
		},
	} {
		t.Run(c.file, func(t *testing.T) {
			own := t.TempDir()
			result, err := importInto(t, own, filepath.Join(logs, c.file))
			if err != nil || result.Counts.Rejected() != 0 {
				t.Fatalf("error %v, counts %s", err, &result.Counts)
			}
			want, got := storedFlows(t, dir), storedFlows(t, own)
			for _, flow := range slices.Concat(want, got) {
				c.forget(flow)
			}
			want = slices.DeleteFunc(want, func(flow map[string]string) bool { return flow["exporter"] == c.lacks })
			for _, flow := range got {
				if !strings.HasPrefix(flow["received_at"], "2026-11-26T00:4") {
					t.Errorf("received at %s", flow["received_at"])
				}
			}
			// sFlow went to goflow2 alone, by a socket of its own.
			got = slices.DeleteFunc(got, func(flow map[string]string) bool { return flow["exporter"] == "10.255.0.6" })
			if diff := cmp.Diff(comparable(want, c.without...), comparable(got, c.without...)); diff != "" || len(got) < 36 {
				t.Errorf("%d flows (-capture +log):\n%s", len(got), diff)
			}
		})
	}
}

// TestImportOfOrdinaryTraffic: packets that are no exports are refused, with
// what makes exports of them.
func TestImportOfOrdinaryTraffic(t *testing.T) {
	dir := t.TempDir()
	_, err := importInto(t, dir, filepath.Join(logs, "traffic.pcap"))
	if err == nil || !strings.Contains(err.Error(), "holds no flow exports but ordinary traffic") || !strings.Contains(err.Error(), "softflowd -r") {
		t.Errorf("error %v", err)
	}
	if files := published(t, dir); len(files) != 0 {
		t.Errorf("published %v", files)
	}
	// Exports that cannot be read are not told as ordinary traffic.
	damaged := netflow5(noon, 3)
	damaged[3] = 200 // flows, of which most are not there
	_, err = importInto(t, dir, writeFile(t, "damaged.pcap", capture(t, "10.255.0.2", damaged)))
	if err == nil || !strings.Contains(err.Error(), "holds flow exports, but none of them can be read (malformed: 1 of 1)") || strings.Contains(err.Error(), "softflowd") {
		t.Errorf("damaged exports: %v", err)
	}
	// With one export among the packets it is a capture of exports.
	whole := capture(t, "10.255.0.2", []byte("neither fish nor flow"), netflow5(noon, 1))
	if result, err := importInto(t, dir, writeFile(t, "mixed.pcap", whole)); err != nil || result.Counts.RecordsStored != 1 {
		t.Errorf("error %v, counts %s", err, &result.Counts)
	}
	// A piece of a larger capture may have none.
	piece := writeFile(t, "piece.pcap", capture(t, "10.255.0.2", []byte("nothing of note")))
	if _, err := importWith(t, ingest.ImportOptions{Lake: dir, InPieces: true}, piece); err != nil {
		t.Error(err)
	}
	// A capture of no packets holds nothing, and nothing that is unexpected.
	if _, err := importInto(t, dir, writeFile(t, "empty.pcap", whole[:24])); err != nil {
		t.Error(err)
	}
}

// TestImportOfNfcapdFile: nfcapd's own file is told from text.
func TestImportOfNfcapdFile(t *testing.T) {
	_, err := importInto(t, t.TempDir(), filepath.Join(logs, "nfcapd.202611260032"))
	if err == nil || !strings.Contains(err.Error(), "binary file of nfcapd") || !strings.Contains(err.Error(), "nfdump -r") {
		t.Errorf("error %v", err)
	}
}

// TestImportLogAgain: every log, plain and however compressed, is the same log.
func TestImportLogAgain(t *testing.T) {
	for _, name := range []string{"nfdump.csv", "nfdump.json", "goflow2.json"} {
		content, err := os.ReadFile(filepath.Join(logs, name))
		if err != nil {
			t.Fatal(err)
		}
		var zipped, zstded bytes.Buffer
		compress(t, gzip.NewWriter(&zipped), content)
		w, err := zstd.NewWriter(&zstded)
		if err != nil {
			t.Fatal(err)
		}
		compress(t, w, content)
		dir := t.TempDir()
		result, err := importInto(t, dir, writeFile(t, "a", zstded.Bytes()), writeFile(t, "b", content), writeFile(t, "c", zipped.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		if c := result.Counts; c.RecordsStored < 36 || c.RecordsDuplicate != 2*c.RecordsStored {
			t.Errorf("%s: %s", name, &c)
		}
	}
}

func compress(t *testing.T, w interface {
	Write([]byte) (int, error)
	Close() error
}, content []byte,
) {
	t.Helper()
	if _, err := w.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestImportCutOffZstd: a compressed file without its end is not stored.
func TestImportCutOffZstd(t *testing.T) {
	var zstded bytes.Buffer
	w, err := zstd.NewWriter(&zstded)
	if err != nil {
		t.Fatal(err)
	}
	compress(t, w, []byte(flowLog+strings.Repeat(flowLog[strings.Index(flowLog, "\n")+1:], 1000)))
	dir := t.TempDir()
	_, err = importInto(t, dir, writeFile(t, "a.csv.zst", zstded.Bytes()[:zstded.Len()-5]))
	if err == nil || !strings.Contains(err.Error(), "ends early") || len(published(t, dir)) != 0 {
		t.Errorf("error %v, published %v", err, published(t, dir))
	}
}

// TestImportLogReceipts: a log leaves receipts in each hour, and they add up to
// its counts: exporters by their addresses, names and refused lines together.
func TestImportLogReceipts(t *testing.T) {
	dir := t.TempDir()
	log := strings.Replace(flowLog, "\n", ",exporter\n", 1)
	log = strings.ReplaceAll(log, ",10\n", ",10,192.0.2.1\n")
	log = strings.ReplaceAll(log, ",9\n", ",9,border\n") + strings.TrimSuffix(badRow, "\n") + ",192.0.2.1\n"
	if _, err := importInto(t, dir, writeFile(t, "a.csv", []byte(log))); err != nil {
		t.Fatal(err)
	}
	type account struct{ received, stored, malformed, unknown string }
	got := map[string]account{}
	paths, _ := filepath.Glob(filepath.Join(dir, "receipts", "date=*", "hour=*", "*.parquet"))
	for _, path := range paths {
		hour := filepath.Base(filepath.Dir(path))
		for _, row := range parquetRows(t, path) {
			got[hour+" "+row["exporter"]] = account{row["records"], row["records_stored"], row["records_malformed"], row["sampling_unknown"]}
			if at, err := time.Parse(time.RFC3339Nano, row["first_at"]); row["records_stored"] == "1" && (err != nil || at.Year() != 2026) {
				t.Errorf("first at %s", row["first_at"])
			}
		}
	}
	want := map[string]account{"hour=12 192.0.2.1": {"1", "1", "0", "1"}, "hour=13 ": {"2", "1", "1", "1"}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(account{})); diff != "" {
		t.Errorf("receipts (-want +got):\n%s", diff)
	}
}
