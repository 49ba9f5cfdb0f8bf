"""Bad input: an error of our own with a hint, the user's exception as its cause, nothing hooked."""

from __future__ import annotations

import sys
from traceback import format_exception
from typing import Any, NoReturn

import networks
import pytest
import torch
from torch import nn

from interpogate import Interpogate, InterpogateError
from interpogate.errors import InputsInvalid, NoTokenizer


class Tokenizer:
    """Gives the same ids for every text."""

    def __init__(self, *ids: int) -> None:
        self.ids = ids

    def __call__(self, text: str, return_tensors: str) -> dict[str, torch.Tensor]:
        return {"input_ids": torch.tensor([self.ids], dtype=torch.long)}


class Language(nn.Module):
    """An embedding that transformers' way of asking finds."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(10, 4)

    def get_input_embeddings(self) -> nn.Module:
        return self.embedding

    def forward(self, input_ids: torch.Tensor) -> Any:
        return self.embedding(input_ids)


@pytest.mark.parametrize("model", ["gpt2", None, nn.Linear, {"model": 1}])
def test_what_is_no_module_is_refused(model: Any) -> None:
    with pytest.raises(TypeError, match=r"takes a torch\.nn\.Module") as caught:
        Interpogate(model)
    assert isinstance(caught.value, InterpogateError)
    assert "pipe.model" in caught.value.own_hint


@pytest.mark.skipif(sys.version_info < (3, 11), reason="Python 3.10 knows no notes")
def test_a_traceback_shows_the_hint() -> None:
    with pytest.raises(InterpogateError) as caught:
        Interpogate(networks.Residual()).forward_text("hello")
    assert "Hint: Give inputs instead of text" in "".join(format_exception(caught.value))


def test_what_is_no_tokenizer_is_refused() -> None:
    with pytest.raises(TypeError, match="a str is not"):
        Interpogate(Language(), "gpt2")


def test_text_without_a_tokenizer_is_refused() -> None:
    with pytest.raises(NoTokenizer) as caught:
        Interpogate(networks.Residual()).forward_text("hello")
    assert "Interpogate(model, tokenizer)" in caught.value.own_hint


def test_the_tokenizer_of_another_model_is_noticed() -> None:
    with pytest.raises(InputsInvalid, match="token id 50, the model's vocabulary has 10") as caught:
        Interpogate(Language(), Tokenizer(1, 50)).forward_text("hello")
    assert "belongs to the model" in caught.value.own_hint


def test_a_tokenizer_that_fails_is_the_cause() -> None:
    def broken(*_: Any, **__: Any) -> NoReturn:
        raise KeyError("vocabulary")

    with pytest.raises(InputsInvalid, match="tokenizer failed") as caught:
        Interpogate(Language(), broken).forward_text("hello")
    assert isinstance(caught.value.__cause__, KeyError)


def test_a_text_without_tokens_is_refused() -> None:
    with pytest.raises(InputsInvalid, match="no tokens"):
        Interpogate(Language(), Tokenizer()).forward_text("")


def test_a_wrong_shape_names_the_place_and_keeps_the_cause() -> None:
    model = networks.Residual()
    interp = Interpogate(model)
    with pytest.raises(RuntimeError, match="failed at") as caught:
        interp.forward(torch.ones(2, 3))
    error = caught.value
    assert isinstance(error, InterpogateError)
    assert "networks.py, line" in str(error)
    assert "normalized_shape" in str(error)
    assert type(error.__cause__) is RuntimeError
    assert "interp.run" in error.own_hint
    assert not [m for m in model.modules() if m._forward_hooks or m._forward_pre_hooks]


def test_a_wrong_argument_names_those_that_forward_takes() -> None:
    with pytest.raises(TypeError, match="unexpected keyword") as caught:
        Interpogate(networks.Residual()).forward(ids=torch.ones(2, 8))
    assert isinstance(caught.value, InterpogateError)
    assert caught.value.own_hint == "forward takes: x."
    assert isinstance(caught.value.__cause__, TypeError)


def test_an_unknown_path_names_the_nearest_ones() -> None:
    interp = Interpogate(networks.Residual())
    with pytest.raises(ValueError, match=r"Did you mean 'blocks.1.linear'"):
        interp.node("blocks.1.linea")
    with pytest.raises(ValueError, match="Did you mean"), interp.hook() as hook:
        hook.post("blocks.1.linea", lambda *_: None)


def test_a_callback_that_is_no_function_is_refused() -> None:
    with (
        pytest.raises(TypeError, match="hook is a function"),
        Interpogate(nn.ReLU()).hook() as hook,
    ):
        hook.pre(".", 3)  # type: ignore[arg-type]


def test_an_exception_class_of_the_users_own_comes_as_it_is() -> None:
    class OutOfLuck(Exception):
        pass

    class Unlucky(nn.Module):
        def forward(self, x: torch.Tensor) -> NoReturn:
            raise OutOfLuck("today")

    interp = Interpogate(Unlucky())
    with pytest.raises(OutOfLuck, match="today"):
        interp.forward(torch.ones(1))
    assert interp.run is not None
    assert interp.run.error is not None
    assert interp.run.error.type_name == "OutOfLuck"


def test_an_exception_that_cannot_be_written_comes_out_all_the_same() -> None:
    class Mute(Exception):
        def __str__(self) -> str:
            raise ValueError("nothing to say")

    class Fails(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = nn.Linear(1, 1)
            self.inner.register_forward_hook(self._fail)

        def _fail(self, *_: object) -> NoReturn:
            raise Mute

        def forward(self, x: torch.Tensor) -> Any:
            return self.inner(x)

    interp = Interpogate(Fails())
    with pytest.raises(Mute):
        interp.forward(torch.ones(1))
    assert interp.run is not None
    assert interp.run.error is not None
    assert interp.run.error.type_name == "Mute"
