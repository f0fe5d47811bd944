"""Encoded words, right and wrong (RFC checklist line 26)."""

import pytest

from deskbell.core.intake.parsing.words import decode_words


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("no word", "no word"),
        ("=?utf-8?Q?a?=", "a"),
        ("=?utf-8?q?a_b=20c?=", "a b c"),
        ("=?UTF-8?b?w6Q=?=", "ä"),
        ("=?utf-8*de?Q?=C3=A4?=", "ä"),
        ("x =?utf-8?Q?a?= y", "x a y"),
        ("=?utf-8?Q?a?= =?utf-8?Q?b?=", "ab"),
        ("=?utf-8?Q?a?= b =?utf-8?Q?c?=", "a b c"),
        ("=?utf-8?Q?a?=\t =?iso-8859-1?Q?=E4?=", "aä"),
        ("=?utf-8?Q?=C3?= =?utf-8?Q?=A4?=", "ä"),
        ("=?utf-8?B?w6?= =?utf-8?B?Q=?=", "Ã"),
        ("=?utf-8?B?w6Q?=", "ä"),
        ("=?utf-8?B?!!w6Q=!!?=", "ä"),
        ("=?utf-8?B??=", ""),
        ("=?utf-8?B?=?=", ""),
        ("=?x-none?Q?=C3=A4?=", "ä"),
        ("=?x-none?Q?=E4?=", "ä"),
        ("=?utf-8?Q?=FF?=", "ÿ"),
        ("=?utf-8?Q?a=FFb=C3=A4=C3=B6=C3=BC?=", "a\ufffdbäöü"),
        ("=?utf-8?Q?How are you??=", "How are you?"),
        ("=?utf-8?Q?what? now?=", "what? now"),
        ("=?utf-8?X?a?=", "=?utf-8?X?a?="),
        ("=?utf-8?Q?a", "=?utf-8?Q?a"),
        ("=?utf-8?Q?a?= x =?utf-8?Q?b", "a x =?utf-8?Q?b"),
        ("=?iso-2022-jp?B?GyRCJVclaRsoQg==?=", "プラ"),
        ("=?iso-2022-jp?B?GyRCJVcl?=", "プ\ufffd"),
        ("=?utf-8?Q?=41=4?=", "A=4"),
        ("a=?utf-8?Q?b?=c", "abc"),
        ("=?zip?Q?a?=", "a"),
    ],
)
def test_words(value: str, text: str) -> None:
    assert decode_words(value) == text
