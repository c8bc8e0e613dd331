package analyze

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"minewatch/analyze/engine"
	"minewatch/analyze/ledger"
)

// setRegion gives the region to the queries and forgets what was built of another
// one. A region is "CITY" or "CITY/COUNTY"; "" is everything.
func setRegion(ctx context.Context, db *engine.DB, region string) error {
	city, county, _ := strings.Cut(region, "/")
	db.ForgetReaders("region_city", "region_county")
	return errors.Join(db.Set(ctx, "region_city", city), db.Set(ctx, "region_county", county))
}

// onlyRegion has the tables of all regions built for everything and this one alone,
// before the first of them is.
func onlyRegion(ctx context.Context, db *engine.DB, region string) error {
	db.ForgetReaders("only_region")
	return db.Set(ctx, "only_region", region)
}

// knownRegions are the cities of the ledger and the contacts, each followed by its
// counties.
func knownRegions(ctx context.Context, db *engine.DB, o *Options) ([]string, error) {
	var known []string
	add := func(city, county string) {
		if city != "" {
			known = append(known, city)
		}
		if city != "" && county != "" {
			known = append(known, city+"/"+county)
		}
	}
	ranges, _, err := ledger.Current(o.Lake, time.Time{})
	if err != nil {
		return nil, err
	}
	if ranges != nil {
		rows, err := ranges.ReadRows()
		if err != nil {
			return nil, err
		}
		for i := range rows {
			add(rows[i].City, rows[i].County)
		}
	}
	err = db.Each(ctx, "select distinct coalesce(city, ''), coalesce(county, '') from (select city, county from raw_contacts union all select city, county from raw_suspects)", func(rows *sql.Rows) error {
		var city, county string
		err := rows.Scan(&city, &county)
		add(city, county)
		return err
	})
	slices.Sort(known)
	return slices.Compact(known), err
}

// knownRegion is an error for a region that neither the ledger nor a contact
// has: an empty answer would look like a clean region.
func knownRegion(ctx context.Context, db *engine.DB, o *Options, region string) error {
	if region == "" {
		return nil
	}
	known, err := knownRegions(ctx, db, o)
	if err != nil || slices.Contains(known, region) {
		return err
	}
	if city, _, isCounty := strings.Cut(region, "/"); isCounty && slices.Contains(known, city) {
		return noCounty(city, region, known)
	}
	cities := slices.DeleteFunc(known, func(name string) bool { return strings.Contains(name, "/") })
	if len(cities) == 0 {
		return fmt.Errorf("no region %s: the ledger names no city; import one with 'minewatch ledger import FILE' and run the nights again", region)
	}
	return fmt.Errorf("no region %s: the ledger and the contacts have %s; a county is written CITY/COUNTY", region, strings.Join(cities, ", "))
}

// noCounty names the counties of a city, one of which was meant.
func noCounty(city, region string, known []string) error {
	var counties []string
	for _, name := range known {
		if county, isIn := strings.CutPrefix(name, city+"/"); isIn {
			counties = append(counties, county)
		}
	}
	if len(counties) == 0 {
		return fmt.Errorf("no region %s: of %s the ledger and the contacts name no county; --region %s is all of it", region, city, city)
	}
	return fmt.Errorf("no region %s: the ledger and the contacts have of %s the counties %s", region, city, strings.Join(counties, ", "))
}
