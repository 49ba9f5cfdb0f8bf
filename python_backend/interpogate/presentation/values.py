"""Values, parameters, tokens and places as messages."""

from __future__ import annotations

from interpogate.graph.modules import Module, Source
from interpogate.graph.values import Structure
from interpogate.model.tokens import NextTokens, TokenList
from interpogate.presentation.levels import token_dimension
from interpogate.protocol import messages as m


def structure(values: Structure, token_count: int) -> tuple[m.ValueRow, ...]:
    """A nested value as rows."""
    return tuple(
        m.ValueRow(
            depth=value.depth,
            key=value.key,
            kind=value.kind,
            type_name=value.type_name,
            shape=value.tensor.shape if value.tensor else None,
            dtype=value.tensor.dtype if value.tensor else None,
            device=value.tensor.device if value.tensor else None,
            token_dimension=token_dimension(value.tensor.shape, token_count)
            if value.tensor
            else None,
        )
        for value in values
    )


def parameters(module: Module) -> tuple[m.ParameterRow, ...]:
    """A module's own parameters and buffers."""
    return tuple(
        m.ParameterRow(
            name=p.name,
            shape=p.shape,
            dtype=p.dtype,
            is_buffer=p.is_buffer,
            shared_with=p.shared_with,
        )
        for p in module.parameters
    )


def location(source: Source | None) -> m.SourceLocation | None:
    """A place in a file."""
    return m.SourceLocation(file=source.file, line=source.line) if source else None


def tokens(found: TokenList) -> m.Tokens:
    """Tokens as a message."""
    return m.Tokens(ids=found.ids, texts=found.texts, raw=found.raw)


def prediction(position: int, found: NextTokens) -> m.Prediction:
    """Next tokens as a message."""
    return m.Prediction(
        position=position,
        tokens=tokens(found.tokens),
        probabilities=found.probabilities,
        logits=found.logits,
    )
