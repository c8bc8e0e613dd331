package report

func englishHistory() map[string]string {
	return map[string]string{
		"status.new":        "new",
		"status.continuing": "continuing",
		"status.recurred":   "recurred",
		"status.gone":       "gone",
		"status.not_known":  "not known",

		"because.no_history":  "the nights do not reach back one period more, so it cannot be called new",
		"because.no_night":    "suspected by the week as a whole, but by no single night",
		"because.gap":         "too few days without contact have whole data to tell continuing from recurred",
		"because.excluded":    "still in contact, under an exclusion",
		"because.clues":       "still in contact, but too little for a suspicion by this week alone",
		"because.not_covered": "the data of an exporter that saw it have gaps this week",

		"history.title":          "New, continuing, gone and recurred",
		"history.empty":          "No IP address is suspected of mining this week, and none from before is to be followed.",
		"history.first_week":     "These are the first data: the nights do not reach back a week more, so new and continuing cannot be told apart.",
		"history.line":           "The suspects of this week: new %s, continuing %s, recurred %s, not known %s; of those suspected before: gone %s, not known whether gone %s (see “New, continuing, gone and recurred”).",
		"history.note":           "By days: a suspected day is one on which a pool answered and whose night graded the address high or medium by the seven days that ended with it. A day is one without contact only if there was none and every exporter that had seen the address has whole data for it. Gone lists those that no week before could call gone.",
		"history.hosts":          "IP addresses",
		"history.units":          "Units",
		"history.new":            "new",
		"history.continuing":     "continuing",
		"history.recurred":       "recurred",
		"history.not_known":      "suspected; whether new is not known",
		"history.gone":           "gone",
		"history.not_known_gone": "suspected before; whether gone is not known",

		"meaning.new":              "New: the first suspected day lies in this week.",
		"meaning.continuing":       "Continuing: suspected this week and before it, with fewer than %d days between.",
		"meaning.recurred":         "Recurred: suspected again after at least %d days without contact.",
		"meaning.gone":             "Gone: suspected before, and every day of this week is one without contact.",
		"meaning.not_known_masked": "Not known: the data do not suffice for any of these.",
		"meaning.not_known":        "Not known: the data do not suffice for any of these; each line says why.",

		"col.status":      "Status",
		"col.first_day":   "First suspected",
		"col.last_day":    "Last suspected",
		"col.days_seen":   "Suspected days",
		"col.gap":         "Gap (without contact)",
		"col.recurrences": "Recurrences",
	}
}
