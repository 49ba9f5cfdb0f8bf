"""Every answer a page may ask for, made beforehand: the picture needs no kernel and no network."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterator
from typing import Any, get_args

from interpogate.codegen.hooks import Kind
from interpogate.errors import PathNotFound
from interpogate.graph.essential import Detail
from interpogate.notebook.picture import Picture
from interpogate.presentation.code import hook_code
from interpogate.presentation.details import inspect_node
from interpogate.presentation.levels import level
from interpogate.presentation.subject import Subject
from interpogate.protocol import messages as m
from interpogate.protocol.codec import encode


def packed_snapshot(picture: Picture) -> str:
    """The snapshot as base64 of gzipped JSON, the form in which it stands in the document."""
    text = json.dumps(snapshot(picture), separators=(",", ":"))
    return base64.b64encode(gzip.compress(text.encode(), compresslevel=9, mtime=0)).decode()


def snapshot(picture: Picture) -> dict[str, Any]:
    """All answers by what was asked, as `webview/src/transport/embedded.ts` reads them."""
    subject = picture.subject
    paths = [module.path for module in subject.graph.tree.modules]
    return {
        "state": encode(picture.state),
        "levels": {detail: _levels(subject, detail) for detail in get_args(Detail)},
        "nodes": _nodes(subject),
        "hooks": {path: _hooks(subject, path) for path in paths},
        "locations": {path: _location(subject, path) for path in subject.graph.tree.paths},
        "run": encode(picture.run) if picture.run else None,
        "predictions": [encode(prediction) for prediction in picture.predictions],
    }


def _levels(subject: Subject, detail: Detail) -> dict[str, Any]:
    view = subject.graph.view(detail)
    return {
        name: encode(level(subject.graph, view, inside, subject.token_count))
        for name, inside in view.levels.items()
        if inside.nodes
    }


def _nodes(subject: Subject) -> dict[str, Any]:
    names = dict.fromkeys(_node_ids(subject))
    return {name: encode(inspect_node(subject, name)) for name in names}


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
