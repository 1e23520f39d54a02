"""How people and programs reach the boards: the application, put together in small named steps."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from app import cli, error_handlers, live, security, template_filters
from app.admin import (
    audit_views,
    board_template_views,
    invitation_views,
    people_import_views,
    people_views,
    person_views,
    rights_views,
    service_views,
    town_views,
)
from app.admin import (
    board_views as admin_board_views,
)
from app.api import views as api_views
from app.audit import log as audit_log
from app.auth import last_seen, link_views, locale, oidc_views, sign_in_views
from app.board import (
    column_order,
    freshness,
    guide,
    labels,
    permanent_deletion,
    rendering,
    saved_filters,
    suggestions,
)
from app.board import views as board_views
from app.cli.errors import settings_or_refuse
from app.extensions import compress, csrf, limiter, login_manager, socketio
from app.history import time_travel_views
from app.history import views as history_views
from app.monitoring import logs
from app.monitoring import views as monitoring_views
from app.profile import alerts, appearance, data_export, photos, sign_ins, tokens, tour
from app.profile import views as profile_views
from app.search import views as search_views
from app.setup import views as setup_views
from app.sharing import email_views, public_page
from app.sharing import views as sharing_views
from app.web import assets, redis_client, request_log, url_converters
from app.whats_new import views as whats_new_views
from boards import clock
from boards.database import POSTGRESQL_CONNECT_ARGS, POSTGRESQL_READ_ISOLATION, configure_engine, db, release_connection
from config import ROOT, Settings


def create_app(settings: Settings | None = None) -> Flask:
    """Create the application for these settings, by default those of the environment."""
    settings = settings or settings_or_refuse()
    app = Flask(__name__, root_path=str(ROOT), static_folder=None)
    app.config["SETTINGS"] = settings
    logs.configure(settings)
    request_log.init_app(app, settings)
    url_converters.init_app(app)
    _configure_database(app, settings)
    _configure_sessions(app, settings)
    _configure_language(app, settings)
    _configure_limits(app, settings)
    assets.init_app(app)
    rendering.init_app(app)
    security.init_app(app, settings)
    last_seen.init_app(app)
    _register_routes(app)
    error_handlers.init_app(app)
    live.init_app(app, settings)
    audit_log.init_app(app)
    cli.init_app(app)
    security.stand_in_front(app, settings)
    _trust_proxies(app, settings)
    return app


def _configure_database(app: Flask, settings: Settings) -> None:
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.database_url
    # Greenlets share one thread and overlap only while waiting; overflow keeps the pool from running dry.
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {
        "pool_size": 10,
        "max_overflow": 30,
        "pool_use_lifo": True,  # reuse the connection with prepared statements and warm pages
        "hide_parameters": True,  # logged errors must not quote what somebody wrote
    }
    if settings.database_url.startswith("postgresql"):
        app.config["SQLALCHEMY_ENGINE_OPTIONS"] |= {
            "isolation_level": POSTGRESQL_READ_ISOLATION,
            "connect_args": POSTGRESQL_CONNECT_ARGS,
        }
    else:
        # Each connection keeps 2 MB of pages and two descriptors, and is cheap to open.
        app.config["SQLALCHEMY_ENGINE_OPTIONS"] |= {"pool_size": 4}
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    db.init_app(app)
    app.teardown_appcontext(lambda _error: release_connection())  # before the session closes and rolls back
    with app.app_context():
        configure_engine(db.engine)


def _configure_sessions(app: Flask, settings: Settings) -> None:
    app.secret_key = settings.secret_key
    # No other host, not even a subdomain, can set such a cookie (RFC 6265bis, 4.1.3.2). It needs HTTPS.
    host_only = "__Host-" if settings.https else ""
    app.config.update(
        SESSION_COOKIE_NAME=f"{host_only}flash_news",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.https,
        REMEMBER_COOKIE_NAME=f"{host_only}flash_news_remember",
        REMEMBER_COOKIE_HTTPONLY=True,
        REMEMBER_COOKIE_SAMESITE="Lax",
        REMEMBER_COOKIE_SECURE=settings.https,
        REMEMBER_COOKIE_DURATION=timedelta(days=30),
        WTF_CSRF_CHECK_DEFAULT=False,  # security.py checks it, except for bearer tokens
        WTF_CSRF_TIME_LIMIT=None,  # a board stays open all day; the token lasts as long as the session
    )
    login_manager.init_app(app)
    csrf.init_app(app)


def _configure_language(app: Flask, settings: Settings) -> None:
    clock.set_zone(settings.timezone)
    locale.init_app(app, settings.timezone.key)
    template_filters.init_app(app)
    appearance.init_app(app)


def _configure_limits(app: Flask, settings: Settings) -> None:
    app.config.update(
        MAX_CONTENT_LENGTH=settings.max_request_bytes,
        RATELIMIT_STORAGE_URI=settings.redis_url or "memory://",
        RATELIMIT_STORAGE_OPTIONS=redis_client.options() if settings.redis_url else {},
        RATELIMIT_KEY_PREFIX=settings.redis_prefix,
        # While Redis is away each worker counts by itself and reconnects later; no request is refused for it.
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=True,
        RATELIMIT_SWALLOW_ERRORS=True,
    )
    limiter.init_app(app)
    compress.init_app(app)


def _register_routes(app: Flask) -> None:
    for module in (
        setup_views,
        sign_in_views,
        link_views,
        oidc_views,
        board_views,
        column_order,
        history_views,
        time_travel_views,
        permanent_deletion,
        suggestions,
        labels,
        saved_filters,
        search_views,
        guide,
        whats_new_views,
        freshness,
        api_views,
        monitoring_views,
        profile_views,
        alerts,
        appearance,
        tour,
        photos,
        sign_ins,
        tokens,
        data_export,
        people_views,
        person_views,
        people_import_views,
        invitation_views,
        service_views,
        town_views,
        sharing_views,
        email_views,
        public_page,
        admin_board_views,
        board_template_views,
        rights_views,
        audit_views,
    ):
        app.register_blueprint(module.routes)


def _trust_proxies(app: Flask, settings: Settings) -> None:
    """Believe the proxies’ X-Forwarded headers; call last, in front of all other middleware."""
    if settings.proxy_hops:
        hops = settings.proxy_hops
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]  # Flask's documented seam


__all__ = ["create_app", "socketio"]
