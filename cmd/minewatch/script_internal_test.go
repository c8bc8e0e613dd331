package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/xuri/excelize/v2"

	"minewatch/analyze/resolve/dnstest"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"minewatch": mainAt})
}

// mainAt is main at the time that a script sets as MINEWATCH_TEST_NOW, where the
// clock then stands.
func mainAt() {
	text, ok := os.LookupEnv("MINEWATCH_TEST_NOW")
	if !ok {
		main()
		return
	}
	env := newEnvironment(os.Stdin, os.Stdout, os.Stderr)
	now, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	env.now = func() time.Time { return now }
	root := newRootCommand(env)
	root.SetArgs(os.Args[1:])
	cmd, err := root.ExecuteContextC(context.Background())
	os.Exit(env.exit(context.Background(), cmd, err))
}

// TestScript runs the scripts of testdata/script: each is a session of the
// program, with its files. With UPDATE=1 in the environment, the files that a
// script compares with are rewritten. Beyond the usual commands there are
//
//	exit CODE PROGRAM ARG…    run the program, which has to end with this code
//	waitfor FILE              until the file is there, at most 20 s
//	workbook FILE ROW…        an xlsx of rows whose cells are separated by commas; "!" is an empty row, digits are numbers
//	publish FOLDER FILE…      serve the folder's files over https and http; in each FILE, HTTPS_URL, HTTP_URL, CA_FILE and HERE become what they are
//	resolvers CONFIG ZONE…    resolvers on loopback that answer by these zones (dnstest), in a configuration
//	sendflows READY N[@SEQ]…  from one router, NetFlow v5 datagrams of N flows, numbered from SEQ on, to the first address in the ready file
func TestScript(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           "testdata/script",
		UpdateScripts: os.Getenv("UPDATE") != "",
		Setup: func(env *testscript.Env) error {
			env.Setenv("MINEWATCH_LAKE", env.WorkDir+"/lake")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exit":      exitWith,
			"waitfor":   waitFor,
			"workbook":  makeWorkbook,
			"publish":   publish,
			"sendflows": sendFlows,
			"resolvers": startResolvers,
		},
	})
}

func exitWith(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	if ended := (*exec.ExitError)(nil); errors.As(err, &ended) {
		got = ended.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

func waitFor(ts *testscript.TestScript, _ bool, args []string) {
	path := ts.MkAbs(args[0])
	for range 4000 {
		if _, err := os.Stat(path); err == nil {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	ts.Fatalf("%s is not there after 20 s", path)
}

func makeWorkbook(ts *testscript.TestScript, _ bool, args []string) {
	f := excelize.NewFile()
	defer f.Close()
	for i, row := range args[1:] {
		if row == "!" {
			continue
		}
		for c, cell := range strings.Split(row, ",") {
			var value any = cell
			if n, err := strconv.Atoi(cell); err == nil {
				value = n
			}
			name, err := excelize.CoordinatesToCellName(c+1, i+1)
			ts.Check(err)
			ts.Check(f.SetCellValue("Sheet1", name, value))
		}
	}
	ts.Check(f.SaveAs(ts.MkAbs(args[0])))
}

func publish(ts *testscript.TestScript, _ bool, args []string) {
	folder := ts.MkAbs(args[0])
	files := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, err := os.ReadFile(filepath.Join(folder, filepath.Base(r.URL.Path)))
		if err != nil {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("ETag", fmt.Sprintf(`"%x"`, sha256.Sum256(text)))
		http.ServeContent(w, r, r.URL.Path, time.Time{}, bytes.NewReader(text))
	})
	secure, plain := httptest.NewTLSServer(files), httptest.NewServer(files)
	ts.Defer(secure.Close)
	ts.Defer(plain.Close)
	authority := ts.MkAbs("ca.pem")
	ts.Check(os.WriteFile(authority, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: secure.Certificate().Raw}), 0o600))
	values := strings.NewReplacer("HTTPS_URL", secure.URL, "HTTP_URL", plain.URL, "CA_FILE", authority, "HERE", ts.MkAbs("."))
	for _, file := range args[1:] {
		ts.Check(os.WriteFile(ts.MkAbs(file), []byte(values.Replace(ts.ReadFile(file))), 0o600))
	}
	ts.Setenv("PUBLISHED", strings.TrimPrefix(plain.URL, "http://"))
}

func startResolvers(ts *testscript.TestScript, _ bool, args []string) {
	var addresses []string
	for _, zone := range args[1:] {
		s, err := dnstest.Start("127.0.0.1", ts.ReadFile(zone))
		ts.Check(err)
		ts.Defer(s.Close)
		addresses = append(addresses, strconv.Quote(s.Addr.String()))
	}
	config := "[feed.resolve]\nresolvers = [" + strings.Join(addresses, ", ") + "]\ntimeout = \"2s\"\nqueries_per_second = 1000.0\n"
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(config), 0o600))
}

func sendFlows(ts *testscript.TestScript, _ bool, args []string) {
	address, _, _ := strings.Cut(ts.ReadFile(args[0]), "\n")
	conn, err := net.Dial("udp", address[strings.Index(address, "//")+2:])
	ts.Check(err)
	defer conn.Close()
	for _, datagram := range args[1:] {
		flows, first, _ := strings.Cut(datagram, "@")
		n, err := strconv.Atoi(flows)
		ts.Check(err)
		sequence, err := strconv.Atoi("0" + first)
		ts.Check(err)
		_, err = conn.Write(netflow5(n, sequence))
		ts.Check(err)
	}
}

// netflow5 is a datagram that a router sent at noon of 2026-03-02, its first
// flow numbered sequence.
func netflow5(flows, sequence int) []byte {
	const uptime = uint32(3_600_000) // ms
	var b bytes.Buffer
	put := func(values ...any) {
		for _, v := range values {
			_ = binary.Write(&b, binary.BigEndian, v) // a buffer takes everything
		}
	}
	put(uint16(5), uint16(flows), uptime, uint32(1_772_452_800), uint32(0), uint32(sequence), uint16(0), uint16(1<<14|100))
	for i := range flows {
		put([4]byte{10, 0, 0, byte(i)}, [4]byte{203, 0, 113, 9}, [4]byte{}, uint16(1), uint16(2), // addresses, interfaces
			uint32(10), uint32(1500), uptime-9000, uptime-1000, // packets, bytes, first, last
			uint16(40000+i), uint16(3333), uint8(0), uint8(0x1b), uint8(6), uint8(0), uint32(0), uint32(0)) // ports, flags, protocol
	}
	return b.Bytes()
}
