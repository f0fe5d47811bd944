"""Examples below a help text, kept line by line."""


def examples(*lines: str) -> str:
    """An epilog for click: one example a line, not reflowed."""
    return "\n".join(("\b", "Examples:", *(f"  {line}" for line in lines)))
