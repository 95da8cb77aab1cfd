# Call home, in every family of addresses. All addresses are this machine's own.

# %% tcp
import socket
with socket.create_connection(("127.0.0.1", TCP), 2) as s:
    s.sendall(NAME.encode())
    loot(s.recv(100))

# %% tcp_over_ipv6 [depends]
import socket
with socket.create_connection(("::1", TCP6), 2) as s:
    s.sendall(NAME.encode())
    loot(s.recv(100))

# %% udp
import socket
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(NAME.encode(), ("127.0.0.1", UDP))

# %% unix_path
import socket
s = socket.socket(socket.AF_UNIX)
s.settimeout(2)
s.connect(LISTENERS + "/stream")
s.sendall(NAME.encode())
loot(s.recv(100))

# %% unix_abstract
import socket
s = socket.socket(socket.AF_UNIX)
s.settimeout(2)
s.connect("\0" + ABSTRACT)
s.sendall(NAME.encode())
loot(s.recv(100))

# %% unix_datagram
import socket
socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(NAME.encode(), LISTENERS + "/datagram")

# %% tcp_with_raw_system_calls
fd = sc(41, 2, 1, 0)
address = bytes([2, 0, TCP >> 8, TCP & 255, 127, 0, 0, 1]) + bytes(8)
sc(42, fd, address, 16)
os.write(fd, NAME.encode())

# %% tcp_fast_open
fd = sc(41, 2, 1, 0)
address = bytes([2, 0, TCP >> 8, TCP & 255, 127, 0, 0, 1]) + bytes(8)
sc(44, fd, NAME.encode(), len(NAME), 0x20000000, address, 16)

# %% http
request = module("urllib.request")
request.urlopen(f"http://127.0.0.1:{TCP}/{NAME}", timeout=1).read(10)

# %% listen_for_others
import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
s.listen()
won(s.getsockname())

# %% socketpair
import socket
won(socket.socketpair())

# %% netlink
import socket
won(socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0).fileno())

# %% raw_ip [depends]
import socket
won(socket.socket(socket.AF_INET, socket.SOCK_RAW, 1).fileno())

# %% packet [depends]
import socket
won(socket.socket(socket.AF_PACKET, socket.SOCK_RAW).fileno())

# %% kernel_crypto [depends]
import socket
won(socket.socket(38, socket.SOCK_SEQPACKET).fileno())

# %% vsock [depends]
import socket
won(socket.socket(40, socket.SOCK_STREAM).fileno())

# %% every_other_family
for family in range(1, 47):
    for kind in (1, 2, 3, 5):
        fd = _libc.socket(family, kind, 0)
        if fd >= 0:
            won(f"family {family}")
            os.close(fd)

# %% multipath_tcp [depends]
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)
s.connect(("127.0.0.1", TCP))
s.sendall(NAME.encode())

# %% names_of_hosts
# Reads /etc/hosts and asks a resolver; the name is this machine's.
import socket
won(socket.getaddrinfo("localhost", 80)[0][4])

# %% channel_connected_elsewhere [depends]
import socket
s = socket.socket(fileno=os.dup(3))
s.connect(b"" if False else LISTENERS + "/stream")
s.sendall(NAME.encode())

