"""A ticket leads to the page with its token, once; anything else leads to the page alone."""

from __future__ import annotations

import threading

from interpogate.web.tickets import VALID_S, Tickets
from served_web import Served
from web_driver import Answer


def _open(served: Served, path: str, *, host: str | None = None) -> Answer:
    with served.connect() as connection:
        return connection.request(path, Host=host or served.host)


def test_the_first_who_comes_with_a_ticket_gets_the_token_and_nobody_after(served: Served) -> None:
    path = served.admission.tickets.new_path()
    first, second = _open(served, path), _open(served, path)
    assert (first.status, first.headers["location"]) == (303, f"/#token={served.token}")
    assert (second.status, second.headers["location"]) == (303, "/")
    assert first.headers["cache-control"] == "no-store"
    assert served.token.encode() not in first.body


def test_who_names_the_server_wrongly_gets_nothing_and_spends_nothing(served: Served) -> None:
    path = served.admission.tickets.new_path()
    refused = _open(served, path, host="evil.example")
    assert (refused.status, "location" in refused.headers) == (421, False)
    assert served.token in _open(served, path).headers["location"]


def test_what_was_never_given_out_leads_to_the_page_alone(served: Served) -> None:
    path = served.admission.tickets.new_path()
    for wrong in (path[:-1], path + "x", path + "/", "/open/", f"/open/{served.token}"):
        assert _open(served, wrong).headers["location"] == "/"
    assert served.token in _open(served, path).headers["location"]


def test_a_ticket_is_good_for_as_long_as_a_browser_takes_to_start() -> None:
    now = [100.0]
    tickets = Tickets(clock=lambda: now[0])
    early, late = tickets.new_path(), tickets.new_path()
    now[0] += VALID_S
    assert tickets.take(early)
    now[0] += 1
    assert not tickets.take(late)


def test_of_many_who_come_at_once_one_is_let_in() -> None:
    tickets = Tickets()
    path = tickets.new_path()
    taken: list[bool] = []
    threads = [threading.Thread(target=lambda: taken.append(tickets.take(path))) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert taken.count(True) == 1
