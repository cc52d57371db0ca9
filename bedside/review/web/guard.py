"""What stands before every page: this machine's own address only, no request from another site, a strict policy.

A request is let through to a page only in a visit; one that changes something only with the visit's word.
"""

from __future__ import annotations

from urllib.parse import parse_qs

from starlette.requests import cookie_parser
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bedside.review.web.visits import COOKIE, Visits, same

# Pages for those who are not logged in, and what these show.
OPEN = ("/enter", "/static/")

WORD_FIELD = "word"
WORD_HEADER = "x-bedside-word"

# A form, or what a page sends, is small.
MOST_BYTES = 1 << 20

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


class Guard:
    """Stands before an application that is served at ``hosts``, each as ``127.0.0.1:8000``."""

    def __init__(self, app: ASGIApp, visits: Visits, hosts: frozenset[str]) -> None:
        self._app = app
        self._visits = visits
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return

        async def sealed(message: Message) -> None:
            if message["type"] == "http.response.start":
                had = {name.lower() for name, _ in message["headers"]}
                extra = [
                    (name.encode(), value.encode()) for name, value in _HEADERS.items() if name.encode() not in had
                ]
                if not scope["path"].startswith("/static/") and b"cache-control" not in had:
                    extra.append((b"cache-control", b"no-store"))
                message["headers"] = [*message["headers"], *extra]
            await send(message)

        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        refused = self._refused(scope["method"], headers)
        if refused is not None:
            await refused(scope, receive, sealed)
            return
        token = cookie_parser(headers.get("cookie", "")).get(COOKIE)
        visit = self._visits.of(token)
        scope.setdefault("state", {})["visit"] = visit
        scope["state"]["token"] = token
        path = scope["path"]
        if visit is None and not path.startswith(OPEN):
            wants_page = scope["method"] in _SAFE and not path.startswith(("/api/", "/sound/"))
            away: Response = RedirectResponse("/enter", 303) if wants_page else _told(401, "Please log in again.")
            await away(scope, receive, sealed)
            return
        if scope["method"] in _SAFE:
            await self._app(scope, receive, sealed)
            return
        body = await _body(receive)
        if body is None:
            await _told(413, "That is too much to send at once.")(scope, receive, sealed)
            return
        if visit is not None and not same(_word(headers, body), visit.word):
            await _told(403, "This page is out of date; load it again.")(scope, receive, sealed)
            return

        async def again() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        await self._app(scope, again, sealed)

    def _refused(self, method: str, headers: dict[str, str]) -> Response | None:
        """Return what a request is told that does not come from this machine's own pages; None for one that does."""
        if headers.get("host", "").lower() not in self._hosts:
            return _told(421, "These pages are served under this machine's own address only.")
        if method not in (*_SAFE, "POST", "PUT", "PATCH", "DELETE"):
            return _told(405, "That is not understood here.")
        origin = headers.get("origin")
        if origin is not None and origin.lower() not in {f"http://{host}" for host in self._hosts}:
            return _told(403, "Another site may not ask for this.")
        site = headers.get("sec-fetch-site")
        if method not in _SAFE and site not in (None, "same-origin"):
            return _told(403, "Another site may not ask for this.")
        if site in ("cross-site", "same-site") and headers.get("sec-fetch-mode") != "navigate":
            return _told(403, "Another site may not ask for this.")
        return None


async def _body(receive: Receive) -> bytes | None:
    """Return the body of a request; None for one that is too large."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return bytes(body)
        body += message.get("body", b"")
        if len(body) > MOST_BYTES:
            return None
        if not message.get("more_body", False):
            return bytes(body)


def _word(headers: dict[str, str], body: bytes) -> str | None:
    """Return the word that a request brings: in its header, or as a field of its form."""
    if WORD_HEADER in headers:
        return headers[WORD_HEADER]
    if headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return parse_qs(body.decode("utf-8", "replace")).get(WORD_FIELD, [None])[0]
    return None


def _told(status: int, sentence: str) -> JSONResponse:
    return JSONResponse({"sentence": sentence}, status)
