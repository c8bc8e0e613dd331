package main

import (
	"bufio"
	"flag"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

var update = flag.Bool("update", false, "write packaging/config.toml anew; then read the difference")

const packaging = "../../packaging"

// installed is what the packaged configuration says otherwise than the
// defaults: where the folders of the package are, and that the alert rules
// find the collector.
var installed = []struct{ byDefault, packaged string }{
	{
		"# minewatch configuration. Every value here is the default: a file needs only\n# what differs. A flag wins over the file, and MINEWATCH_LAKE over lake.dir.\n",
		"# minewatch configuration. A line '#key = value' says the default; take away the #\n" +
			"# to change it. What stays a comment follows the defaults of the next version.\n" +
			"# A flag wins over the file, and MINEWATCH_LAKE over lake.dir. After a change:\n#\n" +
			"#    minewatch config check --config /etc/minewatch/config.toml\n#    systemctl reload minewatch-collect\n",
	},
	{
		"# The folder of the lake. Relative paths start where the command is called.\n#dir = \"lake\"\n",
		"# The folder of the lake. The services may write below /var/lib/minewatch; for\n# another place see docs/operations.md.\ndir = \"/var/lib/minewatch/lake\"\n",
	},
	{"\n#metrics = \"\"\n", "\nmetrics = \"127.0.0.1:9055\"\n"},
	{"\n#temp_directory = \"\"\n", "\ntemp_directory = \"/var/cache/minewatch\"\n"},
}

// The packaged configuration is the documented defaults, as comments, and what
// an installation needs.
func TestGoldenPackagedConfig(t *testing.T) {
	// A value, or one of the lines that a list goes on over.
	want := regexp.MustCompile(`(?m)^(?:[a-z_]+ = |  \d|\])`).ReplaceAllString(documentedDefaults(), "#$0")
	for _, r := range installed {
		if n := strings.Count(want, r.byDefault); n != 1 {
			t.Errorf("%q stands %d times in the defaults", r.byDefault, n)
		}
		want = strings.Replace(want, r.byDefault, r.packaged, 1)
	}
	path := filepath.Join(packaging, "config.toml")
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("packaging/config.toml is not what the defaults say; run make generate (-want +got):\n%s", diff)
	}
	all := regexp.MustCompile(`(?m)^#([a-z_]+ = |  \d|\])`).ReplaceAllString(string(got), "$1")
	everything := filepath.Join(t.TempDir(), "everything.toml")
	if err := os.WriteFile(everything, []byte(all), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{path, everything} {
		c, err := loadConfig(path)
		if err != nil {
			t.Fatal(err)
		}
		d := defaultConfig()
		d.Lake.Dir, d.Collect.Metrics, d.Engine.TempDirectory = c.Lake.Dir, c.Collect.Metrics, c.Engine.TempDirectory
		if diff := cmp.Diff(d, c, cmpopts.EquateComparable(netip.Prefix{}), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s (-default +packaged):\n%s", path, diff)
		}
	}
}

// unit is the settings of a systemd unit: every value of a key.
type unit map[string][]string

// units reads the files of packaging/systemd by their names.
func units(t *testing.T) map[string]unit {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(packaging, "systemd", "*"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("units %v, %v", paths, err)
	}
	found := map[string]unit{}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		u := unit{}
		for line := range strings.Lines(string(text)) {
			if key, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok && !strings.HasPrefix(key, "#") {
				u[key] = append(u[key], value)
			}
		}
		found[filepath.Base(path)] = u
	}
	return found
}

// only is the one value of a key.
func (u unit) only(key string) string {
	if len(u[key]) != 1 {
		return strings.Join(u[key], "|") + " (not one " + key + ")"
	}
	return u[key][0]
}

// The units call commands and flags that there are.
func TestUnitCommands(t *testing.T) {
	calls := 0
	for name, u := range units(t) {
		for _, line := range u["ExecStart"] {
			words := strings.Fields(line)
			if words[0] != "/usr/bin/minewatch" {
				t.Errorf("%s runs %s", name, words[0])
			}
			cmd, rest, err := newRootCommand(newEnvironment(nil, nil, nil)).Find(words[1:])
			if err == nil {
				err = cmd.ParseFlags(rest)
			}
			if err == nil {
				err = cmd.ValidateArgs(cmd.Flags().Args())
			}
			if err != nil || !cmd.HasParent() || cmd.HasSubCommands() {
				t.Errorf("%s: %q is no command (%v)", name, line, err)
			}
			calls++
		}
		if strings.HasSuffix(name, ".service") && len(u["ExecStart"]) == 0 {
			t.Errorf("%s starts nothing", name)
		}
	}
	if calls < 3 {
		t.Errorf("%d calls in the units, expected collect, nightly and report", calls)
	}
}

// What the packaged configuration writes to is what the units may write to,
// and they say the same user, exit codes and zone as the program.
func TestUnitsAgreeWithProgram(t *testing.T) {
	c, err := loadConfig(filepath.Join(packaging, "config.toml"))
	if err != nil {
		t.Fatal(err)
	}
	all := units(t)
	for name, u := range all {
		if timer, ok := strings.CutSuffix(name, ".timer"); ok {
			if all[timer+".service"] == nil {
				t.Errorf("%s has no service", name)
			}
			if at := u.only("OnCalendar"); !strings.HasSuffix(at, " "+c.Site.Zone) {
				t.Errorf("%s runs at %s, but days are those of %s", name, at, c.Site.Zone)
			}
			continue
		}
		for key, want := range map[string]string{
			"User": "minewatch", "StateDirectory": "minewatch", "ProtectSystem": "strict", "NoNewPrivileges": "yes",
		} {
			if got := u.only(key); got != want {
				t.Errorf("%s: %s=%s, want %s", name, key, got, want)
			}
		}
		if !slices.Contains(u["Environment"], "MINEWATCH_CONFIG=/etc/minewatch/config.toml") {
			t.Errorf("%s does not name the configuration", name)
		}
		if !strings.HasPrefix(c.Lake.Dir, "/var/lib/minewatch/") {
			t.Errorf("the lake %s is not in the state directory", c.Lake.Dir)
		}
		if name == "minewatch-feed-update.service" { // asks nothing of the engine
			if got, want := u.only("SuccessExitStatus"), strconv.Itoa(exitRejected); got != want {
				t.Errorf("%s: SuccessExitStatus=%s, want %s", name, got, want)
			}
			continue
		}
		if u["Type"][0] == "oneshot" && c.Engine.TempDirectory != "/var/cache/"+u.only("CacheDirectory") {
			t.Errorf("%s: queries spill into %s, which it may not write", name, c.Engine.TempDirectory)
		}
	}
	collect := all["minewatch-collect.service"]
	if got, want := collect.only("SuccessExitStatus"), strconv.Itoa(exitRejected); got != want {
		t.Errorf("SuccessExitStatus=%s, want %s", got, want)
	}
	if got, want := collect.only("RestartPreventExitStatus"), strconv.Itoa(exitUsage); got != want {
		t.Errorf("RestartPreventExitStatus=%s, want %s", got, want)
	}
}

// Every file of the packages is there, and every unit is in them.
func TestPackageContents(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(packaging, "nfpm.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	sources := regexp.MustCompile(`(?m)^\s*(?:-\s+src|postinstall|preremove|postremove): (\S+)$`).FindAllSubmatch(text, -1)
	if len(sources) < 10 {
		t.Errorf("only %d files in nfpm.yaml", len(sources))
	}
	for _, m := range sources {
		path := string(m[1])
		if strings.HasPrefix(path, "bin/") { // what make builds
			continue
		}
		if found, err := filepath.Glob(filepath.Join("../..", path)); err != nil || len(found) == 0 {
			t.Errorf("nfpm.yaml packs %s, which is not there (%v)", path, err)
		}
	}
	for name := range units(t) {
		if !strings.Contains(string(text), "packaging/systemd/"+name+"\n") && !strings.Contains(string(text), "packaging/systemd/*\n") {
			t.Errorf("%s is not packed", name)
		}
	}
}

// Nothing is fetched where nobody asked for it: the timer of the feeds is
// enabled by hand, and stopped with the rest on removal.
func TestFeedUpdateIsOptIn(t *testing.T) {
	var scripts [2]string
	for i, name := range []string{"postinstall.sh", "preremove.sh"} {
		text, err := os.ReadFile(filepath.Join(packaging, name))
		if err != nil {
			t.Fatal(err)
		}
		scripts[i] = string(text)
	}
	if strings.Contains(scripts[0], "feed-update") {
		t.Error("the installation has something to do with feed-update")
	}
	for name := range units(t) {
		if !strings.Contains(scripts[1], name) {
			t.Errorf("the removal leaves %s", name)
		}
	}
}

// systemd finds nothing wrong with the units.
func TestUnitsVerify(t *testing.T) {
	tool, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("systemd-analyze is not installed, so the units were NOT verified: apt-get install systemd")
	}
	dir := t.TempDir()
	args := []string{"verify", "--man=no"}
	for name := range units(t) {
		text, err := os.ReadFile(filepath.Join(packaging, "systemd", name))
		if err != nil {
			t.Fatal(err)
		}
		// The program is not installed where this is built.
		text = []byte(strings.ReplaceAll(string(text), "/usr/bin/minewatch", os.Args[0]))
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
		args = append(args, path)
	}
	out, err := exec.Command(tool, args...).CombinedOutput()
	lines := bufio.NewScanner(strings.NewReader(string(out)))
	for lines.Scan() {
		if strings.Contains(lines.Text(), "minewatch") { // and not of a unit of this system
			t.Error(lines.Text())
		}
	}
	if err != nil {
		t.Errorf("systemd-analyze: %v\n%s", err, out)
	}
}

// Every call of the program in the documentation is of a command that there
// is, with flags that it has.
func TestDocumentedCommands(t *testing.T) {
	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	// In code between backquotes, or at the beginning of an indented line; up to
	// a quote, a comment, or the next command.
	call := regexp.MustCompile("(?m)(?:`|^    |^    \\$ )(?:sudo -u minewatch env [^`\n]*? )?minewatch ([a-z][^`\n\"'#;|…]*)")
	calls := 0
	for _, page := range append(pages, "../../README.md", "../../CONTRIBUTING.md") {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range call.FindAllStringSubmatch(string(text), -1) {
			words := strings.Fields(m[1])
			cmd, _, err := newRootCommand(newEnvironment(nil, nil, nil)).Find(words)
			if err != nil || !cmd.HasParent() {
				t.Errorf("%s: 'minewatch %s': no such command (%v)", page, m[1], err)
				continue
			}
			for _, word := range words {
				name, isLong := strings.CutPrefix(word, "--")
				name, _, _ = strings.Cut(name, "=")
				switch {
				case isLong && name != "help" && cmd.Flags().Lookup(name) == nil && cmd.InheritedFlags().Lookup(name) == nil,
					!isLong && len(word) == 2 && word[0] == '-' && cmd.Flags().ShorthandLookup(word[1:]) == nil:
					t.Errorf("%s: 'minewatch %s': no flag %s", page, m[1], word)
				}
			}
			calls++
		}
	}
	if calls < 40 {
		t.Errorf("%d calls found, expected more", calls)
	}
}
