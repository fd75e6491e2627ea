-- Generated from gsampler.h by `python native/write_bindings.py`; do not edit.
-- To use it, copy it to a directory of LUA_PATH, and say `local gs = require("gsampler")`.
--
-- gs.softmax_f64(...) calls gs_softmax_f64, and a status other than gs.GS_OK is an error. Arrays are those of the FFI,
-- as ffi.new("double[?]", n); nil is NULL. gs.C has the functions of C themselves, which return a status. Sizes are not
-- checked: arrays must have as many elements as the other arguments say. The library is the file that the environment
-- variable GSAMPLER_LIBRARY names, or else libgsampler.so where the system finds it.

local ffi = require("ffi")

ffi.cdef([==[
/* gsampler: exact, fast sampling of discrete variables on CPUs.
 *
 * POSITIONS. Everything random is a pure function of (seed, stream, offset) and the arguments: not of threads, of the
 * processor, of how work is split, or of the language that asks; Python's gsampler gives the same bits. A stream is
 * 2^64 words of 32 bits (Philox4x32-10); offset counts words. A float element takes one word, a double two, from an
 * even offset on (an odd one is rounded up); its 64 bits are not those that gs_bits has there. Element i of a call with
 * n elements lies at offset + i * width, width 1 (_f32) or 2 (_f64); of rows of k categories, category j of row r is
 * element r * k + j; of repeated draws, draw d of row r is row d * rows + r. Tables take one element of two words a
 * draw, whatever the type of their logits. So a call takes width * n words, or width * rows * k * draws, or 2 * rows *
 * draws from tables.
 *
 *   To split a job, give each part the offset at which it begins: elements i .. of noise begin at offset + width * i,
 *   rows r .. at (logits + r * k, offset + width * r * k), draws d .. at offset + width * d * rows * k (of tables, at
 *   offset + 2 * d * rows). The parts together are then the whole, bit for bit. Where draws is more than 1, split by
 *   draws, not by rows.
 *   To go on after a call: offset + words, and the two calls are one longer one; Python's Generator rounds that up to a
 *   multiple of 8, (offset + words + 7) / 8 * 8. At the end of the stream it is 2^64, which no offset holds.
 *
 * ARGUMENTS. Inputs come first, outputs last. Arrays are dense, in C order (row after row), aligned for their type,
 * owned by the caller; none is kept, and none may overlap an output, or be it. An array has rows * k elements where
 * rows and k are arguments, n where n is one; index, an out of rows, and the grad with respect to that have one for each
 * row. The pointer of an array without elements is not looked at; NULL is allowed there, and where it says so.
 *
 * A logit is an unnormalised log-probability: -inf is probability exactly 0. tau is a temperature, from the smallest
 * normal number of its type on, and dtau one number: the sum over all rows or elements, made in float64 in one order.
 * In functions named _taus, tau is an array of one for each row (or element, where there are no rows); so is dtau.
 *
 * STATUS. A function returns GS_OK, which is 0, or another of the codes below; gs_strerror says what it means. Unless
 * it is GS_ERROR_MEMORY, no output has then been written to (but for what gs_check_logits is asked for).
 *
 * THREADS. There is no state but the number of threads: any function may be called from any number of threads at once.
 * Each call works on its own thread alone unless gs_set_num_threads allows it more. Rounding mode, subnormal numbers,
 * traps and flags of floating point are set for the call and restored after it: the caller's do not change a result. */

enum {
    GS_OK = 0,
    GS_ERROR_NULL = 1,     /* a pointer is NULL that must not be */
    GS_ERROR_SIZE = 2,     /* a size is negative, k is 0 (an alias table's: above 2^32 - 1), or more than
                            * 2^56 elements */
    GS_ERROR_STREAM = 3,   /* the stream ends before the call does: offset + words > 2^64 */
    GS_ERROR_TAU = 4,      /* tau is not finite, or below the smallest normal number */
    GS_ERROR_LOGITS = 5,   /* a logit (or x of a softmax) is NaN or +inf; gs_check_logits finds it */
    GS_ERROR_ROW = 6,      /* all logits of a row are -inf */
    GS_ERROR_SAMPLE = 7,   /* a soft sample is not from 0 to 1, or a sample is NaN, or +inf where that is impossible; or
                            * a log-probability is NaN or above 0; or sums of draws are not finite or ascend */
    GS_ERROR_LOC = 8,      /* loc is not finite */
    GS_ERROR_SCALE = 9,    /* scale is not finite, or below the smallest normal number */
    GS_ERROR_TABLE = 10,   /* a table was not made for these rows and categories, as far as that shows */
    GS_ERROR_MEMORY = 11,  /* the system has no memory left; the outputs may have been written to */
    GS_ERROR_THREADS = 12, /* a number of threads below 1 */
    GS_ERROR_ISA = 13,     /* GSAMPLER_ISA names no instruction set of this library and processor; or none fits */
    GS_ERROR_LARGE = 14,   /* a row's largest logit is at least 2^10 (double: 2^39) away from 0, where the sum with the
                            * noise would lose bits of that: subtract it from the row */
    GS_ERROR_INDEX = 15,   /* an index is not of a category, or of one whose logit is -inf where that is impossible, or
                            * twice in a row of draws without replacement; or a column is negative */
    GS_ERROR_PARAMETER = 16 /* lam, trials or p of a count is outside its range, or NaN */
};

/* ---- the library ---- */

/* 10000 major + 100 minor + patch of the library. */
uint32_t gs_version(void);

/* GS_STREAM_VERSION of the library: where it is another, so are the results. From the first release on it changes with
 * the SONAME only. */
uint32_t gs_stream_version(void);

/* What a status means, in ASCII; also for codes that are none. The text, as that of gs_isa, is never NULL and stays. */
const char *gs_strerror(int32_t status);

/* The instruction set that runs: "v2", "v3", "v4" (levels of x86-64) or "arm64". It was chosen when the library was
 * loaded: the best that the processor and the operating system have, or the one that the environment variable
 * GSAMPLER_ISA names in these very words, unless that is empty. "none" where that cannot be: every function below
 * those of the library itself then returns GS_ERROR_ISA, and gs_strerror says which there are. */
const char *gs_isa(void);

/* How many threads one call may use, at least 1, which it is at first; for all callers. Results never depend on it.
 * Threads live as long as the call, so a fork is no danger, and are started for a millisecond of work or more. A call
 * that has started some cannot be cancelled (pthread_cancel) until they have ended. It needs 64 KiB of stack. */
int32_t gs_set_num_threads(int32_t n);
int32_t gs_get_num_threads(void);

/* ---- noise: n independent standard variates ---- */

/* Words of the stream, those that float elements are made from. */
int32_t gs_bits(uint64_t seed, uint64_t stream, uint64_t offset, int64_t n, uint32_t *out);

/* Integers: out[d * n + i] is one of the values[i] integers from low[i] on, each as likely as the others to within 2^-128.
 * 0 values stand for 2^64. Sums wrap around: for integers without a sign, give and take their bits. An element of two
 * words each. */
int32_t gs_integers(uint64_t seed, uint64_t stream, uint64_t offset, const int64_t *low, const uint64_t *values,
                    int64_t n, int64_t draws, int64_t *out);

/* Counts: out[d * n + i] has the parameters at index i; an element of two words each. It is the quantile of the element's
 * u, the least k with F(k) >= u, which is exact but where u is within 1e-13 of a step F(k), relative to the nearer of u
 * and 1 - u. What would be above INT64_MAX is that.
 *
 * Poisson variates of mean lam, from 0 to 9223372006484770816; successes in so many trials, from 0 on, each with probability p
 * from 0 to 1; trials up to the first success, p above 0. */
int32_t gs_poisson(uint64_t seed, uint64_t stream, uint64_t offset, const double *lam, int64_t n, int64_t draws,
                   int64_t *out);
int32_t gs_binomial(uint64_t seed, uint64_t stream, uint64_t offset, const int64_t *trials, const double *p, int64_t n,
                    int64_t draws, int64_t *out);
int32_t gs_geometric(uint64_t seed, uint64_t stream, uint64_t offset, const double *p, int64_t n, int64_t draws,
                     int64_t *out);

/* How many of trials[r] fall to each category: counts[(d * rows + r) * k + j], where p holds weights that are finite and
 * not negative, of any sum above 0, a row of k for each. Category j is a binomial of those that the ones before it left,
 * with the probability p[j] / (p[j] + p[j + 1] + ...); an element of two words each. */
int32_t gs_multinomial(uint64_t seed, uint64_t stream, uint64_t offset, const int64_t *trials, const double *p,
                       int64_t rows, int64_t k, int64_t draws, int64_t *counts);

/* u on the open interval (0, 1), dense at both ends: never 0, never 1. */
int32_t gs_uniform_f32(uint64_t seed, uint64_t stream, uint64_t offset, int64_t n, float *out);
int32_t gs_uniform_f64(uint64_t seed, uint64_t stream, uint64_t offset, int64_t n, double *out);

/* -log(1 - u) */
int32_t gs_exponential_f32(uint64_t seed, uint64_t stream, uint64_t offset, int64_t n, float *out);
int32_t gs_exponential_f64(uint64_t seed, uint64_t stream, uint64_t offset, int64_t n, double *out);

/* -log(-log(1 - u)): mode 0; from -3.81 to 45.1 (float), from -4.49 to 89.4 (double). */
int32_t gs_gumbel_f32(uint64_t seed, uint64_t stream, uint64_t offset, int64_t n, float *out);
int32_t gs_gumbel_f64(uint64_t seed, uint64_t stream, uint64_t offset, int64_t n, double *out);

/* log(u / (1 - u)) */
int32_t gs_logistic_f32(uint64_t seed, uint64_t stream, uint64_t offset, int64_t n, float *out);
int32_t gs_logistic_f64(uint64_t seed, uint64_t stream, uint64_t offset, int64_t n, double *out);

/* The quantile of u: mean 0, variance 1. */
int32_t gs_normal_f32(uint64_t seed, uint64_t stream, uint64_t offset, int64_t n, float *out);
int32_t gs_normal_f64(uint64_t seed, uint64_t stream, uint64_t offset, int64_t n, double *out);

/* ---- rows that have places of their own ---- */

/* Noise of rows, each from its own (seed, stream, offset) on: what the functions above give from there, element for
 * element. seed_count is 1, for one seed of all rows, or rows; so are stream_count and offset_count. A row has k elements
 * or, where indptr is not NULL, those from indptr[r] to indptr[r + 1] of out; indptr has rows + 1 numbers, does not fall,
 * and begins with 0. With column_count 0 they are the elements 0, 1, 2, ... from the row's offset on, and columns is not
 * looked at. Else columns has their numbers, not negative (GS_ERROR_INDEX): k of all rows where column_count is 1, those
 * of each element of out where it is rows; where there is an indptr, it must be rows. Python's Channel is the seed that is
 * its key, a stream for each row, and the offset 0. */
int32_t gs_uniform_rows_f32(const uint64_t *seeds, int64_t seed_count, const uint64_t *streams,
                            int64_t stream_count, const uint64_t *offsets, int64_t offset_count, int64_t rows,
                            int64_t k, const int64_t *columns, int64_t column_count, const int64_t *indptr,
                            float *out);
int32_t gs_uniform_rows_f64(const uint64_t *seeds, int64_t seed_count, const uint64_t *streams,
                            int64_t stream_count, const uint64_t *offsets, int64_t offset_count, int64_t rows,
                            int64_t k, const int64_t *columns, int64_t column_count, const int64_t *indptr,
                            double *out);
int32_t gs_exponential_rows_f32(const uint64_t *seeds, int64_t seed_count, const uint64_t *streams,
                                int64_t stream_count, const uint64_t *offsets, int64_t offset_count, int64_t rows,
                                int64_t k, const int64_t *columns, int64_t column_count, const int64_t *indptr,
                                float *out);
int32_t gs_exponential_rows_f64(const uint64_t *seeds, int64_t seed_count, const uint64_t *streams,
                                int64_t stream_count, const uint64_t *offsets, int64_t offset_count, int64_t rows,
                                int64_t k, const int64_t *columns, int64_t column_count, const int64_t *indptr,
                                double *out);
int32_t gs_gumbel_rows_f32(const uint64_t *seeds, int64_t seed_count, const uint64_t *streams,
                           int64_t stream_count, const uint64_t *offsets, int64_t offset_count, int64_t rows,
                           int64_t k, const int64_t *columns, int64_t column_count, const int64_t *indptr,
                           float *out);
int32_t gs_gumbel_rows_f64(const uint64_t *seeds, int64_t seed_count, const uint64_t *streams,
                           int64_t stream_count, const uint64_t *offsets, int64_t offset_count, int64_t rows,
                           int64_t k, const int64_t *columns, int64_t column_count, const int64_t *indptr,
                           double *out);
int32_t gs_logistic_rows_f32(const uint64_t *seeds, int64_t seed_count, const uint64_t *streams,
                             int64_t stream_count, const uint64_t *offsets, int64_t offset_count, int64_t rows,
                             int64_t k, const int64_t *columns, int64_t column_count, const int64_t *indptr,
                             float *out);
int32_t gs_logistic_rows_f64(const uint64_t *seeds, int64_t seed_count, const uint64_t *streams,
                             int64_t stream_count, const uint64_t *offsets, int64_t offset_count, int64_t rows,
                             int64_t k, const int64_t *columns, int64_t column_count, const int64_t *indptr,
                             double *out);
int32_t gs_normal_rows_f32(const uint64_t *seeds, int64_t seed_count, const uint64_t *streams,
                           int64_t stream_count, const uint64_t *offsets, int64_t offset_count, int64_t rows,
                           int64_t k, const int64_t *columns, int64_t column_count, const int64_t *indptr,
                           float *out);
int32_t gs_normal_rows_f64(const uint64_t *seeds, int64_t seed_count, const uint64_t *streams,
                           int64_t stream_count, const uint64_t *offsets, int64_t offset_count, int64_t rows,
                           int64_t k, const int64_t *columns, int64_t column_count, const int64_t *indptr,
                           double *out);

/* ---- categories ---- */

/* Bernoulli draws: out[d * n + i] is 1 where logits[i] + logistic noise > 0, else 0. */
int32_t gs_bernoulli_f32(uint64_t seed, uint64_t stream, uint64_t offset, const float *logits, int64_t n, int64_t draws,
                         uint8_t *out);
int32_t gs_bernoulli_f64(uint64_t seed, uint64_t stream, uint64_t offset, const double *logits, int64_t n,
                         int64_t draws, uint8_t *out);

/* One category of each row: index[r] = argmax(logits[r] + gumbel noise), the first of equal ones; the noise is never
 * built. The sum is made in the type of the logits: rows that are all large are an error (GS_ERROR_LARGE). For
 * repeated draws from one distribution, alias tables (below) take two words a draw instead of k. */
int32_t gs_categorical_f32(uint64_t seed, uint64_t stream, uint64_t offset, const float *logits, int64_t rows,
                           int64_t k, int64_t *index);
int32_t gs_categorical_f64(uint64_t seed, uint64_t stream, uint64_t offset, const double *logits, int64_t rows,
                           int64_t k, int64_t *index);

/* The same, drawn repeatedly: index[d * rows + r]; with its perturbed maximum, the category's logit + noise, in
 * maximum[d * rows + r], where maximum is not NULL. */
int32_t gs_gumbel_max_f32(uint64_t seed, uint64_t stream, uint64_t offset, const float *logits, int64_t rows, int64_t k,
                          int64_t draws, int64_t *index, float *maximum);
int32_t gs_gumbel_max_f64(uint64_t seed, uint64_t stream, uint64_t offset, const double *logits, int64_t rows,
                          int64_t k, int64_t draws, int64_t *index, double *maximum);

/* The same of gs_gumbel_max: one category of each row, index[r] counted in the row, with its perturbed maximum where
 * maximum is not NULL. A column of -1 is no category; of a row that has none, index is -1 and the maximum -inf. */
int32_t gs_gumbel_max_rows_f32(const uint64_t *seeds, int64_t seed_count, const uint64_t *streams,
                               int64_t stream_count, const uint64_t *offsets, int64_t offset_count, int64_t rows,
                               int64_t k, const int64_t *columns, int64_t column_count, const int64_t *indptr,
                               const float *logits, int64_t *index, float *maximum);
int32_t gs_gumbel_max_rows_f64(const uint64_t *seeds, int64_t seed_count, const uint64_t *streams,
                               int64_t stream_count, const uint64_t *offsets, int64_t offset_count, int64_t rows,
                               int64_t k, const int64_t *columns, int64_t column_count, const int64_t *indptr,
                               const double *logits, int64_t *index, double *maximum);

/* The top largest logits + gumbel noise of each row, the largest first: top draws without replacement, in their order.
 * Draw d of row r has its categories from index[(d * rows + r) * top] on, of equal sums the lower first, and the sums
 * likewise in sums. top is at most the number of categories above -inf in each row (GS_ERROR_SIZE). */
int32_t gs_gumbel_top_k_f32(uint64_t seed, uint64_t stream, uint64_t offset, const float *logits, int64_t rows,
                            int64_t k, int64_t draws, int64_t top, int64_t *index, float *sums);
int32_t gs_gumbel_top_k_f64(uint64_t seed, uint64_t stream, uint64_t offset, const double *logits, int64_t rows,
                            int64_t k, int64_t draws, int64_t top, int64_t *index, double *sums);

/* The same of gs_gumbel_top_k, one draw of each row: index and sums have top of each. A column of -1 is no category; top
 * is at most the number of the others above -inf in each row (GS_ERROR_SIZE). */
int32_t gs_gumbel_top_k_rows_f32(const uint64_t *seeds, int64_t seed_count, const uint64_t *streams,
                                 int64_t stream_count, const uint64_t *offsets, int64_t offset_count, int64_t rows,
                                 int64_t k, const int64_t *columns, int64_t column_count, const int64_t *indptr,
                                 const float *logits, int64_t top, int64_t *index, float *sums);
int32_t gs_gumbel_top_k_rows_f64(const uint64_t *seeds, int64_t seed_count, const uint64_t *streams,
                                 int64_t stream_count, const uint64_t *offsets, int64_t offset_count, int64_t rows,
                                 int64_t k, const int64_t *columns, int64_t column_count, const int64_t *indptr,
                                 const double *logits, int64_t top, int64_t *index, double *sums);

/* What all functions that take rows of logits look at: GS_OK, GS_ERROR_LOGITS or GS_ERROR_ROW, and the first bad row
 * (-1 where there is none), where row is not NULL. Those that add noise look for GS_ERROR_LARGE too. */
int32_t gs_check_logits_f32(const float *logits, int64_t rows, int64_t k, int64_t *row);
int32_t gs_check_logits_f64(const double *logits, int64_t rows, int64_t k, int64_t *row);

/* Alias tables (Walker, Vose), for many draws from one distribution: table holds 2 * rows * k words, a threshold and
 * an alias for each category; k < 2^32. A draw takes two words and no search. The draws are index[d * rows + r], below
 * k if the table is right, which is not looked at: whatever it is, reads stay within it. */
int32_t gs_alias_table_f32(const float *logits, int64_t rows, int64_t k, uint64_t *table);
int32_t gs_alias_table_f64(const double *logits, int64_t rows, int64_t k, uint64_t *table);
int32_t gs_alias_draw(uint64_t seed, uint64_t stream, uint64_t offset, const uint64_t *table, int64_t rows, int64_t k,
                      int64_t draws, int64_t *index);

/* Tables of cumulative sums: table holds rows * (k + 2) words. A draw is the first category whose cumulative
 * probability exceeds the uniform of its two words; it ascends with that uniform. As above; a table that is wrong is
 * noticed at times (GS_ERROR_TABLE). */
int32_t gs_cdf_table_f32(const float *logits, int64_t rows, int64_t k, uint64_t *table);
int32_t gs_cdf_table_f64(const double *logits, int64_t rows, int64_t k, uint64_t *table);
int32_t gs_cdf_draw(uint64_t seed, uint64_t stream, uint64_t offset, const uint64_t *table, int64_t rows, int64_t k,
                    int64_t draws, int64_t *index);

/* ---- relaxed categories ---- */

/* soft[r] = softmax(x[r] / tau); index[r], where index is not NULL, is the first index of its largest. */
int32_t gs_softmax_f32(const float *x, int64_t rows, int64_t k, float tau, float *soft, int64_t *index);
int32_t gs_softmax_f64(const double *x, int64_t rows, int64_t k, double tau, double *soft, int64_t *index);
int32_t gs_softmax_taus_f32(const float *x, int64_t rows, int64_t k, const float *tau, float *soft, int64_t *index);
int32_t gs_softmax_taus_f64(const double *x, int64_t rows, int64_t k, const double *tau, double *soft, int64_t *index);

/* Gumbel-Softmax, also called Concrete: softmax((logits + gumbel noise) / tau). index, where it is not NULL, is the
 * hard sample: what gs_categorical gives at the same position, the index of the one in the one-hot row. */
int32_t gs_gumbel_softmax_f32(uint64_t seed, uint64_t stream, uint64_t offset, const float *logits, int64_t rows,
                              int64_t k, float tau, float *soft, int64_t *index);
int32_t gs_gumbel_softmax_f64(uint64_t seed, uint64_t stream, uint64_t offset, const double *logits, int64_t rows,
                              int64_t k, double tau, double *soft, int64_t *index);
int32_t gs_gumbel_softmax_taus_f32(uint64_t seed, uint64_t stream, uint64_t offset, const float *logits, int64_t rows,
                                   int64_t k, const float *tau, float *soft, int64_t *index);
int32_t gs_gumbel_softmax_taus_f64(uint64_t seed, uint64_t stream, uint64_t offset, const double *logits, int64_t rows,
                                   int64_t k, const double *tau, double *soft, int64_t *index);

/* The same of rows that have places of their own: soft has the elements that the logits have. A column of -1 is no
 * category, its value 0; of a row that has none, index is -1. Rows of the same length have the gradients below. */
int32_t gs_gumbel_softmax_rows_f32(const uint64_t *seeds, int64_t seed_count, const uint64_t *streams,
                                   int64_t stream_count, const uint64_t *offsets, int64_t offset_count,
                                   int64_t rows, int64_t k, const int64_t *columns, int64_t column_count,
                                   const int64_t *indptr, const float *logits, float tau, float *soft,
                                   int64_t *index);
int32_t gs_gumbel_softmax_rows_f64(const uint64_t *seeds, int64_t seed_count, const uint64_t *streams,
                                   int64_t stream_count, const uint64_t *offsets, int64_t offset_count,
                                   int64_t rows, int64_t k, const int64_t *columns, int64_t column_count,
                                   const int64_t *indptr, const double *logits, double tau, double *soft,
                                   int64_t *index);
int32_t gs_gumbel_softmax_rows_taus_f32(const uint64_t *seeds, int64_t seed_count, const uint64_t *streams,
                                        int64_t stream_count, const uint64_t *offsets, int64_t offset_count,
                                        int64_t rows, int64_t k, const int64_t *columns, int64_t column_count,
                                        const int64_t *indptr, const float *logits, const float *tau, float *soft,
                                        int64_t *index);
int32_t gs_gumbel_softmax_rows_taus_f64(const uint64_t *seeds, int64_t seed_count, const uint64_t *streams,
                                        int64_t stream_count, const uint64_t *offsets, int64_t offset_count,
                                        int64_t rows, int64_t k, const int64_t *columns, int64_t column_count,
                                        const int64_t *indptr, const double *logits, const double *tau, double *soft,
                                        int64_t *index);

/* Its gradients, and those of gs_softmax, from the soft sample alone; grad is that with respect to the sample. dtau
 * may be NULL. */
int32_t gs_gumbel_softmax_backward_f32(const float *grad, const float *soft, int64_t rows, int64_t k, float tau,
                                       float *dlogits, float *dtau);
int32_t gs_gumbel_softmax_backward_f64(const double *grad, const double *soft, int64_t rows, int64_t k, double tau,
                                       double *dlogits, double *dtau);
int32_t gs_gumbel_softmax_backward_taus_f32(const float *grad, const float *soft, int64_t rows, int64_t k,
                                            const float *tau, float *dlogits, float *dtau);
int32_t gs_gumbel_softmax_backward_taus_f64(const double *grad, const double *soft, int64_t rows, int64_t k,
                                            const double *tau, double *dlogits, double *dtau);

/* The binary case, from one logistic variate each: soft[i] = sigmoid((logits[i] + logistic noise) / tau). Its hard
 * sample is what gs_bernoulli gives at the same position. */
int32_t gs_binary_concrete_f32(uint64_t seed, uint64_t stream, uint64_t offset, const float *logits, int64_t n,
                               float tau, float *soft);
int32_t gs_binary_concrete_f64(uint64_t seed, uint64_t stream, uint64_t offset, const double *logits, int64_t n,
                               double tau, double *soft);
int32_t gs_binary_concrete_taus_f32(uint64_t seed, uint64_t stream, uint64_t offset, const float *logits, int64_t n,
                                    const float *tau, float *soft);
int32_t gs_binary_concrete_taus_f64(uint64_t seed, uint64_t stream, uint64_t offset, const double *logits, int64_t n,
                                    const double *tau, double *soft);

/* Its gradients, from the soft sample alone. dtau may be NULL. */
int32_t gs_binary_concrete_backward_f32(const float *grad, const float *soft, int64_t n, float tau, float *dlogits,
                                        float *dtau);
int32_t gs_binary_concrete_backward_f64(const double *grad, const double *soft, int64_t n, double tau, double *dlogits,
                                        double *dtau);
int32_t gs_binary_concrete_backward_taus_f32(const float *grad, const float *soft, int64_t n, const float *tau,
                                             float *dlogits, float *dtau);
int32_t gs_binary_concrete_backward_taus_f64(const double *grad, const double *soft, int64_t n, const double *tau,
                                             double *dlogits, double *dtau);

/* ---- Gumbels given the largest ---- */

/* logits + Gumbel noise, given that index[r] is the argmax in row r: out[(d * rows + r) * k + j], in which that category
 * is above all others. With E the exponential variates of the elements and p = softmax(logits[r]), logits - log(E_j + p_j
 * E_i), and for i = index[r] logsumexp(logits[r]) - log(E_i). Sums are rounded as those of logits and noise are. */
int32_t gs_conditional_gumbel_f32(uint64_t seed, uint64_t stream, uint64_t offset, const float *logits,
                                  const int64_t *index, int64_t rows, int64_t k, int64_t draws, float *out);
int32_t gs_conditional_gumbel_f64(uint64_t seed, uint64_t stream, uint64_t offset, const double *logits,
                                  const int64_t *index, int64_t rows, int64_t k, int64_t draws, double *out);

/* ---- log-probabilities, entropy, divergence: in nats, computed in float64, to a few ulp also near 0 ----
 * Probability 0 adds nothing. The gradients, functions named _backward, take that with respect to the result; they are 0
 * in categories at -inf. */

/* log_probs[r] = log(softmax(x[r] / tau)), -inf where x is. Its gradients need log_probs alone; grad of a category at
 * -inf is left out. dtau may be NULL. */
int32_t gs_log_softmax_f32(const float *x, int64_t rows, int64_t k, float tau, float *log_probs);
int32_t gs_log_softmax_f64(const double *x, int64_t rows, int64_t k, double tau, double *log_probs);
int32_t gs_log_softmax_taus_f32(const float *x, int64_t rows, int64_t k, const float *tau, float *log_probs);
int32_t gs_log_softmax_taus_f64(const double *x, int64_t rows, int64_t k, const double *tau, double *log_probs);
int32_t gs_log_softmax_backward_f32(const float *grad, const float *log_probs, int64_t rows, int64_t k, float tau,
                                    float *dx, float *dtau);
int32_t gs_log_softmax_backward_f64(const double *grad, const double *log_probs, int64_t rows, int64_t k, double tau,
                                    double *dx, double *dtau);
int32_t gs_log_softmax_backward_taus_f32(const float *grad, const float *log_probs, int64_t rows, int64_t k,
                                         const float *tau, float *dx, float *dtau);
int32_t gs_log_softmax_backward_taus_f64(const double *grad, const double *log_probs, int64_t rows, int64_t k,
                                         const double *tau, double *dx, double *dtau);

/* out[r] = -sum(p log(p)), p = softmax(logits[r]). */
int32_t gs_entropy_f32(const float *logits, int64_t rows, int64_t k, float *out);
int32_t gs_entropy_f64(const double *logits, int64_t rows, int64_t k, double *out);
int32_t gs_entropy_backward_f32(const float *grad, const float *logits, int64_t rows, int64_t k, float *dlogits);
int32_t gs_entropy_backward_f64(const double *grad, const double *logits, int64_t rows, int64_t k, double *dlogits);

/* out[r] = KL(p || q) = sum(p log(p / q)), p = softmax(logits[r]), q = softmax(other_logits[r]): at least 0; +inf where
 * a category has q = 0 and p above 0, and dlogits is then 0. */
int32_t gs_kl_divergence_f32(const float *logits, const float *other_logits, int64_t rows, int64_t k, float *out);
int32_t gs_kl_divergence_f64(const double *logits, const double *other_logits, int64_t rows, int64_t k, double *out);
int32_t gs_kl_divergence_backward_f32(const float *grad, const float *logits, const float *other_logits, int64_t rows,
                                      int64_t k, float *dlogits, float *dother);
int32_t gs_kl_divergence_backward_f64(const double *grad, const double *logits, const double *other_logits,
                                      int64_t rows, int64_t k, double *dlogits, double *dother);

/* ---- ordered draws ---- */

/* The log-probability of draws without replacement, in their order, as of gs_gumbel_top_k: index[r * top] is the first
 * of row r. out[r] is the sum over the draws b of logits[b] - log(sum of exp(logits) of all that are left), computed in
 * float64 without a subtraction; -inf where a category at -inf was drawn, whose gradients are 0. An index of no category,
 * or twice in a row, is GS_ERROR_INDEX; top is from 0 to k. The gradient takes that with respect to out. */
int32_t gs_top_k_log_prob_f32(const float *logits, const int64_t *index, int64_t rows, int64_t k, int64_t top,
                              float *out);
int32_t gs_top_k_log_prob_f64(const double *logits, const int64_t *index, int64_t rows, int64_t k, int64_t top,
                              double *out);
int32_t gs_top_k_log_prob_backward_f32(const float *grad, const float *logits, const int64_t *index, int64_t rows,
                                       int64_t k, int64_t top, float *dlogits);
int32_t gs_top_k_log_prob_backward_f64(const double *grad, const double *logits, const int64_t *index, int64_t rows,
                                       int64_t k, int64_t top, double *dlogits);

/* Importance weights of draws without replacement: index and sums are what gs_gumbel_top_k gave, top = n + 1 draws of each
 * row, of which the last one's sum is the threshold kappa. out[r * n + i] = p / q for draw i, p = softmax(logits[r]) and
 * q = 1 - exp(-exp(logits[r] - kappa)): the sum of out * f over the draws is the mean of f without bias. With normalize,
 * which is 0 or not, the weights of a row are divided by their sum. Sums descend and are finite (GS_ERROR_SAMPLE); an
 * index of a category at -inf is GS_ERROR_INDEX; top is at least 1. */
int32_t gs_top_k_weights_f32(const float *logits, const int64_t *index, const float *sums, int64_t rows, int64_t k,
                             int64_t top, int64_t normalize, float *out);
int32_t gs_top_k_weights_f64(const double *logits, const int64_t *index, const double *sums, int64_t rows, int64_t k,
                             int64_t top, int64_t normalize, double *out);

/* ---- log densities, computed in float64 ----
 * The gradients, functions named _backward, take that with respect to out; those of parameters that are one number are
 * sums over all elements, and each of the outputs for them may be NULL. */

/* Of Gumbel noise, -z - exp(-z) - log(scale), z = (x - loc) / scale; of logistic noise, -z - 2 log(1 + exp(-z)) -
 * log(scale). x may be infinite. */
int32_t gs_gumbel_log_prob_f32(const float *x, int64_t n, float loc, float scale, float *out);
int32_t gs_gumbel_log_prob_f64(const double *x, int64_t n, double loc, double scale, double *out);
int32_t gs_gumbel_log_prob_backward_f32(const float *grad, const float *x, int64_t n, float loc, float scale, float *dx,
                                        float *dloc, float *dscale);
int32_t gs_gumbel_log_prob_backward_f64(const double *grad, const double *x, int64_t n, double loc, double scale,
                                        double *dx, double *dloc, double *dscale);
int32_t gs_logistic_log_prob_f32(const float *x, int64_t n, float loc, float scale, float *out);
int32_t gs_logistic_log_prob_f64(const double *x, int64_t n, double loc, double scale, double *out);
int32_t gs_logistic_log_prob_backward_f32(const float *grad, const float *x, int64_t n, float loc, float scale,
                                          float *dx, float *dloc, float *dscale);
int32_t gs_logistic_log_prob_backward_f64(const double *grad, const double *x, int64_t n, double loc, double scale,
                                          double *dx, double *dloc, double *dscale);

/* Of a binary Concrete sample y, from 0 to 1; and of its logit x = log(y / (1 - y)), which may be infinite. */
int32_t gs_binary_concrete_log_prob_f32(const float *y, const float *logits, int64_t n, float tau, float *out);
int32_t gs_binary_concrete_log_prob_f64(const double *y, const double *logits, int64_t n, double tau, double *out);
int32_t gs_binary_concrete_log_prob_backward_f32(const float *grad, const float *y, const float *logits, int64_t n,
                                                 float tau, float *dy, float *dlogits, float *dtau);
int32_t gs_binary_concrete_log_prob_backward_f64(const double *grad, const double *y, const double *logits, int64_t n,
                                                 double tau, double *dy, double *dlogits, double *dtau);
int32_t gs_logit_binary_concrete_log_prob_f32(const float *x, const float *logits, int64_t n, float tau, float *out);
int32_t gs_logit_binary_concrete_log_prob_f64(const double *x, const double *logits, int64_t n, double tau,
                                              double *out);
int32_t gs_logit_binary_concrete_log_prob_backward_f32(const float *grad, const float *x, const float *logits,
                                                       int64_t n, float tau, float *dx, float *dlogits, float *dtau);
int32_t gs_logit_binary_concrete_log_prob_backward_f64(const double *grad, const double *x, const double *logits,
                                                       int64_t n, double tau, double *dx, double *dlogits,
                                                       double *dtau);

/* Of Concrete samples y, each row from 0 to 1, out[r] with respect to the simplex's first k - 1 coordinates; and of
 * x = log(y). Zeros stand for the smallest normal number. A category at -inf is left out. */
int32_t gs_concrete_log_prob_f32(const float *y, const float *logits, int64_t rows, int64_t k, float tau, float *out);
int32_t gs_concrete_log_prob_f64(const double *y, const double *logits, int64_t rows, int64_t k, double tau,
                                 double *out);
int32_t gs_concrete_log_prob_backward_f32(const float *grad, const float *y, const float *logits, int64_t rows,
                                          int64_t k, float tau, float *dy, float *dlogits, float *dtau);
int32_t gs_concrete_log_prob_backward_f64(const double *grad, const double *y, const double *logits, int64_t rows,
                                          int64_t k, double tau, double *dy, double *dlogits, double *dtau);
int32_t gs_exp_concrete_log_prob_f32(const float *x, const float *logits, int64_t rows, int64_t k, float tau,
                                     float *out);
int32_t gs_exp_concrete_log_prob_f64(const double *x, const double *logits, int64_t rows, int64_t k, double tau,
                                     double *out);
int32_t gs_exp_concrete_log_prob_backward_f32(const float *grad, const float *x, const float *logits, int64_t rows,
                                              int64_t k, float tau, float *dx, float *dlogits, float *dtau);
int32_t gs_exp_concrete_log_prob_backward_f64(const double *grad, const double *x, const double *logits, int64_t rows,
                                              int64_t k, double tau, double *dx, double *dlogits, double *dtau);
]==])

local C = ffi.load(os.getenv("GSAMPLER_LIBRARY") or "gsampler")

local function check(name, status)
  if status ~= 0 then
    error(name .. ": " .. ffi.string(C.gs_strerror(status)), 3)
  end
end

local gs = { C = C }

gs.GS_VERSION_NUMBER = 100
gs.GS_STREAM_VERSION = 2
gs.GS_OK = 0
gs.GS_ERROR_NULL = 1
gs.GS_ERROR_SIZE = 2
gs.GS_ERROR_STREAM = 3
gs.GS_ERROR_TAU = 4
gs.GS_ERROR_LOGITS = 5
gs.GS_ERROR_ROW = 6
gs.GS_ERROR_SAMPLE = 7
gs.GS_ERROR_LOC = 8
gs.GS_ERROR_SCALE = 9
gs.GS_ERROR_TABLE = 10
gs.GS_ERROR_MEMORY = 11
gs.GS_ERROR_THREADS = 12
gs.GS_ERROR_ISA = 13
gs.GS_ERROR_LARGE = 14
gs.GS_ERROR_INDEX = 15
gs.GS_ERROR_PARAMETER = 16

function gs.version()
  return C.gs_version()
end

function gs.stream_version()
  return C.gs_stream_version()
end

function gs.strerror(status)
  return ffi.string(C.gs_strerror(status))
end

function gs.isa()
  return ffi.string(C.gs_isa())
end

function gs.set_num_threads(n)
  check("gs_set_num_threads", C.gs_set_num_threads(n))
end

function gs.get_num_threads()
  return C.gs_get_num_threads()
end

function gs.bits(seed, stream, offset, n, out)
  check("gs_bits", C.gs_bits(seed, stream, offset, n, out))
end

function gs.integers(seed, stream, offset, low, values, n, draws, out)
  check("gs_integers", C.gs_integers(seed, stream, offset, low, values, n, draws, out))
end

function gs.poisson(seed, stream, offset, lam, n, draws, out)
  check("gs_poisson", C.gs_poisson(seed, stream, offset, lam, n, draws, out))
end

function gs.binomial(seed, stream, offset, trials, p, n, draws, out)
  check("gs_binomial", C.gs_binomial(seed, stream, offset, trials, p, n, draws, out))
end

function gs.geometric(seed, stream, offset, p, n, draws, out)
  check("gs_geometric", C.gs_geometric(seed, stream, offset, p, n, draws, out))
end

function gs.multinomial(seed, stream, offset, trials, p, rows, k, draws, counts)
  check("gs_multinomial", C.gs_multinomial(seed, stream, offset, trials, p, rows, k, draws, counts))
end

function gs.uniform_f32(seed, stream, offset, n, out)
  check("gs_uniform_f32", C.gs_uniform_f32(seed, stream, offset, n, out))
end

function gs.uniform_f64(seed, stream, offset, n, out)
  check("gs_uniform_f64", C.gs_uniform_f64(seed, stream, offset, n, out))
end

function gs.exponential_f32(seed, stream, offset, n, out)
  check("gs_exponential_f32", C.gs_exponential_f32(seed, stream, offset, n, out))
end

function gs.exponential_f64(seed, stream, offset, n, out)
  check("gs_exponential_f64", C.gs_exponential_f64(seed, stream, offset, n, out))
end

function gs.gumbel_f32(seed, stream, offset, n, out)
  check("gs_gumbel_f32", C.gs_gumbel_f32(seed, stream, offset, n, out))
end

function gs.gumbel_f64(seed, stream, offset, n, out)
  check("gs_gumbel_f64", C.gs_gumbel_f64(seed, stream, offset, n, out))
end

function gs.logistic_f32(seed, stream, offset, n, out)
  check("gs_logistic_f32", C.gs_logistic_f32(seed, stream, offset, n, out))
end

function gs.logistic_f64(seed, stream, offset, n, out)
  check("gs_logistic_f64", C.gs_logistic_f64(seed, stream, offset, n, out))
end

function gs.normal_f32(seed, stream, offset, n, out)
  check("gs_normal_f32", C.gs_normal_f32(seed, stream, offset, n, out))
end

function gs.normal_f64(seed, stream, offset, n, out)
  check("gs_normal_f64", C.gs_normal_f64(seed, stream, offset, n, out))
end

function gs.uniform_rows_f32(seeds, seed_count, streams, stream_count, offsets, offset_count, rows, k, columns, column_count, indptr, out)
  check("gs_uniform_rows_f32", C.gs_uniform_rows_f32(seeds, seed_count, streams, stream_count, offsets, offset_count, rows, k, columns, column_count, indptr, out))
end

function gs.uniform_rows_f64(seeds, seed_count, streams, stream_count, offsets, offset_count, rows, k, columns, column_count, indptr, out)
  check("gs_uniform_rows_f64", C.gs_uniform_rows_f64(seeds, seed_count, streams, stream_count, offsets, offset_count, rows, k, columns, column_count, indptr, out))
end

function gs.exponential_rows_f32(seeds, seed_count, streams, stream_count, offsets, offset_count, rows, k, columns, column_count, indptr, out)
  check("gs_exponential_rows_f32", C.gs_exponential_rows_f32(seeds, seed_count, streams, stream_count, offsets, offset_count, rows, k, columns, column_count, indptr, out))
end

function gs.exponential_rows_f64(seeds, seed_count, streams, stream_count, offsets, offset_count, rows, k, columns, column_count, indptr, out)
  check("gs_exponential_rows_f64", C.gs_exponential_rows_f64(seeds, seed_count, streams, stream_count, offsets, offset_count, rows, k, columns, column_count, indptr, out))
end

function gs.gumbel_rows_f32(seeds, seed_count, streams, stream_count, offsets, offset_count, rows, k, columns, column_count, indptr, out)
  check("gs_gumbel_rows_f32", C.gs_gumbel_rows_f32(seeds, seed_count, streams, stream_count, offsets, offset_count, rows, k, columns, column_count, indptr, out))
end

function gs.gumbel_rows_f64(seeds, seed_count, streams, stream_count, offsets, offset_count, rows, k, columns, column_count, indptr, out)
  check("gs_gumbel_rows_f64", C.gs_gumbel_rows_f64(seeds, seed_count, streams, stream_count, offsets, offset_count, rows, k, columns, column_count, indptr, out))
end

function gs.logistic_rows_f32(seeds, seed_count, streams, stream_count, offsets, offset_count, rows, k, columns, column_count, indptr, out)
  check("gs_logistic_rows_f32", C.gs_logistic_rows_f32(seeds, seed_count, streams, stream_count, offsets, offset_count, rows, k, columns, column_count, indptr, out))
end

function gs.logistic_rows_f64(seeds, seed_count, streams, stream_count, offsets, offset_count, rows, k, columns, column_count, indptr, out)
  check("gs_logistic_rows_f64", C.gs_logistic_rows_f64(seeds, seed_count, streams, stream_count, offsets, offset_count, rows, k, columns, column_count, indptr, out))
end

function gs.normal_rows_f32(seeds, seed_count, streams, stream_count, offsets, offset_count, rows, k, columns, column_count, indptr, out)
  check("gs_normal_rows_f32", C.gs_normal_rows_f32(seeds, seed_count, streams, stream_count, offsets, offset_count, rows, k, columns, column_count, indptr, out))
end

function gs.normal_rows_f64(seeds, seed_count, streams, stream_count, offsets, offset_count, rows, k, columns, column_count, indptr, out)
  check("gs_normal_rows_f64", C.gs_normal_rows_f64(seeds, seed_count, streams, stream_count, offsets, offset_count, rows, k, columns, column_count, indptr, out))
end

function gs.bernoulli_f32(seed, stream, offset, logits, n, draws, out)
  check("gs_bernoulli_f32", C.gs_bernoulli_f32(seed, stream, offset, logits, n, draws, out))
end

function gs.bernoulli_f64(seed, stream, offset, logits, n, draws, out)
  check("gs_bernoulli_f64", C.gs_bernoulli_f64(seed, stream, offset, logits, n, draws, out))
end

function gs.categorical_f32(seed, stream, offset, logits, rows, k, index)
  check("gs_categorical_f32", C.gs_categorical_f32(seed, stream, offset, logits, rows, k, index))
end

function gs.categorical_f64(seed, stream, offset, logits, rows, k, index)
  check("gs_categorical_f64", C.gs_categorical_f64(seed, stream, offset, logits, rows, k, index))
end

function gs.gumbel_max_f32(seed, stream, offset, logits, rows, k, draws, index, maximum)
  check("gs_gumbel_max_f32", C.gs_gumbel_max_f32(seed, stream, offset, logits, rows, k, draws, index, maximum))
end

function gs.gumbel_max_f64(seed, stream, offset, logits, rows, k, draws, index, maximum)
  check("gs_gumbel_max_f64", C.gs_gumbel_max_f64(seed, stream, offset, logits, rows, k, draws, index, maximum))
end

function gs.gumbel_max_rows_f32(seeds, seed_count, streams, stream_count, offsets, offset_count, rows, k, columns, column_count, indptr, logits, index, maximum)
  check("gs_gumbel_max_rows_f32", C.gs_gumbel_max_rows_f32(seeds, seed_count, streams, stream_count, offsets, offset_count, rows, k, columns, column_count, indptr, logits, index, maximum))
end

function gs.gumbel_max_rows_f64(seeds, seed_count, streams, stream_count, offsets, offset_count, rows, k, columns, column_count, indptr, logits, index, maximum)
  check("gs_gumbel_max_rows_f64", C.gs_gumbel_max_rows_f64(seeds, seed_count, streams, stream_count, offsets, offset_count, rows, k, columns, column_count, indptr, logits, index, maximum))
end

function gs.gumbel_top_k_f32(seed, stream, offset, logits, rows, k, draws, top, index, sums)
  check("gs_gumbel_top_k_f32", C.gs_gumbel_top_k_f32(seed, stream, offset, logits, rows, k, draws, top, index, sums))
end

function gs.gumbel_top_k_f64(seed, stream, offset, logits, rows, k, draws, top, index, sums)
  check("gs_gumbel_top_k_f64", C.gs_gumbel_top_k_f64(seed, stream, offset, logits, rows, k, draws, top, index, sums))
end

function gs.gumbel_top_k_rows_f32(seeds, seed_count, streams, stream_count, offsets, offset_count, rows, k, columns, column_count, indptr, logits, top, index, sums)
  check("gs_gumbel_top_k_rows_f32", C.gs_gumbel_top_k_rows_f32(seeds, seed_count, streams, stream_count, offsets, offset_count, rows, k, columns, column_count, indptr, logits, top, index, sums))
end

function gs.gumbel_top_k_rows_f64(seeds, seed_count, streams, stream_count, offsets, offset_count, rows, k, columns, column_count, indptr, logits, top, index, sums)
  check("gs_gumbel_top_k_rows_f64", C.gs_gumbel_top_k_rows_f64(seeds, seed_count, streams, stream_count, offsets, offset_count, rows, k, columns, column_count, indptr, logits, top, index, sums))
end

function gs.check_logits_f32(logits, rows, k, row)
  check("gs_check_logits_f32", C.gs_check_logits_f32(logits, rows, k, row))
end

function gs.check_logits_f64(logits, rows, k, row)
  check("gs_check_logits_f64", C.gs_check_logits_f64(logits, rows, k, row))
end

function gs.alias_table_f32(logits, rows, k, table)
  check("gs_alias_table_f32", C.gs_alias_table_f32(logits, rows, k, table))
end

function gs.alias_table_f64(logits, rows, k, table)
  check("gs_alias_table_f64", C.gs_alias_table_f64(logits, rows, k, table))
end

function gs.alias_draw(seed, stream, offset, table, rows, k, draws, index)
  check("gs_alias_draw", C.gs_alias_draw(seed, stream, offset, table, rows, k, draws, index))
end

function gs.cdf_table_f32(logits, rows, k, table)
  check("gs_cdf_table_f32", C.gs_cdf_table_f32(logits, rows, k, table))
end

function gs.cdf_table_f64(logits, rows, k, table)
  check("gs_cdf_table_f64", C.gs_cdf_table_f64(logits, rows, k, table))
end

function gs.cdf_draw(seed, stream, offset, table, rows, k, draws, index)
  check("gs_cdf_draw", C.gs_cdf_draw(seed, stream, offset, table, rows, k, draws, index))
end

function gs.softmax_f32(x, rows, k, tau, soft, index)
  check("gs_softmax_f32", C.gs_softmax_f32(x, rows, k, tau, soft, index))
end

function gs.softmax_f64(x, rows, k, tau, soft, index)
  check("gs_softmax_f64", C.gs_softmax_f64(x, rows, k, tau, soft, index))
end

function gs.softmax_taus_f32(x, rows, k, tau, soft, index)
  check("gs_softmax_taus_f32", C.gs_softmax_taus_f32(x, rows, k, tau, soft, index))
end

function gs.softmax_taus_f64(x, rows, k, tau, soft, index)
  check("gs_softmax_taus_f64", C.gs_softmax_taus_f64(x, rows, k, tau, soft, index))
end

function gs.gumbel_softmax_f32(seed, stream, offset, logits, rows, k, tau, soft, index)
  check("gs_gumbel_softmax_f32", C.gs_gumbel_softmax_f32(seed, stream, offset, logits, rows, k, tau, soft, index))
end

function gs.gumbel_softmax_f64(seed, stream, offset, logits, rows, k, tau, soft, index)
  check("gs_gumbel_softmax_f64", C.gs_gumbel_softmax_f64(seed, stream, offset, logits, rows, k, tau, soft, index))
end

function gs.gumbel_softmax_taus_f32(seed, stream, offset, logits, rows, k, tau, soft, index)
  check("gs_gumbel_softmax_taus_f32", C.gs_gumbel_softmax_taus_f32(seed, stream, offset, logits, rows, k, tau, soft, index))
end

function gs.gumbel_softmax_taus_f64(seed, stream, offset, logits, rows, k, tau, soft, index)
  check("gs_gumbel_softmax_taus_f64", C.gs_gumbel_softmax_taus_f64(seed, stream, offset, logits, rows, k, tau, soft, index))
end

function gs.gumbel_softmax_rows_f32(seeds, seed_count, streams, stream_count, offsets, offset_count, rows, k, columns, column_count, indptr, logits, tau, soft, index)
  check("gs_gumbel_softmax_rows_f32", C.gs_gumbel_softmax_rows_f32(seeds, seed_count, streams, stream_count, offsets, offset_count, rows, k, columns, column_count, indptr, logits, tau, soft, index))
end

function gs.gumbel_softmax_rows_f64(seeds, seed_count, streams, stream_count, offsets, offset_count, rows, k, columns, column_count, indptr, logits, tau, soft, index)
  check("gs_gumbel_softmax_rows_f64", C.gs_gumbel_softmax_rows_f64(seeds, seed_count, streams, stream_count, offsets, offset_count, rows, k, columns, column_count, indptr, logits, tau, soft, index))
end

function gs.gumbel_softmax_rows_taus_f32(seeds, seed_count, streams, stream_count, offsets, offset_count, rows, k, columns, column_count, indptr, logits, tau, soft, index)
  check("gs_gumbel_softmax_rows_taus_f32", C.gs_gumbel_softmax_rows_taus_f32(seeds, seed_count, streams, stream_count, offsets, offset_count, rows, k, columns, column_count, indptr, logits, tau, soft, index))
end

function gs.gumbel_softmax_rows_taus_f64(seeds, seed_count, streams, stream_count, offsets, offset_count, rows, k, columns, column_count, indptr, logits, tau, soft, index)
  check("gs_gumbel_softmax_rows_taus_f64", C.gs_gumbel_softmax_rows_taus_f64(seeds, seed_count, streams, stream_count, offsets, offset_count, rows, k, columns, column_count, indptr, logits, tau, soft, index))
end

function gs.gumbel_softmax_backward_f32(grad, soft, rows, k, tau, dlogits, dtau)
  check("gs_gumbel_softmax_backward_f32", C.gs_gumbel_softmax_backward_f32(grad, soft, rows, k, tau, dlogits, dtau))
end

function gs.gumbel_softmax_backward_f64(grad, soft, rows, k, tau, dlogits, dtau)
  check("gs_gumbel_softmax_backward_f64", C.gs_gumbel_softmax_backward_f64(grad, soft, rows, k, tau, dlogits, dtau))
end

function gs.gumbel_softmax_backward_taus_f32(grad, soft, rows, k, tau, dlogits, dtau)
  check("gs_gumbel_softmax_backward_taus_f32", C.gs_gumbel_softmax_backward_taus_f32(grad, soft, rows, k, tau, dlogits, dtau))
end

function gs.gumbel_softmax_backward_taus_f64(grad, soft, rows, k, tau, dlogits, dtau)
  check("gs_gumbel_softmax_backward_taus_f64", C.gs_gumbel_softmax_backward_taus_f64(grad, soft, rows, k, tau, dlogits, dtau))
end

function gs.binary_concrete_f32(seed, stream, offset, logits, n, tau, soft)
  check("gs_binary_concrete_f32", C.gs_binary_concrete_f32(seed, stream, offset, logits, n, tau, soft))
end

function gs.binary_concrete_f64(seed, stream, offset, logits, n, tau, soft)
  check("gs_binary_concrete_f64", C.gs_binary_concrete_f64(seed, stream, offset, logits, n, tau, soft))
end

function gs.binary_concrete_taus_f32(seed, stream, offset, logits, n, tau, soft)
  check("gs_binary_concrete_taus_f32", C.gs_binary_concrete_taus_f32(seed, stream, offset, logits, n, tau, soft))
end

function gs.binary_concrete_taus_f64(seed, stream, offset, logits, n, tau, soft)
  check("gs_binary_concrete_taus_f64", C.gs_binary_concrete_taus_f64(seed, stream, offset, logits, n, tau, soft))
end

function gs.binary_concrete_backward_f32(grad, soft, n, tau, dlogits, dtau)
  check("gs_binary_concrete_backward_f32", C.gs_binary_concrete_backward_f32(grad, soft, n, tau, dlogits, dtau))
end

function gs.binary_concrete_backward_f64(grad, soft, n, tau, dlogits, dtau)
  check("gs_binary_concrete_backward_f64", C.gs_binary_concrete_backward_f64(grad, soft, n, tau, dlogits, dtau))
end

function gs.binary_concrete_backward_taus_f32(grad, soft, n, tau, dlogits, dtau)
  check("gs_binary_concrete_backward_taus_f32", C.gs_binary_concrete_backward_taus_f32(grad, soft, n, tau, dlogits, dtau))
end

function gs.binary_concrete_backward_taus_f64(grad, soft, n, tau, dlogits, dtau)
  check("gs_binary_concrete_backward_taus_f64", C.gs_binary_concrete_backward_taus_f64(grad, soft, n, tau, dlogits, dtau))
end

function gs.conditional_gumbel_f32(seed, stream, offset, logits, index, rows, k, draws, out)
  check("gs_conditional_gumbel_f32", C.gs_conditional_gumbel_f32(seed, stream, offset, logits, index, rows, k, draws, out))
end

function gs.conditional_gumbel_f64(seed, stream, offset, logits, index, rows, k, draws, out)
  check("gs_conditional_gumbel_f64", C.gs_conditional_gumbel_f64(seed, stream, offset, logits, index, rows, k, draws, out))
end

function gs.log_softmax_f32(x, rows, k, tau, log_probs)
  check("gs_log_softmax_f32", C.gs_log_softmax_f32(x, rows, k, tau, log_probs))
end

function gs.log_softmax_f64(x, rows, k, tau, log_probs)
  check("gs_log_softmax_f64", C.gs_log_softmax_f64(x, rows, k, tau, log_probs))
end

function gs.log_softmax_taus_f32(x, rows, k, tau, log_probs)
  check("gs_log_softmax_taus_f32", C.gs_log_softmax_taus_f32(x, rows, k, tau, log_probs))
end

function gs.log_softmax_taus_f64(x, rows, k, tau, log_probs)
  check("gs_log_softmax_taus_f64", C.gs_log_softmax_taus_f64(x, rows, k, tau, log_probs))
end

function gs.log_softmax_backward_f32(grad, log_probs, rows, k, tau, dx, dtau)
  check("gs_log_softmax_backward_f32", C.gs_log_softmax_backward_f32(grad, log_probs, rows, k, tau, dx, dtau))
end

function gs.log_softmax_backward_f64(grad, log_probs, rows, k, tau, dx, dtau)
  check("gs_log_softmax_backward_f64", C.gs_log_softmax_backward_f64(grad, log_probs, rows, k, tau, dx, dtau))
end

function gs.log_softmax_backward_taus_f32(grad, log_probs, rows, k, tau, dx, dtau)
  check("gs_log_softmax_backward_taus_f32", C.gs_log_softmax_backward_taus_f32(grad, log_probs, rows, k, tau, dx, dtau))
end

function gs.log_softmax_backward_taus_f64(grad, log_probs, rows, k, tau, dx, dtau)
  check("gs_log_softmax_backward_taus_f64", C.gs_log_softmax_backward_taus_f64(grad, log_probs, rows, k, tau, dx, dtau))
end

function gs.entropy_f32(logits, rows, k, out)
  check("gs_entropy_f32", C.gs_entropy_f32(logits, rows, k, out))
end

function gs.entropy_f64(logits, rows, k, out)
  check("gs_entropy_f64", C.gs_entropy_f64(logits, rows, k, out))
end

function gs.entropy_backward_f32(grad, logits, rows, k, dlogits)
  check("gs_entropy_backward_f32", C.gs_entropy_backward_f32(grad, logits, rows, k, dlogits))
end

function gs.entropy_backward_f64(grad, logits, rows, k, dlogits)
  check("gs_entropy_backward_f64", C.gs_entropy_backward_f64(grad, logits, rows, k, dlogits))
end

function gs.kl_divergence_f32(logits, other_logits, rows, k, out)
  check("gs_kl_divergence_f32", C.gs_kl_divergence_f32(logits, other_logits, rows, k, out))
end

function gs.kl_divergence_f64(logits, other_logits, rows, k, out)
  check("gs_kl_divergence_f64", C.gs_kl_divergence_f64(logits, other_logits, rows, k, out))
end

function gs.kl_divergence_backward_f32(grad, logits, other_logits, rows, k, dlogits, dother)
  check("gs_kl_divergence_backward_f32", C.gs_kl_divergence_backward_f32(grad, logits, other_logits, rows, k, dlogits, dother))
end

function gs.kl_divergence_backward_f64(grad, logits, other_logits, rows, k, dlogits, dother)
  check("gs_kl_divergence_backward_f64", C.gs_kl_divergence_backward_f64(grad, logits, other_logits, rows, k, dlogits, dother))
end

function gs.top_k_log_prob_f32(logits, index, rows, k, top, out)
  check("gs_top_k_log_prob_f32", C.gs_top_k_log_prob_f32(logits, index, rows, k, top, out))
end

function gs.top_k_log_prob_f64(logits, index, rows, k, top, out)
  check("gs_top_k_log_prob_f64", C.gs_top_k_log_prob_f64(logits, index, rows, k, top, out))
end

function gs.top_k_log_prob_backward_f32(grad, logits, index, rows, k, top, dlogits)
  check("gs_top_k_log_prob_backward_f32", C.gs_top_k_log_prob_backward_f32(grad, logits, index, rows, k, top, dlogits))
end

function gs.top_k_log_prob_backward_f64(grad, logits, index, rows, k, top, dlogits)
  check("gs_top_k_log_prob_backward_f64", C.gs_top_k_log_prob_backward_f64(grad, logits, index, rows, k, top, dlogits))
end

function gs.top_k_weights_f32(logits, index, sums, rows, k, top, normalize, out)
  check("gs_top_k_weights_f32", C.gs_top_k_weights_f32(logits, index, sums, rows, k, top, normalize, out))
end

function gs.top_k_weights_f64(logits, index, sums, rows, k, top, normalize, out)
  check("gs_top_k_weights_f64", C.gs_top_k_weights_f64(logits, index, sums, rows, k, top, normalize, out))
end

function gs.gumbel_log_prob_f32(x, n, loc, scale, out)
  check("gs_gumbel_log_prob_f32", C.gs_gumbel_log_prob_f32(x, n, loc, scale, out))
end

function gs.gumbel_log_prob_f64(x, n, loc, scale, out)
  check("gs_gumbel_log_prob_f64", C.gs_gumbel_log_prob_f64(x, n, loc, scale, out))
end

function gs.gumbel_log_prob_backward_f32(grad, x, n, loc, scale, dx, dloc, dscale)
  check("gs_gumbel_log_prob_backward_f32", C.gs_gumbel_log_prob_backward_f32(grad, x, n, loc, scale, dx, dloc, dscale))
end

function gs.gumbel_log_prob_backward_f64(grad, x, n, loc, scale, dx, dloc, dscale)
  check("gs_gumbel_log_prob_backward_f64", C.gs_gumbel_log_prob_backward_f64(grad, x, n, loc, scale, dx, dloc, dscale))
end

function gs.logistic_log_prob_f32(x, n, loc, scale, out)
  check("gs_logistic_log_prob_f32", C.gs_logistic_log_prob_f32(x, n, loc, scale, out))
end

function gs.logistic_log_prob_f64(x, n, loc, scale, out)
  check("gs_logistic_log_prob_f64", C.gs_logistic_log_prob_f64(x, n, loc, scale, out))
end

function gs.logistic_log_prob_backward_f32(grad, x, n, loc, scale, dx, dloc, dscale)
  check("gs_logistic_log_prob_backward_f32", C.gs_logistic_log_prob_backward_f32(grad, x, n, loc, scale, dx, dloc, dscale))
end

function gs.logistic_log_prob_backward_f64(grad, x, n, loc, scale, dx, dloc, dscale)
  check("gs_logistic_log_prob_backward_f64", C.gs_logistic_log_prob_backward_f64(grad, x, n, loc, scale, dx, dloc, dscale))
end

function gs.binary_concrete_log_prob_f32(y, logits, n, tau, out)
  check("gs_binary_concrete_log_prob_f32", C.gs_binary_concrete_log_prob_f32(y, logits, n, tau, out))
end

function gs.binary_concrete_log_prob_f64(y, logits, n, tau, out)
  check("gs_binary_concrete_log_prob_f64", C.gs_binary_concrete_log_prob_f64(y, logits, n, tau, out))
end

function gs.binary_concrete_log_prob_backward_f32(grad, y, logits, n, tau, dy, dlogits, dtau)
  check("gs_binary_concrete_log_prob_backward_f32", C.gs_binary_concrete_log_prob_backward_f32(grad, y, logits, n, tau, dy, dlogits, dtau))
end

function gs.binary_concrete_log_prob_backward_f64(grad, y, logits, n, tau, dy, dlogits, dtau)
  check("gs_binary_concrete_log_prob_backward_f64", C.gs_binary_concrete_log_prob_backward_f64(grad, y, logits, n, tau, dy, dlogits, dtau))
end

function gs.logit_binary_concrete_log_prob_f32(x, logits, n, tau, out)
  check("gs_logit_binary_concrete_log_prob_f32", C.gs_logit_binary_concrete_log_prob_f32(x, logits, n, tau, out))
end

function gs.logit_binary_concrete_log_prob_f64(x, logits, n, tau, out)
  check("gs_logit_binary_concrete_log_prob_f64", C.gs_logit_binary_concrete_log_prob_f64(x, logits, n, tau, out))
end

function gs.logit_binary_concrete_log_prob_backward_f32(grad, x, logits, n, tau, dx, dlogits, dtau)
  check("gs_logit_binary_concrete_log_prob_backward_f32", C.gs_logit_binary_concrete_log_prob_backward_f32(grad, x, logits, n, tau, dx, dlogits, dtau))
end

function gs.logit_binary_concrete_log_prob_backward_f64(grad, x, logits, n, tau, dx, dlogits, dtau)
  check("gs_logit_binary_concrete_log_prob_backward_f64", C.gs_logit_binary_concrete_log_prob_backward_f64(grad, x, logits, n, tau, dx, dlogits, dtau))
end

function gs.concrete_log_prob_f32(y, logits, rows, k, tau, out)
  check("gs_concrete_log_prob_f32", C.gs_concrete_log_prob_f32(y, logits, rows, k, tau, out))
end

function gs.concrete_log_prob_f64(y, logits, rows, k, tau, out)
  check("gs_concrete_log_prob_f64", C.gs_concrete_log_prob_f64(y, logits, rows, k, tau, out))
end

function gs.concrete_log_prob_backward_f32(grad, y, logits, rows, k, tau, dy, dlogits, dtau)
  check("gs_concrete_log_prob_backward_f32", C.gs_concrete_log_prob_backward_f32(grad, y, logits, rows, k, tau, dy, dlogits, dtau))
end

function gs.concrete_log_prob_backward_f64(grad, y, logits, rows, k, tau, dy, dlogits, dtau)
  check("gs_concrete_log_prob_backward_f64", C.gs_concrete_log_prob_backward_f64(grad, y, logits, rows, k, tau, dy, dlogits, dtau))
end

function gs.exp_concrete_log_prob_f32(x, logits, rows, k, tau, out)
  check("gs_exp_concrete_log_prob_f32", C.gs_exp_concrete_log_prob_f32(x, logits, rows, k, tau, out))
end

function gs.exp_concrete_log_prob_f64(x, logits, rows, k, tau, out)
  check("gs_exp_concrete_log_prob_f64", C.gs_exp_concrete_log_prob_f64(x, logits, rows, k, tau, out))
end

function gs.exp_concrete_log_prob_backward_f32(grad, x, logits, rows, k, tau, dx, dlogits, dtau)
  check("gs_exp_concrete_log_prob_backward_f32", C.gs_exp_concrete_log_prob_backward_f32(grad, x, logits, rows, k, tau, dx, dlogits, dtau))
end

function gs.exp_concrete_log_prob_backward_f64(grad, x, logits, rows, k, tau, dx, dlogits, dtau)
  check("gs_exp_concrete_log_prob_backward_f64", C.gs_exp_concrete_log_prob_backward_f64(grad, x, logits, rows, k, tau, dx, dlogits, dtau))
end

return gs
