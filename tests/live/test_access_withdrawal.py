"""Sign-out and disabling an account close live connections within seconds."""

from collections.abc import Callable

from tests.live.person import LivePerson
from tests.server import Server

Connect = Callable[[str], LivePerson]


def test_signing_out_closes_this_sign_ins_sockets_and_no_others(person: Connect) -> None:
    ccas, same_person_elsewhere = person("ccas"), person("ccas")
    second_tab = ccas.another_tab().connect()
    ccas.sign_out()
    ccas.wait_until(lambda: not ccas.socket.connected)
    second_tab.wait_until(lambda: not second_tab.socket.connected)
    assert second_tab.events("signed_out")
    assert "error" not in same_person_elsewhere.join()


def test_disabling_an_account_closes_its_sockets(shared_server: Server, person: Connect) -> None:
    sports = person("sports")
    sports.join()
    assert shared_server.flask("people", "disable", "sports@demo.example").returncode == 0
    sports.wait_until(lambda: not sports.socket.connected)
    assert sports.web.get(f"{shared_server.url}/api/boards/accueil", timeout=60).status_code == 401
    shared_server.flask("people", "enable", "sports@demo.example")


def test_a_new_password_closes_the_sockets_of_the_old_one(shared_server: Server, person: Connect) -> None:
    urbanisme = person("urbanisme")
    urbanisme.join()
    shared_server.flask("people", "set-password", "urbanisme@demo.example", "--password", "a brand new password")
    urbanisme.wait_until(lambda: not urbanisme.socket.connected)
