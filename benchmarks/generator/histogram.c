#include "histogram.h"

#define SUB_BUCKETS (1u << HISTOGRAM_SUB_BITS)

/* Below SUB_BUCKETS each value has a bucket of its own; above, the leading bits choose it. */
static unsigned bucket_of(uint64_t value)
{
	if (value < SUB_BUCKETS) {
		return (unsigned) value;
	}
	unsigned exponent = 63 - (unsigned) __builtin_clzll(value);
	unsigned shift = exponent - HISTOGRAM_SUB_BITS;
	return ((shift + 1) << HISTOGRAM_SUB_BITS) + (unsigned) ((value >> shift) - SUB_BUCKETS);
}

static uint64_t highest_value_in(unsigned bucket)
{
	if (bucket < SUB_BUCKETS) {
		return bucket;
	}
	unsigned shift = (bucket >> HISTOGRAM_SUB_BITS) - 1;
	uint64_t leading = (bucket & (SUB_BUCKETS - 1)) + SUB_BUCKETS;
	return ((leading + 1) << shift) - 1;
}

void histogram_record(struct histogram *histogram, uint64_t value)
{
	histogram->counts[bucket_of(value)]++;
	histogram->total++;
	if (value > histogram->max) {
		histogram->max = value;
	}
}

uint64_t histogram_quantile(const struct histogram *histogram, double share)
{
	uint64_t wanted = (uint64_t) (share * (double) histogram->total + 0.5);
	uint64_t seen = 0;
	for (unsigned bucket = 0; bucket < HISTOGRAM_BUCKETS; bucket++) {
		seen += histogram->counts[bucket];
		if (seen > 0 && seen >= wanted) {
			uint64_t value = highest_value_in(bucket);
			return value < histogram->max ? value : histogram->max;
		}
	}
	return histogram->max;
}
