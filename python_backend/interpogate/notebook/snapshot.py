"""Every answer a page may ask for, made beforehand: the picture needs no kernel and no network."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, get_args

from interpogate.codegen.hooks import Kind
from interpogate.errors import PathNotFound
from interpogate.graph.essential import Detail
from interpogate.notebook.picture import Picture
from interpogate.notebook.portable import portable
from interpogate.presentation.code import hook_code
from interpogate.presentation.details import inspect_node
from interpogate.presentation.levels import level
from interpogate.presentation.subject import Subject
from interpogate.progress import Progress
from interpogate.protocol import messages as m
from interpogate.protocol.codec import encode


def snapshot(picture: Picture) -> dict[str, Any]:
    """All answers by what was asked, as `webview/src/transport/embedded.ts` reads them."""
    with Progress(_likely_steps(picture.subject), "picture", "steps") as progress:
        return _answers(picture, progress)


def _likely_steps(subject: Subject) -> int:
    """Known exactly only when the graph is built, which takes long for a large model too."""
    recording = subject.graph.recording
    return 2 * (len(recording.calls) + len(recording.operations) + len(subject.live))


def _answers(picture: Picture, progress: Progress) -> dict[str, Any]:
    subject = picture.subject
    names = dict.fromkeys(_node_ids(subject))
    hooked = _hooked_nodes(subject)
    shown = [place.id for place in subject.graph.places.rows if place.is_shown]
    paths = dict.fromkeys([*subject.graph.tree.paths, *shown])
    progress.expect(len(names) + len(hooked) + len(paths))
    return {
        "state": encode(portable(picture.state)),
        "levels": {detail: _levels(subject, detail) for detail in get_args(Detail)},
        "nodes": {name: _node(subject, name) for name in progress.over(names)},
        "hooks": {path: _hooks(subject, hooked[path]) for path in progress.over(hooked)},
        "locations": {path: _location(subject, path) for path in progress.over(paths)},
        "run": _run(picture.run) if picture.run else None,
        "blocks": _blocks(picture),
        "predictions": [encode(prediction) for prediction in picture.predictions],
    }


def _blocks(picture: Picture) -> dict[str, Any]:
    """Answers to `block/list` and, by number, to `block/read`."""
    drawn = picture.drawn
    if drawn is None:
        none = m.Blocks(model_id=picture.state.model_id, blocks=())
        return {"blocks": encode(none), "pictures": {}}
    pictures = {str(number): encode(one) for number, one in drawn.pictures.items()}
    return {"blocks": encode(drawn.blocks), "pictures": pictures}


def _levels(subject: Subject, detail: Detail) -> dict[str, Any]:
    view = subject.graph.view(detail)
    return {
        name: encode(level(subject.graph, view, inside, subject.token_count))
        for name, inside in view.levels.items()
        if inside.nodes
    }


def _node(subject: Subject, name: str) -> Any:
    return encode(portable(inspect_node(subject, name)))


def _run(record: m.RunRecord) -> Any:
    return encode(replace(record, state=portable(record.state)))


def _node_ids(subject: Subject) -> Iterator[str]:
    for detail in get_args(Detail):
        yield from subject.graph.view(detail).nodes


def _hooked_nodes(subject: Subject) -> dict[str, str]:
    """A node for each path that a node shows."""
    graph = subject.graph
    found = {one.path: graph.places.of_module(one.index)[0].id for one in graph.tree.modules}
    for place in graph.places.rows:
        found.setdefault(place.path, place.id)
    return found


def _hooks(subject: Subject, node: str) -> dict[str, Any]:
    """Code by kind. A module without a node of its own (a dissolved list) has none."""
    try:
        return {kind: _code(subject, node, kind) for kind in get_args(Kind)}
    except PathNotFound:
        return {}


def _code(subject: Subject, node: str, kind: Kind) -> dict[str, Any]:
    code = hook_code(subject, node, kind, "interpogate")
    return {"path": code.path, "text": code.text, "imports": code.imports}


def _location(subject: Subject, path: str) -> Any:
    node, containers = subject.graph.locate(path)
    return encode(m.Location(node=node, containers=containers))
