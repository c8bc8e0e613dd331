// Package workbook reads and writes xlsx workbooks: those that units send in,
// and those that are sent to them.
package workbook
