// Package versions keeps every version of what the analysis is told: pool
// feeds, address ledgers, exclusions.
//
// A Store is one folder of the lake. A version in it is a folder
//
//	000007-certfeed-3f2a91c04b77/
//	    original        the bytes as they were imported
//	    entries.csv     what was read from them (the name depends on the kind)
//	    manifest.json   when, from where, how many, and the hashes of the files
//
// and never changes: a week is judged again with the feed of that week, and a
// report that names a version can be checked years later. What holds always:
//
//   - a version is there whole or not at all: it is written under a name that
//     begins with a dot, synced, and renamed;
//   - numbers rise by the order of import and are never used twice, also when
//     two programs import at once (a lock file in the folder);
//   - a damaged version is an error, never skipped: a night that silently
//     took the version before it would accuse the wrong people.
package versions
