#!/usr/bin/env python3
"""Write the language bindings in native/bindings from gsampler.h: ``python native/write_bindings.py``

With ``--check`` nothing is written; instead it is an error if a file is not what the header gives.
"""

from __future__ import annotations

import argparse
import re
import sys
import textwrap
from collections.abc import Callable
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import cffi

NATIVE = Path(__file__).resolve().parent
sys.path[:0] = [str(NATIVE.parent)]

from gsampler.native import declarations  # noqa: E402

HEADER, TEMPLATES, BINDINGS = NATIVE / "gsampler.h", NATIVE / "templates", NATIVE / "bindings"


class BindingError(Exception):
    """The header has something that the bindings cannot express."""


# --- the header -----------------------------------------------------------------------------------------------


class CType(NamedTuple):
    """What a type of C is elsewhere; in Node.js, the class of its arrays."""

    rust: str
    go: str
    fortran: str
    node: str


TYPES = {
    "float": CType("f32", "float32", "real(c_float)", "Float32Array"),
    "double": CType("f64", "float64", "real(c_double)", "Float64Array"),
    "int32_t": CType("i32", "int32", "integer(c_int32_t)", "Int32Array"),
    "int64_t": CType("i64", "int64", "integer(c_int64_t)", "BigInt64Array"),
    "uint8_t": CType("u8", "uint8", "integer(c_int8_t)", "Uint8Array"),  # Fortran has no unsigned integers
    "uint32_t": CType("u32", "uint32", "integer(c_int32_t)", "Uint32Array"),
    "uint64_t": CType("u64", "uint64", "integer(c_int64_t)", "BigUint64Array"),
}
STRING = "const char *"
# what no parameter can be named in some language, because it is a keyword or a function of the binding
KEYWORDS = re.compile(
    "check|default|end|fn|func|function|in|local|loop|match|pointer|range|ref|self|type|use|var|where"
)


class Parameter(NamedTuple):
    name: str
    text: str  # as the header has it
    type: str  # of the elements, where it is an array
    is_array: bool
    is_output: bool

    @property
    def c(self) -> CType:
        return TYPES[self.type]


class Function(NamedTuple):
    name: str
    result: str
    parameters: tuple[Parameter, ...]

    @property
    def returns_status(self) -> bool:
        """Whether it can fail: without parameters, an int32_t is a value."""
        return self.result == "int32_t" and bool(self.parameters)


class Constant(NamedTuple):
    name: str
    value: int
    doc: list[str]

    @property
    def is_status(self) -> bool:
        return self.name == "GS_OK" or self.name.startswith("GS_ERROR_")


class Group(NamedTuple):
    """Functions that share a comment; without functions, the comment that begins a section."""

    doc: list[str]
    functions: list[Function]


class Header(NamedTuple):
    text: str  # without the preprocessor's lines
    about: list[str]
    constants: list[Constant]
    groups: list[Group]

    @property
    def functions(self) -> list[Function]:
        return [function for group in self.groups for function in group.functions]


def read_header(text: str) -> Header:
    """The declarations and the comments of gsampler.h."""
    declared = declarations(text)
    about, _, rest = declared.partition("*/")
    bare = re.sub(r"^enum \{.*?^\};$", "", rest, flags=re.M | re.S)
    groups = read_groups(bare)
    ffi = cffi.FFI()
    ffi.cdef(declared)
    library = ffi.dlopen(None)  # for names and constants alone: none of its functions is looked up
    found = {function.name for group in groups for function in group.functions}
    missed = {name for name in dir(library) if name.startswith("gs_")} ^ found
    if missed:
        raise BindingError(f"declared in a way that is not understood: {', '.join(sorted(missed))}")
    versions = re.findall(r"^#define (GS_\w+) (\d+)(?:\s*/\*(.*?)\*/)?", text, re.M)
    constants = [Constant(name, int(value), comment_lines(comment)) for name, value, comment in versions]
    docs = dict(re.findall(r"(GS_\w+) = \d+,?\s*/\*(.*?)\*/", declared, re.S))
    names = [name for name in dir(library) if name.startswith("GS_")]
    codes = sorted((getattr(library, name), name) for name in names)
    constants += [Constant(name, value, comment_lines(docs.get(name, ""))) for value, name in codes]
    return Header(declared, comment_lines(about), constants, groups)


def read_groups(text: str) -> list[Group]:
    groups = [Group([], [])]
    for match in re.finditer(r"/\*(.*?)\*/(\n(?=\S))?|([^;/]+\));(\n(?=\n))?|\S+", text, re.S):
        comment, documents, prototype, last = match.groups()
        if comment is not None:
            groups.append(Group(comment_lines(comment), []))
            if not documents:
                groups.append(Group([], []))
        elif prototype is not None:
            groups[-1].functions.append(read_function(" ".join(prototype.split())))
            if last:
                groups.append(Group([], []))
        else:
            raise BindingError(f"not understood: {text[match.start() :].splitlines()[0]}")
    return [group for group in groups if group.doc or group.functions]


def read_function(prototype: str) -> Function:
    match = re.fullmatch(r"(.+?)\s?(gs_\w+)\((.*)\)", prototype)
    if match is None:
        raise BindingError(f"not a function that is understood: {prototype}")
    result, name, parameters = match.groups()
    if result not in TYPES and result != STRING:
        raise BindingError(f"{name} returns {result}, which native/write_bindings.py does not know")
    texts = [] if parameters == "void" else parameters.split(", ")
    return Function(name, result, tuple(read_parameter(name, text) for text in texts))


def read_parameter(function: str, text: str) -> Parameter:
    """cffi says of which type it is, but not whether it is const, nor its name."""
    try:
        kind = cffi.FFI().typeof(text)
        is_array = kind.kind == "pointer"
        element = kind.item.cname if is_array else kind.cname
    except cffi.CDefError:
        element = ""
    match = re.fullmatch(r"(const )?\w+ \*?(\w+)", text)
    if match is None or element not in TYPES:
        raise BindingError(
            f"{function}: the type of the parameter '{text}' is one that native/write_bindings.py does not know"
        )
    const, name = match.groups()
    return Parameter(name + "_" * bool(KEYWORDS.fullmatch(name)), text, element, is_array, is_array and not const)


def comment_lines(text: str) -> list[str]:
    text = text.strip().removeprefix("/*").strip()
    lines = [re.sub(r"^\s*\* ?", "", line).rstrip() for line in text.splitlines()]
    return [line.strip("- ") if line.startswith("----") else line for line in lines[:1]] + lines[1:] if lines else []


# --- text -----------------------------------------------------------------------------------------------------

Lines = list[str]


def fill(template: str, parts: dict[str, Lines]) -> str:
    """The template with each line ``// @NAME@`` replaced by those of a part, all with the prefix ``// ``."""
    out: Lines = []
    for line in template.splitlines():
        match = re.fullmatch(r"(.*)@(\w+)@", line)
        out += [line] if match is None else [(match[1] + part).rstrip() for part in parts[match[2]]]
    return "\n".join(out) + "\n"


def prefixed(prefix: str, lines: Lines) -> Lines:
    return [f"{prefix} {line}".rstrip() for line in lines]


def documented(prefix: str, header: Header, lines: Callable[[Function], Lines], every: bool, first: str = "") -> Lines:
    """All functions, each below its comment, or only the first of those that share one; blank lines between.

    The comment's first line, if wanted, is made from the function's name here and in C.
    """
    out: Lines = []
    for group in header.groups:
        if not group.functions:
            title, *more = group.doc
            out += ["", *prefixed(prefix.replace("///", "//"), [f"---- {title} ----", *map(str.strip, more)])]
        for number, function in enumerate(group.functions):
            doc = group.doc if every or not number else []
            if first:
                doc = [first.format(camel(short(function)), function.name), *([""] if doc else []), *doc]
            out += ["", *prefixed(prefix, doc), *lines(function)]
    return out[1:]


def constants(prefix: str, header: Header, line: Callable[[Constant], str]) -> Lines:
    return [text for constant in header.constants for text in (*prefixed(prefix, constant.doc), line(constant))]


def short(function: Function) -> str:
    return function.name.removeprefix("gs_")


def camel(name: str) -> str:
    """softmax_f64 as SoftmaxF64."""
    return "".join(word[:1].upper() + word[1:] for word in name.split("_"))


def unlike_function(constant: Constant, header: Header) -> str:
    """The constant's name, or another where there is a function whose name has but other letter cases."""
    taken = {function.name.upper() for function in header.functions}
    return constant.name + "_NUMBER" * (constant.name in taken)


def names(function: Function) -> str:
    return ", ".join(p.name for p in function.parameters)


# --- the languages --------------------------------------------------------------------------------------------


def rust(header: Header) -> dict[str, Lines]:
    def constant(c: Constant) -> str:
        return f"pub const {c.name}: {'i32' if c.is_status else 'u32'} = {c.value};"

    texts: Lines = []
    for function in header.functions:
        if function.result == STRING:
            parameters = ", ".join(f"{p.name}: {p.c.rust}" for p in function.parameters)
            texts += ["", f"/// The text of [`{function.name}`]."]
            texts += [f"pub fn {short(function)}({parameters}) -> &'static str {{"]
            texts += [f"    text({function.name}({names(function)}))", "}"]
    return {
        "CONSTANTS": constants("///", header, constant),
        "TEXTS": texts[1:],
        "FUNCTIONS": documented("///", header, rust_function, every=True),
    }


def rust_function(function: Function) -> Lines:
    """One line, or one for each parameter, as rustfmt has it."""
    safe = "" if any(p.is_array for p in function.parameters) else "safe "
    start = f"pub {safe}fn {function.name}("
    end = f") -> {'*const c_char' if function.result == STRING else TYPES[function.result].rust};"
    parameters = []
    for p in function.parameters:
        pointer = "" if not p.is_array else "*mut " if p.is_output else "*const "
        parameters.append(f"{p.name}: {pointer}{p.c.rust}")
    line = start + ", ".join(parameters) + end
    return [line] if len(line) <= 96 else [start, *(f"    {parameter}," for parameter in parameters), end]


def go(header: Header) -> dict[str, Lines]:
    lines: Lines = []
    for c in header.constants:
        name = unlike_function(c, header).removeprefix("GS_")
        name = name if name == "OK" else camel(name.lower()).replace("Error", "Err", 1)
        doc = ": ".join([f"{name} is {c.name}", *c.doc[:1]])
        lines += ["", *prefixed("//", [doc, *c.doc[1:]]), f"const {name} {'Status ' if c.is_status else ''}= {c.value}"]
    return {
        "CONSTANTS": lines[1:],
        "FUNCTIONS": documented("//", header, go_function, every=True, first="{} calls {}."),
    }


def go_function(function: Function) -> Lines:
    parameters = ", ".join(f"{p.name} {'[]' if p.is_array else ''}{p.c.go}" for p in function.parameters)
    given = [f"pointer[C.{p.type}]({p.name})" if p.is_array else f"C.{p.type}({p.name})" for p in function.parameters]
    call = f"C.{function.name}({', '.join(given)})"
    if function.returns_status:
        result, value = "error", f"check({call})"
    elif function.result == STRING:
        result, value = "string", f"C.GoString({call})"
    else:
        result = TYPES[function.result].go
        value = f"{result}({call})"
    return [f"func {camel(short(function))}({parameters}) {result} {{", f"\treturn {value}", "}"]


def fortran(header: Header) -> dict[str, Lines]:
    def constant(c: Constant) -> str:
        return f"integer(c_int32_t), parameter, public :: {unlike_function(c, header)} = {c.value}"

    arrays = {p.c.fortran for function in header.functions for p in function.parameters if p.is_array}
    addresses: Lines = []
    for kind in sorted(arrays):
        name = fortran_address(kind)
        addresses += ["", f"type(c_ptr) function {name}(x)", f"   {kind}, target, optional :: x(*)"]
        addresses += [f"   {name} = c_null_ptr", f"   if (present(x)) {name} = c_loc(x)", "end function"]
    listed = [", ".join(function.name for function in group.functions) for group in header.groups if group.functions]
    return {
        "CONSTANTS": constants("!", header, constant),
        "PUBLIC": [line for group in listed for line in fortran_statement("", f"public :: {group}")],
        "INTERFACES": [line for function in header.functions for line in fortran_interface(function)],
        "ADDRESSES": addresses[1:],
        "FUNCTIONS": documented("!", header, fortran_function, every=False),
    }


def fortran_statement(indent: str, text: str) -> Lines:
    """One statement, continued on further lines if it is long."""
    parts = textwrap.wrap(text, 108, break_long_words=False, break_on_hyphens=False, subsequent_indent="   ")
    return [indent + part + " &" * (part is not parts[-1]) for part in parts]


def fortran_address(kind: str) -> str:
    """The function that gives an array's address: address_double for those of real(c_double)."""
    return kind.replace("real(c", "address").replace("integer(c", "address").removesuffix(")")


def fortran_interface(function: Function) -> Lines:
    result = "type(c_ptr)" if function.result == STRING else TYPES[function.result].fortran
    head = f"{result} function c_{short(function)}({names(function)}) bind(c, name='{function.name}')"
    out = [*fortran_statement("", head), "   import"]
    for kind, same in groupby(function.parameters, lambda p: "type(c_ptr)" if p.is_array else p.c.fortran):
        out += fortran_statement("   ", f"{kind}, value :: {', '.join(p.name for p in same)}")
    return [*out, "end function"]


def fortran_function(function: Function) -> Lines:
    given = [f"{fortran_address(p.c.fortran)}({p.name})" if p.is_array else p.name for p in function.parameters]
    call = f"c_{short(function)}({', '.join(given)})"
    head = f"function {function.name}({names(function)})"
    if function.result == STRING:
        out = [*fortran_statement("", head), f"   character(:), allocatable :: {function.name}"]
        call = f"text({call})"
    else:
        out = fortran_statement("", f"{TYPES[function.result].fortran} {head}")
    for (kind, is_array, is_output), same in groupby(
        function.parameters, lambda p: (p.c.fortran, p.is_array, p.is_output)
    ):
        attributes = f"intent({'inout' if is_output else 'in'}){', optional' * is_array}"
        out += fortran_statement("   ", f"{kind}, {attributes} :: {', '.join(p.name + '(*)' * is_array for p in same)}")
    return [*out, *fortran_statement("   ", f"{function.name} = {call}"), "end function"]


def node(header: Header) -> dict[str, Lines]:
    return {
        "CONSTANTS": constants("//", header, lambda c: f"export const {c.name} = {c.value};"),
        "ARRAYS": [f"{name}: {kind.node}," for name, kind in TYPES.items()],
        "FUNCTIONS": documented("//", header, node_function, every=False),
    }


def node_function(function: Function) -> Lines:
    parameters = ", ".join("_Out_ " * p.is_output + p.text for p in function.parameters) or "void"
    words = [function.name, parameters] if function.returns_status else [function.name, parameters, function.result]
    quoted = [f'"{word.strip()}"' for word in words]
    name = camel(short(function))
    start = f"export const {name[0].lower()}{name[1:]} = {'status' if function.returns_status else 'value'}Function("
    line = start + ", ".join(quoted) + ");"
    return [line] if len(line) <= 120 else [start, *(f"  {word}," for word in quoted), ");"]


def lua(header: Header) -> dict[str, Lines]:
    functions = [line for function in header.functions for line in ("", *lua_function(function))]
    return {
        "DECLARATIONS": re.sub(r"\n{3,}", "\n\n", header.text).strip().splitlines(),
        "CONSTANTS": [f"gs.{c.name} = {c.value}" for c in header.constants],
        "FUNCTIONS": functions[1:],
    }


def lua_function(function: Function) -> Lines:
    call = f"C.{function.name}({names(function)})"
    if function.returns_status:
        body = f'check("{function.name}", {call})'
    elif function.result == STRING:
        body = f"return ffi.string({call})"
    else:
        body = f"return {call}"
    return [f"function gs.{short(function)}({names(function)})", f"  {body}", "end"]


# --- files ----------------------------------------------------------------------------------------------------

LANGUAGES: dict[str, Callable[[Header], dict[str, Lines]]] = {
    "gsampler.rs": rust,
    "gsampler.go": go,
    "gsampler.f90": fortran,
    "gsampler.mjs": node,
    "gsampler.lua": lua,
}


def bindings(text: str) -> dict[str, str]:
    """The files of native/bindings, from the text of gsampler.h."""
    header = read_header(text)
    return {
        name: fill((TEMPLATES / f"{name}.in").read_text(), {"ABOUT": header.about, **parts(header)})
        for name, parts in LANGUAGES.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="native/write_bindings.py", description="Write native/bindings.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a file is stale")
    parser.add_argument("--header", type=Path, default=HEADER, help="what to read (default %(default)s)")
    parser.add_argument("--output", type=Path, default=BINDINGS, help="where to write (default %(default)s)")
    options = parser.parse_args()
    try:
        files = {options.output / name: text for name, text in bindings(options.header.read_text()).items()}
        stale = [path for path, text in files.items() if not path.exists() or path.read_text() != text]
        if options.check and stale:
            raise BindingError(f"stale, run it without --check: {', '.join(map(str, stale))}")
        for path in stale:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(files[path])
    except (BindingError, OSError) as error:
        sys.exit(f"native/write_bindings.py: {error}")


if __name__ == "__main__":
    main()
