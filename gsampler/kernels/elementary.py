"""Elementary functions as polynomials in explicit fused multiply-add, free of branches.

So loops over them vectorise, and the same bits come out on every instruction set. The coefficients are
minimax, derived and printed by tests/fit_coefficients.py. Lowest power first.
"""

from __future__ import annotations

import math

import numpy as np
from numba import types

from gsampler.compiler.decorators import by_type, inline
from gsampler.compiler.intrinsics import bits, fma, from_bits, polynomial, sqrt


def coefficients(dtype, literals):
    return tuple(dtype(float.fromhex(literal)) for literal in literals)


# -log(1 - f) = f + f^2 q(f) on [0, 1/2]: relative error 2^-26.2 and 2^-54.3
LOG1M_F32 = coefficients(
    np.float32,
    [
        "0x1.00001ep-1",
        "0x1.5542acp-2",
        "0x1.01ef12p-2",
        "0x1.67d02cp-3",
        "0x1.5d3b88p-2",
        "-0x1.30d406p-1",
        "0x1.fa09ecp+0",
        "-0x1.3dbcbap+1",
        "0x1.bef626p+0",
    ],
)
LOG1M_F64 = coefficients(
    np.float64,
    [
        "0x1.0000000000177p-1",
        "0x1.555555551b0d2p-2",
        "0x1.0000001981bap-2",
        "0x1.99998e3866e65p-3",
        "0x1.5556db9cd5202p-3",
        "0x1.246fd57272872p-3",
        "0x1.021ff5ee49562p-3",
        "0x1.965c41f04d281p-4",
        "0x1.9d72579e8dd4dp-3",
        "-0x1.24949678253bbp-1",
        "0x1.b1dea03a69cebp+1",
        "-0x1.94ef8e83a2914p+3",
        "0x1.2eb3548a61717p+5",
        "-0x1.562610bb6743bp+6",
        "0x1.23a05bfa79a41p+7",
        "-0x1.6974f5b34db9p+7",
        "0x1.3585b704133aep+7",
        "-0x1.48283b58608cep+6",
        "0x1.4a3958b6fea24p+4",
    ],
)
# -log(1 + y) on [-1/4, 1/2]: absolute error 2^-24.8 and 2^-55.8
MINUS_LOG_F32 = coefficients(
    np.float32,
    [
        "-0x1.7d348cp-27",
        "-0x1.00000cp+0",
        "0x1.000088p-1",
        "-0x1.5542c8p-2",
        "0x1.ff5ea2p-3",
        "-0x1.9cdfccp-3",
        "0x1.660b2ap-3",
        "-0x1.1e0bep-3",
        "0x1.01c16ep-4",
    ],
)
MINUS_LOG_F64 = coefficients(
    np.float64,
    [
        "-0x1.31fb39a78a6d1p-58",
        "-0x1.ffffffffffffcp-1",
        "0x1.000000000004p-1",
        "-0x1.555555555675fp-2",
        "0x1.fffffffff0921p-3",
        "-0x1.99999997fae5ap-3",
        "0x1.55555559a8c23p-3",
        "-0x1.249249acf623ap-3",
        "0x1.ffffffd99f1f5p-4",
        "-0x1.c71c42b751f1cp-4",
        "0x1.99994a48e8c3bp-4",
        "-0x1.746163e7e87cbp-4",
        "0x1.5563cb898eb4cp-4",
        "-0x1.3ae74bba9c7ep-4",
        "0x1.237d354e4f761p-4",
        "-0x1.10cfc585f4453p-4",
        "0x1.089da43be6d54p-4",
        "-0x1.03d2dd8c27d52p-4",
        "0x1.bb3471064bceap-5",
        "-0x1.0213537f9b083p-5",
        "0x1.1d33653044cafp-7",
    ],
)
# exp(r) on [-log(2)/2, log(2)/2]: relative error 2^-55.3
EXP_F64 = coefficients(
    np.float64,
    [
        "0x1p+0",
        "0x1p+0",
        "0x1.000000000001p-1",
        "0x1.55555555554a2p-3",
        "0x1.555555554f35dp-5",
        "0x1.1111111130e2fp-7",
        "0x1.6c16c187850d6p-10",
        "0x1.a01a011045835p-13",
        "0x1.a01992c6101e7p-16",
        "0x1.71df45331a1fcp-19",
        "0x1.28b31c128d75dp-22",
        "0x1.ad661c7c99ee7p-26",
    ],
)
# 2^f on [-1/2, 1/2]: relative error 2^-25.9 and 2^-54.7
EXP2_F32 = coefficients(
    np.float32,
    [
        "0x1p+0",
        "0x1.62e43p-1",
        "0x1.ebfbdap-3",
        "0x1.c6aed4p-5",
        "0x1.3b2dbcp-7",
        "0x1.5f458p-10",
        "0x1.41d318p-13",
    ],
)
EXP2_F64 = coefficients(
    np.float64,
    [
        "0x1p+0",
        "0x1.62e42fefa39efp-1",
        "0x1.ebfbdff82c5adp-3",
        "0x1.c6b08d7049fdp-5",
        "0x1.3b2ab6fb9f402p-7",
        "0x1.5d87fe78cf2dfp-10",
        "0x1.43091310c2f4ep-13",
        "0x1.ffcbfba7a28fap-17",
        "0x1.62bfc3b873c0bp-20",
        "0x1.b52678a1bc1cap-24",
        "0x1.e6210c586909bp-28",
        "0x1.e7aa0e2d62d9dp-32",
    ],
)
# 1 - x^2 / v, of a normal quantile x and v = -2 log(4 a (1 - a)) of its tail a, v up to 89 and 178: above and below a
# line; relative error of x 2^-29.3 and 2^-55.7
NORMAL_F32 = (
    coefficients(
        np.float32,
        [
            "0x1.ee715p-3",
            "0x1.dae0fcp-7",
            "0x1.a745c2p-10",
            "0x1.f8c3f6p-15",
            "0x1.e707eep-20",
            "0x1.c69a7cp-28",
        ],
    ),
    coefficients(
        np.float32,
        [
            "0x1.2p+0",
            "0x1.db97ccp-4",
            "0x1.88fc12p-7",
            "0x1.5d1024p-11",
            "0x1.af0f9ap-16",
            "0x1.e8f244p-22",
            "0x1.10455p-30",
        ],
    ),
)
NORMAL_F64 = (
    coefficients(
        np.float64,
        [
            "0x1.d2f93d9de4058p-3",
            "0x1.a09a547ac74eep-6",
            "0x1.f19e21865846p-9",
            "0x1.3d030cb9f5fddp-12",
            "0x1.69d8fde9102dep-16",
            "0x1.42ecda5469499p-20",
            "0x1.c0ead5f705bd9p-25",
            "0x1.13e380ed20373p-29",
            "0x1.035734968f676p-34",
            "0x1.c75ed35ad89cap-40",
            "0x1.05442d79601e9p-45",
            "0x1.60c49302c9bb2p-51",
            "0x1.eaceac30863e1p-58",
            "0x1.9fc394dd85b57p-66",
            "0x1.409edf3f32e93p-76",
            "0x1.17f182ae599e4p-91",
        ],
    ),
    coefficients(
        np.float64,
        [
            "0x1.1p+0",
            "0x1.50a0921fc4b8fp-3",
            "0x1.8db4a3a4145ddp-6",
            "0x1.2e2e34ec0c7dbp-9",
            "0x1.77c11e0c5f59fp-13",
            "0x1.7509edfcd37dep-17",
            "0x1.28bb6f4909a7bp-21",
            "0x1.8adb851175273p-26",
            "0x1.accf6d8df460ap-31",
            "0x1.90bb9647efbd9p-36",
            "0x1.2c92503d77548p-41",
            "0x1.65f4b43b134eap-47",
            "0x1.a6c20435c2cc8p-53",
            "0x1.bdac41e9206e6p-60",
            "0x1.24124e106fec5p-68",
            "0x1.52e690a01ceb9p-79",
        ],
    ),
)

LN2 = 0.6931471805599453

# Fields of a float: its mantissa, its exponent, and the bits of 1/2, -1/2 and 3/4 as signed integers.
MANTISSA_32, EXPONENT_32 = np.int32(0x007FFFFF), np.int32(-0x00800000)
HALF_32, MINUS_HALF_32, THREE_QUARTERS_32 = np.int32(0x3F000000), np.int32(-0x41000000), np.int32(0x3F400000)
MANTISSA_64, EXPONENT_64 = np.int64(0x000FFFFFFFFFFFFF), np.int64(-0x0010000000000000)
HALF_64, MINUS_HALF_64, THREE_QUARTERS_64 = (
    np.int64(0x3FE0000000000000),
    np.int64(-0x4020000000000000),
    np.int64(0x3FE8000000000000),
)
# An exponent k is left in place, k * 2^23 or k * 2^52, and log 2 scaled down instead: no shift.
MINUS_LN2_32, MINUS_LN2_64 = np.float32(-LN2 / 2**23), np.float64(-LN2 / 2**52)
ZERO_32, ONE_32 = np.float32(0), np.float32(1)
ONE_BITS_32, ONE_BITS_64 = np.int32(0x3F800000), np.int64(0x3FF0000000000000)


# -log(1 - u) for a uniform u given with its sign (noise.py): u = t for t > 0 and u = 1 + t for t < 0, 0 <
# |t| <= 1/2. For t < 0 it is the logarithm of |t| = m 2^k with m in [1/2, 1). Both signs then need 1 - f
# with f in [0, 1/2], known exactly.


@inline
def _minus_log1m_f32(t):
    b = bits(t)
    upper = b < np.int32(0)
    m = from_bits(np.int32((b & MANTISSA_32) | HALF_32))
    f = ONE_32 - m if upper else t
    k = np.float32(np.int32(np.int32(b - MINUS_HALF_32) & EXPONENT_32)) if upper else ZERO_32
    return fma(f * f, polynomial(f, LOG1M_F32), fma(k, MINUS_LN2_32, f))


@inline
def _minus_log1m_f64(t):
    b = bits(t)
    upper = b < 0
    m = from_bits((b & MANTISSA_64) | HALF_64)
    f = 1.0 - m if upper else t
    k = np.float64((b - MINUS_HALF_64) & EXPONENT_64) if upper else 0.0
    return fma(f * f, polynomial(f, LOG1M_F64), fma(k, MINUS_LN2_64, f))


# A normal x > 0 as (1 + y) 2^k with 1 + y in [3/4, 3/2); k as it stands in the bits.


@inline
def _split_f32(x):
    b = bits(x)
    k = np.int32(np.int32(b - THREE_QUARTERS_32) & EXPONENT_32)
    return from_bits(np.int32(b - k)) - ONE_32, np.float32(k)


@inline
def _split_f64(x):
    b = bits(x)
    k = (b - THREE_QUARTERS_64) & EXPONENT_64
    return from_bits(b - k) - 1.0, np.float64(k)


@inline
def _minus_log_f32(x):
    y, k = _split_f32(x)
    return fma(k, MINUS_LN2_32, polynomial(y, MINUS_LOG_F32))


@inline
def _minus_log_f64(x):
    y, k = _split_f64(x)
    return fma(k, MINUS_LN2_64, polynomial(y, MINUS_LOG_F64))


# log((1 - a) / a) for 0 < a <= 1/2. The small terms of the two logarithms are added first, the large one
# last.


@inline
def _minus_logit_f32(a):
    y, k = _split_f32(a)
    small = fma(-(a * a), polynomial(a, LOG1M_F32), polynomial(y, MINUS_LOG_F32) - a)
    return fma(k, MINUS_LN2_32, small)


@inline
def _minus_logit_f64(a):
    y, k = _split_f64(a)
    small = fma(-(a * a), polynomial(a, LOG1M_F64), polynomial(y, MINUS_LOG_F64) - a)
    return fma(k, MINUS_LN2_64, small)


# The normal quantile x >= 0 of the tail 0 < a <= 1/2. Its square is nearly v = -2 log(4 a (1 - a)), whose ratio to it
# is smooth; the root at the end halves all errors before it. In 4 a (1 - a) = m 2^k a middle a has k = 0 and its
# distance from 1 is (1 - 2 a)^2; both to their last bits, so x is relatively exact near 0 as well.


@inline
def _normal_f32(a):
    centre, four = fma(np.float32(-2), a, ONE_32), np.float32(4) * a
    b = bits(fma(-four, a, four))
    tail = a < np.float32(0.25)
    m = from_bits(np.int32((b & MANTISSA_32) | HALF_32))
    f = ONE_32 - m if tail else centre * centre
    k = np.float32(np.int32(np.int32(b - HALF_32) & EXPONENT_32)) if tail else ZERO_32
    half = fma(f * f, polynomial(f, LOG1M_F32), f)
    part = half + half
    v = fma(k, np.float32(2) * MINUS_LN2_32, part)
    ratio = polynomial(v, NORMAL_F32[0]) / polynomial(v, NORMAL_F32[1])
    return sqrt(fma(k, np.float32(2) * MINUS_LN2_32, fma(-v, ratio, part)))


@inline
def _normal_f64(a):
    centre, four = fma(-2.0, a, 1.0), 4.0 * a
    b = bits(fma(-four, a, four))
    tail = a < 0.25
    m = from_bits((b & MANTISSA_64) | HALF_64)
    f = 1.0 - m if tail else centre * centre
    k = np.float64((b - HALF_64) & EXPONENT_64) if tail else 0.0
    half = fma(f * f, polynomial(f, LOG1M_F64), f)
    part = half + half
    v = fma(k, 2.0 * MINUS_LN2_64, part)
    ratio = polynomial(v, NORMAL_F64[0]) / polynomial(v, NORMAL_F64[1])
    return sqrt(fma(k, 2.0 * MINUS_LN2_64, fma(-v, ratio, part)))


normal_size = by_type("normal_size", {types.float32: _normal_f32, types.float64: _normal_f64})
minus_log1m = by_type("minus_log1m", {types.float32: _minus_log1m_f32, types.float64: _minus_log1m_f64})
minus_log = by_type("minus_log", {types.float32: _minus_log_f32, types.float64: _minus_log_f64})
minus_logit = by_type("minus_logit", {types.float32: _minus_logit_f32, types.float64: _minus_logit_f64})

LOG2_E = 1 / LN2
LN2_HIGH = float.fromhex("0x1.62e42feep-1")  # log 2 in 32 bits, so that k * LN2_HIGH is exact
LN2_LOW = float.fromhex("0x1.a39ef35793c76p-33")
ROUND = 1.5 * 2.0**52  # added and taken away, it rounds to an integer, which its low bits then hold
EXP_SMALLEST = -708.0


@inline
def exp(x):
    """exp(x) for float64 x <= 0; 0 below -708, where the result is hardly a normal number."""
    rounded = fma(x, LOG2_E, ROUND)
    k = rounded - ROUND
    r = fma(-k, LN2_LOW, fma(-k, LN2_HIGH, x))
    power = from_bits((bits(rounded) << 52) + ONE_BITS_64)
    return polynomial(r, EXP_F64) * power if x >= EXP_SMALLEST else 0.0


@inline
def log(x):
    """log(x) for float64 x > 0, subnormal numbers too: their bits say nothing of their exponent."""
    small = x < 2.0**-1022
    value = minus_log(x * 2.0**64 if small else x)
    return -(value + 64 * LN2) if small else -value


# --- near 0 and near 1, where the functions above lose digits ---------------------------------------------------

EXP_REMAINDER = tuple(1.0 / math.factorial(n) for n in range(2, 19))  # Taylor: the next term is below 2^-55 of the sum


@inline
def exp_remainder(x):
    """exp(x) - 1 - x for float64 x from -1 to 1, to its last bits however small."""
    return x * x * polynomial(x, EXP_REMAINDER)


@inline
def expm1(x):
    """exp(x) - 1 for float64 x <= 0."""
    return x + exp_remainder(x) if x >= -1.0 else exp(x) - 1.0


@inline
def log1p(x):
    """log(1 + x) for float64 x >= -1/2. For a small x it is -log(1 - f) with f <= 1/2, known to its last bits."""
    f = x / (1.0 + x) if x > 0.0 else abs(x)  # not -x: 0 must not have a sign
    value = minus_log1m(f if f <= 0.5 else 0.0)
    return log(1.0 + x) if x > 1.0 else (value if x > 0.0 else -value)


# --- exp(d / tau), for rows that are divided by a temperature -------------------------------------------------
#
# As 2^(d (high + low)), where high + low is log2(e) / tau: the product's rounding is then no error of the exponent, and
# exp(d / tau) is accurate to its last bits for every d and every tau that is a normal number.

LOG2_E_32, LOG2_E_LOW_32 = np.float32(LOG2_E), np.float32(float.fromhex("0x1.4ae0bf85ddf44p-26"))
LOG2_E_64, LOG2_E_LOW_64 = np.float64(LOG2_E), float.fromhex("0x1.777d0ffda0d24p-56")
ROUND_32, ROUND_64 = np.float32(1.5 * 2.0**23), np.float64(ROUND)
LOWEST_32, LOWEST_64 = np.float32(-125), np.float64(-1021)  # least exponent whose powers are normal numbers


@inline
def _inverse_temperature_f32(tau):
    high = LOG2_E_32 / tau
    return high, (fma(-high, tau, LOG2_E_32) + LOG2_E_LOW_32) / tau


@inline
def _inverse_temperature_f64(tau):
    high = LOG2_E_64 / tau
    return high, (fma(-high, tau, LOG2_E_64) + LOG2_E_LOW_64) / tau


@inline
def _exp_scaled_f32(d, high, low):
    rounded = fma(d, high, ROUND_32)
    k = rounded - ROUND_32
    f = fma(d, low, fma(d, high, -k))
    power = from_bits(np.int32(np.int32(bits(rounded) << np.int32(23)) + ONE_BITS_32))
    value = polynomial(f, EXP2_F32) * power
    return value if k >= LOWEST_32 else ZERO_32


@inline
def _exp_scaled_f64(d, high, low):
    rounded = fma(d, high, ROUND_64)
    k = rounded - ROUND_64
    f = fma(d, low, fma(d, high, -k))
    power = from_bits((bits(rounded) << 52) + ONE_BITS_64)
    value = polynomial(f, EXP2_F64) * power
    return value if k >= LOWEST_64 else 0.0


# high and low of a temperature
inverse_temperature = by_type(
    "inverse_temperature", {types.float32: _inverse_temperature_f32, types.float64: _inverse_temperature_f64}
)
# exp(d / tau) for d <= 0, -inf included; 0 below 2^-125.5 or 2^-1021.5
exp_scaled = by_type("exp_scaled", {types.float32: _exp_scaled_f32, types.float64: _exp_scaled_f64})
