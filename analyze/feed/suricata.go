package feed

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// ruleHead is what stands before the options of a rule: action, protocol, and
// on each side of the arrow addresses and ports.
var ruleHead = regexp.MustCompile(`^(?:alert|drop|reject|rejectsrc|rejectdst|rejectboth|log|pass|sdrop|activate|dynamic)\s+\S+\s.*(?:->|<>|<-).*\(`)

func isRules(text []byte) bool { return ruleHead.MatchString(contentLine(text)) }

// maxRule is the longest rule that is looked at: lists of addresses are long.
const maxRule = 1 << 20

// readRules reads the address lists of rules. A rule that looks into packets
// and names no address says nothing about flows.
func (r *reader) readRules(text []byte) error {
	line, first, rule := 0, 0, strings.Builder{}
	for content := range bytes.Lines(text) {
		line++
		raw := strings.TrimSpace(string(content[:min(len(content), maxRule+1)]))
		if rule.Len() == 0 {
			if raw == "" || raw[0] == '#' {
				continue
			}
			first = line
		}
		part, goesOn := strings.CutSuffix(raw, `\`)
		if rule.Len()+len(part) > maxRule {
			rule.Reset()
			if err := r.refuse(first, raw, fmt.Errorf("a rule of more than %d bytes", maxRule)); err != nil {
				return err
			}
			continue
		}
		rule.WriteString(part)
		if goesOn {
			continue
		}
		if err := r.rule(first, rule.String()); err != nil {
			return err
		}
		rule.Reset()
	}
	if rule.Len() > 0 {
		return r.rule(first, rule.String())
	}
	return nil
}

// rule reads one rule and adds the endpoints that it names, each as a row.
func (r *reader) rule(line int, text string) error {
	head, options, _ := strings.Cut(text, "(")
	fields, err := ruleFields(head)
	if err != nil {
		return r.refuse(line, text, err)
	}
	if fields[0] == "pass" {
		r.pass("pass rules, which allow what they name")
		return nil
	}
	proto, err := ruleProto(fields[1])
	if err != nil {
		return r.refuse(line, text, err)
	}
	addresses, ports := fields[5], fields[6]
	switch fields[4] {
	case "<-":
		addresses, ports = fields[2], fields[3]
	case "<>":
		if !namesAddress(addresses) {
			addresses, ports = fields[2], fields[3]
		}
	}
	if !namesAddress(addresses) {
		return r.refuse(line, text, withoutAddress(fields, addresses))
	}
	numbers, err := rulePorts(ports)
	if err != nil {
		return r.refuse(line, text, err)
	}
	elements, err := ruleList(addresses)
	if err == nil && len(elements)*len(numbers) > maxPoints {
		err = fmt.Errorf("names %d endpoints, more than %d", len(elements)*len(numbers), maxPoints)
	}
	if err != nil {
		return r.refuse(line, text, err)
	}
	return r.ruleEntries(line, elements, numbers, proto, ref(options))
}

func (r *reader) ruleEntries(line int, elements []string, ports []int, proto Proto, ref string) error {
	for _, element := range elements {
		p, err := ruleAddress(element)
		if err != nil {
			if err := r.refuse(line, element, err); err != nil {
				return err
			}
			continue
		}
		for _, port := range ports {
			e := unstated()
			e.Proto, e.SourceRef = proto, ref
			p.port = port
			if err := r.add(line, element, p, e); err != nil {
				return err
			}
		}
	}
	return nil
}

// ruleFields cuts the head of a rule into action, protocol, addresses, ports,
// arrow, addresses and ports. Lists may have spaces in them.
func ruleFields(head string) ([]string, error) {
	var fields []string
	depth, from := 0, -1
	for i, c := range head + " " {
		switch c {
		case '[':
			depth++
		case ']':
			depth--
		case ' ', '\t':
			if depth <= 0 && from >= 0 {
				fields = append(fields, head[from:i])
				from = -1
			}
			continue
		}
		if from < 0 {
			from = i
		}
	}
	if len(fields) != 7 || depth != 0 || (fields[4] != "->" && fields[4] != "<>" && fields[4] != "<-") {
		return nil, errors.New("is no rule: want action protocol addresses ports -> addresses ports (options)")
	}
	return fields, nil
}

func ruleProto(s string) (Proto, error) {
	switch s {
	case "udp", "dns", "dhcp", "ntp", "tftp", "snmp", "quic":
		return UDP, nil
	case "ip", "pkthdr":
		return AnyProto, nil
	case "icmp":
		return "", errors.New("an ICMP rule: pools are met by TCP")
	}
	return TCP, nil // tcp, tcp-pkt, http, tls, and what else runs over TCP
}

// namesAddress says whether a part of a rule has a literal address in it.
func namesAddress(s string) bool {
	return strings.ContainsAny(s, "0123456789") && !strings.HasPrefix(s, "$")
}

// withoutAddress is the reason for a rule whose target is no address.
func withoutAddress(fields []string, target string) error {
	switch {
	case fields[4] == "->" && namesAddress(fields[2]):
		return errors.New("its addresses are where traffic comes from: a pool is where it goes to")
	case strings.Contains(target, "$"):
		return fmt.Errorf("the address is the variable %s, whose meaning is in another file", shown(target))
	}
	return errors.New("names no address: it looks into packets, which flows do not have")
}

// maxDepth bounds lists within lists.
const maxDepth = 16

// ruleList takes the elements out of a list; those of lists within it too. An
// element keeps its negation.
func ruleList(s string) ([]string, error) {
	for range maxDepth {
		inner, ok := strings.CutPrefix(s, "[")
		if !ok {
			break
		}
		// What is not negated says the same without its brackets.
		if inner, ok = strings.CutSuffix(inner, "]"); !ok {
			return nil, errors.New("a list of addresses that does not end")
		}
		s = strings.TrimSpace(inner)
	}
	var list []string
	depth, from := 0, 0
	for i := 0; i <= len(s); i++ {
		if i < len(s) && s[i] == '[' {
			depth++
		}
		if i < len(s) && s[i] == ']' {
			depth--
		}
		if depth > maxDepth || depth < 0 {
			return nil, fmt.Errorf("lists within lists, deeper than %d, or brackets that do not match", maxDepth)
		}
		if i < len(s) && (s[i] != ',' || depth > 0) {
			continue
		}
		element := strings.TrimSpace(s[from:i])
		from = i + 1
		if !strings.HasPrefix(element, "[") {
			list = append(list, element)
			continue
		}
		nested, err := ruleList(element)
		if err != nil {
			return nil, err
		}
		list = append(list, nested...)
	}
	return list, nil
}

func ruleAddress(element string) (endpoint, error) {
	switch {
	case strings.HasPrefix(element, "!"):
		return endpoint{}, errors.New("negated: it says where the pool is not")
	case strings.HasPrefix(element, "$"):
		return endpoint{}, errors.New("a variable, whose meaning is in another file")
	}
	return parseEndpoint(element)
}

// maxPorts is the most ports that one rule may name: a longer range says
// nothing about the port.
const maxPorts = 256

// rulePorts reads ports; any port is 0.
func rulePorts(s string) ([]int, error) {
	if s == "any" {
		return []int{0}, nil
	}
	if strings.ContainsAny(s, "!$") {
		return nil, fmt.Errorf("port %s: want numbers; what a variable means is in another file, and what is negated is no port", shown(s))
	}
	elements, err := ruleList(s)
	if err != nil {
		return nil, err
	}
	var ports []int
	for _, element := range elements {
		first, last, isRange := strings.Cut(element, ":")
		if !isRange {
			last = first
		}
		from, errFrom := strconv.ParseUint(first, 10, 16)
		to, errTo := strconv.ParseUint(last, 10, 16)
		if errFrom != nil || errTo != nil || from == 0 || to < from {
			return nil, fmt.Errorf("port %q is none", shown(element))
		}
		if len(ports)+int(to-from)+1 > maxPorts { //nolint:gosec // 16 bits each
			return nil, fmt.Errorf("port %s: more than %d ports say nothing about the port", shown(element), maxPorts)
		}
		for n := from; n <= to; n++ {
			ports = append(ports, int(n)) //nolint:gosec // 16 bits
		}
	}
	return ports, nil
}

var ruleSID = regexp.MustCompile(`[;( ]sid:\s*(\d{1,10})\s*;`)

// ref names a rule by its number.
func ref(options string) string {
	if m := ruleSID.FindStringSubmatch(" " + options); m != nil {
		return "sid:" + m[1]
	}
	return ""
}
