package analyze

import "slices"

// A night grades by the seven days up to its own, and keeps what it summed of them
// (week_meetings, week_figures). A ranking of many days takes every seventh
// of these, back from its last day, in place of the contacts and figures of single days.
// They follow from other nightly tables, as those that are kept for histories do, and
// are taken as long as the manifest of the night names the contacts of now.

// weekTables are what is summed of seven days, always both.
var weekTables = []string{"week_meetings", "week_figures"}

// addWeeks lists what nights have summed of the weeks of a reading, and says which
// days that is.
func (files *nightFiles) addWeeks(ms manifests, r reading, kept Day, rules *tableRules) (summed map[Day]bool, err error) {
	summed = map[Day]bool{}
	for day := r.to; r.weeks && day.Add(-6) >= r.from; day = day.Add(-7) {
		if !ms.sumsWeek(day, rules) || ms.asksContacts(day, r, kept, rules) {
			continue
		}
		week := map[string][]lakeFile{}
		for _, table := range weekTables {
			if week[table], err = dayFiles(ms.lake, table, day, day); err != nil {
				return nil, err
			}
		}
		if len(week[weekTables[0]]) == 0 || len(week[weekTables[1]]) == 0 {
			continue
		}
		for table, list := range week {
			files.tables[table] = append(files.tables[table], list...)
		}
		for back := range 7 {
			summed[day.Add(-back)] = true
		}
	}
	return summed, nil
}

// sumsWeek says whether the night of a day wrote what it summed by these rules, and of
// the contacts of now.
func (ms manifests) sumsWeek(day Day, rules *tableRules) bool {
	m := ms.read[day]
	if m == nil || !m.wrote(weekTables[0]) || !m.wrote(weekTables[1]) || !rules.are(m) {
		return false
	}
	var contacts []File
	for before := day.Add(-6); before < day; before = before.Add(1) {
		if night := ms.read[before]; night != nil {
			for _, f := range night.Written {
				if tableOf(f) == "contacts" {
					contacts = append(contacts, f)
				}
			}
		}
	}
	return slices.EqualFunc(contacts, m.History, func(a, b File) bool { return a.Path == b.Path && a.SHA256 == b.SHA256 })
}

// asksContacts says whether the contacts of one of seven days are read all the same, for
// whom a pool answered on it.
func (ms manifests) asksContacts(day Day, r reading, kept Day, rules *tableRules) bool {
	for back := range 7 {
		before := day.Add(-back)
		if m := ms.read[before]; m != nil && r.asks(before, kept) && !rules.told(m) {
			return true
		}
	}
	return false
}
