"""Tests share one cache of baked instruments, and keep no key in the key store of whoever runs them."""

import os
from pathlib import Path

os.environ.setdefault("BEDSIDE_CACHE", str(Path(__file__).parent.parent / ".pytest_cache" / "bedside"))
os.environ["BEDSIDE_KEYRING"] = "off"
os.environ.pop("BEDSIDE_DATA", None)
