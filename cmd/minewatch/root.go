package main

import (
	"strings"

	"github.com/spf13/cobra"
)

// The groups of the command list, in the order of a day's work.
const (
	groupFlows     = "flows"
	groupKnowledge = "knowledge"
	groupAnalysis  = "analysis"
	groupHouse     = "house"
)

func newRootCommand(env *environment) *cobra.Command {
	root := &cobra.Command{
		Use:   "minewatch",
		Short: "find virtual-currency mining in flow logs",
		Long: `minewatch (矿哨) finds virtual-currency mining in flow logs.

It stores NetFlow, IPFIX and sFlow as Parquet files, the lake; matches every day
with a feed of mining-pool endpoints; ranks the internal addresses that met them
by contact, duration and traffic, with a grade and its reasons; and writes the
weekly report of a region.

Exit codes: 0 done, 1 error, 2 usage, 3 done but some input was rejected,
4 a data check failed, 130 interrupted.`,
		Version:       versionLine(),
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.SetVersionTemplate("{{.Version}}\n")
	root.SetIn(env.stdin)
	root.SetOut(env.stdout)
	root.SetErr(env.stderr)
	env.flags.register(root.PersistentFlags())

	root.AddGroup(
		&cobra.Group{ID: groupFlows, Title: "Flows into the lake:"},
		&cobra.Group{ID: groupKnowledge, Title: "What is known about pools and units:"},
		&cobra.Group{ID: groupAnalysis, Title: "Suspects and reports:"},
		&cobra.Group{ID: groupHouse, Title: "Housekeeping:"},
	)
	root.SetHelpCommand(newHelpCommand())
	root.SetHelpCommandGroupID(groupHouse)
	root.SetCompletionCommandGroupID(groupHouse)

	addGroup(root, groupFlows,
		newCollectCommand(env),
		newImportCommand(env),
		newCompactCommand(env),
		newRetainCommand(env),
	)
	addGroup(root, groupKnowledge,
		newFeedCommand(env),
		newLedgerCommand(env),
	)
	addGroup(root, groupAnalysis,
		newNightlyCommand(env),
		newRankCommand(env),
		newHistoryCommand(env),
		newReportCommand(env),
		newFeedbackCommand(env),
		newSQLCommand(env),
		newVerifyCommand(env),
		newWhoCommand(env),
		newHuntCommand(env),
	)
	addGroup(root, groupHouse,
		newConfigCommand(env),
		newVersionCommand(env),
	)
	env.prepareBeforeRun(root)
	return root
}

func addGroup(root *cobra.Command, group string, commands ...*cobra.Command) {
	for _, c := range commands {
		c.GroupID = group
		root.AddCommand(c)
	}
}

// groupOf is the group in which a command, or the one above it, is listed.
func groupOf(c *cobra.Command) string {
	for c.GroupID == "" && c.HasParent() {
		c = c.Parent()
	}
	return c.GroupID
}

// newHelpCommand is cobra's own, but for a topic that is none: that is a
// usage error in a line.
func newHelpCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "tell about any command",
		RunE: func(c *cobra.Command, args []string) error {
			topic, rest, err := c.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return usageErrorf("there is no command %q to tell about", strings.Join(args, " "))
			}
			topic.InitDefaultHelpFlag()
			topic.InitDefaultVersionFlag()
			return topic.Help()
		},
	}
}

// annotationStandalone marks a command that needs neither configuration nor
// lake, and so works when they are broken.
const annotationStandalone = "standalone"

// prepareBeforeRun makes every command below root prepare the environment
// when it starts. A group of commands that is called without one prints its
// help, and an unknown one is a usage error.
func (e *environment) prepareBeforeRun(parent *cobra.Command) {
	for _, c := range parent.Commands() {
		e.prepareBeforeRun(c)
		run := c.RunE
		if run == nil {
			c.Args = cobra.NoArgs
			c.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
			continue
		}
		c.RunE = func(c *cobra.Command, args []string) error {
			e.started = true
			if _, ok := c.Annotations[annotationStandalone]; !ok {
				if err := e.prepare(c); err != nil {
					return err
				}
				if err := e.findLake(groupOf(c)); err != nil {
					return err
				}
			}
			return run(c, args)
		}
	}
}
