"""What a run predicts at every position: logits while memory allows, afterwards the likeliest ones.

Called by the worker with the logits of its runs; knows no messages.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from interpogate.errors import NoPrediction
from interpogate.model.tokens import NextTokens, TokenList, token_list, tokenizing

_KEPT_TOKENS = 100
_ROWS_AT_ONCE = 64
_NUMBER = re.compile(r"#([0-9]{1,9})")
_NAMING_HINT = "Name a token: its text, as the vocabulary writes it, or # and its id."


@dataclass(frozen=True)
class Strip:
    """The likeliest token after each position, and how well the token that follows was foreseen."""

    tokens: TokenList
    probabilities: tuple[float, ...]
    actual_ranks: tuple[int, ...]
    """From 1; 0 where none follows."""
    actual_probabilities: tuple[float, ...]


@dataclass(frozen=True)
class NamedTokens:
    """How likely certain tokens are, the likeliest first."""

    tokens: TokenList
    probabilities: tuple[float, ...]
    ranks: tuple[int, ...]
    logits: tuple[float, ...]


class Predictions:
    """Next tokens after the positions of one sequence; `logits` is `(position, vocabulary)`."""

    def __init__(self, logits: torch.Tensor, following: Sequence[int]) -> None:
        """`following` are the tokens that really follow, one for each position but the last."""
        self._logits: torch.Tensor | None = logits
        self.count = int(logits.shape[0])
        self._vocabulary = int(logits.shape[1])
        count = min(_KEPT_TOKENS, self._vocabulary)
        self._top_logits = torch.empty(self.count, count)
        self._top_ids = torch.empty(self.count, count, dtype=torch.long)
        self._top_shares = torch.empty(self.count, count)
        self._actual = torch.zeros(self.count, 2)
        self._follow = torch.tensor(list(following)[: self.count], dtype=torch.long)
        self._is_summed = False

    @property
    def byte_length(self) -> int:
        """Bytes that its logits hold; 0 once they are dropped."""
        return 0 if self._logits is None else self._logits.nelement() * self._logits.element_size()

    @property
    def is_whole(self) -> bool:
        """Whether every token's logit is still known."""
        return self._logits is not None

    def drop(self) -> None:
        """Keep the hundred likeliest tokens of each position and let the logits go."""
        self._sum()
        self._logits = None

    def top(self, tokenizer: Any, position: int, count: int) -> NextTokens:
        """The `count` likeliest tokens, at most 100. Raises `NoPrediction` for no such position."""
        self._check(position)
        chosen = slice(0, min(max(count, 1), self._top_ids.shape[1]))
        return NextTokens(
            token_list(tokenizer, self._top_ids[position, chosen].tolist()),
            tuple(self._top_shares[position, chosen].tolist()),
            _finite(self._top_logits[position, chosen]),
        )

    def strip(self, tokenizer: Any) -> Strip:
        """The likeliest token of every position."""
        self._sum()
        follows = len(self._follow)
        ranks = [int(rank) for rank in self._actual[:follows, 0].tolist()]
        return Strip(
            token_list(tokenizer, self._top_ids[:, 0].tolist()),
            _finite(self._top_shares[:, 0]),
            (*ranks, *[0] * (self.count - follows)),
            _finite(self._actual[:, 1]),
        )

    def named(self, tokenizer: Any, position: int, ids: Sequence[int]) -> NamedTokens:
        """How likely given tokens are. Raises `NoPrediction` if that is no longer known."""
        self._check(position)
        whole = self._logits  # another thread may let them go meanwhile
        if whole is None:
            chosen, logits, shares = self._kept_rows(position, ids)
        else:
            chosen = torch.tensor(self._predicted(ids))
            logits = whole[position].float().cpu()
            shares = torch.softmax(logits, dim=0)
        ranks = (logits > logits[chosen][:, None]).sum(1) + 1
        order = torch.argsort(ranks, stable=True)
        found = self._top_ids[position][chosen] if whole is None else chosen
        return NamedTokens(
            token_list(tokenizer, found[order].tolist()),
            tuple(shares[chosen][order].tolist()),
            tuple(ranks[order].tolist()),
            _finite(logits[chosen][order]),
        )

    def _predicted(self, ids: Sequence[int]) -> list[int]:
        """A tokenizer may have tokens, such as added ones, that the model knows nothing of."""
        found = [token for token in ids if token < self._vocabulary]
        if not found:
            raise NoPrediction("The model predicts no such token: its vocabulary ends before it.")
        return found

    def _kept_rows(
        self, position: int, ids: Sequence[int]
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Rows of given tokens among the kept ones, and logits and shares of those."""
        known = self._top_ids[position].tolist()
        rows = [known.index(token) for token in self._still_known(position, ids)]
        return torch.tensor(rows), self._top_logits[position], self._top_shares[position]

    def _still_known(self, position: int, ids: Sequence[int]) -> list[int]:
        kept = set(self._top_ids[position].tolist())
        found = [token for token in ids if token in kept]
        if not found:
            raise NoPrediction(
                "This run keeps only the 100 likeliest tokens of each position, to save memory, "
                "and this is none of them.",
            )
        return found

    def _check(self, position: int) -> None:
        if not 0 <= position < self.count:
            raise NoPrediction(f"There is no prediction after position {position}.")
        self._sum()
        if bool(self._top_shares[position].isnan().any()):
            raise NoPrediction(f"The logits after position {position} hold NaN or Inf.")

    def _sum(self) -> None:
        """Everything but single logits, some positions at a time: a copy of all is too large."""
        logits = self._logits
        if self._is_summed or logits is None:
            return
        for first in range(0, self.count, _ROWS_AT_ONCE):
            self._sum_rows(logits, slice(first, min(first + _ROWS_AT_ONCE, self.count)))
        self._is_summed = True

    def _sum_rows(self, logits: torch.Tensor, rows: slice) -> None:
        part = logits[rows].float().cpu()
        shares = torch.softmax(part, dim=1)
        top = torch.topk(part, self._top_ids.shape[1])
        self._top_logits[rows], self._top_ids[rows] = top.values, top.indices
        self._top_shares[rows] = shares.gather(1, top.indices)
        follow = self._follow[rows][:, None]
        actual = part[: len(follow)].gather(1, follow)
        known = slice(rows.start, rows.start + len(follow))
        self._actual[known, 0] = (part[: len(follow)] > actual).sum(1).float() + 1
        self._actual[known, 1] = shares[: len(follow)].gather(1, follow)[:, 0]


def _finite(values: torch.Tensor) -> tuple[float, ...]:
    """Numbers that JSON knows: a suppressed token has the logit -Inf."""
    return tuple(values.nan_to_num(nan=0.0).tolist())


def candidate_ids(tokenizer: Any, text: str) -> list[tuple[int, bool]]:
    """Tokens that a text may mean, each with whether it is all of the text.

    Raises `NoPrediction` if there is none.
    """
    found: dict[int, bool] = {}
    if not text:
        raise NoPrediction(_NAMING_HINT)
    with tokenizing(text):
        _add_named(found, tokenizer, text)
    if not found:
        raise NoPrediction(_NAMING_HINT)
    return list(found.items())


def _add_named(found: dict[int, bool], tokenizer: Any, text: str) -> None:
    if (number := _NUMBER.fullmatch(text.strip())) and int(number[1]) < len(tokenizer):
        found[int(number[1])] = True
    vocabulary_id = tokenizer.get_vocab().get(text.strip())
    if vocabulary_id is not None:
        found[int(vocabulary_id)] = True
    for spelling in dict.fromkeys((text, f" {text.lstrip()}", text.lstrip())):
        ids = tokenizer(spelling, add_special_tokens=False)["input_ids"] if spelling else []
        if ids:
            found.setdefault(int(ids[0]), len(ids) == 1)
