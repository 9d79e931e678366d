"""Numbers as people read them, in labels and on hovering."""

from core.proportion import percent


def count_of(count: int, total: int) -> str:
    """Write a count with its whole: "12 of 982 (1.2 %)"."""
    if not total:
        return f"{count:,} of {total:,}"
    return f"{count:,} of {total:,} ({percent(count / total, decimals=1)})"


def plain(text: str) -> str:
    """Write a text from outside so that Plotly shows it as it is.

    Plotly reads a few tags and entities in names, labels and hover texts.
    """
    return text.replace("&", "&amp;").replace("<", "&lt;")


def signed(number: float, *, decimals: int = 0) -> str:
    """Write a difference with its sign, also in front of what is more: "+3"."""
    return f"{number:+,.{decimals}f}".replace("-", "\u2212")
