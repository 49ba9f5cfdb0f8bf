"""What a model declares, read without running it."""

from __future__ import annotations

import networks
import pytest
from torch import nn

from interpogate.errors import PathNotFound
from interpogate.trace.modules import declared_modules


def test_modules_are_numbered_depth_first() -> None:
    tree = declared_modules(networks.Residual()).tree
    assert [module.path for module in tree.modules] == [
        ".",
        "blocks",
        "blocks.0",
        "blocks.0.norm",
        "blocks.0.linear",
        "blocks.1",
        "blocks.1.norm",
        "blocks.1.linear",
        "head",
    ]
    assert [module.last for module in tree.modules] == [8, 7, 4, 3, 4, 7, 6, 7, 8]


def test_a_module_under_two_names_is_one_node_with_both() -> None:
    tree = declared_modules(networks.TiedWeights()).tree
    assert tree.at("norm").other_paths == ("same_norm",)
    assert tree.at("same_norm") is tree.at("norm")


def test_shared_parameters_count_once_wherever_they_are_inside() -> None:
    tree = declared_modules(networks.TiedWeights()).tree
    assert tree.at("head").parameter_count == 40
    assert tree.at("embedding").parameter_count == 40
    assert tree.at(".").parameter_count == 48
    assert tree.at("head").parameters[0].shared_with == ("embedding.weight",)


def test_equal_blocks_have_equal_signatures_and_others_do_not() -> None:
    tree = declared_modules(nn.ModuleList([nn.ReLU(), nn.ReLU(), nn.Dropout(0.1)])).tree
    one, two, other = (module.signature for module in tree.modules[1:])
    assert one == two != other


def test_an_unknown_path_names_the_nearest_ones() -> None:
    tree = declared_modules(networks.Residual()).tree
    with pytest.raises(PathNotFound, match=r"Did you mean 'blocks.0.linear'"):
        tree.at("blocks.0.linaer")
    with pytest.raises(ValueError, match="no module"):
        tree.at("nothing at all")
