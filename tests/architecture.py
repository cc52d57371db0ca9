"""The map of the program in ``bedside/README.md``: made of the import table and of what each package says of itself.

``python -m architecture`` writes it, ``python -m architecture --check`` says whether it is true; with PYTHONPATH=tests.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path

from test_imports import HOMES, ROOMS, program

PAGE = Path(__file__).parents[1] / "bedside" / "README.md"
BEGIN, END = "<!-- map: made by `make map` -->", "<!-- end of map -->"


def drawn() -> str:
    """Return the map: a row a room, from the one that knows nothing of the others to those that know most."""
    says = {
        module.name.removeprefix("bedside."): (ast.get_docstring(module.tree) or "").splitlines()[0]
        for module in program()
        if module.package
    }
    lines = ["| room | what it is | imports | touches |", "| --- | --- | --- | --- |"]
    for name, row in ROOMS.items():
        imports = ", ".join(f"`{each}`" for each in row["imports"] if each != "roots")  # type: ignore[attr-defined]
        alone = [f"{what} in `{module}`" for module, several in row.get("except", {}).items() for what in several]  # type: ignore[attr-defined]
        touches = ", ".join([*row["touches"], *alone]) or "nothing"  # type: ignore[misc]
        lines.append(f"| `{name.replace('.', '/')}/` | {says[name]} | {imports or 'nothing'} | {touches} |")
    homes = "; ".join(
        f"{library} in {' and '.join(f'`{home}`' for home in several)}" for library, several in HOMES.items()
    )
    return "\n".join([*lines, "", f"Libraries that may be imported only in the modules named: {homes}."])


def main() -> None:
    """Write the map, or with ``--check`` end with 1 where the page has another."""
    text = PAGE.read_text("utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    fresh = f"{before}{BEGIN}\n\n{drawn()}\n\n{END}{after}"
    if "--check" in sys.argv:
        if fresh != text:
            raise SystemExit("The map in bedside/README.md is not what the import table says; run: make map")
    else:
        PAGE.write_text(fresh, "utf-8")


if __name__ == "__main__":
    main()
