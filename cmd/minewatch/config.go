package main

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"

	"minewatch/ingest/source"
)

// configDefaults is the configuration without a file, and at the same time
// its documentation: every key with its reason. A test proves that it says
// what defaultConfig does.
//
//go:embed config.default.toml
var configDefaults string

// config is the configuration file. A flag wins over it, and so does the
// environment variable of a flag.
type config struct {
	Lake    lakeConfig         `toml:"lake"`
	Site    siteConfig         `toml:"site"`
	Collect collectConfig      `toml:"collect"`
	Feed    feedConfig         `toml:"feed"`
	Grading map[string]float64 `toml:"grading"`
	Engine  engineConfig       `toml:"engine"`
}

type lakeConfig struct {
	Dir string `toml:"dir"`
}

type siteConfig struct {
	Name     string         `toml:"name"`
	Zone     string         `toml:"zone"`
	Internal []netip.Prefix `toml:"internal"`
}

type collectConfig struct {
	Listen          []string         `toml:"listen"`
	Allow           []netip.Prefix   `toml:"allow"`
	RotateEvery     duration         `toml:"rotate_every"`
	ClockLimit      duration         `toml:"clock_limit"`
	SamplingDefault int32            `toml:"sampling_default"`
	Sampling        map[string]int32 `toml:"sampling"`
}

type feedConfig struct {
	TTLDays map[string]int `toml:"ttl_days"`
}

type engineConfig struct {
	MemoryLimit   string `toml:"memory_limit"`
	Threads       int    `toml:"threads"`
	TempDirectory string `toml:"temp_directory"`
}

// duration is a time.Duration that is written like "1h" or "60s".
type duration time.Duration

func (d duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

func (d *duration) UnmarshalText(text []byte) error {
	v, err := time.ParseDuration(string(text))
	*d = duration(v)
	return err
}

// defaultConfig is the configuration without a file. Why each value is what
// it is stands in config.default.toml.
func defaultConfig() config {
	return config{
		Lake: lakeConfig{Dir: "lake"},
		Site: siteConfig{
			Zone:     "Asia/Shanghai",
			Internal: []netip.Prefix{},
		},
		Collect: collectConfig{
			Listen: []string{"netflow://:2055", "sflow://:6343"},
			Allow: prefixes("127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",
				"100.64.0.0/10", "169.254.0.0/16", "fe80::/10", "fc00::/7"),
			RotateEvery: duration(time.Minute),
			ClockLimit:  duration(time.Hour),
			Sampling:    map[string]int32{},
		},
		Feed: feedConfig{TTLDays: map[string]int{
			"probe_up": 30, "official_doc": 14, "dns": 14, "malware_report": 90, "list": 30, "cdn": 3, "manual": 30, "default": 30,
		}},
		Grading: map[string]float64{},
		Engine:  engineConfig{MemoryLimit: "2GB"},
	}
}

func prefixes(texts ...string) []netip.Prefix {
	list := make([]netip.Prefix, len(texts))
	for i, t := range texts {
		list[i] = netip.MustParsePrefix(t)
	}
	return list
}

// loadConfig reads the file over the defaults and checks the result. An
// empty path is the defaults.
func loadConfig(path string) (config, error) {
	c := defaultConfig()
	if path == "" {
		return c, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return c, fmt.Errorf("read configuration: %w", err)
	}
	decoder := toml.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&c); err != nil {
		return c, fmt.Errorf("configuration %s: %w", path, positioned(err))
	}
	if err := c.validate(); err != nil {
		return c, fmt.Errorf("configuration %s:\n%w", path, err)
	}
	return c, nil
}

// positioned says line and column of what the decoder refused; with unknown
// keys, of each.
func positioned(err error) error {
	var strict *toml.StrictMissingError
	if errors.As(err, &strict) {
		faults := []error{errors.New("unknown keys")}
		for i := range strict.Errors {
			e := &strict.Errors[i]
			row, column := e.Position()
			faults = append(faults, fmt.Errorf("line %d, column %d: %s", row, column, strings.Join(e.Key(), ".")))
		}
		return errors.Join(faults...)
	}
	var decode *toml.DecodeError
	if errors.As(err, &decode) {
		row, column := decode.Position()
		return fmt.Errorf("line %d, column %d: %w", row, column, err)
	}
	return err
}

// validate lists every fault, each with its key.
func (c *config) validate() error {
	var faults []error
	fault := func(key, format string, args ...any) {
		faults = append(faults, fmt.Errorf("%s: %w", key, fmt.Errorf(format, args...)))
	}

	if c.Lake.Dir == "" {
		fault("lake.dir", "is empty")
	}
	if _, err := time.LoadLocation(c.Site.Zone); err != nil || c.Site.Zone == "" {
		fault("site.zone", "%q is no time zone, such as Asia/Shanghai or UTC", c.Site.Zone)
	}
	for i, p := range c.Site.Internal {
		if p.Masked() != p {
			fault(fmt.Sprintf("site.internal[%d]", i), "%s has host bits set, want %s", p, p.Masked())
		}
	}
	for i, p := range c.Collect.Allow {
		if p.Masked() != p {
			fault(fmt.Sprintf("collect.allow[%d]", i), "%s has host bits set, want %s", p, p.Masked())
		}
	}
	if len(c.Collect.Listen) == 0 {
		fault("collect.listen", "is empty")
	}
	for i, address := range c.Collect.Listen {
		if _, err := source.ParseListen(address); err != nil {
			fault(fmt.Sprintf("collect.listen[%d]", i), "%w", err)
		}
	}
	if c.Collect.RotateEvery < duration(time.Second) {
		fault("collect.rotate_every", "%s is below 1s", time.Duration(c.Collect.RotateEvery))
	}
	if c.Collect.SamplingDefault < 0 {
		fault("collect.sampling_default", "%d is negative, want 0 (unknown) or the N of 1 in N", c.Collect.SamplingDefault)
	}
	for _, key := range sortedKeys(c.Collect.Sampling) {
		if _, err := netip.ParsePrefix(key); err != nil {
			fault("collect.sampling", "%q is no prefix, such as 10.1.0.0/16", key)
		}
		if rate := c.Collect.Sampling[key]; rate < 1 {
			fault("collect.sampling."+key, "%d, want the N of 1 in N", rate)
		}
	}
	known := defaultConfig().Feed.TTLDays
	for _, evidence := range sortedKeys(c.Feed.TTLDays) {
		if _, ok := known[evidence]; !ok {
			fault("feed.ttl_days."+evidence, "is no kind of evidence, want one of %s", strings.Join(sortedKeys(known), ", "))
		} else if days := c.Feed.TTLDays[evidence]; days < 1 {
			fault("feed.ttl_days."+evidence, "%d, want 1 day or more", days)
		}
	}
	if c.Engine.Threads < 0 {
		fault("engine.threads", "%d is negative, want 0 (one per processor) or more", c.Engine.Threads)
	}
	return errors.Join(faults...)
}

// sampling is the override table by prefix; validate has seen that each key
// is one.
func (c *collectConfig) sampling() map[netip.Prefix]int32 {
	rates := make(map[netip.Prefix]int32, len(c.Sampling))
	for key, rate := range c.Sampling {
		if p, err := netip.ParsePrefix(key); err == nil {
			rates[p] = rate
		}
	}
	return rates
}

func (c *collectConfig) clockLimit() time.Duration { return time.Duration(c.ClockLimit) }

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
