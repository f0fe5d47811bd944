"""Writes the reference pages that are made from the code: run `make docs` after a change of hooks, events or plugins."""

import inspect
from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path

import attrs

from deskbell.core.contract.events import EVENTS
from deskbell.core.contract.faults import POINTS
from deskbell.core.contract.kinds import Level, Plugin, SystemAlert
from deskbell.core.host.admission import HOOKS

HERE = Path(__file__).parent
NOTE = "<!-- Made by docs/build.py from the code; edit the docstrings there and run `make docs`. -->"


def hooks_page() -> str:
    """The hook reference: one section per hook, with its signature, its docstring and the fields of its event."""
    lines = [
        NOTE,
        "",
        "# Hooks",
        "",
        "A plugin implements a hook by a method of the same name, marked with `@hookimpl`, and names the arguments that it",
        "wants. Every event has one hook; the hooks that begin with `before_` may change or refuse, the others gather.",
        "",
        *(f"- [`{name}`](#{name})" for name in HOOKS),
    ]
    for name, spec in HOOKS.items():
        lines += ["", f"## {name}", "", "```python", f"def {name}{inspect.signature(spec)}", "```", ""]
        lines += _docstring(spec)
        if name in EVENTS:
            lines += ["", *_fields(EVENTS[name])]
    return "\n".join(lines).replace("deskbell.core.contract.", "") + "\n"


def _docstring(spec: object) -> list[str]:
    prose, _, facts = (inspect.getdoc(spec) or "").replace("``", "`").partition("\n:")
    return [*prose.strip().splitlines(), "", *(f"- {_fact(fact)}" for fact in facts.split("\n:"))]


def _fact(line: str) -> str:
    label, _, meaning = line.partition(":")
    kind, _, name = label.partition(" ")
    return f"**{name or kind}**: {' '.join(meaning.split())}"


def _fields(event: type) -> list[str]:
    rows = [f"| `{field.name}` | `{_type(field)}` | {_default(field)} |" for field in attrs.fields(event)]
    title = f"`{event.__name__}`: {(inspect.getdoc(event) or '').splitlines()[0]}"
    return [title, "", "| field | type | default |", "|---|---|---|", *rows]


def _type(field: "attrs.Attribute[object]") -> str:
    kind = field.type
    text = inspect.formatannotation(kind).replace("datetime.datetime", "datetime")
    return text.replace("|", r"\|")


def _default(field: "attrs.Attribute[object]") -> str:
    return "" if field.default is attrs.NOTHING else f"`{field.default!r}`"


def plugins_page() -> str:
    """The reference of built-in plugins: what each is for, where it can be switched and whom it can tell."""
    plugins = dict(_built_ins())
    lines = [NOTE, "", "# Built-in plugins", "", *(f"- [`{name}`](#{name})" for name in plugins), ""]
    for name, plugin in plugins.items():
        lines += _plugin(name, plugin)
    return "\n".join(lines) + "\n"


def _built_ins() -> Iterator[tuple[str, type[Plugin]]]:
    for point in sorted(entry_points(group="deskbell"), key=lambda point: point.name):
        plugin = point.load()
        if point.dist is not None and point.dist.name == "deskbell" and issubclass(plugin, Plugin):
            yield point.name, plugin


def _plugin(name: str, plugin: type[Plugin]) -> list[str]:
    kind = next(base.__name__ for base in plugin.__mro__[1:] if base.__module__.endswith("contract.kinds"))
    roles = [f"| `{role}` | {'yes' if on else 'no'} |" for role, on in plugin.audience.items()]
    return [
        f"## {name}",
        "",
        " ".join((inspect.getdoc(plugin) or "").split()),
        "",
        f"- kind: {kind}; {_switches(plugin)}",
        f"- listens to: {', '.join(f'`{hook}`' for hook in HOOKS if hasattr(plugin, hook))}",
        *(f"- yields to: `{other}`, for whoever gets that of the same act" for other in plugin.yields_to),
        *(f"- stands in for: `{other}`, where that sends nothing" for other in plugin.stands_in_for),
        "",
        *(["| recipient role | told by default |", "|---|---|", *roles, ""] if roles else []),
    ]


def _switches(plugin: type[Plugin]) -> str:
    if issubclass(plugin, SystemAlert) and plugin.always_on:
        return "always on: it has no switch"
    levels = ", ".join(level.value for level in Level if level in plugin.levels)
    return f"default: {plugin.default.value}; switches at: {levels}"


def faults_page() -> str:
    """The fault points, in the order in which one mail passes them."""
    rows = [f"{number}. `{point}`" for number, point in enumerate(POINTS, start=1)]
    head = (
        "Named points at which tests end or disturb the process (`core/contract/faults.py`); they do nothing otherwise."
    )
    return "\n".join([NOTE, "", "# Fault points", "", head, "", *rows]) + "\n"


PAGES = {"hooks.md": hooks_page, "plugins.md": plugins_page, "fault-points.md": faults_page}

if __name__ == "__main__":
    for file_name, page in PAGES.items():
        (HERE / file_name).write_text(page(), encoding="utf-8")
