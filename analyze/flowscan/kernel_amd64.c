// What delta.go and sieve.go do, for processors with AVX2: a page of deltas is
// unpacked, summed up and held against a sieve 32 values at a time, without
// leaving the first cache. It is C because Go has no vectors. All results are
// those of the Go code, which the tests hold beside it.
//
// Nothing is read outside of the len bytes of a page: they come from a file
// that may be damaged.
#include "kernel.h"

#include <immintrin.h>
#include <string.h>

// All functions are compiled for AVX2, also those that have no vectors: the compiler uses
// older instructions for some of theirs, and to change between both takes a
// hundred cycles: the whole took two and a half times as long.
#define AVX2 __attribute__((target("avx2")))
#define PART AVX2 static inline __attribute__((always_inline))

enum {
	MINI = 32,   // values that are unpacked at once, as in delta.go
	SLIM = 25,   // the widest value that is within four bytes wherever it begins
	NARROW = 57, // and within eight
	BEHIND = 16, // bytes behind a miniblock that a load may reach
	COPY = MINI * 8 + BEHIND,
};

// struct cut says how eight values of one width are cut out of as many bytes as
// that: pairs by loads of 16 bytes, values by moving bytes and then bits.
static struct cut {
	uint8_t bytes[2][32];
	uint64_t bits[2][4];
	int at[4];
} cuts[NARROW + 1];

// struct slim says the same of values that are within four bytes.
static struct slim {
	uint8_t bytes[32];
	uint32_t bits[8];
} slims[SLIM + 1];

// flowscan_ready says whether the processor has AVX2. It is called once, before
// all others.
int flowscan_ready(void)
{
	for (int width = 0; width <= NARROW; width++) {
		struct cut *c = &cuts[width];
		for (int i = 0; i < 8; i++) {
			int bit = i * width;
			if (i % 2 == 0)
				c->at[i / 2] = bit / 8;
			for (int k = 0; k < 8; k++)
				c->bytes[i / 4][i % 4 * 8 + k] = bit / 8 - c->at[i / 2] + k;
			c->bits[i / 4][i % 4] = bit % 8;
			if (width > SLIM)
				continue;
			for (int k = 0; k < 4; k++)
				slims[width].bytes[i * 4 + k] = bit / 8 - i / 4 * (width / 2) + k;
			slims[width].bits[i] = bit % 8;
		}
	}
	return __builtin_cpu_supports("avx2") != 0;
}

// four is four of eight values.
PART __m256i four(const uint8_t *src, const struct cut *c, int half, __m256i mask)
{
	__m128i low = _mm_loadu_si128((const __m128i *)(src + c->at[2 * half]));
	__m128i high = _mm_loadu_si128((const __m128i *)(src + c->at[2 * half + 1]));
	__m256i bytes = _mm256_shuffle_epi8(_mm256_set_m128i(high, low), _mm256_loadu_si256((const __m256i *)c->bytes[half]));
	return _mm256_and_si256(_mm256_srlv_epi64(bytes, _mm256_loadu_si256((const __m256i *)c->bits[half])), mask);
}

// wide is one of the values that are wider than NARROW.
PART uint64_t wide(const uint8_t *src, int width, int i)
{
	int bit = i * width;
	uint64_t v;
	memcpy(&v, src + bit / 8, 8);
	v >>= bit % 8;
	if (bit % 8 > 0)
		v |= (uint64_t)src[bit / 8 + 8] << (64 - bit % 8);
	return width == 64 ? v : v & ((1ULL << width) - 1);
}

// unpack makes the values of a miniblock, of which the one before is the first
// argument, and returns the last. The sums of each four are made before what
// they follow is added, so that only one addition waits for the one before.
PART uint64_t unpack(uint64_t value, uint64_t least, const uint8_t *src, int width, uint64_t *out)
{
	if (width > NARROW) {
		for (int i = 0; i < MINI; i++)
			out[i] = value += least + wide(src, width, i);
		return value;
	}
	const struct cut *c = &cuts[width];
	const __m256i mask = _mm256_set1_epi64x((1ULL << width) - 1), more = _mm256_set1_epi64x(least), zero = _mm256_setzero_si256();
	__m256i before = _mm256_set1_epi64x(value);
	for (int i = 0; i < MINI; i += 8, src += width) {
		for (int half = 0; half < 2; half++) {
			__m256i v = _mm256_add_epi64(four(src, c, half, mask), more);
			v = _mm256_add_epi64(v, _mm256_slli_si256(v, 8));
			v = _mm256_add_epi64(v, _mm256_blend_epi32(zero, _mm256_permute4x64_epi64(v, 0x55), 0xf0));
			_mm256_storeu_si256((__m256i *)(out + i + 4 * half), _mm256_add_epi64(v, before));
			before = _mm256_add_epi64(before, _mm256_permute4x64_epi64(v, 0xff));
		}
	}
	return out[MINI - 1];
}

// slim_sums adds the values of a miniblock of at most SLIM bits to four sums.
PART __m256i slim_sums(__m256i sums, const uint8_t *src, int width)
{
	const struct slim *c = &slims[width];
	const __m256i bytes = _mm256_loadu_si256((const __m256i *)c->bytes), bits = _mm256_loadu_si256((const __m256i *)c->bits);
	const __m256i mask = _mm256_set1_epi32((1 << width) - 1);
	__m256i sum = _mm256_setzero_si256(); // of four values each: no more than 27 bits
	for (int i = 0; i < MINI; i += 8, src += width) {
		__m128i low = _mm_loadu_si128((const __m128i *)src), high = _mm_loadu_si128((const __m128i *)(src + width / 2));
		__m256i v = _mm256_srlv_epi32(_mm256_shuffle_epi8(_mm256_set_m128i(high, low), bytes), bits);
		sum = _mm256_add_epi32(sum, _mm256_and_si256(v, mask));
	}
	sums = _mm256_add_epi64(sums, _mm256_srli_epi64(sum, 32));
	return _mm256_add_epi64(sums, _mm256_and_si256(sum, _mm256_set1_epi64x(0xffffffff)));
}

// narrow_sums adds the values of a miniblock of at most NARROW bits to four sums.
PART __m256i narrow_sums(__m256i sums, const uint8_t *src, int width)
{
	const struct cut *c = &cuts[width];
	const __m256i mask = _mm256_set1_epi64x((1ULL << width) - 1);
	for (int i = 0; i < MINI; i += 8, src += width)
		sums = _mm256_add_epi64(sums, _mm256_add_epi64(four(src, c, 0, mask), four(src, c, 1, mask)));
	return sums;
}

// varint reads a number of 7 bits a byte whose lowest bit is the sign.
PART int varint(const uint8_t *src, int64_t len, int64_t *at, uint64_t *out)
{
	uint64_t v = 0;
	for (int shift = 0; shift < 64 && *at < len; shift += 7) {
		uint8_t b = src[(*at)++];
		if (shift == 63 && b > 1)
			return 0;
		v |= (uint64_t)(b & 0x7f) << shift;
		if (b < 0x80) {
			*out = v >> 1 ^ -(v & 1);
			return 1;
		}
	}
	return 0;
}

// prepare goes on to the next miniblock where the one at hand is used up. It
// returns 0 where the page has not what it says.
PART int prepare(const uint8_t *src, int64_t len, struct deltas *d)
{
	if (d->in_mini == 0) {
		if (d->minis == 0) {
			if (!varint(src, len, &d->at, &d->least) || len - d->at < d->per_block)
				return 0;
			d->widths = d->at;
			d->at += d->per_block;
			d->minis = d->per_block;
		}
		d->width = src[d->widths++];
		d->minis--;
		d->in_mini = d->per_mini;
	}
	return d->width <= 64 && MINI / 8 * d->width <= len - d->at;
}

// ahead is the miniblock at hand, in a copy where a load could reach behind the page.
PART const uint8_t *ahead(const uint8_t *src, int64_t len, const struct deltas *d, uint8_t *copy)
{
	int64_t left = len - d->at;
	if (left >= MINI / 8 * d->width + BEHIND)
		return src + d->at;
	memset(copy, 0, COPY);
	memcpy(copy, src + d->at, left);
	return copy;
}

// advance goes behind the miniblock at hand, and returns how many values of the
// page it has: fewer than MINI at its end.
PART int advance(struct deltas *d)
{
	int n = d->left < MINI ? d->left : MINI;
	d->at += MINI / 8 * d->width;
	d->in_mini -= MINI;
	d->left -= n;
	d->row += n;
	return n;
}

// next makes the next values and returns how many it were: fewer than MINI at
// both ends of a page; -1 where the page is damaged.
PART int next(const uint8_t *src, int64_t len, struct deltas *d, uint64_t *out)
{
	if (d->fresh) {
		d->fresh = 0;
		for (int i = 0; i < MINI; i++)
			out[i] = d->value;
		d->left--;
		d->row++;
		return 1;
	}
	if (!prepare(src, len, d))
		return -1;
	uint8_t copy[COPY];
	d->value = unpack(d->value, d->least, ahead(src, len, d, copy), d->width, out);
	return advance(d);
}

// pass goes on to the miniblock that has a row, or to the end of the page. What
// it passes is only summed up. It returns 0 where the page is damaged.
PART int pass(const uint8_t *src, int64_t len, struct deltas *place, int64_t row)
{
	struct deltas d = *place;
	__m256i sums = _mm256_setzero_si256();
	if (d.fresh && row > d.row) {
		d.fresh = 0;
		d.left--;
		d.row++;
	}
	while (!d.fresh && row - d.row >= MINI && d.left > 0) {
		if (!prepare(src, len, &d))
			return 0;
		uint8_t copy[COPY];
		const uint8_t *at = ahead(src, len, &d, copy);
		d.value += MINI * d.least;
		if (d.width <= SLIM)
			sums = slim_sums(sums, at, d.width);
		else if (d.width <= NARROW)
			sums = narrow_sums(sums, at, d.width);
		else
			for (int i = 0; i < MINI; i++)
				d.value += wide(at, d.width, i);
		advance(&d);
	}
	uint64_t part[4];
	_mm256_storeu_si256((__m256i *)part, sums);
	d.value += part[0] + part[1] + part[2] + part[3];
	*place = d;
	return 1;
}

// eight are words of a sieve. The processors' own instruction for it takes longer
// where it is of many small steps.
PART __m256i eight(const uint32_t *sieve, __m256i places)
{
	uint32_t at[8];
	_mm256_storeu_si256((__m256i *)at, places);
	__m128i two[4];
	for (int i = 0; i < 4; i++)
		two[i] = _mm_insert_epi32(_mm_cvtsi32_si128(sieve[at[2 * i]]), sieve[at[2 * i + 1]], 1);
	return _mm256_set_m128i(_mm_unpacklo_epi64(two[2], two[3]), _mm_unpacklo_epi64(two[0], two[1]));
}

// held are those of MINI values that a sieve holds: one bit for each.
PART uint32_t held(const uint32_t *sieve, int shift, int unused, const uint64_t *values)
{
	const __m256i factor = _mm256_set1_epi32(0x9e3779b1), low5 = _mm256_set1_epi32(31);
	const __m128i place = _mm_cvtsi32_si128(shift), lowest = _mm_cvtsi32_si128(unused);
	uint32_t found = 0;
	for (int i = 0; i < MINI; i += 8) {
		__m256i a = _mm256_loadu_si256((const __m256i *)(values + i)), b = _mm256_loadu_si256((const __m256i *)(values + i + 4));
		if (unused) {
			a = _mm256_srl_epi64(a, lowest);
			b = _mm256_srl_epi64(b, lowest);
		}
		__m256i low = _mm256_castps_si256(_mm256_shuffle_ps(_mm256_castsi256_ps(a), _mm256_castsi256_ps(b), 0x88));
		__m256i high = _mm256_castps_si256(_mm256_shuffle_ps(_mm256_castsi256_ps(a), _mm256_castsi256_ps(b), 0xdd));
		__m256i hash = _mm256_mullo_epi32(_mm256_xor_si256(low, high), factor);
		__m256i word = eight(sieve, _mm256_srl_epi32(hash, place));
		__m256i both = _mm256_and_si256(_mm256_sllv_epi32(word, _mm256_and_si256(_mm256_srli_epi32(hash, 11), low5)),
						_mm256_sllv_epi32(word, _mm256_and_si256(_mm256_srli_epi32(hash, 6), low5)));
		found |= (uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(both)) << i;
	}
	// The shuffles have left the eight in the order 0 1 4 5 2 3 6 7.
	return (found & 0xc3c3c3c3) | (found & 0x0c0c0c0c) << 2 | (found & 0x30303030) >> 2;
}

// flowscan_mark appends the values that may be wanted, and their rows, until
// the page ends or there is room for fewer than MINI. A sieve may be NULL. It
// returns how many it were, -1 where the page is damaged.
AVX2 int64_t flowscan_mark(const uint8_t *src, int64_t len, struct deltas *place, const uint32_t *single, int single_shift, const uint32_t *block, int block_shift, int block_free,
			   int32_t *rows, int64_t *values, int64_t room)
{
	struct deltas d = *place;
	int64_t found = 0;
	while (d.left > 0 && room - found >= MINI) {
		uint64_t v[MINI];
		int64_t row = d.row;
		int n = next(src, len, &d, v);
		if (n < 0)
			return -1;
		uint32_t bits = single ? held(single, single_shift, 0, v) : 0;
		if (block)
			bits |= held(block, block_shift, block_free, v);
		for (bits &= 0xffffffff >> (MINI - n); bits; bits &= bits - 1) {
			int i = __builtin_ctz(bits);
			rows[found] = row + i;
			values[found++] = v[i];
		}
	}
	*place = d;
	return found;
}

// flowscan_pick makes the values of n rows, which are in order, as far as the
// page has them. It returns how many it were, -1 where the page is damaged.
AVX2 int64_t flowscan_pick(const uint8_t *src, int64_t len, struct deltas *place, const int32_t *rows, int64_t n, int64_t *out)
{
	struct deltas d = *place;
	int64_t picked = 0;
	while (picked < n && d.left > 0) {
		if (rows[picked] < d.row || !pass(src, len, &d, rows[picked]))
			return -1;
		int64_t row = d.row;
		uint64_t v[MINI];
		if (d.left > 0 && next(src, len, &d, v) < 0)
			return -1;
		for (; picked < n && rows[picked] >= row && rows[picked] < d.row; picked++)
			out[picked] = v[rows[picked] - row];
	}
	*place = d;
	return picked;
}

// flowscan_values makes all values, until the page ends or there is room for
// fewer than MINI. It returns how many it were, -1 where the page is damaged.
AVX2 int64_t flowscan_values(const uint8_t *src, int64_t len, struct deltas *place, int64_t *out, int64_t room)
{
	struct deltas d = *place;
	int64_t done = 0;
	while (d.left > 0 && room - done >= MINI) {
		int n = next(src, len, &d, (uint64_t *)out + done);
		if (n < 0)
			return -1;
		done += n;
	}
	*place = d;
	return done;
}
