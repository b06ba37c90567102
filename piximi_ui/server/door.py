"""The door: every request, of every route, is looked at here before anything answers it.

Host and Origin keep other web pages out (DNS rebinding, requests forged by another page), the
start-up token other accounts of this machine, the sign-in everyone who did not sign in. See
``docs/hosting.md``.
"""

from __future__ import annotations

import hmac
import html
import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit import config
from streamlit.auth_util import get_cookie_with_chunks
from streamlit.user_info import generate_login_redirect_url
from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME
from streamlit.web.server.starlette.starlette_websocket import is_host_allowed

from piximi_core.start_token import start_token
from piximi_ui.language.languages import language, speak_to
from piximi_ui.language.texts import _
from piximi_ui.server import access
from piximi_ui.server.assets import base_path

__all__ = ["Door", "address_to_open", "comes_from_here"]

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_HEALTH = "/_stcore/health"
_SIGN_IN = "/sign-in"
# What a person needs who is not signed in yet.
_OF_SIGNING_IN = frozenset({"/auth/login", "/auth/logout", "/oauth2callback"})
_YEAR = 365 * 24 * 3600


def _token() -> str | None:
    return start_token(guarded=access.is_open_on_purpose() or access.has_sign_in())


class Door:
    """Middleware: nobody gets in who may not."""

    token: str | None = None
    """The start-up token of this process's dashboard, None if none is asked for."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.token = Door.token = _token()
        self.auth = access.auth_section()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer why not."""
        if scope["type"] in ("http", "websocket"):
            refusal = self._refusal(scope)
            if refusal is not None:
                if scope["type"] == "websocket":
                    await send({"type": "websocket.close", "code": 1008})
                else:
                    await refusal(scope, receive, send)
                return
        await self.app(scope, receive, send)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        speak_to(HTTPConnection(scope).cookies, headers.get("accept-language", ""))
        host = headers.get("host")
        if not is_host_allowed(host):
            return _refused(_("This dashboard does not answer to that name (docs/hosting.md)."))
        changes = scope["type"] == "websocket" or scope["method"] not in _SAFE
        if changes and not _is_same_origin(headers.get("origin"), host):
            return _refused(_("Another web page may not do this; open the dashboard itself."))
        path = scope["path"].removeprefix(base_path())
        if path == _HEALTH:
            return None
        return self._without_token(scope, path) or self._without_sign_in(scope, path)

    def _without_token(self, scope: Scope, path: str) -> Response | None:
        if self.token is None:
            return None
        connection = HTTPConnection(scope)
        name = f"piximi-token-{(scope.get('server') or ('', 0))[1]}"
        if _equal(connection.cookies.get(name), _cookie_of(self.token)):
            return None
        if scope["type"] == "http" and _equal(connection.query_params.get("token"), self.token):
            # Out of the address, so that it stays in no history and no bookmark.
            kept = [pair for pair in parse_qsl(connection.url.query) if pair[0] != "token"]
            target = f"{base_path()}/{path.lstrip('/')}" + (f"?{urlencode(kept)}" if kept else "")
            answer = RedirectResponse(target, status_code=303)
            answer.set_cookie(
                name, _cookie_of(self.token), _YEAR, httponly=True, samesite="lax", path="/"
            )
            answer.headers["Cache-Control"] = "no-store"
            return answer
        return _page(
            _("Piximi Dashboard asks for its token"),
            _(
                "Several people share this machine. Open the address with the token in it: it was "
                "printed where the dashboard was started."
            ),
            f'<form><input name="token" type="password" aria-label="{_("Token")}" autofocus>'
            f"<button>{_('Open')}</button></form>",
            status=403,
        )

    def _without_sign_in(self, scope: Scope, path: str) -> Response | None:
        if not self.auth or (path in _OF_SIGNING_IN and scope["type"] == "http"):
            return None
        title = "Piximi Dashboard"
        problem = access.sign_in_problem(self.auth)
        if problem is not None:
            return _page(title, _("Nobody can sign in: {problem}.").format(problem=problem))
        person = _person(HTTPConnection(scope).cookies)
        if person is not None and access.may_use(person, access.allowed_people()):
            return None
        if person is not None:
            text = _("This account is not on the list of this dashboard: ask whoever runs it.")
            return _page(title, text, _link(f"{base_path()}/auth/logout", _("Sign out")))
        if path == _SIGN_IN and scope["type"] == "http":
            wanted = HTTPConnection(scope).query_params.get("provider", "default")
            if wanted in (access.providers(self.auth) or ["default"]):
                return RedirectResponse(generate_login_redirect_url(wanted), status_code=303)
        links = [
            _link(
                f"{base_path()}{_SIGN_IN}?{urlencode({'provider': name})}",
                _("Sign in with {name}").format(name=name) if name != "default" else _("Sign in"),
            )
            for name in access.providers(self.auth) or ["default"]
        ]
        return _page(title, "", "".join(links))


def address_to_open() -> str | None:
    """Return the address with the token in it, None if no token is asked for."""
    if Door.token is None:
        return None
    host = config.get_option("browser.serverAddress") or "127.0.0.1"
    port = config.get_option("server.port")
    return f"http://{host}:{port}{base_path()}/?{urlencode({'token': Door.token})}"


def comes_from_here(request: Request) -> bool:
    """Whether a page of this very dashboard sends it: browsers name the origin of every POST."""
    origin, host = request.headers.get("origin"), request.headers.get("host")
    return origin is not None and _is_same_origin(origin, host)


def _is_same_origin(origin: str | None, host: str | None) -> bool:
    """Whether a request comes from our own page; programs, which are no browser, send no Origin."""
    if origin is None:
        return True
    parts = urlsplit(origin)
    return parts.scheme in ("http", "https") and parts.netloc.lower() == (host or "").lower()


def _person(cookies: Mapping[str, str]) -> dict[str, Any] | None:
    """Return the claims of whoever signed in; None without a cookie that Streamlit signed."""
    secret = get_cookie_secret()

    def signed(name: str) -> bytes | None:
        raw = cookies.get(name)
        return decode_signed_value(secret, name, raw.encode("latin-1")) if raw else None

    try:
        found = get_cookie_with_chunks(signed, USER_COOKIE_NAME)
        claims = json.loads(found) if found else None
    except (ValueError, UnicodeError):
        return None
    return claims if isinstance(claims, dict) and claims.get("is_logged_in") is True else None


def _cookie_of(token: str) -> str:
    """Return what the browser keeps, from which the token does not follow."""
    return hmac.new(token.encode(), b"piximi dashboard", sha256).hexdigest()


def _equal(given: str | None, right: str) -> bool:
    return given is not None and hmac.compare_digest(given.encode(), right.encode())


def _link(address: str, text: str) -> str:
    return f'<p><a href="{html.escape(address)}">{html.escape(text)}</a></p>'


def _refused(text: str) -> Response:
    headers = {"Cache-Control": "no-store"}
    return PlainTextResponse(f"{text}\n", status_code=403, headers=headers)


def _page(title: str, text: str, more: str = "", status: int = 401) -> Response:
    """Return a page of its own: nothing of the dashboard is needed to draw it."""
    body = f"""<!doctype html><html lang="{language()}">
<meta charset="utf-8"><title>Piximi Dashboard</title>
<meta name="viewport" content="width=device-width"><meta name="referrer" content="no-referrer">
<style>:root{{color-scheme:light dark}}body{{font:16px/1.5 system-ui,sans-serif;max-width:32rem;
margin:18vh auto;padding:0 1rem}}a,button{{display:inline-block;padding:.5rem 1.2rem;border:0;
border-radius:.4rem;background:#0b6e75;color:#fff;text-decoration:none;font:inherit}}
input{{font:inherit;padding:.4rem;margin-right:.5rem}}</style>
<h1>{html.escape(title)}</h1><p>{html.escape(text)}</p>{more}</html>"""
    headers = {
        "Cache-Control": "no-store",
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; "
        "form-action 'self'; frame-ancestors 'none'",
    }
    return HTMLResponse(body, status_code=status, headers=headers)
