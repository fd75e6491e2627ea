"""Write tests/vectors from the registry of functions and the slow reference: python tests/write_vectors.py"""

from __future__ import annotations

import json
import re
from pathlib import Path

from cases import channel_keys
from functions import FUNCTIONS

PATH = Path(__file__).parent / "vectors" / "stream_v2.json"
KEYS = PATH.with_name("channel_keys.json")
README = PATH.with_name("README.md")
HEAD = "| function | further inputs | output |\n|---|---|---|\n"


# what writes the cases of one function or of several
WRITERS = dict.fromkeys(f.cases for f in FUNCTIONS.values() if f.cases is not None)


def document() -> str:
    lines = ",\n".join(json.dumps(case) for writer in WRITERS for case in writer())
    return f'{{"stream_version": 2, "cases": [\n{lines}\n]}}\n'


def readme() -> str:
    """The file as it is, with the table of functions written anew."""
    rows = dict.fromkeys(f.row() for f in FUNCTIONS.values() if f.cases is not None)
    return re.sub(re.escape(HEAD) + r"(\|.*\n)*", lambda _: HEAD + "".join(rows), README.read_text())


def keys() -> str:
    return "[\n" + ",\n".join(json.dumps(case) for case in channel_keys()) + "\n]\n"


if __name__ == "__main__":
    PATH.write_text(document())
    README.write_text(readme())
    KEYS.write_text(keys())
