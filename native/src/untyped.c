/* What knows nothing of the type of element: words, draws from tables, and the library itself. */

#include "untyped.h"

#include <math.h>
#include <stdlib.h>

#include "checks.h"
#include "kernels_untyped.h"

#define DECLARE(isa) extern const struct kernels gs_##isa##_untyped;
#define ADDRESS(isa) &gs_##isa##_untyped,
EACH_ISA(DECLARE)
static const struct kernels *const tables[] = {EACH_ISA(ADDRESS)};

/* Run a kernel on items of so many elements each. */
#define RUN(name, items, elements, ...) \
    gs_run(tables[gs_chosen]->name, items, COST_##name * (double)(elements), GRAIN_##name, &(name){__VA_ARGS__})

uint32_t gs_version(void)
{
    return GS_VERSION_NUMBER;
}

uint32_t gs_stream_version(void)
{
    return GS_STREAM_VERSION;
}

const char *gs_strerror(int32_t status)
{
    switch (status) {
    case GS_OK: return "success";
    case GS_ERROR_NULL: return "a pointer is NULL that must not be";
    case GS_ERROR_SIZE:
        return "a size is negative, k is 0 (or, for an alias table, above 2^32 - 1), or there are "
               "more than 2^56 elements";
    case GS_ERROR_STREAM: return "the stream ends before the call does: offset + words must be at most 2^64";
    case GS_ERROR_TAU: return "tau must be finite, and at least the smallest normal number";
    case GS_ERROR_LOGITS: return "logits must be finite or -inf: one is NaN or +inf";
    case GS_ERROR_ROW: return "each row must have a logit above -inf: one has none";
    case GS_ERROR_SAMPLE: return "a sample is outside its range, or NaN";
    case GS_ERROR_LOC: return "loc must be finite";
    case GS_ERROR_SCALE: return "scale must be finite, and at least the smallest normal number";
    case GS_ERROR_TABLE: return "the table was not made for these rows and categories";
    case GS_ERROR_MEMORY: return "out of memory; outputs may have been written to";
    case GS_ERROR_THREADS: return "the number of threads must be at least 1";
    case GS_ERROR_ISA: return gs_isa_error;
    case GS_ERROR_LARGE: return "logits are so large that noise would lose its bits: subtract from each row its largest";
    case GS_ERROR_INDEX: return "index must be of a category, from 0 to k - 1, whose logit is above -inf";
    case GS_ERROR_PARAMETER: return "lam, trials or p of a count is outside its range, or NaN";
    default: return "not a status of gsampler";
    }
}

int32_t gs_bits(uint64_t seed, uint64_t stream, uint64_t offset, int64_t n, uint32_t *out)
{
    BEGIN;
    TRY(size(n));
    TRY(array(out, n));
    TRY(check_position(&offset, n, 1));
    RUN(fill_bits, n, 1, seed, stream, offset, out);
    return GS_OK;
}

int32_t gs_integers(uint64_t seed, uint64_t stream, uint64_t offset, const int64_t *low, const uint64_t *values,
                    int64_t n, int64_t draws, int64_t *out)
{
    int64_t elements;
    BEGIN;
    TRY(product(n, draws, &elements));
    TRY(array(low, elements));
    TRY(array(values, elements));
    TRY(array(out, elements));
    TRY(check_position(&offset, elements, 2));
    RUN(integers, elements, 1, seed, stream, offset, low, values, n, 0, out);
    return GS_OK;
}

/* ---- counts ---- */

static int32_t within(const double *x, int64_t n, double lowest, double highest)
{
    for (int64_t i = 0; i < n; i++)
        if (!(x[i] >= lowest && x[i] <= highest))
            return GS_ERROR_PARAMETER;
    return GS_OK;
}

static int32_t check_trials(const int64_t *trials, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        if (trials[i] < 0)
            return GS_ERROR_PARAMETER;
    return GS_OK;
}

/* Repeated draws of n: moves *offset up to their position, and gives their number. */
static int32_t check_counts(uint64_t *offset, int64_t n, int64_t draws, const int64_t *out, int64_t *elements)
{
    TRY(product(n, draws, elements));
    TRY(array(out, *elements));
    return check_position(offset, *elements, 2);
}

int32_t gs_poisson(uint64_t seed, uint64_t stream, uint64_t offset, const double *lam, int64_t n, int64_t draws,
                   int64_t *out)
{
    int64_t elements;
    BEGIN;
    TRY(check_counts(&offset, n, draws, out, &elements));
    TRY(array(lam, n));
    TRY(within(lam, n, 0, LARGEST_LAM));
    RUN(poisson, elements, 1, seed, stream, offset, lam, n, out);
    return GS_OK;
}

int32_t gs_binomial(uint64_t seed, uint64_t stream, uint64_t offset, const int64_t *trials, const double *p, int64_t n,
                    int64_t draws, int64_t *out)
{
    int64_t elements;
    BEGIN;
    TRY(check_counts(&offset, n, draws, out, &elements));
    TRY(array(trials, n));
    TRY(array(p, n));
    TRY(check_trials(trials, n));
    TRY(within(p, n, 0, 1));
    RUN(binomial, elements, 1, seed, stream, offset, trials, p, n, out);
    return GS_OK;
}

int32_t gs_geometric(uint64_t seed, uint64_t stream, uint64_t offset, const double *p, int64_t n, int64_t draws,
                     int64_t *out)
{
    int64_t elements;
    BEGIN;
    TRY(check_counts(&offset, n, draws, out, &elements));
    TRY(array(p, n));
    TRY(within(p, n, 0x1p-1074, 1));
    RUN(geometric, elements, 1, seed, stream, offset, p, n, out);
    return GS_OK;
}

/* The sum of weights is finite and above 0. */
static int32_t check_weights(const double *p, int64_t rows, int64_t k)
{
    for (int64_t r = 0; r < rows; r++) {
        double total = 0;
        TRY(within(p + r * k, k, 0, INFINITY));
        for (int64_t j = 0; j < k; j++)
            total += p[r * k + j];
        if (!(total > 0 && total < INFINITY))
            return GS_ERROR_PARAMETER;
    }
    return GS_OK;
}

int32_t gs_multinomial(uint64_t seed, uint64_t stream, uint64_t offset, const int64_t *trials, const double *p,
                       int64_t rows, int64_t k, int64_t draws, int64_t *counts)
{
    int64_t n, elements;
    BEGIN;
    TRY(of_rows(rows, k, &n));
    TRY(check_counts(&offset, n, draws, counts, &elements));
    TRY(array(trials, rows));
    TRY(array(p, n));
    TRY(check_trials(trials, rows));
    TRY(check_weights(p, rows, k));
    if (elements == 0)
        return GS_OK;
    double *rest = malloc(((size_t)n + 1) * sizeof *rest);
    if (rest == NULL)
        return GS_ERROR_MEMORY;
    RUN(sums_after, rows, k, k, p, rest);
    RUN(multinomial, rows * draws, k, seed, stream, offset, trials, rows, p, rest, rows, k, counts);
    free(rest);
    return GS_OK;
}

void gs_build_alias(int64_t rows, int64_t k, double *weights, uint64_t *table, int64_t *queue)
{
    tables[gs_chosen]->build_alias(0, rows, &(build_alias){k, weights, table, queue});
}

/* Draws from tables: moves *offset up to their position, and gives their number. */
static int32_t check_draws(uint64_t *offset, const uint64_t *table, int64_t rows, int64_t k, int64_t draws,
                           const int64_t *index, int64_t *n)
{
    int64_t elements;
    TRY(of_rows(rows, k, &elements));
    TRY(product(rows, draws, n));
    TRY(array(table, *n));
    TRY(array(index, *n));
    return check_position(offset, *n, 2);
}

int32_t gs_alias_draw(uint64_t seed, uint64_t stream, uint64_t offset, const uint64_t *table, int64_t rows, int64_t k,
                      int64_t draws, int64_t *index)
{
    int64_t n;
    BEGIN;
    TRY(k > ALIAS_MAX_K ? GS_ERROR_SIZE : GS_OK);
    TRY(check_draws(&offset, table, rows, k, draws, index, &n));
    RUN(draw_alias, n, 1, seed, stream, offset, k, rows, 0, rows, table, index);
    return GS_OK;
}

/* A table of sums holds rows * k sums, the total of each row, and how many of its sums are counted from below. */
static double *totals(uint64_t *table, int64_t rows, int64_t k)
{
    return (double *)(table + rows * k);
}

static int64_t *pivots(uint64_t *table, int64_t rows, int64_t k)
{
    return (int64_t *)(table + rows * k + rows);
}

void gs_build_sums(int64_t rows, int64_t k, uint64_t *table)
{
    RUN(build_cumulative, rows, k, k, (double *)table, pivots(table, rows, k), totals(table, rows, k));
}

int64_t gs_mark_indices(const int64_t *index, int64_t rows, int64_t k, int64_t top, uint64_t *marks)
{
    return RUN(mark_indices, rows, top, index, k, top, marks);
}

int32_t gs_cdf_draw(uint64_t seed, uint64_t stream, uint64_t offset, const uint64_t *table, int64_t rows, int64_t k,
                    int64_t draws, int64_t *index)
{
    int64_t n;
    BEGIN;
    TRY(check_draws(&offset, table, rows, k, draws, index, &n));
    if (n == 0)
        return GS_OK;
    const double *total = totals((uint64_t *)table, rows, k);
    const int64_t *pivot = pivots((uint64_t *)table, rows, k);
    for (int64_t r = 0; r < rows; r++) /* a search that starts from a wrong one would leave the table */
        if (pivot[r] < 0 || pivot[r] > k || !(total[r] > 0))
            return GS_ERROR_TABLE;
    RUN(draw_cumulative, n, 1, seed, stream, offset, k, rows, 0, rows, (const double *)table, pivot, total,
        index);
    return GS_OK;
}
