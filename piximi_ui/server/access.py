"""Who may reach the dashboard: this machine alone, people who sign in, or everyone on purpose.

Images are often unpublished or belong to patients, so a dashboard that listens on the network
without a sign-in is refused unless the operator says ``PIXIMI_OPEN=1``. See ``docs/hosting.md``.
"""

from __future__ import annotations

import fnmatch
import ipaddress
import os
import sys
from collections.abc import Mapping
from typing import Any

import streamlit as st
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit import config, net_util

from piximi_core.errors import PiximiError
from piximi_core.messages import Message
from piximi_ui.language.texts import _

__all__ = [
    "LocalOnly",
    "OpenListening",
    "allowed_people",
    "auth_section",
    "check_listening",
    "forbid_address_lookup",
    "has_sign_in",
    "is_hosted",
    "is_loopback",
    "is_open_on_purpose",
    "may_use",
    "providers",
    "refuse_open_listening",
    "require_sign_in",
    "sign_in_problem",
]

_SHARED_KEYS = ("redirect_uri", "cookie_secret")
_PROVIDER_KEYS = ("client_id", "client_secret", "server_metadata_url")


class OpenListening(PiximiError):
    """The dashboard was asked to listen on the network without a sign-in."""


def is_loopback(address: str | None) -> bool:
    """Whether only this machine reaches ``address``; no address means every network interface."""
    if not address:
        return False
    name = address.strip("[]").lower()
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def is_open_on_purpose() -> bool:
    """Whether the operator said ``PIXIMI_OPEN=1``: something else guards the door."""
    return os.environ.get("PIXIMI_OPEN", "") == "1"


def has_sign_in() -> bool:
    """Whether people sign in before they see anything."""
    return bool(auth_section())


def is_hosted() -> bool:
    """Whether other people may use this dashboard: then it fetches nothing that they name."""
    here = is_loopback(config.get_option("server.address"))
    return is_open_on_purpose() or has_sign_in() or not here


def sign_in_problem(auth: Mapping[str, Any]) -> str | None:
    """Why the ``[auth]`` section of Streamlit's secrets cannot sign anyone in, or None if it can.

    Parameters
    ----------
    auth
        The section, with one unnamed provider in it or named ones as ``[auth.<name>]``.
    """
    if not auth:
        return "no sign-in is configured ([auth] in .streamlit/secrets.toml)"
    missing = [key for key in _SHARED_KEYS if not auth.get(key)]
    if not missing and not providers(auth):
        missing = [key for key in _PROVIDER_KEYS if not auth.get(key)]
    return f"[auth] in .streamlit/secrets.toml lacks {' and '.join(missing)}" if missing else None


def check_listening(address: str | None, auth: Mapping[str, Any], *, open_on_purpose: bool) -> None:
    """Refuse to listen beyond this machine without a sign-in.

    Raises
    ------
    OpenListening
        The text says what is open, what is missing and the two ways out.
    """
    if is_loopback(address) or open_on_purpose:
        return
    problem = sign_in_problem(auth)
    if problem is None:
        return
    where = (
        Message("on {address}", address=address)
        if address
        else Message("on every network interface (no server.address is set)")
    )
    raise OpenListening(
        "Piximi Dashboard will not listen {where}, because {problem} and anyone on the network "
        "could then see and change every project: configure sign-in as docs/hosting.md says, or "
        "set PIXIMI_OPEN=1 if something else guards the door.",
        where=where,
        problem=problem,
    )


def refuse_open_listening() -> None:
    """Apply :func:`check_listening` to this process; leaves with status 2 and one sentence."""
    try:
        check_listening(
            config.get_option("server.address"),
            auth_section(),
            open_on_purpose=is_open_on_purpose(),
        )
    except OpenListening as refusal:
        sys.stderr.write(f"{refusal}\n")
        raise SystemExit(2) from None


class LocalOnly:
    """Middleware: a request that did not arrive on this machine's loopback gets 403.

    :func:`refuse_open_listening` reads Streamlit's settings; another server (``uvicorn app:app
    --host 0.0.0.0``) has its own, so the connection itself is looked at as well.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.guarded = not is_open_on_purpose() and sign_in_problem(auth_section()) is not None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer that it may not come from outside."""
        server = scope.get("server")
        if self.guarded and server is not None and not is_loopback(server[0]):
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008})
                return
            if scope["type"] == "http":
                refusal = PlainTextResponse(
                    "This dashboard answers only its own machine.\n", status_code=403
                )
                await refusal(scope, receive, send)
                return
        await self.app(scope, receive, send)


def forbid_address_lookup() -> None:
    """Keep Streamlit from asking a web service for this machine's outside address.

    It does so to judge a WebSocket from another origin, so any web page could make the dashboard
    call out. Without the answer such an origin is refused, which is what we want.
    """
    net_util.get_external_ip = lambda: None


def may_use(person: Mapping[str, Any], allowed: list[str]) -> bool:
    """Whether a signed-in person is on the list.

    Parameters
    ----------
    person
        The claims of the identity provider; ``email`` counts unless ``email_verified`` is false.
    allowed
        Addresses or patterns such as ``*@lab.example``; an empty list lets everyone in whom the
        provider knows.
    """
    if not allowed:
        return True
    email = person.get("email")
    if not isinstance(email, str) or person.get("email_verified") is False:
        return False
    return any(fnmatch.fnmatchcase(email.lower(), pattern.lower()) for pattern in allowed)


def require_sign_in() -> None:
    """Stop the script run until the person is signed in and on the list; call it first.

    Without a sign-in configured it does nothing.
    """
    auth = auth_section()
    if not auth:
        return
    problem = sign_in_problem(auth)
    if problem is not None:
        st.error(_("Nobody can sign in: {problem}.").format(problem=problem))
        st.stop()
    if not st.user.get("is_logged_in", False):
        st.title("Piximi Dashboard")
        names: list[str | None] = [*providers(auth)]
        for name in names or [None]:
            st.button(
                _("Sign in with {name}").format(name=name) if name else _("Sign in"),
                key=f"sign-in-{name}",
                type="primary",
                on_click=st.login,
                args=(name,) if name else (),
            )
        st.stop()
    if not may_use(st.user.to_dict(), allowed_people()):
        st.error(_("This account is not on the list of this dashboard: ask whoever runs it."))
        st.button(_("Sign out"), on_click=st.logout)
        st.stop()


def providers(auth: Mapping[str, Any]) -> list[str]:
    """The names of the complete ``[auth.<name>]`` sections."""
    return [
        name
        for name, section in auth.items()
        if isinstance(section, Mapping) and all(section.get(key) for key in _PROVIDER_KEYS)
    ]


def _section(name: str) -> dict[str, Any]:
    """A section of Streamlit's secrets; empty without a secrets file."""
    if not st.secrets.load_if_toml_exists() or name not in st.secrets:
        return {}
    section = st.secrets[name]
    return section.to_dict() if hasattr(section, "to_dict") else dict(section)


def auth_section() -> dict[str, Any]:
    """Return what is configured for signing in; empty without it."""
    return _section("auth")


def allowed_people() -> list[str]:
    """Return who may come in, as addresses and patterns; empty for everyone who signs in."""
    return [str(pattern) for pattern in _section("piximi").get("users", [])]
