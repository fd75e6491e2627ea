/* What code for both types of element shares. */

#ifndef GSAMPLER_PLAIN_H
#define GSAMPLER_PLAIN_H

#include <stdint.h>

#define ALIASES ((int64_t)UINT32_MAX) /* the most categories of an alias table */

/* Alias tables from weights, which are used up; queue is scratch for as many indices. */
void gs_build_aliases(int64_t rows, int64_t k, double *weights, uint64_t *table, int64_t *queue);

/* Cumulative sums of rows * k weights, in place; what else the table holds goes behind them. */
void gs_build_sums(int64_t rows, int64_t k, uint64_t *table);

/* The sum of n numbers, in the one order. */
double gs_sum(const double *x, int64_t n);

#endif
