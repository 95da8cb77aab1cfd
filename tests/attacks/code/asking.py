# Ask the references for what they should not tell, or for more than anybody can answer.

# %% ask_while_loading [jacobian] [alone] [stopped]
wire = sys.modules["grader.wire"]
for number in range(40):
    os.write(3, wire.encode(wire.AskedReply(number, "softmax", (wire.pack(np.zeros((2, 1))),), {})))

# %% ask_for_oneself [jacobian] [alone] [stopped]
def softmax_jacobian(z):
    ask("softmax_jacobian", z)
    return told()

# %% ask_for_a_later_function [jacobian] [alone] [stopped]
def softmax_jacobian(z):
    ask("softmax_jacobian_batch", z)
    return told()[0]

# %% ask_oneself_through_the_stand_in [jacobian] [alone] [stopped]
# As the child of the grader sees it, every name stands for something.
def softmax_jacobian(z):
    stand_ins().activate(("softmax", "softmax_jacobian", "softmax_jacobian_batch"))
    return sys._getframe().f_globals["softmax_jacobian_batch"](z)[0]

# %% ask_for_names_that_mislead [jacobian] [alone] [stopped]
def softmax_jacobian(z):
    for name in ("\x1b[31m\u202e", "../../etc/passwd", "__import__", "softmax\x00", "", "a" * 300):
        ask(name, z)
    return told()

# %% ask_without_end [jacobian] [alone] [stopped]
def softmax_jacobian(z):
    while True:
        ask("softmax", z)
        told()

# %% ask_without_end_and_without_reading [jacobian] [alone] [stopped]
def softmax_jacobian(z):
    while True:
        ask("softmax", np.zeros((100, 10)))

# %% ask_every_ten_milliseconds [jacobian] [alone] [stopped]
def softmax_jacobian(z):
    while True:
        ask("softmax", z)
        told()
        time.sleep(0.01)

# %% ask_with_megabytes_without_end [jacobian] [alone] [stopped]
def softmax_jacobian(z):
    while True:
        ask("softmax", np.zeros((2**19 - 9, 1)))
        told()

# %% ask_for_an_answer_of_gigabytes [jacobian] [alone] [stopped]
def softmax_jacobian(z):
    ask("softmax", np.zeros((1, 0)))
    ask("softmax", np.zeros((2,) * 8))
    return told() + told()

# %% ask_with_wild_arguments [jacobian] [alone] [stopped]
def softmax_jacobian(z):
    wire = sys.modules["grader.wire"]
    wild = [
        wire.Word("tanh"), None, True, 2**63 - 1, float("nan"), wire.pack([[[[[[[1.0]]]]]]]),
        wire.pack({"__class__": 1, "": [1]}), wire.pack(np.zeros(0)), wire.pack(np.zeros((0, 2**20))),
        wire.pack(np.full((3, 3), np.inf)), wire.pack(np.array(1j)), wire.pack(np.zeros(3, bool)),
        wire.Sequence("tuple", (wire.Word("a"),) * 1_000),
    ]
    for argument in wild:
        send(wire.AskedReply(number(), "softmax", (argument,), {}))
        told()
        send(wire.AskedReply(number(), "softmax", (), {"Z": argument, "axis": argument}))
        told()
    return None

# %% ask_with_a_callback_to_evaluate [jacobian] [alone] [stopped]
def softmax_jacobian(z):
    wire = sys.modules["grader.wire"]
    callback = wire.Lambda(f"x=open({HOME!r} + '/evaluated', 'w')", "x")
    send(wire.AskedReply(number(), "softmax", (callback,), {"f": callback}))
    return told()

# %% ask_with_an_array_larger_than_its_bytes [jacobian] [alone] [stopped]
def softmax_jacobian(z):
    wire = sys.modules["grader.wire"]
    forged = wire.Array("float64", (2**39, 2**39), b"\x00" * 8)
    send(wire.AskedReply(number(), "softmax", (forged,), {}))
    return told()

# %% ask_with_a_nest_too_deep [jacobian] [alone] [stopped]
def softmax_jacobian(z):
    head = b"\x95\xa5asked" + bytes([number() % 128]) + b"\xa7softmax\x91"
    body = head + b"\x93\xa8sequence\xa4list\x91" * 4_000
    os.write(3, len(body).to_bytes(4, "little") + body)
    return told()

# %% ask_for_another_call [jacobian] [alone] [stopped]
def softmax_jacobian(z):
    wire = sys.modules["grader.wire"]
    send(wire.AskedReply(number() + 1, "softmax", (wire.pack(z),), {}))
    return told()

# %% tell_oneself_and_the_grader [jacobian] [alone] [stopped]
def softmax_jacobian(z):
    wire = sys.modules["grader.wire"]
    send(wire.ToldRequest(wire.pack(np.eye(len(z)))))
    send(wire.StandInsRequest(("softmax_jacobian",)))
    return told()

# %% keep_what_was_told_for_a_later_call [jacobian] [alone] [stopped]
# The batch asks for the Jacobian of every input that it can draw; a call of the Jacobian comes later.
_KEPT = {}
def softmax_jacobian(z):
    return _KEPT[z.tobytes()]
def softmax_jacobian_batch(Z):
    for z in [*Z.T[:, :, None], np.frombuffer(_OPEN).reshape(5, 3)[:, :1]]:
        ask("softmax_jacobian", z)
        _KEPT[z.tobytes()] = told()
    return None
# --- twin
def softmax_jacobian(z):
    raise KeyError
def softmax_jacobian_batch(Z):
    return None
