"""The cursors of ``page()`` as text for clients: encrypted and authenticated, with a secret of the application."""

from __future__ import annotations

import base64
import binascii
import os
from typing import Final

from oxyde import _native
from oxyde.db.lifecycle import Secret
from oxyde.exceptions import FieldError, FieldValueError

VARIABLE: Final = "OXYDE_SECRET"
"""The environment variable with the secret."""


def secret() -> bytes:
    """Returns the secret.

    Raises:
        FieldError: There is none.
    """
    found = Secret.value or os.environ.get(VARIABLE)
    if not found:
        message = (
            f"page() encrypts its cursors, and there is no secret: set the environment variable {VARIABLE}, or give db.init(secret=...); "
            f"the same one in all processes"
        )
        raise FieldError(message)
    return found.encode()


def seal(message: bytes) -> str:
    """Returns a message as text that fits into a URL, and that only the same secret opens."""
    return base64.urlsafe_b64encode(_native.seal(secret(), message)).rstrip(b"=").decode()


def unseal(text: str) -> bytes:
    """Returns the message of a text.

    Raises:
        FieldValueError: It was made with another secret, is no cursor, or was altered.
        TypeError: It is no text.
    """
    if not isinstance(text, str):
        message = f"a cursor is the text that page.next or page.prev has, not {type(text).__name__}"
        raise TypeError(message)
    key = secret()
    try:
        sealed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        sealed = b""
    found = _native.unseal(key, sealed)
    if found is None:
        raise FieldValueError("the cursor was made with another secret, or was altered; begin again at the first page")
    return found


__all__ = ["VARIABLE", "seal", "secret", "unseal"]
