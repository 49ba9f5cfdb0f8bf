"""Shapes in the code as a language client gets them, from the real server and a real worker."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="module")

BLOCK = "return x + self.proj(self.norm(x)"


async def test_each_call_of_a_submodule_has_its_output_shape_behind_it(scene: Any) -> None:
    assert await scene.labels() == {
        'größe = "ß𝄞"; x = self.blocks[0](x)': "→ [1, 5, 8]",
        ")": "→ [1, 2, 8]",
        "return self.head(x)": "→ [1, 2, 2]",
        "return x + self.proj(self.norm(x)": "→ [1, 5, 8] · [1, 2, 8]",
        "return x + self.proj(self.norm(x))": "→ [1, 5, 8] · [1, 2, 8]",
    }


async def test_before_a_run_hints_come_from_the_first_look(scene: Any) -> None:
    hint = (await scene.hints())["return self.head(x)"]
    assert "`float32[1, 2, 2]`" in hint.tooltip.value
    assert "From the first look, on fake tensors" in hint.tooltip.value


async def test_after_a_run_the_client_is_told_to_ask_again_and_hints_name_the_run(
    scene: Any,
) -> None:
    before = scene.events.refreshes
    run = await scene.run("x = float32[4, 5, 8]")
    await scene.events.wait(lambda: scene.events.refreshes > before)
    hint = (await scene.hints())["return self.head(x)"]
    assert hint.label == "→ [4, 2, 2]"
    assert f"Observed in run {run}" in hint.tooltip.value


async def test_every_shape_that_was_seen_is_told_with_its_count(scene: Any) -> None:
    await scene.run("x = float32[1, 5, 8]")
    tooltip = (await scene.hints())[BLOCK].tooltip.value
    assert "`LayerNorm` `blocks.0.norm` and 2 other modules, called 3 times" in tooltip
    assert "- `float32[1, 5, 8]` × 1" in tooltip
    assert "- `float32[1, 2, 8]` × 2" in tooltip


async def test_hints_of_a_changed_text_vanish_and_an_undo_brings_them_back(scene: Any) -> None:
    text = scene.text
    assert await scene.labels()
    scene.write(text.replace("return self.head(x)", "return self.head(x)  # so"))
    assert await scene.labels() == {}
    scene.write(text)
    assert await scene.labels()
    scene.write(text.replace("\n", "\r\n"))
    assert len(await scene.hints()) == 5
    scene.write(text)


async def test_hints_of_a_file_changed_on_disk_are_gone_until_it_is_as_it_was(scene: Any) -> None:
    text = scene.text
    await scene.run("x = float32[1, 5, 8]")  # nothing is known of the new graph's file yet
    scene.file.write_text("# another line\n" + text, "utf-8")
    try:
        assert await scene.labels() == {}
    finally:
        scene.file.write_text(text, "utf-8")
    assert await scene.labels()


async def test_hints_are_gone_when_a_line_changed_that_called_nothing(scene: Any) -> None:
    text = scene.text
    changed = f"{text}\nUNUSED = 1\n"
    scene.file.write_text(changed, "utf-8")
    scene.write(changed)
    try:
        await scene.run("x = float32[1, 5, 8]")
        assert await scene.labels() == {}
    finally:
        scene.file.write_text(text, "utf-8")
        scene.write(text)
    assert await scene.labels()


async def test_only_the_visible_part_is_answered(scene: Any) -> None:
    assert set(await scene.hints(last_line=12)) == {BLOCK, BLOCK + ")"}


async def test_a_hover_over_an_attribute_tells_of_every_instance(scene: Any) -> None:
    run = await scene.run("x = float32[1, 5, 8]")
    said = await scene.hover("self.norm", after="return x + self.proj(")
    assert "`LayerNorm` `blocks.0.norm`" in said
    assert "- takes `input: float32[1, 5, 8]`" in said
    assert "- returns `float32[1, 5, 8]`" in said
    assert "`blocks.1.norm`, `blocks.2.norm`" in said
    assert f"Observed in run {run}" in said


async def test_a_hover_works_where_the_attribute_is_made_and_through_an_index(scene: Any) -> None:
    assert "`head`" in await scene.hover("self.head", after="ModuleList")
    assert "`ModuleList` `blocks`" in await scene.hover("self.blocks", after="größe")
    assert "did not run" in await scene.hover("self.unused")


async def test_a_hover_elsewhere_says_nothing(scene: Any) -> None:
    assert await scene.hover("import torch") is None
    assert await scene.hover("super().__init__") is None


async def test_a_place_in_a_class_stands_for_its_instances(scene: Any) -> None:
    place = await scene.locate("def forward(self, x)")
    assert place.className == "Block"
    assert [list(one.paths) for one in place.instances] == [["blocks.0", "blocks.1", "blocks.2"]]
    assert place.named == place.instances
    outside = await scene.locate("import torch")
    assert (outside.className, outside.instances, outside.named) == ("", [], [])


async def test_an_attribute_stands_for_what_it_holds(scene: Any) -> None:
    place = await scene.locate("self.head", after="return ")
    assert [list(one.paths) for one in place.named] == [["head"]]
    assert [list(one.paths) for one in place.instances] == [["."]]


async def test_a_path_string_stands_for_its_module_also_in_half_typed_code(scene: Any) -> None:
    text = scene.text
    scene.write(text + '\nnet = Net()\nnet.get_submodule("blocks.1.proj").weight\n')
    place = await scene.locate("blocks.1.proj")
    assert [list(one.paths) for one in place.named] == [["blocks.1.proj"]]
    scene.write(text + '\nnet = Net()\nnet.get_submodule("blocks.1.proj").\n')
    place = await scene.locate("blocks.1.proj")
    assert [list(one.paths) for one in place.named] == [["blocks.1.proj"]]
    assert not place.isReadable
    scene.write(text)


async def test_the_use_of_a_module_is_the_line_that_calls_it(scene: Any) -> None:
    async def use(node: str) -> Any:
        return (await scene.ask("node/inspect", modelId=scene.model_id, node=node)).use

    place = await use("blocks.1.norm")
    assert (place.file, place.line) == (str(scene.file), scene.place(BLOCK).line + 1)
    assert (await use("head")).line == scene.place("return self.head").line + 1
    assert await use(".") is None
    assert await use("unused") is None


async def test_a_hint_in_a_running_model_waits_for_nothing(scene: Any) -> None:
    """The worker's reader answers while its main thread runs the model."""
    run = asyncio.create_task(scene.run("x = float32[64, 5, 8]"))
    assert await scene.labels()
    await run


async def test_the_model_that_looked_last_speaks_for_a_shared_file(scene: Any) -> None:
    first = scene.model_id
    try:
        await scene.open_model("Block")
        await scene.run("x = float32[7, 8]")
        assert (await scene.labels())[BLOCK] == "→ [7, 8]"
        assert "return self.head(x)" in await scene.labels()
    finally:
        await scene.ask("model/close", modelId=scene.model_id)
        scene.model_id = first
    assert "[7, 8]" not in (await scene.labels())[BLOCK]


async def test_a_hover_over_changed_code_says_that_it_changed(scene: Any) -> None:
    text = scene.text
    assert "has changed" not in await scene.hover("self.head", after="return ")
    scene.write(text + "# more\n")
    assert "; the file has changed since" in await scene.hover("self.head", after="return ")
    scene.write(text)


async def test_what_was_observed_stays_when_the_worker_is_gone(scene: Any) -> None:
    before = await scene.labels()
    states = scene.events.states
    await scene.ask("model/restart", modelId=scene.model_id)
    await scene.events.wait(lambda: states[scene.model_id].phase == "loading")
    assert await scene.labels() == before
    await scene.events.wait(lambda: states[scene.model_id].phase == "ready")
    assert await scene.labels()


async def test_a_file_reached_over_a_link_is_the_same_file(scene: Any) -> None:
    link, uri = scene.file.with_name("linked"), scene.uri
    link.symlink_to(scene.file.parent, target_is_directory=True)
    scene.uri = (link / scene.file.name).as_uri()
    scene.open_document()
    try:
        assert await scene.labels()
        assert (await scene.locate("def forward(self, x)")).instances
    finally:
        scene.uri = uri
        link.unlink()
