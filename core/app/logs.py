"""Where log lines go: standard error, one line an event, whatever a user wrote into it."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from ..settings import LogFormat, LogSettings


def configure_logs(settings: LogSettings) -> None:
    """Set up structlog, and let the libraries that log go the same way."""
    level = logging.getLevelNamesMapping()[settings.level.value.upper()]
    renderer: Any = structlog.processors.JSONRenderer()
    if settings.format is LogFormat.TEXT:
        renderer = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    shared: list[Any] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _on_one_line,
    ]
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    last = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, _on_one_line, renderer]
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=last))
    logging.basicConfig(level=max(level, logging.WARNING), handlers=[handler], force=True)


def _on_one_line(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Control characters would forge lines or move the reader's cursor (test C5)."""
    return {key: _printable(value) if isinstance(value, str) else value for key, value in event.items()}


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)
