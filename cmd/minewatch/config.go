package main

import (
	_ "embed"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"minewatch/analyze"
	"minewatch/analyze/feed"
)

// configDefaults is the configuration without a file, and at the same time
// its documentation: every key with its reason. The thresholds of the grades
// follow it; a test proves that the whole says what defaultConfig does.
//
//go:embed config.default.toml
var configDefaults string

// config is the configuration file. A flag wins over it, and so does the
// environment variable of a flag.
type config struct {
	Lake      lakeConfig         `toml:"lake"`
	Site      siteConfig         `toml:"site"`
	Collect   collectConfig      `toml:"collect"`
	Exporters []exporterConfig   `toml:"exporter"`
	Feed      feedConfig         `toml:"feed"`
	Grading   map[string]float64 `toml:"grading"`
	Hunt      huntConfig         `toml:"hunt"`
	Nightly   nightlyConfig      `toml:"nightly"`
	Report    reportConfig       `toml:"report"`
	Retention retentionConfig    `toml:"retention"`
	Engine    engineConfig       `toml:"engine"`
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
	Listen          []string       `toml:"listen"`
	Allow           []netip.Prefix `toml:"allow"`
	RotateEvery     duration       `toml:"rotate_every"`
	Metrics         string         `toml:"metrics"`
	ClockLimit      duration       `toml:"clock_limit"`
	SamplingDefault int32          `toml:"sampling_default"`
	Sockets         int            `toml:"sockets"`
	ReceiveBuffer   int            `toml:"receive_buffer"`
}

type feedConfig struct {
	MaxChange float64        `toml:"max_change"`
	Resolve   resolveConfig  `toml:"resolve"`
	TTLDays   map[string]int `toml:"ttl_days"`
	Sources   []sourceConfig `toml:"source"`
}

type reportConfig struct {
	NoticeTemplate string `toml:"notice_template"`
	Contact        string `toml:"contact"`
	ReturnTo       string `toml:"return_to"`
	LocateHours    int    `toml:"locate_hours"`
	ReportHours    int    `toml:"report_hours"`
	ExcludeDays    int    `toml:"exclude_days"`
}

type engineConfig struct {
	MemoryLimit   string `toml:"memory_limit"`
	Threads       int    `toml:"threads"`
	TempDirectory string `toml:"temp_directory"`
}

// duration is a time.Duration that is written like "1h" or "60s".
type duration time.Duration

func (d duration) MarshalText() ([]byte, error) { //nolint:unparam // encoding.TextMarshaler
	return []byte(time.Duration(d).String()), nil
}

func (d *duration) UnmarshalText(text []byte) error {
	v, err := time.ParseDuration(string(text))
	if err != nil {
		return fmt.Errorf("%q is no duration, such as 60s or 1h", text)
	}
	*d = duration(v)
	return nil
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

			Sockets:       1,
			ReceiveBuffer: 64 << 20,
		},
		Feed: feedConfig{MaxChange: feed.DefaultMaxChange, Resolve: defaultResolve(), TTLDays: map[string]int{
			"probe_up": 30, "official_doc": 14, "dns": 14, "malware_report": 90, "list": 30, "cdn": 3, "manual": 30, "default": 30,
		}},
		Grading:   defaultValues(analyze.Thresholds),
		Hunt:      defaultHunt(),
		Nightly:   defaultNightly(),
		Report:    reportConfig{LocateHours: 48, ReportHours: 72, ExcludeDays: 180},
		Retention: defaultRetention(),
		Engine:    engineConfig{MemoryLimit: "2GB"},
	}
}

// defaultValues are thresholds by name; package analyze owns them.
func defaultValues(list []analyze.Threshold) map[string]float64 {
	values := make(map[string]float64, len(list))
	for _, t := range list {
		values[t.Name] = t.Default
	}
	return values
}

// documentedDefaults is config.default.toml with the thresholds, each with its
// unit and reason.
func documentedDefaults() string {
	var b strings.Builder
	b.WriteString(configDefaults)
	document := func(list []analyze.Threshold) {
		for _, t := range list {
			fmt.Fprintf(&b, "# %s\n%s = %s # %s\n", t.Reason, t.Name, strconv.FormatFloat(t.Default, 'f', -1, 64), t.Unit)
		}
	}
	document(analyze.Thresholds)
	b.WriteString("\n# The numbers of the hunt. No night uses them.\n[hunt.thresholds]\n")
	document(analyze.HuntThresholds)
	return b.String()
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
	unknown, wrong := decodeConfig(text, &c)
	if wrong == nil {
		wrong = c.validate() // else it would complain of what could not be read
	}
	if err := errors.Join(unknown, wrong); err != nil {
		return c, fmt.Errorf("configuration %s:\n%w", path, err)
	}
	return c, nil
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
