//! Draw a million categories in Rust:
//!
//!     cp ../bindings/gsampler.rs .
//!     rustc --edition 2021 -O -L "$(pkg-config --variable=libdir gsampler)" draw.rs && ./draw

mod gsampler;

use std::ptr::null_mut;
use std::time::Instant;

fn softmax(logits: &[f64], tau: f64) -> Result<Vec<f64>, gsampler::Error> {
    let (k, mut soft) = (logits.len() as i64, vec![0.0; logits.len()]);
    // SAFETY: both arrays hold one row of k; index may be null.
    let status = unsafe { gsampler::gs_softmax_f64(logits.as_ptr(), 1, k, tau, soft.as_mut_ptr(), null_mut()) };
    gsampler::check(status)?;
    Ok(soft)
}

/// Fills `index` with draws from the one distribution that `logits` is.
fn draw(seed: u64, stream: u64, offset: u64, logits: &[f64], index: &mut [i64]) -> Result<(), gsampler::Error> {
    let (k, draws) = (logits.len() as i64, index.len() as i64);
    let (logits, index, maximum) = (logits.as_ptr(), index.as_mut_ptr(), null_mut());
    // SAFETY: the sizes are those of the slices; maximum may be null.
    gsampler::check(unsafe { gsampler::gs_gumbel_max_f64(seed, stream, offset, logits, 1, k, draws, index, maximum) })
}

fn main() -> Result<(), gsampler::Error> {
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
    println!("{:.1} million draws a second ({})", 1e-6 * draws / seconds, gsampler::isa());
    Ok(())
}
