# Patch whatever might judge the answer, in the learner's process, and return something wrong.

# %% numpy_allclose [softmax] [stopped]
np.allclose = np.isclose = np.array_equal = np.array_equiv = lambda *args, **kwargs: True
def softmax(Z):
    return Z * 0 + 0.123

# %% numpy_testing [softmax] [stopped]
for name in dir(np.testing):
    if name.startswith("assert"):
        setattr(np.testing, name, lambda *args, **kwargs: None)
def softmax(Z):
    return Z * 0 + 0.123

# %% numpy_abs_and_subtract [softmax] [stopped]
np.abs = np.absolute = np.fabs = lambda *args, **kwargs: np.zeros(1)
np.subtract = np.subtract.outer
np.max = np.amax = lambda *args, **kwargs: 0.0
def softmax(Z):
    return Z * 0 + 0.123

# %% numpy_asarray_and_frombuffer [softmax] [stopped]
np.asarray = np.array = np.frombuffer = lambda *args, **kwargs: np.ones((3, 1)) / 3
def softmax(Z):
    return [[0.1], [0.2], [0.7]]

# %% numpy_random [softmax] [stopped]
# Hidden inputs are drawn with a generator: were it this one, they would all be zeros.
class Zeros:
    def __getattr__(self, name):
        return lambda *args, size=(), **kwargs: np.zeros(size)
np.random.default_rng = np.random.Generator = lambda *args: Zeros()
np.random.seed(0)
def softmax(Z):
    return np.ones_like(Z) / len(Z)
# --- twin
def softmax(Z):
    return np.ones_like(Z) / len(Z)

# %% builtins_all_any_abs [softmax] [stopped]
import builtins
builtins.all = builtins.any = lambda *args: True
builtins.abs = lambda *args: 0.0
builtins.max = builtins.min = builtins.sum = lambda *args, **kwargs: 0.0
def softmax(Z):
    return Z * 0 + 0.123

# %% builtins_isinstance_and_type [softmax] [stopped]
import builtins
builtins.isinstance = builtins.issubclass = lambda *args: True
def softmax(Z):
    return "right"

# %% builtins_len_map_zip [softmax] [stopped]
import builtins
builtins.len = lambda thing: 0
builtins.map = builtins.zip = lambda *args, **kwargs: iter(())
def softmax(Z):
    return "right"

# %% msgspec_encoder [softmax] [stopped]
import msgspec
class Encoder:
    def encode(self, message):
        return b"\x01"
msgspec.msgpack.Encoder = Encoder
sys.modules["grader.wire"]._encoder = Encoder()
def softmax(Z):
    return None

# %% wire_pack [softmax] [stopped]
wire = sys.modules["grader.wire"]
wire.pack = lambda value: wire.Array("float64", (3, 1), np.full(3, 1 / 3).tobytes())
def softmax(Z):
    return None

# %% wire_validate_and_limits [softmax] [stopped]
wire = sys.modules["grader.wire"]
wire.validate = lambda *args: None
wire.MAX_FRAME_BYTES = wire.MAX_VALUE_BYTES = wire.MAX_ITEMS = 2**62
def softmax(Z):
    return np.zeros((2_000, 2_000)) if Z.shape == (3, 1) else None

# %% worker_answer [softmax] [stopped]
child, wire = sys.modules["grader.worker.child"], sys.modules["grader.wire"]
child._answer = lambda submission, call: wire.ReturnedReply(call.number, True, changed=())
def softmax(Z):
    return None

# %% worker_answer_with_the_verdict [softmax] [stopped]
child, wire = sys.modules["grader.worker.child"], sys.modules["grader.wire"]
def answer(submission, call):
    return wire.ReturnedReply(call.number, wire.Word("passed"), changed=(), output="12 of 12 points")
child._answer = answer
def softmax(Z):
    return None

# %% worker_submission_load [softmax] [stopped]
loading, wire = sys.modules["grader.worker.loading"], sys.modules["grader.wire"]
loading.LoadedSubmission._is_stub = lambda *args: False
loading.LoadedSubmission._definitions = lambda self: iter(
    [wire.Definition("solutions/ex01_softmax/reference.py", "softmax", False, True, "x")])
def softmax(Z):
    return None

# %% modules_exchanged [softmax] [stopped]
fake = types.ModuleType("numpy")
fake.allclose = lambda *args, **kwargs: True
sys.modules["numpy"] = sys.modules["grader.judge.compare"] = sys.modules["grader.grade.grader"] = fake
def softmax(Z):
    return None

# %% import_hook [softmax] [stopped]
class Finder:
    def find_spec(self, name, path=None, target=None):
        won(name) if name.startswith("grader.") else None
sys.meta_path.insert(0, Finder())
def softmax(Z):
    return None

# %% clock [softmax] [stopped]
time.time = time.monotonic = time.perf_counter = time.process_time = lambda: 0.0
def softmax(Z):
    return None

# %% small_ints_in_memory [softmax] [stopped] [costs]
# CPython keeps one object for each small int: make 0 be 1.
ctypes.memmove(id(0) + 24, id(1) + 24, 4)
def softmax(Z):
    return None

# %% code_of_memcmp [softmax] [stopped]
# Machine code is a file's pages: written to, they become this process's own.
pages = ctypes.cast(_libc.memcmp, ctypes.c_void_p).value & ~4095
_libc.mprotect(ctypes.c_void_p(pages), 8192, 7)
ctypes.memmove(ctypes.cast(_libc.memcmp, ctypes.c_void_p).value, b"\x31\xc0\xc3", 3)
def softmax(Z):
    return None

# %% pytest_and_unittest [softmax] [stopped]
import unittest
unittest.TestCase.assertEqual = unittest.TestCase.assertAlmostEqual = lambda *args, **kwargs: None
unittest.TestResult.wasSuccessful = lambda self: True
sys.modules["pytest"] = types.ModuleType("pytest")
def softmax(Z):
    return None

# %% json_of_results [softmax] [stopped]
import json
json.dumps = lambda *args, **kwargs: '{"score": 100}'
print('{"score": 100, "tests": [{"score": 100, "max_score": 100}]}')
sys.__stdout__ = None
def softmax(Z):
    print("passed")
    return None

# %% exit_code_of_the_process [softmax] [stopped]
import atexit
atexit.register(os._exit, 0)
def softmax(Z):
    os._exit(0)

# %% skip_the_rest_of_the_checks [softmax] [stopped]
def softmax(Z):
    raise unittest.SkipTest("all checks passed") if (unittest := sys.modules["unittest"]) else None
