"""The experiment: its models' gradients, its bound, resumption, table, figures, command."""

from __future__ import annotations

import itertools
import json
import multiprocessing
import re
import signal
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.image import imread
from threadpoolctl import threadpool_limits

import gsampler as gs
from gsampler import cli
from gsampler.cli import demo as command
from gsampler.cli.process import Interrupted
from gsampler.demo import report
from gsampler.demo.data import digits
from gsampler.demo.experiment import Experiment, OtherSettingsError
from gsampler.demo.gradients import toy_exact, toy_moments
from gsampler.demo.methods import Method, annealing, method
from gsampler.demo.models import Network, sigmoid
from gsampler.demo.settings import PAPER, PRESETS, PUBLISHED, TASKS, Settings, Task
from gsampler.demo.sources import code_version, digest

ROOT = Path(__file__).parents[1]
TINY = Settings(epochs=1, seeds=2, rates=(0.1, 0.3), samples=2, validations=2, validation_samples=2, figure_draws=4)
FEW = replace(TINY, tasks=("sop-bernoulli", "vae-categorical"))
GS, SF = method("gs"), method("sf")

# Two variables a layer, small enough for all outcomes to be counted
SMALL = {
    "sop-bernoulli": Task("sop-bernoulli", "", 2, ((2,), (2,)), 2, False),
    "sop-categorical": Task("sop-categorical", "", 2, ((2, 3), (1, 3)), 2, False),
    "vae-bernoulli": Task("vae-bernoulli", "", 2, ((3,),), 2, True),
    "vae-categorical": Task("vae-categorical", "", 2, ((2, 3),), 2, True),
}


@pytest.fixture(scope="module")
def data():
    return digits()


def random_network(task, seed=1):
    rng = gs.Generator(seed)
    network = Network.random(task, rng, np.float64)
    return Network(task, [rng.normal(size=p.shape) for p in network.parameters])


def differences(loss, parameters):
    """The gradient of a function of the parameters by central differences."""
    gradients = []
    for p in parameters:
        gradient = np.zeros_like(p)
        for i in np.ndindex(p.shape):
            at = p[i]
            p[i] = at + 1e-5
            above = loss()
            p[i] = at - 1e-5
            below = loss()
            p[i] = at
            gradient[i] = (above - below) / 2e-5
        gradients.append(gradient)
    return gradients


# --- models -------------------------------------------------------------------------------------------------------


def mean_field(binary):
    """An estimator without noise: the mean takes the place of the sample, so that the loss has a derivative."""

    def estimate(f, logits, rng, state):
        p = sigmoid(logits) if binary else gs.softmax(logits)
        value, grad = f(p.copy())
        g = grad()
        dlogits = p * (1 - p) * g if binary else p * (g - (p * g).sum(-1, keepdims=True))
        return SimpleNamespace(value=value, dlogits=dlogits, sample=p, state="next")

    return estimate


@pytest.mark.parametrize("sampled_divergence", [False, True])
@pytest.mark.parametrize("name", TASKS)
def test_gradients_of_the_models(name, sampled_divergence):
    """Where the mean takes the place of the sample, log q / p at it has the divergence's very derivative."""
    task = SMALL[name]
    network = random_network(task)
    x, y = np.array([[1.0, -1.0], [0.5, 2.0], [-1.0, 0.0]]), np.array([[1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
    rngs = [gs.Generator(0, i) for i in range(len(task.layers))]

    def step():
        return network.step(x, y, mean_field(task.binary), rngs, [None] * len(rngs), sampled_divergence)

    done = step()
    assert done.states == ["next"] * len(rngs)
    for found, expected in zip(done.gradients, differences(lambda: step().loss, network.parameters), strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-8)


def outcomes(shape):
    """All values of a layer."""
    if len(shape) == 1:
        return np.array(list(itertools.product((0.0, 1.0), repeat=shape[0])))
    n, k = shape
    return np.array([np.eye(k)[list(index)] for index in itertools.product(range(k), repeat=n)])


def log_prob(z, logits, binary):
    if binary:
        return (z * logits - np.logaddexp(0, logits)).sum(-1)
    return (z * (logits - np.logaddexp.reduce(logits, -1)[..., None])).sum((-2, -1))


def paths(network, x):
    """Every value of all layers for one example: log-probability, the last layer's logits, the first layer's value."""
    task, p = network.task, network.parameters
    found = [(0.0, x, None)]
    for layer, shape in enumerate(task.layers):
        longer = []
        for weight, h, first in found:
            logits = (h @ p[2 * layer] + p[2 * layer + 1]).reshape(shape)
            longer += [
                (weight + log_prob(z, logits, task.binary), z.ravel(), z if first is None else first)
                for z in outcomes(shape)
            ]
        found = longer
    return [(weight, h @ p[2 * len(task.layers)] + p[2 * len(task.layers) + 1], first) for weight, h, first in found]


def exact_loss(network, x, y):
    """What training minimises, of one example: by all outcomes."""
    task, total = network.task, 0.0
    for weight, out, first in paths(network, x):
        loss = (np.logaddexp(0, out) - y * out).sum()
        if task.has_prior:
            loss += weight - log_prob(first, network.parameters[-1], task.binary)
        total += np.exp(weight) * loss
    return total


def exact_bound(network, x, y):
    """The limit of the bound for many samples: ``-log p(y)``."""
    task = network.task
    terms = []
    for weight, out, first in paths(network, x):
        prior = log_prob(first, network.parameters[-1], task.binary) if task.has_prior else weight
        terms.append(prior - (np.logaddexp(0, out) - y * out).sum())
    return -np.logaddexp.reduce(terms)


X, Y = np.array([1.0, -1.0]), np.array([1.0, 0.0])


@pytest.mark.parametrize("name", TASKS)
def test_bound(name):
    """One sample: the loss in the mean, within 4 standard errors: 1 in 16 000 fails. Many samples: -log p(y)."""
    network = random_network(SMALL[name])
    one = network.bound(np.tile(X, (40_000, 1)), np.tile(Y, (40_000, 1)), 1, gs.Generator(3))
    assert abs(one.mean() - exact_loss(network, X, Y)) < 4 * one.std() / 200
    many = network.bound(X[None], Y[None], 400_000, gs.Generator(3))
    assert abs(many[0] - exact_bound(network, X, Y)) < 0.02


@pytest.mark.parametrize("sampled_divergence", [False, True])
@pytest.mark.parametrize("estimator", ["score_function", "muprop"])
@pytest.mark.parametrize("name", TASKS)
def test_the_chain_has_no_bias_where_the_estimator_has_none(name, estimator, sampled_divergence):
    """Gradients of all parameters, within 5 standard errors of those of the exact loss: 1 in 10^4 tests fails."""
    task, n, rounds = SMALL[name], 4000, 25
    network = random_network(task)
    exact = differences(lambda: exact_loss(network, X, Y), network.parameters)
    estimate = Method(estimator, {}).estimate({}, task.binary)
    rngs = [gs.Generator(5, i) for i in range(len(task.layers))]
    x, y = np.tile(X, (n, 1)), np.tile(Y, (n, 1))
    states = [None] * len(rngs)
    seen = [network.step(x, y, estimate, rngs, states, sampled_divergence).gradients for _ in range(rounds)]
    for found, expected in zip(map(np.array, zip(*seen, strict=True)), exact, strict=True):
        error = found.std(0, ddof=1) / rounds**0.5
        assert (np.abs(found.mean(0) - expected) <= 6.5 * error + 1e-9).all()  # Student's t with 24 degrees of freedom


def test_layers_below_meet_the_same_numbers_within_a_step():
    """Two evaluations at one point give one value; the next step draws anew."""
    task, values = TASKS["sop-bernoulli"], []

    def twice(f, logits, rng, state):
        sample = rng.bernoulli(logits).astype(logits.dtype)
        value = f(sample)[0]
        if rng is rngs[0]:
            values.append((value, f(sample)[0]))
        return SimpleNamespace(value=value, dlogits=np.zeros_like(logits), sample=sample, state=None)

    network = Network.random(task, gs.Generator(1))
    rngs = [gs.Generator(2, 0), gs.Generator(2, 1)]
    x, y = np.ones((30, 32), np.float32), np.ones((30, 32), np.float32)
    for _ in range(2):
        network.step(x, y, twice, rngs, [None, None])
    (a, b), (c, d) = values
    np.testing.assert_array_equal(a, b)
    np.testing.assert_array_equal(c, d)
    assert not np.array_equal(a, c)


# --- protocol -----------------------------------------------------------------------------------------------------


def test_data(data):
    assert [part.shape for part in data] == [(1197, 64), (300, 64), (300, 64)]
    assert all(set(np.unique(part)) == {0, 1} for part in data)
    assert sum(int(part.sum()) for part in data) == 37151  # ink of all pictures, whatever the split
    np.testing.assert_array_equal(digits().test, data.test)


def test_published_table():
    rows = {
        "sop-bernoulli": [72.0, 59.7, 58.9, 58.9, 58.7, 58.5, 59.3],
        "sop-categorical": [73.1, 67.9, 63.0, 61.8, 61.1, 59.0, 59.7],
        "vae-bernoulli": [112.2, 110.9, 109.7, 116.0, 111.5, 105.0, 111.5],
        "vae-categorical": [110.6, 128.8, 107.0, 110.9, 107.8, 101.5, 107.8],
    }
    order = (
        "score_function darn muprop straight_through slope_annealed_straight_through gumbel_softmax st_gumbel_softmax"
    )
    assert {task: [PUBLISHED[task][name] for name in order.split()] for task in PUBLISHED} == rows
    assert list(PAPER) == order.split()
    assert PRESETS["quick"].samples >= 100


def test_temperatures():
    tau = annealing(440, TINY)
    assert [round(tau(step), 3) for step in (0, 10, 11, 220, 439)] == [1.0, 1.0, 0.966, 0.5, 0.5]
    vae, sop = (GS.options(TASKS[name], 440, TINY) for name in ("vae-categorical", "sop-categorical"))
    assert [vae(439), sop(439)] == [{"tau": 0.5}, {"tau": 1.0}]
    slope = method("slope_annealed_straight_through").options(TASKS["sop-categorical"], 440, TINY)
    assert [slope(0), slope(439)] == [{"slope": 1.0}, {"slope": 2.0}]
    assert SF.options(TASKS["vae-categorical"], 440, TINY)(3) == {"baseline": "running", "normalize": True}


def table(experiment):
    return [(row.task, row.method.name, row.rate, row.values, row.rank) for row in experiment.table()]


@pytest.fixture(scope="module")
def whole(tmp_path_factory, data):
    experiment = Experiment(FEW, [SF, GS], tmp_path_factory.mktemp("whole"))
    names = list(experiment.run(data))
    assert len(names) == experiment.count == 2 * 2 * (2 + 1)
    return experiment


def test_resumption_gives_the_same_table(tmp_path, data, whole):
    class StopError(Exception):
        pass

    def stop_at(n):
        calls = itertools.count()

        def check():
            if next(calls) == n:
                raise StopError

        return check

    for n in (0, 5, 8):  # within the first run, within others, after one
        with pytest.raises(StopError):
            list(Experiment(FEW, [SF, GS], tmp_path).run(data, stop_at(n)))
    again = Experiment(FEW, [SF, GS], tmp_path)
    known = again.load()
    assert 2 <= known < again.count
    damaged = next(again.directory.glob("*.json"))
    damaged.write_text(damaged.read_text()[:50])
    assert again.load() == known - 1
    assert len(list(again.run(data))) == again.count - known + 1
    assert table(again) == table(whole)
    assert again.load() == again.count
    assert list(again.run(data)) == []


def test_table(whole):
    for row in whole.table():
        runs = [json.loads(path.read_text()) for path in whole.directory.glob(f"{row.task}_{row.method.name}_*.json")]
        best = min((r for r in runs if r["repetition"] == 0), key=lambda r: r["validation"])
        tests = [r["test"] for r in sorted(runs, key=lambda r: r["repetition"]) if r["rate"] == best["rate"]]
        assert (row.rate, row.values) == (best["rate"], tests)
        assert row.mean == pytest.approx(sum(tests) / 2)
        assert row.error == pytest.approx(abs(tests[0] - tests[1]) / 2)
        assert row.published == PUBLISHED[row.task][row.method.name]
        other = next(o for o in whole.table() if o.task == row.task and o.method != row.method)
        assert row.rank == 1 + (other.mean < row.mean)
        assert (
            row.published_rank
            == {"gumbel_softmax": 1, "score_function": 7 if "sop" in row.task else 5}[row.method.name]
        )
        assert f"{row.mean:.2f} ± {row.error:.2f}" in report.text(whole.table())


def test_threads_do_not_matter(tmp_path, data, whole):
    before = gs.get_num_threads()
    for threads in (1, 2):
        experiment = Experiment(FEW, [SF, GS], tmp_path / str(threads))
        gs.set_num_threads(threads)
        with threadpool_limits(threads):
            list(experiment.run(data))
        assert table(experiment) == table(whole)
    gs.set_num_threads(before)


@pytest.mark.slow
def test_jobs_do_not_matter(tmp_path, data, whole):
    """Nor does a stop, which ends the processes."""
    workers = []

    class StopError(Exception):
        pass

    def stop():
        if len(list(tmp_path.glob("runs/*.json"))) >= 3:
            workers.extend(multiprocessing.active_children())
            raise StopError

    experiment = Experiment(FEW, [SF, GS], tmp_path)
    with pytest.raises(StopError):
        list(experiment.run(data, stop, jobs=2))
    assert 3 <= len(experiment.results) < experiment.count
    assert [worker.exitcode for worker in workers] == [-signal.SIGTERM] * 2
    again = Experiment(FEW, [SF, GS], tmp_path)
    known = again.load()
    assert len(list(again.run(data, jobs=2))) == again.count - known
    assert table(again) == table(whole)


@pytest.mark.slow
def test_a_process_that_dies_is_an_error(tmp_path, data):
    def kill():
        for worker in multiprocessing.active_children():
            worker.kill()

    experiment = Experiment(FEW, [SF, GS], tmp_path)
    with pytest.raises(RuntimeError, match=r"the process that did [\w-]+_rate0\.\d+_0 ended with exit code -9"):
        list(experiment.run(data, kill, jobs=2))
    assert multiprocessing.active_children() == []


def test_the_seed_matters(tmp_path, data, whole):
    experiment = Experiment(replace(FEW, seed=2), [SF, GS], tmp_path)
    list(experiment.run(data))
    assert all(row[3] != other[3] for row, other in zip(table(experiment), table(whole), strict=True))


def test_other_settings_are_an_error(whole, data):
    with pytest.raises(OtherSettingsError, match="holds runs with epochs 1, not 2; take another directory"):
        Experiment(replace(FEW, epochs=2), [SF, GS], whole.out).load()
    assert Experiment(replace(FEW, seeds=1, rates=(0.3,)), [GS], whole.out).load() == 2


def test_results_of_other_code_are_an_error(whole, monkeypatch):
    monkeypatch.setattr("gsampler.demo.experiment.code_version", lambda: "changed")
    with pytest.raises(OtherSettingsError, match=f"holds runs with code {code_version()}, not changed; take another"):
        Experiment(FEW, [SF, GS], whole.out).load()


def test_the_version_of_code(monkeypatch):
    source = "def f(x):\n    y = x + 1\n    return y\n"
    same = '"""Doc."""\n\ndef f(x):\n    """Say."""\n    # why\n    y = (x\n        + 1)\n    return y\n'
    assert digest([source]) == digest([same])
    assert len({digest([source]), digest([source.replace("1", "2")]), digest([source, source])}) == 3
    read = []
    monkeypatch.setattr("gsampler.demo.sources.digest", lambda sources: read.extend(sources))
    code_version.__wrapped__()
    for name in ("estimators/muprop", "estimators/call", "estimators/baselines", "demo/training", "demo/models"):
        assert (ROOT / "gsampler" / f"{name}.py").read_text() in read


def test_a_run_that_diverges(tmp_path, data):
    experiment = Experiment(replace(FEW, rates=(0.3, 1e38), seeds=1), [GS], tmp_path)
    list(experiment.run(data))
    assert [row.rate for row in experiment.table()] == [0.3, 0.3]
    only = Experiment(replace(FEW, rates=(1e38,), seeds=1), [GS], tmp_path)
    assert only.load() == 2
    assert [report.cells(row)[1] for row in only.table()] == ["diverged"] * 2
    assert json.loads(json.dumps(report.document(only, "quick"), allow_nan=False))["table"][0]["mean"] is None


def test_training_learns(tmp_path, data):
    """Better than independent pixels, whose code length is known; 3 epochs."""
    p = data.train.mean(0).clip(1e-3, 1 - 1e-3)
    independent = -(data.test * np.log(p) + (1 - data.test) * np.log1p(-p)).sum(1).mean()
    experiment = Experiment(replace(FEW, epochs=4, seeds=1, tasks=("vae-categorical",)), [GS], tmp_path)
    list(experiment.run(data))
    assert experiment.table()[0].mean < independent - 1


def test_toy():
    """Within 4 standard errors at three points, by three estimators: 1 in 2000 such tests fails."""
    phi = np.array([-1.0, 0.0, 2.0])

    def expected(at):
        return sigmoid(at) * (1 - 0.45) ** 2 + (1 - sigmoid(at)) * 0.45**2

    np.testing.assert_allclose(toy_exact(phi, 0.45), (expected(phi + 1e-5) - expected(phi - 1e-5)) / 2e-5, atol=1e-9)
    for m in (SF, method("muprop"), method("darn")):  # DARN: exact for a quadratic
        found = toy_moments(m, phi, 0.45, 0.5, 20_000, gs.Generator(1))
        assert (np.abs(found.mean - toy_exact(phi, 0.45)) < 4 * found.error).all()
    found = toy_moments(GS, phi, 0.45, 0.5, 20_000, gs.Generator(1))
    assert abs(found.mean[2] - toy_exact(phi, 0.45)[2]) > 10 * found.error[2]


# --- command ------------------------------------------------------------------------------------------------------


@pytest.fixture
def tiny(monkeypatch):
    monkeypatch.setitem(PRESETS, "quick", TINY)


@pytest.mark.slow
def test_command(tmp_path, tiny, capsys):
    out = tmp_path / "report"
    assert cli.main(["demo", "--quick", "--out", str(out), "--seed", "3"]) == 0
    shown = capsys.readouterr()
    assert shown.err.startswith("trained 84 models, 0 before; ")
    assert shown.err.count("\n") == 1
    assert (out / "table.txt").read_text() == shown.out
    assert all(f"{value:.1f}" in shown.out for row in PUBLISHED.values() for value in row.values())
    page, results = (out / "index.html").read_text(), json.loads((out / "results.json").read_text())
    assert results["settings"]["seed"] == 3
    assert len(results["table"]) == 28
    for row in results["table"]:
        number = f"{row['mean']:.2f} ± {row['standard_error']:.2f}"
        assert number in shown.out
        assert number in page
        assert number in (out / "table.md").read_text()
    figures = re.findall(r'<img src="figures/([\w-]+)\.svg"', page)
    names = ["results", "training-curves", "gradient-variance", "toy", "reconstructions", "simplex", "binary-concrete"]
    assert figures == names
    for name in figures:
        assert len(list(ET.parse(out / "figures" / f"{name}.svg").iter())) > 100
        image = imread(out / "figures" / f"{name}.png")[..., :3]
        assert min(image.shape[:2]) > 200
        assert 0.002 < (image.mean(-1) < 0.9).mean() < 0.9  # something is drawn
    before = {path.name: path.stat().st_mtime_ns for path in (out / "runs").iterdir()}
    assert cli.main(["demo", "--quick", "--out", str(out), "--seed", "3"]) == 0
    again = capsys.readouterr()
    assert again.out == shown.out
    assert again.err.startswith("trained 0 models, 84 before; ")
    assert before == {path.name: path.stat().st_mtime_ns for path in (out / "runs").iterdir()}
    assert cli.main(["demo", "--quick", "--out", str(out), "--seed", "4"]) == 2
    assert "holds runs with seed 3, not 4; take another directory" in capsys.readouterr().err


@pytest.mark.slow
def test_estimators_by_name(tmp_path, tiny, capsys, monkeypatch):
    monkeypatch.setitem(PRESETS, "quick", FEW)
    assert cli.main(["demo", "--quick", "--out", str(tmp_path), "--estimators", "gs", "relax", "gumbel_softmax"]) == 0
    rows = [line.split()[0] for line in capsys.readouterr().out.splitlines() if line.startswith("  ")]
    assert rows == ["Gumbel-Softmax", "relax"] * 2


@pytest.mark.slow
def test_what_was_there_before_is_counted(tmp_path, tiny, capsys, monkeypatch):
    """Also repetitions, of which the search that has to be done first says which they are."""
    monkeypatch.setitem(PRESETS, "quick", FEW)
    monkeypatch.setattr("gsampler.demo.figures.DRAWINGS", [])
    command = ["demo", "--quick", "--out", str(tmp_path), "--estimators", "gs", "st"]
    assert cli.main(command) == 0
    first = capsys.readouterr()
    assert first.err.startswith("trained 12 models, 0 before; ")
    (tmp_path / "runs" / "sop-bernoulli_gumbel_softmax_rate0.1_0.json").unlink()
    assert Experiment(FEW, [GS, method("st")], tmp_path).load() == 7  # those of the search
    assert cli.main(command) == 0
    second = capsys.readouterr()
    assert second.err.startswith("trained 1 model, 11 before; ")
    assert second.out == first.out


def test_ctrl_c(tmp_path, tiny, capsys, monkeypatch):
    seen = itertools.count()

    def check(signals):
        if next(seen) == 7:
            raise Interrupted(2)

    monkeypatch.setattr("gsampler.cli.process.Signals.check", check)
    assert cli.main(["demo", "--quick", "--jobs", "1", "--out", str(tmp_path)]) == 130
    message = capsys.readouterr().err
    done = len(list((tmp_path / "runs").glob("*.json")))
    assert message == f"gsampler: stopped by SIGINT after {done} of 84 runs; the same command continues\n"
    assert done in (2, 3)


@pytest.mark.parametrize(
    ("options", "status", "message"),
    [
        (["--estimators", "gs", "nothing"], 2, "--estimators: name must be one of"),
        (["--quick", "--full"], 2, "--full: not allowed with argument --quick"),
        (["--seed", "-1"], 2, "--seed must be an integer from 0"),
        (["--quick", "--out", "{file}/report"], 1, "{file}/report"),
    ],
)
def test_errors_of_the_command(tmp_path, capsys, options, status, message):
    file = tmp_path / "file"
    file.write_text("")
    options = [option.format(file=file) for option in options]
    assert cli.main(["demo", *options]) == status
    error = capsys.readouterr().err
    assert error.startswith("gsampler: error: ")
    assert message.format(file=file) in error
    assert error.count("\n") == 1


def test_missing_packages(monkeypatch, capsys, tmp_path):
    found = command.importlib.util.find_spec
    monkeypatch.setattr(command.importlib.util, "find_spec", lambda name: None if name == "sklearn" else found(name))
    assert cli.main(["demo", "--out", str(tmp_path / "report")]) == 1
    message = "gsampler: error: gsampler demo needs scikit-learn: pip install '.[demo]'\n"
    assert capsys.readouterr().err == message
    assert not (tmp_path / "report").exists()


def test_the_page_shows_the_results_that_are_kept():
    page, results = ROOT / "docs" / "experiment.md", json.loads((ROOT / "docs" / "demo" / "results.json").read_text())
    assert len(results["table"]) == 28
    for row in results["table"]:
        name, bound = PAPER[row["estimator"]], f"{row['mean']:.2f} ± {row['standard_error']:.2f}"
        shown = [line.replace("*", "") for line in page.read_text().splitlines() if line.startswith(f"| {name} |")]
        assert any(line.startswith(f"| {name} | {bound} | {row['rank']} | {row['rate']:g} |") for line in shown)
