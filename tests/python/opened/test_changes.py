"""What a reload changed: modules before against modules after."""

from __future__ import annotations

from interpogate.opened.changes import ModuleFacts, difference, modules_of
from interpogate.protocol.messages import (
    ModelDifference,
    ModuleClass,
    ModuleKind,
    ModuleShapes,
    ModuleTable,
    ParameterRow,
)

LINEAR = ModuleFacts("Linear")


def _weight(*shape: int, dtype: str = "float32", name: str = "weight") -> ParameterRow:
    return ParameterRow(name=name, shape=shape, dtype=dtype, is_buffer=False, shared_with=())


def _texts(before: dict[str, ModuleFacts], after: dict[str, ModuleFacts]) -> list[str]:
    found = difference(before, after, graph_version=2)
    return [" ".join((c.kind, c.path, c.class_name, *c.details)) for c in found.changes]


def test_a_branch_that_is_new_or_gone_is_told_by_its_root() -> None:
    old = {".": LINEAR, "a": LINEAR, "a.b": LINEAR, "a.b.c": LINEAR}
    new = {".": LINEAR, "x": LINEAR, "x.y": LINEAR}
    assert _texts(old, new) == ["added x Linear", "removed a Linear"]


def test_a_module_of_another_class_with_other_parameters_or_shapes_is_changed() -> None:
    old = {
        "class": LINEAR,
        "shape": ModuleFacts("Linear", (_weight(64, 10), _weight(64, name="bias"))),
        "dtype": ModuleFacts("Linear", (_weight(2, 2),)),
        "attribute": ModuleFacts("Dropout", attributes=(("p", "0.1"), ("inplace", "False"))),
        "output": ModuleFacts("ReLU", output="float32[1, 4]"),
        "same": ModuleFacts("ReLU", output="float32[1, 4]"),
        "unseen": ModuleFacts("ReLU", output="float32[1, 4]"),
    }
    new = {
        "class": ModuleFacts("Conv2d"),
        "shape": ModuleFacts("Linear", (_weight(128, 10), _weight(3, name="extra"))),
        "dtype": ModuleFacts("Linear", (_weight(2, 2, dtype="float16"),)),
        "attribute": ModuleFacts("Dropout", attributes=(("p", "0.2"), ("inplace", "False"))),
        "output": ModuleFacts("ReLU", output="float32[1, 8]"),
        "same": ModuleFacts("ReLU", output="float32[1, 4]"),
        "unseen": ModuleFacts("ReLU"),
    }
    assert _texts(old, new) == [
        "changed class Conv2d Linear → Conv2d",
        "changed shape Linear weight 64×10 → 128×10 extra 3 is new bias is gone",
        "changed dtype Linear weight float32 2×2 → float16 2×2",
        "changed attribute Dropout p 0.1 → 0.2",
        "changed output ReLU output float32[1, 4] → float32[1, 8]",
    ]


def test_counts_are_exact_and_the_list_is_bounded_fairly() -> None:
    old = {".": LINEAR, **{f"old{n}": LINEAR for n in range(2_000)}}
    new = {".": LINEAR, **{f"new{n}": LINEAR for n in range(2_000)}, "one": LINEAR}
    found = difference(old, new, graph_version=2)
    assert (found.added_count, found.removed_count, found.changed_count) == (2_001, 2_000, 0)
    kinds = [change.kind for change in found.changes]
    assert (kinds.count("added"), kinds.count("removed")) == (100, 200)


def test_details_are_cut() -> None:
    old = {"a": ModuleFacts("A", attributes=tuple((f"n{n}", "x") for n in range(50)))}
    new = {"a": ModuleFacts("A", attributes=tuple((f"n{n}", "y" * 500) for n in range(50)))}
    (change,) = difference(old, new, graph_version=2).changes
    assert len(change.details) == 8
    assert {len(detail) for detail in change.details} == {120}


def test_equal_models_have_no_difference() -> None:
    same = {".": LINEAR, "a": LINEAR}
    assert difference(same, dict(same), graph_version=7) == ModelDifference(
        graph_version=7, added_count=0, removed_count=0, changed_count=0, changes=()
    )


def _part(first: int, names: list[str], parents: list[int]) -> ModuleTable:
    return ModuleTable(
        total=3,
        first=first,
        names=tuple(names),
        parents=tuple(parents),
        kinds=(0,) * len(names),
        parameter_counts=(0,) * len(names),
        other_paths=(),
        other_modules=(),
        kind_rows=(ModuleKind(class_row=0, parameters=(_weight(first + 1),), attributes=()),),
        classes=(ModuleClass(module="net", name="Outer.Inner", file="", bases=()),),
    )


def test_modules_are_put_together_from_the_parts_of_a_table() -> None:
    shapes = ModuleShapes(
        graph_version=1,
        origin="fake",
        run_id=0,
        total=2,
        following=2,
        modules=(2, 2),
        counts=(1, 1),
        inputs=(0, 0),
        outputs=(1, -1),
        texts=("x", "float32[1]"),
    )
    parts = [_part(0, ["", "body"], [-1, 0]), _part(2, ["mix"], [1])]
    assert modules_of(parts, [shapes]) == {
        ".": ModuleFacts("Inner", (_weight(1),)),
        "body": ModuleFacts("Inner", (_weight(1),)),
        "body.mix": ModuleFacts("Inner", (_weight(3),), output="float32[1]"),
    }
