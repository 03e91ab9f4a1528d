"""While the program is loaded: nothing that stays is looked at again and again.

Modules and catalogue are some hundred thousand objects that live as long as the process. Python's
collector would walk through them while they are made, and again for every few records.
"""

import gc
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from nelm_fhir.knowledge.catalogue import Catalogue

_PLUGINS: Final = "PYDANTIC_DISABLE_PLUGINS"


def begin() -> None:
    """Load without the collector, and without the plugins that lie in the environment.

    Looking for plugins of pydantic reads what every installed package says of itself; and one that
    is found would see the values of records.
    """
    os.environ.setdefault(_PLUGINS, "__all__")
    gc.disable()


def load(overlays: Sequence[Path] = ()) -> "Catalogue":
    """Return all knowledge; from now on the collector runs, what is loaded is left out of it.

    Raises KnowledgeError, listing every fault with file and key.
    """
    from nelm_fhir import pipeline  # noqa: PLC0415 - help and version start without it

    catalogue = pipeline.load(overlays)
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
    return catalogue
