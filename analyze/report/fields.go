package report

// kind is the type of a column's cells.
type kind string

// The kinds, by their names in docs/report.md.
const (
	textKind   kind = "text"
	wholeKind  kind = "integer"
	numberKind kind = "number"
	boolKind   kind = "boolean"
	momentKind kind = "time"
	dayKind    kind = "day"
)

// field is a column as people read it. A name means the same in every table.
type field struct {
	name    string
	kind    kind
	width   float64 // of the workbook's column, in characters
	zh, en  string  // heading
	meaning string
}

// fields are all columns of the report's tables.
var fields = []field{
	{"rank", wholeKind, 6, "序号", "No.", "position in the ranking of the week; of places, equal figures have equal ranks"},
	{"host", textKind, 18, "IP 地址", "Address", "internal address"},
	{"grade", textKind, 7, "等级", "Grade", "A, B, C or X"},
	{"grade_text", textKind, 16, "等级说明", "Grade in words", "grade in the words of notices"},
	{"score", numberKind, 8, "得分", "Score", "0 to 100, the sum of the evidence"},
	{"best_grade", textKind, 10, "最高等级", "Best grade", "best grade of the unit's addresses"},
	{"contact_days", wholeKind, 8, "接触天数", "Days", "days with contact"},
	{"contact_hours", wholeKind, 10, "活跃小时", "Hours", "hours with contact"},
	{"contact_slots", wholeKind, 12, "5 分钟时段", "5-minute slots", "5-minute slots with contact"},
	{"pool_endpoints", wholeKind, 10, "矿池端点数", "Endpoints", "pool endpoints met"},
	{"sessions", wholeKind, 9, "会话数", "Sessions", "sessions stitched from flow records; of a host, those with several endpoints at once are merged"},
	{"duration_seconds", wholeKind, 12, "累计时长（秒）", "Duration (s)", "s, sum of the sessions; of a host, those with several endpoints at once are merged; a lower bound under sampling"},
	{"span_seconds", wholeKind, 12, "首末间隔（秒）", "Span (s)", "s, from first to last seen"},
	{"first_seen", momentKind, 20, "首次发现", "First seen", "first packet of the first contact"},
	{"last_seen", momentKind, 20, "末次发现", "Last seen", "last packet of the last contact"},
	{"bytes_up", wholeKind, 14, "上行字节", "Bytes up", "bytes to the pool, times the sampling rate: an estimate"},
	{"bytes_down", wholeKind, 14, "下行字节", "Bytes down", "bytes from the pool, times the sampling rate"},
	{"bytes", wholeKind, 15, "字节数", "Bytes", "bytes in both directions, times the sampling rate"},
	{"packets_up", wholeKind, 12, "上行包数", "Packets up", "packets to the pool, times the sampling rate"},
	{"packets_down", wholeKind, 12, "下行包数", "Packets down", "packets from the pool, times the sampling rate"},
	{"max_concurrent", wholeKind, 12, "同时连接数（≥）", "Connections (≥)", "most connections to one endpoint at once: a lower bound, no number of machines"},
	{"coins", textKind, 12, "币种", "Coins", "coins of the endpoints by address and port, comma separated; empty = unknown"},
	{"coin", textKind, 8, "币种", "Coin", "coin of the endpoint; empty = unknown"},
	{"pools", textKind, 24, "矿池", "Pools", "pools, comma separated; empty = unknown"},
	{"pool", textKind, 20, "矿池", "Pool", "pool; empty = unknown"},
	{"unit", textKind, 30, "单位", "Unit", "owner by the ledger; empty = none"},
	{"sector", textKind, 14, "行业", "Sector", "kind of the owner"},
	{"city", textKind, 12, "地市", "City", "city of the owner"},
	{"county", textKind, 12, "区县", "County", "county of the owner"},
	{"contact", textKind, 24, "联系人", "Contact", "whom the ledger names for the address"},
	{"excluded_now", boolKind, 8, "已登记排除", "Excluded now", "true: a registered exclusion is in force as of the report, so that the unit is not told"},
	{"excluded_since", dayKind, 12, "排除起始日", "Excluded since", "first day of that exclusion; empty = none, or without a first day"},
	{"reasons", textKind, 60, "理由", "Reasons", "the evidence in words"},
	{"nat", boolKind, 8, "地址转换出口", "NAT", "true: by the ledger a gateway, the devices behind it are unknown"},
	{"pool_address", textKind, 18, "矿池地址", "Pool address", "address of the endpoint"},
	{"pool_port", wholeKind, 9, "矿池端口", "Pool port", "port of the endpoint"},
	{"domain", textKind, 26, "矿池域名", "Pool name", "name of the endpoint by the feed; empty = unknown"},
	{"local_ports", textKind, 26, "本地端口（样本）", "Local ports (sample)", "ports of the address, a sample, for the search in logs of a NAT"},
	{"days", wholeKind, 8, "天数", "Days", "days with contact"},
	{"hours", wholeKind, 10, "活跃小时", "Hours", "hours with contact"},
	{"exporters", textKind, 24, "采集设备", "Exporters", "addresses of the routers that saw it"},
	{"exporters_sending", wholeKind, 10, "采集设备数", "Exporters", "exporters that sent on the day"},
	{"feed_source", textKind, 18, "情报来源", "Feed source", "who lists the endpoint"},
	{"feed_version", textKind, 28, "情报版本", "Feed version", "version of the feed, name@hash"},
	{"hosts_a", wholeKind, 8, "高", "A", "addresses of grade A"},
	{"hosts_b", wholeKind, 8, "中", "B", "addresses of grade B"},
	{"hosts_c", wholeKind, 8, "线索", "C", "addresses of grade C"},
	{"hosts_excluded", wholeKind, 8, "已登记排除", "Excluded", "of hosts_a and hosts_b, addresses under a registered exclusion as of the report"},
	{"hosts", wholeKind, 8, "IP 数", "Addresses", "addresses of grade A or B"},
	{"units", wholeKind, 8, "单位数", "Units", "units with addresses of grade A or B"},
	{"level", textKind, 10, "级别", "Level", "city, county, or no_owner: addresses that the ledger does not know"},
	{"share_percent", numberKind, 8, "占比（%）", "Share (%)", "percent of all addresses of grade A or B"},
	{"last_rank", wholeKind, 10, "上周排名", "Last week's rank", "rank of the place in the week before; empty = it had no suspect, or that week no night"},
	{"rank_change", wholeKind, 10, "排名变化", "Rank change", "places up since the week before; below 0 = down; empty = new, or not known"},
	{"rank_status", textKind, 12, "排名状态", "Rank status", "up, down, same, new, or not_known: the week before has no night; empty = no rank"},
	{"admin_code", textKind, 12, "行政区划代码", "Code", "code of the city or county by GB/T 2260, as the ledger has it"},
	{"endpoints", wholeKind, 10, "端点数", "Endpoints", "endpoints of the pool that were met"},
	{"scenario", textKind, 10, "情景", "Scenario", "low, mid or high: an assumption, no measurement"},
	{"assumed_kw_per_address", numberKind, 14, "假设功率（kW/地址）", "Assumed kW", "kW, assumed for each address while it is active"},
	{"active_hours", wholeKind, 10, "活跃小时", "Active hours", "hours with contact, summed over the addresses of grade A and B"},
	{"kwh", wholeKind, 12, "用电（kWh）", "kWh", "kWh of the scenario"},
	{"method", textKind, 26, "折算方法", "Method", "how electricity becomes coal and CO2"},
	{"factor_year", wholeKind, 10, "因子年份", "Factor of", "year of the factor"},
	{"factor_region", textKind, 12, "适用地区", "Region of the factor", "where the factor holds"},
	{"coal_kg_per_kwh", numberKind, 14, "标准煤（kg/kWh）", "Coal (kg/kWh)", "kg of standard coal per kWh; empty = the method gives none"},
	{"co2_kg_per_kwh", numberKind, 14, "CO₂（kg/kWh）", "CO₂ (kg/kWh)", "kg of CO2 per kWh"},
	{"coal_t", numberKind, 12, "标准煤（吨）", "Coal (t)", "t of standard coal"},
	{"co2_t", numberKind, 12, "CO₂（吨）", "CO₂ (t)", "t of CO2"},
	{"scenario_source", textKind, 50, "情景来源", "Source of the scenario", "what the assumption is from"},
	{"method_source", textKind, 50, "因子来源", "Source of the factor", "what the factor is from"},
	{"day", dayKind, 12, "日期", "Day", "day in the zone of the report"},
	{"ran", boolKind, 10, "已分析", "Analysed", "true: the day has a night; else its figures are empty"},
	{"flows", wholeKind, 14, "流记录", "Flows", "flow records in the lake, by time of receipt"},
	{"contact_records", wholeKind, 12, "接触记录", "Contact records", "flow records of the contacts that count"},
	{"hours_with_data", wholeKind, 12, "有数据小时", "Hours with flows", "hours of the day with any flow"},
	{"exporters_expected", wholeKind, 12, "应有设备", "Exporters expected", "exporters that sent, or did on one of the six days before"},
	{"silent_hours", wholeKind, 10, "静默小时", "Silent hours", "hours without data of an expected exporter"},
	{"records_received", wholeKind, 14, "收到记录", "Received", "records that arrived"},
	{"records_stored", wholeKind, 14, "入库记录", "Stored", "records that are in the lake"},
	{"records_lost", wholeKind, 12, "丢失记录", "Lost", "records that were sent and are not in the lake"},
	{"records_missed", wholeKind, 12, "途中丢失", "Missed", "records that never arrived, by the exporters' own numbers"},
	{"records_unread", wholeKind, 12, "无法解析", "Unread", "records in sets that could not be read: an estimate"},
	{"records_malformed", wholeKind, 12, "格式错误", "Malformed", "records that contradict their format"},
	{"records_disk", wholeKind, 12, "写盘失败", "Disk", "records that the disk refused"},
	{"records_aborted", wholeKind, 12, "导入中止", "Aborted", "records of an import that was ended"},
	{"records_absent", wholeKind, 12, "库中缺失", "Absent", "records that were accepted and are not in the lake"},
	{"flows_unaccounted", wholeKind, 14, "无接收统计", "Unaccounted", "flows of which no receipt tells what was lost beside them"},
	{"is_estimate", boolKind, 10, "含估计", "Estimate", "true: some of the losses are not counted but estimated"},
	{"coverage_percent", numberKind, 10, "覆盖率（%）", "Coverage (%)", "stored / (stored + lost), cut, not rounded; empty = no receipt tells"},
	{"covered", boolKind, 10, "数据完整", "Covered", "true: what was not found can be told from what was not seen"},
	{"sampled", boolKind, 8, "采样", "Sampled", "true: at least one exporter samples"},
	{"mean_mbps", numberKind, 14, "平均流量（Mbps）", "Mean Mbps", "Mbit/s between addresses of grade A and B and pools, mean over the day, or over the nights of the week"},
	{"weekday", textKind, 8, "星期", "Weekday", "day of the week in words"},
	{"hour", wholeKind, 8, "小时", "Hour", "hour of the day by the clock of the zone, 0 to 23"},
	{"hosts_active", wholeKind, 12, "活跃 IP 数", "Active addresses", "addresses of grade A and B in contact in the hour; empty = no flow of the hour is there"},
	{"iso_week", textKind, 12, "周次", "Week", "week by ISO 8601"},
	{"from_day", dayKind, 12, "周一", "Monday", "first day of the week"},
	{"nights", wholeKind, 10, "已分析天数", "Nights", "days of the week with a night, of seven"},
	{"nights_covered", wholeKind, 12, "数据完整天数", "Nights covered", "nights of the week whose data are whole"},
	{"basis", textKind, 12, "依据代码", "Basis code", "whole, gaps: of the data of some nights, missing: some nights, none: no night, or few: too few for a public version"},
	{"basis_text", textKind, 30, "依据", "Basis", "basis in words"},
	{"first_day", dayKind, 12, "首次疑似", "First suspected", "first suspected day of all nights"},
	{"last_day", dayKind, 12, "末次疑似", "Last suspected", "last suspected day up to the end of the week"},
	{"last_before", dayKind, 12, "此前末次", "Last before", "last suspected day before the week"},
	{"days_seen", wholeKind, 10, "疑似天数", "Days suspected", "suspected days of all nights up to the end of the week"},
	{"days_in_week", wholeKind, 10, "本周天数", "Days this week", "suspected days of the week"},
	{"days_of_clues", wholeKind, 10, "线索天数", "Days of clues", "days since first_day with too little contact for a suspicion"},
	{"days_excluded", wholeKind, 10, "排除期接触天数", "Days excluded", "days since first_day in contact under a registered exclusion: neither suspected nor clean"},
	{"gap_days", wholeKind, 10, "间隔天数", "Gap (days)", "days from last_before to the next suspected day or the end of the week"},
	{"clean_days", wholeKind, 10, "无接触天数", "Clean days", "covered days without contact: of the gap, or since the measure"},
	{"recurrences", wholeKind, 10, "复发次数", "Recurrences", "how often it was suspected again after clean_days clean days"},
	{"last_grade", textKind, 8, "末次等级", "Last grade", "grade of last_day"},
	{"kind", textKind, 8, "类别", "Kind", "host or unit"},
	{"subject", textKind, 30, "地址或单位", "Address or unit", "the address, or the unit's name"},
	{"suspect", boolKind, 10, "本周疑似", "Suspected", "true: suspected by the week's own ranking"},
	{"status", textKind, 12, "状态代码", "Status code", "new, continuing, recurred, gone or not_known"},
	{"status_text", textKind, 12, "状态", "Status", "status in words"},
	{"unknown_because", textKind, 16, "未知原因", "Unknown because", "no_history, no_night, gap, excluded, clues or not_covered; empty = the status is known"},
	{"round", wholeKind, 8, "轮次", "Round", "1; more: seen again after so many measures less one"},
	{"notice_no", textKind, 20, "通报编号", "Notice", "number of the first notice of the case"},
	{"week", textKind, 12, "通报周", "Week of the notice", "week of the first notice"},
	{"notices", wholeKind, 8, "通报次数", "Notices", "how often the unit was told"},
	{"state", textKind, 12, "处置代码", "State code", "notified, located, overdue, reported, retest, excluded, closed or recurred"},
	{"state_text", textKind, 14, "处置状态", "State", "state in words"},
	{"class", textKind, 12, "结论代码", "Finding code", "active, passive, research, false_alarm or not_found; empty = nothing came back"},
	{"pending_class", textKind, 12, "待批准结论", "Finding not approved", "the finding that nobody approved yet, though it would exclude the address or end its exclusion; empty = nothing waits"},
	{"class_text", textKind, 12, "核查结论", "Finding", "the finding in words"},
	{"notified_at", momentKind, 20, "通报时间", "Notified at", "when the unit was told"},
	{"locate_by", momentKind, 20, "定位期限", "Locate by", "until when device and person were to be found, by the first notice"},
	{"located_at", momentKind, 20, "定位时间", "Located at", "when they were, as the unit says"},
	{"located_in_time", boolKind, 10, "按时定位", "Located in time", "empty = there is still time, or the finding is research or a false alarm: there is no device to find"},
	{"report_by", momentKind, 20, "报送期限", "Report by", "until when the form was to be back, by the first notice"},
	{"reported_at", momentKind, 20, "报送时间", "Reported at", "when the first finding came back"},
	{"reported_in_time", boolKind, 10, "按时报送", "Reported in time", "empty = there is still time"},
	{"answer_by", momentKind, 20, "再报期限", "Answer by", "until when a notice that was sent after the last finding waits for an answer of its own; empty = none waits"},
	{"finished_at", momentKind, 20, "整改完成", "Measure done at", "when the measure was done, as the unit says"},
	{"closed_on", dayKind, 12, "清零日期", "Closed on", "day on which the clean days since the measure were full"},
	{"seen_again", dayKind, 12, "再次发现", "Seen again", "first suspected day after the measure"},
	{"precision_of", textKind, 10, "统计对象", "Of", "grade or source"},
	{"name", textKind, 20, "名称", "Name", "the grade, or the feed source"},
	{"name_text", textKind, 20, "等级或来源", "Grade or source", "the grade in words, or the feed source"},
	{"active", wholeKind, 10, "主动", "Active", "addresses that units found mining by intent"},
	{"passive", wholeKind, 10, "被动", "Passive", "addresses that units found abused"},
	{"research", wholeKind, 10, "科研", "Research", "addresses that units called research"},
	{"false_alarms", wholeKind, 10, "误报", "False alarms", "addresses that units found not to mine"},
	{"not_found", wholeKind, 10, "未查实", "Not found", "addresses of which units found nothing; they count for neither"},
	{"precision_percent", numberKind, 12, "查准率（%）", "Precision (%)", "active, passive and research in percent of these and the false alarms; empty = none of them"},
	{"first_day_seen", dayKind, 12, "首次发现日", "First day", "day of the first contact"},
	{"last_day_seen", dayKind, 12, "末次发现日", "Last day", "day of the last contact"},
	{"seed", textKind, 14, "随机种子", "Seed", "what the sample was drawn with"},
	{"sample_week", textKind, 12, "抽查周", "Week", "week of the suspects that were drawn from"},
	{"draw_hash", textKind, 20, "抽签值", "Draw", "SHA-256 of seed|address, by which the addresses of a unit are drawn"},
	{"city_suspects", wholeKind, 10, "全市疑似", "Of the city", "suspects of the city that could be drawn"},
	{"city_drawn", wholeKind, 10, "全市抽中", "City drawn", "those of them that were"},
	{"unit_suspects", wholeKind, 10, "单位疑似", "Of the unit", "suspects of the unit in the city that could be drawn"},
	{"unit_drawn", wholeKind, 10, "单位抽中", "Unit drawn", "those of them that were"},
	{"exporter", textKind, 18, "采集设备", "Exporter", "address of the router; empty = unknown sender"},
	{"datagrams_refused", wholeKind, 12, "拒收数据报", "Datagrams refused", "datagrams that are malformed, cut or no flow export"},
	{"datagrams_unseen", wholeKind, 12, "丢弃数据报", "Datagrams unseen", "datagrams that kernel or queue dropped"},
	{"datagrams_not_allowed", wholeKind, 12, "未许可数据报", "Datagrams not allowed", "datagrams of senders outside the allow-list"},
	{"sets_unread", wholeKind, 12, "无法解析集合", "Sets unread", "sets without template, or with lengths that cannot be"},
	{"receipts_faulty", wholeKind, 12, "统计不符", "Faulty receipts", "hours whose receipts contradict themselves"},
	{"sampling_rate", wholeKind, 10, "采样率（1:N）", "Sampling 1:N", "N of 1 in N; 0 = unknown"},
	{"flows_rate_unknown", wholeKind, 14, "采样率未知流", "Rate unknown", "flows without a sampling rate"},
	{"flows_clock_replaced", wholeKind, 14, "时间替换流", "Clock replaced", "flows with the times of receipt, as the exporter's clock is unusable"},
	{"clock_ahead_min_ms", wholeKind, 14, "时钟超前最小（ms）", "Clock ahead, min (ms)", "ms by which the exporter's clock was ahead, least; below 0 = behind"},
	{"clock_ahead_max_ms", wholeKind, 14, "时钟超前最大（ms）", "Clock ahead, max (ms)", "ms by which the exporter's clock was ahead, most"},
}

// fieldOf finds a column by its name; the test of the tables proves that each
// column of each table is there.
func fieldOf(name string) field {
	for _, f := range fields {
		if f.name == name {
			return f
		}
	}
	return field{name: name, kind: textKind, width: 16, zh: name, en: name}
}

// heading is the field's name for people.
func (p *printer) heading(f field) string {
	if p.lang == Chinese {
		return f.zh
	}
	return f.en
}
