package main

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/spf13/pflag"
)

// prefixList is a flag that takes prefixes, separated by commas or repeated.
// A single address is a prefix of its own.
type prefixList []netip.Prefix

var _ pflag.Value = (*prefixList)(nil)

func (l *prefixList) String() string {
	texts := make([]string, len(*l))
	for i, p := range *l {
		texts[i] = p.String()
	}
	return strings.Join(texts, ",")
}

func (l *prefixList) Type() string { return "PREFIX" }

func (l *prefixList) Set(text string) error {
	for t := range strings.SplitSeq(text, ",") {
		t = strings.TrimSpace(t)
		if a, err := netip.ParseAddr(t); err == nil {
			*l = append(*l, netip.PrefixFrom(a, a.BitLen()))
			continue
		}
		p, err := netip.ParsePrefix(t)
		if err != nil {
			return fmt.Errorf("%q is neither an address nor a prefix such as 10.0.0.0/8", t)
		}
		if p != p.Masked() {
			return fmt.Errorf("%s has host bits set, want %s", p, p.Masked())
		}
		*l = append(*l, p)
	}
	return nil
}
