/* Checks of arguments: each gives a status. */

#ifndef GSAMPLER_CHECKS_H
#define GSAMPLER_CHECKS_H

#include <stddef.h>

#include "../gsampler.h"
#include "run.h"

#define MOST_ELEMENTS ((int64_t)1 << 56) /* also as float64, and times any cost, a number of bytes or of words */

#define TRY(check)                 \
    do {                           \
        int32_t status_ = (check); \
        if (status_ != GS_OK)      \
            return status_;        \
    } while (0)

/* Every function works in the default floating-point environment, whatever the host's: rounding to nearest, subnormal
 * numbers kept (programs linked with -ffast-math flush them), no traps. What the host had comes back at the end, with
 * no flag raised. Threads that a call starts inherit it. */
#if defined(__x86_64__)

typedef unsigned int environment;

static inline environment set_environment(environment new)
{
    environment old;
    __asm__ volatile("stmxcsr %0" : "=m"(old) : : "memory");
    __asm__ volatile("ldmxcsr %0" : : "m"(new) : "memory");
    return old;
}

#define DEFAULT_ENVIRONMENT 0x1f80 /* MXCSR */

#elif defined(__aarch64__)

typedef struct {
    uint64_t control, status;
} environment;

static inline environment set_environment(environment new)
{
    environment old;
    __asm__ volatile("mrs %0, fpcr\n\tmrs %1, fpsr" : "=r"(old.control), "=r"(old.status) : : "memory");
    __asm__ volatile("msr fpcr, %0\n\tmsr fpsr, %1" : : "r"(new.control), "r"(new.status) : "memory");
    return old;
}

#define DEFAULT_ENVIRONMENT ((environment){0, 0})

#endif

static inline void restore_environment(const environment *old)
{
    set_environment(*old);
}

static inline int32_t has_isa(void)
{
    return gs_chosen < 0 ? GS_ERROR_ISA : GS_OK;
}

/* The first line of every function that samples or computes. */
#define BEGIN                                                                       \
    __attribute__((cleanup(restore_environment), unused)) const environment host_ = \
        set_environment(DEFAULT_ENVIRONMENT);                                       \
    TRY(has_isa())

static inline int32_t size(int64_t n)
{
    return n < 0 || n > MOST_ELEMENTS ? GS_ERROR_SIZE : GS_OK;
}

/* a * b as a number of elements */
static inline int32_t product(int64_t a, int64_t b, int64_t *result)
{
    TRY(size(a));
    TRY(size(b));
    if (b > 0 && a > MOST_ELEMENTS / b)
        return GS_ERROR_SIZE;
    *result = a * b;
    return GS_OK;
}

/* Elements of rows of k categories, of which there is at least one. */
static inline int32_t of_rows(int64_t rows, int64_t k, int64_t *result)
{
    return k < 1 ? GS_ERROR_SIZE : product(rows, k, result);
}

static inline int32_t array(const void *pointer, int64_t n)
{
    return pointer == NULL && n > 0 ? GS_ERROR_NULL : GS_OK;
}

/* Move *offset up to where n elements of `width` words begin; they must end before the stream does. */
static inline int32_t check_position(uint64_t *offset, int64_t n, int width)
{
    const uint64_t start = *offset + *offset % (uint64_t)width;
    if (n > 0 && (start < *offset || (uint64_t)n * (uint64_t)width - 1 > UINT64_MAX - start))
        return GS_ERROR_STREAM;
    *offset = start;
    return GS_OK;
}

#endif
