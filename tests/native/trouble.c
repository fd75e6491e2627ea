/* What the host may do to the library: trouble fault | cancel | alone | count | memory | environment
 *
 * Linked with --wrap for pthread_create, malloc and calloc, so that they can be watched and made to fail. */

#define _GNU_SOURCE

#include <errno.h>
#include <fenv.h>
#include <gsampler.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define N (1 << 22)
#define K 1000
#define ROWS (N / K)

static int created, refuse_threads, refuse_memory;

int __real_pthread_create(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
void *__real_malloc(size_t);
void *__real_calloc(size_t, size_t);

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*work)(void *), void *argument)
{
    created++;
    return refuse_threads ? EAGAIN : __real_pthread_create(thread, attributes, work, argument);
}

void *__wrap_malloc(size_t size)
{
    return refuse_memory ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return refuse_memory ? NULL : __real_calloc(count, size);
}

#define HOLD(condition)                                             \
    do {                                                            \
        if (!(condition)) {                                         \
            fprintf(stderr, "line %d: %s\n", __LINE__, #condition); \
            exit(EXIT_FAILURE);                                     \
        }                                                           \
    } while (0)

static float *new_array(void)
{
    float *made = mmap(NULL, N * sizeof *made, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    HOLD(made != MAP_FAILED);
    return made;
}

static float *expected(void)
{
    float *made = new_array();
    gs_set_num_threads(1);
    HOLD(gs_gumbel_f32(42, 0, 0, N, made) == GS_OK);
    return made;
}

/* A handler mends what a store runs into, on whichever thread. */
static volatile sig_atomic_t faults;

static void mend(int number, siginfo_t *fault, void *context)
{
    const uintptr_t page = (uintptr_t)fault->si_addr & ~(uintptr_t)4095;
    (void)number;
    (void)context;
    faults++;
    mprotect((void *)page, 4096, PROT_READ | PROT_WRITE);
}

static void fault(void)
{
    const float *right = expected();
    struct sigaction action = {.sa_sigaction = mend, .sa_flags = SA_SIGINFO};
    sigaction(SIGSEGV, &action, NULL);
    for (int threads = 1; threads <= 2; threads++) {
        float *out = new_array();
        for (int i = 0; i < 16; i++)
            mprotect((char *)out + (size_t)i * (N * sizeof *out / 16), 4096, PROT_NONE);
        faults = 0;
        gs_set_num_threads(threads);
        HOLD(gs_gumbel_f32(42, 0, 0, N, out) == GS_OK);
        HOLD(faults == 16);
        HOLD(memcmp(out, right, N * sizeof *out) == 0);
    }
}

static void *call_until_cancelled(void *out)
{
    for (;;) {
        HOLD(gs_gumbel_f32(42, 0, 0, N, out) == GS_OK);
        pthread_testcancel();
    }
    return NULL;
}

/* Once a caller that was cancelled has ended, nobody writes to its output. */
static void cancel(void)
{
    const float *right = expected();
    gs_set_num_threads(4);
    for (int turn = 0; turn < 20; turn++) {
        float *out = new_array();
        pthread_t caller;
        void *result;
        HOLD(pthread_create(&caller, NULL, call_until_cancelled, out) == 0);
        usleep(500 + 100 * (useconds_t)turn);
        pthread_cancel(caller);
        pthread_join(caller, &result);
        HOLD(result == PTHREAD_CANCELED);
        HOLD(memcmp(out, right, N * sizeof *out) == 0);
        munmap(out, N * sizeof *out);
    }
}

static void alone(void)
{
    const float *right = expected();
    float *out = new_array();
    refuse_threads = 1;
    gs_set_num_threads(4);
    HOLD(gs_gumbel_f32(42, 0, 0, N, out) == GS_OK);
    HOLD(created == 3);
    HOLD(memcmp(out, right, N * sizeof *out) == 0);
}

static void count(void)
{
    float *out = expected();
    HOLD(created == 0);
    gs_set_num_threads(2);
    HOLD(gs_gumbel_f32(42, 0, 0, N, out) == GS_OK && created == 1);
    HOLD(gs_gumbel_f32(42, 0, 0, 100000, out) == GS_OK && created == 1); /* some 50 us of work */
    gs_set_num_threads(1000000);
    HOLD(gs_gumbel_f32(42, 0, 0, N, out) == GS_OK && created < 20); /* 2 ms */
}

static void memory(void)
{
    float *logits = new_array(), *soft = new_array(), *out = new_array(), dtau = 0, other = 0;
    int64_t index[2];
    uint64_t *table = mmap(NULL, 16 * N, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    refuse_memory = 1;
    HOLD(gs_alias_table_f32(logits, ROWS, K, table) == GS_ERROR_MEMORY);
    HOLD(gs_gumbel_softmax_backward_f32(logits, soft, ROWS, K, 1, out, &dtau) == GS_ERROR_MEMORY);
    HOLD(gs_binary_concrete_backward_f32(logits, soft, N, 1, out, &dtau) == GS_ERROR_MEMORY);
    HOLD(gs_gumbel_log_prob_backward_f32(logits, soft, N, 0, 1, out, &dtau, &other) == GS_ERROR_MEMORY);
    HOLD(gs_concrete_log_prob_backward_f32(logits, soft, logits, ROWS, K, 1, out, out, &dtau) == GS_ERROR_MEMORY);
    gs_set_num_threads(2);
    HOLD(gs_categorical_f32(1, 0, 0, logits, 2, N / 2, index) == GS_ERROR_MEMORY); /* rows that threads share */
    gs_set_num_threads(1);
    HOLD(gs_categorical_f32(1, 0, 0, logits, 2, N / 2, index) == GS_OK);
    HOLD(gs_gumbel_softmax_backward_f32(logits, soft, ROWS, K, 1, out, NULL) == GS_OK);
    HOLD(gs_gumbel_f32(1, 0, 0, N, out) == GS_OK);
}

struct results {
    float gumbel[5000], soft[5000], dlogits[5000], dtau, density[5];
    uint64_t table[10000];
};

static void compute(struct results *r)
{
    static float logits[5000], grad[5000];
    static int ready;
    for (int i = 0; i < 5000 && !ready; i++) {
        logits[i] = i % 11 ? (float)(i % 97) / 7 : -1e30f;
        grad[i] = 1e-30f * (float)(i % 13 - 6); /* gradients become subnormal */
    }
    ready = 1;
    HOLD(gs_gumbel_f32(42, 0, 0, 5000, r->gumbel) == GS_OK);
    HOLD(gs_gumbel_softmax_f32(42, 0, 0, logits, 5, 1000, 0.1f, r->soft, NULL) == GS_OK);
    HOLD(gs_gumbel_softmax_backward_f32(grad, r->soft, 5, 1000, 0.1f, r->dlogits, &r->dtau) == GS_OK);
    HOLD(gs_concrete_log_prob_f32(r->soft, logits, 5, 1000, 0.1f, r->density) == GS_OK);
    HOLD(gs_alias_table_f32(logits, 5, 1000, r->table) == GS_OK);
}

static void environment(void)
{
    static struct results right, got;
    static const int modes[] = {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};
    compute(&right);
    for (int i = 0; i < 8; i++) {
        memset(&got, 0xa5, sizeof got);
        fesetround(modes[i % 4]);
        feclearexcept(FE_ALL_EXCEPT);
#if defined(__x86_64__)
        __builtin_ia32_ldmxcsr(__builtin_ia32_stmxcsr() | (i < 4 ? 0u : 0x8040u)); /* subnormals are flushed */
        feenableexcept(FE_INVALID | FE_DIVBYZERO | FE_OVERFLOW);
        const unsigned before = __builtin_ia32_stmxcsr();
#endif
        compute(&got);
#if defined(__x86_64__)
        HOLD(__builtin_ia32_stmxcsr() == before);
        fedisableexcept(FE_ALL_EXCEPT);
        __builtin_ia32_ldmxcsr(0x1f80);
#endif
        HOLD(fetestexcept(FE_ALL_EXCEPT) == 0);
        HOLD(fegetround() == (i < 4 ? modes[i % 4] : fegetround()));
        fesetround(FE_TONEAREST);
        HOLD(memcmp(&got, &right, sizeof got) == 0);
    }
}

int main(int count_of_words, char **words)
{
    static const struct {
        const char *name;
        void (*work)(void);
    } all[] = {{"fault", fault}, {"cancel", cancel}, {"alone", alone},
               {"count", count}, {"memory", memory}, {"environment", environment}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (count_of_words == 2 && strcmp(words[1], all[i].name) == 0) {
            all[i].work();
            puts("held");
            return EXIT_SUCCESS;
        }
    return 2;
}
