package feed

import (
	"encoding/json"
	"errors"
	"fmt"

	"minewatch/analyze/intake"
)

// readWarninglist reads the list of a MISP warninglist: addresses and prefixes
// of what is no pool.
func (r *reader) readWarninglist(text []byte) error {
	if r.options.Negative == "" {
		return errors.New("is a MISP warninglist, which says what is no pool: import it with --negative KIND")
	}
	d, err := openJSON(text)
	if err != nil {
		return err
	}
	return d.members(func(key string, value located) error {
		if key != "list" {
			return nil
		}
		return value.items(func(v located) error {
			line := d.line(v)
			var s string
			if err := json.Unmarshal(v.RawMessage, &s); err != nil {
				return r.refuse(line, string(v.RawMessage), fmt.Errorf("is no element of a warninglist: %w", err))
			}
			if err := intake.CheckText(s); err != nil {
				return r.refuse(line, s, err)
			}
			p, err := parseEndpoint(s)
			if err != nil {
				return r.refuse(line, s, err)
			}
			return r.add(line, s, p, unstated())
		})
	})
}
