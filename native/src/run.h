/* Running compiled kernels: which instruction set's, and on how many threads. */

#ifndef GSAMPLER_RUN_H
#define GSAMPLER_RUN_H

#include <stdint.h>

#include "constants.h"

/* A compiled kernel does the items start .. stop; it returns the first invalid one, or ALL_VALID. */
typedef int64_t kernel(int64_t start, int64_t stop, const void *arguments);


/* The instruction sets of this build, the least first: one table of kernels each, named as gs_isa() names them. */
#if defined(__x86_64__)
#define EACH_ISA(do_) do_(v2) do_(v3) do_(v4)
#elif defined(__aarch64__)
#define EACH_ISA(do_) do_(arm64)
#else
#error "gsampler has no kernels for this processor"
#endif

static inline int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* How many parts of b make up a, the last of which may be smaller. */
static inline int64_t parts_of(int64_t a, int64_t b)
{
    return a / b + (a % b != 0);
}

/* Number of the instruction set that runs, or -1; and why it is that. */
extern int gs_chosen;
extern char gs_isa_error[];

/* Run a kernel on items 0 .. items - 1, each of which takes about `cost` nanoseconds; a thread's share is a multiple of
 * `grain` items. Returns the first invalid item, or ALL_VALID. */
int64_t gs_run(kernel *work, int64_t items, double cost, int64_t grain, const void *arguments);

#endif
