package ledger

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// provinces are the first two digits of the codes of GB/T 2260: provinces,
// autonomous regions, municipalities, and the special regions.
var provinces = []string{
	"11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37", "41", "42", "43", "44", "45", "46",
	"50", "51", "52", "53", "54", "61", "62", "63", "64", "65", "71", "81", "82",
}

var sixDigits = regexp.MustCompile(`^\d{6}$`)

// checkAdminCode checks the form of a code of GB/T 2260: two digits each for
// province, city and county. Whether there is such a county is not known
// here: the list changes every year.
func checkAdminCode(code string) error {
	switch {
	case code == "":
		return nil
	case !sixDigits.MatchString(code):
		return fmt.Errorf("admin_code %q: want the six digits of GB/T 2260, such as 330106", code)
	case !slices.Contains(provinces, code[:2]):
		return fmt.Errorf("admin_code %q: GB/T 2260 has no province %s", code, code[:2])
	case code[2:4] == "00" && code[4:] != "00":
		return fmt.Errorf("admin_code %q names a county, but no city", code)
	}
	return nil
}

// roundedNumber is how a spreadsheet writes a number with more digits than it
// shows: some of them are lost.
var roundedNumber = regexp.MustCompile(`^\d([.]\d+)?[eE][+]?\d+$`)

// checkSpreadsheet refuses what a spreadsheet has made of a value: in a
// workbook, and in a CSV that was saved from one.
func checkSpreadsheet(field, value string) error {
	switch {
	case roundedNumber.MatchString(value):
		return fmt.Errorf("%s %s is a number that a spreadsheet has rounded: give the column the format text, and write it anew", field, value)
	case slices.Contains([]string{"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"}, strings.ToUpper(value)):
		return fmt.Errorf("%s %s is the error of a formula: write the value", field, value)
	}
	return nil
}

// maxNATPool is more addresses than any carrier has for one pool.
const maxNATPool = 1 << 24

// parseNAT reads whether a range is that of a gateway, and how many addresses
// its pool has; a pool alone says so.
func parseNAT(flag, pool string) (nat bool, size int, err error) {
	if nat, err = parseBool(flag); err != nil {
		return false, 0, fmt.Errorf("nat: %w", err)
	}
	if pool == "" {
		return nat, 0, nil
	}
	size, err = strconv.Atoi(pool)
	switch {
	case err != nil || size < 0 || size > maxNATPool:
		return nat, 0, fmt.Errorf("nat_pool_size %q: want a number of addresses up to %d", pool, maxNATPool)
	case size > 0 && !nat && flag != "":
		return nat, 0, errors.New("nat_pool_size is given, but nat says that there is none: correct one of them")
	}
	return nat || size > 0, size, nil
}
