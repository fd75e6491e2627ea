/* What libgsampler_jax.so calls beside gsampler.h: no part of the interface. Both libraries are built together.
 *
 * They are the functions of gsampler.h at offset 0, for outputs that nobody sees if a call fails: the kernels check
 * logits as they read them, once, so that outputs may have been written to where the status is not GS_OK. `tau` is one
 * number, or one for each row where `per_row` is 1; rows that have places of their own have a seed, a stream and an
 * offset each. The soft sample that a gradient is given is not looked at: it is one of these functions' own. */

#ifndef GSAMPLER_INNER_H
#define GSAMPLER_INNER_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

#define GS_INNER(T, suffix)                                                                                          \
    int32_t gs_inner_categorical_##suffix(uint64_t seed, uint64_t stream, const T *logits, int64_t rows, int64_t k,  \
                                          int64_t *index);                                                           \
    int32_t gs_inner_gumbel_max_rows_##suffix(const uint64_t *seeds, const uint64_t *streams,                        \
                                              const uint64_t *offsets, int64_t rows, int64_t k, const T *logits,     \
                                              int64_t *index);                                                       \
    int32_t gs_inner_gumbel_softmax_##suffix(uint64_t seed, uint64_t stream, const T *logits, int64_t rows,          \
                                             int64_t k, const T *tau, int64_t per_row, T *soft, int64_t *index);     \
    int32_t gs_inner_gumbel_softmax_rows_##suffix(const uint64_t *seeds, const uint64_t *streams,                    \
                                                  const uint64_t *offsets, int64_t rows, int64_t k, const T *logits, \
                                                  const T *tau, int64_t per_row, T *soft, int64_t *index);           \
    int32_t gs_inner_gumbel_softmax_backward_##suffix(const T *grad, const T *soft, int64_t rows, int64_t k,         \
                                                      const T *tau, int64_t per_row, T *dlogits, T *dtau);

GS_INNER(float, f32)
GS_INNER(double, f64)

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
