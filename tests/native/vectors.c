/* Makes the calls that standard input describes and prints their outputs, as all the programs beside this one do.
 *
 * Input is words, one a line:
 *
 *   input SLOT TYPE N  BITS ...     an array of N elements, each given as the hexadecimal digits of its bits
 *   output SLOT TYPE N              an array of N elements to be written to, which holds bytes of A5 until then
 *   call FUNCTION N  ARGUMENT ...   a call of a function of gsampler.h with its N arguments, in the header's order
 *   print SLOT                      prints the bits of an array's elements, as input has them
 *
 * TYPE is u8, u32, u64, i32, i64, f32 or f64. A SLOT, from 0 to 15, holds an array until another takes its place. An
 * ARGUMENT is TYPE:BITS for a number, array:SLOT for an array, and null for NULL. A status other than GS_OK is an error,
 * and so is a function that there is not. dispatch.h, which finds the function, is written by tests/native_dispatch.py. */

#include <gsampler.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SLOTS = 16, ARGUMENTS = 16 };

struct slot {
    void *data;
    size_t width, n;
};

struct argument {
    uint64_t bits;
    void *array;
};

static struct slot slots[SLOTS];
static char word[128];

static void fail(const char *message, const char *what)
{
    fprintf(stderr, "%s: %s\n", message, what);
    exit(EXIT_FAILURE);
}

static int32_t unknown(const char *name)
{
    fail("no such function", name);
    return 0;
}

static float to_float(uint64_t bits)
{
    const uint32_t low = (uint32_t)bits;
    float x;
    memcpy(&x, &low, sizeof x);
    return x;
}

static double to_double(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

#include "dispatch.h"

static const char *next(void)
{
    if (scanf("%127s", word) != 1)
        fail("input ends after", word);
    return word;
}

static size_t next_size(void)
{
    return strtoull(next(), NULL, 10);
}

static struct slot *next_slot(void)
{
    return &slots[next_size() % SLOTS];
}

static struct slot *next_array(void)
{
    struct slot *slot = next_slot();
    free(slot->data);
    slot->width = strtoull(next() + 1, NULL, 10) / 8;
    slot->n = next_size();
    slot->data = malloc(slot->n * slot->width + 1);
    if (slot->data == NULL)
        fail("no memory", word);
    memset(slot->data, 0xA5, slot->n * slot->width);
    return slot;
}

static void read_input(void)
{
    const struct slot *slot = next_array();
    for (size_t i = 0; i < slot->n; i++) {
        const uint64_t bits = strtoull(next(), NULL, 16);
        const uint32_t bits32 = (uint32_t)bits;
        const uint8_t bits8 = (uint8_t)bits;
        const void *from = slot->width == 8 ? (const void *)&bits : slot->width == 4 ? (const void *)&bits32 : &bits8;
        memcpy((char *)slot->data + i * slot->width, from, slot->width);
    }
}

static void make_call(void)
{
    struct argument a[ARGUMENTS] = {{0, NULL}};
    char name[sizeof word];
    strcpy(name, next());
    const size_t n = next_size();
    if (n > ARGUMENTS)
        fail("too many arguments", name);
    for (size_t i = 0; i < n; i++) {
        const char *value = strchr(next(), ':');
        if (value == NULL)
            continue; /* null */
        if (strncmp(word, "array", 5) == 0)
            a[i].array = slots[strtoull(value + 1, NULL, 10) % SLOTS].data;
        else
            a[i].bits = strtoull(value + 1, NULL, 16);
    }
    const int32_t status = dispatch(name, a, (int)n);
    if (status != GS_OK)
        fail(name, gs_strerror(status));
}

static void print(void)
{
    const struct slot *slot = next_slot();
    for (size_t i = 0; i < slot->n; i++) {
        const char *x = (const char *)slot->data + i * slot->width;
        uint64_t bits;
        uint32_t bits32;
        if (slot->width == 8) {
            memcpy(&bits, x, sizeof bits);
            printf("%016" PRIx64 "\n", bits);
        } else if (slot->width == 4) {
            memcpy(&bits32, x, sizeof bits32);
            printf("%08" PRIx32 "\n", bits32);
        } else {
            printf("%02x\n", *(const unsigned char *)x);
        }
    }
}

int main(void)
{
    while (scanf("%127s", word) == 1) {
        if (strcmp(word, "input") == 0)
            read_input();
        else if (strcmp(word, "output") == 0)
            next_array();
        else if (strcmp(word, "call") == 0)
            make_call();
        else if (strcmp(word, "print") == 0)
            print();
        else
            fail("not a command", word);
    }
    for (int i = 0; i < SLOTS; i++)
        free(slots[i].data);
    return EXIT_SUCCESS;
}
