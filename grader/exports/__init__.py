"""Grades as learning management systems take them, from a folder of results."""
