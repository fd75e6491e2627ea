/* Everything that has a type of element; compiled twice, with -DREAL=32 and -DREAL=64. */

#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "checks.h"
#include "inner.h"
#include "untyped.h"

#if REAL == 32
typedef float T;
#define SUFFIX f32
#define WIDTH 1 /* words of an element */
#define LEAST FLT_MIN
#define LARGE_LOGIT LARGE_LOGIT_F32
#elif REAL == 64
typedef double T;
#define SUFFIX f64
#define WIDTH 2
#define LEAST DBL_MIN
#define LARGE_LOGIT LARGE_LOGIT_F64
#endif

#include "kernels_typed.h"

#define JOIN_(a, b) a##_##b
#define JOIN(a, b) JOIN_(a, b)
#define GS(name) JOIN(gs_##name, SUFFIX)
#define INNER(name) JOIN(gs_inner_##name, SUFFIX)

#define DECLARE(isa) extern const struct kernels JOIN(gs_##isa, SUFFIX);
#define ADDRESS(isa) &JOIN(gs_##isa, SUFFIX),
EACH_ISA(DECLARE)
static const struct kernels *const tables[] = {EACH_ISA(ADDRESS)};

#define KERNEL(name) (tables[gs_chosen]->name)
/* Run a kernel on items of so many elements each. */
#define RUN(name, items, elements, ...) \
    gs_run(KERNEL(name), items, COST_##name * (double)(elements), GRAIN_##name, &(name){__VA_ARGS__})

/* ---- checks ---- */

static int good_scale(T x)
{
    return x >= LEAST && x < (T)INFINITY;
}

static int32_t check_tau(T tau)
{
    return good_scale(tau) ? GS_OK : GS_ERROR_TAU;
}

static int32_t check_taus(const T *tau, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        TRY(check_tau(tau[i]));
    return GS_OK;
}

/* The first row with NaN or +inf, or with -inf alone; or ALL_VALID. */
static int64_t first_invalid_row(const T *logits, int64_t rows, int64_t k)
{
    return RUN(check_rows, rows, k, logits, k);
}

/* What is wrong with that row. */
static int32_t row_status(const T *logits, int64_t k, int64_t row)
{
    if (row == ALL_VALID)
        return GS_OK;
    for (int64_t j = 0; j < k; j++)
        if (!(logits[row * k + j] < (T)INFINITY))
            return GS_ERROR_LOGITS;
    return GS_ERROR_ROW;
}

static int32_t check_all_rows(const T *logits, int64_t rows, int64_t k)
{
    return row_status(logits, k, first_invalid_row(logits, rows, k));
}

/* The same for rows that noise is added to. */
static int32_t check_rows_to_be_perturbed(const T *logits, int64_t rows, int64_t k)
{
    if (RUN(check_rows_to_perturb, rows, k, logits, k) == ALL_VALID)
        return GS_OK;
    const int32_t status = check_all_rows(logits, rows, k);
    return status == GS_OK ? GS_ERROR_LARGE : status;
}

/* Where the values of logits are checked: before anything is written, or by the kernel as it reads them. */
enum when { BEFORE, WITHIN };

static int32_t check_elements(const T *logits, int64_t n)
{
    return RUN(check_logits, n, 1, logits) == ALL_VALID ? GS_OK : GS_ERROR_LOGITS;
}

static int32_t check_soft(const T *soft, int64_t n)
{
    return RUN(check_unit, n, 1, soft) == ALL_VALID ? GS_OK : GS_ERROR_SAMPLE;
}

static int32_t check_log_probabilities(const T *log_probs, int64_t n)
{
    return RUN(check_log_probs, n, 1, log_probs) == ALL_VALID ? GS_OK : GS_ERROR_SAMPLE;
}

static int32_t require_not_nan(const T *x, int64_t n)
{
    return RUN(check_not_nan, n, 1, x) == ALL_VALID ? GS_OK : GS_ERROR_SAMPLE;
}

int32_t GS(check_logits)(const T *logits, int64_t rows, int64_t k, int64_t *row)
{
    int64_t n, first;
    BEGIN;
    TRY(of_rows(rows, k, &n));
    TRY(array(logits, n));
    first = first_invalid_row(logits, rows, k);
    if (row != NULL)
        *row = first == ALL_VALID ? -1 : first;
    return row_status(logits, k, first);
}

/* ---- noise ---- */

#define NOISE(name)                                                                      \
    int32_t GS(name)(uint64_t seed, uint64_t stream, uint64_t offset, int64_t n, T *out) \
    {                                                                                    \
        BEGIN;                                                                           \
        TRY(size(n));                                                                    \
        TRY(array(out, n));                                                              \
        TRY(check_position(&offset, n, WIDTH));                                                   \
        RUN(fill_##name, n, 1, seed, stream, offset, NULL, out);                         \
        return GS_OK;                                                                    \
    }

EACH_NOISE(NOISE)

/* ---- rows that have places of their own ---- */

struct places {
    const uint64_t *seeds, *streams, *offsets;
    int64_t seed_count, stream_count, offset_count, rows, k, column_count;
    const int64_t *columns, *indptr;
};

static int64_t row_begin(const struct places *p, int64_t r)
{
    return p->indptr == NULL ? r * p->k : p->indptr[r];
}

static int32_t one_or_each(const uint64_t *array_, int64_t count, int64_t rows)
{
    if (count != 1 && count != rows)
        return GS_ERROR_SIZE;
    return array(array_, rows == 0 ? 0 : count);
}

/* The columns of a row, or NULL. */
static const int64_t *columns_of_row(const struct places *p, int64_t r)
{
    return p->column_count == 0 ? NULL : p->columns + (p->column_count == p->rows ? row_begin(p, r) : 0);
}

/* The number of elements, and whether all of them are in the stream; columns are not below `least`. */
static int32_t check_places(const struct places *p, int64_t least, int64_t *elements)
{
    const int64_t rows = p->rows;
    if (p->indptr == NULL) {
        TRY(of_rows(rows, p->k, elements));
    } else {
        TRY(size(rows));
        TRY(p->indptr[0] != 0 ? GS_ERROR_SIZE : GS_OK);
        for (int64_t r = 0; r < rows; r++)
            TRY(p->indptr[r + 1] < p->indptr[r] ? GS_ERROR_SIZE : GS_OK);
        *elements = p->indptr[rows];
        TRY(size(*elements));
    }
    TRY(one_or_each(p->seeds, p->seed_count, rows));
    TRY(one_or_each(p->streams, p->stream_count, rows));
    TRY(one_or_each(p->offsets, p->offset_count, rows));
    if (p->column_count != 0 && p->column_count != rows && (p->column_count != 1 || p->indptr != NULL))
        return GS_ERROR_SIZE;
    TRY(array(p->columns, p->column_count == 0 || rows == 0 ? 0 : p->column_count == rows ? *elements : p->k));
    for (int64_t r = 0; r < rows; r++) {
        const int64_t m = row_begin(p, r + 1) - row_begin(p, r), *columns = columns_of_row(p, r);
        int64_t used = columns == NULL ? m : 0;
        for (int64_t j = 0; columns != NULL && j < m; j++) {
            TRY(columns[j] < least ? GS_ERROR_INDEX : GS_OK);
            used = columns[j] >= used ? columns[j] == INT64_MAX ? INT64_MAX : columns[j] + 1 : used;
        }
        if (WIDTH == 2 && used > 0 && used == INT64_MAX)
            return GS_ERROR_STREAM;
        uint64_t offset = p->offsets[p->offset_count == 1 ? 0 : r];
        TRY(check_position(&offset, used, WIDTH));
    }
    return GS_OK;
}

#define PLACES                                                                                                    \
    {                                                                                                             \
        seeds, streams, offsets, seed_count, stream_count, offset_count, rows, k, column_count, columns, indptr,  \
    }
/* Rows that have a seed, a stream and an offset each, and all their columns in order. */
#define EACH_ROW                                                                          \
    (struct places)                                                                       \
    {                                                                                     \
        seeds, streams, offsets, rows, rows, rows, rows, k, 0, NULL, NULL,                \
    }
#define STEP(count) (count != 1)
/* Run a kernel on places. */
#define RUN_PLACES(name, ...)                                                                                     \
    RUN(name, places.rows, places.rows == 0 ? 1 : elements / places.rows + 1, places.seeds,                       \
        STEP(places.seed_count), places.streams, STEP(places.stream_count), places.offsets,                       \
        STEP(places.offset_count), places.column_count == 0 ? NULL : places.columns,                              \
        places.column_count == places.rows, places.indptr, places.k, __VA_ARGS__)

#define NOISE_ROWS(name)                                                                                          \
    int32_t GS(name##_rows)(const uint64_t *seeds, int64_t seed_count, const uint64_t *streams, int64_t stream_count, \
                            const uint64_t *offsets, int64_t offset_count, int64_t rows, int64_t k,               \
                            const int64_t *columns, int64_t column_count, const int64_t *indptr, T *out)          \
    {                                                                                                             \
        const struct places places = PLACES;                                                                      \
        int64_t elements;                                                                                         \
        BEGIN;                                                                                                    \
        TRY(check_places(&places, 0, &elements));                                                                 \
        TRY(array(out, elements));                                                                                \
        RUN_PLACES(fill_##name##_rows, out);                                                                      \
        return GS_OK;                                                                                             \
    }

EACH_NOISE(NOISE_ROWS)

/* A row that has alternatives has one above -inf, and none so large that a sum would lose bits of the noise. */
static int32_t check_alternatives(const struct places *p, const T *logits)
{
    for (int64_t r = 0; r < p->rows; r++) {
        const int64_t first = row_begin(p, r), m = row_begin(p, r + 1) - first, *columns = columns_of_row(p, r);
        int some = 0;
        T top = (T)-INFINITY;
        for (int64_t j = 0; j < m; j++) {
            if (columns != NULL && columns[j] < 0)
                continue;
            some = 1;
            top = logits[first + j] > top ? logits[first + j] : top;
        }
        if (some && top == (T)-INFINITY)
            return GS_ERROR_ROW;
        if (some && !(top < LARGE_LOGIT && top > -LARGE_LOGIT))
            return GS_ERROR_LARGE;
    }
    return GS_OK;
}

static int32_t check_values(const struct places *p, const T *logits, int64_t elements)
{
    TRY(check_elements(logits, elements));
    return check_alternatives(p, logits);
}

/* Whether each row has a category: the kernel gives those that are all -inf none. */
static int have_indices(const int64_t *index, int64_t rows)
{
    int some_have_none = 0;
    for (int64_t r = 0; r < rows; r++)
        some_have_none |= index[r] < 0;
    return !some_have_none;
}

static int32_t max_places(const struct places places, enum when when, const T *logits, int64_t *index, T *maximum)
{
    int64_t elements;
    BEGIN;
    TRY(check_places(&places, -1, &elements));
    TRY(array(logits, elements));
    TRY(array(index, places.rows));
    if (when == WITHIN && RUN_PLACES(gumbel_max_rows, logits, 1, index, maximum) == ALL_VALID &&
        have_indices(index, places.rows))
        return GS_OK;
    TRY(check_values(&places, logits, elements));
    RUN_PLACES(gumbel_max_rows, logits, 0, index, maximum);
    return GS_OK;
}

int32_t GS(gumbel_max_rows)(const uint64_t *seeds, int64_t seed_count, const uint64_t *streams, int64_t stream_count,
                            const uint64_t *offsets, int64_t offset_count, int64_t rows, int64_t k,
                            const int64_t *columns, int64_t column_count, const int64_t *indptr, const T *logits,
                            int64_t *index, T *maximum)
{
    return max_places((struct places)PLACES, BEFORE, logits, index, maximum);
}

int32_t INNER(gumbel_max_rows)(const uint64_t *seeds, const uint64_t *streams, const uint64_t *offsets, int64_t rows,
                               int64_t k, const T *logits, int64_t *index)
{
    return max_places(EACH_ROW, WITHIN, logits, index, NULL);
}

/* ---- categories ---- */

int32_t GS(bernoulli)(uint64_t seed, uint64_t stream, uint64_t offset, const T *logits, int64_t n, int64_t draws,
                      uint8_t *out)
{
    int64_t elements;
    BEGIN;
    TRY(product(n, draws, &elements));
    TRY(array(logits, n));
    TRY(array(out, elements));
    TRY(check_position(&offset, elements, WIDTH));
    TRY(check_elements(logits, n));
    RUN(bernoulli, elements, 1, seed, stream, offset, logits, n, 0, out);
    return GS_OK;
}

/* Rows so long, or so few, that each is split among threads. */
static int32_t by_parts(gumbel_max row, int64_t rows, int64_t *index, T *maximum)
{
    const int64_t parts = parts_of(row.k, SPLIT_PART_K), period = row.period;
    const T *logits = row.logits;
    const uint64_t offset = row.offset;
    int64_t *found = malloc((size_t)parts * sizeof *found);
    T *best = malloc((size_t)parts * sizeof *best);
    if (found == NULL || best == NULL) {
        free(found);
        free(best);
        return GS_ERROR_MEMORY;
    }
    row.period = 1;
    row.parts = parts;
    row.part = SPLIT_PART_K;
    row.index = found;
    row.best = best;
    for (int64_t r = 0; r < rows; r++) {
        row.logits = logits + r % period * row.k;
        row.offset = offset + (uint64_t)r * (uint64_t)row.k * WIDTH;
        gs_run(KERNEL(gumbel_max), parts, COST_gumbel_max * SPLIT_PART_K, 1, &row);
        int64_t winner = 0;
        for (int64_t i = 1; i < parts; i++)
            winner = best[i] > best[winner] ? i : winner;
        index[r] = found[winner];
        if (maximum != NULL)
            maximum[r] = best[winner];
    }
    free(found);
    free(best);
    return GS_OK;
}

static int32_t max_rows(enum when when, uint64_t seed, uint64_t stream, uint64_t offset, const T *logits, int64_t rows,
                        int64_t k, int64_t draws, int64_t *index, T *maximum)
{
    int64_t n, all, elements;
    BEGIN;
    TRY(of_rows(rows, k, &n));
    TRY(product(rows, draws, &all));
    TRY(product(all, k, &elements));
    TRY(array(logits, n));
    TRY(array(index, all));
    TRY(check_position(&offset, elements, WIDTH));
    const int64_t threads = gs_get_num_threads();
    const int is_split = threads > 1 && k > SPLIT_MIN_K && all < 2 * threads;
    gumbel_max arguments = {seed, stream, offset, logits, k, rows, 1, k, 1, index, maximum};
    if (when == WITHIN && !is_split &&
        gs_run(KERNEL(gumbel_max), all, COST_gumbel_max * (double)k, 1, &arguments) == ALL_VALID)
        return GS_OK;
    TRY(check_rows_to_be_perturbed(logits, rows, k));
    arguments.check = 0;
    if (is_split)
        return by_parts(arguments, all, index, maximum);
    gs_run(KERNEL(gumbel_max), all, COST_gumbel_max * (double)k, 1, &arguments);
    return GS_OK;
}

int32_t GS(gumbel_max)(uint64_t seed, uint64_t stream, uint64_t offset, const T *logits, int64_t rows, int64_t k,
                       int64_t draws, int64_t *index, T *maximum)
{
    return max_rows(BEFORE, seed, stream, offset, logits, rows, k, draws, index, maximum);
}

int32_t INNER(categorical)(uint64_t seed, uint64_t stream, const T *logits, int64_t rows, int64_t k, int64_t *index)
{
    return max_rows(WITHIN, seed, stream, 0, logits, rows, k, 1, index, NULL);
}

int32_t GS(categorical)(uint64_t seed, uint64_t stream, uint64_t offset, const T *logits, int64_t rows, int64_t k,
                        int64_t *index)
{
    return GS(gumbel_max)(seed, stream, offset, logits, rows, k, 1, index, NULL);
}

/* Whether each row has so many categories above -inf. */
static int have_categories(const T *logits, int64_t rows, int64_t k, int64_t top)
{
    for (int64_t r = 0; r < rows; r++) {
        int64_t n = 0;
        for (int64_t j = 0; j < k; j++)
            n += logits[r * k + j] > (T)-INFINITY;
        if (n < top)
            return 0;
    }
    return 1;
}

int32_t GS(gumbel_top_k)(uint64_t seed, uint64_t stream, uint64_t offset, const T *logits, int64_t rows, int64_t k,
                         int64_t draws, int64_t top, int64_t *index, T *sums)
{
    int64_t n, all, elements, results;
    BEGIN;
    TRY(of_rows(rows, k, &n));
    TRY(product(rows, draws, &all));
    TRY(product(all, k, &elements));
    TRY(product(all, top, &results));
    TRY(top > k ? GS_ERROR_SIZE : GS_OK);
    TRY(array(logits, n));
    TRY(array(index, results));
    TRY(array(sums, results));
    TRY(check_position(&offset, top == 0 ? 0 : elements, WIDTH));
    TRY(check_rows_to_be_perturbed(logits, rows, k));
    TRY(have_categories(logits, rows, k, top) ? GS_OK : GS_ERROR_SIZE);
    if (results > 0)
        RUN(gumbel_top_k, all, k, seed, stream, offset, logits, k, rows, top, 0, index, sums);
    return GS_OK;
}

/* Whether each row has so many categories above -inf that a column does not mask. */
static int have_alternatives(const struct places *p, const T *logits, int64_t top)
{
    for (int64_t r = 0; r < p->rows; r++) {
        const int64_t first = row_begin(p, r), m = row_begin(p, r + 1) - first, *columns = columns_of_row(p, r);
        int64_t n = 0;
        for (int64_t j = 0; j < m; j++)
            n += logits[first + j] > (T)-INFINITY && (columns == NULL || columns[j] >= 0);
        if (n < top)
            return 0;
    }
    return 1;
}

int32_t GS(gumbel_top_k_rows)(const uint64_t *seeds, int64_t seed_count, const uint64_t *streams, int64_t stream_count,
                              const uint64_t *offsets, int64_t offset_count, int64_t rows, int64_t k,
                              const int64_t *columns, int64_t column_count, const int64_t *indptr, const T *logits,
                              int64_t top, int64_t *index, T *sums)
{
    const struct places places = PLACES;
    int64_t elements, results;
    BEGIN;
    TRY(check_places(&places, -1, &elements));
    TRY(product(rows, top, &results));
    TRY(array(logits, elements));
    TRY(array(index, results));
    TRY(array(sums, results));
    TRY(check_elements(logits, elements));
    TRY(check_alternatives(&places, logits));
    TRY(have_alternatives(&places, logits, top) ? GS_OK : GS_ERROR_SIZE);
    if (results > 0)
        RUN_PLACES(gumbel_top_k_rows, logits, top, 0, index, sums);
    return GS_OK;
}

/* ---- tables ---- */

struct alias_rows {
    const T *logits;
    int64_t k;
    uint64_t *table;
};

static int64_t alias_rows(int64_t start, int64_t stop, const void *arguments)
{
    const struct alias_rows *a = arguments;
    const int64_t k = a->k, together = k < 4 * CHUNK ? 4 * CHUNK / k : 1;
    double *weight = malloc((size_t)(together * k) * sizeof *weight);
    int64_t *queue = malloc((size_t)(together * k) * sizeof *queue);
    const int64_t invalid = weight != NULL && queue != NULL ? ALL_VALID : start;
    for (int64_t r = start; r < stop && invalid == ALL_VALID; r += together) {
        const int64_t rows = least(stop - r, together);
        KERNEL(weights)(0, rows, &(weights){a->logits + r * k, k, weight});
        gs_build_alias(rows, k, weight, a->table + 2 * r * k, queue);
    }
    free(weight);
    free(queue);
    return invalid;
}

int32_t GS(alias_table)(const T *logits, int64_t rows, int64_t k, uint64_t *table)
{
    int64_t n;
    BEGIN;
    TRY(of_rows(rows, k, &n));
    TRY(k > ALIAS_MAX_K ? GS_ERROR_SIZE : GS_OK);
    TRY(array(logits, n));
    TRY(array(table, n));
    TRY(check_all_rows(logits, rows, k));
    const struct alias_rows arguments = {logits, k, table};
    return n == 0 || gs_run(alias_rows, rows, COST_build_alias * (double)k, 1, &arguments) == ALL_VALID ? GS_OK : GS_ERROR_MEMORY;
}

int32_t GS(cdf_table)(const T *logits, int64_t rows, int64_t k, uint64_t *table)
{
    int64_t n;
    BEGIN;
    TRY(of_rows(rows, k, &n));
    TRY(array(logits, n));
    TRY(array(table, n));
    TRY(check_all_rows(logits, rows, k));
    if (n == 0)
        return GS_OK;
    RUN(weights, rows, k, logits, k, (double *)table);
    gs_build_sums(rows, k, table);
    return GS_OK;
}

/* ---- relaxed categories ---- */

static int32_t temper(const T *x, int64_t rows, int64_t k, const T *tau, int64_t per_item, T *soft, int64_t *index)
{
    int64_t n;
    BEGIN;
    TRY(of_rows(rows, k, &n));
    TRY(array(x, n));
    TRY(array(tau, per_item ? rows : 1));
    TRY(array(soft, n));
    TRY(check_taus(tau, per_item ? rows : 1));
    TRY(check_all_rows(x, rows, k));
    RUN(softmax, rows, k, x, k, tau, per_item, 0, soft, index);
    return GS_OK;
}

int32_t GS(softmax)(const T *x, int64_t rows, int64_t k, T tau, T *soft, int64_t *index)
{
    return temper(x, rows, k, &tau, 0, soft, index);
}

int32_t GS(softmax_taus)(const T *x, int64_t rows, int64_t k, const T *tau, T *soft, int64_t *index)
{
    return temper(x, rows, k, tau, 1, soft, index);
}

static int32_t relax(enum when when, uint64_t seed, uint64_t stream, uint64_t offset, const T *logits, int64_t rows,
                     int64_t k, const T *tau, int64_t per_item, T *soft, int64_t *index)
{
    int64_t n;
    BEGIN;
    TRY(of_rows(rows, k, &n));
    TRY(array(logits, n));
    TRY(array(tau, per_item ? rows : 1));
    TRY(array(soft, n));
    TRY(check_position(&offset, n, WIDTH));
    TRY(check_taus(tau, per_item ? rows : 1));
    if (when == WITHIN && RUN(gumbel_softmax, rows, k, seed, stream, offset, logits, k, tau, per_item, 1, soft,
                              index) == ALL_VALID)
        return GS_OK;
    TRY(check_rows_to_be_perturbed(logits, rows, k));
    RUN(gumbel_softmax, rows, k, seed, stream, offset, logits, k, tau, per_item, 0, soft, index);
    return GS_OK;
}

int32_t GS(gumbel_softmax)(uint64_t seed, uint64_t stream, uint64_t offset, const T *logits, int64_t rows, int64_t k,
                           T tau, T *soft, int64_t *index)
{
    return relax(BEFORE, seed, stream, offset, logits, rows, k, &tau, 0, soft, index);
}

int32_t GS(gumbel_softmax_taus)(uint64_t seed, uint64_t stream, uint64_t offset, const T *logits, int64_t rows,
                                int64_t k, const T *tau, T *soft, int64_t *index)
{
    return relax(BEFORE, seed, stream, offset, logits, rows, k, tau, 1, soft, index);
}

int32_t INNER(gumbel_softmax)(uint64_t seed, uint64_t stream, const T *logits, int64_t rows, int64_t k, const T *tau,
                              int64_t per_row, T *soft, int64_t *index)
{
    return relax(WITHIN, seed, stream, 0, logits, rows, k, tau, per_row, soft, index);
}

static int32_t relax_places(const struct places places, enum when when, const T *logits, const T *tau, int64_t per_item,
                            T *soft, int64_t *index)
{
    int64_t elements;
    BEGIN;
    TRY(check_places(&places, -1, &elements));
    TRY(array(logits, elements));
    TRY(array(tau, per_item ? places.rows : 1));
    TRY(array(soft, elements));
    TRY(check_taus(tau, per_item ? places.rows : 1));
    if (when == WITHIN && RUN_PLACES(gumbel_softmax_rows, logits, tau, per_item, 1, soft, index) == ALL_VALID)
        return GS_OK;
    TRY(check_values(&places, logits, elements));
    RUN_PLACES(gumbel_softmax_rows, logits, tau, per_item, 0, soft, index);
    return GS_OK;
}

int32_t GS(gumbel_softmax_rows)(const uint64_t *seeds, int64_t seed_count, const uint64_t *streams,
                                int64_t stream_count, const uint64_t *offsets, int64_t offset_count,
                                int64_t rows, int64_t k, const int64_t *columns, int64_t column_count,
                                const int64_t *indptr, const T *logits, T tau, T *soft, int64_t *index)
{
    return relax_places((struct places)PLACES, BEFORE, logits, &tau, 0, soft, index);
}

int32_t GS(gumbel_softmax_rows_taus)(const uint64_t *seeds, int64_t seed_count, const uint64_t *streams,
                                     int64_t stream_count, const uint64_t *offsets, int64_t offset_count,
                                     int64_t rows, int64_t k, const int64_t *columns, int64_t column_count,
                                     const int64_t *indptr, const T *logits, const T *tau, T *soft, int64_t *index)
{
    return relax_places((struct places)PLACES, BEFORE, logits, tau, 1, soft, index);
}

int32_t INNER(gumbel_softmax_rows)(const uint64_t *seeds, const uint64_t *streams, const uint64_t *offsets, int64_t rows,
                                   int64_t k, const T *logits, const T *tau, int64_t per_row, T *soft, int64_t *index)
{
    return relax_places(EACH_ROW, WITHIN, logits, tau, per_row, soft, index);
}

/* The sum of terms in float64, over CHUNK at a time. */
static double sum(const T *terms, int64_t n)
{
    double total;
    KERNEL(sum_rows)(0, 1, &(sum_rows){terms, n, &total});
    return total;
}

#if REAL == 64
double gs_sum(const double *x, int64_t n)
{
    return sum(x, n);
}
#endif

/* Without a check where the sample is known to be one. */
static int32_t relax_backward(int is_sample, const T *grad, const T *soft, int64_t rows, int64_t k, const T *tau,
                              int64_t per_item, T *dlogits, T *dtau)
{
    int64_t n;
    T *terms = NULL;
    BEGIN;
    TRY(of_rows(rows, k, &n));
    TRY(array(grad, n));
    TRY(array(soft, n));
    TRY(array(tau, per_item ? rows : 1));
    TRY(array(dlogits, n));
    TRY(check_taus(tau, per_item ? rows : 1));
    TRY(is_sample ? GS_OK : check_soft(soft, n));
    if (dtau != NULL && !per_item && (terms = calloc((size_t)rows + 1, sizeof *terms)) == NULL)
        return GS_ERROR_MEMORY;
    RUN(gumbel_softmax_backward, rows, k, grad, soft, k, tau, per_item, dlogits, per_item ? dtau : terms);
    if (terms != NULL)
        *dtau = (T)sum(terms, rows);
    free(terms);
    return GS_OK;
}

int32_t GS(gumbel_softmax_backward)(const T *grad, const T *soft, int64_t rows, int64_t k, T tau, T *dlogits, T *dtau)
{
    return relax_backward(0, grad, soft, rows, k, &tau, 0, dlogits, dtau);
}

int32_t GS(gumbel_softmax_backward_taus)(const T *grad, const T *soft, int64_t rows, int64_t k, const T *tau,
                                         T *dlogits, T *dtau)
{
    return relax_backward(0, grad, soft, rows, k, tau, 1, dlogits, dtau);
}

int32_t INNER(gumbel_softmax_backward)(const T *grad, const T *soft, int64_t rows, int64_t k, const T *tau,
                                       int64_t per_row, T *dlogits, T *dtau)
{
    return relax_backward(1, grad, soft, rows, k, tau, per_row, dlogits, dtau);
}

static int32_t relax_binary(uint64_t seed, uint64_t stream, uint64_t offset, const T *logits, int64_t n, const T *tau,
                            int64_t per_item, T *soft)
{
    BEGIN;
    TRY(size(n));
    TRY(array(logits, n));
    TRY(array(tau, per_item ? n : 1));
    TRY(array(soft, n));
    TRY(check_position(&offset, n, WIDTH));
    TRY(check_taus(tau, per_item ? n : 1));
    TRY(check_elements(logits, n));
    RUN(binary_concrete, n, 1, seed, stream, offset, logits, tau, per_item, 0, soft, NULL);
    return GS_OK;
}

int32_t GS(binary_concrete)(uint64_t seed, uint64_t stream, uint64_t offset, const T *logits, int64_t n, T tau, T *soft)
{
    return relax_binary(seed, stream, offset, logits, n, &tau, 0, soft);
}

int32_t GS(binary_concrete_taus)(uint64_t seed, uint64_t stream, uint64_t offset, const T *logits, int64_t n,
                                 const T *tau, T *soft)
{
    return relax_binary(seed, stream, offset, logits, n, tau, 1, soft);
}

static int32_t relax_binary_backward(const T *grad, const T *soft, int64_t n, const T *tau, int64_t per_item, T *dlogits,
                                     T *dtau)
{
    double *sums = NULL;
    BEGIN;
    TRY(size(n));
    TRY(array(grad, n));
    TRY(array(soft, n));
    TRY(array(tau, per_item ? n : 1));
    TRY(array(dlogits, n));
    TRY(check_taus(tau, per_item ? n : 1));
    TRY(check_soft(soft, n));
    if (dtau != NULL && !per_item && (sums = calloc((size_t)parts_of(n, CHUNK) + 1, sizeof *sums)) == NULL)
        return GS_ERROR_MEMORY;
    RUN(binary_concrete_backward, n, 1, grad, soft, tau, per_item, dlogits, per_item ? dtau : NULL, sums);
    if (sums != NULL)
        *dtau = (T)gs_sum(sums, parts_of(n, CHUNK));
    free(sums);
    return GS_OK;
}

int32_t GS(binary_concrete_backward)(const T *grad, const T *soft, int64_t n, T tau, T *dlogits, T *dtau)
{
    return relax_binary_backward(grad, soft, n, &tau, 0, dlogits, dtau);
}

int32_t GS(binary_concrete_backward_taus)(const T *grad, const T *soft, int64_t n, const T *tau, T *dlogits, T *dtau)
{
    return relax_binary_backward(grad, soft, n, tau, 1, dlogits, dtau);
}

/* ---- Gumbels given the largest ---- */

int32_t GS(conditional_gumbel)(uint64_t seed, uint64_t stream, uint64_t offset, const T *logits, const int64_t *index,
                               int64_t rows, int64_t k, int64_t draws, T *out)
{
    int64_t n, all, elements;
    BEGIN;
    TRY(of_rows(rows, k, &n));
    TRY(product(rows, draws, &all));
    TRY(product(all, k, &elements));
    TRY(array(logits, n));
    TRY(array(index, rows));
    TRY(array(out, elements));
    TRY(check_position(&offset, elements, WIDTH));
    TRY(check_all_rows(logits, rows, k));
    TRY(RUN(check_index, rows, 1, logits, rows, index, rows, k) == ALL_VALID ? GS_OK : GS_ERROR_INDEX);
    RUN(conditional_gumbel, all, k, seed, stream, offset, logits, rows, index, rows, k, out);
    return GS_OK;
}

/* ---- log-probabilities, entropy, divergence ---- */

static int32_t log_temper(const T *x, int64_t rows, int64_t k, const T *tau, int64_t per_item, T *log_probs)
{
    int64_t n;
    BEGIN;
    TRY(of_rows(rows, k, &n));
    TRY(array(x, n));
    TRY(array(tau, per_item ? rows : 1));
    TRY(array(log_probs, n));
    TRY(check_taus(tau, per_item ? rows : 1));
    TRY(check_all_rows(x, rows, k));
    RUN(log_softmax, rows, k, x, k, tau, per_item, log_probs);
    return GS_OK;
}

int32_t GS(log_softmax)(const T *x, int64_t rows, int64_t k, T tau, T *log_probs)
{
    return log_temper(x, rows, k, &tau, 0, log_probs);
}

int32_t GS(log_softmax_taus)(const T *x, int64_t rows, int64_t k, const T *tau, T *log_probs)
{
    return log_temper(x, rows, k, tau, 1, log_probs);
}

static int32_t log_temper_backward(const T *grad, const T *log_probs, int64_t rows, int64_t k, const T *tau,
                                   int64_t per_item, T *dx, T *dtau)
{
    int64_t n;
    T *terms = NULL;
    BEGIN;
    TRY(of_rows(rows, k, &n));
    TRY(array(grad, n));
    TRY(array(log_probs, n));
    TRY(array(tau, per_item ? rows : 1));
    TRY(array(dx, n));
    TRY(check_taus(tau, per_item ? rows : 1));
    TRY(check_log_probabilities(log_probs, n));
    if (dtau != NULL && !per_item && (terms = calloc((size_t)rows + 1, sizeof *terms)) == NULL)
        return GS_ERROR_MEMORY;
    RUN(log_softmax_backward, rows, k, grad, log_probs, k, tau, per_item, dx, per_item ? dtau : terms);
    if (terms != NULL)
        *dtau = (T)sum(terms, rows);
    free(terms);
    return GS_OK;
}

int32_t GS(log_softmax_backward)(const T *grad, const T *log_probs, int64_t rows, int64_t k, T tau, T *dx, T *dtau)
{
    return log_temper_backward(grad, log_probs, rows, k, &tau, 0, dx, dtau);
}

int32_t GS(log_softmax_backward_taus)(const T *grad, const T *log_probs, int64_t rows, int64_t k, const T *tau, T *dx,
                                      T *dtau)
{
    return log_temper_backward(grad, log_probs, rows, k, tau, 1, dx, dtau);
}

int32_t GS(entropy)(const T *logits, int64_t rows, int64_t k, T *out)
{
    int64_t n;
    BEGIN;
    TRY(of_rows(rows, k, &n));
    TRY(array(logits, n));
    TRY(array(out, rows));
    TRY(check_all_rows(logits, rows, k));
    RUN(entropy, rows, k, logits, k, out);
    return GS_OK;
}

int32_t GS(entropy_backward)(const T *grad, const T *logits, int64_t rows, int64_t k, T *dlogits)
{
    int64_t n;
    BEGIN;
    TRY(of_rows(rows, k, &n));
    TRY(array(grad, rows));
    TRY(array(logits, n));
    TRY(array(dlogits, n));
    TRY(check_all_rows(logits, rows, k));
    RUN(entropy_backward, rows, k, grad, logits, k, dlogits);
    return GS_OK;
}

int32_t GS(kl_divergence)(const T *logits, const T *other_logits, int64_t rows, int64_t k, T *out)
{
    int64_t n;
    BEGIN;
    TRY(of_rows(rows, k, &n));
    TRY(array(logits, n));
    TRY(array(other_logits, n));
    TRY(array(out, rows));
    TRY(check_all_rows(logits, rows, k));
    TRY(check_all_rows(other_logits, rows, k));
    RUN(kl_divergence, rows, k, logits, rows, other_logits, rows, k, out);
    return GS_OK;
}

int32_t GS(kl_divergence_backward)(const T *grad, const T *logits, const T *other_logits, int64_t rows, int64_t k,
                                   T *dlogits, T *dother)
{
    int64_t n;
    BEGIN;
    TRY(of_rows(rows, k, &n));
    TRY(array(grad, rows));
    TRY(array(logits, n));
    TRY(array(other_logits, n));
    TRY(array(dlogits, n));
    TRY(array(dother, n));
    TRY(check_all_rows(logits, rows, k));
    TRY(check_all_rows(other_logits, rows, k));
    RUN(kl_divergence_backward, rows, k, grad, logits, rows, other_logits, rows, k, dlogits, dother);
    return GS_OK;
}

/* ---- ordered draws ---- */

/* What is wrong with the draws, and if nothing, their marks, which the caller frees. */
static int32_t mark(const T *logits, const int64_t *index, int64_t rows, int64_t k, int64_t top, uint64_t **marks)
{
    TRY(check_all_rows(logits, rows, k));
    *marks = malloc((size_t)(rows * parts_of(k, 64)) * sizeof **marks + 1);
    if (*marks == NULL)
        return GS_ERROR_MEMORY;
    if (gs_mark_indices(index, rows, k, top, *marks) == ALL_VALID)
        return GS_OK;
    free(*marks);
    return GS_ERROR_INDEX;
}

static int32_t check_draws(const T *logits, const int64_t *index, int64_t rows, int64_t k, int64_t top, int64_t *n)
{
    int64_t all;
    TRY(of_rows(rows, k, n));
    TRY(product(rows, top, &all));
    TRY(top > k ? GS_ERROR_SIZE : GS_OK);
    TRY(array(logits, *n));
    return array(index, all);
}

int32_t GS(top_k_log_prob)(const T *logits, const int64_t *index, int64_t rows, int64_t k, int64_t top, T *out)
{
    int64_t n;
    uint64_t *marks;
    BEGIN;
    TRY(check_draws(logits, index, rows, k, top, &n));
    TRY(array(out, rows));
    TRY(mark(logits, index, rows, k, top, &marks));
    RUN(top_k_log_prob, rows, k, logits, rows, index, rows, marks, k, top, out);
    free(marks);
    return GS_OK;
}

int32_t GS(top_k_log_prob_backward)(const T *grad, const T *logits, const int64_t *index, int64_t rows, int64_t k,
                                    int64_t top, T *dlogits)
{
    int64_t n;
    uint64_t *marks;
    BEGIN;
    TRY(check_draws(logits, index, rows, k, top, &n));
    TRY(array(grad, rows));
    TRY(array(dlogits, n));
    TRY(mark(logits, index, rows, k, top, &marks));
    double *odds = malloc((size_t)(rows * top) * sizeof *odds + 1);
    if (odds != NULL)
        RUN(top_k_log_prob_backward, rows, k, grad, logits, rows, index, rows, marks, k, top, odds, dlogits);
    free(odds);
    free(marks);
    return odds != NULL ? GS_OK : GS_ERROR_MEMORY;
}

/* What is wrong with a row of draws that check_sums found invalid. */
static int32_t sums_status(const T *sums, int64_t top)
{
    for (int64_t i = 0; i < top; i++)
        if (!isfinite(sums[i]) || (i > 0 && sums[i] > sums[i - 1]))
            return GS_ERROR_SAMPLE;
    return GS_ERROR_INDEX;
}

int32_t GS(top_k_weights)(const T *logits, const int64_t *index, const T *sums, int64_t rows, int64_t k, int64_t top,
                          int64_t normalize, T *out)
{
    int64_t n, invalid;
    uint64_t *marks;
    BEGIN;
    TRY(check_draws(logits, index, rows, k, top, &n));
    TRY(top < 1 ? GS_ERROR_SIZE : GS_OK);
    TRY(array(sums, rows * top));
    TRY(array(out, rows * (top - 1)));
    TRY(mark(logits, index, rows, k, top, &marks));
    free(marks);
    invalid = RUN(check_sums, rows, top, logits, rows, index, sums, k, top);
    if (invalid != ALL_VALID)
        return sums_status(sums + invalid * top, top);
    RUN(top_k_weights, rows, k, logits, rows, index, sums, k, top, normalize != 0, out);
    return GS_OK;
}

/* ---- log densities of elements ---- */

/* A sample of n, a parameter a that is one number (a_step 0) or n, and a parameter b that is one number. */
struct elements {
    kernel *work;
    const T *grad, *x, *a;
    int64_t a_step;
    T b;
    T *dx, *da;
    double *a_sums, *b_sums; /* of each CHUNK */
};

static int32_t check_move(const T *x, int64_t n, T loc, T scale)
{
    TRY(isfinite(loc) ? GS_OK : GS_ERROR_LOC);
    TRY(good_scale(scale) ? GS_OK : GS_ERROR_SCALE);
    return require_not_nan(x, n);
}

static int32_t check_binary(const T *y, const T *logits, int64_t n, T tau, int32_t check(const T *, int64_t))
{
    TRY(check_tau(tau));
    TRY(check_elements(logits, n));
    return check(y, n);
}

static int64_t chunk_gradients(int64_t start, int64_t stop, const void *arguments)
{
    const struct elements *e = arguments;
    T a_terms[CHUNK], b_terms[CHUNK];
    for (int64_t first = start; first < stop; first += CHUNK) {
        const int64_t n = least(stop - first, CHUNK);
        T *da = e->da != NULL ? e->da + first : a_terms;
        e->work(0, n,
                &(gumbel_log_prob_backward){e->grad + first, e->x + first, 1, e->a + first * e->a_step, e->a_step, &e->b, 0,
                                   e->dx + first, da, b_terms});
        if (e->a_sums != NULL)
            e->a_sums[first / CHUNK] = sum(da, n);
        if (e->b_sums != NULL)
            e->b_sums[first / CHUNK] = sum(b_terms, n);
    }
    return ALL_VALID;
}

/* Chunk after chunk, as sum_rows adds them. */
static T total(const double *sums, int64_t n)
{
    double all = 0;
    for (int64_t i = 0; i < n; i++)
        all += sums[i];
    return (T)all;
}

/* a_total and b_total may be NULL. */
static int32_t gradients(struct elements e, int64_t n, T *a_total, T *b_total)
{
    const size_t count = (size_t)parts_of(n, CHUNK) + 1;
    e.a_sums = a_total != NULL ? malloc(count * sizeof(double)) : NULL;
    e.b_sums = b_total != NULL ? malloc(count * sizeof(double)) : NULL;
    const int failed = (a_total != NULL && e.a_sums == NULL) || (b_total != NULL && e.b_sums == NULL);
    if (!failed) {
        gs_run(chunk_gradients, n, COST_gumbel_log_prob_backward, CHUNK, &e);
        if (a_total != NULL)
            *a_total = total(e.a_sums, parts_of(n, CHUNK));
        if (b_total != NULL)
            *b_total = total(e.b_sums, parts_of(n, CHUNK));
    }
    free(e.a_sums);
    free(e.b_sums);
    return failed ? GS_ERROR_MEMORY : GS_OK;
}

#define LOCATION_SCALE_DENSITY(name)                                                                                    \
    int32_t GS(name##_log_prob)(const T *x, int64_t n, T loc, T scale, T *out)                                 \
    {                                                                                                          \
        BEGIN;                                                                                                 \
        TRY(size(n));                                                                                          \
        TRY(array(x, n));                                                                                      \
        TRY(array(out, n));                                                                                    \
        TRY(check_move(x, n, loc, scale));                                                                     \
        RUN(name##_log_prob, n, 1, x, 1, &loc, 0, &scale, 0, out);                                 \
        return GS_OK;                                                                                          \
    }                                                                                                          \
    int32_t GS(name##_log_prob_backward)(const T *grad, const T *x, int64_t n, T loc, T scale, T *dx, T *dloc, \
                                         T *dscale)                                                            \
    {                                                                                                          \
        BEGIN;                                                                                                 \
        TRY(size(n));                                                                                          \
        TRY(array(grad, n));                                                                                   \
        TRY(array(x, n));                                                                                      \
        TRY(array(dx, n));                                                                                     \
        TRY(check_move(x, n, loc, scale));                                                                     \
        const struct elements e = {                                                                            \
            .work = KERNEL(name##_log_prob_backward), .grad = grad, .x = x, .a = &loc, .b = scale, .dx = dx};           \
        return gradients(e, n, dloc, dscale);                                                                  \
    }

EACH_LOCATION_SCALE(LOCATION_SCALE_DENSITY)

#define BINARY_DENSITY(name, check)                                                                           \
    int32_t GS(name##_log_prob)(const T *y, const T *logits, int64_t n, T tau, T *out)                        \
    {                                                                                                         \
        BEGIN;                                                                                                \
        TRY(size(n));                                                                                         \
        TRY(array(y, n));                                                                                     \
        TRY(array(logits, n));                                                                                \
        TRY(array(out, n));                                                                                   \
        TRY(check_binary(y, logits, n, tau, check));                                                          \
        RUN(name##_log_prob, n, 1, y, 1, logits, 1, &tau, 0, out);                                \
        return GS_OK;                                                                                         \
    }                                                                                                         \
    int32_t GS(name##_log_prob_backward)(const T *grad, const T *y, const T *logits, int64_t n, T tau, T *dy, \
                                         T *dlogits, T *dtau)                                                 \
    {                                                                                                         \
        BEGIN;                                                                                                \
        TRY(size(n));                                                                                         \
        TRY(array(grad, n));                                                                                  \
        TRY(array(y, n));                                                                                     \
        TRY(array(logits, n));                                                                                \
        TRY(array(dy, n));                                                                                    \
        TRY(array(dlogits, n));                                                                               \
        TRY(check_binary(y, logits, n, tau, check));                                                          \
        const struct elements e = {.work = KERNEL(name##_log_prob_backward),                                           \
                                   .grad = grad,                                                              \
                                   .x = y,                                                                    \
                                   .a = logits,                                                               \
                                   .a_step = 1,                                                               \
                                   .b = tau,                                                                  \
                                   .dx = dy,                                                                  \
                                   .da = dlogits};                                                            \
        return gradients(e, n, NULL, dtau);                                                                   \
    }

BINARY_DENSITY(binary_concrete, check_soft)
BINARY_DENSITY(logit_binary_concrete, require_not_nan)

/* ---- log densities of rows ---- */

static int32_t check_points(const T *y, int64_t rows, int64_t k)
{
    return check_soft(y, rows * k);
}

static int32_t check_log_points(const T *x, int64_t rows, int64_t k)
{
    return first_invalid_row(x, rows, k) == ALL_VALID ? GS_OK : GS_ERROR_SAMPLE;
}

static int32_t check_density(const T *y, const T *logits, int64_t rows, int64_t k, T tau,
                             int32_t check(const T *, int64_t, int64_t))
{
    TRY(array(y, rows));
    TRY(array(logits, rows));
    TRY(check_tau(tau));
    TRY(check_all_rows(logits, rows, k));
    return check(y, rows, k);
}

#define ROW_DENSITY(name, check)                                                                                     \
    int32_t GS(name##_log_prob)(const T *y, const T *logits, int64_t rows, int64_t k, T tau, T *out)                 \
    {                                                                                                                \
        int64_t n;                                                                                                   \
        BEGIN;                                                                                                       \
        TRY(of_rows(rows, k, &n));                                                                                   \
        TRY(array(out, rows));                                                                                       \
        TRY(check_density(y, logits, rows, k, tau, check));                                                          \
        RUN(name##_log_prob, rows, k, y, rows, logits, rows, k, &tau, 1, out);                   \
        return GS_OK;                                                                                                \
    }                                                                                                                \
    int32_t GS(name##_log_prob_backward)(const T *grad, const T *y, const T *logits, int64_t rows, int64_t k, T tau, \
                                         T *dy, T *dlogits, T *dtau)                                                 \
    {                                                                                                                \
        int64_t n;                                                                                                   \
        BEGIN;                                                                                                       \
        TRY(of_rows(rows, k, &n));                                                                                   \
        TRY(array(grad, rows));                                                                                      \
        TRY(array(dy, rows));                                                                                        \
        TRY(array(dlogits, rows));                                                                                   \
        TRY(check_density(y, logits, rows, k, tau, check));                                                          \
        T *terms = malloc(((size_t)rows + 1) * sizeof *terms);                                                       \
        if (terms == NULL)                                                                                           \
            return GS_ERROR_MEMORY;                                                                                  \
        RUN(name##_log_prob_backward, rows, k, grad, y, rows, logits, rows, k, &tau, 1, dy, dlogits,     \
            terms);                                                                                                  \
        if (dtau != NULL)                                                                                            \
            *dtau = (T)sum(terms, rows);                                                                             \
        free(terms);                                                                                                 \
        return GS_OK;                                                                                                \
    }

ROW_DENSITY(concrete, check_points)
ROW_DENSITY(exp_concrete, check_log_points)
