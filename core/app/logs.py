"""Where log lines go: standard error, one line an event, whatever a user wrote into it."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from ..settings import LogFormat, LogSettings


def configure_logs(settings: LogSettings) -> None:
    """Set up structlog, and let the few libraries that log go the same way."""
    level = logging.getLevelNamesMapping()[settings.level.value.upper()]
    renderer: Any = structlog.processors.JSONRenderer()
    if settings.format is LogFormat.TEXT:
        renderer = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _on_one_line,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(
        level=max(level, logging.WARNING), stream=sys.stderr, format="%(asctime)s %(levelname)s %(message)s"
    )


def _on_one_line(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Control characters would forge lines or move the reader's cursor (test C5)."""
    return {key: _printable(value) if isinstance(value, str) else value for key, value in event.items()}


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)
