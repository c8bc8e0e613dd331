package main

import "fmt"

// integer is what counts things.
type integer interface{ ~int | ~int32 | ~int64 }

// plural is noun for one thing, and with an s for any other number.
func plural[N integer](n N, noun string) string { return choose(n, noun, noun+"s") }

// amount is the number of things with their noun.
func amount[N integer](n N, noun string) string { return fmt.Sprintf("%d %s", n, plural(n, noun)) }

// choose is the word for one thing, or the one for any other number.
func choose[N integer](n N, one, many string) string {
	if n == 1 || n == -1 {
		return one
	}
	return many
}
