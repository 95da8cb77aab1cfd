"""Lines for a terminal: hanging indents, colours that are not the only sign."""

from grader.results.screen import GREEN, Screen, as_text, line


def test_what_goes_on_stands_below_its_own_beginning():
    screen = Screen(width=24)
    line(screen, "  ✗ name: many words that go on", "      deep words that go on too")
    assert screen.lines == [
        "  ✗ name: many words",
        "    that go on",
        "      deep words that go",
        "      on too",
    ]


def test_no_line_is_wider_than_the_screen_even_without_spaces():
    screen = Screen(width=20)
    line(screen, f"    {'x' * 50}")
    assert max(map(len, screen.lines)) == 20


def test_a_mark_is_painted_and_stays_a_mark():
    coloured, plain = Screen(coloured=True), Screen()
    for screen in (coloured, plain):
        line(screen, "  ✓ right", "", "words")
        line(screen, "done", style=GREEN)
    assert coloured.lines == ["  \x1b[32m✓\x1b[0m right", "", "words", "\x1b[32mdone\x1b[0m"]
    assert plain.lines == ["  ✓ right", "", "words", "done"]


def test_a_pipe_is_not_wrapped():
    screen = Screen(width=None)
    line(screen, "  word " * 60)
    assert len(screen.lines) == 1
    assert as_text(lambda each: line(each, "a")) == "a"
