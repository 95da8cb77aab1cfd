# Go on after the learner's turn is over.

# %% daemon [survivor]
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        sc(157, 1, 0, 0, 0, 0)
        sc(157, 15, b"canary-daemon", 0, 0, 0)
        time.sleep(240)
    os._exit(0)
won("daemon")

# %% daemon_of_another_program [survivor]
subprocess = module("subprocess")
subprocess.Popen(["/bin/sleep", "241"], start_new_session=True)
won("sleep")

# %% process_in_the_background_that_phones_home
import socket
if os.fork() == 0:
    os.setsid()
    time.sleep(0.2)
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(NAME.encode(), ("127.0.0.1", UDP))
    os._exit(0)
won("background")

# %% thread_in_the_background
thread = threading.Timer(0.05, lambda: open(HOME + "/timer", "w"))
thread.daemon = False
thread.start()
won("timer")

# %% at_exit [stopped]
import atexit
atexit.register(lambda: open(HOME + "/atexit", "w"))

# %% finalizer [stopped]
import weakref
weakref.finalize(Late := type("Late", (), {}), lambda: open(HOME + "/finalizer", "w"))

# %% del_method [stopped]
class Late:
    def __del__(self):
        os.open(HOME + "/del", os.O_CREAT | os.O_WRONLY)
sys.modules["late"] = Late()

# %% signal_handlers [stopped]
def late(*_):
    os.open(HOME + "/signal", os.O_CREAT | os.O_WRONLY)
for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
    signal.signal(number, late)

# %% alarm
def late(*_):
    os.close(os.open(HOME + "/alarm", os.O_CREAT | os.O_WRONLY))
signal.signal(signal.SIGALRM, late)
signal.setitimer(signal.ITIMER_REAL, 0.01)
time.sleep(0.05)

# %% exception_hooks [stopped]
sys.excepthook = sys.unraisablehook = lambda *args: open(HOME + "/hook", "w")
threading.excepthook = sys.excepthook

# %% hook_at_fork [stopped]
# Were the next learner's process forked from this one, it would run this first.
os.register_at_fork(before=lambda: won("before"), after_in_child=lambda: open(HOME + "/forked", "w"))

# %% hook_of_the_garbage_collector
gc.callbacks.append(lambda *args: os.close(os.open(HOME + "/gc", os.O_CREAT | os.O_WRONLY)))
gc.collect()

# %% fault_handler
faulthandler = module("faulthandler")
faulthandler.dump_traceback_later(0.01, file=open(HOME + "/fault", "w"))
won("watchdog thread")

# %% channel_kept_by_a_child
if os.fork() == 0:
    os.setsid()
    time.sleep(0.5)
    os.write(3, b"\x01\x00\x00\x00\x01")
    os._exit(0)
won("fork")
