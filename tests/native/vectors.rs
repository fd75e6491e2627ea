//! Makes the calls that standard input names and prints their results, in the words that vectors.c describes.

use std::error::Error;
use std::ffi::CStr;
use std::fmt::LowerHex;
use std::io::{self, BufWriter, Read, StdoutLock, Write};
use std::mem::size_of;
use std::os::raw::c_char;
use std::str::SplitAsciiWhitespace;

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

#[link(name = "gsampler")]
extern "C" {
    fn gs_strerror(status: i32) -> *const c_char;
}

fn check(status: i32) -> Outcome {
    match status {
        0 => Ok(()),
        // SAFETY: any status has a text, which stays.
        _ => Err(unsafe { CStr::from_ptr(gs_strerror(status)) }.to_str()?.into()),
    }
}

fn product(sizes: &[i64]) -> Outcome<usize> {
    let n = sizes.iter().try_fold(1, |n: usize, &size| n.checked_mul(size.try_into().ok()?));
    n.ok_or_else(|| format!("no array is {sizes:?} long").into())
}

fn fits<T>(x: &[T], sizes: &[i64]) -> Outcome {
    match product(sizes)? {
        n if n == x.len() => Ok(()),
        n => Err(format!("an array has {} elements, not {n}", x.len()).into()),
    }
}

fn room<T: Clone + Default>(sizes: &[i64]) -> Outcome<Vec<T>> {
    Ok(vec![T::default(); product(sizes)?])
}

/// What C takes for an argument: a number for itself, a pointer for a slice.
trait Argument {
    type C;
    fn c(self) -> Self::C;
}

macro_rules! numbers {
    ($($T:ty)*) => { $(impl Argument for $T { type C = $T; fn c(self) -> $T { self } })* };
}

numbers! { i64 u64 f32 f64 }

impl<T> Argument for &[T] {
    type C = *const T;
    fn c(self) -> *const T {
        self.as_ptr()
    }
}

impl<T> Argument for &mut [T] {
    type C = *mut T;
    fn c(self) -> *mut T {
        self.as_mut_ptr()
    }
}

/// Functions of the library, made safe: what `where` says of their arrays' sizes is checked.
macro_rules! library {
    ($suffix:literal $(fn $name:ident($($x:ident: $T:ty),*) where $($array:ident[$($size:expr),*]),*;)*) => {
        $(#[allow(clippy::too_many_arguments)]
        fn $name($($x: $T),*) -> Outcome {
            extern "C" {
                #[link_name = concat!("gs_", stringify!($name), $suffix)]
                fn call($($x: <$T as Argument>::C),*) -> i32;
            }
            $(fits($array, &[$($size),*])?;)*
            // SAFETY: the slices are as long as the library takes them to be, and no output overlaps another array.
            check(unsafe { call($($x.c()),*) })
        })*
    };
}

library! { ""
    fn bits(seed: u64, stream: u64, offset: u64, n: i64, out: &mut [u32]) where out[n];
    fn alias_draw(seed: u64, stream: u64, offset: u64, table: &[u64], rows: i64, k: i64, draws: i64,
                  index: &mut [i64]) where table[2, rows, k], index[draws, rows];
    fn cdf_draw(seed: u64, stream: u64, offset: u64, table: &[u64], rows: i64, k: i64, draws: i64,
                index: &mut [i64]) where table[rows, k + 2], index[draws, rows];
}

pub struct Host<'a> {
    words: SplitAsciiWhitespace<'a>,
    out: BufWriter<StdoutLock<'static>>,
}

impl<'a> Host<'a> {
    fn word(&mut self) -> Outcome<&'a str> {
        self.words.next().ok_or_else(|| "the input ends within a call".into())
    }

    fn size(&mut self) -> Outcome<i64> {
        Ok(self.word()?.parse()?)
    }

    /// Seed, stream and offset.
    fn place(&mut self) -> Outcome<[u64; 3]> {
        let mut place = [0; 3];
        for x in &mut place {
            *x = u64::from_str_radix(self.word()?, 16)?;
        }
        Ok(place)
    }

    fn show<T: Copy, B: LowerHex>(&mut self, x: &[T], bits: fn(T) -> B) -> Outcome {
        for &x in x {
            writeln!(self.out, "{:01$x}", bits(x), 2 * size_of::<T>())?;
        }
        Ok(())
    }
}

type Draw<T> = fn(u64, u64, u64, i64, &mut [T]) -> Outcome;

fn noise<T: Copy + Default, B: LowerHex>(host: &mut Host, draw: Draw<T>, bits: fn(T) -> B) -> Outcome {
    let ([seed, stream, offset], n) = (host.place()?, host.size()?);
    let mut out = room(&[n])?;
    draw(seed, stream, offset, n, &mut out)?;
    host.show(&out, bits)
}

macro_rules! typed {
    ($module:ident, $T:ident, $Bits:ty, $suffix:literal) => {
        mod $module {
            use super::*;

            library! { $suffix
                fn uniform(seed: u64, stream: u64, offset: u64, n: i64, out: &mut [$T]) where out[n];
                fn exponential(seed: u64, stream: u64, offset: u64, n: i64, out: &mut [$T]) where out[n];
                fn gumbel(seed: u64, stream: u64, offset: u64, n: i64, out: &mut [$T]) where out[n];
                fn logistic(seed: u64, stream: u64, offset: u64, n: i64, out: &mut [$T]) where out[n];
                fn normal(seed: u64, stream: u64, offset: u64, n: i64, out: &mut [$T]) where out[n];
                fn bernoulli(seed: u64, stream: u64, offset: u64, logits: &[$T], n: i64, draws: i64, out: &mut [u8])
                    where logits[n], out[n, draws];
                fn gumbel_max(seed: u64, stream: u64, offset: u64, logits: &[$T], rows: i64, k: i64, draws: i64,
                              index: &mut [i64], maximum: &mut [$T])
                    where logits[rows, k], index[draws, rows], maximum[draws, rows];
                fn alias_table(logits: &[$T], rows: i64, k: i64, table: &mut [u64])
                    where logits[rows, k], table[2, rows, k];
                fn cdf_table(logits: &[$T], rows: i64, k: i64, table: &mut [u64])
                    where logits[rows, k], table[rows, k + 2];
                fn gumbel_softmax(seed: u64, stream: u64, offset: u64, logits: &[$T], rows: i64, k: i64, tau: $T,
                                  soft: &mut [$T], index: &mut [i64])
                    where logits[rows, k], soft[rows, k], index[rows];
                fn gumbel_softmax_taus(seed: u64, stream: u64, offset: u64, logits: &[$T], rows: i64, k: i64,
                                       tau: &[$T], soft: &mut [$T], index: &mut [i64])
                    where logits[rows, k], tau[rows], soft[rows, k], index[rows];
                fn gumbel_softmax_backward(grad: &[$T], soft: &[$T], rows: i64, k: i64, tau: $T,
                                           dlogits: &mut [$T], dtau: &mut [$T])
                    where grad[rows, k], soft[rows, k], dlogits[rows, k], dtau[1];
                fn gumbel_softmax_backward_taus(grad: &[$T], soft: &[$T], rows: i64, k: i64, tau: &[$T],
                                                dlogits: &mut [$T], dtau: &mut [$T])
                    where grad[rows, k], soft[rows, k], tau[rows], dlogits[rows, k], dtau[rows];
                fn binary_concrete(seed: u64, stream: u64, offset: u64, logits: &[$T], n: i64, tau: $T,
                                   soft: &mut [$T]) where logits[n], soft[n];
                fn binary_concrete_taus(seed: u64, stream: u64, offset: u64, logits: &[$T], n: i64, tau: &[$T],
                                        soft: &mut [$T]) where logits[n], tau[n], soft[n];
                fn binary_concrete_backward(grad: &[$T], soft: &[$T], n: i64, tau: $T, dlogits: &mut [$T],
                                            dtau: &mut [$T]) where grad[n], soft[n], dlogits[n], dtau[1];
                fn binary_concrete_backward_taus(grad: &[$T], soft: &[$T], n: i64, tau: &[$T], dlogits: &mut [$T],
                                                 dtau: &mut [$T])
                    where grad[n], soft[n], tau[n], dlogits[n], dtau[n];
            }

            fn numbers(host: &mut Host, sizes: &[i64]) -> Outcome<Vec<$T>> {
                let number = |_| Ok($T::from_bits(<$Bits>::from_str_radix(host.word()?, 16)?));
                (0..product(sizes)?).map(number).collect()
            }

            fn categorical(host: &mut Host, function: &str) -> Outcome {
                let [seed, stream, offset] = host.place()?;
                let (rows, k, draws) = (host.size()?, host.size()?, host.size()?);
                let (logits, mut index) = (numbers(host, &[rows, k])?, room(&[draws, rows])?);
                match function {
                    "alias" => {
                        let mut table = room(&[2, rows, k])?;
                        alias_table(&logits, rows, k, &mut table)?;
                        alias_draw(seed, stream, offset, &table, rows, k, draws, &mut index)?;
                    }
                    "cdf" => {
                        let mut table = room(&[rows, k + 2])?;
                        cdf_table(&logits, rows, k, &mut table)?;
                        cdf_draw(seed, stream, offset, &table, rows, k, draws, &mut index)?;
                    }
                    _ => {
                        let mut maximum = room(&[draws, rows])?;
                        gumbel_max(seed, stream, offset, &logits, rows, k, draws, &mut index, &mut maximum)?;
                    }
                }
                host.show(&index, |i| i)
            }

            fn coins(host: &mut Host) -> Outcome {
                let ([seed, stream, offset], n, draws) = (host.place()?, host.size()?, host.size()?);
                let (logits, mut out) = (numbers(host, &[n])?, room(&[n, draws])?);
                bernoulli(seed, stream, offset, &logits, n, draws, &mut out)?;
                host.show(&out, |x| x)
            }

            fn relaxed(host: &mut Host, each: bool) -> Outcome {
                let ([seed, stream, offset], rows, k) = (host.place()?, host.size()?, host.size()?);
                let taus = if each { rows } else { 1 };
                let tau = numbers(host, &[taus])?;
                let (logits, grad) = (numbers(host, &[rows, k])?, numbers(host, &[rows, k])?);
                let (mut soft, mut index, mut dlogits) = (room(&[rows, k])?, room(&[rows])?, room(&[rows, k])?);
                let mut dtau = room(&[taus])?;
                if each {
                    gumbel_softmax_taus(seed, stream, offset, &logits, rows, k, &tau, &mut soft, &mut index)?;
                    gumbel_softmax_backward_taus(&grad, &soft, rows, k, &tau, &mut dlogits, &mut dtau)?;
                } else {
                    gumbel_softmax(seed, stream, offset, &logits, rows, k, tau[0], &mut soft, &mut index)?;
                    gumbel_softmax_backward(&grad, &soft, rows, k, tau[0], &mut dlogits, &mut dtau)?;
                }
                host.show(&soft, $T::to_bits)?;
                host.show(&index, |i| i)?;
                host.show(&dlogits, $T::to_bits)?;
                host.show(&dtau, $T::to_bits)
            }

            fn binary(host: &mut Host, each: bool) -> Outcome {
                let ([seed, stream, offset], n) = (host.place()?, host.size()?);
                let taus = if each { n } else { 1 };
                let (tau, logits, grad) = (numbers(host, &[taus])?, numbers(host, &[n])?, numbers(host, &[n])?);
                let (mut soft, mut dlogits, mut dtau) = (room(&[n])?, room(&[n])?, room(&[taus])?);
                if each {
                    binary_concrete_taus(seed, stream, offset, &logits, n, &tau, &mut soft)?;
                    binary_concrete_backward_taus(&grad, &soft, n, &tau, &mut dlogits, &mut dtau)?;
                } else {
                    binary_concrete(seed, stream, offset, &logits, n, tau[0], &mut soft)?;
                    binary_concrete_backward(&grad, &soft, n, tau[0], &mut dlogits, &mut dtau)?;
                }
                host.show(&soft, $T::to_bits)?;
                host.show(&dlogits, $T::to_bits)?;
                host.show(&dtau, $T::to_bits)
            }

            pub fn call(host: &mut Host, function: &str) -> Outcome {
                match function {
                    "uniform" => noise(host, uniform, $T::to_bits),
                    "exponential" => noise(host, exponential, $T::to_bits),
                    "gumbel" => noise(host, gumbel, $T::to_bits),
                    "logistic" => noise(host, logistic, $T::to_bits),
                    "normal" => noise(host, normal, $T::to_bits),
                    "bernoulli" => coins(host),
                    "gumbel_max" | "alias" | "cdf" => categorical(host, function),
                    "gumbel_softmax" => relaxed(host, false),
                    "gumbel_softmax_taus" => relaxed(host, true),
                    "binary_concrete" => binary(host, false),
                    "binary_concrete_taus" => binary(host, true),
                    _ => Err(format!("{function}{} is not a call", $suffix).into()),
                }
            }
        }
    };
}

typed! { single, f32, u32, "_f32" }
typed! { double, f64, u64, "_f64" }

fn main() -> Outcome {
    let mut input = String::new();
    io::stdin().read_to_string(&mut input)?;
    let mut host = Host { words: input.split_ascii_whitespace(), out: BufWriter::new(io::stdout().lock()) };
    while let Some(name) = host.words.next() {
        match name.rsplit_once('_') {
            None if name == "bits" => noise(&mut host, bits, |x| x)?,
            Some((function, "f32")) => single::call(&mut host, function)?,
            Some((function, "f64")) => double::call(&mut host, function)?,
            _ => return Err(format!("{name} is not a call").into()),
        }
    }
    Ok(host.out.flush()?)
}
