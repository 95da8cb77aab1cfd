import ctypes, gc, importlib, os, signal, sys, threading, time, types
import numpy as np

_TAKEN = []
_WON = "@WON_A@" + "@WON_B@"
NAME = "@NAME@"
HOME, SECRET, SLEEPER = "@HOME@", "@SECRET@", int("@SLEEPER@")
SOLUTIONS, CLASS, OUT, LISTENERS = "@SOLUTIONS@", "@CLASS@", "@OUT@", "@LISTENERS@"
TCP, TCP6, UDP, ABSTRACT, SHM = int("@TCP@"), int("@TCP6@"), int("@UDP@"), "@ABSTRACT@", int("@SHM@")
_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long
_libc.mmap.restype = ctypes.c_void_p
_libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]


def won(what):
    """The attack did what no submission may do."""
    _TAKEN.append(_WON + " " + str(what)[:80])


def loot(what):
    """The attack has read something; whether it was worth reading, the secrets in it tell."""
    _TAKEN.append((what.decode("latin-1") if isinstance(what, bytes) else str(what))[:300])


def sc(number, *args):
    """A raw system call, by its number on x86-64."""
    result = _libc.syscall(number, *(ctypes.c_long(a) if isinstance(a, int) else a for a in args))
    if result == -1:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def c(name, *args, fails=-1):
    """A function of the C library; OSError where it fails."""
    result = getattr(_libc, name)(*args)
    if result == fails:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def module(name):
    """Import what the course does not offer, however that may be done."""
    if name in sys.modules:
        return sys.modules[name]
    machinery = importlib.machinery
    sys.meta_path[:] = [machinery.BuiltinImporter, machinery.FrozenImporter, machinery.PathFinder]
    folder = os.path.dirname(os.__file__)
    sys.path[:] = [folder, folder + "/lib-dynload", os.path.dirname(os.path.dirname(np.__file__))]
    sys.path_hooks[:] = [machinery.FileFinder.path_hook(
        (machinery.ExtensionFileLoader, machinery.EXTENSION_SUFFIXES),
        (machinery.SourceFileLoader, machinery.SOURCE_SUFFIXES))]
    sys.path_importer_cache.clear()
    return importlib.import_module(name)


def softmax(Z):
    E = np.exp(Z - Z.max(axis=0, keepdims=True))
    return E / E.sum(axis=0, keepdims=True)


def number():
    """The number of the call at work."""
    frame = sys._getframe()
    while "call" not in frame.f_locals:
        frame = frame.f_back
    return frame.f_locals["call"].number


def send(message):
    """Write a frame to the grader, whatever it is."""
    frame = memoryview(sys.modules["grader.wire"].encode(message))
    while frame:
        frame = frame[os.write(3, frame):]


def ask(name, *args):
    """Ask as a stand-in does, for anything."""
    wire = sys.modules["grader.wire"]
    send(wire.AskedReply(number(), name, tuple(map(wire.pack, args)), {}))


def told():
    """Read the next frame that the grader sends; what it tells, unpacked."""
    wire = sys.modules["grader.wire"]
    def read(count):
        data = b""
        while len(data) < count:
            data += os.read(3, count - len(data))
        return data
    return wire.unpack(wire.decode_request(read(wire.frame_length(read(4)))).value)


def stand_ins():
    """What puts them into the loaded files."""
    loading = sys.modules["grader.worker.loading"]
    (loaded,) = (o for o in gc.get_objects() if type(o) is loading.LoadedSubmission and o.stand_ins)
    return loaded.stand_ins
