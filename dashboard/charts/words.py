"""Numbers as people read them, in labels and on hovering."""


def percent(share: float, *, decimals: int = 2) -> str:
    """Write a share as percent, and never round a rest away to 0 or 100.

    Args:
        share: From 0 to 1.
        decimals: Digits after the point.

    Returns:
        For example "97.31 %", "<0.01 %" or ">99.99 %".
    """
    step = 10.0**-decimals
    value = share * 100
    if 0 < value < step:
        return f"<{step:.{decimals}f} %"
    if 100 - step < value < 100:  # noqa: PLR2004 - a hundred percent
        return f">{100 - step:.{decimals}f} %"
    return f"{value:.{decimals}f} %"


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
