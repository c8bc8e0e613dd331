package main

import (
	"fmt"

	"github.com/pelletier/go-toml/v2"
	"github.com/spf13/cobra"
)

func newConfigCommand(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "config",
		Short: "show or check the configuration",
	}
	cmd.AddCommand(newConfigShowCommand(env), newConfigCheckCommand(env))
	return cmd
}

func newConfigShowCommand(env *environment) *cobra.Command {
	var defaults bool
	cmd := &cobra.Command{
		Use:   "show",
		Short: "print the configuration in effect as TOML",
		Long: `Print the configuration in effect as TOML: flags and environment over the file
over the defaults. With --defaults, print the documented defaults, a good start
for a file of one's own.`,
		Example: `  minewatch config show --defaults > minewatch.toml
  minewatch config show --config minewatch.toml`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if defaults {
				_, err := fmt.Fprint(env.stdout, documentedDefaults())
				return err
			}
			return toml.NewEncoder(env.stdout).SetIndentTables(false).Encode(env.config)
		},
	}
	cmd.Flags().BoolVar(&defaults, "defaults", false, "print the documented defaults instead")
	return cmd
}

func newConfigCheckCommand(env *environment) *cobra.Command {
	return &cobra.Command{
		Use:   "check",
		Short: "check the configuration and list all its faults",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			// The configuration was read and checked to get here: its
			// faults are the same error for every command.
			source := env.flags.config
			if source == "" {
				source = "built-in defaults"
			}
			_, err := fmt.Fprintf(env.stdout, "%s: ok\n", source)
			return err
		},
	}
}
