"""State that one trial leaves for the next: files, shared memory, sockets, limits, modules, memory of the worker.

The first trial plants and passes; the second asks whether it sees anything, and must pass too.
"""

from __future__ import annotations

from tests.verification.adversaries.program import Escape

_PLANT = "import solution\n\ndef test_planted():\n    assert solution.planted\n"
_LOOK = "import solution\n\ndef test_nothing_is_there():\n    assert solution.look() == 'nothing'\n"
_LOOK_IN_TEST = """
import builtins, gc, json, math, os, random, sys
import solution

def test_nothing_is_there():
    assert solution.look() == 'nothing'
    assert not hasattr(builtins, 'left_@MARK@') and not hasattr(sys, 'left_@MARK@')
    assert 'left_@MARK@' not in sys.modules and math.pi > 3 and json.dumps([1]) == '[1]'
    assert not any(isinstance(thing, str) and thing == 'left' + '_@MARK@' for thing in vars(builtins))
"""


def _leaves(plant: str, look: str, left: str = "", test: str = _LOOK) -> Escape:
    return Escape(plant, _PLANT, left, then=(look, test), confined_only=True)


_SEARCH = """
import os
def look():
    mine = (os.path.expanduser('~'), os.environ.get('TMPDIR', '.'))
    for place in ('.', '..', '/tmp', '/var/tmp', '/dev/shm', '/trial', *mine):
        for folder, folders, names in os.walk(place):
            if folder.startswith(('/proc', '/sys')): break
            for name in names + folders:
                if 'left_@MARK@' in name: return os.path.join(folder, name)
    return 'nothing'
"""
_WRITE = """
import os, pathlib
planted = True
for place in ({places}):
    try: pathlib.Path(os.path.expanduser(place), 'left_@MARK@').write_text('x')
    except OSError: pass
"""
_IPC = """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
"""

PROGRAMS: dict[str, Escape] = {
    "files in temporary folders": _leaves(
        _WRITE.format(places="'/tmp', '/var/tmp', os.environ.get('TMPDIR', '.')"),
        _SEARCH,
        "file:/tmp/left_@MARK@ file:/var/tmp/left_@MARK@",
    ),
    "files in shared memory": _leaves(
        _WRITE.format(places="'/dev/shm', '/dev/mqueue', '/run/shm'"), _SEARCH, "file:/dev/shm/left_@MARK@"
    ),
    "files in its folder": _leaves(_WRITE.format(places="'.', '..', '../..'"), _SEARCH),
    "files in its home": _leaves(_WRITE.format(places="'~', '~/..'"), _SEARCH),
    "files hidden in folders": _leaves(
        "import os\nplanted = True\nfor place in ('.a/.b', '/tmp/.x/.y', '/var/tmp/.x/.y'):\n    try:\n"
        "        os.makedirs(place, exist_ok=True)\n        open(f'{place}/left_@MARK@', 'w').close()\n"
        "    except OSError: pass\n",
        _SEARCH,
        "file:/tmp/.x/.y/left_@MARK@",
    ),
    "compiled files": _leaves(
        "import os\nplanted = True\nos.makedirs('__pycache__', exist_ok=True)\n"
        "open('__pycache__/left_@MARK@.pyc', 'wb').write(b'x')\n",
        _SEARCH,
    ),
    "shared memory of System V": _leaves(
        _IPC + "libc.shmget(@KEY@, 4096, 0o1666)\nplanted = True\n",
        _IPC + "def look():\n    return 'there' if libc.shmget(@KEY@, 0, 0) >= 0 else 'nothing'\n",
        "sysv",
    ),
    "semaphores of System V": _leaves(
        _IPC + "libc.semget(@KEY@, 1, 0o1666)\nplanted = True\n",
        _IPC + "def look():\n    return 'there' if libc.semget(@KEY@, 0, 0) >= 0 else 'nothing'\n",
        "sysv",
    ),
    "queues of System V": _leaves(
        _IPC + "libc.msgget(@KEY@, 0o1666)\nplanted = True\n",
        _IPC + "def look():\n    return 'there' if libc.msgget(@KEY@, 0) >= 0 else 'nothing'\n",
        "sysv",
    ),
    "queues of POSIX": _leaves(
        _IPC + "libc.mq_open(b'/left_@MARK@', 0o102, 0o666, None)\nplanted = True\n",
        _IPC + "def look():\n    return 'there' if libc.mq_open(b'/left_@MARK@', 0) >= 0 else 'nothing'\n",
        "file:/dev/mqueue/left_@MARK@",
    ),
    "semaphores of POSIX": _leaves(
        _IPC
        + "libc.sem_open.restype = ctypes.c_void_p\nlibc.sem_open(b'/left_@MARK@', 0o100, 0o666, 1)\nplanted = True\n",
        _IPC + "libc.sem_open.restype = ctypes.c_void_p\ndef look():\n"
        "    return 'there' if libc.sem_open(b'/left_@MARK@', 0) else 'nothing'\n",
        "file:/dev/shm/sem.left_@MARK@",
    ),
    "shared memory of multiprocessing": _leaves(
        "planted = True\ntry:\n    from multiprocessing import shared_memory, resource_tracker\n"
        "    resource_tracker.register = lambda *a: None\n"
        "    m = shared_memory.SharedMemory('left_@MARK@', True, 4096)\nexcept OSError: pass\n",
        _SEARCH,
        "file:/dev/shm/left_@MARK@ process",
    ),
    "an abstract socket": _leaves(
        """
        import os, socket, time
        planted = True
        if os.fork() == 0:
            os.setsid()
            try:
                s = socket.socket(socket.AF_UNIX)
                s.bind('\\0left_@MARK@')
                s.listen()
                time.sleep(600)
            except OSError: pass
            os._exit(0)
        time.sleep(0.2)
        """,
        "import socket\ndef look():\n    try: socket.socket(socket.AF_UNIX).connect('\\0left_@MARK@')\n"
        "    except OSError: return 'nothing'\n"
        "    return 'there'\n",
    ),
    "a port": _leaves(
        """
        import os, socket, time
        planted = True
        if os.fork() == 0:
            os.setsid()
            try:
                s = socket.create_server(('127.0.0.1', 23456))
                time.sleep(600)
            except OSError: pass
            os._exit(0)
        time.sleep(0.2)
        """,
        "import socket\ndef look():\n    try: socket.create_connection(('127.0.0.1', 23456), 1)\n"
        "    except OSError: return 'nothing'\n"
        "    return 'there'\n",
    ),
    "the end of a connection": _leaves(
        "import socket\nplanted = True\ntry:\n    s = socket.create_server(('127.0.0.1', 23457))\n"
        "    c = socket.create_connection(('127.0.0.1', 23457), 1)\n    a, _ = s.accept()\n"
        "    a.close()\n    c.close()\nexcept OSError: pass\n",
        "def look():\n    try: lines = open('/proc/net/tcp').read().splitlines()[1:]\n"
        "    except OSError: return 'nothing'\n"
        "    return 'there' if any(':%04X ' % 23457 in line for line in lines) else 'nothing'\n",
    ),
    "processes": _leaves(
        "import os, subprocess\nplanted = True\nfor _ in range(3):\n"
        "    subprocess.Popen(['sh', '-c', 'sleep 600; : left_@MARK@'], start_new_session=True)\n",
        """
        import glob
        def look():
            for path in glob.glob('/proc/[0-9]*/cmdline'):
                try:
                    if b'left_@MARK@' in open(path, 'rb').read(): return path
                except OSError: pass
            return 'nothing'
        """,
        "process",
    ),
    "the environment": _leaves(
        "import os\nplanted = True\nos.environ['left_@MARK@'] = 'x'\nos.environ['PATH'] = '/left'\n"
        "os.putenv('left_@MARK@', 'x')\n",
        "import os\ndef look():\n"
        "    return 'there' if 'left_@MARK@' in os.environ or os.environ.get('PATH') == '/left' else 'nothing'\n",
    ),
    "the mask of new files, limits, priority": _leaves(
        "import os, resource\nplanted = True\nos.umask(0o777)\nos.nice(5)\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (50, 50))\n"
        "resource.setrlimit(resource.RLIMIT_CORE, (0, 0))\n",
        "import os, resource\ndef look():\n    mask = os.umask(0o22)\n"
        "    if mask == 0o777: return 'mask'\n    if os.nice(0) >= 5: return 'nice'\n"
        "    return 'limit' if resource.getrlimit(resource.RLIMIT_NOFILE)[1] <= 50 else 'nothing'\n",
    ),
    "signals that are ignored": _leaves(
        "import signal\nplanted = True\n"
        "for s in (signal.SIGTERM, signal.SIGUSR1, signal.SIGALRM): signal.signal(s, signal.SIG_IGN)\n"
        "signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR2})\n",
        "import signal\ndef look():\n    if signal.getsignal(signal.SIGUSR1) is signal.SIG_IGN: return 'ignored'\n"
        "    return 'blocked' if signal.SIGUSR2 in signal.pthread_sigmask(signal.SIG_BLOCK, ()) else 'nothing'\n",
    ),
    "modules and built-ins": _leaves(
        "import builtins, json, math, random, sys, types\nplanted = True\n"
        "builtins.left_@MARK@ = sys.left_@MARK@ = 1\nmath.pi = 3\n"
        "json.dumps = lambda *a, **k: 'left'\nsys.modules['left_@MARK@'] = types.ModuleType('left')\n"
        "random.random = lambda: 4\n",
        "import builtins, json, random, sys\ndef look():\n"
        "    return 'there' if hasattr(builtins, 'left_@MARK@') or random.random() == 4 else 'nothing'\n",
        test=_LOOK_IN_TEST,
    ),
    "the module solution itself": _leaves(
        "import sys\nplanted = True\nleft = 'left_@MARK@'\nsys.modules['helper'] = sys.modules[__name__]\n",
        "import sys\ndef look():\n"
        "    return 'there' if 'helper' in sys.modules or 'left' in globals() else 'nothing'\n",
    ),
    "the state of chance": _leaves(
        "import random\nplanted = True\nrandom.seed(1)\nrandom.random = random.Random(1).random\n",
        "import random\ndef look():\n    r = random.Random(1)\n"
        "    return 'there' if random.random() == r.random() else 'nothing'\n",
    ),
    "descriptors": _leaves(
        "import os\nplanted = True\nfor _ in range(20): os.dup(os.open('/dev/null', os.O_RDONLY))\n",
        "import os\ndef look():\n    n = 0\n    for d in range(3, 1024):\n"
        "        try: n += os.readlink(f'/proc/self/fd/{d}') == '/dev/null'\n"
        "        except OSError: pass\n    return 'nothing' if n < 10 else str(n)\n",
    ),
    "locks and watches of files": _leaves(
        "import fcntl, os, tempfile, time\nplanted = True\n"
        "p = os.path.join(tempfile.gettempdir(), 'lock')\nf = open(p, 'w')\n"
        "fcntl.flock(f, fcntl.LOCK_EX)\nif os.fork() == 0: time.sleep(600)\n",
        "import fcntl, os, tempfile\ndef look():\n    f = open(os.path.join(tempfile.gettempdir(), 'lock'), 'w')\n"
        "    try: fcntl.flock(f, fcntl.LOCK_EX | fcntl.LOCK_NB)\n    except OSError: return 'there'\n"
        "    return 'nothing'\n",
    ),
    "room on the disk": _leaves(
        "planted = True\ntry:\n    with open('full', 'wb') as f:\n"
        "        while True: f.write(b'x' * (1 << 20))\nexcept OSError: pass\n",
        "def look():\n    with open('file', 'wb') as f: f.write(b'x' * (1 << 20))\n    return 'nothing'\n",
    ),
}
