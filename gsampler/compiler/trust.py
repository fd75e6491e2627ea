"""Directories and files that nobody but this user and root can change: machine code is loaded from no others.

The path to a directory is looked at from the root down: once a directory is one of those, what is in it stays what it
is while the next is looked at. Files are opened first and looked at then, so what is read is what was looked at.
"""

from __future__ import annotations

import functools
import os
import stat
from contextlib import suppress
from pathlib import Path


class UntrustedError(Exception):
    """Somebody else could have put files there; it says why."""


def open_directory(directory: Path, create: bool = False) -> int:
    """A descriptor of a directory that only this user and root can change, made with mode 0700 if it may be.

    Raises
    ------
    UntrustedError
        Others can change it, or put another one in its place.
    OSError
        It does not exist, or this user cannot read it.
    """
    if create:
        _make_private(directory)
    if not os.access(directory, os.R_OK | os.X_OK):  # so nothing would be loaded from it, whoever it belongs to
        raise FileNotFoundError(directory)
    _require_path(directory)
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    if reason := _changed_by_others(directory, os.fstat(descriptor)):
        os.close(descriptor)
        raise UntrustedError(reason)
    return descriptor


def read_file(name: str, directory: int) -> bytes:
    """The content of a file in an open directory. UntrustedError if others can write it."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK  # nobody may ever write to what is a pipe
    with open(os.open(name, flags, dir_fd=directory), "rb") as file:
        info = os.fstat(file.fileno())
        if reason := _changed_by_others(name, info):
            raise UntrustedError(reason)
        return file.read()


def create_file(name: str, directory: int, flags: int = os.O_EXCL) -> int:
    """A descriptor to write to a file that only this user can read."""
    return os.open(name, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | flags, 0o600, dir_fd=directory)


def _make_private(directory: Path) -> None:
    if directory.exists():
        return
    parent = directory.parent
    _make_private(parent)
    if not os.access(parent, os.W_OK | os.X_OK):  # first: that root owns it, or a colleague, is then no news
        raise PermissionError(parent)
    _require_path(parent)  # root leaves no directory of its own in another user's home
    directory.mkdir(0o700, exist_ok=True)


def _changed_by_others(name: Path | str, info: os.stat_result) -> str | None:
    """Why a file or directory may hold what others wrote, or None."""
    if info.st_uid not in (os.geteuid(), 0):
        return f"{name} belongs to user {info.st_uid}"
    if info.st_mode & (stat.S_IWGRP | stat.S_IWOTH):  # access control lists set the group's bit too
        return f"{name} can be written by others (mode {stat.S_IMODE(info.st_mode):o})"
    return None


def _require_path(path: Path) -> None:
    """Raise UntrustedError if another user could put something else in the place of ``path``.

    Directories on the way may be writable by their group. Where umask is 002 that is how a user's own are made, the
    group being the user's alone, and Debian's /usr/local is so for its group staff. Whoever shares such a directory can
    replace the one that files are loaded from, but only by one that belongs to the same owners and is closed to the
    group.
    """
    for at in [*reversed(path.parents), path]:
        info = os.lstat(at)
        if info.st_uid not in {os.geteuid(), *_system_users()}:
            raise UntrustedError(f"{at} belongs to user {info.st_uid}")
        if stat.S_ISLNK(info.st_mode):
            _require_path(at.parent / at.readlink())
        elif info.st_mode & stat.S_IWOTH and not info.st_mode & stat.S_ISVTX:  # sticky as /tmp: only owners may rename
            raise UntrustedError(f"{at} can be written by anyone (mode {stat.S_IMODE(info.st_mode):o})")


@functools.cache
def _system_users() -> frozenset[int]:
    """Who owns a system's directories: root, and in a container's user namespace the number that root is shown as."""
    users = {0}
    with suppress(OSError, ValueError):
        lines = Path("/proc/self/uid_map").read_text().splitlines()
        if sum(int(line.split()[2]) for line in lines) < 2**32 - 1:  # some users have no number here
            users.add(int(Path("/proc/sys/kernel/overflowuid").read_text()))
    return frozenset(users)
