"""The guard before every page: this machine's own address only, no request from another site, a strict policy.

Only a visit sees pages. A request that changes something must carry the visit's CSRF token.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from urllib.parse import parse_qs, quote

from starlette.requests import Request, cookie_parser
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bedside.review.web import peer
from bedside.review.web.pages import Pages, for_scripts
from bedside.review.web.visits import COOKIE, Visits, same

# The paths for people who are not logged in: the login page and the files that it loads.
ENTRY = "/enter"
OPEN = "/static/"

CSRF_FIELD = "csrf"
CSRF_HEADER = "x-bedside-csrf"

# Forms and JSON bodies are small.
MOST_BYTES = 1 << 20

# They come from this machine; a body that takes longer to arrive is not waited for.
BODY_SECONDS = 10.0

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
    "connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}
_SEALS = tuple((name.encode(), value.encode()) for name, value in _HEADERS.items())
_SAFE = ("GET", "HEAD")
_METHODS = (*_SAFE, "POST", "PUT", "PATCH", "DELETE")


class Guard:
    """Stands before an application that is served at ``hosts``, each as ``127.0.0.1:8000``."""

    def __init__(self, app: ASGIApp, visits: Visits, hosts: frozenset[str], pages: Pages) -> None:
        self._app = app
        self._visits = visits
        self._hosts = hosts
        self._origins = frozenset(f"http://{host}" for host in hosts)
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return

        path = scope["path"]

        async def sealed(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = _sealed(message["headers"], path.startswith(OPEN))
            await send(message)

        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        refused = self._refused(scope["method"], headers)
        if refused is not None:
            await refused(scope, receive, sealed)
            return
        token = cookie_parser(headers.get("cookie", "")).get(COOKIE)
        # To ask whose a connection is takes a while where there are many. Only who comes to something is asked for it.
        visit = self._visits.of(token, peer.user(scope)) if self._visits.knows(token) else None
        state = scope.setdefault("state", {})
        state.update(visit=visit, token=token)
        safe = scope["method"] in _SAFE
        if visit is None and path != ENTRY and not path.startswith(OPEN):
            if safe and not for_scripts(path):
                away = _away(scope)
            else:
                away = self._pages.sentence(Request(scope), 401, "Please log in again.")
            await away(scope, receive, sealed)
            return
        if safe:
            state["user"] = peer.user(scope)
            await self._app(scope, receive, sealed)
            return
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await _body(receive)
        except _DisconnectedError:
            return
        except TimeoutError:
            slow = self._pages.sentence(Request(scope), 408, "That took too long to arrive. Please send it again.")
            slow.headers["connection"] = "close"
            await slow(scope, receive, sealed)
            return
        state["user"] = peer.user(scope)
        if body is None:
            await self._pages.sentence(Request(scope), 413, "That is too much to send at once.")(scope, receive, sealed)
            return
        if visit is not None and not same(_csrf(headers, body), visit.csrf):
            sentence = "This page is out of date; load it again."
            await self._pages.sentence(Request(scope), 403, sentence)(scope, receive, sealed)
            return
        given = False

        async def again() -> Message:
            nonlocal given
            if given:
                return await receive()
            given = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self._app(scope, again, sealed)

    def _refused(self, method: str, headers: dict[str, str]) -> Response | None:
        """Return the refusal of a request that does not come from this machine's own pages, None for one that does."""
        if headers.get("host", "").lower() not in self._hosts:
            return _plain(421, "These pages are served under this machine's own address only.")
        if method not in _METHODS:
            return _plain(405, "These pages do not support that method.", allow=", ".join(_METHODS))
        origin = headers.get("origin")
        site = headers.get("sec-fetch-site", "none" if method in _SAFE else "same-origin")
        # A link from elsewhere may open a page, but only in a window of its own.
        link = method in _SAFE and headers.get("sec-fetch-dest") == "document"
        if (origin is not None and origin.lower() not in self._origins) or not (
            site == "same-origin" or (method in _SAFE and site == "none") or link
        ):
            return _plain(403, "Other sites may not request this.")
        return None


class _DisconnectedError(Exception):
    """The sender disconnected before the whole body had arrived."""


def _sealed(headers: Iterable[tuple[bytes, bytes]], static: bool) -> list[tuple[bytes, bytes]]:
    """Return an answer's headers with the policy added; browsers must not store anything private."""
    had = list(headers)
    names = {name.lower() for name, _ in had}
    cache = (b"cache-control", b"no-cache" if static else b"no-store")
    return had + [(name, value) for name, value in (*_SEALS, cache) if name not in names]


def _away(scope: Scope) -> Response:
    """Redirect to the login page, which leads back to the requested page."""
    wanted = quote(scope["path"]) + (f"?{scope['query_string'].decode('latin-1')}" if scope["query_string"] else "")
    return RedirectResponse(ENTRY if wanted == "/" else f"{ENTRY}?to={quote(wanted, safe='')}", 303)


async def _body(receive: Receive) -> bytes | None:
    """Return a request's body, None if it is too large; raise _DisconnectedError if it breaks off."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise _DisconnectedError
        body += message.get("body", b"")
        if len(body) > MOST_BYTES:
            return None
        if not message.get("more_body", False):
            return bytes(body)


def _csrf(headers: dict[str, str], body: bytes) -> str | None:
    """Return a request's CSRF token, from its header or its form."""
    if CSRF_HEADER in headers:
        return headers[CSRF_HEADER]
    if headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return parse_qs(body.decode("utf-8", "replace")).get(CSRF_FIELD, [None])[0]
    return None


def _plain(status: int, sentence: str, **headers: str) -> JSONResponse:
    return JSONResponse({"sentence": sentence}, status, headers)
