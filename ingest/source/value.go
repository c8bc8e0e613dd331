package source

import (
	"bytes"
	"errors"
	"math"
	"net/netip"
	"strconv"
	"time"

	"minewatch/ingest/flow"
)

var (
	errAddr = errors.New("is not an IP address")
	errTime = errors.New("is not a time from 1970 to 9999: RFC 3339, YYYY-MM-DD HH:MM:SS (UTC), Unix seconds or Unix milliseconds")
)

// parseWhole reads decimal digits, and nothing else.
func parseWhole(v []byte) (int64, bool) {
	if len(v) == 0 || len(v) > 19 {
		return 0, false
	}
	n := uint64(0) // 19 digits fit
	for _, c := range v {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + uint64(c-'0')
	}
	return int64(n), n <= math.MaxInt64 //nolint:gosec // checked beside it
}

// parseDecimal reads a number with or without a fraction as its whole part
// and millionths; what is finer is dropped. It takes no detour over floating
// point, which cannot hold microseconds since 1970 exactly.
func parseDecimal(v []byte) (whole, millionths int64, ok bool) {
	digits, fraction, found := bytes.Cut(v, []byte{'.'})
	if whole, ok = parseWhole(digits); !ok {
		return 0, 0, false
	}
	if found {
		millionths, ok = parseFraction(fraction)
	}
	return whole, millionths, ok
}

// parseScientific reads a number with an exponent, as JSON has very small
// ones, like parseDecimal.
func parseScientific(v []byte) (whole, millionths int64, ok bool) {
	if len(v) == 0 || v[0] < '0' || v[0] > '9' || !bytes.ContainsAny(v, "eE") {
		return 0, 0, false
	}
	f, err := strconv.ParseFloat(string(v), 64)
	if err != nil || f >= 1<<53 {
		return 0, 0, false
	}
	whole = int64(f)
	return whole, int64((f - float64(whole)) * 1e6), true
}

func parseFraction(v []byte) (millionths int64, ok bool) {
	unit := int64(100_000)
	for _, c := range v {
		if c < '0' || c > '9' {
			return 0, false
		}
		millionths += int64(c-'0') * unit
		unit /= 10
	}
	return millionths, len(v) > 0
}

// parseAddr reads an IPv4 or IPv6 address.
func parseAddr(v []byte) (flow.Addr, error) {
	if a, ok := parseIPv4Text(v); ok {
		return flow.AddrFrom4(a), nil
	}
	a, err := netip.ParseAddr(string(v))
	if err != nil {
		return flow.Addr{}, errAddr
	}
	return flow.AddrFrom(a), nil
}

// parseIPv4Text is the fast way for the usual case; what it does not take is
// left to netip.
func parseIPv4Text(v []byte) (a [4]byte, ok bool) {
	field, digits, value := 0, 0, 0
	for _, c := range v {
		switch {
		case '0' <= c && c <= '9':
			if value = value*10 + int(c-'0'); value > 255 || digits == 3 {
				return a, false
			}
			digits++
		case c == '.' && digits > 0 && field < 3:
			a[field] = byte(value)
			field, digits, value = field+1, 0, 0
		default:
			return a, false
		}
		if digits > 1 && value < 10 {
			return a, false // a leading zero, which some read as octal
		}
	}
	a[3] = byte(value)
	return a, field == 3 && digits > 0
}

// parseTime reads a time as microseconds since 1970.
func parseTime(v []byte) (int64, error) {
	if len(v) > 4 && v[4] == '-' {
		return parseDate(v)
	}
	whole, millionths, ok := parseDecimal(v)
	digits := bytes.IndexByte(v, '.')
	if digits < 0 {
		digits = len(v)
	}
	switch {
	case ok && digits <= 11 && whole <= lastSecond:
		return whole*1e6 + millionths, nil
	case ok && digits == 13:
		return whole*1e3 + millionths/1e3, nil
	}
	return 0, errTime
}

// parseDate reads YYYY-MM-DD, a T or a space, HH:MM:SS, a fraction or none,
// and a zone or none. Without a zone it is UTC.
func parseDate(v []byte) (int64, error) {
	const layout = "2006-01-02 15:04:05"
	if len(v) < len(layout) || v[7] != '-' || v[10] != ' ' && v[10] != 'T' && v[10] != 't' || v[13] != ':' || v[16] != ':' {
		return 0, errTime
	}
	var part [6]int
	for i, at := range [6][2]int{{0, 4}, {5, 7}, {8, 10}, {11, 13}, {14, 16}, {17, 19}} {
		n, ok := parseWhole(v[at[0]:at[1]])
		if !ok {
			return 0, errTime
		}
		part[i] = int(n)
	}
	day := time.Date(part[0], time.Month(part[1]), part[2], 0, 0, 0, 0, time.UTC)
	// A second 60 is a leap second, counted as the first of the next minute.
	if day.Day() != part[2] || int(day.Month()) != part[1] || part[3] > 23 || part[4] > 59 || part[5] > 60 {
		return 0, errTime
	}
	rest := v[len(layout):]
	micros := int64(0)
	if len(rest) > 0 && rest[0] == '.' {
		end := 1
		for end < len(rest) && '0' <= rest[end] && rest[end] <= '9' {
			end++
		}
		var ok bool
		if micros, ok = parseFraction(rest[1:end]); !ok {
			return 0, errTime
		}
		rest = rest[end:]
	}
	east, ok := parseZone(rest)
	seconds := day.Unix() + int64(part[3]*3600+part[4]*60+part[5]) - east
	if !ok || seconds < 0 || seconds > lastSecond {
		return 0, errTime
	}
	return seconds*1e6 + micros, nil
}

// parseZone reads nothing, Z, +hh, +hhmm or +hh:mm as seconds east of UTC.
func parseZone(v []byte) (east int64, ok bool) {
	if len(v) == 0 || len(v) == 1 && (v[0] == 'Z' || v[0] == 'z') {
		return 0, true
	}
	if v[0] != '+' && v[0] != '-' {
		return 0, false
	}
	digits := v[1:]
	if len(digits) == 5 && digits[2] == ':' {
		digits = []byte{digits[0], digits[1], digits[3], digits[4]}
	}
	n, ok := parseWhole(digits)
	switch len(digits) {
	case 2:
		n *= 100
	case 4:
	default:
		return 0, false
	}
	hours, minutes := n/100, n%100
	if east = hours*3600 + minutes*60; v[0] == '-' {
		east = -east
	}
	return east, ok && hours < 24 && minutes < 60
}

// parseFlags reads TCP flags (RFC 9293 section 3.1) as a number, as hex
// digits, or as letters, where dots and spaces mark flags that are not set.
func parseFlags(v []byte) (int16, bool) {
	const most = 0xfff // the twelve bits between data offset and window
	if n, ok := parseWhole(v); ok {
		return int16(min(n, most)), n <= most
	}
	if len(v) > 2 && v[0] == '0' && v[1]|0x20 == 'x' {
		n, err := strconv.ParseUint(string(v[2:]), 16, 16)
		return int16(min(n, most)), err == nil && n <= most //nolint:gosec // at most 0xfff
	}
	flags := int16(0)
	for _, c := range v {
		bit := bytes.IndexByte([]byte("FSRPAUEC"), c&^0x20)
		switch {
		case bit >= 0:
			flags |= 1 << bit
		case c != '.' && c != ' ':
			return 0, false
		}
	}
	return flags, true
}

// protocols are the names that logs use for IANA protocol numbers.
var protocols = map[string]int64{
	"hopopt": 0, "icmp": 1, "igmp": 2, "ipip": 4, "ipv4": 4, "tcp": 6, "egp": 8, "igp": 9, "udp": 17, "dccp": 33,
	"ipv6": 41, "ipv6-route": 43, "ipv6-frag": 44, "rsvp": 46, "gre": 47, "esp": 50, "ah": 51,
	"icmp6": 58, "icmpv6": 58, "ipv6-icmp": 58, "ipv6-nonxt": 59, "ipv6-opts": 60, "eigrp": 88, "ospf": 89, "ospfigp": 89,
	"etherip": 97, "pim": 103, "ipcomp": 108, "vrrp": 112, "l2tp": 115, "sctp": 132, "udplite": 136,
}

func protocolNumber(v []byte) (int64, bool) {
	if len(v) > 16 {
		return 0, false
	}
	var name [16]byte
	n, ok := protocols[string(appendLower(name[:0], v))]
	return n, ok
}

func appendLower(out, v []byte) []byte {
	for _, c := range v {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		out = append(out, c)
	}
	return out
}

// lower is v in lower case, cut to a length that no keyword has.
func lower(v []byte) string { return string(appendLower(nil, v[:min(len(v), 16)])) }
