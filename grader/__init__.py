"""An autograder for one subject: the gradient of the softmax layer.

What others may import, and what stays as it is from one version to the next: `grader.course`, of
which a course's checks are made, and `grader.notebook`, by which learners check in a notebook. All
else is used through the command `grader` and the files that it writes.
"""

__all__ = ["__version__"]

__version__ = "0.1.0"
