package report

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"minewatch/analyze/feedback"
)

//go:embed notice
var noticeFiles embed.FS

// Issue is when a report's notices are sent, and until when they are to be
// answered.
type Issue struct {
	NotifiedAt, LocateBy, ReportBy time.Time
}

// issueOf is when a unit's notice is sent: what is on record stands.
func (week *Week) issueOf(unit string) Issue {
	if told, isTold := week.Told[unit]; isTold {
		return told
	}
	return *week.Issue
}

// NoticePage is what the template of a notice reads. Everything is said already:
// times are in the zone of the report, words in its language.
type NoticePage struct {
	No, Date                    string // of the notice
	Site                        string // whose notice it is
	WeekTitle, Period, Zone     string
	Unit, Sector, City, County  string
	Contact                     string
	SiteContact, ReturnTo       string // of who asks, and where the form goes; "" = not configured: to be filled in by hand
	High, Medium, Total         int    // addresses of grade A, B, both
	Reminders                   int    // of these, those of whose earlier notice no finding came back: its deadline stands
	LeftOut                     int    // further addresses of the week that are registered as excluded
	LocateBy, ReportBy          string
	LocateHours, ReportHours    int // from the notice
	Hosts                       []NoticeHost
	AsOf, Program               string
	FeedVersions, LedgerVersion string
	Style                       template.CSS
	Revision                    string // in words, where what was written first under the number said something else
}

// NoticeHost is an address of a notice.
type NoticeHost struct {
	Host, Grade, GradeText    string
	NAT                       bool // a gateway by the ledger
	FirstSeen, LastSeen       string
	Days, Hours, Connections  int
	Coins, Reason             string
	ToldBefore                string // what the unit was told of it before, and answered; "" = nothing
	Endpoints                 []NoticeEndpoint
	EndpointsCut, LastedTotal string
}

// NoticeEndpoint is a pool endpoint that an address met.
type NoticeEndpoint struct {
	Endpoint, Pool, Domain, Coin string
	LocalPorts                   string // a sample
	FirstSeen, LastSeen          string // to the second
}

// NoticeTemplate is the text of the template that notices are written by, for who
// wants to change it.
func NoticeTemplate(lang Lang) (string, error) {
	text, err := fs.ReadFile(noticeFiles, "notice/"+string(lang)+".html")
	return string(text), err
}

// unitWriter writes what goes to each unit.
type unitWriter struct {
	p       *printer
	week    *Week
	files   *batch
	forms   *feedback.Forms
	notice  *template.Template
	style   template.CSS
	folders map[string]bool // that were given out
}

// units writes a folder for each unit of the week, and returns by their paths what the
// forms in them tell.
func (p *printer) units(files *batch, folder string, week *Week) (map[string]string, error) {
	u, err := newUnitWriter(p, files, week)
	if err != nil {
		return nil, err
	}
	return u.write(folder)
}

func newUnitWriter(p *printer, files *batch, week *Week) (*unitWriter, error) {
	u := &unitWriter{p: p, week: week, files: files, folders: map[string]bool{}}
	var err error
	if u.forms, err = feedback.NewForms(feedback.Paper{Chinese: p.lang == Chinese, Zone: p.zone, Program: week.ProgramVersion, AsOf: week.AsOf, Contact: week.Contact, ReturnTo: week.ReturnTo}); err != nil {
		return nil, err
	}
	text, name := "", string(p.lang)+".html"
	if week.NoticeTemplate != "" {
		data, err := os.ReadFile(week.NoticeTemplate)
		if err != nil {
			return nil, fmt.Errorf("template of the notices: %w", err)
		}
		text, name = string(data), filepath.Base(week.NoticeTemplate)
	} else if text, err = NoticeTemplate(p.lang); err != nil {
		return nil, err
	}
	if u.notice, err = template.New(name).Parse(text); err != nil {
		return nil, fmt.Errorf("template of the notices: %w: 'minewatch report template' prints one that works", err)
	}
	var css []byte
	css, err = fs.ReadFile(noticeFiles, "notice/style.css")
	u.style = template.CSS(css)
	return u, err
}

// write writes a folder for each unit with suspects: the notice, and the form that
// comes back. It returns by the folders what the forms tell.
func (u *unitWriter) write(folder string) (map[string]string, error) {
	written := map[string]string{}
	for unit, told := range u.byUnit() {
		dir := filepath.Join(folder, u.folderOf(unit))
		if err := os.MkdirAll(dir, 0o750); err != nil {
			return nil, err
		}
		form := u.form(unit, told)
		if err := u.files.write(filepath.Join(dir, formFile), func(w io.Writer) error { return u.forms.Write(w, form) }); err != nil {
			return nil, err
		}
		page := u.page(unit, told)
		if err := u.files.write(filepath.Join(dir, noticeFile), func(w io.Writer) error { return u.notice.Execute(w, page) }); err != nil {
			return nil, err
		}
		written[dir] = form.Told()
	}
	return written, nil
}

// told is what a unit is told: its suspects in the order of the ranking, and how many
// are left out, as they are excluded by now.
type told struct {
	suspects []*Suspect
	leftOut  int
}

// byUnit gives each unit of this folder that has anything to be told what that is.
func (u *unitWriter) byUnit() func(yield func(*Unit, *told) bool) {
	return func(yield func(*Unit, *told) bool) {
		of := map[string]*told{}
		for i := range u.week.Suspects {
			s := &u.week.Suspects[i]
			if of[s.Unit] == nil {
				of[s.Unit] = &told{}
			}
			if s.ExcludedNow {
				of[s.Unit].leftOut++
			} else {
				of[s.Unit].suspects = append(of[s.Unit].suspects, s)
			}
		}
		for i := range u.week.Units {
			if home, elsewhere := u.week.Homes[u.week.Units[i].Unit]; elsewhere && home != u.week.Region {
				continue
			}
			if t := of[u.week.Units[i].Unit]; t != nil && len(t.suspects) > 0 && !yield(&u.week.Units[i], t) {
				return
			}
		}
	}
}

// longestName is how much of a unit's name its folder has, in characters: a name
// of a file has at most 255 bytes.
const longestName = 60

// folderOf is a folder's name for a unit; units whose names differ only in what a
// folder cannot have get different ones.
func (u *unitWriter) folderOf(unit *Unit) string {
	folder, hashed := namesOfUnit(unit.Unit, u.no(unit))
	if folder == "" || u.folders[folder] {
		folder = hashed
	}
	u.folders[folder] = true
	return folder
}

// namesOfUnit are the names that the folder of a unit may have: the plain one, and the
// one with the hash of its notice's number behind.
func namesOfUnit(unit, no string) (plain, hashed string) {
	name := []rune(safeName(unit))
	plain = string(name[:min(len(name), longestName)])
	return plain, strings.TrimPrefix(plain+"-"+no[strings.LastIndex(no, "-")+1:], "-")
}

// IsFolderOf says whether a folder of a report may be the one with a unit's notice.
func IsFolderOf(folder, unit, no string) bool {
	plain, hashed := namesOfUnit(unit, no)
	return folder == plain || folder == hashed
}

func (u *unitWriter) no(unit *Unit) string { return feedback.NoticeNo(u.week.Name, unit.Unit) }

func (u *unitWriter) form(unit *Unit, told *told) *feedback.Form {
	issue := u.week.issueOf(unit.Unit)
	form := &feedback.Form{
		NoticeNo: u.no(unit), Week: u.week.Name, Unit: unit.Unit,
		NotifiedAt: issue.NotifiedAt, LocateBy: issue.LocateBy, ReportBy: issue.ReportBy, LeftOut: told.leftOut,
		Revision: u.week.Revisions[u.no(unit)],
	}
	for _, s := range told.suspects {
		row := feedback.FormRow{
			Host: s.Host, Grade: s.Grade, GradeText: u.p.say("grade." + s.Grade), FirstSeen: s.FirstSeen, LastSeen: s.LastSeen, Before: u.week.Before[s.Host],
		}
		row.Endpoints, row.LocalPorts = s.places()
		form.Rows = append(form.Rows, row)
	}
	return form
}

// places are the endpoints that a form tells of an address, and its ports.
func (s *Suspect) places() (endpoints, ports string) {
	var met, local []string
	for _, d := range s.Details[:min(len(s.Details), maxDetails)] {
		met = append(met, endpoint(d.PoolAddress, d.PoolPort))
		local = append(local, strings.FieldsFunc(d.LocalPorts, func(r rune) bool { return r == ',' || r == ' ' })...)
	}
	slices.Sort(local)
	return strings.Join(met, ", "), strings.Join(slices.Compact(local), ", ")
}

func (u *unitWriter) page(unit *Unit, told *told) *NoticePage {
	p, week, issue := u.p, u.week, u.week.issueOf(unit.Unit)
	page := &NoticePage{
		No: u.no(unit), Date: p.date(issue.NotifiedAt), Site: week.Site, WeekTitle: p.weekTitle(week), Period: p.period(week), Zone: p.zone.String(),
		Unit: unit.Unit, Sector: u.p.sector(unit.Sector), City: unit.City, County: unit.County, Contact: unit.Contact, SiteContact: week.Contact, ReturnTo: week.ReturnTo,
		Total: len(told.suspects), LeftOut: told.leftOut,
		LocateBy: p.clock(issue.LocateBy, "2006-01-02 15:04"), ReportBy: p.clock(issue.ReportBy, "2006-01-02 15:04"),
		LocateHours: hoursBetween(issue.NotifiedAt, issue.LocateBy), ReportHours: hoursBetween(issue.NotifiedAt, issue.ReportBy),
		AsOf: p.asOf(week.AsOf), Program: week.ProgramVersion,
		FeedVersions: strings.Join(week.FeedVersions, ", "), LedgerVersion: strings.Join(week.LedgerVersions, ", "), Style: u.style,
	}
	for _, s := range told.suspects {
		if s.Grade == "A" {
			page.High++
		} else {
			page.Medium++
		}
		host := NoticeHost{
			Host: s.Host, Grade: s.Grade, GradeText: p.say("grade." + s.Grade), NAT: s.NAT,
			FirstSeen: p.exact(s.FirstSeen), LastSeen: p.exact(s.LastSeen), Days: s.ContactDays, Hours: s.ContactHours, Connections: s.MaxConcurrent,
			Coins: p.list(s.Coins), Reason: p.why(*s), LastedTotal: p.lasted(s, s.DurationSeconds),
		}
		if b := week.Before[s.Host]; b != nil {
			host.ToldBefore = p.toldBefore(b)
			if !b.StandsBy.IsZero() {
				page.Reminders++
			}
		}
		for _, d := range s.Details[:min(len(s.Details), maxDetails)] {
			host.Endpoints = append(host.Endpoints, NoticeEndpoint{
				Endpoint: endpoint(d.PoolAddress, d.PoolPort), Pool: p.orUnknown(d.Pool), Domain: d.Domain, Coin: p.orUnknown(d.Coin),
				LocalPorts: spaced(d.LocalPorts), FirstSeen: p.exact(d.FirstSeen), LastSeen: p.exact(d.LastSeen),
			})
		}
		if n := len(s.Details); n > maxDetails {
			host.EndpointsCut = p.say("notice.cut", count(maxDetails), count(n))
		}
		page.Hosts = append(page.Hosts, host)
	}
	if n := week.Revisions[page.No]; n > 1 {
		page.Revision = p.say("notice.revision", n)
	}
	return page
}

func hoursBetween(from, to time.Time) int { return int(to.Sub(from).Hours()) }

// Notices are what the week's notices tell, for the record of what was sent. Who is
// excluded by now is in none.
func (week *Week) Notices() ([]feedback.Notice, error) {
	if week.Issue == nil {
		return nil, errors.New("the report is a draft: nothing is sent")
	}
	var list []feedback.Notice
	for i := range week.Suspects {
		s := &week.Suspects[i]
		if s.Unit == "" || s.ExcludedNow {
			continue
		}
		var sources []string
		for _, d := range s.Details {
			sources = append(sources, d.FeedSource)
		}
		slices.Sort(sources)
		issue := week.issueOf(s.Unit)
		n := feedback.Notice{
			No: feedback.NoticeNo(week.Name, s.Unit), Week: week.Name, Unit: s.Unit, City: s.City, County: s.County, Host: s.Host, Grade: s.Grade,
			Sources: strings.Join(slices.Compact(sources), ","), FirstSeen: s.FirstSeen, LastSeen: s.LastSeen,
			NotifiedAt: issue.NotifiedAt, LocateBy: issue.LocateBy, ReportBy: issue.ReportBy,
			Content: s.content(week.Before[s.Host]), ToldBefore: week.Before[s.Host].No(),
		}
		n.Endpoints, n.LocalPorts = s.places()
		list = append(list, n)
	}
	return list, nil
}

// content is a hash of what a notice says of an address and of what was told before, in
// any language and by any version of the words.
func (s *Suspect) content(before *feedback.Before) string {
	var told strings.Builder
	fmt.Fprint(&told, s.Grade, s.NAT, s.FirstSeen.UTC(), s.LastSeen.UTC(), s.ContactDays, s.ContactHours, s.MaxConcurrent, s.Coins, len(s.Details))
	for _, d := range s.Details[:min(len(s.Details), maxDetails)] {
		fmt.Fprintf(&told, "\n%v", []any{d.PoolAddress, d.PoolPort, d.Pool, d.Domain, d.Coin, d.LocalPorts, d.FirstSeen.UTC(), d.LastSeen.UTC()})
	}
	if before != nil {
		fmt.Fprintf(&told, "\n%s", before)
	}
	sum := sha256.Sum256([]byte(told.String()))
	return hex.EncodeToString(sum[:8])
}
