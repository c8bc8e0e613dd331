package feedback

import (
	"minewatch/analyze/intake"
)

// formField is a column of the form.
type formField struct {
	name   string
	zh, en string // heading
	width  float64
	fill   bool // the unit fills it in
	moment bool // a time
	day    bool // a day alone
	hintZh string
	hintEn string
}

// formFields are the columns of the form, in order: first what is told, which is
// protected, then what is asked.
var formFields = []formField{
	{name: "notice_no", zh: "通报编号", en: "Notice", width: 20},
	{name: "unit", zh: "单位", en: "Unit", width: 28},
	{name: "host", zh: "IP 地址", en: "Address", width: 18},
	{name: "grade", zh: "等级", en: "Grade", width: 16},
	{name: "first_seen", zh: "首次发现", en: "First seen", width: 20, moment: true},
	{name: "last_seen", zh: "末次发现", en: "Last seen", width: 20, moment: true},
	{name: "endpoints", zh: "矿池端点", en: "Pool endpoints", width: 30},
	{name: "local_ports", zh: "本地端口（样本）", en: "Local ports (sample)", width: 26},
	{name: "told_before", zh: "此前通报", en: "Told before", width: 20},
	{
		name: "class", zh: "核查结论", en: "Finding", width: 12, fill: true,
		hintZh: "主动挖矿、被动挖矿、科研、误报、未查实 中选一", hintEn: "one of active, passive, research, false alarm, not found",
	},
	{
		name: "located_at", zh: "定位时间", en: "Located at", width: 20, fill: true, moment: true,
		hintZh: "锁定设备和责任人的时间，如 2026-11-17 15:30", hintEn: "when device and person were known, such as 2026-11-17 15:30",
	},
	{name: "inner_address", zh: "NAT 内网地址", en: "Address behind the NAT", width: 18, fill: true},
	{name: "account", zh: "MAC 或账号", en: "MAC or account", width: 20, fill: true},
	{name: "device", zh: "设备类型", en: "Device", width: 16, fill: true},
	{name: "place", zh: "设备位置", en: "Place", width: 20, fill: true},
	{name: "department", zh: "部门", en: "Department", width: 16, fill: true},
	{name: "person", zh: "责任人", en: "Person", width: 12, fill: true},
	{name: "phone", zh: "联系电话", en: "Phone", width: 16, fill: true},
	{name: "cause", zh: "原因", en: "Cause", width: 24, fill: true},
	{name: "software", zh: "软件名称或样本哈希", en: "Software or its hash", width: 24, fill: true},
	{name: "coin", zh: "币种", en: "Coin", width: 8, fill: true},
	{name: "wallet", zh: "钱包地址", en: "Wallet", width: 24, fill: true},
	{
		name: "started_on", zh: "开始挖矿日期", en: "Mining since", width: 14, fill: true, day: true,
		hintZh: "如 2026-10-01", hintEn: "such as 2026-10-01",
	},
	{name: "measure", zh: "处置措施", en: "Measure", width: 24, fill: true},
	{
		name: "finished_at", zh: "整改完成时间", en: "Measure done at", width: 20, fill: true, moment: true,
		hintZh: "如 2026-11-18 10:00；此后再出现即为复发", hintEn: "such as 2026-11-18 10:00; what is seen after it is a recurrence",
	},
	{name: "evidence", zh: "佐证材料清单", en: "Evidence", width: 24, fill: true},
	{name: "remark", zh: "备注", en: "Remark", width: 24, fill: true},
}

func (f *formField) heading(chinese bool) string {
	if chinese {
		return f.zh
	}
	return f.en
}

func (f *formField) hint(chinese bool) string {
	if chinese {
		return f.hintZh
	}
	return f.hintEn
}

// readFields are the form's columns as they are read back: in either language,
// or under their own names in a CSV.
var readFields = func() []intake.Field {
	list := make([]intake.Field, len(formFields))
	for i, f := range formFields {
		list[i] = intake.Field{Name: f.name, Aliases: []string{f.zh, f.en}}
	}
	return list
}()

// timeFields are those whose numbers in a workbook are days.
var timeFields = func() []string {
	var list []string
	for _, f := range formFields {
		if f.moment || f.day {
			list = append(list, f.name)
		}
	}
	return list
}()
