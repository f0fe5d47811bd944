"""Whom a note names with an @: `@ann@example.com`, `@ann`, `@AnnLee` or `@"Ann Lee"`."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping

from ..contract.addresses import normalise
from ..store.directory import AgentRecord, Directory

# No letter may stand before the @, else every mail address in a text named somebody; what follows ends with a word.
_MENTION = re.compile(r'(?<![\w+@-])@(?:"([^"\n]{1,200})"|([\w.+-]{1,200}(?:@[\w.-]{1,200})?))')


def mentioned(directory: Directory, text: str) -> tuple[AgentRecord, ...]:
    """The agents whom a text mentions, each once, in the order of their first mention.

    A mention is an agent's whole address, or the part before its @ or the name written without spaces where only one agent
    has it; in quotes the name has its spaces. Case does not matter. What names nobody, or several, is plain text.
    """
    known = _handles(directory.agents.values())
    found: dict[int, AgentRecord] = {}
    for match in _MENTION.finditer(unicodedata.normalize("NFC", text)):
        agent = _who(directory, known, match.group(1) or match.group(2).rstrip(".-+"))
        if agent is not None:
            found.setdefault(agent.id, agent)
    return tuple(found.values())


def _who(directory: Directory, known: Mapping[str, set[int]], words: str) -> AgentRecord | None:
    if "@" in words:
        return directory.agents_by_address.get(normalise(words))
    ids = known.get(_handle(words), set())
    return directory.agents[next(iter(ids))] if len(ids) == 1 else None


def _handles(agents: Iterable[AgentRecord]) -> Mapping[str, set[int]]:
    """The ids of the agents who can be called so; a handle of several names nobody."""
    handles: defaultdict[str, set[int]] = defaultdict(set)
    for agent in agents:
        for words in (agent.address.rpartition("@")[0], agent.name):
            if handle := _handle(words):
                handles[handle].add(agent.id)
    return handles


def _handle(words: str) -> str:
    """The form in which handles are compared: without spaces, quotes and case."""
    folded = unicodedata.normalize("NFC", words).casefold()
    return re.sub(r"[^\w.+-]", "", folded)
