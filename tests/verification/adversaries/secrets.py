"""What a trial must not learn: environments, tokens, files of the user, other processes."""

from __future__ import annotations

from tests.verification.adversaries.program import Escape

_TEST = "from solution import attempt\n\ndef test_attempt():\n    assert attempt() == 'blocked'\n"


def _spy(solution: str) -> Escape:
    return Escape(solution, _TEST)


def _reads(paths: str) -> Escape:
    """``paths``: a Python expression; each is read, or listed where it is a folder; existing and empty is no secret."""
    return Escape(
        f"""
import glob, os, sys
def attempt():
    for path in {paths}:
        for path in glob.glob(os.path.expanduser(path)) or [path]:
            try:
                if sys.prefix.startswith(path) or sys.base_prefix.startswith(path): continue
                if os.path.isdir(path):
                    if os.listdir(path): return 'listed ' + path
                elif open(path, 'rb').read(1): return 'read ' + path
            except OSError: pass
    return 'blocked'
""",
        _TEST,
    )


PROGRAMS: dict[str, Escape] = {
    "the environment": _spy(
        """
        import os
        def attempt():
            return 'canary' if 'canary-@MARK@' in repr(dict(os.environ)) or 'SECRET_TOKEN' in os.environ else 'blocked'
        """
    ),
    "names of tokens": _spy(
        """
        import os
        def attempt():
            words = ('TOKEN', 'SECRET', 'PASSWORD', 'API_KEY', 'AWS_', 'SSH_', 'PROXY', 'HF_')
            return next((name for name in os.environ if any(word in name.upper() for word in words)), 'blocked')
        """
    ),
    "the environment of its own process": _spy(
        "def attempt():\n    data = open('/proc/self/environ', 'rb').read()\n"
        "    return 'canary' if b'canary-@MARK@' in data else 'blocked'\n"
    ),
    "the environment of the parent": _spy(
        """
        import os
        def attempt():
            for pid in (os.getppid(), @PARENT@, 1):
                try:
                    if b'canary-@MARK@' in open(f'/proc/{pid}/environ', 'rb').read(): return 'canary'
                except OSError: pass
            return 'blocked'
        """
    ),
    "environments and command lines of all": _spy(
        """
        import glob
        def attempt():
            for path in glob.glob('/proc/[0-9]*/environ') + glob.glob('/proc/[0-9]*/cmdline'):
                try:
                    if b'canary-@MARK@' in open(path, 'rb').read(): return path
                except OSError: pass
            return 'blocked'
        """
    ),
    "the command line of the host's process": _spy(
        """
        import os
        def attempt():
            try: text = open('/proc/@PARENT@/cmdline').read()
            except OSError: return 'blocked'
            return text or 'blocked'
        """
    ),
    "the memory of the host's process": _spy(
        """
        def attempt():
            try: maps = open('/proc/@PARENT@/maps').read()
            except OSError: return 'blocked'
            try:
                with open('/proc/@PARENT@/mem', 'rb') as memory:
                    for line in maps.splitlines():
                        low, high = (int(x, 16) for x in line.split()[0].split('-'))
                        if 'rw-p' in line and high - low < 1 << 26:
                            memory.seek(low)
                            if b'canary-@MARK@' in memory.read(high - low): return 'canary'
            except OSError: pass
            return 'blocked'
        """
    ),
    "process_vm_readv of the host's process": _spy(
        """
        import ctypes
        def attempt():
            class Vec(ctypes.Structure):
                _fields_ = [('base', ctypes.c_void_p), ('size', ctypes.c_size_t)]
            libc, room = ctypes.CDLL(None, use_errno=True), ctypes.create_string_buffer(8)
            here, there = Vec(ctypes.addressof(room), 8), Vec(4096, 8)
            libc.process_vm_readv(@PARENT@, ctypes.byref(here), 1, ctypes.byref(there), 1, 0)
            return 'reached' if ctypes.get_errno() == 14 else 'blocked'
        """
    ),
    "ptrace of the host's process": _spy(
        """
        import ctypes, os
        def attempt():
            libc = ctypes.CDLL(None, use_errno=True)
            for pid in (@PARENT@, os.getppid()):
                if libc.ptrace(0x4206, pid, None, None) == 0:
                    libc.ptrace(17, pid, None, None)
                    return 'attached'
            return 'blocked'
        """
    ),
    "the canary outside": _reads("['@OUTSIDE@/canary', '@OUTSIDE@']"),
    "the canary outside, through other roots": _spy(
        """
        import os
        def attempt():
            roots = ('/proc/1/root', '/proc/self/root', '/proc/@PARENT@/root', '/proc/@PARENT@/cwd')
            for root in (*roots, '/proc/%d/root' % os.getppid()):
                try:
                    if 'canary' in open(root + '@OUTSIDE@/canary').read(): return root
                except OSError: pass
            return 'blocked'
        """
    ),
    "the canary outside, by a link": _spy(
        """
        import os
        def attempt():
            for make in (os.symlink, os.link):
                try:
                    make('@OUTSIDE@/canary', 'c-' + make.__name__)
                    if 'canary' in open('c-' + make.__name__).read(): return make.__name__
                except OSError: pass
            return 'blocked'
        """
    ),
    "the canary outside, by a shell": _spy(
        "import subprocess\ndef attempt():\n"
        "    line = 'cat @OUTSIDE@/canary; cd @OUTSIDE@ && cat canary'\n"
        "    out = subprocess.run(line, shell=True, capture_output=True, text=True).stdout\n"
        "    return 'canary' if 'canary-' in out else 'blocked'\n"
    ),
    "keys of the user": _reads(
        "['~/.netrc', '~/.ssh', '~/.aws', '~/.config', '~/.cache/huggingface', '~/.huggingface',"
        " '~/.git-credentials', '~/.pypirc',"
        " '/root/.ssh', '/root/.cache', '/root/.bash_history', '/home/*/.ssh', '/home/*/.netrc']"
    ),
    "keys of the machine": _reads(
        "['/etc/shadow', '/etc/gshadow', '/etc/ssh/*_key', '/etc/sudoers', '/var/log/*.log',"
        " '/run/secrets', '/var/run/docker.sock',"
        " '/run/systemd/private', '/var/lib/docker', '/proc/kcore', '/dev/mem', '/dev/kmsg',"
        " '/dev/sd*', '/dev/vd*', '/dev/nvme*']"
    ),
    "homes": _reads("['/root/*', '/root/.*', '/home/*', '/home/*/*']"),
    "what others left in temporary folders": _spy(
        """
        import os
        def attempt():
            for place in ('/tmp', '/var/tmp', '/dev/shm', '/run', '/run/user'):
                try: names = os.listdir(place)
                except OSError: continue
                for name in names:
                    path = os.path.join(place, name)
                    if os.getcwd().startswith(path) or os.environ.get('HOME', '/x').startswith(path): continue
                    if '@OUTSIDE@'.startswith(path): return path
            return 'blocked'
        """
    ),
    "the folder of the sandbox": _spy(
        """
        import os
        def attempt():
            up = os.path.dirname(os.path.dirname(os.getcwd()))
            if up.count('/') < 2: return 'blocked'
            try: others = [n for n in os.listdir(up) if os.path.join(up, n) not in os.getcwd()]
            except OSError: return 'blocked'
            for name in others:
                try:
                    if os.path.isdir(f'{up}/{name}') and os.listdir(f'{up}/{name}'): return name
                except OSError: pass
            return 'blocked'
        """
    ),
    "descriptors that came along": _spy(
        """
        import os, stat
        def attempt():
            for d in range(3, 1024):
                try: mode = os.fstat(d).st_mode
                except OSError: continue
                try: path = os.readlink(f'/proc/self/fd/{d}')
                except OSError: path = ''
                if stat.S_ISDIR(mode) and not path.startswith(os.getcwd()): return 'a folder: ' + path
                if stat.S_ISREG(mode) and 'canary-@MARK@' in os.pread(d, 1 << 20, 0).decode('latin-1'): return 'a file'
            return 'blocked'
        """
    ),
    "who is logged in, what is mounted": _spy(
        """
        def attempt():
            try: text = open('/proc/self/mountinfo').read() + open('/proc/self/cgroup').read()
            except OSError: return 'blocked'
            return 'seen' if '@OUTSIDE@' in text else 'blocked'
        """
    ),
    "the keys of the session": _spy(
        """
        import ctypes, platform
        def attempt():
            libc, number = ctypes.CDLL(None), 250 if platform.machine() == 'x86_64' else 219
            for ring in (-3, -4, -5):
                if libc.syscall(number, 6, ring, None, 0) >= 0: return 'described'
            return 'blocked'
        """
    ),
    "services of the machine": _spy(
        """
        import socket
        def attempt():
            for path in ('/run/dbus/system_bus_socket', '/var/run/docker.sock', '/tmp/.X11-unix/X0',
                         '/run/systemd/journal/socket', '/dev/log', '/run/nscd/socket'):
                for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                    try:
                        with socket.socket(socket.AF_UNIX, kind) as s: s.connect(path)
                        return path
                    except OSError: pass
            return 'blocked'
        """
    ),
}
