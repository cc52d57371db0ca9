"""Responses as JSON, in which null means missing data."""

from __future__ import annotations

import json
import math
from typing import Any

from fastapi.responses import Response


def as_json(value: object, status: int = 200) -> Response:
    """Return a value as JSON; numbers that are not finite become null."""
    try:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    except ValueError:
        text = json.dumps(_finite(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Response(text, status, media_type="application/json")


def _finite(value: Any) -> Any:
    match value:
        case float():
            return value if math.isfinite(value) else None
        case dict():
            return {key: _finite(each) for key, each in value.items()}
        case list() | tuple():
            return [_finite(each) for each in value]
        case _:
            return value
