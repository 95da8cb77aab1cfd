# Spoil what the next learner gets: all that is done here must be gone with this process.

# %% numpy_functions [softmax] [stopped]
for name in ("exp", "sum", "max", "zeros", "diag", "outer", "einsum", "dot", "log", "ones", "array"):
    setattr(np, name, lambda *args, **kwargs: 7)
def softmax(Z):
    return None

# %% builtins_deleted [softmax] [stopped]
import builtins
def softmax(Z):
    return None
for name in ("range", "enumerate", "print", "sorted", "float", "ValueError"):
    delattr(builtins, name)

# %% numpy_error_state [stopped] [costs]
np.seterr(all="raise")
np.setbufsize(16)
np.set_printoptions(precision=1)

# %% warnings_as_errors [stopped]
import warnings
warnings.simplefilter("error")
warnings.filterwarnings = lambda *args, **kwargs: None

# %% rounding_of_the_processor [stopped] [costs]
libm = ctypes.CDLL(None)
libm.fesetround(0x800)

# %% locale_and_time_zone [stopped]
import locale
os.environ["TZ"] = "Mars/Olympus"
time.tzset()
locale.setlocale(locale.LC_ALL, "C")

# %% environment_of_the_next [stopped]
os.environ["PYTHONSTARTUP"] = os.environ["LD_PRELOAD"] = HOME + "/own"
os.environ["OMP_NUM_THREADS"] = "8"

# %% modules_of_the_next [stopped]
sys.modules["ex02_jacobian"] = sys.modules["victim"] = types.ModuleType("ex02_jacobian")
sys.modules["ex02_jacobian"].softmax_jacobian = lambda z: _WON
sys.modules.pop("numpy.linalg", None)

# %% workers_functions [softmax] [stopped]
child = sys.modules["grader.worker.child"]
child.serve = child.limit = child.shed = lambda *args: os._exit(0)
zygote = sys.modules.get("grader.worker.zygote")
if zygote is not None:
    zygote._become_child = zygote._fork = lambda *args: os._exit(0)
def softmax(Z):
    return None

# %% memory_of_numpy [softmax] [stopped]
# The table of a ufunc's loops, shared with the zygote until it is written to.
where = id(np.exp)
ctypes.memset(where + 16, 0, 64)
def softmax(Z):
    return None

# %% shared_pages_written_to [stopped]
# Pages that are shared after a fork are copied when written: this must not reach the zygote.
text = "a text of the zygote that all learners share" + str(np.__version__)
for thing in (np.exp.__doc__, softmax.__doc__ or np.log.__doc__):
    ctypes.memset(id(thing) + 64, 88, 16)

# %% random_generators [stopped]
import random
random.seed(1)
np.random.seed(1)
random.random = np.random.normal = np.random.randn = lambda *args, **kwargs: 4

# %% caches_of_python [stopped]
import linecache, re, functools
for number in range(100):
    linecache.cache[f"ex0{number}_softmax.py"] = (1, None, [_WON] * 100, "x")
re.purge()
sys.intern("softmax")
sys.path_importer_cache[CLASS] = None

# %% class_of_an_exception [softmax] [stopped]
import builtins
builtins.NotImplementedError = builtins.ValueError = KeyError
def softmax(Z):
    raise NotImplementedError

# %% mask_of_new_files
os.umask(0)
won("umask")

# %% working_folder
os.chdir("/proc")
won("chdir")

# %% signals_blocked [stopped]
signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())

# %% process_that_stops_itself [jacobian] [stopped]
def softmax_jacobian(z):
    os.kill(os.getpid(), signal.SIGSTOP)
