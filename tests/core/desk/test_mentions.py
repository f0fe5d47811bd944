"""Whom an @ in a text names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskbell.core.desk.mentions import mentioned
from deskbell.core.store.directory import AgentRecord, Directory

AGENTS = (
    AgentRecord(id=1, name="Ann Lee", address="ann@example.com"),
    AgentRecord(id=2, name="Ann Müller", address="a.mueller@example.com"),
    AgentRecord(id=3, name="Bob O'Hara", address="Bob@Example.com"),
    AgentRecord(id=4, name="Sales", address="team@north.example"),
    AgentRecord(id=5, name="Cleo", address="team@south.example", active=False),
)
DESK = Directory(agents={agent.id: agent for agent in AGENTS})


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("@ann", [1]),
        ("@ANN, have a look", [1]),
        ("thanks (@ann).", [1]),
        ("Look there.@ann", [1]),
        ("@ann's printer", [1]),
        ("@ann@example.com", [1]),
        ("@Ann@EXAMPLE.com.", [1]),
        ("@AnnLee", [1]),
        ("@annlee!", [1]),
        ('@"Ann Lee"', [1]),
        ('@"ann müller" or so', [2]),
        ("@AnnMu\u0308ller", [2]),
        ("@a.mueller", [2]),
        ("@a.mueller...", [2]),
        ("@BobOHara", [3]),
        ("@cleo", [5]),
        ("@bob @ann @bob", [3, 1]),
        ("first\n@ann\n@bob", [1, 3]),
        # Two have that local part, nobody that name, and an address is no mention.
        ("@team", []),
        ("@team@south.example", [5]),
        ("@Lee", []),
        ("@nobody", []),
        ("@ann@elsewhere.example", []),
        ("ann@example.com", []),
        ("Ann Lee", []),
        ("@ ann", []),
        ("@", []),
        ('@""', []),
        ("@@ann", []),
    ],
)
def test_who_is_named(text: str, ids: list[int]) -> None:
    assert [agent.id for agent in mentioned(DESK, text)] == ids


@given(st.text(alphabet=st.sampled_from("@\"ab. \nann+-_é'")))
def test_any_text_names_agents_at_most_once(text: str) -> None:
    found = mentioned(DESK, text)
    assert len({agent.id for agent in found}) == len(found)


def test_a_name_that_is_anothers_local_part_names_nobody() -> None:
    directory = Directory(
        agents={
            1: AgentRecord(id=1, name="Max", address="m@example.com"),
            2: AgentRecord(id=2, name="Maximilian", address="max@example.com"),
        }
    )
    assert mentioned(directory, "@max") == ()
    assert [agent.id for agent in mentioned(directory, "@m and @maximilian")] == [1, 2]
