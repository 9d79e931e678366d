"""Parts of the page Data sets."""
