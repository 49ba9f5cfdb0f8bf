"""What the server gives over HTTP: one document, one script, one style sheet, nothing else.

All three are the same for everyone and hold no secret. A request is only ever compared with their
three addresses; no path of it reaches the file system. Called by `server.py`.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from interpogate.page_files import page_file

_ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E"
    "%3Cpath d='M8 3v10' stroke='%238957e5' stroke-width='1.5'/%3E"
    "%3Crect x='3' y='1.5' width='10' height='4' rx='1.5' fill='%238957e5'/%3E"
    "%3Crect x='3' y='10.5' width='10' height='4' rx='1.5' fill='%231f6feb'/%3E%3C/svg%3E"
)
_DOCUMENT = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="interpogate-host" content="browser">
<title>Interpogate</title>
<link rel="icon" href="{icon}">
<link rel="stylesheet" href="/page.css">
</head>
<body>
<div id="app"></div>
<noscript>Interpogate draws the model with JavaScript, which is turned off here.</noscript>
<script type="module" nonce="{nonce}" src="/page.js"></script>
</body>
</html>
"""
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
_CLOSED_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"


@dataclass(frozen=True)
class Document:
    """An answer to a request."""

    status: int
    kind: str
    text: str
    policy: str = _CLOSED_POLICY
    location: str = ""
    """Where to go instead."""

    @property
    def headers(self) -> dict[str, str]:
        """What goes before the text."""
        kind = f"{self.kind}; charset=utf-8"
        fixed = {**_ALWAYS, "Content-Type": kind, "Content-Security-Policy": self.policy}
        return {**fixed, "Location": self.location} if self.location else fixed


def document_at(address: str, host: str) -> Document:
    """The answer to a request for an address; `host` is one that the server knows."""
    path = address.partition("?")[0]
    if path == "/":
        return _page(host)
    if path == "/page.js":
        return Document(200, "text/javascript", page_file("page.js"))
    if path == "/page.css":
        return Document(200, "text/css", page_file("page.css"))
    return refusal(404, "There is nothing here.")


def entrance(token: str | None) -> Document:
    """The way to the page: with its token, or without, where the page asks for it."""
    fragment = "" if token is None else page_fragment(token)
    return Document(303, "text/plain", "", location=f"/{fragment}")


def page_fragment(token: str) -> str:
    """The end of the page's address: behind the #, which no browser sends to any server."""
    return f"#token={token}"


def refusal(status: int, sentence: str) -> Document:
    """An answer that gives nothing."""
    return Document(status, "text/plain", sentence + "\n")


def _page(host: str) -> Document:
    nonce = secrets.token_urlsafe(18)
    return Document(
        200, "text/html", _DOCUMENT.format(nonce=nonce, icon=_ICON), _policy(nonce, host)
    )


def _policy(nonce: str, host: str) -> str:
    """Inline styles are positions that the page computes; the layout's worker comes as a blob."""
    parts = [
        _CLOSED_POLICY,
        f"script-src 'nonce-{nonce}'",
        "style-src 'self' 'unsafe-inline'",
        "img-src data: blob:",
        "worker-src blob:",
        f"connect-src {_sockets(host)}",
    ]
    return "; ".join(parts)


def _sockets(host: str) -> str:
    """Where the page may connect to; policies have no way to write an IPv6 address."""
    return "'self'" if host.startswith("[") else f"ws://{host} wss://{host}"
