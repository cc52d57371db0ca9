from collections.abc import Iterator

import pytest

from sound.live.joining import Join, joining


@pytest.fixture
def joined() -> Iterator[Join]:
    """Return a way to join a pump, a card with blocks of a size, and a stage."""
    with joining() as join:
        yield join
