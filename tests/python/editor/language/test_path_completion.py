"""Completion of module paths, from the real server and a real worker."""

from __future__ import annotations

import ast
from typing import Any

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="module")

TOP = ["blocks", "plain", "named", "table", "stack", "extra0", "extra1", "odd"]
HOSTILE = 'x"]; import os; os.system("echo") #\n\\{b}'


@pytest.mark.parametrize(
    "typed",
    [
        'interp.node("|")',
        'interp.node("|',
        "interp.node('|')",
        'x = interp.node(r"|',
        'interp.node(path="|")',
        'interp.node(  # why\n    "|"\n)',
        'hook.pre("|", lambda *a: None)',
        'hook.post(callback=seen(1, [2]), path="|',
        'with interp.hook() as seeing:\n    seeing.post("|',
        'interp.hook().post("|',
        'model.get_submodule("|")',
        'interp.model.get_submodule("|")',
        'interp.add_visualization("|")',
        'def broken(:\n    if (\ninterp.node("|',
        'größe = "𝄞𝄞"; interp.node("|',
        '\r\n\x0cinterp.node("|")',
        'interp.node(f"|")',
        'interp.node("""|""")',
    ],
)
async def test_children_are_offered_in_the_order_of_the_model(desk: Any, typed: str) -> None:
    labels = await desk.labels(typed)
    assert labels[: len(TOP)] == TOP
    assert "tied" in labels


@pytest.mark.parametrize(
    "typed",
    [
        'requests.post("|")',
        '"interp.node("|")"',
        '# interp.node("|")',
        '"""\ninterp.node("|")',
        'interp.node(f"blocks.{n}.|")',
        'interp.node("blocks" + "|")',
        'interp.node("|" + name)',
        'interp.node("a" "|")',
        'interp.node(b"|")',
        'interp.node(name, "|")',
        'self.get_submodule("|")',
        'interp.node("nothing.|")',
        'print("|")',
    ],
)
async def test_other_strings_are_left_alone(desk: Any, typed: str) -> None:
    assert await desk.labels(typed) == []


async def test_a_dot_leads_deeper_with_class_and_shape_beside_each_name(desk: Any) -> None:
    items = await desk.completion('interp.node("blocks.3.|")')
    found = {item.label: item.detail for item in items}
    assert found == {
        "inherited": "Linear · weight [8, 8], bias [8]",
        "norm": "LayerNorm · weight [8], bias [8]",
        "proj": "Linear · weight [8, 8], bias [8]",
    }


async def test_a_part_of_a_name_chooses_and_only_that_name_is_replaced(desk: Any) -> None:
    assert await desk.labels('interp.node("plain.1")\ninterp.node("blocks.2.ro|") # x') == ["proj"]
    after = await desk.completed('interp.node("blo|.2.proj")', "blocks")
    assert after.endswith('interp.node("blocks.2.proj")')


async def test_text_behind_an_open_quote_stays(desk: Any) -> None:
    after = await desk.completed('hook.post("blocks.2.pr|, seen)', "proj")
    assert after.endswith('hook.post("blocks.2.proj, seen)')


async def test_names_under_a_submodule_start_from_it(desk: Any) -> None:
    assert await desk.labels('model.blocks.get_submodule("|")', "model = 1\n") != []
    labels = await desk.labels('model.plain.get_submodule("|")')
    assert labels[1:] == ["0", "1"]


async def test_a_tied_module_is_found_by_either_name(desk: Any) -> None:
    assert await desk.labels('interp.node("tied.|")') == ["inherited", "norm", "proj"]


@pytest.mark.parametrize(("quote", "prefix"), [('"', ""), ("'", ""), ("'", "f"), ('"""', "")])
async def test_a_hostile_name_becomes_a_string_that_says_it(
    desk: Any, quote: str, prefix: str
) -> None:
    label = next(one for one in await desk.labels('interp.node("|")') if one.startswith("x"))
    assert "\n" not in label
    text = await desk.completed(f"interp.node({prefix}{quote}|{quote})", label)
    call: Any = ast.parse(text).body[-1]
    assert ast.literal_eval(call.value.args[0]) == HOSTILE if not prefix else True
    assert isinstance(call.value, ast.Call)
    said = eval(compile(ast.Expression(call.value.args[0]), "", "eval"), {})  # noqa: S307
    assert said == HOSTILE


async def test_a_raw_string_does_not_offer_what_it_cannot_say(desk: Any) -> None:
    assert not [one for one in await desk.labels('interp.node(r"|")') if one.startswith("x")]


async def test_names_beyond_ascii_are_written_at_the_right_place(desk: Any) -> None:
    after = await desk.completed('größe = "𝄞𝄞"; interp.node("table.ß|")', "ß𝄞")
    assert after.endswith('größe = "𝄞𝄞"; interp.node("table.ß𝄞")')


async def test_numbered_layers_are_also_offered_as_a_loop_over_all(desk: Any) -> None:
    labels = await desk.labels('interp.node("blocks.|")')
    assert labels == ["0 … 11", *map(str, range(12))]
    typed = 'with interp.hook() as hook:\n    hook.post("blocks.|", seen)'
    after = await desk.completed(typed, "0 … 11", "interp = 1\n")
    assert after == (
        "interp = 1\nwith interp.hook() as hook:\n    for layer in range(12):\n"
        '        hook.post(f"blocks.{layer}", seen)'
    )
    ast.parse(after)


async def test_the_loop_takes_a_name_that_is_free(desk: Any) -> None:
    after = await desk.completed('layer = 1\nx = interp.node("blocks.|.proj")', "0 … 11")
    expected = 'for index in range(12):\n    x = interp.node(f"blocks.{index}.proj")'
    assert after.endswith(f"layer = 1\n{expected}")


@pytest.mark.parametrize(
    "typed", ['seen(\n    interp.node("blocks.|"))', 'if x: interp.node("blocks.|")']
)
async def test_no_loop_is_offered_where_it_would_break_the_code(desk: Any, typed: str) -> None:
    assert await desk.labels(typed) == [str(number) for number in range(12)]


async def test_the_selected_item_is_described(desk: Any) -> None:
    item = (await desk.completion('interp.node("blocks.0.pr|")'))[0]
    described = await desk.client.completion_item_resolve_async(item)
    assert "`Linear` `blocks.0.proj`" in described.documentation.value
    assert "`float32[1, 5, 8]`" in described.documentation.value
