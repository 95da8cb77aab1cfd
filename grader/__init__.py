"""An autograder for one subject: the gradient of the softmax layer."""

__version__ = "0.1.0"
