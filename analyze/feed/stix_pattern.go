package feed

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"minewatch/analyze/iprange"
)

// pattern reads a STIX pattern (STIX 2.1 section 9) as alternatives, each of
// which is about one flow. What flows cannot tell makes an alternative faulty,
// or the whole pattern where no alternative can be told apart; nothing is
// guessed.
type pattern struct {
	tokens []string
	depth  int
}

// parsePattern returns the alternatives of a pattern.
func parsePattern(text string) ([]claim, error) {
	tokens, err := patternTokens(text)
	if err != nil {
		return nil, err
	}
	p := &pattern{tokens: tokens}
	claims, err := p.observations()
	if err == nil && p.peek() != "" {
		err = p.unexpected()
	}
	return claims, err
}

func (p *pattern) peek() string {
	if len(p.tokens) == 0 {
		return ""
	}
	return p.tokens[0]
}

func (p *pattern) take() string {
	t := p.peek()
	if t != "" {
		p.tokens = p.tokens[1:]
	}
	return t
}

func (p *pattern) accept(t string) bool {
	if !strings.EqualFold(p.peek(), t) || p.peek() == "" {
		return false
	}
	p.take()
	return true
}

func (p *pattern) expect(t string) error {
	if !p.accept(t) {
		return fmt.Errorf("%w: want %s", p.unexpected(), t)
	}
	return nil
}

func (p *pattern) unexpected() error {
	if p.peek() == "" {
		return errors.New("the pattern ends in the middle")
	}
	return fmt.Errorf("the pattern has %q where it does not belong", shown(p.peek()))
}

// nested runs read one level deeper.
func (p *pattern) nested(read func() ([]claim, error)) ([]claim, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, fmt.Errorf("the pattern is nested deeper than %d", maxDepth)
	}
	defer func() { p.depth-- }()
	return read()
}

// observations reads [ … ] OR [ … ]: any of them is enough.
func (p *pattern) observations() ([]claim, error) {
	var all []claim
	for {
		claims, err := p.observation()
		if err != nil {
			return nil, err
		}
		if all = append(all, claims...); len(all) > maxPoints {
			return nil, fmt.Errorf("the pattern has more than %d alternatives", maxPoints)
		}
		switch next := strings.ToUpper(p.peek()); next {
		case "OR":
			p.take()
		case "AND", "FOLLOWEDBY":
			return nil, fmt.Errorf("the pattern joins observations with %s: an entry is about one flow", next)
		case "WITHIN", "REPEATS", "START":
			return nil, fmt.Errorf("the pattern asks for observations with %s: an entry is about one flow", next)
		default:
			return all, nil
		}
	}
}

func (p *pattern) observation() ([]claim, error) {
	end, read := "]", p.alternatives
	if p.accept("(") {
		end, read = ")", p.observations
	} else if err := p.expect("["); err != nil {
		return nil, err
	}
	claims, err := p.nested(read)
	if err != nil {
		return nil, err
	}
	return claims, p.expect(end)
}

// alternatives reads comparisons joined by OR, which binds weaker than AND.
func (p *pattern) alternatives() ([]claim, error) {
	var all []claim
	for {
		claims, err := p.conjunction()
		if err != nil {
			return nil, err
		}
		if all = append(all, claims...); len(all) > maxPoints {
			return nil, fmt.Errorf("the pattern has more than %d alternatives", maxPoints)
		}
		if !p.accept("OR") {
			return all, nil
		}
	}
}

func (p *pattern) conjunction() ([]claim, error) {
	all, err := p.comparisonOrGroup()
	if err != nil {
		return nil, err
	}
	for p.accept("AND") {
		claims, err := p.comparisonOrGroup()
		if err != nil {
			return nil, err
		}
		if len(all)*len(claims) > maxPoints {
			return nil, fmt.Errorf("the pattern has more than %d alternatives", maxPoints)
		}
		var joined []claim
		for _, a := range all {
			for _, b := range claims {
				joined = append(joined, a.and(b))
			}
		}
		all = joined
	}
	return all, nil
}

func (p *pattern) comparisonOrGroup() ([]claim, error) {
	if !p.accept("(") {
		return p.comparison()
	}
	claims, err := p.nested(p.alternatives)
	if err != nil {
		return nil, err
	}
	return claims, p.expect(")")
}

// comparison reads path, operator and value. One that is well formed but not
// understood is a claim with a fault: another alternative may be understood.
func (p *pattern) comparison() ([]claim, error) {
	negated := p.accept("NOT")
	path := p.take()
	if !strings.Contains(path, ":") || strings.HasPrefix(path, "'") {
		return nil, fmt.Errorf("the pattern has %q where an object path such as ipv4-addr:value belongs", shown(path))
	}
	negated = p.accept("NOT") || negated
	operator := strings.ToUpper(p.take())
	values, err := p.values(operator)
	if err != nil {
		return nil, err
	}
	if negated || operator == "!=" {
		return []claim{{fault: fmt.Errorf("negates %s: it says where the pool is not", shownPath(path))}}, nil
	}
	claims := make([]claim, len(values))
	for i, v := range values {
		claims[i] = comparisonOf(path, operator, v)
	}
	return claims, nil
}

var operators = []string{"=", "!=", "<", ">", "<=", ">=", "LIKE", "MATCHES", "ISSUBSET", "ISSUPERSET", "IN"}

// values reads one value, or the set of IN.
func (p *pattern) values(operator string) ([]string, error) {
	if !slices.Contains(operators, operator) {
		return nil, fmt.Errorf("the pattern has %q where an operator belongs", shown(operator))
	}
	if operator != "IN" {
		v, err := p.value()
		return []string{v}, err
	}
	if err := p.expect("("); err != nil {
		return nil, err
	}
	var list []string
	for {
		v, err := p.value()
		if err != nil {
			return nil, err
		}
		list = append(list, v)
		if !p.accept(",") {
			return list, p.expect(")")
		}
	}
}

func (p *pattern) value() (string, error) {
	t := p.take()
	if t == "" || strings.ContainsAny(t[:1], "[](),=<>!") {
		return "", fmt.Errorf("the pattern has %q where a value belongs", shown(t))
	}
	return strings.TrimPrefix(t, "'"), nil
}

// comparisonOf is what one comparison claims of a flow.
func comparisonOf(path, operator, value string) claim {
	if operator == "LIKE" || operator == "MATCHES" || strings.ContainsAny(operator[:1], "<>") || operator == "ISSUPERSET" {
		return claim{fault: fmt.Errorf("compares %s by %s: want = or IN, or ISSUBSET for addresses", shownPath(path), operator)}
	}
	switch path {
	case "ipv4-addr:value", "ipv6-addr:value", "domain-name:resolves_to_refs[*].value":
		if _, err := iprange.Parse(value); err != nil {
			return claim{fault: err}
		}
		return claim{address: value}
	case "network-traffic:dst_ref.value":
		if isName(value) {
			return claim{name: value}
		}
		return claim{address: value}
	case "domain-name:value":
		if !isName(value) {
			return claim{fault: fmt.Errorf("%q is no domain name", shown(value))}
		}
		return claim{name: value}
	case "network-traffic:dst_port":
		return claim{port: value}
	case "network-traffic:protocols[*]", "network-traffic:protocols[0]", "network-traffic:protocols[1]":
		return claim{proto: value}
	case "network-traffic:dst_ref.type":
		return claim{} // says of the address what it says itself
	case "url:value":
		p, err := parseEndpoint(value)
		if err != nil {
			return claim{fault: err}
		}
		return claim{address: value, fault: webOnly(p)}
	}
	return claim{fault: fmt.Errorf("asks for %s, which flows do not tell", shownPath(path))}
}

// webOnly refuses a URL without a scheme of a pool.
func webOnly(p endpoint) error {
	if p.scheme == "" {
		return errURL
	}
	return nil
}

// shownPath is an object path in a message.
func shownPath(path string) string { return path[:min(len(path), 60)] }
