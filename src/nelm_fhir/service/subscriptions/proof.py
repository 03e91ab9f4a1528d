"""Whether a notification was sent by the server it claims: the secret that both know, in a header.

Compared in a time that does not depend on where they differ.
"""

import hmac
import re
from collections.abc import Mapping
from typing import Final

from nelm_fhir.service.subscriptions.settings import Hook, Hooks

PATH: Final = "/hooks/subscription"
_NAMED: Final = re.compile(rf"{PATH}/([A-Za-z0-9._-]+)(?:/.*)?")


def proven(hook: Hook, headers: Mapping[str, str]) -> bool:
    """Whether the headers hold the secret of the subscription; False for one without a secret."""
    given = headers.get(hook.header, "") if hook.header else ""
    return bool(hook.secret) and hmac.compare_digest(given.encode(), hook.secret.encode())


def proven_sender(hooks: Hooks, path: str, headers: Mapping[str, str]) -> str | None:
    """Return the name of the subscription whose secret a request to this path holds."""
    found = _NAMED.fullmatch(path)
    hook = hooks.named(found[1]) if found else None
    return hook.name if hook is not None and proven(hook, headers) else None
