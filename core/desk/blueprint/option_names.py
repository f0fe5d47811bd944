"""Options that name departments, agents and the like: each must be on the desk as it will be."""

from ...contract.errors import nearest, suggestion
from ...contract.structuring import InvalidSetting, Naming, namings, structure
from .objects import DeskObject, Ref, Sealed, Tables
from .parsed import Blueprint, OptionBlock


def check_option_names(blueprint: Blueprint, *, wanted: Tables, final: Tables) -> None:
    """Refuse options that name what the desk will not have.

    :param wanted: what the file says.
    :param final: the desk as it will be.
    :raises InvalidSetting: for the first such name, with its place in the file.
    """
    for key, open_object in blueprint.open_tables.get("options", {}).items():
        for block in open_object.blocks:
            for naming in namings(_settled(block, wanted["options"][key]), path=block.place):
                if Ref.to(naming.table, naming.name).identity not in final[naming.table]:
                    raise _unknown(blueprint.file, naming, final)


def _settled(block: OptionBlock, settled: DeskObject) -> object:
    """The options that the block names, as they were settled; a secret names nothing."""
    values = {name: settled.fields.get((*block.prefix, name)) for name in block.values}
    plain = {name: value for name, value in values.items() if value is not None and not isinstance(value, Sealed)}
    return structure(plain, block.cls, file="", path=block.place)


def _unknown(file: str, naming: Naming, final: Tables) -> InvalidSetting:
    word = Ref.to(naming.table, naming.name).word
    near = nearest(naming.name, (known.key for known in final[naming.table].values()))
    reason = f"names '{naming.name}', but there is no such {word}"
    return InvalidSetting(file, path=naming.path, reason=reason, remedy=suggestion(near))
