"""Where settings of `interpogate serve` come from, and what is said of bad ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from interpogate.web.admission import Admission, new_token
from interpogate.web.settings import ServeSettings, SettingInvalid, read_settings

EVERYWHERE = "0.0.0.0"  # noqa: S104
FILE = """
[tool.interpogate]
host = "localhost"
port = 8123
text = "from the file"
no-browser = true
device = "cuda:1"
dtype = "bfloat16"
tensor-memory = 64
allow-host = ["box.lan", "box.lan:80"]
"""


def _read(
    folder: Path, *, file: str = "", environment: dict[str, str] | None = None, **flags: Any
) -> ServeSettings:
    (folder / "pyproject.toml").write_text(file, "utf-8")
    return read_settings(flags, environment or {}, folder)


def test_without_anything_the_server_is_local_and_takes_a_free_port(tmp_path: Path) -> None:
    assert read_settings({}, {}, tmp_path) == ServeSettings()
    assert ServeSettings().host == "127.0.0.1"
    assert ServeSettings().port == 0


def test_the_file_holds_every_setting_but_who_reaches_the_server(
    tmp_path: Path,
) -> None:
    assert _read(tmp_path, file=FILE) == ServeSettings(
        port=8123,
        text="from the file",
        no_browser=True,
        device="cuda:1",
        dtype="bfloat16",
        tensor_memory=64,
        ignored=("host", "allow_host"),
    )


def test_the_environment_comes_before_the_file_and_a_flag_before_both(tmp_path: Path) -> None:
    environment = {"INTERPOGATE_PORT": "8200", "INTERPOGATE_TEXT": "from the environment"}
    settings = _read(tmp_path, file=FILE, environment=environment, port="8300")
    assert (settings.port, settings.text, settings.host) == (
        8300,
        "from the environment",
        "127.0.0.1",
    )


def test_the_environment_can_say_everything(tmp_path: Path) -> None:
    token = new_token()
    environment = {
        "INTERPOGATE_HOST": EVERYWHERE,
        "INTERPOGATE_NO_BROWSER": "1",
        "INTERPOGATE_DEVICE": "cpu",
        "INTERPOGATE_DTYPE": "float16",
        "INTERPOGATE_ALLOW_HOST": "one.lan, two.lan:81",
        "INTERPOGATE_TOKEN": token,
    }
    assert _read(tmp_path, environment=environment) == ServeSettings(
        host=EVERYWHERE,
        no_browser=True,
        device="cpu",
        dtype="float16",
        allow_host=("one.lan", "two.lan:81"),
        token=token,
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("port", "x"), ("port", "70000"), ("port", "-1"), ("port", "8.5"), ("port", ""),
        ("host", "a b"), ("host", "http://x"), ("host", ""), ("device", "GPU one"),
        ("dtype", "float3"), ("tensor_memory", "1 GB"), ("allow_host", ["*"]),
        ("allow_host", ["a/b"]), ("allow_host", [""]),
    ],
)  # fmt: skip
def test_a_bad_flag_is_named_with_its_value(tmp_path: Path, name: str, value: Any) -> None:
    with pytest.raises(SettingInvalid) as refused:
        _read(tmp_path, **{name: value})
    assert f"--{name.replace('_', '-')} must be" in str(refused.value)


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"INTERPOGATE_PORT": "many"}, "INTERPOGATE_PORT must be a whole number"),
        ({"INTERPOGATE_NO_BROWSER": "maybe"}, "INTERPOGATE_NO_BROWSER must be true or false"),
        ({"INTERPOGATE_TOKEN": "short"}, "INTERPOGATE_TOKEN must be at least 43"),
    ],
)
def test_a_bad_variable_is_named(tmp_path: Path, environment: dict[str, str], words: str) -> None:
    with pytest.raises(SettingInvalid, match=words):
        _read(tmp_path, environment=environment)


def test_an_empty_variable_counts_as_none(tmp_path: Path) -> None:
    environment = {"INTERPOGATE_PORT": "", "INTERPOGATE_TOKEN": "", "INTERPOGATE_TEXT": ""}
    assert _read(tmp_path, environment=environment) == ServeSettings()


def test_a_bad_token_is_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(SettingInvalid) as refused:
        _read(tmp_path, environment={"INTERPOGATE_TOKEN": "secret-but-short"})
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("[tool.interpogate]\nport = true", "port in .* must be a whole number"),
        ("[tool.interpogate]\nport = 8.5", "port in .* must be a whole number"),
        ("[tool.interpogate]\ntext = 5", "text in .* must be a text"),
        ("[tool.interpogate]\ncolour = 'red'", "unknown setting 'colour'"),
        ("[tool.interpogate]\nport = ", "cannot be read"),
        ("[tool]\ninterpogate = 5  # tool.interpogate", "not a table"),
    ],
)
def test_a_bad_file_is_named(tmp_path: Path, file: str, words: str) -> None:
    with pytest.raises(SettingInvalid, match=words):
        _read(tmp_path, file=file)


@pytest.mark.parametrize("file", ["", "[tool.other]\nport = 'x'", "not toml at all ["])
def test_a_file_that_does_not_speak_of_us_is_left_alone(tmp_path: Path, file: str) -> None:
    assert _read(tmp_path, file=file) == ServeSettings()


def test_a_server_for_everyone_is_still_known_by_exact_names_only() -> None:
    admission = Admission.at(EVERYWHERE, 8000, allowed=("box.lan", "proxy.lan:443"))
    known = ("127.0.0.1:8000", "localhost:8000", "box.lan:8000", "box.lan", "proxy.lan:443")
    unknown = ("0.0.0.0:8000", "proxy.lan:8000", "evil.box.lan:8000", "box.lan.:8000", "127.0.0.1")
    assert all(admission.knows_host([host]) for host in known)
    assert not any(admission.knows_host([host]) for host in unknown)


def test_a_proxy_may_speak_https_where_its_name_was_given() -> None:
    admission = Admission.at("127.0.0.1", 8000, allowed=("box.lan",))
    assert admission.knows_origin(["https://box.lan"], "box.lan")
    assert admission.knows_origin(["http://box.lan"], "box.lan")
    assert not admission.knows_origin(["https://127.0.0.1:8000"], "127.0.0.1:8000")
    assert not admission.knows_origin(["http://127.0.0.1:8000"], "box.lan")


def test_an_address_of_version_six_is_written_as_browsers_do() -> None:
    assert Admission.at("fe80::1", 8000).knows_host(["[fe80::1]:8000"])


def test_the_token_is_not_in_the_text_of_its_holder() -> None:
    admission = Admission.at("127.0.0.1", 8000)
    assert admission.token not in repr(admission)
    assert len(admission.token) >= 43
