"""Text from outside in Markdown: shown as it is, whatever it is."""

import random

import pytest
from markdown_it import MarkdownIt

from core.handover import markdown

NASTY = "a$x$b **bold** ![i](http://127.0.0.1:9/pix.png)"


def tokens_of(written: str) -> list[str]:
    """Return what a reader of Markdown makes of a text: the kinds of its parts."""
    parsed = MarkdownIt("commonmark").enable("table").parse(written)
    inner = (child for token in parsed for child in token.children or [token])
    return [token.type for token in inner if not token.type.startswith("paragraph")]


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("fast-mlp", "fast-mlp"),
        ("784-128-64-10, today 14-02", "784-128-64-10, today 14-02"),
        ("**b** _i_ `c`", r"\*\*b\*\* \_i\_ \`c\`"),
        ("[x](http://y)", "\\[x\\](http:\u2060//y)"),
        ("$x$ <b> :red[r]", "\\$x\\$ \\<b\\> :\u2060red\\[r\\]"),
        (":smile: :material/home:", ":\u2060smile: :\u2060material/home:"),
        ("www.a.com a@b.com", "www\u2060.a.com a@\u2060b.com"),
        ("a&lt;b", "a&\u2060lt;b"),
        ("1. first", r"1\. first"),
        ("- item", r"\- item"),
        ("# title", r"\# title"),
        ("back\\slash", r"back\\slash"),
    ],
)
def test_what_people_typed_is_no_markdown(typed: str, written: str) -> None:
    """A name must not become a link, a formula or a list."""
    assert markdown.literal(typed) == written


def test_any_text_is_shown_as_it_is() -> None:
    """Made of all that has a meaning in Markdown, and of what surrounds it."""
    generator = random.Random(0)  # noqa: S311 - no secret
    letters = "\\`*_[]()<>!#$~|&:@-+=.1 a\t"
    for _ in range(3000):
        typed = "x".join(
            "".join(generator.choices(letters, k=generator.randrange(9)))
            for _ in range(generator.randrange(1, 3))
        ).strip()

        written = markdown.literal(typed)
        parsed = MarkdownIt("commonmark").enable("table").parse(written)

        shown = "".join(token.content for token in parsed[1].children) if parsed else ""
        assert shown.replace("\u2060", "") == typed, repr(typed)
        assert set(tokens_of(written)) <= {"text", "text_special"}, repr(typed)


def test_commands_in_a_message_are_shown_as_code() -> None:
    """Ours have them between backticks; around them stands what people typed."""
    text = f"Expected {NASTY}, got *it*. `python -m core runs list` shows 5."

    kinds = tokens_of(markdown.message(text))

    assert kinds.count("code_inline") == 1
    assert "`python -m core runs list`" in markdown.message(text)
    assert set(kinds) == {"text", "code_inline"}


@pytest.mark.parametrize(
    "text",
    [
        f"`{NASTY}`",
        f"a`b {NASTY}",
        f"``` {NASTY}\n{NASTY}\n```",
        f"Line one.\n\n# {NASTY}\n- {NASTY}\n    {NASTY}\n===\n---",
        f"`a\n\n{NASTY}`",
        f"\\`{NASTY}\\`",
    ],
)
def test_backticks_and_lines_of_others_change_nothing(text: str) -> None:
    """A name with one of our marks must not turn the rest of a message live."""
    kinds = tokens_of(markdown.message(text))

    assert set(kinds) <= {"text", "text_special", "code_inline"}
