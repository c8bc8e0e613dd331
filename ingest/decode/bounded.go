package decode

import (
	"container/list"
	"iter"
)

// bounded is a map that forgets the entries that were put the longest time
// ago once their weights exceed its limit. What a collector learns comes from
// unauthenticated datagrams, so it must not grow without end; and exporters
// repeat themselves every few minutes, so the oldest entry is the one that
// nobody sends any more.
type bounded[K comparable, V any] struct {
	limit, weight int
	entries       map[K]*list.Element
	order         *list.List // of *boundedEntry[K, V], the oldest first
	onEvict       func()     // called for each entry that had to give way
}

type boundedEntry[K comparable, V any] struct {
	key    K
	value  V
	weight int
}

func newBounded[K comparable, V any](limit int) *bounded[K, V] {
	return &bounded[K, V]{limit: limit, entries: map[K]*list.Element{}, order: list.New(), onEvict: func() {}}
}

// get returns the value of key.
func (b *bounded[K, V]) get(key K) (V, bool) {
	if e, ok := b.entries[key]; ok {
		return e.Value.(*boundedEntry[K, V]).value, true
	}
	var none V
	return none, false
}

// all is the entries, the oldest first.
func (b *bounded[K, V]) all() iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		for e := b.order.Front(); e != nil; e = e.Next() {
			if entry := e.Value.(*boundedEntry[K, V]); !yield(entry.key, entry.value) {
				return
			}
		}
	}
}

// put sets the value of key, makes it the youngest, and drops the oldest
// others while all together weigh more than the limit.
func (b *bounded[K, V]) put(key K, value V, weight int) {
	b.remove(key)
	b.entries[key] = b.order.PushBack(&boundedEntry[K, V]{key, value, weight})
	b.weight += weight
	for b.weight > b.limit && b.order.Len() > 1 {
		b.remove(b.order.Front().Value.(*boundedEntry[K, V]).key)
		b.onEvict()
	}
}

// remove forgets key.
func (b *bounded[K, V]) remove(key K) {
	if e, ok := b.entries[key]; ok {
		b.weight -= e.Value.(*boundedEntry[K, V]).weight
		b.order.Remove(e)
		delete(b.entries, key)
	}
}
