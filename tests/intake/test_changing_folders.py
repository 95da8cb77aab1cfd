"""A folder that learners change while it is read leads nowhere else, and what changes is noted."""

import contextlib
import os
import threading
import time

from grader.intake import files
from grader.intake.submission import collect, read_submission
from tests.support.refusals import written
from tests.support.submissions import SOFTMAX


@contextlib.contextmanager
def meanwhile(change):
    """Make a change again and again while the block runs."""
    stop = threading.Event()
    begun = threading.Event()

    def changing():
        while not stop.is_set():
            change()
            begun.set()

    thread = threading.Thread(target=changing)
    thread.start()
    begun.wait()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def test_a_folder_that_is_exchanged_for_a_link_leads_nowhere(tmp_path):
    secret = written(tmp_path / "solutions" / "z.py", "SECRET = 1").parent
    written(secret / "deep" / "z.py", "SECRET = 1")
    ada = tmp_path / "class" / "ada"
    # Folders wait until the files beside them are read.
    for folder in (ada, ada / "a", ada / "a" / "deep"):
        for number in range(100):
            written(folder / f"{number}.py", "x = 1")
    place, aside = ada / "a", tmp_path / "aside"

    def exchange():
        if aside.exists():
            place.unlink()
            aside.rename(place)
        else:
            place.rename(aside)
            place.symlink_to(secret)
        time.sleep(0.003)

    with meanwhile(exchange):
        found = [collect([ada]) for _ in range(30)]
    assert not [one for one in found if b"SECRET = 1" in one.files.values()]


def test_a_file_that_changes_while_it_is_read_is_noted(tmp_path):
    path = written(tmp_path / "ada.py", b"#" * (20 * 2**20))
    times = iter(range(10**9))
    with meanwhile(lambda: os.utime(path, ns=(0, next(times)))):
        # Whether a change falls into a reading is up to the machine; into one of these it does.
        for _ in range(200):
            submission = read_submission("ada", [path])
            if submission.notes:
                break
    assert submission.files == {}
    assert submission.notes == ("ada.py changed while it was read; grade it again",)


def test_a_file_whose_folder_is_gone_is_noted(tmp_path):
    submission = read_submission("ada", [tmp_path / "gone" / "ada.py"])
    assert submission.notes == ("ada.py cannot be read: No such file or directory",)


def test_where_folders_cannot_be_held_open_files_are_read_by_their_paths(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "BY_DESCRIPTOR", False)
    written(tmp_path / "ada" / "work" / "a.py", SOFTMAX)
    (tmp_path / "ada" / "link.py").symlink_to(tmp_path / "ada" / "work" / "a.py")
    submission = read_submission("ada", [tmp_path / "ada"])
    assert submission.files == {"work/a.py": SOFTMAX.encode()}
    assert submission.notes == ("link.py is a link; links are not followed",)
