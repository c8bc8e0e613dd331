package report

// englishSpot are the messages of a spot check.
func englishSpot() map[string]string {
	return map[string]string{
		"sheet.sample":        "Addresses",
		"sheet.sample_cities": "Cities",
		"sheet.sample_units":  "Units",

		"spot.title":       "Suspected cryptocurrency mining: addresses drawn for a spot check",
		"spot.seed":        "Seed",
		"spot.drawn":       "Drawn",
		"spot.drawn_of":    "%s of %s suspected IP addresses (high and medium) with an owner; %s of %s, in %s of %s",
		"spot.too_few":     "%s addresses were asked for, and there are only %s to draw from: all of them are here.",
		"spot.units_left":  "There are fewer places than units: none was drawn of %s.",
		"spot.no_owner":    "Without an owner in the ledger, so nobody can be visited, and not drawn from: %s.",
		"spot.excluded":    "Under a registered exclusion by now, and not drawn from: %s.",
		"spot.method":      "Method",
		"spot.method_text": "Places are shared among cities, those of a city among its units, in proportion to the suspects of each and with at least one each as far as they go; within a unit the addresses with the least SHA-256 of seed|address are drawn. The same suspects, number and seed give the same sample.",
	}
}
