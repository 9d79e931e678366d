"""How a drawing flows through the network, layer by layer."""

from dashboard.widgets.draw.character import Answered
from dashboard.widgets.one_image import layers


def section(answered: Answered) -> None:
    """Show what each layer gives for a drawing."""
    layers.flow(
        answered.run,
        answered.character.glyph,
        answered.classes,
        member=layers.pick_member(answered.run),
        key="draw_layer",
    )
