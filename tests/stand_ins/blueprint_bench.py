"""A desk that is changed by files only, with plugins and channels that have every kind of option."""

import tomllib
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

import attrs
import pytest
from sqlalchemy.orm import Session

from deskbell.core.contract.channel import Channel, Delivery, DeliveryFailure, Receipt
from deskbell.core.contract.errors import DeskbellError
from deskbell.core.contract.kinds import AgentAlert, Autoresponder, SystemAlert
from deskbell.core.contract.people import SYSTEM, Role
from deskbell.core.contract.structuring import described, secret
from deskbell.core.desk import blueprint
from deskbell.core.store.database import Database
from deskbell.core.store.directory import Directory
from deskbell.core.store.secrets import SecretBox

from .clock import FrozenClock


@attrs.define(eq=False)
class VipAlert(AgentAlert):
    audience = {Role.DEPARTMENT_MANAGER: True, Role.DEPARTMENT_MEMBER: False}

    @attrs.frozen
    class Options:
        domains: frozenset[str] = frozenset({"example.org"})
        patience: timedelta = timedelta(minutes=15)
        limit: int = described(20, help="How many.", validator=attrs.validators.ge(0))
        token: str = secret()


@attrs.define(eq=False)
class Thanks(Autoresponder):
    audience = {Role.OWNER: True}


@attrs.define(eq=False)
class DiskAlert(SystemAlert):
    pass


@attrs.frozen(kw_only=True)
class Login:
    user: str = ""
    password: str = secret()


@attrs.frozen(kw_only=True)
class PigeonOptions:
    """A class whose options hang together: a user needs a password."""

    loft: str = ""
    speed: float = 40.0
    key: str = secret(validator=attrs.validators.max_len(40))
    login: Login = Login()
    headers: Mapping[str, str] = attrs.field(factory=dict)

    def __attrs_post_init__(self) -> None:
        if self.login.user and not self.login.password:
            raise ValueError("must have login.password when it has login.user")


class PigeonChannel(Channel):
    title = "Pigeon"
    Options = PigeonOptions

    def __init__(self, options: object, *, send_limit: float) -> None: ...

    def unready(self) -> str:
        return ""

    def deliver(self, deliveries: Sequence[Delivery]) -> Sequence[Receipt | DeliveryFailure]:
        return [Receipt() for _ in deliveries]


CATALOGUE = blueprint.Catalogue(
    plugins={"vip-alert": VipAlert(), "thanks": Thanks, "disk-alert": DiskAlert}, channels={"pigeon": PigeonChannel}
)


class Bench:
    """One desk; the file it is given is always called desk.toml."""

    def __init__(self, url: str, *, key_file: Path) -> None:
        self.clock = FrozenClock()
        self.db = Database(url, clock=self.clock)
        self.secrets = SecretBox.create(key_file)
        self.environment = {"LOFT_KEY": "coo-coo-coo"}

    def plan(self, toml: str, *, prune: bool = False) -> blueprint.Plan:
        """What applying the file would change."""
        with self.db.reading() as session:
            return self.plan_in(session, tomllib.loads(toml), prune=prune)

    def plan_in(self, session: Session, data: Mapping[str, object], *, prune: bool = False) -> blueprint.Plan:
        """What applying a file with this content would change, in a transaction of the caller's."""
        wanted = blueprint.read_blueprint(data, file="desk.toml", catalogue=CATALOGUE)
        return blueprint.plan(session, wanted, prune=prune, secrets=self.secrets, environment=self.environment)

    def apply(self, toml: str, *, prune: bool = False) -> list[str]:
        """Apply the file; answer the plan's lines."""
        with self.db.writing() as session:
            return self.apply_in(session, tomllib.loads(toml), prune=prune)

    def apply_in(self, session: Session, data: Mapping[str, object], *, prune: bool = False) -> list[str]:
        """Apply a file with this content in a transaction of the caller's; answer the plan's lines."""
        plan = self.plan_in(session, data, prune=prune)
        blueprint.apply(session, plan, by=SYSTEM, now=self.clock.now())
        return plan.render()

    def refusal(self, toml: str, *, prune: bool = False) -> str:
        """The sentence with which the file is refused."""
        with pytest.raises(DeskbellError) as refused:
            self.plan(toml, prune=prune)
        return str(refused.value)

    def export(self, catalogue: blueprint.Catalogue = CATALOGUE) -> str:
        """The desk as a file."""
        with self.db.reading() as session:
            return blueprint.export(session, catalogue=catalogue)

    def directory(self) -> Directory:
        """The desk as the rules see it."""
        with self.db.reading() as session:
            return self.db.directory(session)

    def close(self) -> None:
        """Let go of the database."""
        self.db.close()
