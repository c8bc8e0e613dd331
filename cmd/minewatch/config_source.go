package main

import (
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"minewatch/analyze/feed/fetch"
	"minewatch/analyze/intake"
	"minewatch/analyze/versions"
)

// sourceConfig is a [[feed.source]] section: a list that 'feed update' fetches.
// What its keys mean stands in config.default.toml.
type sourceConfig struct {
	Name              string            `toml:"name"`
	URL               secretURL         `toml:"url"`
	Enabled           *bool             `toml:"enabled,omitempty"` // nil = true
	Format            string            `toml:"format,omitempty"`
	Negative          string            `toml:"negative,omitempty"`
	Source            string            `toml:"source,omitempty"`
	Licence           string            `toml:"licence,omitempty"`
	Evidence          string            `toml:"evidence,omitempty"`
	Confidence        *int              `toml:"confidence,omitempty"`
	MaxBad            *float64          `toml:"max_bad,omitempty"`
	Strict            bool              `toml:"strict,omitempty"`
	CAFile            string            `toml:"ca_file,omitempty"`
	Proxy             secretURL         `toml:"proxy,omitempty"`
	AuthorizationFile string            `toml:"authorization_file,omitempty"`
	Headers           map[string]secret `toml:"headers,omitempty"`
	Timeout           duration          `toml:"timeout,omitempty"`
	MaxBytes          int64             `toml:"max_bytes,omitempty"`
}

// What a source is given that does not say otherwise.
const (
	defaultTimeout  = 2 * time.Minute
	defaultMaxBytes = 64 << 20
)

// secret is a text that is not shown. It is no string, because the encoder asks
// none how it is written.
type secret struct{ text string }

const notShown = "(not shown)"

// MarshalText is for config show.
func (s secret) MarshalText() ([]byte, error) { return []byte(notShown), nil } //nolint:unparam // encoding.TextMarshaler

func (s *secret) UnmarshalText(text []byte) error { //nolint:unparam // encoding.TextUnmarshaler
	s.text = string(text)
	return nil
}

// secretURL is a URL of which no more is shown than messages tell.
type secretURL struct{ secret }

// MarshalText is for config show.
func (s secretURL) MarshalText() ([]byte, error) { //nolint:unparam // encoding.TextMarshaler
	u, _ := url.Parse(s.text)
	if u == nil || u.Host == "" {
		return []byte(s.text), nil // a file, or a word: others were refused
	}
	shown := fetch.Place(u)
	if u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" {
		shown += "/" + notShown
	}
	return []byte(shown), nil
}

func (c *sourceConfig) enabled() bool { return c.Enabled == nil || *c.Enabled }

// importFlags are the flags of an import with which the list is read.
func (c *sourceConfig) importFlags() *feedImportFlags {
	f := &feedImportFlags{
		name: c.Name, format: c.Format, negative: c.Negative,
		source: c.Source, licence: c.Licence, evidence: c.Evidence,
		intakeFlags: intakeFlags{maxBad: 100 * intake.DefaultMaxBad, strict: c.Strict},
	}
	if c.Confidence != nil {
		f.confidence = *c.Confidence
	}
	if c.MaxBad != nil {
		f.maxBad = *c.MaxBad
	}
	return f
}

// remote says how the list is fetched.
func (c *sourceConfig) remote() fetch.Source {
	s := fetch.Source{
		URL: c.URL.text, CAFile: c.CAFile, Proxy: c.Proxy.text, AuthorizationFile: c.AuthorizationFile,
		Header: http.Header{}, UserAgent: userAgent(), Timeout: time.Duration(c.Timeout), MaxBytes: c.MaxBytes,
	}
	for name, value := range c.Headers {
		s.Header.Set(name, value.text)
	}
	if s.Timeout == 0 {
		s.Timeout = defaultTimeout
	}
	if s.MaxBytes == 0 {
		s.MaxBytes = defaultMaxBytes
	}
	return s
}

// userAgent has no more of the version than a name may have.
func userAgent() string { return "minewatch/" + strings.Trim(versionText(), "()") }

func checkSources(f *faults, sections []sourceConfig) {
	first := map[string]int{}
	for i := range sections {
		s, key := &sections[i], fmt.Sprintf("feed.source[%d].", i)
		if before, twice := first[s.Name]; twice {
			f.add(key+"name", "%s is also that of feed.source[%d]", s.Name, before)
		} else if err := versions.CheckName(s.Name); err != nil {
			f.add(key+"name", "%w", err)
		} else {
			first[s.Name] = i
		}
		flags := s.importFlags()
		flags.check(f, func(name string) string { return key + strings.ReplaceAll(name, "-", "_") }, s.Confidence != nil)
		s.checkRemote(f, key)
	}
}

// asked are the headers that 'feed update' sends itself.
var asked = []string{"User-Agent", "Accept-Encoding", "If-None-Match", "If-Modified-Since", "Range", "Host", "Connection", "Content-Length", "Transfer-Encoding"}

func (c *sourceConfig) checkRemote(f *faults, key string) {
	u, err := fetch.ParseURL(c.URL.text)
	if err != nil {
		f.add(key+"url", "%w", err)
	}
	if _, err := fetch.ParseProxy(c.Proxy.text); err != nil {
		f.add(key+"proxy", "%w", err)
	}
	for _, name := range sortedKeys(c.Headers) {
		switch canonical := http.CanonicalHeaderKey(name); {
		case !fetch.CheckHeader(name, c.Headers[name].text):
			f.add(key+"headers", "%q cannot be sent: want a name and a value of one line", name)
		case slices.Contains(asked, canonical):
			f.add(key+"headers", "%s is set by the program", canonical)
		case canonical == "Authorization" && c.AuthorizationFile != "":
			f.add(key+"headers", "Authorization never counts, because authorization_file is set")
		}
	}
	if c.Timeout != 0 && time.Duration(c.Timeout) < time.Second {
		f.add(key+"timeout", "%s is below 1s", time.Duration(c.Timeout))
	}
	if c.MaxBytes < 0 || c.MaxBytes > intake.MaxBytes {
		f.add(key+"max_bytes", "%d, want 1 to %d", c.MaxBytes, intake.MaxBytes)
	}
	for _, k := range []struct{ name, path string }{{"ca_file", c.CAFile}, {"authorization_file", c.AuthorizationFile}} {
		if k.path != "" && !filepath.IsAbs(k.path) {
			f.add(key+k.name, "%q, want the whole path", k.path)
		}
	}
	if u == nil || u.Scheme != "file" {
		return
	}
	for _, k := range []struct {
		name  string
		isSet bool
	}{
		{"ca_file", c.CAFile != ""},
		{"proxy", c.Proxy.text != ""},
		{"authorization_file", c.AuthorizationFile != ""},
		{"headers", len(c.Headers) > 0},
	} {
		if k.isSet {
			f.add(key+k.name, "never counts with file")
		}
	}
}
