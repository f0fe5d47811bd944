"""Finds the plugins and channels, orders them by name, admits the sound ones and says in words why another is set aside."""

import inspect
from collections.abc import Iterable, Mapping
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

import attrs
import pluggy

from ..contract import hookspecs
from ..contract.channel import Channel
from ..contract.companion import Companion
from ..contract.errors import DeskbellError, nearest, suggestion
from ..contract.events import EVENTS
from ..contract.kinds import API_VERSION, Plugin, Switch, SystemAlert
from ..contract.structuring import schema

HOUSE = "deskbell"
BUILT_IN_TEMPLATES = Path(__file__).parent.parent.parent / "templates"


class PluginRefused(DeskbellError, TypeError):
    """A plugin or channel that cannot be used, and why."""

    def __init__(self, name: str, reason: str) -> None:
        self.name = name
        self.reason = reason
        super().__init__(f"Plugin '{name}' is set aside: {reason}" + ("" if reason.endswith((".", "?")) else "."))


@attrs.frozen(kw_only=True)
class Admitted:
    """A plugin in use: its name in switches and decisions, where it comes from and where its templates are."""

    name: str
    plugin: Plugin
    origin: str
    templates: tuple[Path, ...]

    @property
    def built_in(self) -> bool:
        """Whether it came with the house."""
        return self.origin == HOUSE


@attrs.frozen
class Implementation:
    """One plugin's implementation of one hook."""

    admitted: Admitted
    call: Any
    arguments: tuple[str, ...]


class Host:
    """The plugins of this process. What is refused lies in `set_aside`, name -> reason; it never stops the desk."""

    def __init__(self, *, safe_mode: bool = False, disabled: Iterable[str] = ()) -> None:
        self.plugins: dict[str, Admitted] = {}
        self.channels: dict[str, type[Channel]] = {}
        self.companions: dict[str, type[Companion]] = {}
        self.set_aside: dict[str, str] = {}
        self._safe_mode = safe_mode
        self._disabled = frozenset(disabled)
        self._manager = pluggy.PluginManager(hookspecs.PROJECT)
        self._manager.add_hookspecs(hookspecs)
        self._implementations: dict[str, tuple[Implementation, ...]] = {}

    def load(self) -> None:
        """Admit everything that is installed under the entry point group ``deskbell``, the house's own first."""
        found = sorted(entry_points(group=hookspecs.PROJECT), key=lambda point: (_origin(point) != HOUSE, point.name))
        for point in found:
            if point.name in self._disabled:
                self.set_aside[point.name] = "disabled in deskbell.toml"
            elif self._safe_mode and _origin(point) != HOUSE:
                self.set_aside[point.name] = "safe mode starts with built-ins only"
            else:
                self._load(point)
        for name in sorted(self._disabled - {point.name for point in found}):
            hint = suggestion(nearest(name, (point.name for point in found)))
            self.set_aside[name] = f"disabled in deskbell.toml, but no such plugin is installed.{hint}"

    def _load(self, point: EntryPoint) -> None:
        try:
            thing = point.load()
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a stranger's module may do anything at import
            self.set_aside[point.name] = f"its import failed: {type(error).__name__}: {error}"
            return
        self.offer(point.name, thing, origin=_origin(point))

    def offer(self, name: str, thing: object, *, origin: str = "") -> None:
        """Admit a plugin or channel, or note in `set_aside` why not."""
        try:
            self.admit(name, thing, origin=origin)
        except PluginRefused as refusal:
            # A second plugin of a taken name must not make the first look refused.
            key = f"{name} ({origin or 'unknown origin'})" if self._taken(name) else name
            self.set_aside[key] = refusal.reason

    def admit(self, name: str, thing: object, *, origin: str = "") -> None:
        """Take a plugin (class or instance), a channel class or that of a companion into use.

        :raises PluginRefused: when it breaks the plugin API.
        """
        if self._taken(name):
            raise PluginRefused(name, "the name is taken by another plugin")
        if isinstance(thing, type) and issubclass(thing, Channel):
            self.channels[name] = thing
            return
        if isinstance(thing, type) and issubclass(thing, Companion):
            self.companions[name] = thing
            return
        plugin = _instance(name, thing)
        _check_kind(name, plugin)
        if isinstance(plugin, SystemAlert) and plugin.always_on and origin != HOUSE:
            raise PluginRefused(name, "only a plugin of the house may be always on; leave always_on out")
        self._register(name, plugin)
        try:
            templates = self._template_folders(name, plugin)
        except PluginRefused:
            self._manager.unregister(plugin)
            raise
        self.plugins[name] = Admitted(name=name, plugin=plugin, origin=origin, templates=templates)
        self._implementations.clear()

    def _taken(self, name: str) -> bool:
        return name in self.plugins or name in self.channels or name in self.companions

    def _register(self, name: str, plugin: Plugin) -> None:
        try:
            self._manager.register(plugin, name=name)
            self._check_hooks(name, plugin)
        except PluginRefused:
            self._manager.unregister(plugin)
            raise
        except (pluggy.PluginValidationError, ValueError, TypeError) as error:
            if self._manager.has_plugin(name):
                self._manager.unregister(name=name)
            raise PluginRefused(name, " ".join(str(error).split())) from error

    def _check_hooks(self, name: str, plugin: Plugin) -> None:
        for caller in self._manager.get_hookcallers(plugin) or ():
            if not caller.has_spec():
                hint = suggestion(nearest(caller.name, HOOKS))
                raise PluginRefused(name, f"there is no hook '{caller.name}'.{hint}")
            for implementation in caller.get_hookimpls():
                if implementation.plugin is plugin:
                    _check_implementation(name, caller.name, implementation)

    def _template_folders(self, name: str, plugin: Plugin) -> tuple[Path, ...]:
        folders = [BUILT_IN_TEMPLATES]
        for implementation in self._manager.hook.template_folders.get_hookimpls():
            if implementation.plugin is plugin:
                folders = [*_own_folders(name, implementation.function), *folders]
        speaks = any(caller.name in EVENTS for caller in self._manager.get_hookcallers(plugin) or ())
        if speaks and not any((folder / name / "body.txt").is_file() for folder in folders):
            raise PluginRefused(name, f"there is no template '{name}/body.txt' in {', '.join(map(str, folders))}")
        return tuple(folders)

    def implementations(self, hook: str) -> tuple[Implementation, ...]:
        """Who answers `hook`, in name order."""
        known = self._implementations.get(hook)
        if known is None:
            found = getattr(self._manager.hook, hook).get_hookimpls()
            known = tuple(
                Implementation(self.plugins[each.plugin_name], each.function, tuple(each.argnames))
                for each in sorted(found, key=lambda each: str(each.plugin_name))
            )
            self._implementations[hook] = known
        return known


HOOKS: Mapping[str, object] = {
    name: spec for name, spec in vars(hookspecs).items() if hasattr(spec, f"{hookspecs.PROJECT}_spec")
}
"""Every hook specification by its name."""


def _origin(point: EntryPoint) -> str:
    return point.dist.name if point.dist is not None else ""


def _instance(name: str, thing: object) -> Plugin:
    if isinstance(thing, type) and issubclass(thing, Plugin):
        try:
            thing = thing()
        except (Exception, SystemExit) as error:  # a stranger's constructor may do anything
            raise PluginRefused(name, f"it cannot be built: {type(error).__name__}: {error}") from error
    if not isinstance(thing, Plugin):
        raise PluginRefused(name, "it is neither a plugin kind nor a Channel; subclass AgentAlert, for example")
    return thing


def _check_kind(name: str, plugin: Plugin) -> None:
    if type(plugin).__hash__ is None:
        raise PluginRefused(name, "it is unhashable; define it with @attrs.define(eq=False)")
    if plugin.api != API_VERSION:
        raise PluginRefused(name, f"it is made for plugin API {plugin.api}, this desk has {API_VERSION}")
    audience: object = plugin.audience
    if not isinstance(audience, Mapping) or not all(isinstance(role, str) for role in audience):
        raise PluginRefused(name, "its audience is no mapping of roles to whether they are told by default")
    if plugin.default not in (Switch.ON, Switch.OFF, Switch.OPT_IN):
        raise PluginRefused(name, "its default is none of Switch.ON, Switch.OFF and Switch.OPT_IN")
    _check_options(name, plugin.Options)


def _check_options(name: str, options: type) -> None:
    """Options that cannot be set or have no defaults would fail in the middle of a ring."""
    if not attrs.has(options):
        raise PluginRefused(name, "its Options are no attrs class")
    try:
        schema(options)
        options()
    except Exception as error:
        raise PluginRefused(name, f"its Options cannot be used: {error}") from error


def _check_implementation(name: str, hook: str, implementation: pluggy.HookImpl) -> None:
    if implementation.wrapper or implementation.hookwrapper:
        raise PluginRefused(name, f"its {hook} is a wrapper, and no plugin may stand around the others")
    if inspect.iscoroutinefunction(implementation.function):
        raise PluginRefused(name, f"its {hook} is an 'async def'; hooks are plain functions")


def _own_folders(name: str, function: Any) -> list[Path]:
    try:
        folder = function()
        return [] if folder is None else [Path(folder)]
    except (Exception, SystemExit) as error:  # a stranger's hook may do anything
        raise PluginRefused(name, f"its template_folders failed: {type(error).__name__}: {error}") from error
