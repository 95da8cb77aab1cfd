"""What can go wrong, by whose fault it is.

GraderError
├── UsageError       the person at the command line: a folder that is not there
├── Stopped          nobody: a signal asked to stop
├── CourseError      a course author: two checks of one name, a reference that raises
├── SubmissionError  a learner: a file that cannot be read as Python
└── SandboxError     ours: the process that runs learner code did not start or misbehaved
"""


class GraderError(Exception):
    """An error whose message names the place, what is wrong there, and the remedy."""


class UsageError(GraderError):
    """The command was given something it cannot work with."""


class Stopped(GraderError):  # noqa: N818  # a request, not an error
    """The command was asked to stop by the signal `number`, and tells how to go on."""

    def __init__(self, message: str, number: int) -> None:
        super().__init__(message)
        self.number = number


class CourseError(GraderError):
    """A course folder is broken; the message names the file and what to change."""


class SubmissionError(GraderError):
    """A submitted file cannot be read; the rest of the submission still counts."""


class SandboxError(GraderError):
    """The grader itself failed; never a learner's fault and never a zero."""
