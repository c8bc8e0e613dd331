package feed

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"

	"minewatch/analyze/iprange"
	"minewatch/analyze/sheet"
)

// Entry is one endpoint of a feed. Text that is not known is empty, a time
// that is not known is zero. An endpoint that is known by its name only has no
// Range: it matches nothing until the name is resolved.
type Entry struct {
	ID                    string // the same endpoint of the same source has the same in every version
	Range                 iprange.Range
	Port                  int // 0 = any
	Proto                 Proto
	Coin, Algorithm       string
	Pool, Domain          string
	Role                  Role
	FirstSeen, LastSeen   time.Time // when the source met it
	ValidFrom, ValidUntil time.Time // as the source states it; no time to live is applied
	Confidence            int       // 0 to 100
	Evidence              Evidence
	Shared                Shared
	Source, SourceRef     string
	Licence               string
	Feed, FeedVersion     string
	RetrievedAt           time.Time
	Line                  int // of the original

	revoked bool // its source has withdrawn it, at ValidUntil
}

// isName says whether the endpoint is known by its name only.
func (e *Entry) isName() bool { return !e.Range.First.IsValid() }

// identify sets the ID: 64 bits of a hash over what makes an endpoint one.
func (e *Entry) identify() {
	where := "name"
	if !e.isName() {
		where = e.Range.String()
	}
	key := strings.Join([]string{
		where, strconv.Itoa(e.Port), string(e.Proto), e.Coin, e.Pool, e.Domain, e.Source,
	}, "|")
	sum := sha256.Sum256([]byte(key))
	e.ID = hex.EncodeToString(sum[:8])
}

var addressColumns = sheet.Addresses("address", func(e *Entry) *iprange.Range { return &e.Range })

// Columns are the columns of entries.csv, in order. The lake's contract is
// this table: a version is written, read, compared and shown by it. Times are
// in UTC.
var Columns = slices.Concat(
	[]sheet.Column[Entry]{
		sheet.Text("entry_id", func(e *Entry) *string { return &e.ID }),
	},
	addressColumns,
	[]sheet.Column[Entry]{
		sheet.Number("port", func(e *Entry) *int { return &e.Port }),
		sheet.Text("proto", func(e *Entry) *Proto { return &e.Proto }),
		sheet.Text("coin", func(e *Entry) *string { return &e.Coin }),
		sheet.Text("algorithm", func(e *Entry) *string { return &e.Algorithm }),
		sheet.Text("pool", func(e *Entry) *string { return &e.Pool }),
		sheet.Text("domain", func(e *Entry) *string { return &e.Domain }),
		sheet.Text("role", func(e *Entry) *Role { return &e.Role }),
		sheet.Calendar("first_seen", func(e *Entry) *time.Time { return &e.FirstSeen }),
		sheet.Calendar("last_seen", func(e *Entry) *time.Time { return &e.LastSeen }),
		sheet.Calendar("valid_from", func(e *Entry) *time.Time { return &e.ValidFrom }),
		sheet.Calendar("valid_until", func(e *Entry) *time.Time { return &e.ValidUntil }),
		sheet.Number("confidence", func(e *Entry) *int { return &e.Confidence }),
		sheet.Text("evidence", func(e *Entry) *Evidence { return &e.Evidence }),
		sheet.Text("shared", func(e *Entry) *Shared { return &e.Shared }),
		sheet.Text("source", func(e *Entry) *string { return &e.Source }),
		sheet.Text("source_ref", func(e *Entry) *string { return &e.SourceRef }),
		sheet.Text("licence", func(e *Entry) *string { return &e.Licence }),
		sheet.Text("feed", func(e *Entry) *string { return &e.Feed }),
		sheet.Text("feed_version", func(e *Entry) *string { return &e.FeedVersion }),
		sheet.Calendar("retrieved_at", func(e *Entry) *time.Time { return &e.RetrievedAt }),
		sheet.Number("line", func(e *Entry) *int { return &e.Line }),
	},
)

// NameColumns are the columns of names.csv: those of an entry without its
// address.
var NameColumns = slices.DeleteFunc(slices.Clone(Columns), func(c sheet.Column[Entry]) bool {
	return slices.ContainsFunc(addressColumns, func(a sheet.Column[Entry]) bool { return a.Name == c.Name })
})
