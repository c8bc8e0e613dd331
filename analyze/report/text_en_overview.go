package report

// englishOverview are the messages about weeks, hours and places.
func englishOverview() map[string]string {
	return map[string]string{
		"trend.title":        "Twelve weeks",
		"trend.hosts":        "Suspected IPs a week",
		"trend.units":        "Units a week",
		"trend.mbps":         "Traffic with pools a week, mean (Mbps)",
		"trend.key_part":     "paler, *: with gaps",
		"trend.key_missing":  "–: no figure",
		"trend.none":         "no night: nothing is known",
		"trend.few":          "fewer than 5 IPs: not told",
		"trend.whole":        "7 nights, data whole",
		"trend.gaps":         "7 nights, %d with whole data",
		"trend.missing":      "%d of 7 nights",
		"trend.missing_gaps": "%d of 7 nights, %d with whole data",
		"trend.beside":       " (%s)",
		"trend.empty":        "Of the last %d weeks, %d can be told of: too few for a trend. A week without a night is not a week without mining.",
		"trend.note":         "Counted by the week's nights: an IP that a night of the week suspects and that met a pool on that day, once a week. The headline grades the week as a whole, and may differ by a few. Traffic is over the nights that there are. A week with missing nights or gaps may have had more; one without a night has no figure, which is not zero. Nights and coverage are those of all monitored networks.",

		"hours.title":       "By weekday and hour",
		"hours.caption":     "Suspected IPs in contact with pools, by day and hour (local time)",
		"hours.key_unknown": "–: no flow log of the hour",
		"hours.no_nights":   "There is no nightly result for this week, so nothing can be said of its hours.",
		"hours.empty":       "No suspected IP was in contact with a pool in any hour of this week that was analysed.",
		"hours.peak":        "Most in the hour from %s, %02d:00: %s.",
		"hours.unknown":     "Nothing is known of %s.",
		"hours.note":        "An IP counts in each hour in which a flow to a pool was under way. Work in the daytime only, or at night only, is a hint for the inspection, no proof.",

		"places.title":           "Overview",
		"places.caption_city":    "Suspected IPs by city, in the order of the administrative codes",
		"places.caption_county":  "Suspected IPs by county, in the order of the administrative codes",
		"places.note":            "Tiles are in the order of the codes of GB/T 2260 in the ledger, not where the places lie; the darker, the more.",
		"places.zero":            "0: none was found, which says no more than the coverage of the data (section 11) allows.",
		"places.hidden":          "–: in the line of the others, or nothing found.",
		"places.without":         "Without a code in the ledger, and so without a tile: %s.",
		"places.no_nights":       "There is no nightly result for this week, so there is no overview of places.",
		"places.no_codes_city":   "There is no overview of cities: the ledger has no administrative codes (column admin_code).",
		"places.no_codes_county": "There is no overview of counties: the ledger has no administrative codes (column admin_code) for this city.",

		"rank.up":        "up %s, from %d last week",
		"rank.down":      "down %s, from %d last week",
		"rank.same":      "as last week",
		"rank.new":       "new",
		"rank.new_title": "no suspected IP last week",
		"rank.note":      "Rank by suspected IPs, equal figures with equal ranks; ▲ up and ▼ down so many places on last week, = as last week, new: no suspected IP last week.",
		"rank.note_part": "Last week rests on: %s; this week on: %s. A move may come from that.",
		"rank.note_none": "Rank by suspected IPs; there is no nightly result for the week before to compare with.",

		"col.week":       "Week",
		"col.mbps":       "Mbps",
		"col.basis":      "Rests on",
		"col.place_rank": "Rank",
		"sheet.places":   "Places by code",
		"sheet.hours":    "Hours",
		"sheet.trend":    "Trend",
	}
}
