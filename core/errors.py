"""Every error that Inklab raises on purpose.

    InklabError
    +-- HomeError                  the Inklab home cannot be used
    +-- SettingError               an environment variable has an impossible value
    +-- ClusterError               the scheduler or its workers cannot be used
    +-- ReadOnlyError              this Inklab is read-only, and something would change
    +-- ConfigError                a training configuration makes no sense
    +-- SchemaError                a stored record is unknown or newer than this program
    +-- DatasetError               a data set cannot be used
    |   +-- UnknownDatasetError    no data set of that name
    |   +-- DatasetNameError       a data set cannot have this name
    |   +-- DatasetFileError       a data file is missing, broken or not what it claims
    |   |   +-- SeveralSetsError   several data sets lie where one was expected
    |   +-- DownloadError          a file could not be downloaded
    +-- PictureError               a picture cannot be used
    |   +-- BrokenPictureError     not a picture, or a damaged one
    |   +-- HugePictureError       too many pixels to open safely
    |   +-- BlankDrawingError      there is no ink on it
    +-- HandwritingError           a drawing of My handwriting cannot be kept or read
    +-- TrainingError              a training could not be completed
    |   +-- DivergedError          the loss is no longer a number
    |   +-- ExportError            the exported model disagrees with the trained one
    +-- StudyError                 a hyperparameter study cannot be used
    |   +-- UnknownStudyError      no study of that name
    |   +-- StudyStoreError        the storage of the studies cannot be used
    +-- TrainingStopped            somebody asked the training to stop (not a failure)
    +-- RunTextError               a run cannot have this name or note
    +-- QueueError                 a run cannot have this place in the queue
    +-- ComparisonError            runs cannot be compared with each other
    +-- RunStoreError              the run store cannot be used
        +-- UnknownRunError        no run of that id
        +-- ArtifactError          a file of a run is missing or damaged
        +-- BundleError            the archive of a run cannot be written

A message says what was expected, what was received and what to do about it,
so a page or a terminal can show it as it is.
"""


class InklabError(Exception):
    """Base of all errors that are raised on purpose."""


class HomeError(InklabError):
    """The folder for data, runs and caches cannot be created or written."""


class SettingError(InklabError):
    """An environment variable has an impossible value."""


class ClusterError(InklabError):
    """The scheduler of a cluster, or its workers, cannot be used."""


class ReadOnlyError(InklabError):
    """Something would be changed in an Inklab that is read-only."""


class ConfigError(InklabError):
    """A training configuration has an impossible value."""


class SchemaError(InklabError):
    """A stored record has an unknown or newer schema."""


class DatasetError(InklabError):
    """A data set cannot be used."""


class UnknownDatasetError(DatasetError):
    """No data set of that name exists."""


class DatasetNameError(DatasetError):
    """A name is no name for a data set, or another one has it."""


class DatasetFileError(DatasetError):
    """A data file is missing, damaged, or not the file it claims to be."""


class SeveralSetsError(DatasetFileError):
    """Several data sets lie in one place, and one has to be chosen.

    Attributes:
        names: What each can be chosen by.
    """

    def __init__(self, message: str, names: tuple[str, ...]) -> None:
        # Both, or another process could not be told of it.
        super().__init__(message, names)
        self.names = names

    def __str__(self) -> str:
        message: str = self.args[0]
        return message


class DownloadError(DatasetError):
    """A file could not be downloaded, or something else came in its place."""


class PictureError(InklabError):
    """A picture cannot be used."""


class BrokenPictureError(PictureError):
    """The file is not a picture, or it is damaged."""


class HugePictureError(PictureError):
    """The picture has more pixels than are safe to open."""


class BlankDrawingError(PictureError):
    """The picture or drawing shows no ink."""


class HandwritingError(InklabError):
    """A drawing of My handwriting is unknown or damaged, or cannot be kept."""


class TrainingError(InklabError):
    """A training could not be completed."""


class DivergedError(TrainingError):
    """The loss is no longer a finite number."""


class ExportError(TrainingError):
    """The exported model does not compute what the trained one does."""


class StudyError(InklabError):
    """A hyperparameter study cannot be made or used as it was asked for."""


class UnknownStudyError(StudyError):
    """No study of that name exists, or none any more."""


class StudyStoreError(StudyError):
    """The storage of the studies cannot be opened, read or written."""


class TrainingStopped(InklabError):  # noqa: N818 - it is a request, not an error
    """Somebody asked the training to stop; raised by a progress report."""


class RunTextError(InklabError):
    """A text cannot be the name or the note of a run."""


class QueueError(InklabError):
    """A run does not wait, or there is no such place in its queue."""


class ComparisonError(InklabError):
    """Runs cannot be compared with each other."""


class RunStoreError(InklabError):
    """The run store cannot be opened, read or written."""


class UnknownRunError(RunStoreError):
    """No run of that id is in the store."""


class ArtifactError(RunStoreError):
    """A file that belongs to a run is missing or damaged."""


class BundleError(RunStoreError):
    """The archive of a run cannot be written."""
