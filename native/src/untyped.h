/* What code for both types of element shares. */

#ifndef GSAMPLER_UNTYPED_H
#define GSAMPLER_UNTYPED_H

#include <stdint.h>

/* Alias tables from weights, which are used up; queue is scratch for as many indices. */
void gs_build_alias(int64_t rows, int64_t k, double *weights, uint64_t *table, int64_t *queue);

/* Cumulative sums of rows * k weights, in place; what else the table holds goes behind them. */
void gs_build_sums(int64_t rows, int64_t k, uint64_t *table);

/* The sum of n numbers, in the one order. */
double gs_sum(const double *x, int64_t n);

#endif
