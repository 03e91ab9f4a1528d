"""While the program is loaded: nothing that stays is looked at again and again.

Modules and catalogue are some hundred thousand objects that live as long as the process. Python's
collector would walk through them while they are made, and again for every few records.
"""

import gc
import os
from typing import Final

_PLUGINS: Final = "PYDANTIC_DISABLE_PLUGINS"


def begin() -> None:
    """Load without the collector, and without the plugins that lie in the environment.

    Looking for plugins of pydantic reads what every installed package says of itself; and one that
    is found would see the values of records.
    """
    os.environ.setdefault(_PLUGINS, "__all__")
    gc.disable()


def done() -> None:
    """Turn the collector on again; what is loaded by now is left out of its rounds."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
