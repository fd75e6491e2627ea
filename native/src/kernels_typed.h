/* The compiled kernels for elements of type T. Kernel x takes a range of items and the structure x.
 *
 * This is the one statement of how compiled code is called: the build reads it through cffi, compiles the Numba kernel
 * of each name with these arguments, stops where its own signature says otherwise, and writes the table of addresses.
 * A kernel may check the values it reads (`check` not 0); here a pass before it does, so that nothing has been written.
 * clang-format off: cffi reads it as it stands. */

typedef struct {
    uint64_t seed, stream, offset;
    const T *affine;
    T *out;
} fill_uniform, fill_exponential, fill_gumbel, fill_logistic, fill_normal;

typedef struct {
    uint64_t seed, stream, offset;
    const T *logits;
    int64_t k, period, parts, part, check;
    int64_t *index;
    T *best;
} gumbel_max;
typedef struct { uint64_t seed, stream, offset; const T *logits; int64_t period, check; uint8_t *out; } bernoulli;
typedef struct { const T *x; } check_numbers;
typedef struct { const T *logits; } check_values;
typedef struct { const T *logits; int64_t k; } check_rows;
typedef struct { const T *logits; int64_t k; double *weights; } weights;

typedef struct {
    uint64_t seed, stream, offset;
    const T *logits;
    int64_t k;
    const T *tau;
    int64_t each, check;
    T *soft;
    int64_t *index;
} gumbel_softmax;
typedef struct { const T *x; int64_t k; const T *tau; int64_t each, check; T *soft; int64_t *index; } softmax;
typedef struct {
    const T *grad, *soft;
    int64_t k;
    const T *tau;
    int64_t each;
    T *dlogits, *dtau;
} gumbel_softmax_backward;
typedef struct {
    uint64_t seed, stream, offset;
    const T *logits, *tau;
    int64_t each, check;
    T *soft, *hard;
} binary_concrete;
typedef struct {
    const T *grad, *soft, *tau;
    int64_t each;
    T *dlogits, *terms;
    double *sums;
} binary_concrete_backward;
typedef struct { const T *values; } check_unit;
typedef struct { const T *x; int64_t k; double *total; } sum_rows;

typedef struct {
    const T *x;
    int64_t x_step;
    const T *a;
    int64_t a_step;
    const T *b;
    int64_t b_step;
    T *out;
} gumbel_density, logistic_density, binary_concrete_density, logit_binary_concrete_density;
typedef struct {
    const T *grad, *x;
    int64_t x_step;
    const T *a;
    int64_t a_step;
    const T *b;
    int64_t b_step;
    T *dx, *da, *db;
} gumbel_gradient, logistic_gradient, binary_concrete_gradient, logit_binary_concrete_gradient;
typedef struct {
    const T *y;
    int64_t y_rows;
    const T *logits;
    int64_t logits_rows, k;
    const T *tau;
    int64_t taus;
    T *out;
} concrete_density, exp_concrete_density;
typedef struct {
    const T *grad, *y;
    int64_t y_rows;
    const T *logits;
    int64_t logits_rows, k;
    const T *tau;
    int64_t taus;
    T *dy, *dlogits, *dtau;
} concrete_gradient, exp_concrete_gradient;

struct kernels {
    kernel *fill_uniform, *fill_exponential, *fill_gumbel, *fill_logistic, *fill_normal;
    kernel *gumbel_max, *bernoulli, *weights, *check_numbers, *check_values, *check_rows;
    kernel *gumbel_softmax, *softmax, *gumbel_softmax_backward;
    kernel *binary_concrete, *binary_concrete_backward, *check_unit, *sum_rows;
    kernel *gumbel_density, *logistic_density, *binary_concrete_density, *logit_binary_concrete_density;
    kernel *gumbel_gradient, *logistic_gradient, *binary_concrete_gradient, *logit_binary_concrete_gradient;
    kernel *concrete_density, *exp_concrete_density, *concrete_gradient, *exp_concrete_gradient;
};
