"""An autograder for one subject: the gradient of the softmax layer.

Others may import `grader.course`, with which a course's checks are written, and `grader.notebook`,
with which learners check their work in a notebook; these stay as they are from one version to the
next. All else is used through the command `grader` and the files that it writes. The rooms of this
package, and which may import which, are described in docs/architecture.md.
"""

__all__ = ["__version__"]

__version__ = "0.1.0"
