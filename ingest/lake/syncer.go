package lake

import "log/slog"

// syncer puts segments on the disk beside the writing: a disk that takes its
// time must not hold up the receiving.
type syncer struct {
	folder string
	log    *slog.Logger
	work   chan []*Segment
	done   chan struct{}
}

func newSyncer(folder string, log *slog.Logger) *syncer {
	s := &syncer{folder: folder, log: log, work: make(chan []*Segment, 1), done: make(chan struct{})}
	go s.run()
	return s
}

// wake has the segments synced. Where a sync is still to begin, that one is
// as good as another.
func (s *syncer) wake(segments []*Segment) {
	if len(segments) == 0 {
		return
	}
	select {
	case s.work <- segments:
	default:
	}
}

func (s *syncer) run() {
	defer close(s.done)
	named := map[*Segment]bool{} // whose names are safe, of the last segments
	for segments := range s.work {
		safe, news := map[*Segment]bool{}, false
		for _, segment := range segments {
			if err := segment.sync(); err != nil {
				s.log.Error("flows are written, but not safe from a crash of the machine", slog.Any("error", err))
			}
			safe[segment] = true
			news = news || !named[segment]
		}
		if news {
			if err := SyncPath(s.folder); err != nil {
				s.log.Error("flows are written, but not safe from a crash of the machine", slog.Any("error", err))
			}
		}
		named = safe
	}
}

func (s *syncer) close() {
	close(s.work)
	<-s.done
}
