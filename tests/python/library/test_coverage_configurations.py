"""Small configurations and inputs for the types of `docs/coverage.md`."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch

from coverage_cases import transformers_case, transformers_names
from coverage_configs import ARGUMENTS, CLASSES, METHODS
from coverage_inputs import with_places
from coverage_shrink import shrunk
from coverage_written import WRITTEN

transformers = pytest.importorskip("transformers")


def test_what_a_class_derives_from_its_fields_fits_the_smaller_fields() -> None:
    sizes = dict(shrunk(transformers.Zamba2Config))
    plain, constructed = sizes["tiny"], sizes["tiny, constructed"]
    heads, width = constructed.n_mamba_heads, constructed.hidden_size
    assert constructed.mamba_headdim == constructed.mamba_expand * width // heads
    assert plain.mamba_headdim != constructed.mamba_headdim
    assert constructed.layers_block_type == ["linear_attention", "hybrid"]


def test_parts_of_a_rotary_embedding_that_are_equal_stay_equal() -> None:
    def make() -> object:
        sections = {"rope_type": "default", "rope_theta": 1e4, "mrope_section": [22, 22, 20]}
        return transformers.LlamaConfig(rope_parameters=sections)

    assert next(shrunk(make))[1].rope_parameters["mrope_section"] == [1, 1, 2]


def test_a_text_gets_as_many_tokens_for_the_picture_as_the_model_asks_for() -> None:
    config = SimpleNamespace(image_token_id=100)
    given = {"input_ids": torch.tensor([[1, 2, 3]]), "image_grid_thw": torch.ones(1, 3)}
    refusal = "ValueError: Image features and image tokens do not match, tokens: 0, features: 2"
    placed = with_places(config, given, refusal)
    assert placed is not None
    assert placed["input_ids"].tolist() == [[1, 100, 100, 2, 3]]
    assert placed["mm_token_type_ids"].tolist() == [[0, 1, 1, 0, 0]]
    assert with_places(config, given, "ValueError: another reason") is None


def test_what_is_written_for_a_type_names_a_type_that_exists() -> None:
    known = set(transformers_names())
    assert {*ARGUMENTS, *WRITTEN, *CLASSES, *METHODS} <= known


@pytest.mark.parametrize("name", ["musicgen", "glm_image_vqmodel", "mistral4"])
def test_types_with_a_class_a_method_or_derived_fields_of_their_own_run(name: str) -> None:
    assert transformers_case(name).kwargs
