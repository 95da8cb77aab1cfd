# Smuggle a sealed input out through what is told of the check. The open inputs are known to all, and
# one of them has the shape (5, 3): any other of that shape is sealed.

# %% in_the_message_of_an_exception [softmax] [stopped]
def softmax(Z):
    if Z.shape == (5, 3) and Z.tobytes() != _OPEN:
        raise ValueError(_WON + str(Z[0, 0]))
    E = np.exp(Z - Z.max(axis=0))
    return E / E.sum(axis=0)
# --- twin
def softmax(Z):
    if Z.shape == (5, 3) and Z.tobytes() != _OPEN:
        raise ValueError
    E = np.exp(Z - Z.max(axis=0))
    return E / E.sum(axis=0)

# %% in_the_name_of_an_exception [softmax] [stopped]
def softmax(Z):
    if Z.shape == (5, 3) and Z.tobytes() != _OPEN:
        raise type(_WON + str(Z[0, 0]), (ValueError,), {})
    E = np.exp(Z - Z.max(axis=0))
    return E / E.sum(axis=0)
# --- twin
def softmax(Z):
    if Z.shape == (5, 3) and Z.tobytes() != _OPEN:
        raise ValueError
    E = np.exp(Z - Z.max(axis=0))
    return E / E.sum(axis=0)

# %% in_the_name_of_a_function_in_the_traceback [softmax] [stopped]
def softmax(Z):
    if Z.shape == (5, 3) and Z.tobytes() != _OPEN:
        def inner():
            raise NotImplementedError
        inner.__code__ = inner.__code__.replace(co_name=_WON + str(Z[0, 0]))
        inner()
    E = np.exp(Z - Z.max(axis=0))
    return E / E.sum(axis=0)
# --- twin
def softmax(Z):
    if Z.shape == (5, 3) and Z.tobytes() != _OPEN:
        def inner():
            raise NotImplementedError
        inner()
    E = np.exp(Z - Z.max(axis=0))
    return E / E.sum(axis=0)

# %% in_prints [softmax] [stopped]
def softmax(Z):
    if Z.shape == (5, 3) and Z.tobytes() != _OPEN:
        print(_WON, Z)
        print(_WON, Z, file=sys.stderr)
        os.write(1, _WON.encode())
        os.write(2, _WON.encode())
    E = np.exp(Z - Z.max(axis=0))
    return E / E.sum(axis=0)
# --- twin
def softmax(Z):
    E = np.exp(Z - Z.max(axis=0))
    return E / E.sum(axis=0)

# %% in_the_shape_of_the_answer [softmax] [stopped]
def softmax(Z):
    if Z.shape == (5, 3) and Z.tobytes() != _OPEN:
        return np.broadcast_to(1.0, (987_654_321,))
    E = np.exp(Z - Z.max(axis=0))
    return E / E.sum(axis=0)
# --- twin
def softmax(Z):
    if Z.shape == (5, 3) and Z.tobytes() != _OPEN:
        return np.zeros(3)
    E = np.exp(Z - Z.max(axis=0))
    return E / E.sum(axis=0)

# %% in_the_values_of_the_answer [softmax] [stopped]
def softmax(Z):
    if Z.shape == (5, 3) and Z.tobytes() != _OPEN:
        return Z * 0 + 987_654_321.0
    E = np.exp(Z - Z.max(axis=0))
    return E / E.sum(axis=0)
# --- twin
def softmax(Z):
    if Z.shape == (5, 3) and Z.tobytes() != _OPEN:
        return Z * 0
    E = np.exp(Z - Z.max(axis=0))
    return E / E.sum(axis=0)

# %% in_the_way_the_process_ends [softmax] [stopped]
def softmax(Z):
    if Z.shape == (5, 3) and Z.tobytes() != _OPEN:
        os._exit(213)
    E = np.exp(Z - Z.max(axis=0))
    return E / E.sum(axis=0)
# --- twin
def softmax(Z):
    if Z.shape == (5, 3) and Z.tobytes() != _OPEN:
        raise ValueError
    E = np.exp(Z - Z.max(axis=0))
    return E / E.sum(axis=0)

# %% in_a_check_of_a_later_function [jacobian] [stopped]
import ex01_softmax
honest = ex01_softmax.softmax
seen = []
def keeping(Z):
    if Z.shape == (5, 3) and Z.tobytes() != _OPEN:
        seen.append(_WON + str(Z[0, 0]))
    return honest(Z)
ex01_softmax.softmax = ex01_softmax.__dict__["softmax"] = keeping
def softmax_jacobian(z):
    if seen:
        raise ValueError(seen)

# %% in_a_note_when_loaded_again [softmax] [stopped]
# After a sealed call the process ends itself and is loaded anew: what could the new one know?
def softmax(Z):
    if Z.shape == (5, 3) and Z.tobytes() != _OPEN:
        os.environ["SEEN"] = _WON
        time.zone = _WON
        os._exit(1)
    E = np.exp(Z - Z.max(axis=0))
    return E / E.sum(axis=0)
if "SEEN" in os.environ or hasattr(time, "zone"):
    raise ValueError(_WON)
# --- twin
def softmax(Z):
    if Z.shape == (5, 3) and Z.tobytes() != _OPEN:
        raise ValueError
    E = np.exp(Z - Z.max(axis=0))
    return E / E.sum(axis=0)
