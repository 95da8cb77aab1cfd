# Leave something behind: in files, in results, in the class, in the grader itself.

# %% new_file
open(HOME + "/new", "w").write("x")

# %% new_file_with_raw_creat
won(sc(85, (HOME + "/new").encode(), 0o644))

# %% new_file_with_numpy
np.save(HOME + "/new.npy", np.ones(3))

# %% new_file_with_tofile
np.ones(3).tofile(HOME + "/new")

# %% new_file_with_tempfile
import tempfile
tempfile.NamedTemporaryFile(dir=HOME, delete=False)

# %% unnamed_file
fd = sc(2, HOME.encode(), 0o20200000 | os.O_RDWR, 0o600)
won("O_TMPFILE")

# %% new_folder
os.mkdir(HOME + "/folder")

# %% link
os.symlink("/etc/passwd", HOME + "/link")

# %% hard_link
os.link(HOME + "/own", HOME + "/link")

# %% renamed_file
os.rename(HOME + "/own", HOME + "/mine")

# %% removed_file
os.unlink(HOME + "/own")

# %% truncated_file
os.truncate(HOME + "/own", 0)

# %% overwritten_file
with open(HOME + "/own", "r+") as file:
    file.write("x")

# %% file_mapped_and_written_to
module("mmap")
np.memmap(HOME + "/own", dtype=np.uint8, mode="r+")[0] = 0

# %% mode_changed
os.chmod(HOME, 0o700)
won("chmod")

# %% times_changed
os.utime(HOME + "/own", (1, 1))

# %% fifo
os.mkfifo(HOME + "/fifo")

# %% device [depends]
os.mknod(HOME + "/null", 0o20666, os.makedev(1, 3))

# %% socket_file
import socket
socket.socket(socket.AF_UNIX).bind(HOME + "/socket")

# %% file_in_tmp
path = f"/tmp/canary-@WON_A@-{NAME}"
open(path, "w").write("x")
won(path)
os.unlink(path)

# %% file_in_shared_memory
path = f"/dev/shm/canary-@WON_A@-{NAME}"
open(path, "w").write("x")
won(path)
os.unlink(path)

# %% results_tampered_with
with open(OUT + "/results.jsonl", "a") as file:
    won("results.jsonl")
os.unlink(OUT + "/results.jsonl")

# %% results_laid_in_wait
# A link where results will go would make the grader write elsewhere.
os.symlink(HOME + "/own", OUT + "/.canary")
won("a link in the results' folder")
os.unlink(OUT + "/.canary")

# %% gradebook_tampered_with
with open(OUT + "/gradebook.csv", "a") as file:
    won("gradebook.csv")
os.unlink(OUT + "/gradebook.csv")

# %% submission_of_another_learner
path = CLASS + "/zz-victim/ex01_softmax.py"
with open(path, "a"):
    won("another's submission")

# %% submission_in_another_name
os.mkdir(CLASS + "/made-up")
won("a learner who does not exist")
os.rmdir(CLASS + "/made-up")

# %% course_changed
with open(SOLUTIONS + "/ex01_softmax/checks.py", "a"):
    won("the course")

# %% worker_changed [depends]
with open(sys.modules["grader.wire"].__file__, "a"):
    won("the grader")

# %% compiled_worker_changed [depends]
path = sys.modules["grader.wire"].__cached__
with open(path, "r+b"):
    won("the grader's compiled files")

# %% flood_of_bytes
with open(HOME + "/flood", "wb") as file:
    for _ in range(20):
        file.write(bytes(2**20))

# %% flood_of_files
for number in range(200):
    os.close(os.open(f"{HOME}/{number}", os.O_CREAT | os.O_WRONLY))

# %% flood_of_descriptors [stopped]
copies = []
while len(copies) < 10_000:
    copies.append(os.dup(1))
if len(copies) > 100:
    won(len(copies))

# %% standard_streams [stopped]
for fd in (0, 1, 2):
    try:
        os.write(fd, (_WON + "\x1b[31m\n").encode())
    except OSError:
        pass
sys.__stdout__.write(_WON) if sys.__stdout__ else None
sys.__stderr__.write(_WON) if sys.__stderr__ else None
_libc.puts(_WON.encode())
_libc.fflush(None)
