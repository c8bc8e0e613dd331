package analyze

// Threshold is one number of the grading, with its reason. The table below is
// the only place where one is declared: the queries read it as a variable of
// this name, the configuration overrides it by this name, docs/scoring.md is
// generated from it.
type Threshold struct {
	Name    string
	Default float64
	Unit    string
	Reason  string
}

// Thresholds are all numbers that decide a grade, a score, whether a day is
// covered, and what became of a host.
var Thresholds = []Threshold{
	{"session_gap_seconds", 300, "s", "records of one host and endpoint this close belong to one session; the longest silence inside a measured mining session was 195 s"},
	{"sampled_gap_seconds", 3600, "s", "the same behind a sampling exporter, for records of one local port: they are one TCP connection; at one packet in 1,000 a miner of 16 packets a minute shows once an hour"},

	{"scan_min_endpoints", 10, "endpoints", "distinct pool endpoints within an hour that look like probing: a miner uses one to three, a measured prober met 83 to 206 in 40 s"},
	{"scan_max_session_seconds", 60, "s", "median session below this, together with the two neighbours, makes a scanner; a gateway with many miners has long sessions"},
	{"scan_max_session_packets", 20, "packets", "median packets of a session up to this; a measured prober sent 9"},

	{"min_confidence", 75, "of 100", "an entry must be vouched for this much to carry A or B: probed and answered"},
	{"clue_min_confidence", 40, "of 100", "below this an entry supports no more than a clue, and only with some minutes of contact"},
	{"window_grace_days", 30, "days", "a contact this far outside an entry's window is still a clue; a quarter of pool addresses changes hands within months"},

	{"a_min_days", 2, "days", "grade A needs contact on several days: a test or a mistake ends on the first"},
	{"a_min_day_seconds", 3600, "s", "grade A: stitched contact in one day; mining runs for hours"},
	{"a_min_week_hours", 12, "h", "grade A: or this many active hours within seven days, for those that are seen in samples only"},
	{"a_min_endpoint_hours", 3, "h", "grade A by hours needs this many on one endpoint: a sampled prober meets each endpoint once"},
	{"b_min_day_seconds", 300, "s", "grade B: stitched contact in one day; below it a test of the door is more likely"},
	{"b_min_sampled_hours", 2, "h", "grade B behind a sampling exporter: the same endpoint in this many hours; one sampled packet in 1,000 stands for an hour of mining"},
	{"b_medium_min_hours", 6, "h", "grade B for a dedicated pool address on 443 or an address listed without a port: active hours"},
	{"b_medium_sampled_hours", 3, "h", "the same behind a sampling exporter: at one packet in 1,000 a miner of 8 packets a minute is seen in four hours of ten"},
	{"rate_min_kbps", 0.05, "kbit/s", "slowest rate that still looks like a Stratum session; measured sessions had 0.07 to 1.25, outliers 10"},
	{"rate_max_kbps", 20, "kbit/s", "fastest rate that still looks like a Stratum session; a page or a download is faster"},

	{"full_days", 7, "days", "contact days that earn all points_days"},
	{"full_hours", 84, "h", "contact hours that earn all points_hours: half of a week"},
	{"full_day_seconds", 43200, "s", "stitched seconds a day that earn all points_duration: half of a day"},
	{"points_days", 7, "points", "days of contact tell a habit from an accident, sampled or not"},
	{"points_hours", 7, "points", "active hours hold under sampling, where durations and bytes do not"},
	{"points_duration", 4, "points", "stitched time; a lower bound under sampling, so it weighs less"},
	{"points_confidence", 3, "points", "how well the feed vouches for the endpoint"},
	{"points_rhythm", 2, "points", "machines mine around the clock, people browse by day"},
	{"points_rate", 1, "points", "a miner's rate; weak, as it is by design independent of the hash rate"},
	{"points_concurrency", 1, "points", "parallel connections to one endpoint: more than one worker"},

	{"campaign_min_units", 3, "units", "units whose hosts begin to meet a rare endpoint within campaign_days make the hint of a campaign; two may share a technician or a landlord"},
	{"campaign_days", 3, "days", "a worm or a poisoned package spreads within days; people take up a pool one by one"},
	{"campaign_min_percent", 75, "of 100", "hosts of a rare endpoint that began in the wave; a pool of a size has more that were there before"},
	{"hint_min_signs", 2, "signs", "one sign alone is common on both sides: hidden and open miners mine XMR, infected servers run all day"},
	{"hint_min_days", 3, "days", "days of contact before the hours of the day say something"},
	{"hint_office_from", 7, "h", "hour of the day from which on offices are open; an infected desktop mines while it is on"},
	{"hint_office_until", 20, "h", "hour of the day at which offices are closed"},

	{"min_coverage_percent", 99, "of 100", "records of a day and of each of its exporters that must be in the lake for the day to be covered; export over a sound network loses next to none, and what is lost takes short contacts with it in proportion"},

	{"clean_days", 7, "days", "days without contact, each covered, after which a host counts as gone and a contact as a recurrence: every weekday once, and the length of the retest after a rectification"},
}

// HuntThresholds are the numbers of the hunt, as Thresholds. They are apart
// from those because they decide nothing that a night writes down: to change
// one makes no night outdated.
var HuntThresholds = []Threshold{
	{"hunt_min_hours", 6, "h", "active hours of a day that make an endpoint worth a look; a night's mining has 8, a slow miner sampled 1 in 1,000 shows in 6 of 24"},
	{"hunt_max_hosts", 5, "hosts", "internal addresses that may use an endpoint; what more of them use is a service, and pools of a size are in feeds"},
	{"hunt_min_score", 75, "points", "below this a pair is not listed: a heartbeat around the clock has 66"},
	{"hunt_full_hours", 16, "h", "active hours a day that earn all hunt_points_hours; people sleep"},
	{"hunt_full_days", 7, "days", "days that earn all hunt_points_days; fewer, where fewer were asked for"},
	{"hunt_min_packet_bytes", 100, "B", "mean packet of the smallest talk; measured miners had 108 to 561, a heartbeat has 50 to 97"},
	{"hunt_max_packet_bytes", 600, "B", "mean packet above which it is a transfer"},
	{"hunt_min_packets_per_minute", 2, "packets", "slowest pace; measured miners had 2.6 to 48"},
	{"hunt_max_packets_per_minute", 60, "packets", "fastest pace; one measured miner had 281"},
	{"hunt_full_variation", 1, "of mean", "standard deviation of the packets of a slot, by their mean, from which on nothing is steady"},
	{"hunt_min_dispersion", 0.5, "of mean", "variance of the packets of a slot, by their mean; independent events of some packets each have that number or more, a timer next to none"},
	{"hunt_min_push_percent", 50, "of 100", "records with data; published detectors ask for 80 to 90, but timeouts cut off records that only acknowledge"},
	{"hunt_min_port_endpoints", 3, "endpoints", "listed endpoints on a port that make it a pool's port; a malware report names any port once"},
	{"hunt_max_host_endpoints", 4, "endpoints", "lasting rare endpoints of one host above which it is a peer-to-peer program; a miner has one to three"},
	{"hunt_points_hours", 30, "points", "presence over hours, which holds under sampling"},
	{"hunt_points_days", 10, "points", "presence over days"},
	{"hunt_points_rate", 10, "points", "a miner's rate"},
	{"hunt_points_packets", 5, "points", "a miner's pace"},
	{"hunt_points_size", 15, "points", "packets larger than a heartbeat's: what tells most idle connections from work"},
	{"hunt_points_steady", 5, "points", "the same work in every slot; behind a sampling exporter the hours earn these"},
	{"hunt_points_chance", 15, "points", "events by chance: shares are found, heartbeats are sent; a miner that asks for work on a timer lacks them; behind a sampling exporter the hours earn these"},
	{"hunt_points_exchange", 10, "points", "data in most records, both ways"},
	{"hunt_points_port", 10, "points", "pools of the feed listen on this port"},
	{"hunt_points_met", 15, "points", "the host also met listed pools, so that this may be one more of them"},
	{"hunt_minus_peers", 30, "points", "taken off for a peer-to-peer program"},
	{"hunt_minus_hosting", 5, "points", "taken off where a list of hosting has the endpoint; many pools are there, and much else"},
}
