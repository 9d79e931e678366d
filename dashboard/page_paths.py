"""Where the pages are: Streamlit knows a page, also in a link, by its file."""

from typing import Final

_FOLDER: Final = "dashboard/pages"
OVERVIEW: Final = f"{_FOLDER}/overview.py"
EXPLORE: Final = f"{_FOLDER}/explore.py"
DATA_SETS: Final = f"{_FOLDER}/data_sets.py"
TRAIN: Final = f"{_FOLDER}/train.py"
TUNE: Final = f"{_FOLDER}/tune.py"
RUNS: Final = f"{_FOLDER}/runs.py"
COMPARE: Final = f"{_FOLDER}/compare.py"
EVALUATE: Final = f"{_FOLDER}/evaluate.py"
MISTAKES: Final = f"{_FOLDER}/mistakes.py"
DRAW: Final = f"{_FOLDER}/draw.py"
