"""Measurements that need a process of their own."""

import os
import subprocess
import sys
from pathlib import Path

import gsampler

ROOT = Path(__file__).parents[1]


def child_main(module, *arguments, **environment):
    """The last line that ``main`` of a module of this package prints in a fresh process."""
    return child(f"from {__package__}.{module} import main; main()", *arguments, **environment)


def child(code, *arguments, **environment):
    """The last line that Python code prints in a fresh process, which finds the same gsampler as this one."""
    ours = Path(gsampler.__file__).parents[1]
    paths = [str(ours), *([] if "." in __package__ else [str(ROOT)]), os.environ.get("PYTHONPATH", "")]
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
    command = [sys.executable, "-c", code, *map(str, arguments)]
    # Python looks for modules where it is: gsampler.torch is not torch
    done = subprocess.run(command, cwd=ours, env={**os.environ, **environment}, capture_output=True, text=True)
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or [f"status {done.returncode}"])[-1]
        raise RuntimeError(f"a process that measures failed: {reason}")
    return done.stdout.splitlines()[-1]
