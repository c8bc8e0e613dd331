// The pages of deltas, by AVX2: see kernel_amd64.c.
#include <stdint.h>

// struct deltas is how far a page was read: type place in delta.go.
struct deltas {
	uint64_t value, least;
	int64_t at, left, row, widths;
	int32_t per_block, per_mini, minis, in_mini, width, fresh;
};

int flowscan_ready(void);
int64_t flowscan_mark(const uint8_t *src, int64_t len, struct deltas *d, const uint32_t *single, int single_shift, const uint32_t *block, int block_shift, int block_free,
		      int32_t *rows, int64_t *values, int64_t room);
int64_t flowscan_pick(const uint8_t *src, int64_t len, struct deltas *d, const int32_t *rows, int64_t n, int64_t *out);
int64_t flowscan_values(const uint8_t *src, int64_t len, struct deltas *d, int64_t *out, int64_t room);
