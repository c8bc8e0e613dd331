package feed

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"minewatch/analyze/intake"
	"minewatch/analyze/iprange"
)

// machineNames stand in every hosts file for the machine itself. Their lines
// are part of the form, as comments are.
var machineNames = []string{
	"localhost", "localhost.localdomain", "local", "broadcasthost", "0.0.0.0",
	"ip6-localhost", "ip6-loopback", "ip6-localnet", "ip6-mcastprefix", "ip6-allnodes", "ip6-allrouters", "ip6-allhosts",
}

// isHosts recognises a hosts file that sends names nowhere.
func isHosts(text []byte) bool {
	fields := strings.Fields(contentLine(text))
	if len(fields) < 2 {
		return false
	}
	a, err := iprange.ParseAddr(fields[0])
	return err == nil && (a.IsUnspecified() || a.IsLoopback()) && (isName(fields[1]) || slices.Contains(machineNames, fields[1]))
}

// readHosts reads "address name name": the address is where a name is sent to,
// not where it lives, so the names are read and the address is not.
func (r *reader) readHosts(text []byte) error {
	return r.lines(text, func(content string) ([]point, error) {
		content, _, _ = strings.Cut(content, "#")
		fields := strings.Fields(content)
		if len(fields) == 0 {
			return nil, nil
		}
		if err := intake.CheckText(strings.Join(fields, " ")); err != nil {
			return nil, err
		}
		address, _, _ := strings.Cut(fields[0], "%") // fe80::1%lo0 of macOS
		if _, err := iprange.ParseAddr(address); err != nil {
			return nil, err
		}
		if len(fields) == 1 {
			return nil, errors.New("an address without a name")
		}
		names := slices.DeleteFunc(fields[1:], func(s string) bool { return slices.Contains(machineNames, s) })
		for _, name := range names {
			if !isName(name) {
				return nil, fmt.Errorf("%q is no domain name", name)
			}
		}
		return hostsPoints(names), nil
	})
}

func hostsPoints(names []string) []point {
	points := make([]point, len(names))
	for i, name := range names {
		points[i].name = normalName(name)
	}
	return points
}
