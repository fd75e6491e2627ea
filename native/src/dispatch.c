/* The instruction set: chosen once, when the library is loaded. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../gsampler.h"
#include "run.h"

#define NAME(isa) #isa,
static const char *const names[] = {EACH_ISA(NAME)};

/* "v2, v3, v4" */
#define LIST(isa) ", " #isa
#define ALL (&(EACH_ISA(LIST))[2])

int gs_chosen = -1;
char gs_isa_error[128] = "this processor has none of the library's instruction sets: SSE 4.2 is the least";

#if defined(__x86_64__)

#include <cpuid.h>

#define HAS(reg, mask) (((reg) & (mask)) == (mask))

/* What the operating system saves for each thread: bits of XCR0. */
static uint32_t saved_state(void)
{
    uint32_t low, high;
    __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return low;
}

/* Number of the best instruction set, or -1; x86-64 psABI, table "Micro-Architecture Levels". */
static int best(void)
{
    const uint32_t level2 = bit_SSE3 | bit_SSSE3 | bit_CMPXCHG16B | bit_SSE4_1 | bit_SSE4_2 | bit_POPCNT;
    const uint32_t level3 = bit_FMA | bit_MOVBE | bit_OSXSAVE | bit_AVX | bit_F16C;
    const uint32_t level3b = bit_BMI | bit_AVX2 | bit_BMI2;
    const uint32_t level4b = bit_AVX512F | bit_AVX512DQ | bit_AVX512CD | bit_AVX512BW | bit_AVX512VL;
    const uint32_t ymm = 0x6, zmm = 0xe6;
    uint32_t a, b, c, d, features, more = 0, extended = 0;

    if (!__get_cpuid(1, &a, &b, &features, &d) || !HAS(features, level2))
        return -1;
    if (__get_cpuid_count(7, 0, &a, &b, &c, &d))
        more = b;
    if (__get_cpuid(0x80000001, &a, &b, &c, &d))
        extended = c;
    if (!HAS(features, level3) || !HAS(more, level3b) || !HAS(extended, bit_LZCNT))
        return 0;
    const uint32_t state = saved_state();
    if (!HAS(state, ymm))
        return 0;
    return HAS(more, level4b) && HAS(state, zmm) ? 2 : 1;
}

#else

static int best(void)
{
    return 0;
}

#endif

__attribute__((constructor(101))) /* before the host's own */
static void choose(void)
{
    const char *wanted = getenv("GSAMPLER_ISA");
    const int limit = best();
    if (wanted == NULL || *wanted == '\0') {
        gs_chosen = limit;
        return;
    }
    for (int i = 0; i <= limit; i++)
        if (strcmp(wanted, names[i]) == 0)
            gs_chosen = i;
    if (gs_chosen < 0 && limit >= 0)
        snprintf(gs_isa_error, sizeof gs_isa_error,
                 "GSAMPLER_ISA must be one of %s, and at most %s on this processor, but is \"%.20s\"", ALL,
                 names[limit], wanted);
}

const char *gs_isa(void)
{
    return gs_chosen < 0 ? "none" : names[gs_chosen];
}
