"""What Draw tells below the answer: one section at a time."""

from collections.abc import Callable, Mapping
from typing import Final

from dashboard import state
from dashboard.widgets.common import section_picker
from dashboard.widgets.draw import compared, inside, several, steps, thresholds, verdict
from dashboard.widgets.draw.character import Answered
from dashboard.widgets.one_image import counterfactual, mattered

SECTIONS: Final[Mapping[str, Callable[[Answered], None]]] = {
    "From drawing to model input": steps.section,
    "Preprocessing compared": compared.section,
    verdict.WHERE: thresholds.section,
    "Several runs": several.section,
    "What mattered": mattered.show,
    "What would change it": counterfactual.show,
    "Inside the network": inside.section,
}


def show(answered: Answered) -> None:
    """Let the viewer choose a section, and show it."""
    chosen = section_picker.pick(
        SECTIONS, label="About this drawing", key=state.ABOUT_DRAWING
    )
    SECTIONS[chosen](answered)
