// Generated from gsampler.h by `python native/write_bindings.py`; do not edit.
// To use it, copy it beside your sources, say `mod gsampler;`, and link with -lgsampler.

//! The functions of gsampler.h, for Rust 1.82 or later, of any edition.
//!
//! ```text
//! gsampler: exact, fast sampling of discrete variables on CPUs.
//!
//! POSITIONS. Everything random is a pure function of (seed, stream, offset) and the arguments: not of threads, of the
//! processor, of how work is split, or of the language that asks; Python's gsampler gives the same bits. A stream is
//! 2^64 words of 32 bits (Philox4x32-10); offset counts words. A float element takes one word, a double two, from an
//! even offset on (an odd one is rounded up); its 64 bits are not those that gs_bits has there. Element i of a call with
//! n elements lies at offset + i * width, width 1 (_f32) or 2 (_f64); of rows of k categories, category j of row r is
//! element r * k + j; of repeated draws, draw d of row r is row d * rows + r. Tables take one element of two words a
//! draw, whatever the type of their logits. So a call takes width * n words, or width * rows * k * draws, or 2 * rows *
//! draws from tables.
//!
//!   To split a job, give each part the offset at which it begins: elements i .. of noise begin at offset + width * i,
//!   rows r .. at (logits + r * k, offset + width * r * k), draws d .. at offset + width * d * rows * k (of tables, at
//!   offset + 2 * d * rows). The parts together are then the whole, bit for bit. Where draws is more than 1, split by
//!   draws, not by rows.
//!   To go on after a call: offset + words, and the two calls are one longer one; Python's Generator rounds that up to a
//!   multiple of 8, (offset + words + 7) / 8 * 8. At the end of the stream it is 2^64, which no offset holds.
//!
//! ARGUMENTS. Inputs come first, outputs last. Arrays are dense, in C order (row after row), aligned for their type,
//! owned by the caller; none is kept, and none may overlap an output, or be it. An array has rows * k elements where
//! rows and k are arguments, n where n is one; index, an out of rows, and the grad with respect to that have one for each
//! row. The pointer of an array without elements is not looked at; NULL is allowed there, and where it says so.
//!
//! A logit is an unnormalised log-probability: -inf is probability exactly 0. tau is a temperature, from the smallest
//! normal number of its type on, and dtau one number: the sum over all rows or elements, made in float64 in one order.
//! In functions named _taus, tau is an array of one for each row (or element, where there are no rows); so is dtau.
//!
//! STATUS. A function returns GS_OK, which is 0, or another of the codes below; gs_strerror says what it means. Unless
//! it is GS_ERROR_MEMORY, no output has then been written to (but for what gs_check_logits is asked for).
//!
//! THREADS. There is no state but the number of threads: any function may be called from any number of threads at once.
//! Each call works on its own thread alone unless gs_set_num_threads allows it more. Rounding mode, subnormal numbers,
//! traps and flags of floating point are set for the call and restored after it: the caller's do not change a result.
//! ```

#![allow(dead_code, rustdoc::broken_intra_doc_links)]

use std::ffi::{c_char, CStr};

/// 10000 major + 100 minor + patch; gs_version() is that of the library that runs
pub const GS_VERSION_NUMBER: u32 = 100;
/// changes where any result does
pub const GS_STREAM_VERSION: u32 = 2;
pub const GS_OK: i32 = 0;
/// a pointer is NULL that must not be
pub const GS_ERROR_NULL: i32 = 1;
/// a size is negative, k is 0 (an alias table's: above 2^32 - 1), or more than
/// 2^56 elements
pub const GS_ERROR_SIZE: i32 = 2;
/// the stream ends before the call does: offset + words > 2^64
pub const GS_ERROR_STREAM: i32 = 3;
/// tau is not finite, or below the smallest normal number
pub const GS_ERROR_TAU: i32 = 4;
/// a logit (or x of a softmax) is NaN or +inf; gs_check_logits finds it
pub const GS_ERROR_LOGITS: i32 = 5;
/// all logits of a row are -inf
pub const GS_ERROR_ROW: i32 = 6;
/// a soft sample is not from 0 to 1, or a sample is NaN, or +inf where that is impossible; or
/// a log-probability is NaN or above 0; or sums of draws are not finite or ascend
pub const GS_ERROR_SAMPLE: i32 = 7;
/// loc is not finite
pub const GS_ERROR_LOC: i32 = 8;
/// scale is not finite, or below the smallest normal number
pub const GS_ERROR_SCALE: i32 = 9;
/// a table was not made for these rows and categories, as far as that shows
pub const GS_ERROR_TABLE: i32 = 10;
/// the system has no memory left; the outputs may have been written to
pub const GS_ERROR_MEMORY: i32 = 11;
/// a number of threads below 1
pub const GS_ERROR_THREADS: i32 = 12;
/// GSAMPLER_ISA names no instruction set of this library and processor; or none fits
pub const GS_ERROR_ISA: i32 = 13;
/// a row's largest logit is at least 2^10 (double: 2^39) away from 0, where the sum with the
/// noise would lose bits of that: subtract it from the row
pub const GS_ERROR_LARGE: i32 = 14;
/// an index is not of a category, or of one whose logit is -inf where that is impossible, or
/// twice in a row of draws without replacement; or a column is negative
pub const GS_ERROR_INDEX: i32 = 15;
/// lam, trials or p of a count is outside its range, or NaN
pub const GS_ERROR_PARAMETER: i32 = 16;

/// A status other than [`GS_OK`].
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Error(pub i32);

impl std::fmt::Debug for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Error({}: {})", self.0, strerror(self.0))
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "gsampler: {}", strerror(self.0))
    }
}

impl std::error::Error for Error {}

/// What a call returned, as a result.
pub fn check(status: i32) -> Result<(), Error> {
    if status == GS_OK {
        Ok(())
    } else {
        Err(Error(status))
    }
}

fn text(string: *const c_char) -> &'static str {
    // SAFETY: the library's texts are never NULL, and stay.
    unsafe { CStr::from_ptr(string) }.to_str().unwrap_or("")
}

/// The text of [`gs_strerror`].
pub fn strerror(status: i32) -> &'static str {
    text(gs_strerror(status))
}

/// The text of [`gs_isa`].
pub fn isa() -> &'static str {
    text(gs_isa())
}

#[link(name = "gsampler")]
unsafe extern "C" {
    // ---- the library ----

    /// 10000 major + 100 minor + patch of the library.
    pub safe fn gs_version() -> u32;

    /// GS_STREAM_VERSION of the library: where it is another, so are the results. From the first release on it changes with
    /// the SONAME only.
    pub safe fn gs_stream_version() -> u32;

    /// What a status means, in ASCII; also for codes that are none. The text, as that of gs_isa, is never NULL and stays.
    pub safe fn gs_strerror(status: i32) -> *const c_char;

    /// The instruction set that runs: "v2", "v3", "v4" (levels of x86-64) or "arm64". It was chosen when the library was
    /// loaded: the best that the processor and the operating system have, or the one that the environment variable
    /// GSAMPLER_ISA names in these very words, unless that is empty. "none" where that cannot be: every function below
    /// those of the library itself then returns GS_ERROR_ISA, and gs_strerror says which there are.
    pub safe fn gs_isa() -> *const c_char;

    /// How many threads one call may use, at least 1, which it is at first; for all callers. Results never depend on it.
    /// Threads live as long as the call, so a fork is no danger, and are started for a millisecond of work or more. A call
    /// that has started some cannot be cancelled (pthread_cancel) until they have ended. It needs 64 KiB of stack.
    pub safe fn gs_set_num_threads(n: i32) -> i32;

    /// How many threads one call may use, at least 1, which it is at first; for all callers. Results never depend on it.
    /// Threads live as long as the call, so a fork is no danger, and are started for a millisecond of work or more. A call
    /// that has started some cannot be cancelled (pthread_cancel) until they have ended. It needs 64 KiB of stack.
    pub safe fn gs_get_num_threads() -> i32;

    // ---- noise: n independent standard variates ----

    /// Words of the stream, those that float elements are made from.
    pub fn gs_bits(seed: u64, stream: u64, offset: u64, n: i64, out: *mut u32) -> i32;

    /// Integers: out[d * n + i] is one of the values[i] integers from low[i] on, each as likely as the others to within 2^-128.
    /// 0 values stand for 2^64. Sums wrap around: for integers without a sign, give and take their bits. An element of two
    /// words each.
    pub fn gs_integers(
        seed: u64,
        stream: u64,
        offset: u64,
        low: *const i64,
        values: *const u64,
        n: i64,
        draws: i64,
        out: *mut i64,
    ) -> i32;

    /// Counts: out[d * n + i] has the parameters at index i; an element of two words each. It is the quantile of the element's
    /// u, the least k with F(k) >= u, which is exact but where u is within 1e-13 of a step F(k), relative to the nearer of u
    /// and 1 - u. What would be above INT64_MAX is that.
    ///
    /// Poisson variates of mean lam, from 0 to 9223372006484770816; successes in so many trials, from 0 on, each with probability p
    /// from 0 to 1; trials up to the first success, p above 0.
    pub fn gs_poisson(
        seed: u64,
        stream: u64,
        offset: u64,
        lam: *const f64,
        n: i64,
        draws: i64,
        out: *mut i64,
    ) -> i32;

    /// Counts: out[d * n + i] has the parameters at index i; an element of two words each. It is the quantile of the element's
    /// u, the least k with F(k) >= u, which is exact but where u is within 1e-13 of a step F(k), relative to the nearer of u
    /// and 1 - u. What would be above INT64_MAX is that.
    ///
    /// Poisson variates of mean lam, from 0 to 9223372006484770816; successes in so many trials, from 0 on, each with probability p
    /// from 0 to 1; trials up to the first success, p above 0.
    pub fn gs_binomial(
        seed: u64,
        stream: u64,
        offset: u64,
        trials: *const i64,
        p: *const f64,
        n: i64,
        draws: i64,
        out: *mut i64,
    ) -> i32;

    /// Counts: out[d * n + i] has the parameters at index i; an element of two words each. It is the quantile of the element's
    /// u, the least k with F(k) >= u, which is exact but where u is within 1e-13 of a step F(k), relative to the nearer of u
    /// and 1 - u. What would be above INT64_MAX is that.
    ///
    /// Poisson variates of mean lam, from 0 to 9223372006484770816; successes in so many trials, from 0 on, each with probability p
    /// from 0 to 1; trials up to the first success, p above 0.
    pub fn gs_geometric(
        seed: u64,
        stream: u64,
        offset: u64,
        p: *const f64,
        n: i64,
        draws: i64,
        out: *mut i64,
    ) -> i32;

    /// How many of trials[r] fall to each category: counts[(d * rows + r) * k + j], where p holds weights that are finite and
    /// not negative, of any sum above 0, a row of k for each. Category j is a binomial of those that the ones before it left,
    /// with the probability p[j] / (p[j] + p[j + 1] + ...); an element of two words each.
    pub fn gs_multinomial(
        seed: u64,
        stream: u64,
        offset: u64,
        trials: *const i64,
        p: *const f64,
        rows: i64,
        k: i64,
        draws: i64,
        counts: *mut i64,
    ) -> i32;

    /// u on the open interval (0, 1), dense at both ends: never 0, never 1.
    pub fn gs_uniform_f32(seed: u64, stream: u64, offset: u64, n: i64, out: *mut f32) -> i32;

    /// u on the open interval (0, 1), dense at both ends: never 0, never 1.
    pub fn gs_uniform_f64(seed: u64, stream: u64, offset: u64, n: i64, out: *mut f64) -> i32;

    /// -log(1 - u)
    pub fn gs_exponential_f32(seed: u64, stream: u64, offset: u64, n: i64, out: *mut f32) -> i32;

    /// -log(1 - u)
    pub fn gs_exponential_f64(seed: u64, stream: u64, offset: u64, n: i64, out: *mut f64) -> i32;

    /// -log(-log(1 - u)): mode 0; from -3.81 to 45.1 (float), from -4.49 to 89.4 (double).
    pub fn gs_gumbel_f32(seed: u64, stream: u64, offset: u64, n: i64, out: *mut f32) -> i32;

    /// -log(-log(1 - u)): mode 0; from -3.81 to 45.1 (float), from -4.49 to 89.4 (double).
    pub fn gs_gumbel_f64(seed: u64, stream: u64, offset: u64, n: i64, out: *mut f64) -> i32;

    /// log(u / (1 - u))
    pub fn gs_logistic_f32(seed: u64, stream: u64, offset: u64, n: i64, out: *mut f32) -> i32;

    /// log(u / (1 - u))
    pub fn gs_logistic_f64(seed: u64, stream: u64, offset: u64, n: i64, out: *mut f64) -> i32;

    /// The quantile of u: mean 0, variance 1.
    pub fn gs_normal_f32(seed: u64, stream: u64, offset: u64, n: i64, out: *mut f32) -> i32;

    /// The quantile of u: mean 0, variance 1.
    pub fn gs_normal_f64(seed: u64, stream: u64, offset: u64, n: i64, out: *mut f64) -> i32;

    // ---- rows that have places of their own ----

    /// Noise of rows, each from its own (seed, stream, offset) on: what the functions above give from there, element for
    /// element. seed_count is 1, for one seed of all rows, or rows; so are stream_count and offset_count. A row has k elements
    /// or, where indptr is not NULL, those from indptr[r] to indptr[r + 1] of out; indptr has rows + 1 numbers, does not fall,
    /// and begins with 0. With column_count 0 they are the elements 0, 1, 2, ... from the row's offset on, and columns is not
    /// looked at. Else columns has their numbers, not negative (GS_ERROR_INDEX): k of all rows where column_count is 1, those
    /// of each element of out where it is rows; where there is an indptr, it must be rows. Python's Channel is the seed that is
    /// its key, a stream for each row, and the offset 0.
    pub fn gs_uniform_rows_f32(
        seeds: *const u64,
        seed_count: i64,
        streams: *const u64,
        stream_count: i64,
        offsets: *const u64,
        offset_count: i64,
        rows: i64,
        k: i64,
        columns: *const i64,
        column_count: i64,
        indptr: *const i64,
        out: *mut f32,
    ) -> i32;

    /// Noise of rows, each from its own (seed, stream, offset) on: what the functions above give from there, element for
    /// element. seed_count is 1, for one seed of all rows, or rows; so are stream_count and offset_count. A row has k elements
    /// or, where indptr is not NULL, those from indptr[r] to indptr[r + 1] of out; indptr has rows + 1 numbers, does not fall,
    /// and begins with 0. With column_count 0 they are the elements 0, 1, 2, ... from the row's offset on, and columns is not
    /// looked at. Else columns has their numbers, not negative (GS_ERROR_INDEX): k of all rows where column_count is 1, those
    /// of each element of out where it is rows; where there is an indptr, it must be rows. Python's Channel is the seed that is
    /// its key, a stream for each row, and the offset 0.
    pub fn gs_uniform_rows_f64(
        seeds: *const u64,
        seed_count: i64,
        streams: *const u64,
        stream_count: i64,
        offsets: *const u64,
        offset_count: i64,
        rows: i64,
        k: i64,
        columns: *const i64,
        column_count: i64,
        indptr: *const i64,
        out: *mut f64,
    ) -> i32;

    /// Noise of rows, each from its own (seed, stream, offset) on: what the functions above give from there, element for
    /// element. seed_count is 1, for one seed of all rows, or rows; so are stream_count and offset_count. A row has k elements
    /// or, where indptr is not NULL, those from indptr[r] to indptr[r + 1] of out; indptr has rows + 1 numbers, does not fall,
    /// and begins with 0. With column_count 0 they are the elements 0, 1, 2, ... from the row's offset on, and columns is not
    /// looked at. Else columns has their numbers, not negative (GS_ERROR_INDEX): k of all rows where column_count is 1, those
    /// of each element of out where it is rows; where there is an indptr, it must be rows. Python's Channel is the seed that is
    /// its key, a stream for each row, and the offset 0.
    pub fn gs_exponential_rows_f32(
        seeds: *const u64,
        seed_count: i64,
        streams: *const u64,
        stream_count: i64,
        offsets: *const u64,
        offset_count: i64,
        rows: i64,
        k: i64,
        columns: *const i64,
        column_count: i64,
        indptr: *const i64,
        out: *mut f32,
    ) -> i32;

    /// Noise of rows, each from its own (seed, stream, offset) on: what the functions above give from there, element for
    /// element. seed_count is 1, for one seed of all rows, or rows; so are stream_count and offset_count. A row has k elements
    /// or, where indptr is not NULL, those from indptr[r] to indptr[r + 1] of out; indptr has rows + 1 numbers, does not fall,
    /// and begins with 0. With column_count 0 they are the elements 0, 1, 2, ... from the row's offset on, and columns is not
    /// looked at. Else columns has their numbers, not negative (GS_ERROR_INDEX): k of all rows where column_count is 1, those
    /// of each element of out where it is rows; where there is an indptr, it must be rows. Python's Channel is the seed that is
    /// its key, a stream for each row, and the offset 0.
    pub fn gs_exponential_rows_f64(
        seeds: *const u64,
        seed_count: i64,
        streams: *const u64,
        stream_count: i64,
        offsets: *const u64,
        offset_count: i64,
        rows: i64,
        k: i64,
        columns: *const i64,
        column_count: i64,
        indptr: *const i64,
        out: *mut f64,
    ) -> i32;

    /// Noise of rows, each from its own (seed, stream, offset) on: what the functions above give from there, element for
    /// element. seed_count is 1, for one seed of all rows, or rows; so are stream_count and offset_count. A row has k elements
    /// or, where indptr is not NULL, those from indptr[r] to indptr[r + 1] of out; indptr has rows + 1 numbers, does not fall,
    /// and begins with 0. With column_count 0 they are the elements 0, 1, 2, ... from the row's offset on, and columns is not
    /// looked at. Else columns has their numbers, not negative (GS_ERROR_INDEX): k of all rows where column_count is 1, those
    /// of each element of out where it is rows; where there is an indptr, it must be rows. Python's Channel is the seed that is
    /// its key, a stream for each row, and the offset 0.
    pub fn gs_gumbel_rows_f32(
        seeds: *const u64,
        seed_count: i64,
        streams: *const u64,
        stream_count: i64,
        offsets: *const u64,
        offset_count: i64,
        rows: i64,
        k: i64,
        columns: *const i64,
        column_count: i64,
        indptr: *const i64,
        out: *mut f32,
    ) -> i32;

    /// Noise of rows, each from its own (seed, stream, offset) on: what the functions above give from there, element for
    /// element. seed_count is 1, for one seed of all rows, or rows; so are stream_count and offset_count. A row has k elements
    /// or, where indptr is not NULL, those from indptr[r] to indptr[r + 1] of out; indptr has rows + 1 numbers, does not fall,
    /// and begins with 0. With column_count 0 they are the elements 0, 1, 2, ... from the row's offset on, and columns is not
    /// looked at. Else columns has their numbers, not negative (GS_ERROR_INDEX): k of all rows where column_count is 1, those
    /// of each element of out where it is rows; where there is an indptr, it must be rows. Python's Channel is the seed that is
    /// its key, a stream for each row, and the offset 0.
    pub fn gs_gumbel_rows_f64(
        seeds: *const u64,
        seed_count: i64,
        streams: *const u64,
        stream_count: i64,
        offsets: *const u64,
        offset_count: i64,
        rows: i64,
        k: i64,
        columns: *const i64,
        column_count: i64,
        indptr: *const i64,
        out: *mut f64,
    ) -> i32;

    /// Noise of rows, each from its own (seed, stream, offset) on: what the functions above give from there, element for
    /// element. seed_count is 1, for one seed of all rows, or rows; so are stream_count and offset_count. A row has k elements
    /// or, where indptr is not NULL, those from indptr[r] to indptr[r + 1] of out; indptr has rows + 1 numbers, does not fall,
    /// and begins with 0. With column_count 0 they are the elements 0, 1, 2, ... from the row's offset on, and columns is not
    /// looked at. Else columns has their numbers, not negative (GS_ERROR_INDEX): k of all rows where column_count is 1, those
    /// of each element of out where it is rows; where there is an indptr, it must be rows. Python's Channel is the seed that is
    /// its key, a stream for each row, and the offset 0.
    pub fn gs_logistic_rows_f32(
        seeds: *const u64,
        seed_count: i64,
        streams: *const u64,
        stream_count: i64,
        offsets: *const u64,
        offset_count: i64,
        rows: i64,
        k: i64,
        columns: *const i64,
        column_count: i64,
        indptr: *const i64,
        out: *mut f32,
    ) -> i32;

    /// Noise of rows, each from its own (seed, stream, offset) on: what the functions above give from there, element for
    /// element. seed_count is 1, for one seed of all rows, or rows; so are stream_count and offset_count. A row has k elements
    /// or, where indptr is not NULL, those from indptr[r] to indptr[r + 1] of out; indptr has rows + 1 numbers, does not fall,
    /// and begins with 0. With column_count 0 they are the elements 0, 1, 2, ... from the row's offset on, and columns is not
    /// looked at. Else columns has their numbers, not negative (GS_ERROR_INDEX): k of all rows where column_count is 1, those
    /// of each element of out where it is rows; where there is an indptr, it must be rows. Python's Channel is the seed that is
    /// its key, a stream for each row, and the offset 0.
    pub fn gs_logistic_rows_f64(
        seeds: *const u64,
        seed_count: i64,
        streams: *const u64,
        stream_count: i64,
        offsets: *const u64,
        offset_count: i64,
        rows: i64,
        k: i64,
        columns: *const i64,
        column_count: i64,
        indptr: *const i64,
        out: *mut f64,
    ) -> i32;

    /// Noise of rows, each from its own (seed, stream, offset) on: what the functions above give from there, element for
    /// element. seed_count is 1, for one seed of all rows, or rows; so are stream_count and offset_count. A row has k elements
    /// or, where indptr is not NULL, those from indptr[r] to indptr[r + 1] of out; indptr has rows + 1 numbers, does not fall,
    /// and begins with 0. With column_count 0 they are the elements 0, 1, 2, ... from the row's offset on, and columns is not
    /// looked at. Else columns has their numbers, not negative (GS_ERROR_INDEX): k of all rows where column_count is 1, those
    /// of each element of out where it is rows; where there is an indptr, it must be rows. Python's Channel is the seed that is
    /// its key, a stream for each row, and the offset 0.
    pub fn gs_normal_rows_f32(
        seeds: *const u64,
        seed_count: i64,
        streams: *const u64,
        stream_count: i64,
        offsets: *const u64,
        offset_count: i64,
        rows: i64,
        k: i64,
        columns: *const i64,
        column_count: i64,
        indptr: *const i64,
        out: *mut f32,
    ) -> i32;

    /// Noise of rows, each from its own (seed, stream, offset) on: what the functions above give from there, element for
    /// element. seed_count is 1, for one seed of all rows, or rows; so are stream_count and offset_count. A row has k elements
    /// or, where indptr is not NULL, those from indptr[r] to indptr[r + 1] of out; indptr has rows + 1 numbers, does not fall,
    /// and begins with 0. With column_count 0 they are the elements 0, 1, 2, ... from the row's offset on, and columns is not
    /// looked at. Else columns has their numbers, not negative (GS_ERROR_INDEX): k of all rows where column_count is 1, those
    /// of each element of out where it is rows; where there is an indptr, it must be rows. Python's Channel is the seed that is
    /// its key, a stream for each row, and the offset 0.
    pub fn gs_normal_rows_f64(
        seeds: *const u64,
        seed_count: i64,
        streams: *const u64,
        stream_count: i64,
        offsets: *const u64,
        offset_count: i64,
        rows: i64,
        k: i64,
        columns: *const i64,
        column_count: i64,
        indptr: *const i64,
        out: *mut f64,
    ) -> i32;

    // ---- categories ----

    /// Bernoulli draws: out[d * n + i] is 1 where logits[i] + logistic noise > 0, else 0.
    pub fn gs_bernoulli_f32(
        seed: u64,
        stream: u64,
        offset: u64,
        logits: *const f32,
        n: i64,
        draws: i64,
        out: *mut u8,
    ) -> i32;

    /// Bernoulli draws: out[d * n + i] is 1 where logits[i] + logistic noise > 0, else 0.
    pub fn gs_bernoulli_f64(
        seed: u64,
        stream: u64,
        offset: u64,
        logits: *const f64,
        n: i64,
        draws: i64,
        out: *mut u8,
    ) -> i32;

    /// One category of each row: index[r] = argmax(logits[r] + gumbel noise), the first of equal ones; the noise is never
    /// built. The sum is made in the type of the logits: rows that are all large are an error (GS_ERROR_LARGE). For
    /// repeated draws from one distribution, alias tables (below) take two words a draw instead of k.
    pub fn gs_categorical_f32(
        seed: u64,
        stream: u64,
        offset: u64,
        logits: *const f32,
        rows: i64,
        k: i64,
        index: *mut i64,
    ) -> i32;

    /// One category of each row: index[r] = argmax(logits[r] + gumbel noise), the first of equal ones; the noise is never
    /// built. The sum is made in the type of the logits: rows that are all large are an error (GS_ERROR_LARGE). For
    /// repeated draws from one distribution, alias tables (below) take two words a draw instead of k.
    pub fn gs_categorical_f64(
        seed: u64,
        stream: u64,
        offset: u64,
        logits: *const f64,
        rows: i64,
        k: i64,
        index: *mut i64,
    ) -> i32;

    /// The same, drawn repeatedly: index[d * rows + r]; with its perturbed maximum, the category's logit + noise, in
    /// maximum[d * rows + r], where maximum is not NULL.
    pub fn gs_gumbel_max_f32(
        seed: u64,
        stream: u64,
        offset: u64,
        logits: *const f32,
        rows: i64,
        k: i64,
        draws: i64,
        index: *mut i64,
        maximum: *mut f32,
    ) -> i32;

    /// The same, drawn repeatedly: index[d * rows + r]; with its perturbed maximum, the category's logit + noise, in
    /// maximum[d * rows + r], where maximum is not NULL.
    pub fn gs_gumbel_max_f64(
        seed: u64,
        stream: u64,
        offset: u64,
        logits: *const f64,
        rows: i64,
        k: i64,
        draws: i64,
        index: *mut i64,
        maximum: *mut f64,
    ) -> i32;

    /// The same of gs_gumbel_max: one category of each row, index[r] counted in the row, with its perturbed maximum where
    /// maximum is not NULL. A column of -1 is no category; of a row that has none, index is -1 and the maximum -inf.
    pub fn gs_gumbel_max_rows_f32(
        seeds: *const u64,
        seed_count: i64,
        streams: *const u64,
        stream_count: i64,
        offsets: *const u64,
        offset_count: i64,
        rows: i64,
        k: i64,
        columns: *const i64,
        column_count: i64,
        indptr: *const i64,
        logits: *const f32,
        index: *mut i64,
        maximum: *mut f32,
    ) -> i32;

    /// The same of gs_gumbel_max: one category of each row, index[r] counted in the row, with its perturbed maximum where
    /// maximum is not NULL. A column of -1 is no category; of a row that has none, index is -1 and the maximum -inf.
    pub fn gs_gumbel_max_rows_f64(
        seeds: *const u64,
        seed_count: i64,
        streams: *const u64,
        stream_count: i64,
        offsets: *const u64,
        offset_count: i64,
        rows: i64,
        k: i64,
        columns: *const i64,
        column_count: i64,
        indptr: *const i64,
        logits: *const f64,
        index: *mut i64,
        maximum: *mut f64,
    ) -> i32;

    /// The top largest logits + gumbel noise of each row, the largest first: top draws without replacement, in their order.
    /// Draw d of row r has its categories from index[(d * rows + r) * top] on, of equal sums the lower first, and the sums
    /// likewise in sums. top is at most the number of categories above -inf in each row (GS_ERROR_SIZE).
    pub fn gs_gumbel_top_k_f32(
        seed: u64,
        stream: u64,
        offset: u64,
        logits: *const f32,
        rows: i64,
        k: i64,
        draws: i64,
        top: i64,
        index: *mut i64,
        sums: *mut f32,
    ) -> i32;

    /// The top largest logits + gumbel noise of each row, the largest first: top draws without replacement, in their order.
    /// Draw d of row r has its categories from index[(d * rows + r) * top] on, of equal sums the lower first, and the sums
    /// likewise in sums. top is at most the number of categories above -inf in each row (GS_ERROR_SIZE).
    pub fn gs_gumbel_top_k_f64(
        seed: u64,
        stream: u64,
        offset: u64,
        logits: *const f64,
        rows: i64,
        k: i64,
        draws: i64,
        top: i64,
        index: *mut i64,
        sums: *mut f64,
    ) -> i32;

    /// The same of gs_gumbel_top_k, one draw of each row: index and sums have top of each. A column of -1 is no category; top
    /// is at most the number of the others above -inf in each row (GS_ERROR_SIZE).
    pub fn gs_gumbel_top_k_rows_f32(
        seeds: *const u64,
        seed_count: i64,
        streams: *const u64,
        stream_count: i64,
        offsets: *const u64,
        offset_count: i64,
        rows: i64,
        k: i64,
        columns: *const i64,
        column_count: i64,
        indptr: *const i64,
        logits: *const f32,
        top: i64,
        index: *mut i64,
        sums: *mut f32,
    ) -> i32;

    /// The same of gs_gumbel_top_k, one draw of each row: index and sums have top of each. A column of -1 is no category; top
    /// is at most the number of the others above -inf in each row (GS_ERROR_SIZE).
    pub fn gs_gumbel_top_k_rows_f64(
        seeds: *const u64,
        seed_count: i64,
        streams: *const u64,
        stream_count: i64,
        offsets: *const u64,
        offset_count: i64,
        rows: i64,
        k: i64,
        columns: *const i64,
        column_count: i64,
        indptr: *const i64,
        logits: *const f64,
        top: i64,
        index: *mut i64,
        sums: *mut f64,
    ) -> i32;

    /// What all functions that take rows of logits look at: GS_OK, GS_ERROR_LOGITS or GS_ERROR_ROW, and the first bad row
    /// (-1 where there is none), where row is not NULL. Those that add noise look for GS_ERROR_LARGE too.
    pub fn gs_check_logits_f32(logits: *const f32, rows: i64, k: i64, row: *mut i64) -> i32;

    /// What all functions that take rows of logits look at: GS_OK, GS_ERROR_LOGITS or GS_ERROR_ROW, and the first bad row
    /// (-1 where there is none), where row is not NULL. Those that add noise look for GS_ERROR_LARGE too.
    pub fn gs_check_logits_f64(logits: *const f64, rows: i64, k: i64, row: *mut i64) -> i32;

    /// Alias tables (Walker, Vose), for many draws from one distribution: table holds 2 * rows * k words, a threshold and
    /// an alias for each category; k < 2^32. A draw takes two words and no search. The draws are index[d * rows + r], below
    /// k if the table is right, which is not looked at: whatever it is, reads stay within it.
    pub fn gs_alias_table_f32(logits: *const f32, rows: i64, k: i64, table: *mut u64) -> i32;

    /// Alias tables (Walker, Vose), for many draws from one distribution: table holds 2 * rows * k words, a threshold and
    /// an alias for each category; k < 2^32. A draw takes two words and no search. The draws are index[d * rows + r], below
    /// k if the table is right, which is not looked at: whatever it is, reads stay within it.
    pub fn gs_alias_table_f64(logits: *const f64, rows: i64, k: i64, table: *mut u64) -> i32;

    /// Alias tables (Walker, Vose), for many draws from one distribution: table holds 2 * rows * k words, a threshold and
    /// an alias for each category; k < 2^32. A draw takes two words and no search. The draws are index[d * rows + r], below
    /// k if the table is right, which is not looked at: whatever it is, reads stay within it.
    pub fn gs_alias_draw(
        seed: u64,
        stream: u64,
        offset: u64,
        table: *const u64,
        rows: i64,
        k: i64,
        draws: i64,
        index: *mut i64,
    ) -> i32;

    /// Tables of cumulative sums: table holds rows * (k + 2) words. A draw is the first category whose cumulative
    /// probability exceeds the uniform of its two words; it ascends with that uniform. As above; a table that is wrong is
    /// noticed at times (GS_ERROR_TABLE).
    pub fn gs_cdf_table_f32(logits: *const f32, rows: i64, k: i64, table: *mut u64) -> i32;

    /// Tables of cumulative sums: table holds rows * (k + 2) words. A draw is the first category whose cumulative
    /// probability exceeds the uniform of its two words; it ascends with that uniform. As above; a table that is wrong is
    /// noticed at times (GS_ERROR_TABLE).
    pub fn gs_cdf_table_f64(logits: *const f64, rows: i64, k: i64, table: *mut u64) -> i32;

    /// Tables of cumulative sums: table holds rows * (k + 2) words. A draw is the first category whose cumulative
    /// probability exceeds the uniform of its two words; it ascends with that uniform. As above; a table that is wrong is
    /// noticed at times (GS_ERROR_TABLE).
    pub fn gs_cdf_draw(
        seed: u64,
        stream: u64,
        offset: u64,
        table: *const u64,
        rows: i64,
        k: i64,
        draws: i64,
        index: *mut i64,
    ) -> i32;

    // ---- relaxed categories ----

    /// soft[r] = softmax(x[r] / tau); index[r], where index is not NULL, is the first index of its largest.
    pub fn gs_softmax_f32(
        x: *const f32,
        rows: i64,
        k: i64,
        tau: f32,
        soft: *mut f32,
        index: *mut i64,
    ) -> i32;

    /// soft[r] = softmax(x[r] / tau); index[r], where index is not NULL, is the first index of its largest.
    pub fn gs_softmax_f64(
        x: *const f64,
        rows: i64,
        k: i64,
        tau: f64,
        soft: *mut f64,
        index: *mut i64,
    ) -> i32;

    /// soft[r] = softmax(x[r] / tau); index[r], where index is not NULL, is the first index of its largest.
    pub fn gs_softmax_taus_f32(
        x: *const f32,
        rows: i64,
        k: i64,
        tau: *const f32,
        soft: *mut f32,
        index: *mut i64,
    ) -> i32;

    /// soft[r] = softmax(x[r] / tau); index[r], where index is not NULL, is the first index of its largest.
    pub fn gs_softmax_taus_f64(
        x: *const f64,
        rows: i64,
        k: i64,
        tau: *const f64,
        soft: *mut f64,
        index: *mut i64,
    ) -> i32;

    /// Gumbel-Softmax, also called Concrete: softmax((logits + gumbel noise) / tau). index, where it is not NULL, is the
    /// hard sample: what gs_categorical gives at the same position, the index of the one in the one-hot row.
    pub fn gs_gumbel_softmax_f32(
        seed: u64,
        stream: u64,
        offset: u64,
        logits: *const f32,
        rows: i64,
        k: i64,
        tau: f32,
        soft: *mut f32,
        index: *mut i64,
    ) -> i32;

    /// Gumbel-Softmax, also called Concrete: softmax((logits + gumbel noise) / tau). index, where it is not NULL, is the
    /// hard sample: what gs_categorical gives at the same position, the index of the one in the one-hot row.
    pub fn gs_gumbel_softmax_f64(
        seed: u64,
        stream: u64,
        offset: u64,
        logits: *const f64,
        rows: i64,
        k: i64,
        tau: f64,
        soft: *mut f64,
        index: *mut i64,
    ) -> i32;

    /// Gumbel-Softmax, also called Concrete: softmax((logits + gumbel noise) / tau). index, where it is not NULL, is the
    /// hard sample: what gs_categorical gives at the same position, the index of the one in the one-hot row.
    pub fn gs_gumbel_softmax_taus_f32(
        seed: u64,
        stream: u64,
        offset: u64,
        logits: *const f32,
        rows: i64,
        k: i64,
        tau: *const f32,
        soft: *mut f32,
        index: *mut i64,
    ) -> i32;

    /// Gumbel-Softmax, also called Concrete: softmax((logits + gumbel noise) / tau). index, where it is not NULL, is the
    /// hard sample: what gs_categorical gives at the same position, the index of the one in the one-hot row.
    pub fn gs_gumbel_softmax_taus_f64(
        seed: u64,
        stream: u64,
        offset: u64,
        logits: *const f64,
        rows: i64,
        k: i64,
        tau: *const f64,
        soft: *mut f64,
        index: *mut i64,
    ) -> i32;

    /// The same of rows that have places of their own: soft has the elements that the logits have. A column of -1 is no
    /// category, its value 0; of a row that has none, index is -1. Rows of the same length have the gradients below.
    pub fn gs_gumbel_softmax_rows_f32(
        seeds: *const u64,
        seed_count: i64,
        streams: *const u64,
        stream_count: i64,
        offsets: *const u64,
        offset_count: i64,
        rows: i64,
        k: i64,
        columns: *const i64,
        column_count: i64,
        indptr: *const i64,
        logits: *const f32,
        tau: f32,
        soft: *mut f32,
        index: *mut i64,
    ) -> i32;

    /// The same of rows that have places of their own: soft has the elements that the logits have. A column of -1 is no
    /// category, its value 0; of a row that has none, index is -1. Rows of the same length have the gradients below.
    pub fn gs_gumbel_softmax_rows_f64(
        seeds: *const u64,
        seed_count: i64,
        streams: *const u64,
        stream_count: i64,
        offsets: *const u64,
        offset_count: i64,
        rows: i64,
        k: i64,
        columns: *const i64,
        column_count: i64,
        indptr: *const i64,
        logits: *const f64,
        tau: f64,
        soft: *mut f64,
        index: *mut i64,
    ) -> i32;

    /// The same of rows that have places of their own: soft has the elements that the logits have. A column of -1 is no
    /// category, its value 0; of a row that has none, index is -1. Rows of the same length have the gradients below.
    pub fn gs_gumbel_softmax_rows_taus_f32(
        seeds: *const u64,
        seed_count: i64,
        streams: *const u64,
        stream_count: i64,
        offsets: *const u64,
        offset_count: i64,
        rows: i64,
        k: i64,
        columns: *const i64,
        column_count: i64,
        indptr: *const i64,
        logits: *const f32,
        tau: *const f32,
        soft: *mut f32,
        index: *mut i64,
    ) -> i32;

    /// The same of rows that have places of their own: soft has the elements that the logits have. A column of -1 is no
    /// category, its value 0; of a row that has none, index is -1. Rows of the same length have the gradients below.
    pub fn gs_gumbel_softmax_rows_taus_f64(
        seeds: *const u64,
        seed_count: i64,
        streams: *const u64,
        stream_count: i64,
        offsets: *const u64,
        offset_count: i64,
        rows: i64,
        k: i64,
        columns: *const i64,
        column_count: i64,
        indptr: *const i64,
        logits: *const f64,
        tau: *const f64,
        soft: *mut f64,
        index: *mut i64,
    ) -> i32;

    /// Its gradients, and those of gs_softmax, from the soft sample alone; grad is that with respect to the sample. dtau
    /// may be NULL.
    pub fn gs_gumbel_softmax_backward_f32(
        grad: *const f32,
        soft: *const f32,
        rows: i64,
        k: i64,
        tau: f32,
        dlogits: *mut f32,
        dtau: *mut f32,
    ) -> i32;

    /// Its gradients, and those of gs_softmax, from the soft sample alone; grad is that with respect to the sample. dtau
    /// may be NULL.
    pub fn gs_gumbel_softmax_backward_f64(
        grad: *const f64,
        soft: *const f64,
        rows: i64,
        k: i64,
        tau: f64,
        dlogits: *mut f64,
        dtau: *mut f64,
    ) -> i32;

    /// Its gradients, and those of gs_softmax, from the soft sample alone; grad is that with respect to the sample. dtau
    /// may be NULL.
    pub fn gs_gumbel_softmax_backward_taus_f32(
        grad: *const f32,
        soft: *const f32,
        rows: i64,
        k: i64,
        tau: *const f32,
        dlogits: *mut f32,
        dtau: *mut f32,
    ) -> i32;

    /// Its gradients, and those of gs_softmax, from the soft sample alone; grad is that with respect to the sample. dtau
    /// may be NULL.
    pub fn gs_gumbel_softmax_backward_taus_f64(
        grad: *const f64,
        soft: *const f64,
        rows: i64,
        k: i64,
        tau: *const f64,
        dlogits: *mut f64,
        dtau: *mut f64,
    ) -> i32;

    /// The binary case, from one logistic variate each: soft[i] = sigmoid((logits[i] + logistic noise) / tau). Its hard
    /// sample is what gs_bernoulli gives at the same position.
    pub fn gs_binary_concrete_f32(
        seed: u64,
        stream: u64,
        offset: u64,
        logits: *const f32,
        n: i64,
        tau: f32,
        soft: *mut f32,
    ) -> i32;

    /// The binary case, from one logistic variate each: soft[i] = sigmoid((logits[i] + logistic noise) / tau). Its hard
    /// sample is what gs_bernoulli gives at the same position.
    pub fn gs_binary_concrete_f64(
        seed: u64,
        stream: u64,
        offset: u64,
        logits: *const f64,
        n: i64,
        tau: f64,
        soft: *mut f64,
    ) -> i32;

    /// The binary case, from one logistic variate each: soft[i] = sigmoid((logits[i] + logistic noise) / tau). Its hard
    /// sample is what gs_bernoulli gives at the same position.
    pub fn gs_binary_concrete_taus_f32(
        seed: u64,
        stream: u64,
        offset: u64,
        logits: *const f32,
        n: i64,
        tau: *const f32,
        soft: *mut f32,
    ) -> i32;

    /// The binary case, from one logistic variate each: soft[i] = sigmoid((logits[i] + logistic noise) / tau). Its hard
    /// sample is what gs_bernoulli gives at the same position.
    pub fn gs_binary_concrete_taus_f64(
        seed: u64,
        stream: u64,
        offset: u64,
        logits: *const f64,
        n: i64,
        tau: *const f64,
        soft: *mut f64,
    ) -> i32;

    /// Its gradients, from the soft sample alone. dtau may be NULL.
    pub fn gs_binary_concrete_backward_f32(
        grad: *const f32,
        soft: *const f32,
        n: i64,
        tau: f32,
        dlogits: *mut f32,
        dtau: *mut f32,
    ) -> i32;

    /// Its gradients, from the soft sample alone. dtau may be NULL.
    pub fn gs_binary_concrete_backward_f64(
        grad: *const f64,
        soft: *const f64,
        n: i64,
        tau: f64,
        dlogits: *mut f64,
        dtau: *mut f64,
    ) -> i32;

    /// Its gradients, from the soft sample alone. dtau may be NULL.
    pub fn gs_binary_concrete_backward_taus_f32(
        grad: *const f32,
        soft: *const f32,
        n: i64,
        tau: *const f32,
        dlogits: *mut f32,
        dtau: *mut f32,
    ) -> i32;

    /// Its gradients, from the soft sample alone. dtau may be NULL.
    pub fn gs_binary_concrete_backward_taus_f64(
        grad: *const f64,
        soft: *const f64,
        n: i64,
        tau: *const f64,
        dlogits: *mut f64,
        dtau: *mut f64,
    ) -> i32;

    // ---- Gumbels given the largest ----

    /// logits + Gumbel noise, given that index[r] is the argmax in row r: out[(d * rows + r) * k + j], in which that category
    /// is above all others. With E the exponential variates of the elements and p = softmax(logits[r]), logits - log(E_j + p_j
    /// E_i), and for i = index[r] logsumexp(logits[r]) - log(E_i). Sums are rounded as those of logits and noise are.
    pub fn gs_conditional_gumbel_f32(
        seed: u64,
        stream: u64,
        offset: u64,
        logits: *const f32,
        index: *const i64,
        rows: i64,
        k: i64,
        draws: i64,
        out: *mut f32,
    ) -> i32;

    /// logits + Gumbel noise, given that index[r] is the argmax in row r: out[(d * rows + r) * k + j], in which that category
    /// is above all others. With E the exponential variates of the elements and p = softmax(logits[r]), logits - log(E_j + p_j
    /// E_i), and for i = index[r] logsumexp(logits[r]) - log(E_i). Sums are rounded as those of logits and noise are.
    pub fn gs_conditional_gumbel_f64(
        seed: u64,
        stream: u64,
        offset: u64,
        logits: *const f64,
        index: *const i64,
        rows: i64,
        k: i64,
        draws: i64,
        out: *mut f64,
    ) -> i32;

    // ---- log-probabilities, entropy, divergence: in nats, computed in float64, to a few ulp also near 0 ----
    // Probability 0 adds nothing. The gradients, functions named _backward, take that with respect to the result; they are 0
    // in categories at -inf.

    /// log_probs[r] = log(softmax(x[r] / tau)), -inf where x is. Its gradients need log_probs alone; grad of a category at
    /// -inf is left out. dtau may be NULL.
    pub fn gs_log_softmax_f32(
        x: *const f32,
        rows: i64,
        k: i64,
        tau: f32,
        log_probs: *mut f32,
    ) -> i32;

    /// log_probs[r] = log(softmax(x[r] / tau)), -inf where x is. Its gradients need log_probs alone; grad of a category at
    /// -inf is left out. dtau may be NULL.
    pub fn gs_log_softmax_f64(
        x: *const f64,
        rows: i64,
        k: i64,
        tau: f64,
        log_probs: *mut f64,
    ) -> i32;

    /// log_probs[r] = log(softmax(x[r] / tau)), -inf where x is. Its gradients need log_probs alone; grad of a category at
    /// -inf is left out. dtau may be NULL.
    pub fn gs_log_softmax_taus_f32(
        x: *const f32,
        rows: i64,
        k: i64,
        tau: *const f32,
        log_probs: *mut f32,
    ) -> i32;

    /// log_probs[r] = log(softmax(x[r] / tau)), -inf where x is. Its gradients need log_probs alone; grad of a category at
    /// -inf is left out. dtau may be NULL.
    pub fn gs_log_softmax_taus_f64(
        x: *const f64,
        rows: i64,
        k: i64,
        tau: *const f64,
        log_probs: *mut f64,
    ) -> i32;

    /// log_probs[r] = log(softmax(x[r] / tau)), -inf where x is. Its gradients need log_probs alone; grad of a category at
    /// -inf is left out. dtau may be NULL.
    pub fn gs_log_softmax_backward_f32(
        grad: *const f32,
        log_probs: *const f32,
        rows: i64,
        k: i64,
        tau: f32,
        dx: *mut f32,
        dtau: *mut f32,
    ) -> i32;

    /// log_probs[r] = log(softmax(x[r] / tau)), -inf where x is. Its gradients need log_probs alone; grad of a category at
    /// -inf is left out. dtau may be NULL.
    pub fn gs_log_softmax_backward_f64(
        grad: *const f64,
        log_probs: *const f64,
        rows: i64,
        k: i64,
        tau: f64,
        dx: *mut f64,
        dtau: *mut f64,
    ) -> i32;

    /// log_probs[r] = log(softmax(x[r] / tau)), -inf where x is. Its gradients need log_probs alone; grad of a category at
    /// -inf is left out. dtau may be NULL.
    pub fn gs_log_softmax_backward_taus_f32(
        grad: *const f32,
        log_probs: *const f32,
        rows: i64,
        k: i64,
        tau: *const f32,
        dx: *mut f32,
        dtau: *mut f32,
    ) -> i32;

    /// log_probs[r] = log(softmax(x[r] / tau)), -inf where x is. Its gradients need log_probs alone; grad of a category at
    /// -inf is left out. dtau may be NULL.
    pub fn gs_log_softmax_backward_taus_f64(
        grad: *const f64,
        log_probs: *const f64,
        rows: i64,
        k: i64,
        tau: *const f64,
        dx: *mut f64,
        dtau: *mut f64,
    ) -> i32;

    /// out[r] = -sum(p log(p)), p = softmax(logits[r]).
    pub fn gs_entropy_f32(logits: *const f32, rows: i64, k: i64, out: *mut f32) -> i32;

    /// out[r] = -sum(p log(p)), p = softmax(logits[r]).
    pub fn gs_entropy_f64(logits: *const f64, rows: i64, k: i64, out: *mut f64) -> i32;

    /// out[r] = -sum(p log(p)), p = softmax(logits[r]).
    pub fn gs_entropy_backward_f32(
        grad: *const f32,
        logits: *const f32,
        rows: i64,
        k: i64,
        dlogits: *mut f32,
    ) -> i32;

    /// out[r] = -sum(p log(p)), p = softmax(logits[r]).
    pub fn gs_entropy_backward_f64(
        grad: *const f64,
        logits: *const f64,
        rows: i64,
        k: i64,
        dlogits: *mut f64,
    ) -> i32;

    /// out[r] = KL(p || q) = sum(p log(p / q)), p = softmax(logits[r]), q = softmax(other_logits[r]): at least 0; +inf where
    /// a category has q = 0 and p above 0, and dlogits is then 0.
    pub fn gs_kl_divergence_f32(
        logits: *const f32,
        other_logits: *const f32,
        rows: i64,
        k: i64,
        out: *mut f32,
    ) -> i32;

    /// out[r] = KL(p || q) = sum(p log(p / q)), p = softmax(logits[r]), q = softmax(other_logits[r]): at least 0; +inf where
    /// a category has q = 0 and p above 0, and dlogits is then 0.
    pub fn gs_kl_divergence_f64(
        logits: *const f64,
        other_logits: *const f64,
        rows: i64,
        k: i64,
        out: *mut f64,
    ) -> i32;

    /// out[r] = KL(p || q) = sum(p log(p / q)), p = softmax(logits[r]), q = softmax(other_logits[r]): at least 0; +inf where
    /// a category has q = 0 and p above 0, and dlogits is then 0.
    pub fn gs_kl_divergence_backward_f32(
        grad: *const f32,
        logits: *const f32,
        other_logits: *const f32,
        rows: i64,
        k: i64,
        dlogits: *mut f32,
        dother: *mut f32,
    ) -> i32;

    /// out[r] = KL(p || q) = sum(p log(p / q)), p = softmax(logits[r]), q = softmax(other_logits[r]): at least 0; +inf where
    /// a category has q = 0 and p above 0, and dlogits is then 0.
    pub fn gs_kl_divergence_backward_f64(
        grad: *const f64,
        logits: *const f64,
        other_logits: *const f64,
        rows: i64,
        k: i64,
        dlogits: *mut f64,
        dother: *mut f64,
    ) -> i32;

    // ---- ordered draws ----

    /// The log-probability of draws without replacement, in their order, as of gs_gumbel_top_k: index[r * top] is the first
    /// of row r. out[r] is the sum over the draws b of logits[b] - log(sum of exp(logits) of all that are left), computed in
    /// float64 without a subtraction; -inf where a category at -inf was drawn, whose gradients are 0. An index of no category,
    /// or twice in a row, is GS_ERROR_INDEX; top is from 0 to k. The gradient takes that with respect to out.
    pub fn gs_top_k_log_prob_f32(
        logits: *const f32,
        index: *const i64,
        rows: i64,
        k: i64,
        top: i64,
        out: *mut f32,
    ) -> i32;

    /// The log-probability of draws without replacement, in their order, as of gs_gumbel_top_k: index[r * top] is the first
    /// of row r. out[r] is the sum over the draws b of logits[b] - log(sum of exp(logits) of all that are left), computed in
    /// float64 without a subtraction; -inf where a category at -inf was drawn, whose gradients are 0. An index of no category,
    /// or twice in a row, is GS_ERROR_INDEX; top is from 0 to k. The gradient takes that with respect to out.
    pub fn gs_top_k_log_prob_f64(
        logits: *const f64,
        index: *const i64,
        rows: i64,
        k: i64,
        top: i64,
        out: *mut f64,
    ) -> i32;

    /// The log-probability of draws without replacement, in their order, as of gs_gumbel_top_k: index[r * top] is the first
    /// of row r. out[r] is the sum over the draws b of logits[b] - log(sum of exp(logits) of all that are left), computed in
    /// float64 without a subtraction; -inf where a category at -inf was drawn, whose gradients are 0. An index of no category,
    /// or twice in a row, is GS_ERROR_INDEX; top is from 0 to k. The gradient takes that with respect to out.
    pub fn gs_top_k_log_prob_backward_f32(
        grad: *const f32,
        logits: *const f32,
        index: *const i64,
        rows: i64,
        k: i64,
        top: i64,
        dlogits: *mut f32,
    ) -> i32;

    /// The log-probability of draws without replacement, in their order, as of gs_gumbel_top_k: index[r * top] is the first
    /// of row r. out[r] is the sum over the draws b of logits[b] - log(sum of exp(logits) of all that are left), computed in
    /// float64 without a subtraction; -inf where a category at -inf was drawn, whose gradients are 0. An index of no category,
    /// or twice in a row, is GS_ERROR_INDEX; top is from 0 to k. The gradient takes that with respect to out.
    pub fn gs_top_k_log_prob_backward_f64(
        grad: *const f64,
        logits: *const f64,
        index: *const i64,
        rows: i64,
        k: i64,
        top: i64,
        dlogits: *mut f64,
    ) -> i32;

    /// Importance weights of draws without replacement: index and sums are what gs_gumbel_top_k gave, top = n + 1 draws of each
    /// row, of which the last one's sum is the threshold kappa. out[r * n + i] = p / q for draw i, p = softmax(logits[r]) and
    /// q = 1 - exp(-exp(logits[r] - kappa)): the sum of out * f over the draws is the mean of f without bias. With normalize,
    /// which is 0 or not, the weights of a row are divided by their sum. Sums descend and are finite (GS_ERROR_SAMPLE); an
    /// index of a category at -inf is GS_ERROR_INDEX; top is at least 1.
    pub fn gs_top_k_weights_f32(
        logits: *const f32,
        index: *const i64,
        sums: *const f32,
        rows: i64,
        k: i64,
        top: i64,
        normalize: i64,
        out: *mut f32,
    ) -> i32;

    /// Importance weights of draws without replacement: index and sums are what gs_gumbel_top_k gave, top = n + 1 draws of each
    /// row, of which the last one's sum is the threshold kappa. out[r * n + i] = p / q for draw i, p = softmax(logits[r]) and
    /// q = 1 - exp(-exp(logits[r] - kappa)): the sum of out * f over the draws is the mean of f without bias. With normalize,
    /// which is 0 or not, the weights of a row are divided by their sum. Sums descend and are finite (GS_ERROR_SAMPLE); an
    /// index of a category at -inf is GS_ERROR_INDEX; top is at least 1.
    pub fn gs_top_k_weights_f64(
        logits: *const f64,
        index: *const i64,
        sums: *const f64,
        rows: i64,
        k: i64,
        top: i64,
        normalize: i64,
        out: *mut f64,
    ) -> i32;

    // ---- log densities, computed in float64 ----
    // The gradients, functions named _backward, take that with respect to out; those of parameters that are one number are
    // sums over all elements, and each of the outputs for them may be NULL.

    /// Of Gumbel noise, -z - exp(-z) - log(scale), z = (x - loc) / scale; of logistic noise, -z - 2 log(1 + exp(-z)) -
    /// log(scale). x may be infinite.
    pub fn gs_gumbel_log_prob_f32(
        x: *const f32,
        n: i64,
        loc: f32,
        scale: f32,
        out: *mut f32,
    ) -> i32;

    /// Of Gumbel noise, -z - exp(-z) - log(scale), z = (x - loc) / scale; of logistic noise, -z - 2 log(1 + exp(-z)) -
    /// log(scale). x may be infinite.
    pub fn gs_gumbel_log_prob_f64(
        x: *const f64,
        n: i64,
        loc: f64,
        scale: f64,
        out: *mut f64,
    ) -> i32;

    /// Of Gumbel noise, -z - exp(-z) - log(scale), z = (x - loc) / scale; of logistic noise, -z - 2 log(1 + exp(-z)) -
    /// log(scale). x may be infinite.
    pub fn gs_gumbel_log_prob_backward_f32(
        grad: *const f32,
        x: *const f32,
        n: i64,
        loc: f32,
        scale: f32,
        dx: *mut f32,
        dloc: *mut f32,
        dscale: *mut f32,
    ) -> i32;

    /// Of Gumbel noise, -z - exp(-z) - log(scale), z = (x - loc) / scale; of logistic noise, -z - 2 log(1 + exp(-z)) -
    /// log(scale). x may be infinite.
    pub fn gs_gumbel_log_prob_backward_f64(
        grad: *const f64,
        x: *const f64,
        n: i64,
        loc: f64,
        scale: f64,
        dx: *mut f64,
        dloc: *mut f64,
        dscale: *mut f64,
    ) -> i32;

    /// Of Gumbel noise, -z - exp(-z) - log(scale), z = (x - loc) / scale; of logistic noise, -z - 2 log(1 + exp(-z)) -
    /// log(scale). x may be infinite.
    pub fn gs_logistic_log_prob_f32(
        x: *const f32,
        n: i64,
        loc: f32,
        scale: f32,
        out: *mut f32,
    ) -> i32;

    /// Of Gumbel noise, -z - exp(-z) - log(scale), z = (x - loc) / scale; of logistic noise, -z - 2 log(1 + exp(-z)) -
    /// log(scale). x may be infinite.
    pub fn gs_logistic_log_prob_f64(
        x: *const f64,
        n: i64,
        loc: f64,
        scale: f64,
        out: *mut f64,
    ) -> i32;

    /// Of Gumbel noise, -z - exp(-z) - log(scale), z = (x - loc) / scale; of logistic noise, -z - 2 log(1 + exp(-z)) -
    /// log(scale). x may be infinite.
    pub fn gs_logistic_log_prob_backward_f32(
        grad: *const f32,
        x: *const f32,
        n: i64,
        loc: f32,
        scale: f32,
        dx: *mut f32,
        dloc: *mut f32,
        dscale: *mut f32,
    ) -> i32;

    /// Of Gumbel noise, -z - exp(-z) - log(scale), z = (x - loc) / scale; of logistic noise, -z - 2 log(1 + exp(-z)) -
    /// log(scale). x may be infinite.
    pub fn gs_logistic_log_prob_backward_f64(
        grad: *const f64,
        x: *const f64,
        n: i64,
        loc: f64,
        scale: f64,
        dx: *mut f64,
        dloc: *mut f64,
        dscale: *mut f64,
    ) -> i32;

    /// Of a binary Concrete sample y, from 0 to 1; and of its logit x = log(y / (1 - y)), which may be infinite.
    pub fn gs_binary_concrete_log_prob_f32(
        y: *const f32,
        logits: *const f32,
        n: i64,
        tau: f32,
        out: *mut f32,
    ) -> i32;

    /// Of a binary Concrete sample y, from 0 to 1; and of its logit x = log(y / (1 - y)), which may be infinite.
    pub fn gs_binary_concrete_log_prob_f64(
        y: *const f64,
        logits: *const f64,
        n: i64,
        tau: f64,
        out: *mut f64,
    ) -> i32;

    /// Of a binary Concrete sample y, from 0 to 1; and of its logit x = log(y / (1 - y)), which may be infinite.
    pub fn gs_binary_concrete_log_prob_backward_f32(
        grad: *const f32,
        y: *const f32,
        logits: *const f32,
        n: i64,
        tau: f32,
        dy: *mut f32,
        dlogits: *mut f32,
        dtau: *mut f32,
    ) -> i32;

    /// Of a binary Concrete sample y, from 0 to 1; and of its logit x = log(y / (1 - y)), which may be infinite.
    pub fn gs_binary_concrete_log_prob_backward_f64(
        grad: *const f64,
        y: *const f64,
        logits: *const f64,
        n: i64,
        tau: f64,
        dy: *mut f64,
        dlogits: *mut f64,
        dtau: *mut f64,
    ) -> i32;

    /// Of a binary Concrete sample y, from 0 to 1; and of its logit x = log(y / (1 - y)), which may be infinite.
    pub fn gs_logit_binary_concrete_log_prob_f32(
        x: *const f32,
        logits: *const f32,
        n: i64,
        tau: f32,
        out: *mut f32,
    ) -> i32;

    /// Of a binary Concrete sample y, from 0 to 1; and of its logit x = log(y / (1 - y)), which may be infinite.
    pub fn gs_logit_binary_concrete_log_prob_f64(
        x: *const f64,
        logits: *const f64,
        n: i64,
        tau: f64,
        out: *mut f64,
    ) -> i32;

    /// Of a binary Concrete sample y, from 0 to 1; and of its logit x = log(y / (1 - y)), which may be infinite.
    pub fn gs_logit_binary_concrete_log_prob_backward_f32(
        grad: *const f32,
        x: *const f32,
        logits: *const f32,
        n: i64,
        tau: f32,
        dx: *mut f32,
        dlogits: *mut f32,
        dtau: *mut f32,
    ) -> i32;

    /// Of a binary Concrete sample y, from 0 to 1; and of its logit x = log(y / (1 - y)), which may be infinite.
    pub fn gs_logit_binary_concrete_log_prob_backward_f64(
        grad: *const f64,
        x: *const f64,
        logits: *const f64,
        n: i64,
        tau: f64,
        dx: *mut f64,
        dlogits: *mut f64,
        dtau: *mut f64,
    ) -> i32;

    /// Of Concrete samples y, each row from 0 to 1, out[r] with respect to the simplex's first k - 1 coordinates; and of
    /// x = log(y). Zeros stand for the smallest normal number. A category at -inf is left out.
    pub fn gs_concrete_log_prob_f32(
        y: *const f32,
        logits: *const f32,
        rows: i64,
        k: i64,
        tau: f32,
        out: *mut f32,
    ) -> i32;

    /// Of Concrete samples y, each row from 0 to 1, out[r] with respect to the simplex's first k - 1 coordinates; and of
    /// x = log(y). Zeros stand for the smallest normal number. A category at -inf is left out.
    pub fn gs_concrete_log_prob_f64(
        y: *const f64,
        logits: *const f64,
        rows: i64,
        k: i64,
        tau: f64,
        out: *mut f64,
    ) -> i32;

    /// Of Concrete samples y, each row from 0 to 1, out[r] with respect to the simplex's first k - 1 coordinates; and of
    /// x = log(y). Zeros stand for the smallest normal number. A category at -inf is left out.
    pub fn gs_concrete_log_prob_backward_f32(
        grad: *const f32,
        y: *const f32,
        logits: *const f32,
        rows: i64,
        k: i64,
        tau: f32,
        dy: *mut f32,
        dlogits: *mut f32,
        dtau: *mut f32,
    ) -> i32;

    /// Of Concrete samples y, each row from 0 to 1, out[r] with respect to the simplex's first k - 1 coordinates; and of
    /// x = log(y). Zeros stand for the smallest normal number. A category at -inf is left out.
    pub fn gs_concrete_log_prob_backward_f64(
        grad: *const f64,
        y: *const f64,
        logits: *const f64,
        rows: i64,
        k: i64,
        tau: f64,
        dy: *mut f64,
        dlogits: *mut f64,
        dtau: *mut f64,
    ) -> i32;

    /// Of Concrete samples y, each row from 0 to 1, out[r] with respect to the simplex's first k - 1 coordinates; and of
    /// x = log(y). Zeros stand for the smallest normal number. A category at -inf is left out.
    pub fn gs_exp_concrete_log_prob_f32(
        x: *const f32,
        logits: *const f32,
        rows: i64,
        k: i64,
        tau: f32,
        out: *mut f32,
    ) -> i32;

    /// Of Concrete samples y, each row from 0 to 1, out[r] with respect to the simplex's first k - 1 coordinates; and of
    /// x = log(y). Zeros stand for the smallest normal number. A category at -inf is left out.
    pub fn gs_exp_concrete_log_prob_f64(
        x: *const f64,
        logits: *const f64,
        rows: i64,
        k: i64,
        tau: f64,
        out: *mut f64,
    ) -> i32;

    /// Of Concrete samples y, each row from 0 to 1, out[r] with respect to the simplex's first k - 1 coordinates; and of
    /// x = log(y). Zeros stand for the smallest normal number. A category at -inf is left out.
    pub fn gs_exp_concrete_log_prob_backward_f32(
        grad: *const f32,
        x: *const f32,
        logits: *const f32,
        rows: i64,
        k: i64,
        tau: f32,
        dx: *mut f32,
        dlogits: *mut f32,
        dtau: *mut f32,
    ) -> i32;

    /// Of Concrete samples y, each row from 0 to 1, out[r] with respect to the simplex's first k - 1 coordinates; and of
    /// x = log(y). Zeros stand for the smallest normal number. A category at -inf is left out.
    pub fn gs_exp_concrete_log_prob_backward_f64(
        grad: *const f64,
        x: *const f64,
        logits: *const f64,
        rows: i64,
        k: i64,
        tau: f64,
        dx: *mut f64,
        dlogits: *mut f64,
        dtau: *mut f64,
    ) -> i32;
}
