"""Each call of a shared instance can be inspected, at the place where it stands."""

from __future__ import annotations

from interpogate.protocol import messages as m
from interpogate.protocol.codec import decode
from service_client import Client


def ran(source: str, inputs: str) -> Client:
    client = Client()
    client.open(f"sharing.py:{source}")
    client.ask("run/start", inputs=inputs)
    client.work()
    assert client.run.phase == "finished", client.run.problem
    return client


def inspected(client: Client, node: str, call: int = 1) -> m.NodeDetails:
    return decode(client.ask("node/inspect", node=node, call=call), m.NodeDetails)


def test_each_place_shows_its_own_call_and_leads_to_the_others() -> None:
    client = ran("OnePool", "x = float32[1, 3, 16, 16]")
    shapes = {}
    for number, node in enumerate(("pool", "pool#2", "pool#3"), 1):
        details = inspected(client, node)
        assert (details.call_count, details.call) == (1, 1)
        assert (details.instance_call, details.instance_call_count) == (number, 3)
        assert (details.place, details.place_count, details.path) == (number, 3, "pool")
        assert [place.node for place in details.places] == ["pool", "pool#2", "pool#3"]
        shapes[node] = details.outputs[0].shape
    assert shapes == {"pool": (1, 3, 8, 8), "pool#2": (1, 3, 4, 4), "pool#3": (1, 3, 2, 2)}


def test_each_call_of_a_loop_shows_its_own_values() -> None:
    client = ran("DroppingCell", "x = float32[1, 3, 4]")
    details = [inspected(client, "cell", call) for call in (1, 2, 3)]
    assert [(one.call, one.call_count, one.place) for one in details] == [
        (1, 3, 0),
        (2, 3, 0),
        (3, 3, 0),
    ]
    assert all(one.call_duration_ms is not None for one in details)
    assert inspected(client, "cell", 99).call == 3
    found = [
        decode(client.ask("node/statistics", node="cell", call=call), m.NodeStatistics)
        for call in (1, 2, 3)
    ]
    hidden = [one.inputs[1] for one in found]
    assert hidden[0] is not None
    assert hidden[1] is not None
    assert (hidden[0].mean, hidden[0].deviation) == (0, 0)
    assert hidden[1].deviation != 0
    assert found[0].outputs[0] is not None
    # the dropout does nothing in evaluation: what one call gave is what the next one took
    assert found[0].outputs[0].mean == hidden[1].mean


def test_an_operation_in_a_shared_module_shows_each_of_its_calls() -> None:
    client = ran("SameLayer", "x = float32[1, 4]")
    operation = "layers.0::call:mul#0"
    details = [inspected(client, operation, call) for call in (1, 3)]
    assert [(one.call, one.call_count) for one in details] == [(1, 3), (3, 3)]


def test_a_block_of_a_place_shows_the_call_that_stands_there() -> None:
    client = ran("OnePool", "x = float32[1, 3, 16, 16]")
    offers = decode(
        client.ask("block/offer", node="pool#2", value={"side": "output", "keys": []}),
        m.BlockOffers,
    )
    assert offers.dimensions[-1].size == 4
    for node, expected in (("pool", 8), ("pool#3", 2)):
        found = decode(client.ask("node/statistics", node=node), m.NodeStatistics)
        assert found.outputs[0] is not None
        assert found.outputs[0].count == 3 * expected * expected


def test_what_can_be_drawn_of_a_call_has_the_shape_of_that_call() -> None:
    client = ran("Shrinking", "x = float32[8]")
    output = {"side": "output", "keys": []}
    sizes = [
        decode(client.ask("block/offer", node="part", value=output, call=call), m.BlockOffers)
        .dimensions[0]
        .size
        for call in (1, 2, 3)
    ]
    assert sizes == [7, 6, 5]


def test_a_level_says_which_place_of_an_instance_a_node_is() -> None:
    client = ran("OnePool", "x = float32[1, 3, 16, 16]")
    level = client.level()
    named = {level.ids[row]: (number, count) for row, number, count in level.places}
    assert named == {"pool": (1, 3), "pool#2": (2, 3), "pool#3": (3, 3)}
    modules = {level.first_modules[level.ids.index(node)] for node in named}
    assert len(modules) == 1


def test_places_are_found_by_path_and_by_the_names_of_their_instance() -> None:
    client = ran("SharedTable", "ids = [[1, 2]]")
    for query in ("shared", "embedding", "table"):
        found = decode(client.ask("module/find", query=query, limit=9), m.Modules)
        assert found.paths == ("encoder.table", "decoder.table")
    assert decode(client.ask("graph/locate", path="shared"), m.Location).node == "encoder.table"
    details = inspected(client, "decoder.table")
    assert (details.path, details.other_paths) == ("decoder.table", ("shared", "encoder.table"))


def test_an_operation_in_a_place_is_located() -> None:
    client = ran("Siamese", "left = float32[1, 4]\nright = float32[1, 4]")
    node = "encoder#2::call:mul#0"
    found = decode(client.ask("graph/locate", path=node), m.Location)
    assert (found.node, found.containers) == (node, (".", "encoder#2"))


def test_hook_code_of_a_place_names_the_instance_and_says_that_it_runs_at_each_call() -> None:
    client = ran("OnePool", "x = float32[1, 3, 16, 16]")
    code = decode(
        client.ask("hook/write", node="pool#2", kind="post", style="interpogate"), m.HookCode
    )
    assert code.path == "pool"
    assert 'hook.post("pool", post_hook)' in code.text
    assert "called 3 times: this runs at each call" in code.text
