"""Sphinx's configuration: ``python -m sphinx -W --keep-going -b html docs docs/_build/html``."""

import re
import sys
from pathlib import Path

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx

sys.path.insert(0, str(Path(__file__).parent))

import reference_pages

import gsampler

project = "gsampler"
author = "The gsampler developers"
copyright = "The gsampler developers, BSD-3-Clause"
version = release = gsampler.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.autosummary", "numpydoc"]
exclude_patterns = ["_build"]
default_role = "py:obj"
toc_object_entries = False  # a page's contents are its headings

myst_heading_anchors = 3
autodoc_typehints = "none"  # the docstring's Parameters say it in words; generator.pyi in types
autodoc_preserve_defaults = True  # np.float64, as it is written
autosummary_generate = True
templates_path = ["_templates"]
numpydoc_show_class_members = False
numpydoc_validation_checks = {"PR01", "PR02", "SS03"}  # parameters and their description agree
numpydoc_validation_exclude = {  # what users do not make
    r"VJP",
    r"gsampler\.native\.(NativeError|declarations)",
    r"gsampler\.estimators\.(AdamState|Estimate|Estimator|Moments|Surrogate)\b",
}

html_theme = "pydata_sphinx_theme"
html_title = "gsampler"
html_static_path = ["_static"]
html_css_files = ["gsampler.css"]
html_show_sourcelink = False
html_copy_source = False
html_sidebars = {"*": [], "reference/**": ["sidebar-nav-bs"]}  # guide pages have no sidebar
html_theme_options = {
    "header_links_before_dropdown": 10,
    "navbar_persistent": ["search-button"],
    "navigation_with_keys": False,
    "secondary_sidebar_items": {"**": ["page-toc"], "index": []},
    "show_toc_level": 2,
    "footer_start": ["copyright"],
    "footer_end": [],
    "article_footer_items": ["prev-next"],
}

linkcheck_ignore = [r"https://doi\.org/"]  # publishers turn robots away

API = re.compile(r"(rng|gs|est|jit)\.(\w+(?:\.\w+)?)")


def link_api(app: Sphinx, doctree: nodes.document) -> None:
    """Code such as ``rng.gumbel(size=3)`` in the text of a guide page leads to the reference."""
    for literal in list(doctree.findall(nodes.literal)):
        match = API.search(literal.astext())
        if match is None or app.env.docname.startswith("reference/") or isinstance(literal.parent, nodes.reference):
            continue
        prefix = {"rng": "Generator.", "gs": "", "est": "estimators.", "jit": "jit."}[match[1]]
        link = pending_xref(
            "",
            refdomain="py",
            reftype="obj",
            reftarget=f"gsampler.{prefix}{match[2]}",
            refdoc=app.env.docname,
            refexplicit=False,
            refwarn=False,
        )
        literal.replace_self(link)
        link += literal


INITIAL = re.compile(r"^(\s*\.\. \[\d+\] [A-Z])\. ")


def keep_initials(app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]) -> None:
    """An initial at the beginning of a reference is no list of one item."""
    lines[:] = [INITIAL.sub(r"\1\\. ", line) for line in lines]


def setup(app: Sphinx) -> None:
    app.connect("autodoc-process-docstring", keep_initials, priority=400)  # before numpydoc
    app.connect("config-inited", lambda app, config: reference_pages.write(Path(app.srcdir) / "reference"))
    app.connect("doctree-read", link_api)
