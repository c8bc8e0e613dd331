// Package report writes what people read: the ranking as table, CSV or JSON,
// and the weekly report as one HTML page with CSV files beside it. Each
// format is one file, and each takes the same typed values; nothing here
// queries, scores or decides.
package report

import (
	"time"

	"minewatch/analyze/feedback"
)

// Suspect is one internal address of a ranking. The JSON names are the
// column names of every format, and stay.
type Suspect struct {
	Rank            int       `json:"rank"`
	Host            string    `json:"host"`
	Grade           string    `json:"grade"` // A, B, C or X
	Score           float64   `json:"score"` // 0..100, sum of the evidence, capped by the grade
	ContactDays     int       `json:"contact_days"`
	ContactHours    int       `json:"contact_hours"`
	ContactSlots    int       `json:"contact_slots"` // active 5-minute slots
	PoolEndpoints   int       `json:"pool_endpoints"`
	Sessions        int       `json:"sessions"`
	DurationSeconds int64     `json:"duration_seconds"` // stitched sessions, never a sum of records
	SpanSeconds     int64     `json:"span_seconds"`     // first to last seen
	FirstSeen       time.Time `json:"first_seen"`
	LastSeen        time.Time `json:"last_seen"`
	BytesUp         int64     `json:"bytes_up"` // estimates: scaled by the sampling rate
	BytesDown       int64     `json:"bytes_down"`
	PacketsUp       int64     `json:"packets_up"`
	PacketsDown     int64     `json:"packets_down"`
	MaxConcurrent   int       `json:"max_concurrent"` // lower bound of parallel connections to one endpoint
	Coins           string    `json:"coins"`          // comma separated, "" = unknown
	Pools           string    `json:"pools"`
	Unit            string    `json:"unit"` // "" = no owner in the ledger
	Sector          string    `json:"sector"`
	City            string    `json:"city"`
	County          string    `json:"county"`
	Reasons         string    `json:"reasons"` // evidence as one line, strongest first

	NAT bool `json:"nat"` // the ledger says: a gateway, devices behind it unknown

	// What all nights know of the address; see Past.
	FirstDay       string `json:"first_day"` // "2026-11-09"; "" = no night suspected it
	DaysSeen       int    `json:"days_seen"`
	Status         string `json:"status"` // "" for grades C and X
	UnknownBecause string `json:"unknown_because"`

	// As of the report, by Week.Exclusions: who is excluded is not told to its unit.
	ExcludedNow   bool   `json:"-"`
	ExcludedSince string `json:"-"` // "2026-11-18"; "" = without a first day

	Contact  string     `json:"contact"`
	Evidence []Evidence `json:"evidence"`
	Details  []Detail   `json:"details"`
}

// Past is what became of an address or a unit in the week against all nights
// before. Days are suspected ones: a pool answered, and the night graded A or B.
type Past struct {
	Subject                       string // the address, or the unit's name
	Suspect                       bool   // by the week's own ranking
	Status                        string // new, continuing, recurred, gone or not_known
	UnknownBecause                string // no_history, no_night, gap, excluded, clues or not_covered; "" = the status is known
	FirstDay, LastDay, LastBefore string // "2026-11-09"; "" = none; LastBefore lies before the week
	DaysSeen, DaysInWindow        int
	DaysOfClues                   int // since FirstDay, with too little contact for a suspicion
	DaysExcluded                  int // since FirstDay, in contact under a registered exclusion
	GapDays, CleanDays            int // from LastBefore to the next suspected day or the end of the week; and those of them that show silence
	Recurrences                   int // since FirstDay
	BestGrade, LastGrade          string
	Exporters                     string // that saw it last
	Unit, Sector, City, County    string // by the ledger of that night
}

// Evidence is one named reason for a grade.
type Evidence struct {
	Name      string  `json:"name"`
	Value     float64 `json:"value"`
	Threshold float64 `json:"threshold"`
	Points    float64 `json:"points"` // 0 = decides a grade or a cap, not the score
	Reason    string  `json:"reason"`
}

// Detail is one pool endpoint that a suspect met: what a unit behind NAT
// needs to find the device.
type Detail struct {
	PoolAddress   string    `json:"pool_address"`
	PoolPort      int       `json:"pool_port"`
	Pool          string    `json:"pool"`
	Domain        string    `json:"domain"`
	Coin          string    `json:"coin"`
	Days          int       `json:"days"`
	Hours         int       `json:"hours"`
	Sessions      int       `json:"sessions"`
	Duration      int64     `json:"duration_seconds"`
	FirstSeen     time.Time `json:"first_seen"`
	LastSeen      time.Time `json:"last_seen"`
	LocalPorts    string    `json:"local_ports"` // a sample, comma separated
	BytesUp       int64     `json:"bytes_up"`
	BytesDown     int64     `json:"bytes_down"`
	MaxConcurrent int       `json:"max_concurrent"`
	Exporters     string    `json:"exporters"`
	FeedSource    string    `json:"feed_source"`
	FeedVersion   string    `json:"feed_version"`
}

// Week is everything that a weekly report says, for the whole lake or for
// one region.
type Week struct {
	Name   string         // "2026-W46"
	From   time.Time      // first day, midnight in Zone
	To     time.Time      // last day, midnight in Zone
	Zone   *time.Location // days and times are told in it
	Region string         // "" = everything
	Site   string         // whose report it is; "" = not configured
	Masked bool           // for the public: see Mask
	Open   bool           // it is not over: a draft

	Issue          *Issue            // when its notices are sent; nil = a draft, without notices
	Told           map[string]Issue  // by unit: when those were told whose notices of the week are on record
	Homes          map[string]string // which region's folder has a unit's notice; nil = all are here
	Revisions      map[string]int    // by number of a notice; more than 1: another than was written first
	NoticeTemplate string            // path of the template of the notices; "" = our own
	Contact        string            // whom units ask; "" = not configured
	ReturnTo       string            // where forms are to be returned; "" = not configured

	// By address, what its unit was told about it before the notice of the week.
	Before map[string]*feedback.Before

	Withdrawn []feedback.Notice // notices of the week on record that tell of nobody any more, an address of each

	AsOf           time.Time // when the newest night of the week was run
	ChainHead      *ChainHead
	ProgramVersion string
	FeedVersions   []string
	LedgerVersions []string

	ConfigHash string

	Exclusions   []string  // versions of the registered exclusions, by the list and by answers of units
	ExclusionsOn time.Time // the day as of which they are told, midnight in Zone

	SuspectsExcluded int // of Suspects, those that are excluded by now

	Total    Total
	Last     *Total // the week before, nil if it has no nights
	LastFew  bool   // in a public version: the week before has too few suspects to be told, and Last is nil
	Cities   []Region
	Counties []Region
	Units    []Unit
	Sectors  []Share
	Pools    []Pool
	Coins    []Share
	Trend    []TrendWeek // twelve, this one last
	Hours    []Hour
	Places   []Place // with a code in the ledger: the cities, in a city's report its counties
	Days     []Day   // one for each day of the week, also those without a night
	Hosts    []Past  // the suspects, and those before them that the week lacks
	UnitPast []Past  // the same of their units
	Suspects []Suspect
	Clues    []Suspect // grade C
	Excluded []Suspect // grade X

	Cases     []Case // what units were told, up to CasesAsOf
	CasesAsOf time.Time
	Precision []Precision // of all answers

	Coverage    Coverage      // of all nights of the week
	Exporters   []ExporterDay // by day and address
	MinCoverage float64       // percent that a covered day has
	CleanDays   int           // days without contact after which a suspect counts as gone
}

// Total is the headline of a week.
type Total struct {
	HostsA      int     `json:"hosts_a"`
	HostsB      int     `json:"hosts_b"`
	HostsC      int     `json:"hosts_c"`
	HostsX      int     `json:"hosts_x"`
	Units       int     `json:"units"`
	Cities      int     `json:"cities"`
	Pools       int     `json:"pools"`
	Coins       int     `json:"coins"`
	BytesUp     int64   `json:"bytes_up"` // grades A and B, scaled
	BytesDown   int64   `json:"bytes_down"`
	MeanMbps    float64 `json:"mean_mbps"`    // of those bytes, over the nights that ran
	P95Mbps     float64 `json:"p95_mbps"`     // 95th percentile of 5-minute bins over the same time
	NoOwner     int     `json:"no_owner"`     // A and B hosts that the ledger does not know
	ActiveHours int     `json:"active_hours"` // hours with contact, summed over A and B hosts
}

// Region is one line of the city or county table, A and B hosts only unless
// said otherwise.
type Region struct {
	City, County   string // County "" in the city table
	A, B, C        int
	Units          int
	Hours          int
	Bytes          int64
	SharePercent   float64
	Rank, LastRank int  // among those with suspects, this week and the one before; 0 = none
	WithoutAnOwner bool // the line of the hosts that the ledger does not know
	Others         bool // the small ones of a public version, together
}

// Unit is one line of the unit list.
type Unit struct {
	Unit, Sector, City, County, Contact string
	A, B, C                             int
	Excluded                            int    // of A and B, as of the report
	ExcludedSince                       string // the first of them, "2026-11-18"; "" = without a first day
	BestGrade                           string
	FirstSeen, LastSeen                 time.Time
	Days, Hours                         int
	Pools, Coins                        string
	Bytes                               int64
}

// Case is an address that a unit was told about, from the first notice until it
// is seen again after a measure.
type Case struct {
	Unit, Host, City, County string
	Round                    int    // from 1; more: it was seen again after so many measures less one
	NoticeNo, Week           string // of the first notice
	Notices                  int
	Grade                    string // when it was sent
	State                    string // notified, located, overdue, reported, retest, excluded, closed or recurred
	Class                    string // what the unit found; "" = nothing came back
	PendingClass             string // what it found and nobody approved yet, though it would exclude the address or end its exclusion; "" = nothing waits
	NotifiedAt               time.Time
	LocateBy, LocatedAt      time.Time
	LocatedInTime            *bool // nil: there is still time
	ReportBy, ReportedAt     time.Time
	ReportedInTime           *bool
	AnswerBy                 time.Time // until when a notice that was sent after the last finding waits for another; zero: none does
	FinishedAt               time.Time
	CleanDays                int // since the measure, with coverage
	ClosedOn, SeenAgain      time.Time
}

// Precision is what units found, by grade or by feed source.
type Precision struct {
	Kind, Name                string // kind is grade or source
	Active, Passive, Research int
	FalseAlarms, NotFound     int
	Percent                   *float64 // confirmed of confirmed and false alarms; nil: neither
}

// Share is one slice of a split: a sector, or a coin.
type Share struct {
	Name         string // "" = unknown
	Hosts        int
	SharePercent float64
	Others       bool // the small ones of a public version, together
}

// Pool is one line of the pool table.
type Pool struct {
	Pool, Coins string
	Endpoints   int
	Hosts       int
	Hours       int
	Bytes       int64
}

// Day is what one night rests on and what it found.
type Day struct {
	Coverage
	Day time.Time
	Ran bool // a night of this day is published
	// ContactRecords are the flow records of the contacts that count.
	ContactRecords int64
	Hours          int  // of the day with any flow, 0..24
	Sampled        bool // at least one exporter samples
	A, B, C        int
	MeanMbps       float64
}

// ChainHead is the last run over a night of the week in the chain of runs. Who has its
// hash on paper can tell later whether the chain before it was written anew. It is not
// the last run of all: that one would change with every night, and a report written
// again would not have the same bytes.
type ChainHead struct {
	Run    int       `json:"run"` // number in the chain
	RunAt  time.Time `json:"run_at"`
	SHA256 string    `json:"sha256"` // of the record of the run
}
