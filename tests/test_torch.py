"""gsampler.torch: PyTorch's own checkers, and its functions on the same noise.

Each test of a distribution fails on a right sampler with probability 1e-6.
"""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from scipy import stats
from torch import Tensor
from torch.autograd import forward_ad
from torch.distributions import relaxed_bernoulli, relaxed_categorical
from torch.utils.checkpoint import checkpoint

import gsampler as gs
import gsampler.torch as gt
from gsampler.torch import operators

FALSE_ALARM = 1e-6
DTYPES = [torch.float16, torch.bfloat16, torch.float32, torch.float64]
ids = str

pytestmark = [  # of PyTorch's own
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(20)
    torch.distributions.Distribution.set_default_validate_args(True)  # which torch.compile turns off


def next_key() -> tuple[int, int]:
    """The key that the next call draws; the generator is left as it is."""
    state = torch.get_rng_state()
    seed, stream = operators.draw_key().tolist()
    torch.set_rng_state(state)
    return seed, stream


def next_noise(x: Tensor, dim: int = -1) -> Tensor:
    """The Gumbel noise of the next call."""
    moved = x.movedim(dim, -1)
    dtype = np.float64 if x.dtype == torch.float64 else np.float32
    noise = gs.Generator(*next_key()).gumbel(size=tuple(moved.shape), dtype=dtype)
    return torch.from_numpy(noise).movedim(-1, dim)


def same_noise(x: Tensor, tau: Any = 1.0, hard: bool = False, dim: int = -1) -> Tensor:
    """PyTorch's own Gumbel-Softmax of the next call's noise."""
    soft = ((x + next_noise(x, dim)) / tau).softmax(dim)
    if not hard:
        return soft
    one_hot = torch.zeros_like(soft).scatter_(dim, soft.argmax(dim, keepdim=True), 1.0)
    return one_hot - soft.detach() + soft


# --- Gumbel-Softmax: values -------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", DTYPES, ids=ids)
@pytest.mark.parametrize("hard", [False, True])
@pytest.mark.parametrize("dim", [0, 1, -1])
def test_values_are_those_of_the_generator(dtype: torch.dtype, hard: bool, dim: int) -> None:
    logits = torch.randn(4, 5, 6).to(dtype)
    rng = gs.Generator(*next_key())
    value = gt.gumbel_softmax(logits, tau=0.7, hard=hard, dim=dim)
    computed = logits.double() if dtype == torch.float64 else logits.float()
    expected = torch.from_numpy(rng.gumbel_softmax(computed.numpy(), tau=0.7, hard=hard, axis=dim))
    assert value.dtype == dtype
    assert torch.equal(value, expected.to(dtype))


@pytest.mark.parametrize(
    "strided",
    [
        lambda x: x.t(),
        lambda x: x[::2],
        lambda x: x[:, ::3],
        lambda x: x.flip(1),
        lambda x: x[:1].expand(4, -1),
        lambda x: x[:, 1:5],
        lambda x: x.unsqueeze(1),
    ],
)
def test_strides(strided: Callable[[Tensor], Tensor]) -> None:
    logits = strided(torch.randn(8, 9))
    before = logits.clone()
    rng = gs.Generator(*next_key())
    value = gt.gumbel_softmax(logits)
    assert torch.equal(value, torch.from_numpy(rng.gumbel_softmax(before.contiguous().numpy())))
    assert torch.equal(logits, before)


def test_memory_is_shared() -> None:
    for x in (torch.randn(3, 4), torch.randn(3, 4).t(), torch.randn(3, 4)[:, ::2], torch.randn(3, requires_grad=True)):
        assert operators.as_array(x).ctypes.data == x.data_ptr()
    array = np.zeros(5)
    assert operators.as_tensor(array).data_ptr() == array.ctypes.data


def test_close_to_torch_on_the_same_noise() -> None:
    for dtype, eps in ((torch.float32, 2**-23), (torch.float64, 2**-52)):
        x = torch.randn(50, 20, dtype=dtype)
        tau = torch.rand(50, 1, dtype=dtype) + 0.2
        expected = same_noise(x, tau)
        torch.testing.assert_close(gt.gumbel_softmax(x, tau), expected, rtol=100 * eps, atol=eps)


def test_shapes_of_tau() -> None:
    x = torch.randn(3, 4, 5)
    for shape in ((), (1,), (4, 1), (3, 1, 1), (1, 4, 1), (3, 4, 1)):
        tau = torch.rand(shape) + 0.5
        assert torch.allclose(same_noise(x, tau), gt.gumbel_softmax(x, tau), atol=1e-6)
    tau = torch.rand(4, 1, 1).requires_grad_()
    first = gt.gumbel_softmax(torch.randn(4, 6, 5), tau, dim=1)
    first[:, 0].sum().backward()
    assert tau.grad is not None
    assert tau.grad.shape == (4, 1, 1)


def test_few_and_no_elements() -> None:
    assert torch.equal(gt.gumbel_softmax(torch.tensor(3.0)), torch.tensor(1.0))
    assert torch.equal(gt.gumbel_softmax(torch.randn(3, 1), hard=True), torch.ones(3, 1))
    for shape in ((0, 4), (4, 0), (0,)):
        assert gt.gumbel_softmax(torch.empty(shape)).shape == shape
        assert gt.gumbel_softmax(torch.empty(shape), hard=True).shape == shape


def test_masks() -> None:
    x = torch.tensor([[0.0, -torch.inf, 1.0]] * 100, requires_grad=True)
    for hard in (False, True):
        value = gt.gumbel_softmax(x, hard=hard)
        assert (value[:, 1] == 0).all()
        (grad,) = torch.autograd.grad(value[:, 0].sum(), x)
        assert (grad[:, 1] == 0).all()
        assert (grad[:, 0] > 0).all()


@pytest.mark.parametrize("hard", [False, True])
@pytest.mark.parametrize("bad", [torch.nan, torch.inf, "all masked"])
@pytest.mark.parametrize("dtype", DTYPES, ids=ids)
def test_rows_without_a_softmax_are_nan(hard: bool, bad: Any, dtype: torch.dtype) -> None:
    """As PyTorch has it, so that what skips a step of infinite gradients finds them; other rows are not changed."""
    good = torch.randn(4, 5).to(dtype)
    x = good.clone()
    if bad == "all masked":
        x[2] = -torch.inf
    else:
        x[2, 3] = bad
    x.requires_grad_()
    torch.manual_seed(3)
    expected = gt.gumbel_softmax(good, hard=hard)
    torch.manual_seed(3)
    value = gt.gumbel_softmax(x, hard=hard)
    rows = [0, 1, 3]
    assert torch.equal(value[rows], expected[rows])
    assert value[2].isnan().all()
    if dtype.itemsize > 2:
        theirs = F.gumbel_softmax(x, hard=hard)
        assert torch.equal(theirs.isnan(), value.isnan())
    (grad,) = torch.autograd.grad((value * torch.arange(5)).sum(), x)
    assert grad[2].isnan().all()
    assert grad[rows].isfinite().all()
    tau = torch.ones(4, 1, requires_grad=True)
    gt.gumbel_softmax(x.detach(), tau, hard).select(-1, 0).sum().backward()
    assert tau.grad is not None
    assert tau.grad.isnan().flatten().tolist() == [False, False, True, False]


def test_one_hot_is_exact() -> None:
    x = torch.randn(1000, 7, requires_grad=True)
    rng = gs.Generator(*next_key())
    value = gt.gumbel_softmax(x, tau=0.3, hard=True)
    assert set(value.unique().tolist()) == {0.0, 1.0}
    assert torch.equal(value.argmax(-1), torch.from_numpy(rng.categorical(x.detach().numpy())))
    with torch.no_grad():
        torch.manual_seed(20)
        torch.randn(1000, 7)
        assert torch.equal(gt.gumbel_softmax(x, tau=0.3, hard=True), value)  # no soft sample is made here


@pytest.mark.parametrize("hard", [False, True])
def test_gradients_are_torchs_on_the_same_noise(hard: bool) -> None:
    for dtype, tolerance in ((torch.float32, 2e-5), (torch.float64, 1e-13)):
        x = torch.randn(30, 8, dtype=dtype, requires_grad=True)
        tau = (torch.rand(30, 1, dtype=dtype) + 0.3).requires_grad_()
        weights = torch.randn(30, 8, dtype=dtype)
        expected = torch.autograd.grad((same_noise(x, tau, hard) * weights).sum(), (x, tau))
        found = torch.autograd.grad((gt.gumbel_softmax(x, tau, hard) * weights).sum(), (x, tau))
        for ours, theirs in zip(found, expected, strict=True):
            torch.testing.assert_close(ours, theirs, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16], ids=ids)
def test_gradients_of_short_floats_are_those_of_float32(dtype: torch.dtype) -> None:
    short = torch.randn(6, 8).to(dtype).requires_grad_()
    x = short.detach().float().requires_grad_()
    tau = torch.tensor(0.8, requires_grad=True)
    weights = torch.randn(6, 8).to(dtype)
    torch.manual_seed(1)
    (gt.gumbel_softmax(x, tau) * weights.float()).sum().backward()
    expected, tau.grad = tau.grad, None
    torch.manual_seed(1)
    (gt.gumbel_softmax(short, tau) * weights).sum().backward()
    assert short.grad is not None
    assert x.grad is not None
    assert short.grad.dtype == dtype
    assert torch.equal(short.grad, x.grad.to(dtype))
    assert tau.grad is not None
    assert torch.equal(tau.grad, expected)


# --- few elements, and graphs -----------------------------------------------------------------------------------

KEY = torch.tensor([11, 12])


def drawn(x: Tensor, tau: Any) -> list[Tensor]:
    """Samples, categories, and gradients, with that to tau where it requires one; from one state of the generator."""
    results = [gt.categorical(x)]
    for hard in (False, True):
        logits = x.detach().requires_grad_()
        inputs = (logits, tau) if isinstance(tau, Tensor) and tau.requires_grad else (logits,)
        results += [gt.gumbel_softmax(x, tau, hard).detach(), gt.gumbel_softmax(logits, tau, hard)]
        results += torch.autograd.grad((results[-1] * torch.arange(1.0, x.shape[-1] + 1)).sum(), inputs)
    return results


@pytest.mark.parametrize("tau", [0.5, torch.tensor(0.5, requires_grad=True)], ids=["number", "learnt"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("shape", [(1,), (7,), (1, 9), (3, 5, 4)], ids=ids)
@pytest.mark.parametrize("large", [False, True])
def test_few_elements_are_drawn_as_many(
    monkeypatch: pytest.MonkeyPatch, shape: tuple[int, ...], dtype: torch.dtype, tau: Any, large: bool
) -> None:
    """Kernels get the memory of few elements by another way: the same bits, also of logits that are shifted."""
    x = torch.randn(shape, dtype=dtype) + (1e13 if large else 0)
    few = []
    for limit in (operators.FEW, 0):
        monkeypatch.setattr(operators, "FEW", limit)
        torch.manual_seed(8)
        few.append(drawn(x, tau))
    assert len(few[0]) == (9 if isinstance(tau, Tensor) else 7)
    for one, other in zip(*few, strict=True):
        assert one.dtype == other.dtype
        assert torch.equal(one, other)


@pytest.mark.parametrize("hard", [False, True])
def test_gradients_of_rows_without_a_softmax_are_nan(monkeypatch: pytest.MonkeyPatch, hard: bool) -> None:
    """Of few elements and of many; the other rows have theirs, and so has a temperature of each row."""
    for limit in (operators.FEW, 0):
        monkeypatch.setattr(operators, "FEW", limit)
        for tau in (torch.tensor(0.5, requires_grad=True), torch.full((3, 1), 0.5, requires_grad=True)):
            x = torch.randn(3, 4)
            x[1] = -torch.inf
            x.requires_grad_()
            value = gt.gumbel_softmax(x, tau, hard)
            (value * torch.arange(4.0)).sum().backward()
            assert value.isnan().any(1).tolist() == [False, True, False]
            assert x.grad is not None
            assert tau.grad is not None
            assert x.grad.isnan().tolist() == [[False] * 4, [True] * 4, [False] * 4]
            assert x.grad[0].abs().sum() > 0
            assert tau.grad.flatten().isnan().tolist() == ([True] if tau.ndim == 0 else [False, True, False])


def test_a_gradient_that_nobody_needs_is_not_made() -> None:
    grad, soft, tau = torch.randn(3, 4), torch.randn(3, 4).softmax(-1), torch.tensor(0.5)
    both = operators.gumbel_softmax_backward(grad, soft, tau, 1)
    one = operators.gumbel_softmax_backward(grad, soft, tau, 1, False)
    assert torch.equal(both[0], one[0])
    assert [both[1].shape, one[1].shape] == [(), (0,)]
    seen = torch.vmap(lambda g: operators.gumbel_softmax_backward(g, soft, tau, 1, False), out_dims=(0, None))(
        grad.expand(2, 3, 4)
    )
    assert torch.equal(seen[0][1], both[0])
    assert seen[1].shape == (0,)


@pytest.mark.parametrize("name", ["gumbel_softmax", "gumbel_softmax_hard", "binary_concrete", "_log_prob"])
def test_operators_of_graphs_are_those_that_are_called_at_once(name: str) -> None:
    """What a compiler records has the same value and the same gradients."""
    x, tau, other = torch.randn(3, 4, requires_grad=True), torch.tensor(0.5, requires_grad=True), torch.randn(3, 4)
    args: dict[str, tuple[Any, ...]] = {
        "gumbel_softmax": (x, tau, KEY, 1),
        "gumbel_softmax_hard": (x, tau, KEY, 1, True),
        "binary_concrete": (x, tau, KEY),
        "_log_prob": (other.softmax(-1), x, tau, "concrete"),
    }
    operator, results = getattr(operators, name), []
    for call in (operator, operator.recorded):
        value = call(*args[name])
        value = value[0] if isinstance(value, tuple) else value
        results.append((value, *torch.autograd.grad((value * value.detach().cos()).sum(), (x, tau))))
    assert all(map(torch.equal, *results))
    with torch.no_grad():
        value = operator(*args[name])
    assert torch.equal(value[0] if isinstance(value, tuple) else value, results[0][0])


@pytest.mark.filterwarnings("ignore")  # that it is deprecated, and that it takes what it sees for constants
def test_what_is_traced_has_a_gradient() -> None:
    """Also where the example needed none."""
    x = torch.randn(3, 4, requires_grad=True)
    traced = torch.jit.trace(gt.gumbel_softmax, (x.detach(),), check_trace=False)  # type: ignore[no-untyped-call]
    torch.manual_seed(3)
    expected = torch.autograd.grad(gt.gumbel_softmax(x)[:, 0].sum(), x)
    torch.manual_seed(3)
    assert torch.equal(*expected, *torch.autograd.grad(traced(x)[:, 0].sum(), x))


# --- PyTorch's checkers -----------------------------------------------------------------------------------------


def float64(*shape: int) -> Tensor:
    return torch.randn(*shape, dtype=torch.float64).requires_grad_()


def taus(*shape: int) -> Tensor:
    return (torch.rand(shape, dtype=torch.float64) + 0.5).requires_grad_()


def opcheck(op: Any, args: tuple[Any, ...]) -> None:
    """torch.library.opcheck, which looks at the gradients of copies that it makes; it hides the warning of that only
    where warnings are shown, and here they are errors.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", r"The \.grad attribute of a Tensor that is not a leaf", UserWarning)
        torch.library.opcheck(op, args)


@pytest.mark.parametrize("tau", [(), (4, 1)], ids=ids)
@pytest.mark.parametrize("name", ["gumbel_softmax", "gumbel_softmax_hard", "gumbel_softmax_hard, no grad"])
@pytest.mark.slow
def test_opcheck(name: str, tau: tuple[int, ...]) -> None:
    name, *without = name.split(", ")
    keep = () if name == "gumbel_softmax" else (not without,)
    args = (float64(4, 5), taus(*tau), KEY, 1, *keep)
    if without:
        args = (args[0].detach(), args[1].detach(), *args[2:])
    opcheck(getattr(torch.ops.gsampler, name).default, args)
    if without:
        opcheck(getattr(torch.ops.gsampler, f"{name}_value").default, args)


@pytest.mark.parametrize("tau", [(), (4, 1)], ids=ids)
@pytest.mark.slow
def test_opcheck_of_the_gradients(tau: tuple[int, ...]) -> None:
    soft = torch.randn(4, 5).double().softmax(-1)
    args = (torch.randn(4, 5).double(), soft, taus(*tau).detach(), 1)
    for learnt in (True, False):
        opcheck(torch.ops.gsampler.gumbel_softmax_backward.default, (*args, learnt))


@pytest.mark.parametrize(("tau", "dim"), [((), 1), ((4, 1), 1), ((1, 5), 0)], ids=ids)
def test_gradcheck(tau: tuple[int, ...], dim: int) -> None:
    def call(x: Tensor, t: Tensor) -> Tensor:
        torch.manual_seed(4)
        return gt.gumbel_softmax(x, t, dim=dim)

    inputs = float64(4, 5), taus(*tau)
    torch.autograd.gradcheck(call, inputs, check_batched_grad=True)
    torch.autograd.gradgradcheck(call, inputs)


def test_second_derivatives_of_one_hot_samples() -> None:
    x, tau = float64(3, 4), taus()
    weights = torch.randn(3, 4, dtype=torch.float64)

    def hessians(value: Tensor) -> tuple[Tensor, ...]:
        first = torch.autograd.grad((value * weights).sum(), (x, tau), create_graph=True)
        return torch.autograd.grad(first[0].pow(2).sum() + first[1].pow(2), (x, tau))

    for ours, theirs in zip(hessians(gt.gumbel_softmax(x, tau, True)), hessians_again(x, tau, hessians), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-10, atol=1e-12)


def hessians_again(x: Tensor, tau: Tensor, hessians: Callable[[Tensor], Any]) -> Any:
    torch.manual_seed(20)
    torch.randn(3, 4, dtype=torch.float64)
    torch.rand((), dtype=torch.float64)
    torch.randn(3, 4, dtype=torch.float64)
    return hessians(same_noise(x, tau, True))


# --- vmap and torch.func ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("hard", [False, True])
def test_vmap_randomness(hard: bool) -> None:
    x = torch.zeros(4, 6)

    def call(row: Tensor) -> Tensor:
        return gt.gumbel_softmax(row, hard=hard)

    with pytest.raises(RuntimeError, match="randomness"):
        torch.vmap(call)(x)
    rng = gs.Generator(*next_key())
    same = torch.vmap(call, randomness="same")(x)
    expected = torch.from_numpy(rng.gumbel_softmax(np.zeros(6, np.float32), hard=hard))
    assert torch.equal(same, expected.expand(4, -1))
    soft = torch.vmap(gt.gumbel_softmax, randomness="different")(x)
    assert len(soft.unique(dim=0)) == 4


@pytest.mark.parametrize(
    ("x", "tau", "key", "in_dims"),
    [
        ((3, 4, 5), (), (3, 2), (0, None, 0)),
        ((4, 5, 3), (3,), (3, 2), (2, 0, 0)),
        ((4, 5), (3,), (2,), (None, 0, None)),
        ((4, 5), (4, 1), (3, 2), (None, None, 0)),
        ((3, 4, 5), (4, 1, 3), (2,), (0, 2, None)),
    ],
    ids=ids,
)
def test_vmap_is_a_loop(x: Any, tau: Any, key: Any, in_dims: Any) -> None:
    tensors = torch.randn(x), torch.rand(tau) + 0.5, torch.randint(2**40, key)
    lanes = [[t if d is None else t.select(d, i) for t, d in zip(tensors, in_dims, strict=True)] for i in range(3)]
    for operator, rest in (
        (operators.gumbel_softmax, (1,)),
        (lambda *args: operators.gumbel_softmax_hard(*args)[0], (1, True)),
        (lambda *args: operators.gumbel_softmax_hard(*args)[0], (1, False)),
    ):

        def call(*args: Any, operator: Any = operator, rest: Any = rest) -> Tensor:
            return operator(*args, *rest)

        expected = torch.stack([call(*lane) for lane in lanes])
        assert torch.equal(torch.vmap(call, in_dims)(*tensors), expected)


def test_nested_vmap() -> None:
    x, keys = torch.randn(2, 3, 4, 5), torch.randint(2**40, (2, 3, 2))
    tau = torch.rand(3, 4, 1) + 0.5

    def call(x: Tensor, tau: Tensor, key: Tensor) -> Tensor:
        return operators.gumbel_softmax(x, tau, key, 1)

    found = torch.vmap(torch.vmap(call), (0, None, 0))(x, tau, keys)
    expected = [[call(x[i, j], tau[j], keys[i, j]) for j in range(3)] for i in range(2)]
    assert torch.equal(found, torch.stack([torch.stack(row) for row in expected]))


@pytest.mark.parametrize("hard", [False, True])
def test_gradients_of_each_lane(hard: bool) -> None:
    x, keys, tau = torch.randn(3, 4, 5), torch.randint(2**40, (3, 2)), torch.tensor(0.7)
    weights = torch.randn(4, 5)

    def loss(x: Tensor, tau: Tensor, key: Tensor) -> Tensor:
        value = operators.sample(x, tau.reshape(()), key, 1, hard)
        return (value * weights).sum()

    for transform in (torch.func.grad, torch.func.jacrev, torch.func.jacfwd):
        found = torch.vmap(transform(loss, argnums=(0, 1)), (0, None, 0))(x, tau, keys)
        for i in range(3):
            inputs = x[i].clone().requires_grad_(), tau.clone().requires_grad_()
            expected = torch.autograd.grad(loss(*inputs, keys[i]), inputs)
            torch.testing.assert_close(found[0][i], expected[0], rtol=1e-4, atol=1e-6)
            torch.testing.assert_close(found[1][i], expected[1], rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(
    "name", ["soft", "hard", "RelaxedOneHotCategorical", "ExpRelaxedCategorical", "RelaxedBernoulli"]
)
def test_forward_mode(name: str) -> None:
    """The tangent is the Jacobian's product, for those who do not ask by way of `torch.func`."""
    inputs = torch.randn(4, 5, dtype=torch.float64), torch.tensor(0.7, dtype=torch.float64)
    tangents = torch.randn(4, 5, dtype=torch.float64), torch.tensor(1.3, dtype=torch.float64)

    def call(x: Tensor, tau: Tensor) -> Tensor:
        torch.manual_seed(1)
        if name in ("soft", "hard"):
            return gt.gumbel_softmax(x, tau, name == "hard")
        dist = distribution(name, tau, logits=x, validate_args=False)
        value = dist.rsample()
        return value + dist.log_prob(value).sum()

    with forward_ad.dual_level():
        value = call(*(forward_ad.make_dual(x, t) for x, t in zip(inputs, tangents, strict=True)))
        found = forward_ad.unpack_dual(value).tangent
    jacobians = torch.autograd.functional.jacobian(call, inputs)
    expected = sum((j * t).flatten(2).sum(-1) if t.ndim else j * t for j, t in zip(jacobians, tangents, strict=True))
    assert found is not None
    torch.testing.assert_close(found, expected, rtol=1e-9, atol=1e-10)


def test_vmap_of_the_gradients() -> None:
    grad, soft, tau = torch.randn(3, 4, 5), torch.randn(3, 4, 5).softmax(-1), torch.rand(3) + 0.5
    found = torch.vmap(lambda *args: operators.gumbel_softmax_backward(*args, 1))(grad, soft, tau)
    for i in range(3):
        expected = operators.gumbel_softmax_backward(grad[i], soft[i], tau[i], 1)
        for ours, theirs in zip(found, expected, strict=True):
            assert torch.equal(ours[i], theirs)
    found = torch.vmap(lambda *args: operators.gumbel_softmax_backward(*args, 1), (0, None, None))(
        grad, soft[0], torch.ones(4, 1)
    )
    assert found[1].shape == (3, 4, 1)
    assert torch.equal(found[0][2], operators.gumbel_softmax_backward(grad[2], soft[0], torch.ones(4, 1), 1)[0])


# --- compiled ---------------------------------------------------------------------------------------------------


def check_compiled(backend: str) -> None:
    torch._dynamo.reset()

    @torch.compile(fullgraph=True, backend=backend)
    def compiled(x: Tensor, tau: Tensor) -> tuple[Tensor, ...]:
        soft = gt.gumbel_softmax(x, tau), gt.gumbel_softmax(x, tau)
        return (*soft, gt.gumbel_softmax(x, hard=True), gt.gumbel_softmax(x, hard=True))

    x, tau = torch.zeros(20, 5, requires_grad=True), torch.tensor(0.5, requires_grad=True)
    torch.manual_seed(7)
    first = compiled(x, tau)
    second = compiled(x, tau)
    torch.manual_seed(7)
    again = compiled(x, tau)
    assert not torch.equal(first[0], first[1])
    assert not torch.equal(first[2], first[3])
    for one, other, repeated in zip(first, second, again, strict=True):
        assert not torch.equal(one, other)
        assert torch.equal(one, repeated)
    grads = torch.autograd.grad(first[0].pow(2).sum(), (x, tau))
    expected = operators.gumbel_softmax_backward(2 * first[0].detach(), first[0].detach(), tau.detach(), 1)
    for ours, theirs in zip(grads, expected, strict=True):
        torch.testing.assert_close(ours, theirs)


def test_compiled() -> None:
    check_compiled("aot_eager")


@pytest.mark.slow
def test_compiled_by_inductor() -> None:
    check_compiled("inductor")


def test_compiled_with_torch_func() -> None:
    torch._dynamo.reset()
    x = torch.zeros(3, 4)
    for function in (
        torch.func.grad(lambda x: gt.gumbel_softmax(x).pow(2).sum()),
        torch.vmap(lambda x: gt.gumbel_softmax(x, hard=True), randomness="different"),
    ):
        torch.manual_seed(1)
        expected = function(x)
        torch.manual_seed(1)
        assert torch.allclose(torch.compile(function, fullgraph=True, backend="aot_eager")(x), expected)


# --- PyTorch's generator ----------------------------------------------------------------------------------------


def test_manual_seed() -> None:
    x = torch.zeros(3, 4)
    torch.manual_seed(1)
    first, second = gt.gumbel_softmax(x), gt.gumbel_softmax(x)
    assert not torch.equal(first, second)
    torch.manual_seed(1)
    assert torch.equal(gt.gumbel_softmax(x), first)
    torch.manual_seed(2)
    assert not torch.equal(gt.gumbel_softmax(x), first)


def test_generator_argument() -> None:
    x = torch.zeros(3, 4)
    state = torch.get_rng_state()
    first = gt.gumbel_softmax(x, generator=torch.Generator().manual_seed(5))
    assert torch.equal(torch.get_rng_state(), state)
    assert torch.equal(gt.gumbel_softmax(x, generator=torch.Generator().manual_seed(5)), first)
    assert not torch.equal(gt.gumbel_softmax(x, generator=torch.Generator().manual_seed(6)), first)


def test_no_grad_and_inference_mode() -> None:
    x = torch.zeros(3, 4, requires_grad=True)
    torch.manual_seed(1)
    expected = gt.gumbel_softmax(x)
    assert expected.requires_grad
    for mode in (torch.no_grad, torch.inference_mode):
        with mode():
            for hard in (False, True):
                torch.manual_seed(1)
                value = gt.gumbel_softmax(x, hard=hard)
                assert not value.requires_grad
                assert hard or torch.equal(value, expected)
            assert value.is_inference() == (mode is torch.inference_mode)


@pytest.mark.parametrize("use_reentrant", [False, True])
def test_checkpoint_draws_the_same_again(use_reentrant: bool) -> None:
    x = torch.randn(3, 4, requires_grad=True)
    seen = []

    def layer(x: Tensor) -> Tensor:
        value = gt.gumbel_softmax(x)
        seen.append(value.detach().clone())
        return value.pow(2)

    checkpoint(layer, x, use_reentrant=use_reentrant).sum().backward()
    assert len(seen) == 2
    assert torch.equal(*seen)
    assert x.grad is not None
    expected = operators.gumbel_softmax_backward(2 * seen[0], seen[0], torch.tensor(1.0), 1)[0]
    torch.testing.assert_close(x.grad, expected)


class Noisy(torch.utils.data.Dataset[Tensor]):
    def __len__(self) -> int:
        return 4

    def __getitem__(self, i: int) -> Tensor:
        return gt.gumbel_softmax(torch.zeros(5))


def test_workers_of_a_data_loader_draw_their_own() -> None:
    gt.gumbel_softmax(torch.zeros(1000, 1000))  # threads, before the fork

    def rows(seed: int) -> Tensor:
        generator = torch.Generator().manual_seed(seed)
        loader = torch.utils.data.DataLoader(
            Noisy(), num_workers=2, generator=generator, multiprocessing_context="fork"
        )
        return torch.cat(list(loader))

    first = rows(1)
    assert len(first.unique(dim=0)) == 4
    assert torch.equal(rows(1), first)
    assert not torch.equal(rows(2), first)


# --- arguments --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kwargs", "error", "match"),
    [
        ({"logits": [0.0, 1.0]}, TypeError, "logits must be a tensor, got list"),
        ({"logits": torch.zeros(3, dtype=torch.int64)}, TypeError, r"logits must be of .*, got torch.int64"),
        ({"logits": torch.zeros(3, dtype=torch.complex64)}, TypeError, r"got torch.complex64"),
        ({"tau": 0}, ValueError, "tau must be finite and above 0, got 0"),
        ({"tau": -1.0}, ValueError, "tau must be finite and above 0, got -1"),
        ({"tau": torch.nan}, ValueError, "tau must be finite and above 0, got nan"),
        ({"tau": torch.tensor([[1.0], [0.0], [1.0]])}, ValueError, "tau.* must be finite and above 0"),
        ({"tau": torch.ones(4)}, ValueError, r"tau must have length 1 along dim 1.*tau.unsqueeze\(dim\)"),
        ({"tau": torch.ones(2, 1)}, ValueError, r"tau must broadcast to logits, \(3, 4\), got the shape \(2, 1\)"),
        ({"tau": torch.ones(2, 3, 1)}, ValueError, "tau must broadcast to logits"),
        ({"dim": 2}, IndexError, "dim must be from -2 to 1 for logits of 2 dimensions, got 2"),
    ],
    ids=ids,
)
def test_errors(kwargs: dict[str, Any], error: type[Exception], match: str) -> None:
    kwargs = {"logits": torch.zeros(3, 4), **kwargs}
    with pytest.raises(error, match=match):
        gt.gumbel_softmax(**kwargs)


def test_eps_has_no_effect() -> None:
    """It is where it is in PyTorch, for those who give all arguments by position."""
    torch.manual_seed(1)
    expected = gt.gumbel_softmax(torch.zeros(3, 4), 0.5, False, 1e-10, 0)
    torch.manual_seed(1)
    with pytest.warns(UserWarning, match="eps has no effect"):
        assert torch.equal(gt.gumbel_softmax(torch.zeros(3, 4), 0.5, False, 1e-3, 0), expected)


def test_other_devices_are_torchs() -> None:
    x = torch.zeros(3, 4, device="meta", requires_grad=True)
    value = gt.gumbel_softmax(x, hard=True)
    assert value.device.type == "meta"
    assert value.requires_grad
    assert value.shape == (3, 4)


def test_gsampler_does_not_import_torch() -> None:
    code = (
        "import sys, gsampler; assert 'torch' not in sys.modules; import gsampler.torch; print('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "True\n"


# --- distribution -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", DTYPES, ids=ids)
def test_distribution(dtype: torch.dtype) -> None:
    logits = torch.tensor([1.0, 0.0, -1.0, -3.0, 0.5, -torch.inf]).to(dtype)
    n = 200_000
    one_hot = gt.gumbel_softmax(logits.expand(n, -1), hard=True)
    soft = gt.gumbel_softmax(logits.expand(n, -1), tau=2.0)
    expected = logits.double().softmax(-1)[:-1].numpy() * n
    assert one_hot[:, -1].sum() == 0
    assert stats.chisquare(one_hot.double().sum(0)[:-1].numpy(), expected).pvalue > FALSE_ALARM
    if dtype.itemsize > 2:  # in short ones, equal numbers hide which is largest
        counts = torch.bincount(soft.argmax(-1), minlength=6)[:-1].numpy()
        assert stats.chisquare(counts, expected).pvalue > FALSE_ALARM


def test_mean_of_soft_samples() -> None:
    """Against PyTorch's: the difference of means of two samples of 200 000, in standard errors."""
    logits = torch.tensor([1.0, 0.0, -1.0]).expand(200_000, -1)
    for tau in (0.3, 1.0, 5.0):
        ours, theirs = gt.gumbel_softmax(logits, tau), F.gumbel_softmax(logits, tau)
        error = ((ours.var(0) + theirs.var(0)) / len(ours)).sqrt()
        z = ((ours.mean(0) - theirs.mean(0)) / error).abs().max().item()
        assert 2 * stats.norm.sf(z) > FALSE_ALARM / 9


# --- categories -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", DTYPES, ids=ids)
@pytest.mark.parametrize("dim", [0, 1, -1])
def test_categories_are_those_of_the_generator(dtype: torch.dtype, dim: int) -> None:
    logits = torch.randn(4, 5, 6).to(dtype)
    computed = (logits.double() if dtype == torch.float64 else logits.float()).numpy()
    for shape, size in (((), None), ((7,), 7), ((2, 3), (2, 3)), ((0,), 0)):
        expected = gs.Generator(*next_key()).categorical(computed, size=size, axis=dim)
        index = gt.categorical(logits, shape, dim)
        assert index.dtype == torch.int64
        assert torch.equal(index, torch.from_numpy(expected))
    assert gt.categorical(logits[0, 0]).shape == ()


def test_the_category_is_that_of_the_one_hot_sample() -> None:
    x = torch.randn(100, 6)
    torch.manual_seed(1)
    index = gt.categorical(x)
    torch.manual_seed(1)
    assert torch.equal(gt.gumbel_softmax(x, hard=True).argmax(-1), index)


@pytest.mark.parametrize("k", [1, 3, 6])
@pytest.mark.parametrize("dim", [0, 1])
def test_top_k_is_that_of_the_generator(k: int, dim: int) -> None:
    x = torch.randn(6, 7, dtype=torch.float64, requires_grad=True)
    indices, values = gs.Generator(*next_key()).gumbel_top_k(x.detach().numpy(), k, dim)
    found = gt.gumbel_top_k(x, k, dim)
    assert torch.equal(found.indices, torch.from_numpy(indices))
    assert torch.equal(found.values, torch.from_numpy(values))
    weights = torch.randn(found.values.shape, dtype=torch.float64)
    (grad,) = torch.autograd.grad((found.values * weights).sum(), x)
    assert torch.equal(grad, torch.zeros_like(x).scatter_(dim, found.indices, weights))


def test_top_k_of_short_floats() -> None:
    x = torch.randn(3, 8).bfloat16().requires_grad_()
    indices, values = gs.Generator(*next_key()).gumbel_top_k(x.detach().float().numpy(), 2)
    found = gt.gumbel_top_k(x, 2)
    assert torch.equal(found.indices, torch.from_numpy(indices))
    assert torch.equal(found.values, torch.from_numpy(values).bfloat16())
    found.values.sum().backward()
    assert x.grad is not None
    assert x.grad.dtype == torch.bfloat16


def test_opcheck_of_categories() -> None:
    x = torch.randn(3, 4, 5)
    for shape in ([], [2, 3]):
        opcheck(torch.ops.gsampler.categorical.default, (x, KEY, 1, shape))
    opcheck(torch.ops.gsampler.gumbel_top_k.default, (x, KEY, 3, 1))


@pytest.mark.parametrize(
    "call",
    [
        lambda x, key: operators.categorical(x, key, 1, []),
        lambda x, key: operators.categorical(x, key, 0, [3, 2]),
        lambda x, key: operators.gumbel_top_k(x, key, 2, 1)[0],
        lambda x, key: operators.gumbel_top_k(x, key, 2, 0)[1],
    ],
)
@pytest.mark.parametrize("in_dims", [(0, 0), (0, None), (None, 0), (2, 0)], ids=ids)
def test_vmap_of_categories(call: Callable[[Tensor, Tensor], Tensor], in_dims: tuple[int | None, int | None]) -> None:
    x, key = torch.randn(3, 4, 3), torch.randint(2**40, (3, 2))
    x = x[0] if in_dims[0] is None else x
    key = key[0] if in_dims[1] is None else key
    found = torch.vmap(call, in_dims)(x, key)
    for i in range(3):
        lane = [t if d is None else t.select(d, i) for t, d in zip((x, key), in_dims, strict=True)]
        assert torch.equal(found[i], call(*lane))


def test_vmap_randomness_of_categories() -> None:
    x = torch.zeros(4, 1000)
    assert len(torch.vmap(gt.categorical, randomness="same")(x).unique()) == 1
    assert len(torch.vmap(gt.categorical, randomness="different")(x).unique()) == 4
    with pytest.raises(RuntimeError, match="randomness"):
        torch.vmap(gt.categorical)(x)


def test_top_k_with_torch_func() -> None:
    x = torch.randn(3, 5)

    def call(x: Tensor) -> Tensor:
        return gt.gumbel_top_k(x, 2).values.sum()

    grad = torch.vmap(torch.func.grad(call), randomness="different")(x)
    assert torch.equal(grad.sort().values, torch.tensor([0.0, 0.0, 0.0, 1.0, 1.0]).expand(3, -1))


def test_compiled_categories() -> None:
    torch._dynamo.reset()

    @torch.compile(fullgraph=True, backend="aot_eager")
    def compiled(x: Tensor) -> tuple[Tensor, ...]:
        drawn = [gt.categorical(x), gt.categorical(x), gt.categorical(x, (2,))[0]]
        return (*drawn, *(gt.gumbel_top_k(x, 3).values for _ in range(2)))

    x = torch.zeros(50, 20, requires_grad=True)
    torch.manual_seed(1)
    first = compiled(x)
    torch.manual_seed(1)
    again = compiled(x)
    assert all(map(torch.equal, first, again))
    assert len({tuple(t.flatten().tolist()) for t in first}) == 5
    first[3].sum().backward()
    assert x.grad is not None
    assert (x.grad.sum(-1) == 3).all()


@pytest.mark.parametrize("bad", [torch.nan, torch.inf, "all masked"])
def test_there_is_no_category_of_such_rows(bad: Any) -> None:
    x = torch.zeros(3, 4)
    x[1] = -torch.inf
    if bad != "all masked":
        x[1, 2] = bad
    for call in (gt.categorical, lambda x: gt.categorical(x, (5,)), lambda x: gt.gumbel_top_k(x, 1)):
        with pytest.raises(ValueError, match=r"logits.*(NaN|nan|inf|row)"):
            call(x)


def test_errors_of_categories() -> None:
    x = torch.zeros(3, 4)
    with pytest.raises(IndexError, match="dim must be from -2 to 1"):
        gt.categorical(x, dim=-3)
    with pytest.raises(TypeError, match="logits must be of"):
        gt.categorical(x.int())
    with pytest.raises(ValueError, match="k must be"):
        gt.gumbel_top_k(x, 5)
    with pytest.raises(ValueError, match="row"):
        gt.gumbel_top_k(torch.tensor([[0.0, -torch.inf]]), 2)


def test_categories_of_other_devices_and_of_no_rows() -> None:
    x = torch.zeros(3, 4, device="meta")
    assert gt.categorical(x, (2,), 0).shape == (2, 4)
    assert gt.gumbel_top_k(x, 2).values.shape == (3, 2)
    assert gt.categorical(torch.zeros(0, 4), (2,)).shape == (2, 0)
    assert gt.gumbel_top_k(torch.zeros(0, 4), 2).indices.shape == (0, 2)


def test_distribution_of_categories() -> None:
    logits = torch.tensor([1.0, 0.0, -1.0, -3.0, 0.5, -torch.inf])
    n = 200_000
    p = logits.double().softmax(-1).numpy()
    for index in (gt.categorical(logits, (n,)), gt.categorical(logits.expand(n, -1))):
        counts = torch.bincount(index, minlength=6).numpy()
        assert counts[-1] == 0
        assert stats.chisquare(counts[:-1], p[:-1] * n).pvalue > FALSE_ALARM
    pairs = gt.gumbel_top_k(logits.expand(n, -1), 2).indices
    counts = torch.bincount(pairs[:, 0] * 6 + pairs[:, 1], minlength=36).numpy()
    expected = np.array([[0 if i == j else p[i] * p[j] / (1 - p[i]) for j in range(6)] for i in range(6)]).reshape(-1)
    possible = expected > 0
    assert counts[~possible].sum() == 0
    assert stats.chisquare(counts[possible], expected[possible] * n).pvalue > FALSE_ALARM


# --- distributions ----------------------------------------------------------------------------------------------

LAWS = ["RelaxedOneHotCategorical", "ExpRelaxedCategorical", "RelaxedBernoulli", "LogitRelaxedBernoulli"]
ROWS = LAWS[:2]
THEIRS = {name: getattr(relaxed_categorical if name in ROWS else relaxed_bernoulli, name) for name in LAWS}


def distribution(name: str, *args: Any, **kwargs: Any) -> Any:
    return getattr(gt, name)(*args, **kwargs)


@pytest.mark.parametrize("name", LAWS)
def test_subclasses(name: str) -> None:
    dist = distribution(name, torch.tensor(0.5), logits=torch.randn(2, 3))
    assert isinstance(dist, THEIRS[name])
    assert dist.has_rsample
    assert repr(dist).startswith(name)
    x = dist.rsample()
    assert dist.support.check(x).all() or name == "RelaxedOneHotCategorical"
    if name == "RelaxedOneHotCategorical":
        assert (x.sum(-1) - 1).abs().max() < 1e-6


@pytest.mark.parametrize("name", LAWS)
def test_shapes(name: str) -> None:
    """Those of PyTorch's tests of these classes."""
    tau = torch.tensor(0.67, requires_grad=True)
    if name in ROWS:
        for p, batch in (
            (torch.tensor([0.1, 0.2, 0.3], requires_grad=True), ()),
            (torch.tensor([[0.1, 0.2, 0.3], [0.5, 0.3, 0.2]], requires_grad=True), (2,)),
        ):
            for temperature in (tau, torch.tensor([3.0], requires_grad=True), 0.25):
                dist = distribution(name, temperature, p)
                assert dist.batch_shape == batch
                assert dist.event_shape == (3,)
                check_shapes(dist, (*batch, 3), batch)
    else:
        for p, batch in ((torch.tensor([0.7, 0.2, 0.4], requires_grad=True), (3,)), (torch.tensor(0.3), ()), (0.3, ())):
            for temperature in (tau, 0.67):
                dist = distribution(name, temperature, p)
                assert dist.batch_shape == batch
                check_shapes(dist, batch, batch)


def check_shapes(dist: Any, one: tuple[int, ...], batch: tuple[int, ...]) -> None:
    assert not dist.sample().requires_grad
    for shape in ((), (1,), (8,), (3, 2)):
        x = dist.sample(shape)
        assert x.shape == (*shape, *one)
        assert dist.rsample(shape).shape == x.shape
        assert dist.log_prob(x).shape == (*shape, *batch)


@pytest.mark.parametrize("name", ROWS)
def test_a_temperature_for_each_row(name: str) -> None:
    """PyTorch makes log densities of shape (n, n) of a temperature (n, 1)."""
    tau, logits = torch.tensor([[0.5], [1.0], [2.0], [3.0]], dtype=torch.float64), float64(4, 3)
    dist = distribution(name, tau, logits=logits)
    x = dist.sample((2,))
    found = dist.log_prob(x)
    assert found.shape == (2, 4)
    assert THEIRS[name](tau, logits=logits).log_prob(x[0]).shape == (4, 4)
    for i in range(4):
        expected = THEIRS[name](tau[i, 0], logits=logits[i]).log_prob(x[:, i])
        torch.testing.assert_close(found[:, i], expected, rtol=1e-9, atol=1e-9)
    both = distribution(name, tau, logits=logits[0])  # the batch is that of the temperature
    assert both.batch_shape == (4,)
    assert len(both.sample().unique(dim=0)) == 4
    assert both.log_prob(x).shape == (2, 4)


@pytest.mark.parametrize("name", LAWS[2:])
def test_a_temperature_for_each_element(name: str) -> None:
    tau = torch.tensor([0.5, 1.0, 2.0])
    dist = distribution(name, tau, logits=0.0)
    assert dist.batch_shape == (3,)
    assert dist.sample((5,)).shape == (5, 3)
    assert distribution(name, torch.rand(4, 1) + 1, logits=torch.zeros(3)).rsample((2,)).shape == (2, 4, 3)


@pytest.mark.parametrize("name", LAWS)
def test_log_prob_is_torchs(name: str) -> None:
    for dtype, tolerance in ((torch.float32, 2e-4), (torch.float64, 1e-9)):
        logits, tau = torch.randn(4, 3, dtype=dtype), torch.tensor(0.8, dtype=dtype)
        for kwargs in ({"logits": logits}, {"probs": logits.softmax(-1) if name in ROWS else logits.sigmoid()}):
            dist, theirs = distribution(name, tau, **kwargs), THEIRS[name](tau, **kwargs)
            x = theirs.sample((20,))
            found = dist.log_prob(x)
            assert found.dtype == dtype
            torch.testing.assert_close(found, theirs.log_prob(x), rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("name", LAWS)
@pytest.mark.parametrize("tau", [(), (1,), (2, 1)], ids=ids)
def test_gradcheck_of_log_prob(name: str, tau: tuple[int, ...]) -> None:
    logits, temperature = float64(2, 3), taus(*tau)
    x = distribution(name, temperature, logits=logits).sample((2,)).requires_grad_()

    def call(x: Tensor, tau: Tensor, logits: Tensor) -> Tensor:
        return distribution(name, tau, logits=logits, validate_args=False).log_prob(x)

    torch.autograd.gradcheck(call, (x, temperature, logits))
    torch.autograd.gradgradcheck(call, (x, temperature, logits))


@pytest.mark.parametrize("name", LAWS)
@pytest.mark.parametrize("tau", [(), (1,), (2, 1)], ids=ids)
def test_gradcheck_of_samples(name: str, tau: tuple[int, ...]) -> None:
    def call(tau: Tensor, logits: Tensor) -> Tensor:
        torch.manual_seed(3)
        return distribution(name, tau, logits=logits).rsample((2,))

    inputs = taus(*tau), float64(2, 3)
    torch.autograd.gradcheck(call, inputs)
    torch.autograd.gradgradcheck(call, inputs)


@pytest.mark.parametrize("name", LAWS)
def test_gradients_to_be_differentiated_are_the_same(name: str) -> None:
    """With ``create_graph`` they are computed by PyTorch's own functions."""
    tau, logits = taus(4, 1), float64(4, 3)
    x = distribution(name, tau, logits=logits).sample((2,)).requires_grad_()
    weights = torch.randn(4, 3, dtype=torch.float64)

    def loss() -> Tensor:
        torch.manual_seed(3)
        dist = distribution(name, tau, logits=logits)
        return (dist.rsample() * weights).sum() + dist.log_prob(x).pow(2).sum()

    found = torch.autograd.grad(loss(), (tau, logits, x), create_graph=True)
    expected = torch.autograd.grad(loss(), (tau, logits, x))
    for ours, theirs in zip(found, expected, strict=True):
        assert ours.requires_grad
        torch.testing.assert_close(ours, theirs, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("name", ["probs", "logits"])
@pytest.mark.parametrize("law", LAWS)
def test_gradients_reach_the_parameter(law: str, name: str) -> None:
    param = (torch.rand(5, 3) * 0.8 + 0.1).requires_grad_()
    tau = torch.tensor(0.5, requires_grad=True)
    distribution(law, tau, **{name: param}).rsample((7,)).square().sum().backward()
    assert param.grad is not None
    assert tau.grad is not None
    assert param.grad.isfinite().all()
    assert param.grad.abs().max() > 0
    assert tau.grad.abs() > 0


def test_samples_are_one_another() -> None:
    """The logarithm, and the logit, of the same sample; and those of `gumbel_softmax` and of the generator."""
    logits = torch.randn(4, 3, dtype=torch.float64)

    def drawn(name: str) -> Tensor:
        torch.manual_seed(9)
        return distribution(name, 0.7, logits=logits).rsample((2,))

    torch.manual_seed(9)
    rng = gs.Generator(*next_key())
    soft, whole = drawn("RelaxedOneHotCategorical"), (logits - logits.logsumexp(-1, True)).expand(2, -1, -1)
    assert torch.equal(soft, torch.from_numpy(rng.gumbel_softmax(whole.numpy(), 0.7)))
    torch.testing.assert_close(drawn("ExpRelaxedCategorical").exp(), soft, rtol=1e-12, atol=0)
    rng = gs.Generator(rng.seed, rng.stream)
    coins = drawn("RelaxedBernoulli")
    assert torch.equal(coins, torch.from_numpy(rng.binary_concrete(logits.expand(2, -1, -1).numpy(), 0.7)))
    torch.testing.assert_close(drawn("LogitRelaxedBernoulli").sigmoid(), coins, rtol=1e-12, atol=0)


@pytest.mark.parametrize("name", LAWS)
def test_expand(name: str) -> None:
    tau = torch.tensor([[0.5], [2.0]])
    dist = distribution(name, tau, logits=torch.randn(2, 3))
    batch = dist.expand((5, *dist.batch_shape))
    assert type(batch) is type(dist)
    assert batch.batch_shape == (5, *dist.batch_shape)
    x = batch.sample((4,))
    assert x.shape == (4, 5, 2, 3)
    assert len(x[0].unique(dim=0)) == 5
    assert torch.equal(batch.log_prob(x), dist.log_prob(x))
    with pytest.raises(NotImplementedError):
        type("Other", (type(dist),), {"__init__": lambda self: None})().expand((3,))


@pytest.mark.parametrize("name", LAWS)
def test_copies(name: str) -> None:
    dist = distribution(name, torch.tensor(0.5), probs=torch.tensor([0.2, 0.8]))
    for copied in (copy.deepcopy(dist), pickle.loads(pickle.dumps(dist))):
        torch.manual_seed(1)
        x = dist.sample((3,))
        torch.manual_seed(1)
        assert type(copied) is type(dist)
        assert torch.equal(copied.sample((3,)), x)
        assert torch.equal(copied.log_prob(x), dist.log_prob(x))


@pytest.mark.parametrize("name", LAWS)
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16], ids=ids)
def test_short_floats(name: str, dtype: torch.dtype) -> None:
    logits = torch.randn(50, 4).to(dtype)
    dist = distribution(name, torch.tensor(0.3, dtype=dtype), logits=logits, validate_args=False)
    x = dist.rsample()
    assert x.dtype == dtype
    density = dist.log_prob(x)
    assert density.dtype == dtype
    assert density.isfinite().all()
    expected = distribution(name, 0.3, logits=logits.float(), validate_args=False).log_prob(x.float())
    inner = ((x > 0) & (x < 1)) if "Bernoulli" in name else (x > 0).all(-1)
    if name in ("RelaxedBernoulli", "RelaxedOneHotCategorical"):
        density, expected = density[inner], expected[inner]
    torch.testing.assert_close(density.float(), expected, rtol=0.05, atol=0.5)


@pytest.mark.parametrize("name", LAWS)
def test_invalid_samples(name: str) -> None:
    """An error with validation, NaN without, as in PyTorch."""
    logits = torch.zeros(3)
    x = torch.tensor([torch.nan, 0.5, 0.5], requires_grad=True)
    dist, theirs = distribution(name, torch.tensor(1.0), logits=logits), THEIRS[name](torch.tensor(1.0), logits=logits)
    for d in (dist, theirs):
        with pytest.raises(ValueError, match="within the support"):
            d.log_prob(x)
    dist, theirs = (
        make(torch.tensor(1.0), logits=logits, validate_args=False) for make in (getattr(gt, name), THEIRS[name])
    )
    if name not in ("ExpRelaxedCategorical", "LogitRelaxedBernoulli"):
        theirs.base_dist._validate_args = False  # which PyTorch forgets
    found = dist.log_prob(x)
    torch.testing.assert_close(found, theirs.log_prob(x), equal_nan=True)
    assert found.isnan().any()
    (grad,) = torch.autograd.grad(found.sum(), x)
    assert grad[0].isnan()


@pytest.mark.parametrize("name", LAWS)
def test_invalid_parameters(name: str) -> None:
    with pytest.raises(ValueError, match="Expected parameter logits"):
        distribution(name, torch.tensor(1.0), logits=torch.tensor([0.0, torch.nan]))
    with pytest.raises(ValueError, match="not both"):
        distribution(name, torch.tensor(1.0))
    logits = torch.tensor([[0.0, torch.nan], [0.0, 1.0]])
    x = distribution(name, torch.tensor(1.0), logits=logits, validate_args=False).rsample()
    assert x[0].isnan().tolist() == [name in ROWS, True]
    assert x[1].isfinite().all()
    for tau in (0.0, -1.0, torch.nan):
        with pytest.raises(ValueError, match="Expected parameter temperature"):
            distribution(name, torch.tensor(tau), logits=torch.zeros(2))
        dist = distribution(name, torch.tensor(tau), logits=torch.zeros(2), validate_args=False)
        with pytest.raises(ValueError, match="tau must be finite and above 0"):
            dist.log_prob(torch.tensor([0.5, 0.5]))
        if name in ("RelaxedOneHotCategorical", "RelaxedBernoulli"):
            with pytest.raises(ValueError, match="tau must be finite and above 0"):
                dist.rsample()
    if name in ROWS:
        with pytest.raises(ValueError, match=r"temperature must have length 1 along its last axis.*unsqueeze"):
            distribution(name, torch.ones(2), logits=torch.zeros(2, 2))


def test_certain_elements() -> None:
    logits = torch.tensor([-torch.inf, torch.inf, 0.0, torch.nan], requires_grad=True)
    x = gt.RelaxedBernoulli(torch.tensor(0.5), logits=logits, validate_args=False).rsample((5,))
    assert (x[:, 0] == 0).all()
    assert (x[:, 1] == 1).all()
    assert ((x[:, 2] > 0) & (x[:, 2] < 1)).all()
    assert x[:, 3].isnan().all()
    (grad,) = torch.autograd.grad(x.sum(), logits)
    assert torch.equal(grad.isnan(), torch.tensor([False, False, False, True]))
    assert torch.equal(grad == 0, torch.tensor([True, True, False, False]))


@pytest.mark.parametrize("name", ROWS)
def test_masked_categories(name: str) -> None:
    logits, tau = torch.tensor([0.0, -torch.inf, 1.0], requires_grad=True), torch.tensor(0.5, requires_grad=True)
    x = distribution(name, tau, logits=logits).rsample((10,))
    assert (x[:, 1] == (0.0 if name == "RelaxedOneHotCategorical" else -torch.inf)).all()
    grads = torch.autograd.grad(x[:, 0].sum(), (logits, tau))
    assert grads[0][[0, 2]].isfinite().all()
    assert grads[1].isfinite()


@pytest.mark.parametrize("name", LAWS)
@pytest.mark.slow
def test_opcheck_of_distributions(name: str) -> None:
    law = {
        "RelaxedOneHotCategorical": "concrete",
        "ExpRelaxedCategorical": "exp_concrete",
        "RelaxedBernoulli": "binary_concrete",
        "LogitRelaxedBernoulli": "logit_binary_concrete",
    }[name]
    tau, logits = taus(4, 1), float64(4, 3)
    x = distribution(name, tau, logits=logits).sample((2,)).requires_grad_()
    tau3 = tau.detach().reshape(1, 4, 1).requires_grad_()
    opcheck(torch.ops.gsampler.log_prob.default, (x, logits, tau3, law))
    grad = torch.randn((2, 4) if name in ROWS else (2, 4, 3), dtype=torch.float64)
    arguments = grad, x.detach(), logits.detach(), tau3.detach(), law
    opcheck(torch.ops.gsampler.log_prob_backward.default, arguments)


@pytest.mark.slow
def test_opcheck_of_elements_and_noise() -> None:
    for tau in (taus(), taus(4, 1)):
        opcheck(torch.ops.gsampler.binary_concrete.default, (float64(4, 5), tau, KEY))
        soft = torch.rand(4, 5, dtype=torch.float64)
        opcheck(torch.ops.gsampler.binary_concrete_backward.default, (soft, soft, tau.detach()))
    for law in ("gumbel", "logistic"):
        for dtype in (torch.float32, torch.float64):
            opcheck(torch.ops.gsampler.noise.default, (KEY, law, [2, 3], dtype))


@pytest.mark.parametrize("name", LAWS)
def test_distributions_with_torch_func(name: str) -> None:
    """Per-sample gradients are those of a loop over the same keys."""
    x, tau = torch.randn(3, 4), torch.tensor(0.7)

    def loss(logits: Tensor, tau: Tensor) -> Tensor:
        dist = distribution(name, tau, logits=logits, validate_args=False)
        value = dist.rsample()
        return dist.log_prob(value).sum() + value.square().sum()

    torch.manual_seed(1)
    found = torch.vmap(torch.func.grad(loss, argnums=(0, 1)), (0, None), randomness="same")(x, tau)
    for i in range(3):
        torch.manual_seed(1)
        inputs = x[i].clone().requires_grad_(), tau.clone().requires_grad_()
        expected = torch.autograd.grad(loss(*inputs), inputs)
        for ours, theirs in zip(found, expected, strict=True):
            torch.testing.assert_close(ours[i], theirs, rtol=1e-4, atol=1e-4)
    assert len(torch.vmap(loss, (0, None), randomness="different")(torch.zeros(3, 4), tau).unique()) == 3
    hessian = torch.func.jacfwd(torch.func.jacrev(lambda t: loss(x[0], t)), randomness="same")
    torch.manual_seed(1)
    assert hessian(tau).isfinite()


@pytest.mark.parametrize("name", LAWS)
def test_compiled_distributions(name: str) -> None:
    torch._dynamo.reset()

    @torch.compile(fullgraph=True, backend="aot_eager")
    def compiled(logits: Tensor, tau: Tensor) -> tuple[Tensor, ...]:
        dist = distribution(name, tau, logits=logits, validate_args=False)
        first, second = dist.rsample(), dist.rsample()
        return first, second, dist.log_prob(first)

    inputs = torch.randn(4, 3, requires_grad=True), torch.tensor(0.5, requires_grad=True)
    torch.manual_seed(1)
    first = compiled(*inputs)
    torch.manual_seed(1)
    again = compiled(*inputs)
    assert not torch.equal(first[0], first[1])
    assert all(map(torch.equal, first, again))
    torch.manual_seed(1)
    dist = distribution(name, inputs[1], logits=inputs[0])
    x = dist.rsample()
    torch.testing.assert_close(first[0], x)
    expected = torch.autograd.grad(dist.log_prob(x).sum(), inputs)
    for ours, theirs in zip(torch.autograd.grad(first[2].sum(), inputs), expected, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("name", LAWS)
def test_distributions_on_other_devices(name: str) -> None:
    dist = distribution(
        name, torch.tensor(0.5, device="meta"), logits=torch.zeros(2, 3, device="meta"), validate_args=False
    )
    x = dist.rsample((4,))
    assert x.device.type == "meta"
    assert x.shape == (4, 2, 3)
    assert dist.log_prob(x).shape == ((4, 2) if name in ROWS else (4, 2, 3))


def test_rounded_samples() -> None:
    n = 200_000
    for tau in (0.1, 1.0, 10.0):
        for p in (0.1, 0.2, 0.8):
            ones = gt.RelaxedBernoulli(tau, p).sample((n,)).round().sum().item()
            assert stats.binomtest(int(ones), n, p).pvalue > FALSE_ALARM
        for probs in (torch.tensor([0.1, 0.9]), torch.tensor([0.2, 0.2, 0.6])):
            counts = torch.bincount(gt.RelaxedOneHotCategorical(tau, probs).sample((n,)).argmax(-1))
            assert (
                stats.chisquare(counts.numpy(), (n * probs.double() / probs.double().sum()).numpy()).pvalue
                > FALSE_ALARM
            )
    assert gt.RelaxedBernoulli(1e10, 0.001).rsample() == 0.5
    torch.testing.assert_close(
        gt.RelaxedOneHotCategorical(1e10, torch.tensor([0.2, 0.2, 0.6])).rsample(), torch.full((3,), 1 / 3)
    )


@pytest.mark.parametrize("name", LAWS)
def test_samples_have_torchs_distribution(name: str) -> None:
    """Each coordinate, by the test of Kolmogorov and Smirnov of two samples of 20 000."""
    logits = torch.tensor([1.0, 0.0, -1.0])
    ours = distribution(name, 0.6, logits=logits).sample((20_000,))
    theirs = THEIRS[name](torch.tensor(0.6), logits=logits).sample((20_000,))
    for i in range(3):
        assert stats.ks_2samp(ours[:, i].numpy(), theirs[:, i].numpy()).pvalue > FALSE_ALARM / 3


# --- a client ---------------------------------------------------------------------------------------------------


class CategoricalVAE(torch.nn.Module):
    """A variational autoencoder whose code is ten variables of eight categories, as Jang et al. train it."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = torch.nn.Sequential(torch.nn.Linear(32, 40), torch.nn.ReLU(), torch.nn.Linear(40, 80))
        self.decoder = torch.nn.Sequential(torch.nn.Linear(80, 40), torch.nn.ReLU(), torch.nn.Linear(40, 32))

    def forward(self, x: Tensor, tau: float, hard: bool) -> Tensor:
        logits = self.encoder(x).view(-1, 10, 8)
        z = F.gumbel_softmax(logits, tau=tau, hard=hard)  # the line that is replaced
        reconstruction = F.binary_cross_entropy_with_logits(self.decoder(z.flatten(1)), x, reduction="sum")
        log_q = logits.log_softmax(-1)
        return (reconstruction + (log_q.exp() * (log_q + np.log(8))).sum()) / len(x)


@pytest.mark.parametrize("hard", [False, True])
def test_training_a_vae_by_one_line(hard: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Losses and gradients of 25 steps are those of PyTorch's own function, given our noise."""
    x = (torch.rand(64, 32, dtype=torch.float64) < 0.3).double()
    start = CategoricalVAE().double()

    def given_noise(target: Tensor) -> Tensor:
        noise = next_noise(target)
        operators.draw_key()
        return target.copy_((-noise).exp())

    def train() -> tuple[list[float], list[Tensor]]:
        torch.manual_seed(5)
        model = copy.deepcopy(start)
        optimizer = torch.optim.Adam(model.parameters(), 1e-2)
        losses = []
        for step in range(25):
            optimizer.zero_grad()
            loss = model(x, tau=0.9**step + 0.5, hard=hard)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        return losses, [p.grad for p in model.parameters() if p.grad is not None]

    with monkeypatch.context() as patch:
        patch.setattr(torch.Tensor, "exponential_", given_noise)
        expected = train()
    with monkeypatch.context() as patch:
        patch.setattr(F, "gumbel_softmax", gt.gumbel_softmax)
        found = train()
    assert found[0][-1] < found[0][0] - 1
    assert len(found[1]) == 8
    torch.testing.assert_close(found[0], expected[0], rtol=1e-9, atol=0)
    for ours, theirs in zip(found[1], expected[1], strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-7, atol=1e-9)
