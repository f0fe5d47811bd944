"""The rules of the filters: what makes each condition hold, what each action does, and what no rule can do."""

import time
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskbell.core.contract.drafts import Refusal, TicketDraft
from deskbell.core.contract.errors import DeskbellError
from deskbell.core.contract.people import Actor, ActorKind
from deskbell.core.contract.structuring import structure
from deskbell.core.contract.tickets import Origin, Priority
from deskbell.core.settings import WorkerSettings
from deskbell.plugins.ticket_filters import Actions, Conditions, FilterOptions, Rule, TicketFilters

OFFERED = TicketDraft(
    sender=Actor(ActorKind.END_USER, None, "Hank", "Hank@Mail.Globex.example"),
    origin=Origin.MAIL,
    subject="The Printer is out of toner",
    text="Hello,\nit says LOW TONER since noon.",
    department="Support",
    mailbox="support",
    topic="General",
    headers=(("X-Spam-Flag", "no"), ("Received", "from a"), ("Received", "from b.example"), ("List-Id", "")),
    files=("Photo.JPG", "scan.pdf"),
)
URGENT = {"priority": "urgent"}


def options(*rules: dict[str, Any]) -> FilterOptions:
    """The rules as the file of the desk writes them; names are given by number where there is none."""
    named = [{"name": f"R{number}", **rule} for number, rule in enumerate(rules, start=1)]
    return structure({"rules": named}, FilterOptions, file="")


def filtered(*rules: dict[str, Any], draft: TicketDraft = OFFERED) -> TicketDraft | Refusal:
    return TicketFilters().before_ticket_created(draft, options(*rules))


def changed(*rules: dict[str, Any], draft: TicketDraft = OFFERED) -> TicketDraft:
    answer = filtered(*rules, draft=draft)
    assert isinstance(answer, TicketDraft)
    return answer


HOLD = [
    {},
    {"sender": ["hank@mail.globex.example"]},
    {"sender": ["nobody@x.example", "@mail.globex.example"]},
    {"sender": ["@*.globex.example"]},
    {"sender": ["h*@*globex.example"]},
    {"sender": ["@MAIL.globex.EXAMPLE"]},
    {"sender": ["*"]},
    {"mailbox": ["Sales", "Support"]},
    {"subject": ["printer"]},
    {"subject": ["fax", "OUT OF"]},
    {"subject": ["the*toner"]},
    {"subject": ["*is*of*"]},
    {"text": ["low toner"]},
    {"text": ["hello,\nit"]},
    {"headers": {"x-spam-flag": ["NO"]}},
    {"headers": {"Received": ["b.example"]}},
    {"headers": {"Received": ["from a"], "X-Spam-Flag": ["yes", "no"]}},
    {"headers": {"List-Id": ["*"]}},
    {"files": ["*"]},
    {"files": ["*.jpg"]},
    {"files": ["scan"]},
    {"origin": ["web", "mail"]},
    {"automatic": False},
    {"department": ["SUPPORT"]},
    {"topic": ["general"]},
    {"priority": ["low", "normal"]},
    {"sender": ["@mail.globex.example"], "subject": ["toner"], "text": ["noon"], "files": ["scan.pdf"]},
]
FAIL = [
    {"sender": ["hank@globex.example"]},
    {"sender": ["@globex.example"]},
    {"sender": ["@*.lobex.example"]},
    {"sender": ["globex"]},
    {"mailbox": ["sup"]},
    {"subject": ["toner is"]},
    {"subject": ["printer*toner"]},
    {"subject": ["the*toner*the"]},
    {"text": ["high toner"]},
    {"text": ["hello"], "subject": ["fax"]},
    {"headers": {"X-Spam-Flag": ["yes"]}},
    {"headers": {"X-Spam-Flag": ["*yes"]}},
    {"headers": {"Subject": ["*"]}},
    {"headers": {"Received": ["from a"], "X-Other": ["*"]}},
    {"files": ["*.exe"]},
    {"files": ["photo.jpgscan"]},
    {"origin": ["web", "api"]},
    {"automatic": True},
    {"department": ["Sales"]},
    {"topic": ["Gen"]},
    {"priority": ["high", "urgent"]},
]


@pytest.mark.parametrize("when", HOLD)
def test_a_condition_that_holds(when: dict[str, Any]) -> None:
    assert changed({"when": when, "then": URGENT}).priority is Priority.URGENT


@pytest.mark.parametrize("when", FAIL)
def test_a_condition_that_does_not(when: dict[str, Any]) -> None:
    assert changed({"when": when, "then": URGENT}) == OFFERED


def test_nobody_fits_no_sender_but_any() -> None:
    nobody = attrs.evolve(OFFERED, sender=Actor(ActorKind.END_USER, verified=False), headers=(), files=())
    assert changed({"when": {"sender": ["@mail.globex.example"]}, "then": URGENT}, draft=nobody) == nobody
    assert changed({"when": {"files": ["*"]}, "then": URGENT}, draft=nobody) == nobody
    assert changed({"when": {"sender": ["*"]}, "then": URGENT}, draft=nobody).priority is Priority.URGENT


def test_a_domain_is_compared_in_its_ascii_form() -> None:
    draft = attrs.evolve(OFFERED, sender=Actor(ActorKind.END_USER, address="ute@xn--bcher-kva.example"))
    assert changed({"when": {"sender": ["@Bücher.example"]}, "then": URGENT}, draft=draft).priority is Priority.URGENT


@pytest.mark.parametrize(
    ("then", "fields", "said"),
    [
        ({"department": "Billing"}, {"department": "Billing"}, "department Support -> Billing"),
        ({"topic": "Refund"}, {"topic": "Refund"}, "topic General -> Refund"),
        (URGENT, {"priority": Priority.URGENT}, "priority normal -> urgent"),
        ({"agent": "ann@example.com"}, {"agent": "ann@example.com"}, "assigned to ann@example.com"),
        ({"team": "Night"}, {"team": "Night"}, "assigned to team Night"),
        ({"answer": "Room 3."}, {"answer": "Room 3."}, "an answer of its own"),
        ({"autoresponse": False}, {"autoresponse": False}, "no automatic answer"),
        ({"stop": True}, {}, "no later rules"),
        ({"priority": "normal"}, {}, "nothing to change"),
        (
            {"priority": "high", "agent": "ann@example.com", "stop": True},
            {"priority": Priority.HIGH, "agent": "ann@example.com"},
            "priority normal -> high, assigned to ann@example.com, no later rules",
        ),
    ],
)
def test_an_action_changes_what_it_names_and_leaves_a_line(
    then: dict[str, Any], fields: dict[str, Any], said: str
) -> None:
    assert changed({"name": "VIP", "then": then}) == attrs.evolve(OFFERED, applied=(f"rule 'VIP': {said}",), **fields)


def test_a_topic_that_there_was_not() -> None:
    draft = attrs.evolve(OFFERED, topic="")
    assert changed({"then": {"topic": "Refund"}}, draft=draft).applied == ("rule 'R1': topic none -> Refund",)


def test_the_first_rule_that_refuses_ends_it() -> None:
    rules: tuple[dict[str, Any], ...] = (
        {"then": URGENT},
        {"name": "Spam", "when": {"priority": ["urgent"]}, "then": {"refuse": "we buy nothing", "department": "X"}},
        {"then": {"refuse": "never reached"}},
    )
    assert filtered(*rules) == Refusal("rule 'Spam': we buy nothing")


def test_each_rule_sees_what_the_ones_before_did_and_stop_ends_it() -> None:
    answer = changed(
        {"then": {"department": "Billing"}},
        {"when": {"department": ["Support"]}, "then": {"answer": "not this"}},
        {"when": {"department": ["Billing"]}, "then": {"priority": "high", "stop": True}},
        {"then": {"priority": "low"}},
    )
    assert (answer.department, answer.priority, answer.answer) == ("Billing", Priority.HIGH, "")
    assert answer.applied == (
        "rule 'R1': department Support -> Billing",
        "rule 'R3': priority normal -> high, no later rules",
    )


MISTAKES: list[tuple[list[dict[str, Any]], str]] = [
    ([{"then": URGENT}], "rules must give rule 1 a name of at most 60 characters on one line, without apostrophe."),
    ([{"name": "Ann's", "then": URGENT}], "rules must give rule 1 a name of at most 60 characters"),
    ([{"name": "two\nlines", "then": URGENT}], "rules must give rule 1 a name of at most 60 characters"),
    (
        [{"name": "A", "then": URGENT}, {"name": "a", "then": URGENT}],
        "rules must give each rule a name of its own: 'a' is there twice.",
    ),
    ([{"name": "A", "when": {"subject": ["x"]}}], "rules must say what rule 'A' does, below 'then'."),
    ([{"name": "A", "when": {"subject": [" "]}, "then": URGENT}], "rules[0].when.subject must hold texts that are not"),
    (
        [{"name": "A", "when": {"text": ["**"]}, "then": URGENT}],
        "rules[0].when.text must hold texts that are not blank",
    ),
    (
        [{"name": "A", "when": {"text": ["x" * 201]}, "then": URGENT}],
        "rules[0].when.text must hold texts of at most 200",
    ),
    (
        [{"name": "A", "when": {"headers": {"": ["x"]}}, "then": URGENT}],
        "rules[0].when.headers must name header fields",
    ),
    ([{"name": "A", "then": {"priority": "hihg"}}], "not \"hihg\". Did you mean 'high'?"),
    ([{"name": "A", "then": {"answer": "x" * 10_001}}], "rules[0].then.answer must have at most 10000 characters"),
    ([{"name": "A", "wenn": {}, "then": URGENT}], "rules[0].wenn is not known. Did you mean 'when'?"),
    ([{"name": f"R{i}", "then": URGENT} for i in range(1001)], "rules must be at most 1000 rules, not 1001."),
    ([{"name": f"R{i}", "then": URGENT} for i in range(10_000)], "rules must be at most 1000 rules, not 10000."),
    (
        [{"name": "A", "when": {"text": ["x"] * 5_001}, "then": URGENT}],
        "rules must look for at most 5000 pieces of text in all, not 5001.",
    ),
]


@pytest.mark.parametrize(("rules", "sentence"), MISTAKES)
def test_a_mistake_is_one_sentence(rules: list[dict[str, Any]], sentence: str) -> None:
    with pytest.raises(DeskbellError) as error:
        structure({"rules": rules}, FilterOptions, file="")
    assert sentence in str(error.value)


@pytest.mark.parametrize(
    "piece",
    ["a" * 99 + "b" + "a" * 95, "b" + "a" * 194, "a" * 194 + "b", "*" + "a*" * 99, "*" + "a*" * 98 + "b", "(a+)+$"],
)
def test_the_most_hostile_rules_stay_far_below_the_time_limit(piece: str) -> None:
    """As many rules and pieces as there may be, none of which fits, against texts made for them."""
    draft = attrs.evolve(OFFERED, text="a" * 1_000_000, subject="a" * 998, headers=(("X", "a" * 100_000),))
    pieces = tuple(piece if "*" in piece else f"{piece}{number}" for number in range(5))
    conditions = (Conditions(text=pieces), Conditions(headers={"X": pieces}), Conditions(subject=pieces))
    rules = tuple(
        Rule(name=f"R{number}", when=conditions[number % 3], then=Actions(stop=True)) for number in range(1_000)
    )
    chosen = FilterOptions(rules=rules)
    began = time.process_time()
    TicketFilters().before_ticket_created(draft, chosen)
    assert time.process_time() - began < WorkerSettings().ring_limit_seconds / 2


# --- whatever the rules and the ticket are ---

WORDS = st.sampled_from(["a", "b", "ab", "a*b", "*", "*a", "b*", "*ab*"])
PIECES = st.lists(WORDS, max_size=2).map(tuple)
PLACES = st.lists(st.sampled_from(["Support", "Sales"]), max_size=1).map(tuple)
CONDITIONS = st.builds(
    Conditions,
    sender=PIECES,
    subject=PIECES,
    text=PIECES,
    files=PIECES,
    headers=st.dictionaries(st.sampled_from(["X", "y"]), PIECES, max_size=1),
    automatic=st.sampled_from([None, True, False]),
    department=PLACES,
    priority=st.lists(st.sampled_from(Priority), max_size=1).map(tuple),
)
ACTIONS = st.builds(
    Actions,
    department=st.sampled_from(["", "Support", "Sales"]),
    topic=st.sampled_from(["", "T"]),
    priority=st.sampled_from([None, *Priority]),
    agent=st.sampled_from(["", "ann@example.com"]),
    team=st.sampled_from(["", "Night"]),
    answer=st.sampled_from(["", "Hello."]),
    autoresponse=st.booleans(),
    refuse=st.sampled_from(["", "", "", "no"]),
    stop=st.booleans(),
).filter(lambda actions: not actions.nothing)
RULES = st.lists(st.builds(Rule, when=CONDITIONS, then=ACTIONS), max_size=6)
TEXTS = st.text("abAB ", max_size=6)
DRAFTS = st.builds(
    TicketDraft,
    sender=st.builds(Actor, st.just(ActorKind.END_USER), address=st.sampled_from(["", "a@b", "ab@a.example"])),
    origin=st.sampled_from(Origin),
    subject=TEXTS,
    text=TEXTS,
    department=st.sampled_from(["Support", "Sales"]),
    headers=st.lists(st.tuples(st.sampled_from(["X", "Y"]), TEXTS), max_size=2).map(tuple),
    files=st.lists(TEXTS, max_size=2).map(tuple),
    automatic=st.booleans(),
)
LINE_OF = {
    "department": "department ",
    "topic": "topic ",
    "priority": "priority ",
    "agent": "assigned to ",
    "team": "assigned to team ",
    "answer": "an answer of its own",
    "autoresponse": "no automatic answer",
}


@given(rules=RULES, draft=DRAFTS)
def test_no_mail_is_lost_and_the_lines_name_whatever_changed(rules: list[Rule], draft: TicketDraft) -> None:
    named = tuple(attrs.evolve(rule, name=f"R{number}") for number, rule in enumerate(rules))
    answer = TicketFilters().before_ticket_created(draft, FilterOptions(rules=named))
    if isinstance(answer, Refusal):
        assert answer.reason in {f"rule '{rule.name}': no" for rule in named if rule.then.refuse}
        return
    said = " ".join(answer.applied)
    for field in attrs.fields(TicketDraft):
        before, after = getattr(draft, field.name), getattr(answer, field.name)
        if field.name == "applied":
            assert len(after) == len({line.partition("':")[0] for line in after})
        elif before != after:
            assert LINE_OF[field.name] in said
    if not answer.applied:
        assert answer == draft
