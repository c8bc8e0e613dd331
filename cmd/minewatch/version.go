package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// version is set by the linker for a release; a build from a working copy
// tells its commit instead.
var version string

func newVersionCommand(env *environment) *cobra.Command {
	return &cobra.Command{
		Use:         "version",
		Short:       "print the version of this program",
		Args:        cobra.NoArgs,
		Annotations: map[string]string{annotationStandalone: ""},
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintln(env.stdout, versionLine())
			return err
		},
	}
}

// versionLine is what 'version' and '--version' print.
func versionLine() string {
	return fmt.Sprintf("minewatch %s (%s %s/%s)", versionText(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

// versionText is the version as it is printed and stored in manifests.
func versionText() string {
	if version != "" {
		return version
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	text := info.Main.Version
	if text == "" {
		text = "(devel)"
	}
	return text
}
