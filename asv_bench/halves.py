"""Would it pay to draw 16 bits of each element first, and the rest for contenders only? ``python asv_bench/halves.py``.

That is another layout of the stream: element e would take its upper 16 bits from half-word e of domain 0, its lower
ones from half-word e of another domain, so Gumbel-Max would make half the words. Here a long row is searched that way
(with an order of half-words that suits vectors; the time is the same), beside the kernel of stream version 1. One
thread, ns an element, medians of runs that take turns. What was found is in docs/speed.md.
"""

import statistics
import time

import numpy as np
from benchmarks.categorical import normal_logits

from gsampler.kernels.categorical import SLACK, SLOPE, gumbel_max
from gsampler.kernels.jit import (
    NOTHING,
    bits,
    body,
    fmax,
    kernel,
    lanes_at_least,
    like,
    same_type,
    scalar,
    shift,
    stack,
    trailing_zeros,
    wide,
    words_for,
)
from gsampler.kernels.noise import BUFFER, SPAN, element_uniform, fetch_words, gumbel, only_first
from gsampler.kernels.philox import word

HALF, LOWER = np.uint32(16), np.uint32(2**16 - 1)
OTHER = np.uint64(2)  # domain of the lower halves
LIFT = 0.6931471805599453 * (127 + 16) + 1e-3


@scalar
def bound(logit, half):
    """As `gsampler.kernels.categorical.bound`, from the upper 16 bits."""
    return logit - like(logit, bits(np.float32(np.int32(half)))) * like(logit, SLOPE)


@body
def write_bounds(logits, w, n, bounds):
    wide()
    highest = like(logits[0], -np.inf)
    for j in range(n // 2):
        bounds[j] = bound(logits[j], w[j] >> HALF)
        highest = fmax(highest, bounds[j])
    other, rest = shift(logits, n // 2), shift(bounds, n // 2)
    for j in range(n // 2):
        rest[j] = bound(other[j], w[j] & LOWER)
        highest = fmax(highest, rest[j])
    return highest


@scalar
def perturbed(logits, w, j, n, seed, stream, position):
    upper = (w[j] >> HALF) if j < n // 2 else (w[j - n // 2] & LOWER)
    place = position + np.uint64(j)
    whole = np.uint32((upper << HALF) | (word(seed, stream, OTHER, place) & LOWER))
    return logits[j] + gumbel(element_uniform(whole, seed, stream, place))


@body
def search(buffer, bounds, logits, n, seed, stream, position):
    wide()
    least = like(logits[0], -np.inf)
    best, index = least, -1
    for start in range(0, n, SPAN):
        m = min(SPAN, n - start)
        row, place = shift(logits, start), position + np.uint64(start)
        w = fetch_words(buffer, words_for(buffer, logits), seed, stream, place, m // 2)
        highest = write_bounds(row, w, m, bounds)
        enough = highest
        while highest >= least and enough > like(least, -np.inf):  # the most promising first, then what can still win
            for first in range(0, m, 64):
                mask = lanes_at_least(bounds, first, fmax(least, enough)) & only_first(m - first)
                while mask:
                    j = first + trailing_zeros(mask)
                    mask &= mask - np.uint64(1)
                    value = perturbed(row, w, j, m, seed, stream, place)
                    bounds[j] = like(least, -np.inf)
                    if value > best:
                        best, index = value, start + j
                        least = best - like(best, SLACK) * abs(best) - like(best, LIFT)
            enough = least if enough == highest else like(least, -np.inf)
    return index


@kernel("i64 start, i64 stop, u64 seed, u64 stream, u64 offset, T* logits, i64 k, i64* index")
def by_halves(start, stop, seed, stream, offset, logits, k, index):
    buffer, results = stack(BUFFER), stack(BUFFER)
    bounds = same_type(results, logits)
    for r in range(start, stop):
        index[r] = search(buffer, bounds, shift(logits, r * k), k, seed, stream, offset + np.uint64(r * k))
    return NOTHING


def timed(calls, turns):
    taken = [[] for _ in calls]
    for _ in range(turns):
        for call, times in zip(calls, taken, strict=True):
            start = time.perf_counter()
            call()
            times.append(time.perf_counter() - start)
    return [statistics.median(times) for times in taken]


def main():
    whole, halves = gumbel_max["f32"], by_halves["f32"]
    for elements, where in ((2**17, "in the cache"), (2**22, "from memory")):
        for k in (256, 1024, 4096, 131072):
            rows = elements // k
            logits, index = normal_logits((rows, k)), np.zeros(rows, np.int64)
            x, out = logits.ctypes.data, index.ctypes.data
            calls = [
                lambda rows=rows, k=k, x=x, out=out: whole.call(0, rows, 42, 0, 0, x, k, rows, 1, k, 0, out, 0),
                lambda rows=rows, k=k, x=x, out=out: halves.call(0, rows, 42, 0, 0, x, k, out),
            ]
            ns = [seconds / elements * 1e9 for seconds in timed(calls, 2**26 // elements)]
            print(f"K={k:6}, {where:12}  words {ns[0]:.3f}  halves {ns[1]:.3f}  ratio {ns[1] / ns[0]:.2f}", flush=True)


if __name__ == "__main__":
    main()
