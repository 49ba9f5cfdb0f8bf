"""Next tokens by name, where tokenizer and model do not know the same tokens."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from interpogate.errors import NoPrediction
from interpogate.model.predictions import Predictions, candidate_ids


class TokenizerWithMore:
    """Twelve tokens, two more than the model predicts."""

    def __len__(self) -> int:
        return 12

    def __call__(self, text: str, *, add_special_tokens: bool) -> dict[str, list[int]]:
        return {"input_ids": []}

    def get_vocab(self) -> dict[str, int]:
        return {"[PAD]": 11}

    def decode(self, ids: list[int]) -> str:
        return f"<{ids[0]}>"

    def convert_ids_to_tokens(self, ids: list[int]) -> list[str]:
        return [str(token) for token in ids]


@pytest.fixture
def predictions() -> Predictions:
    return Predictions(torch.arange(30.0).reshape(3, 10), [1, 2])


def test_a_token_that_only_the_tokenizer_has_is_no_prediction(predictions: Predictions) -> None:
    tokenizer: Any = TokenizerWithMore()
    ids = [token for token, _ in candidate_ids(tokenizer, "[PAD]")]
    with pytest.raises(NoPrediction, match="no such token"):
        predictions.named(tokenizer, 0, ids)
    assert predictions.named(tokenizer, 0, [*ids, 9]).tokens.ids == (9,)


@pytest.mark.parametrize("text", ["#²", "#" + "9" * 5000, "#12", "#-1", "#"])
def test_what_is_no_number_of_a_token_names_none(text: str) -> None:
    with pytest.raises(NoPrediction):
        candidate_ids(TokenizerWithMore(), text)


def test_dropped_logits_leave_the_likeliest_tokens_as_they_were(predictions: Predictions) -> None:
    tokenizer: Any = TokenizerWithMore()
    before = predictions.named(tokenizer, 2, [3, 9])
    predictions.drop()
    assert predictions.named(tokenizer, 2, [3, 9]) == before
