"""Which stretches of a mail only repeat an earlier one."""

from .spans import quoted_spans

__all__ = ["quoted_spans"]
