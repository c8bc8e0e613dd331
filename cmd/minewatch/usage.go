package main

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// plainUsage says in this program's words what cobra found wrong with the
// command line. Its errors for arguments and for flags that exclude each
// other have no type, only a text.
func plainUsage(cmd *cobra.Command, err error) error {
	if plain := plainFlag(err); plain != nil {
		return plain
	}
	text, suggestions, _ := strings.Cut(err.Error(), "\n\nDid you mean this?\n")
	if m := unknownCommand.FindStringSubmatch(text); m != nil {
		if !cmd.HasSubCommands() {
			return fmt.Errorf("'%s' takes no arguments, but was given %s", cmd.CommandPath(), m[1])
		}
		if words := strings.Fields(suggestions); len(words) > 0 {
			return fmt.Errorf("there is no command %s; did you mean %s?", m[1], strings.Join(words, ", "))
		}
		return fmt.Errorf("there is no command %s", m[1])
	}
	if argumentCount.MatchString(text) {
		return fmt.Errorf("wrong number of arguments: write '%s'", strings.TrimSuffix(cmd.UseLine(), " [flags]"))
	}
	if m := exclusiveFlags.FindStringSubmatch(text); m != nil {
		flags := strings.Fields(m[1])
		return fmt.Errorf("--%s do not go together: choose one", strings.Join(flags, " and --"))
	}
	return err
}

var (
	unknownCommand = regexp.MustCompile(`^unknown command (".*") for ".*"$`)
	argumentCount  = regexp.MustCompile(`^(requires|accepts) .*arg\(s\)`)
	exclusiveFlags = regexp.MustCompile(`^if any flags in the group .* none of the others can be; \[(.*)\] were all set$`)
)

// plainFlag is nil for an error that is not about one flag.
func plainFlag(err error) error {
	var (
		unknown  *pflag.NotExistError
		bare     *pflag.ValueRequiredError
		invalid  *pflag.InvalidValueError
		unformed *pflag.InvalidSyntaxError
	)
	switch {
	case errors.As(err, &unknown):
		return fmt.Errorf("there is no flag %s", flagName(unknown.GetSpecifiedName(), unknown.GetSpecifiedShortnames()))
	case errors.As(err, &bare):
		return fmt.Errorf("%s needs a value", flagName(bare.GetSpecifiedName(), bare.GetSpecifiedShortnames()))
	case errors.As(err, &invalid):
		return fmt.Errorf("--%s %q: %w", invalid.GetFlag().Name, invalid.GetValue(), wantedValue(invalid))
	case errors.As(err, &unformed):
		return fmt.Errorf("%q is no flag", unformed.GetSpecifiedFlag())
	}
	return nil
}

// flagName is a flag as it was typed: one of several letters after a dash,
// or a name.
func flagName(name, letters string) string {
	if letters != "" {
		return "-" + name[:1]
	}
	return "--" + name
}

// wantedValue says what a flag takes. Flags of our own say that themselves.
func wantedValue(e *pflag.InvalidValueError) error {
	switch kind := e.GetFlag().Value.Type(); kind {
	case "int", "int32", "int64":
		if errors.Is(e, strconv.ErrRange) {
			return errors.New("is too large")
		}
		return errors.New("want a whole number")
	case "float64":
		return errors.New("want a number")
	case "bool":
		return errors.New("want true or false")
	case "duration":
		return errors.New("want a duration such as 60s or 1h")
	case "stringSlice":
		return errors.New("want values separated by commas")
	}
	return errors.Unwrap(e)
}
