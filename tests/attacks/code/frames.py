# Speak the protocol oneself: forged, oversized, truncated, early and endless frames.

# %% early_answer_while_loading [stopped]
wire = sys.modules["grader.wire"]
for number in range(40):
    frame = wire.encode(wire.ReturnedReply(number, wire.pack(np.eye(2) / 4), changed=()))
    os.write(3, frame)

# %% early_answers_during_a_call [jacobian] [stopped] [costs]
def softmax_jacobian(z):
    wire = sys.modules["grader.wire"]
    for number in range(40):
        os.write(3, wire.encode(wire.ReturnedReply(number, wire.pack(np.eye(len(z)) / 4), changed=())))

# %% answer_written_before_the_answer [jacobian] [stopped]
def softmax_jacobian(z):
    wire = sys.modules["grader.wire"]
    frame = sys._getframe(1)
    number = frame.f_locals["call"].number
    os.write(3, wire.encode(wire.ReturnedReply(number, wire.Word("right"), changed=())))

# %% loaded_before_it_is [stopped] [costs]
wire = sys.modules["grader.wire"]
made = [wire.Definition("ex01_softmax.py", name, False, True, "x") for name in ("softmax", "backward")]
os.write(3, wire.encode(wire.Loaded(tuple(made), (), ())))

# %% definitions_with_names_that_mislead [stopped] [costs]
wire = sys.modules["grader.wire"]
names = ["\x1b]52;c;Y2FuYXJ5\x07", "a\n{\"score\": 100}", "\u202egpj.exe", "../../../../etc/passwd"]
made = [wire.Definition(name, "softmax", False, True, str(n)) for n, name in enumerate(names)]
os.write(3, wire.encode(wire.Loaded(tuple(made), (), ())))

# %% definitions_that_are_gone_when_loaded_again [stopped]
wire = sys.modules["grader.wire"]
definition = wire.Definition("\x1b[2J\x1b]0;owned\x07\u202e", "softmax", False, True, "x")
os.write(3, wire.encode(wire.Loaded((definition,), (), ())))
os._exit(0)

# %% five_thousand_definitions [stopped] [costs]
wire = sys.modules["grader.wire"]
made = [wire.Definition(f"{n}.py", "softmax", False, True, str(n)) for n in range(5_000)]
os.write(3, wire.encode(wire.Loaded(tuple(made), (), ())))

# %% load_errors_with_control_characters [stopped] [costs]
wire = sys.modules["grader.wire"]
text = "\x1b[31m\x07\x00\u202e\u2066\r\n"
error = wire.LoadError(0, text, 1, wire.Error(text, text, (wire.TracebackLine(text, 1, text, text),)))
os.write(3, wire.encode(wire.Loaded((), (error,) * 50, ((text, "softmx" + text),) * 500)))

# %% other_functions_with_names_that_mislead [softmax] [stopped]
del softmax
wire = sys.modules["grader.wire"]
loading = sys.modules["grader.worker.loading"]
name = "softmax\x1b[31m\u202e"
loading.LoadedSubmission._others = lambda self: iter([("\x1b[31m\u202e.py", name)])

# %% progress_of_statements_that_are_none [stopped] [costs]
wire = sys.modules["grader.wire"]
text = "\x1b[31m\u202e\n"
for place in (10**7, 5, 0):
    os.write(3, wire.encode(wire.Progress(place, 10**7, text, 10**7)))
os._exit(3)

# %% progress_without_end [stopped] [costs]
wire = sys.modules["grader.wire"]
frame = wire.encode(wire.Progress(0, 1, "x", 1)) * 1_000
while True:
    os.write(3, frame)

# %% oversized_length [stopped]
os.write(3, b"\xff\xff\xff\xff")

# %% frame_of_five_mebibytes [jacobian] [stopped]
def softmax_jacobian(z):
    os.write(3, (5 * 2**20).to_bytes(4, "little"))
    for _ in range(80):
        os.write(3, b"\x91" * 2**16)

# %% truncated_frame [jacobian] [stopped]
def softmax_jacobian(z):
    os.write(3, b"\x10\x00\x00\x00abc")
    os._exit(0)

# %% frame_that_drips [jacobian] [stopped]
def softmax_jacobian(z):
    os.write(3, b"\x10\x00")
    while True:
        time.sleep(0.1)
        os.write(3, b"\x00")

# %% frames_of_length_zero [jacobian] [stopped]
def softmax_jacobian(z):
    os.write(3, b"\x00" * 65_536)

# %% random_bytes [jacobian] [stopped]
def softmax_jacobian(z):
    os.write(3, np.random.default_rng(1).bytes(100_000))

# %% array_larger_than_its_bytes [jacobian] [stopped]
def softmax_jacobian(z):
    wire = sys.modules["grader.wire"]
    number = sys._getframe(1).f_locals["call"].number
    forged = wire.Array("float64", (2**39, 2**39), b"\x00" * 8)
    os.write(3, wire.encode(wire.ReturnedReply(number, forged, changed=())))

# %% array_with_negative_axes [jacobian] [stopped]
def softmax_jacobian(z):
    import msgspec
    number = sys._getframe(1).f_locals["call"].number
    body = msgspec.msgpack.encode(
        ["returned", number, ["array", "float64", [-1, -1], b"\x00" * 8, "ndarray"], False, ""])
    os.write(3, len(body).to_bytes(4, "little") + body)

# %% array_of_objects_by_name [jacobian] [stopped]
def softmax_jacobian(z):
    import msgspec
    number = sys._getframe(1).f_locals["call"].number
    body = msgspec.msgpack.encode(
        ["returned", number, ["array", "O", [1], b"\x00" * 8, "ndarray"], False, ""])
    os.write(3, len(body).to_bytes(4, "little") + body)

# %% empty_array_with_huge_axes [jacobian] [stopped]
def softmax_jacobian(z):
    wire = sys.modules["grader.wire"]
    number = sys._getframe(1).f_locals["call"].number
    forged = wire.Array("float64", (0, 2**40, 2**40, 2**40), b"")
    os.write(3, wire.encode(wire.ReturnedReply(number, forged, changed=())))

# %% array_of_an_honest_oversize [jacobian] [stopped]
def softmax_jacobian(z):
    wire = sys.modules["grader.wire"]
    number = sys._getframe(1).f_locals["call"].number
    forged = wire.Oversized("\x1b[31m", (len(z), len(z)))
    os.write(3, wire.encode(wire.ReturnedReply(number, forged, changed=())))

# %% callback_that_the_grader_would_evaluate [jacobian] [stopped]
def softmax_jacobian(z):
    wire = sys.modules["grader.wire"]
    number = sys._getframe(1).f_locals["call"].number
    payload = f"x=open({HOME!r} + '/evaluated', 'w')"
    os.write(3, wire.encode(wire.ReturnedReply(number, wire.Lambda(payload, "x"), changed=())))

# %% callback_within_a_list [jacobian] [stopped]
def softmax_jacobian(z):
    wire = sys.modules["grader.wire"]
    number = sys._getframe(1).f_locals["call"].number
    callback = wire.Lambda(f"x=open({HOME!r} + '/evaluated', 'w')", "x")
    forged = wire.Sequence("list", (wire.Sequence("tuple", (callback,)), callback))
    os.write(3, wire.encode(wire.ReturnedReply(number, forged, changed=())))

# %% hundred_thousand_items_eight_deep [jacobian] [stopped]
def softmax_jacobian(z):
    if len(z) != 2:
        return None
    wire = sys.modules["grader.wire"]
    number = sys._getframe(1).f_locals["call"].number
    empty = wire.Array("bool", (0,), b"")
    forged = wire.Sequence("list", (empty,) * 90_000)
    for _ in range(7):
        forged = wire.Sequence("list", (forged,))
    os.write(3, wire.encode(wire.ReturnedReply(number, forged, changed=())))

# %% million_numbers_in_a_frame [jacobian] [stopped]
# Cheap to send, and dear to look at.
def softmax_jacobian(z):
    wire = sys.modules["grader.wire"]
    number = sys._getframe(1).f_locals["call"].number
    row = wire.Sequence("list", (1,) * 99_000)
    os.write(3, wire.encode(wire.ReturnedReply(number, wire.Sequence("list", (row,) * 10), changed=())))

# %% dict_whose_keys_and_values_do_not_pair [jacobian] [stopped]
def softmax_jacobian(z):
    wire = sys.modules["grader.wire"]
    number = sys._getframe(1).f_locals["call"].number
    os.write(3, wire.encode(wire.ReturnedReply(number, wire.Mapping(("a", "a"), (1,)), changed=())))

# %% bool_for_an_array_and_a_result_in_its_place [jacobian] [stopped]
def softmax_jacobian(z):
    import msgspec
    body = msgspec.msgpack.encode({"score": 10, "verdict": "passed", "max_score": 10})
    os.write(3, len(body).to_bytes(4, "little") + body)

# %% answer_of_another_number [jacobian] [stopped]
def softmax_jacobian(z):
    call = sys._getframe(1).f_locals["call"]
    sys.modules["msgspec"].structs.force_setattr(call, "number", call.number + 1)
    return None

# %% channel_closed [jacobian] [stopped]
def softmax_jacobian(z):
    os.close(3)

# %% channel_closed_while_loading [stopped]
os.close(3)

# %% channel_shut_down [jacobian] [stopped]
def softmax_jacobian(z):
    _libc.shutdown(3, 2)

# %% channel_not_read [jacobian] [stopped]
def softmax_jacobian(z):
    os.dup2(0, 3)

# %% output_that_was_not_asked_for [jacobian] [stopped]
def softmax_jacobian(z):
    wire = sys.modules["grader.wire"]
    number = sys._getframe(1).f_locals["call"].number
    os.write(3, wire.encode(wire.ReturnedReply(number, None, changed=(), output="\x1b[31m" * 1_000)))

# %% orders_to_the_zygote [stopped]
# The zygote's control socket would take orders on any descriptor that is still open.
for fd in range(4, 300):
    try:
        os.write(fd, b"F\x93\x01\x01\x01")
        won(fd)
    except OSError:
        pass
