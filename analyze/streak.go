package analyze

// streak decides whether a day is searched before it is run. A search costs
// about half of a night, and is lost where the night is run after all: who
// mines, mines every day. So after some days in a row that met something, as
// many days are run without a search, and then one is searched again.
type streak struct {
	met      int // days in a row that met something, or were presumed to
	presumed int // days still to be run without a search
}

// enough is how many days in a row say that the next ones meet something, too.
const enough = 3

// presume says that the day is to be run without a search.
func (s *streak) presume() bool {
	if s.presumed == 0 {
		return false
	}
	s.presumed--
	s.met++
	return true
}

// note takes the outcome of a search.
func (s *streak) note(met bool) {
	if !met {
		s.met = 0
		return
	}
	if s.met++; s.met >= enough {
		s.presumed = s.met
	}
}
