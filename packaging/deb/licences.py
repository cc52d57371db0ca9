"""Print each installed library, what travels inside it, and their licences, as lines of a Debian copyright file.

It runs with the Python of the environment that it lists.
"""

from __future__ import annotations

from bedside.cli.licences import licences, lines

# Debian has Python's licence itself, and the file says the program's elsewhere.
_SAID = ("Python", "bedside")

if __name__ == "__main__":
    for line in lines([each for each in licences() if each.name not in _SAID]):
        print(f" {line}")
