/* Random calls of every function, good and bad: fuzz [calls] [seed] [threads]
 *
 * The arrays of a call end where a page begins that may not be touched, and begin after bytes that must not change. What
 * is wrong with a call is known from how it was made: its status must be one of the errors that apply, or GS_OK where
 * none does; outputs of a failed call must be as they were, and those of a good one in their range. */

#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */

#include <float.h>
#include <gsampler.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "noise_ranges.h" /* EACH_NOISE, written from gsampler/kernels/table.py */

#define SLOTS 9
#define ROOM (1 << 20)
#define CANARY 64
#define POISON 0xa5
#define HUGE_SIZE ((int64_t)1 << 57)

static unsigned char *ends[SLOTS];
static struct array {
    unsigned char *at;
    size_t bytes;
    int output;
} arrays[SLOTS];
static int used;
static uint64_t state;
static uint64_t wrong; /* bit s: error s applies */
static long good, bad;
static const char *calling;

static uint64_t draw(void) /* splitmix64 */
{
    uint64_t z = state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

static uint64_t below(uint64_t n)
{
    return draw() % n;
}

static int once_in(uint64_t n)
{
    return below(n) == 0;
}

static void fail(const char *what, int32_t status)
{
    fprintf(stderr, "%s: %s (status %d, %s; errors that apply: %llx)\n", calling, what, status, gs_strerror(status),
            (unsigned long long)wrong);
    abort();
}

static void applies(int32_t error)
{
    wrong |= (uint64_t)1 << error;
}

static void *array(int64_t n, size_t size, int output, int may_be_null)
{
    const size_t bytes = n > 0 && n < ROOM / 16 ? (size_t)n * size : 0;
    if (once_in(40) || (n < 1 && once_in(2))) {
        if (n > 0 && !may_be_null)
            applies(GS_ERROR_NULL);
        return NULL;
    }
    struct array *a = &arrays[used];
    *a = (struct array){ends[used] - bytes, bytes, output};
    used++;
    memset(a->at - CANARY, POISON, bytes + CANARY);
    return a->at;
}

/* Sizes, whose product is small or far too large. */
static int64_t size(void)
{
    static const int64_t edges[] = {0,  1,  1,   2,   3,   15,  16,  17,  63,   64,   65,   71,
                                    72, 73, 383, 384, 385, 511, 512, 513, 1023, 1024, 1025, 1100};
    if (once_in(50)) {
        applies(GS_ERROR_SIZE);
        return once_in(2) ? -1 - (int64_t)below(9) : (int64_t)(INT64_MAX - below(5));
    }
    if (once_in(3))
        return edges[below(sizeof edges / sizeof *edges)];
    return (int64_t)below(9);
}

static int64_t categories(void)
{
    const int64_t k = size();
    if (k < 1)
        applies(GS_ERROR_SIZE);
    return k;
}

/* Repeats, or rows: few. */
static int64_t few(void)
{
    if (once_in(50)) {
        applies(GS_ERROR_SIZE);
        return once_in(2) ? -1 : HUGE_SIZE;
    }
    return (int64_t)below(6);
}

static int64_t times(int64_t a, int64_t b)
{
    return wrong >> GS_ERROR_SIZE & 1 || a < 1 || b < 1 ? 0 : a * b;
}

/* The position of n elements of some width. */
static uint64_t offset_for(int64_t n, uint64_t width)
{
    uint64_t offset = once_in(3) ? below(1 << 20) : once_in(2) ? draw() : UINT64_MAX - below(4000);
    const uint64_t start = offset + offset % width;
    if (n > 0 && (start < offset || UINT64_MAX - start < (uint64_t)n * width - 1))
        applies(GS_ERROR_STREAM);
    return offset;
}

static void begin(const char *name)
{
    calling = name;
    used = 0;
    wrong = 0;
}

static void end(int32_t status)
{
    if (status == GS_OK ? wrong != 0 : !(wrong >> status & 1))
        fail("the status is wrong", status);
    for (int i = 0; i < used; i++) {
        for (int j = 1; j <= CANARY; j++)
            if (arrays[i].at[-j] != POISON)
                fail("bytes before an array have changed", status);
        if (status != GS_OK && arrays[i].output)
            for (size_t j = 0; j < arrays[i].bytes; j++)
                if (arrays[i].at[j] != POISON)
                    fail("an output has changed", status);
    }
    status == GS_OK ? good++ : bad++;
}

static void indices_below(const int64_t *index, int64_t n, int64_t k)
{
    for (int64_t i = 0; index != NULL && i < n; i++)
        if (index[i] < 0 || index[i] >= k)
            fail("an index is out of range", GS_OK);
}

static void zeros_and_ones(const uint8_t *out, int64_t n)
{
    for (int64_t i = 0; out != NULL && i < n; i++)
        if (out[i] > 1)
            fail("a Bernoulli draw is neither 0 nor 1", GS_OK);
}

static void bits(void)
{
    begin("bits");
    const int64_t n = size();
    const uint64_t offset = offset_for(times(n, 1), 1);
    uint32_t *out = array(n, sizeof *out, 1, 0);
    end(gs_bits(draw(), draw(), offset, n, out));
}

static void integers(void)
{
    begin("integers");
    const int64_t n = size(), draws = few(), elements = times(n, draws);
    const uint64_t offset = offset_for(elements, 2);
    int64_t *low = array(n, sizeof *low, 0, elements == 0);
    uint64_t *values = array(n, sizeof *values, 0, elements == 0);
    int64_t *out = array(elements, sizeof *out, 1, 0);
    for (int64_t i = 0; i < n && low != NULL && values != NULL && n < ROOM / 16; i++) {
        low[i] = (int64_t)draw();
        values[i] = once_in(9) ? 0 : draw() >> below(64);
    }
    const int32_t status = gs_integers(draw(), draw(), offset, low, values, n, draws, out);
    for (int64_t i = 0; status == GS_OK && i < elements; i++)
        if (values[i % n] != 0 && (uint64_t)out[i] - (uint64_t)low[i % n] >= values[i % n])
            fail("an integer is out of its range", status);
    end(status);
}

static int64_t trials_of(void) /* any number, at times a bad one */
{
    if (once_in(200)) {
        applies(GS_ERROR_PARAMETER);
        return -1 - (int64_t)(draw() >> 1);
    }
    return (int64_t)(draw() >> (1 + below(63)));
}

static double probability_of(int above_0)
{
    if (once_in(200)) {
        static const double wrong_ones[] = {-0.5, 1.5, NAN, INFINITY, -INFINITY};
        applies(GS_ERROR_PARAMETER);
        return wrong_ones[below(5)];
    }
    if (once_in(10))
        return once_in(2) ? 1 : above_0 ? 0x1p-1074 : 0;
    const double p = ((double)(draw() >> 11) + 0.5) * 0x1p-53;
    return once_in(2) ? p : ldexp(p, -(int)below(1000));
}

static double weight_of(void)
{
    if (once_in(1000)) {
        static const double wrong_ones[] = {-0.5, NAN, INFINITY, -INFINITY};
        applies(GS_ERROR_PARAMETER);
        return wrong_ones[below(4)];
    }
    return once_in(5) ? 0 : ldexp((double)draw(), -(int)below(200));
}

static double mean_of(void)
{
    if (once_in(200)) {
        static const double wrong_ones[] = {-0.5, 9.3e18, NAN, INFINITY, -INFINITY};
        applies(GS_ERROR_PARAMETER);
        return wrong_ones[below(5)];
    }
    return once_in(10) ? 0 : ldexp((double)(draw() >> 11), (int)below(64) - 54);
}

static void in_order(const int64_t *out, int64_t n, const int64_t *least, const int64_t *most, int64_t period)
{
    for (int64_t i = 0; i < n; i++)
        if (out[i] < (least != NULL ? least[i % period] : 0) || (most != NULL && out[i] > most[i % period]))
            fail("a count is out of its range", GS_OK);
}

/* Poisson, binomial and geometric variates */
static void count_variates(void)
{
    const uint64_t which = below(3);
    begin(which == 0 ? "poisson" : which == 1 ? "binomial" : "geometric");
    const int64_t n = size(), draws = few(), elements = times(n, draws);
    const uint64_t offset = offset_for(elements, 2);
    double *p = array(n, sizeof *p, 0, 0);
    int64_t *trials = which == 1 ? array(n, sizeof *trials, 0, 0) : NULL;
    int64_t *out = array(elements, sizeof *out, 1, 0);
    for (int64_t i = 0; i < n && n < ROOM / 16; i++) {
        if (p != NULL)
            p[i] = which == 0 ? mean_of() : probability_of(which == 2);
        if (trials != NULL)
            trials[i] = trials_of();
    }
    const int32_t status = which == 0   ? gs_poisson(draw(), draw(), offset, p, n, draws, out)
                           : which == 1 ? gs_binomial(draw(), draw(), offset, trials, p, n, draws, out)
                                        : gs_geometric(draw(), draw(), offset, p, n, draws, out);
    end(status);
    if (status == GS_OK && elements > 0) {
        static const int64_t one = 1;
        if (which == 2)
            in_order(out, elements, &one, NULL, 1);
        else
            in_order(out, elements, NULL, trials, n);
    }
}

static void multinomial(void)
{
    begin("multinomial");
    const int64_t k = categories(), rows = few(), draws = few(), n = times(rows, k), elements = times(n, draws);
    const uint64_t offset = offset_for(elements, 2);
    int64_t *trials = array(times(rows, 1), sizeof *trials, 0, 0);
    double *p = array(n, sizeof *p, 0, 0);
    int64_t *counts = array(elements, sizeof *counts, 1, 0);
    for (int64_t r = 0; r < times(rows, 1) && trials != NULL; r++)
        trials[r] = trials_of();
    for (int64_t i = 0; i < n && p != NULL; i++)
        p[i] = i % k == 0 ? 0.125 : weight_of();
    const int32_t status = gs_multinomial(draw(), draw(), offset, trials, p, rows, k, draws, counts);
    end(status);
    for (int64_t i = 0; status == GS_OK && i < elements; i += k) {
        int64_t left = trials[i / k % rows];
        for (int64_t j = 0; j < k; j++) {
            if (counts[i + j] < 0 || counts[i + j] > left)
                fail("a count is out of its range", status);
            left -= counts[i + j];
        }
        if (left != 0)
            fail("counts do not sum to the number of trials", status);
    }
}

#define T float
#define NAME(x) x##_f32
#define WIDTH 1
#define LEAST FLT_MIN
#include "fuzz_typed.h"
#undef T
#undef NAME
#undef WIDTH
#undef LEAST
#define T double
#define NAME(x) x##_f64
#define WIDTH 2
#define LEAST DBL_MIN
#include "fuzz_typed.h"

#define FUNCTIONS (sizeof functions_f32 / sizeof *functions_f32)

int main(int count, char **words)
{
    const long calls = count > 1 ? strtol(words[1], NULL, 10) : 100000;
    state = count > 2 ? strtoull(words[2], NULL, 10) : 1;
    gs_set_num_threads(count > 3 ? (int32_t)strtol(words[3], NULL, 10) : 1);
    for (int i = 0; i < SLOTS; i++) {
        unsigned char *at = mmap(NULL, ROOM + 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (at == MAP_FAILED || mprotect(at + ROOM, 4096, PROT_NONE))
            return EXIT_FAILURE;
        ends[i] = at + ROOM;
    }
    while (good + bad < calls) {
        const uint64_t which = below(2 * FUNCTIONS + 4);
        if (which == 0)
            bits();
        else if (which == 2 * FUNCTIONS + 1)
            integers();
        else if (which == 2 * FUNCTIONS + 2)
            count_variates();
        else if (which == 2 * FUNCTIONS + 3)
            multinomial();
        else if (which <= FUNCTIONS)
            functions_f32[which - 1]();
        else
            functions_f64[which - 1 - FUNCTIONS]();
    }
    printf("%ld calls: %ld good, %ld bad\n", calls, good, bad);
    return EXIT_SUCCESS;
}
