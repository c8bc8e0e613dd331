// Package wanted finds whom the big scan of a night looks for.
//
// The scan decodes more the more it looks for, and addresses of prefixes are
// too many to look for. Of a large feed a day meets few; so the lower
// halves of the day's addresses are first looked through for these alone,
// which takes a half of what the scan for a small feed does, or less.
package wanted
