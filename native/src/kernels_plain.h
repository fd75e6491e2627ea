/* The compiled kernels that are the same for either type of element; read like kernels_typed.h. */

typedef struct { uint64_t seed, stream, offset; uint32_t *out; } fill_bits;

typedef struct { int64_t k; double *sums; int64_t *pivot; double *total; } build_cumulative;
typedef struct {
    uint64_t seed, stream, offset;
    int64_t k, rows, first_row, stride;
    const double *sums;
    const int64_t *pivot;
    const double *total;
    int64_t *index;
} draw_cumulative;
typedef struct { int64_t k; double *weights; uint64_t *table; int64_t *queue; } build_alias;
typedef struct {
    uint64_t seed, stream, offset;
    int64_t k, rows, first_row, stride;
    const uint64_t *table;
    int64_t *index;
} draw_alias;

typedef struct { const double *x; int64_t k; double *total; } sum_rows;

struct kernels {
    kernel *fill_bits;
    kernel *build_cumulative, *draw_cumulative, *build_alias, *draw_alias;
    kernel *sum_rows;
};
