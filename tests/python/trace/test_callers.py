"""Where modules are called: the place in the file, whatever stands between caller and module."""

from __future__ import annotations

import textwrap
from pathlib import Path
from types import ModuleType

import pytest
import torch
from torch import nn

from interpogate.graph.recording import Call, Recording
from interpogate.trace.callers import _site_of
from interpogate.trace.loaded_text import loaded_text
from interpogate.trace.modules import declared_modules
from interpogate.trace.recorder import Recorder

HEAD = "import torch\nfrom torch import nn\n\n\n"


def run_file(tmp_path: Path, text: str) -> tuple[str, str, nn.Module, Recording]:
    """The file, its text, the model and what one forward pass showed."""
    file, source = tmp_path / "net.py", HEAD + textwrap.dedent(text)
    file.write_text(source, "utf-8")
    module = ModuleType("net")
    exec(compile(source, str(file), "exec", dont_inherit=True), vars(module))  # noqa: S102
    model = module.Net()
    recorder = Recorder(declared_modules(model))
    with recorder.watching():
        model(torch.ones(1, 4))
    assert recorder.internal_errors == 0
    return str(file), source, model, recorder.recording()


def called_text(source: str, call: Call) -> str:
    """The expression that called, cut out of the text by its position."""
    site = call.site
    assert site is not None
    lines = source.split("\n")[site.line - 1 : site.end_line]
    joined = "\n".join(lines).encode()
    left = len("\n".join(lines[:-1]).encode()) + (1 if len(lines) > 1 else 0)
    return joined[site.column : left + site.end_column].decode()


def calls_inside(recording: Recording) -> list[Call]:
    return [call for call in recording.calls if call.parent >= 0]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("return self.b(self.a(x))", ["self.a(x)", "self.b(self.a(x))"]),
        ("return self.b(\n            self.a(\n                x,\n            )\n        )", None),
        ("return [part(x) for part in self.parts][-1]", ["part(x)", "part(x)"]),
        ("return self.parts[1](self.parts[0](x))", None),
        ("é = 'ß'; return self.a(x)", ["self.a(x)"]),
        ("return torch.relu(self.a(x)) + x", ["self.a(x)"]),
        ("return self.a.forward(x)", []),
    ],
)
def test_a_site_is_the_whole_call(tmp_path: Path, body: str, expected: list[str] | None) -> None:
    text = """
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.a, self.b = nn.Linear(4, 4), nn.Linear(4, 4)
                self.parts = nn.ModuleList([self.a, self.b])

            def forward(self, x):
                BODY
    """
    text = textwrap.dedent(text).replace("BODY", body)
    _, source, _, recording = run_file(tmp_path, text)
    found = [called_text(source, call) for call in calls_inside(recording)]
    if expected is None:  # the inner call, then the outer one, as they are written
        outer = body.removeprefix("return ")
        assert found[1] == outer
        assert found[0] in outer
        assert found[0] != outer
    else:
        assert found == expected


def test_the_caller_is_found_through_a_call_method_of_the_modules_own_class(
    tmp_path: Path,
) -> None:
    text = """
        class Layer(nn.Linear):
            def __call__(self, x):
                return super().__call__(x)


        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.layer = Layer(4, 4)

            def forward(self, x):
                return self.layer(x)
    """
    _, source, _, recording = run_file(tmp_path, text)
    assert [called_text(source, call) for call in calls_inside(recording)] == ["self.layer(x)"]


def test_a_call_by_a_container_of_torch_stands_in_torchs_file(tmp_path: Path) -> None:
    text = """
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.net = nn.Sequential(nn.Linear(4, 4))

            def forward(self, x):
                return self.net(x)
    """
    file, _, _, recording = run_file(tmp_path, text)
    sequential, linear = calls_inside(recording)
    assert sequential.site is not None
    assert sequential.site.file == file
    assert linear.site is not None
    assert linear.site.file.endswith("container.py")


def test_a_sealed_module_has_its_caller_too() -> None:
    layer = nn.TransformerEncoderLayer(8, 2, batch_first=True)
    model = nn.Sequential(layer).eval()
    recorder = Recorder(declared_modules(model))
    with torch.no_grad(), recorder.watching():
        model(torch.ones(1, 3, 8))
    site = recorder.recording().calls[1].site
    assert site is not None
    assert site.file.endswith("container.py")


def test_without_columns_the_line_and_the_order_are_known() -> None:
    class Code310:
        """What Python 3.10 knows of code."""

        def __init__(self, code: object) -> None:
            self._code = code

        def __getattr__(self, name: str) -> object:
            if name == "co_positions":
                raise AttributeError(name)
            return getattr(self._code, name)

    def one_line(a: object, b: object) -> object:
        return a and b

    code = one_line.__code__
    last = list(code.co_positions())[-1][0]
    site = _site_of((Code310(code), len(code.co_code) - 2))  # type: ignore[arg-type]
    assert site is not None
    assert (site.line, site.column, site.end_column) == (last, -1, -1)
    assert site.offset == len(code.co_code) - 2


NET = """
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.Linear(4, 4)

        def forward(self, x):
            return self.layer(x)
"""


@pytest.mark.parametrize(
    ("change", "is_same"),
    [
        (lambda text: text, True),
        (lambda text: text + "\n# a comment behind\n", True),
        (lambda text: "\n" + text, False),
        (lambda text: text.replace("return self.layer(x)", "return self.layer(x) + 1"), False),
        (lambda text: text.replace("self.layer(x)", "self.layer( x)"), False),
        (lambda text: text + "\ndef half(", False),
        (lambda text: text.replace("\n", "\r\n"), True),
    ],
)
def test_a_text_is_what_ran_only_if_its_code_stands_where_it_stood(
    tmp_path: Path, change: object, *, is_same: bool
) -> None:
    file, source, _, recording = run_file(tmp_path, NET)
    changed = change(source)  # type: ignore[operator]
    Path(file).write_bytes(changed.encode())
    codes = [call.site.code for call in calls_inside(recording) if call.site]
    assert (loaded_text(file, codes) is not None) == is_same


def test_a_file_that_is_gone_is_not_what_ran(tmp_path: Path) -> None:
    assert loaded_text(str(tmp_path / "gone.py"), []) is None
