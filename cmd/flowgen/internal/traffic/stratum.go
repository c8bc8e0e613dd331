package traffic

import (
	"math/rand/v2"

	"minewatch/cmd/flowgen/internal/calendar"
	"minewatch/cmd/flowgen/internal/seed"
)

// maxSilence is the longest pause inside a session that was ever measured, s.
const maxSilence = 195

// Stratum is how a miner of one coin talks to its pool. Shares come at a pace
// that the pool sets by the difficulty, so the rate says nothing of the hash
// rate.
type Stratum struct {
	Poll                 float64 // s between getWork polls, 0 = none
	PollUp, PollDown     int     // bytes
	Job                  float64 // mean s between new jobs from the pool
	JobDown              int
	Share                float64 // mean s between shares
	ShareUp, ShareDown   int
	LoginUp, LoginAnswer int
}

// profiles by coin; other coins talk as BTC does. Bytes are IP packets.
var profiles = map[string]Stratum{
	"XMR":  {Job: 75, JobDown: 420, Share: 28, ShareUp: 265, ShareDown: 121, LoginUp: 390, LoginAnswer: 560},
	"BTC":  {Job: 30, JobDown: 950, Share: 11, ShareUp: 190, ShareDown: 105, LoginUp: 240, LoginAnswer: 480},
	"ETC":  {Poll: 10, PollUp: 150, PollDown: 330, Job: 13, JobDown: 330, Share: 240, ShareUp: 310, ShareDown: 110, LoginUp: 230, LoginAnswer: 120},
	"LTC":  {Job: 40, JobDown: 780, Share: 17, ShareUp: 195, ShareDown: 105, LoginUp: 240, LoginAnswer: 470},
	"RVN":  {Job: 32, JobDown: 390, Share: 14, ShareUp: 330, ShareDown: 105, LoginUp: 240, LoginAnswer: 450},
	"ZEC":  {Job: 70, JobDown: 430, Share: 24, ShareUp: 1448, ShareDown: 110, LoginUp: 260, LoginAnswer: 320},
	"weak": {Job: 120, JobDown: 420, Share: 110, ShareUp: 265, ShareDown: 121, LoginUp: 390, LoginAnswer: 560},
}

// Miner returns the train of one miner of a coin; the stream makes it a little
// faster or slower than others of its kind.
func Miner(coin string, rng *rand.Rand) Train {
	s, known := profiles[coin]
	if !known {
		s = profiles["BTC"]
	}
	pace := seed.Range(rng, 0.85, 1.2)
	s.Job *= pace
	s.Share *= pace
	return s.train
}

// WeakMiner returns the train of a slow miner, at the lower end of the rates.
func WeakMiner(rng *rand.Rand) Train { return Miner("weak", rng) }

func (s Stratum) train(rng *rand.Rand, start, end int64, send Send) {
	t := newTalk(rng, start, send)
	t.connect()
	t.ask(s.LoginUp, s.LoginAnswer)
	nextJob, nextShare, nextPoll := t.now+200, t.now+exponential(rng, s.Share, maxSilence-5), end
	if s.Poll > 0 {
		nextPoll = t.now + int64(s.Poll*float64(calendar.Second))
	}
	for {
		next := min(nextJob, nextShare, nextPoll)
		if next >= end {
			break
		}
		t.until(next)
		switch next {
		case nextPoll:
			t.ask(vary(rng, s.PollUp), vary(rng, s.PollDown))
			nextPoll = next + int64(s.Poll*float64(calendar.Second))
		case nextJob:
			t.push(vary(rng, s.JobDown))
			nextJob = next + exponential(rng, s.Job, maxSilence-5)
		default:
			t.ask(min(vary(rng, s.ShareUp), 1500), vary(rng, s.ShareDown))
			nextShare = next + exponential(rng, s.Share, maxSilence-5)
		}
	}
	t.until(end)
	t.finish()
}
