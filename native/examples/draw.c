/* Draw a million categories in C:
 *
 *   cc -O2 draw.c $(pkg-config --cflags --libs gsampler) -o draw && ./draw */

#include <gsampler.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { K = 5, DRAWS = 1000000 };

static void check(int32_t status)
{
    if (status != GS_OK) {
        fprintf(stderr, "gsampler: %s\n", gs_strerror(status));
        exit(EXIT_FAILURE);
    }
}

static double now(void)
{
    struct timespec t;
    timespec_get(&t, TIME_UTC);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int main(void)
{
    const double logits[K] = {-1.5, 0.0, 0.5, 1.0, 2.0};
    const uint64_t seed = 42, stream = 0, offset = 0;
    double probability[K];
    int64_t count[K] = {0};
    int64_t *index = malloc(DRAWS * sizeof *index);
    if (index == NULL)
        return EXIT_FAILURE;

    check(gs_softmax_f64(logits, 1, K, 1.0, probability, NULL));
    const double start = now();
    check(gs_gumbel_max_f64(seed, stream, offset, logits, 1, K, DRAWS, index, NULL));
    const double seconds = now() - start;

    for (int64_t i = 0; i < DRAWS; i++)
        count[index[i]]++;
    printf("category  probability  frequency\n");
    for (int j = 0; j < K; j++)
        printf("%8d  %11.6f  %9.6f\n", j, probability[j], (double)count[j] / DRAWS);
    printf("%.1f million draws a second (%s)\n", 1e-6 * DRAWS / seconds, gs_isa());
    free(index);
    return EXIT_SUCCESS;
}
