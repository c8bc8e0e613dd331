package fetch_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"minewatch/analyze/feed/fetch"
)

const list = "198.51.100.7:3333\n"

func publish(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, list) }

func serve(t *testing.T, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(handler)
	t.Cleanup(s.Close)
	return s
}

func serveTLS(t *testing.T, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewUnstartedServer(handler)
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError) // refused handshakes are what is tested
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

// authority is the file of the certificate that servers of serveTLS have.
func authority(t *testing.T, s *httptest.Server) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ca.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// source asks without a proxy, and does not wait between tries.
func source(address string) fetch.Source {
	return fetch.Source{
		URL: address, Proxy: fetch.Direct, UserAgent: "minewatch/test", Timeout: 20 * time.Second, MaxBytes: 1 << 20,
		Pause: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	}
}

func get(t *testing.T, s fetch.Source, known fetch.Validators) fetch.Answer {
	t.Helper()
	answer, err := s.Get(t.Context(), known)
	if err != nil {
		t.Fatalf("Get: %v", err)
	}
	return answer
}

func TestGet(t *testing.T) {
	var seen http.Header
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		seen = r.Header
		w.Header().Set("ETag", `"1"`)
		w.Header().Set("Last-Modified", "Sun, 22 Nov 2026 12:00:00 GMT")
		if r.Header.Get("If-None-Match") == `"1"` || r.Header.Get("If-Modified-Since") == "Sun, 22 Nov 2026 12:00:00 GMT" {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		publish(w, r)
	})
	s := source(server.URL)
	s.Header = http.Header{"X-Key": {"k"}}
	first := get(t, s, fetch.Validators{})
	if string(first.Data) != list || first.NotModified || first.ETag != `"1"` || first.LastModified == "" || !first.Written.IsZero() {
		t.Errorf("first answer: %q, %+v", first.Data, first)
	}
	if seen.Get("User-Agent") != "minewatch/test" || seen.Get("X-Key") != "k" || seen.Get("Authorization") != "" {
		t.Errorf("asked with %v", seen)
	}
	for _, known := range []fetch.Validators{{ETag: `"1"`}, {LastModified: first.LastModified}, first.Validators} {
		if again := get(t, s, known); !again.NotModified || again.Data != nil {
			t.Errorf("asked with %+v: %+v", known, again)
		}
	}
	if again := get(t, s, fetch.Validators{ETag: `"0"`}); again.NotModified || string(again.Data) != list {
		t.Errorf("asked with an old tag: %+v", again)
	}
}

func TestAuthorization(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.Header.Get("Authorization")) })
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte("Bearer hush\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := source(server.URL)
	s.AuthorizationFile = file
	if got := get(t, s, fetch.Validators{}); string(got.Data) != "Bearer hush" {
		t.Errorf("the server got %q", got.Data)
	}
	s = source(strings.Replace(server.URL, "://", "://user:hush@", 1))
	if got := get(t, s, fetch.Validators{}); string(got.Data) != "Basic dXNlcjpodXNo" {
		t.Errorf("the server got %q", got.Data)
	}
	if err := os.WriteFile(file, []byte("Bearer\nhush\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.AuthorizationFile = file
	fails(t, s, "want one line")
}

func TestOwnAuthority(t *testing.T) {
	server := serveTLS(t, publish)
	s := source(server.URL)
	fails(t, s, "certificate signed by unknown authority: if its authority is one of your own, name its certificate in ca_file")
	s.CAFile = authority(t, server)
	if got := get(t, s, fetch.Validators{}); string(got.Data) != list {
		t.Errorf("got %q", got.Data)
	}
	s.URL = strings.Replace(server.URL, "127.0.0.1", "localhost", 1)
	fails(t, s, "certificate is valid for example.com")
	s.CAFile = filepath.Join(t.TempDir(), "none.pem")
	fails(t, s, "ca_file")
	if err := os.WriteFile(s.CAFile, []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	fails(t, s, "has no certificate in PEM")
}

func TestOldTLS(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(publish))
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError) // refused handshakes are what is tested
	server.TLS = &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}
	server.StartTLS()
	t.Cleanup(server.Close)
	s := source(server.URL)
	s.CAFile = authority(t, server)
	fails(t, s, "protocol version")
}

// proxy forwards to backend whatever host is asked for, also in tunnels.
func proxy(t *testing.T, backend string, asked *atomic.Value) *httptest.Server {
	t.Helper()
	return serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked.Store(r.Method + " " + r.Host + " " + r.Header.Get("Proxy-Authorization"))
		if r.Method != http.MethodConnect {
			publish(w, r)
			return
		}
		server, err := net.Dial("tcp", backend)
		if err != nil {
			t.Error(err)
			return
		}
		defer server.Close()
		conn, buffered, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		fmt.Fprint(conn, "HTTP/1.1 200 OK\r\n\r\n")
		go func() {
			_, _ = io.Copy(server, buffered)
			server.Close()
		}()
		_, _ = io.Copy(conn, server)
	})
}

func TestProxy(t *testing.T) {
	server := serveTLS(t, publish)
	var asked atomic.Value
	p := proxy(t, server.Listener.Addr().String(), &asked)
	s := source("http://lists.example/pools.txt")
	s.Proxy = strings.Replace(p.URL, "://", "://user:hush@", 1)
	if got := get(t, s, fetch.Validators{}); string(got.Data) != list || asked.Load() != "GET lists.example Basic dXNlcjpodXNo" {
		t.Errorf("http: got %q, the proxy was asked for %s", got.Data, asked.Load())
	}
	s.URL, s.CAFile = "https://example.com/pools.txt", authority(t, server) // a name that the certificate has
	if got := get(t, s, fetch.Validators{}); string(got.Data) != list || asked.Load() != "CONNECT example.com:443 Basic dXNlcjpodXNo" {
		t.Errorf("https: got %q, the proxy was asked for %s", got.Data, asked.Load())
	}
	p.Close()
	fails(t, s, "proxyconnect tcp: dial tcp 127.0.0.1:")
}

func TestPacked(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", r.Header.Get("Accept-Encoding"))
		_, _ = w.Write(pack([]byte(list)))
	})
	if got := get(t, source(server.URL), fetch.Validators{}); string(got.Data) != list {
		t.Errorf("got %q", got.Data)
	}
	packed := pack([]byte(list))
	server = serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(packed) })
	if got := get(t, source(server.URL), fetch.Validators{}); !bytes.Equal(got.Data, packed) {
		t.Errorf("a packed file is %q", got.Data)
	}
}

func pack(data []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write(data)
	_ = w.Close()
	return b.Bytes()
}

// What passes is tried again, and not for ever; what stays is told at once.
func TestTries(t *testing.T) {
	for _, test := range []struct {
		answers []int
		asked   int32
		want    string // of the error; empty = the list
	}{
		{[]int{503, 200}, 2, ""},
		{[]int{500, 502, 200}, 3, ""},
		{[]int{429, 504, 408, 200}, 3, "answers 408 Request Timeout (tried 3 times)"},
		{[]int{404, 200}, 1, "answers 404 Not Found: the list is not there, or no longer: look at the url"},
		{[]int{410}, 1, "answers 410 Gone"},
		{[]int{401}, 1, "answers 401 Unauthorized: it wants credentials, or others: see authorization_file"},
		{[]int{403}, 1, "answers 403 Forbidden"},
		{[]int{407}, 1, "the proxy wants credentials"},
		{[]int{204}, 1, "answers 204 No Content, and no list"},
		{[]int{206}, 1, "answers 206 Partial Content, and no list"},
		{[]int{304}, 1, "answers 304 Not Modified, though it was not asked whether"},
		{[]int{302}, 1, "answers 302 Found without saying where to"},
		{[]int{599}, 1, "answers 599, and no list"},
	} {
		var asked atomic.Int32
		server := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if code := test.answers[min(int(asked.Add(1)), len(test.answers))-1]; code != http.StatusOK {
				w.WriteHeader(code)
				return
			}
			publish(w, r)
		})
		s := source(server.URL)
		if test.want == "" {
			get(t, s, fetch.Validators{})
		} else {
			fails(t, s, test.want)
		}
		if asked.Load() != test.asked {
			t.Errorf("%v: asked %d times, want %d", test.answers, asked.Load(), test.asked)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if after := strings.Split(r.URL.Path, "/")[1]; after != "" {
			w.Header().Set("Retry-After", after)
		}
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	for path, want := range map[string]string{"/": "[2s 8s]", "/5": "[5s 8s]", "/3600": "[]", "/-1": "[2s 8s]", "/99999999": "[]"} {
		s, waited := source(server.URL+path), []time.Duration{}
		s.Pause = func(_ context.Context, d time.Duration) error {
			waited = append(waited, d)
			return nil
		}
		fails(t, s, "answers 503 Service Unavailable (")
		if got := fmt.Sprint(waited); got != want {
			t.Errorf("%s: waited %s, want %s", path, got, want)
		}
	}
}

// fails expects an error that tells nothing of a URL but scheme and host:
// whatever is secret in these tests has "hush" in it.
func fails(t *testing.T, s fetch.Source, want string) {
	t.Helper()
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	if u.Scheme != "file" {
		u.User, u.Path, u.RawQuery = url.UserPassword("hush", "hush"), u.Path+"/hush", "token=hush"
	}
	s.URL = u.String()
	_, err = s.Get(t.Context(), fetch.Validators{})
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v, want one with %q", err, want)
	}
	if err != nil && strings.Contains(err.Error(), "hush") {
		t.Errorf("error %v tells a secret", err)
	}
}

func TestHostile(t *testing.T) {
	zeros := bytes.Repeat([]byte{0}, 64<<20)
	bomb := pack(zeros)
	if len(bomb) > 1<<20 {
		t.Fatalf("a bomb of %d bytes", len(bomb))
	}
	half := pack([]byte(strings.Repeat(list, 1000)))
	for _, test := range []struct {
		name, want string
		handler    http.HandlerFunc
	}{
		{"endless body", "is larger than 1048576 bytes (max_bytes)", func(w http.ResponseWriter, _ *http.Request) {
			for {
				if _, err := w.Write(zeros[:64<<10]); err != nil {
					return
				}
			}
		}},
		{"gzip bomb", "unpacked, is larger than 1048576 bytes", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(bomb)
		}},
		{"half of a gzip", "is damaged gzip: unexpected EOF", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(half[:len(half)/2])
		}},
		{"no gzip", "is damaged gzip", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			publish(w, r)
		}},
		{"unasked packing", `is packed as "br", which was not asked for`, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "br")
			publish(w, r)
		}},
		{"truncated", "ended after 18 of 1000 bytes: unexpected EOF (tried 3 times)", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "1000")
			publish(w, r)
		}},
		{"truncated chunks", "ended after 18 bytes: unexpected EOF", func(w http.ResponseWriter, r *http.Request) {
			publish(w, r)
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}},
		{"no answer", "EOF (tried 3 times)", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }},
		{"web page", "answers with a web page", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "\xef\xbb\xbf\n <!DOCTYPE html><p>198.51.100.7:3333")
		}},
		{"long header", "server response headers exceeded", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("ETag", strings.Repeat("x", 100<<10))
			publish(w, r)
		}},
		{"redirect loop", "redirects more than 5 times", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, r.URL.Path, http.StatusFound)
		}},
		{"redirect to a file", `redirects to "file", which is no web address`, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "file:///etc/passwd", http.StatusFound)
		}},
		{"redirect to no URL", "answers 302 Found without saying where to", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "http://[hush")
			w.WriteHeader(http.StatusFound)
		}},
	} {
		t.Run(test.name, func(t *testing.T) { fails(t, source(serve(t, test.handler).URL), test.want) })
	}
}

func TestNoTLS(t *testing.T) {
	fails(t, source(strings.Replace(serve(t, publish).URL, "http", "https", 1)), "does not speak TLS")
	s := serve(t, publish)
	s.Close()
	fails(t, source(s.URL), "connection refused (tried 3 times)")
}

func TestRedirect(t *testing.T) {
	var header atomic.Value
	target := serve(t, func(w http.ResponseWriter, r *http.Request) {
		header.Store(r.Header)
		publish(w, r)
	})
	home := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/away":
			http.Redirect(w, r, target.URL, http.StatusMovedPermanently)
		case "/here":
			http.Redirect(w, r, "/list", http.StatusTemporaryRedirect)
		case "/list":
			header.Store(r.Header)
			publish(w, r)
		}
	})
	for path, want := range map[string]string{"/here": "[hush]", "/away": "[]"} {
		s := source(home.URL + path)
		s.Header = http.Header{"X-Key": {"hush"}, "Authorization": {"hush"}}
		answer := get(t, s, fetch.Validators{ETag: `"1"`})
		got := header.Load().(http.Header)
		if string(answer.Data) != list || fmt.Sprint(got["X-Key"]) != want || fmt.Sprint(got["Authorization"]) != want {
			t.Errorf("%s: %q, asked with %v", path, answer.Data, got)
		}
		if got.Get("Referer") != "" || got.Get("If-None-Match") != `"1"` {
			t.Errorf("%s: asked with %v", path, got)
		}
	}
}

// TLS is not left: the list could be changed on the way.
func TestRedirectDowngrade(t *testing.T) {
	plain := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("was asked without TLS") })
	server := serveTLS(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, plain.URL+"/?token=hush", http.StatusFound)
	})
	s := source(server.URL)
	s.CAFile = authority(t, server)
	fails(t, s, "redirects from https to http://127.0.0.1:")
	var secure *httptest.Server
	secure = serveTLS(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/hush" {
			http.Redirect(w, r, secure.URL+"/second", http.StatusFound)
			return
		}
		http.Redirect(w, r, plain.URL, http.StatusFound)
	})
	s = source(secure.URL)
	s.CAFile = authority(t, secure)
	fails(t, s, "redirects from https to http://127.0.0.1:")
}

func TestTimeout(t *testing.T) {
	slow := serve(t, func(w http.ResponseWriter, r *http.Request) {
		publish(w, r)
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	mute := serve(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	for server, want := range map[*httptest.Server]string{slow: "ended after 18 bytes", mute: "took longer than 200ms (timeout)"} {
		s := source(server.URL)
		s.Timeout = 200 * time.Millisecond
		start := time.Now()
		fails(t, s, want)
		if passed := time.Since(start); passed > 5*time.Second {
			t.Errorf("gave up after %s", passed)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	s := source(mute.URL)
	if _, err := s.Get(ctx, fetch.Validators{}); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
}

func TestFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "pools list.txt")
	if err := os.WriteFile(path, []byte(list), 0o600); err != nil {
		t.Fatal(err)
	}
	written := time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
	if err := os.Chtimes(path, written, written); err != nil {
		t.Fatal(err)
	}
	s := source((&url.URL{Scheme: "file", Path: path}).String())
	if got := get(t, s, fetch.Validators{}); string(got.Data) != list || !got.Written.Equal(written) {
		t.Errorf("got %q, written %s", got.Data, got.Written)
	}
	s.MaxBytes = 5
	fails(t, s, "is larger than 5 bytes")
	s.URL = "file://" + dir
	fails(t, s, "is no file")
	s.URL += "/none"
	fails(t, s, "no such file")
}

func TestParseURL(t *testing.T) {
	for text, want := range map[string]string{
		"https://u:hush@lists.example/a?b": "https://lists.example", "http://[2001:db8::1]:8080/": "http://[2001:db8::1]:8080", "file:///srv/a.txt": "/srv/a.txt",
		"": "is neither https", "lists.example/hush": "is neither https", "ftp://hush.example/": "is neither https", "https:///hush": "has no host",
		"https://u:hu/sh@lists.example/": "is no URL", "http://hush%zz/": "is no URL", "file://host/hush": "does not name a file", "file:hush": "does not name a file",
		"https://:443/hush": "has no host",
	} {
		u, err := fetch.ParseURL(text)
		got := fmt.Sprint(err)
		if err == nil {
			got = fetch.Place(u)
		}
		if !strings.HasPrefix(got, want) || strings.Contains(got, "hush") {
			t.Errorf("ParseURL(%q): %s, want %s", text, got, want)
		}
	}
	for text, ok := range map[string]bool{
		"": true, "none": true, "http://u:hush@proxy:3128": true, "socks5://proxy:1080": true,
		"proxy:3128": false, "ftp://hush": false, "http://": false, "http://u:hu/sh@proxy": false,
	} {
		if _, err := fetch.ParseProxy(text); (err == nil) != ok || strings.Contains(fmt.Sprint(err), "hush") {
			t.Errorf("ParseProxy(%q): %v", text, err)
		}
	}
}
