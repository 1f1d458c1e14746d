"""Programs that look odd to a sandbox, and must work in it."""

from __future__ import annotations

EVERYWHERE: dict[str, str] = {
    "numpy, with its threads": """
import numpy
a = numpy.random.default_rng(1).random((200, 200))
assert numpy.allclose(numpy.linalg.inv(a) @ a, numpy.eye(200))
""",
    "threads": """
import threading
seen = []
threads = [threading.Thread(target=seen.append, args=(i,)) for i in range(20)]
[t.start() for t in threads], [t.join() for t in threads]
assert len(seen) == 20
""",
    "a pool of processes": """
import math, multiprocessing
with multiprocessing.Pool(2) as pool:
    assert pool.map(math.factorial, range(5)) == [1, 1, 2, 6, 24]
""",
    "queues, locks, values and events between processes": """
import multiprocessing
def work(queue, lock, value, event, go):
    with lock:
        value.value += 1
        queue.put(value.value)
    event.set()
    go.acquire()
queue, lock, value, event, go = (
    multiprocessing.Queue(), multiprocessing.Lock(), multiprocessing.Value("i", 0), multiprocessing.Event(),
    multiprocessing.Semaphore(0),
)
processes = [multiprocessing.Process(target=work, args=(queue, lock, value, event, go)) for _ in range(3)]
[p.start() for p in processes]
assert sorted(queue.get(timeout=10) for _ in processes) == [1, 2, 3]
assert event.wait(10)
assert queue.qsize() == 0
[go.release() for _ in processes], [p.join() for p in processes]
assert [p.exitcode for p in processes] == [0, 0, 0]
bounded = multiprocessing.BoundedSemaphore(1)
try:
    bounded.release()
except ValueError:
    pass
else:
    raise AssertionError("released too often")
joinable = multiprocessing.JoinableQueue()
joinable.put(1), joinable.get(), joinable.task_done(), joinable.join()
assert not multiprocessing.Lock().acquire(False) is None
""",
    "a condition and a barrier between processes": """
import multiprocessing
def wait(barrier, condition):
    barrier.wait(10)
    with condition:
        condition.notify_all()
barrier, condition = multiprocessing.Barrier(2), multiprocessing.Condition()
process = multiprocessing.Process(target=wait, args=(barrier, condition))
with condition:
    process.start()
    barrier.wait(10)
    assert condition.wait(10)
process.join()
""",
    "shared memory by name": """
import multiprocessing
from multiprocessing.shared_memory import ShareableList, SharedMemory
memory = SharedMemory(create=True, size=100)
def fill(name):
    other = SharedMemory(name=name)
    other.buf[0] = 7
    other.close()
process = multiprocessing.Process(target=fill, args=(memory.name,))
process.start(), process.join()
assert memory.buf[0] == 7
memory.close(), memory.unlink()
try:
    SharedMemory(name=memory.name)
except FileNotFoundError:
    pass
else:
    raise AssertionError("it is still there")
""",
    "an executor of processes": """
import math
from concurrent.futures import ProcessPoolExecutor
with ProcessPoolExecutor(2) as executor:
    assert list(executor.map(math.factorial, [3, 4])) == [6, 24]
""",
    "subprocesses": """
import subprocess, sys
assert subprocess.run([sys.executable, "-c", "print(1 + 1)"], capture_output=True, text=True).stdout == "2\\n"
assert subprocess.check_output("echo a | cat", shell=True) == b"a\\n"
child = subprocess.Popen(["sleep", "60"])
child.terminate()
assert child.wait(10) == -15
""",
    "asyncio": """
import asyncio
async def main():
    child = await asyncio.create_subprocess_exec("/bin/echo", "x", stdout=asyncio.subprocess.PIPE)
    assert (await child.communicate())[0] == b"x\\n"
    await asyncio.gather(*[asyncio.sleep(0.01) for _ in range(5)])
    return await asyncio.get_running_loop().run_in_executor(None, lambda: 3)
assert asyncio.run(main()) == 3
""",
    "signals and timers": """
import os, signal, time
hits = []
signal.signal(signal.SIGALRM, lambda *_: hits.append(1))
signal.setitimer(signal.ITIMER_REAL, 0.01)
time.sleep(0.1)
os.kill(os.getpid(), signal.SIGALRM)
signal.raise_signal(signal.SIGALRM)
assert len(hits) == 3
child = os.fork()
if child == 0:
    time.sleep(60)
os.kill(child, signal.SIGTERM)
assert os.waitpid(child, 0)[1] == signal.SIGTERM
""",
    "files of all kinds": """
import os, pathlib, shutil, sqlite3, tempfile, zipfile
base = pathlib.Path(tempfile.mkdtemp())
assert base.is_relative_to(folder)
(base / "a").write_text("x")
shutil.copy(base / "a", base / "b"), shutil.copy2(base / "a", base / "c"), (base / "a").rename(base / "d")
shutil.copytree(base, f"{base}-copy"), shutil.move(base / "b", f"{base}-copy/moved"), shutil.rmtree(base)
os.symlink("nowhere", "link"), os.mkfifo("fifo"), os.link("link", "hard", follow_symlinks=False)
pathlib.Path("touched").touch(), pathlib.Path("touched").touch(), os.truncate("touched", 10)
assert os.stat("touched").st_size == 10
connection = sqlite3.connect("base.db")
connection.execute("create table t (a)"), connection.commit()
with zipfile.ZipFile("z.zip", "w") as archive:
    archive.writestr("inner", "text")
zipfile.ZipFile("z.zip").extractall("unpacked")
pathlib.Path("script").write_text("#!/bin/sh\\necho ran\\n")
import subprocess
assert subprocess.check_output(["sh", "script"]) == b"ran\\n"
subprocess.run(["touch", "by-program", "by-program"], check=True)
""",
    "devices, mapped memory, pairs of sockets, epoll": """
import mmap, os, select, socket
memory = mmap.mmap(-1, 8192)
memory[0] = 1
ours, theirs = socket.socketpair()
ours.sendall(b"x")
epoll = select.epoll()
epoll.register(theirs)
assert epoll.poll(1) and theirs.recv(1) == b"x"
open("/dev/null", "w").write("x")
assert len(open("/dev/urandom", "rb").read(4)) == 4 and open("/dev/zero", "rb").read(1) == b"\\0"
assert os.cpu_count() >= 1
event = os.eventfd(1)
assert os.eventfd_read(event) == 1
""",
    "what the machine and the process say of themselves": """
import ctypes.util, datetime, locale, os, platform, resource, ssl, zoneinfo
assert datetime.datetime.now(zoneinfo.ZoneInfo("Europe/Berlin")).tzinfo
assert ctypes.util.find_library("c")
assert "MemTotal" in open("/proc/meminfo").read() and f"Pid:\\t{os.getpid()}" in open("/proc/self/status").read()
ssl.create_default_context(), platform.platform(), resource.getrlimit(resource.RLIMIT_NOFILE)
assert os.path.expanduser("~") == f"{folder}/tmp"
""",
    "lower priority, more time for others": """
import os
os.nice(1)
os.sched_setaffinity(0, os.sched_getaffinity(0))
os.sched_yield()
""",
}

WITH_A_NETWORK: dict[str, str] = {
    "a server and its client": """
import asyncio
async def main():
    async def answer(reader, writer):
        writer.write(await reader.readline())
        await writer.drain()
        writer.close()
    server = await asyncio.start_server(answer, "localhost", 0)
    reader, writer = await asyncio.open_connection("127.0.0.1", server.sockets[0].getsockname()[1])
    writer.write(b"hello\\n")
    assert await reader.readline() == b"hello\\n"
    writer.close()
    server.close()
asyncio.run(main())
""",
    "a web server in a thread": """
import http.server, threading, urllib.request
class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_): pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet)
threading.Thread(target=server.serve_forever, daemon=True).start()
assert urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}/").status == 200
server.shutdown()
""",
    "datagrams and IPv6": """
import socket
server, client = (socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) for _ in range(2))
server.bind(("::1", 0))
client.sendto(b"x", server.getsockname())
assert server.recv(1) == b"x"
""",
    "a manager of shared objects": """
import multiprocessing
with multiprocessing.Manager() as manager:
    shared = manager.dict()
    shared["a"] = 1
    assert shared["a"] == 1
""",
    "modes, times and owners of files": """
import os
open("file", "w").close()
os.chmod("file", 0o640), os.utime("file", (7, 7)), os.chown("file", os.getuid(), os.getgid())
assert os.stat("file").st_mode & 0o777 == 0o640 and os.stat("file").st_mtime == 7
""",
    "the usual folders, by name": """
import getpass, pwd, os, socket
for place in ("/tmp", "/var/tmp", "/dev/shm"):  # where this checkout lies below /tmp, that is shown as it is
    if os.path.islink(place): open(f"{place}/file", "w").write("x")
assert os.path.islink("/dev/shm")
assert getpass.getuser() == pwd.getpwuid(os.getuid()).pw_name == "trial"
assert socket.gethostbyname(socket.gethostname()) == "127.0.0.1"
""",
}
