"""A notice becomes words: subject, text, HTML and chat, from sandboxed templates that are compiled once.

The desk's own folder of templates comes before the plugin's. When a template fails, the words that came with the plugin
are used instead, and when those fail, a plain text that needs no plugin: a notice always goes out.
"""

import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from traceback import extract_tb
from typing import Any

import attrs
from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined, Template, meta, nodes
from jinja2.environment import create_cache
from jinja2.exceptions import SecurityError, TemplateNotFound, TemplateSyntaxError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from ..contract.errors import DeskbellError
from ..contract.faults import Fault, FaultReporter
from ..host.admission import BUILT_IN_TEMPLATES

SUBJECT_LENGTH = 200
RENDER_SECONDS = 0.2
RENDER_CHARACTERS = 1024 * 1024
CACHED_TEMPLATES = 400
MOST_JUDGED = 4096
RECHECK_SECONDS = 1.0
FALLBACK = "_base/fallback"
SETS = "sets"
"""Where the desk's own folder of templates holds those of single departments."""
PARTS = ("subject.txt", "body.txt", "body.html", "chat.txt")


class RenderLimit(DeskbellError, RuntimeError):
    """A template that writes too much or takes too long."""


@attrs.frozen(kw_only=True)
class Words:
    """What a notice says: `subject` is one line, `html` and `chat` are '' where the template has none."""

    subject: str
    text: str
    html: str = ""
    chat: str = ""


@attrs.frozen(kw_only=True)
class TemplateSet:
    """The compiled parts of one template; `personal` says that they speak to each recipient by name."""

    parts: Mapping[str, Template]
    personal: bool

    def render(self, context: Mapping[str, object]) -> Words:
        """Fill in the context.

        :raises jinja2.TemplateError: when a name is missing or forbidden.
        :raises RenderLimit: when it exceeds 1 MiB, or works for another 200 ms after the first 200 ms.
        """
        written = {name: _bounded(template, context) for name, template in self.parts.items()}
        return Words(
            subject=one_line(written["subject.txt"]),
            text=written["body.txt"].strip() + "\n",
            html=written.get("body.html", ""),
            chat=written.get("chat.txt", "").strip(),
        )


class Renderer:
    """Renders templates of any plugin.

    :param overrides: the desk's own folder of templates, which may hold any part of any template.
    :param recheck: after so many seconds the files are looked at again; to do it for each notice costs more than to write it.
    """

    def __init__(self, *, overrides: Path | None, faults: FaultReporter, recheck: float = RECHECK_SECONDS) -> None:
        self._overrides = overrides
        self._recheck = recheck
        self._faults = faults
        self._shelves: dict[tuple[Path, ...], _Shelf] = {}

    def personal(self, template: str, folders: tuple[Path, ...], *, template_set: str = "") -> bool:
        """Whether the words differ from recipient to recipient; if not, one rendering serves all."""
        try:
            return self._shelf(next(self._stages(folders, template_set))[0]).template_set(template).personal
        except Exception:  # noqa: BLE001 - `render` meets the same fault, and reports it
            return True

    def render(
        self, template: str, folders: tuple[Path, ...], context: Mapping[str, object], *, template_set: str = ""
    ) -> Words:
        """The words of `template` for `context`; never fails, each fault is reported once.

        :param template_set: the folder below ``sets/`` of the overrides that comes before all others, or ''.
        """
        for each, instead in self._stages(folders, template_set):
            try:
                return self._shelf(each).template_set(template).render(context)
            except Exception as error:  # noqa: BLE001 - whatever a template does, the notice must go out
                self._report(template, error, instead)
        # Nothing of the plugin or of the desk: these words need no template but our own.
        return self._shelf((BUILT_IN_TEMPLATES,)).template_set(FALLBACK).render(context)

    def _stages(self, folders: tuple[Path, ...], template_set: str) -> Iterator[tuple[tuple[Path, ...], str]]:
        """The folders to try, in turn, and what is sent instead when that fails."""
        if self._overrides is not None:
            own = (self._overrides / SETS / template_set,) if template_set else ()
            yield (*own, self._overrides, *folders), "the words that came with the plugin were sent instead"
        yield folders, "a plain text was sent instead"

    def _shelf(self, folders: tuple[Path, ...]) -> "_Shelf":
        shelf = self._shelves.get(folders)
        if shelf is None:
            shelf = self._shelves[folders] = _Shelf(folders, recheck=self._recheck)
        return shelf

    def _report(self, template: str, error: Exception, instead: str) -> None:
        title = f"Template '{template}' failed; {instead}"
        detail = f"{_where(error) or template}: {type(error).__name__}: {error}"
        self._faults.report(Fault(fingerprint=f"template:{template}", title=title, detail=detail[:500]))


def _where(error: Exception) -> str:
    """The template's file and line in which it failed; '' when it never came so far."""
    if isinstance(error, TemplateSyntaxError):
        return f"{error.name or error.filename}, line {error.lineno}"
    frames = [frame for frame in extract_tb(error.__traceback__) if frame.filename.endswith(PARTS)]
    return "/".join(Path(frames[-1].filename).parts[-2:]) + f", line {frames[-1].lineno}" if frames else ""


@attrs.frozen(kw_only=True)
class _Kept:
    """A compiled set, the files that it was made of, and when to look at them again."""

    files: tuple[Path | None, ...]
    set: TemplateSet
    look_again: float


class _Shelf:
    """The templates below some folders, the first folder first."""

    def __init__(self, folders: tuple[Path, ...], *, recheck: float) -> None:
        self._folders = folders
        self._recheck = recheck
        loader = ChoiceLoader([FileSystemLoader(folder) for folder in folders])
        self._text = _environment(loader, autoescape=False)
        self._html = _environment(loader, autoescape=True)
        self._sets: dict[str, _Kept] = {}

    def template_set(self, name: str) -> TemplateSet:
        """The compiled set, compiled again when one of its files was changed, added or taken away."""
        known = self._sets.get(name)
        now = time.monotonic()
        if known is not None and now < known.look_again:
            return known.set
        files = tuple(self._file(f"{name}/{part}") for part in PARTS)
        if known is not None and known.files == files and all(each.is_up_to_date for each in known.set.parts.values()):
            self._sets[name] = attrs.evolve(known, look_again=now + self._recheck)
            return known.set
        for environment in (self._text, self._html):
            # Jinja's own cache asks only whether the file that it once found has changed.
            environment.cache = create_cache(CACHED_TEMPLATES)
        parts = {part: template for part in PARTS if (template := self._part(name, part)) is not None}
        fresh = TemplateSet(parts=parts, personal=any(self._mentions_recipient(f"{name}/{part}") for part in parts))
        self._sets[name] = _Kept(files=files, set=fresh, look_again=now + self._recheck)
        return fresh

    def _file(self, path: str) -> Path | None:
        return next((file for folder in self._folders if (file := folder / path).is_file()), None)

    def _part(self, name: str, part: str) -> Template | None:
        environment = self._html if part.endswith(".html") else self._text
        try:
            return environment.get_template(f"{name}/{part}")
        except TemplateNotFound as missing:
            if missing.name == f"{name}/{part}" and part in ("body.html", "chat.txt"):
                return None
            raise

    def _mentions_recipient(self, path: str) -> bool:
        loader = self._text.loader
        assert loader is not None
        tree = self._text.parse(loader.get_source(self._text, path)[0])
        parents = (parent for parent in meta.find_referenced_templates(tree) if parent is not None)
        return "recipient" in meta.find_undeclared_variables(tree) or any(map(self._mentions_recipient, parents))


class _Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's sandbox, with what it leaves open: work without bounds (test C2)."""

    intercepted_binops = frozenset({"*", "**", "%"})

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._judged: dict[tuple[type, str], bool] = {}

    def is_safe_attribute(self, obj: object, attr: str, value: object) -> bool:
        """Whether a template may see an attribute: Jinja's answer, which rests on the type and the name alone.

        It is asked some hundred times a mail, about the same few attributes.
        """
        key = (type(obj), attr)
        safe = self._judged.get(key)
        if safe is None:
            safe = super().is_safe_attribute(obj, attr, value)
            if len(self._judged) < MOST_JUDGED:
                self._judged[key] = safe
        return safe

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Let numbers be multiplied, and nothing be repeated or padded to any length.

        :raises SecurityError: for anything else.
        """
        if operator == "**" or not (isinstance(left, (int, float)) and isinstance(right, (int, float))):
            raise SecurityError(f"'{operator}' is not allowed on these values")
        return super().call_binop(context, operator, left, right)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        """Refuse loops in loops in loops: each may be long, and what writes nothing cannot be stopped."""
        tree = super()._parse(source, name, filename)
        for outer in tree.find_all(nodes.For):
            for inner in outer.find_all(nodes.For):
                if next(inner.find_all(nodes.For), None) is not None:
                    raise TemplateSyntaxError("loops may be nested once", inner.lineno, name, filename)
        return tree


def _environment(loader: ChoiceLoader, *, autoescape: bool) -> ImmutableSandboxedEnvironment:
    environment = _Sandbox(
        loader=loader, autoescape=autoescape, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    # Jinja's own globals (range, lipsum, cycler ...) are doors out of the sandbox or ways to burn time.
    environment.globals.clear()
    environment.filters["moment"] = moment
    environment.filters["quoted"] = quoted
    return environment


def _bounded(template: Template, context: Mapping[str, object]) -> str:
    # What counts is this thread's own work, since a busy machine is not the template's fault. But to ask for that costs as
    # much as to write a line, so it is not asked for before the template could have taken too long at all.
    suspicious = time.monotonic() + RENDER_SECONDS
    deadline: float | None = None
    written: list[str] = []
    size = 0
    for chunk in template.generate(context):
        written.append(chunk)
        size += len(chunk)
        if size > RENDER_CHARACTERS:
            raise RenderLimit(f"Template '{template.name}' wrote over {RENDER_CHARACTERS} characters; shorten it.")
        if time.monotonic() <= suspicious:
            continue
        if deadline is None:
            deadline = time.thread_time() + RENDER_SECONDS
        elif time.thread_time() > deadline:
            raise RenderLimit(f"Template '{template.name}' took over {RENDER_SECONDS:g} s; remove loops from it.")
    return "".join(written)


def one_line(text: str) -> str:
    """`text` on one line of at most 200 characters: controls and line separators become spaces (test M19)."""
    line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return line if len(line) <= SUBJECT_LENGTH else line[: SUBJECT_LENGTH - 1] + "…"


def moment(value: datetime) -> str:
    """A template filter: an aware time, to the minute, in UTC."""
    return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def quoted(text: str) -> str:
    """A template filter: each line behind ``> ``, as mail quotes."""
    return "\n".join(f"> {line}" for line in text.splitlines())
