"""Gradients through discrete variables, of the expectation of any function of them, by one calling convention.

``estimator(f, logits, rng, ...)`` returns an `Estimate`. ``f(x)`` takes a batch of samples in the shape of the logits
and returns ``(value, grad)``: a number for each separate objective, so of shape ``logits.shape[:m]`` for some m, and
the gradient to x in its shape, or a function without arguments that returns it, or None.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from numpy.typing import ArrayLike

from gsampler._typing import Flag
from gsampler.core import validation
from gsampler.estimators.arm import arm
from gsampler.estimators.arsm import arsm
from gsampler.estimators.baselines import Moments
from gsampler.estimators.call import Estimate, Objective
from gsampler.estimators.darn import darn
from gsampler.estimators.disarm import disarm
from gsampler.estimators.gumbel_rao import gumbel_rao
from gsampler.estimators.gumbel_softmax import gumbel_softmax, st_gumbel_softmax
from gsampler.estimators.muprop import muprop
from gsampler.estimators.rebar import rebar
from gsampler.estimators.reinmax import reinmax
from gsampler.estimators.relax import relax
from gsampler.estimators.rloo import rloo
from gsampler.estimators.score_function import score_function
from gsampler.estimators.straight_through import slope_annealed_straight_through, straight_through
from gsampler.estimators.surrogates import AdamState, LinearSurrogate, Surrogate
from gsampler.estimators.zgr import zgr
from gsampler.generator import Generator

_ALL: tuple[Callable[..., Estimate], ...] = (
    score_function,
    darn,
    muprop,
    straight_through,
    slope_annealed_straight_through,
    gumbel_softmax,
    st_gumbel_softmax,
    rloo,
    gumbel_rao,
    zgr,
    reinmax,
    rebar,
    relax,
    arm,
    disarm,
    arsm,
)
_FUNCTIONS = {function.__name__: function for function in _ALL}
_SHORT = {
    "sf": "score_function",
    "reinforce": "score_function",
    "st": "straight_through",
    "slope_annealed_st": "slope_annealed_straight_through",
    "gs": "gumbel_softmax",
    "st_gs": "st_gumbel_softmax",
}

NAMES = tuple(_FUNCTIONS)
"""Names of all estimators."""

__all__ = [
    "NAMES",
    "AdamState",
    "Estimate",
    "Estimator",
    "LinearSurrogate",
    "Moments",
    "Objective",
    "Surrogate",
    "arm",
    "arsm",
    "by_name",
    "darn",
    "disarm",
    "gumbel_rao",
    "gumbel_softmax",
    "muprop",
    "rebar",
    "reinmax",
    "relax",
    "rloo",
    "score_function",
    "slope_annealed_straight_through",
    "st_gumbel_softmax",
    "straight_through",
    "zgr",
]


@dataclass(frozen=True)
class Estimator:
    """An estimator with its options, called like every other: what `by_name` returns.

    Attributes
    ----------
    name : str
        One of `NAMES`.
    options : dict
        Given with each call.
    """

    name: str
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def function(self) -> Callable[..., Estimate]:
        """The estimator itself."""
        return _FUNCTIONS[self.name]

    @property
    def has_tau(self) -> bool:
        """Whether it has a temperature."""
        return "tau" in (self.function.__kwdefaults__ or {})

    def __call__(
        self,
        f: Objective,
        logits: ArrayLike,
        rng: Generator,
        *,
        binary: Flag = False,
        tau: ArrayLike | None = None,
        state: Any = None,
    ) -> Estimate:
        """Estimate the gradient; a `tau` is for the estimators that have one, and others leave it out."""
        options = self.options if tau is None or not self.has_tau else self.options | {"tau": tau}
        return self.function(f, logits, rng, binary=binary, state=state, **options)


def by_name(name: str, **options: Any) -> Estimator:
    """The estimator of a name, which a training loop can call without knowing which it is.

    Parameters
    ----------
    name : str
        One of `NAMES`, or a short form: "sf" or "reinforce", "st", "slope_annealed_st", "gs", "st_gs".
    **options
        Options of that estimator, such as ``baseline=``, given with each call.

    Returns
    -------
    Estimator
        Called as ``estimator(f, logits, rng, binary=..., tau=..., state=...)``.

    Raises
    ------
    ValueError, TypeError
        For another name, or an option that the estimator does not have.

    Examples
    --------
    >>> import gsampler as gs
    >>> from gsampler import estimators as est
    >>> estimator = est.by_name("gs")
    >>> estimator.name
    'gumbel_softmax'
    >>> g = estimator(lambda x: ((x**2).sum(), 2 * x), [0.0, 1.0], gs.Generator(42), tau=0.5)
    >>> est.by_name("sf", baseline=0.5)(lambda x: (x @ [1, 2], None), [0.0, 1.0], gs.Generator(42), tau=0.5).dtau
    """
    short = _SHORT.get(name, name) if isinstance(name, str) else name
    validation.choice_of(short, "name", NAMES)
    known = set(_FUNCTIONS[short].__kwdefaults__ or {}) - {"binary", "state"}
    for option in options:
        if option not in known:
            raise validation.unknown_option(option, short, known)
    return Estimator(short, options)
