"""``bedside review``: the therapist's pages."""

from __future__ import annotations

from typing import Annotated

import typer

from bedside.cli.extras import needing_review
from bedside.cli.terminal import say


def review(
    context: typer.Context,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="The port of the pages; by default 8023, or any that is free.")
    ] = None,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open a browser there.")] = True,
) -> None:
    """Open the therapist's pages in the browser, on this computer only."""
    with needing_review("The pages"):
        from bedside.review.web import server

    server.serve(context.obj, port, browser, say)
