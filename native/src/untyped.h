/* What code for both types of element shares. */

#ifndef GSAMPLER_UNTYPED_H
#define GSAMPLER_UNTYPED_H

#include <stdint.h>

/* Alias tables from weights, which are used up; queue is scratch for as many indices. */
void gs_build_alias(int64_t rows, int64_t k, double *weights, uint64_t *table, int64_t *queue);

/* Cumulative sums of rows * k weights, in place; what else the table holds goes behind them. */
void gs_build_sums(int64_t rows, int64_t k, uint64_t *table);

/* Marks of draws without replacement, of parts_of(k, 64) words a row; the first row that is invalid, or ALL_VALID. */
int64_t gs_mark_indices(const int64_t *index, int64_t rows, int64_t k, int64_t top, uint64_t *marks);

/* The sum of n numbers, in the one order. */
double gs_sum(const double *x, int64_t n);

#endif
