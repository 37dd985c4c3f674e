"""The dashboard: finds the page of a request, signs browsers in and out, and answers errors with pages."""

from __future__ import annotations

import hashlib
import secrets
import time
from dataclasses import replace
from importlib.resources import files
from typing import TYPE_CHECKING

from ..._routes import Match, Routes
from ...errors import AuthenticationError, NotFoundError
from ..failures import RefusedError, failure
from .exchange import HOME, PREFIX, PageResponse, Template, address, parse_fields, redirect, safe_target
from .loaded_runs import LoadedRuns
from .pages import ACTIONS, PAGES
from .rendering import Renderer
from .sessions import Attempts, Session, Sessions
from .view import View

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..keys import Principal
    from ..platform import Platform
    from .exchange import PageRequest

__all__ = ["Dashboard"]

_ASSETS = {
    "app.css": "text/css; charset=utf-8",
    "app.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}
_SIGN_IN, _SIGN_OUT, _ENTER = f"{PREFIX}sign-in", f"{PREFIX}sign-out", f"{PREFIX}enter"
_SECURITY = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",  # with `no-referrer`, browsers send `Origin: null` with forms
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
_FOREVER = "public, max-age=31536000, immutable"


class Dashboard:
    """The pages of a platform; thread-safe.

    Args:
        platform: Answers the operations that pages show.
        now: The clock, in seconds since the epoch.
    """

    def __init__(self, platform: Platform, *, now: Callable[[], float] = time.time) -> None:
        self._platform = platform
        self._sessions = Sessions(now)
        self._attempts = Attempts(now)
        self._runs = LoadedRuns()
        self._assets = {name: (files("ashr_labs.local.dashboard") / "static" / name).read_bytes() for name in _ASSETS}
        version = hashlib.sha256(b"".join(self._assets.values())).hexdigest()[:12]
        self._renderer = Renderer(version, now)
        self._routes = Routes(
            [(path, "GET", path) for path in PAGES]
            + [(path, "POST", path) for path in ACTIONS]
            + [(path, method, path) for path in (_SIGN_IN, _SIGN_OUT) for method in ("GET", "POST")]
            + [(path, "GET", path) for path in (_ENTER, f"{PREFIX}static/{{name}}")]
        )

    def sign_in_link(self, base_url: str) -> str:
        """Return a link that signs one browser in as the owner of the database, within ten minutes.

        Args:
            base_url: Where the platform is served.
        """
        token = self._sessions.add_link(self._platform.bootstrap())
        return address(f"{base_url.rstrip('/')}{_ENTER}", {"token": token})

    def answer(self, request: PageRequest) -> PageResponse:
        """Answer a request for a page."""
        route: str | None = None
        try:
            route, parts = self._find(request)
            found = self._dispatch(route, parts, request)
        except AuthenticationError:
            target = request.target if request.method in ("GET", "HEAD") else HOME
            found = redirect(address(_SIGN_IN, {"next": target} if target != HOME else {}), _cookie(request, "", 0))
        except Exception as error:  # answered with a page
            found = self._failed(error)
        headers = {
            "cache-control": "no-store",
            "content-type": "text/html; charset=utf-8",
            **_SECURITY,
            **found.headers,
        }
        return replace(found, headers=headers, route=route)

    def _find(self, request: PageRequest) -> tuple[str, dict[str, str]]:
        if request.path in ("/", PREFIX.rstrip("/")):
            return HOME, {}
        method = "GET" if request.method == "HEAD" else request.method
        match = self._routes.match(method, request.path)
        if isinstance(match, Match):
            return match.operation, match.parameters
        if match:
            raise RefusedError(405, f"this page is not for {method[:20]}", {"allow": ", ".join(sorted(match))})
        raise NotFoundError("there is no such page")

    def _dispatch(self, route: str, parts: dict[str, str], request: PageRequest) -> PageResponse:
        if "name" in parts and route.startswith(f"{PREFIX}static/"):
            return self._asset(parts["name"])
        if request.path in ("/", PREFIX.rstrip("/")):
            return redirect(HOME)
        if request.method == "POST" and not request.is_from_own_page():
            raise RefusedError(403, "the form was sent by a page of another site; open the dashboard and send it again")
        if route == _ENTER:
            return self._enter(request)
        if route == _SIGN_IN:
            return self._sign_in(request)
        session_id, session = self._session(request)
        if route == _SIGN_OUT:
            return self._sign_out(request, session_id, session)
        return self._page(route, parts, request, session)

    def _page(self, route: str, parts: dict[str, str], request: PageRequest, session: Session) -> PageResponse:
        principal = self._principal(session.key)
        view = View(self._platform, principal, session, request, parts, self._runs)
        if request.method == "POST":
            _check_token(request, session)
            shown = ACTIONS[route](view)
        else:
            shown = PAGES[route](view)
        if isinstance(shown, PageResponse):
            return shown
        return PageResponse(shown.status, self._renderer.page(shown, view), tenant_id=principal.tenant_id)

    def _session(self, request: PageRequest) -> tuple[str, Session]:
        session_id = request.cookie(_cookie_name(request))
        session = self._sessions.find(session_id) if session_id else None
        if session is None:
            raise AuthenticationError("sign in to see this page")
        return session_id, session

    def _principal(self, key: str) -> Principal:
        principal = self._platform.identify(key)
        if principal.sandbox_id is not None or "read" not in principal.scopes:
            raise RefusedError(403, "the API key must have the scope `read`; a key of a sandbox cannot sign in")
        return principal

    def _enter(self, request: PageRequest) -> PageResponse:
        """Sign in by a one-time link."""
        if not request.is_local():
            raise RefusedError(403, "a sign-in link works on the machine of the server only; sign in with an API key")
        key = self._sessions.redeem(request_field(request, "token"))
        if key is None:
            raise RefusedError(
                410,
                "the sign-in link was used or has expired; sign in with an API key, or restart the server for a link",
            )
        return redirect(HOME, _cookie(request, self._sessions.open(key)))

    def _sign_in(self, request: PageRequest) -> PageResponse:
        if request.method != "POST":
            return self._sign_in_page(request, request_field(request, "next"))
        form = request.form()
        target = safe_target(form.get("next", ""))
        wait = self._attempts.wait(request.address)
        if wait > 0:
            message = f"too many attempts; try again in {int(wait) + 1} seconds"
            return self._sign_in_page(request, target, message, 429, {"retry-after": str(int(wait) + 1)})
        key = form.get("key", "").strip()
        try:
            self._principal(key)
        except (AuthenticationError, RefusedError) as error:
            self._attempts.note_failure(request.address)
            message = error.message.replace("; check ASHR_LABS_API_KEY", "")
            return self._sign_in_page(request, target, message, 403)
        return redirect(target, _cookie(request, self._sessions.open(key)))

    def _sign_in_page(
        self,
        request: PageRequest,
        target: str,
        message: str = "",
        status: int = 200,
        headers: dict[str, str] | None = None,
    ) -> PageResponse:
        values = {"next": safe_target(target), "message": message, "is_local": request.is_local()}
        return PageResponse(status, self._renderer.plain(Template("sign_in.html", values)), headers or {})

    def _sign_out(self, request: PageRequest, session_id: str, session: Session) -> PageResponse:
        if request.method != "POST":
            return redirect(HOME)
        _check_token(request, session)
        self._sessions.end(session_id)
        return redirect(_SIGN_IN, _cookie(request, "", 0))

    def _asset(self, name: str) -> PageResponse:
        if name not in self._assets:
            raise NotFoundError("there is no such file")
        return PageResponse(200, self._assets[name], {"content-type": _ASSETS[name], "cache-control": _FOREVER})

    def _failed(self, error: Exception) -> PageResponse:
        status, message, _, headers = failure(error, secrets.token_hex(8))
        content = self._renderer.plain(Template("error.html", {"status": status, "message": message}))
        return PageResponse(status, content, headers)


def request_field(request: PageRequest, name: str) -> str:
    """Return a field of the query."""
    return parse_fields(request.query).get(name, "")


def _check_token(request: PageRequest, session: Session) -> None:
    if not session.has_token(request.form().get("csrf", "")):
        raise RefusedError(403, "the form is not of this session; load the page again and send the form again")


def _cookie_name(request: PageRequest) -> str:
    """Return the name of the session's cookie: browsers send the cookies of a host to all of its ports."""
    if request.is_secure:
        return "__Host-ashr_session"
    return f"ashr_session_{request.origin.rpartition(':')[2].strip('/') or '80'}"


def _cookie(request: PageRequest, value: str, max_age: int | None = None) -> str:
    parts = [f"{_cookie_name(request)}={value}", "Path=/", "HttpOnly", "SameSite=Lax"]
    parts += ["Secure"] if request.is_secure else []
    parts += [f"Max-Age={max_age}"] if max_age is not None else []
    return "; ".join(parts)
