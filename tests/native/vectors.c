/* Makes the calls that standard input names and prints their results, as all the programs beside this one do.
 *
 * Input and output are words, one a line. A call is its function, then: seed, stream and offset in hexadecimal digits;
 * sizes in decimal ones; numbers as the hexadecimal digits of their bits. Its results are printed as those of their bits:
 *
 *   bits                                n                        words
 *   uniform_f32 ... normal_f64          n                        values
 *   bernoulli_f32                       n draws  logits          outcomes (2 digits)
 *   gumbel_max_f32 alias_f32 cdf_f32    rows k draws  logits     indices
 *   gumbel_softmax_f32                  rows k  tau logits grad  soft, indices, dlogits, dtau
 *   binary_concrete_f32                 n  tau logits grad       soft, dlogits, dtau
 *
 * and _f64 likewise; gumbel_softmax_taus_f32 and binary_concrete_taus_f32 take as many tau as rows or elements. */

#include <gsampler.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char word[64];

static int next_word(void)
{
    return scanf("%63s", word) == 1;
}

static uint64_t hex(void)
{
    return next_word() ? strtoull(word, NULL, 16) : 0;
}

static int64_t size(void)
{
    return next_word() ? strtoll(word, NULL, 10) : 0;
}

static void check(int32_t status)
{
    if (status != GS_OK) {
        fprintf(stderr, "%s\n", gs_strerror(status));
        exit(EXIT_FAILURE);
    }
}

static void *room(int64_t n, size_t bytes)
{
    void *made = malloc((size_t)n * bytes + 1);
    if (made == NULL)
        exit(EXIT_FAILURE);
    return made;
}

static void show_i64(const int64_t *x, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        printf("%016" PRIx64 "\n", (uint64_t)x[i]);
}

/* All calls with elements of type T, whose bits are an U; true where the function is none of them. */
#define CALLS(T, U, S, FORMAT)                                                                                \
    static T *numbers_##S(int64_t n)                                                                          \
    {                                                                                                         \
        T *x = room(n, sizeof *x);                                                                            \
        for (int64_t i = 0; i < n; i++) {                                                                     \
            const U bits = (U)hex();                                                                          \
            memcpy(&x[i], &bits, sizeof bits);                                                                \
        }                                                                                                     \
        return x;                                                                                             \
    }                                                                                                         \
    static void show_##S(T *x, int64_t n)                                                                     \
    {                                                                                                         \
        for (int64_t i = 0; i < n; i++) {                                                                     \
            U bits;                                                                                           \
            memcpy(&bits, &x[i], sizeof bits);                                                                \
            printf(FORMAT "\n", bits);                                                                        \
        }                                                                                                     \
        free(x);                                                                                              \
    }                                                                                                         \
    static void noise_##S(int32_t draw(uint64_t, uint64_t, uint64_t, int64_t, T *))                           \
    {                                                                                                         \
        const uint64_t seed = hex(), stream = hex(), offset = hex();                                          \
        const int64_t n = size();                                                                             \
        T *out = room(n, sizeof *out);                                                                        \
        check(draw(seed, stream, offset, n, out));                                                            \
        show_##S(out, n);                                                                                     \
    }                                                                                                         \
    static void bernoulli_##S(void)                                                                           \
    {                                                                                                         \
        const uint64_t seed = hex(), stream = hex(), offset = hex();                                          \
        const int64_t n = size(), draws = size();                                                             \
        T *logits = numbers_##S(n);                                                                           \
        uint8_t *out = room(n * draws, 1);                                                                    \
        check(gs_bernoulli_##S(seed, stream, offset, logits, n, draws, out));                                 \
        for (int64_t i = 0; i < n * draws; i++)                                                               \
            printf("%02x\n", out[i]);                                                                         \
        free(logits);                                                                                         \
        free(out);                                                                                            \
    }                                                                                                         \
    static void categorical_##S(int method)                                                                   \
    {                                                                                                         \
        const uint64_t seed = hex(), stream = hex(), offset = hex();                                          \
        const int64_t rows = size(), k = size(), draws = size();                                              \
        T *logits = numbers_##S(rows * k);                                                                    \
        int64_t *index = room(rows * draws, sizeof *index);                                                   \
        uint64_t *table = room(rows * (2 * k + 2), sizeof *table);                                            \
        if (method == 0) {                                                                                    \
            check(gs_gumbel_max_##S(seed, stream, offset, logits, rows, k, draws, index, NULL));              \
        } else if (method == 1) {                                                                             \
            check(gs_alias_table_##S(logits, rows, k, table));                                                \
            check(gs_alias_draw(seed, stream, offset, table, rows, k, draws, index));                         \
        } else {                                                                                              \
            check(gs_cdf_table_##S(logits, rows, k, table));                                                  \
            check(gs_cdf_draw(seed, stream, offset, table, rows, k, draws, index));                           \
        }                                                                                                     \
        show_i64(index, rows * draws);                                                                        \
        free(logits);                                                                                         \
        free(index);                                                                                          \
        free(table);                                                                                          \
    }                                                                                                         \
    static void gumbel_softmax_##S(int taus)                                                                  \
    {                                                                                                         \
        const uint64_t seed = hex(), stream = hex(), offset = hex();                                          \
        const int64_t rows = size(), k = size(), n = rows * k, heats = taus ? rows : 1;                       \
        T *tau = numbers_##S(heats), *logits = numbers_##S(n), *grad = numbers_##S(n);                        \
        T *soft = room(n, sizeof *soft), *dlogits = room(n, sizeof *soft), *dtau = room(heats, sizeof *soft); \
        int64_t *index = room(rows, sizeof *index);                                                           \
        if (taus) {                                                                                           \
            check(gs_gumbel_softmax_taus_##S(seed, stream, offset, logits, rows, k, tau, soft, index));       \
            check(gs_gumbel_softmax_backward_taus_##S(grad, soft, rows, k, tau, dlogits, dtau));              \
        } else {                                                                                              \
            check(gs_gumbel_softmax_##S(seed, stream, offset, logits, rows, k, *tau, soft, index));           \
            check(gs_gumbel_softmax_backward_##S(grad, soft, rows, k, *tau, dlogits, dtau));                  \
        }                                                                                                     \
        show_##S(soft, n);                                                                                    \
        show_i64(index, rows);                                                                                \
        show_##S(dlogits, n);                                                                                 \
        show_##S(dtau, heats);                                                                                \
        free(tau);                                                                                            \
        free(logits);                                                                                         \
        free(grad);                                                                                           \
        free(index);                                                                                          \
    }                                                                                                         \
    static void binary_concrete_##S(int taus)                                                                 \
    {                                                                                                         \
        const uint64_t seed = hex(), stream = hex(), offset = hex();                                          \
        const int64_t n = size(), heats = taus ? n : 1;                                                       \
        T *tau = numbers_##S(heats), *logits = numbers_##S(n), *grad = numbers_##S(n);                        \
        T *soft = room(n, sizeof *soft), *dlogits = room(n, sizeof *soft), *dtau = room(heats, sizeof *soft); \
        if (taus) {                                                                                           \
            check(gs_binary_concrete_taus_##S(seed, stream, offset, logits, n, tau, soft));                   \
            check(gs_binary_concrete_backward_taus_##S(grad, soft, n, tau, dlogits, dtau));                   \
        } else {                                                                                              \
            check(gs_binary_concrete_##S(seed, stream, offset, logits, n, *tau, soft));                       \
            check(gs_binary_concrete_backward_##S(grad, soft, n, *tau, dlogits, dtau));                       \
        }                                                                                                     \
        show_##S(soft, n);                                                                                    \
        show_##S(dlogits, n);                                                                                 \
        show_##S(dtau, heats);                                                                                \
        free(tau);                                                                                            \
        free(logits);                                                                                         \
        free(grad);                                                                                           \
    }                                                                                                         \
    static int call_##S(const char *name)                                                                     \
    {                                                                                                         \
        if (!strcmp(name, "uniform_" #S))                                                                     \
            noise_##S(gs_uniform_##S);                                                                        \
        else if (!strcmp(name, "exponential_" #S))                                                            \
            noise_##S(gs_exponential_##S);                                                                    \
        else if (!strcmp(name, "gumbel_" #S))                                                                 \
            noise_##S(gs_gumbel_##S);                                                                         \
        else if (!strcmp(name, "logistic_" #S))                                                               \
            noise_##S(gs_logistic_##S);                                                                       \
        else if (!strcmp(name, "normal_" #S))                                                                 \
            noise_##S(gs_normal_##S);                                                                         \
        else if (!strcmp(name, "bernoulli_" #S))                                                              \
            bernoulli_##S();                                                                                  \
        else if (!strcmp(name, "gumbel_max_" #S))                                                             \
            categorical_##S(0);                                                                               \
        else if (!strcmp(name, "alias_" #S))                                                                  \
            categorical_##S(1);                                                                               \
        else if (!strcmp(name, "cdf_" #S))                                                                    \
            categorical_##S(2);                                                                               \
        else if (!strcmp(name, "gumbel_softmax_" #S))                                                         \
            gumbel_softmax_##S(0);                                                                            \
        else if (!strcmp(name, "gumbel_softmax_taus_" #S))                                                    \
            gumbel_softmax_##S(1);                                                                            \
        else if (!strcmp(name, "binary_concrete_" #S))                                                        \
            binary_concrete_##S(0);                                                                           \
        else if (!strcmp(name, "binary_concrete_taus_" #S))                                                   \
            binary_concrete_##S(1);                                                                           \
        else                                                                                                  \
            return 1;                                                                                         \
        return 0;                                                                                             \
    }

CALLS(float, uint32_t, f32, "%08" PRIx32)
CALLS(double, uint64_t, f64, "%016" PRIx64)

static void bits(void)
{
    const uint64_t seed = hex(), stream = hex(), offset = hex();
    const int64_t n = size();
    uint32_t *out = room(n, sizeof *out);
    check(gs_bits(seed, stream, offset, n, out));
    for (int64_t i = 0; i < n; i++)
        printf("%08" PRIx32 "\n", out[i]);
    free(out);
}

int main(void)
{
    while (next_word()) {
        char name[64];
        strcpy(name, word);
        if (!strcmp(name, "bits")) {
            bits();
        } else if (call_f32(name) && call_f64(name)) {
            fprintf(stderr, "%s is not a call\n", name);
            return EXIT_FAILURE;
        }
    }
    return EXIT_SUCCESS;
}
