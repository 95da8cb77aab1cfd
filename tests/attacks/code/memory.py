# Look for the reference, the expected values and other learners' work in this process's memory, in
# the zygote's, and in other processes'.

# %% frames_of_the_callers [stopped]
frame = sys._getframe()
while frame is not None:
    for name, value in frame.f_locals.items():
        if name in ("expected", "reference", "plan", "check", "checks", "course"):
            won(name)
    frame = frame.f_back

# %% frames_of_all_threads [stopped]
for frame in sys._current_frames().values():
    while frame is not None:
        if any(word in frame.f_code.co_filename for word in ("grading", "compare", "batch")):
            won(frame.f_code.co_filename)
        frame = frame.f_back

# %% caller_of_the_call [jacobian] [stopped]
def softmax_jacobian(z):
    frame, found = sys._getframe(), []
    while frame is not None:
        found += [v for k, v in frame.f_locals.items() if k in ("expected", "want", "reference")]
        frame = frame.f_back
    return found[0] if found else None

# %% spy_with_settrace [jacobian] [stopped]
seen = []
def spy(frame, event, argument):
    for name in ("expected", "want", "reference", "plan"):
        if name in frame.f_locals:
            seen.append(frame.f_locals[name])
    return spy
sys.settrace(spy)
threading.settrace(spy)
def softmax_jacobian(z):
    sys.settrace(spy)
    return seen[0] if seen else None

# %% spy_with_setprofile [jacobian] [stopped]
seen = []
def spy(frame, event, argument):
    if event == "c_return" or event == "return":
        seen.extend(v for v in [argument] if isinstance(v, np.ndarray))
sys.setprofile(spy)
def softmax_jacobian(z):
    fitting = [a for a in seen if a.shape == (len(z), len(z))]
    return fitting[-1] if fitting else None

# %% spy_with_an_audit_hook [stopped]
def spy(event, arguments):
    if any(SOLUTIONS in str(argument) for argument in arguments):
        won(event)
sys.addaudithook(spy)

# %% modules_of_the_grader [stopped]
for name in ("plan", "model", "course", "judge", "diagnose", "grade", "results", "intake", "engine"):
    for module in sys.modules:
        if f"{module}.".startswith(f"grader.{name}."):
            won(module)

# %% objects_of_the_grader [stopped]
for thing in gc.get_objects():
    kind = type(thing).__name__
    if kind in ("Plan", "PlannedCall", "Expected", "Exercise", "Grader", "SubmissionResult"):
        won(kind)

# %% texts_of_the_course [stopped]
stack, seen = [gc.get_objects()], set()
while stack and len(seen) < 400_000:
    thing = stack.pop()
    if id(thing) in seen:
        continue
    seen.add(id(thing))
    if isinstance(thing, (str, bytes)):
        text = thing if isinstance(thing, str) else thing.decode("latin-1")
        if text.startswith("".join(["# can", "ary"])) and len(text) < 10**6:
            loot(text)
    elif isinstance(thing, (dict, list, tuple, set, types.FunctionType, types.ModuleType)):
        stack.extend(gc.get_referents(thing))

# %% answers_among_all_arrays [jacobian] [stopped]
def softmax_jacobian(z):
    for thing in gc.get_objects():
        for held in gc.get_referents(thing):
            if isinstance(held, np.ndarray) and held.shape == (len(z), len(z)):
                return held
            if type(held).__name__ == "Array" and held.shape == (len(z), len(z)):
                return np.frombuffer(held.data).reshape(held.shape)

# %% answers_in_freed_memory [jacobian] [stopped]
def softmax_jacobian(z):
    n = len(z)
    for _ in range(300):
        left = np.empty((n, n))
        if np.allclose(left.sum(axis=0), 0, atol=1e-12) and left.any() and (left.diagonal() > 0).all():
            return left

# %% work_of_the_learner_before [stopped]
# The allocator hands out memory that was used before: does it hold another learner's source?
for size in (64, 512, 4096, 65536, 2**20):
    for _ in range(50):
        text = np.empty(size, np.uint8).tobytes()
        if b"".join([b"# can", b"ary"]) in text:
            loot(text[text.find(b"# can"):])

# %% memory_of_the_zygote_with_process_vm_readv [depends]
class Part(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]
text = ctypes.create_string_buffer(64)
mine = Part(ctypes.addressof(text), 64)
theirs = Part(id(np), 64)
won(sc(310, os.getppid(), ctypes.byref(mine), 1, ctypes.byref(theirs), 1, 0))

# %% memory_of_the_zygote_written_to [depends]
class Part(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]
text = ctypes.create_string_buffer(b"1", 1)
own = ctypes.create_string_buffer(1)
won(sc(311, os.getppid(), ctypes.byref(Part(ctypes.addressof(text), 1)), 1,
       ctypes.byref(Part(ctypes.addressof(own), 1)), 1, 0))

# %% memory_of_another_process_with_process_vm_readv
class Part(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]
text = ctypes.create_string_buffer(64)
where = int(open(f"/proc/{SLEEPER}/maps").readline().split("-")[0], 16)
won(sc(310, SLEEPER, ctypes.byref(Part(ctypes.addressof(text), 64)), 1,
       ctypes.byref(Part(where, 64)), 1, 0))

# %% memory_of_the_zygote_in_proc [depends]
won(len(open(f"/proc/{os.getppid()}/mem", "rb", 0).read(0)))

# %% memory_of_this_process_in_proc
maps = open("/proc/self/maps").readlines()
won(len(maps))

# %% ptrace_traceme
won(sc(101, 0, 0, 0, 0))

# %% ptrace_seize_another_process
won(sc(101, 0x4206, SLEEPER, 0, 0))

# %% ptrace_seize_the_zygote [depends]
won(sc(101, 0x4206, os.getppid(), 0, 0))

# %% descriptors_of_the_zygote_with_pidfd_getfd
pidfd = sc(434, os.getppid(), 0)
won("pidfd_open")
won(sc(438, pidfd, 3, 0))

# %% descriptors_of_another_process_with_pidfd_getfd
pidfd = sc(434, SLEEPER, 0)
won(sc(438, pidfd, 1, 0))

# %% compare_kernel_objects_with_kcmp [depends]
won(sc(312, os.getpid(), SLEEPER, 0, 0, 0))

# %% peek_at_the_inputs_to_come [jacobian] [stopped]
def softmax_jacobian(z):
    # Whatever waits in the channel are inputs of this very function, never answers.
    waiting = ctypes.create_string_buffer(100_000)
    count = _libc.recv(3, waiting, 100_000, 0x42)  # MSG_PEEK | MSG_DONTWAIT
    data = np.frombuffer(waiting.raw[: max(count, 0)], np.uint8)
    for start in range(0, min(len(data), 4_000)):
        block = data[start : start + 8 * len(z) ** 2].tobytes()
        if len(block) == 8 * len(z) ** 2:
            guess = np.frombuffer(block).reshape(len(z), len(z))
            if np.allclose(guess.sum(axis=0), 0, atol=1e-9) and guess.any():
                return guess

# %% answers_of_earlier_calls_of_other_functions [softmax] [stopped]
# Every array that any call brought is kept; one that would be right is given back.
import grader.worker.child as child
seen = []
unpack = child.wire.unpack
def keeping(value):
    made = unpack(value)
    if isinstance(made, np.ndarray):
        seen.append(made.copy())
    return made
child.wire.unpack = keeping
def softmax(Z):
    for A in seen:
        if A.shape == Z.shape and (A > 0).all() and np.allclose(A.sum(axis=0), 1):
            D = np.log(A) - Z
            if np.allclose(D, D[0]):
                return A

# %% answer_replayed_from_an_earlier_call [jacobian] [stopped]
# The frame of a right answer (softmax's) is sent again in place of one that is not known.
import grader.wire as wire
replies = []
encode = wire.encode
def keeping(reply):
    frame = encode(reply)
    replies.append(reply)
    return frame
wire.encode = keeping
def softmax_jacobian(z):
    right = [r for r in replies if type(r).__name__ == "Returned"]
    return wire.unpack(right[-1].value) if right else None
