package flow_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"minewatch/ingest/flow"
)

func TestCountsAddChange(t *testing.T) {
	before, now := numbered(), numbered()
	now.Add(&before)
	var got flow.Counts
	got.AddChange(&now, &before)
	if diff := cmp.Diff(before, got); diff != "" {
		t.Errorf("the change of counts that doubled is not what they were (-want +got):\n%s", diff)
	}
}
