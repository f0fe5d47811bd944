"""Keys and values as TOML 1.0 writes them."""

import json
import re
from datetime import datetime


def toml_key(name: str) -> str:
    """The name as a TOML key, quoted where a bare key cannot hold it (TOML 1.0, Keys)."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else toml_value(name)


def toml_value(value: object) -> str:
    """Text, number, flag, aware time or list of these as TOML 1.0 writes it on one line."""
    if isinstance(value, list):
        return "[" + ", ".join(toml_value(item) for item in value) + "]"
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    # JSON's escapes are TOML's, but for DEL, which TOML does not allow to stand for itself.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
