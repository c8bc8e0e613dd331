// Package grading compares a ranking with the truth of a generated week.
//
// A planted host is told right when its grade is one of the expected ones; a
// host that the ranking does not list has the grade "-". Precision and recall
// are those of the grades A and B, the ones that people act on.
package grading
