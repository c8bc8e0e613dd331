package report

import (
	"html/template"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// The analysis gives its reasons as English sentences with numbers in them.
// A report in another language says the same sentence around the same
// numbers: the catalogue of reasons has each sentence with '#' for a number
// and '*' for free text, and its translation with {1}, {2} … for them in the
// order of the English one. Free text that is a list of known sentences is
// translated, too. A test holds it against the queries.

// reasonBook translates reasons; an empty one leaves them as they are.
type reasonBook struct {
	sentences map[string]string // with numbers only
	open      []openReason      // with free text
}

type openReason struct {
	pattern     *regexp.Regexp
	translation string
}

// englishReasons are reworded for an English report: what nights of older programs gave
// as a code.
var englishReasons = [][2]string{
	{"registered exclusion: false_alarm by the unit's answer to notice * (approved by *)", "registered exclusion: false alarm by the unit's answer to notice {1} (approved by {2})"},
}

func newReasonBook(lang Lang) reasonBook {
	book := reasonBook{sentences: map[string]string{}}
	pairs := englishReasons
	if lang == Chinese {
		pairs = chineseReasons()
	}
	for _, pair := range pairs {
		english, translation := pair[0], pair[1]
		if !strings.Contains(english, "*") {
			for _, said := range ofOneOrMany(english) {
				book.sentences[said] = translation
			}
			continue
		}
		pattern := strings.ReplaceAll(regexp.QuoteMeta(english), `\*`, `(.*)`)
		book.open = append(book.open, openReason{regexp.MustCompile("^" + pattern + "$"), translation})
	}
	return book
}

// countedNoun is what a reason counts; the macro singular of the queries takes its s
// where there is one.
var countedNoun = regexp.MustCompile(`# (?:active |#-minute |pool )*(?:day|hour|slot|session|endpoint|unit|pool|addresse)s\b`)

// ofOneOrMany is a sentence with each of its nouns as one thing and as many.
func ofOneOrMany(sentence string) []string {
	list := []string{sentence}
	places := countedNoun.FindAllStringIndex(sentence, -1)
	for _, place := range slices.Backward(places) { // from the end, so that the places before stay
		end := place[1]
		for _, s := range slices.Clone(list) {
			list = append(list, strings.TrimSuffix(s[:end-1], "e")+s[end:])
		}
	}
	return list
}

// translate returns what it does not know unchanged: a reason in English is
// better than none.
func (b *reasonBook) translate(reason string) string {
	if sentence, numbers := withoutNumbers(reason); len(b.sentences) > 0 {
		if translation, ok := b.sentences[sentence]; ok {
			return fill(translation, numbers)
		}
	}
	for _, o := range b.open {
		if parts := o.pattern.FindStringSubmatch(reason); parts != nil {
			return fill(o.translation, b.translateLists(parts[1:]))
		}
	}
	return reason
}

// translateLists translates those of the texts that are nothing but sentences
// of the catalogue, with commas between them.
func (b *reasonBook) translateLists(texts []string) []string {
	list := slices.Clone(texts)
	for i, text := range texts {
		items := strings.Split(text, ", ")
		known := true
		for j, item := range items {
			translation, ok := b.sentences[item]
			items[j], known = translation, known && ok
		}
		if known {
			list[i] = strings.Join(items, "、")
		}
	}
	return list
}

// withoutNumbers has '#' for each number of a reason, 12 or 12.5, and returns them.
// A week of a province has half a million reasons, too many for an expression.
func withoutNumbers(reason string) (sentence string, numbers []string) {
	var out strings.Builder
	for i := 0; i < len(reason); {
		end := digits(reason, i)
		if end == i {
			out.WriteByte(reason[i])
			i++
			continue
		}
		if end < len(reason) && reason[end] == '.' {
			if decimals := digits(reason, end+1); decimals > end+1 {
				end = decimals
			}
		}
		out.WriteByte('#')
		numbers = append(numbers, reason[i:end])
		i = end
	}
	return out.String(), numbers
}

// digits is where the digits that begin at i end.
func digits(s string, i int) int {
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		i++
	}
	return i
}

// fill writes the parts in the places {1}, {2} … of a translation.
func fill(translation string, parts []string) string {
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(translation, "{")
		out.WriteString(before)
		if !found {
			return out.String()
		}
		place, after, closed := strings.Cut(rest, "}")
		if n, err := strconv.Atoi(place); closed && err == nil && n >= 1 && n <= len(parts) {
			out.WriteString(parts[n-1])
			translation = after
			continue
		}
		out.WriteByte('{')
		translation = rest
	}
}

// sampled says whether durations are lower bounds: packets between the sampled ones are
// unseen.
func (s *Suspect) sampled() bool {
	return slices.ContainsFunc(s.Evidence, func(e Evidence) bool { return e.Name == "sampled" })
}

// reason says an evidence in the report's language.
func (p *printer) reason(e Evidence) string { return p.spoken.translate(e.Reason) }

// reasons says on one line all there is to say about a suspect.
func (p *printer) reasons(s Suspect) string {
	return p.sayReasons(s, func(int, Evidence) bool { return true })
}

// why says what decided the grade, and what limits the view: evidence
// without points. The figures that made up the score stand beside it.
func (p *printer) why(s Suspect) string {
	return p.sayReasons(s, func(position int, e Evidence) bool { return position == 0 || e.Points == 0 })
}

// whyShort is why on the page: paper has what decided only.
func (p *printer) whyShort(s Suspect) template.HTML {
	var m markup
	if len(s.Evidence) == 0 {
		m.add("", s.Reasons)
		return template.HTML(m.String())
	}
	m.add("", p.reason(s.Evidence[0]))
	rest := p.sayReasons(s, func(position int, e Evidence) bool { return position > 0 && e.Points == 0 })
	if rest != "" {
		m.add(`<span class="screen">`, p.say("list.separator")+rest, "</span>")
	}
	return template.HTML(m.String())
}

func (p *printer) sayReasons(s Suspect, wanted func(position int, e Evidence) bool) string {
	if len(s.Evidence) == 0 {
		return s.Reasons
	}
	var said []string
	for i, e := range s.Evidence {
		if wanted(i, e) {
			said = append(said, p.reason(e))
		}
	}
	return strings.Join(said, p.say("list.separator"))
}
