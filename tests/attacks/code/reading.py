# Read what a submission must not see: solutions, checks, other submissions, the environment.

# %% solution_with_open
loot(open(SOLUTIONS + "/ex01_softmax/reference.py").read())

# %% checks_with_os_open
fd = os.open(SOLUTIONS + "/ex02_jacobian/checks.py", os.O_RDONLY)
loot(os.read(fd, 200))

# %% course_file_with_pathlib
import pathlib
loot(pathlib.Path(SOLUTIONS, "course.toml").read_text())

# %% secret_with_fileio
import io
loot(io.FileIO(SECRET).read())

# %% secret_with_open_code
import io
loot(io.open_code(SECRET).read())

# %% secret_with_numpy_fromfile
loot(np.fromfile(SECRET, dtype=np.uint8).tobytes())

# %% secret_with_numpy_memmap
module("mmap")
loot(bytes(np.memmap(SECRET, dtype=np.uint8, mode="r")))

# %% secret_with_numpy_loadtxt
loot(np.loadtxt(SECRET, dtype=str, max_rows=1, comments=None))

# %% secret_with_numpy_genfromtxt
loot(np.genfromtxt(SECRET, dtype=str, max_rows=1, comments=None))

# %% secret_with_linecache
import linecache
loot(linecache.getlines(SECRET)[0])

# %% secret_as_a_line_of_a_traceback
code = compile("raise KeyError(1)", SECRET, "exec")
try:
    exec(code)
except KeyError:
    import traceback
    loot(traceback.format_exc()[-250:])

# %% secret_with_fopen
_libc.fopen.restype = ctypes.c_void_p
file = c("fopen", SECRET.encode(), b"r", fails=None)
text = ctypes.create_string_buffer(100)
_libc.fgets(text, 100, ctypes.c_void_p(file))
loot(text.value)

# %% secret_with_raw_open
fd = sc(2, SECRET.encode(), os.O_RDONLY, 0)
loot(os.read(fd, 100))

# %% secret_with_raw_openat
fd = sc(257, -100, SECRET.encode(), os.O_RDONLY, 0)
loot(os.read(fd, 100))

# %% secret_with_raw_openat2
how = (ctypes.c_uint64 * 3)(os.O_RDONLY, 0, 0)
fd = sc(437, -100, SECRET.encode(), ctypes.byref(how), 24)
loot(os.read(fd, 100))

# %% secret_mapped_into_memory
fd = sc(2, SECRET.encode(), os.O_RDONLY, 0)
where = _libc.mmap(None, 4096, 1, 2, fd, 0)
loot(ctypes.string_at(where, 60))

# %% secret_with_sendfile
out = sc(319, b"loot", 0)  # memfd_create
os.sendfile(out, os.open(SECRET, os.O_RDONLY), 0, 100)
loot(os.pread(out, 100, 0))

# %% secret_with_splice_over_a_pipe
read_end, write_end = os.pipe()
os.splice(os.open(SECRET, os.O_RDONLY), write_end, 60) if hasattr(os, "splice") else sc(
    275, os.open(SECRET, os.O_RDONLY), 0, write_end, 0, 60, 0)
loot(os.read(read_end, 60))

# %% secret_with_tokenize_open
import tokenize
loot(tokenize.open(SECRET).readline())

# %% secret_with_importlib
loot(importlib.machinery.SourceFileLoader("x", SECRET).get_data(SECRET))

# %% secret_run_as_a_module
reader = importlib.machinery.SourceFileLoader("reference", SOLUTIONS + "/ex01_softmax/reference.py")
loot(reader.load_module().__loader__.get_source("reference"))

# %% secret_with_an_archive_reader
zipimport = module("zipimport")
shutil = sys.modules["shutil"]
shutil.copyfile(SECRET, HOME + "/copy.zip")
loot(open(HOME + "/copy.zip").read())

# %% solution_with_glob_and_fileinput
import glob
for path in glob.glob(SOLUTIONS + "/*/alternatives.py") + glob.glob(SOLUTIONS + "/*/reference.py"):
    loot(module("fileinput").input(path).readline())

# %% course_read_with_the_graders_own_code
catalog = module("grader.course.folder")
course = catalog.course_of(module("pathlib").Path(SOLUTIONS))
loot(open(course.folder / "ex01_softmax" / "reference.py").readline())
won("has the course")

# %% other_submissions
for folder, _, files in os.walk(CLASS):
    for file in files:
        if "victim" in folder:
            loot(open(os.path.join(folder, file)).readline())

# %% list_of_the_class
won(os.listdir(CLASS)[:3])

# %% list_of_the_class_with_scandir
won([entry.name for entry in os.scandir(CLASS)][:3])

# %% list_of_the_class_with_raw_getdents
fd = sc(2, CLASS.encode(), os.O_RDONLY | os.O_DIRECTORY, 0)
names = ctypes.create_string_buffer(2000)
won(sc(217, fd, names, 2000))

# %% passwd
loot(open("/etc/passwd").read())

# %% passwd_with_getpwuid
class Entry(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char_p), ("password", ctypes.c_char_p)]
_libc.getpwuid.restype = ctypes.POINTER(Entry)
# Not 0: the C library may know root and nobody without the file.
entry = _libc.getpwuid(1)
if entry:
    won(entry.contents.name)

# %% own_environment [stopped]
loot(sorted(os.environ.items()))
loot(sorted(os.environb.items()) + [os.getenv("GRADER_CANARY")])

# %% own_environment_with_getenv [stopped]
_libc.getenv.restype = ctypes.c_char_p
loot(_libc.getenv(b"GRADER_CANARY"))

# %% own_environment_in_proc [stopped]
loot(open("/proc/self/environ").read()[-280:])

# %% environment_on_the_first_stack [stopped]
# What was given to exec stays above the stack, whatever is done to os.environ.
environ = ctypes.POINTER(ctypes.c_char_p).in_dll(_libc, "environ")
here = ctypes.cast(environ[0], ctypes.c_void_p).value if environ[0] else None
text = ctypes.string_at(here, 400) if here else b""
loot(text)

# %% environment_of_the_grader
for pid in os.listdir("/proc"):
    if pid.isdigit():
        try:
            text = open(f"/proc/{pid}/environ", "rb").read()
        except OSError:
            continue
        place = text.find(b"GRADER_CANARY")
        if place >= 0:
            loot(text[place : place + 80])

# %% environment_of_the_ancestors
pid = os.getppid()
for _ in range(6):
    try:
        loot(open(f"/proc/{pid}/cmdline").read()[:100])
        place = (text := open(f"/proc/{pid}/environ").read()).find("GRADER_CANARY")
        loot(text[place : place + 80])
    except OSError:
        pass
    pid = int(open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()[1])
    won("knows its ancestors")

# %% environment_of_a_process_of_the_same_user
loot(open(f"/proc/{SLEEPER}/environ").read()[:280])

# %% mounts_and_maps
won(open("/proc/self/mountinfo").read()[:60])

# %% stat_tells_what_exists
won(os.stat(SECRET).st_size)

# %% raw_statx_tells_what_exists
buffer = ctypes.create_string_buffer(256)
won(sc(332, -100, SECRET.encode(), 0, 0xFFF, buffer))

# %% access_tells_what_exists
won(sc(21, SECRET.encode(), os.R_OK))

# %% raw_faccessat2_tells_what_exists
won(sc(439, -100, SECRET.encode(), os.R_OK, 0))

# %% error_numbers_tell_what_exists
# Wrong in both cases, yet an errno that differs tells a file that exists from one that does not.
import errno
def number(path):
    try:
        return os.close(os.open(path, os.O_WRONLY | os.O_DIRECTORY))
    except OSError as error:
        return error.errno
if number(SECRET) != number(SECRET + "-not"):
    won("errno differs")

# %% readlink_tells
won(os.readlink("/proc/self/exe"))

# %% chdir_and_getcwd_tell
os.chdir(HOME)
won(os.getcwd())

# %% statfs_tells
won(os.statvfs(SECRET).f_blocks)

# %% extended_attributes
os.listxattr(SECRET)
won("listxattr")

# %% file_handle
handle = ctypes.create_string_buffer(bytes([128, 0, 0, 0]) + bytes(132), 136)
won(sc(303, -100, SECRET.encode(), handle, ctypes.byref(ctypes.c_int()), 0))

# %% dlopen_tells
try:
    ctypes.CDLL(SECRET)
except OSError as error:
    if "invalid ELF header" in str(error) or "file too short" in str(error):
        won(error)

# %% inotify_on_results
fd = c("inotify_init")
won(c("inotify_add_watch", fd, OUT.encode(), 0xFFF))

# %% fanotify [depends]
won(sc(300, 0, 0))

# %% files_left_open_by_the_grader [stopped]
for fd in range(4, 4096):
    try:
        os.fstat(fd) if fd < 1024 else os.dup(fd)
    except OSError as error:
        if error.errno == 9:
            continue
    try:
        text = os.read(fd, 100)
    except OSError as error:
        if error.errno == 9:
            continue
        text = b""
    won(f"descriptor {fd} is open: {text!r}")

# %% devices
won(len(os.read(os.open("/dev/urandom", os.O_RDONLY), 4)))
