"""Make the autograder for Gradescope: a course, this grader, and two short scripts."""

from __future__ import annotations

from pathlib import Path

from grader.course.folder import Course
from grader.files import archive_of, writing_to
from grader.platforms.container.pack import NAME, Settings, packed
from grader.platforms.container.wheel import wheel_bytes, wheel_name

HERE = Path(__file__).parent
PROGRAMS = ("setup.sh", "run_autograder")


def build(course: Course, out: Path, settings: Settings) -> int:
    """Write the autograder for a course to `out`, and return its size in bytes.

    CourseError when a reference fails, UsageError when `out` cannot be written to.
    """
    files = {
        name: (HERE / name).read_bytes().replace(b"WHEEL_NAME", wheel_name().encode())
        for name in PROGRAMS
    }
    files[wheel_name()] = wheel_bytes()
    files[NAME] = packed(course, settings)
    data = archive_of(files, programs=PROGRAMS)
    with writing_to(out, remedy="name another file with --out"):
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_bytes(data)
    return len(data)
