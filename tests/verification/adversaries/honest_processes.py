"""Honest programs with processes, threads, sockets, signals and time."""

from __future__ import annotations

from tests.verification.adversaries.program import Honest

PROGRAMS: dict[str, Honest] = {
    "multiprocessing": Honest(
        """
        import multiprocessing
        def square(x): return x * x
        def squares(items):
            with multiprocessing.Pool(2) as pool: return pool.map(square, items)
        def worker(queue): queue.put(7)
        def queued():
            queue = multiprocessing.Queue()
            process = multiprocessing.Process(target=worker, args=(queue,))
            process.start()
            found = queue.get(timeout=10)
            process.join()
            return found, process.exitcode
        """,
        "from solution import *\n\ndef test_processes():\n    assert squares([1, 2, 3]) == [1, 4, 9]\n"
        "    assert queued() == (7, 0)\n",
    ),
    "shared memory and locks of multiprocessing": Honest(
        """
        import multiprocessing
        from multiprocessing import shared_memory
        def add(value, lock):
            for _ in range(50):
                with lock: value.value += 1
        def count():
            value, lock = multiprocessing.Value("i", 0), multiprocessing.Lock()
            workers = [multiprocessing.Process(target=add, args=(value, lock)) for _ in range(2)]
            for w in workers: w.start()
            for w in workers: w.join()
            return value.value
        def shared():
            memory = shared_memory.SharedMemory(create=True, size=16)
            try:
                memory.buf[:2] = b"ab"
                other = shared_memory.SharedMemory(memory.name)
                found = bytes(other.buf[:2])
                other.close()
                return found
            finally:
                memory.close()
                memory.unlink()
        """,
        "from solution import *\n\ndef test_shared():\n    assert count() == 100 and shared() == b'ab'\n",
    ),
    "threads": Honest(
        """
        import queue, threading
        from concurrent.futures import ThreadPoolExecutor
        def total(items):
            found, lock = [0], threading.Lock()
            def add(x):
                with lock: found[0] += x
            threads = [threading.Thread(target=add, args=(x,)) for x in items]
            for t in threads: t.start()
            for t in threads: t.join()
            return found[0]
        def pooled(f, items):
            with ThreadPoolExecutor(4) as pool: return list(pool.map(f, items))
        class Safe:
            def __init__(self): self.n, self.lock = 0, threading.Lock()
            def add(self):
                with self.lock: self.n += 1
        """,
        """
        from solution import *

        def test_threads():
            assert total(range(20)) == 190 and pooled(abs, [-1, 2]) == [1, 2]
            safe = Safe()
            for _ in range(5):
                safe.add()
            assert safe.n == 5
        """,
    ),
    "threads of the test": Honest(
        "import threading\nclass Counter:\n    def __init__(self):\n        self.n, self.lock = 0, threading.Lock()\n"
        "    def add(self):\n        with self.lock: self.n += 1\n",
        """
        import threading
        from solution import Counter

        def test_threads():
            counter = Counter()
            threads = [threading.Thread(target=lambda: [counter.add() for _ in range(100)]) for _ in range(4)]
            for t in threads:
                t.start()
            for t in threads:
                t.join()
            assert counter.n == 400
        """,
        split_falls_back=True,
    ),
    "subprocesses": Honest(
        "import subprocess, sys\ndef run(code):\n"
        "    return subprocess.run([sys.executable, '-c', code], capture_output=True, text=True)\n"
        "def shell(line):\n    return subprocess.check_output(line, shell=True, text=True)\n",
        "from solution import *\n\ndef test_run():\n"
        "    assert run('print(1 + 1)').stdout == '2\\n' and run('exit(3)').returncode == 3\n"
        "    assert shell('echo a | tr a b') == 'b\\n'\n",
    ),
    "a server and its client": Honest(
        """
        import socket, threading
        def serve_once(answer):
            server = socket.create_server(("127.0.0.1", 0))
            def work():
                connection, _ = server.accept()
                with connection: connection.sendall(answer + connection.recv(100))
            threading.Thread(target=work, daemon=True).start()
            return server.getsockname()[1]
        def ask(port, text):
            with socket.create_connection(("127.0.0.1", port), 5) as s:
                s.sendall(text)
                return s.recv(100)
        """,
        "from solution import *\n\ndef test_server():\n    assert ask(serve_once(b'hi '), b'Ada') == b'hi Ada'\n",
        namespaces_only=True,
    ),
    "a page from its own server": Honest(
        """
        import http.server, threading, urllib.request
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.end_headers()
                self.wfile.write(self.path.encode())
            def log_message(self, *a): pass
        def fetch(path):
            server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
            threading.Thread(target=server.serve_forever, daemon=True).start()
            try: return urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}{path}").read().decode()
            finally: server.shutdown()
        """,
        "from solution import fetch\n\ndef test_fetch():\n    assert fetch('/a?b=1') == '/a?b=1'\n",
        namespaces_only=True,
    ),
    "signals and alarms": Honest(
        "import signal\nclass Late(Exception): pass\ndef limited(f, seconds):\n    def stop(*a): raise Late\n"
        "    before = signal.signal(signal.SIGALRM, stop)\n    signal.setitimer(signal.ITIMER_REAL, seconds)\n"
        "    try: return f()\n    finally:\n        signal.setitimer(signal.ITIMER_REAL, 0)\n"
        "        signal.signal(signal.SIGALRM, before)\n"
        "def spin():\n    while True: pass\ndef try_spin():\n    try: return limited(spin, 0.1)\n"
        "    except Late: return 'late'\n",
        "from solution import *\n\ndef test_alarm():\n    assert limited(lambda: 5, 5) == 5\n"
        "    assert try_spin() == 'late'\n",
    ),
    "time that the test measures": Honest(
        "import time\ndef wait(n):\n    time.sleep(n)\n    return time.time()\n",
        "import time\nfrom solution import wait\n\ndef test_wait():\n    start = time.perf_counter()\n"
        "    assert wait(0.05) <= time.time()\n"
        "    assert time.perf_counter() - start >= 0.045\n",
    ),
    "slow but in time": Honest(
        "import time\ndef slow():\n    time.sleep(1.0)\n    return sum(i * i for i in range(200_000))\n",
        "from solution import slow\n\ndef test_slow():\n    assert slow() == 2666646666700000\n",
    ),
    "a good deal of memory": Honest(
        "def big():\n    data = bytearray(150_000_000)\n    data[-1] = 7\n    return sum(data[-10:])\n",
        "from solution import big\n\ndef test_big():\n    assert big() == 7\n    assert big() == 7\n",
    ),
}
