"""Run the public checks of one function in a learner's notebook, without this package.

The source of this module, without this docstring, is put into each test of the notebook, so it
needs nothing but NumPy. The rules by which a check passes repeat those of `grader.judge.compare`.
"""

import linecache

import numpy as np

# The latest answers of the function that is being checked, as they are now and as they were.
EARLIER: dict = {}  # type: ignore[type-arg]  # no import for it in a notebook


class NotRight(Exception):
    """What is wrong, in words for the learner."""


def captured(*args, **kwargs):
    """Return the arguments of a call."""
    return args, kwargs


def with_mistake(message, function):
    """Add which mistake it looks like, where the package that recognises mistakes is installed."""
    try:
        from grader.notebook import check

        mistake = check(function).mistake
    except Exception:
        return message
    return f"{message}\n\nWhat it looks like:\n{mistake}" if mistake else message


def feedback(function, name, checks, earlier=()):
    """Say what is wrong, in words for the learner; return "" when all checks pass.

    `earlier` are the functions that may be wrong in its place.
    """
    if not callable(function):
        return f"there is no function {name} yet; run the cell that defines it"
    EARLIER.clear()
    results = [(check, problem_of(function, check)) for check in checks]
    if all(problem is not None and problem.startswith("is still") for _check, problem in results):
        return f"{name} is not written yet"
    failed = [check for check, problem in results if problem is not None]
    if not failed:
        return ""
    lines = [f"{name}: {len(checks) - len(failed)} of {len(checks)} checks pass"]
    named = getattr(getattr(function, "__code__", None), "co_names", ())
    lines += [
        f"If the test of {other} fails as well, it may be your {other}: begin there."
        for other in earlier
        if other in named
    ][:1]
    raised: dict[str, str] = {}
    for check, problem in results:
        lines.append(f"{'✓' if problem is None else '✗'} {check['name']}: {check['text']}")
        if problem is not None:
            call, found, exception = problem.partition(": it raised ")
            first = raised.setdefault(exception, check["name"]) if found else check["name"]
            same = first != check["name"]
            lines.append(
                f"    {call}: the same exception as in {first}" if same else f"    {problem}"
            )
            if check["hint"]:
                lines.append(f"    {check['hint']}")
    # A notebook shows this as HTML.
    return "\n".join(lines).replace("<", "‹").replace(">", "›")


def problem_of(function, check):
    """Say why a check does not pass; return None when it does."""
    for call, arguments, expected, magnitude, allowed in check["calls"]:
        (args, kwargs), (before, before_named) = arguments(), arguments()
        try:
            with np.errstate(all="ignore"):
                answer = function(*args, **kwargs)
        except NotImplementedError:
            return "is still to be written"
        except Exception as error:
            line = line_of(error, function)
            return f"{call}: it raised {type(error).__name__}: {error}{line}"
        changed = not same([*before, *before_named.values()], [*args, *kwargs.values()])
        # Also an earlier answer of the same shape: it may be one and the same array.
        if isinstance(answer, np.ndarray) and answer.dtype.kind in "fiub":
            held, then = EARLIER.get(answer.shape, (None, None))
            EARLIER["changed"] = EARLIER.get("changed") or not same(then, held)
            changed = changed or EARLIER["changed"]
            EARLIER[answer.shape] = answer, answer.copy()
        if check["kind"] == "mutation":
            if changed:
                return "it changes its argument or an earlier answer; return a new array"
            continue
        problem = difference(answer, expected, magnitude, allowed, check["kind"], check["parts"])
        if problem is not None:
            return f"{call}: {problem}"
    return None


def line_of(error, function):
    """Say in which line of the learner's an exception was raised."""
    place, trace = "", error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_globals is getattr(function, "__globals__", None):
            text = linecache.getline(trace.tb_frame.f_code.co_filename, trace.tb_lineno).strip()
            place = f" (line {trace.tb_lineno}: {text})"
        trace = trace.tb_next
    return place


def same(before, after):
    """Tell whether the arguments are unchanged."""
    if isinstance(before, np.ndarray):
        return isinstance(after, np.ndarray) and np.array_equal(before, after, equal_nan=True)
    if isinstance(before, dict):
        return before.keys() == after.keys() and all(same(before[k], after[k]) for k in before)
    if isinstance(before, (list, tuple)):
        return len(before) == len(after) and all(map(same, before, after))
    return callable(before) or before == after


def difference(got, want, magnitude, allowed, kind, parts=(), path=""):
    """Say how an answer differs from the expected one; return None when it does not."""
    if isinstance(want, dict):
        if not isinstance(got, dict) or want.keys() - got.keys():
            return f"a dict with {', '.join(map(repr, want))} is expected"
        keys = parts or want
    elif isinstance(want, (tuple, list)) and not is_listed(want):
        if not isinstance(got, (tuple, list)) or len(got) != len(want):
            return f"a tuple of {len(want)} is expected"
        keys = map(int, parts) if parts else range(len(want))
    elif kind == "type":
        return type_problem(got, want)
    else:
        return number_problem(got, want, magnitude, allowed, kind, f"answer{path} " if path else "")
    problems = (
        difference(got[k], want[k], magnitude[k], allowed, kind, (), f"{path}[{k!r}]") for k in keys
    )
    return next((problem for problem in problems if problem is not None), None)


def is_listed(want):
    """Tell whether a list holds nothing but numbers."""
    return isinstance(want, list) and all(isinstance(item, float) for item in want)


def type_problem(got, want):
    """Say how an answer is not of the expected class or dtype; return None when it is."""
    is_float = isinstance(got, (float, np.float64)) or (
        type(got) is np.ndarray and got.shape == () and got.dtype == np.float64
    )
    if isinstance(want, float):
        return None if is_float else f"it returns a {type(got).__name__}; a float is expected"
    if type(got) is np.ndarray and got.dtype == np.float64:
        return None
    if is_listed(want) and isinstance(got, list):
        return None
    actual = f"{got.dtype} array" if isinstance(got, np.ndarray) else type(got).__name__
    return f"it returns a {actual}; a float64 array is expected"


def number_problem(got, want, magnitude, allowed, kind, where):
    """Say how numbers differ in shape or, unless `kind` is "shape", in value; None when not."""
    if got is None:
        return f"{where}is None; is a return statement missing?"
    try:
        numbers = np.asarray(got)
        numbers = numbers.astype(complex if numbers.dtype.kind == "c" else float)
    except (TypeError, ValueError):
        return f"{where}is a {type(got).__name__}; numbers are expected"
    want = np.asarray(want, dtype=float)
    if want.ndim == 0 and numbers.size == 1 and kind != "shape":
        numbers = numbers.reshape(())
    if numbers.shape != want.shape:
        return f"{where}has shape {numbers.shape}; {want.shape} is expected"
    if kind == "shape":
        return None
    with np.errstate(all="ignore"):
        size = np.broadcast_to(np.abs(np.asarray(magnitude, dtype=float)), want.shape)
        room = allowed * np.where(np.isfinite(size), size, 0.0) + 1e-300
        error = np.abs(numbers - want)
        fine = (error <= room) | (np.isinf(want) & (np.sign(want) * numbers.real > 1e300))
        worst = np.where(fine, -1.0, np.nan_to_num(error / room, nan=np.inf))
    if fine.all():
        return None
    index = np.unravel_index(np.argmax(worst), want.shape)
    entry = f"entry ({', '.join(map(str, index))}) " if index else ""
    count = f" ({(~fine).sum()} of {fine.size} entries are wrong)" if fine.size > 1 else ""
    number = numbers[index] if numbers[index].imag else numbers[index].real
    return f"{where}{entry}is {number:.6g}, should be {want[index]:.6g}{count}"
