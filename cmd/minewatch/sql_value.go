package main

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/duckdb/duckdb-go/v2"
)

// plainValue turns what the driver returns for a column into what JSON has:
// nil, bool, string, json.Number, list or object. Numbers keep all digits.
// kind is the SQL type; within a struct it is not known and "".
func plainValue(v any, kind string) any {
	switch v := v.(type) {
	case nil, bool, string:
		return v
	case int8, int16, int32, int64, int, uint8, uint16, uint32, uint64, uint:
		return json.Number(fmt.Sprint(v))
	case float32:
		return plainFloat(float64(v), 32)
	case float64:
		return plainFloat(v, 64)
	case *big.Int:
		return json.Number(v.String())
	case duckdb.Decimal:
		return json.Number(v.String())
	case time.Time:
		return plainTime(v, kind)
	case duckdb.Interval:
		return plainInterval(v)
	case []byte:
		return plainBytes(v, kind)
	case []any:
		element := strings.TrimSuffix(kind, "[]")
		list := make([]any, len(v))
		for i := range v {
			list[i] = plainValue(v[i], element)
		}
		return list
	case map[string]any:
		object := make(map[string]any, len(v))
		for key := range v {
			object[key] = plainValue(v[key], "")
		}
		return object
	case duckdb.OrderedMap:
		return plainMap(&v)
	case duckdb.Union:
		return plainValue(v.Value, "")
	default:
		return fmt.Sprint(v)
	}
}

// plainFloat keeps what JSON has no number for as text.
func plainFloat(x float64, bits int) any {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return strconv.FormatFloat(x, 'g', -1, bits)
	}
	format := byte('f')
	if size := math.Abs(x); size != 0 && (size < 1e-6 || size >= 1e15) {
		format = 'g'
	}
	return json.Number(strconv.FormatFloat(x, format, -1, bits))
}

// plainTime writes a moment with Z, and a timestamp without a zone without.
func plainTime(t time.Time, kind string) string {
	switch kind {
	case "DATE":
		return t.Format(time.DateOnly)
	case "TIME":
		return t.Format("15:04:05.999999999")
	case "TIME WITH TIME ZONE", "TIMETZ":
		return t.Format("15:04:05.999999999Z07:00")
	case "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS":
		return t.Format("2006-01-02T15:04:05.999999999")
	default:
		return t.UTC().Format(time.RFC3339Nano)
	}
}

// plainInterval writes an interval as SQL reads it.
func plainInterval(i duckdb.Interval) string {
	var parts []string
	if i.Months != 0 {
		parts = append(parts, amount(i.Months, "month"))
	}
	if i.Days != 0 {
		parts = append(parts, amount(i.Days, "day"))
	}
	if i.Micros != 0 || len(parts) == 0 {
		sign, d := "", time.Duration(i.Micros)*time.Microsecond
		if d < 0 {
			sign, d = "-", -d
		}
		clock := fmt.Sprintf("%s%02d:%02d:%02d", sign, d/time.Hour, d/time.Minute%60, d/time.Second%60)
		if micros := d % time.Second / time.Microsecond; micros != 0 {
			clock += fmt.Sprintf(".%06d", micros)
		}
		parts = append(parts, clock)
	}
	return strings.Join(parts, " ")
}

func plainBytes(b []byte, kind string) string {
	if kind == "UUID" && len(b) == 16 {
		h := hex.EncodeToString(b)
		return strings.Join([]string{h[:8], h[8:12], h[12:16], h[16:20], h[20:]}, "-")
	}
	return `\x` + hex.EncodeToString(b)
}

// plainMap makes an object of a MAP, whose keys need not be text.
func plainMap(m *duckdb.OrderedMap) any {
	object := make(map[string]any, m.Len())
	for i, key := range m.Keys() {
		object[cellText(plainValue(key, ""), "")] = plainValue(m.Values()[i], "")
	}
	return object
}

// cellText writes a plain value for a table or CSV; null is what stands for
// NULL there. Lists and objects are written as JSON.
func cellText(v any, null string) string {
	switch v := v.(type) {
	case nil:
		return null
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case json.Number:
		return v.String()
	default:
		text, err := plainJSON(v)
		if err != nil {
			return fmt.Sprint(v)
		}
		return text
	}
}

// plainJSON writes a plain value as JSON without escaping what only matters
// within HTML.
func plainJSON(v any) (string, error) {
	var out strings.Builder
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(v)
	return strings.TrimSuffix(out.String(), "\n"), err
}
