package feed

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Evidence is why a feed says that an endpoint is a pool.
type Evidence string

// The kinds of evidence, and with each the confidence that an entry has when
// its feed gives none.
const (
	ProbeUp       Evidence = "probe_up"       // 75: an active probe spoke Stratum with it
	OfficialDoc   Evidence = "official_doc"   // 75: the pool's own documentation names it
	Manual        Evidence = "manual"         // 75: an analyst entered it
	DNS           Evidence = "dns"            // 60: a name of the pool resolves to it
	MalwareReport Evidence = "malware_report" // 50: a report on malware that mines names it
	List          Evidence = "list"           // 50: a list without further word
	Listen        Evidence = "listen"         // 40: something accepts TCP connections there
	Other         Evidence = "other"          // 40: the feed says something else
	NeverAnswered Evidence = "never_answered" // 20: probed, and never answered
	P2PSeed       Evidence = "p2p_seed"       // 10: a coin's peer-to-peer node, not a pool
)

var defaultConfidence = map[Evidence]int{
	ProbeUp: 75, OfficialDoc: 75, Manual: 75, DNS: 60, MalwareReport: 50,
	List: 50, Listen: 40, Other: 40, NeverAnswered: 20, P2PSeed: 10,
}

// evidenceWords are the words of other feeds, normalised by word.
var evidenceWords = map[string]Evidence{
	"stratum_probe_up": ProbeUp, "probe": ProbeUp, "probed": ProbeUp, "up": ProbeUp,
	"official": OfficialDoc, "official_docs": OfficialDoc, "documentation": OfficialDoc,
	"resolved": DNS, "passive_dns": DNS, "pdns": DNS,
	"malware": MalwareReport, "report": MalwareReport,
	"analyst": Manual, "cert": Manual,
	"default_list": List, "plain_list": List, "blacklist": List, "blocklist": List, "aggregator": List,
	"tcp_listen_only": Listen, "listening": Listen, "open_port": Listen,
	"down": NeverAnswered, "p2p_seed_not_pool": P2PSeed, "addnode": P2PSeed, "p2p": P2PSeed, "node": P2PSeed,
}

// word makes "TCP listen-only" and "tcp_listen_only" one.
func word(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
		return r == ' ' || r == '_' || r == '-'
	}), "_")
}

// ParseEvidence normalises a feed's word for its evidence. A word that we do
// not know is Other: it is evidence, but nothing is concluded from it.
func ParseEvidence(s string) Evidence {
	w := word(s)
	if _, ok := defaultConfidence[Evidence(w)]; ok {
		return Evidence(w)
	}
	if e, ok := evidenceWords[w]; ok {
		return e
	}
	return Other
}

// Evidences are all kinds of evidence, sorted.
func Evidences() []Evidence {
	list := make([]Evidence, 0, len(defaultConfidence))
	for e := range defaultConfidence {
		list = append(list, e)
	}
	slices.Sort(list)
	return list
}

// confidenceWords are for feeds that grade in words.
var confidenceWords = map[string]int{"confirmed": 90, "high": 80, "medium": 60, "candidate": 40, "low": 20}

// ParseConfidence reads 0 to 100 or one of the words confirmed (90), high
// (80), medium (60), candidate (40) and low (20).
func ParseConfidence(s string) (int, error) {
	if n, ok := confidenceWords[word(s)]; ok {
		return n, nil
	}
	n, err := strconv.Atoi(strings.TrimSuffix(s, "%"))
	if err != nil || n < 0 || n > 100 {
		return 0, fmt.Errorf("confidence %q: want 0 to 100, or confirmed, high, medium, candidate or low", s)
	}
	return n, nil
}

// Proto is the transport protocol of an endpoint.
type Proto string

// The protocols. AnyProto is for entries that name no port either.
const (
	TCP      Proto = "tcp"
	UDP      Proto = "udp"
	AnyProto Proto = "any"
)

// Role is what is spoken at an endpoint.
type Role string

// The roles.
const (
	Stratum     Role = "stratum" // miners work here
	Proxy       Role = "proxy"   // miners of a site meet here, and it goes on to a pool
	Web         Role = "web"     // pages and dashboards
	P2P         Role = "p2p"     // a coin's node, which is no pool
	UnknownRole Role = "unknown"
)

// parseProto reads a transport or the scheme of a pool's URL, which says the
// role as well. All mining protocols run over TCP.
func parseProto(s string) (Proto, Role, error) {
	switch w := word(s); {
	case w == "":
		return "", UnknownRole, nil
	case w == "tcp" || w == "6" || w == "ssl" || w == "tls":
		return TCP, UnknownRole, nil
	case w == "udp" || w == "17":
		return UDP, UnknownRole, nil
	case w == "any" || w == "ip" || w == "*" || w == "0":
		return AnyProto, UnknownRole, nil
	case strings.HasPrefix(w, "stratum"): // stratum, stratum+tcp, stratum+ssl, stratum2+tcp
		return TCP, Stratum, nil
	case w == "http" || w == "https":
		return TCP, Web, nil
	case w == "getblocktemplate" || w == "gbt" || w == "getwork":
		// JSON-RPC of a coin's node, which a pool may offer on the port
		// of Stratum: it tells neither.
		return TCP, UnknownRole, nil
	}
	return "", UnknownRole, fmt.Errorf("proto %q: want tcp, udp, any or a scheme such as stratum+tcp", s)
}

func parseRole(s string) (Role, error) {
	switch r := Role(word(s)); r {
	case "":
		return UnknownRole, nil
	case Stratum, Proxy, Web, P2P, UnknownRole:
		return r, nil
	case "pool", "mining":
		return Stratum, nil
	case "website", "dashboard":
		return Web, nil
	}
	return "", fmt.Errorf("role %q: want stratum, web, proxy, p2p or unknown", s)
}

// p2pPorts are where coin nodes talk to each other: Bitcoin, its test net,
// Litecoin and its test net, Dogecoin, Monero with its RPC and test net, and
// Ethereum. None of the 989 Stratum endpoints of the sMaSheD catalogue of 2018
// uses one of them.
var p2pPorts = []int{8333, 18333, 9333, 19335, 22556, 18080, 18081, 28080, 30303, 30304}

// P2PPorts are the ports whose entries get the role p2p, unless their feed
// states another role.
func P2PPorts() []int { return slices.Clone(p2pPorts) }

// Shared says whether others than the pool are behind an address.
type Shared string

// The kinds of sharing.
const (
	NotShared     Shared = "none"
	SharedCDN     Shared = "cdn"
	SharedVPN     Shared = "vpn"
	SharedHosting Shared = "hosting"
)

func parseShared(s string) (Shared, error) {
	switch w := Shared(word(s)); w {
	case "", "no", "false", "0", NotShared:
		return NotShared, nil
	case SharedCDN, SharedVPN, SharedHosting:
		return w, nil
	}
	return "", fmt.Errorf("shared %q: want none, cdn, vpn or hosting", s)
}

func parsePort(s string) (int, error) {
	if s == "" || s == "*" || strings.EqualFold(s, "any") {
		return 0, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0, fmt.Errorf("port %q is not a number", s)
	}
	if n < 0 || n > 65535 {
		return 0, fmt.Errorf("port %d: want 1 to 65535, or 0 for any", n)
	}
	return n, nil
}

// coinCode is upper case for codes ("btc"), and as it is for names.
func coinCode(s string) string {
	if len(s) <= 10 && !strings.ContainsFunc(s, func(r rune) bool { return r > 0x7f }) {
		return strings.ToUpper(s)
	}
	return s
}
