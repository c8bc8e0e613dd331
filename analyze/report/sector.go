package report

import "slices"

// sectorsInEnglish are the sectors of the ledger, which are Chinese words, in those of
// an English report.
var sectorsInEnglish = map[string]string{
	"党政机关":  "government",
	"国有企业":  "state-owned company",
	"高校":    "university",
	"医院":    "hospital",
	"企业":    "company",
	"运营商家宽": "home broadband",
	"其他":    "other",
}

// sector is a sector in the language of the report. One that is not known stays as it
// is.
func (p *printer) sector(name string) string {
	if english, known := sectorsInEnglish[name]; known && p.lang != Chinese {
		return english
	}
	return name
}

// withSectors is the week with its sectors in the language of the report, for every
// format of it.
func (p *printer) withSectors(week *Week) *Week {
	if p.lang == Chinese {
		return week
	}
	said := *week
	inSuspects := func(list []Suspect) []Suspect {
		list = slices.Clone(list)
		for i := range list {
			list[i].Sector = p.sector(list[i].Sector)
		}
		return list
	}
	inPast := func(list []Past) []Past {
		list = slices.Clone(list)
		for i := range list {
			list[i].Sector = p.sector(list[i].Sector)
		}
		return list
	}
	said.Suspects, said.Clues, said.Excluded = inSuspects(week.Suspects), inSuspects(week.Clues), inSuspects(week.Excluded)
	said.Hosts, said.UnitPast = inPast(week.Hosts), inPast(week.UnitPast)
	said.Units, said.Sectors = slices.Clone(week.Units), slices.Clone(week.Sectors)
	for i := range said.Units {
		said.Units[i].Sector = p.sector(said.Units[i].Sector)
	}
	for i := range said.Sectors {
		said.Sectors[i].Name = p.sector(said.Sectors[i].Name)
	}
	return &said
}
