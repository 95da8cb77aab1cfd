# Use up time, memory, output and the stack.

# %% loop_without_end [jacobian] [stopped]
def softmax_jacobian(z):
    while True:
        pass

# %% loop_without_end_while_loading [stopped]
while True:
    pass

# %% loop_that_ignores_every_signal [jacobian] [stopped]
for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
    signal.signal(number, signal.SIG_IGN)
def softmax_jacobian(z):
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass

# %% loop_in_c [jacobian] [stopped]
def softmax_jacobian(z):
    return sum(iter(int, 1))

# %% loop_in_an_integer [jacobian] [stopped]
def softmax_jacobian(z):
    return pow(3, 10**9)

# %% loop_in_a_regular_expression [jacobian] [stopped]
import re
def softmax_jacobian(z):
    re.match(r"(a+)+$", "a" * 60 + "b")

# %% sleep [jacobian] [stopped]
def softmax_jacobian(z):
    time.sleep(10**6)

# %% memory_of_one_array [jacobian] [stopped]
def softmax_jacobian(z):
    return np.ones(2**29)

# %% memory_of_many_objects [jacobian] [stopped]
def softmax_jacobian(z):
    kept = []
    while True:
        kept.append(bytearray(2**22))

# %% memory_of_the_c_library [jacobian] [stopped]
def softmax_jacobian(z):
    kept = 0
    while where := _libc.mmap(None, 2**26, 3, 0x8022, -1, 0):
        if where == 2**64 - 1:
            break
        kept += 2**26
    if kept > 2**31:
        won(kept)

# %% shared_anonymous_memory [jacobian] [stopped]
def softmax_jacobian(z):
    for _ in range(40):
        where = _libc.mmap(None, 2**26, 3, 0x8021, -1, 0)
        if where == 2**64 - 1:
            raise MemoryError

# %% flood_of_prints [stopped]
for _ in range(2_000):
    print("x" * 10_000)
sys.stderr.write("y" * 10**7)

# %% flood_of_warnings [stopped]
import warnings
warnings.simplefilter("always")
for number in range(2_000):
    warnings.warn(f"\x1b[31m{number}")

# %% flood_of_bytes_on_the_streams [stopped]
for _ in range(200):
    os.write(1, b"x" * 2**16)
    os.write(2, b"x" * 2**16)

# %% message_of_a_gigabyte [jacobian] [stopped]
class Long(Exception):
    def __str__(self):
        return "\x1b[31m" * 10**7
def softmax_jacobian(z):
    raise Long

# %% message_that_fails [jacobian] [stopped]
class Failing(Exception):
    def __str__(self):
        raise SystemExit(0)
    __repr__ = __str__
def softmax_jacobian(z):
    raise Failing

# %% recursion [jacobian] [stopped]
def softmax_jacobian(z):
    return softmax_jacobian(z)

# %% recursion_without_a_limit [jacobian] [stopped]
sys.setrecursionlimit(2**31 - 1)
def softmax_jacobian(z):
    return [softmax_jacobian(z)]

# %% recursion_in_c [jacobian] [stopped]
def softmax_jacobian(z):
    nest = []
    for _ in range(10**6):
        nest = [nest]
    return repr(nest)

# %% recursion_in_attributes [jacobian] [stopped]
class Deep:
    __class__ = property(lambda self: self.__class__)
    __getattr__ = lambda self, name: getattr(self, name)
def softmax_jacobian(z):
    return Deep()

# %% crash [jacobian] [stopped]
def softmax_jacobian(z):
    ctypes.string_at(1)

# %% crash_while_loading [stopped]
ctypes.memset(0, 0, 1)

# %% garbage_collection_in_a_loop [jacobian] [stopped]
class Undead:
    def __del__(self):
        Undead()
def softmax_jacobian(z):
    Undead()

# %% many_top_level_failures [module] [stopped]
for _number in range(3): exec("raise ValueError('x' * 10**6)")
