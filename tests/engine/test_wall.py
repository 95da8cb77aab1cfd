"""The wall: what stands between learner code and this machine, rule by rule."""

from __future__ import annotations

import ast
import dataclasses
import errno
import os
import shutil
import subprocess
import sys

import msgspec
import pytest

from grader.engine import seccomp
from grader.engine.isolation import DENIED
from grader.engine.lane import Lane
from grader.engine.launch import ENVIRONMENT
from grader.grade.grader import Grader
from grader.intake.submission import submission_of
from grader.model import Limits
from tests.support.course import ROOT
from tests.support.results import function_of
from tests.support.submissions import SOFTMAX
from tests.support.walls import WALLS, behind, examination


@pytest.fixture(scope="module", params=WALLS)
def lane(request):
    with Lane(behind(request.param)) as lane:
        yield lane


@pytest.fixture
def says(lane, plan):
    """What an expression in a learner's function gives, behind the wall, or the error it raises."""
    grader = Grader(plan, lane).only("ex01_softmax", "softmax")

    def said(expression, *, before=""):
        source = f"""
import ctypes, errno, gc, os, sys
libc = ctypes.CDLL(None, use_errno=True)
{before}
def softmax(Z):
    try:
        answer = {expression}
    except BaseException as error:
        answer = error
    raise RuntimeError("<<" + repr(answer) + ">>")
"""
        files = {"ex01_softmax.py": source.encode()}
        result = grader.grade(submission_of("ada", files))
        message = function_of(result, "softmax").message
        assert "<<" in message, (message, result.notes)
        return message.partition("<<")[2].partition(">>")[0]

    return said


@pytest.mark.parametrize("tier", WALLS)
def test_a_child_behind_a_wall_is_denied_everything_that_is_probed(tier):
    probes = behind(tier).probes
    assert len(probes) >= 14
    assert set(probes.values()) == {DENIED}


def test_without_a_wall_the_probes_succeed_so_that_they_can_fail():
    probes = examination("none").wall.probes
    allowed = {name for name, answer in probes.items() if answer != DENIED}
    assert {"open a file", "use the network", "start a process", "run a program"} <= allowed


def test_a_right_submission_gets_the_same_points_behind_every_wall(lane, plan):
    files = {"ex01_softmax.py": SOFTMAX.encode()}
    result = Grader(plan, lane).grade(submission_of("ada", files))
    assert function_of(result, "softmax").score == 12
    assert (result.isolation, set(lane.wall.probes.values())) == (lane.wall.tier, {DENIED})


# What the calls that are allowed must not tell or reach: other processes, and the machine.

X86_64 = pytest.mark.skipif(os.uname().machine != "x86_64", reason="numbers of calls of x86-64")
FUTEX, WAKE, PRIVATE = 202, 1, 128


@X86_64
def test_a_futex_is_heard_in_its_own_process_only(says):
    """On a page of a mapped file it is a bell between processes, unless it is private."""
    ring = f"libc.syscall({FUTEX}, ctypes.byref(word), {{}}, 1, 0, 0, 0), ctypes.get_errno()"
    before = "word = ctypes.c_int(0)"
    assert says(ring.format(WAKE), before=before) == f"(-1, {errno.EPERM})"
    assert says(ring.format(WAKE | PRIVATE), before=before).startswith("(0, ")


@X86_64
def test_a_futex_does_not_tell_which_processes_there_are(says):
    """A lock with priorities looks up the process whose number stands in it."""
    locks = [command | PRIVATE for command in (3, 4, 5, 6, 7, 8, 11, 12, 13)]
    lock = f"libc.syscall({FUTEX}, ctypes.byref(word), c, 0, 0, 0, 0), ctypes.get_errno()"
    for number in ("os.getppid()", "3_999_999"):
        before = f"word = ctypes.c_uint32({number})"
        answers = ast.literal_eval(says(f"[({lock}) for c in {locks}]", before=before))
        assert answers == [(-1, errno.EPERM)] * len(locks)


@pytest.mark.parametrize(
    "question",
    [
        "os.sched_getaffinity(os.getppid())",
        # The CPU time that another process has used.
        "__import__('time').clock_gettime(~os.getppid() << 3 | 2)",
        "__import__('time').clock_getres(~os.getppid() << 3 | 2)",
        "os.uname()",
    ],
)
def test_nothing_is_told_of_other_processes_or_of_the_machine(says, question):
    assert says(question).startswith("PermissionError")


def test_printing_where_one_runs_is_no_error_and_tells_nothing(says):
    assert says("__import__('platform').node()") == "''"
    assert os.uname().release not in says("__import__('platform').platform()")


@pytest.mark.parametrize(
    "call",
    [
        "libc.sysinfo(ctypes.create_string_buffer(256))",
        # Merging pages that are alike tells, by its time, what other processes hold.
        "libc.madvise(ctypes.c_void_p(page), 4096, 12)",
    ],
)
def test_what_would_tell_of_them_in_a_roundabout_way_is_denied(says, call):
    before = """
libc.mmap.restype = ctypes.c_void_p
page = libc.mmap(None, 4096, 3, 0x22, -1, 0)
"""
    assert says(f"({call}, ctypes.get_errno())", before=before) == f"(-1, {errno.EPERM})"


@pytest.mark.parametrize(
    "right",
    [
        "len(os.sched_getaffinity(0)) > 0",
        "__import__('time').process_time() > 0",
        "__import__('time').thread_time() >= 0",
        "__import__('time').get_clock_info('monotonic').resolution > 0",
        "__import__('time').sleep(0.001)",
        "float(__import__('numpy').ones(10**6).sum()) > 0",
        "not (lock := __import__('threading').Lock()).acquire() or not lock.acquire(timeout=0.01)",
        "not __import__('threading').Event().wait(0.01)",
    ],
)
def test_what_code_needs_of_itself_is_answered(says, right):
    assert says(right) in ("True", "None")


# Rule 1: nobody real, and an interpreter that lies where others may not look.


def test_a_child_is_nobody_in_every_way_and_cannot_come_back(says, lane):
    if os.geteuid() != 0 and lane.wall.tier == "seccomp":
        pytest.skip("a normal user stays who they are in the tier seccomp")
    assert says("os.getresuid(), os.getresgid()") == f"({(65534,) * 3}, {(65534,) * 3})"
    assert says("os.setuid(0)").startswith("PermissionError")


def test_a_kernel_file_cannot_be_opened_for_writing(says):
    assert "PermissionError" in says("open('/proc/sys/kernel/core_pattern', 'r+')")


@pytest.mark.parametrize("tier", WALLS)
@pytest.mark.parametrize("mode", [0o700, 0o755])
def test_an_interpreter_below_a_private_folder_can_be_walled_off(tier, mode, tmp_path):
    behind(tier)
    private = tmp_path / "private"
    private.mkdir()
    here = [sys.executable, "-m", "venv", "--copies", "--without-pip", private / "venv"]
    subprocess.run(here, check=True)
    for name in ("grader", "solutions"):
        shutil.copytree(ROOT / name, private / name)
    private.chmod(mode)
    paths = [str(private), *(path for path in sys.path if "site-packages" in path)]
    done = subprocess.run(
        [private / "venv" / "bin" / "python", "-m", "grader", "doctor"],
        env=ENVIRONMENT | {"PYTHONPATH": os.pathsep.join(paths)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert f"✓ {tier}: can be used" in done.stdout, done.stdout + done.stderr


# Rule 2: the environment, also the one on the stack.


def test_neither_the_environment_nor_the_initial_stack_holds_a_secret(plan, monkeypatch):
    wall = behind("seccomp")
    monkeypatch.setenv("GRADER_SECRET", "swordfish")
    # Argument and environment strings lie beyond `environ`, at the top of the stack.
    source = """
import ctypes, os
libc = ctypes.CDLL(None)
environ = ctypes.POINTER(ctypes.c_char_p).in_dll(libc, "environ")
first = ctypes.cast(environ, ctypes.POINTER(ctypes.c_void_p))[0]
rest = 4096 - first % 4096
def softmax(Z):
    raise RuntimeError((sorted(os.environ), b"swordfish" in ctypes.string_at(first, rest)))
"""
    with Lane(wall) as lane:
        grader = Grader(plan, lane).only("ex01_softmax", "softmax")
        files = {"ex01_softmax.py": source.encode()}
        result = grader.grade(submission_of("ada", files))
    assert str((sorted(ENVIRONMENT), False)) in function_of(result, "softmax").message


# Rule 3: nobody outlives the grader.


# Rule 4: the zygote's memory and descriptors are nobody's.


# Rule 5: what there is of a file system.


def test_there_are_no_files_at_all(says):
    tries = ("os.listdir('/')", "open('/etc/passwd')", "os.stat('/')", "open('/proc/self/maps')")
    for attempt in tries:
        assert says(attempt).startswith("PermissionError"), attempt


def test_in_bubblewrap_even_an_unsealed_process_finds_only_what_python_is_made_of(plan):
    wall = dataclasses.replace(behind("bubblewrap"), filter=b"")
    source = f"""
import os
def seen(path):
    try:
        return os.listdir(path)
    except OSError as error:
        return type(error).__name__
def softmax(Z):
    raise RuntimeError([seen(p) for p in ("/proc", "/dev", "/tmp", "/home", {str(ROOT)!r})])
"""
    with Lane(wall) as lane:
        grader = Grader(plan, lane).only("ex01_softmax", "softmax")
        files = {"ex01_softmax.py": source.encode()}
        message = function_of(grader.grade(submission_of("ada", files)), "softmax").message
    for name in ("solutions", "exercises", "tests"):
        assert name not in message.partition(" (ex01")[0]
    assert "FileNotFoundError" in message


# Rule 6: what may be imported is there before the seal.


def test_everything_that_may_be_imported_can_be_behind_the_wall(says):
    from grader.worker.imports import NUMPY, STANDARD

    names = [name for name in (*NUMPY, *STANDARD) if name != "numpy.char"]
    assert says(
        f"[__import__('importlib').import_module(n) and 1 for n in {names!r}].count(1)"
    ) == (str(len(names)))
    assert (
        says("(np := __import__('numpy')).linalg.svd(np.eye(3))[1].tolist()") == "[1.0, 1.0, 1.0]"
    )
    assert says("__import__('numpy').fft.fft([1.0, 0]).tolist()") == "[(1+0j), (1+0j)]"


# Rule 7: descriptors and limits.


def test_a_child_holds_its_channel_and_nothing_else(says):
    assert says("[n for n in range(1000) if libc.fcntl(n, 1) >= 0]") == "[0, 1, 2, 3]"


def test_limits_are_set_before_the_source_is_read(says):
    answer = says("[__import__('resource').getrlimit(k) for k in (4, 7, 8, 9)]")
    assert "PermissionError" not in answer
    core, files, _locked, memory = ast.literal_eval(answer)
    assert (core, files, memory) == ((0, 0), (16, 16), (2**30, 2**30))


def test_a_source_that_takes_the_compiler_apart_costs_only_itself(lane, plan):
    bomb = b"x = " + b"-" * 200_000 + b"1\n" + SOFTMAX.encode()
    result = Grader(plan, lane).grade(submission_of("ada", {"ex01_softmax.py": bomb}))
    assert result.score is not None
    after = submission_of("bela", {"ex01_softmax.py": SOFTMAX.encode()})
    assert function_of(Grader(plan, lane).grade(after), "softmax").score == 12


# Rule 8: the filter.


# fmt: off
UNLISTED = [
    "clone", "fork", "execve", "execveat", "socket", "socketpair", "connect", "kill", "tgkill",
    "prctl", "ptrace", "openat", "openat2", "newfstatat", "statx", "readlinkat", "getdents64",
    "unlinkat", "mkdirat", "memfd_create", "io_uring_setup", "pidfd_open", "pidfd_getfd",
    "process_vm_readv", "keyctl", "add_key", "shmget", "msgget", "semget", "mq_open", "bpf",
    "userfaultfd", "perf_event_open", "unshare", "setns", "mount", "chroot", "setuid",
    "setrlimit", "sched_setaffinity", "setpriority", "inotify_init1", "eventfd2", "pipe2",
    "sendmsg", "recvmsg", "sendto", "splice", "vmsplice", "io_setup", "timer_create", "flock",
    "fanotify_init", "name_to_handle_at", "landlock_create_ruleset", "seccomp", "personality",
]
# fmt: on


def test_a_system_call_that_is_not_listed_is_denied(says):
    pyseccomp = pytest.importorskip("pyseccomp")
    numbers = [pyseccomp.resolve_syscall(pyseccomp.system_arch(), call) for call in UNLISTED]
    tried = "(libc.syscall(n, 0, 0, 0, 0, 0), ctypes.get_errno())"
    # A few at a time, since what a message tells is cut.
    answers = []
    for at in range(0, len(numbers), 8):
        answers += ast.literal_eval(says(f"[{tried} for n in {numbers[at : at + 8]}]"))
    assert dict(zip(UNLISTED, answers, strict=True)) == dict.fromkeys(UNLISTED, (-1, errno.EPERM))


def test_clone3_does_not_seem_to_exist_and_locks_are_denied(says):
    pyseccomp = pytest.importorskip("pyseccomp")
    number = pyseccomp.resolve_syscall(pyseccomp.system_arch(), "clone3")
    expression = f"(libc.syscall({number}, 0, 0), ctypes.get_errno())"
    assert says(expression) == f"(-1, {errno.ENOSYS})"
    lock = "(libc.fcntl(3, 6, ctypes.create_string_buffer(64)), ctypes.get_errno())"  # F_SETLK
    assert says(lock) == f"(-1, {errno.EPERM})"


def test_limits_can_be_read_but_neither_set_nor_those_of_others_read(says):
    read = "(libc.prlimit({}, 7, {}, ctypes.create_string_buffer(16)), ctypes.get_errno())"
    assert says(read.format(0, None)).startswith("(0, ")
    assert says(read.format("os.getppid()", None)) == f"(-1, {errno.EPERM})"
    assert says(read.format(0, "ctypes.create_string_buffer(16)")) == f"(-1, {errno.EPERM})"


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="the 32 bit calls of x86")
def test_a_foreign_abi_ends_the_process(lane, plan):
    # mov eax, 20 (getpid of 32 bit); int 0x80; ret
    source = b"""
import ctypes, mmap
def softmax(Z):
    code = b"\\xb8\\x14\\x00\\x00\\x00\\xcd\\x80\\xc3"
    libc = ctypes.CDLL(None)
    libc.mmap.restype = ctypes.c_void_p
    page = libc.mmap(None, 4096, 7, 0x22, -1, 0)
    ctypes.memmove(page, code, len(code))
    return float(ctypes.CFUNCTYPE(ctypes.c_long)(page)())
""".replace(b", mmap", b"")
    grader = Grader(plan, lane).only("ex01_softmax", "softmax")
    result = grader.grade(submission_of("ada", {"ex01_softmax.py": source}))
    assert "SIGSYS" in function_of(result, "softmax").message


def test_the_filter_is_made_once_and_is_whole_instructions():
    behind("seccomp")
    assert seccomp.filter_program() is seccomp.filter_program()
    assert len(seccomp.filter_program()) % 8 == 0


# Rule 9: memory.


def test_memory_is_capped_however_it_is_asked_for(says):
    assert says("__import__('numpy').ones(2**28)").startswith("MemoryError")
    mapped = "libc.mmap(None, 2**31, 3, 0x22, -1, 0)"
    assert says(mapped, before="libc.mmap.restype = ctypes.c_ssize_t") == "-1"


# Rule 10: after an anomaly another zygote.


@pytest.mark.parametrize(
    "code", ["os.kill", "os._exit(3)", "while True: pass", "os.write(3, b'x' * 9)"]
)
def test_after_an_anomaly_the_next_learner_gets_another_zygote(lane, plan, code):
    limits = Limits(call_cpu_s=0.1, statement_cpu_s=0.3, wall_factor=3.0)
    quick = msgspec.structs.replace(plan, limits=limits)
    grader = Grader(quick, lane).only("ex01_softmax", "softmax")
    first = _zygote_after(grader, lane, SOFTMAX)
    assert _zygote_after(grader, lane, SOFTMAX) == first
    _zygote_after(grader, lane, f"import os\n{code}\n")
    second = _zygote_after(grader, lane, SOFTMAX)
    # What runs out of time has done nothing that could have reached the zygote.
    assert (second == first) == (code in ("os.kill", "while True: pass"))


def _zygote_after(grader, lane, source):
    files = {"ex01_softmax.py": source.encode()}
    grader.grade(submission_of("ada", files))
    return lane.zygote_pid
