"""An author's loop: begin a course, prove what was saved, see what a learner will read."""

import pytest

from grader.course.watching import watch_course


def test_a_new_course_exercise_and_function_are_proved_as_they_stand(run, tmp_path):
    course = tmp_path / "mine"
    for arguments in (
        ("course", course),
        ("exercise", "ex02_two", "--function", "two", "--course", course),
        ("function", "three", "--exercise", "ex02_two", "--course", course),
    ):
        done = run("new", *arguments)
        assert done.returncode == 0, done.stderr
        assert str(course / "course.toml") in done.stdout
    run("build", "--course", course)
    done = run("build", "--check", "--course", course)
    assert done.stdout == f"{course}: proved (2 exercises)\n"
    assert "points = { two = 10, three = 10 }" in (course / "course.toml").read_text()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("course", "DIR"), "course.toml exists; add to that course with `grader new exercise"),
        (("exercise", "ex01_relu", "--function", "a"), "the course has ex01_relu already; choose"),
        (("exercise", "ex 2", "--function", "a"), "'ex 2' cannot be used as a name"),
        (("exercise", "ex02", "--function", "relu"), "the course has relu already; choose another"),
        (("function", "a__b", "--exercise", "ex01_relu"), "'a__b' cannot be used as a name"),
        (("function", "a", "--exercise", "ex09"), "no exercise is called 'ex09'; choose from ex01"),
    ],
)
def test_what_exists_is_not_written_over(run, toy, arguments, said):
    words = [toy if word == "DIR" else word for word in arguments]
    done = run("new", *words, *(() if toy in words else ("--course", toy)))
    assert done.returncode == 2
    assert said in done.stderr


def test_points_over_several_lines_are_the_authors_to_write(run, toy):
    path = toy / "course.toml"
    path.write_text('title = "A"\nexercise = [{ slug = "ex01_relu", points.relu = 10 }]\n')
    done = run("new", "function", "a", "--exercise", "ex01_relu", "--course", toy)
    assert "cannot find the points of ex01_relu in" in done.stderr
    assert not (toy / "ex01_relu" / "alternatives.py").read_text().count("a__")


def test_one_exercise_is_proved(run, toy):
    run("build", "--course", toy)
    one = ("--check", "--exercise", "ex01_relu", "--course", toy)
    assert run("build", *one).stdout == f"{toy}: proved (ex01_relu)\n"
    # That is for the proof of the whole course.
    (toy.parent / "exercises" / "stray.py").touch()
    assert run("build", *one).returncode == 0
    (toy.parent / "exercises" / "ex01_relu.py").write_text("pass\n")
    done = run("build", *one)
    assert done.returncode == 1
    assert "ex01_relu.py does not match the course; run `grader build`" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--exercises", "."), "in the course's own folder, which holds the solutions"),
        (("--exercises", "ex01_relu"), "in the course's own folder, which holds the solutions"),
        (("--exercise", "ex01_relu"), "--exercise and --watch are for the proof; add --check"),
        (("--watch",), "--exercise and --watch are for the proof; add --check"),
        (("--check", "--exercise", "ex09"), "no exercise is called 'ex09'; choose from ex01_relu"),
    ],
)
def test_what_build_refuses(run, toy, arguments, said):
    before = sorted(toy.rglob("*"))
    done = run("build", "--course", toy, *arguments, cwd=toy)
    assert done.returncode == 2
    assert said in done.stderr
    assert sorted(toy.rglob("*")) == before


def test_a_watch_tells_what_changed(run, toy):
    run("build", "--course", toy)
    mistakes, checks = (toy / "ex01_relu" / name for name in ("mistakes.py", "checks.py"))
    right, said = mistakes.read_text(), []

    def saves():
        mistakes.write_text(f"{right}\n\ndef relu__right(Z):\n    return np.maximum(Z, 0)\n")
        yield [mistakes.resolve()]
        mistakes.write_text(right)
        said.append("saved")
        yield [mistakes.resolve()]
        checks.rename(toy / "away")
        yield [(toy / "ex01_relu" / "notes.txt").resolve()]
        yield [checks.resolve()]
        (toy / "away").rename(checks)
        said.append("saved")
        yield [checks.resolve()]

    assert watch_course(toy, toy.parent / "exercises", (), said.append, saves())
    first, second, third = (
        [line.split(" (")[0] for line in part]
        for part in (said[: said.index("saved")], said[said.index("saved") + 1 : -2], said[-1:])
    )
    where = f"{mistakes}, line "
    assert first[0] == third[0] == "ex01_relu: proved"
    assert [line.startswith(f"new: {where}") for line in first[1:-1]] == [True] * len(first[1:-1])
    assert any("relu__right gets full points" in line for line in first)
    assert sum(line.startswith(f"fixed: {where}") for line in second) == len(first[1:-1])
    assert sum(line.startswith("cannot read ") for line in second) == 1


def test_a_preview_is_what_a_learner_reads(run, toy):
    done = run("preview", "relu__step", "--course", toy)
    assert done.returncode == 0, done.stderr
    assert "✗ relu: " in done.stdout
    assert (
        "You return where Z is positive, which is the derivative, not the function." in done.stdout
    )
    assert "of 10 points" in done.stdout
    assert run("preview", "step", "--course", toy).stdout == done.stdout
    unknown = run("preview", "relu__stop", "--course", toy)
    assert unknown.returncode == 2
    assert (
        "0 mistakes are called 'relu__stop'; choose from relu__absolute_value, " in unknown.stderr
    )


def test_a_preview_says_when_a_mistake_is_not_recognised(run, toy):
    with (toy / "ex01_relu" / "mistakes.py").open("a") as file:
        file.write("\n\ndef relu__right(Z):\n    'Right.'\n    return np.maximum(Z, 0)\n")
    done = run("preview", "right", "--course", toy)
    assert done.returncode == 1
    assert "mistakes.py, line " in done.stdout
    assert "it is not recognised; add inputs to checks.py that tell it from right" in done.stdout
