/* The calls of fuzz.c with elements of type T. Those that follow from the names of parameters are not here but in
 * fuzz_derived.h, which tests/native_fuzz.py writes: of every function that is not called by name below. */

static T NAME(number)(void)
{
    const double u = ((double)draw() + 0.5) * 0x1p-64;
    return (T)(once_in(20) ? ldexp(u - 0.5, (int)below(240) - 120) : 20 * (u - 0.5));
}

static T NAME(odd)(void) /* what no logit may be */
{
    return once_in(2) ? (T)NAN : (T)INFINITY;
}

static T NAME(tau)(int32_t error)
{
    static const T bad[] = {0, -1, (T)NAN, (T)INFINITY, LEAST / 2};
    static const T edge[] = {LEAST, 1, (T)1e-3, (T)1e3};
    if (once_in(30)) {
        applies(error);
        return bad[below(5)];
    }
    return once_in(4) ? edge[below(4)] : (T)exp(8 * (((double)draw() + 0.5) * 0x1p-64 - 0.5));
}

/* One temperature for each of n. */
static T *NAME(taus)(int64_t n)
{
    T *tau = array(n, sizeof *tau, 0, 0);
    const int64_t odd = once_in(20) && n > 0 ? (int64_t)below((uint64_t)n) : -1;
    for (int64_t i = 0; tau != NULL && i < n; i++)
        tau[i] = i == odd ? 0 : (T)(0.1 + (double)below(100) / 10);
    if (tau != NULL && odd >= 0)
        applies(GS_ERROR_TAU);
    return tau;
}

/* Rows whose largest logit is too large for noise to be added. */
static void NAME(large)(const T *logits, int64_t rows, int64_t k)
{
    for (int64_t r = 0; logits != NULL && times(rows, k) > 0 && r < rows; r++) {
        T largest = (T)-INFINITY;
        for (int64_t j = 0; j < k; j++)
            if (logits[r * k + j] > largest)
                largest = logits[r * k + j];
        if (fabs((double)largest) >= (sizeof(T) == 4 ? 0x1p10 : 0x1p39) && isfinite(largest))
            applies(GS_ERROR_LARGE);
    }
}

static T *NAME(gradient)(int64_t n)
{
    T *grad = array(n, sizeof *grad, 0, 0);
    for (int64_t i = 0; grad != NULL && i < n; i++)
        grad[i] = NAME(number)();
    return grad;
}

/* Logits of rows of k; single ones have no row to be all -inf. */
static T *NAME(logits)(int64_t rows, int64_t k, int32_t odd, int32_t empty)
{
    const int64_t n = times(rows, k);
    T *logits = array(n, sizeof *logits, 0, 0);
    for (int64_t r = 0; logits != NULL && n > 0 && r < rows; r++) {
        const int masked = once_in(40), strange = once_in(100);
        int finite = 0;
        for (int64_t j = 0; j < k; j++) {
            logits[r * k + j] = masked || once_in(8) ? (T)-INFINITY : NAME(number)();
            finite |= logits[r * k + j] > (T)-INFINITY;
        }
        if (!finite && empty && !(masked && !strange)) {
            logits[r * k] = 1;
            finite = 1;
        }
        if (strange) {
            logits[r * k + (int64_t)below((uint64_t)k)] = NAME(odd)();
            applies(odd);
        } else if (!finite && empty) {
            applies(empty);
        }
    }
    return logits;
}

/* Numbers from 0 to 1 that need not sum to 1. */
static T *NAME(soft)(int64_t n)
{
    T *soft = array(n, sizeof *soft, 0, 0);
    for (int64_t i = 0; soft != NULL && i < n; i++)
        soft[i] = once_in(9) ? (T)below(2) : (T)(((double)draw() + 0.5) * 0x1p-64);
    if (soft != NULL && n > 0 && once_in(30)) {
        static const T outside[] = {(T)-1e-9, (T)1.001, (T)NAN, (T)INFINITY};
        soft[below((uint64_t)n)] = outside[below(4)];
        applies(GS_ERROR_SAMPLE);
    }
    return soft;
}

static void NAME(in_range)(const T *x, int64_t n, T low, T high)
{
    for (int64_t i = 0; x != NULL && i < n; i++)
        if (!(x[i] >= low && x[i] <= high))
            fail("a value is out of range", GS_OK);
}

static void NAME(no_nan)(const T *x, int64_t n)
{
    for (int64_t i = 0; x != NULL && i < n; i++)
        if (isnan(x[i]))
            fail("a value is NaN", GS_OK);
}

static void NAME(noise)(void)
{
#define FUNCTION(name, low_f32, low_f64, high_f32, high_f64) \
    {NAME(gs_##name), (T)(WIDTH == 1 ? low_f32 : low_f64), (T)(WIDTH == 1 ? high_f32 : high_f64)},
    static const struct {
        int32_t (*fill)(uint64_t, uint64_t, uint64_t, int64_t, T *);
        T low, high;
    } functions[] = {EACH_NOISE(FUNCTION)};
#undef FUNCTION
    begin("noise");
    const int which = (int)below(sizeof functions / sizeof *functions);
    const int64_t n = size();
    const uint64_t offset = offset_for(times(n, 1), WIDTH);
    T *out = array(n, sizeof *out, 1, 0);
    const int32_t status = functions[which].fill(draw(), draw(), offset, n, out);
    end(status);
    if (status == GS_OK)
        NAME(in_range)(out, n, functions[which].low, functions[which].high);
}

static void NAME(gumbel_max)(void)
{
    begin("gumbel_max");
    const int64_t k = categories(), rows = few(), draws = few(), all = times(rows, draws);
    const T *logits = NAME(logits)(rows, k, GS_ERROR_LOGITS, GS_ERROR_ROW);
    NAME(large)(logits, rows, k);
    int64_t *index = array(all, sizeof *index, 1, 0);
    T *maximum = array(all, sizeof *maximum, 1, 1);
    const uint64_t offset = offset_for(times(all, k), WIDTH);
    const int32_t status = NAME(gs_gumbel_max)(draw(), draw(), offset, logits, rows, k, draws, index, maximum);
    end(status);
    if (status == GS_OK) {
        indices_below(index, all, k);
        NAME(no_nan)(maximum, all);
        for (int64_t i = 0; i < all; i++)
            if (!(logits[i % rows * k + index[i]] > (T)-INFINITY))
                fail("a masked category was drawn", status);
    }
}

/* Arguments of rows that have places of their own; some of them bad. */
struct NAME(places) {
    const uint64_t *seeds, *streams, *offsets;
    int64_t seed_count, stream_count, offset_count, rows, k, column_count, elements;
    const int64_t *columns, *indptr;
};

static const uint64_t *NAME(words)(int64_t rows, int64_t *count, int shift)
{
    *count = once_in(2) ? 1 : rows;
    uint64_t *made = array(rows > 0 ? *count : 0, sizeof *made, 0, 0);
    for (int64_t i = 0; made != NULL && rows > 0 && i < *count; i++)
        made[i] = draw() >> shift;
    if (once_in(60)) {
        *count = rows + 2;
        applies(GS_ERROR_SIZE);
    }
    return made;
}

static struct NAME(places) NAME(places)(int64_t least)
{
    struct NAME(places) p = {0};
    p.rows = few();
    p.k = categories();
    if (p.rows < 0 || p.rows > 10000 || p.k < 1 || p.k > 10000) { /* bad, and nothing but the sizes is looked at */
        p.seeds = p.streams = p.offsets = NULL;
        p.seed_count = p.stream_count = p.offset_count = 1;
        applies(GS_ERROR_SIZE);
        applies(GS_ERROR_NULL);
        return p;
    }
    p.elements = p.rows * p.k;
    if (once_in(3)) {
        int64_t *indptr = array(p.rows + 1, sizeof *indptr, 0, 1);
        if (indptr != NULL) {
            indptr[0] = 0;
            for (int64_t r = 0; r < p.rows; r++)
                indptr[r + 1] = indptr[r] + (int64_t)below((uint64_t)p.k + 1);
            p.elements = indptr[p.rows];
        }
        p.indptr = indptr;
    }
    p.seeds = NAME(words)(p.rows, &p.seed_count, 0);
    p.streams = NAME(words)(p.rows, &p.stream_count, 0);
    p.offsets = NAME(words)(p.rows, &p.offset_count, 2);
    const int how = (int)below(3);
    const int64_t n = how == 2 || p.indptr != NULL ? p.elements : p.k;
    p.column_count = how == 0 ? 0 : how == 1 && p.indptr == NULL ? 1 : p.rows;
    if (p.column_count != 0) {
        int64_t *columns = array(p.rows > 0 ? n : 0, sizeof *columns, 0, 0);
        for (int64_t i = 0; columns != NULL && p.rows > 0 && i < n; i++) {
            columns[i] = once_in(10) ? least : (int64_t)(draw() >> (once_in(3) ? 10 : 58));
            if (once_in(500)) {
                columns[i] = least - 1;
                applies(GS_ERROR_INDEX);
            }
        }
        p.columns = columns;
    }
    return p;
}

#define PLACES_OF(p) \
    p.seeds, p.seed_count, p.streams, p.stream_count, p.offsets, p.offset_count, p.rows, p.k, p.columns, p.column_count, p.indptr

static void NAME(noise_rows)(void)
{
#define FUNCTION(name, low_f32, low_f64, high_f32, high_f64) \
    {NAME(gs_##name##_rows), (T)(WIDTH == 1 ? low_f32 : low_f64), (T)(WIDTH == 1 ? high_f32 : high_f64)},
    static const struct {
        int32_t (*fill)(const uint64_t *, int64_t, const uint64_t *, int64_t, const uint64_t *, int64_t, int64_t, int64_t,
                        const int64_t *, int64_t, const int64_t *, T *);
        T low, high;
    } functions[] = {EACH_NOISE(FUNCTION)};
#undef FUNCTION
    begin("noise of rows");
    const int which = (int)below(sizeof functions / sizeof *functions);
    const struct NAME(places) p = NAME(places)(0);
    T *out = array(p.elements, sizeof *out, 1, 0);
    const int32_t status = functions[which].fill(PLACES_OF(p), out);
    end(status);
    if (status == GS_OK)
        NAME(in_range)(out, p.elements, functions[which].low, functions[which].high);
}

static int64_t NAME(row_begin)(const struct NAME(places) *p, int64_t r)
{
    return p->indptr == NULL ? r * p->k : p->indptr[r];
}

static int NAME(is_alternative)(const struct NAME(places) *p, int64_t r, int64_t j)
{
    return p->column_count == 0 || p->columns[(p->column_count == p->rows ? NAME(row_begin)(p, r) : 0) + j] >= 0;
}

/* Logits of such rows, and the least number of categories above -inf that one has. */
static const T *NAME(logits_of_places)(const struct NAME(places) *p, int64_t *least)
{
    const T *logits = NAME(logits)(p->elements, 1, GS_ERROR_LOGITS, 0);
    const int missing = p->elements > 0 && (logits == NULL || (p->column_count != 0 && p->columns == NULL));
    *least = INT64_MAX;
    for (int64_t r = 0; !missing && !(wrong >> GS_ERROR_SIZE & 1) && r < p->rows; r++) {
        const int64_t first = NAME(row_begin)(p, r), m = NAME(row_begin)(p, r + 1) - first;
        int64_t some = 0, n = 0;
        T top = (T)-INFINITY;
        for (int64_t j = 0; j < m; j++) {
            if (NAME(is_alternative)(p, r, j)) {
                some = 1;
                n += logits[first + j] > (T)-INFINITY;
                top = logits[first + j] > top ? logits[first + j] : top;
            }
        }
        *least = n < *least ? n : *least;
        if (some && top == (T)-INFINITY)
            applies(GS_ERROR_ROW);
        if (some && fabs((double)top) >= (sizeof(T) == 4 ? 0x1p10 : 0x1p39) && isfinite(top))
            applies(GS_ERROR_LARGE);
    }
    return logits;
}

/* Index i of row r is -1 where that may be, or of a category that it has. */
static void NAME(possible)(const struct NAME(places) *p, const T *logits, int64_t r, int64_t i, int64_t least)
{
    const int64_t first = NAME(row_begin)(p, r), m = NAME(row_begin)(p, r + 1) - first;
    if (i < least || i >= m || (i >= 0 && !(NAME(is_alternative)(p, r, i) && logits[first + i] > (T)-INFINITY)))
        fail("a choice is impossible", GS_OK);
}

static void NAME(gumbel_max_rows)(void)
{
    begin("gumbel_max_rows");
    const struct NAME(places) p = NAME(places)(-1);
    int64_t least;
    const T *logits = NAME(logits_of_places)(&p, &least);
    int64_t *index = array(p.rows < 10000 ? p.rows : 0, sizeof *index, 1, 0);
    T *maximum = array(p.rows < 10000 ? p.rows : 0, sizeof *maximum, 1, 1);
    const int32_t status = NAME(gs_gumbel_max_rows)(PLACES_OF(p), logits, index, maximum);
    end(status);
    for (int64_t r = 0; status == GS_OK && r < p.rows; r++)
        NAME(possible)(&p, logits, r, index[r], -1);
}

static void NAME(gumbel_softmax_rows)(void)
{
    begin("gumbel_softmax_rows");
    const struct NAME(places) p = NAME(places)(-1);
    int64_t least;
    const int each = once_in(2);
    const T *logits = NAME(logits_of_places)(&p, &least);
    const T one = each ? 1 : NAME(tau)(GS_ERROR_TAU), *taus = each ? NAME(taus)(p.rows < 10000 ? p.rows : 0) : NULL;
    T *soft = array(p.elements, sizeof *soft, 1, 0);
    int64_t *index = array(p.rows < 10000 ? p.rows : 0, sizeof *index, 1, 1);
    const int32_t status = each ? NAME(gs_gumbel_softmax_rows_taus)(PLACES_OF(p), logits, taus, soft, index)
                                : NAME(gs_gumbel_softmax_rows)(PLACES_OF(p), logits, one, soft, index);
    end(status);
    if (status != GS_OK)
        return;
    NAME(in_range)(soft, p.elements, 0, 1);
    for (int64_t r = 0; index != NULL && r < p.rows; r++)
        NAME(possible)(&p, logits, r, index[r], -1);
}

static void NAME(gumbel_top_k_rows)(void)
{
    begin("gumbel_top_k_rows");
    const struct NAME(places) p = NAME(places)(-1);
    int64_t least;
    const T *logits = NAME(logits_of_places)(&p, &least);
    const int64_t top = p.k > 0 && p.k <= 10000 ? (int64_t)below((uint64_t)(once_in(2) && least < p.k ? least : p.k) + 2) : 0;
    const int64_t n = p.rows < 10000 ? times(p.rows, top) : 0;
    int64_t *index = array(n, sizeof *index, 1, 0);
    T *sums = array(n, sizeof *sums, 1, 0);
    if (top > least)
        applies(GS_ERROR_SIZE);
    const int32_t status = NAME(gs_gumbel_top_k_rows)(PLACES_OF(p), logits, top, index, sums);
    end(status);
    for (int64_t i = 0; status == GS_OK && i < n; i++) {
        NAME(possible)(&p, logits, i / top, index[i], 0);
        if (i % top > 0 && !(sums[i - 1] >= sums[i]))
            fail("sums do not descend", status);
    }
}

static void NAME(gumbel_top_k)(void)
{
    begin("gumbel_top_k");
    const int64_t k = categories(), rows = few(), draws = few(), all = times(rows, draws);
    const T *logits = NAME(logits)(rows, k, GS_ERROR_LOGITS, GS_ERROR_ROW);
    NAME(large)(logits, rows, k);
    const int64_t top = k > 0 ? (int64_t)below((uint64_t)k + 2) : 0;
    int64_t least = k;
    for (int64_t r = 0; logits != NULL && times(rows, k) > 0 && r < rows; r++) {
        int64_t n = 0;
        for (int64_t j = 0; j < k; j++)
            n += logits[r * k + j] > (T)-INFINITY;
        least = n < least ? n : least;
    }
    int64_t *index = array(times(all, top), sizeof *index, 1, 0);
    T *sums = array(times(all, top), sizeof *sums, 1, 0);
    const uint64_t offset = top == 0 ? draw() : offset_for(times(all, k), WIDTH);
    if (top > least)
        applies(GS_ERROR_SIZE);
    const int32_t status = NAME(gs_gumbel_top_k)(draw(), draw(), offset, logits, rows, k, draws, top, index, sums);
    end(status);
    if (status == GS_OK) {
        indices_below(index, times(all, top), k);
        for (int64_t i = 0; i < all; i++)
            for (int64_t j = 1; j < top; j++)
                if (!(sums[i * top + j - 1] >= sums[i * top + j]))
                    fail("sums do not descend", status);
    }
}

static int NAME(bad)(const T *row, int64_t k)
{
    int finite = 0;
    for (int64_t j = 0; j < k; j++) {
        if (!(row[j] < (T)INFINITY))
            return 1;
        finite |= row[j] > (T)-INFINITY;
    }
    return !finite;
}

static void NAME(check_logits)(void)
{
    begin("check_logits");
    const int64_t k = categories(), rows = few();
    const T *logits = NAME(logits)(rows, k, GS_ERROR_LOGITS, GS_ERROR_ROW);
    int64_t row = 99;
    const int32_t status = NAME(gs_check_logits)(logits, rows, k, once_in(2) ? &row : NULL);
    end(status);
    if (row != 99 && (status == GS_OK ? row != -1 : row < 0 || row >= rows || !NAME(bad)(logits + row * k, k)))
        fail("the first bad row is wrong", status);
}

static void NAME(tables)(void)
{
    begin("tables");
    const int alias = once_in(2);
    const int64_t k = categories(), rows = few(), n = times(rows, k);
    const T *logits = NAME(logits)(rows, k, GS_ERROR_LOGITS, GS_ERROR_ROW);
    uint64_t *table = array(alias ? 2 * n : n + 2 * times(rows, 1), sizeof *table, 1, 0);
    int32_t status = (alias ? NAME(gs_alias_table) : NAME(gs_cdf_table))(logits, rows, k, table);
    end(status);
    if (status != GS_OK || table == NULL)
        return;
    const int kept = used;
    begin("draws from tables");
    used = kept;
    arrays[kept - 1].output = 0; /* the table is an input now */
    const int64_t draws = few(), all = times(rows, draws);
    int64_t *index = array(all, sizeof *index, 1, 0);
    const uint64_t offset = offset_for(all, 2);
    if (!alias && n > 0 && all > 0 && once_in(20)) {
        table[n + rows] = (uint64_t)(once_in(2) ? -1 : k + 1);
        applies(GS_ERROR_TABLE);
    }
    status = (alias ? gs_alias_draw : gs_cdf_draw)(draw(), draw(), offset, table, rows, k, draws, index);
    end(status);
    for (int64_t i = 0; status == GS_OK && i < all; i++)
        if (index[i] < 0 || index[i] >= k || !(logits[i % rows * k + index[i]] > (T)-INFINITY))
            fail("a draw from a table is impossible", status);
}

/* Numbers that may be infinite, one of them NaN at times. */
static T *NAME(numbers)(int64_t n)
{
    T *x = NAME(gradient)(n);
    if (x != NULL && n > 0 && once_in(10))
        x[below((uint64_t)n)] = once_in(2) ? (T)INFINITY : (T)-INFINITY;
    if (x != NULL && n > 0 && once_in(20)) {
        x[below((uint64_t)n)] = (T)NAN;
        applies(GS_ERROR_SAMPLE);
    }
    return x;
}

static T NAME(loc)(void)
{
    if (once_in(30)) {
        applies(GS_ERROR_LOC);
        return NAME(odd)();
    }
    return NAME(number)();
}

/* Numbers that are not above 0. */
static T *NAME(log_probs)(int64_t n)
{
    T *log_probs = array(n, sizeof *log_probs, 0, 0);
    for (int64_t i = 0; log_probs != NULL && i < n; i++)
        log_probs[i] = once_in(9) ? (T)-INFINITY : -(T)fabs((double)NAME(number)());
    if (log_probs != NULL && n > 0 && once_in(30)) {
        log_probs[below((uint64_t)n)] = once_in(2) ? (T)NAN : (T)1e-9;
        applies(GS_ERROR_SAMPLE);
    }
    return log_probs;
}

static void NAME(entropy)(void)
{
    begin("entropy");
    const int64_t k = categories(), rows = few();
    const T *logits = NAME(logits)(rows, k, GS_ERROR_LOGITS, GS_ERROR_ROW);
    T *out = array(times(rows, 1), sizeof *out, 1, 0);
    const int32_t status = NAME(gs_entropy)(logits, rows, k, out);
    end(status);
    if (status == GS_OK)
        NAME(in_range)(out, rows, 0, (T)8);
}

static void NAME(entropy_backward)(void)
{
    begin("entropy_backward");
    const int64_t k = categories(), rows = few(), n = times(rows, k);
    const T *grad = NAME(gradient)(times(rows, 1)), *logits = NAME(logits)(rows, k, GS_ERROR_LOGITS, GS_ERROR_ROW);
    T *dlogits = array(n, sizeof *dlogits, 1, 0);
    const int32_t status = NAME(gs_entropy_backward)(grad, logits, rows, k, dlogits);
    end(status);
    if (status == GS_OK)
        NAME(no_nan)(dlogits, n);
}

static void NAME(kl_divergence)(void)
{
    begin("kl_divergence");
    const int64_t k = categories(), rows = few();
    const T *logits = NAME(logits)(rows, k, GS_ERROR_LOGITS, GS_ERROR_ROW);
    const T *other = NAME(logits)(rows, k, GS_ERROR_LOGITS, GS_ERROR_ROW);
    T *out = array(times(rows, 1), sizeof *out, 1, 0);
    const int32_t status = NAME(gs_kl_divergence)(logits, other, rows, k, out);
    end(status);
    if (status == GS_OK)
        NAME(in_range)(out, rows, 0, (T)INFINITY);
}

static void NAME(kl_divergence_backward)(void)
{
    begin("kl_divergence_backward");
    const int64_t k = categories(), rows = few(), n = times(rows, k);
    const T *grad = NAME(gradient)(times(rows, 1)), *logits = NAME(logits)(rows, k, GS_ERROR_LOGITS, GS_ERROR_ROW);
    const T *other = NAME(logits)(rows, k, GS_ERROR_LOGITS, GS_ERROR_ROW);
    T *dlogits = array(n, sizeof *dlogits, 1, 0), *dother = array(n, sizeof *dother, 1, 0);
    const int32_t status = NAME(gs_kl_divergence_backward)(grad, logits, other, rows, k, dlogits, dother);
    end(status);
    if (status == GS_OK) {
        NAME(no_nan)(dlogits, n);
        NAME(no_nan)(dother, n);
    }
}

static void NAME(conditional_gumbel)(void)
{
    begin("conditional_gumbel");
    const int64_t k = categories(), rows = few(), draws = few(), all = times(rows, draws), n = times(all, k);
    const T *logits = NAME(logits)(rows, k, GS_ERROR_LOGITS, GS_ERROR_ROW);
    int64_t *index = array(times(rows, 1), sizeof *index, 0, 0);
    for (int64_t r = 0; logits != NULL && index != NULL && times(rows, k) > 0 && r < rows; r++) {
        index[r] = 0;
        for (int64_t j = 0; j < k; j++)
            if (logits[r * k + j] > logits[r * k + index[r]] || once_in(4))
                index[r] = j;
        if (once_in(60))
            index[r] = once_in(2) ? k + (int64_t)below(3) : -1 - (int64_t)below(3);
        if (index[r] < 0 || index[r] >= k || logits[r * k + index[r]] == (T)-INFINITY)
            applies(GS_ERROR_INDEX);
    }
    T *out = array(n, sizeof *out, 1, 0);
    const uint64_t offset = offset_for(n, WIDTH);
    const int32_t status = NAME(gs_conditional_gumbel)(draw(), draw(), offset, logits, index, rows, k, draws, out);
    end(status);
    for (int64_t i = 0; status == GS_OK && i < n; i++) {
        const int64_t r = i / k, best = index[r % rows];
        if (isnan(out[i]) || (i % k != best && !(out[i] < out[r * k + best])))
            fail("the observed category is not the largest", status);
    }
}

/* Draws of rows of k, distinct but at times; one that is of no category at times. */
static int64_t *NAME(orders)(int64_t rows, int64_t k, int64_t top)
{
    int64_t *index = array(times(rows, top), sizeof *index, 0, 0);
    for (int64_t r = 0; index != NULL && times(rows, top) > 0 && top <= k && r < rows; r++) {
        const int64_t first = (int64_t)below((uint64_t)k);
        for (int64_t i = 0; i < top; i++)
            index[r * top + i] = (first + i) % k;
        if (once_in(60)) {
            index[r * top] = once_in(2) ? k + (int64_t)below(3) : -1 - (int64_t)below(3);
            applies(GS_ERROR_INDEX);
        } else if (top > 1 && once_in(60)) {
            index[r * top] = index[r * top + top - 1];
            applies(GS_ERROR_INDEX);
        }
    }
    if (top > k)
        applies(GS_ERROR_SIZE);
    return index;
}

static void NAME(top_k_log_prob)(void)
{
    begin("top_k_log_prob");
    const int64_t k = categories(), rows = few(), top = k > 0 ? (int64_t)below((uint64_t)k + 2) : 0;
    const T *logits = NAME(logits)(rows, k, GS_ERROR_LOGITS, GS_ERROR_ROW);
    const int64_t *index = NAME(orders)(rows, k, top);
    T *out = array(times(rows, 1), sizeof *out, 1, 0);
    const int32_t status = NAME(gs_top_k_log_prob)(logits, index, rows, k, top, out);
    end(status);
    if (status == GS_OK)
        NAME(in_range)(out, rows, (T)-INFINITY, 0);
}

static void NAME(top_k_log_prob_backward)(void)
{
    begin("top_k_log_prob_backward");
    const int64_t k = categories(), rows = few(), top = k > 0 ? (int64_t)below((uint64_t)k + 2) : 0;
    const T *grad = NAME(gradient)(times(rows, 1)), *logits = NAME(logits)(rows, k, GS_ERROR_LOGITS, GS_ERROR_ROW);
    const int64_t *index = NAME(orders)(rows, k, top), n = times(rows, k);
    T *dlogits = array(n, sizeof *dlogits, 1, 0);
    const int32_t status = NAME(gs_top_k_log_prob_backward)(grad, logits, index, rows, k, top, dlogits);
    end(status);
    if (status == GS_OK)
        NAME(no_nan)(dlogits, n);
}

static void NAME(top_k_weights)(void)
{
    begin("top_k_weights");
    const int64_t k = categories(), rows = few(), top = k > 0 ? (int64_t)below((uint64_t)k + 2) : 0;
    const T *logits = NAME(logits)(rows, k, GS_ERROR_LOGITS, GS_ERROR_ROW);
    const int64_t *index = NAME(orders)(rows, k, top), all = times(rows, top);
    T *sums = array(all, sizeof *sums, 0, 0);
    for (int64_t r = 0; sums != NULL && all > 0 && r < rows; r++)
        for (int64_t i = 0; i < top; i++)
            sums[r * top + i] = i == 0 ? (T)20 : sums[r * top + i - 1] - (once_in(2) ? (T)1 : 0);
    if (sums != NULL && all > 0 && once_in(30)) {
        sums[below((uint64_t)all)] = NAME(odd)();
        applies(GS_ERROR_SAMPLE);
    }
    for (int64_t r = 0; logits != NULL && index != NULL && all > 0 && top <= k && r < rows; r++)
        for (int64_t i = 0; i < top; i++)
            if (index[r * top + i] >= 0 && index[r * top + i] < k && !(logits[r * k + index[r * top + i]] > (T)-INFINITY))
                applies(GS_ERROR_INDEX);
    if (top < 1)
        applies(GS_ERROR_SIZE);
    const int64_t n = times(rows, top > 0 ? top - 1 : 0);
    T *out = array(n, sizeof *out, 1, 0);
    const int32_t status = NAME(gs_top_k_weights)(logits, index, sums, rows, k, top, (int64_t)below(2), out);
    end(status);
    if (status == GS_OK)
        NAME(in_range)(out, n, 0, (T)INFINITY);
}

#include "fuzz_derived.h"

static void (*const NAME(functions)[])(void) = {
    DERIVED NAME(noise), NAME(noise_rows), NAME(gumbel_max), NAME(gumbel_max_rows), NAME(gumbel_softmax_rows), NAME(gumbel_top_k_rows), NAME(gumbel_top_k), NAME(conditional_gumbel), NAME(check_logits), NAME(tables), NAME(entropy), NAME(entropy_backward), NAME(kl_divergence), NAME(kl_divergence_backward),
    NAME(top_k_log_prob), NAME(top_k_log_prob_backward), NAME(top_k_weights)};
