"""Every way in which editors and tools put new content into files, for tests of reloading."""

# ruff: noqa: ASYNC240 (files in a test block nobody)

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

Save = Callable[["Workspace"], Awaitable[None]]
_LONG_AGO = (1_000_000_000, 1_000_000_000)


class Workspace:
    """A file, a link to a file, a file in a folder that gets replaced; contents are numbered."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.main = folder / "main.py"
        self.link = folder / "link.py"
        self.part = folder / "package" / "part.py"
        self.files = [self.main, self.link, self.part]
        self._number = 0
        (folder / "targets").mkdir()
        (folder / "package").mkdir()
        target = self.target()
        for file in (self.main, self.part, target):
            file.write_text(self.content(), "utf-8")
        self.link.symlink_to(target)

    def target(self) -> Path:
        """A new target for the link."""
        return self.folder / "targets" / f"target{self._number}.py"

    def content(self) -> str:
        """Content that was never there; its first half is whole Python too."""
        self._number += 1
        number = 1_000_000 + self._number  # all contents are of one length
        return f"FIRST = {number}\nSECOND = {number}\n"

    def settled(self) -> tuple[str, ...]:
        """What is in the files."""
        return tuple(file.read_text("utf-8") for file in self.files)


async def replace(space: Workspace) -> None:
    _move_over(space.main, space.content())


async def truncate_and_write(space: Workspace) -> None:
    space.main.write_text(space.content(), "utf-8")


async def write_slowly(space: Workspace) -> None:
    first, second = space.content().splitlines(keepends=True)
    with space.main.open("w", encoding="utf-8") as stream:
        for part in (first, second):
            stream.write(part)
            stream.flush()
            await asyncio.sleep(0.05)  # a slow writer; nothing is waited for


async def keep_a_backup(space: Workspace) -> None:
    backup = space.main.with_suffix(".py~")
    space.main.rename(backup)
    space.main.write_text(space.content(), "utf-8")
    backup.unlink()


async def delete_and_create(space: Workspace) -> None:
    space.main.unlink()
    space.main.write_text(space.content(), "utf-8")


async def write_with_an_old_time(space: Workspace) -> None:
    space.main.write_text(space.content(), "utf-8")
    os.utime(space.main, _LONG_AGO)


async def move_an_old_file_over(space: Workspace) -> None:
    fresh = space.folder / "fresh"
    fresh.write_text(space.content(), "utf-8")
    os.utime(fresh, _LONG_AGO)
    fresh.replace(space.main)


async def write_a_link_s_target(space: Workspace) -> None:
    Path(os.path.realpath(space.link)).write_text(space.content(), "utf-8")


async def replace_a_link_s_target(space: Workspace) -> None:
    _move_over(Path(os.path.realpath(space.link)), space.content())


async def point_a_link_elsewhere(space: Workspace) -> None:
    text = space.content()
    space.target().write_text(text, "utf-8")
    fresh = space.folder / "fresh-link"
    fresh.symlink_to(space.target())
    fresh.replace(space.link)


async def replace_a_folder(space: Workspace) -> None:
    package, fresh, gone = (space.folder / name for name in ("package", "fresh", "gone"))
    fresh.mkdir()
    (fresh / "part.py").write_text(space.content(), "utf-8")
    package.rename(gone)
    fresh.rename(package)
    shutil.rmtree(gone)


async def write_in_the_replaced_folder(space: Workspace) -> None:
    _move_over(space.part, space.content())


async def change_all(space: Workspace) -> None:
    """As a checkout does."""
    for file in (space.main, space.part, Path(os.path.realpath(space.link))):
        file.unlink()
        file.write_text(space.content(), "utf-8")


async def touch(space: Workspace) -> None:
    space.main.touch()


async def write_the_same(space: Workspace) -> None:
    _move_over(space.main, space.main.read_text("utf-8"))


async def write_beside(space: Workspace) -> None:
    (space.folder / "notes.txt").write_text(space.content(), "utf-8")


def _move_over(file: Path, text: str) -> None:
    fresh = file.with_name(file.name + ".fresh")
    fresh.write_text(text, "utf-8")
    fresh.replace(file)


CHANGING: tuple[Save, ...] = (
    replace,
    truncate_and_write,
    write_slowly,
    keep_a_backup,
    delete_and_create,
    write_with_an_old_time,
    move_an_old_file_over,
    write_a_link_s_target,
    replace_a_link_s_target,
    point_a_link_elsewhere,
    replace_a_folder,
    write_in_the_replaced_folder,
    change_all,
)
IDLE: tuple[Save, ...] = (touch, write_the_same, write_beside)
