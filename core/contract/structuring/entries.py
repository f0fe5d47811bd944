"""One field of an attrs class as a setting."""

import attrs

from .kinds import Kind


@attrs.frozen
class Entry:
    """A field that can be set, and the kind of its value."""

    attribute: "attrs.Attribute[object]"
    kind: Kind

    @property
    def name(self) -> str:
        """The key that sets it."""
        return self.attribute.name

    @property
    def required(self) -> bool:
        """Whether it takes no value by itself."""
        return self.attribute.default is attrs.NOTHING

    @property
    def secret(self) -> bool:
        """Whether its value must never be shown."""
        return bool(self.attribute.metadata.get("secret", False))

    def default(self) -> object:
        """The value that the field takes by itself; None if it takes none."""
        default = self.attribute.default
        if isinstance(default, attrs.Factory):  # type: ignore[arg-type]  # a class that its stub declares as a function
            return default.factory()  # type: ignore[attr-defined]
        return None if self.required else default
