"""Answer monitoring: readiness for everybody, metrics for the networks of METRICS_FROM alone."""

from __future__ import annotations

from ipaddress import ip_address

from flask import Blueprint, Response, abort, current_app, make_response, request
from prometheus_client.exposition import choose_encoder

from app.extensions import socketio
from app.monitoring.readiness import readiness
from app.web import json as strict_json
from app.web import metrics
from config import Settings

routes = Blueprint("observing", __name__)

# Prometheus asks each worker directly; a request through a proxy is not its, whatever address it claims.
_SAID_BY_PROXIES = ("X-Forwarded-For", "X-Real-IP", "Forwarded", "Via")


@routes.get("/readyz")
def readyz() -> Response:
    """Answer 200 when this process is ready, else 503."""
    answer = readiness()
    response = make_response(strict_json.dumps(answer), 200 if answer["status"] == "ready" else 503)
    response.mimetype = "application/json"
    return response


@routes.get("/metrics")
def show_metrics() -> Response:
    """Expose metrics to Prometheus."""
    settings: Settings = current_app.config["SETTINGS"]
    if not _may_read(settings):
        abort(404)
    _count_connections()
    encode, content_type = choose_encoder(request.headers.get("Accept", ""))
    return Response(encode(metrics.REGISTRY), content_type=content_type)


def _may_read(settings: Settings) -> bool:
    if any(header in request.headers for header in _SAID_BY_PROXIES):
        return False
    try:
        # The address at the other end of the socket, before ProxyFix believed anything.
        peer = ip_address(request.environ.get("werkzeug.proxy_fix.orig", request.environ)["REMOTE_ADDR"])
    except (KeyError, ValueError):
        return False
    peer = getattr(peer, "ipv4_mapped", None) or peer
    return any(peer in network for network in settings.metrics_from)


def _count_connections() -> None:
    """Count connections when asked: events would miss those that change from polling to WebSocket."""
    open_now = {"websocket": 0, "polling": 0}
    for _sid, connection in list(socketio.server.manager.get_participants("/", None)):
        open_now[socketio.server.eio.transport(connection)] += 1
    for transport, number in open_now.items():
        metrics.CONNECTIONS.labels(transport).set(number)
