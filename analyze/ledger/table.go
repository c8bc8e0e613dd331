package ledger

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"minewatch/analyze/intake"
	"minewatch/analyze/iprange"
	"minewatch/analyze/workbook"
)

// addressFields are how a range may stand in a table: in one column, or its
// ends in two.
var addressFields = []intake.Field{
	{Name: "cidr", Aliases: []string{"ip", "range", "ip_range", "prefix", "network", "subnet", "address", "ip_address", "地址段", "IP地址段", "IP段", "网段", "IP地址", "地址", "起止地址"}},
	{Name: "first", Aliases: []string{"first_ip", "start", "start_ip", "from_ip", "起始IP", "起始IP地址", "起始地址", "开始IP", "开始地址"}},
	{Name: "last", Aliases: []string{"last_ip", "end", "end_ip", "to_ip", "终止IP", "终止IP地址", "终止地址", "结束IP", "结束地址", "截止地址"}},
}

var rangeFields = append(slices.Clone(addressFields), []intake.Field{
	{Name: "unit", Aliases: []string{"unit_name", "organisation", "organization", "org", "owner", "单位", "单位名称", "使用单位", "使用单位名称", "所属单位"}},
	{Name: "unit_code", Aliases: []string{"code", "org_code", "单位代码", "统一社会信用代码", "信用代码"}},
	{Name: "sector", Aliases: []string{"type", "unit_type", "industry", "行业/类型", "行业", "类型", "单位类型", "行业类型", "所属行业", "单位性质"}},
	{Name: "city", Aliases: []string{"地市", "城市", "设区市", "市", "所在市", "所属地市"}},
	{Name: "county", Aliases: []string{"district", "区县", "县区", "县市区", "县(市、区)", "县（市、区）", "区/县", "所在区县"}},
	{Name: "admin_code", Aliases: []string{"area_code", "行政区划代码", "区划代码"}},
	{Name: "contact", Aliases: []string{"person", "responsible", "联系人", "负责人", "责任人", "联系人姓名"}},
	{Name: "phone", Aliases: []string{"telephone", "tel", "mobile", "电话", "联系电话", "联系方式", "手机", "手机号"}},
	{Name: "nat", Aliases: []string{"is_nat", "gateway", "是否NAT", "NAT出口", "是否NAT出口", "NAT地址"}},
	{Name: "nat_pool_size", Aliases: []string{"pool_size", "nat_pool", "NAT地址池大小", "地址池大小", "NAT池大小", "NAT地址数"}},
	{Name: "valid_from", Aliases: []string{"from", "启用日期", "生效日期", "开始日期", "启用时间", "分配日期"}},
	{Name: "valid_to", Aliases: []string{"valid_until", "to", "停用日期", "失效日期", "终止日期", "到期日期", "停用时间", "截止日期"}},
}...)

var exclusionFields = append(slices.Clone(addressFields), []intake.Field{
	{Name: "reason", Aliases: []string{"原因", "理由", "排除原因", "事由"}},
	{Name: "approver", Aliases: []string{"approved_by", "审批人", "批准人", "审批", "批准单位"}},
	{Name: "valid_from", Aliases: []string{"from", "生效日期", "开始日期", "登记日期"}},
	{Name: "expires", Aliases: []string{"valid_to", "valid_until", "expiry", "到期日期", "失效日期", "截止日期", "有效期至"}},
}...)

// dayFields are the fields whose numbers in a workbook are days.
var dayFields = []string{"valid_from", "valid_to", "expires"}

// readTable reads every row of an original by parse, and returns them with
// those that were refused. The sheet is that of a workbook; empty is its first.
func readTable[T comparable](original []byte, sheet string, fields []intake.Field, required []string, parse func(intake.Row) (T, error)) (*table[T], error) {
	t := &table[T]{}
	in, name, err := workbook.OpenTable(original, workbook.Table{Sheet: sheet, Fields: fields, Days: dayFields, Example: "地址段 and 单位名称"})
	if err != nil {
		return nil, err
	}
	t.sheet = name
	if !in.Has("cidr") && (!in.Has("first") || !in.Has("last")) {
		return nil, errors.New("no column with addresses in the header: want cidr (or 地址段), or first and last")
	}
	for _, name := range required {
		if !in.Has(name) {
			return nil, fmt.Errorf("no column %s in the header", name)
		}
	}
	return t, t.tally.Rows(in, func(row intake.Row) error {
		value, err := parse(row)
		if err == nil {
			t.rows = append(t.rows, value)
		}
		return err
	})
}

// table is what was read of an original.
type table[T comparable] struct {
	rows  []T
	tally intake.Tally
	sheet string // of a workbook
}

func (u unmapped) parseRange(row intake.Row) (Row, error) {
	r := Row{
		Unit: row.Get("unit"), UnitCode: row.Get("unit_code"), Sector: row.Get("sector"),
		City: row.Get("city"), County: row.Get("county"), AdminCode: row.Get("admin_code"),
		Contact: row.Get("contact"), Phone: row.Get("phone"), Line: row.Line,
	}
	var err error
	if r.Range, err = parseAddresses(row); err != nil {
		return r, err
	}
	if r.Unit == "" {
		return r, errors.New("the unit is missing")
	}
	for _, name := range []string{"unit", "unit_code", "sector", "city", "county", "admin_code", "contact", "phone"} {
		if err := checkSpreadsheet(name, row.Get(name)); err != nil {
			return r, err
		}
	}
	if err := checkAdminCode(r.AdminCode); err != nil {
		return r, err
	}
	if r.NAT, r.NATPoolSize, err = parseNAT(row.Get("nat"), row.Get("nat_pool_size")); err != nil {
		return r, err
	}
	if r.ValidFrom, r.ValidTo, err = parseSpan(row, "valid_to"); err != nil {
		return r, err
	}
	r.Sector = u.sector(r.Sector)
	r.identify()
	return r, nil
}

func parseExclusion(row intake.Row) (Exclusion, error) {
	e := Exclusion{Reason: row.Get("reason"), Approver: row.Get("approver"), Line: row.Line}
	var err error
	if e.Range, err = parseAddresses(row); err != nil {
		return e, err
	}
	if e.ValidFrom, e.Expires, err = parseSpan(row, "expires"); err != nil {
		return e, err
	}
	switch {
	case e.Reason == "":
		return e, errors.New("the reason is missing: nothing is excluded without one")
	case e.Approver == "":
		return e, errors.New("the approver is missing: nothing is excluded without one")
	case e.Expires.IsZero():
		return e, errors.New("the day on which it expires is missing: nothing is excluded for ever")
	}
	return e, nil
}

func parseAddresses(row intake.Row) (iprange.Range, error) {
	s := row.Get("cidr")
	if first, last := row.Get("first"), row.Get("last"); s == "" && first != "" {
		s = first + "-" + cmp.Or(last, first)
	}
	if s == "" {
		return iprange.Range{}, errors.New("the address is missing")
	}
	r, err := iprange.Parse(s)
	if err != nil {
		return r, err
	}
	return r, checkRange(r)
}

// The widest ranges that a unit may have. Who is in the ledger is internal: a
// slip like 0.0.0.0/0 would make suspects of the whole world.
const (
	widest4 = 96 + 8 // out of 128
	widest6 = 16
)

var notOwned = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("224.0.0.0/3"),
	netip.MustParsePrefix("::/127"), netip.MustParsePrefix("fe80::/10"), netip.MustParsePrefix("ff00::/8"),
}

func checkRange(r iprange.Range) error {
	widest := widest6
	if r.First.Is4() {
		widest = widest4
	}
	if r.PrefixLen() < widest {
		return fmt.Errorf("%s is wider than IPv4 /8 or IPv6 /16: no unit has that many addresses", r)
	}
	for _, p := range notOwned {
		if r.Overlaps(iprange.OfPrefix(p)) {
			return fmt.Errorf("%s lies in %s, which no unit can own", r, p)
		}
	}
	return nil
}

func parseBool(s string) (bool, error) {
	switch strings.ToLower(s) {
	case "", "false", "no", "n", "0", "否":
		return false, nil
	case "true", "yes", "y", "1", "是", "nat":
		return true, nil
	}
	return false, fmt.Errorf("%q: want true or false, yes or no, 是 or 否", s)
}

// parseSpan reads valid_from and the field of the end, whose day belongs to it.
func parseSpan(row intake.Row, end string) (from, to time.Time, err error) {
	if from, _, err = intake.ParseTime(row.Get("valid_from")); err != nil {
		return from, to, fmt.Errorf("valid_from: %w", err)
	}
	if to, err = intake.ParseUntil(row.Get(end)); err != nil {
		return from, to, fmt.Errorf("%s: %w", end, err)
	}
	if !to.IsZero() && to.Before(from) {
		return from, to, fmt.Errorf("%s %s is before valid_from %s", end, to.Format(time.DateOnly), from.Format(time.DateOnly))
	}
	return from, to, nil
}
