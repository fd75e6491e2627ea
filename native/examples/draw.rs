//! Draw a million categories in Rust:
//!
//!     rustc --edition 2021 -O -L "$(pkg-config --variable=libdir gsampler)" draw.rs && ./draw

use std::ffi::CStr;
use std::os::raw::c_char;
use std::ptr::null_mut;
use std::time::Instant;

#[link(name = "gsampler")]
#[rustfmt::skip] // lines as in gsampler.h
extern "C" {
    fn gs_strerror(status: i32) -> *const c_char;
    fn gs_isa() -> *const c_char;
    fn gs_softmax_f64(x: *const f64, rows: i64, k: i64, tau: f64, soft: *mut f64, index: *mut i64) -> i32;
    fn gs_gumbel_max_f64(seed: u64, stream: u64, offset: u64, logits: *const f64, rows: i64, k: i64, draws: i64,
                         index: *mut i64, maximum: *mut f64) -> i32;
}

fn check(status: i32) -> Result<(), String> {
    match status {
        0 => Ok(()),
        // SAFETY: any status has a text, which stays.
        _ => Err(format!("gsampler: {}", unsafe { CStr::from_ptr(gs_strerror(status)) }.to_string_lossy())),
    }
}

fn isa() -> &'static str {
    // SAFETY: this is a text too, and stays.
    unsafe { CStr::from_ptr(gs_isa()) }.to_str().unwrap_or("?")
}

fn softmax(logits: &[f64], tau: f64) -> Result<Vec<f64>, String> {
    let (k, mut soft) = (logits.len() as i64, vec![0.0; logits.len()]);
    // SAFETY: both arrays hold one row of k; index may be null.
    check(unsafe { gs_softmax_f64(logits.as_ptr(), 1, k, tau, soft.as_mut_ptr(), null_mut()) })?;
    Ok(soft)
}

/// Fills `index` with draws from the one distribution that `logits` is.
fn draw(seed: u64, stream: u64, offset: u64, logits: &[f64], index: &mut [i64]) -> Result<(), String> {
    let (k, draws) = (logits.len() as i64, index.len() as i64);
    let (logits, index, maximum) = (logits.as_ptr(), index.as_mut_ptr(), null_mut());
    // SAFETY: the sizes are those of the slices; maximum may be null.
    check(unsafe { gs_gumbel_max_f64(seed, stream, offset, logits, 1, k, draws, index, maximum) })
}

fn main() -> Result<(), String> {
    let logits = [-1.5, 0.0, 0.5, 1.0, 2.0];
    let (seed, stream, offset) = (42, 0, 0);
    let mut index = vec![0; 1_000_000];

    let probability = softmax(&logits, 1.0)?;
    let start = Instant::now();
    draw(seed, stream, offset, &logits, &mut index)?;
    let seconds = start.elapsed().as_secs_f64();

    let mut count = vec![0; logits.len()];
    for &j in &index {
        count[j as usize] += 1;
    }
    let draws = index.len() as f64;
    println!("category  probability  frequency");
    for (j, (p, &c)) in probability.iter().zip(&count).enumerate() {
        println!("{j:8}  {p:11.6}  {:9.6}", f64::from(c) / draws);
    }
    println!("{:.1} million draws a second ({})", 1e-6 * draws / seconds, isa());
    Ok(())
}
