"""What runs in the process that runs learner code: no reference, no expected value, no grading."""
