"""The blocks of one model, in the order in which they were added; safe for several threads."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from threading import Lock

from interpogate.errors import InterpogateError
from interpogate.protocol import messages as m
from interpogate.protocol.codec import encode

MAXIMUM_BLOCKS = 100
MAXIMUM_CHARACTERS = 30_000
"""Of one block as JSON."""


class BlockNotFound(InterpogateError):
    """There is no such block."""

    code = "block.notFound"
    hint = "It was removed meanwhile."


class TooManyBlocks(InterpogateError):
    """No further block is kept."""

    code = "block.tooMany"
    hint = "Remove some blocks first."


class BlockTooLarge(InterpogateError):
    """All blocks must fit in one message."""

    code = "block.tooLarge"
    hint = "Shorten its settings."


class BlockStore:
    """Adds, changes and removes blocks."""

    def __init__(self, blocks: Iterable[m.Block] = ()) -> None:
        self._blocks = {block.block_id: block for block in blocks}
        self._last = max(self._blocks, default=0)
        self._lock = Lock()

    @property
    def blocks(self) -> tuple[m.Block, ...]:
        """All blocks."""
        with self._lock:
            return tuple(self._blocks.values())

    def put(self, block: m.Block) -> m.Block:
        """Add a block (number 0) or change one.

        Raises `BlockNotFound`, `TooManyBlocks`, `BlockTooLarge`.
        """
        if len(json.dumps(encode(block))) > MAXIMUM_CHARACTERS:
            raise BlockTooLarge("The block's settings are too long.")
        with self._lock:
            if block.block_id == 0:
                if len(self._blocks) >= MAXIMUM_BLOCKS:
                    raise TooManyBlocks(f"A model can have {MAXIMUM_BLOCKS} blocks.")
                self._last += 1
                block = replace(block, block_id=self._last)
            elif block.block_id not in self._blocks:
                raise BlockNotFound(f"There is no block {block.block_id} any more.")
            self._blocks[block.block_id] = block
            return block

    def remove(self, block_id: int) -> None:
        """Take a block away. Raises `BlockNotFound`."""
        with self._lock:
            if self._blocks.pop(block_id, None) is None:
                raise BlockNotFound(f"There is no block {block_id} any more.")

    def at(self, block_id: int) -> m.Block:
        """One block. Raises `BlockNotFound`."""
        with self._lock:
            if block_id not in self._blocks:
                raise BlockNotFound(f"There is no block {block_id} any more.")
            return self._blocks[block_id]
