"""Ask a run about a character that somebody drew or opened."""

from core.datasets.spec import DatasetSpec
from core.records import Run
from dashboard import results
from dashboard.widgets.draw.character import Answered, Character, Material


def classify(run: Run, spec: DatasetSpec, material: Material) -> Answered:
    """Classify a character in the style of a run's data set.

    Args:
        run: A run with a model.
        spec: The data set that it learned from.
        material: What somebody drew or opened.

    Raises:
        PictureError: If there is no character in the picture.
        ArtifactError: If the run's model is missing or damaged.
    """
    character = Character.of(material, spec)
    found = results.predictor(run.id).answer(
        character.glyph, temperature=results.temperature(run).value
    )
    return Answered(run=run, spec=spec, character=character, answer=found)
