package report

// englishMasked are the messages of a version for the public.
func englishMasked() map[string]string {
	return map[string]string{
		"marking.public": "Public version · without units, contacts, full addresses and exact times",
		"masked.others":  "others, together",
		"masked.regions": "Cities and sectors with fewer than 5 suspected IP addresses, and as many more as it takes to hide them, are in one line.",
		"comparison.few": "Last week there were fewer than %d, so it is not compared.",
		"masked.note":    "Of an address only the first part is shown, and of times the day. Durations are stitched from sessions, and a lower bound (“≥”) where the exporter samples; traffic is an estimate.",

		"limit.machine_public":      "An IP address leads to a unit, not to a machine; behind a NAT gateway there may be many devices.",
		"limit.machine_public.name": "Which machine.",
	}
}
