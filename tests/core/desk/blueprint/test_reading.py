"""Files that are wrong in themselves: one sentence with file, key path and, for a misspelt name, the nearest one."""

import tomllib

import pytest

from deskbell.core.contract.structuring import InvalidSetting
from deskbell.core.desk.blueprint import read_blueprint
from stand_ins.blueprint_bench import CATALOGUE


def sentence(toml: str) -> str:
    with pytest.raises(InvalidSetting) as refused:
        read_blueprint(tomllib.loads(toml), file="desk.toml", catalogue=CATALOGUE)
    return str(refused.value)


UNKNOWN = [
    ("[departements.Support]", "departements is not known. Did you mean 'departments'?"),
    ("[departments.support]\nmaneger = 'a@example.com'", "departments.support.maneger is not known. Did you mean 'manager'?"),
    ('[agents."a@example.com"]\nadmni = true', 'agents."a@example.com".admni is not known. Did you mean \'admin\'?'),
    ("[settings]\ndesk = 'x'", "settings.desk is not known. Did you mean 'desk_name'?"),
    ("[switches.vip-alrt]", "switches.vip-alrt is not known. Did you mean 'vip-alert'?"),
    ("[switches.vip-alert]\nglobal = 'on'", "switches.vip-alert.global is not known. Known here: departments, mailboxes, position, shadow, shadow_departments, topics."),
    ("[options.vip_alert]", "options.vip_alert is not known. Did you mean 'vip-alert'?"),
    ("[options.vip-alert]\ndomain = []", "options.vip-alert.domain is not known. Did you mean 'domains'?"),
    ("[options.vip-alert]\ndepartment = {}", "options.vip-alert.department is not known. Did you mean 'departments'?"),
    ("[options.vip-alert.departments.Support]\nlimt = 1", "options.vip-alert.departments.Support.limt is not known. Did you mean 'limit'?"),
    ("[options.vip-alert.audience]\nowner = true", "options.vip-alert.audience.owner is not known. Known here: department_manager, department_member."),
    ("[options.vip-alert.audience]\ndepartment_menager = true", "options.vip-alert.audience.department_menager is not known. Did you mean 'department_manager'?"),
    ("[channels.pidgeon]", "channels.pidgeon is not known. Did you mean 'pigeon'?"),
    ("[channels.pigeon]\nhold = true", "channels.pigeon.hold is not known. Did you mean 'held'?"),
]  # fmt: skip

WRONG = [
    ("agents = 3", "agents must be a table, not 3."),
    ("options = 3", "options must be a table, not 3."),
    ("[channels]\npigeon = []", "channels.pigeon must be a table, not a list."),
    ('[agents."a@example.com"]\nadmin = "yes"', 'agents."a@example.com".admin must be true or false, not "yes".'),
    ('[agents."a@example.com"]\nname = 2026-01-01', 'agents."a@example.com".name must be text, not 2026-01-01.'),
    ('[agents."a@example.com"]\nname = " "', 'agents."a@example.com".name must not be empty.'),
    ('[agents."a@example.com"]\nname = "A\\nB"', 'agents."a@example.com".name must be one line, not "A\\nB".'),
    ("[agents.Ann]", 'agents.Ann must be a mail address, not "Ann".'),
    ('[end_users."eve@"]', 'end_users."eve@" must be a mail address, not "eve@".'),
    ('[end_users."eve@example.com"]\naddresses = ["eve"]', 'end_users."eve@example.com".addresses must be a mail address, not "eve".'),
    ('[departments.""]', 'departments."" must not be empty.'),
    ('[teams."a\\nb"]', 'teams."a\\nb" must be one line, not "a\\nb".'),
    ('[departments.Support]\nrecipients_mode = "member"', 'departments.Support.recipients_mode must be "members" or "members_and_extended" or "nobody", not "member". Did you mean \'members\'?'),
    ('[departments.Support]\naddress = "x"', 'departments.Support.address must be a mail address, not "x".'),
    ('[topics.Print]\npriority = "hi"', 'topics.Print.priority must be "low" or "normal" or "high" or "urgent", not "hi". Did you mean \'high\'?'),
    ('[mailboxes.support]\naddress = ""', 'mailboxes.support.address must be a mail address, not "".'),
    ('[settings]\ndomain = "exa mple"', 'settings.domain must be a mail domain such as example.com, not "exa mple".'),
    ('[settings]\nbase_url = "ftp://x"', 'settings.base_url must begin with https:// or http:// or be empty, not "ftp://x".'),
    ('[agents."a@example.com"]\nleave_from = 2026-08-01T08:00:00', 'agents."a@example.com".leave_from must be a date, or a time with its offset such as 2026-08-01T08:00:00Z, or empty, not "2026-08-01T08:00:00".'),
    ('[agents."a@example.com"]\nleave_until = "soon"', 'agents."a@example.com".leave_until must be a date, or a time with its offset such as 2026-08-01T08:00:00Z, or empty, not "soon".'),
    ("[options.vip-alert.audience]\ndepartment_manager = 1", "options.vip-alert.audience.department_manager must be true or false, not 1."),
    ("[channels.pigeon]\nheld = 1", "channels.pigeon.held must be true or false, not 1."),
    ('[departments.Support]\nsignature = "a\\u0000b"', "departments.Support.signature must not hold the character NUL."),
    ('[departments."a\\u0000b"]', "departments must not hold the character NUL."),
    ("[options.vip-alert]\nlimit = 9223372036854775808", "options.vip-alert.limit is a number too large to be kept."),
]  # fmt: skip

NAMED_TWICE = [
    ("[departments.Support]\n[departments.support]", "departments.support is the same as 'Support' above it."),
    ('[agents."a@example.com"]\n[agents."A@Example.COM"]', "agents.\"A@Example.COM\" is the same as 'a@example.com' above it."),
    ('[departments.Support]\nmembers = ["a@example.com", "A@example.com"]', "departments.Support.members names 'A@example.com' twice."),
    ('[departments.Support.extended]\n"a@example.com" = {}\n"A@example.com" = {}', "departments.Support.extended names 'A@example.com' twice."),
    ("[options.vip-alert.departments]\nSupport = {}\nSUPPORT = {}", "options.vip-alert.departments.SUPPORT is the same as 'Support' above it."),
]  # fmt: skip

POSITIONS = [
    ('[switches.vip-alert]\nposition = "inherit"', "switches.vip-alert.position cannot be 'inherit': there is no such position. Say 'on' or 'off' or 'opt-in'."),
    ('[switches.vip-alert]\nposition = "of"', 'switches.vip-alert.position must be "on" or "off" or "opt-in" or "inherit", not "of". Did you mean \'off\'?'),
    ('[switches.vip-alert.departments]\nSupport = "opt-in"', "switches.vip-alert.departments.Support cannot be 'opt-in': there is no such position. Say 'inherit' or 'on' or 'off'."),
    ('[switches.thanks.topics]\nPrint = "on"', "switches.thanks.topics.Print cannot be 'on': there is no such position. Say 'inherit' or 'off'."),
    ('[switches.vip-alert.mailboxes]\nsupport = "off"', "switches.vip-alert.mailboxes.support cannot be 'off': a plugin of this kind has no mailbox switch."),
    ('[switches.disk-alert.departments]\nSupport = "off"', "switches.disk-alert.departments.Support cannot be 'off': a plugin of this kind has no department switch."),
    ("[switches.disk-alert.shadow_departments]\nSupport = true", "switches.disk-alert.shadow_departments cannot be set: a plugin of this kind has no department switch."),
    ("[options.disk-alert.departments.Support]", "options.disk-alert.departments cannot be set: this plugin has no options per department."),
]  # fmt: skip


@pytest.mark.parametrize(("toml", "words"), UNKNOWN + WRONG + NAMED_TWICE + POSITIONS)
def test_a_wrong_file_is_one_sentence(toml: str, words: str) -> None:
    assert sentence(toml) == f"desk.toml: {words}"


def test_a_table_that_is_absent_stays_absent() -> None:
    read = read_blueprint(tomllib.loads("[teams]\n[channels]"), file="desk.toml", catalogue=CATALOGUE)
    assert (read.file, dict(read.tables), dict(read.open_tables)) == ("desk.toml", {"teams": {}}, {"channels": {}})
