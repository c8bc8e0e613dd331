package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// count groups a whole number in thousands.
func count[N int | int64](n N) string {
	digits := strconv.FormatInt(int64(n), 10)
	sign := ""
	if strings.HasPrefix(digits, "-") {
		sign, digits = "-", digits[1:]
	}
	var out strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			out.WriteByte(',')
		}
		out.WriteRune(d)
	}
	return sign + out.String()
}

// countAny is count for templates, which hold int as well as int64.
func countAny(n any) (string, error) {
	switch n := n.(type) {
	case int:
		return count(n), nil
	case int64:
		return count(n), nil
	}
	return "", fmt.Errorf("count of a %T", n)
}

// leastMbps is the least rate that has figures.
const leastMbps = 0.0005

// mbps keeps three significant digits of a rate that may be far below one.
func mbps(x float64) string {
	switch {
	case x == 0:
		return "0"
	case x < leastMbps:
		return "< 0.001"
	case x < 1:
		return strconv.FormatFloat(x, 'f', 3, 64)
	case x < 100:
		return strconv.FormatFloat(x, 'f', 2, 64)
	default:
		return strconv.FormatFloat(x, 'f', 1, 64)
	}
}

// printedMbps is a rate as mbps prints it; what is below the least figure is none.
func printedMbps(x float64) float64 {
	figure, err := strconv.ParseFloat(mbps(x), 64)
	if err != nil {
		return 0 // "< 0.001"
	}
	return figure
}

// decimals are how many digits a figure has behind the point.
func decimals(figure string) int {
	_, behind, _ := strings.Cut(figure, ".")
	return len(behind)
}

// approximate keeps three significant digits of what is an assumption anyway,
// so that it does not look measured.
func approximate(x float64) string {
	if x <= 0 {
		return "0"
	}
	digits := 2 - int(math.Floor(math.Log10(x)))
	if digits > 0 {
		return strconv.FormatFloat(x, 'f', digits, 64)
	}
	step := math.Pow10(-digits)
	return count(int64(math.Round(x/step) * step))
}

func percent(x float64) string { return strconv.FormatFloat(x, 'f', 1, 64) + "%" }

func score(x float64) string { return strconv.FormatFloat(x, 'f', 1, 64) }

// points are empty where an evidence decides a grade without a weight.
func points(x float64) string {
	if x == 0 {
		return ""
	}
	return fmt.Sprintf("%+.1f", x)
}
