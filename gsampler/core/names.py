"""A seed from a seed and names, the same in every process and language: BLAKE2b of their canonical bytes."""

from __future__ import annotations

from typing import Any

from gsampler.core import validation

PREFIX = b"gsampler.Channel:"


def canonical(names: tuple[Any, ...]) -> bytes:
    """Bytes that no other tuple has.

    An integer is ``i``, its decimal digits and ``;``. A string is ``s``, the number of bytes of its UTF-8, ``:`` and
    these. A tuple is ``(``, what is in it, and ``)``.
    """
    return b"".join(_one(name) for name in names)


def _one(name: Any) -> bytes:
    if isinstance(name, tuple):
        return b"(" + canonical(name) + b")"
    if isinstance(name, str):
        encoded = validation.utf8(name)
        return b"s%d:%b" % (len(encoded), encoded)
    return b"i%d;" % validation.name_integer(name)


def key(encoded: bytes, place: int = 0) -> int:
    """64 bits of BLAKE2b, the first byte the lowest; a place above 0 adds ``@``, its digits and ``;``."""
    from hashlib import blake2b

    suffix = b"@%d;" % place if place else b""
    return int.from_bytes(blake2b(PREFIX + encoded + suffix, digest_size=8).digest(), "little")
