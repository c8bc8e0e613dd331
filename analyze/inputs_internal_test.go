package analyze

import (
	"slices"
	"testing"
)

func TestLargestFirst(t *testing.T) {
	files := []lakeFile{{"a", 7}, {"b", 900}, {"c", 900}, {"d", 80}}
	if got, want := largestFirst(files), []string{"b", "c", "d", "a"}; !slices.Equal(got, want) {
		t.Errorf("largestFirst gives %v, want %v", got, want)
	}
	if files[0].path != "a" {
		t.Error("largestFirst changed the list that the manifest is made of")
	}
}
