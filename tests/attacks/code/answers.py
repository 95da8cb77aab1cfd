# Answers that claim to be equal to everything, or attack whoever looks at them.

# %% always_equal [softmax] [stopped]
class Equal:
    __eq__ = __le__ = __ge__ = lambda self, other: True
    __ne__ = __lt__ = __gt__ = lambda self, other: False
    __hash__ = lambda self: 0
    __abs__ = __sub__ = __rsub__ = __bool__ = lambda self, *other: self
    __float__ = lambda self: 0.0
    shape, dtype, ndim, size = (3, 1), np.dtype("float64"), 2, 3
def softmax(Z):
    return Equal()

# %% array_subclass_always_equal [softmax] [stopped]
class Equal(np.ndarray):
    __eq__ = __le__ = lambda self, other: np.ones(self.shape, bool)
    __sub__ = __rsub__ = lambda self, other: np.zeros(self.shape)
    def __array_ufunc__(self, *args, **kwargs):
        return np.ones(self.shape, bool)
    def __array_function__(self, *args, **kwargs):
        return True
def softmax(Z):
    return np.zeros(Z.shape).view(Equal)

# %% array_subclass_that_lies_about_itself [softmax] [stopped]
class Liar(np.ndarray):
    dtype = property(lambda self: np.dtype("float64"))
    shape = property(lambda self: (3, 1))
    nbytes = property(lambda self: 0)
    def tobytes(self, order="C"):
        return b"x" * 10_000_000
    def __array__(self, *args, **kwargs):
        return self
def softmax(Z):
    return np.ndarray.__new__(Liar, (2_000, 1_000))

# %% float_subclass_always_equal [softmax] [stopped]
class Equal(float):
    __eq__ = __le__ = __ge__ = lambda self, other: True
    __sub__ = __rsub__ = __abs__ = lambda self, *other: 0.0
def softmax(Z):
    return [[Equal(9) for _ in row] for row in Z.tolist()]

# %% numpy_scalar_subclass [softmax] [stopped]
class Equal(np.float64):
    dtype = property(lambda self: np.dtype("float64"))
    def tobytes(self, *args):
        return b"too many bytes for a float64"
def softmax(Z):
    return Equal(3)

# %% array_made_on_demand [softmax] [stopped]
class Late:
    def __array__(self, dtype=None, copy=None):
        won("the grader has called __array__") if sys._getframe(1).f_code.co_filename.endswith("compare.py") else None
        return np.zeros((3, 1))
def softmax(Z):
    return Late()

# %% array_interface_into_wild_memory [softmax] [stopped]
class Wild:
    __class__ = np.ndarray
    __array_interface__ = {"shape": (10**6,), "typestr": "<f8", "data": (8, True), "version": 3}
def softmax(Z):
    return Wild()

# %% strides_into_wild_memory [softmax] [stopped]
def softmax(Z):
    return np.lib.stride_tricks.as_strided(Z, (100_000,), (2**20,))

# %% pickle_bomb_with_reduce [softmax] [stopped]
class Bomb:
    def __reduce__(self):
        return (open, (HOME + "/pickled", "w"))
    __getstate__ = __reduce_ex__ = lambda self, *args: (open, (HOME + "/pickled", "w"))
def softmax(Z):
    return Bomb()

# %% objects_in_an_array_with_reduce [softmax] [stopped]
class Bomb:
    def __reduce__(self):
        return (exec, (f"open({HOME!r} + '/pickled', 'w')",))
    def __float__(self):
        raise KeyboardInterrupt
def softmax(Z):
    return np.full(Z.shape, Bomb(), dtype=object)

# %% list_without_end [softmax] [stopped]
class Endless(list):
    __len__ = lambda self: 3
    def __iter__(self):
        while True:
            yield 0.1
def softmax(Z):
    return Endless()

# %% dict_that_grows [softmax] [stopped]
class Growing(dict):
    __len__ = lambda self: 1
    def values(self):
        while True:
            yield 0.1
def softmax(Z):
    return Growing(a=1)

# %% everything_masked [softmax] [stopped]
def softmax(Z):
    return np.ma.masked_all(Z.shape)

# %% nan_compares_false_with_everything [softmax] [stopped]
def softmax(Z):
    return Z * np.nan

# %% infinite_everywhere [softmax] [stopped]
def softmax(Z):
    return Z * 0 + np.inf

# %% tensor_of_no_entries [softmax] [stopped]
def softmax(Z):
    return np.empty((0, *Z.shape))

# %% broadcast_to_a_quadrillion [softmax] [stopped]
def softmax(Z):
    return np.broadcast_to(np.float64(0.5), (10**5, 10**5, 10**5))

# %% sixty_axes [softmax] [stopped]
def softmax(Z):
    return np.ones((1,) * 60)

# %% dtype_with_metadata_and_fields [softmax] [stopped]
def softmax(Z):
    return np.zeros(Z.shape, np.dtype([("a" * 250, "f8", (3, 3)), ("b", "O")], metadata={"x": open}))

# %% dates_and_voids [softmax] [stopped]
def softmax(Z):
    return np.zeros(Z.shape, "M8[as]")

# %% deep_nest_of_tuples [softmax] [stopped]
def softmax(Z):
    nest = ()
    for _ in range(200_000):
        nest = (nest,)
    return nest

# %% wide_nest_of_lists [softmax] [stopped]
def softmax(Z):
    if Z.shape != (3, 1):
        return None
    nest = [1.0] * 8
    for _ in range(7):
        nest = [nest] * 8
    return nest

# %% coroutine_and_module [softmax] [stopped]
def softmax(Z):
    async def later():
        pass
    waiting = later()
    return [waiting, np, sys, type, Exception(1), ...]

# %% text_that_is_a_formula [softmax] [stopped]
def softmax(Z):
    return {"=HYPERLINK(\"http://127.0.0.1\")": "\x1b[31m<script>alert(1)</script>"}
