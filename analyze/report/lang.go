package report

import (
	"fmt"
	"maps"
	"strings"
	"time"
)

// Lang is the language of a report.
type Lang string

// The languages that the catalogue has.
const (
	Chinese Lang = "zh" // simplified
	English Lang = "en"
)

// Languages are all of them.
func Languages() []Lang { return []Lang{Chinese, English} }

// ParseLang reads a language from a flag.
func ParseLang(s string) (Lang, error) {
	switch Lang(s) {
	case Chinese, English:
		return Lang(s), nil
	}
	return "", fmt.Errorf("language %q: want zh or en", s)
}

// catalogue returns all messages of a language by key.
func catalogue(lang Lang) (map[string]string, error) {
	switch lang {
	case Chinese:
		return joinTexts(chinese(), chineseHistory(), chineseCases(), chineseSpot(), chineseMasked(), chineseOverview()), nil
	case English:
		return joinTexts(english(), englishHistory(), englishCases(), englishSpot(), englishMasked(), englishOverview()), nil
	}
	return nil, fmt.Errorf("no messages in language %q", lang)
}

// joinTexts is one catalogue of several, each of which has its own part of the report.
func joinTexts(parts ...map[string]string) map[string]string {
	all := map[string]string{}
	for _, part := range parts {
		maps.Copy(all, part)
	}
	return all
}

// printer says things in one language and one time zone. Its methods are the
// functions of the page's templates.
type printer struct {
	lang Lang
	zone *time.Location
	text map[string]string

	spoken reasonBook // translations of the analysis' reasons
}

func newPrinter(lang Lang, zone *time.Location) (*printer, error) {
	text, err := catalogue(lang)
	if err != nil {
		return nil, err
	}
	if zone == nil {
		zone = time.UTC
	}
	return &printer{lang: lang, zone: zone, text: text, spoken: newReasonBook(lang)}, nil
}

// t is the message of a key with its arguments. A key that is missing is an
// error that stops the page: a hole in an official document is worse.
func (p *printer) t(key string, args ...any) (string, error) {
	message, ok := p.text[key]
	if !ok {
		return "", fmt.Errorf("no message %q in language %q", key, p.lang)
	}
	if len(args) == 0 {
		return message, nil
	}
	return fmt.Sprintf(message, args...), nil
}

// say is t for keys that stand in Go code; the catalogue test covers them.
func (p *printer) say(key string, args ...any) string {
	message, err := p.t(key, args...)
	if err != nil {
		return "[" + key + "]"
	}
	return message
}

// some is a number of things, in the singular for one.
func (p *printer) some(thing string, n int) string {
	if n == 1 {
		return p.say(thing+".one", count(n))
	}
	return p.say(thing+".many", count(n))
}

// chineseNumerals are those of headings, which have no more.
var chineseNumerals = []string{"", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二", "十三", "十四", "十五"}

// numeral is a number as headings have it.
func (p *printer) numeral(n int) string {
	if p.lang == Chinese && n > 0 && n < len(chineseNumerals) {
		return chineseNumerals[n]
	}
	return count(n)
}

// gradeText is the wording of a grade in public notices.
func (p *printer) gradeText(grade string) (string, error) { return p.t("grade." + grade) }

// gradeShort is the wording of a grade in a narrow column.
func (p *printer) gradeShort(grade string) (string, error) { return p.t("grade." + grade + ".short") }

func (p *printer) orUnknown(s string) string {
	if s == "" {
		return p.say("unknown")
	}
	return s
}

// listed is how many names of a list a table cell shows.
const listed = 3

// list shortens a comma-separated list to what a table cell can hold; the
// CSV files have all of it.
func (p *printer) list(names string) string {
	if names == "" {
		return p.say("unknown")
	}
	all := strings.Split(names, ",")
	for i := range all {
		all[i] = strings.TrimSpace(all[i])
	}
	if len(all) <= listed {
		return strings.Join(all, ", ")
	}
	return p.say("list.more", strings.Join(all[:listed], ", "), count(len(all)))
}

// spaced lets a list break at its commas.
func spaced(names string) string {
	return strings.Join(strings.FieldsFunc(names, func(r rune) bool { return r == ',' || r == ' ' }), ", ")
}

// joined lists the parts that are known.
func (p *printer) joined(parts ...string) string {
	known := parts[:0:0]
	for _, part := range parts {
		if part != "" {
			known = append(known, part)
		}
	}
	return strings.Join(known, " · ")
}

// day is a date with its day of the week.
func (p *printer) day(t time.Time) string {
	t = t.In(p.zone)
	return t.Format("2006-01-02") + " " + p.say("weekday."+t.Format("Mon"))
}

// dayShort is a date as the head of a narrow column.
func (p *printer) dayShort(t time.Time) string { return t.In(p.zone).Format("01-02") }

// when is a time to the minute, exact one to the second: what a unit needs
// to search its NAT or login log.
func (p *printer) when(t time.Time) string  { return p.clock(t, "01-02 15:04") }
func (p *printer) exact(t time.Time) string { return p.clock(t, "2006-01-02 15:04:05") }

func (p *printer) clock(t time.Time, layout string) string {
	if t.IsZero() {
		return p.say("unknown")
	}
	return t.In(p.zone).Format(layout)
}

// lasted is how long a suspect, or one of its endpoints, was in contact.
func (p *printer) lasted(s *Suspect, seconds int64) string {
	if s.sampled() {
		return "≥\u00a0" + p.duration(seconds)
	}
	return p.duration(seconds)
}

// duration names the two largest units.
func (p *printer) duration(seconds int64) string {
	d, h, m, s := seconds/86400, seconds/3600%24, seconds/60%60, seconds%60
	switch {
	case d > 0:
		return p.say("duration.days", d, h)
	case h > 0:
		return p.say("duration.hours", h, m)
	case m > 0:
		return p.say("duration.minutes", m, s)
	default:
		return p.say("duration.seconds", s)
	}
}
