"""What can go wrong, by whose fault it is.

GraderError
├── UsageError       the person at the command line: a folder that is not there
├── CourseError      a course author: two checks of one name, a reference that raises
├── SubmissionError  a learner: a file that cannot be read as Python
└── SandboxError     ours: the process that runs learner code did not start or misbehaved
"""


class GraderError(Exception):
    """An error whose message names the place, what is wrong there, and the remedy."""


class UsageError(GraderError):
    """The command was given something it cannot work with."""


class CourseError(GraderError):
    """A course folder is broken; the message names the file and what to change."""


class SubmissionError(GraderError):
    """A submitted file cannot be read; the rest of the submission still counts."""


class SandboxError(GraderError):
    """The grader itself failed; never a learner's fault and never a zero."""
