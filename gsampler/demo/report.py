"""The report: the table as text, Markdown and HTML, the results as JSON."""

from __future__ import annotations

import html
import json
import math
import platform
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import groupby
from typing import Any

import numpy as np

import gsampler as gs
from gsampler.demo.experiment import Experiment, Row, write
from gsampler.demo.settings import TASKS

HEAD = ("estimator", "test bound", "rank", "rate", "published", "its rank")
PAPER = "https://arxiv.org/abs/1611.01144"


def cells(row: Row) -> tuple[str, ...]:
    """A row of the table, as `HEAD`; nats, in the mean of the repetitions, with the standard error."""
    if math.isinf(row.mean):
        bound = "diverged"
    else:
        bound = f"{row.mean:.2f}" + ("" if row.error is None else f" ± {row.error:.2f}")
    published = ("", "") if row.published is None else (f"{row.published:.1f}", str(row.published_rank))
    return (row.method.title, bound, str(row.rank), f"{row.rate:g}", *published)


def by_task(rows: Sequence[Row]) -> Iterator[tuple[str, list[Row]]]:
    for task, group in groupby(rows, key=lambda row: row.task):
        yield TASKS[task].title, list(group)


def text(rows: Sequence[Row]) -> str:
    """The table for a terminal."""
    width = max(len(row.method.title) for row in rows)
    lines = []
    for title, group in by_task(rows):
        lines.append(f"{title + ':':{max(width, 33)}}  test bound (nats)  rank  rate   published  its rank")
        for row in group:
            name, bound, rank, rate, published, its_rank = cells(row)
            lines.append(
                f"  {name:{max(width, 33) - 2}}  {bound:>17}  {rank:>4}  {rate:<5}  {published:>9}  {its_rank:>8}"
            )
    return "".join(f"{line.rstrip()}\n" for line in lines)


def markdown(rows: Sequence[Row]) -> str:
    """The table for a page."""
    lines = []
    for title, group in by_task(rows):
        best = min(row.rank for row in group)
        lines += [f"**{title}**", "", f"| {' | '.join(HEAD)} |", "|---|---:|---:|---:|---:|---:|"]
        for row in group:
            name, bound, *rest = cells(row)
            bound = f"**{bound}**" if row.rank == best else bound
            lines.append(f"| {' | '.join((name, bound, *rest))} |")
        lines.append("")
    return "\n".join(lines)


def document(experiment: Experiment, preset: str) -> dict[str, Any]:
    """The results, which JSON can hold."""
    rows = []
    for row in experiment.table():
        finite = math.isfinite(row.mean)
        rows.append(
            {
                "task": row.task,
                "estimator": row.method.name,
                "rate": row.rate,
                "test": [value if math.isfinite(value) else None for value in row.values],
                "mean": row.mean if finite else None,
                "standard_error": row.error,
                "rank": row.rank,
                "published": row.published,
                "published_rank": row.published_rank,
            }
        )
    versions = {"gsampler": gs.__version__, "python": platform.python_version(), "numpy": np.__version__}
    return {"setting": preset, "settings": asdict(experiment.settings), "versions": versions, "table": rows}


def protocol(experiment: Experiment) -> str:
    """What was done, in a few sentences."""
    s = experiment.settings
    rates = ", ".join(f"{rate:g}" for rate in s.rates)
    return (
        "Scikit-learn's handwritten digits, 8 x 8 pixels, binarised at half; 1197 pictures to train, 300 to "
        f"validate, 300 to test. Stochastic gradient descent with momentum {s.momentum:g}, {s.epochs} epochs in "
        f"batches of {s.batch}, one sample in training. Learning rate from {{{rates}}}, and how long to train, by "
        f"the validation split, for each estimator; then {s.seeds} repetitions (seed {s.seed}). The test bound is "
        f"the mean of -log (1/m) sum p(y, z) / q(z) with m = {s.samples} discrete samples of each picture; lower is "
        "better."
    )


def write_report(experiment: Experiment, preset: str, captions: Sequence[tuple[str, str]]) -> str:
    """Write table.txt, table.md, results.json and index.html; returns the table as text."""
    rows, out = experiment.table(), experiment.out
    shown = text(rows)
    write(out / "table.txt", shown.encode())
    write(out / "table.md", markdown(rows).encode())
    write(out / "results.json", (json.dumps(document(experiment, preset), indent=1) + "\n").encode())
    write(out / "index.html", page(experiment, captions).encode())
    return shown


def page(experiment: Experiment, captions: Sequence[tuple[str, str]]) -> str:
    """An HTML page of table and figures, which lie beside it in ``figures/``."""
    body = ["<h1>Gradients through discrete variables</h1>", f"<p>{html.escape(protocol(experiment))}</p>"]
    body.append(
        f'<p>Published: <a href="{PAPER}">Jang, Gu and Poole, ICLR 2017</a>, table 1, larger models on binarised '
        "MNIST. The nats of both do not compare; the ranks do.</p><h2>Table</h2><div class=tables>"
    )
    for title, group in by_task(experiment.table()):
        best = min(row.rank for row in group)
        head = "".join(f"<th>{name}</th>" for name in HEAD)
        body.append(f"<table><caption>{html.escape(title)}</caption><tr>{head}</tr>")
        for row in group:
            kind = " class=best" if row.rank == best else ""
            body.append(f"<tr{kind}>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in cells(row)) + "</tr>")
        body.append("</table>")
    body.append("</div><h2>Figures</h2>")
    for name, caption in captions:
        words = html.escape(caption)
        body.append(
            f'<figure><img src="figures/{name}.svg" alt="{words}"><figcaption>{words} '
            f'<a href="figures/{name}.png">PNG</a></figcaption></figure>'
        )
    return PAGE.format(body="\n".join(body))


PAGE = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>gsampler demo</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; color: #222 }}
.tables {{ display: grid; grid-template-columns: repeat(auto-fit, minmax(31rem, 1fr)); gap: 1rem 2rem }}
table {{ border-collapse: collapse; font-size: 0.85rem; font-variant-numeric: tabular-nums }}
caption {{ font-weight: 600; text-align: left; padding: 0.3rem 0 }}
th, td {{ padding: 0.15rem 0.6rem; text-align: right; border-bottom: 1px solid #ddd }}
th:first-child, td:first-child {{ text-align: left }}
.best {{ font-weight: 600; background: #e7f1fb }}
figure {{ margin: 2rem 0 }}
img {{ max-width: 100% }}
figcaption {{ font-size: 0.9rem; color: #555; max-width: 50rem }}
</style>
{body}
</html>
"""
