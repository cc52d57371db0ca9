"""Print each installed library with its version and licence, as lines of a Debian copyright file."""

from __future__ import annotations

from importlib.metadata import PackageMetadata, distributions

# A classifier that names no licence.
_VAGUE = ("OSI Approved",)


def licence(metadata: PackageMetadata) -> str:
    """Return the licence that a library states: its expression, its classifiers, or the first line of its text."""
    if stated := metadata.get_all("License-Expression", []):
        return str(stated[0])
    classified = [value.rsplit(" :: ", 1)[-1] for value in metadata.get_all("Classifier", []) if "License" in value]
    if named := [value for value in classified if value not in _VAGUE]:
        return ", ".join(named)
    first = "".join(metadata.get_all("License", [])).strip().splitlines()
    return first[0] if first else "see its files"


if __name__ == "__main__":
    found = {each.metadata["Name"]: each for each in distributions() if each.metadata["Name"] != "bedside"}
    for name in sorted(found, key=str.lower):
        print(f" {name} {found[name].version}: {licence(found[name].metadata)}")
