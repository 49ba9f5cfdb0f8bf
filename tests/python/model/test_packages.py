"""Files inside packages open as their package's modules."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from interpogate.errors import InterpogateError, PackageMissing, SourceInvalid
from interpogate.model.load import LoadedModel, load_model
from interpogate.model.sources import parse_source

NET = "class Net(nn.Linear):\n    def __init__(self): super().__init__(SIZE, 2)\n"


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    modules, path, arguments = dict(sys.modules), list(sys.path), sys.argv
    yield
    for name in set(sys.modules) - set(modules):
        if "shop" in name:
            del sys.modules[name]
    sys.path[:], sys.argv = path, arguments


def written(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")


def load(text: str, folder: Path) -> LoadedModel:
    return load_model(parse_source(text, folder), folder, trust_remote_code=False)


def relative(levels: str, module: str) -> str:
    return f"from torch import nn\nfrom {levels}{module} import SIZE\n{NET}"


@pytest.mark.parametrize(
    ("files", "name"),
    [
        ({"shop/__init__.py": "", "shop/parts.py": "SIZE = 3", "shop/model.py": "."}, "shop.model"),
        (
            {
                "lib/shop/__init__.py": "",
                "lib/shop/parts.py": "SIZE = 3",
                "lib/shop/deep/__init__.py": "",
                "lib/shop/deep/model.py": "..",
            },
            "shop.deep.model",
        ),
        ({"shop/parts.py": "SIZE = 3", "shop/model.py": "."}, "shop.model"),
        (
            {"shop/parts.py": "SIZE = 3", "shop/deep/model.py": "..", "shop/deep/parts.py": ""},
            "shop.deep.model",
        ),
    ],
    ids=["package", "nested package below a folder", "namespace", "nested namespace"],
)
def test_a_file_with_relative_imports_opens_as_a_module_of_its_package(
    tmp_path: Path, files: dict[str, str], name: str
) -> None:
    own = next(file for file in files if file.endswith("model.py"))
    written(tmp_path, {**files, own: relative(files[own], "parts")})
    loaded = load(f"{own}:Net", tmp_path)
    assert (type(loaded.model).__module__, loaded.module_name) == (name, name)
    assert sys.modules[name].__file__ == str(tmp_path / own)


def test_a_package_that_imports_the_file_runs_it_once(tmp_path: Path) -> None:
    model = "import builtins\nbuiltins.shop_runs = getattr(builtins, 'shop_runs', 0) + 1\n{}"
    text = model.format(relative(".", "parts"))
    files = {"shop/__init__.py": "from .model import Net", "shop/parts.py": "SIZE = 3"}
    written(tmp_path, {**files, "shop/model.py": text})
    loaded = load("shop/model.py:Net", tmp_path)
    import builtins

    assert vars(builtins).pop("shop_runs") == 1
    assert type(loaded.model) is sys.modules["shop"].Net


def test_a_file_may_be_called_like_a_package_in_use(tmp_path: Path) -> None:
    before = sys.modules["json"]
    files = {"json/__init__.py": "", "json/parts.py": "SIZE = 3"}
    written(tmp_path, {**files, "json/model.py": relative(".", "parts")})
    assert load("json/model.py:Net", tmp_path).model.weight.shape == (2, 3)
    assert sys.modules["json"] is before


def test_a_file_that_needs_no_package_opens_though_its_package_fails(tmp_path: Path) -> None:
    files = {"shop/__init__.py": "raise OSError('no driver')", "shop/size.py": "SIZE = 3"}
    model = f"from torch import nn\nfrom size import SIZE\n{NET}"
    written(tmp_path, {**files, "shop/model.py": model})
    assert load("shop/model.py:Net", tmp_path).module_name == "model"


@pytest.mark.parametrize("source", ["shop/model.py:Net", "shop.model:Net"])
@pytest.mark.parametrize(
    ("first", "kind", "message"),
    [
        ("x = 1\nraise RuntimeError('no driver')", SourceInvalid, "RuntimeError: no driver"),
        ("x = 1\nimport shop_needs_this", PackageMissing, "needs the package 'shop_needs_this'"),
        ("x = 1\ndef f(:", SourceInvalid, "syntax error in line 2"),
        ("x = 1\nfrom .nowhere import y", SourceInvalid, "No module named 'shop.nowhere'"),
    ],
)
def test_a_package_that_cannot_be_imported_says_why_and_where(
    tmp_path: Path, source: str, first: str, kind: type[InterpogateError], message: str
) -> None:
    files = {"shop/__init__.py": first, "shop/parts.py": "SIZE = 3"}
    written(tmp_path, {**files, "shop/model.py": relative(".", "parts")})
    with pytest.raises(kind, match=message) as caught:
        load(source, tmp_path)
    assert "\n" not in str(caught.value)
    assert (caught.value.file, caught.value.line) == (str(tmp_path / "shop" / "__init__.py"), 2)


def test_a_file_is_run_with_no_arguments_but_its_own_name(tmp_path: Path) -> None:
    arguments = "import argparse, sys\nfrom torch import nn\nseen = list(sys.argv)\n"
    parsed = "parser = argparse.ArgumentParser()\nparser.add_argument('--size', default=3)\n"
    written(tmp_path, {"shop.py": f"{arguments}{parsed}SIZE = parser.parse_args().size\n{NET}"})
    sys.argv = ["interpogate", "tree", "shop.py:Net"]
    assert load("shop.py:Net", tmp_path).model.weight.shape == (2, 3)
    assert sys.modules["shop"].seen == [str(tmp_path / "shop.py")]
