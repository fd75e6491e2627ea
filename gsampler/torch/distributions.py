"""PyTorch's relaxed distributions with our samples and log densities."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.distributions import Categorical, Distribution, constraints, relaxed_bernoulli, relaxed_categorical
from torch.distributions.transformed_distribution import TransformedDistribution
from torch.distributions.transforms import ExpTransform, SigmoidTransform

from gsampler.torch import operators
from gsampler.torch.functional import as_logits, is_ours

# What 0 and 1 were before they were rounded, of the types that round numbers to them which others tell apart.
INNER = {torch.float16: (2.0**-25, 2.0**-12), torch.bfloat16: (0.0, 2.0**-9)}


def _temperature(temperature: Any, param: Any) -> Tensor:
    if isinstance(temperature, Tensor):
        return temperature
    if isinstance(param, Tensor):
        return torch.as_tensor(temperature, dtype=param.dtype, device=param.device)
    return torch.as_tensor(temperature, dtype=torch.get_default_dtype())


def _expanded(param: Any, shape: torch.Size) -> Any:
    """A parameter in the shape of all parameters together; numbers are left to PyTorch."""
    if param is None or (not isinstance(param, Tensor) and not shape):
        return param
    tensor = torch.as_tensor(param, dtype=None if isinstance(param, Tensor) else torch.get_default_dtype())
    return tensor if tensor.shape == shape else tensor.expand(shape)


def _of_rows(temperature: Tensor, param: Any) -> tuple[Tensor, torch.Size]:
    shape = param.shape if isinstance(param, Tensor) else torch.Size()
    if temperature.ndim and temperature.shape[-1] != 1:
        raise ValueError(
            f"temperature must have length 1 along its last axis, beside the categories, got the shape "
            f"{tuple(temperature.shape)}; one for each row is temperature.unsqueeze(-1)"
        )
    return temperature, torch.broadcast_shapes(shape, temperature.shape) if shape else shape


def _as_value(value: Tensor, logits: Tensor, in_unit: bool = False, ends: bool = False) -> Tensor:
    """A sample as its density is computed: in float64 if it or the logits are, else in float32."""
    dtype = torch.float64 if torch.float64 in (value.dtype, logits.dtype) else torch.float32
    x = value.to(dtype)
    if in_unit and value.dtype in INNER:
        above, below = INNER[value.dtype]
        x = x + (x == 0) * above
        if ends:
            x = x - (x == 1) * below
    return x


def _log_prob(dist: Any, value: Tensor, law: str) -> Tensor:
    logits: Tensor = dist.logits
    x = _as_value(value, logits, law in ("concrete", "binary_concrete"), law == "binary_concrete")
    tau = dist.temperature.to(x.dtype)
    if tau.ndim and law in operators.ROW_LAWS:
        tau = tau.reshape((1,) * (max(x.ndim, logits.ndim) - tau.ndim) + tau.shape)
    density = operators.log_prob(x, logits.to(x.dtype), tau, law)
    return density.to(torch.promote_types(value.dtype, logits.dtype))


def _parameters(dist: Any, sample_shape: Sequence[int]) -> tuple[Tensor, Tensor]:
    """Logits and temperature for a sample of this shape."""
    logits = as_logits(dist.logits).expand(dist._extended_shape(torch.Size(sample_shape)))
    tau = dist.temperature.to(logits.dtype)
    return logits, tau if tau.ndim == 0 else tau.reshape((1,) * (logits.ndim - tau.ndim) + tau.shape)


class ExpRelaxedCategorical(relaxed_categorical.ExpRelaxedCategorical):
    """Logarithms of samples of `RelaxedOneHotCategorical`, in place of `torch.distributions.ExpRelaxedCategorical`.

    Parameters
    ----------
    temperature : float or Tensor
        Above 0; a tensor broadcasts with the parameters and, if it has axes, has length 1 at its end, as ``(n, 1)``.
    probs, logits : Tensor
        One of the two, shape ``(..., k)``.
    validate_args : bool, optional
        As there.

    Notes
    -----
    The batch has the shape of parameters and temperature together, and so have samples and log densities. In PyTorch it
    is that of the parameters alone: a temperature ``(n, 1)`` gives log densities of shape ``(n, n)`` there.

    Examples
    --------
    >>> import torch
    >>> from gsampler.torch import ExpRelaxedCategorical
    >>> _ = torch.manual_seed(0)
    >>> dist = ExpRelaxedCategorical(torch.tensor([[0.5], [1.0]]), logits=torch.zeros(2, 3))
    >>> dist.log_prob(dist.rsample()).shape
    torch.Size([2])
    """

    arg_constraints = {**relaxed_categorical.ExpRelaxedCategorical.arg_constraints, "temperature": constraints.positive}  # noqa: RUF012

    def __init__(
        self,
        temperature: float | Tensor,
        probs: Tensor | None = None,
        logits: Tensor | None = None,
        validate_args: bool | None = None,
    ) -> None:
        param = logits if probs is None else probs
        self.temperature, shape = _of_rows(_temperature(temperature, param), param)
        self._categorical = Categorical(_expanded(probs, shape), _expanded(logits, shape), validate_args)
        batch, event = self._categorical.batch_shape, self._categorical.param_shape[-1:]
        Distribution.__init__(self, batch, event, validate_args)

    def expand(self, batch_shape: Any, _instance: Any = None) -> ExpRelaxedCategorical:
        new: ExpRelaxedCategorical = self._get_checked_instance(ExpRelaxedCategorical, _instance)
        return super().expand(batch_shape, _instance=new)

    def rsample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """Samples, of shape ``sample_shape + batch_shape + event_shape``, with gradients to logits and temperature."""
        logits, tau = _parameters(self, sample_shape)
        if not is_ours(logits):
            return super().rsample(torch.Size(sample_shape))
        noise = operators.noise(operators.draw_key(), "gumbel", logits.shape, logits.dtype)
        masked = logits == -torch.inf  # left out of the division, whose gradient they would make NaN
        scores = torch.where(masked, -torch.inf, (torch.where(masked, 0, logits) + noise) / tau)
        return scores.log_softmax(-1).to(self.logits.dtype)

    def log_prob(self, value: Tensor) -> Tensor:
        """Log density of samples, of shape ``sample_shape + batch_shape``, with gradients to all arguments."""
        if self._validate_args:
            self._validate_sample(value)
        return _log_prob(self, value, "exp_concrete")


class RelaxedOneHotCategorical(relaxed_categorical.RelaxedOneHotCategorical):
    """The Concrete (Gumbel-Softmax) distribution, in place of `torch.distributions.RelaxedOneHotCategorical`.

    Parameters
    ----------
    temperature, probs, logits, validate_args
        As of `ExpRelaxedCategorical`.

    Examples
    --------
    >>> import torch
    >>> from gsampler.torch import RelaxedOneHotCategorical
    >>> _ = torch.manual_seed(0)
    >>> dist = RelaxedOneHotCategorical(0.5, logits=torch.tensor([0.0, 1.0, 2.0]))
    >>> dist.rsample((4,)).shape
    torch.Size([4, 3])
    """

    def __init__(
        self,
        temperature: float | Tensor,
        probs: Tensor | None = None,
        logits: Tensor | None = None,
        validate_args: bool | None = None,
    ) -> None:
        base = ExpRelaxedCategorical(temperature, probs, logits, validate_args=validate_args)
        TransformedDistribution.__init__(self, base, ExpTransform(), validate_args=validate_args)

    def expand(self, batch_shape: Any, _instance: Any = None) -> RelaxedOneHotCategorical:
        new: RelaxedOneHotCategorical = self._get_checked_instance(RelaxedOneHotCategorical, _instance)
        return super().expand(batch_shape, _instance=new)

    def rsample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """Samples, of shape ``sample_shape + batch_shape + event_shape``, with gradients to logits and temperature."""
        logits, tau = _parameters(self, sample_shape)
        if not is_ours(logits):
            return super().rsample(torch.Size(sample_shape))
        soft = operators.sample(logits, tau, operators.draw_key(), logits.ndim - 1, False)
        return soft.to(self.logits.dtype)

    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """Samples without gradients."""
        with torch.no_grad():
            return self.rsample(sample_shape)

    def log_prob(self, value: Tensor) -> Tensor:
        """Log density of samples, of shape ``sample_shape + batch_shape``, with gradients to all arguments."""
        if self._validate_args:
            self._validate_sample(value)
        return _log_prob(self, value, "concrete")


class LogitRelaxedBernoulli(relaxed_bernoulli.LogitRelaxedBernoulli):
    """Logits of samples of `RelaxedBernoulli`, in place of `torch.distributions.LogitRelaxedBernoulli`.

    Parameters
    ----------
    temperature : float or Tensor
        Above 0; broadcasts with the parameters.
    probs, logits : float or Tensor
        One of the two.
    validate_args : bool, optional
        As there.

    Notes
    -----
    The batch has the shape of parameters and temperature together.

    Examples
    --------
    >>> import torch
    >>> from gsampler.torch import LogitRelaxedBernoulli
    >>> _ = torch.manual_seed(0)
    >>> LogitRelaxedBernoulli(0.5, probs=torch.tensor([0.2, 0.8])).rsample((3,)).shape
    torch.Size([3, 2])
    """

    has_rsample = True
    arg_constraints = {**relaxed_bernoulli.LogitRelaxedBernoulli.arg_constraints, "temperature": constraints.positive}  # noqa: RUF012

    def __init__(
        self,
        temperature: float | Tensor,
        probs: float | Tensor | None = None,
        logits: float | Tensor | None = None,
        validate_args: bool | None = None,
    ) -> None:
        param = logits if probs is None else probs
        temperature = _temperature(temperature, param)
        shape = torch.broadcast_shapes(param.shape if isinstance(param, Tensor) else (), temperature.shape)
        super().__init__(temperature, _expanded(probs, shape), _expanded(logits, shape), validate_args)

    def expand(self, batch_shape: Any, _instance: Any = None) -> LogitRelaxedBernoulli:
        new: LogitRelaxedBernoulli = self._get_checked_instance(LogitRelaxedBernoulli, _instance)
        return super().expand(batch_shape, _instance=new)

    def rsample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """Samples, of shape ``sample_shape + batch_shape``, with gradients to logits and temperature."""
        logits, tau = _parameters(self, sample_shape)
        if not is_ours(logits):
            return super().rsample(torch.Size(sample_shape))
        noise = operators.noise(operators.draw_key(), "logistic", logits.shape, logits.dtype)
        return ((logits + noise) / tau).to(self.logits.dtype)

    def log_prob(self, value: Tensor) -> Tensor:
        """Log density of samples, of shape ``sample_shape + batch_shape``, with gradients to all arguments."""
        if self._validate_args:
            self._validate_sample(value)
        return _log_prob(self, value, "logit_binary_concrete")


class RelaxedBernoulli(relaxed_bernoulli.RelaxedBernoulli):
    """The binary Concrete distribution, in place of `torch.distributions.RelaxedBernoulli`.

    Parameters
    ----------
    temperature, probs, logits, validate_args
        As of `LogitRelaxedBernoulli`.

    Examples
    --------
    >>> import torch
    >>> from gsampler.torch import RelaxedBernoulli
    >>> _ = torch.manual_seed(0)
    >>> dist = RelaxedBernoulli(torch.tensor(0.5), probs=torch.tensor([0.2, 0.8]))
    >>> dist.log_prob(dist.rsample((3,))).shape
    torch.Size([3, 2])
    """

    def __init__(
        self,
        temperature: float | Tensor,
        probs: float | Tensor | None = None,
        logits: float | Tensor | None = None,
        validate_args: bool | None = None,
    ) -> None:
        base = LogitRelaxedBernoulli(temperature, probs, logits, validate_args=validate_args)
        TransformedDistribution.__init__(self, base, SigmoidTransform(), validate_args=validate_args)

    def expand(self, batch_shape: Any, _instance: Any = None) -> RelaxedBernoulli:
        new: RelaxedBernoulli = self._get_checked_instance(RelaxedBernoulli, _instance)
        return super().expand(batch_shape, _instance=new)

    def rsample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """Samples, of shape ``sample_shape + batch_shape``, with gradients to logits and temperature."""
        logits, tau = _parameters(self, sample_shape)
        if not is_ours(logits):
            return super().rsample(torch.Size(sample_shape))
        return operators.element_sample(logits, tau, operators.draw_key()).to(self.logits.dtype)

    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """Samples without gradients."""
        with torch.no_grad():
            return self.rsample(sample_shape)

    def log_prob(self, value: Tensor) -> Tensor:
        """Log density of samples, of shape ``sample_shape + batch_shape``, with gradients to all arguments."""
        if self._validate_args:
            self._validate_sample(value)
        return _log_prob(self, value, "binary_concrete")
