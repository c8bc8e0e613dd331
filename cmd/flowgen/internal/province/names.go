package province

// Name is the made-up province.
const Name = "澜江省"

// cityNames are the cities, by index; the first character starts the names of
// their counties and units.
var cityNames = []string{
	"澜州市", "青屿市", "云泽市", "临沚市", "望川市", "鹿鸣市", "沧屿市", "枫渡市", "玉棠市", "栖岚市", "北汀市",
}

var countySuffixes = []string{"东区", "西区", "湖区", "阳县", "溪县", "浦县"}

// Sector is what kind of unit owns an address.
type Sector string

// The sectors of the ledger, as the domain's lists name them.
const (
	Government Sector = "党政机关"
	StateOwned Sector = "国有企业"
	University Sector = "高校"
	Hospital   Sector = "医院"
	Company    Sector = "企业"
	Broadband  Sector = "运营商家宽"
	DataCentre Sector = "IDC"
)

// unitKind is one unit that every city has.
type unitKind struct {
	sector Sector
	suffix string // after the city's name without 市
	bits   int    // prefix length of its range
	nat    bool   // many devices share these addresses
}

var unitKinds = []unitKind{
	{Government, "市财政局", 25, false},
	{Government, "市水利局", 25, false},
	{Government, "市档案馆", 26, false},
	{StateOwned, "水务集团有限公司", 24, false},
	{StateOwned, "公交集团有限公司", 24, false},
	{StateOwned, "交通投资集团有限公司", 24, false},
	{University, "理工大学", 19, false},
	{University, "职业技术学院", 21, false},
	{Hospital, "市第一人民医院", 23, false},
	{Hospital, "市中医院", 24, false},
	{Hospital, "市妇幼保健院", 24, false},
	{Company, "星禾科技有限公司", 24, false},
	{Company, "远图软件有限公司", 24, false},
	{Company, "明岚纺织有限公司", 25, true},
	{Company, "海棠食品有限公司", 25, true},
	{Company, "启帆物流有限公司", 25, false},
	{Broadband, "宽带一分局", 18, false},
	{Broadband, "宽带二分局", 18, false},
	{DataCentre, "云谷数据中心", 22, false},
}

// nestedKind is a unit whose range lies inside another one's: the longest
// prefix must win.
type nestedKind struct {
	inside string // suffix of the unit around it
	sector Sector
	suffix string
	bits   int
	nat    bool
}

var nestedKinds = []nestedKind{
	{"理工大学", University, "理工大学计算机学院实验中心", 25, false},
	{"理工大学", University, "理工大学学生宿舍出口", 26, true},
}

var contactNames = []string{"陈", "林", "黄", "周", "吴", "徐", "孙", "朱", "高", "何"}
