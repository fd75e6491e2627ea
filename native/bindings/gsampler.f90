! Generated from gsampler.h by `python native/write_bindings.py`; do not edit.
! To use it, compile it before your sources, say `use gsampler`, and link with -lgsampler.
!
! Functions are called as in C, with these differences. Fortran has no unsigned integers: seed, stream and offset are
! signed ones with the same bits. An array that is left out is NULL. Texts are character strings. Where a status is not
! GS_OK, `call gs_check(status)` prints what it means and stops the program.
!
! gsampler: exact, fast sampling of discrete variables on CPUs.
!
! POSITIONS. Everything random is a pure function of (seed, stream, offset) and the arguments: not of threads, of the
! processor, of how work is split, or of the language that asks; Python's gsampler gives the same bits. A stream is
! 2^64 words of 32 bits (Philox4x32-10); offset counts words. A float element takes one word, a double two, from an
! even offset on (an odd one is rounded up); its 64 bits are not those that gs_bits has there. Element i of a call with
! n elements lies at offset + i * width, width 1 (_f32) or 2 (_f64); of rows of k categories, category j of row r is
! element r * k + j; of repeated draws, draw d of row r is row d * rows + r. Tables take one element of two words a
! draw, whatever the type of their logits. So a call takes width * n words, or width * rows * k * draws, or 2 * rows *
! draws from tables.
!
!   To split a job, give each part the offset at which it begins: elements i .. of noise begin at offset + width * i,
!   rows r .. at (logits + r * k, offset + width * r * k), draws d .. at offset + width * d * rows * k (of tables, at
!   offset + 2 * d * rows). The parts together are then the whole, bit for bit. Where draws is more than 1, split by
!   draws, not by rows.
!   To go on after a call: offset + words, and the two calls are one longer one; Python's Generator rounds that up to a
!   multiple of 8, (offset + words + 7) / 8 * 8. At the end of the stream it is 2^64, which no offset holds.
!
! ARGUMENTS. Inputs come first, outputs last. Arrays are dense, in C order (row after row), aligned for their type,
! owned by the caller; none is kept, and none may overlap an output, or be it. An array has rows * k elements where
! rows and k are arguments, n where n is one; index, an out of rows, and the grad with respect to that have one for each
! row. The pointer of an array without elements is not looked at; NULL is allowed there, and where it says so.
!
! A logit is an unnormalised log-probability: -inf is probability exactly 0. tau is a temperature, from the smallest
! normal number of its type on, and dtau one number: the sum over all rows or elements, made in float64 in one order.
! In functions named _taus, tau is an array of one for each row (or element, where there are no rows); so is dtau.
!
! STATUS. A function returns GS_OK, which is 0, or another of the codes below; gs_strerror says what it means. Unless
! it is GS_ERROR_MEMORY, no output has then been written to (but for what gs_check_logits is asked for).
!
! THREADS. There is no state but the number of threads: any function may be called from any number of threads at once.
! Each call works on its own thread alone unless gs_set_num_threads allows it more. Rounding mode, subnormal numbers,
! traps and flags of floating point are set for the call and restored after it: the caller's do not change a result.

module gsampler
   use, intrinsic :: iso_c_binding
   use, intrinsic :: iso_fortran_env, only: error_unit
   implicit none
   private

   ! 10000 major + 100 minor + patch; gs_version() is that of the library that runs
   integer(c_int32_t), parameter, public :: GS_VERSION_NUMBER = 100
   ! changes where any result does
   integer(c_int32_t), parameter, public :: GS_STREAM_VERSION_NUMBER = 2
   integer(c_int32_t), parameter, public :: GS_OK = 0
   ! a pointer is NULL that must not be
   integer(c_int32_t), parameter, public :: GS_ERROR_NULL = 1
   ! a size is negative, k is 0 (an alias table's: above 2^32 - 1), or more than
   ! 2^56 elements
   integer(c_int32_t), parameter, public :: GS_ERROR_SIZE = 2
   ! the stream ends before the call does: offset + words > 2^64
   integer(c_int32_t), parameter, public :: GS_ERROR_STREAM = 3
   ! tau is not finite, or below the smallest normal number
   integer(c_int32_t), parameter, public :: GS_ERROR_TAU = 4
   ! a logit (or x of a softmax) is NaN or +inf; gs_check_logits finds it
   integer(c_int32_t), parameter, public :: GS_ERROR_LOGITS = 5
   ! all logits of a row are -inf
   integer(c_int32_t), parameter, public :: GS_ERROR_ROW = 6
   ! a soft sample is not from 0 to 1, or a sample is NaN, or +inf where that is impossible; or
   ! a log-probability is NaN or above 0; or sums of draws are not finite or ascend
   integer(c_int32_t), parameter, public :: GS_ERROR_SAMPLE = 7
   ! loc is not finite
   integer(c_int32_t), parameter, public :: GS_ERROR_LOC = 8
   ! scale is not finite, or below the smallest normal number
   integer(c_int32_t), parameter, public :: GS_ERROR_SCALE = 9
   ! a table was not made for these rows and categories, as far as that shows
   integer(c_int32_t), parameter, public :: GS_ERROR_TABLE = 10
   ! the system has no memory left; the outputs may have been written to
   integer(c_int32_t), parameter, public :: GS_ERROR_MEMORY = 11
   ! a number of threads below 1
   integer(c_int32_t), parameter, public :: GS_ERROR_THREADS = 12
   ! GSAMPLER_ISA names no instruction set of this library and processor; or none fits
   integer(c_int32_t), parameter, public :: GS_ERROR_ISA = 13
   ! a row's largest logit is at least 2^10 (double: 2^39) away from 0, where the sum with the
   ! noise would lose bits of that: subtract it from the row
   integer(c_int32_t), parameter, public :: GS_ERROR_LARGE = 14
   ! an index is not of a category, or of one whose logit is -inf where that is impossible, or
   ! twice in a row of draws without replacement; or a column is negative
   integer(c_int32_t), parameter, public :: GS_ERROR_INDEX = 15
   ! lam, trials or p of a count is outside its range, or NaN
   integer(c_int32_t), parameter, public :: GS_ERROR_PARAMETER = 16

   public :: gs_check
   public :: gs_version
   public :: gs_stream_version
   public :: gs_strerror
   public :: gs_isa
   public :: gs_set_num_threads, gs_get_num_threads
   public :: gs_bits
   public :: gs_integers
   public :: gs_poisson, gs_binomial, gs_geometric
   public :: gs_multinomial
   public :: gs_uniform_f32, gs_uniform_f64
   public :: gs_exponential_f32, gs_exponential_f64
   public :: gs_gumbel_f32, gs_gumbel_f64
   public :: gs_logistic_f32, gs_logistic_f64
   public :: gs_normal_f32, gs_normal_f64
   public :: gs_uniform_rows_f32, gs_uniform_rows_f64, gs_exponential_rows_f32, gs_exponential_rows_f64, &
      gs_gumbel_rows_f32, gs_gumbel_rows_f64, gs_logistic_rows_f32, gs_logistic_rows_f64, gs_normal_rows_f32, &
      gs_normal_rows_f64
   public :: gs_bernoulli_f32, gs_bernoulli_f64
   public :: gs_categorical_f32, gs_categorical_f64
   public :: gs_gumbel_max_f32, gs_gumbel_max_f64
   public :: gs_gumbel_max_rows_f32, gs_gumbel_max_rows_f64
   public :: gs_gumbel_top_k_f32, gs_gumbel_top_k_f64
   public :: gs_gumbel_top_k_rows_f32, gs_gumbel_top_k_rows_f64
   public :: gs_check_logits_f32, gs_check_logits_f64
   public :: gs_alias_table_f32, gs_alias_table_f64, gs_alias_draw
   public :: gs_cdf_table_f32, gs_cdf_table_f64, gs_cdf_draw
   public :: gs_softmax_f32, gs_softmax_f64, gs_softmax_taus_f32, gs_softmax_taus_f64
   public :: gs_gumbel_softmax_f32, gs_gumbel_softmax_f64, gs_gumbel_softmax_taus_f32, &
      gs_gumbel_softmax_taus_f64
   public :: gs_gumbel_softmax_rows_f32, gs_gumbel_softmax_rows_f64, gs_gumbel_softmax_rows_taus_f32, &
      gs_gumbel_softmax_rows_taus_f64
   public :: gs_gumbel_softmax_backward_f32, gs_gumbel_softmax_backward_f64, &
      gs_gumbel_softmax_backward_taus_f32, gs_gumbel_softmax_backward_taus_f64
   public :: gs_binary_concrete_f32, gs_binary_concrete_f64, gs_binary_concrete_taus_f32, &
      gs_binary_concrete_taus_f64
   public :: gs_binary_concrete_backward_f32, gs_binary_concrete_backward_f64, &
      gs_binary_concrete_backward_taus_f32, gs_binary_concrete_backward_taus_f64
   public :: gs_conditional_gumbel_f32, gs_conditional_gumbel_f64
   public :: gs_log_softmax_f32, gs_log_softmax_f64, gs_log_softmax_taus_f32, gs_log_softmax_taus_f64, &
      gs_log_softmax_backward_f32, gs_log_softmax_backward_f64, gs_log_softmax_backward_taus_f32, &
      gs_log_softmax_backward_taus_f64
   public :: gs_entropy_f32, gs_entropy_f64, gs_entropy_backward_f32, gs_entropy_backward_f64
   public :: gs_kl_divergence_f32, gs_kl_divergence_f64, gs_kl_divergence_backward_f32, &
      gs_kl_divergence_backward_f64
   public :: gs_top_k_log_prob_f32, gs_top_k_log_prob_f64, gs_top_k_log_prob_backward_f32, &
      gs_top_k_log_prob_backward_f64
   public :: gs_top_k_weights_f32, gs_top_k_weights_f64
   public :: gs_gumbel_log_prob_f32, gs_gumbel_log_prob_f64, gs_gumbel_log_prob_backward_f32, &
      gs_gumbel_log_prob_backward_f64, gs_logistic_log_prob_f32, gs_logistic_log_prob_f64, &
      gs_logistic_log_prob_backward_f32, gs_logistic_log_prob_backward_f64
   public :: gs_binary_concrete_log_prob_f32, gs_binary_concrete_log_prob_f64, &
      gs_binary_concrete_log_prob_backward_f32, gs_binary_concrete_log_prob_backward_f64, &
      gs_logit_binary_concrete_log_prob_f32, gs_logit_binary_concrete_log_prob_f64, &
      gs_logit_binary_concrete_log_prob_backward_f32, gs_logit_binary_concrete_log_prob_backward_f64
   public :: gs_concrete_log_prob_f32, gs_concrete_log_prob_f64, gs_concrete_log_prob_backward_f32, &
      gs_concrete_log_prob_backward_f64, gs_exp_concrete_log_prob_f32, gs_exp_concrete_log_prob_f64, &
      gs_exp_concrete_log_prob_backward_f32, gs_exp_concrete_log_prob_backward_f64

   ! The functions of C, whose arrays are addresses.
   interface
      integer(c_int32_t) function c_version() bind(c, name='gs_version')
         import
      end function
      integer(c_int32_t) function c_stream_version() bind(c, name='gs_stream_version')
         import
      end function
      type(c_ptr) function c_strerror(status) bind(c, name='gs_strerror')
         import
         integer(c_int32_t), value :: status
      end function
      type(c_ptr) function c_isa() bind(c, name='gs_isa')
         import
      end function
      integer(c_int32_t) function c_set_num_threads(n) bind(c, name='gs_set_num_threads')
         import
         integer(c_int32_t), value :: n
      end function
      integer(c_int32_t) function c_get_num_threads() bind(c, name='gs_get_num_threads')
         import
      end function
      integer(c_int32_t) function c_bits(seed, stream, offset, n, out) bind(c, name='gs_bits')
         import
         integer(c_int64_t), value :: seed, stream, offset, n
         type(c_ptr), value :: out
      end function
      integer(c_int32_t) function c_integers(seed, stream, offset, low, values, n, draws, out) bind(c, &
         name='gs_integers')
         import
         integer(c_int64_t), value :: seed, stream, offset
         type(c_ptr), value :: low, values
         integer(c_int64_t), value :: n, draws
         type(c_ptr), value :: out
      end function
      integer(c_int32_t) function c_poisson(seed, stream, offset, lam, n, draws, out) bind(c, name='gs_poisson')
         import
         integer(c_int64_t), value :: seed, stream, offset
         type(c_ptr), value :: lam
         integer(c_int64_t), value :: n, draws
         type(c_ptr), value :: out
      end function
      integer(c_int32_t) function c_binomial(seed, stream, offset, trials, p, n, draws, out) bind(c, &
         name='gs_binomial')
         import
         integer(c_int64_t), value :: seed, stream, offset
         type(c_ptr), value :: trials, p
         integer(c_int64_t), value :: n, draws
         type(c_ptr), value :: out
      end function
      integer(c_int32_t) function c_geometric(seed, stream, offset, p, n, draws, out) bind(c, name='gs_geometric')
         import
         integer(c_int64_t), value :: seed, stream, offset
         type(c_ptr), value :: p
         integer(c_int64_t), value :: n, draws
         type(c_ptr), value :: out
      end function
      integer(c_int32_t) function c_multinomial(seed, stream, offset, trials, p, rows, k, draws, counts) bind(c, &
         name='gs_multinomial')
         import
         integer(c_int64_t), value :: seed, stream, offset
         type(c_ptr), value :: trials, p
         integer(c_int64_t), value :: rows, k, draws
         type(c_ptr), value :: counts
      end function
      integer(c_int32_t) function c_uniform_f32(seed, stream, offset, n, out) bind(c, name='gs_uniform_f32')
         import
         integer(c_int64_t), value :: seed, stream, offset, n
         type(c_ptr), value :: out
      end function
      integer(c_int32_t) function c_uniform_f64(seed, stream, offset, n, out) bind(c, name='gs_uniform_f64')
         import
         integer(c_int64_t), value :: seed, stream, offset, n
         type(c_ptr), value :: out
      end function
      integer(c_int32_t) function c_exponential_f32(seed, stream, offset, n, out) bind(c, &
         name='gs_exponential_f32')
         import
         integer(c_int64_t), value :: seed, stream, offset, n
         type(c_ptr), value :: out
      end function
      integer(c_int32_t) function c_exponential_f64(seed, stream, offset, n, out) bind(c, &
         name='gs_exponential_f64')
         import
         integer(c_int64_t), value :: seed, stream, offset, n
         type(c_ptr), value :: out
      end function
      integer(c_int32_t) function c_gumbel_f32(seed, stream, offset, n, out) bind(c, name='gs_gumbel_f32')
         import
         integer(c_int64_t), value :: seed, stream, offset, n
         type(c_ptr), value :: out
      end function
      integer(c_int32_t) function c_gumbel_f64(seed, stream, offset, n, out) bind(c, name='gs_gumbel_f64')
         import
         integer(c_int64_t), value :: seed, stream, offset, n
         type(c_ptr), value :: out
      end function
      integer(c_int32_t) function c_logistic_f32(seed, stream, offset, n, out) bind(c, name='gs_logistic_f32')
         import
         integer(c_int64_t), value :: seed, stream, offset, n
         type(c_ptr), value :: out
      end function
      integer(c_int32_t) function c_logistic_f64(seed, stream, offset, n, out) bind(c, name='gs_logistic_f64')
         import
         integer(c_int64_t), value :: seed, stream, offset, n
         type(c_ptr), value :: out
      end function
      integer(c_int32_t) function c_normal_f32(seed, stream, offset, n, out) bind(c, name='gs_normal_f32')
         import
         integer(c_int64_t), value :: seed, stream, offset, n
         type(c_ptr), value :: out
      end function
      integer(c_int32_t) function c_normal_f64(seed, stream, offset, n, out) bind(c, name='gs_normal_f64')
         import
         integer(c_int64_t), value :: seed, stream, offset, n
         type(c_ptr), value :: out
      end function
      integer(c_int32_t) function c_uniform_rows_f32(seeds, seed_count, streams, stream_count, offsets, &
         offset_count, rows, k, columns, column_count, indptr, out) bind(c, name='gs_uniform_rows_f32')
         import
         type(c_ptr), value :: seeds
         integer(c_int64_t), value :: seed_count
         type(c_ptr), value :: streams
         integer(c_int64_t), value :: stream_count
         type(c_ptr), value :: offsets
         integer(c_int64_t), value :: offset_count, rows, k
         type(c_ptr), value :: columns
         integer(c_int64_t), value :: column_count
         type(c_ptr), value :: indptr, out
      end function
      integer(c_int32_t) function c_uniform_rows_f64(seeds, seed_count, streams, stream_count, offsets, &
         offset_count, rows, k, columns, column_count, indptr, out) bind(c, name='gs_uniform_rows_f64')
         import
         type(c_ptr), value :: seeds
         integer(c_int64_t), value :: seed_count
         type(c_ptr), value :: streams
         integer(c_int64_t), value :: stream_count
         type(c_ptr), value :: offsets
         integer(c_int64_t), value :: offset_count, rows, k
         type(c_ptr), value :: columns
         integer(c_int64_t), value :: column_count
         type(c_ptr), value :: indptr, out
      end function
      integer(c_int32_t) function c_exponential_rows_f32(seeds, seed_count, streams, stream_count, offsets, &
         offset_count, rows, k, columns, column_count, indptr, out) bind(c, name='gs_exponential_rows_f32')
         import
         type(c_ptr), value :: seeds
         integer(c_int64_t), value :: seed_count
         type(c_ptr), value :: streams
         integer(c_int64_t), value :: stream_count
         type(c_ptr), value :: offsets
         integer(c_int64_t), value :: offset_count, rows, k
         type(c_ptr), value :: columns
         integer(c_int64_t), value :: column_count
         type(c_ptr), value :: indptr, out
      end function
      integer(c_int32_t) function c_exponential_rows_f64(seeds, seed_count, streams, stream_count, offsets, &
         offset_count, rows, k, columns, column_count, indptr, out) bind(c, name='gs_exponential_rows_f64')
         import
         type(c_ptr), value :: seeds
         integer(c_int64_t), value :: seed_count
         type(c_ptr), value :: streams
         integer(c_int64_t), value :: stream_count
         type(c_ptr), value :: offsets
         integer(c_int64_t), value :: offset_count, rows, k
         type(c_ptr), value :: columns
         integer(c_int64_t), value :: column_count
         type(c_ptr), value :: indptr, out
      end function
      integer(c_int32_t) function c_gumbel_rows_f32(seeds, seed_count, streams, stream_count, offsets, &
         offset_count, rows, k, columns, column_count, indptr, out) bind(c, name='gs_gumbel_rows_f32')
         import
         type(c_ptr), value :: seeds
         integer(c_int64_t), value :: seed_count
         type(c_ptr), value :: streams
         integer(c_int64_t), value :: stream_count
         type(c_ptr), value :: offsets
         integer(c_int64_t), value :: offset_count, rows, k
         type(c_ptr), value :: columns
         integer(c_int64_t), value :: column_count
         type(c_ptr), value :: indptr, out
      end function
      integer(c_int32_t) function c_gumbel_rows_f64(seeds, seed_count, streams, stream_count, offsets, &
         offset_count, rows, k, columns, column_count, indptr, out) bind(c, name='gs_gumbel_rows_f64')
         import
         type(c_ptr), value :: seeds
         integer(c_int64_t), value :: seed_count
         type(c_ptr), value :: streams
         integer(c_int64_t), value :: stream_count
         type(c_ptr), value :: offsets
         integer(c_int64_t), value :: offset_count, rows, k
         type(c_ptr), value :: columns
         integer(c_int64_t), value :: column_count
         type(c_ptr), value :: indptr, out
      end function
      integer(c_int32_t) function c_logistic_rows_f32(seeds, seed_count, streams, stream_count, offsets, &
         offset_count, rows, k, columns, column_count, indptr, out) bind(c, name='gs_logistic_rows_f32')
         import
         type(c_ptr), value :: seeds
         integer(c_int64_t), value :: seed_count
         type(c_ptr), value :: streams
         integer(c_int64_t), value :: stream_count
         type(c_ptr), value :: offsets
         integer(c_int64_t), value :: offset_count, rows, k
         type(c_ptr), value :: columns
         integer(c_int64_t), value :: column_count
         type(c_ptr), value :: indptr, out
      end function
      integer(c_int32_t) function c_logistic_rows_f64(seeds, seed_count, streams, stream_count, offsets, &
         offset_count, rows, k, columns, column_count, indptr, out) bind(c, name='gs_logistic_rows_f64')
         import
         type(c_ptr), value :: seeds
         integer(c_int64_t), value :: seed_count
         type(c_ptr), value :: streams
         integer(c_int64_t), value :: stream_count
         type(c_ptr), value :: offsets
         integer(c_int64_t), value :: offset_count, rows, k
         type(c_ptr), value :: columns
         integer(c_int64_t), value :: column_count
         type(c_ptr), value :: indptr, out
      end function
      integer(c_int32_t) function c_normal_rows_f32(seeds, seed_count, streams, stream_count, offsets, &
         offset_count, rows, k, columns, column_count, indptr, out) bind(c, name='gs_normal_rows_f32')
         import
         type(c_ptr), value :: seeds
         integer(c_int64_t), value :: seed_count
         type(c_ptr), value :: streams
         integer(c_int64_t), value :: stream_count
         type(c_ptr), value :: offsets
         integer(c_int64_t), value :: offset_count, rows, k
         type(c_ptr), value :: columns
         integer(c_int64_t), value :: column_count
         type(c_ptr), value :: indptr, out
      end function
      integer(c_int32_t) function c_normal_rows_f64(seeds, seed_count, streams, stream_count, offsets, &
         offset_count, rows, k, columns, column_count, indptr, out) bind(c, name='gs_normal_rows_f64')
         import
         type(c_ptr), value :: seeds
         integer(c_int64_t), value :: seed_count
         type(c_ptr), value :: streams
         integer(c_int64_t), value :: stream_count
         type(c_ptr), value :: offsets
         integer(c_int64_t), value :: offset_count, rows, k
         type(c_ptr), value :: columns
         integer(c_int64_t), value :: column_count
         type(c_ptr), value :: indptr, out
      end function
      integer(c_int32_t) function c_bernoulli_f32(seed, stream, offset, logits, n, draws, out) bind(c, &
         name='gs_bernoulli_f32')
         import
         integer(c_int64_t), value :: seed, stream, offset
         type(c_ptr), value :: logits
         integer(c_int64_t), value :: n, draws
         type(c_ptr), value :: out
      end function
      integer(c_int32_t) function c_bernoulli_f64(seed, stream, offset, logits, n, draws, out) bind(c, &
         name='gs_bernoulli_f64')
         import
         integer(c_int64_t), value :: seed, stream, offset
         type(c_ptr), value :: logits
         integer(c_int64_t), value :: n, draws
         type(c_ptr), value :: out
      end function
      integer(c_int32_t) function c_categorical_f32(seed, stream, offset, logits, rows, k, index) bind(c, &
         name='gs_categorical_f32')
         import
         integer(c_int64_t), value :: seed, stream, offset
         type(c_ptr), value :: logits
         integer(c_int64_t), value :: rows, k
         type(c_ptr), value :: index
      end function
      integer(c_int32_t) function c_categorical_f64(seed, stream, offset, logits, rows, k, index) bind(c, &
         name='gs_categorical_f64')
         import
         integer(c_int64_t), value :: seed, stream, offset
         type(c_ptr), value :: logits
         integer(c_int64_t), value :: rows, k
         type(c_ptr), value :: index
      end function
      integer(c_int32_t) function c_gumbel_max_f32(seed, stream, offset, logits, rows, k, draws, index, maximum) &
         bind(c, name='gs_gumbel_max_f32')
         import
         integer(c_int64_t), value :: seed, stream, offset
         type(c_ptr), value :: logits
         integer(c_int64_t), value :: rows, k, draws
         type(c_ptr), value :: index, maximum
      end function
      integer(c_int32_t) function c_gumbel_max_f64(seed, stream, offset, logits, rows, k, draws, index, maximum) &
         bind(c, name='gs_gumbel_max_f64')
         import
         integer(c_int64_t), value :: seed, stream, offset
         type(c_ptr), value :: logits
         integer(c_int64_t), value :: rows, k, draws
         type(c_ptr), value :: index, maximum
      end function
      integer(c_int32_t) function c_gumbel_max_rows_f32(seeds, seed_count, streams, stream_count, offsets, &
         offset_count, rows, k, columns, column_count, indptr, logits, index, maximum) bind(c, &
         name='gs_gumbel_max_rows_f32')
         import
         type(c_ptr), value :: seeds
         integer(c_int64_t), value :: seed_count
         type(c_ptr), value :: streams
         integer(c_int64_t), value :: stream_count
         type(c_ptr), value :: offsets
         integer(c_int64_t), value :: offset_count, rows, k
         type(c_ptr), value :: columns
         integer(c_int64_t), value :: column_count
         type(c_ptr), value :: indptr, logits, index, maximum
      end function
      integer(c_int32_t) function c_gumbel_max_rows_f64(seeds, seed_count, streams, stream_count, offsets, &
         offset_count, rows, k, columns, column_count, indptr, logits, index, maximum) bind(c, &
         name='gs_gumbel_max_rows_f64')
         import
         type(c_ptr), value :: seeds
         integer(c_int64_t), value :: seed_count
         type(c_ptr), value :: streams
         integer(c_int64_t), value :: stream_count
         type(c_ptr), value :: offsets
         integer(c_int64_t), value :: offset_count, rows, k
         type(c_ptr), value :: columns
         integer(c_int64_t), value :: column_count
         type(c_ptr), value :: indptr, logits, index, maximum
      end function
      integer(c_int32_t) function c_gumbel_top_k_f32(seed, stream, offset, logits, rows, k, draws, top, index, &
         sums) bind(c, name='gs_gumbel_top_k_f32')
         import
         integer(c_int64_t), value :: seed, stream, offset
         type(c_ptr), value :: logits
         integer(c_int64_t), value :: rows, k, draws, top
         type(c_ptr), value :: index, sums
      end function
      integer(c_int32_t) function c_gumbel_top_k_f64(seed, stream, offset, logits, rows, k, draws, top, index, &
         sums) bind(c, name='gs_gumbel_top_k_f64')
         import
         integer(c_int64_t), value :: seed, stream, offset
         type(c_ptr), value :: logits
         integer(c_int64_t), value :: rows, k, draws, top
         type(c_ptr), value :: index, sums
      end function
      integer(c_int32_t) function c_gumbel_top_k_rows_f32(seeds, seed_count, streams, stream_count, offsets, &
         offset_count, rows, k, columns, column_count, indptr, logits, top, index, sums) bind(c, &
         name='gs_gumbel_top_k_rows_f32')
         import
         type(c_ptr), value :: seeds
         integer(c_int64_t), value :: seed_count
         type(c_ptr), value :: streams
         integer(c_int64_t), value :: stream_count
         type(c_ptr), value :: offsets
         integer(c_int64_t), value :: offset_count, rows, k
         type(c_ptr), value :: columns
         integer(c_int64_t), value :: column_count
         type(c_ptr), value :: indptr, logits
         integer(c_int64_t), value :: top
         type(c_ptr), value :: index, sums
      end function
      integer(c_int32_t) function c_gumbel_top_k_rows_f64(seeds, seed_count, streams, stream_count, offsets, &
         offset_count, rows, k, columns, column_count, indptr, logits, top, index, sums) bind(c, &
         name='gs_gumbel_top_k_rows_f64')
         import
         type(c_ptr), value :: seeds
         integer(c_int64_t), value :: seed_count
         type(c_ptr), value :: streams
         integer(c_int64_t), value :: stream_count
         type(c_ptr), value :: offsets
         integer(c_int64_t), value :: offset_count, rows, k
         type(c_ptr), value :: columns
         integer(c_int64_t), value :: column_count
         type(c_ptr), value :: indptr, logits
         integer(c_int64_t), value :: top
         type(c_ptr), value :: index, sums
      end function
      integer(c_int32_t) function c_check_logits_f32(logits, rows, k, row) bind(c, name='gs_check_logits_f32')
         import
         type(c_ptr), value :: logits
         integer(c_int64_t), value :: rows, k
         type(c_ptr), value :: row
      end function
      integer(c_int32_t) function c_check_logits_f64(logits, rows, k, row) bind(c, name='gs_check_logits_f64')
         import
         type(c_ptr), value :: logits
         integer(c_int64_t), value :: rows, k
         type(c_ptr), value :: row
      end function
      integer(c_int32_t) function c_alias_table_f32(logits, rows, k, table) bind(c, name='gs_alias_table_f32')
         import
         type(c_ptr), value :: logits
         integer(c_int64_t), value :: rows, k
         type(c_ptr), value :: table
      end function
      integer(c_int32_t) function c_alias_table_f64(logits, rows, k, table) bind(c, name='gs_alias_table_f64')
         import
         type(c_ptr), value :: logits
         integer(c_int64_t), value :: rows, k
         type(c_ptr), value :: table
      end function
      integer(c_int32_t) function c_alias_draw(seed, stream, offset, table, rows, k, draws, index) bind(c, &
         name='gs_alias_draw')
         import
         integer(c_int64_t), value :: seed, stream, offset
         type(c_ptr), value :: table
         integer(c_int64_t), value :: rows, k, draws
         type(c_ptr), value :: index
      end function
      integer(c_int32_t) function c_cdf_table_f32(logits, rows, k, table) bind(c, name='gs_cdf_table_f32')
         import
         type(c_ptr), value :: logits
         integer(c_int64_t), value :: rows, k
         type(c_ptr), value :: table
      end function
      integer(c_int32_t) function c_cdf_table_f64(logits, rows, k, table) bind(c, name='gs_cdf_table_f64')
         import
         type(c_ptr), value :: logits
         integer(c_int64_t), value :: rows, k
         type(c_ptr), value :: table
      end function
      integer(c_int32_t) function c_cdf_draw(seed, stream, offset, table, rows, k, draws, index) bind(c, &
         name='gs_cdf_draw')
         import
         integer(c_int64_t), value :: seed, stream, offset
         type(c_ptr), value :: table
         integer(c_int64_t), value :: rows, k, draws
         type(c_ptr), value :: index
      end function
      integer(c_int32_t) function c_softmax_f32(x, rows, k, tau, soft, index) bind(c, name='gs_softmax_f32')
         import
         type(c_ptr), value :: x
         integer(c_int64_t), value :: rows, k
         real(c_float), value :: tau
         type(c_ptr), value :: soft, index
      end function
      integer(c_int32_t) function c_softmax_f64(x, rows, k, tau, soft, index) bind(c, name='gs_softmax_f64')
         import
         type(c_ptr), value :: x
         integer(c_int64_t), value :: rows, k
         real(c_double), value :: tau
         type(c_ptr), value :: soft, index
      end function
      integer(c_int32_t) function c_softmax_taus_f32(x, rows, k, tau, soft, index) bind(c, &
         name='gs_softmax_taus_f32')
         import
         type(c_ptr), value :: x
         integer(c_int64_t), value :: rows, k
         type(c_ptr), value :: tau, soft, index
      end function
      integer(c_int32_t) function c_softmax_taus_f64(x, rows, k, tau, soft, index) bind(c, &
         name='gs_softmax_taus_f64')
         import
         type(c_ptr), value :: x
         integer(c_int64_t), value :: rows, k
         type(c_ptr), value :: tau, soft, index
      end function
      integer(c_int32_t) function c_gumbel_softmax_f32(seed, stream, offset, logits, rows, k, tau, soft, index) &
         bind(c, name='gs_gumbel_softmax_f32')
         import
         integer(c_int64_t), value :: seed, stream, offset
         type(c_ptr), value :: logits
         integer(c_int64_t), value :: rows, k
         real(c_float), value :: tau
         type(c_ptr), value :: soft, index
      end function
      integer(c_int32_t) function c_gumbel_softmax_f64(seed, stream, offset, logits, rows, k, tau, soft, index) &
         bind(c, name='gs_gumbel_softmax_f64')
         import
         integer(c_int64_t), value :: seed, stream, offset
         type(c_ptr), value :: logits
         integer(c_int64_t), value :: rows, k
         real(c_double), value :: tau
         type(c_ptr), value :: soft, index
      end function
      integer(c_int32_t) function c_gumbel_softmax_taus_f32(seed, stream, offset, logits, rows, k, tau, soft, &
         index) bind(c, name='gs_gumbel_softmax_taus_f32')
         import
         integer(c_int64_t), value :: seed, stream, offset
         type(c_ptr), value :: logits
         integer(c_int64_t), value :: rows, k
         type(c_ptr), value :: tau, soft, index
      end function
      integer(c_int32_t) function c_gumbel_softmax_taus_f64(seed, stream, offset, logits, rows, k, tau, soft, &
         index) bind(c, name='gs_gumbel_softmax_taus_f64')
         import
         integer(c_int64_t), value :: seed, stream, offset
         type(c_ptr), value :: logits
         integer(c_int64_t), value :: rows, k
         type(c_ptr), value :: tau, soft, index
      end function
      integer(c_int32_t) function c_gumbel_softmax_rows_f32(seeds, seed_count, streams, stream_count, offsets, &
         offset_count, rows, k, columns, column_count, indptr, logits, tau, soft, index) bind(c, &
         name='gs_gumbel_softmax_rows_f32')
         import
         type(c_ptr), value :: seeds
         integer(c_int64_t), value :: seed_count
         type(c_ptr), value :: streams
         integer(c_int64_t), value :: stream_count
         type(c_ptr), value :: offsets
         integer(c_int64_t), value :: offset_count, rows, k
         type(c_ptr), value :: columns
         integer(c_int64_t), value :: column_count
         type(c_ptr), value :: indptr, logits
         real(c_float), value :: tau
         type(c_ptr), value :: soft, index
      end function
      integer(c_int32_t) function c_gumbel_softmax_rows_f64(seeds, seed_count, streams, stream_count, offsets, &
         offset_count, rows, k, columns, column_count, indptr, logits, tau, soft, index) bind(c, &
         name='gs_gumbel_softmax_rows_f64')
         import
         type(c_ptr), value :: seeds
         integer(c_int64_t), value :: seed_count
         type(c_ptr), value :: streams
         integer(c_int64_t), value :: stream_count
         type(c_ptr), value :: offsets
         integer(c_int64_t), value :: offset_count, rows, k
         type(c_ptr), value :: columns
         integer(c_int64_t), value :: column_count
         type(c_ptr), value :: indptr, logits
         real(c_double), value :: tau
         type(c_ptr), value :: soft, index
      end function
      integer(c_int32_t) function c_gumbel_softmax_rows_taus_f32(seeds, seed_count, streams, stream_count, &
         offsets, offset_count, rows, k, columns, column_count, indptr, logits, tau, soft, index) bind(c, &
         name='gs_gumbel_softmax_rows_taus_f32')
         import
         type(c_ptr), value :: seeds
         integer(c_int64_t), value :: seed_count
         type(c_ptr), value :: streams
         integer(c_int64_t), value :: stream_count
         type(c_ptr), value :: offsets
         integer(c_int64_t), value :: offset_count, rows, k
         type(c_ptr), value :: columns
         integer(c_int64_t), value :: column_count
         type(c_ptr), value :: indptr, logits, tau, soft, index
      end function
      integer(c_int32_t) function c_gumbel_softmax_rows_taus_f64(seeds, seed_count, streams, stream_count, &
         offsets, offset_count, rows, k, columns, column_count, indptr, logits, tau, soft, index) bind(c, &
         name='gs_gumbel_softmax_rows_taus_f64')
         import
         type(c_ptr), value :: seeds
         integer(c_int64_t), value :: seed_count
         type(c_ptr), value :: streams
         integer(c_int64_t), value :: stream_count
         type(c_ptr), value :: offsets
         integer(c_int64_t), value :: offset_count, rows, k
         type(c_ptr), value :: columns
         integer(c_int64_t), value :: column_count
         type(c_ptr), value :: indptr, logits, tau, soft, index
      end function
      integer(c_int32_t) function c_gumbel_softmax_backward_f32(grad, soft, rows, k, tau, dlogits, dtau) bind(c, &
         name='gs_gumbel_softmax_backward_f32')
         import
         type(c_ptr), value :: grad, soft
         integer(c_int64_t), value :: rows, k
         real(c_float), value :: tau
         type(c_ptr), value :: dlogits, dtau
      end function
      integer(c_int32_t) function c_gumbel_softmax_backward_f64(grad, soft, rows, k, tau, dlogits, dtau) bind(c, &
         name='gs_gumbel_softmax_backward_f64')
         import
         type(c_ptr), value :: grad, soft
         integer(c_int64_t), value :: rows, k
         real(c_double), value :: tau
         type(c_ptr), value :: dlogits, dtau
      end function
      integer(c_int32_t) function c_gumbel_softmax_backward_taus_f32(grad, soft, rows, k, tau, dlogits, dtau) &
         bind(c, name='gs_gumbel_softmax_backward_taus_f32')
         import
         type(c_ptr), value :: grad, soft
         integer(c_int64_t), value :: rows, k
         type(c_ptr), value :: tau, dlogits, dtau
      end function
      integer(c_int32_t) function c_gumbel_softmax_backward_taus_f64(grad, soft, rows, k, tau, dlogits, dtau) &
         bind(c, name='gs_gumbel_softmax_backward_taus_f64')
         import
         type(c_ptr), value :: grad, soft
         integer(c_int64_t), value :: rows, k
         type(c_ptr), value :: tau, dlogits, dtau
      end function
      integer(c_int32_t) function c_binary_concrete_f32(seed, stream, offset, logits, n, tau, soft) bind(c, &
         name='gs_binary_concrete_f32')
         import
         integer(c_int64_t), value :: seed, stream, offset
         type(c_ptr), value :: logits
         integer(c_int64_t), value :: n
         real(c_float), value :: tau
         type(c_ptr), value :: soft
      end function
      integer(c_int32_t) function c_binary_concrete_f64(seed, stream, offset, logits, n, tau, soft) bind(c, &
         name='gs_binary_concrete_f64')
         import
         integer(c_int64_t), value :: seed, stream, offset
         type(c_ptr), value :: logits
         integer(c_int64_t), value :: n
         real(c_double), value :: tau
         type(c_ptr), value :: soft
      end function
      integer(c_int32_t) function c_binary_concrete_taus_f32(seed, stream, offset, logits, n, tau, soft) bind(c, &
         name='gs_binary_concrete_taus_f32')
         import
         integer(c_int64_t), value :: seed, stream, offset
         type(c_ptr), value :: logits
         integer(c_int64_t), value :: n
         type(c_ptr), value :: tau, soft
      end function
      integer(c_int32_t) function c_binary_concrete_taus_f64(seed, stream, offset, logits, n, tau, soft) bind(c, &
         name='gs_binary_concrete_taus_f64')
         import
         integer(c_int64_t), value :: seed, stream, offset
         type(c_ptr), value :: logits
         integer(c_int64_t), value :: n
         type(c_ptr), value :: tau, soft
      end function
      integer(c_int32_t) function c_binary_concrete_backward_f32(grad, soft, n, tau, dlogits, dtau) bind(c, &
         name='gs_binary_concrete_backward_f32')
         import
         type(c_ptr), value :: grad, soft
         integer(c_int64_t), value :: n
         real(c_float), value :: tau
         type(c_ptr), value :: dlogits, dtau
      end function
      integer(c_int32_t) function c_binary_concrete_backward_f64(grad, soft, n, tau, dlogits, dtau) bind(c, &
         name='gs_binary_concrete_backward_f64')
         import
         type(c_ptr), value :: grad, soft
         integer(c_int64_t), value :: n
         real(c_double), value :: tau
         type(c_ptr), value :: dlogits, dtau
      end function
      integer(c_int32_t) function c_binary_concrete_backward_taus_f32(grad, soft, n, tau, dlogits, dtau) bind(c, &
         name='gs_binary_concrete_backward_taus_f32')
         import
         type(c_ptr), value :: grad, soft
         integer(c_int64_t), value :: n
         type(c_ptr), value :: tau, dlogits, dtau
      end function
      integer(c_int32_t) function c_binary_concrete_backward_taus_f64(grad, soft, n, tau, dlogits, dtau) bind(c, &
         name='gs_binary_concrete_backward_taus_f64')
         import
         type(c_ptr), value :: grad, soft
         integer(c_int64_t), value :: n
         type(c_ptr), value :: tau, dlogits, dtau
      end function
      integer(c_int32_t) function c_conditional_gumbel_f32(seed, stream, offset, logits, index, rows, k, draws, &
         out) bind(c, name='gs_conditional_gumbel_f32')
         import
         integer(c_int64_t), value :: seed, stream, offset
         type(c_ptr), value :: logits, index
         integer(c_int64_t), value :: rows, k, draws
         type(c_ptr), value :: out
      end function
      integer(c_int32_t) function c_conditional_gumbel_f64(seed, stream, offset, logits, index, rows, k, draws, &
         out) bind(c, name='gs_conditional_gumbel_f64')
         import
         integer(c_int64_t), value :: seed, stream, offset
         type(c_ptr), value :: logits, index
         integer(c_int64_t), value :: rows, k, draws
         type(c_ptr), value :: out
      end function
      integer(c_int32_t) function c_log_softmax_f32(x, rows, k, tau, log_probs) bind(c, name='gs_log_softmax_f32')
         import
         type(c_ptr), value :: x
         integer(c_int64_t), value :: rows, k
         real(c_float), value :: tau
         type(c_ptr), value :: log_probs
      end function
      integer(c_int32_t) function c_log_softmax_f64(x, rows, k, tau, log_probs) bind(c, name='gs_log_softmax_f64')
         import
         type(c_ptr), value :: x
         integer(c_int64_t), value :: rows, k
         real(c_double), value :: tau
         type(c_ptr), value :: log_probs
      end function
      integer(c_int32_t) function c_log_softmax_taus_f32(x, rows, k, tau, log_probs) bind(c, &
         name='gs_log_softmax_taus_f32')
         import
         type(c_ptr), value :: x
         integer(c_int64_t), value :: rows, k
         type(c_ptr), value :: tau, log_probs
      end function
      integer(c_int32_t) function c_log_softmax_taus_f64(x, rows, k, tau, log_probs) bind(c, &
         name='gs_log_softmax_taus_f64')
         import
         type(c_ptr), value :: x
         integer(c_int64_t), value :: rows, k
         type(c_ptr), value :: tau, log_probs
      end function
      integer(c_int32_t) function c_log_softmax_backward_f32(grad, log_probs, rows, k, tau, dx, dtau) bind(c, &
         name='gs_log_softmax_backward_f32')
         import
         type(c_ptr), value :: grad, log_probs
         integer(c_int64_t), value :: rows, k
         real(c_float), value :: tau
         type(c_ptr), value :: dx, dtau
      end function
      integer(c_int32_t) function c_log_softmax_backward_f64(grad, log_probs, rows, k, tau, dx, dtau) bind(c, &
         name='gs_log_softmax_backward_f64')
         import
         type(c_ptr), value :: grad, log_probs
         integer(c_int64_t), value :: rows, k
         real(c_double), value :: tau
         type(c_ptr), value :: dx, dtau
      end function
      integer(c_int32_t) function c_log_softmax_backward_taus_f32(grad, log_probs, rows, k, tau, dx, dtau) bind(c, &
         name='gs_log_softmax_backward_taus_f32')
         import
         type(c_ptr), value :: grad, log_probs
         integer(c_int64_t), value :: rows, k
         type(c_ptr), value :: tau, dx, dtau
      end function
      integer(c_int32_t) function c_log_softmax_backward_taus_f64(grad, log_probs, rows, k, tau, dx, dtau) bind(c, &
         name='gs_log_softmax_backward_taus_f64')
         import
         type(c_ptr), value :: grad, log_probs
         integer(c_int64_t), value :: rows, k
         type(c_ptr), value :: tau, dx, dtau
      end function
      integer(c_int32_t) function c_entropy_f32(logits, rows, k, out) bind(c, name='gs_entropy_f32')
         import
         type(c_ptr), value :: logits
         integer(c_int64_t), value :: rows, k
         type(c_ptr), value :: out
      end function
      integer(c_int32_t) function c_entropy_f64(logits, rows, k, out) bind(c, name='gs_entropy_f64')
         import
         type(c_ptr), value :: logits
         integer(c_int64_t), value :: rows, k
         type(c_ptr), value :: out
      end function
      integer(c_int32_t) function c_entropy_backward_f32(grad, logits, rows, k, dlogits) bind(c, &
         name='gs_entropy_backward_f32')
         import
         type(c_ptr), value :: grad, logits
         integer(c_int64_t), value :: rows, k
         type(c_ptr), value :: dlogits
      end function
      integer(c_int32_t) function c_entropy_backward_f64(grad, logits, rows, k, dlogits) bind(c, &
         name='gs_entropy_backward_f64')
         import
         type(c_ptr), value :: grad, logits
         integer(c_int64_t), value :: rows, k
         type(c_ptr), value :: dlogits
      end function
      integer(c_int32_t) function c_kl_divergence_f32(logits, other_logits, rows, k, out) bind(c, &
         name='gs_kl_divergence_f32')
         import
         type(c_ptr), value :: logits, other_logits
         integer(c_int64_t), value :: rows, k
         type(c_ptr), value :: out
      end function
      integer(c_int32_t) function c_kl_divergence_f64(logits, other_logits, rows, k, out) bind(c, &
         name='gs_kl_divergence_f64')
         import
         type(c_ptr), value :: logits, other_logits
         integer(c_int64_t), value :: rows, k
         type(c_ptr), value :: out
      end function
      integer(c_int32_t) function c_kl_divergence_backward_f32(grad, logits, other_logits, rows, k, dlogits, &
         dother) bind(c, name='gs_kl_divergence_backward_f32')
         import
         type(c_ptr), value :: grad, logits, other_logits
         integer(c_int64_t), value :: rows, k
         type(c_ptr), value :: dlogits, dother
      end function
      integer(c_int32_t) function c_kl_divergence_backward_f64(grad, logits, other_logits, rows, k, dlogits, &
         dother) bind(c, name='gs_kl_divergence_backward_f64')
         import
         type(c_ptr), value :: grad, logits, other_logits
         integer(c_int64_t), value :: rows, k
         type(c_ptr), value :: dlogits, dother
      end function
      integer(c_int32_t) function c_top_k_log_prob_f32(logits, index, rows, k, top, out) bind(c, &
         name='gs_top_k_log_prob_f32')
         import
         type(c_ptr), value :: logits, index
         integer(c_int64_t), value :: rows, k, top
         type(c_ptr), value :: out
      end function
      integer(c_int32_t) function c_top_k_log_prob_f64(logits, index, rows, k, top, out) bind(c, &
         name='gs_top_k_log_prob_f64')
         import
         type(c_ptr), value :: logits, index
         integer(c_int64_t), value :: rows, k, top
         type(c_ptr), value :: out
      end function
      integer(c_int32_t) function c_top_k_log_prob_backward_f32(grad, logits, index, rows, k, top, dlogits) &
         bind(c, name='gs_top_k_log_prob_backward_f32')
         import
         type(c_ptr), value :: grad, logits, index
         integer(c_int64_t), value :: rows, k, top
         type(c_ptr), value :: dlogits
      end function
      integer(c_int32_t) function c_top_k_log_prob_backward_f64(grad, logits, index, rows, k, top, dlogits) &
         bind(c, name='gs_top_k_log_prob_backward_f64')
         import
         type(c_ptr), value :: grad, logits, index
         integer(c_int64_t), value :: rows, k, top
         type(c_ptr), value :: dlogits
      end function
      integer(c_int32_t) function c_top_k_weights_f32(logits, index, sums, rows, k, top, normalize, out) bind(c, &
         name='gs_top_k_weights_f32')
         import
         type(c_ptr), value :: logits, index, sums
         integer(c_int64_t), value :: rows, k, top, normalize
         type(c_ptr), value :: out
      end function
      integer(c_int32_t) function c_top_k_weights_f64(logits, index, sums, rows, k, top, normalize, out) bind(c, &
         name='gs_top_k_weights_f64')
         import
         type(c_ptr), value :: logits, index, sums
         integer(c_int64_t), value :: rows, k, top, normalize
         type(c_ptr), value :: out
      end function
      integer(c_int32_t) function c_gumbel_log_prob_f32(x, n, loc, scale, out) bind(c, &
         name='gs_gumbel_log_prob_f32')
         import
         type(c_ptr), value :: x
         integer(c_int64_t), value :: n
         real(c_float), value :: loc, scale
         type(c_ptr), value :: out
      end function
      integer(c_int32_t) function c_gumbel_log_prob_f64(x, n, loc, scale, out) bind(c, &
         name='gs_gumbel_log_prob_f64')
         import
         type(c_ptr), value :: x
         integer(c_int64_t), value :: n
         real(c_double), value :: loc, scale
         type(c_ptr), value :: out
      end function
      integer(c_int32_t) function c_gumbel_log_prob_backward_f32(grad, x, n, loc, scale, dx, dloc, dscale) bind(c, &
         name='gs_gumbel_log_prob_backward_f32')
         import
         type(c_ptr), value :: grad, x
         integer(c_int64_t), value :: n
         real(c_float), value :: loc, scale
         type(c_ptr), value :: dx, dloc, dscale
      end function
      integer(c_int32_t) function c_gumbel_log_prob_backward_f64(grad, x, n, loc, scale, dx, dloc, dscale) bind(c, &
         name='gs_gumbel_log_prob_backward_f64')
         import
         type(c_ptr), value :: grad, x
         integer(c_int64_t), value :: n
         real(c_double), value :: loc, scale
         type(c_ptr), value :: dx, dloc, dscale
      end function
      integer(c_int32_t) function c_logistic_log_prob_f32(x, n, loc, scale, out) bind(c, &
         name='gs_logistic_log_prob_f32')
         import
         type(c_ptr), value :: x
         integer(c_int64_t), value :: n
         real(c_float), value :: loc, scale
         type(c_ptr), value :: out
      end function
      integer(c_int32_t) function c_logistic_log_prob_f64(x, n, loc, scale, out) bind(c, &
         name='gs_logistic_log_prob_f64')
         import
         type(c_ptr), value :: x
         integer(c_int64_t), value :: n
         real(c_double), value :: loc, scale
         type(c_ptr), value :: out
      end function
      integer(c_int32_t) function c_logistic_log_prob_backward_f32(grad, x, n, loc, scale, dx, dloc, dscale) &
         bind(c, name='gs_logistic_log_prob_backward_f32')
         import
         type(c_ptr), value :: grad, x
         integer(c_int64_t), value :: n
         real(c_float), value :: loc, scale
         type(c_ptr), value :: dx, dloc, dscale
      end function
      integer(c_int32_t) function c_logistic_log_prob_backward_f64(grad, x, n, loc, scale, dx, dloc, dscale) &
         bind(c, name='gs_logistic_log_prob_backward_f64')
         import
         type(c_ptr), value :: grad, x
         integer(c_int64_t), value :: n
         real(c_double), value :: loc, scale
         type(c_ptr), value :: dx, dloc, dscale
      end function
      integer(c_int32_t) function c_binary_concrete_log_prob_f32(y, logits, n, tau, out) bind(c, &
         name='gs_binary_concrete_log_prob_f32')
         import
         type(c_ptr), value :: y, logits
         integer(c_int64_t), value :: n
         real(c_float), value :: tau
         type(c_ptr), value :: out
      end function
      integer(c_int32_t) function c_binary_concrete_log_prob_f64(y, logits, n, tau, out) bind(c, &
         name='gs_binary_concrete_log_prob_f64')
         import
         type(c_ptr), value :: y, logits
         integer(c_int64_t), value :: n
         real(c_double), value :: tau
         type(c_ptr), value :: out
      end function
      integer(c_int32_t) function c_binary_concrete_log_prob_backward_f32(grad, y, logits, n, tau, dy, dlogits, &
         dtau) bind(c, name='gs_binary_concrete_log_prob_backward_f32')
         import
         type(c_ptr), value :: grad, y, logits
         integer(c_int64_t), value :: n
         real(c_float), value :: tau
         type(c_ptr), value :: dy, dlogits, dtau
      end function
      integer(c_int32_t) function c_binary_concrete_log_prob_backward_f64(grad, y, logits, n, tau, dy, dlogits, &
         dtau) bind(c, name='gs_binary_concrete_log_prob_backward_f64')
         import
         type(c_ptr), value :: grad, y, logits
         integer(c_int64_t), value :: n
         real(c_double), value :: tau
         type(c_ptr), value :: dy, dlogits, dtau
      end function
      integer(c_int32_t) function c_logit_binary_concrete_log_prob_f32(x, logits, n, tau, out) bind(c, &
         name='gs_logit_binary_concrete_log_prob_f32')
         import
         type(c_ptr), value :: x, logits
         integer(c_int64_t), value :: n
         real(c_float), value :: tau
         type(c_ptr), value :: out
      end function
      integer(c_int32_t) function c_logit_binary_concrete_log_prob_f64(x, logits, n, tau, out) bind(c, &
         name='gs_logit_binary_concrete_log_prob_f64')
         import
         type(c_ptr), value :: x, logits
         integer(c_int64_t), value :: n
         real(c_double), value :: tau
         type(c_ptr), value :: out
      end function
      integer(c_int32_t) function c_logit_binary_concrete_log_prob_backward_f32(grad, x, logits, n, tau, dx, &
         dlogits, dtau) bind(c, name='gs_logit_binary_concrete_log_prob_backward_f32')
         import
         type(c_ptr), value :: grad, x, logits
         integer(c_int64_t), value :: n
         real(c_float), value :: tau
         type(c_ptr), value :: dx, dlogits, dtau
      end function
      integer(c_int32_t) function c_logit_binary_concrete_log_prob_backward_f64(grad, x, logits, n, tau, dx, &
         dlogits, dtau) bind(c, name='gs_logit_binary_concrete_log_prob_backward_f64')
         import
         type(c_ptr), value :: grad, x, logits
         integer(c_int64_t), value :: n
         real(c_double), value :: tau
         type(c_ptr), value :: dx, dlogits, dtau
      end function
      integer(c_int32_t) function c_concrete_log_prob_f32(y, logits, rows, k, tau, out) bind(c, &
         name='gs_concrete_log_prob_f32')
         import
         type(c_ptr), value :: y, logits
         integer(c_int64_t), value :: rows, k
         real(c_float), value :: tau
         type(c_ptr), value :: out
      end function
      integer(c_int32_t) function c_concrete_log_prob_f64(y, logits, rows, k, tau, out) bind(c, &
         name='gs_concrete_log_prob_f64')
         import
         type(c_ptr), value :: y, logits
         integer(c_int64_t), value :: rows, k
         real(c_double), value :: tau
         type(c_ptr), value :: out
      end function
      integer(c_int32_t) function c_concrete_log_prob_backward_f32(grad, y, logits, rows, k, tau, dy, dlogits, &
         dtau) bind(c, name='gs_concrete_log_prob_backward_f32')
         import
         type(c_ptr), value :: grad, y, logits
         integer(c_int64_t), value :: rows, k
         real(c_float), value :: tau
         type(c_ptr), value :: dy, dlogits, dtau
      end function
      integer(c_int32_t) function c_concrete_log_prob_backward_f64(grad, y, logits, rows, k, tau, dy, dlogits, &
         dtau) bind(c, name='gs_concrete_log_prob_backward_f64')
         import
         type(c_ptr), value :: grad, y, logits
         integer(c_int64_t), value :: rows, k
         real(c_double), value :: tau
         type(c_ptr), value :: dy, dlogits, dtau
      end function
      integer(c_int32_t) function c_exp_concrete_log_prob_f32(x, logits, rows, k, tau, out) bind(c, &
         name='gs_exp_concrete_log_prob_f32')
         import
         type(c_ptr), value :: x, logits
         integer(c_int64_t), value :: rows, k
         real(c_float), value :: tau
         type(c_ptr), value :: out
      end function
      integer(c_int32_t) function c_exp_concrete_log_prob_f64(x, logits, rows, k, tau, out) bind(c, &
         name='gs_exp_concrete_log_prob_f64')
         import
         type(c_ptr), value :: x, logits
         integer(c_int64_t), value :: rows, k
         real(c_double), value :: tau
         type(c_ptr), value :: out
      end function
      integer(c_int32_t) function c_exp_concrete_log_prob_backward_f32(grad, x, logits, rows, k, tau, dx, dlogits, &
         dtau) bind(c, name='gs_exp_concrete_log_prob_backward_f32')
         import
         type(c_ptr), value :: grad, x, logits
         integer(c_int64_t), value :: rows, k
         real(c_float), value :: tau
         type(c_ptr), value :: dx, dlogits, dtau
      end function
      integer(c_int32_t) function c_exp_concrete_log_prob_backward_f64(grad, x, logits, rows, k, tau, dx, dlogits, &
         dtau) bind(c, name='gs_exp_concrete_log_prob_backward_f64')
         import
         type(c_ptr), value :: grad, x, logits
         integer(c_int64_t), value :: rows, k
         real(c_double), value :: tau
         type(c_ptr), value :: dx, dlogits, dtau
      end function

      integer(c_size_t) function strlen(string) bind(c)
         import
         type(c_ptr), value :: string
      end function
   end interface

contains

   ! Stops the program unless status is GS_OK.
   subroutine gs_check(status)
      integer(c_int32_t), intent(in) :: status
      if (status == GS_OK) return
      write (error_unit, '(2a)') 'gsampler: ', gs_strerror(status)
      stop 1
   end subroutine

   function text(string)
      type(c_ptr), intent(in) :: string
      character(:), allocatable :: text
      character(kind=c_char), pointer :: letters(:)
      call c_f_pointer(string, letters, [strlen(string)])
      text = transfer(letters, repeat(' ', size(letters)))
   end function

   ! The address of an array; of one that is absent, NULL.
   type(c_ptr) function address_int32_t(x)
      integer(c_int32_t), target, optional :: x(*)
      address_int32_t = c_null_ptr
      if (present(x)) address_int32_t = c_loc(x)
   end function

   type(c_ptr) function address_int64_t(x)
      integer(c_int64_t), target, optional :: x(*)
      address_int64_t = c_null_ptr
      if (present(x)) address_int64_t = c_loc(x)
   end function

   type(c_ptr) function address_int8_t(x)
      integer(c_int8_t), target, optional :: x(*)
      address_int8_t = c_null_ptr
      if (present(x)) address_int8_t = c_loc(x)
   end function

   type(c_ptr) function address_double(x)
      real(c_double), target, optional :: x(*)
      address_double = c_null_ptr
      if (present(x)) address_double = c_loc(x)
   end function

   type(c_ptr) function address_float(x)
      real(c_float), target, optional :: x(*)
      address_float = c_null_ptr
      if (present(x)) address_float = c_loc(x)
   end function

   ! ---- the library ----

   ! 10000 major + 100 minor + patch of the library.
   integer(c_int32_t) function gs_version()
      gs_version = c_version()
   end function

   ! GS_STREAM_VERSION of the library: where it is another, so are the results. From the first release on it changes with
   ! the SONAME only.
   integer(c_int32_t) function gs_stream_version()
      gs_stream_version = c_stream_version()
   end function

   ! What a status means, in ASCII; also for codes that are none. The text, as that of gs_isa, is never NULL and stays.
   function gs_strerror(status)
      character(:), allocatable :: gs_strerror
      integer(c_int32_t), intent(in) :: status
      gs_strerror = text(c_strerror(status))
   end function

   ! The instruction set that runs: "v2", "v3", "v4" (levels of x86-64) or "arm64". It was chosen when the library was
   ! loaded: the best that the processor and the operating system have, or the one that the environment variable
   ! GSAMPLER_ISA names in these very words, unless that is empty. "none" where that cannot be: every function below
   ! those of the library itself then returns GS_ERROR_ISA, and gs_strerror says which there are.
   function gs_isa()
      character(:), allocatable :: gs_isa
      gs_isa = text(c_isa())
   end function

   ! How many threads one call may use, at least 1, which it is at first; for all callers. Results never depend on it.
   ! Threads live as long as the call, so a fork is no danger, and are started for a millisecond of work or more. A call
   ! that has started some cannot be cancelled (pthread_cancel) until they have ended. It needs 64 KiB of stack.
   integer(c_int32_t) function gs_set_num_threads(n)
      integer(c_int32_t), intent(in) :: n
      gs_set_num_threads = c_set_num_threads(n)
   end function

   integer(c_int32_t) function gs_get_num_threads()
      gs_get_num_threads = c_get_num_threads()
   end function

   ! ---- noise: n independent standard variates ----

   ! Words of the stream, those that float elements are made from.
   integer(c_int32_t) function gs_bits(seed, stream, offset, n, out)
      integer(c_int64_t), intent(in) :: seed, stream, offset, n
      integer(c_int32_t), intent(inout), optional :: out(*)
      gs_bits = c_bits(seed, stream, offset, n, address_int32_t(out))
   end function

   ! Integers: out[d * n + i] is one of the values[i] integers from low[i] on, each as likely as the others to within 2^-128.
   ! 0 values stand for 2^64. Sums wrap around: for integers without a sign, give and take their bits. An element of two
   ! words each.
   integer(c_int32_t) function gs_integers(seed, stream, offset, low, values, n, draws, out)
      integer(c_int64_t), intent(in) :: seed, stream, offset
      integer(c_int64_t), intent(in), optional :: low(*), values(*)
      integer(c_int64_t), intent(in) :: n, draws
      integer(c_int64_t), intent(inout), optional :: out(*)
      gs_integers = c_integers(seed, stream, offset, address_int64_t(low), address_int64_t(values), n, draws, &
         address_int64_t(out))
   end function

   ! Counts: out[d * n + i] has the parameters at index i; an element of two words each. It is the quantile of the element's
   ! u, the least k with F(k) >= u, which is exact but where u is within 1e-13 of a step F(k), relative to the nearer of u
   ! and 1 - u. What would be above INT64_MAX is that.
   !
   ! Poisson variates of mean lam, from 0 to 9223372006484770816; successes in so many trials, from 0 on, each with probability p
   ! from 0 to 1; trials up to the first success, p above 0.
   integer(c_int32_t) function gs_poisson(seed, stream, offset, lam, n, draws, out)
      integer(c_int64_t), intent(in) :: seed, stream, offset
      real(c_double), intent(in), optional :: lam(*)
      integer(c_int64_t), intent(in) :: n, draws
      integer(c_int64_t), intent(inout), optional :: out(*)
      gs_poisson = c_poisson(seed, stream, offset, address_double(lam), n, draws, address_int64_t(out))
   end function

   integer(c_int32_t) function gs_binomial(seed, stream, offset, trials, p, n, draws, out)
      integer(c_int64_t), intent(in) :: seed, stream, offset
      integer(c_int64_t), intent(in), optional :: trials(*)
      real(c_double), intent(in), optional :: p(*)
      integer(c_int64_t), intent(in) :: n, draws
      integer(c_int64_t), intent(inout), optional :: out(*)
      gs_binomial = c_binomial(seed, stream, offset, address_int64_t(trials), address_double(p), n, draws, &
         address_int64_t(out))
   end function

   integer(c_int32_t) function gs_geometric(seed, stream, offset, p, n, draws, out)
      integer(c_int64_t), intent(in) :: seed, stream, offset
      real(c_double), intent(in), optional :: p(*)
      integer(c_int64_t), intent(in) :: n, draws
      integer(c_int64_t), intent(inout), optional :: out(*)
      gs_geometric = c_geometric(seed, stream, offset, address_double(p), n, draws, address_int64_t(out))
   end function

   ! How many of trials[r] fall to each category: counts[(d * rows + r) * k + j], where p holds weights that are finite and
   ! not negative, of any sum above 0, a row of k for each. Category j is a binomial of those that the ones before it left,
   ! with the probability p[j] / (p[j] + p[j + 1] + ...); an element of two words each.
   integer(c_int32_t) function gs_multinomial(seed, stream, offset, trials, p, rows, k, draws, counts)
      integer(c_int64_t), intent(in) :: seed, stream, offset
      integer(c_int64_t), intent(in), optional :: trials(*)
      real(c_double), intent(in), optional :: p(*)
      integer(c_int64_t), intent(in) :: rows, k, draws
      integer(c_int64_t), intent(inout), optional :: counts(*)
      gs_multinomial = c_multinomial(seed, stream, offset, address_int64_t(trials), address_double(p), rows, k, &
         draws, address_int64_t(counts))
   end function

   ! u on the open interval (0, 1), dense at both ends: never 0, never 1.
   integer(c_int32_t) function gs_uniform_f32(seed, stream, offset, n, out)
      integer(c_int64_t), intent(in) :: seed, stream, offset, n
      real(c_float), intent(inout), optional :: out(*)
      gs_uniform_f32 = c_uniform_f32(seed, stream, offset, n, address_float(out))
   end function

   integer(c_int32_t) function gs_uniform_f64(seed, stream, offset, n, out)
      integer(c_int64_t), intent(in) :: seed, stream, offset, n
      real(c_double), intent(inout), optional :: out(*)
      gs_uniform_f64 = c_uniform_f64(seed, stream, offset, n, address_double(out))
   end function

   ! -log(1 - u)
   integer(c_int32_t) function gs_exponential_f32(seed, stream, offset, n, out)
      integer(c_int64_t), intent(in) :: seed, stream, offset, n
      real(c_float), intent(inout), optional :: out(*)
      gs_exponential_f32 = c_exponential_f32(seed, stream, offset, n, address_float(out))
   end function

   integer(c_int32_t) function gs_exponential_f64(seed, stream, offset, n, out)
      integer(c_int64_t), intent(in) :: seed, stream, offset, n
      real(c_double), intent(inout), optional :: out(*)
      gs_exponential_f64 = c_exponential_f64(seed, stream, offset, n, address_double(out))
   end function

   ! -log(-log(1 - u)): mode 0; from -3.81 to 45.1 (float), from -4.49 to 89.4 (double).
   integer(c_int32_t) function gs_gumbel_f32(seed, stream, offset, n, out)
      integer(c_int64_t), intent(in) :: seed, stream, offset, n
      real(c_float), intent(inout), optional :: out(*)
      gs_gumbel_f32 = c_gumbel_f32(seed, stream, offset, n, address_float(out))
   end function

   integer(c_int32_t) function gs_gumbel_f64(seed, stream, offset, n, out)
      integer(c_int64_t), intent(in) :: seed, stream, offset, n
      real(c_double), intent(inout), optional :: out(*)
      gs_gumbel_f64 = c_gumbel_f64(seed, stream, offset, n, address_double(out))
   end function

   ! log(u / (1 - u))
   integer(c_int32_t) function gs_logistic_f32(seed, stream, offset, n, out)
      integer(c_int64_t), intent(in) :: seed, stream, offset, n
      real(c_float), intent(inout), optional :: out(*)
      gs_logistic_f32 = c_logistic_f32(seed, stream, offset, n, address_float(out))
   end function

   integer(c_int32_t) function gs_logistic_f64(seed, stream, offset, n, out)
      integer(c_int64_t), intent(in) :: seed, stream, offset, n
      real(c_double), intent(inout), optional :: out(*)
      gs_logistic_f64 = c_logistic_f64(seed, stream, offset, n, address_double(out))
   end function

   ! The quantile of u: mean 0, variance 1.
   integer(c_int32_t) function gs_normal_f32(seed, stream, offset, n, out)
      integer(c_int64_t), intent(in) :: seed, stream, offset, n
      real(c_float), intent(inout), optional :: out(*)
      gs_normal_f32 = c_normal_f32(seed, stream, offset, n, address_float(out))
   end function

   integer(c_int32_t) function gs_normal_f64(seed, stream, offset, n, out)
      integer(c_int64_t), intent(in) :: seed, stream, offset, n
      real(c_double), intent(inout), optional :: out(*)
      gs_normal_f64 = c_normal_f64(seed, stream, offset, n, address_double(out))
   end function

   ! ---- rows that have places of their own ----

   ! Noise of rows, each from its own (seed, stream, offset) on: what the functions above give from there, element for
   ! element. seed_count is 1, for one seed of all rows, or rows; so are stream_count and offset_count. A row has k elements
   ! or, where indptr is not NULL, those from indptr[r] to indptr[r + 1] of out; indptr has rows + 1 numbers, does not fall,
   ! and begins with 0. With column_count 0 they are the elements 0, 1, 2, ... from the row's offset on, and columns is not
   ! looked at. Else columns has their numbers, not negative (GS_ERROR_INDEX): k of all rows where column_count is 1, those
   ! of each element of out where it is rows; where there is an indptr, it must be rows. Python's Channel is the seed that is
   ! its key, a stream for each row, and the offset 0.
   integer(c_int32_t) function gs_uniform_rows_f32(seeds, seed_count, streams, stream_count, offsets, &
      offset_count, rows, k, columns, column_count, indptr, out)
      integer(c_int64_t), intent(in), optional :: seeds(*)
      integer(c_int64_t), intent(in) :: seed_count
      integer(c_int64_t), intent(in), optional :: streams(*)
      integer(c_int64_t), intent(in) :: stream_count
      integer(c_int64_t), intent(in), optional :: offsets(*)
      integer(c_int64_t), intent(in) :: offset_count, rows, k
      integer(c_int64_t), intent(in), optional :: columns(*)
      integer(c_int64_t), intent(in) :: column_count
      integer(c_int64_t), intent(in), optional :: indptr(*)
      real(c_float), intent(inout), optional :: out(*)
      gs_uniform_rows_f32 = c_uniform_rows_f32(address_int64_t(seeds), seed_count, address_int64_t(streams), &
         stream_count, address_int64_t(offsets), offset_count, rows, k, address_int64_t(columns), column_count, &
         address_int64_t(indptr), address_float(out))
   end function

   integer(c_int32_t) function gs_uniform_rows_f64(seeds, seed_count, streams, stream_count, offsets, &
      offset_count, rows, k, columns, column_count, indptr, out)
      integer(c_int64_t), intent(in), optional :: seeds(*)
      integer(c_int64_t), intent(in) :: seed_count
      integer(c_int64_t), intent(in), optional :: streams(*)
      integer(c_int64_t), intent(in) :: stream_count
      integer(c_int64_t), intent(in), optional :: offsets(*)
      integer(c_int64_t), intent(in) :: offset_count, rows, k
      integer(c_int64_t), intent(in), optional :: columns(*)
      integer(c_int64_t), intent(in) :: column_count
      integer(c_int64_t), intent(in), optional :: indptr(*)
      real(c_double), intent(inout), optional :: out(*)
      gs_uniform_rows_f64 = c_uniform_rows_f64(address_int64_t(seeds), seed_count, address_int64_t(streams), &
         stream_count, address_int64_t(offsets), offset_count, rows, k, address_int64_t(columns), column_count, &
         address_int64_t(indptr), address_double(out))
   end function

   integer(c_int32_t) function gs_exponential_rows_f32(seeds, seed_count, streams, stream_count, offsets, &
      offset_count, rows, k, columns, column_count, indptr, out)
      integer(c_int64_t), intent(in), optional :: seeds(*)
      integer(c_int64_t), intent(in) :: seed_count
      integer(c_int64_t), intent(in), optional :: streams(*)
      integer(c_int64_t), intent(in) :: stream_count
      integer(c_int64_t), intent(in), optional :: offsets(*)
      integer(c_int64_t), intent(in) :: offset_count, rows, k
      integer(c_int64_t), intent(in), optional :: columns(*)
      integer(c_int64_t), intent(in) :: column_count
      integer(c_int64_t), intent(in), optional :: indptr(*)
      real(c_float), intent(inout), optional :: out(*)
      gs_exponential_rows_f32 = c_exponential_rows_f32(address_int64_t(seeds), seed_count, &
         address_int64_t(streams), stream_count, address_int64_t(offsets), offset_count, rows, k, &
         address_int64_t(columns), column_count, address_int64_t(indptr), address_float(out))
   end function

   integer(c_int32_t) function gs_exponential_rows_f64(seeds, seed_count, streams, stream_count, offsets, &
      offset_count, rows, k, columns, column_count, indptr, out)
      integer(c_int64_t), intent(in), optional :: seeds(*)
      integer(c_int64_t), intent(in) :: seed_count
      integer(c_int64_t), intent(in), optional :: streams(*)
      integer(c_int64_t), intent(in) :: stream_count
      integer(c_int64_t), intent(in), optional :: offsets(*)
      integer(c_int64_t), intent(in) :: offset_count, rows, k
      integer(c_int64_t), intent(in), optional :: columns(*)
      integer(c_int64_t), intent(in) :: column_count
      integer(c_int64_t), intent(in), optional :: indptr(*)
      real(c_double), intent(inout), optional :: out(*)
      gs_exponential_rows_f64 = c_exponential_rows_f64(address_int64_t(seeds), seed_count, &
         address_int64_t(streams), stream_count, address_int64_t(offsets), offset_count, rows, k, &
         address_int64_t(columns), column_count, address_int64_t(indptr), address_double(out))
   end function

   integer(c_int32_t) function gs_gumbel_rows_f32(seeds, seed_count, streams, stream_count, offsets, &
      offset_count, rows, k, columns, column_count, indptr, out)
      integer(c_int64_t), intent(in), optional :: seeds(*)
      integer(c_int64_t), intent(in) :: seed_count
      integer(c_int64_t), intent(in), optional :: streams(*)
      integer(c_int64_t), intent(in) :: stream_count
      integer(c_int64_t), intent(in), optional :: offsets(*)
      integer(c_int64_t), intent(in) :: offset_count, rows, k
      integer(c_int64_t), intent(in), optional :: columns(*)
      integer(c_int64_t), intent(in) :: column_count
      integer(c_int64_t), intent(in), optional :: indptr(*)
      real(c_float), intent(inout), optional :: out(*)
      gs_gumbel_rows_f32 = c_gumbel_rows_f32(address_int64_t(seeds), seed_count, address_int64_t(streams), &
         stream_count, address_int64_t(offsets), offset_count, rows, k, address_int64_t(columns), column_count, &
         address_int64_t(indptr), address_float(out))
   end function

   integer(c_int32_t) function gs_gumbel_rows_f64(seeds, seed_count, streams, stream_count, offsets, &
      offset_count, rows, k, columns, column_count, indptr, out)
      integer(c_int64_t), intent(in), optional :: seeds(*)
      integer(c_int64_t), intent(in) :: seed_count
      integer(c_int64_t), intent(in), optional :: streams(*)
      integer(c_int64_t), intent(in) :: stream_count
      integer(c_int64_t), intent(in), optional :: offsets(*)
      integer(c_int64_t), intent(in) :: offset_count, rows, k
      integer(c_int64_t), intent(in), optional :: columns(*)
      integer(c_int64_t), intent(in) :: column_count
      integer(c_int64_t), intent(in), optional :: indptr(*)
      real(c_double), intent(inout), optional :: out(*)
      gs_gumbel_rows_f64 = c_gumbel_rows_f64(address_int64_t(seeds), seed_count, address_int64_t(streams), &
         stream_count, address_int64_t(offsets), offset_count, rows, k, address_int64_t(columns), column_count, &
         address_int64_t(indptr), address_double(out))
   end function

   integer(c_int32_t) function gs_logistic_rows_f32(seeds, seed_count, streams, stream_count, offsets, &
      offset_count, rows, k, columns, column_count, indptr, out)
      integer(c_int64_t), intent(in), optional :: seeds(*)
      integer(c_int64_t), intent(in) :: seed_count
      integer(c_int64_t), intent(in), optional :: streams(*)
      integer(c_int64_t), intent(in) :: stream_count
      integer(c_int64_t), intent(in), optional :: offsets(*)
      integer(c_int64_t), intent(in) :: offset_count, rows, k
      integer(c_int64_t), intent(in), optional :: columns(*)
      integer(c_int64_t), intent(in) :: column_count
      integer(c_int64_t), intent(in), optional :: indptr(*)
      real(c_float), intent(inout), optional :: out(*)
      gs_logistic_rows_f32 = c_logistic_rows_f32(address_int64_t(seeds), seed_count, address_int64_t(streams), &
         stream_count, address_int64_t(offsets), offset_count, rows, k, address_int64_t(columns), column_count, &
         address_int64_t(indptr), address_float(out))
   end function

   integer(c_int32_t) function gs_logistic_rows_f64(seeds, seed_count, streams, stream_count, offsets, &
      offset_count, rows, k, columns, column_count, indptr, out)
      integer(c_int64_t), intent(in), optional :: seeds(*)
      integer(c_int64_t), intent(in) :: seed_count
      integer(c_int64_t), intent(in), optional :: streams(*)
      integer(c_int64_t), intent(in) :: stream_count
      integer(c_int64_t), intent(in), optional :: offsets(*)
      integer(c_int64_t), intent(in) :: offset_count, rows, k
      integer(c_int64_t), intent(in), optional :: columns(*)
      integer(c_int64_t), intent(in) :: column_count
      integer(c_int64_t), intent(in), optional :: indptr(*)
      real(c_double), intent(inout), optional :: out(*)
      gs_logistic_rows_f64 = c_logistic_rows_f64(address_int64_t(seeds), seed_count, address_int64_t(streams), &
         stream_count, address_int64_t(offsets), offset_count, rows, k, address_int64_t(columns), column_count, &
         address_int64_t(indptr), address_double(out))
   end function

   integer(c_int32_t) function gs_normal_rows_f32(seeds, seed_count, streams, stream_count, offsets, &
      offset_count, rows, k, columns, column_count, indptr, out)
      integer(c_int64_t), intent(in), optional :: seeds(*)
      integer(c_int64_t), intent(in) :: seed_count
      integer(c_int64_t), intent(in), optional :: streams(*)
      integer(c_int64_t), intent(in) :: stream_count
      integer(c_int64_t), intent(in), optional :: offsets(*)
      integer(c_int64_t), intent(in) :: offset_count, rows, k
      integer(c_int64_t), intent(in), optional :: columns(*)
      integer(c_int64_t), intent(in) :: column_count
      integer(c_int64_t), intent(in), optional :: indptr(*)
      real(c_float), intent(inout), optional :: out(*)
      gs_normal_rows_f32 = c_normal_rows_f32(address_int64_t(seeds), seed_count, address_int64_t(streams), &
         stream_count, address_int64_t(offsets), offset_count, rows, k, address_int64_t(columns), column_count, &
         address_int64_t(indptr), address_float(out))
   end function

   integer(c_int32_t) function gs_normal_rows_f64(seeds, seed_count, streams, stream_count, offsets, &
      offset_count, rows, k, columns, column_count, indptr, out)
      integer(c_int64_t), intent(in), optional :: seeds(*)
      integer(c_int64_t), intent(in) :: seed_count
      integer(c_int64_t), intent(in), optional :: streams(*)
      integer(c_int64_t), intent(in) :: stream_count
      integer(c_int64_t), intent(in), optional :: offsets(*)
      integer(c_int64_t), intent(in) :: offset_count, rows, k
      integer(c_int64_t), intent(in), optional :: columns(*)
      integer(c_int64_t), intent(in) :: column_count
      integer(c_int64_t), intent(in), optional :: indptr(*)
      real(c_double), intent(inout), optional :: out(*)
      gs_normal_rows_f64 = c_normal_rows_f64(address_int64_t(seeds), seed_count, address_int64_t(streams), &
         stream_count, address_int64_t(offsets), offset_count, rows, k, address_int64_t(columns), column_count, &
         address_int64_t(indptr), address_double(out))
   end function

   ! ---- categories ----

   ! Bernoulli draws: out[d * n + i] is 1 where logits[i] + logistic noise > 0, else 0.
   integer(c_int32_t) function gs_bernoulli_f32(seed, stream, offset, logits, n, draws, out)
      integer(c_int64_t), intent(in) :: seed, stream, offset
      real(c_float), intent(in), optional :: logits(*)
      integer(c_int64_t), intent(in) :: n, draws
      integer(c_int8_t), intent(inout), optional :: out(*)
      gs_bernoulli_f32 = c_bernoulli_f32(seed, stream, offset, address_float(logits), n, draws, &
         address_int8_t(out))
   end function

   integer(c_int32_t) function gs_bernoulli_f64(seed, stream, offset, logits, n, draws, out)
      integer(c_int64_t), intent(in) :: seed, stream, offset
      real(c_double), intent(in), optional :: logits(*)
      integer(c_int64_t), intent(in) :: n, draws
      integer(c_int8_t), intent(inout), optional :: out(*)
      gs_bernoulli_f64 = c_bernoulli_f64(seed, stream, offset, address_double(logits), n, draws, &
         address_int8_t(out))
   end function

   ! One category of each row: index[r] = argmax(logits[r] + gumbel noise), the first of equal ones; the noise is never
   ! built. The sum is made in the type of the logits: rows that are all large are an error (GS_ERROR_LARGE). For
   ! repeated draws from one distribution, alias tables (below) take two words a draw instead of k.
   integer(c_int32_t) function gs_categorical_f32(seed, stream, offset, logits, rows, k, index)
      integer(c_int64_t), intent(in) :: seed, stream, offset
      real(c_float), intent(in), optional :: logits(*)
      integer(c_int64_t), intent(in) :: rows, k
      integer(c_int64_t), intent(inout), optional :: index(*)
      gs_categorical_f32 = c_categorical_f32(seed, stream, offset, address_float(logits), rows, k, &
         address_int64_t(index))
   end function

   integer(c_int32_t) function gs_categorical_f64(seed, stream, offset, logits, rows, k, index)
      integer(c_int64_t), intent(in) :: seed, stream, offset
      real(c_double), intent(in), optional :: logits(*)
      integer(c_int64_t), intent(in) :: rows, k
      integer(c_int64_t), intent(inout), optional :: index(*)
      gs_categorical_f64 = c_categorical_f64(seed, stream, offset, address_double(logits), rows, k, &
         address_int64_t(index))
   end function

   ! The same, drawn repeatedly: index[d * rows + r]; with its perturbed maximum, the category's logit + noise, in
   ! maximum[d * rows + r], where maximum is not NULL.
   integer(c_int32_t) function gs_gumbel_max_f32(seed, stream, offset, logits, rows, k, draws, index, maximum)
      integer(c_int64_t), intent(in) :: seed, stream, offset
      real(c_float), intent(in), optional :: logits(*)
      integer(c_int64_t), intent(in) :: rows, k, draws
      integer(c_int64_t), intent(inout), optional :: index(*)
      real(c_float), intent(inout), optional :: maximum(*)
      gs_gumbel_max_f32 = c_gumbel_max_f32(seed, stream, offset, address_float(logits), rows, k, draws, &
         address_int64_t(index), address_float(maximum))
   end function

   integer(c_int32_t) function gs_gumbel_max_f64(seed, stream, offset, logits, rows, k, draws, index, maximum)
      integer(c_int64_t), intent(in) :: seed, stream, offset
      real(c_double), intent(in), optional :: logits(*)
      integer(c_int64_t), intent(in) :: rows, k, draws
      integer(c_int64_t), intent(inout), optional :: index(*)
      real(c_double), intent(inout), optional :: maximum(*)
      gs_gumbel_max_f64 = c_gumbel_max_f64(seed, stream, offset, address_double(logits), rows, k, draws, &
         address_int64_t(index), address_double(maximum))
   end function

   ! The same of gs_gumbel_max: one category of each row, index[r] counted in the row, with its perturbed maximum where
   ! maximum is not NULL. A column of -1 is no category; of a row that has none, index is -1 and the maximum -inf.
   integer(c_int32_t) function gs_gumbel_max_rows_f32(seeds, seed_count, streams, stream_count, offsets, &
      offset_count, rows, k, columns, column_count, indptr, logits, index, maximum)
      integer(c_int64_t), intent(in), optional :: seeds(*)
      integer(c_int64_t), intent(in) :: seed_count
      integer(c_int64_t), intent(in), optional :: streams(*)
      integer(c_int64_t), intent(in) :: stream_count
      integer(c_int64_t), intent(in), optional :: offsets(*)
      integer(c_int64_t), intent(in) :: offset_count, rows, k
      integer(c_int64_t), intent(in), optional :: columns(*)
      integer(c_int64_t), intent(in) :: column_count
      integer(c_int64_t), intent(in), optional :: indptr(*)
      real(c_float), intent(in), optional :: logits(*)
      integer(c_int64_t), intent(inout), optional :: index(*)
      real(c_float), intent(inout), optional :: maximum(*)
      gs_gumbel_max_rows_f32 = c_gumbel_max_rows_f32(address_int64_t(seeds), seed_count, address_int64_t(streams), &
         stream_count, address_int64_t(offsets), offset_count, rows, k, address_int64_t(columns), column_count, &
         address_int64_t(indptr), address_float(logits), address_int64_t(index), address_float(maximum))
   end function

   integer(c_int32_t) function gs_gumbel_max_rows_f64(seeds, seed_count, streams, stream_count, offsets, &
      offset_count, rows, k, columns, column_count, indptr, logits, index, maximum)
      integer(c_int64_t), intent(in), optional :: seeds(*)
      integer(c_int64_t), intent(in) :: seed_count
      integer(c_int64_t), intent(in), optional :: streams(*)
      integer(c_int64_t), intent(in) :: stream_count
      integer(c_int64_t), intent(in), optional :: offsets(*)
      integer(c_int64_t), intent(in) :: offset_count, rows, k
      integer(c_int64_t), intent(in), optional :: columns(*)
      integer(c_int64_t), intent(in) :: column_count
      integer(c_int64_t), intent(in), optional :: indptr(*)
      real(c_double), intent(in), optional :: logits(*)
      integer(c_int64_t), intent(inout), optional :: index(*)
      real(c_double), intent(inout), optional :: maximum(*)
      gs_gumbel_max_rows_f64 = c_gumbel_max_rows_f64(address_int64_t(seeds), seed_count, address_int64_t(streams), &
         stream_count, address_int64_t(offsets), offset_count, rows, k, address_int64_t(columns), column_count, &
         address_int64_t(indptr), address_double(logits), address_int64_t(index), address_double(maximum))
   end function

   ! The top largest logits + gumbel noise of each row, the largest first: top draws without replacement, in their order.
   ! Draw d of row r has its categories from index[(d * rows + r) * top] on, of equal sums the lower first, and the sums
   ! likewise in sums. top is at most the number of categories above -inf in each row (GS_ERROR_SIZE).
   integer(c_int32_t) function gs_gumbel_top_k_f32(seed, stream, offset, logits, rows, k, draws, top, index, &
      sums)
      integer(c_int64_t), intent(in) :: seed, stream, offset
      real(c_float), intent(in), optional :: logits(*)
      integer(c_int64_t), intent(in) :: rows, k, draws, top
      integer(c_int64_t), intent(inout), optional :: index(*)
      real(c_float), intent(inout), optional :: sums(*)
      gs_gumbel_top_k_f32 = c_gumbel_top_k_f32(seed, stream, offset, address_float(logits), rows, k, draws, top, &
         address_int64_t(index), address_float(sums))
   end function

   integer(c_int32_t) function gs_gumbel_top_k_f64(seed, stream, offset, logits, rows, k, draws, top, index, &
      sums)
      integer(c_int64_t), intent(in) :: seed, stream, offset
      real(c_double), intent(in), optional :: logits(*)
      integer(c_int64_t), intent(in) :: rows, k, draws, top
      integer(c_int64_t), intent(inout), optional :: index(*)
      real(c_double), intent(inout), optional :: sums(*)
      gs_gumbel_top_k_f64 = c_gumbel_top_k_f64(seed, stream, offset, address_double(logits), rows, k, draws, top, &
         address_int64_t(index), address_double(sums))
   end function

   ! The same of gs_gumbel_top_k, one draw of each row: index and sums have top of each. A column of -1 is no category; top
   ! is at most the number of the others above -inf in each row (GS_ERROR_SIZE).
   integer(c_int32_t) function gs_gumbel_top_k_rows_f32(seeds, seed_count, streams, stream_count, offsets, &
      offset_count, rows, k, columns, column_count, indptr, logits, top, index, sums)
      integer(c_int64_t), intent(in), optional :: seeds(*)
      integer(c_int64_t), intent(in) :: seed_count
      integer(c_int64_t), intent(in), optional :: streams(*)
      integer(c_int64_t), intent(in) :: stream_count
      integer(c_int64_t), intent(in), optional :: offsets(*)
      integer(c_int64_t), intent(in) :: offset_count, rows, k
      integer(c_int64_t), intent(in), optional :: columns(*)
      integer(c_int64_t), intent(in) :: column_count
      integer(c_int64_t), intent(in), optional :: indptr(*)
      real(c_float), intent(in), optional :: logits(*)
      integer(c_int64_t), intent(in) :: top
      integer(c_int64_t), intent(inout), optional :: index(*)
      real(c_float), intent(inout), optional :: sums(*)
      gs_gumbel_top_k_rows_f32 = c_gumbel_top_k_rows_f32(address_int64_t(seeds), seed_count, &
         address_int64_t(streams), stream_count, address_int64_t(offsets), offset_count, rows, k, &
         address_int64_t(columns), column_count, address_int64_t(indptr), address_float(logits), top, &
         address_int64_t(index), address_float(sums))
   end function

   integer(c_int32_t) function gs_gumbel_top_k_rows_f64(seeds, seed_count, streams, stream_count, offsets, &
      offset_count, rows, k, columns, column_count, indptr, logits, top, index, sums)
      integer(c_int64_t), intent(in), optional :: seeds(*)
      integer(c_int64_t), intent(in) :: seed_count
      integer(c_int64_t), intent(in), optional :: streams(*)
      integer(c_int64_t), intent(in) :: stream_count
      integer(c_int64_t), intent(in), optional :: offsets(*)
      integer(c_int64_t), intent(in) :: offset_count, rows, k
      integer(c_int64_t), intent(in), optional :: columns(*)
      integer(c_int64_t), intent(in) :: column_count
      integer(c_int64_t), intent(in), optional :: indptr(*)
      real(c_double), intent(in), optional :: logits(*)
      integer(c_int64_t), intent(in) :: top
      integer(c_int64_t), intent(inout), optional :: index(*)
      real(c_double), intent(inout), optional :: sums(*)
      gs_gumbel_top_k_rows_f64 = c_gumbel_top_k_rows_f64(address_int64_t(seeds), seed_count, &
         address_int64_t(streams), stream_count, address_int64_t(offsets), offset_count, rows, k, &
         address_int64_t(columns), column_count, address_int64_t(indptr), address_double(logits), top, &
         address_int64_t(index), address_double(sums))
   end function

   ! What all functions that take rows of logits look at: GS_OK, GS_ERROR_LOGITS or GS_ERROR_ROW, and the first bad row
   ! (-1 where there is none), where row is not NULL. Those that add noise look for GS_ERROR_LARGE too.
   integer(c_int32_t) function gs_check_logits_f32(logits, rows, k, row)
      real(c_float), intent(in), optional :: logits(*)
      integer(c_int64_t), intent(in) :: rows, k
      integer(c_int64_t), intent(inout), optional :: row(*)
      gs_check_logits_f32 = c_check_logits_f32(address_float(logits), rows, k, address_int64_t(row))
   end function

   integer(c_int32_t) function gs_check_logits_f64(logits, rows, k, row)
      real(c_double), intent(in), optional :: logits(*)
      integer(c_int64_t), intent(in) :: rows, k
      integer(c_int64_t), intent(inout), optional :: row(*)
      gs_check_logits_f64 = c_check_logits_f64(address_double(logits), rows, k, address_int64_t(row))
   end function

   ! Alias tables (Walker, Vose), for many draws from one distribution: table holds 2 * rows * k words, a threshold and
   ! an alias for each category; k < 2^32. A draw takes two words and no search. The draws are index[d * rows + r], below
   ! k if the table is right, which is not looked at: whatever it is, reads stay within it.
   integer(c_int32_t) function gs_alias_table_f32(logits, rows, k, table)
      real(c_float), intent(in), optional :: logits(*)
      integer(c_int64_t), intent(in) :: rows, k
      integer(c_int64_t), intent(inout), optional :: table(*)
      gs_alias_table_f32 = c_alias_table_f32(address_float(logits), rows, k, address_int64_t(table))
   end function

   integer(c_int32_t) function gs_alias_table_f64(logits, rows, k, table)
      real(c_double), intent(in), optional :: logits(*)
      integer(c_int64_t), intent(in) :: rows, k
      integer(c_int64_t), intent(inout), optional :: table(*)
      gs_alias_table_f64 = c_alias_table_f64(address_double(logits), rows, k, address_int64_t(table))
   end function

   integer(c_int32_t) function gs_alias_draw(seed, stream, offset, table, rows, k, draws, index)
      integer(c_int64_t), intent(in) :: seed, stream, offset
      integer(c_int64_t), intent(in), optional :: table(*)
      integer(c_int64_t), intent(in) :: rows, k, draws
      integer(c_int64_t), intent(inout), optional :: index(*)
      gs_alias_draw = c_alias_draw(seed, stream, offset, address_int64_t(table), rows, k, draws, &
         address_int64_t(index))
   end function

   ! Tables of cumulative sums: table holds rows * (k + 2) words. A draw is the first category whose cumulative
   ! probability exceeds the uniform of its two words; it ascends with that uniform. As above; a table that is wrong is
   ! noticed at times (GS_ERROR_TABLE).
   integer(c_int32_t) function gs_cdf_table_f32(logits, rows, k, table)
      real(c_float), intent(in), optional :: logits(*)
      integer(c_int64_t), intent(in) :: rows, k
      integer(c_int64_t), intent(inout), optional :: table(*)
      gs_cdf_table_f32 = c_cdf_table_f32(address_float(logits), rows, k, address_int64_t(table))
   end function

   integer(c_int32_t) function gs_cdf_table_f64(logits, rows, k, table)
      real(c_double), intent(in), optional :: logits(*)
      integer(c_int64_t), intent(in) :: rows, k
      integer(c_int64_t), intent(inout), optional :: table(*)
      gs_cdf_table_f64 = c_cdf_table_f64(address_double(logits), rows, k, address_int64_t(table))
   end function

   integer(c_int32_t) function gs_cdf_draw(seed, stream, offset, table, rows, k, draws, index)
      integer(c_int64_t), intent(in) :: seed, stream, offset
      integer(c_int64_t), intent(in), optional :: table(*)
      integer(c_int64_t), intent(in) :: rows, k, draws
      integer(c_int64_t), intent(inout), optional :: index(*)
      gs_cdf_draw = c_cdf_draw(seed, stream, offset, address_int64_t(table), rows, k, draws, &
         address_int64_t(index))
   end function

   ! ---- relaxed categories ----

   ! soft[r] = softmax(x[r] / tau); index[r], where index is not NULL, is the first index of its largest.
   integer(c_int32_t) function gs_softmax_f32(x, rows, k, tau, soft, index)
      real(c_float), intent(in), optional :: x(*)
      integer(c_int64_t), intent(in) :: rows, k
      real(c_float), intent(in) :: tau
      real(c_float), intent(inout), optional :: soft(*)
      integer(c_int64_t), intent(inout), optional :: index(*)
      gs_softmax_f32 = c_softmax_f32(address_float(x), rows, k, tau, address_float(soft), address_int64_t(index))
   end function

   integer(c_int32_t) function gs_softmax_f64(x, rows, k, tau, soft, index)
      real(c_double), intent(in), optional :: x(*)
      integer(c_int64_t), intent(in) :: rows, k
      real(c_double), intent(in) :: tau
      real(c_double), intent(inout), optional :: soft(*)
      integer(c_int64_t), intent(inout), optional :: index(*)
      gs_softmax_f64 = c_softmax_f64(address_double(x), rows, k, tau, address_double(soft), &
         address_int64_t(index))
   end function

   integer(c_int32_t) function gs_softmax_taus_f32(x, rows, k, tau, soft, index)
      real(c_float), intent(in), optional :: x(*)
      integer(c_int64_t), intent(in) :: rows, k
      real(c_float), intent(in), optional :: tau(*)
      real(c_float), intent(inout), optional :: soft(*)
      integer(c_int64_t), intent(inout), optional :: index(*)
      gs_softmax_taus_f32 = c_softmax_taus_f32(address_float(x), rows, k, address_float(tau), address_float(soft), &
         address_int64_t(index))
   end function

   integer(c_int32_t) function gs_softmax_taus_f64(x, rows, k, tau, soft, index)
      real(c_double), intent(in), optional :: x(*)
      integer(c_int64_t), intent(in) :: rows, k
      real(c_double), intent(in), optional :: tau(*)
      real(c_double), intent(inout), optional :: soft(*)
      integer(c_int64_t), intent(inout), optional :: index(*)
      gs_softmax_taus_f64 = c_softmax_taus_f64(address_double(x), rows, k, address_double(tau), &
         address_double(soft), address_int64_t(index))
   end function

   ! Gumbel-Softmax, also called Concrete: softmax((logits + gumbel noise) / tau). index, where it is not NULL, is the
   ! hard sample: what gs_categorical gives at the same position, the index of the one in the one-hot row.
   integer(c_int32_t) function gs_gumbel_softmax_f32(seed, stream, offset, logits, rows, k, tau, soft, index)
      integer(c_int64_t), intent(in) :: seed, stream, offset
      real(c_float), intent(in), optional :: logits(*)
      integer(c_int64_t), intent(in) :: rows, k
      real(c_float), intent(in) :: tau
      real(c_float), intent(inout), optional :: soft(*)
      integer(c_int64_t), intent(inout), optional :: index(*)
      gs_gumbel_softmax_f32 = c_gumbel_softmax_f32(seed, stream, offset, address_float(logits), rows, k, tau, &
         address_float(soft), address_int64_t(index))
   end function

   integer(c_int32_t) function gs_gumbel_softmax_f64(seed, stream, offset, logits, rows, k, tau, soft, index)
      integer(c_int64_t), intent(in) :: seed, stream, offset
      real(c_double), intent(in), optional :: logits(*)
      integer(c_int64_t), intent(in) :: rows, k
      real(c_double), intent(in) :: tau
      real(c_double), intent(inout), optional :: soft(*)
      integer(c_int64_t), intent(inout), optional :: index(*)
      gs_gumbel_softmax_f64 = c_gumbel_softmax_f64(seed, stream, offset, address_double(logits), rows, k, tau, &
         address_double(soft), address_int64_t(index))
   end function

   integer(c_int32_t) function gs_gumbel_softmax_taus_f32(seed, stream, offset, logits, rows, k, tau, soft, &
      index)
      integer(c_int64_t), intent(in) :: seed, stream, offset
      real(c_float), intent(in), optional :: logits(*)
      integer(c_int64_t), intent(in) :: rows, k
      real(c_float), intent(in), optional :: tau(*)
      real(c_float), intent(inout), optional :: soft(*)
      integer(c_int64_t), intent(inout), optional :: index(*)
      gs_gumbel_softmax_taus_f32 = c_gumbel_softmax_taus_f32(seed, stream, offset, address_float(logits), rows, k, &
         address_float(tau), address_float(soft), address_int64_t(index))
   end function

   integer(c_int32_t) function gs_gumbel_softmax_taus_f64(seed, stream, offset, logits, rows, k, tau, soft, &
      index)
      integer(c_int64_t), intent(in) :: seed, stream, offset
      real(c_double), intent(in), optional :: logits(*)
      integer(c_int64_t), intent(in) :: rows, k
      real(c_double), intent(in), optional :: tau(*)
      real(c_double), intent(inout), optional :: soft(*)
      integer(c_int64_t), intent(inout), optional :: index(*)
      gs_gumbel_softmax_taus_f64 = c_gumbel_softmax_taus_f64(seed, stream, offset, address_double(logits), rows, &
         k, address_double(tau), address_double(soft), address_int64_t(index))
   end function

   ! The same of rows that have places of their own: soft has the elements that the logits have. A column of -1 is no
   ! category, its value 0; of a row that has none, index is -1. Rows of the same length have the gradients below.
   integer(c_int32_t) function gs_gumbel_softmax_rows_f32(seeds, seed_count, streams, stream_count, offsets, &
      offset_count, rows, k, columns, column_count, indptr, logits, tau, soft, index)
      integer(c_int64_t), intent(in), optional :: seeds(*)
      integer(c_int64_t), intent(in) :: seed_count
      integer(c_int64_t), intent(in), optional :: streams(*)
      integer(c_int64_t), intent(in) :: stream_count
      integer(c_int64_t), intent(in), optional :: offsets(*)
      integer(c_int64_t), intent(in) :: offset_count, rows, k
      integer(c_int64_t), intent(in), optional :: columns(*)
      integer(c_int64_t), intent(in) :: column_count
      integer(c_int64_t), intent(in), optional :: indptr(*)
      real(c_float), intent(in), optional :: logits(*)
      real(c_float), intent(in) :: tau
      real(c_float), intent(inout), optional :: soft(*)
      integer(c_int64_t), intent(inout), optional :: index(*)
      gs_gumbel_softmax_rows_f32 = c_gumbel_softmax_rows_f32(address_int64_t(seeds), seed_count, &
         address_int64_t(streams), stream_count, address_int64_t(offsets), offset_count, rows, k, &
         address_int64_t(columns), column_count, address_int64_t(indptr), address_float(logits), tau, &
         address_float(soft), address_int64_t(index))
   end function

   integer(c_int32_t) function gs_gumbel_softmax_rows_f64(seeds, seed_count, streams, stream_count, offsets, &
      offset_count, rows, k, columns, column_count, indptr, logits, tau, soft, index)
      integer(c_int64_t), intent(in), optional :: seeds(*)
      integer(c_int64_t), intent(in) :: seed_count
      integer(c_int64_t), intent(in), optional :: streams(*)
      integer(c_int64_t), intent(in) :: stream_count
      integer(c_int64_t), intent(in), optional :: offsets(*)
      integer(c_int64_t), intent(in) :: offset_count, rows, k
      integer(c_int64_t), intent(in), optional :: columns(*)
      integer(c_int64_t), intent(in) :: column_count
      integer(c_int64_t), intent(in), optional :: indptr(*)
      real(c_double), intent(in), optional :: logits(*)
      real(c_double), intent(in) :: tau
      real(c_double), intent(inout), optional :: soft(*)
      integer(c_int64_t), intent(inout), optional :: index(*)
      gs_gumbel_softmax_rows_f64 = c_gumbel_softmax_rows_f64(address_int64_t(seeds), seed_count, &
         address_int64_t(streams), stream_count, address_int64_t(offsets), offset_count, rows, k, &
         address_int64_t(columns), column_count, address_int64_t(indptr), address_double(logits), tau, &
         address_double(soft), address_int64_t(index))
   end function

   integer(c_int32_t) function gs_gumbel_softmax_rows_taus_f32(seeds, seed_count, streams, stream_count, &
      offsets, offset_count, rows, k, columns, column_count, indptr, logits, tau, soft, index)
      integer(c_int64_t), intent(in), optional :: seeds(*)
      integer(c_int64_t), intent(in) :: seed_count
      integer(c_int64_t), intent(in), optional :: streams(*)
      integer(c_int64_t), intent(in) :: stream_count
      integer(c_int64_t), intent(in), optional :: offsets(*)
      integer(c_int64_t), intent(in) :: offset_count, rows, k
      integer(c_int64_t), intent(in), optional :: columns(*)
      integer(c_int64_t), intent(in) :: column_count
      integer(c_int64_t), intent(in), optional :: indptr(*)
      real(c_float), intent(in), optional :: logits(*), tau(*)
      real(c_float), intent(inout), optional :: soft(*)
      integer(c_int64_t), intent(inout), optional :: index(*)
      gs_gumbel_softmax_rows_taus_f32 = c_gumbel_softmax_rows_taus_f32(address_int64_t(seeds), seed_count, &
         address_int64_t(streams), stream_count, address_int64_t(offsets), offset_count, rows, k, &
         address_int64_t(columns), column_count, address_int64_t(indptr), address_float(logits), &
         address_float(tau), address_float(soft), address_int64_t(index))
   end function

   integer(c_int32_t) function gs_gumbel_softmax_rows_taus_f64(seeds, seed_count, streams, stream_count, &
      offsets, offset_count, rows, k, columns, column_count, indptr, logits, tau, soft, index)
      integer(c_int64_t), intent(in), optional :: seeds(*)
      integer(c_int64_t), intent(in) :: seed_count
      integer(c_int64_t), intent(in), optional :: streams(*)
      integer(c_int64_t), intent(in) :: stream_count
      integer(c_int64_t), intent(in), optional :: offsets(*)
      integer(c_int64_t), intent(in) :: offset_count, rows, k
      integer(c_int64_t), intent(in), optional :: columns(*)
      integer(c_int64_t), intent(in) :: column_count
      integer(c_int64_t), intent(in), optional :: indptr(*)
      real(c_double), intent(in), optional :: logits(*), tau(*)
      real(c_double), intent(inout), optional :: soft(*)
      integer(c_int64_t), intent(inout), optional :: index(*)
      gs_gumbel_softmax_rows_taus_f64 = c_gumbel_softmax_rows_taus_f64(address_int64_t(seeds), seed_count, &
         address_int64_t(streams), stream_count, address_int64_t(offsets), offset_count, rows, k, &
         address_int64_t(columns), column_count, address_int64_t(indptr), address_double(logits), &
         address_double(tau), address_double(soft), address_int64_t(index))
   end function

   ! Its gradients, and those of gs_softmax, from the soft sample alone; grad is that with respect to the sample. dtau
   ! may be NULL.
   integer(c_int32_t) function gs_gumbel_softmax_backward_f32(grad, soft, rows, k, tau, dlogits, dtau)
      real(c_float), intent(in), optional :: grad(*), soft(*)
      integer(c_int64_t), intent(in) :: rows, k
      real(c_float), intent(in) :: tau
      real(c_float), intent(inout), optional :: dlogits(*), dtau(*)
      gs_gumbel_softmax_backward_f32 = c_gumbel_softmax_backward_f32(address_float(grad), address_float(soft), &
         rows, k, tau, address_float(dlogits), address_float(dtau))
   end function

   integer(c_int32_t) function gs_gumbel_softmax_backward_f64(grad, soft, rows, k, tau, dlogits, dtau)
      real(c_double), intent(in), optional :: grad(*), soft(*)
      integer(c_int64_t), intent(in) :: rows, k
      real(c_double), intent(in) :: tau
      real(c_double), intent(inout), optional :: dlogits(*), dtau(*)
      gs_gumbel_softmax_backward_f64 = c_gumbel_softmax_backward_f64(address_double(grad), address_double(soft), &
         rows, k, tau, address_double(dlogits), address_double(dtau))
   end function

   integer(c_int32_t) function gs_gumbel_softmax_backward_taus_f32(grad, soft, rows, k, tau, dlogits, dtau)
      real(c_float), intent(in), optional :: grad(*), soft(*)
      integer(c_int64_t), intent(in) :: rows, k
      real(c_float), intent(in), optional :: tau(*)
      real(c_float), intent(inout), optional :: dlogits(*), dtau(*)
      gs_gumbel_softmax_backward_taus_f32 = c_gumbel_softmax_backward_taus_f32(address_float(grad), &
         address_float(soft), rows, k, address_float(tau), address_float(dlogits), address_float(dtau))
   end function

   integer(c_int32_t) function gs_gumbel_softmax_backward_taus_f64(grad, soft, rows, k, tau, dlogits, dtau)
      real(c_double), intent(in), optional :: grad(*), soft(*)
      integer(c_int64_t), intent(in) :: rows, k
      real(c_double), intent(in), optional :: tau(*)
      real(c_double), intent(inout), optional :: dlogits(*), dtau(*)
      gs_gumbel_softmax_backward_taus_f64 = c_gumbel_softmax_backward_taus_f64(address_double(grad), &
         address_double(soft), rows, k, address_double(tau), address_double(dlogits), address_double(dtau))
   end function

   ! The binary case, from one logistic variate each: soft[i] = sigmoid((logits[i] + logistic noise) / tau). Its hard
   ! sample is what gs_bernoulli gives at the same position.
   integer(c_int32_t) function gs_binary_concrete_f32(seed, stream, offset, logits, n, tau, soft)
      integer(c_int64_t), intent(in) :: seed, stream, offset
      real(c_float), intent(in), optional :: logits(*)
      integer(c_int64_t), intent(in) :: n
      real(c_float), intent(in) :: tau
      real(c_float), intent(inout), optional :: soft(*)
      gs_binary_concrete_f32 = c_binary_concrete_f32(seed, stream, offset, address_float(logits), n, tau, &
         address_float(soft))
   end function

   integer(c_int32_t) function gs_binary_concrete_f64(seed, stream, offset, logits, n, tau, soft)
      integer(c_int64_t), intent(in) :: seed, stream, offset
      real(c_double), intent(in), optional :: logits(*)
      integer(c_int64_t), intent(in) :: n
      real(c_double), intent(in) :: tau
      real(c_double), intent(inout), optional :: soft(*)
      gs_binary_concrete_f64 = c_binary_concrete_f64(seed, stream, offset, address_double(logits), n, tau, &
         address_double(soft))
   end function

   integer(c_int32_t) function gs_binary_concrete_taus_f32(seed, stream, offset, logits, n, tau, soft)
      integer(c_int64_t), intent(in) :: seed, stream, offset
      real(c_float), intent(in), optional :: logits(*)
      integer(c_int64_t), intent(in) :: n
      real(c_float), intent(in), optional :: tau(*)
      real(c_float), intent(inout), optional :: soft(*)
      gs_binary_concrete_taus_f32 = c_binary_concrete_taus_f32(seed, stream, offset, address_float(logits), n, &
         address_float(tau), address_float(soft))
   end function

   integer(c_int32_t) function gs_binary_concrete_taus_f64(seed, stream, offset, logits, n, tau, soft)
      integer(c_int64_t), intent(in) :: seed, stream, offset
      real(c_double), intent(in), optional :: logits(*)
      integer(c_int64_t), intent(in) :: n
      real(c_double), intent(in), optional :: tau(*)
      real(c_double), intent(inout), optional :: soft(*)
      gs_binary_concrete_taus_f64 = c_binary_concrete_taus_f64(seed, stream, offset, address_double(logits), n, &
         address_double(tau), address_double(soft))
   end function

   ! Its gradients, from the soft sample alone. dtau may be NULL.
   integer(c_int32_t) function gs_binary_concrete_backward_f32(grad, soft, n, tau, dlogits, dtau)
      real(c_float), intent(in), optional :: grad(*), soft(*)
      integer(c_int64_t), intent(in) :: n
      real(c_float), intent(in) :: tau
      real(c_float), intent(inout), optional :: dlogits(*), dtau(*)
      gs_binary_concrete_backward_f32 = c_binary_concrete_backward_f32(address_float(grad), address_float(soft), &
         n, tau, address_float(dlogits), address_float(dtau))
   end function

   integer(c_int32_t) function gs_binary_concrete_backward_f64(grad, soft, n, tau, dlogits, dtau)
      real(c_double), intent(in), optional :: grad(*), soft(*)
      integer(c_int64_t), intent(in) :: n
      real(c_double), intent(in) :: tau
      real(c_double), intent(inout), optional :: dlogits(*), dtau(*)
      gs_binary_concrete_backward_f64 = c_binary_concrete_backward_f64(address_double(grad), address_double(soft), &
         n, tau, address_double(dlogits), address_double(dtau))
   end function

   integer(c_int32_t) function gs_binary_concrete_backward_taus_f32(grad, soft, n, tau, dlogits, dtau)
      real(c_float), intent(in), optional :: grad(*), soft(*)
      integer(c_int64_t), intent(in) :: n
      real(c_float), intent(in), optional :: tau(*)
      real(c_float), intent(inout), optional :: dlogits(*), dtau(*)
      gs_binary_concrete_backward_taus_f32 = c_binary_concrete_backward_taus_f32(address_float(grad), &
         address_float(soft), n, address_float(tau), address_float(dlogits), address_float(dtau))
   end function

   integer(c_int32_t) function gs_binary_concrete_backward_taus_f64(grad, soft, n, tau, dlogits, dtau)
      real(c_double), intent(in), optional :: grad(*), soft(*)
      integer(c_int64_t), intent(in) :: n
      real(c_double), intent(in), optional :: tau(*)
      real(c_double), intent(inout), optional :: dlogits(*), dtau(*)
      gs_binary_concrete_backward_taus_f64 = c_binary_concrete_backward_taus_f64(address_double(grad), &
         address_double(soft), n, address_double(tau), address_double(dlogits), address_double(dtau))
   end function

   ! ---- Gumbels given the largest ----

   ! logits + Gumbel noise, given that index[r] is the argmax in row r: out[(d * rows + r) * k + j], in which that category
   ! is above all others. With E the exponential variates of the elements and p = softmax(logits[r]), logits - log(E_j + p_j
   ! E_i), and for i = index[r] logsumexp(logits[r]) - log(E_i). Sums are rounded as those of logits and noise are.
   integer(c_int32_t) function gs_conditional_gumbel_f32(seed, stream, offset, logits, index, rows, k, draws, &
      out)
      integer(c_int64_t), intent(in) :: seed, stream, offset
      real(c_float), intent(in), optional :: logits(*)
      integer(c_int64_t), intent(in), optional :: index(*)
      integer(c_int64_t), intent(in) :: rows, k, draws
      real(c_float), intent(inout), optional :: out(*)
      gs_conditional_gumbel_f32 = c_conditional_gumbel_f32(seed, stream, offset, address_float(logits), &
         address_int64_t(index), rows, k, draws, address_float(out))
   end function

   integer(c_int32_t) function gs_conditional_gumbel_f64(seed, stream, offset, logits, index, rows, k, draws, &
      out)
      integer(c_int64_t), intent(in) :: seed, stream, offset
      real(c_double), intent(in), optional :: logits(*)
      integer(c_int64_t), intent(in), optional :: index(*)
      integer(c_int64_t), intent(in) :: rows, k, draws
      real(c_double), intent(inout), optional :: out(*)
      gs_conditional_gumbel_f64 = c_conditional_gumbel_f64(seed, stream, offset, address_double(logits), &
         address_int64_t(index), rows, k, draws, address_double(out))
   end function

   ! ---- log-probabilities, entropy, divergence: in nats, computed in float64, to a few ulp also near 0 ----
   ! Probability 0 adds nothing. The gradients, functions named _backward, take that with respect to the result; they are 0
   ! in categories at -inf.

   ! log_probs[r] = log(softmax(x[r] / tau)), -inf where x is. Its gradients need log_probs alone; grad of a category at
   ! -inf is left out. dtau may be NULL.
   integer(c_int32_t) function gs_log_softmax_f32(x, rows, k, tau, log_probs)
      real(c_float), intent(in), optional :: x(*)
      integer(c_int64_t), intent(in) :: rows, k
      real(c_float), intent(in) :: tau
      real(c_float), intent(inout), optional :: log_probs(*)
      gs_log_softmax_f32 = c_log_softmax_f32(address_float(x), rows, k, tau, address_float(log_probs))
   end function

   integer(c_int32_t) function gs_log_softmax_f64(x, rows, k, tau, log_probs)
      real(c_double), intent(in), optional :: x(*)
      integer(c_int64_t), intent(in) :: rows, k
      real(c_double), intent(in) :: tau
      real(c_double), intent(inout), optional :: log_probs(*)
      gs_log_softmax_f64 = c_log_softmax_f64(address_double(x), rows, k, tau, address_double(log_probs))
   end function

   integer(c_int32_t) function gs_log_softmax_taus_f32(x, rows, k, tau, log_probs)
      real(c_float), intent(in), optional :: x(*)
      integer(c_int64_t), intent(in) :: rows, k
      real(c_float), intent(in), optional :: tau(*)
      real(c_float), intent(inout), optional :: log_probs(*)
      gs_log_softmax_taus_f32 = c_log_softmax_taus_f32(address_float(x), rows, k, address_float(tau), &
         address_float(log_probs))
   end function

   integer(c_int32_t) function gs_log_softmax_taus_f64(x, rows, k, tau, log_probs)
      real(c_double), intent(in), optional :: x(*)
      integer(c_int64_t), intent(in) :: rows, k
      real(c_double), intent(in), optional :: tau(*)
      real(c_double), intent(inout), optional :: log_probs(*)
      gs_log_softmax_taus_f64 = c_log_softmax_taus_f64(address_double(x), rows, k, address_double(tau), &
         address_double(log_probs))
   end function

   integer(c_int32_t) function gs_log_softmax_backward_f32(grad, log_probs, rows, k, tau, dx, dtau)
      real(c_float), intent(in), optional :: grad(*), log_probs(*)
      integer(c_int64_t), intent(in) :: rows, k
      real(c_float), intent(in) :: tau
      real(c_float), intent(inout), optional :: dx(*), dtau(*)
      gs_log_softmax_backward_f32 = c_log_softmax_backward_f32(address_float(grad), address_float(log_probs), &
         rows, k, tau, address_float(dx), address_float(dtau))
   end function

   integer(c_int32_t) function gs_log_softmax_backward_f64(grad, log_probs, rows, k, tau, dx, dtau)
      real(c_double), intent(in), optional :: grad(*), log_probs(*)
      integer(c_int64_t), intent(in) :: rows, k
      real(c_double), intent(in) :: tau
      real(c_double), intent(inout), optional :: dx(*), dtau(*)
      gs_log_softmax_backward_f64 = c_log_softmax_backward_f64(address_double(grad), address_double(log_probs), &
         rows, k, tau, address_double(dx), address_double(dtau))
   end function

   integer(c_int32_t) function gs_log_softmax_backward_taus_f32(grad, log_probs, rows, k, tau, dx, dtau)
      real(c_float), intent(in), optional :: grad(*), log_probs(*)
      integer(c_int64_t), intent(in) :: rows, k
      real(c_float), intent(in), optional :: tau(*)
      real(c_float), intent(inout), optional :: dx(*), dtau(*)
      gs_log_softmax_backward_taus_f32 = c_log_softmax_backward_taus_f32(address_float(grad), &
         address_float(log_probs), rows, k, address_float(tau), address_float(dx), address_float(dtau))
   end function

   integer(c_int32_t) function gs_log_softmax_backward_taus_f64(grad, log_probs, rows, k, tau, dx, dtau)
      real(c_double), intent(in), optional :: grad(*), log_probs(*)
      integer(c_int64_t), intent(in) :: rows, k
      real(c_double), intent(in), optional :: tau(*)
      real(c_double), intent(inout), optional :: dx(*), dtau(*)
      gs_log_softmax_backward_taus_f64 = c_log_softmax_backward_taus_f64(address_double(grad), &
         address_double(log_probs), rows, k, address_double(tau), address_double(dx), address_double(dtau))
   end function

   ! out[r] = -sum(p log(p)), p = softmax(logits[r]).
   integer(c_int32_t) function gs_entropy_f32(logits, rows, k, out)
      real(c_float), intent(in), optional :: logits(*)
      integer(c_int64_t), intent(in) :: rows, k
      real(c_float), intent(inout), optional :: out(*)
      gs_entropy_f32 = c_entropy_f32(address_float(logits), rows, k, address_float(out))
   end function

   integer(c_int32_t) function gs_entropy_f64(logits, rows, k, out)
      real(c_double), intent(in), optional :: logits(*)
      integer(c_int64_t), intent(in) :: rows, k
      real(c_double), intent(inout), optional :: out(*)
      gs_entropy_f64 = c_entropy_f64(address_double(logits), rows, k, address_double(out))
   end function

   integer(c_int32_t) function gs_entropy_backward_f32(grad, logits, rows, k, dlogits)
      real(c_float), intent(in), optional :: grad(*), logits(*)
      integer(c_int64_t), intent(in) :: rows, k
      real(c_float), intent(inout), optional :: dlogits(*)
      gs_entropy_backward_f32 = c_entropy_backward_f32(address_float(grad), address_float(logits), rows, k, &
         address_float(dlogits))
   end function

   integer(c_int32_t) function gs_entropy_backward_f64(grad, logits, rows, k, dlogits)
      real(c_double), intent(in), optional :: grad(*), logits(*)
      integer(c_int64_t), intent(in) :: rows, k
      real(c_double), intent(inout), optional :: dlogits(*)
      gs_entropy_backward_f64 = c_entropy_backward_f64(address_double(grad), address_double(logits), rows, k, &
         address_double(dlogits))
   end function

   ! out[r] = KL(p || q) = sum(p log(p / q)), p = softmax(logits[r]), q = softmax(other_logits[r]): at least 0; +inf where
   ! a category has q = 0 and p above 0, and dlogits is then 0.
   integer(c_int32_t) function gs_kl_divergence_f32(logits, other_logits, rows, k, out)
      real(c_float), intent(in), optional :: logits(*), other_logits(*)
      integer(c_int64_t), intent(in) :: rows, k
      real(c_float), intent(inout), optional :: out(*)
      gs_kl_divergence_f32 = c_kl_divergence_f32(address_float(logits), address_float(other_logits), rows, k, &
         address_float(out))
   end function

   integer(c_int32_t) function gs_kl_divergence_f64(logits, other_logits, rows, k, out)
      real(c_double), intent(in), optional :: logits(*), other_logits(*)
      integer(c_int64_t), intent(in) :: rows, k
      real(c_double), intent(inout), optional :: out(*)
      gs_kl_divergence_f64 = c_kl_divergence_f64(address_double(logits), address_double(other_logits), rows, k, &
         address_double(out))
   end function

   integer(c_int32_t) function gs_kl_divergence_backward_f32(grad, logits, other_logits, rows, k, dlogits, &
      dother)
      real(c_float), intent(in), optional :: grad(*), logits(*), other_logits(*)
      integer(c_int64_t), intent(in) :: rows, k
      real(c_float), intent(inout), optional :: dlogits(*), dother(*)
      gs_kl_divergence_backward_f32 = c_kl_divergence_backward_f32(address_float(grad), address_float(logits), &
         address_float(other_logits), rows, k, address_float(dlogits), address_float(dother))
   end function

   integer(c_int32_t) function gs_kl_divergence_backward_f64(grad, logits, other_logits, rows, k, dlogits, &
      dother)
      real(c_double), intent(in), optional :: grad(*), logits(*), other_logits(*)
      integer(c_int64_t), intent(in) :: rows, k
      real(c_double), intent(inout), optional :: dlogits(*), dother(*)
      gs_kl_divergence_backward_f64 = c_kl_divergence_backward_f64(address_double(grad), address_double(logits), &
         address_double(other_logits), rows, k, address_double(dlogits), address_double(dother))
   end function

   ! ---- ordered draws ----

   ! The log-probability of draws without replacement, in their order, as of gs_gumbel_top_k: index[r * top] is the first
   ! of row r. out[r] is the sum over the draws b of logits[b] - log(sum of exp(logits) of all that are left), computed in
   ! float64 without a subtraction; -inf where a category at -inf was drawn, whose gradients are 0. An index of no category,
   ! or twice in a row, is GS_ERROR_INDEX; top is from 0 to k. The gradient takes that with respect to out.
   integer(c_int32_t) function gs_top_k_log_prob_f32(logits, index, rows, k, top, out)
      real(c_float), intent(in), optional :: logits(*)
      integer(c_int64_t), intent(in), optional :: index(*)
      integer(c_int64_t), intent(in) :: rows, k, top
      real(c_float), intent(inout), optional :: out(*)
      gs_top_k_log_prob_f32 = c_top_k_log_prob_f32(address_float(logits), address_int64_t(index), rows, k, top, &
         address_float(out))
   end function

   integer(c_int32_t) function gs_top_k_log_prob_f64(logits, index, rows, k, top, out)
      real(c_double), intent(in), optional :: logits(*)
      integer(c_int64_t), intent(in), optional :: index(*)
      integer(c_int64_t), intent(in) :: rows, k, top
      real(c_double), intent(inout), optional :: out(*)
      gs_top_k_log_prob_f64 = c_top_k_log_prob_f64(address_double(logits), address_int64_t(index), rows, k, top, &
         address_double(out))
   end function

   integer(c_int32_t) function gs_top_k_log_prob_backward_f32(grad, logits, index, rows, k, top, dlogits)
      real(c_float), intent(in), optional :: grad(*), logits(*)
      integer(c_int64_t), intent(in), optional :: index(*)
      integer(c_int64_t), intent(in) :: rows, k, top
      real(c_float), intent(inout), optional :: dlogits(*)
      gs_top_k_log_prob_backward_f32 = c_top_k_log_prob_backward_f32(address_float(grad), address_float(logits), &
         address_int64_t(index), rows, k, top, address_float(dlogits))
   end function

   integer(c_int32_t) function gs_top_k_log_prob_backward_f64(grad, logits, index, rows, k, top, dlogits)
      real(c_double), intent(in), optional :: grad(*), logits(*)
      integer(c_int64_t), intent(in), optional :: index(*)
      integer(c_int64_t), intent(in) :: rows, k, top
      real(c_double), intent(inout), optional :: dlogits(*)
      gs_top_k_log_prob_backward_f64 = c_top_k_log_prob_backward_f64(address_double(grad), address_double(logits), &
         address_int64_t(index), rows, k, top, address_double(dlogits))
   end function

   ! Importance weights of draws without replacement: index and sums are what gs_gumbel_top_k gave, top = n + 1 draws of each
   ! row, of which the last one's sum is the threshold kappa. out[r * n + i] = p / q for draw i, p = softmax(logits[r]) and
   ! q = 1 - exp(-exp(logits[r] - kappa)): the sum of out * f over the draws is the mean of f without bias. With normalize,
   ! which is 0 or not, the weights of a row are divided by their sum. Sums descend and are finite (GS_ERROR_SAMPLE); an
   ! index of a category at -inf is GS_ERROR_INDEX; top is at least 1.
   integer(c_int32_t) function gs_top_k_weights_f32(logits, index, sums, rows, k, top, normalize, out)
      real(c_float), intent(in), optional :: logits(*)
      integer(c_int64_t), intent(in), optional :: index(*)
      real(c_float), intent(in), optional :: sums(*)
      integer(c_int64_t), intent(in) :: rows, k, top, normalize
      real(c_float), intent(inout), optional :: out(*)
      gs_top_k_weights_f32 = c_top_k_weights_f32(address_float(logits), address_int64_t(index), &
         address_float(sums), rows, k, top, normalize, address_float(out))
   end function

   integer(c_int32_t) function gs_top_k_weights_f64(logits, index, sums, rows, k, top, normalize, out)
      real(c_double), intent(in), optional :: logits(*)
      integer(c_int64_t), intent(in), optional :: index(*)
      real(c_double), intent(in), optional :: sums(*)
      integer(c_int64_t), intent(in) :: rows, k, top, normalize
      real(c_double), intent(inout), optional :: out(*)
      gs_top_k_weights_f64 = c_top_k_weights_f64(address_double(logits), address_int64_t(index), &
         address_double(sums), rows, k, top, normalize, address_double(out))
   end function

   ! ---- log densities, computed in float64 ----
   ! The gradients, functions named _backward, take that with respect to out; those of parameters that are one number are
   ! sums over all elements, and each of the outputs for them may be NULL.

   ! Of Gumbel noise, -z - exp(-z) - log(scale), z = (x - loc) / scale; of logistic noise, -z - 2 log(1 + exp(-z)) -
   ! log(scale). x may be infinite.
   integer(c_int32_t) function gs_gumbel_log_prob_f32(x, n, loc, scale, out)
      real(c_float), intent(in), optional :: x(*)
      integer(c_int64_t), intent(in) :: n
      real(c_float), intent(in) :: loc, scale
      real(c_float), intent(inout), optional :: out(*)
      gs_gumbel_log_prob_f32 = c_gumbel_log_prob_f32(address_float(x), n, loc, scale, address_float(out))
   end function

   integer(c_int32_t) function gs_gumbel_log_prob_f64(x, n, loc, scale, out)
      real(c_double), intent(in), optional :: x(*)
      integer(c_int64_t), intent(in) :: n
      real(c_double), intent(in) :: loc, scale
      real(c_double), intent(inout), optional :: out(*)
      gs_gumbel_log_prob_f64 = c_gumbel_log_prob_f64(address_double(x), n, loc, scale, address_double(out))
   end function

   integer(c_int32_t) function gs_gumbel_log_prob_backward_f32(grad, x, n, loc, scale, dx, dloc, dscale)
      real(c_float), intent(in), optional :: grad(*), x(*)
      integer(c_int64_t), intent(in) :: n
      real(c_float), intent(in) :: loc, scale
      real(c_float), intent(inout), optional :: dx(*), dloc(*), dscale(*)
      gs_gumbel_log_prob_backward_f32 = c_gumbel_log_prob_backward_f32(address_float(grad), address_float(x), n, &
         loc, scale, address_float(dx), address_float(dloc), address_float(dscale))
   end function

   integer(c_int32_t) function gs_gumbel_log_prob_backward_f64(grad, x, n, loc, scale, dx, dloc, dscale)
      real(c_double), intent(in), optional :: grad(*), x(*)
      integer(c_int64_t), intent(in) :: n
      real(c_double), intent(in) :: loc, scale
      real(c_double), intent(inout), optional :: dx(*), dloc(*), dscale(*)
      gs_gumbel_log_prob_backward_f64 = c_gumbel_log_prob_backward_f64(address_double(grad), address_double(x), n, &
         loc, scale, address_double(dx), address_double(dloc), address_double(dscale))
   end function

   integer(c_int32_t) function gs_logistic_log_prob_f32(x, n, loc, scale, out)
      real(c_float), intent(in), optional :: x(*)
      integer(c_int64_t), intent(in) :: n
      real(c_float), intent(in) :: loc, scale
      real(c_float), intent(inout), optional :: out(*)
      gs_logistic_log_prob_f32 = c_logistic_log_prob_f32(address_float(x), n, loc, scale, address_float(out))
   end function

   integer(c_int32_t) function gs_logistic_log_prob_f64(x, n, loc, scale, out)
      real(c_double), intent(in), optional :: x(*)
      integer(c_int64_t), intent(in) :: n
      real(c_double), intent(in) :: loc, scale
      real(c_double), intent(inout), optional :: out(*)
      gs_logistic_log_prob_f64 = c_logistic_log_prob_f64(address_double(x), n, loc, scale, address_double(out))
   end function

   integer(c_int32_t) function gs_logistic_log_prob_backward_f32(grad, x, n, loc, scale, dx, dloc, dscale)
      real(c_float), intent(in), optional :: grad(*), x(*)
      integer(c_int64_t), intent(in) :: n
      real(c_float), intent(in) :: loc, scale
      real(c_float), intent(inout), optional :: dx(*), dloc(*), dscale(*)
      gs_logistic_log_prob_backward_f32 = c_logistic_log_prob_backward_f32(address_float(grad), address_float(x), &
         n, loc, scale, address_float(dx), address_float(dloc), address_float(dscale))
   end function

   integer(c_int32_t) function gs_logistic_log_prob_backward_f64(grad, x, n, loc, scale, dx, dloc, dscale)
      real(c_double), intent(in), optional :: grad(*), x(*)
      integer(c_int64_t), intent(in) :: n
      real(c_double), intent(in) :: loc, scale
      real(c_double), intent(inout), optional :: dx(*), dloc(*), dscale(*)
      gs_logistic_log_prob_backward_f64 = c_logistic_log_prob_backward_f64(address_double(grad), &
         address_double(x), n, loc, scale, address_double(dx), address_double(dloc), address_double(dscale))
   end function

   ! Of a binary Concrete sample y, from 0 to 1; and of its logit x = log(y / (1 - y)), which may be infinite.
   integer(c_int32_t) function gs_binary_concrete_log_prob_f32(y, logits, n, tau, out)
      real(c_float), intent(in), optional :: y(*), logits(*)
      integer(c_int64_t), intent(in) :: n
      real(c_float), intent(in) :: tau
      real(c_float), intent(inout), optional :: out(*)
      gs_binary_concrete_log_prob_f32 = c_binary_concrete_log_prob_f32(address_float(y), address_float(logits), n, &
         tau, address_float(out))
   end function

   integer(c_int32_t) function gs_binary_concrete_log_prob_f64(y, logits, n, tau, out)
      real(c_double), intent(in), optional :: y(*), logits(*)
      integer(c_int64_t), intent(in) :: n
      real(c_double), intent(in) :: tau
      real(c_double), intent(inout), optional :: out(*)
      gs_binary_concrete_log_prob_f64 = c_binary_concrete_log_prob_f64(address_double(y), address_double(logits), &
         n, tau, address_double(out))
   end function

   integer(c_int32_t) function gs_binary_concrete_log_prob_backward_f32(grad, y, logits, n, tau, dy, dlogits, &
      dtau)
      real(c_float), intent(in), optional :: grad(*), y(*), logits(*)
      integer(c_int64_t), intent(in) :: n
      real(c_float), intent(in) :: tau
      real(c_float), intent(inout), optional :: dy(*), dlogits(*), dtau(*)
      gs_binary_concrete_log_prob_backward_f32 = c_binary_concrete_log_prob_backward_f32(address_float(grad), &
         address_float(y), address_float(logits), n, tau, address_float(dy), address_float(dlogits), &
         address_float(dtau))
   end function

   integer(c_int32_t) function gs_binary_concrete_log_prob_backward_f64(grad, y, logits, n, tau, dy, dlogits, &
      dtau)
      real(c_double), intent(in), optional :: grad(*), y(*), logits(*)
      integer(c_int64_t), intent(in) :: n
      real(c_double), intent(in) :: tau
      real(c_double), intent(inout), optional :: dy(*), dlogits(*), dtau(*)
      gs_binary_concrete_log_prob_backward_f64 = c_binary_concrete_log_prob_backward_f64(address_double(grad), &
         address_double(y), address_double(logits), n, tau, address_double(dy), address_double(dlogits), &
         address_double(dtau))
   end function

   integer(c_int32_t) function gs_logit_binary_concrete_log_prob_f32(x, logits, n, tau, out)
      real(c_float), intent(in), optional :: x(*), logits(*)
      integer(c_int64_t), intent(in) :: n
      real(c_float), intent(in) :: tau
      real(c_float), intent(inout), optional :: out(*)
      gs_logit_binary_concrete_log_prob_f32 = c_logit_binary_concrete_log_prob_f32(address_float(x), &
         address_float(logits), n, tau, address_float(out))
   end function

   integer(c_int32_t) function gs_logit_binary_concrete_log_prob_f64(x, logits, n, tau, out)
      real(c_double), intent(in), optional :: x(*), logits(*)
      integer(c_int64_t), intent(in) :: n
      real(c_double), intent(in) :: tau
      real(c_double), intent(inout), optional :: out(*)
      gs_logit_binary_concrete_log_prob_f64 = c_logit_binary_concrete_log_prob_f64(address_double(x), &
         address_double(logits), n, tau, address_double(out))
   end function

   integer(c_int32_t) function gs_logit_binary_concrete_log_prob_backward_f32(grad, x, logits, n, tau, dx, &
      dlogits, dtau)
      real(c_float), intent(in), optional :: grad(*), x(*), logits(*)
      integer(c_int64_t), intent(in) :: n
      real(c_float), intent(in) :: tau
      real(c_float), intent(inout), optional :: dx(*), dlogits(*), dtau(*)
      gs_logit_binary_concrete_log_prob_backward_f32 = &
         c_logit_binary_concrete_log_prob_backward_f32(address_float(grad), address_float(x), &
         address_float(logits), n, tau, address_float(dx), address_float(dlogits), address_float(dtau))
   end function

   integer(c_int32_t) function gs_logit_binary_concrete_log_prob_backward_f64(grad, x, logits, n, tau, dx, &
      dlogits, dtau)
      real(c_double), intent(in), optional :: grad(*), x(*), logits(*)
      integer(c_int64_t), intent(in) :: n
      real(c_double), intent(in) :: tau
      real(c_double), intent(inout), optional :: dx(*), dlogits(*), dtau(*)
      gs_logit_binary_concrete_log_prob_backward_f64 = &
         c_logit_binary_concrete_log_prob_backward_f64(address_double(grad), address_double(x), &
         address_double(logits), n, tau, address_double(dx), address_double(dlogits), address_double(dtau))
   end function

   ! Of Concrete samples y, each row from 0 to 1, out[r] with respect to the simplex's first k - 1 coordinates; and of
   ! x = log(y). Zeros stand for the smallest normal number. A category at -inf is left out.
   integer(c_int32_t) function gs_concrete_log_prob_f32(y, logits, rows, k, tau, out)
      real(c_float), intent(in), optional :: y(*), logits(*)
      integer(c_int64_t), intent(in) :: rows, k
      real(c_float), intent(in) :: tau
      real(c_float), intent(inout), optional :: out(*)
      gs_concrete_log_prob_f32 = c_concrete_log_prob_f32(address_float(y), address_float(logits), rows, k, tau, &
         address_float(out))
   end function

   integer(c_int32_t) function gs_concrete_log_prob_f64(y, logits, rows, k, tau, out)
      real(c_double), intent(in), optional :: y(*), logits(*)
      integer(c_int64_t), intent(in) :: rows, k
      real(c_double), intent(in) :: tau
      real(c_double), intent(inout), optional :: out(*)
      gs_concrete_log_prob_f64 = c_concrete_log_prob_f64(address_double(y), address_double(logits), rows, k, tau, &
         address_double(out))
   end function

   integer(c_int32_t) function gs_concrete_log_prob_backward_f32(grad, y, logits, rows, k, tau, dy, dlogits, &
      dtau)
      real(c_float), intent(in), optional :: grad(*), y(*), logits(*)
      integer(c_int64_t), intent(in) :: rows, k
      real(c_float), intent(in) :: tau
      real(c_float), intent(inout), optional :: dy(*), dlogits(*), dtau(*)
      gs_concrete_log_prob_backward_f32 = c_concrete_log_prob_backward_f32(address_float(grad), address_float(y), &
         address_float(logits), rows, k, tau, address_float(dy), address_float(dlogits), address_float(dtau))
   end function

   integer(c_int32_t) function gs_concrete_log_prob_backward_f64(grad, y, logits, rows, k, tau, dy, dlogits, &
      dtau)
      real(c_double), intent(in), optional :: grad(*), y(*), logits(*)
      integer(c_int64_t), intent(in) :: rows, k
      real(c_double), intent(in) :: tau
      real(c_double), intent(inout), optional :: dy(*), dlogits(*), dtau(*)
      gs_concrete_log_prob_backward_f64 = c_concrete_log_prob_backward_f64(address_double(grad), &
         address_double(y), address_double(logits), rows, k, tau, address_double(dy), address_double(dlogits), &
         address_double(dtau))
   end function

   integer(c_int32_t) function gs_exp_concrete_log_prob_f32(x, logits, rows, k, tau, out)
      real(c_float), intent(in), optional :: x(*), logits(*)
      integer(c_int64_t), intent(in) :: rows, k
      real(c_float), intent(in) :: tau
      real(c_float), intent(inout), optional :: out(*)
      gs_exp_concrete_log_prob_f32 = c_exp_concrete_log_prob_f32(address_float(x), address_float(logits), rows, k, &
         tau, address_float(out))
   end function

   integer(c_int32_t) function gs_exp_concrete_log_prob_f64(x, logits, rows, k, tau, out)
      real(c_double), intent(in), optional :: x(*), logits(*)
      integer(c_int64_t), intent(in) :: rows, k
      real(c_double), intent(in) :: tau
      real(c_double), intent(inout), optional :: out(*)
      gs_exp_concrete_log_prob_f64 = c_exp_concrete_log_prob_f64(address_double(x), address_double(logits), rows, &
         k, tau, address_double(out))
   end function

   integer(c_int32_t) function gs_exp_concrete_log_prob_backward_f32(grad, x, logits, rows, k, tau, dx, &
      dlogits, dtau)
      real(c_float), intent(in), optional :: grad(*), x(*), logits(*)
      integer(c_int64_t), intent(in) :: rows, k
      real(c_float), intent(in) :: tau
      real(c_float), intent(inout), optional :: dx(*), dlogits(*), dtau(*)
      gs_exp_concrete_log_prob_backward_f32 = c_exp_concrete_log_prob_backward_f32(address_float(grad), &
         address_float(x), address_float(logits), rows, k, tau, address_float(dx), address_float(dlogits), &
         address_float(dtau))
   end function

   integer(c_int32_t) function gs_exp_concrete_log_prob_backward_f64(grad, x, logits, rows, k, tau, dx, &
      dlogits, dtau)
      real(c_double), intent(in), optional :: grad(*), x(*), logits(*)
      integer(c_int64_t), intent(in) :: rows, k
      real(c_double), intent(in) :: tau
      real(c_double), intent(inout), optional :: dx(*), dlogits(*), dtau(*)
      gs_exp_concrete_log_prob_backward_f64 = c_exp_concrete_log_prob_backward_f64(address_double(grad), &
         address_double(x), address_double(logits), rows, k, tau, address_double(dx), address_double(dlogits), &
         address_double(dtau))
   end function
end module
