"""Processes that want to outlive their trial, or to reach one that is not theirs."""

from __future__ import annotations

from tests.verification.adversaries.program import Escape

_TEST = "from solution import start\n\ndef test_start():\n    assert start() == 'started'\n"
_ATTEMPT = "from solution import attempt\n\ndef test_attempt():\n    assert attempt() == 'blocked'\n"


def _stays(solution: str, verdicts: str = "pass", note: str = "") -> Escape:
    """Starts something that bears the mark; allowed to start, not to stay."""
    return Escape(solution, _TEST, "process", verdicts, confined_only=True, note=note)


def _reaches(solution: str, leaves: str = "") -> Escape:
    return Escape(solution, _ATTEMPT, leaves, confined_only=True)


PROGRAMS: dict[str, Escape] = {
    "a child": _stays(
        """
        import subprocess, sys
        def start():
            subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)', '@MARK@'])
            return 'started'
        """
    ),
    "a daemon": _stays(
        """
        import os, time
        def start():
            os.environ['MARK'] = '@MARK@'
            if os.fork() == 0:
                os.setsid()
                if os.fork(): os._exit(0)
                for d in range(3): os.close(d)
                os.execv('/bin/sleep', ['sleep', '600'])
            os.wait()
            return 'started'
        """
    ),
    "a daemon that ignores signals": _stays(
        """
        import os, signal, time, sys
        def start():
            if os.fork() == 0:
                os.setsid()
                if os.fork(): os._exit(0)
                code = ("import signal,time\\nfor s in range(1, 65):\\n    try: signal.signal(s, signal.SIG_IGN)\\n"
                        "    except (OSError, ValueError): pass\\nwhile True: time.sleep(600)")
                os.execv(sys.executable, [sys.executable, '-c', code, '@MARK@'])
            os.wait()
            return 'started'
        """
    ),
    "a daemon that forks and forks": _stays(
        """
        import os, sys
        def start():
            if os.fork() == 0:
                os.setsid()
                code = "import os,time\\nwhile True:\\n    if os.fork(): os._exit(0)\\n    time.sleep(0.001)"
                os.execv(sys.executable, [sys.executable, '-c', code, '@MARK@'])
            return 'started'
        """,
        note="never the same process id twice",
    ),
    "a daemon that waits for the end": _stays(
        """
        import os, sys, time
        def start():
            parent = os.getpid()
            if os.fork() == 0:
                os.setsid()
                while os.getppid() == parent: time.sleep(0.005)
                os.execv(sys.executable, [sys.executable, '-c', 'import time; time.sleep(600)', '@MARK@'])
            return 'started'
        """
    ),
    "a daemon started by the exit function": _stays(
        """
        import atexit, subprocess, sys
        command = [sys.executable, '-c', 'import time; time.sleep(600)', '@MARK@']
        atexit.register(subprocess.Popen, command, start_new_session=True)
        def start():
            return 'started'
        """
    ),
    "a shell in the background": _stays(
        "import os\ndef start():\n"
        "    os.system('MARK=@MARK@ nohup setsid sh -c \"sleep 600; echo @MARK@\" >/dev/null 2>&1 &')\n"
        "    return 'started'\n"
    ),
    "a worker pool that is never closed": _stays(
        "import os, multiprocessing, time\ndef start():\n    os.environ['MARK'] = '@MARK@'\n"
        "    p = multiprocessing.Pool(2)\n"
        "    p.map_async(time.sleep, [600, 600])\n    global kept\n    kept = p\n    return 'started'\n"
    ),
    "a thread that goes on": Escape(
        "import threading, time\nthreading.Thread(target=time.sleep, args=(600,)).start()\n"
        "def start():\n    return 'started'\n",
        _TEST,
    ),
    "a daemon, and the end at once": Escape(
        """
        import os, subprocess, sys
        def start():
            subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)', '@MARK@'], start_new_session=True)
            os._exit(0)
        """,
        _TEST,
        "process",
        "tampered",
        confined_only=True,
    ),
    "a daemon, and a loop": Escape(
        """
        import subprocess, sys
        def start():
            subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)', '@MARK@'], start_new_session=True)
            while True: pass
        """,
        _TEST,
        "process",
        "timeout",
        confined_only=True,
    ),
    "a daemon that is traced and stopped": _stays(
        "import os, signal, sys\ndef start():\n    pid = os.fork()\n    if pid == 0:\n        os.setsid()\n"
        "        os.kill(os.getpid(), signal.SIGSTOP)\n"
        "        os.execv(sys.executable, [sys.executable, '-c', '', '@MARK@'])\n"
        "    os.waitpid(pid, os.WUNTRACED)\n    return 'started'\n"
    ),
    "a child in its own process group that writes later": Escape(
        """
        import os, time
        def start():
            if os.fork() == 0:
                os.setsid()
                time.sleep(1)
                try:
                    with open('@OUTSIDE@/late-@MARK@', 'w') as f: f.write('here')
                except OSError: pass
                os._exit(0)
            return 'started'
        """,
        _TEST,
        "file:@OUTSIDE@/late-@MARK@",
        confined_only=True,
    ),
    "a signal to the host's process": _reaches(
        """
        import os, signal
        def attempt():
            try: os.kill(@PARENT@, signal.SIGURG)
            except OSError: return 'blocked'
            return 'sent'
        """
    ),
    "signals to whoever can be seen": _reaches(
        """
        import os, signal
        def attempt():
            mine, reached = {os.getpid()}, []
            for pid in range(1, 40000):
                if pid in mine: continue
                try: os.kill(pid, 0)
                except OSError: continue
                try:
                    text = open(f'/proc/{pid}/cmdline').read()
                except OSError: text = ''
                if '@PARENT@' == str(pid): reached.append(pid)
            return 'blocked' if not reached else 'reached'
        """
    ),
    "a handle of the host's process": _reaches(
        """
        import os, signal
        def attempt():
            try:
                fd = os.pidfd_open(@PARENT@)
                signal.pidfd_send_signal(fd, signal.SIGURG)
            except OSError: return 'blocked'
            return 'sent'
        """
    ),
    "the priority of the host's process": _reaches(
        """
        import os
        def attempt():
            done = []
            pid = @PARENT@
            for call in (lambda: os.setpriority(os.PRIO_PROCESS, pid, 5), lambda: os.sched_setaffinity(pid, {0})):
                try: done.append(call())
                except OSError: pass
            return 'done' if done else 'blocked'
        """
    ),
    "limits of the host's process": _reaches(
        """
        import resource
        def attempt():
            try: resource.prlimit(@PARENT@, resource.RLIMIT_CORE)
            except OSError: return 'blocked'
            return 'done'
        """
    ),
    "limits of its own, made wider": _reaches(
        """
        import resource
        def attempt():
            wide = []
            for what in (resource.RLIMIT_FSIZE, resource.RLIMIT_CPU, resource.RLIMIT_NPROC):
                soft, hard = resource.getrlimit(what)
                if hard == resource.RLIM_INFINITY: continue
                try: resource.setrlimit(what, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
                except (OSError, ValueError): continue
                wide.append(what)
            return 'wider' if wide else 'blocked'
        """
    ),
}
