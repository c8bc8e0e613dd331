package report

// What the tests of the catalogue need to see.
var (
	Catalogue      = catalogue
	ChineseReasons = chineseReasons
	PageFiles      = pageFiles
)
