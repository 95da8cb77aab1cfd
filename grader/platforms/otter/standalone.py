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
    for call, arguments, expected, magnitude, allowed, options in check["calls"]:
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
        kind = "shape" if check["kind"] == "property" else check["kind"]
        room = magnitude, allowed, options
        problem = difference(answer, expected, room, kind, check["parts"])
        holds = check["holds"] if problem is None else None
        if holds and not is_so(holds, formed(answer, expected), args, kwargs):
            problem = "that is not true of the answer"
        if problem is not None:
            return f"{call}: {problem}"
    return None


def is_so(holds, answer, args, kwargs):
    """Tell whether a property holds."""
    try:
        with np.errstate(all="ignore"):
            return bool(holds(answer, *args, **kwargs))
    except Exception:
        return False


def formed(got, want):
    """Return an answer with arrays where the expected one has arrays or lists of numbers."""
    if isinstance(want, dict):
        return {key: formed(got[key], want[key]) for key in want}
    if isinstance(want, (tuple, list)) and any(isinstance(w, (str, dict, tuple)) for w in want):
        return list(map(formed, got, want))
    return np.asarray(got) if isinstance(want, (list, np.ndarray)) else got


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


def difference(got, want, room, kind, parts=(), path=""):
    """Say how an answer differs from the expected one; return None when it does not.

    `room` is the magnitude, the tolerance and the options of a call (see PlannedCall).
    """
    magnitude, allowed, options = room
    if isinstance(want, dict):
        if not isinstance(got, dict) or want.keys() - got.keys():
            return f"a dict with {', '.join(map(repr, want))} is expected"
        if "exact_keys" in options and got.keys() - want.keys():
            return f"a dict without {', '.join(map(repr, got.keys() - want.keys()))} is expected"
        keys = parts or want
    elif isinstance(want, (tuple, list)) and not is_listed(want, magnitude):
        if not isinstance(got, (tuple, list)) or len(got) != len(want):
            return f"a {type(want).__name__} of {len(want)} is expected"
        keys = map(int, parts) if parts else range(len(want))
    elif want is None or isinstance(want, str):
        return text_problem(got, want, kind, f"answer{path} " if path else "it ")
    elif kind == "type":
        return type_problem(got, want, magnitude)
    else:
        return number_problem(got, want, room, kind, f"answer{path} " if path else "")
    problems = (
        difference(
            got[k],
            want[k],
            (None if magnitude is None else magnitude[k], allowed, options),
            kind,
            (),
            f"{path}[{k!r}]",
        )
        for k in keys
    )
    return next((problem for problem in problems if problem is not None), None)


def is_listed(want, magnitude):
    """Tell whether a list holds nothing but numbers of one kind."""
    kinds = {bool if isinstance(item, (bool, np.bool_)) else type(item) for item in want}
    whole = [{kind} for kind in (bool, int)] if magnitude is None else [{float}]
    return isinstance(want, list) and (not kinds or kinds in whole)


def text_problem(got, want, kind, where):
    """Say how an answer is not the expected text, or not None; return None when it is."""
    if isinstance(got, str) != isinstance(want, str) or (want is None) != (got is None):
        expected = "None" if want is None else "a text (str)"
        return f"{where}is a {type(got).__name__}; {expected} is expected"
    if kind in ("type", "shape") or got == want:
        return None
    return f"{where}is {got[:100]!r}, should be {want[:100]!r}"


def type_problem(got, want, magnitude):
    """Say how an answer is not of the expected class or dtype; return None when it is."""
    dtype = np.asarray(want).dtype
    if magnitude is not None and dtype.kind != "f":
        dtype = np.dtype(float)
    name = {"i": "int", "u": "int", "b": "bool"}.get(dtype.kind, dtype.name)

    def fits(value):
        if type(value) is not np.ndarray and not isinstance(value, (bool, int, float, np.generic)):
            return False
        its = np.asarray(value).dtype
        return its.kind in "iu" if name == "int" else its == dtype

    if isinstance(want, (list, np.ndarray)):
        if type(got) is np.ndarray and fits(got):
            return None
        if isinstance(want, list) and isinstance(got, list) and all(map(fits, got)):
            return None
        expected = f"a{'n' * (name == 'int')} {name} array"
    elif fits(got) and np.ndim(got) == 0:
        return None
    else:
        expected = {"float64": "a float", "int": "an int", "bool": "a bool"}.get(name, f"a {name}")
    actual = f"{got.dtype} array" if isinstance(got, np.ndarray) else type(got).__name__
    return f"it returns a {actual}; {expected} is expected"


def nearest(numbers, want, options):
    """Return the numbers that are as right as these and nearest to the expected ones."""
    up_to = options.get("equal_up_to")
    if up_to is None or numbers.shape != want.shape or not want.size * want.ndim:
        return numbers
    if up_to == "sign":
        return -numbers if (numbers * want).sum() < 0 else numbers
    if up_to == "column_signs":
        return np.where((numbers * want).sum(axis=0) < 0, -numbers, numbers)
    rows, left, order = numbers.reshape(len(want), -1), list(range(len(want))), []
    for row in want.reshape(len(want), -1):
        off = np.nan_to_num(np.abs(rows[left] - row).sum(axis=1), nan=np.inf)
        order.append(left.pop(int(np.argmin(off))))
    return numbers[order]


def number_problem(got, want, room, kind, where):
    """Say how numbers differ in shape or, unless `kind` is "shape", in value; None when not."""
    magnitude, allowed, options = room
    if got is None:
        return f"{where}is None; is a return statement missing?"
    try:
        numbers = np.asarray(got)
        # Of texts NumPy makes the numbers that they spell.
        has_numbers = numbers.dtype.kind not in "US"
        numbers = numbers.astype(complex if numbers.dtype.kind == "c" else float)
    except (TypeError, ValueError):
        has_numbers = False
    if not has_numbers:
        return f"{where}is a {type(got).__name__}; numbers are expected"
    is_bool = np.asarray(want).dtype == bool
    want = np.asarray(want, dtype=float)
    if want.ndim == 0 and numbers.size == 1 and kind != "shape":
        numbers = numbers.reshape(())
    if numbers.shape != want.shape:
        return f"{where}has shape {numbers.shape}; {want.shape} is expected"
    if kind == "shape":
        return None
    with np.errstate(all="ignore"):
        numbers = nearest(numbers, want, options)
        size = np.abs(np.asarray(0 if magnitude is None else magnitude, dtype=float))
        size = np.broadcast_to(size, want.shape)
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
    if is_bool and number in (0, 1):
        return f"{where}{entry}is {bool(number)}, should be {bool(want[index])}{count}"
    return f"{where}{entry}is {number:.6g}, should be {want[index]:.6g}{count}"
