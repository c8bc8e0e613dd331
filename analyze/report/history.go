package report

import "slices"

// The statuses in the order in which they are to be looked at.
var statuses = []string{"recurred", "new", "gone", "not_known", "continuing"}

// maxHistory is the most lines of a history on the page; history.csv has all.
const maxHistory = 500

// pastCount is one line of how many there are of a status.
type pastCount struct {
	Key          string // of the message that names it
	Hosts, Units int
}

// historyPart is what became of the suspects, on the page.
type historyPart struct {
	Counts             []pastCount
	FirstWeek          bool // nothing is known of the time before
	Hosts, Units       []Past
	HostsCut, UnitsCut string
	Meanings           []string
}

// countPast counts those of a status, apart for the suspects of the week and for
// those before them.
func countPast(list []Past, status string, suspect bool) int {
	n := 0
	for i := range list {
		if list[i].Status == status && list[i].Suspect == suspect {
			n++
		}
	}
	return n
}

// firstWeek is a week before which nothing is known.
func firstWeek(week *Week) bool {
	return len(week.Hosts) > 0 && !slices.ContainsFunc(week.Hosts, func(p Past) bool { return p.UnknownBecause != "no_history" })
}

// historyLine says in the summary how the suspects compare with those before.
func (p *printer) historyLine(week *Week) string {
	switch {
	case nightsRun(week) == 0 || len(week.Hosts) == 0:
		return ""
	case firstWeek(week):
		return p.say("history.first_week")
	}
	n := func(status string, suspect bool) string { return count(countPast(week.Hosts, status, suspect)) }
	return p.say("history.line", n("new", true), n("continuing", true), n("recurred", true), n("not_known", true),
		n("gone", false), n("not_known", false))
}

func (p *printer) historyPart(week *Week) *historyPart {
	if nightsRun(week) == 0 || len(week.Hosts)+len(week.UnitPast) == 0 {
		return nil
	}
	part := &historyPart{
		FirstWeek: firstWeek(week),
		Meanings:  []string{"new", "continuing", "recurred", "gone", "not_known"},
	}
	for _, line := range []struct {
		key, status string
		suspect     bool
	}{
		{"history.new", "new", true},
		{"history.continuing", "continuing", true},
		{"history.recurred", "recurred", true},
		{"history.not_known", "not_known", true},
		{"history.gone", "gone", false},
		{"history.not_known_gone", "not_known", false},
	} {
		part.Counts = append(part.Counts, pastCount{
			line.key, countPast(week.Hosts, line.status, line.suspect), countPast(week.UnitPast, line.status, line.suspect),
		})
	}
	if week.Masked {
		return part // counts only
	}
	part.Hosts, part.HostsCut = p.firstPast(week.Hosts)
	part.Units, part.UnitsCut = p.firstPast(week.UnitPast)
	return part
}

// firstPast puts first what is to be looked at first, and cuts the list.
func (p *printer) firstPast(all []Past) (shown []Past, cut string) {
	shown = inOrder(all)
	if len(shown) > maxHistory {
		return shown[:maxHistory], p.say("table.cut", count(maxHistory), count(len(all)))
	}
	return shown, ""
}

func inOrder(all []Past) []Past {
	sorted := slices.Clone(all)
	slices.SortStableFunc(sorted, func(a, b Past) int {
		return slices.Index(statuses, a.Status) - slices.Index(statuses, b.Status)
	})
	return sorted
}

// statusText is the wording of a status, and because why it is not known.
func (p *printer) statusText(status string) (string, error) { return p.t("status." + status) }

func (p *printer) because(past Past) (string, error) {
	if past.UnknownBecause == "" {
		return "", nil
	}
	return p.t("because." + past.UnknownBecause)
}

// historySheet has the hosts and the units in one table.
func (p *printer) historySheet(week *Week) sheet {
	s := sheet{name: "history", columns: []string{
		"kind", "subject", "suspect", "status", "status_text", "unknown_because", "first_day", "last_day", "last_before", "days_seen", "days_in_week",
		"days_of_clues", "days_excluded", "gap_days", "clean_days", "recurrences", "best_grade", "last_grade", "unit", "sector", "city", "county", "exporters",
	}}
	for _, kind := range []struct {
		name string
		list []Past
	}{{"host", week.Hosts}, {"unit", week.UnitPast}} {
		for _, past := range inOrder(kind.list) {
			s.rows = append(s.rows, []any{
				kind.name, past.Subject, past.Suspect, past.Status, p.say("status." + past.Status), past.UnknownBecause,
				dayOf(past.FirstDay), dayOf(past.LastDay), dayOf(past.LastBefore), past.DaysSeen, past.DaysInWindow,
				past.DaysOfClues, past.DaysExcluded, past.GapDays, past.CleanDays, past.Recurrences,
				past.BestGrade, past.LastGrade, past.Unit, past.Sector, past.City, past.County, past.Exporters,
			})
		}
	}
	return s
}
