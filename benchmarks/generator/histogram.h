/*
 * Counts durations in buckets whose width grows with the value: 128 per power of two, so that a quantile is off by less
 * than one percent whatever its size, and recording costs no more than a shift and an increment.
 */
#ifndef HISTOGRAM_H
#define HISTOGRAM_H

#include <stdint.h>

#define HISTOGRAM_SUB_BITS 7
#define HISTOGRAM_BUCKETS ((64 - HISTOGRAM_SUB_BITS + 1) << HISTOGRAM_SUB_BITS)

struct histogram {
	uint64_t total;
	uint64_t max;
	uint64_t counts[HISTOGRAM_BUCKETS];
};

void histogram_record(struct histogram *histogram, uint64_t value);

/* The value that the given share of all values does not exceed; 0 when there are none. */
uint64_t histogram_quantile(const struct histogram *histogram, double share);

#endif
