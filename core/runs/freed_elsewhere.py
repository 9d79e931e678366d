"""Where the runs of a store are freed that is no file of this machine."""

from datetime import timedelta
from typing import TYPE_CHECKING

from core import settings
from core.runs import server

if TYPE_CHECKING:
    from core.runs.reader import RunReader


def remark(store: "RunReader", *, older_than: timedelta) -> str:
    """Say where the runs of a store are freed if that cannot be done from here.

    Returns:
        A sentence with the command, or nothing.
    """
    if store.database is not None:
        return ""
    age, address = text_of(older_than), server.name_of(settings.named_store())
    if address and address.startswith("http"):
        return (
            f"The runs are those of the server {address}. Free them on its machine: "
            f"`mlflow gc --tracking-uri {address} --backend-store-uri DATABASE "
            f"--artifacts-destination FOLDER --older-than {age}`, with the database "
            "and the folder that the server was started with."
        )
    return (
        "The runs are in a database. Free them with `mlflow gc --backend-store-uri "
        f'"$MLFLOW_TRACKING_URI" --older-than {age}`.'
    )


def text_of(age: timedelta) -> str:
    """Write an age as the terminal takes it, such as 7d or 1d12h."""
    days, rest = divmod(round(age.total_seconds()) // 60, 24 * 60)
    hours, minutes = divmod(rest, 60)
    parts = ((days, "d"), (hours, "h"), (minutes, "m"))
    return "".join(f"{number}{unit}" for number, unit in parts if number) or "0d"
