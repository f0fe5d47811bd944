"""Answers as mail programs write them, with each line marked by hand: `+` was written now, `-` repeats an earlier mail."""

import re
from collections.abc import Iterator
from pathlib import Path

import attrs

FOLDER = Path(__file__).parent / "replies"
SECOND_AUTHOR = FOLDER / "second_author"
"""Samples by somebody who had not read the rules: they tell more of the mail of others."""


@attrs.frozen
class ReplySample:
    """A mail's text, and what its sender wrote in it."""

    language: str
    name: str
    text: str
    fresh: str


def reply_samples() -> tuple[ReplySample, ...]:
    """All samples, by language."""
    return tuple(sample for path in sorted(FOLDER.glob("*.txt")) for sample in _read(path))


def second_author_samples() -> tuple[ReplySample, ...]:
    """The samples of the second author, by language."""
    return tuple(sample for path in sorted(SECOND_AUTHOR.glob("*.txt")) for sample in _read(path))


def second_author_pages() -> tuple[ReplySample, ...]:
    """The same as HTML: `text` is markup as a mail program sends it, behind the line ``%%`` stands what is fresh."""
    source = (SECOND_AUTHOR / "from_html.lines").read_text(encoding="utf-8").removeprefix("== ")
    pages = []
    for section in source.split("\n== "):
        name, _, body = section.partition("\n")
        markup, _, fresh = body.partition("\n%%\n")
        pages.append(ReplySample(language="html", name=name, text=markup, fresh=paragraphs(fresh)))
    return tuple(pages)


def attributions() -> tuple[str, ...]:
    """Single lines with which mail programs introduce a quote, or put over it."""
    return tuple((FOLDER / "attributions.lines").read_text(encoding="utf-8").splitlines())


def header_blocks() -> tuple[str, ...]:
    """Blocks of header lines as mail programs put them over a quote."""
    return tuple((FOLDER / "header_blocks.lines").read_text(encoding="utf-8").removesuffix("\n").split("\n%\n"))


def paragraphs(text: str) -> str:
    """The text with its paragraphs one blank line apart: how many stand between them is nobody's concern."""
    lines = "\n".join(line.rstrip() for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", lines).strip("\n")


def _read(path: Path) -> Iterator[ReplySample]:
    for section in path.read_text(encoding="utf-8").removeprefix("== ").split("\n== "):
        name, _, body = section.partition("\n")
        lines = body.removesuffix("\n").split("\n")
        assert all(line[:1] in ("+", "-") for line in lines), f"{path.stem}, {name}: a line is marked neither + nor -"
        yield ReplySample(
            language=path.stem,
            name=name,
            text="\n".join(line[1:] for line in lines),
            fresh=paragraphs("\n".join(line[1:] for line in lines if line[0] == "+")),
        )
