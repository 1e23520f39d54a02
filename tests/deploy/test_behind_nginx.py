"""The configuration of deploy/nginx.conf, tried for real: HTTPS, WebSocket, cookies, static files, forged headers."""

from __future__ import annotations

import gzip
import json
import re
import shutil
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import websocket

from tests.deploy.nginx import PROGRAM, Nginx
from tests.live.person import LiveClient
from tests.server import Server, ServerFromNothing

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="nginx is not installed")


@pytest.fixture(scope="module")
def town(demo_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("behind-nginx")
    shutil.copytree(demo_data, folder / "var")
    server = ServerFromNothing(
        folder / "var", PROXY_HOPS="1", METRICS_FROM="127.0.0.1", LOG_FORMAT="json", LOG_LEVEL="DEBUG"
    )
    nginx = Nginx(folder, server.port)
    server.settings |= {"PUBLIC_URL": nginx.url, "SSL_CERT_FILE": str(nginx.certificate)}
    server.start()
    nginx.start()
    yield Town(server, nginx)
    nginx.stop()
    server.stop()


def test_signing_in_gives_cookies_that_only_travel_encrypted(town: Town) -> None:
    browser = Browser(town, "ccas", remember=True)
    assert browser.page.status_code == 200
    assert {cookie.name for cookie in browser.web.cookies} == {"__Host-flash_news", "__Host-flash_news_remember"}
    for cookie in browser.web.cookies:
        assert cookie.secure
        assert cookie.has_nonstandard_attr("HttpOnly")
        assert cookie.get_nonstandard_attr("SameSite") == "Lax"


def test_a_move_travels_over_websocket_from_one_browser_to_another(town: Town) -> None:
    with Browser(town, "dtan") as agent, Browser(town, "mediatheque") as colleague:
        card, column = town_card(agent)
        answer = agent.live.call(
            "command", {"board": "accueil", "key": "k", "type": "move_card", "card": card, "column": column}
        )
        heard = colleague.wait_for_seq(answer["seq"])
    assert agent.live.transport() == "websocket"
    assert heard["cards"][str(card)]["column"] == column


def test_long_polling_works_where_no_websocket_passes(town: Town) -> None:
    with Browser(town, "ccas", transports=["polling"]) as agent:
        assert agent.live.transport() == "polling"


def test_our_own_pages_get_a_live_connection(town: Town) -> None:
    connection = Browser(town, "ccas").open_websocket(town.nginx.url)
    assert connection.getstatus() == 101
    connection.close()


@pytest.mark.parametrize("origin", ["https://evil.example", "https://localhost", "http://localhost:{port}", "null"])
def test_pages_from_elsewhere_get_none(town: Town, origin: str) -> None:
    with pytest.raises(websocket.WebSocketBadStatusException) as refused:
        Browser(town, "ccas").open_websocket(origin.format(port=town.nginx.port))
    assert refused.value.status_code == 400


def test_figures_are_read_from_the_worker_and_never_through_nginx(town: Town) -> None:
    with Browser(town, "dtan") as agent, Browser(town, "ccas", transports=["polling"]):
        before = figures(town)
        card, column = town_card(agent)
        answer = agent.live.call(
            "command", {"board": "accueil", "key": "figures", "type": "move_card", "card": card, "column": column}
        )
        agent.wait_for_seq(answer["seq"])
        now = figures(town)
    assert now['flash_news_connections{transport="websocket"}'] == 1
    assert now['flash_news_connections{transport="polling"}'] == 1
    moved = 'flash_news_changes_total{type="card_moved"}'
    assert now[moved] == before.get(moved, 0) + 1
    assert now["flash_news_delivery_seconds_count"] > before["flash_news_delivery_seconds_count"]
    assert now['flash_news_event_seconds_count{event="command"}'] >= 1
    for name in ("", "X-Forwarded-For", "X-Real-IP"):
        assert town.get("/metrics", {name: "127.0.0.1"} if name else {}).status_code == 404


def test_a_request_has_one_number_in_the_answer_and_in_the_log(town: Town) -> None:
    number = town.get("/sign-in", {"X-Request-ID": "made-up-by-a-client"}).headers["X-Request-ID"]
    assert re.fullmatch("[0-9a-f]{32}", number)  # nginx's own
    with Browser(town, "ccas"):
        pass
    lines = [
        json.loads(line) for line in town.server.log.read_text(encoding="utf-8").splitlines() if line.startswith("{")
    ]
    [line] = [line for line in lines if line.get("request_id") == number]
    assert (line["what"], line["status"]) == ("GET accounts.show_sign_in", 200)
    joins = [line["request_id"] for line in lines if line.get("what") == "live join"]
    assert len(set(joins)) == len(joins) > 0
    assert not any("@" in value for line in lines for value in line.values() if isinstance(value, str))


def test_the_doctor_comes_in_as_a_browser_does(town: Town) -> None:
    findings = json.loads(town.server.flask("doctor", "--json").stdout)
    states = {
        finding["subject"]: (finding["state"], finding["told"])
        for finding in findings
        if finding["subject"] in ("Service", "Adresse publique")
    }
    assert states["Service"][0] == "well"
    assert states["Adresse publique"] == ("well", f"{town.nginx.url} répond, connexion en direct comprise.")


def test_http_leads_to_https(town: Town) -> None:
    answer = requests.get(f"{town.nginx.plain_url}/boards/accueil?x=1", allow_redirects=False, timeout=60)
    assert (answer.status_code, answer.headers["Location"]) == (301, "https://localhost/boards/accueil?x=1")


def test_redirects_stay_on_the_address_that_was_asked(town: Town) -> None:
    answer = town.get("/cards/1")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in?next=/cards/1")


@pytest.mark.parametrize(
    "header",
    ["X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-For", "Forwarded", "X-Forwarded-Prefix", "X-Original-URL"],
)
def test_a_forged_forwarding_header_changes_nothing(town: Town, header: str) -> None:
    forged = town.get("/sign-in", headers={header: "evil.example"})
    assert "evil.example" not in forged.text + str(forged.headers)
    assert "Secure" in forged.headers["Set-Cookie"]
    assert f"wss://localhost:{town.nginx.port}" in forged.headers["Content-Security-Policy"]
    assert forged.headers["Strict-Transport-Security"]


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1 is deprecated:DeprecationWarning")
@pytest.mark.parametrize(
    ("version", "ciphers"), [("TLSv1_1", "DEFAULT:@SECLEVEL=0"), ("TLSv1_2", "AES128-SHA256:AES256-SHA:@SECLEVEL=0")]
)
def test_what_is_no_longer_safe_is_not_spoken(town: Town, version: str, ciphers: str) -> None:
    """Neither an old version of TLS nor a cipher without forward secrecy."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(town.nginx.certificate)
    context.set_ciphers(ciphers)
    context.minimum_version = context.maximum_version = ssl.TLSVersion[version]
    with socket.create_connection(("localhost", town.nginx.port), timeout=60) as plain, pytest.raises(ssl.SSLError):
        context.wrap_socket(plain, server_hostname="localhost")


def test_a_made_up_host_goes_no_further(town: Town) -> None:
    assert town.get("/sign-in", headers={"Host": "evil.example"}).status_code == 421


def test_forged_addresses_do_not_get_around_the_limit_on_sign_ins(town: Town) -> None:
    statuses = [
        Browser(town, "sports", "a wrong password", forwarded_for=f"192.0.2.{number}").page.status_code
        for number in range(11)
    ]
    assert statuses == [401] * 10 + [429]


def test_static_files_come_compressed_and_are_kept_for_good(town: Town) -> None:
    [script] = re.findall(r'modulepreload" href="(/static/[^"]+\.js)"', Browser(town, "ccas").page.text)
    answer = town.get(script, headers={"Accept-Encoding": "gzip"}, stream=True)
    built = Path(__file__).parents[2] / "static" / "dist" / script.rsplit("/", 1)[1]
    assert answer.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(answer.raw.read()) == built.read_bytes()
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Strict-Transport-Security"] == town.get("/healthz").headers["Strict-Transport-Security"]
    assert "javascript" in answer.headers["Content-Type"]
    assert town.get("/static/../config.py").status_code == 404
    assert town.get("/static../config.py").status_code == 404


AMBIGUOUS = {
    "a length given twice": "Content-Length: 0\r\nContent-Length: 50",
    "a length and chunks": "Content-Length: 5\r\nTransfer-Encoding: chunked",
    "chunks of a kind that is none": "Content-Length: 0\r\nTransfer-Encoding: xchunked",
    "a header that some do not see": "Content-Length: 0\r\nTransfer-Encoding : chunked",
    "a length with a sign": "Content-Length: +0",
}


@pytest.mark.parametrize("headers", AMBIGUOUS.values(), ids=AMBIGUOUS)
def test_what_leaves_the_length_of_a_message_open_goes_no_further(town: Town, headers: str) -> None:
    """Else what one server takes for a body, the next would take for somebody's request."""
    smuggled = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    context = ssl.create_default_context(cafile=town.nginx.certificate)
    plain = socket.create_connection(("localhost", town.nginx.port), timeout=60)
    with context.wrap_socket(plain, server_hostname="localhost") as wire:
        wire.sendall(f"POST /sign-in HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n\r\n{smuggled}".encode())
        answered = b"".join(iter(lambda: wire.recv(65536), b""))
    assert answered.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 501 "))
    assert answered.count(b"HTTP/1.1 ") == 1


def test_too_large_a_body_is_refused_in_words(town: Town) -> None:
    answer = Browser(town, "ccas").command({"type": "add_card", "title": "x" * 600_000})
    assert (answer.status_code, answer.headers["Content-Type"]) == (413, "application/problem+json")
    assert "taille" in answer.json()["detail"]


def test_far_too_large_a_body_does_not_reach_the_server(town: Town) -> None:
    assert Browser(town, "ccas").command({"type": "add_card", "title": "x" * 1_200_000}).status_code == 413


def test_while_the_server_restarts_a_page_says_so_and_comes_back(town: Town) -> None:
    browser = Browser(town, "ccas")
    town.server.stop()
    away = browser.web.get(f"{town.nginx.url}/boards/accueil", timeout=60)
    town.server.start()
    assert (away.status_code, away.headers["Refresh"]) == (503, "5")
    assert "Flash News redémarre" in away.text
    assert away.headers["X-Content-Type-Options"] == "nosniff"
    assert away.headers["Strict-Transport-Security"]
    assert browser.web.get(f"{town.nginx.url}/boards/accueil", timeout=60).status_code == 200


class Town:
    def __init__(self, server: Server, nginx: Nginx) -> None:
        self.server = server
        self.nginx = nginx

    def get(self, path: str, headers: dict[str, str] | None = None, *, stream: bool = False) -> requests.Response:
        """As a browser that nobody has signed in with; the path goes out as it is, dots included."""
        request = requests.Request("GET", self.nginx.url, headers={"Accept": "text/html", **(headers or {})}).prepare()
        request.url = self.nginx.url + path
        with requests.Session() as web:
            return web.send(
                request, verify=str(self.nginx.certificate), allow_redirects=False, stream=stream, timeout=60
            )


class Browser:
    """Somebody who signs in through nginx; as a context, with a live connection that has joined the board."""

    def __init__(
        self,
        town: Town,
        name: str,
        password: str = "flash-news-demo",
        *,
        remember: bool = False,
        forwarded_for: str = "",
        transports: list[str] | None = None,
    ) -> None:
        self.url = town.nginx.url
        self.transports = transports or ["websocket"]
        self.web = requests.Session()
        self.web.trust_env = False  # else a REQUESTS_CA_BUNDLE in the environment would win over the certificate below
        self.web.verify = str(town.nginx.certificate)
        # Browsers say where a form was sent from, and over HTTPS it is checked.
        self.web.headers.update(
            {"Accept": "text/html", "Referer": f"{self.url}/sign-in", "X-Forwarded-For": forwarded_for}
        )
        token = self._token(self.web.get(f"{self.url}/sign-in", timeout=60))
        fields = {
            "email": f"{name}@demo.example",
            "password": password,
            "csrf_token": token,
            **({"remember": "1"} if remember else {}),
        }
        self.page = self.web.post(f"{self.url}/sign-in", data=fields, timeout=60)
        self.heard: list[dict[str, Any]] = []
        self._news = threading.Condition()

    def __enter__(self) -> Browser:
        self.live = LiveClient(http_session=self.web)
        self.live.on("changes", self._hear)
        self.live.connect(self.url, transports=self.transports, wait_timeout=60)
        assert "seq" in self.live.call("join", {"board": "accueil", "after": 0})
        return self

    def __exit__(self, *_reason: object) -> None:
        self.live.disconnect()

    def open_websocket(self, origin: str) -> websocket.WebSocket:
        """The bare handshake, with this browser's cookies, from a page of that origin."""
        address = self.url.replace("https", "wss") + "/socket.io/?EIO=4&transport=websocket"
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.web.cookies)
        return websocket.create_connection(address, origin=origin, cookie=cookies, sslopt={"ca_certs": self.web.verify})

    def command(self, command: dict[str, Any]) -> requests.Response:
        headers = {"X-CSRFToken": self._token(self.page)}
        return self.web.post(f"{self.url}/boards/accueil/commands", json=command, headers=headers, timeout=60)

    def wait_for_seq(self, seq: int) -> dict[str, Any]:
        with self._news:
            assert self._news.wait_for(lambda: any(change["seq"] == seq for change in self.heard), timeout=60)
            return next(change for change in self.heard if change["seq"] == seq)

    def _hear(self, changes: list[dict[str, Any]]) -> None:
        with self._news:
            self.heard += changes
            self._news.notify_all()

    def _token(self, page: requests.Response) -> str:
        found = re.search(r'name="csrf-token" content="([^"]+)"', page.text)
        assert found, (page.status_code, page.text[:300])
        return found[1]


def figures(town: Town) -> dict[str, float]:
    """What Prometheus reads from the worker."""
    told = requests.get(f"{town.server.url}/metrics", timeout=60)
    assert told.status_code == 200
    return {
        name: float(value)
        for name, value in (line.rsplit(" ", 1) for line in told.text.splitlines() if not line.startswith("#"))
    }


def town_card(browser: Browser) -> tuple[int, int]:
    """A card of a service column, and another service column."""
    board = browser.web.get(f"{browser.url}/api/boards/accueil", timeout=60).json()
    first, second = [column["id"] for column in board["columns"] if column["kind"] == "service"][:2]
    return next(card["id"] for card in board["cards"] if card["column"] == first), second
