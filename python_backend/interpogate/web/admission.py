"""Who may open a connection: exact checks of Host, Origin and token, each of which holds alone.

Pure: takes strings, opens nothing. Called by `server.py`.
"""

from __future__ import annotations

import hmac
import ipaddress
import re
import secrets
from dataclasses import dataclass, field

from interpogate.web.tickets import Tickets

TOKEN_LENGTH = 43
_TOKEN = re.compile(rf"[A-Za-z0-9_-]{{{TOKEN_LENGTH},128}}")
_HOST_NAME = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")
_LOCAL = ("127.0.0.1", "localhost", "[::1]")
_HTTP_PORT = 80


def new_token() -> str:
    """256 random bits, in the characters that URLs and headers carry as they are."""
    return secrets.token_urlsafe(32)


def is_token(text: str) -> bool:
    """Whether a text that the user set has the form and length of a token."""
    return _TOKEN.fullmatch(text) is not None


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach what listens there."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_host(text: str) -> bool:
    """Whether a text is a host name or an address, with or without a port, in lower case."""
    name, port = _split(text)
    if port and not (port.isascii() and port.isdigit() and 0 < int(port) < 1 << 16):
        return False
    return _is_address(name.strip("[]")) or _HOST_NAME.fullmatch(name) is not None


@dataclass(frozen=True)
class Admission:
    """What a request must carry."""

    hosts: frozenset[str]
    """Exact values of the header Host."""
    proxied: frozenset[str] = frozenset()
    """Those of them that the user named, where a proxy may speak https."""
    token: str = field(default_factory=new_token, repr=False)
    tickets: Tickets = field(default_factory=Tickets, repr=False, compare=False)
    """Each gives the token to one page."""

    @classmethod
    def at(
        cls, host: str, port: int, *, allowed: tuple[str, ...] = (), token: str | None = None
    ) -> Admission:
        """For a server that listens at `host` and `port`; `allowed` are further names for it."""
        own = {*_LOCAL, *(() if _is_any(host) else (_bracketed(host),))}
        named = frozenset(form for name in allowed for form in _forms(name, port))
        hosts = frozenset(form for name in own for form in _at_port(name, port)) | named
        return cls(hosts, named, token or new_token())

    def knows_host(self, hosts: list[str]) -> bool:
        """Whether there is one Host header, and it names this server."""
        return len(hosts) == 1 and hosts[0] in self.hosts

    def knows_origin(self, origins: list[str], host: str) -> bool:
        """Whether there is one Origin header, and it is the page that came from this host."""
        if len(origins) != 1:
            return False
        secure = {f"https://{host}"} if host in self.proxied else set()
        return origins[0] in {f"http://{host}", *secure}

    def knows_token(self, offered: list[str]) -> bool:
        """Whether the token is among what was offered; takes the same time wherever it differs."""
        wanted = self.token.encode()
        return sum(hmac.compare_digest(wanted, text.encode()) for text in offered) > 0


def _split(text: str) -> tuple[str, str]:
    """Name and port of `name`, `name:port`, `::1` or `[::1]:port`."""
    if _is_address(text):
        return text, ""
    name, separator, port = text.rpartition(":")
    if not separator or text.endswith("]"):
        return text, ""
    return name, port or "?"


def _forms(text: str, port: int) -> set[str]:
    name, own = _split(text)
    if own:
        return {f"{_bracketed(name)}:{own}"}
    return {_bracketed(name), *_at_port(_bracketed(name), port)}


def _at_port(name: str, port: int) -> set[str]:
    return {f"{name}:{port}", name} if port == _HTTP_PORT else {f"{name}:{port}"}


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _is_any(host: str) -> bool:
    return host in ("", "::", "0.0.0.0")  # noqa: S104 (compared, not bound)
