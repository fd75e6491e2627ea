"""gsampler.torch: PyTorch's own checkers, and its functions on the same noise.

Each test of a distribution fails on a right sampler with probability 1e-6.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from scipy import stats
from torch import Tensor
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


# --- PyTorch's checkers -----------------------------------------------------------------------------------------

KEY = torch.tensor([11, 12])


def float64(*shape: int) -> Tensor:
    return torch.randn(*shape, dtype=torch.float64).requires_grad_()


def taus(*shape: int) -> Tensor:
    return (torch.rand(shape, dtype=torch.float64) + 0.5).requires_grad_()


@pytest.mark.parametrize("tau", [(), (4, 1)], ids=ids)
@pytest.mark.parametrize("name", ["gumbel_softmax", "gumbel_softmax_hard", "gumbel_softmax_hard, no grad"])
def test_opcheck(name: str, tau: tuple[int, ...]) -> None:
    name, *without = name.split(", ")
    keep = () if name == "gumbel_softmax" else (not without,)
    args = (float64(4, 5), taus(*tau), KEY, 1, *keep)
    if without:
        args = (args[0].detach(), args[1].detach(), *args[2:])
    torch.library.opcheck(getattr(torch.ops.gsampler, name).default, args)


@pytest.mark.parametrize("tau", [(), (4, 1)], ids=ids)
def test_opcheck_of_the_gradients(tau: tuple[int, ...]) -> None:
    soft = torch.randn(4, 5).double().softmax(-1)
    args = (torch.randn(4, 5).double(), soft, taus(*tau).detach(), 1)
    torch.library.opcheck(torch.ops.gsampler.gumbel_softmax_backward.default, args)


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
        torch.library.opcheck(torch.ops.gsampler.categorical.default, (x, KEY, 1, shape))
    torch.library.opcheck(torch.ops.gsampler.gumbel_top_k.default, (x, KEY, 3, 1))


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
