"""The command line: what it draws, what it reads and writes, how it ends."""

from __future__ import annotations

import fcntl
import io
import json
import math
import os
import platform
import re
import resource
import shutil
import signal
import struct
import subprocess
import sys
import termios
from pathlib import Path

import llvmlite.binding as llvm
import numpy as np
import pytest
from digests import LEVELS
from processes import HANG, cpu_time, until, until_used
from scipy import stats

import gsampler as gs
from gsampler import cli
from gsampler.cli import bench
from gsampler.cli import fit as fitting
from gsampler.cli.info import vectors
from gsampler.cli.output import LABELS
from gsampler.cli.sample import Run
from gsampler.core.validation import bytes_text

HOME = Path(gs.__file__).parent
LETTERS = HOME / "data" / "letters.csv"
METHODS = ("alias", "gumbel-max", "inverse-cdf")
ROWS = np.array([[0.5, -1.25, 2.0, 0.0, -np.inf], [1.0, 1.5, -3.0, 0.25, 0.75], [-2.0, -np.inf, -np.inf, 0.125, 0.5]])

# What the tests themselves were started with must not matter: a shell may have its background jobs ignore signals.
CHILD = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGTERM, signal.SIG_DFL)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
from gsampler.cli import main
"""


def sample(directory, source, *options, out="out.npy"):
    """Run ``gsampler sample`` and return what it wrote."""
    path = directory / out
    status = cli.main(["sample", str(source), "--quiet", "--out", str(path), *map(str, options)])
    assert status == 0
    return np.load(path)


def save(directory, values, name="in.npy"):
    np.save(directory / name, values)
    return directory / name


def start(*arguments, code="", after="sys.exit(main())", **options):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(HOME.parent), os.environ.get("PYTHONPATH", "")])}
    command = [sys.executable, "-c", CHILD + code + "\n" + after, *map(str, arguments)]
    return subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, **options)


def finish(process):
    out, err = process.communicate(timeout=HANG)
    return process.returncode, out, err


def leftovers(directory):
    return sorted(p.name for p in directory.iterdir())


# --- what is drawn ------------------------------------------------------------------------------------------


def test_first_command(tmp_path, capfd):
    path = tmp_path / "samples.npy"
    command = ["sample", str(LETTERS), "--kind", "counts", "--draws", "1000000", "--seed", "42", "--out", str(path)]
    assert cli.main(command) == 0
    drawn = np.load(path)
    assert (drawn.shape, drawn.dtype) == ((1_000_000,), np.int64)
    counts = np.loadtxt(LETTERS, delimiter=",", skiprows=1)
    observed = np.bincount(drawn, minlength=26)
    statistic = stats.chisquare(observed, counts / counts.sum() * 1_000_000).statistic
    out, err = capfd.readouterr()
    assert out == ""
    assert f"chi-square {statistic:.5g} on 25 degrees of freedom" in err
    at = np.argmax(np.abs(observed / 1e6 - counts / counts.sum()))
    letter = "abcdefghijklmnopqrstuvwxyz"[at]
    expected = counts[at] / counts.sum()
    assert f"apart at category {letter}: {observed[at] / 1e6:.6g} observed, {expected:.6g} expected\n" in err
    assert re.search(r"drew      1000000 draws x 1 row of 26 categories in \S+ s, \S+ \S+ a second", err)
    assert err.endswith("continue  --seed 42 --stream 0 --offset 2000000\n")
    assert "\r" not in err  # no progress bar where there is no terminal


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("method", METHODS)
def test_equals_the_generator(tmp_path, method, dtype):
    logits = ROWS.astype(dtype)
    position = ("--seed", 9, "--stream", 2, "--offset", 3)
    drawn = sample(tmp_path, save(tmp_path, logits), "--draws", 7, *position, "--method", method)
    expected = gs.Generator(9, 2, 3).categorical(logits, size=7, method=method)
    assert drawn.shape == (7, 3)
    np.testing.assert_array_equal(drawn, expected)


@pytest.mark.parametrize("values", [ROWS[0], ROWS[:1]])
def test_one_distribution_has_flat_draws(tmp_path, values):
    drawn = sample(tmp_path, save(tmp_path, values), "--draws", 50, "--seed", 1)
    np.testing.assert_array_equal(drawn, gs.Generator(1).categorical(ROWS[0], size=50, method="alias"))


@pytest.mark.parametrize("method", METHODS)
def test_chunks_and_threads_do_not_matter(tmp_path, method):
    source = save(tmp_path, ROWS)
    draws = 60_001
    expected = gs.Generator(5, 0, 4).categorical(ROWS, size=draws, method=method)
    for threads, chunk in ((1, None), (2, None), (2, 59_999), (1, 4_096), (2, 60_001), (1, 10**9)):
        options = ["--seed", 5, "--offset", 4, "--draws", draws, "--method", method, "--threads", threads]
        drawn = sample(tmp_path, source, *options, *(["--chunk", chunk] if chunk else []))
        np.testing.assert_array_equal(drawn, expected)
    few = sample(tmp_path, source, "--seed", 5, "--offset", 4, "--draws", 9, "--method", method, "--chunk", 1)
    np.testing.assert_array_equal(few, expected[:9])


def test_threads_are_put_back(tmp_path):
    before = gs.get_num_threads()
    sample(tmp_path, save(tmp_path, ROWS), "--threads", 1)
    assert gs.get_num_threads() == before


def test_many_rows_fill_a_chunk_each(tmp_path):
    logits = np.random.default_rng(0).normal(size=(300_000, 5)).astype(np.float32)
    drawn = sample(tmp_path, save(tmp_path, logits), "--draws", 5, "--seed", 3)  # 3 draws a chunk
    np.testing.assert_array_equal(drawn, gs.Generator(3).categorical(logits, size=5, method="alias"))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("offset", "first", "second"), [(0, 1, 6), (1, 3, 4), (7, 0, 5), (2, 5, 1), (3, 6, 0)])
def test_continues_exactly(tmp_path, capsys, method, dtype, offset, first, second):
    logits = ROWS.astype(dtype)
    source, out = str(save(tmp_path, logits)), str(tmp_path / "out.npy")

    def run(draws, position):
        options = ["--draws", str(draws), "--method", method, "--chunk", "2", "--out", out]
        assert cli.main(["sample", source, *options, *position]) == 0
        report = capsys.readouterr().err.splitlines()
        following = next(line for line in report if line.startswith("continue"))
        return np.load(tmp_path / "out.npy"), following.split()[1:]

    whole, end = run(first + second, ["--seed", "77", "--stream", "4", "--offset", str(offset)])
    one, position = run(first, ["--seed", "77", "--stream", "4", "--offset", str(offset)])
    two, other_end = run(second, position)
    np.testing.assert_array_equal(np.concatenate([one, two]), whole)
    assert end == other_end
    expected = gs.Generator(77, 4, offset).categorical(logits, size=first + second, method=method)
    np.testing.assert_array_equal(whole, expected)


def test_offset_is_counted_in_words(tmp_path, capsys):
    for dtype, method, words in (
        (np.float32, "gumbel-max", 105),
        (np.float64, "gumbel-max", 210),
        (np.float32, "alias", 42),
        (np.float64, "inverse-cdf", 42),
    ):
        source = save(tmp_path, ROWS.astype(dtype))
        assert cli.main(["sample", str(source), "--draws", "7", "--seed", "1", "--method", method]) == 0
        position = "--seed 1 --stream 0 --offset"
        assert capsys.readouterr().err.endswith(f"repeat    {position} 0\ncontinue  {position} {words}\n")


def test_up_to_the_end_of_the_stream(tmp_path, capsys):
    source = save(tmp_path, ROWS)
    position = ["--draws", "2", "--seed", "1", "--offset"]
    drawn = sample(tmp_path, source, *position, 2**64 - 12)
    np.testing.assert_array_equal(drawn, gs.Generator(1, 0, 2**64 - 12).categorical(ROWS, size=2, method="alias"))
    for offset in (2**64 - 11, 2**64 - 10, 2**64):
        assert cli.main(["sample", str(source), *position, str(offset)]) == 2
        said = f"gsampler: error: --offset must leave 12 words to the end of the stream, got {offset}\n"
        assert capsys.readouterr().err == said


def test_fresh_seed_is_told(tmp_path, capsys):
    source = save(tmp_path, np.zeros(10))
    seeds = set()
    for _ in range(2):
        assert cli.main(["sample", str(source), "--draws", "40"]) == 0
        once = capsys.readouterr()
        position = next(line for line in once.err.splitlines() if line.startswith("repeat")).split()[1:]
        assert cli.main(["sample", str(source), "--draws", "40", *position]) == 0
        assert capsys.readouterr().out == once.out
        seeds.add(position[1])
    assert len(seeds) == 2


def test_kinds_agree(tmp_path):
    weights = np.array([[1, 2, 4, 8, 0, 1], [8, 1, 1, 2, 4, 0]])
    options = ("--draws", 20_000, "--seed", 6)
    counts = sample(tmp_path, save(tmp_path, weights), "--kind", "counts", *options)
    probabilities = sample(tmp_path, save(tmp_path, weights / 16), "--kind", "probabilities", *options)
    with np.errstate(divide="ignore"):
        logits = sample(tmp_path, save(tmp_path, np.log(weights / 16)), "--kind", "logits", *options)
    np.testing.assert_array_equal(counts, probabilities)
    np.testing.assert_array_equal(counts, logits)
    for row in range(2):
        observed = np.bincount(counts[:, row], minlength=6)
        assert observed[weights[row] == 0].sum() == 0
        likely = weights[row] > 0
        assert stats.chisquare(observed[likely], weights[row][likely] / 16 * 20_000).pvalue > 1e-4


@pytest.mark.parametrize("method", METHODS)
def test_zero_counts_are_never_drawn(tmp_path, method):
    counts = np.array([0, 3, 0, 0, 1, 0])
    options = ("--kind", "counts", "--method", method, "--draws", 50_000, "--seed", 2)
    drawn = sample(tmp_path, save(tmp_path, counts), *options)
    assert set(drawn) == {1, 4}


def test_probabilities_are_normalised(tmp_path):
    exact = np.array([0.5, 0.25, 0.25])
    options = ("--kind", "probabilities", "--draws", 1000, "--seed", 8)
    drawn = sample(tmp_path, save(tmp_path, exact), *options)
    np.testing.assert_array_equal(sample(tmp_path, save(tmp_path, exact * (1 + 5e-7)), *options), drawn)


@pytest.mark.parametrize("method", METHODS)
def test_empty_and_single(tmp_path, method):
    options = ("--method", method, "--kind", "logits", "--seed", 1)
    assert sample(tmp_path, save(tmp_path, np.zeros((0, 4))), *options, "--draws", 3).shape == (3, 0)
    assert sample(tmp_path, save(tmp_path, ROWS), *options, "--draws", 0).shape == (0, 3)
    assert sample(tmp_path, save(tmp_path, ROWS[0]), *options, "--draws", 0).shape == (0,)
    assert sample(tmp_path, save(tmp_path, np.zeros(1)), *options, "--draws", 4).tolist() == [0, 0, 0, 0]


# --- input --------------------------------------------------------------------------------------------------

TEXTS = {
    "commas": "0.5,-1.25,2\n1,1.5,-inf\n",
    "spaced": " 0.5, -1.25 ,2\n1,1.5,-Infinity",
    "semicolons": "0.5;-1.25;2\n1;1.5;-inf\n",
    "tabs": "0.5\t-1.25\t2\n1\t1.5\t-inf\n",
    "blanks": "  0.5 -1.25   2e0\n1 1.5 -inf\n",
    "names": "one,two,three\n0.5,-1.25,2\n1,1.5,-inf\n",
    "names of blanks": "one two three\n0.5 -1.25 2\n1 1.5 -inf\n",
    "names with commas": '"one, or so"\ttwo, or so\tthree\n0.5\t-1.25\t2\n1\t1.5\t-inf\n',
    "comments": "# a comment, 3\n\n0.5,-1.25,2\n   \n  # another\n1,1.5,-inf\n\n",
    "Windows": "\ufeffone;two;three\r\n0.5;-1.25;2\r\n1;1.5;-inf\r\n",
    "quotes": '"one","two","three"\n"0.5","-1.25","2"\n"1","1.5","-inf"\n',
}
TWO = np.array([[0.5, -1.25, 2.0], [1.0, 1.5, -np.inf]])


def drawn_from_two():
    return gs.Generator(4).categorical(TWO, size=99, method="alias")


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_text(tmp_path, text):
    (tmp_path / "in.any").write_bytes(text.encode())
    np.testing.assert_array_equal(sample(tmp_path, tmp_path / "in.any", "--draws", 99, "--seed", 4), drawn_from_two())


def test_saved_by_numpy(tmp_path):
    np.savetxt(tmp_path / "in.txt", TWO, header="made by numpy")
    np.savez(tmp_path / "one.npz", logits=TWO)
    np.savez_compressed(tmp_path / "two.npz", other=np.arange(3), logits=TWO)
    sources = [
        (tmp_path / "in.txt",),
        (tmp_path / "one.npz",),
        (tmp_path / "two.npz", "--key", "logits"),
        (save(tmp_path, np.asfortranarray(TWO), "fortran.npy"),),
        (save(tmp_path, TWO.astype(">f8"), "big.npy"),),
    ]
    for source in sources:
        np.testing.assert_array_equal(sample(tmp_path, *source, "--draws", 99, "--seed", 4), drawn_from_two())


def test_standard_input(tmp_path, monkeypatch):
    np.savez(tmp_path / "in.npz", TWO)
    forms = [save(tmp_path, TWO).read_bytes(), (tmp_path / "in.npz").read_bytes(), TEXTS["names"].encode()]
    for data in forms:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        np.testing.assert_array_equal(sample(tmp_path, "-", "--draws", 99, "--seed", 4), drawn_from_two())


def test_standard_input_is_a_pipe():
    command = [sys.executable, "-m", "gsampler.cli", "sample", "-", "--draws", "9", "--seed", "4", "--quiet"]
    environment = {**os.environ, "PYTHONPATH": str(HOME.parent)}
    data = TEXTS["tabs"].encode()
    done = subprocess.run(command, input=data, capture_output=True, check=True, timeout=HANG, env=environment)
    assert done.stderr == b""
    assert done.stdout.decode() == "".join(f"{a},{b}\n" for a, b in drawn_from_two()[:9])


@pytest.mark.parametrize("dtype", [np.int8, np.uint64, np.float16, np.bool_])
def test_numbers_of_any_type(tmp_path, dtype):
    values = np.array([[1, 0, 1], [0, 1, 1]], dtype)
    source, options = save(tmp_path, values), ("--draws", 50, "--seed", 4)
    drawn = sample(tmp_path, source, "--kind", "logits", "--method", "gumbel-max", *options)
    np.testing.assert_array_equal(drawn, gs.Generator(4).categorical(values, size=50, method="gumbel-max"))
    drawn = sample(tmp_path, source, "--kind", "counts", *options)
    assert not (drawn[:, 0] == 1).any()
    assert not (drawn[:, 1] == 0).any()


DAMAGED = "{} must be a .npy or .npz file of numbers: "
BAD_TEXT = [
    ("", "{} must hold numbers, got nothing"),
    ("# only\n\n", "{} must hold numbers, got nothing"),
    ('"5 "\n1,2\n', "{}: line 1 must hold numbers, got '5'"),
    ("1,2\n3,x\n", "{}: line 2 must hold numbers, got 'x'"),
    ("a,b\n\n# c\n1,2\n3,1_0\n", "{}: line 5 must hold numbers, got '1_0'"),
    ("a,b\nc,d\n", "{}: line 2 must hold numbers, got 'c'"),
    ("a,b\n", "{}: line 1 must hold numbers, got 'a'"),
    ("a,2,b\n1,2,3\n", "{}: line 1 must hold numbers, got 'a'"),
    ("1,2,\n", "{}: line 1 must hold numbers, got nothing between two separators"),
    ("1,,2\n", "{}: line 1 must hold numbers, got nothing between two separators"),
    ("1,2,3\n\n4,5\n", "{}: line 3 must hold 3 numbers, as line 1 does, got 2"),
    ("1 2\n4 5 6\n", "{}: line 2 must hold 2 numbers, as line 1 does, got 3"),
    ("1,2\n3;4\n", "{}: line 2 must hold numbers, got '3;4'"),
    ("a,b,c\n1,2\n", "{}: line 2 must hold 3 numbers, one a name, got 2"),
    ("1," + 50 * "x" + "\n", "{}: line 1 must hold numbers, got '" + 40 * "x" + "...'"),
    (b"1,2\xff\n", "{} must be a .npy, .npz or UTF-8 text file, got byte 0xff"),
    (b"PK\x03\x04 no archive", DAMAGED + "File is not a zip file"),
    (b"\x93NUMPY\x01\x00", DAMAGED + "EOF: reading array header length, expected 2 bytes got 0"),
]


@pytest.mark.parametrize(("text", "message"), BAD_TEXT)
def test_bad_files(tmp_path, capsys, text, message):
    path = tmp_path / "in.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    assert cli.main(["sample", str(path)]) == 2
    assert capsys.readouterr() == ("", f"gsampler: error: {message.format(path)}\n")


BAD_VALUES = [
    ("logits", [[0, 1], [np.nan, 1]], "logits must be finite or -inf, got nan at category 0 in row 1"),
    ("logits", [[0, 1], [1, np.inf]], "logits must be finite or -inf, got inf at category 1 in row 1"),
    ("logits", [-np.inf, -np.inf], "logits must have a category above -inf, got only -inf"),
    ("logits", [[0, 1], [0, 1], [-np.inf, -np.inf]], "logits must have a category above -inf, got only -inf in row 2"),
    ("counts", [3, -1], "counts must be finite and not negative, got -1.0 at category 1"),
    ("counts", [[1, 2], [3, np.nan]], "counts must be finite and not negative, got nan at category 1 in row 1"),
    ("counts", [[1, 2], [np.inf, 2]], "counts must be finite and not negative, got inf at category 0 in row 1"),
    ("counts", [[1, 2], [0, 0]], "counts must have a positive and finite sum, got 0.0 in row 1"),
    ("counts", [1e308, 1e308], "counts must have a positive and finite sum, got inf"),
    (
        "probabilities",
        [[1, 0], [2, -1]],
        "probabilities must be finite and not negative, got -1.0 at category 1 in row 1",
    ),
    (
        "probabilities",
        [[0.5, 0.5], [0.5, 0.51]],
        "probabilities must add up to 1 within 1e-06 (any weights are --kind counts), got 1.01 in row 1",
    ),
]


@pytest.mark.parametrize(("kind", "values", "message"), BAD_VALUES)
def test_bad_values(tmp_path, capsys, kind, values, message):
    source = save(tmp_path, np.array(values, np.float64))
    assert cli.main(["sample", str(source), "--kind", kind, "--out", str(tmp_path / "out.npy")]) == 2
    assert capsys.readouterr() == ("", f"gsampler: error: {message}\n")
    assert leftovers(tmp_path) == ["in.npy"]


def test_bad_values_of_text_are_named(tmp_path, capsys):
    path = tmp_path / "in.csv"
    path.write_text("# counts\nape,bee,cow\n1,2,3\n\n4,-5,6\n")
    assert cli.main(["sample", str(path), "--kind", "counts"]) == 2
    said = "gsampler: error: counts must be finite and not negative, got -5.0 in line 5, column 2 (bee)\n"
    assert capsys.readouterr().err == said


def test_bad_arrays(tmp_path, capsys):
    cases = [
        (np.zeros((2, 3, 4)), "must hold an array (categories,) or (rows, categories), got shape (2, 3, 4)"),
        (np.float64(3), "must hold an array (categories,) or (rows, categories), got shape ()"),
        (np.zeros((2, 0)), "must hold at least one category, got shape (2, 0)"),
        (np.zeros(3, complex), "must be an array of real numbers, got dtype complex128"),
        (np.array(["a", "b"]), "must be an array of real numbers, got dtype <U1"),
        (np.array([1, None]), f"{DAMAGED[3:]}Object arrays cannot be loaded when allow_pickle=False"),
    ]
    for values, message in cases:
        source = save(tmp_path, values)
        assert cli.main(["sample", str(source)]) == 2
        assert capsys.readouterr().err == f"gsampler: error: {source} {message}\n"


def test_keys(tmp_path, capsys):
    two, none = tmp_path / "two.npz", tmp_path / "none.npz"
    np.savez(two, a=np.zeros(2), b=np.zeros(3))
    np.savez(none)
    text = tmp_path / "in.csv"
    text.write_text("1,2")
    cases = [
        ([two], f"{two} holds 2 arrays (a, b): choose one with --key NAME"),
        ([two, "--key", "c"], f"--key must be the name of an array in {two} (a, b), got 'c'"),
        ([none], f"{none} must hold an array, got an archive without any"),
        ([text, "--key", "c"], f"--key must only be given for a .npz file, got 'c' for {text}"),
    ]
    for arguments, message in cases:
        assert cli.main(["sample", *map(str, arguments)]) == 2
        assert capsys.readouterr().err == f"gsampler: error: {message}\n"


def test_numbers_that_look_like_another_kind(tmp_path, capsys):
    def warnings(values, *options):
        assert cli.main(["sample", str(save(tmp_path, np.array(values))), "--quiet", *options]) == 0
        return capsys.readouterr().err.replace(str(tmp_path / "in.npy"), "FILE")

    looks = (
        "gsampler: warning: the numbers in FILE look like {0} and are taken for logits; "
        "say --kind {0}, or --kind logits if that is right\n"
    )
    assert warnings([3, 0, 7]) == looks.format("counts")
    assert warnings([[3.0, 0.0], [1e6, 2.0]]) == looks.format("counts")
    assert warnings([[0.25, 0.75], [1.0, 0.0]]) == looks.format("probabilities")
    for values in ([3, -1, 7], [0.5, 1.5], [0, 0, 0], [[3, 1], [0, 0]], [-np.inf, 1]):
        assert warnings(values) == ""
    assert warnings([3, 0, 7], "--kind", "logits") == ""
    assert warnings([3, 0, 7], "--kind", "counts") == ""
    column = "gsampler: warning: FILE has 3 rows of one category; a distribution is a row, not a column\n"
    assert warnings([[3], [2], [7]], "--kind", "counts") == column


# --- the index of a data frame ------------------------------------------------------------------------------

NOTE = "gsampler: note: the first column of FILE has no name: left out as the index of the rows"
COUNTS = np.array([[3, 0, 7], [1, 5, 2]])
INDEXED = {
    "default names": ",0,1,2\n0,3,0,7\n1,1,5,2\n",
    "names": ",ape,bee,cow\n0,3,0,7\n1,1,5,2\n",
    "labels": ",ape,bee,cow\nrow_1,3,0,7\nrow_2,1,5,2\n",
    "dates": "\tape\tbee\tcow\n2024-01-01\t3\t0\t7\n2024-01-02\t1\t5\t2\n",
    "semicolons": ";ape;bee;cow\n5;3;0;7\n9;1;5;2\n",
    "quotes": '"","ape","bee","cow"\n"a, b",3,0,7\n"c",1,5,2\n',
    "read and written again": "Unnamed: 0,ape,bee,cow\n0,3,0,7\n1,1,5,2\n",
}


def written_text(directory, text, name="in.csv"):
    (directory / name).write_text(text)
    return directory / name


def said(capsys, path):
    return capsys.readouterr().err.replace(str(path), "FILE")


def expected_of_counts(counts, size=50):
    with np.errstate(divide="ignore"):
        return gs.Generator(4).categorical(np.log(np.asarray(counts, float)), size=size, method="alias")


@pytest.mark.parametrize("text", INDEXED.values(), ids=INDEXED)
def test_index_is_left_out(tmp_path, capsys, text):
    path, options = written_text(tmp_path, text), ("--kind", "counts", "--draws", 50, "--seed", 4)
    np.testing.assert_array_equal(sample(tmp_path, path, *options), expected_of_counts(COUNTS))
    assert said(capsys, path) == ""  # --quiet
    assert cli.main(["sample", str(path), "--kind", "counts", "--names"]) == 0
    first, *others = said(capsys, path).splitlines()
    assert first == NOTE + " (--no-index: it is a category)"
    assert len(others) == 4
    np.testing.assert_array_equal(sample(tmp_path, path, *options, "--index"), expected_of_counts(COUNTS))


def test_index_of_one_row_of_probabilities(tmp_path, capsys):
    path = written_text(tmp_path, ",a,b,c\n0,0.25,0.25,0.5\n")
    options = ("--kind", "probabilities", "--draws", 50, "--seed", 4)
    drawn = sample(tmp_path, path, *options)
    np.testing.assert_array_equal(drawn, expected_of_counts([0.25, 0.25, 0.5]))
    assert set(drawn) == {0, 1, 2}
    drawn = sample(tmp_path, path, *options, "--no-index")
    np.testing.assert_array_equal(drawn, expected_of_counts([0, 0.25, 0.25, 0.5]))
    assert set(drawn) == {1, 2, 3}


def test_index_that_is_said(tmp_path, capsys):
    options = ("--kind", "counts", "--draws", 50, "--seed", 4, "--index")
    for text in (
        "0,3,0,7\n1,1,5,2\n",
        "row_1 3 0 7\nrow_2 1 5 2\n",
        "id,ape,bee,cow\n0,3,0,7\n1,1,5,2\n",
        '"ape" "bee" "cow"\n"1" 3 0 7\n"2" 1 5 2\n',  # as R writes it
    ):
        path = written_text(tmp_path, text)
        np.testing.assert_array_equal(sample(tmp_path, path, *options), expected_of_counts(COUNTS))
        assert said(capsys, path) == ""
    source = save(tmp_path, COUNTS)
    assert cli.main(["sample", str(source), "--index"]) == 2
    assert said(capsys, source) == "gsampler: error: --index must only be given for text, got an array in FILE\n"


CHOICE = "say --index if it does, or --no-index if it is a category\n"
COLUMN = f"gsampler: warning: the first column of FILE counts 0, 1, ... as one that numbers the rows does: {CHOICE}"
ONE_ROW = f"gsampler: warning: the only row of FILE begins with the integer 0, which may number the row: {CHOICE}"
LINE = (
    "gsampler: warning: the first line of numbers in FILE counts 0, 1, 2, ...: if it names the categories, delete it\n"
)
DOUBTS = [
    ("0,3,0,7\n1,1,5,2\n", COLUMN),
    ("a,b,c,d\n0,3,0,7\n1,1,5,2\n2,1,1,1\n", COLUMN),
    ("a,b,c,d\n0,3,0,7\n1,1,5,2\n", ""),  # two named counts
    ("0,3,0,7\n2,1,5,2\n", ""),
    ("0.0,3,0,7\n1.0,1,5,2\n", ""),
    ("0,0.25,0.25,0.5\n", ONE_ROW),
    ("0.0,0.25,0.25,0.5\n", ""),
    ("0,1,3\n", ""),
    ("a,b,c\n0,0.25,0.75\n", ""),
    ("0,1,2\n3,0,7\n", LINE),
    ("0,1,2\n", ""),
    ("0,1\n3,7\n", ""),
]


@pytest.mark.parametrize(("text", "warning"), DOUBTS)
def test_what_may_be_an_index_is_a_category_and_warned_of(tmp_path, capsys, text, warning):
    path = written_text(tmp_path, text)
    numbers = np.array([line.split(",") for line in text.splitlines() if not line.startswith("a")], float)
    drawn = sample(tmp_path, path, "--kind", "counts", "--draws", 50, "--seed", 4)
    expected = expected_of_counts(numbers)
    np.testing.assert_array_equal(drawn, expected.reshape(drawn.shape))
    assert said(capsys, path) == warning
    sample(tmp_path, path, "--kind", "counts", "--no-index")
    assert said(capsys, path) == ""


def test_errors_of_indexed_text(tmp_path, capsys):
    cases = [
        (",a,b\n0,1,2\n1,3,-4\n", [], "counts must be finite and not negative, got -4.0 in line 3, column 3 (b)"),
        ("1,2\n3,-4\n", [], "counts must be finite and not negative, got -4.0 in line 2, column 2"),
        (",a,b\nx,1,2\ny,0,0\n", [], "counts must have a positive and finite sum, got 0.0 in line 3"),
        (",a,b\nx,1,2\ny,z,0\n", [], "FILE: line 3 must hold numbers, got 'z'"),
        (
            "person,a,b\nx,1,2\ny,3,0\n",
            [],
            "FILE: line 2 must hold numbers, got 'x'; --index leaves out a first column that labels the rows",
        ),
        (",,a,b\nx,0,1,2\n", ["--index"], "FILE: line 1 must leave at most one column without a name, got two"),
        (",,a,b\n0,0,1,2\n", [], "FILE: line 1 must leave at most one column without a name, got two"),
        (
            "a,b\n0,1,2\n",
            [],
            "FILE: line 2 must hold 2 numbers, one a name, got 3; --index, if the first column labels the rows",
        ),
        (",a,b\n", [], "FILE: line 1 must hold numbers, got 'a'"),
    ]
    for text, options, message in cases:
        path = written_text(tmp_path, text)
        assert cli.main(["sample", str(path), "--kind", "counts", *options]) == 2
        assert said(capsys, path).splitlines()[-1] == f"gsampler: error: {message}"


# --- the method by default ----------------------------------------------------------------------------------


def test_method_follows_the_form_of_the_call(tmp_path, capsys):
    logits = np.random.default_rng(3).normal(size=(40, 5))
    source = save(tmp_path, logits)
    one = gs.Generator(8).categorical(logits, method="gumbel-max")
    many = {n: gs.Generator(8).categorical(logits, size=n, method="alias") for n in (1, 6)}
    assert (one != many[1][0]).any()
    for options, expected, method in (
        ([], one[None], "gumbel-max"),
        (["--method", "auto"], one[None], "gumbel-max"),
        (["--draws", "1"], many[1], "alias"),
        (["--draws", "6", "--method", "auto"], many[6], "alias"),
        (["--method", "alias"], many[1], "alias"),
        (["--draws", "1", "--method", "gumbel-max"], one[None], "gumbel-max"),
    ):
        np.testing.assert_array_equal(sample(tmp_path, source, "--seed", 8, *options), expected)
        capsys.readouterr()
        assert cli.main(["sample", str(source), "--seed", "8", *options]) == 0
        assert f"a second ({method}, " in capsys.readouterr().err


# --- output -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("k", "name", "dtype"),
    [
        (3, "uint8", np.uint8),
        (3, "int16", np.int16),
        (128, "int8", np.int8),
        (256, "auto", np.uint8),
        (257, "auto", np.uint16),
        (2**16, "auto", np.uint16),
        (2**16 + 1, "auto", np.uint32),
        (3, "uint64", np.uint64),
        (3, "int64", np.int64),
    ],
)
@pytest.mark.parametrize("chunk", [7, 10**6])
def test_dtype(tmp_path, k, name, dtype, chunk):
    logits = np.zeros((2, k))
    logits[:, -1] = 3.0 + np.log(k)  # the largest index comes often
    options = ("--draws", 200, "--seed", 4, "--chunk", chunk, "--dtype", name)
    drawn = sample(tmp_path, save(tmp_path, logits), *options)
    assert drawn.dtype == dtype
    assert drawn.max() == k - 1
    np.testing.assert_array_equal(drawn, gs.Generator(4).categorical(logits, size=200, method="alias"))
    np.save(tmp_path / "same.npy", drawn)
    assert (tmp_path / "same.npy").read_bytes() == (tmp_path / "out.npy").read_bytes()


def test_bad_dtypes(tmp_path, capsys):
    source = save(tmp_path, np.zeros(257))
    for options, message in (
        (["--dtype", "uint8", "--out", "x.npy"], "must hold the indices 0 to 256, got uint8, which ends at 255"),
        (["--dtype", "uint8"], "must go with npy output, got uint8 with csv"),
        (["--dtype", "auto", "--counts"], "must go without --counts, which are int64, got auto"),
    ):
        assert cli.main(["sample", str(source), *options]) == 2
        assert capsys.readouterr() == ("", f"gsampler: error: --dtype {message}\n")


def test_counts_of_ten_million_draws(tmp_path, capsys):
    out = tmp_path / "counts.npy"
    options = ["--kind", "counts", "--draws", "1e7", "--seed", "4", "--counts", "--out", str(out)]
    assert cli.main(["sample", str(LETTERS), *options]) == 0
    counts = np.load(out)
    assert (counts.shape, counts.dtype, counts.sum()) == ((26,), np.int64, 10**7)
    weights = np.loadtxt(LETTERS, delimiter=",", skiprows=1)
    drawn = gs.Generator(4).categorical(np.log(weights), size=10**7, method="alias")
    np.testing.assert_array_equal(counts, np.bincount(drawn, minlength=26))
    assert stats.chisquare(counts, weights / weights.sum() * 1e7).pvalue > 1e-4
    shown = ", ".join(f"{chr(97 + i)} {count}" for i, count in enumerate(counts))
    assert f"\ncounts    {shown}\ncompared  chi-square " in capsys.readouterr().err


@pytest.mark.parametrize("options", [("--draws", 3001), ("--draws", 3001, "--chunk", 100), ("--draws", 0), ()])
def test_counts_of_rows(tmp_path, capsys, options):
    source = save(tmp_path, ROWS)
    drawn = sample(tmp_path, source, "--seed", 4, *options)
    expected = np.array([np.bincount(column, minlength=5) for column in drawn.T])
    counts = sample(tmp_path, source, "--seed", 4, *options, "--counts")
    assert counts.dtype == np.int64
    np.testing.assert_array_equal(counts, expected)
    capsys.readouterr()
    assert cli.main(["sample", str(source), "--seed", "4", *map(str, options), "--counts"]) == 0
    out, err = capsys.readouterr()
    assert out == "".join(",".join(map(str, row)) + "\n" for row in expected)
    assert "\ncounts    row 2: " + ", ".join(f"{i} {count}" for i, count in enumerate(expected[2])) + "\n" in err


def test_counts_as_text_are_input_again(tmp_path, capsys):
    path = written_text(tmp_path, '"a, b",c\n3,1\n1,3\n')
    options = ["--kind", "counts", "--seed", "4", "--quiet"]
    out = tmp_path / "counts.csv"
    assert cli.main(["sample", str(path), *options, "--draws", "99", "--counts", "--names", "--out", str(out)]) == 0
    head, *rows = out.read_text().splitlines()
    assert head == '"a, b",c'
    assert [sum(map(int, row.split(","))) for row in rows] == [99, 99]
    again = sample(tmp_path, out, "--kind", "counts", "--draws", 50, "--seed", 4)
    np.testing.assert_array_equal(again, expected_of_counts([list(map(int, row.split(","))) for row in rows]))


def test_counts_that_are_too_many_to_show(tmp_path, capsys):
    logits = np.zeros((9, 30))
    logits[:, 7], logits[:, 29] = 6, 5
    source = save(tmp_path, logits)
    assert (
        cli.main(
            ["sample", str(source), "--draws", "500", "--seed", "4", "--counts", "--out", os.devnull, "--format", "npy"]
        )
        == 0
    )
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("counts")]
    assert len(lines) == 9
    drawn = gs.Generator(4).categorical(logits, size=500, method="alias")
    seen = np.bincount(drawn[:, 3], minlength=30)
    assert lines[3].startswith(f"counts    row 3: 7 {seen[7]}, 29 {seen[29]}, ")
    assert lines[3].endswith(", and 4 categories drawn no more often")
    assert lines[8] == "counts    and those of 1 more rows"


def test_output_that_no_disk_holds(tmp_path, capsys):
    source, out = save(tmp_path, ROWS[0]), tmp_path / "out.npy"
    assert cli.main(["sample", str(source), "--draws", "2**62", "--out", str(out)]) == 1
    said = rf"gsampler: error: cannot write {out}: it takes 32 EiB, and [\d.]+ [KMGTP]iB are free\n"
    assert re.fullmatch(said, capsys.readouterr().err)
    arguments = ["--draws", "2**62", "--chunk", "2**62", "--format", "npy", "--out", os.devnull]
    assert cli.main(["sample", str(source), *arguments]) == 2
    held = "4611686018427387904 draws x 1 row takes 32 EiB"
    assert capsys.readouterr().err == f"gsampler: error: --chunk must be of draws that fit in memory: {held}\n"
    assert leftovers(tmp_path) == ["in.npy"]


@pytest.mark.parametrize(
    ("size", "takes", "error"),
    [
        (2**62, "32 EiB", ValueError),
        (2**55, "256 PiB", MemoryError),
        ((2**30, 3, 2**20), "24 PiB", MemoryError),
    ],
)
def test_size_that_no_memory_holds(size, takes, error):
    rng = gs.Generator(4)
    shape = size if isinstance(size, tuple) else (size,)
    for call, name in (
        (lambda: rng.categorical([0.0, 1.0], size=size, method="alias"), "int64"),
        (lambda: rng.gumbel(size=size), "float64"),
    ):
        with pytest.raises(error) as raised:
            call()
        wanted = f"got {shape} of {name}, which takes {takes}"
        assert str(raised.value) == f"size must be of a result that fits in memory, {wanted}"
    assert rng.state["offset"] == 0


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 bytes"), (1023, "1.02e+03 bytes"), (1024, "1 KiB"), (3 * 2**29, "1.5 GiB"), (2**70, "1.02e+03 EiB")],
)
def test_bytes_as_people_read_them(count, text):
    assert bytes_text(count) == text


def test_npy_is_what_numpy_writes(tmp_path):
    drawn = sample(tmp_path, save(tmp_path, ROWS), "--draws", 1000, "--seed", 4, "--chunk", 7)
    np.save(tmp_path / "same.npy", drawn)
    assert (tmp_path / "same.npy").read_bytes() == (tmp_path / "out.npy").read_bytes()


def test_npy_to_a_pipe(tmp_path, capsysbinary):
    arguments = ["sample", str(save(tmp_path, ROWS)), "--draws", "10", "--seed", "4", "--format", "npy"]
    assert cli.main(arguments) == 0
    np.testing.assert_array_equal(
        np.load(io.BytesIO(capsysbinary.readouterr().out)), gs.Generator(4).categorical(ROWS, size=10, method="alias")
    )


@pytest.mark.parametrize("chunk", [1, 3, 100])
def test_text_output(tmp_path, capsys, chunk):
    common = ["--draws", "10", "--seed", "4", "--quiet", "--chunk", str(chunk)]
    expected = gs.Generator(4).categorical(ROWS, size=10, method="alias")
    lines = "".join(",".join(map(str, row)) + "\n" for row in expected)
    source = str(save(tmp_path, ROWS))
    assert cli.main(["sample", source, *common]) == 0
    assert capsys.readouterr().out == lines
    for name, options in (("out.csv", []), ("out.text", ["--format", "csv"])):
        assert cli.main(["sample", source, *common, "--out", str(tmp_path / name), *options]) == 0
        assert (tmp_path / name).read_text() == lines
    assert cli.main(["sample", str(save(tmp_path, ROWS[1])), *common]) == 0
    expected = gs.Generator(4).categorical(ROWS[1], size=10, method="alias")
    assert capsys.readouterr().out == "".join(f"{i}\n" for i in expected)


def test_text_of_many_categories(tmp_path, capsys):
    logits = np.zeros(LABELS + 1, np.float32)
    assert cli.main(["sample", str(save(tmp_path, logits)), "--draws", "9", "--seed", "4", "--quiet"]) == 0
    expected = gs.Generator(4).categorical(logits, size=9, method="alias")
    assert capsys.readouterr().out.split() == list(map(str, expected))


def test_names(tmp_path, capsys):
    path = tmp_path / "in.csv"
    path.write_text('ape,"cow, brown", "12"" bee" ,ewe\n1,1,1,1\n2,1,1,0\n')
    options = ["--kind", "counts", "--draws", "40", "--seed", "4", "--quiet"]
    assert cli.main(["sample", str(path), *options]) == 0
    indices = [[int(i) for i in line.split(",")] for line in capsys.readouterr().out.splitlines()]
    assert cli.main(["sample", str(path), *options, "--names"]) == 0
    names = ["ape", '"cow, brown"', '"12"" bee"', "ewe"]
    assert capsys.readouterr().out.splitlines() == [f"{names[a]},{names[b]}" for a, b in indices]
    assert {a for a, _ in indices} == {0, 1, 2, 3}
    assert {b for _, b in indices} == {0, 1, 2}


def test_replaces_a_file(tmp_path):
    source, path, link = save(tmp_path, ROWS), tmp_path / "out.npy", tmp_path / "link.npy"
    path.write_text("before")
    path.chmod(0o640)
    link.symlink_to(path)
    drawn = sample(tmp_path, source, "--seed", 4, out="link.npy")
    np.testing.assert_array_equal(drawn, gs.Generator(4).categorical(ROWS, size=1, method="gumbel-max"))
    assert link.is_symlink()
    np.testing.assert_array_equal(np.load(path), drawn)
    assert path.stat().st_mode & 0o777 == 0o640
    assert leftovers(tmp_path) == ["in.npy", "link.npy", "out.npy"]


def test_new_file_has_the_usual_mode(tmp_path):
    (tmp_path / "usual").touch()
    sample(tmp_path, save(tmp_path, ROWS))
    assert (tmp_path / "out.npy").stat().st_mode == (tmp_path / "usual").stat().st_mode


BAD_OUTPUT = [
    (["--out", "samples.bin"], 2, "--out must end in .npy or .csv unless --format is given, got 'samples.bin'"),
    (["--out", "in.npy"], 2, "--out must not be INPUT, got 'in.npy' for both"),
    (["--out", "x.npy", "--names"], 2, "--names must go with csv output, got npy"),
    (["--names"], 2, "--names must go with a first line of INPUT that names the categories, got in.npy"),
    (
        ["--out", "x.csv", "--counts", "--names"],
        2,
        "--names must go with a first line of INPUT that names the categories, got in.npy",
    ),
    (["--out", "no/x.npy"], 1, "cannot write no/x.npy: No such file or directory"),
    (["--out", "directory", "--format", "npy"], 1, "cannot write directory: Is a directory"),
]


@pytest.mark.parametrize(("options", "status", "message"), BAD_OUTPUT)
def test_bad_output(tmp_path, capsys, monkeypatch, options, status, message):
    monkeypatch.chdir(tmp_path)
    save(tmp_path, ROWS)
    (tmp_path / "directory").mkdir()
    assert cli.main(["sample", "in.npy", *options]) == status
    assert capsys.readouterr() == ("", f"gsampler: error: {message}\n")
    assert leftovers(tmp_path) == ["directory", "in.npy"]


def test_full_device(tmp_path, capsys):
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full")
    options = ["--draws", "10000", "--out", "/dev/full", "--format", "npy"]
    assert cli.main(["sample", str(save(tmp_path, ROWS)), *options]) == 1
    assert capsys.readouterr().err == "gsampler: error: cannot write /dev/full: No space left on device\n"
    assert Path("/dev/full").is_char_device()


def test_disk_runs_full(tmp_path):
    path = tmp_path / "out.npy"
    path.write_text("before")
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (2**22, 2**22))"
    arguments = ["sample", LETTERS, "--kind", "counts", "--draws", 2_000_000, "--out", path]
    status, _, err = finish(start(*arguments, code=limit, stderr=subprocess.PIPE))
    assert (status, err.decode()) == (1, f"gsampler: error: cannot write {path}: File too large\n")
    assert leftovers(tmp_path) == ["out.npy"]
    assert path.read_text() == "before"


# --- usage --------------------------------------------------------------------------------------------------

BAD_USAGE = [
    ([], "the following arguments are required: COMMAND (see gsampler --help)"),
    (["sample"], "the following arguments are required: INPUT (see gsampler sample --help)"),
    (["sample", "x", "--draw", "3"], "unrecognized arguments: --draw 3 (see gsampler --help)"),
    (["sample", "nothing.npy"], "cannot read nothing.npy: No such file or directory"),
    (["sample", "x", "--draws", "-1"], "--draws must be an integer from 0 to 2**62, got '-1'"),
    (["sample", "x", "--draws", "1.5"], "--draws must be an integer from 0 to 2**62, got '1.5'"),
    (["sample", "x", "--draws", "many"], "--draws must be an integer from 0 to 2**62, got 'many'"),
    (["sample", "x", "--draws", "1e999999999"], "--draws must be an integer from 0 to 2**62, got '1e999999999'"),
    (["sample", "x", "--draws", "nan"], "--draws must be an integer from 0 to 2**62, got 'nan'"),
    (["sample", "x", "--seed", str(2**64)], f"--seed must be an integer from 0 to 2**64 - 1, got '{2**64}'"),
    (["sample", "x", "--stream", "-1"], "--stream must be an integer from 0 to 2**64 - 1, got '-1'"),
    (["sample", "x", "--offset", str(2**64 + 1)], f"--offset must be an integer from 0 to 2**64, got '{2**64 + 1}'"),
    (["sample", "x", "--chunk", "0"], "--chunk must be an integer from 1 to 2**62, got '0'"),
    (["sample", "x", "--threads", "0"], "--threads must be an integer from 1 to the number of cores, got '0'"),
]


@pytest.mark.parametrize(("arguments", "message"), BAD_USAGE)
def test_bad_usage(tmp_path, monkeypatch, capsys, arguments, message):
    monkeypatch.chdir(tmp_path)
    assert cli.main(arguments) == 2
    assert capsys.readouterr() == ("", f"gsampler: error: {message}\n")


def test_bad_choices(capsys):
    for option in ("--kind", "--method", "--format"):
        assert cli.main(["sample", "x", option, "other"]) == 2
        assert capsys.readouterr().err.startswith(f"gsampler: error: {option}: invalid choice: 'other'")


def test_too_many_threads(capsys):
    assert cli.main(["sample", str(LETTERS), "--threads", "100000"]) == 2
    said = r"gsampler: error: --threads must be from 1 to \d+ \(NUMBA_NUM_THREADS\), got 100000\n"
    assert re.fullmatch(said, capsys.readouterr().err)


def test_integers_as_people_write_them(tmp_path):
    for written in ("2000", "2e3", "2_000", "2.0e3"):
        assert len(sample(tmp_path, save(tmp_path, ROWS[0]), "--draws", written)) == 2000
    assert len(sample(tmp_path, save(tmp_path, ROWS[0]), "--draws", "2**11")) == 2048


def test_help_and_version(capsys):
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out == f"gsampler {gs.__version__} (stream version {gs.STREAM_VERSION})\n"
    for arguments in (["--help"], ["sample", "--help"], ["info", "--help"], ["bench", "--help"], ["warm", "--help"]):
        assert cli.main(arguments) == 0
        assert capsys.readouterr().out.startswith("usage: gsampler")


def test_loads_nothing_heavy():
    code = "print({'numba', 'llvmlite', 'tqdm'} & set(sys.modules))"
    status, out, _ = finish(start(after=code, stdout=subprocess.PIPE))
    assert (status, out) == (0, b"set()\n")


# --- how it ends --------------------------------------------------------------------------------------------

# 2**16 noises a draw: a chunk takes long, and the file grows slowly
LONG = ["--kind", "logits", "--method", "gumbel-max", "--draws", "100000000", "--seed", "1"]


@pytest.mark.parametrize(
    ("number", "chunk", "existing"),
    [
        (signal.SIGINT, 10**6, True),
        (signal.SIGINT, 100, False),
        (signal.SIGTERM, 10**6, False),
        (signal.SIGHUP, 100, True),
    ],
)
def test_signals_leave_nothing(tmp_path, number, chunk, existing):
    path = tmp_path / "out.npy"
    source = save(tmp_path, np.zeros(2**16, np.float32))
    if existing:
        path.write_text("before")
    process = start("sample", source, *LONG, "--chunk", chunk, "--out", path, stderr=subprocess.PIPE)
    until(lambda: any(p.name.startswith(".out.npy.") for p in tmp_path.iterdir()))
    until_used(process, 0.2)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    sent = cpu_time(process)
    process.send_signal(number)
    status, _, err = finish(process)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = sum(after[:2]) - sum(before[:2])
    assert used - sent < 1  # half a second of two threads
    assert status == 128 + number
    said = rf"gsampler: stopped by {number.name} after (\d+) of 100000000 draws; {path} was not written\n"
    match = re.fullmatch(said, err.decode())
    assert match
    assert int(match[1]) % chunk == 0
    assert leftovers(tmp_path) == ["in.npy", "out.npy"][: 1 + existing]
    assert not existing or path.read_text() == "before"


def test_signal_lost_in_a_callback(tmp_path):
    """While LLVM compiles, a handler may run in a call from C, where its exception goes no further."""
    code = """
import ctypes, os
from gsampler.cli.sample import Run
def draw(self, first, out, draw=Run.draw):
    draw(self, first, out)
    if first == 30:
        ctypes.CFUNCTYPE(None)(lambda: os.kill(os.getpid(), signal.SIGINT))()
Run.draw = draw
"""
    arguments = [
        "sample",
        LETTERS,
        "--kind",
        "counts",
        "--draws",
        "100000",
        "--chunk",
        "10",
        "--out",
        tmp_path / "out.npy",
    ]
    status, _, err = finish(start(*arguments, code=code, stderr=subprocess.PIPE))
    said = f"gsampler: stopped by SIGINT after 40 of 100000 draws; {tmp_path / 'out.npy'} was not written\n"
    assert (status, err.decode()) == (130, said)
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize(
    "after", [0.1, pytest.param(0.4, marks=pytest.mark.slow), pytest.param(0.8, marks=pytest.mark.slow)]
)
def test_stopped_while_compiling(tmp_path, after):
    code = """
import os
os.environ["GSAMPLER_CACHE"] = "0"
from gsampler.cli.sample import Run
def prepare(self, prepare=Run.prepare):
    print(flush=True)
    prepare(self)
Run.prepare = prepare
"""
    arguments = ["sample", LETTERS, "--kind", "counts", "--draws", "1e8", "--out", tmp_path / "out.npy"]
    process = start(*arguments, code=code, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.readline()
    until_used(process, after)
    process.send_signal(signal.SIGINT)
    status, _, err = finish(process)
    assert status == 130
    assert re.fullmatch(r"gsampler: stopped by SIGINT( after .*)?\n", err.decode())
    assert leftovers(tmp_path) == []


def test_stopped_while_nobody_reads(tmp_path):
    arguments = ["sample", LETTERS, "--kind", "counts", "--draws", "1e12"]
    process = start(*arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.read(1)
    full = fcntl.fcntl(process.stdout, fcntl.F_GETPIPE_SZ) - 4096  # the page that was read from may have room left
    until(lambda: struct.unpack("i", fcntl.ioctl(process.stdout, termios.FIONREAD, bytes(4)))[0] >= full)
    until(lambda: Path(f"/proc/{process.pid}/stat").read_text().rsplit(")")[1].split()[0] == "S")  # it waits
    process.send_signal(signal.SIGINT)
    assert process.wait(HANG) == 130
    err = process.stderr.read().decode()
    assert re.fullmatch(r"gsampler: stopped by SIGINT after \d+ of 1000000000000 draws\n", err)
    process.communicate()


def test_closed_pipe_is_quiet():
    arguments = ["sample", LETTERS, "--kind", "counts", "--draws", "1e12", "--seed", "4", "--names"]
    process = start(*arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    first = process.stdout.readline()
    process.stdout.close()
    assert process.wait(HANG) == 141  # 128 + SIGPIPE
    assert process.stderr.read() == b""
    process.stderr.close()
    counts = np.loadtxt(LETTERS, delimiter=",", skiprows=1)
    index = gs.Generator(4).categorical(gs.AliasTable(np.log(counts)))
    assert first == b"abcdefghijklmnopqrstuvwxyz"[index : index + 1] + b"\n"


def test_closed_pipe_of_help(monkeypatch):
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)  # with which argparse drops the error
    process = start("--help", stdout=subprocess.PIPE, stderr=subprocess.PIPE, code="import os; os.read(0, 1)")
    process.stdout.close()
    assert process.wait(HANG) == 141
    assert process.stderr.read() == b""
    process.stderr.close()


@pytest.mark.slow
def test_cache_that_is_full(tmp_path):
    """The disk of the cache is not that of the output; kernels are too large for it, and so is what Numba keeps."""
    code = f"""
import os, resource
os.environ["NUMBA_CACHE_DIR"] = {str(tmp_path)!r}
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
"""
    arguments = ["sample", LETTERS, "--kind", "counts", "--draws", "1e6", "--counts", "--quiet"]
    status, out, err = finish(start(*arguments, code=code, stdout=subprocess.PIPE, stderr=subprocess.PIPE))
    reason = "File too large (NUMBA_CACHE_DIR is the directory of another)"
    if status:  # where what Numba caches cannot do without it
        assert (status, out) == (1, b"")
        assert err.decode() == f"gsampler: error: cannot write compiled code to its cache: {reason}\n"
    else:
        assert sum(map(int, out.split(b","))) == 10**6


def test_unexpected_errors_are_one_line(tmp_path, capsys, monkeypatch):
    def fail(self):
        raise KeyError("what nobody thought of\n")

    monkeypatch.setattr(Run, "prepare", fail)
    monkeypatch.delenv("GSAMPLER_TRACEBACK", raising=False)
    source = str(save(tmp_path, ROWS))
    assert cli.main(["sample", source]) == 1
    said = "unexpected KeyError: 'what nobody thought of\\n' (GSAMPLER_TRACEBACK=1 shows where)"
    assert capsys.readouterr() == ("", f"gsampler: error: {said}\n")
    monkeypatch.setenv("GSAMPLER_TRACEBACK", "1")
    with pytest.raises(KeyError):
        cli.main(["sample", source])


def test_unreadable_input(tmp_path, capsys):
    archive = tmp_path / "in.npz"
    np.savez_compressed(archive, logits=np.random.default_rng(0).normal(size=1000))
    data = archive.read_bytes()
    array = save(tmp_path, ROWS).read_bytes()
    cases = [
        (data[: len(data) // 2], 2),
        (data[:300] + bytes(200) + data[500:], 2),
        (array[:-8], 2),
        (array[:40], 2),
        (array.replace(b"(3, 5)", b"(3,-5)"), 2),
        (array.replace(b"(3, 5), }    ", b"(10**30,), }"), 2),
        (array.replace(b"(3, 5), }" + 18 * b" ", b"(1152921504606846, 5), }   "), 1),
    ]
    for number, (content, status) in enumerate(cases):
        path = tmp_path / f"damaged{number}"
        path.write_bytes(content)
        assert cli.main(["sample", str(path)]) == status, number
        out, err = capsys.readouterr()
        assert (out, err.count("\n")) == ("", 1)
        assert err.startswith(
            "gsampler: error: not enough memory" if status == 1 else f"gsampler: error: {path} must be "
        )
    assert cli.main(["sample", str(tmp_path)]) == 2
    assert capsys.readouterr().err == f"gsampler: error: cannot read {tmp_path}: Is a directory\n"


def test_signals_are_put_back(tmp_path):
    before = [signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]
    sample(tmp_path, save(tmp_path, ROWS))
    assert cli.main(["sample"]) == 2
    assert [signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)] == before


@pytest.mark.parametrize(
    ("options", "draws"),
    [
        (["--format", "npy"], 200_000_000),
        pytest.param(["--format", "npy", "--dtype", "uint8"], 100_000_000, marks=pytest.mark.slow),
        (["--counts", "--format", "npy"], 100_000_000),
        (["--format", "csv"], 6_000_000),
    ],
)
def test_memory_is_bounded(options, draws):
    """200 million draws are 1600 MB; a run of them takes 60 MB more than one of ten draws does."""
    report = "status = main(); import resource as r; print(r.getrusage(r.RUSAGE_SELF).ru_maxrss); sys.exit(status)"

    def peak(count):
        arguments = ["sample", LETTERS, "--kind", "counts", "--out", os.devnull, "--quiet", *options, "--draws", count]
        status, out, _ = finish(start(*arguments, after=report, stdout=subprocess.PIPE))
        assert status == 0
        return int(out) * (1 if sys.platform == "darwin" else 1024)

    assert peak(draws) - peak(10) < 60e6
    assert Path(os.devnull).is_char_device()


def test_progress_of_a_run_that_is_stopped():
    arguments = ["sample", LETTERS, "--kind", "counts", "--draws", "1e13", "--out", os.devnull, "--format", "npy"]
    process = start(*arguments, "--progress", stderr=subprocess.PIPE)
    seen = b""
    while b"draw/s" not in seen:
        more = os.read(process.stderr.fileno(), 4096)
        assert more
        seen += more
    process.terminate()
    status, _, err = finish(process)
    assert status == 143
    assert b"\r" in seen
    assert err.endswith(b" of 10000000000000 draws\n")


@pytest.mark.parametrize(("milliseconds", "shown"), [(95, False), (105, True)])
def test_progress_after_a_second(tmp_path, capsys, monkeypatch, milliseconds, shown):
    """Ten chunks by a clock that a chunk moves on."""
    now = 0

    def draw(self, first, out, draw=Run.draw):
        nonlocal now
        now += milliseconds
        draw(self, first, out)

    monkeypatch.setattr(Run, "draw", draw)
    monkeypatch.setattr("tqdm.std.time", lambda: now / 1000)
    options = ["--kind", "counts", "--quiet", "--progress", "--chunk", "10", "--draws", "100"]
    assert cli.main(["sample", str(LETTERS), *options, "--out", str(tmp_path / "out.npy")]) == 0
    assert ("draw/s" in capsys.readouterr().err) == shown


# --- observed and expected ----------------------------------------------------------------------------------


def test_chi_square_without_rare_categories():
    observed = np.array([[18, 30, 52], [40, 35, 25]])
    probability = np.array([[0.2, 0.3, 0.5], [0.5, 0.25, 0.25]])
    fit = fitting.pearson(observed, probability, 100)
    for row in range(2):
        expected = stats.chisquare(observed[row], probability[row] * 100).statistic
        assert fit.statistic[row] == pytest.approx(expected, rel=1e-12)
    assert fit.freedom.tolist() == [2, 2]
    assert fit.pooled.tolist() == [0, 0]
    assert fit.difference == pytest.approx([0.02, 0.1])
    assert fit.category.tolist() in ([0, 0], [2, 0])  # a tie, up to rounding


def test_chi_square_pools_rare_categories():
    # expected 60, 34, 3, 3, 0: the two rare ones make a cell of 6
    fit = fitting.pearson(np.array([[55, 36, 5, 4, 0]]), np.array([[0.6, 0.34, 0.03, 0.03, 0.0]]), 100)
    assert fit.statistic[0] == pytest.approx(25 / 60 + 4 / 34 + 9 / 6)
    assert (fit.freedom[0], fit.pooled[0], fit.impossible[0]) == (2, 2, 0)
    # expected 60, 36, 2, 2: the pool of 4 joins the 36
    fit = fitting.pearson(np.array([[57, 40, 2, 1]]), np.array([[0.6, 0.36, 0.02, 0.02]]), 100)
    assert fit.statistic[0] == pytest.approx(9 / 60 + 9 / 40)
    assert fit.freedom[0] == 1
    # expected 98, 2 and 3, 2: nothing to compare
    assert fitting.pearson(np.array([[97, 3]]), np.array([[0.98, 0.02]]), 100).freedom[0] == 0
    assert fitting.pearson(np.array([[3, 2]]), np.array([[0.6, 0.4]]), 5).freedom[0] == 0
    # expected 3, 3, 3: one cell of them all
    assert fitting.pearson(np.array([[3, 2, 4]]), np.full((1, 3), 1 / 3), 9).freedom[0] == 0
    assert fitting.pearson(np.array([[90, 10]]), np.array([[1.0, 0.0]]), 100).impossible[0] == 10


@pytest.mark.parametrize("freedom", [1, 2, 3, 4, 25, 26, 200, 201, 1000, 10**6])
def test_tail_of_chi_square(freedom):
    assert fitting.tail(0.0, freedom) == pytest.approx(1, abs=1e-9)
    for p in (0.99, 0.5, 0.05, 1e-3, 1e-6, 1e-30):
        found = fitting.tail(float(stats.chi2.isf(p, freedom)), freedom)
        if freedom <= fitting.EXACT_TAIL:
            assert found == pytest.approx(p, rel=1e-10)
        else:
            assert math.log(found) == pytest.approx(math.log(p), rel=0.02)


def test_report_of_rows(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(fitting, "BLOCK", 4)  # a block a row
    weights = np.array([[1, 2, 3], [5, 5, 0], [1, 1, 1], [1, 0, 0]])
    path = tmp_path / "in.csv"
    path.write_text("ape,bee,cow\n" + "\n".join(",".join(map(str, row)) for row in weights))
    options = ["--kind", "counts", "--draws", "3001", "--seed", "3", "--chunk", "100"]
    assert cli.main(["sample", str(path), *options, "--out", str(tmp_path / "out.npy")]) == 0
    err = capsys.readouterr().err
    drawn = np.load(tmp_path / "out.npy")
    observed = np.array([np.bincount(column, minlength=3) for column in drawn.T])
    probability = weights / weights.sum(axis=1, keepdims=True)
    results = [stats.chisquare(o[p > 0], 3001 * p[p > 0]) for o, p in zip(observed[:3], probability[:3], strict=True)]
    total = sum(r.statistic for r in results)
    assert f"compared  chi-square {total:.5g} on 5 degrees of freedom, p = " in err
    worst = int(np.argmin([r.pvalue for r in results]))
    assert f", over 3 rows; the worst of them row {worst}: chi-square {results[worst].statistic:.5g} on " in err
    row, category = np.unravel_index(np.argmax(np.abs(observed / 3001 - probability)), (4, 3))
    name, seen = ("ape", "bee", "cow")[category], observed[row, category] / 3001
    assert f"furthest apart at category {name} of row {row}: {seen:.6g} observed, " in err


def test_report_with_nothing_to_compare(tmp_path, capsys):
    def compared(values, draws):
        options = ["--kind", "logits", "--draws", str(draws), "--seed", "1"]
        assert cli.main(["sample", str(save(tmp_path, values)), *options]) == 0
        lines = capsys.readouterr().err.splitlines()
        return next(line for line in lines if line.startswith("compared")).partition("  ")[2]

    assert compared(ROWS, 0) == "nothing: nothing was drawn"
    assert compared(np.zeros((0, 3)), 5) == "nothing: nothing was drawn"
    assert compared(np.zeros(3), 9).endswith("; no chi-square: fewer than two categories expected 5 times")
    assert compared(np.zeros((2, 3)), 9).endswith("; no chi-square: in no row two categories expected 5 times")
    assert compared(np.zeros(3), 15).startswith("chi-square")


# --- info ---------------------------------------------------------------------------------------------------


def test_info(capsys):
    assert cli.main(["info"]) == 0
    lines = capsys.readouterr().out.splitlines()
    pairs = dict(line.split(":", 1) for line in lines)
    assert len({len(line) - len(line.partition(":")[2].lstrip()) for line in lines}) == 1  # values stand in one column
    facts = {name: value.strip() for name, value in pairs.items()}
    assert facts["gsampler"] == gs.__version__
    assert facts["numpy"] == np.__version__
    assert facts["threads"] == str(gs.get_num_threads())
    assert facts["threading layer"] in {"omp", "tbb", "workqueue", "none (one thread)"}
    assert cli.main(["info", "--json"]) == 0
    again = json.loads(capsys.readouterr().out)
    assert {name.replace("_", " "): str(value) for name, value in again.items()} == facts
    assert again["stream_version"] == gs.STREAM_VERSION


def test_info_follows_the_environment():
    environment = {
        "GSAMPLER_CACHE": "0",
        "NUMBA_NUM_THREADS": "1",
        "NUMBA_CPU_NAME": "x86-64-v3",
        "NUMBA_CPU_FEATURES": "+avx2,+fma,-avx512f",
    }
    if os.uname().machine != "x86_64":
        pytest.skip("names of x86 processors")
    code = f"import os; os.environ.update({environment!r})"
    status, out, err = finish(start("info", "--json", code=code, stdout=subprocess.PIPE, stderr=subprocess.PIPE))
    assert (status, err) == (0, b"")
    facts = json.loads(out)
    assert (facts["llvm_cpu"], facts["vectors"], facts["fma"]) == ("x86-64-v3", "AVX2 (256 bits)", True)
    assert (facts["threads"], facts["threading_layer"]) == (1, "none (one thread)")
    assert facts["cache"] == "none (GSAMPLER_CACHE=0)"


def test_widest_vectors():
    assert vectors({"sse2", "sse4.2", "avx", "avx2", "avx512f"}) == "AVX-512 (512 bits)"
    assert vectors({"sse2", "avx", "fma"}) == "AVX (256 bits)"
    assert vectors({"neon"}) == "NEON (128 bits)"
    assert vectors(set()) == "none known"


# --- bench --------------------------------------------------------------------------------------------------


def test_bench(capsys):
    """Rows measured in processes of their own, as text and as JSON."""
    assert cli.main(["bench", "--quick", "n=16 / NumPy"]) == 0
    versions, processor, load, _, head, row = capsys.readouterr().out.splitlines()
    assert versions.startswith(f"gsampler {gs.__version__}, python ")
    assert cli.main(["info", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert processor == f"processor {facts['cpu']}, {facts['vectors']}"
    assert load.startswith("load ")
    assert head.split()[-8:] == ["ratio", "spread", "pairs", "ours", "theirs", "ns", "an", "element"]
    ratio, ours, theirs = (float(row.partition("  misses")[0].split()[i]) for i in (-5, -2, -1))
    assert row.startswith("gumbel float64, n=16 / NumPy")
    assert 0.5 < ratio / (ours / theirs) < 2
    assert cli.main(["bench", "--quick", "--json", "n=16 / NumPy"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in document["ratios"]] == ["gumbel float64, n=16 / NumPy"]
    assert document["versions"]["gsampler"] == gs.__version__
    assert document["isa"] is None
    low, high = document["ratios"][0]["quartiles"]
    assert 0 < low <= document["ratios"][0]["ratio"] <= high
    assert document["native"] == document["costs"] == []


CONTRACT = {
    "gumbel float32 / MKL Philox": 0.85,
    "gumbel float64 / MKL Philox": 1.0,
    "gumbel float32 / NumPy float64": 0.1,
    "gumbel float64, n=16 / NumPy": 2.0,
    "categorical K=131072 / MKL noise alone": 0.6,
    "categorical K=64 / torch.multinomial": 0.03,
    "categorical K=8 / torch.multinomial": 0.05,
    "categorical K=64 / JAX, one core": 0.06,
    "categorical K=64 / JAX, all cores": 0.06,
    "categorical, one row of 10 / torch.multinomial": 0.5,
    "gumbel_softmax K=64 / torch": 0.08,
    "gumbel_softmax K=64 / JAX, all cores": 0.2,
    "gumbel_softmax, one row of 10 / torch": 0.5,
    "with backward K=64 / torch autograd": 0.1,
    "with backward K=64 / JAX, all cores": 0.2,
    "with backward, one row of 10 / torch autograd": 0.5,
    "binary_concrete / torch RelaxedBernoulli": 0.1,
    "gumbel float32, two threads / one": 0.55,
    "gumbel float64, two threads / one": 0.55,
    "categorical K=64, two threads / one": 0.55,
    "categorical K=131072, two threads / one": 0.55,
    "gumbel_softmax K=64, two threads / one": 0.55,
    "with backward K=64, two threads / one": 0.55,
}


def test_bench_rows():
    """No two under one name, and what the contract says of speed among them."""
    table = bench._table()
    names = [row.name for row in table.rows.ALL] + [f"C library, {name}" for name in table.native.FUNCTIONS]
    names += list(table.COSTS)
    assert len(set(names)) == len(names)
    assert {name: table.rows.ROWS[name].target for name in CONTRACT} == CONTRACT


@pytest.mark.parametrize(("code", "said"), [("def", 1), ("avx512", 0)])
def test_bench_says_where_mkl_is_not_at_its_best(code, said):
    head = {"versions": {"mkl": "2024.2.2"}, "load": "0", "isa": None, "environment": {}, "mkl_code": code}
    head |= {"processor": "A", "vectors": "AVX2", "left_out": {}, "avx2": False}
    assert "\n".join(bench._table().lines([("head", head)])).count("its slowest") == said


def test_bench_costs(monkeypatch):
    """The targets of the contract, and what is said of values on either side of them."""
    table = bench._table()
    monkeypatch.setattr(table.calls, "first_call", lambda what: (3.5, 0.25))
    monkeypatch.setattr(table.memory, "extra_memory", lambda k: {"traced": 3, "resident": 2**20})
    monkeypatch.setattr(table.native, "missing", lambda: None)
    monkeypatch.setattr(table.native, "measure", lambda seconds: dict.fromkeys(table.native.FUNCTIONS, C_RATIO))
    for what in ("gumbel", "categorical", "gumbel_softmax"):
        cold, warm = list(table.measure([f"first call of {what}"]))[1:3]
        assert (cold[1]["target"], warm[1]["target"]) == (3.0, 0.3)
        assert table.cost_line(cold[1]).endswith("3.5 s  misses target")
        assert table.cost_line(warm[1]).endswith("0.25 s")
    for k in (64, 131072):
        row = list(table.measure([f"extra memory of categorical K={k}"]))[1][1]
        assert row["target"] == 64 * table.peers.cores()
        assert table.cost_line(row).endswith("KiB  misses target")
    row = list(table.measure(["C library, gumbel f32"]))[1][1]
    assert (row["least"], row["target"]) == (0.95, 1.05)
    assert table.ratio_line(row).endswith("  below 0.95")
    assert table.ratio_line({**row, "ratio": 1.0}).endswith("1.000")
    assert table.ratio_line({**row, "ratio": 1.06}).endswith("  misses must")


def test_bench_measures_avx2_as_well_where_there_is_more(monkeypatch):
    """A second ratio of each row, whose miss counts."""
    table = bench._table()
    monkeypatch.setattr(table.levels, "have", lambda level: level == "v4")
    monkeypatch.setattr(table.levels, "environment", lambda level: {"GSAMPLER_ISA": level})
    found = {(): 0.07, ("v3",): 0.09}
    measured = lambda name, seconds, **held: {**C_RATIO, "ratio": found[tuple(held.values())]}  # noqa: E731
    monkeypatch.setattr(table.ratios, "measure", measured)
    monkeypatch.setattr(table.ratios, "missing", lambda name: None)

    def head_and_first(parts):
        lines = list(table.lines(parts))
        first = next(i for i, line in enumerate(lines) if line.startswith("gumbel_softmax K=64 / torch"))
        return lines[first - 1].strip(), lines[first]

    head, row = head_and_first(table.measure(["gumbel_softmax K=64 / torch"]))
    assert head.split()[-4:] == ["ns", "an", "element", "AVX2"]
    assert row.split()[-3:] == ["0.090", "misses", "target"]
    assert row.index("0.090") + 5 == len(head)
    head, row = head_and_first(table.measure(["gumbel_softmax K=64 / torch"], quick=True))
    assert (head.split()[-1], row.split()[-1]) == ("element", "1.000")


C_RATIO = {"ratio": 0.9, "quartiles": [0.9, 0.9], "pairs": 5, "ours_ns": 0.9, "theirs_ns": 1.0}


@pytest.mark.slow
@pytest.mark.skipif(platform.machine() != "x86_64", reason="levels of x86-64")
def test_bench_isa(capsys):
    """Everything is held to a level, and the table says so."""
    features = bench._table().levels.FEATURES
    assert features == {level: LEVELS[f"x86-64-{level}"][0] for level in ("v3", "v4")}
    if not llvm.get_host_cpu_features().get("fma"):
        pytest.skip("this machine has no fma")
    before = dict(os.environ)
    assert cli.main(["bench", "--quick", "--isa", "v3", "n=16 / NumPy"]) == 0
    assert os.environ == before
    _, _, _, held, _, _, row = capsys.readouterr().out.splitlines()
    assert held.startswith("all held to x86-64-v3: NUMBA_CPU_NAME='x86-64-v3' ")
    assert {name.partition("=")[0] for name in held.split(": ")[1].split()} >= {
        *("NUMBA_CPU_NAME", "NUMBA_CPU_FEATURES", "GSAMPLER_ISA"),
        *("MKL_ENABLE_INSTRUCTIONS", "ATEN_CPU_CAPABILITY", "ONEDNN_MAX_CPU_ISA", "XLA_FLAGS"),
    }
    assert row.startswith("gumbel float64, n=16 / NumPy")


@pytest.mark.parametrize(
    "row", ["n=16 / NumPy", "C library, gumbel f32", "import gsampler", "first call of gumbel_softmax_vjp", "memory"]
)
def test_bench_isa_reaches_what_is_measured(row, monkeypatch):
    class Started(Exception):
        pass

    def run(command, *, env, **options):
        raise Started(env)

    table = bench._table()
    monkeypatch.setattr(table.levels, "environment", lambda level: {"GSAMPLER_ISA": level})
    monkeypatch.setattr(table.native, "missing", lambda: None)
    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(Started) as started:
        list(table.measure([row], level="v3"))
    assert started.value.args[0]["GSAMPLER_ISA"] == "v3"


@pytest.mark.skipif(platform.machine() != "x86_64", reason="levels of x86-64")
def test_bench_isa_numpy_takes_quietly():
    """NumPy warns of names it does not know."""
    table = bench._table()
    try:
        held = table.levels.environment("v3")
    except ValueError as error:
        pytest.skip(str(error))
    code = "import warnings; warnings.simplefilter('error'); import numpy; " + FOUND
    assert not [name for name in table.calls.child(code, **held).split() if name.startswith(("AVX512", "X86_V4"))]


FOUND = "print(*numpy.show_config(mode='dicts')['SIMD Extensions'].get('found', []))"


def test_bench_isa_that_is_none(capsys, monkeypatch):
    assert cli.main(["bench", "--isa", "v9"]) == 2
    assert "--isa: invalid choice: 'v9'" in capsys.readouterr().err
    levels = bench._table().levels
    monkeypatch.setattr(levels.platform, "machine", lambda: "x86_64")
    monkeypatch.setattr(llvm, "get_host_cpu_features", lambda: {"avx2": True, "avx512f": False})
    assert cli.main(["bench", "--isa", "v4"]) == 2
    error = capsys.readouterr().err
    assert "--isa v4: this processor has no cx16, " in error
    assert "avx512f" in error
    assert "avx2," not in error
    monkeypatch.setattr(levels.platform, "machine", lambda: "aarch64")
    assert cli.main(["bench", "--isa", "v3"]) == 2
    assert "--isa v3: a level of x86-64, but this processor is aarch64" in capsys.readouterr().err


def test_bench_of_no_row(capsys):
    assert cli.main(["bench", "n=16 / NumPy", "no such row"]) == 2
    error = capsys.readouterr().err
    said = "gsampler: error: ROW must be part of the name of a row, got 'no such row'; such as gumbel, keyed, "
    assert error.startswith(said)
    assert error.count("\n") == 1
    assert len(error) < 500
    table = bench._table()
    assert not table.unknown(table.groups())
    named = {name for group in table.groups() for name in table.chosen(table.all_names(), [group])}
    assert named == set(table.all_names())


def test_bench_lists_its_rows(capsys):
    table = bench._table()
    assert cli.main(["bench", "--list"]) == 0
    names = capsys.readouterr().out.splitlines()
    assert names == [*table.rows.ROWS, *(f"C library, {name}" for name in table.native.FUNCTIONS), *table.COSTS]
    assert cli.main(["bench", "--list", "SciPy"]) == 0
    assert capsys.readouterr().out == "gumbel float64 / SciPy gumbel_r\ngumbel_softmax K=64 / SciPy softmax\n"


def test_bench_leaves_out_what_is_not_there(capsys, monkeypatch):
    """Peers in one line with what installs them, the C library with where it was looked for; no row of either."""
    table = bench._table()
    monkeypatch.setattr(
        table.ratios.peers, "missing", lambda peer: "not installed" if peer in ("MKL", "SciPy") else None
    )
    monkeypatch.setattr(table.native, "missing", lambda: "there is no libgsampler.so.1 in /a")
    monkeypatch.setattr(table.ratios, "measure", lambda name, seconds, **held: C_RATIO)
    chosen = ["gumbel float64 /", "C library, gumbel f32", "C library, loaded"]
    assert cli.main(["bench", *chosen]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[3:6] == [
        "left out 3 rows, of peers that are not installed: MKL, SciPy "
        "(in a clone: pip install '.[bench,peers,clients]')",
        "left out 2 rows: there is no libgsampler.so.1 in /a",
        "",
    ]
    assert [line.partition("  ")[0] for line in out[7:]] == [
        "gumbel float64 / without its tails",
        "gumbel float64 / NumPy float64",
        "gumbel float64 / NumPy -log exponential",
    ]
    assert cli.main(["bench", "--json", *chosen]) == 0
    document = json.loads(capsys.readouterr().out)
    assert len(document["ratios"]) == 3
    assert document["left_out"]["MKL is not installed"] == ["gumbel float64 / MKL Philox", "gumbel float64 / MKL ARS5"]
    assert cli.main(["bench", "C library"]) == 1
    assert capsys.readouterr().err.startswith("gsampler: error: nothing can be measured: left out ")


def test_bench_says_where_the_c_library_was_looked_for(monkeypatch, tmp_path):
    monkeypatch.setenv("GSAMPLER_PREFIX", str(tmp_path))
    pytest.importorskip("cffi")
    said = bench._table().native.missing()
    assert said.startswith(f"there is no libgsampler.so.1 in {tmp_path}/lib: build it with native/build.py, or say ")
    assert "GSAMPLER_PREFIX" in said


@pytest.mark.slow
def test_bench_scaling(tmp_path):
    """The picture and its figures, of the smallest calls."""
    script = HOME.parent / "asv_bench" / "scaling.py"
    if not script.exists():
        pytest.skip("not a source tree")
    command = [sys.executable, script, tmp_path / "scaling.svg", "--largest", "10"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(HOME.parent), os.environ.get("PYTHONPATH", "")])}
    subprocess.run(command, env=environment, cwd=tmp_path, check=True, capture_output=True)
    assert leftovers(tmp_path) == ["scaling.json", "scaling.svg"]
    assert "</svg>" in (tmp_path / "scaling.svg").read_text()
    series = json.loads((tmp_path / "scaling.json").read_text())["series"]
    for name in ("gumbel float32", "gumbel float64", "categorical, rows of n", "gumbel_softmax, rows of 64"):
        (point,) = series[name]
        assert point["n"] == 10
        assert point["ns"] > 0
        assert point["extra_kib"] < 1024


def test_measurements_find_the_modules_that_they_name(tmp_path: Path) -> None:
    """Where the benchmarks are installed within gsampler, which has modules of the names of PyTorch, JAX and Dask."""
    root = Path(gs.__file__).parents[1]
    for source, target in (("gsampler", "gsampler"), ("asv_bench/benchmarks", "gsampler/benchmarks")):
        shutil.copytree(root / source, tmp_path / target, ignore=shutil.ignore_patterns("__pycache__"))
    code = "from gsampler.benchmarks.child import child; print(child('import torch; print(torch.__file__)'))"
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], cwd="/", env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert not Path(done.stdout.strip()).is_relative_to(tmp_path)
