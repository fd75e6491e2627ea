"""The dispatch of tests/native/vectors.*: from the name of a C function to its call, written from gsampler.h."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "native"))

import write_bindings
from write_bindings import Function, Header, Parameter, camel, fortran_statement, short


def c(header: Header) -> list[str]:
    def value(i: int, p: Parameter) -> str:
        if p.is_array:
            return f"({'' if p.is_output else 'const '}{p.type} *)a[{i}].array"
        return f"to_{p.type}(a[{i}].bits)" if p.type in ("float", "double") else f"({p.type})a[{i}].bits"

    lines = ["static int32_t dispatch(const char *name, const struct argument *a, int n)", "{"]
    for f in callable_functions(header):
        given = ", ".join(value(i, p) for i, p in enumerate(f.parameters))
        lines += [
            f'    if (n == {len(f.parameters)} && strcmp(name, "{f.name}") == 0)',
            f"        return {f.name}({given});",
        ]
    return [*lines, "    return unknown(name);", "}"]


def rust(header: Header) -> list[str]:
    def value(i: int, p: Parameter) -> str:
        return f"a{i}.array()?" if p.is_array else f"a{i}.{p.c.rust}()"

    lines = ["unsafe fn dispatch(name: &str, a: &[Argument]) -> Outcome<i32> {", "    Ok(unsafe { match (name, a) {"]
    for f in callable_functions(header):
        names = ", ".join(f"a{i}" for i in range(len(f.parameters)))
        given = ", ".join(value(i, p) for i, p in enumerate(f.parameters))
        lines.append(f'        ("{f.name}", [{names}]) => gsampler::{f.name}({given}),')
    return [*lines, "        _ => return unknown(name),", "    } })", "}"]


def go(header: Header) -> list[str]:
    def value(i: int, p: Parameter) -> str:
        return f"array[{p.c.go}](a[{i}])" if p.is_array else f"a[{i}].{p.c.go}()"

    lines = ["package main", "", 'import "vectors/gsampler"', "", "func dispatch(name string, a []argument) error {"]
    lines += ["\tswitch name {"]
    for f in callable_functions(header):
        given = ", ".join(value(i, p) for i, p in enumerate(f.parameters))
        lines += [f'\tcase "{f.name}":', f"\t\tif len(a) == {len(f.parameters)} {{"]
        lines += [f"\t\t\treturn gsampler.{camel(short(f))}({given})", "\t\t}"]
    return [*lines, "\t}", "\treturn unknown(name)", "}"]


def fortran(header: Header) -> list[str]:
    def value(i: int, p: Parameter) -> str:
        kind = p.type.removesuffix("_t").removeprefix("u")
        return f"{kind}_{'array' if p.is_array else 'value'}({i + 1})"

    lines = ["subroutine dispatch(name)", "   character(*), intent(in) :: name", "   select case (name)"]
    for f in callable_functions(header):
        given = ", ".join(value(i, p) for i, p in enumerate(f.parameters))
        lines += [f"   case ('{f.name}')", *fortran_statement("      ", f"call gs_check({f.name}({given}))")]
    return [*lines, "   case default", "      call unknown(name)", "   end select", "end subroutine"]


def callable_functions(header: Header) -> list[Function]:
    return [function for function in header.functions if function.returns_status]


# C++ takes that of C; LuaJIT and Node.js find functions by name
DISPATCH = {"dispatch.h": c, "dispatch.rs": rust, "dispatch.go": go, "dispatch.f90": fortran}


def write(path: Path, header: Path = write_bindings.HEADER) -> None:
    """Write one of the files that `DISPATCH` names."""
    lines = DISPATCH[path.name](write_bindings.read_header(header.read_text()))
    path.write_text("\n".join(lines) + "\n")
