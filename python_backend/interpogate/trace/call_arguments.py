"""Arguments by name, and how a forward takes them.

One of several values of `*args` is called `args.0`, `args.1`, and so on.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from inspect import Parameter
from typing import Any

from torch import nn

_POSITIONAL = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)


def forward_parameters(model: nn.Module) -> tuple[Parameter, ...]:
    """The parameters of a forward; `*args, **kwargs` where they are not known."""
    try:
        return tuple(inspect.signature(model.forward).parameters.values())
    except (TypeError, ValueError):
        return (
            Parameter("args", Parameter.VAR_POSITIONAL),
            Parameter("kwargs", Parameter.VAR_KEYWORD),
        )


def positional_names(model: nn.Module, count: int) -> tuple[str, ...]:
    """Names of the first `count` positional arguments; fewer if the forward takes fewer."""
    parameters = forward_parameters(model)
    names = [p.name for p in parameters if p.kind in _POSITIONAL]
    star = next((p.name for p in parameters if p.kind is Parameter.VAR_POSITIONAL), None)
    if star is not None:
        names += [f"{star}.{number}" for number in range(count - len(names))]
    return tuple(names[:count])


def takes_names(model: nn.Module, names: Mapping[str, Any]) -> bool:
    """Whether all are names of arguments of the forward."""
    parameters = forward_parameters(model)
    if any(p.kind is Parameter.VAR_KEYWORD for p in parameters):
        return all(isinstance(name, str) for name in names)
    return set(names) <= set(positional_names(model, len(names) + len(parameters))) | {
        p.name for p in parameters if p.kind is Parameter.KEYWORD_ONLY
    }


def arguments(
    model: nn.Module, inputs: Mapping[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Inputs by name as the positional and the keyword arguments of a call."""
    parameters, rest = forward_parameters(model), dict(inputs)
    several = [name for name in inputs if name.partition(".")[2].isdecimal()]
    given: list[Any] = []
    for parameter in parameters:
        is_needed = several or parameter.kind is Parameter.POSITIONAL_ONLY
        if parameter.kind not in _POSITIONAL or parameter.name not in rest or not is_needed:
            break
        given.append(rest.pop(parameter.name))
    given += [rest.pop(name) for name in several]
    return tuple(given), rest
