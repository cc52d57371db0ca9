"""Python runs this first in every process of a test: what a bed does not need is noted, and is not there.

``BEDSIDE_TRIED`` names the file that gets a line for each module that was asked for: of the packages of the extra
``review``, of the pages, and the one that opens a card.
"""

import os
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType

EXTRA = {"PIL", "cachetools", "fastapi", "fontTools", "fpdf", "jinja2", "matplotlib", "multipart", "python_multipart"}
EXTRA |= {"opentelemetry", "scipy", "starlette", "uvicorn"}
OPENS_A_CARD = "bedside.sound.live.card"


class Missing:
    """Finds no module of the extra."""

    def find_spec(
        self, name: str, _path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Note a module; raise ModuleNotFoundError for one of the extra, and leave the others to those that follow."""
        extra = name.partition(".")[0] in EXTRA
        if extra or name == OPENS_A_CARD or name.startswith("bedside.review"):
            with open(os.environ["BEDSIDE_TRIED"], "a") as tried:  # noqa: PTH123 - pathlib is not to be imported for it
                tried.write(f"{name}\n")
        if extra:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return None


sys.meta_path.insert(0, Missing())
