"""The errors of the grader, by whose fault they are.

GraderError
├── UsageError       the person at the command line: a folder that does not exist
├── Stopped          nobody: a signal asked to stop
├── CourseError      a course author: two checks of one name, a reference that raises
├── SubmissionError  a learner: a file that cannot be read as Python
└── SandboxError     ours: the process that runs learner code did not start or misbehaved
"""


class GraderError(Exception):
    """An error whose message says where, what is wrong there, and how to fix it."""


class UsageError(GraderError):
    """The command was given something that it cannot work with."""


class Stopped(GraderError):  # noqa: N818  # a request, not an error
    """The signal `number` asked the command to stop; the message says how to continue."""

    def __init__(self, message: str, number: int) -> None:
        super().__init__(message)
        self.number = number


class CourseError(GraderError):
    """A course folder has an error; the message names the file and what to change."""


class SubmissionError(GraderError):
    """A submitted file cannot be read; the rest of the submission still counts."""


class SandboxError(GraderError):
    """The grader itself failed; this is never the learner's fault and never a zero."""
