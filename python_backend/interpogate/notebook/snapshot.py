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
    modules = [module.path for module in subject.graph.tree.modules]
    paths = list(subject.graph.tree.paths)
    progress.expect(len(names) + len(modules) + len(paths))
    return {
        "state": encode(portable(picture.state)),
        "levels": {detail: _levels(subject, detail) for detail in get_args(Detail)},
        "nodes": {name: _node(subject, name) for name in progress.over(names)},
        "hooks": {path: _hooks(subject, path) for path in progress.over(modules)},
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


def _hooks(subject: Subject, path: str) -> dict[str, Any]:
    """Code by kind. A module without a node of its own (a dissolved list) has none."""
    try:
        return {kind: _code(subject, path, kind) for kind in get_args(Kind)}
    except PathNotFound:
        return {}


def _code(subject: Subject, path: str, kind: Kind) -> dict[str, Any]:
    code = hook_code(subject, path, kind, "interpogate")
    return {"path": code.path, "text": code.text, "imports": code.imports}


def _location(subject: Subject, path: str) -> Any:
    node, containers = subject.graph.locate(path)
    return encode(m.Location(node=node, containers=containers))
