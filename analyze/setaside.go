package analyze

import "time"

// SetAside is a damaged flow file that was moved out of the flows, and what is
// known of it. Nothing is deleted: it lies in the lake's folder quarantine.
type SetAside struct {
	File
	To     string    `json:"to"` // where it lies now, relative to the lake
	Reason string    `json:"reason"`
	At     time.Time `json:"at"`
}
