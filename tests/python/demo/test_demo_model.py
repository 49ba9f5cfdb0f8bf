"""The bundled demo model does what its card says; every figure is measured again."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from interpogate.demo import SAMPLE_TEXT, SAMPLE_TEXTS, demo_directory, measurements, stories

REPOSITORY = Path(__file__).resolve().parents[3]
CARD_ROW = re.compile(
    r"^\| (?P<name>[^|]+) \| (?P<place>[^|]+) \| (?P<value>\d+\.\d+) \|$", re.MULTILINE
)
MEETING = re.compile(r"\b([A-Z]\w+) (?:and|met|thanked|helped) ([A-Z]\w+)")


@pytest.fixture(scope="module")
def demo() -> tuple[Any, Any]:
    model, tokenizer = measurements.load_folder(demo_directory())
    return model, tokenizer


@pytest.fixture(scope="module")
def measured(demo: tuple[Any, Any]) -> dict[str, Any]:
    return {measurement.name: measurement for measurement in measurements.measure(*demo)}


@pytest.fixture(scope="module")
def training_text() -> set[str]:
    seed = stories.TRAINING_SEED
    return {
        *stories.first_texts(seed, stories.FIRST_TEXT_COUNT),
        *stories.second_texts(seed, stories.SECOND_TEXT_COUNT),
        *stories.training_texts(seed, stories.TRAINING_TEXT_COUNT),
    }


@pytest.mark.parametrize(
    ("name", "threshold"),
    [
        (measurements.GIVING_ACCURACY, 0.95),
        (measurements.LIST_ACCURACY, 0.90),
        (measurements.NAME_ATTENTION, 0.40),
        (measurements.INDUCTION_ATTENTION, 0.50),
    ],
)
def test_the_model_learned_what_it_is_shown_for(
    measured: dict[str, Any], name: str, threshold: float
) -> None:
    assert measured[name].value >= threshold


def test_the_card_states_what_was_measured(measured: dict[str, Any]) -> None:
    card = (demo_directory() / "README.md").read_text(encoding="utf-8")
    stated = {row["name"]: row for row in CARD_ROW.finditer(card)}
    assert stated.keys() == measured.keys()
    for name, measurement in measured.items():
        assert stated[name]["place"] == measurement.place
        assert float(stated[name]["value"]) == pytest.approx(measurement.value, abs=0.005)


def test_the_card_states_the_number_of_parameters(demo: tuple[Any, Any]) -> None:
    card = (demo_directory() / "README.md").read_text(encoding="utf-8")
    assert f"{demo[0].num_parameters():,} parameters" in card


def test_the_sample_text_goes_on_with_the_receiver(demo: tuple[Any, Any]) -> None:
    model, tokenizer = demo
    logits = model(**tokenizer(SAMPLE_TEXT, return_tensors="pt")).logits
    assert tokenizer.decode([int(logits[0, -1].argmax())]) == " Anna"


def test_sample_texts_fit_the_context(demo: tuple[Any, Any]) -> None:
    model, tokenizer = demo
    lengths = [len(tokenizer(text).input_ids) for text in SAMPLE_TEXTS]
    assert max(lengths) < model.config.n_positions


def test_the_model_loads_as_float32_with_default_arguments(demo: tuple[Any, Any]) -> None:
    model, _ = demo
    assert model.config.model_type == "gpt2"
    assert {parameter.dtype for parameter in model.parameters()} == {torch.float32}


def test_the_folder_is_at_most_three_megabytes() -> None:
    files = [path for path in demo_directory().rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= 3_000_000


def test_the_folder_loads_without_a_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the demo model asked for the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert AutoModelForCausalLM.from_pretrained(demo_directory()).dtype == torch.float32
    assert AutoTokenizer.from_pretrained(demo_directory()).is_fast


@pytest.mark.parametrize(
    "text",
    [
        SAMPLE_TEXT,
        "  two spaces,\ttab\nand line ",
        "Ünïcode → 漢字 🙂",
        "don't stop . , ! <tag>",
    ],
)
def test_the_tokenizer_gives_back_the_text(demo: tuple[Any, Any], text: str) -> None:
    _, tokenizer = demo
    assert tokenizer.decode(tokenizer(text).input_ids) == text


@pytest.mark.parametrize("word", stories.LIST_WORDS)
def test_a_known_word_is_one_token(demo: tuple[Any, Any], word: str) -> None:
    _, tokenizer = demo
    assert len(tokenizer(f" {word}").input_ids) == 1


def test_the_same_seed_gives_the_same_text() -> None:
    first, again = (list(stories.training_texts(5, 50)) for _ in range(2))
    assert first == again
    assert first != list(stories.training_texts(6, 50))


def test_held_out_text_does_not_occur_in_the_training_text(training_text: set[str]) -> None:
    seed = measurements.HELD_OUT_SEED
    prompts = {
        prompt.text for prompt in stories.held_out_giving_prompts(seed, measurements.GIVING_COUNT)
    }
    drawn = stories.held_out_lists(seed, measurements.LIST_COUNT, measurements.LIST_LENGTH)
    lists = {repeated.text for repeated in drawn}
    told = set(stories.held_out_stories(seed, measurements.STORY_COUNT))
    assert not training_text & (lists | told)
    assert not any(text.startswith(tuple(prompts)) for text in training_text)


def test_held_out_names_never_meet_in_a_training_sentence(training_text: set[str]) -> None:
    told = "\n".join(text for text in training_text if not text.startswith(stories.LIST_LEAD))
    meetings = set(MEETING.findall(told))
    assert len(meetings) > 800
    assert not meetings & set(stories.HELD_OUT_PAIRS)


def test_both_orders_of_names_are_held_out() -> None:
    prompts = stories.held_out_giving_prompts(measurements.HELD_OUT_SEED, 256)
    giver_first = sum(
        prompt.text.index(prompt.giver) < prompt.text.index(prompt.receiver) for prompt in prompts
    )
    assert 64 < giver_first < 192


def test_the_demo_folder_is_named_without_torch() -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]);"
        "import interpogate.demo, interpogate.demo.stories;"
        "assert 'torch' not in sys.modules"
    )
    command = [sys.executable, "-c", code, str(REPOSITORY / "python_backend")]
    subprocess.run(command, check=True, timeout=60)
