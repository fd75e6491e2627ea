//! Makes the calls that standard input describes and prints their outputs, in the words that vectors.c explains.

mod gsampler;

use std::io::{self, BufWriter, Read, Write};
use std::str::SplitAsciiWhitespace;

type Outcome<T = ()> = Result<T, Box<dyn std::error::Error>>;

include!("dispatch.rs");

/// The elements, of `width` bytes, lie in words of 64 bits, so that they are aligned whatever their type.
#[derive(Default)]
struct Slot {
    words: Vec<u64>,
    width: usize,
    n: usize,
}

impl Slot {
    fn bytes(&mut self) -> &mut [u8] {
        let length = self.n * self.width;
        // SAFETY: the words hold as many bytes and more.
        unsafe { std::slice::from_raw_parts_mut(self.words.as_mut_ptr().cast(), length) }
    }
}

#[derive(Clone, Copy)]
enum Argument {
    Number(u64),
    Array(*mut u64),
}

#[allow(dead_code)] // some types are those of arrays only
impl Argument {
    fn array<T>(self) -> Outcome<*mut T> {
        match self {
            Argument::Array(pointer) => Ok(pointer.cast()),
            Argument::Number(_) => Err("an array is needed".into()),
        }
    }

    fn u64(self) -> u64 {
        match self {
            Argument::Number(bits) => bits,
            Argument::Array(_) => 0,
        }
    }

    fn i64(self) -> i64 {
        self.u64() as i64
    }

    fn u32(self) -> u32 {
        self.u64() as u32
    }

    fn i32(self) -> i32 {
        self.u64() as i32
    }

    fn u8(self) -> u8 {
        self.u64() as u8
    }

    fn f32(self) -> f32 {
        f32::from_bits(self.u32())
    }

    fn f64(self) -> f64 {
        f64::from_bits(self.u64())
    }
}

fn unknown<T>(name: &str) -> Outcome<T> {
    Err(format!("no such function: {name}").into())
}

struct Host<'a> {
    words: SplitAsciiWhitespace<'a>,
    slots: [Slot; 16],
}

impl<'a> Host<'a> {
    fn word(&mut self) -> Outcome<&'a str> {
        self.words.next().ok_or_else(|| "input ends early".into())
    }

    fn size(&mut self) -> Outcome<usize> {
        Ok(self.word()?.parse()?)
    }

    fn slot(&mut self) -> Outcome<&mut Slot> {
        let slot = self.size()?;
        Ok(&mut self.slots[slot])
    }

    fn array(&mut self) -> Outcome<usize> {
        let (slot, kind, n) = (self.size()?, self.word()?, self.size()?);
        let width = kind[1..].parse::<usize>()? / 8;
        self.slots[slot] = Slot { words: vec![0xA5A5_A5A5_A5A5_A5A5; n * width / 8 + 1], width, n };
        Ok(slot)
    }

    fn input(&mut self) -> Outcome {
        let slot = self.array()?;
        let (width, n) = (self.slots[slot].width, self.slots[slot].n);
        for i in 0..n {
            let bits = u64::from_str_radix(self.word()?, 16)?;
            self.slots[slot].bytes()[i * width..][..width].copy_from_slice(&bits.to_le_bytes()[..width]);
        }
        Ok(())
    }

    fn argument(&mut self) -> Outcome<Argument> {
        match self.word()?.split_once(':') {
            None => Ok(Argument::Array(std::ptr::null_mut())),
            Some(("array", slot)) => Ok(Argument::Array(self.slots[slot.parse::<usize>()?].words.as_mut_ptr())),
            Some((_, bits)) => Ok(Argument::Number(u64::from_str_radix(bits, 16)?)),
        }
    }

    fn call(&mut self) -> Outcome {
        let (name, n) = (self.word()?, self.size()?);
        let arguments = (0..n).map(|_| self.argument()).collect::<Outcome<Vec<_>>>()?;
        // SAFETY: the input says of which sizes the arrays are.
        Ok(gsampler::check(unsafe { dispatch(name, &arguments) }?)?)
    }

    fn print(&mut self, out: &mut impl Write) -> Outcome {
        let slot = self.slot()?;
        let width = slot.width;
        for element in slot.bytes().chunks(width.max(1)) {
            for byte in element.iter().rev() {
                write!(out, "{byte:02x}")?;
            }
            writeln!(out)?;
        }
        Ok(())
    }
}

fn main() -> Outcome {
    let mut input = String::new();
    io::stdin().read_to_string(&mut input)?;
    let mut host = Host { words: input.split_ascii_whitespace(), slots: Default::default() };
    let mut out = BufWriter::new(io::stdout().lock());
    while let Some(word) = host.words.next() {
        match word {
            "input" => host.input()?,
            "output" => drop(host.array()?),
            "call" => host.call()?,
            "print" => host.print(&mut out)?,
            _ => return Err(format!("not a command: {word}").into()),
        }
    }
    Ok(out.flush()?)
}
