# Start, end and take over processes; talk to other sandboxes through the kernel.

# %% fork
pid = os.fork()
if pid == 0:
    os._exit(0)
os.waitpid(pid, 0)
won("fork")

# %% raw_vfork_by_clone
pid = sc(56, 17, 0, 0, 0, 0)
if pid == 0:
    os._exit(0)
won("clone")

# %% raw_clone3
arguments = (ctypes.c_uint64 * 11)()
arguments[4] = 17
pid = sc(435, ctypes.byref(arguments), 88)
if pid == 0:
    os._exit(0)
won("clone3")

# %% posix_spawn
os.waitpid(os.posix_spawn("/bin/true", ["true"], {}), 0)
won("spawn")

# %% subprocess
subprocess = module("subprocess")
won(subprocess.run(["/bin/sh", "-c", f"echo x > {HOME}/ran"], check=True).returncode)

# %% os_system
if os.system(f"echo x > {HOME}/ran") == 0:
    won("system")

# %% popen_of_the_c_library
_libc.popen.restype = ctypes.c_void_p
c("popen", f"echo x > {HOME}/ran".encode(), b"w", fails=None)
time.sleep(0.1)
won("popen")

# %% exec [depends]
os.execv("/bin/sh", ["sh", "-c", f"echo x > {HOME}/ran"])

# %% raw_execveat [depends]
fd = sc(2, b"/bin/sh", os.O_RDONLY, 0)
arguments = (ctypes.c_char_p * 4)(b"sh", b"-c", f"echo x > {HOME}/ran".encode(), None)
sc(322, fd, b"", arguments, None, 0x1000)

# %% exec_from_memory [depends]
fd = sc(319, b"loot", 0)
os.write(fd, open("/bin/true", "rb").read())
won("memfd")
os.execve(fd, ["true"], {})

# %% pseudo_terminal
pid, fd = module("pty").fork()
if pid == 0:
    os._exit(0)
won("pty")

# %% thread
thread = threading.Thread(target=lambda: won("thread"))
thread.start()
thread.join()

# %% low_level_thread
module("_thread").start_new_thread(lambda: None, ())
won("thread")

# %% posix_thread
started = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p)(lambda _: None)
handle = ctypes.c_ulong()
if _libc.pthread_create(ctypes.byref(handle), None, started, None) == 0:
    won("pthread_create")
    _libc.pthread_join(handle, None)

# %% thread_pool
pool = module("concurrent.futures.thread").ThreadPoolExecutor(1)
won(pool.submit(os.getpid).result(2))

# %% process_pool
context = module("multiprocessing").get_context("fork")
with context.Pool(1) as pool:
    won(pool.apply(os.getpid))

# %% fork_bomb_of_forty
pids = []
for _ in range(40):
    pid = os.fork()
    if pid == 0:
        time.sleep(0.3)
        os._exit(0)
    pids.append(pid)
won(len(pids))

# %% kill [sleeper]
os.kill(SLEEPER, signal.SIGKILL)

# %% raw_kill [sleeper]
sc(62, SLEEPER, 9)

# %% raw_tgkill [sleeper]
sc(234, SLEEPER, SLEEPER, 9)

# %% raw_rt_sigqueueinfo [sleeper]
info = (ctypes.c_int * 32)(9, 0, -1)
sc(129, SLEEPER, 9, ctypes.byref(info))

# %% pidfd_send_signal [sleeper]
signal.pidfd_send_signal(os.pidfd_open(SLEEPER), signal.SIGKILL)

# %% stop_another_process [sleeper]
os.kill(SLEEPER, signal.SIGSTOP)
won("stopped it")

# %% signal_to_the_zygote
os.kill(os.getppid(), 0)
won("may signal its parent")

# %% signal_to_the_grader
os.kill(int(open(f"/proc/{os.getppid()}/stat").read().rpartition(")")[2].split()[1]), 0)
won("may signal the grader")

# %% signal_to_all_of_the_users_processes
# Signal 0 asks only whether one may.
os.kill(-1, 0)
won("may signal all")

# %% session_of_another_process
won(os.getsid(SLEEPER))

# %% death_signal_taken_back
sc(157, 1, 0, 0, 0, 0)
won("PR_SET_PDEATHSIG")

# %% dumpable_again
sc(157, 4, 1, 0, 0, 0)
won("PR_SET_DUMPABLE")

# %% name_of_the_process
sc(157, 15, b"grader", 0, 0, 0)
won("PR_SET_NAME")

# %% subreaper
sc(157, 36, 1, 0, 0, 0)
won("PR_SET_CHILD_SUBREAPER")

# %% root_again
# As a learner without rights nothing but a try; as a child of root it would be root again.
for change in (os.setuid, os.seteuid, os.setgid, os.setegid):
    try:
        change(0)
        won(change.__name__)
    except PermissionError:
        pass
os.setresuid(os.getuid(), os.getuid(), os.getuid())
won("setresuid")

# %% capabilities
header, data = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
sc(126, ctypes.byref(header), ctypes.byref(data))
won("capset")

# %% user_namespace [depends]
sc(272, 0x10000000)
won("unshare")

# %% mount_namespace [depends]
sc(272, 0x10000000 | 0x00020000)
sc(165, b"none", HOME.encode(), b"tmpfs", 0, None)
won("mount")

# %% other_namespace [depends]
sc(308, os.open(f"/proc/{SLEEPER}/ns/uts", os.O_RDONLY), 0)
won("setns")

# %% chroot [depends]
os.chroot(HOME)
won("chroot")

# %% personality
sc(135, 0x0040000)
won("personality")

# %% another_seccomp_filter
sc(157, 38, 1, 0, 0, 0)
instructions = (ctypes.c_uint64 * 1)(0x7FFF000000000006)
program = (ctypes.c_uint64 * 2)(1, ctypes.addressof(instructions))
sc(317, 1, 0, ctypes.byref(program))
won("seccomp")

# %% bpf [depends]
sc(321, 0, ctypes.create_string_buffer(128), 128)
won("bpf")

# %% perf_event [depends]
attributes = ctypes.create_string_buffer(bytes([1, 0, 0, 0, 112, 0, 0, 0]) + bytes(104), 112)
sc(298, attributes, 0, -1, -1, 0)
won("perf")

# %% userfaultfd [depends]
sc(323, 1)
won("userfaultfd")

# %% io_uring [depends]
sc(425, 4, ctypes.create_string_buffer(120))
won("io_uring")

# %% aio
context = ctypes.c_ulong(0)
sc(206, 4, ctypes.byref(context))
won("io_setup")

# %% key_in_the_keyring [depends]
key = sc(248, b"user", b"canary", b"1", 1, -4)
won("add_key")
sc(250, 9, key, -4)

# %% keyring_of_the_session [depends]
sc(250, 0, -3, 1)
won("keyctl")

# %% request_key [depends]
try:
    sc(249, b"user", b"canary", None, 0)
except OSError as error:
    if error.errno == 126:  # no such key: the kernel has looked
        won("request_key")

# %% shared_memory_of_system_v
where = sc(29, 0x5EC5, 4096, 0o1666)
won("shmget")
sc(31, where, 0, 0)

# %% shared_memory_that_is_there
_libc.shmat.restype = ctypes.c_void_p
loot(ctypes.string_at(c("shmat", SHM, None, 0o10000, fails=2**64 - 1), 60))

# %% message_queue_of_system_v
queue = sc(68, 0x5EC5, 0o1666)
won("msgget")
sc(71, queue, 0, 0)

# %% semaphore_of_system_v
semaphore = sc(64, 0x5EC5, 1, 0o1666)
won("semget")
sc(66, semaphore, 0, 0, 0)

# %% posix_message_queue [depends]
sc(240, b"canary-@WON_A@", os.O_CREAT | os.O_RDWR, 0o666, None)
won("mq_open")
sc(241, b"canary-@WON_A@")

# %% posix_shared_memory
fd = c("shm_open", f"/canary-{NAME}".encode(), os.O_CREAT | os.O_RDWR, 0o666)
won("shm_open")
c("shm_unlink", f"/canary-{NAME}".encode())

# %% memory_file
won(sc(319, b"loot", 0))

# %% secret_memory [depends]
won(sc(447, 0))

# %% event_descriptor
won(sc(290, 0, 0))

# %% signal_descriptor
won(sc(289, -1, (ctypes.c_uint64 * 1)(2), 8, 0))

# %% timer_descriptor
won(sc(283, 1, 0))

# %% pipe
won(os.pipe())

# %% lock_on_the_null_device [depends]
# All sandboxes have it open: a lock on it is a channel from one learner to another.
import fcntl
fcntl.flock(1, fcntl.LOCK_EX | fcntl.LOCK_NB)
won("flock")

# %% raw_flock_on_the_null_device [depends]
sc(73, 1, 2 | 4)
won("flock")

# %% record_lock_on_the_null_device
fcntl = module("fcntl")
fcntl.lockf(1, fcntl.LOCK_EX | fcntl.LOCK_NB, 1)
won("lockf")

# %% open_file_lock_on_the_null_device
won(sc(72, 1, 37, ctypes.create_string_buffer(bytes([1, 0]) + bytes(30), 32)))

# %% owner_of_a_descriptors_signals
won(sc(72, 3, 8, SLEEPER))

# %% lease_on_a_descriptor [depends]
won(sc(72, 1, 1024, 0))

# %% mode_of_the_null_device [depends]
# To what it is already, in case that it works.
os.fchmod(1, 0o666)
won("fchmod")

# %% terminal_input [depends]
fcntl = module("fcntl")
fcntl.ioctl(1, 0x5412, b"x")
won("TIOCSTI")

# %% limits_raised
resource = module("resource")
soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
resource.setrlimit(resource.RLIMIT_CPU, (hard, hard))
won("setrlimit")

# %% limits_of_another_process
limits = (ctypes.c_uint64 * 2)(1, 1)
sc(302, SLEEPER, 7, None, ctypes.byref(limits))
won("prlimit")

# %% limits_of_the_zygote [depends]
limits = (ctypes.c_uint64 * 2)(10**6, 10**6)
sc(302, os.getppid(), 7, None, ctypes.byref(limits))
won("prlimit")

# %% processors
os.sched_setaffinity(0, {0})
won("affinity")

# %% processors_of_another_process
os.sched_setaffinity(SLEEPER, os.sched_getaffinity(0))
won("affinity")

# %% priority_of_another_process
os.setpriority(os.PRIO_PROCESS, SLEEPER, 19)
won("setpriority")

# %% scheduler_of_another_process
os.sched_setscheduler(SLEEPER, os.SCHED_BATCH, os.sched_param(0))
won("sched_setscheduler")

# %% priority_of_reading_of_another_process
won(sc(251, 1, SLEEPER, (3 << 13)))

# %% kernel_log [depends]
text = ctypes.create_string_buffer(200)
won(sc(103, 3, text, 200))

# %% name_of_the_machine [depends]
sc(170, b"owned", 5)
won("sethostname")

# %% clock_of_the_machine [depends]
# To where it stands.
time.clock_settime(time.CLOCK_REALTIME, time.time())
won("clock_settime")

# %% memory_locked [depends]
won(sc(151, 1))

# %% foreign_system_calls_of_32_bits [depends]
# getpid by int 0x80: a filter that looks at numbers only takes it for another call.
where = _libc.mmap(None, 4096, 7, 0x22, -1, 0)
ctypes.memmove(where, b"\xb8\x14\x00\x00\x00\xcd\x80\xc3", 8)
if ctypes.CFUNCTYPE(ctypes.c_int)(where)() == os.getpid():
    won("int 0x80")

# %% foreign_system_calls_of_x32 [depends]
won(sc(0x40000000 | 41, 2, 1, 0))

# %% system_call_from_own_machine_code
# fork() from machine code of one's own, for walls that only patch the C library.
where = _libc.mmap(None, 4096, 7, 0x22, -1, 0)
ctypes.memmove(where, b"\xb8\x39\x00\x00\x00\x0f\x05\xc3", 8)
pid = ctypes.CFUNCTYPE(ctypes.c_int)(where)()
if pid == 0:
    os._exit(0)
if pid > 0:
    won("fork")

# %% every_unknown_system_call [depends]
# New kernels have new calls; a list of what is forbidden does not know them.
for number in range(448, 480):
    result = _libc.syscall(number, ctypes.c_long(-1), None, ctypes.c_long(0), ctypes.c_long(0))
    if result >= 0 or ctypes.get_errno() not in (1, 38):
        won(f"call {number}: errno {ctypes.get_errno()}")
