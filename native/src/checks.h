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

static inline int32_t has_isa(void)
{
    return gs_chosen < 0 ? GS_ERROR_ISA : GS_OK;
}

/* a * b as a number of elements */
static inline int32_t product(int64_t a, int64_t b, int64_t *result)
{
    if (a < 0 || b < 0 || a > MOST_ELEMENTS || b > MOST_ELEMENTS || (b > 0 && a > MOST_ELEMENTS / b))
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
static inline int32_t place(uint64_t *offset, int64_t n, int width)
{
    const uint64_t start = *offset + *offset % (uint64_t)width;
    if (n > 0 && (start < *offset || (uint64_t)n * (uint64_t)width - 1 > UINT64_MAX - start))
        return GS_ERROR_STREAM;
    *offset = start;
    return GS_OK;
}

#endif
