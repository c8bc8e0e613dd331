package main

import (
	"strconv"

	"minewatch/analyze/feed"
	"minewatch/analyze/intake"
	"minewatch/analyze/sheet"
	"minewatch/analyze/versions"
)

// versionColumns are the columns that versions of every kind have; manifest
// finds a row's.
func versionColumns[T any](manifest func(*T) *versions.Manifest, current func(*T) bool) []sheet.Column[T] {
	count := func(column, name string) sheet.Column[T] {
		return sheet.Value(column, sheet.IsNumber, func(v *T) string { return strconv.Itoa(manifest(v).Counts[name]) })
	}
	return []sheet.Column[T]{
		sheet.Value("seq", sheet.IsNumber, func(v *T) string { return strconv.Itoa(manifest(v).Seq) }),
		sheet.Value("version", sheet.IsText, func(v *T) string { return manifest(v).ID() }),
		sheet.Value("current", sheet.IsBool, func(v *T) string {
			if current(v) {
				return "true"
			}
			return "false"
		}),
		sheet.Value("kind", sheet.IsText, func(v *T) string { return manifest(v).Kind }),
		sheet.Value("name", sheet.IsText, func(v *T) string { return manifest(v).Name }),
		sheet.Value("imported_at", sheet.IsTime, func(v *T) string { return intake.FormatTime(manifest(v).ImportedAt) }),
		sheet.Value("retrieved_at", sheet.IsTime, func(v *T) string { return intake.FormatTime(manifest(v).RetrievedAt) }),
		count("entries", intake.CountKept),
		count("duplicates", intake.CountDuplicates),
		count("names", intake.CountNames),
		count("refused", intake.CountRefused),
		sheet.Value("file", sheet.IsText, func(v *T) string { return manifest(v).File }),
		sheet.Value("sha256", sheet.IsText, func(v *T) string { return manifest(v).SHA256 }),
	}
}

func feedVersions() *listing[keptFeed] {
	return &listing[keptFeed]{
		columns: versionColumns(
			func(v *keptFeed) *versions.Manifest { return &v.Manifest },
			func(v *keptFeed) bool { return v.current },
		),
		brief: []string{"seq", "version", "current", "imported_at", "retrieved_at", "entries", "names", "refused", "file"},
		empty: "no feed was imported yet: see 'minewatch feed import --help'",
	}
}

func feedEntries() *listing[feed.Entry] {
	return &listing[feed.Entry]{
		columns: feed.Columns,
		brief: []string{
			"address", "port", "proto", "coin", "pool", "domain", "role", "last_seen", "valid_until",
			"confidence", "evidence", "shared", "feed",
		},
		empty: "no entries: import a feed with 'minewatch feed import FILE'",
	}
}

func feedNames() *listing[feed.Entry] {
	return &listing[feed.Entry]{
		columns: feed.NameColumns,
		brief: []string{
			"domain", "port", "proto", "coin", "pool", "role", "last_seen", "valid_until", "confidence", "evidence", "feed",
		},
		empty: "no endpoint is known by its name only",
	}
}

func feedNegatives() *listing[feed.Negative] {
	return &listing[feed.Negative]{
		columns: feed.NegativeColumns,
		brief:   []string{"address", "port", "kind", "list", "source"},
		empty:   "no negative list: import one with 'minewatch feed import --negative KIND FILE'",
	}
}

// feedChanges shows a change as its entry with what changed in it.
func feedChanges() *listing[feed.Change] {
	columns := []sheet.Column[feed.Change]{
		sheet.Value("change", sheet.IsText, func(c *feed.Change) string { return c.Kind }),
		sheet.Value("fields", sheet.IsText, func(c *feed.Change) string { return c.String() }),
	}
	for _, column := range feed.Columns {
		columns = append(columns, sheet.Value(column.Name, column.Kind, func(c *feed.Change) string { return column.Text(&c.Entry) }))
	}
	return &listing[feed.Change]{
		columns: columns,
		brief:   []string{"change", "address", "port", "proto", "coin", "pool", "domain", "source", "fields"},
	}
}
