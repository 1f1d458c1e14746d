"""Finding, stealing, forging or bending the report on its way out."""

from __future__ import annotations

from tests.verification.adversaries.program import Program
from tests.verification.adversaries.tasks import ADD_MODULE, ADD_NAMED, ADD_STAR

PROGRAMS: dict[str, Program] = {
    "lines of JSON on every descriptor": Program(
        """
        import json, os
        lines = [{"seq": 0, "kind": "ready"}, {"seq": 1, "kind": "collected", "count": 2}]
        for n, name in enumerate(("test_add_positive", "test_add_negative"), 2):
            lines.append({"seq": n, "kind": "test", "name": name, "outcome": "passed", "message": "", "seconds": 0.1})
        lines.append({"seq": 4, "kind": "end", "status": 0})
        for descriptor in range(1, 2048):
            try: os.write(descriptor, "".join(json.dumps(line) + "\\n" for line in lines).encode())
            except OSError: pass
        os._exit(0)
        """,
        ADD_STAR,
    ),
    "a summary printed by itself": Program(
        "import os, sys\nprint('2 passed in 0.01s')\nsys.__stdout__.write('..  [100%]\\n2 passed')\n"
        "sys.__stdout__.flush()\n"
        "os.write(1, b'TOTAL 2 0 100%')\ndef add(a, b):\n    os._exit(0)\n",
        ADD_STAR,
    ),
    "noise on every descriptor": Program(
        "import os\ndef add(a, b):\n    for d in range(3, 2048):\n        try: os.write(d, b'\\x00\\xff{}\\n' * 50)\n"
        "        except OSError: pass\n    return 0\n",
        ADD_STAR,
        "fail error tampered timeout",
    ),
    "half a line, then silence": Program(
        'import os, time\ndef add(a, b):\n    for d in range(3, 2048):\n        try: os.write(d, b\'{"nonce":"\')\n'
        "        except OSError: pass\n    return 0\n",
        ADD_NAMED,
    ),
    "the sender in the frames above": Program(
        """
        import os, sys
        def look(value):
            return callable(value) and getattr(value, '__name__', '') in ('send', '_send', 'report', 'emit')
        frame = sys._getframe()
        while frame:
            for value in list(frame.f_locals.values()) + [getattr(v, '_send', None) for v in frame.f_locals.values()]:
                if look(value):
                    value('collected', count=2)
                    for name in ('test_add_positive', 'test_add_negative'):
                        value('test', name=name, outcome='passed', message='', seconds=0.1, memory=False, phase='call')
                    value('end', status=0)
                    os._exit(0)
            frame = frame.f_back
        def add(a, b):
            return 0
        """,
        ADD_STAR,
        split_only=True,
    ),
    "the sender through the garbage collector": Program(
        """
        import gc, os
        def add(a, b):
            for f in gc.get_objects():
                if getattr(f, '__name__', '') == 'send' and getattr(f, '__closure__', None):
                    for name in ('test_add_positive', 'test_add_negative'):
                        try: f('test', name=name, outcome='passed', message='', seconds=0.1, memory=False, phase='call')
                        except Exception: pass
                    f('coverage', percent=100)
                    f('end', status=0)
                    os._exit(0)
            return 0
        """,
        ADD_STAR,
        split_only=True,
    ),
    "the nonce in the closures": Program(
        """
        import gc, os, re, types
        found = set()
        for cell in gc.get_objects():
            if type(cell) is types.CellType:
                try: text = cell.cell_contents
                except ValueError: continue
                if type(text) is str and re.fullmatch('[0-9a-f]{16,64}', text): found.add(text)
        for nonce in found:
            for d in range(3, 1024):
                line = '{"nonce":"%s","seq":%d,"kind":"%s"}'
                lines = [line % (nonce, n, kind) for n, kind in enumerate(('ready', 'end'))]
                try: os.write(d, chr(10).join([*lines, '']).encode())
                except OSError: pass
        def add(a, b):
            return 0
        """,
        ADD_STAR,
    ),
    "the nonce in its memory": Program(
        """
        import os, re
        def add(a, b):
            found = set()
            with open('/proc/self/maps') as maps, open('/proc/self/mem', 'rb') as memory:
                for line in maps:
                    if 'rw-p' not in line: continue
                    low, high = (int(x, 16) for x in line.split()[0].split('-'))
                    try:
                        memory.seek(low)
                        data = memory.read(min(high - low, 1 << 24))
                    except (OSError, ValueError, OverflowError): continue
                    found |= set(re.findall(rb'(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])', data))
            for nonce in list(found)[:50]:
                text = b''.join(b'{"nonce":"%s","seq":%d,"kind":"end","status":0}\\n' % (nonce, n) for n in range(2, 5))
                for d in range(3, 600):
                    try: os.write(d, text)
                    except OSError: pass
            os._exit(0)
        """,
        ADD_STAR,
        split_only=True,
    ),
    "the nonce in what came in": Program(
        """
        import os, sys
        taken = ' '.join(sys.argv) + repr(dict(os.environ))
        for d in (0, *range(3, 64)):
            try:
                os.set_blocking(d, False)
                taken += repr(os.read(d, 65536))
            except OSError: pass
        def add(a, b):
            raise RuntimeError('read: ' + str('nonce' in taken))
        """,
        ADD_STAR,
    ),
    "a write that says passed": Program(
        """
        import os, posix
        real = os.write
        def write(d, data):
            return real(d, bytes(data).replace(b'"failed"', b'"passed"')) and len(data)
        os.write = posix.write = write
        def add(a, b):
            return 0
        """,
        ADD_STAR,
    ),
    "a JSON that says passed": Program(
        """
        import json, json.encoder
        quote = json.encoder.encode_basestring_ascii
        def bent(text): return quote('passed' if text in ('failed', 'error') else text)
        json.encoder.encode_basestring_ascii = json.encoder.c_make_encoder = bent
        dumps = json.dumps
        json.dumps = lambda *a, **k: dumps(*a, **k).replace('failed', 'passed')
        def add(a, b):
            return 0
        """,
        ADD_MODULE,
    ),
    "streams that say passed": Program(
        """
        import io, socket, sys
        class Bent:
            def __init__(self, under): self.under = under
            def write(self, text): return self.under.write(text.replace('failed', 'passed'))
            def __getattr__(self, name): return getattr(self.under, name)
        sys.stdout, sys.stderr, sys.__stdout__ = Bent(sys.stdout), Bent(sys.stderr), Bent(sys.__stdout__)
        socket.socket.send = socket.socket.sendall = lambda self, data, *a: len(data)
        def add(a, b):
            return 0
        """,
        ADD_STAR,
    ),
    "a thief between the runner and its pipe": Program(
        """
        import os, stat, threading
        def tap(d):
            out, (r, w) = os.dup(d), os.pipe()
            os.dup2(w, d)
            def pump():
                while data := os.read(r, 65536):
                    os.write(out, data.replace(b'"failed"', b'"passed"'))
            threading.Thread(target=pump, daemon=True).start()
        for d in range(3, 1024):
            try:
                if stat.S_ISFIFO(os.fstat(d).st_mode): tap(d)
            except OSError: pass
        def add(a, b):
            return 0
        """,
        ADD_STAR,
        split_only=True,
    ),
    "pipes opened again by their numbers": Program(
        """
        import os
        def add(a, b):
            for who in ('self', os.getppid(), 1):
                try: names = os.listdir(f'/proc/{who}/fd')
                except OSError: continue
                for name in names:
                    path = f'/proc/{who}/fd/{name}'
                    try:
                        if 'pipe' not in os.readlink(path): continue
                        d = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
                        os.write(d, b'{"seq":9,"kind":"end","status":0}\\n')
                    except OSError: pass
            os._exit(0)
        """,
        ADD_STAR,
    ),
    "forks that report too": Program(
        "import os\ndef add(a, b):\n    os.fork()\n    return a + b if os.getpid() % 2 else 0\n",
        ADD_STAR.replace("== 5", "== 6"),
    ),
    "a fork that fails, a parent that waits and leaves": Program(
        "import os\ndef add(a, b):\n    pid = os.fork()\n    if pid:\n        os.waitpid(pid, 0)\n"
        "        os._exit(0)\n    return 0\n",
        ADD_STAR,
    ),
    "the process id that it is not": Program(
        """
        import os
        me = os.getpid()
        os.getpid = lambda: me
        def add(a, b):
            if os.fork() == 0: return 0
            os.wait()
            os._exit(0)
        """,
        ADD_STAR,
    ),
    "counters and clocks": Program(
        "import itertools, time, os\nitertools.count = lambda *a: iter(())\n"
        "time.time = time.perf_counter = lambda: 0.0\n"
        "os._exit = lambda n: None\ndef add(a, b):\n    return 0\n",
        ADD_NAMED,
    ),
}
