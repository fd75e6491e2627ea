// Code generated from gsampler.h by `python native/write_bindings.py`; DO NOT EDIT.
// To use it, copy it into a directory gsampler of your module; pkg-config must find gsampler.

// Package gsampler calls the functions of gsampler.h. A nil slice is NULL. Sizes are not checked: slices must have as
// many elements as the other arguments say.
//
//	gsampler: exact, fast sampling of discrete variables on CPUs.
//
//	POSITIONS. Everything random is a pure function of (seed, stream, offset) and the arguments: not of threads, of the
//	processor, of how work is split, or of the language that asks; Python's gsampler gives the same bits. A stream is
//	2^64 words of 32 bits (Philox4x32-10); offset counts words. A float element takes one word, a double two, from an
//	even offset on (an odd one is rounded up); its 64 bits are not those that gs_bits has there. Element i of a call with
//	n elements lies at offset + i * width, width 1 (_f32) or 2 (_f64); of rows of k categories, category j of row r is
//	element r * k + j; of repeated draws, draw d of row r is row d * rows + r. Tables take one element of two words a
//	draw, whatever the type of their logits. So a call takes width * n words, or width * rows * k * draws, or 2 * rows *
//	draws from tables.
//
//	  To split a job, give each part the offset at which it begins: elements i .. of noise begin at offset + width * i,
//	  rows r .. at (logits + r * k, offset + width * r * k), draws d .. at offset + width * d * rows * k (of tables, at
//	  offset + 2 * d * rows). The parts together are then the whole, bit for bit. Where draws is more than 1, split by
//	  draws, not by rows.
//	  To go on after a call: offset + words, and the two calls are one longer one; Python's Generator rounds that up to a
//	  multiple of 8, (offset + words + 7) / 8 * 8. At the end of the stream it is 2^64, which no offset holds.
//
//	ARGUMENTS. Inputs come first, outputs last. Arrays are dense, in C order (row after row), aligned for their type,
//	owned by the caller; none is kept, and none may overlap an output, or be it. An array has rows * k elements where
//	rows and k are arguments, n where n is one; index, an out of rows, and the grad with respect to that have one for each
//	row. The pointer of an array without elements is not looked at; NULL is allowed there, and where it says so.
//
//	A logit is an unnormalised log-probability: -inf is probability exactly 0. tau is a temperature, from the smallest
//	normal number of its type on, and dtau one number: the sum over all rows or elements, made in float64 in one order.
//	In functions named _taus, tau is an array of one for each row (or element, where there are no rows); so is dtau.
//
//	STATUS. A function returns GS_OK, which is 0, or another of the codes below; gs_strerror says what it means. Unless
//	it is GS_ERROR_MEMORY, no output has then been written to (but for what gs_check_logits is asked for).
//
//	THREADS. There is no state but the number of threads: any function may be called from any number of threads at once.
//	Each call works on its own thread alone unless gs_set_num_threads allows it more. Rounding mode, subnormal numbers,
//	traps and flags of floating point are set for the call and restored after it: the caller's do not change a result.
package gsampler

// #cgo pkg-config: gsampler
// #include <gsampler.h>
import "C"

import "unsafe"

// Status is what a function of the library returns; any but OK is an error.
type Status int32

func (s Status) Error() string { return "gsampler: " + Strerror(int32(s)) }

func check(status C.int32_t) error {
	if status == C.GS_OK {
		return nil
	}
	return Status(status)
}

func pointer[To, From any](x []From) *To {
	if len(x) == 0 {
		return nil
	}
	return (*To)(unsafe.Pointer(&x[0]))
}

// VersionNumber is GS_VERSION_NUMBER: 10000 major + 100 minor + patch; gs_version() is that of the library that runs
const VersionNumber = 100

// StreamVersionNumber is GS_STREAM_VERSION: changes where any result does
const StreamVersionNumber = 2

// OK is GS_OK
const OK Status = 0

// ErrNull is GS_ERROR_NULL: a pointer is NULL that must not be
const ErrNull Status = 1

// ErrSize is GS_ERROR_SIZE: a size is negative, k is 0 (an alias table's: above 2^32 - 1), or more than
// 2^56 elements
const ErrSize Status = 2

// ErrStream is GS_ERROR_STREAM: the stream ends before the call does: offset + words > 2^64
const ErrStream Status = 3

// ErrTau is GS_ERROR_TAU: tau is not finite, or below the smallest normal number
const ErrTau Status = 4

// ErrLogits is GS_ERROR_LOGITS: a logit (or x of a softmax) is NaN or +inf; gs_check_logits finds it
const ErrLogits Status = 5

// ErrRow is GS_ERROR_ROW: all logits of a row are -inf
const ErrRow Status = 6

// ErrSample is GS_ERROR_SAMPLE: a soft sample is not from 0 to 1, or a sample is NaN, or +inf where that is impossible; or
// a log-probability is NaN or above 0; or sums of draws are not finite or ascend
const ErrSample Status = 7

// ErrLoc is GS_ERROR_LOC: loc is not finite
const ErrLoc Status = 8

// ErrScale is GS_ERROR_SCALE: scale is not finite, or below the smallest normal number
const ErrScale Status = 9

// ErrTable is GS_ERROR_TABLE: a table was not made for these rows and categories, as far as that shows
const ErrTable Status = 10

// ErrMemory is GS_ERROR_MEMORY: the system has no memory left; the outputs may have been written to
const ErrMemory Status = 11

// ErrThreads is GS_ERROR_THREADS: a number of threads below 1
const ErrThreads Status = 12

// ErrIsa is GS_ERROR_ISA: GSAMPLER_ISA names no instruction set of this library and processor; or none fits
const ErrIsa Status = 13

// ErrLarge is GS_ERROR_LARGE: a row's largest logit is at least 2^10 (double: 2^39) away from 0, where the sum with the
// noise would lose bits of that: subtract it from the row
const ErrLarge Status = 14

// ErrIndex is GS_ERROR_INDEX: an index is not of a category, or of one whose logit is -inf where that is impossible, or
// twice in a row of draws without replacement; or a column is negative
const ErrIndex Status = 15

// ErrParameter is GS_ERROR_PARAMETER: lam, trials or p of a count is outside its range, or NaN
const ErrParameter Status = 16

// ---- the library ----

// Version calls gs_version.
//
// 10000 major + 100 minor + patch of the library.
func Version() uint32 {
	return uint32(C.gs_version())
}

// StreamVersion calls gs_stream_version.
//
// GS_STREAM_VERSION of the library: where it is another, so are the results. From the first release on it changes with
// the SONAME only.
func StreamVersion() uint32 {
	return uint32(C.gs_stream_version())
}

// Strerror calls gs_strerror.
//
// What a status means, in ASCII; also for codes that are none. The text, as that of gs_isa, is never NULL and stays.
func Strerror(status int32) string {
	return C.GoString(C.gs_strerror(C.int32_t(status)))
}

// Isa calls gs_isa.
//
// The instruction set that runs: "v2", "v3", "v4" (levels of x86-64) or "arm64". It was chosen when the library was
// loaded: the best that the processor and the operating system have, or the one that the environment variable
// GSAMPLER_ISA names in these very words, unless that is empty. "none" where that cannot be: every function below
// those of the library itself then returns GS_ERROR_ISA, and gs_strerror says which there are.
func Isa() string {
	return C.GoString(C.gs_isa())
}

// SetNumThreads calls gs_set_num_threads.
//
// How many threads one call may use, at least 1, which it is at first; for all callers. Results never depend on it.
// Threads live as long as the call, so a fork is no danger, and are started for a millisecond of work or more. A call
// that has started some cannot be cancelled (pthread_cancel) until they have ended. It needs 64 KiB of stack.
func SetNumThreads(n int32) error {
	return check(C.gs_set_num_threads(C.int32_t(n)))
}

// GetNumThreads calls gs_get_num_threads.
//
// How many threads one call may use, at least 1, which it is at first; for all callers. Results never depend on it.
// Threads live as long as the call, so a fork is no danger, and are started for a millisecond of work or more. A call
// that has started some cannot be cancelled (pthread_cancel) until they have ended. It needs 64 KiB of stack.
func GetNumThreads() int32 {
	return int32(C.gs_get_num_threads())
}

// ---- noise: n independent standard variates ----

// Bits calls gs_bits.
//
// Words of the stream, those that float elements are made from.
func Bits(seed uint64, stream uint64, offset uint64, n int64, out []uint32) error {
	return check(C.gs_bits(C.uint64_t(seed), C.uint64_t(stream), C.uint64_t(offset), C.int64_t(n), pointer[C.uint32_t](out)))
}

// Integers calls gs_integers.
//
// Integers: out[d * n + i] is one of the values[i] integers from low[i] on, each as likely as the others to within 2^-128.
// 0 values stand for 2^64. Sums wrap around: for integers without a sign, give and take their bits. An element of two
// words each.
func Integers(seed uint64, stream uint64, offset uint64, low []int64, values []uint64, n int64, draws int64, out []int64) error {
	return check(C.gs_integers(C.uint64_t(seed), C.uint64_t(stream), C.uint64_t(offset), pointer[C.int64_t](low), pointer[C.uint64_t](values), C.int64_t(n), C.int64_t(draws), pointer[C.int64_t](out)))
}

// Poisson calls gs_poisson.
//
// Counts: out[d * n + i] has the parameters at index i; an element of two words each. It is the quantile of the element's
// u, the least k with F(k) >= u, which is exact but where u is within 1e-13 of a step F(k), relative to the nearer of u
// and 1 - u. What would be above INT64_MAX is that.
//
// Poisson variates of mean lam, from 0 to 9223372006484770816; successes in so many trials, from 0 on, each with probability p
// from 0 to 1; trials up to the first success, p above 0.
func Poisson(seed uint64, stream uint64, offset uint64, lam []float64, n int64, draws int64, out []int64) error {
	return check(C.gs_poisson(C.uint64_t(seed), C.uint64_t(stream), C.uint64_t(offset), pointer[C.double](lam), C.int64_t(n), C.int64_t(draws), pointer[C.int64_t](out)))
}

// Binomial calls gs_binomial.
//
// Counts: out[d * n + i] has the parameters at index i; an element of two words each. It is the quantile of the element's
// u, the least k with F(k) >= u, which is exact but where u is within 1e-13 of a step F(k), relative to the nearer of u
// and 1 - u. What would be above INT64_MAX is that.
//
// Poisson variates of mean lam, from 0 to 9223372006484770816; successes in so many trials, from 0 on, each with probability p
// from 0 to 1; trials up to the first success, p above 0.
func Binomial(seed uint64, stream uint64, offset uint64, trials []int64, p []float64, n int64, draws int64, out []int64) error {
	return check(C.gs_binomial(C.uint64_t(seed), C.uint64_t(stream), C.uint64_t(offset), pointer[C.int64_t](trials), pointer[C.double](p), C.int64_t(n), C.int64_t(draws), pointer[C.int64_t](out)))
}

// Geometric calls gs_geometric.
//
// Counts: out[d * n + i] has the parameters at index i; an element of two words each. It is the quantile of the element's
// u, the least k with F(k) >= u, which is exact but where u is within 1e-13 of a step F(k), relative to the nearer of u
// and 1 - u. What would be above INT64_MAX is that.
//
// Poisson variates of mean lam, from 0 to 9223372006484770816; successes in so many trials, from 0 on, each with probability p
// from 0 to 1; trials up to the first success, p above 0.
func Geometric(seed uint64, stream uint64, offset uint64, p []float64, n int64, draws int64, out []int64) error {
	return check(C.gs_geometric(C.uint64_t(seed), C.uint64_t(stream), C.uint64_t(offset), pointer[C.double](p), C.int64_t(n), C.int64_t(draws), pointer[C.int64_t](out)))
}

// Multinomial calls gs_multinomial.
//
// How many of trials[r] fall to each category: counts[(d * rows + r) * k + j], where p holds weights that are finite and
// not negative, of any sum above 0, a row of k for each. Category j is a binomial of those that the ones before it left,
// with the probability p[j] / (p[j] + p[j + 1] + ...); an element of two words each.
func Multinomial(seed uint64, stream uint64, offset uint64, trials []int64, p []float64, rows int64, k int64, draws int64, counts []int64) error {
	return check(C.gs_multinomial(C.uint64_t(seed), C.uint64_t(stream), C.uint64_t(offset), pointer[C.int64_t](trials), pointer[C.double](p), C.int64_t(rows), C.int64_t(k), C.int64_t(draws), pointer[C.int64_t](counts)))
}

// UniformF32 calls gs_uniform_f32.
//
// u on the open interval (0, 1), dense at both ends: never 0, never 1.
func UniformF32(seed uint64, stream uint64, offset uint64, n int64, out []float32) error {
	return check(C.gs_uniform_f32(C.uint64_t(seed), C.uint64_t(stream), C.uint64_t(offset), C.int64_t(n), pointer[C.float](out)))
}

// UniformF64 calls gs_uniform_f64.
//
// u on the open interval (0, 1), dense at both ends: never 0, never 1.
func UniformF64(seed uint64, stream uint64, offset uint64, n int64, out []float64) error {
	return check(C.gs_uniform_f64(C.uint64_t(seed), C.uint64_t(stream), C.uint64_t(offset), C.int64_t(n), pointer[C.double](out)))
}

// ExponentialF32 calls gs_exponential_f32.
//
// -log(1 - u)
func ExponentialF32(seed uint64, stream uint64, offset uint64, n int64, out []float32) error {
	return check(C.gs_exponential_f32(C.uint64_t(seed), C.uint64_t(stream), C.uint64_t(offset), C.int64_t(n), pointer[C.float](out)))
}

// ExponentialF64 calls gs_exponential_f64.
//
// -log(1 - u)
func ExponentialF64(seed uint64, stream uint64, offset uint64, n int64, out []float64) error {
	return check(C.gs_exponential_f64(C.uint64_t(seed), C.uint64_t(stream), C.uint64_t(offset), C.int64_t(n), pointer[C.double](out)))
}

// GumbelF32 calls gs_gumbel_f32.
//
// -log(-log(1 - u)): mode 0; from -3.81 to 45.1 (float), from -4.49 to 89.4 (double).
func GumbelF32(seed uint64, stream uint64, offset uint64, n int64, out []float32) error {
	return check(C.gs_gumbel_f32(C.uint64_t(seed), C.uint64_t(stream), C.uint64_t(offset), C.int64_t(n), pointer[C.float](out)))
}

// GumbelF64 calls gs_gumbel_f64.
//
// -log(-log(1 - u)): mode 0; from -3.81 to 45.1 (float), from -4.49 to 89.4 (double).
func GumbelF64(seed uint64, stream uint64, offset uint64, n int64, out []float64) error {
	return check(C.gs_gumbel_f64(C.uint64_t(seed), C.uint64_t(stream), C.uint64_t(offset), C.int64_t(n), pointer[C.double](out)))
}

// LogisticF32 calls gs_logistic_f32.
//
// log(u / (1 - u))
func LogisticF32(seed uint64, stream uint64, offset uint64, n int64, out []float32) error {
	return check(C.gs_logistic_f32(C.uint64_t(seed), C.uint64_t(stream), C.uint64_t(offset), C.int64_t(n), pointer[C.float](out)))
}

// LogisticF64 calls gs_logistic_f64.
//
// log(u / (1 - u))
func LogisticF64(seed uint64, stream uint64, offset uint64, n int64, out []float64) error {
	return check(C.gs_logistic_f64(C.uint64_t(seed), C.uint64_t(stream), C.uint64_t(offset), C.int64_t(n), pointer[C.double](out)))
}

// NormalF32 calls gs_normal_f32.
//
// The quantile of u: mean 0, variance 1.
func NormalF32(seed uint64, stream uint64, offset uint64, n int64, out []float32) error {
	return check(C.gs_normal_f32(C.uint64_t(seed), C.uint64_t(stream), C.uint64_t(offset), C.int64_t(n), pointer[C.float](out)))
}

// NormalF64 calls gs_normal_f64.
//
// The quantile of u: mean 0, variance 1.
func NormalF64(seed uint64, stream uint64, offset uint64, n int64, out []float64) error {
	return check(C.gs_normal_f64(C.uint64_t(seed), C.uint64_t(stream), C.uint64_t(offset), C.int64_t(n), pointer[C.double](out)))
}

// ---- rows that have places of their own ----

// UniformRowsF32 calls gs_uniform_rows_f32.
//
// Noise of rows, each from its own (seed, stream, offset) on: what the functions above give from there, element for
// element. seed_count is 1, for one seed of all rows, or rows; so are stream_count and offset_count. A row has k elements
// or, where indptr is not NULL, those from indptr[r] to indptr[r + 1] of out; indptr has rows + 1 numbers, does not fall,
// and begins with 0. With column_count 0 they are the elements 0, 1, 2, ... from the row's offset on, and columns is not
// looked at. Else columns has their numbers, not negative (GS_ERROR_INDEX): k of all rows where column_count is 1, those
// of each element of out where it is rows; where there is an indptr, it must be rows. Python's Channel is the seed that is
// its key, a stream for each row, and the offset 0.
func UniformRowsF32(seeds []uint64, seed_count int64, streams []uint64, stream_count int64, offsets []uint64, offset_count int64, rows int64, k int64, columns []int64, column_count int64, indptr []int64, out []float32) error {
	return check(C.gs_uniform_rows_f32(pointer[C.uint64_t](seeds), C.int64_t(seed_count), pointer[C.uint64_t](streams), C.int64_t(stream_count), pointer[C.uint64_t](offsets), C.int64_t(offset_count), C.int64_t(rows), C.int64_t(k), pointer[C.int64_t](columns), C.int64_t(column_count), pointer[C.int64_t](indptr), pointer[C.float](out)))
}

// UniformRowsF64 calls gs_uniform_rows_f64.
//
// Noise of rows, each from its own (seed, stream, offset) on: what the functions above give from there, element for
// element. seed_count is 1, for one seed of all rows, or rows; so are stream_count and offset_count. A row has k elements
// or, where indptr is not NULL, those from indptr[r] to indptr[r + 1] of out; indptr has rows + 1 numbers, does not fall,
// and begins with 0. With column_count 0 they are the elements 0, 1, 2, ... from the row's offset on, and columns is not
// looked at. Else columns has their numbers, not negative (GS_ERROR_INDEX): k of all rows where column_count is 1, those
// of each element of out where it is rows; where there is an indptr, it must be rows. Python's Channel is the seed that is
// its key, a stream for each row, and the offset 0.
func UniformRowsF64(seeds []uint64, seed_count int64, streams []uint64, stream_count int64, offsets []uint64, offset_count int64, rows int64, k int64, columns []int64, column_count int64, indptr []int64, out []float64) error {
	return check(C.gs_uniform_rows_f64(pointer[C.uint64_t](seeds), C.int64_t(seed_count), pointer[C.uint64_t](streams), C.int64_t(stream_count), pointer[C.uint64_t](offsets), C.int64_t(offset_count), C.int64_t(rows), C.int64_t(k), pointer[C.int64_t](columns), C.int64_t(column_count), pointer[C.int64_t](indptr), pointer[C.double](out)))
}

// ExponentialRowsF32 calls gs_exponential_rows_f32.
//
// Noise of rows, each from its own (seed, stream, offset) on: what the functions above give from there, element for
// element. seed_count is 1, for one seed of all rows, or rows; so are stream_count and offset_count. A row has k elements
// or, where indptr is not NULL, those from indptr[r] to indptr[r + 1] of out; indptr has rows + 1 numbers, does not fall,
// and begins with 0. With column_count 0 they are the elements 0, 1, 2, ... from the row's offset on, and columns is not
// looked at. Else columns has their numbers, not negative (GS_ERROR_INDEX): k of all rows where column_count is 1, those
// of each element of out where it is rows; where there is an indptr, it must be rows. Python's Channel is the seed that is
// its key, a stream for each row, and the offset 0.
func ExponentialRowsF32(seeds []uint64, seed_count int64, streams []uint64, stream_count int64, offsets []uint64, offset_count int64, rows int64, k int64, columns []int64, column_count int64, indptr []int64, out []float32) error {
	return check(C.gs_exponential_rows_f32(pointer[C.uint64_t](seeds), C.int64_t(seed_count), pointer[C.uint64_t](streams), C.int64_t(stream_count), pointer[C.uint64_t](offsets), C.int64_t(offset_count), C.int64_t(rows), C.int64_t(k), pointer[C.int64_t](columns), C.int64_t(column_count), pointer[C.int64_t](indptr), pointer[C.float](out)))
}

// ExponentialRowsF64 calls gs_exponential_rows_f64.
//
// Noise of rows, each from its own (seed, stream, offset) on: what the functions above give from there, element for
// element. seed_count is 1, for one seed of all rows, or rows; so are stream_count and offset_count. A row has k elements
// or, where indptr is not NULL, those from indptr[r] to indptr[r + 1] of out; indptr has rows + 1 numbers, does not fall,
// and begins with 0. With column_count 0 they are the elements 0, 1, 2, ... from the row's offset on, and columns is not
// looked at. Else columns has their numbers, not negative (GS_ERROR_INDEX): k of all rows where column_count is 1, those
// of each element of out where it is rows; where there is an indptr, it must be rows. Python's Channel is the seed that is
// its key, a stream for each row, and the offset 0.
func ExponentialRowsF64(seeds []uint64, seed_count int64, streams []uint64, stream_count int64, offsets []uint64, offset_count int64, rows int64, k int64, columns []int64, column_count int64, indptr []int64, out []float64) error {
	return check(C.gs_exponential_rows_f64(pointer[C.uint64_t](seeds), C.int64_t(seed_count), pointer[C.uint64_t](streams), C.int64_t(stream_count), pointer[C.uint64_t](offsets), C.int64_t(offset_count), C.int64_t(rows), C.int64_t(k), pointer[C.int64_t](columns), C.int64_t(column_count), pointer[C.int64_t](indptr), pointer[C.double](out)))
}

// GumbelRowsF32 calls gs_gumbel_rows_f32.
//
// Noise of rows, each from its own (seed, stream, offset) on: what the functions above give from there, element for
// element. seed_count is 1, for one seed of all rows, or rows; so are stream_count and offset_count. A row has k elements
// or, where indptr is not NULL, those from indptr[r] to indptr[r + 1] of out; indptr has rows + 1 numbers, does not fall,
// and begins with 0. With column_count 0 they are the elements 0, 1, 2, ... from the row's offset on, and columns is not
// looked at. Else columns has their numbers, not negative (GS_ERROR_INDEX): k of all rows where column_count is 1, those
// of each element of out where it is rows; where there is an indptr, it must be rows. Python's Channel is the seed that is
// its key, a stream for each row, and the offset 0.
func GumbelRowsF32(seeds []uint64, seed_count int64, streams []uint64, stream_count int64, offsets []uint64, offset_count int64, rows int64, k int64, columns []int64, column_count int64, indptr []int64, out []float32) error {
	return check(C.gs_gumbel_rows_f32(pointer[C.uint64_t](seeds), C.int64_t(seed_count), pointer[C.uint64_t](streams), C.int64_t(stream_count), pointer[C.uint64_t](offsets), C.int64_t(offset_count), C.int64_t(rows), C.int64_t(k), pointer[C.int64_t](columns), C.int64_t(column_count), pointer[C.int64_t](indptr), pointer[C.float](out)))
}

// GumbelRowsF64 calls gs_gumbel_rows_f64.
//
// Noise of rows, each from its own (seed, stream, offset) on: what the functions above give from there, element for
// element. seed_count is 1, for one seed of all rows, or rows; so are stream_count and offset_count. A row has k elements
// or, where indptr is not NULL, those from indptr[r] to indptr[r + 1] of out; indptr has rows + 1 numbers, does not fall,
// and begins with 0. With column_count 0 they are the elements 0, 1, 2, ... from the row's offset on, and columns is not
// looked at. Else columns has their numbers, not negative (GS_ERROR_INDEX): k of all rows where column_count is 1, those
// of each element of out where it is rows; where there is an indptr, it must be rows. Python's Channel is the seed that is
// its key, a stream for each row, and the offset 0.
func GumbelRowsF64(seeds []uint64, seed_count int64, streams []uint64, stream_count int64, offsets []uint64, offset_count int64, rows int64, k int64, columns []int64, column_count int64, indptr []int64, out []float64) error {
	return check(C.gs_gumbel_rows_f64(pointer[C.uint64_t](seeds), C.int64_t(seed_count), pointer[C.uint64_t](streams), C.int64_t(stream_count), pointer[C.uint64_t](offsets), C.int64_t(offset_count), C.int64_t(rows), C.int64_t(k), pointer[C.int64_t](columns), C.int64_t(column_count), pointer[C.int64_t](indptr), pointer[C.double](out)))
}

// LogisticRowsF32 calls gs_logistic_rows_f32.
//
// Noise of rows, each from its own (seed, stream, offset) on: what the functions above give from there, element for
// element. seed_count is 1, for one seed of all rows, or rows; so are stream_count and offset_count. A row has k elements
// or, where indptr is not NULL, those from indptr[r] to indptr[r + 1] of out; indptr has rows + 1 numbers, does not fall,
// and begins with 0. With column_count 0 they are the elements 0, 1, 2, ... from the row's offset on, and columns is not
// looked at. Else columns has their numbers, not negative (GS_ERROR_INDEX): k of all rows where column_count is 1, those
// of each element of out where it is rows; where there is an indptr, it must be rows. Python's Channel is the seed that is
// its key, a stream for each row, and the offset 0.
func LogisticRowsF32(seeds []uint64, seed_count int64, streams []uint64, stream_count int64, offsets []uint64, offset_count int64, rows int64, k int64, columns []int64, column_count int64, indptr []int64, out []float32) error {
	return check(C.gs_logistic_rows_f32(pointer[C.uint64_t](seeds), C.int64_t(seed_count), pointer[C.uint64_t](streams), C.int64_t(stream_count), pointer[C.uint64_t](offsets), C.int64_t(offset_count), C.int64_t(rows), C.int64_t(k), pointer[C.int64_t](columns), C.int64_t(column_count), pointer[C.int64_t](indptr), pointer[C.float](out)))
}

// LogisticRowsF64 calls gs_logistic_rows_f64.
//
// Noise of rows, each from its own (seed, stream, offset) on: what the functions above give from there, element for
// element. seed_count is 1, for one seed of all rows, or rows; so are stream_count and offset_count. A row has k elements
// or, where indptr is not NULL, those from indptr[r] to indptr[r + 1] of out; indptr has rows + 1 numbers, does not fall,
// and begins with 0. With column_count 0 they are the elements 0, 1, 2, ... from the row's offset on, and columns is not
// looked at. Else columns has their numbers, not negative (GS_ERROR_INDEX): k of all rows where column_count is 1, those
// of each element of out where it is rows; where there is an indptr, it must be rows. Python's Channel is the seed that is
// its key, a stream for each row, and the offset 0.
func LogisticRowsF64(seeds []uint64, seed_count int64, streams []uint64, stream_count int64, offsets []uint64, offset_count int64, rows int64, k int64, columns []int64, column_count int64, indptr []int64, out []float64) error {
	return check(C.gs_logistic_rows_f64(pointer[C.uint64_t](seeds), C.int64_t(seed_count), pointer[C.uint64_t](streams), C.int64_t(stream_count), pointer[C.uint64_t](offsets), C.int64_t(offset_count), C.int64_t(rows), C.int64_t(k), pointer[C.int64_t](columns), C.int64_t(column_count), pointer[C.int64_t](indptr), pointer[C.double](out)))
}

// NormalRowsF32 calls gs_normal_rows_f32.
//
// Noise of rows, each from its own (seed, stream, offset) on: what the functions above give from there, element for
// element. seed_count is 1, for one seed of all rows, or rows; so are stream_count and offset_count. A row has k elements
// or, where indptr is not NULL, those from indptr[r] to indptr[r + 1] of out; indptr has rows + 1 numbers, does not fall,
// and begins with 0. With column_count 0 they are the elements 0, 1, 2, ... from the row's offset on, and columns is not
// looked at. Else columns has their numbers, not negative (GS_ERROR_INDEX): k of all rows where column_count is 1, those
// of each element of out where it is rows; where there is an indptr, it must be rows. Python's Channel is the seed that is
// its key, a stream for each row, and the offset 0.
func NormalRowsF32(seeds []uint64, seed_count int64, streams []uint64, stream_count int64, offsets []uint64, offset_count int64, rows int64, k int64, columns []int64, column_count int64, indptr []int64, out []float32) error {
	return check(C.gs_normal_rows_f32(pointer[C.uint64_t](seeds), C.int64_t(seed_count), pointer[C.uint64_t](streams), C.int64_t(stream_count), pointer[C.uint64_t](offsets), C.int64_t(offset_count), C.int64_t(rows), C.int64_t(k), pointer[C.int64_t](columns), C.int64_t(column_count), pointer[C.int64_t](indptr), pointer[C.float](out)))
}

// NormalRowsF64 calls gs_normal_rows_f64.
//
// Noise of rows, each from its own (seed, stream, offset) on: what the functions above give from there, element for
// element. seed_count is 1, for one seed of all rows, or rows; so are stream_count and offset_count. A row has k elements
// or, where indptr is not NULL, those from indptr[r] to indptr[r + 1] of out; indptr has rows + 1 numbers, does not fall,
// and begins with 0. With column_count 0 they are the elements 0, 1, 2, ... from the row's offset on, and columns is not
// looked at. Else columns has their numbers, not negative (GS_ERROR_INDEX): k of all rows where column_count is 1, those
// of each element of out where it is rows; where there is an indptr, it must be rows. Python's Channel is the seed that is
// its key, a stream for each row, and the offset 0.
func NormalRowsF64(seeds []uint64, seed_count int64, streams []uint64, stream_count int64, offsets []uint64, offset_count int64, rows int64, k int64, columns []int64, column_count int64, indptr []int64, out []float64) error {
	return check(C.gs_normal_rows_f64(pointer[C.uint64_t](seeds), C.int64_t(seed_count), pointer[C.uint64_t](streams), C.int64_t(stream_count), pointer[C.uint64_t](offsets), C.int64_t(offset_count), C.int64_t(rows), C.int64_t(k), pointer[C.int64_t](columns), C.int64_t(column_count), pointer[C.int64_t](indptr), pointer[C.double](out)))
}

// ---- categories ----

// BernoulliF32 calls gs_bernoulli_f32.
//
// Bernoulli draws: out[d * n + i] is 1 where logits[i] + logistic noise > 0, else 0.
func BernoulliF32(seed uint64, stream uint64, offset uint64, logits []float32, n int64, draws int64, out []uint8) error {
	return check(C.gs_bernoulli_f32(C.uint64_t(seed), C.uint64_t(stream), C.uint64_t(offset), pointer[C.float](logits), C.int64_t(n), C.int64_t(draws), pointer[C.uint8_t](out)))
}

// BernoulliF64 calls gs_bernoulli_f64.
//
// Bernoulli draws: out[d * n + i] is 1 where logits[i] + logistic noise > 0, else 0.
func BernoulliF64(seed uint64, stream uint64, offset uint64, logits []float64, n int64, draws int64, out []uint8) error {
	return check(C.gs_bernoulli_f64(C.uint64_t(seed), C.uint64_t(stream), C.uint64_t(offset), pointer[C.double](logits), C.int64_t(n), C.int64_t(draws), pointer[C.uint8_t](out)))
}

// CategoricalF32 calls gs_categorical_f32.
//
// One category of each row: index[r] = argmax(logits[r] + gumbel noise), the first of equal ones; the noise is never
// built. The sum is made in the type of the logits: rows that are all large are an error (GS_ERROR_LARGE). For
// repeated draws from one distribution, alias tables (below) take two words a draw instead of k.
func CategoricalF32(seed uint64, stream uint64, offset uint64, logits []float32, rows int64, k int64, index []int64) error {
	return check(C.gs_categorical_f32(C.uint64_t(seed), C.uint64_t(stream), C.uint64_t(offset), pointer[C.float](logits), C.int64_t(rows), C.int64_t(k), pointer[C.int64_t](index)))
}

// CategoricalF64 calls gs_categorical_f64.
//
// One category of each row: index[r] = argmax(logits[r] + gumbel noise), the first of equal ones; the noise is never
// built. The sum is made in the type of the logits: rows that are all large are an error (GS_ERROR_LARGE). For
// repeated draws from one distribution, alias tables (below) take two words a draw instead of k.
func CategoricalF64(seed uint64, stream uint64, offset uint64, logits []float64, rows int64, k int64, index []int64) error {
	return check(C.gs_categorical_f64(C.uint64_t(seed), C.uint64_t(stream), C.uint64_t(offset), pointer[C.double](logits), C.int64_t(rows), C.int64_t(k), pointer[C.int64_t](index)))
}

// GumbelMaxF32 calls gs_gumbel_max_f32.
//
// The same, drawn repeatedly: index[d * rows + r]; with its perturbed maximum, the category's logit + noise, in
// maximum[d * rows + r], where maximum is not NULL.
func GumbelMaxF32(seed uint64, stream uint64, offset uint64, logits []float32, rows int64, k int64, draws int64, index []int64, maximum []float32) error {
	return check(C.gs_gumbel_max_f32(C.uint64_t(seed), C.uint64_t(stream), C.uint64_t(offset), pointer[C.float](logits), C.int64_t(rows), C.int64_t(k), C.int64_t(draws), pointer[C.int64_t](index), pointer[C.float](maximum)))
}

// GumbelMaxF64 calls gs_gumbel_max_f64.
//
// The same, drawn repeatedly: index[d * rows + r]; with its perturbed maximum, the category's logit + noise, in
// maximum[d * rows + r], where maximum is not NULL.
func GumbelMaxF64(seed uint64, stream uint64, offset uint64, logits []float64, rows int64, k int64, draws int64, index []int64, maximum []float64) error {
	return check(C.gs_gumbel_max_f64(C.uint64_t(seed), C.uint64_t(stream), C.uint64_t(offset), pointer[C.double](logits), C.int64_t(rows), C.int64_t(k), C.int64_t(draws), pointer[C.int64_t](index), pointer[C.double](maximum)))
}

// GumbelMaxRowsF32 calls gs_gumbel_max_rows_f32.
//
// The same of gs_gumbel_max: one category of each row, index[r] counted in the row, with its perturbed maximum where
// maximum is not NULL. A column of -1 is no category; of a row that has none, index is -1 and the maximum -inf.
func GumbelMaxRowsF32(seeds []uint64, seed_count int64, streams []uint64, stream_count int64, offsets []uint64, offset_count int64, rows int64, k int64, columns []int64, column_count int64, indptr []int64, logits []float32, index []int64, maximum []float32) error {
	return check(C.gs_gumbel_max_rows_f32(pointer[C.uint64_t](seeds), C.int64_t(seed_count), pointer[C.uint64_t](streams), C.int64_t(stream_count), pointer[C.uint64_t](offsets), C.int64_t(offset_count), C.int64_t(rows), C.int64_t(k), pointer[C.int64_t](columns), C.int64_t(column_count), pointer[C.int64_t](indptr), pointer[C.float](logits), pointer[C.int64_t](index), pointer[C.float](maximum)))
}

// GumbelMaxRowsF64 calls gs_gumbel_max_rows_f64.
//
// The same of gs_gumbel_max: one category of each row, index[r] counted in the row, with its perturbed maximum where
// maximum is not NULL. A column of -1 is no category; of a row that has none, index is -1 and the maximum -inf.
func GumbelMaxRowsF64(seeds []uint64, seed_count int64, streams []uint64, stream_count int64, offsets []uint64, offset_count int64, rows int64, k int64, columns []int64, column_count int64, indptr []int64, logits []float64, index []int64, maximum []float64) error {
	return check(C.gs_gumbel_max_rows_f64(pointer[C.uint64_t](seeds), C.int64_t(seed_count), pointer[C.uint64_t](streams), C.int64_t(stream_count), pointer[C.uint64_t](offsets), C.int64_t(offset_count), C.int64_t(rows), C.int64_t(k), pointer[C.int64_t](columns), C.int64_t(column_count), pointer[C.int64_t](indptr), pointer[C.double](logits), pointer[C.int64_t](index), pointer[C.double](maximum)))
}

// GumbelTopKF32 calls gs_gumbel_top_k_f32.
//
// The top largest logits + gumbel noise of each row, the largest first: top draws without replacement, in their order.
// Draw d of row r has its categories from index[(d * rows + r) * top] on, of equal sums the lower first, and the sums
// likewise in sums. top is at most the number of categories above -inf in each row (GS_ERROR_SIZE).
func GumbelTopKF32(seed uint64, stream uint64, offset uint64, logits []float32, rows int64, k int64, draws int64, top int64, index []int64, sums []float32) error {
	return check(C.gs_gumbel_top_k_f32(C.uint64_t(seed), C.uint64_t(stream), C.uint64_t(offset), pointer[C.float](logits), C.int64_t(rows), C.int64_t(k), C.int64_t(draws), C.int64_t(top), pointer[C.int64_t](index), pointer[C.float](sums)))
}

// GumbelTopKF64 calls gs_gumbel_top_k_f64.
//
// The top largest logits + gumbel noise of each row, the largest first: top draws without replacement, in their order.
// Draw d of row r has its categories from index[(d * rows + r) * top] on, of equal sums the lower first, and the sums
// likewise in sums. top is at most the number of categories above -inf in each row (GS_ERROR_SIZE).
func GumbelTopKF64(seed uint64, stream uint64, offset uint64, logits []float64, rows int64, k int64, draws int64, top int64, index []int64, sums []float64) error {
	return check(C.gs_gumbel_top_k_f64(C.uint64_t(seed), C.uint64_t(stream), C.uint64_t(offset), pointer[C.double](logits), C.int64_t(rows), C.int64_t(k), C.int64_t(draws), C.int64_t(top), pointer[C.int64_t](index), pointer[C.double](sums)))
}

// GumbelTopKRowsF32 calls gs_gumbel_top_k_rows_f32.
//
// The same of gs_gumbel_top_k, one draw of each row: index and sums have top of each. A column of -1 is no category; top
// is at most the number of the others above -inf in each row (GS_ERROR_SIZE).
func GumbelTopKRowsF32(seeds []uint64, seed_count int64, streams []uint64, stream_count int64, offsets []uint64, offset_count int64, rows int64, k int64, columns []int64, column_count int64, indptr []int64, logits []float32, top int64, index []int64, sums []float32) error {
	return check(C.gs_gumbel_top_k_rows_f32(pointer[C.uint64_t](seeds), C.int64_t(seed_count), pointer[C.uint64_t](streams), C.int64_t(stream_count), pointer[C.uint64_t](offsets), C.int64_t(offset_count), C.int64_t(rows), C.int64_t(k), pointer[C.int64_t](columns), C.int64_t(column_count), pointer[C.int64_t](indptr), pointer[C.float](logits), C.int64_t(top), pointer[C.int64_t](index), pointer[C.float](sums)))
}

// GumbelTopKRowsF64 calls gs_gumbel_top_k_rows_f64.
//
// The same of gs_gumbel_top_k, one draw of each row: index and sums have top of each. A column of -1 is no category; top
// is at most the number of the others above -inf in each row (GS_ERROR_SIZE).
func GumbelTopKRowsF64(seeds []uint64, seed_count int64, streams []uint64, stream_count int64, offsets []uint64, offset_count int64, rows int64, k int64, columns []int64, column_count int64, indptr []int64, logits []float64, top int64, index []int64, sums []float64) error {
	return check(C.gs_gumbel_top_k_rows_f64(pointer[C.uint64_t](seeds), C.int64_t(seed_count), pointer[C.uint64_t](streams), C.int64_t(stream_count), pointer[C.uint64_t](offsets), C.int64_t(offset_count), C.int64_t(rows), C.int64_t(k), pointer[C.int64_t](columns), C.int64_t(column_count), pointer[C.int64_t](indptr), pointer[C.double](logits), C.int64_t(top), pointer[C.int64_t](index), pointer[C.double](sums)))
}

// CheckLogitsF32 calls gs_check_logits_f32.
//
// What all functions that take rows of logits look at: GS_OK, GS_ERROR_LOGITS or GS_ERROR_ROW, and the first bad row
// (-1 where there is none), where row is not NULL. Those that add noise look for GS_ERROR_LARGE too.
func CheckLogitsF32(logits []float32, rows int64, k int64, row []int64) error {
	return check(C.gs_check_logits_f32(pointer[C.float](logits), C.int64_t(rows), C.int64_t(k), pointer[C.int64_t](row)))
}

// CheckLogitsF64 calls gs_check_logits_f64.
//
// What all functions that take rows of logits look at: GS_OK, GS_ERROR_LOGITS or GS_ERROR_ROW, and the first bad row
// (-1 where there is none), where row is not NULL. Those that add noise look for GS_ERROR_LARGE too.
func CheckLogitsF64(logits []float64, rows int64, k int64, row []int64) error {
	return check(C.gs_check_logits_f64(pointer[C.double](logits), C.int64_t(rows), C.int64_t(k), pointer[C.int64_t](row)))
}

// AliasTableF32 calls gs_alias_table_f32.
//
// Alias tables (Walker, Vose), for many draws from one distribution: table holds 2 * rows * k words, a threshold and
// an alias for each category; k < 2^32. A draw takes two words and no search. The draws are index[d * rows + r], below
// k if the table is right, which is not looked at: whatever it is, reads stay within it.
func AliasTableF32(logits []float32, rows int64, k int64, table []uint64) error {
	return check(C.gs_alias_table_f32(pointer[C.float](logits), C.int64_t(rows), C.int64_t(k), pointer[C.uint64_t](table)))
}

// AliasTableF64 calls gs_alias_table_f64.
//
// Alias tables (Walker, Vose), for many draws from one distribution: table holds 2 * rows * k words, a threshold and
// an alias for each category; k < 2^32. A draw takes two words and no search. The draws are index[d * rows + r], below
// k if the table is right, which is not looked at: whatever it is, reads stay within it.
func AliasTableF64(logits []float64, rows int64, k int64, table []uint64) error {
	return check(C.gs_alias_table_f64(pointer[C.double](logits), C.int64_t(rows), C.int64_t(k), pointer[C.uint64_t](table)))
}

// AliasDraw calls gs_alias_draw.
//
// Alias tables (Walker, Vose), for many draws from one distribution: table holds 2 * rows * k words, a threshold and
// an alias for each category; k < 2^32. A draw takes two words and no search. The draws are index[d * rows + r], below
// k if the table is right, which is not looked at: whatever it is, reads stay within it.
func AliasDraw(seed uint64, stream uint64, offset uint64, table []uint64, rows int64, k int64, draws int64, index []int64) error {
	return check(C.gs_alias_draw(C.uint64_t(seed), C.uint64_t(stream), C.uint64_t(offset), pointer[C.uint64_t](table), C.int64_t(rows), C.int64_t(k), C.int64_t(draws), pointer[C.int64_t](index)))
}

// CdfTableF32 calls gs_cdf_table_f32.
//
// Tables of cumulative sums: table holds rows * (k + 2) words. A draw is the first category whose cumulative
// probability exceeds the uniform of its two words; it ascends with that uniform. As above; a table that is wrong is
// noticed at times (GS_ERROR_TABLE).
func CdfTableF32(logits []float32, rows int64, k int64, table []uint64) error {
	return check(C.gs_cdf_table_f32(pointer[C.float](logits), C.int64_t(rows), C.int64_t(k), pointer[C.uint64_t](table)))
}

// CdfTableF64 calls gs_cdf_table_f64.
//
// Tables of cumulative sums: table holds rows * (k + 2) words. A draw is the first category whose cumulative
// probability exceeds the uniform of its two words; it ascends with that uniform. As above; a table that is wrong is
// noticed at times (GS_ERROR_TABLE).
func CdfTableF64(logits []float64, rows int64, k int64, table []uint64) error {
	return check(C.gs_cdf_table_f64(pointer[C.double](logits), C.int64_t(rows), C.int64_t(k), pointer[C.uint64_t](table)))
}

// CdfDraw calls gs_cdf_draw.
//
// Tables of cumulative sums: table holds rows * (k + 2) words. A draw is the first category whose cumulative
// probability exceeds the uniform of its two words; it ascends with that uniform. As above; a table that is wrong is
// noticed at times (GS_ERROR_TABLE).
func CdfDraw(seed uint64, stream uint64, offset uint64, table []uint64, rows int64, k int64, draws int64, index []int64) error {
	return check(C.gs_cdf_draw(C.uint64_t(seed), C.uint64_t(stream), C.uint64_t(offset), pointer[C.uint64_t](table), C.int64_t(rows), C.int64_t(k), C.int64_t(draws), pointer[C.int64_t](index)))
}

// ---- relaxed categories ----

// SoftmaxF32 calls gs_softmax_f32.
//
// soft[r] = softmax(x[r] / tau); index[r], where index is not NULL, is the first index of its largest.
func SoftmaxF32(x []float32, rows int64, k int64, tau float32, soft []float32, index []int64) error {
	return check(C.gs_softmax_f32(pointer[C.float](x), C.int64_t(rows), C.int64_t(k), C.float(tau), pointer[C.float](soft), pointer[C.int64_t](index)))
}

// SoftmaxF64 calls gs_softmax_f64.
//
// soft[r] = softmax(x[r] / tau); index[r], where index is not NULL, is the first index of its largest.
func SoftmaxF64(x []float64, rows int64, k int64, tau float64, soft []float64, index []int64) error {
	return check(C.gs_softmax_f64(pointer[C.double](x), C.int64_t(rows), C.int64_t(k), C.double(tau), pointer[C.double](soft), pointer[C.int64_t](index)))
}

// SoftmaxTausF32 calls gs_softmax_taus_f32.
//
// soft[r] = softmax(x[r] / tau); index[r], where index is not NULL, is the first index of its largest.
func SoftmaxTausF32(x []float32, rows int64, k int64, tau []float32, soft []float32, index []int64) error {
	return check(C.gs_softmax_taus_f32(pointer[C.float](x), C.int64_t(rows), C.int64_t(k), pointer[C.float](tau), pointer[C.float](soft), pointer[C.int64_t](index)))
}

// SoftmaxTausF64 calls gs_softmax_taus_f64.
//
// soft[r] = softmax(x[r] / tau); index[r], where index is not NULL, is the first index of its largest.
func SoftmaxTausF64(x []float64, rows int64, k int64, tau []float64, soft []float64, index []int64) error {
	return check(C.gs_softmax_taus_f64(pointer[C.double](x), C.int64_t(rows), C.int64_t(k), pointer[C.double](tau), pointer[C.double](soft), pointer[C.int64_t](index)))
}

// GumbelSoftmaxF32 calls gs_gumbel_softmax_f32.
//
// Gumbel-Softmax, also called Concrete: softmax((logits + gumbel noise) / tau). index, where it is not NULL, is the
// hard sample: what gs_categorical gives at the same position, the index of the one in the one-hot row.
func GumbelSoftmaxF32(seed uint64, stream uint64, offset uint64, logits []float32, rows int64, k int64, tau float32, soft []float32, index []int64) error {
	return check(C.gs_gumbel_softmax_f32(C.uint64_t(seed), C.uint64_t(stream), C.uint64_t(offset), pointer[C.float](logits), C.int64_t(rows), C.int64_t(k), C.float(tau), pointer[C.float](soft), pointer[C.int64_t](index)))
}

// GumbelSoftmaxF64 calls gs_gumbel_softmax_f64.
//
// Gumbel-Softmax, also called Concrete: softmax((logits + gumbel noise) / tau). index, where it is not NULL, is the
// hard sample: what gs_categorical gives at the same position, the index of the one in the one-hot row.
func GumbelSoftmaxF64(seed uint64, stream uint64, offset uint64, logits []float64, rows int64, k int64, tau float64, soft []float64, index []int64) error {
	return check(C.gs_gumbel_softmax_f64(C.uint64_t(seed), C.uint64_t(stream), C.uint64_t(offset), pointer[C.double](logits), C.int64_t(rows), C.int64_t(k), C.double(tau), pointer[C.double](soft), pointer[C.int64_t](index)))
}

// GumbelSoftmaxTausF32 calls gs_gumbel_softmax_taus_f32.
//
// Gumbel-Softmax, also called Concrete: softmax((logits + gumbel noise) / tau). index, where it is not NULL, is the
// hard sample: what gs_categorical gives at the same position, the index of the one in the one-hot row.
func GumbelSoftmaxTausF32(seed uint64, stream uint64, offset uint64, logits []float32, rows int64, k int64, tau []float32, soft []float32, index []int64) error {
	return check(C.gs_gumbel_softmax_taus_f32(C.uint64_t(seed), C.uint64_t(stream), C.uint64_t(offset), pointer[C.float](logits), C.int64_t(rows), C.int64_t(k), pointer[C.float](tau), pointer[C.float](soft), pointer[C.int64_t](index)))
}

// GumbelSoftmaxTausF64 calls gs_gumbel_softmax_taus_f64.
//
// Gumbel-Softmax, also called Concrete: softmax((logits + gumbel noise) / tau). index, where it is not NULL, is the
// hard sample: what gs_categorical gives at the same position, the index of the one in the one-hot row.
func GumbelSoftmaxTausF64(seed uint64, stream uint64, offset uint64, logits []float64, rows int64, k int64, tau []float64, soft []float64, index []int64) error {
	return check(C.gs_gumbel_softmax_taus_f64(C.uint64_t(seed), C.uint64_t(stream), C.uint64_t(offset), pointer[C.double](logits), C.int64_t(rows), C.int64_t(k), pointer[C.double](tau), pointer[C.double](soft), pointer[C.int64_t](index)))
}

// GumbelSoftmaxRowsF32 calls gs_gumbel_softmax_rows_f32.
//
// The same of rows that have places of their own: soft has the elements that the logits have. A column of -1 is no
// category, its value 0; of a row that has none, index is -1. Rows of the same length have the gradients below.
func GumbelSoftmaxRowsF32(seeds []uint64, seed_count int64, streams []uint64, stream_count int64, offsets []uint64, offset_count int64, rows int64, k int64, columns []int64, column_count int64, indptr []int64, logits []float32, tau float32, soft []float32, index []int64) error {
	return check(C.gs_gumbel_softmax_rows_f32(pointer[C.uint64_t](seeds), C.int64_t(seed_count), pointer[C.uint64_t](streams), C.int64_t(stream_count), pointer[C.uint64_t](offsets), C.int64_t(offset_count), C.int64_t(rows), C.int64_t(k), pointer[C.int64_t](columns), C.int64_t(column_count), pointer[C.int64_t](indptr), pointer[C.float](logits), C.float(tau), pointer[C.float](soft), pointer[C.int64_t](index)))
}

// GumbelSoftmaxRowsF64 calls gs_gumbel_softmax_rows_f64.
//
// The same of rows that have places of their own: soft has the elements that the logits have. A column of -1 is no
// category, its value 0; of a row that has none, index is -1. Rows of the same length have the gradients below.
func GumbelSoftmaxRowsF64(seeds []uint64, seed_count int64, streams []uint64, stream_count int64, offsets []uint64, offset_count int64, rows int64, k int64, columns []int64, column_count int64, indptr []int64, logits []float64, tau float64, soft []float64, index []int64) error {
	return check(C.gs_gumbel_softmax_rows_f64(pointer[C.uint64_t](seeds), C.int64_t(seed_count), pointer[C.uint64_t](streams), C.int64_t(stream_count), pointer[C.uint64_t](offsets), C.int64_t(offset_count), C.int64_t(rows), C.int64_t(k), pointer[C.int64_t](columns), C.int64_t(column_count), pointer[C.int64_t](indptr), pointer[C.double](logits), C.double(tau), pointer[C.double](soft), pointer[C.int64_t](index)))
}

// GumbelSoftmaxRowsTausF32 calls gs_gumbel_softmax_rows_taus_f32.
//
// The same of rows that have places of their own: soft has the elements that the logits have. A column of -1 is no
// category, its value 0; of a row that has none, index is -1. Rows of the same length have the gradients below.
func GumbelSoftmaxRowsTausF32(seeds []uint64, seed_count int64, streams []uint64, stream_count int64, offsets []uint64, offset_count int64, rows int64, k int64, columns []int64, column_count int64, indptr []int64, logits []float32, tau []float32, soft []float32, index []int64) error {
	return check(C.gs_gumbel_softmax_rows_taus_f32(pointer[C.uint64_t](seeds), C.int64_t(seed_count), pointer[C.uint64_t](streams), C.int64_t(stream_count), pointer[C.uint64_t](offsets), C.int64_t(offset_count), C.int64_t(rows), C.int64_t(k), pointer[C.int64_t](columns), C.int64_t(column_count), pointer[C.int64_t](indptr), pointer[C.float](logits), pointer[C.float](tau), pointer[C.float](soft), pointer[C.int64_t](index)))
}

// GumbelSoftmaxRowsTausF64 calls gs_gumbel_softmax_rows_taus_f64.
//
// The same of rows that have places of their own: soft has the elements that the logits have. A column of -1 is no
// category, its value 0; of a row that has none, index is -1. Rows of the same length have the gradients below.
func GumbelSoftmaxRowsTausF64(seeds []uint64, seed_count int64, streams []uint64, stream_count int64, offsets []uint64, offset_count int64, rows int64, k int64, columns []int64, column_count int64, indptr []int64, logits []float64, tau []float64, soft []float64, index []int64) error {
	return check(C.gs_gumbel_softmax_rows_taus_f64(pointer[C.uint64_t](seeds), C.int64_t(seed_count), pointer[C.uint64_t](streams), C.int64_t(stream_count), pointer[C.uint64_t](offsets), C.int64_t(offset_count), C.int64_t(rows), C.int64_t(k), pointer[C.int64_t](columns), C.int64_t(column_count), pointer[C.int64_t](indptr), pointer[C.double](logits), pointer[C.double](tau), pointer[C.double](soft), pointer[C.int64_t](index)))
}

// GumbelSoftmaxBackwardF32 calls gs_gumbel_softmax_backward_f32.
//
// Its gradients, and those of gs_softmax, from the soft sample alone; grad is that with respect to the sample. dtau
// may be NULL.
func GumbelSoftmaxBackwardF32(grad []float32, soft []float32, rows int64, k int64, tau float32, dlogits []float32, dtau []float32) error {
	return check(C.gs_gumbel_softmax_backward_f32(pointer[C.float](grad), pointer[C.float](soft), C.int64_t(rows), C.int64_t(k), C.float(tau), pointer[C.float](dlogits), pointer[C.float](dtau)))
}

// GumbelSoftmaxBackwardF64 calls gs_gumbel_softmax_backward_f64.
//
// Its gradients, and those of gs_softmax, from the soft sample alone; grad is that with respect to the sample. dtau
// may be NULL.
func GumbelSoftmaxBackwardF64(grad []float64, soft []float64, rows int64, k int64, tau float64, dlogits []float64, dtau []float64) error {
	return check(C.gs_gumbel_softmax_backward_f64(pointer[C.double](grad), pointer[C.double](soft), C.int64_t(rows), C.int64_t(k), C.double(tau), pointer[C.double](dlogits), pointer[C.double](dtau)))
}

// GumbelSoftmaxBackwardTausF32 calls gs_gumbel_softmax_backward_taus_f32.
//
// Its gradients, and those of gs_softmax, from the soft sample alone; grad is that with respect to the sample. dtau
// may be NULL.
func GumbelSoftmaxBackwardTausF32(grad []float32, soft []float32, rows int64, k int64, tau []float32, dlogits []float32, dtau []float32) error {
	return check(C.gs_gumbel_softmax_backward_taus_f32(pointer[C.float](grad), pointer[C.float](soft), C.int64_t(rows), C.int64_t(k), pointer[C.float](tau), pointer[C.float](dlogits), pointer[C.float](dtau)))
}

// GumbelSoftmaxBackwardTausF64 calls gs_gumbel_softmax_backward_taus_f64.
//
// Its gradients, and those of gs_softmax, from the soft sample alone; grad is that with respect to the sample. dtau
// may be NULL.
func GumbelSoftmaxBackwardTausF64(grad []float64, soft []float64, rows int64, k int64, tau []float64, dlogits []float64, dtau []float64) error {
	return check(C.gs_gumbel_softmax_backward_taus_f64(pointer[C.double](grad), pointer[C.double](soft), C.int64_t(rows), C.int64_t(k), pointer[C.double](tau), pointer[C.double](dlogits), pointer[C.double](dtau)))
}

// BinaryConcreteF32 calls gs_binary_concrete_f32.
//
// The binary case, from one logistic variate each: soft[i] = sigmoid((logits[i] + logistic noise) / tau). Its hard
// sample is what gs_bernoulli gives at the same position.
func BinaryConcreteF32(seed uint64, stream uint64, offset uint64, logits []float32, n int64, tau float32, soft []float32) error {
	return check(C.gs_binary_concrete_f32(C.uint64_t(seed), C.uint64_t(stream), C.uint64_t(offset), pointer[C.float](logits), C.int64_t(n), C.float(tau), pointer[C.float](soft)))
}

// BinaryConcreteF64 calls gs_binary_concrete_f64.
//
// The binary case, from one logistic variate each: soft[i] = sigmoid((logits[i] + logistic noise) / tau). Its hard
// sample is what gs_bernoulli gives at the same position.
func BinaryConcreteF64(seed uint64, stream uint64, offset uint64, logits []float64, n int64, tau float64, soft []float64) error {
	return check(C.gs_binary_concrete_f64(C.uint64_t(seed), C.uint64_t(stream), C.uint64_t(offset), pointer[C.double](logits), C.int64_t(n), C.double(tau), pointer[C.double](soft)))
}

// BinaryConcreteTausF32 calls gs_binary_concrete_taus_f32.
//
// The binary case, from one logistic variate each: soft[i] = sigmoid((logits[i] + logistic noise) / tau). Its hard
// sample is what gs_bernoulli gives at the same position.
func BinaryConcreteTausF32(seed uint64, stream uint64, offset uint64, logits []float32, n int64, tau []float32, soft []float32) error {
	return check(C.gs_binary_concrete_taus_f32(C.uint64_t(seed), C.uint64_t(stream), C.uint64_t(offset), pointer[C.float](logits), C.int64_t(n), pointer[C.float](tau), pointer[C.float](soft)))
}

// BinaryConcreteTausF64 calls gs_binary_concrete_taus_f64.
//
// The binary case, from one logistic variate each: soft[i] = sigmoid((logits[i] + logistic noise) / tau). Its hard
// sample is what gs_bernoulli gives at the same position.
func BinaryConcreteTausF64(seed uint64, stream uint64, offset uint64, logits []float64, n int64, tau []float64, soft []float64) error {
	return check(C.gs_binary_concrete_taus_f64(C.uint64_t(seed), C.uint64_t(stream), C.uint64_t(offset), pointer[C.double](logits), C.int64_t(n), pointer[C.double](tau), pointer[C.double](soft)))
}

// BinaryConcreteBackwardF32 calls gs_binary_concrete_backward_f32.
//
// Its gradients, from the soft sample alone. dtau may be NULL.
func BinaryConcreteBackwardF32(grad []float32, soft []float32, n int64, tau float32, dlogits []float32, dtau []float32) error {
	return check(C.gs_binary_concrete_backward_f32(pointer[C.float](grad), pointer[C.float](soft), C.int64_t(n), C.float(tau), pointer[C.float](dlogits), pointer[C.float](dtau)))
}

// BinaryConcreteBackwardF64 calls gs_binary_concrete_backward_f64.
//
// Its gradients, from the soft sample alone. dtau may be NULL.
func BinaryConcreteBackwardF64(grad []float64, soft []float64, n int64, tau float64, dlogits []float64, dtau []float64) error {
	return check(C.gs_binary_concrete_backward_f64(pointer[C.double](grad), pointer[C.double](soft), C.int64_t(n), C.double(tau), pointer[C.double](dlogits), pointer[C.double](dtau)))
}

// BinaryConcreteBackwardTausF32 calls gs_binary_concrete_backward_taus_f32.
//
// Its gradients, from the soft sample alone. dtau may be NULL.
func BinaryConcreteBackwardTausF32(grad []float32, soft []float32, n int64, tau []float32, dlogits []float32, dtau []float32) error {
	return check(C.gs_binary_concrete_backward_taus_f32(pointer[C.float](grad), pointer[C.float](soft), C.int64_t(n), pointer[C.float](tau), pointer[C.float](dlogits), pointer[C.float](dtau)))
}

// BinaryConcreteBackwardTausF64 calls gs_binary_concrete_backward_taus_f64.
//
// Its gradients, from the soft sample alone. dtau may be NULL.
func BinaryConcreteBackwardTausF64(grad []float64, soft []float64, n int64, tau []float64, dlogits []float64, dtau []float64) error {
	return check(C.gs_binary_concrete_backward_taus_f64(pointer[C.double](grad), pointer[C.double](soft), C.int64_t(n), pointer[C.double](tau), pointer[C.double](dlogits), pointer[C.double](dtau)))
}

// ---- Gumbels given the largest ----

// ConditionalGumbelF32 calls gs_conditional_gumbel_f32.
//
// logits + Gumbel noise, given that index[r] is the argmax in row r: out[(d * rows + r) * k + j], in which that category
// is above all others. With E the exponential variates of the elements and p = softmax(logits[r]), logits - log(E_j + p_j
// E_i), and for i = index[r] logsumexp(logits[r]) - log(E_i). Sums are rounded as those of logits and noise are.
func ConditionalGumbelF32(seed uint64, stream uint64, offset uint64, logits []float32, index []int64, rows int64, k int64, draws int64, out []float32) error {
	return check(C.gs_conditional_gumbel_f32(C.uint64_t(seed), C.uint64_t(stream), C.uint64_t(offset), pointer[C.float](logits), pointer[C.int64_t](index), C.int64_t(rows), C.int64_t(k), C.int64_t(draws), pointer[C.float](out)))
}

// ConditionalGumbelF64 calls gs_conditional_gumbel_f64.
//
// logits + Gumbel noise, given that index[r] is the argmax in row r: out[(d * rows + r) * k + j], in which that category
// is above all others. With E the exponential variates of the elements and p = softmax(logits[r]), logits - log(E_j + p_j
// E_i), and for i = index[r] logsumexp(logits[r]) - log(E_i). Sums are rounded as those of logits and noise are.
func ConditionalGumbelF64(seed uint64, stream uint64, offset uint64, logits []float64, index []int64, rows int64, k int64, draws int64, out []float64) error {
	return check(C.gs_conditional_gumbel_f64(C.uint64_t(seed), C.uint64_t(stream), C.uint64_t(offset), pointer[C.double](logits), pointer[C.int64_t](index), C.int64_t(rows), C.int64_t(k), C.int64_t(draws), pointer[C.double](out)))
}

// ---- log-probabilities, entropy, divergence: in nats, computed in float64, to a few ulp also near 0 ----
// Probability 0 adds nothing. The gradients, functions named _backward, take that with respect to the result; they are 0
// in categories at -inf.

// LogSoftmaxF32 calls gs_log_softmax_f32.
//
// log_probs[r] = log(softmax(x[r] / tau)), -inf where x is. Its gradients need log_probs alone; grad of a category at
// -inf is left out. dtau may be NULL.
func LogSoftmaxF32(x []float32, rows int64, k int64, tau float32, log_probs []float32) error {
	return check(C.gs_log_softmax_f32(pointer[C.float](x), C.int64_t(rows), C.int64_t(k), C.float(tau), pointer[C.float](log_probs)))
}

// LogSoftmaxF64 calls gs_log_softmax_f64.
//
// log_probs[r] = log(softmax(x[r] / tau)), -inf where x is. Its gradients need log_probs alone; grad of a category at
// -inf is left out. dtau may be NULL.
func LogSoftmaxF64(x []float64, rows int64, k int64, tau float64, log_probs []float64) error {
	return check(C.gs_log_softmax_f64(pointer[C.double](x), C.int64_t(rows), C.int64_t(k), C.double(tau), pointer[C.double](log_probs)))
}

// LogSoftmaxTausF32 calls gs_log_softmax_taus_f32.
//
// log_probs[r] = log(softmax(x[r] / tau)), -inf where x is. Its gradients need log_probs alone; grad of a category at
// -inf is left out. dtau may be NULL.
func LogSoftmaxTausF32(x []float32, rows int64, k int64, tau []float32, log_probs []float32) error {
	return check(C.gs_log_softmax_taus_f32(pointer[C.float](x), C.int64_t(rows), C.int64_t(k), pointer[C.float](tau), pointer[C.float](log_probs)))
}

// LogSoftmaxTausF64 calls gs_log_softmax_taus_f64.
//
// log_probs[r] = log(softmax(x[r] / tau)), -inf where x is. Its gradients need log_probs alone; grad of a category at
// -inf is left out. dtau may be NULL.
func LogSoftmaxTausF64(x []float64, rows int64, k int64, tau []float64, log_probs []float64) error {
	return check(C.gs_log_softmax_taus_f64(pointer[C.double](x), C.int64_t(rows), C.int64_t(k), pointer[C.double](tau), pointer[C.double](log_probs)))
}

// LogSoftmaxBackwardF32 calls gs_log_softmax_backward_f32.
//
// log_probs[r] = log(softmax(x[r] / tau)), -inf where x is. Its gradients need log_probs alone; grad of a category at
// -inf is left out. dtau may be NULL.
func LogSoftmaxBackwardF32(grad []float32, log_probs []float32, rows int64, k int64, tau float32, dx []float32, dtau []float32) error {
	return check(C.gs_log_softmax_backward_f32(pointer[C.float](grad), pointer[C.float](log_probs), C.int64_t(rows), C.int64_t(k), C.float(tau), pointer[C.float](dx), pointer[C.float](dtau)))
}

// LogSoftmaxBackwardF64 calls gs_log_softmax_backward_f64.
//
// log_probs[r] = log(softmax(x[r] / tau)), -inf where x is. Its gradients need log_probs alone; grad of a category at
// -inf is left out. dtau may be NULL.
func LogSoftmaxBackwardF64(grad []float64, log_probs []float64, rows int64, k int64, tau float64, dx []float64, dtau []float64) error {
	return check(C.gs_log_softmax_backward_f64(pointer[C.double](grad), pointer[C.double](log_probs), C.int64_t(rows), C.int64_t(k), C.double(tau), pointer[C.double](dx), pointer[C.double](dtau)))
}

// LogSoftmaxBackwardTausF32 calls gs_log_softmax_backward_taus_f32.
//
// log_probs[r] = log(softmax(x[r] / tau)), -inf where x is. Its gradients need log_probs alone; grad of a category at
// -inf is left out. dtau may be NULL.
func LogSoftmaxBackwardTausF32(grad []float32, log_probs []float32, rows int64, k int64, tau []float32, dx []float32, dtau []float32) error {
	return check(C.gs_log_softmax_backward_taus_f32(pointer[C.float](grad), pointer[C.float](log_probs), C.int64_t(rows), C.int64_t(k), pointer[C.float](tau), pointer[C.float](dx), pointer[C.float](dtau)))
}

// LogSoftmaxBackwardTausF64 calls gs_log_softmax_backward_taus_f64.
//
// log_probs[r] = log(softmax(x[r] / tau)), -inf where x is. Its gradients need log_probs alone; grad of a category at
// -inf is left out. dtau may be NULL.
func LogSoftmaxBackwardTausF64(grad []float64, log_probs []float64, rows int64, k int64, tau []float64, dx []float64, dtau []float64) error {
	return check(C.gs_log_softmax_backward_taus_f64(pointer[C.double](grad), pointer[C.double](log_probs), C.int64_t(rows), C.int64_t(k), pointer[C.double](tau), pointer[C.double](dx), pointer[C.double](dtau)))
}

// EntropyF32 calls gs_entropy_f32.
//
// out[r] = -sum(p log(p)), p = softmax(logits[r]).
func EntropyF32(logits []float32, rows int64, k int64, out []float32) error {
	return check(C.gs_entropy_f32(pointer[C.float](logits), C.int64_t(rows), C.int64_t(k), pointer[C.float](out)))
}

// EntropyF64 calls gs_entropy_f64.
//
// out[r] = -sum(p log(p)), p = softmax(logits[r]).
func EntropyF64(logits []float64, rows int64, k int64, out []float64) error {
	return check(C.gs_entropy_f64(pointer[C.double](logits), C.int64_t(rows), C.int64_t(k), pointer[C.double](out)))
}

// EntropyBackwardF32 calls gs_entropy_backward_f32.
//
// out[r] = -sum(p log(p)), p = softmax(logits[r]).
func EntropyBackwardF32(grad []float32, logits []float32, rows int64, k int64, dlogits []float32) error {
	return check(C.gs_entropy_backward_f32(pointer[C.float](grad), pointer[C.float](logits), C.int64_t(rows), C.int64_t(k), pointer[C.float](dlogits)))
}

// EntropyBackwardF64 calls gs_entropy_backward_f64.
//
// out[r] = -sum(p log(p)), p = softmax(logits[r]).
func EntropyBackwardF64(grad []float64, logits []float64, rows int64, k int64, dlogits []float64) error {
	return check(C.gs_entropy_backward_f64(pointer[C.double](grad), pointer[C.double](logits), C.int64_t(rows), C.int64_t(k), pointer[C.double](dlogits)))
}

// KlDivergenceF32 calls gs_kl_divergence_f32.
//
// out[r] = KL(p || q) = sum(p log(p / q)), p = softmax(logits[r]), q = softmax(other_logits[r]): at least 0; +inf where
// a category has q = 0 and p above 0, and dlogits is then 0.
func KlDivergenceF32(logits []float32, other_logits []float32, rows int64, k int64, out []float32) error {
	return check(C.gs_kl_divergence_f32(pointer[C.float](logits), pointer[C.float](other_logits), C.int64_t(rows), C.int64_t(k), pointer[C.float](out)))
}

// KlDivergenceF64 calls gs_kl_divergence_f64.
//
// out[r] = KL(p || q) = sum(p log(p / q)), p = softmax(logits[r]), q = softmax(other_logits[r]): at least 0; +inf where
// a category has q = 0 and p above 0, and dlogits is then 0.
func KlDivergenceF64(logits []float64, other_logits []float64, rows int64, k int64, out []float64) error {
	return check(C.gs_kl_divergence_f64(pointer[C.double](logits), pointer[C.double](other_logits), C.int64_t(rows), C.int64_t(k), pointer[C.double](out)))
}

// KlDivergenceBackwardF32 calls gs_kl_divergence_backward_f32.
//
// out[r] = KL(p || q) = sum(p log(p / q)), p = softmax(logits[r]), q = softmax(other_logits[r]): at least 0; +inf where
// a category has q = 0 and p above 0, and dlogits is then 0.
func KlDivergenceBackwardF32(grad []float32, logits []float32, other_logits []float32, rows int64, k int64, dlogits []float32, dother []float32) error {
	return check(C.gs_kl_divergence_backward_f32(pointer[C.float](grad), pointer[C.float](logits), pointer[C.float](other_logits), C.int64_t(rows), C.int64_t(k), pointer[C.float](dlogits), pointer[C.float](dother)))
}

// KlDivergenceBackwardF64 calls gs_kl_divergence_backward_f64.
//
// out[r] = KL(p || q) = sum(p log(p / q)), p = softmax(logits[r]), q = softmax(other_logits[r]): at least 0; +inf where
// a category has q = 0 and p above 0, and dlogits is then 0.
func KlDivergenceBackwardF64(grad []float64, logits []float64, other_logits []float64, rows int64, k int64, dlogits []float64, dother []float64) error {
	return check(C.gs_kl_divergence_backward_f64(pointer[C.double](grad), pointer[C.double](logits), pointer[C.double](other_logits), C.int64_t(rows), C.int64_t(k), pointer[C.double](dlogits), pointer[C.double](dother)))
}

// ---- ordered draws ----

// TopKLogProbF32 calls gs_top_k_log_prob_f32.
//
// The log-probability of draws without replacement, in their order, as of gs_gumbel_top_k: index[r * top] is the first
// of row r. out[r] is the sum over the draws b of logits[b] - log(sum of exp(logits) of all that are left), computed in
// float64 without a subtraction; -inf where a category at -inf was drawn, whose gradients are 0. An index of no category,
// or twice in a row, is GS_ERROR_INDEX; top is from 0 to k. The gradient takes that with respect to out.
func TopKLogProbF32(logits []float32, index []int64, rows int64, k int64, top int64, out []float32) error {
	return check(C.gs_top_k_log_prob_f32(pointer[C.float](logits), pointer[C.int64_t](index), C.int64_t(rows), C.int64_t(k), C.int64_t(top), pointer[C.float](out)))
}

// TopKLogProbF64 calls gs_top_k_log_prob_f64.
//
// The log-probability of draws without replacement, in their order, as of gs_gumbel_top_k: index[r * top] is the first
// of row r. out[r] is the sum over the draws b of logits[b] - log(sum of exp(logits) of all that are left), computed in
// float64 without a subtraction; -inf where a category at -inf was drawn, whose gradients are 0. An index of no category,
// or twice in a row, is GS_ERROR_INDEX; top is from 0 to k. The gradient takes that with respect to out.
func TopKLogProbF64(logits []float64, index []int64, rows int64, k int64, top int64, out []float64) error {
	return check(C.gs_top_k_log_prob_f64(pointer[C.double](logits), pointer[C.int64_t](index), C.int64_t(rows), C.int64_t(k), C.int64_t(top), pointer[C.double](out)))
}

// TopKLogProbBackwardF32 calls gs_top_k_log_prob_backward_f32.
//
// The log-probability of draws without replacement, in their order, as of gs_gumbel_top_k: index[r * top] is the first
// of row r. out[r] is the sum over the draws b of logits[b] - log(sum of exp(logits) of all that are left), computed in
// float64 without a subtraction; -inf where a category at -inf was drawn, whose gradients are 0. An index of no category,
// or twice in a row, is GS_ERROR_INDEX; top is from 0 to k. The gradient takes that with respect to out.
func TopKLogProbBackwardF32(grad []float32, logits []float32, index []int64, rows int64, k int64, top int64, dlogits []float32) error {
	return check(C.gs_top_k_log_prob_backward_f32(pointer[C.float](grad), pointer[C.float](logits), pointer[C.int64_t](index), C.int64_t(rows), C.int64_t(k), C.int64_t(top), pointer[C.float](dlogits)))
}

// TopKLogProbBackwardF64 calls gs_top_k_log_prob_backward_f64.
//
// The log-probability of draws without replacement, in their order, as of gs_gumbel_top_k: index[r * top] is the first
// of row r. out[r] is the sum over the draws b of logits[b] - log(sum of exp(logits) of all that are left), computed in
// float64 without a subtraction; -inf where a category at -inf was drawn, whose gradients are 0. An index of no category,
// or twice in a row, is GS_ERROR_INDEX; top is from 0 to k. The gradient takes that with respect to out.
func TopKLogProbBackwardF64(grad []float64, logits []float64, index []int64, rows int64, k int64, top int64, dlogits []float64) error {
	return check(C.gs_top_k_log_prob_backward_f64(pointer[C.double](grad), pointer[C.double](logits), pointer[C.int64_t](index), C.int64_t(rows), C.int64_t(k), C.int64_t(top), pointer[C.double](dlogits)))
}

// TopKWeightsF32 calls gs_top_k_weights_f32.
//
// Importance weights of draws without replacement: index and sums are what gs_gumbel_top_k gave, top = n + 1 draws of each
// row, of which the last one's sum is the threshold kappa. out[r * n + i] = p / q for draw i, p = softmax(logits[r]) and
// q = 1 - exp(-exp(logits[r] - kappa)): the sum of out * f over the draws is the mean of f without bias. With normalize,
// which is 0 or not, the weights of a row are divided by their sum. Sums descend and are finite (GS_ERROR_SAMPLE); an
// index of a category at -inf is GS_ERROR_INDEX; top is at least 1.
func TopKWeightsF32(logits []float32, index []int64, sums []float32, rows int64, k int64, top int64, normalize int64, out []float32) error {
	return check(C.gs_top_k_weights_f32(pointer[C.float](logits), pointer[C.int64_t](index), pointer[C.float](sums), C.int64_t(rows), C.int64_t(k), C.int64_t(top), C.int64_t(normalize), pointer[C.float](out)))
}

// TopKWeightsF64 calls gs_top_k_weights_f64.
//
// Importance weights of draws without replacement: index and sums are what gs_gumbel_top_k gave, top = n + 1 draws of each
// row, of which the last one's sum is the threshold kappa. out[r * n + i] = p / q for draw i, p = softmax(logits[r]) and
// q = 1 - exp(-exp(logits[r] - kappa)): the sum of out * f over the draws is the mean of f without bias. With normalize,
// which is 0 or not, the weights of a row are divided by their sum. Sums descend and are finite (GS_ERROR_SAMPLE); an
// index of a category at -inf is GS_ERROR_INDEX; top is at least 1.
func TopKWeightsF64(logits []float64, index []int64, sums []float64, rows int64, k int64, top int64, normalize int64, out []float64) error {
	return check(C.gs_top_k_weights_f64(pointer[C.double](logits), pointer[C.int64_t](index), pointer[C.double](sums), C.int64_t(rows), C.int64_t(k), C.int64_t(top), C.int64_t(normalize), pointer[C.double](out)))
}

// ---- log densities, computed in float64 ----
// The gradients, functions named _backward, take that with respect to out; those of parameters that are one number are
// sums over all elements, and each of the outputs for them may be NULL.

// GumbelLogProbF32 calls gs_gumbel_log_prob_f32.
//
// Of Gumbel noise, -z - exp(-z) - log(scale), z = (x - loc) / scale; of logistic noise, -z - 2 log(1 + exp(-z)) -
// log(scale). x may be infinite.
func GumbelLogProbF32(x []float32, n int64, loc float32, scale float32, out []float32) error {
	return check(C.gs_gumbel_log_prob_f32(pointer[C.float](x), C.int64_t(n), C.float(loc), C.float(scale), pointer[C.float](out)))
}

// GumbelLogProbF64 calls gs_gumbel_log_prob_f64.
//
// Of Gumbel noise, -z - exp(-z) - log(scale), z = (x - loc) / scale; of logistic noise, -z - 2 log(1 + exp(-z)) -
// log(scale). x may be infinite.
func GumbelLogProbF64(x []float64, n int64, loc float64, scale float64, out []float64) error {
	return check(C.gs_gumbel_log_prob_f64(pointer[C.double](x), C.int64_t(n), C.double(loc), C.double(scale), pointer[C.double](out)))
}

// GumbelLogProbBackwardF32 calls gs_gumbel_log_prob_backward_f32.
//
// Of Gumbel noise, -z - exp(-z) - log(scale), z = (x - loc) / scale; of logistic noise, -z - 2 log(1 + exp(-z)) -
// log(scale). x may be infinite.
func GumbelLogProbBackwardF32(grad []float32, x []float32, n int64, loc float32, scale float32, dx []float32, dloc []float32, dscale []float32) error {
	return check(C.gs_gumbel_log_prob_backward_f32(pointer[C.float](grad), pointer[C.float](x), C.int64_t(n), C.float(loc), C.float(scale), pointer[C.float](dx), pointer[C.float](dloc), pointer[C.float](dscale)))
}

// GumbelLogProbBackwardF64 calls gs_gumbel_log_prob_backward_f64.
//
// Of Gumbel noise, -z - exp(-z) - log(scale), z = (x - loc) / scale; of logistic noise, -z - 2 log(1 + exp(-z)) -
// log(scale). x may be infinite.
func GumbelLogProbBackwardF64(grad []float64, x []float64, n int64, loc float64, scale float64, dx []float64, dloc []float64, dscale []float64) error {
	return check(C.gs_gumbel_log_prob_backward_f64(pointer[C.double](grad), pointer[C.double](x), C.int64_t(n), C.double(loc), C.double(scale), pointer[C.double](dx), pointer[C.double](dloc), pointer[C.double](dscale)))
}

// LogisticLogProbF32 calls gs_logistic_log_prob_f32.
//
// Of Gumbel noise, -z - exp(-z) - log(scale), z = (x - loc) / scale; of logistic noise, -z - 2 log(1 + exp(-z)) -
// log(scale). x may be infinite.
func LogisticLogProbF32(x []float32, n int64, loc float32, scale float32, out []float32) error {
	return check(C.gs_logistic_log_prob_f32(pointer[C.float](x), C.int64_t(n), C.float(loc), C.float(scale), pointer[C.float](out)))
}

// LogisticLogProbF64 calls gs_logistic_log_prob_f64.
//
// Of Gumbel noise, -z - exp(-z) - log(scale), z = (x - loc) / scale; of logistic noise, -z - 2 log(1 + exp(-z)) -
// log(scale). x may be infinite.
func LogisticLogProbF64(x []float64, n int64, loc float64, scale float64, out []float64) error {
	return check(C.gs_logistic_log_prob_f64(pointer[C.double](x), C.int64_t(n), C.double(loc), C.double(scale), pointer[C.double](out)))
}

// LogisticLogProbBackwardF32 calls gs_logistic_log_prob_backward_f32.
//
// Of Gumbel noise, -z - exp(-z) - log(scale), z = (x - loc) / scale; of logistic noise, -z - 2 log(1 + exp(-z)) -
// log(scale). x may be infinite.
func LogisticLogProbBackwardF32(grad []float32, x []float32, n int64, loc float32, scale float32, dx []float32, dloc []float32, dscale []float32) error {
	return check(C.gs_logistic_log_prob_backward_f32(pointer[C.float](grad), pointer[C.float](x), C.int64_t(n), C.float(loc), C.float(scale), pointer[C.float](dx), pointer[C.float](dloc), pointer[C.float](dscale)))
}

// LogisticLogProbBackwardF64 calls gs_logistic_log_prob_backward_f64.
//
// Of Gumbel noise, -z - exp(-z) - log(scale), z = (x - loc) / scale; of logistic noise, -z - 2 log(1 + exp(-z)) -
// log(scale). x may be infinite.
func LogisticLogProbBackwardF64(grad []float64, x []float64, n int64, loc float64, scale float64, dx []float64, dloc []float64, dscale []float64) error {
	return check(C.gs_logistic_log_prob_backward_f64(pointer[C.double](grad), pointer[C.double](x), C.int64_t(n), C.double(loc), C.double(scale), pointer[C.double](dx), pointer[C.double](dloc), pointer[C.double](dscale)))
}

// BinaryConcreteLogProbF32 calls gs_binary_concrete_log_prob_f32.
//
// Of a binary Concrete sample y, from 0 to 1; and of its logit x = log(y / (1 - y)), which may be infinite.
func BinaryConcreteLogProbF32(y []float32, logits []float32, n int64, tau float32, out []float32) error {
	return check(C.gs_binary_concrete_log_prob_f32(pointer[C.float](y), pointer[C.float](logits), C.int64_t(n), C.float(tau), pointer[C.float](out)))
}

// BinaryConcreteLogProbF64 calls gs_binary_concrete_log_prob_f64.
//
// Of a binary Concrete sample y, from 0 to 1; and of its logit x = log(y / (1 - y)), which may be infinite.
func BinaryConcreteLogProbF64(y []float64, logits []float64, n int64, tau float64, out []float64) error {
	return check(C.gs_binary_concrete_log_prob_f64(pointer[C.double](y), pointer[C.double](logits), C.int64_t(n), C.double(tau), pointer[C.double](out)))
}

// BinaryConcreteLogProbBackwardF32 calls gs_binary_concrete_log_prob_backward_f32.
//
// Of a binary Concrete sample y, from 0 to 1; and of its logit x = log(y / (1 - y)), which may be infinite.
func BinaryConcreteLogProbBackwardF32(grad []float32, y []float32, logits []float32, n int64, tau float32, dy []float32, dlogits []float32, dtau []float32) error {
	return check(C.gs_binary_concrete_log_prob_backward_f32(pointer[C.float](grad), pointer[C.float](y), pointer[C.float](logits), C.int64_t(n), C.float(tau), pointer[C.float](dy), pointer[C.float](dlogits), pointer[C.float](dtau)))
}

// BinaryConcreteLogProbBackwardF64 calls gs_binary_concrete_log_prob_backward_f64.
//
// Of a binary Concrete sample y, from 0 to 1; and of its logit x = log(y / (1 - y)), which may be infinite.
func BinaryConcreteLogProbBackwardF64(grad []float64, y []float64, logits []float64, n int64, tau float64, dy []float64, dlogits []float64, dtau []float64) error {
	return check(C.gs_binary_concrete_log_prob_backward_f64(pointer[C.double](grad), pointer[C.double](y), pointer[C.double](logits), C.int64_t(n), C.double(tau), pointer[C.double](dy), pointer[C.double](dlogits), pointer[C.double](dtau)))
}

// LogitBinaryConcreteLogProbF32 calls gs_logit_binary_concrete_log_prob_f32.
//
// Of a binary Concrete sample y, from 0 to 1; and of its logit x = log(y / (1 - y)), which may be infinite.
func LogitBinaryConcreteLogProbF32(x []float32, logits []float32, n int64, tau float32, out []float32) error {
	return check(C.gs_logit_binary_concrete_log_prob_f32(pointer[C.float](x), pointer[C.float](logits), C.int64_t(n), C.float(tau), pointer[C.float](out)))
}

// LogitBinaryConcreteLogProbF64 calls gs_logit_binary_concrete_log_prob_f64.
//
// Of a binary Concrete sample y, from 0 to 1; and of its logit x = log(y / (1 - y)), which may be infinite.
func LogitBinaryConcreteLogProbF64(x []float64, logits []float64, n int64, tau float64, out []float64) error {
	return check(C.gs_logit_binary_concrete_log_prob_f64(pointer[C.double](x), pointer[C.double](logits), C.int64_t(n), C.double(tau), pointer[C.double](out)))
}

// LogitBinaryConcreteLogProbBackwardF32 calls gs_logit_binary_concrete_log_prob_backward_f32.
//
// Of a binary Concrete sample y, from 0 to 1; and of its logit x = log(y / (1 - y)), which may be infinite.
func LogitBinaryConcreteLogProbBackwardF32(grad []float32, x []float32, logits []float32, n int64, tau float32, dx []float32, dlogits []float32, dtau []float32) error {
	return check(C.gs_logit_binary_concrete_log_prob_backward_f32(pointer[C.float](grad), pointer[C.float](x), pointer[C.float](logits), C.int64_t(n), C.float(tau), pointer[C.float](dx), pointer[C.float](dlogits), pointer[C.float](dtau)))
}

// LogitBinaryConcreteLogProbBackwardF64 calls gs_logit_binary_concrete_log_prob_backward_f64.
//
// Of a binary Concrete sample y, from 0 to 1; and of its logit x = log(y / (1 - y)), which may be infinite.
func LogitBinaryConcreteLogProbBackwardF64(grad []float64, x []float64, logits []float64, n int64, tau float64, dx []float64, dlogits []float64, dtau []float64) error {
	return check(C.gs_logit_binary_concrete_log_prob_backward_f64(pointer[C.double](grad), pointer[C.double](x), pointer[C.double](logits), C.int64_t(n), C.double(tau), pointer[C.double](dx), pointer[C.double](dlogits), pointer[C.double](dtau)))
}

// ConcreteLogProbF32 calls gs_concrete_log_prob_f32.
//
// Of Concrete samples y, each row from 0 to 1, out[r] with respect to the simplex's first k - 1 coordinates; and of
// x = log(y). Zeros stand for the smallest normal number. A category at -inf is left out.
func ConcreteLogProbF32(y []float32, logits []float32, rows int64, k int64, tau float32, out []float32) error {
	return check(C.gs_concrete_log_prob_f32(pointer[C.float](y), pointer[C.float](logits), C.int64_t(rows), C.int64_t(k), C.float(tau), pointer[C.float](out)))
}

// ConcreteLogProbF64 calls gs_concrete_log_prob_f64.
//
// Of Concrete samples y, each row from 0 to 1, out[r] with respect to the simplex's first k - 1 coordinates; and of
// x = log(y). Zeros stand for the smallest normal number. A category at -inf is left out.
func ConcreteLogProbF64(y []float64, logits []float64, rows int64, k int64, tau float64, out []float64) error {
	return check(C.gs_concrete_log_prob_f64(pointer[C.double](y), pointer[C.double](logits), C.int64_t(rows), C.int64_t(k), C.double(tau), pointer[C.double](out)))
}

// ConcreteLogProbBackwardF32 calls gs_concrete_log_prob_backward_f32.
//
// Of Concrete samples y, each row from 0 to 1, out[r] with respect to the simplex's first k - 1 coordinates; and of
// x = log(y). Zeros stand for the smallest normal number. A category at -inf is left out.
func ConcreteLogProbBackwardF32(grad []float32, y []float32, logits []float32, rows int64, k int64, tau float32, dy []float32, dlogits []float32, dtau []float32) error {
	return check(C.gs_concrete_log_prob_backward_f32(pointer[C.float](grad), pointer[C.float](y), pointer[C.float](logits), C.int64_t(rows), C.int64_t(k), C.float(tau), pointer[C.float](dy), pointer[C.float](dlogits), pointer[C.float](dtau)))
}

// ConcreteLogProbBackwardF64 calls gs_concrete_log_prob_backward_f64.
//
// Of Concrete samples y, each row from 0 to 1, out[r] with respect to the simplex's first k - 1 coordinates; and of
// x = log(y). Zeros stand for the smallest normal number. A category at -inf is left out.
func ConcreteLogProbBackwardF64(grad []float64, y []float64, logits []float64, rows int64, k int64, tau float64, dy []float64, dlogits []float64, dtau []float64) error {
	return check(C.gs_concrete_log_prob_backward_f64(pointer[C.double](grad), pointer[C.double](y), pointer[C.double](logits), C.int64_t(rows), C.int64_t(k), C.double(tau), pointer[C.double](dy), pointer[C.double](dlogits), pointer[C.double](dtau)))
}

// ExpConcreteLogProbF32 calls gs_exp_concrete_log_prob_f32.
//
// Of Concrete samples y, each row from 0 to 1, out[r] with respect to the simplex's first k - 1 coordinates; and of
// x = log(y). Zeros stand for the smallest normal number. A category at -inf is left out.
func ExpConcreteLogProbF32(x []float32, logits []float32, rows int64, k int64, tau float32, out []float32) error {
	return check(C.gs_exp_concrete_log_prob_f32(pointer[C.float](x), pointer[C.float](logits), C.int64_t(rows), C.int64_t(k), C.float(tau), pointer[C.float](out)))
}

// ExpConcreteLogProbF64 calls gs_exp_concrete_log_prob_f64.
//
// Of Concrete samples y, each row from 0 to 1, out[r] with respect to the simplex's first k - 1 coordinates; and of
// x = log(y). Zeros stand for the smallest normal number. A category at -inf is left out.
func ExpConcreteLogProbF64(x []float64, logits []float64, rows int64, k int64, tau float64, out []float64) error {
	return check(C.gs_exp_concrete_log_prob_f64(pointer[C.double](x), pointer[C.double](logits), C.int64_t(rows), C.int64_t(k), C.double(tau), pointer[C.double](out)))
}

// ExpConcreteLogProbBackwardF32 calls gs_exp_concrete_log_prob_backward_f32.
//
// Of Concrete samples y, each row from 0 to 1, out[r] with respect to the simplex's first k - 1 coordinates; and of
// x = log(y). Zeros stand for the smallest normal number. A category at -inf is left out.
func ExpConcreteLogProbBackwardF32(grad []float32, x []float32, logits []float32, rows int64, k int64, tau float32, dx []float32, dlogits []float32, dtau []float32) error {
	return check(C.gs_exp_concrete_log_prob_backward_f32(pointer[C.float](grad), pointer[C.float](x), pointer[C.float](logits), C.int64_t(rows), C.int64_t(k), C.float(tau), pointer[C.float](dx), pointer[C.float](dlogits), pointer[C.float](dtau)))
}

// ExpConcreteLogProbBackwardF64 calls gs_exp_concrete_log_prob_backward_f64.
//
// Of Concrete samples y, each row from 0 to 1, out[r] with respect to the simplex's first k - 1 coordinates; and of
// x = log(y). Zeros stand for the smallest normal number. A category at -inf is left out.
func ExpConcreteLogProbBackwardF64(grad []float64, x []float64, logits []float64, rows int64, k int64, tau float64, dx []float64, dlogits []float64, dtau []float64) error {
	return check(C.gs_exp_concrete_log_prob_backward_f64(pointer[C.double](grad), pointer[C.double](x), pointer[C.double](logits), C.int64_t(rows), C.int64_t(k), C.double(tau), pointer[C.double](dx), pointer[C.double](dlogits), pointer[C.double](dtau)))
}
