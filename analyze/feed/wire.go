package feed

import (
	"errors"
	"fmt"
	"strings"

	"golang.org/x/net/idna"
)

// What fits into a question (RFC 1035 section 2.3.4), in the form of the wire.
const (
	maxLabel = 63
	maxName  = 253
)

// wireForm maps names as resolvers and browsers do, but lets the underscores
// in that the names of services have.
var wireForm = idna.New(idna.MapForLookup(), idna.BidiRule(), idna.StrictDomainName(false))

// WireName is a name as it stands in a question: ASCII, lower case, without the
// dot of the root. Names in other scripts become Punycode (RFC 5891).
func WireName(name string) (string, error) {
	wire := normalName(name)
	if strings.ContainsFunc(wire, func(r rune) bool { return r > 0x7f }) {
		var err error
		if wire, err = wireForm.ToASCII(wire); err != nil {
			return "", fmt.Errorf("%q is no name that can be asked for: %w", name, plainIDNA(err))
		}
	}
	if !isName(wire) {
		return "", fmt.Errorf("%q is not a name", name)
	}
	for label := range strings.SplitSeq(wire, ".") {
		if len(label) > maxLabel {
			return "", fmt.Errorf("%q is no name that can be asked for: %.20s… has %d bytes, and a label has %d at most", name, label, len(label), maxLabel)
		}
	}
	if len(wire) > maxName {
		return "", fmt.Errorf("%q is no name that can be asked for: it has %d bytes, and a name has %d at most", name, len(wire), maxName)
	}
	return wire, nil
}

// plainIDNA takes the name of the package out of a reason.
func plainIDNA(err error) error { return errors.New(strings.TrimPrefix(err.Error(), "idna: ")) }
