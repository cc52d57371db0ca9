"""The name and the fields of every event, read from its class alone.

The wire, the store and the exports ask here, so that a new event is complete once it is listed in `Event`.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import get_args, get_type_hints

from bedside.music.events import Event


def fields(made: type) -> dict[str, type]:
    """Return the fields of a dataclass in order, each with its type."""
    hints = get_type_hints(made)
    return {field.name: hints[field.name] for field in dataclasses.fields(made)}


def _called(event: type[Event]) -> str:
    return re.sub("(?<!^)(?=[A-Z])", "_", event.__name__).lower()


# Every class of event by its name in files and databases: NoteOn is a note_on. Renaming a class therefore breaks
# existing recordings.
KINDS: Mapping[str, type[Event]] = MappingProxyType({_called(event): event for event in get_args(Event)})

# The fields of each class of event.
FIELDS: Mapping[type[Event], dict[str, type]] = MappingProxyType({event: fields(event) for event in KINDS.values()})
