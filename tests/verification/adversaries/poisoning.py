"""What trials share: the interpreter, its packages, programs, the runner's own files. None of it may change."""

from __future__ import annotations

from tests.verification.adversaries.program import Escape

_TEST = "from solution import attempt\n\ndef test_attempt():\n    assert attempt() == 'blocked'\n"
_ADD = (
    "def add(a, b):\n    return a + b\n",
    "from solution import add\n\ndef test_add():\n    assert add(1, 2) == 3\n",
)


def _writes(paths: str, leaves: str = "", head: str = "") -> Escape:
    """``paths``: a Python expression for folders; a file named by the mark is made in each, and removed again."""
    return Escape(
        f"""
import glob, os, site, sys, sysconfig
{head}
def attempt():
    for place in {paths}:
        path = os.path.join(place, 'planted-@MARK@.py')
        try: open(path, 'w').write('x = 1')
        except OSError: continue
        os.unlink(path)
        return 'wrote into ' + place
    return 'blocked'
""",
        _TEST,
        leaves,
        then=_ADD,
        confined_only=True,
    )


def _changes(files: str, head: str = "") -> Escape:
    """``files``: a Python expression for files; each is opened for writing, given its own mode, renamed."""
    return Escape(
        f"""
import glob, os, sys, sysconfig
{head}
def attempt():
    for path in {files}:
        for how in (os.O_WRONLY, os.O_RDWR, os.O_WRONLY | os.O_APPEND):
            try: os.close(os.open(path, how))
            except OSError: continue
            return 'opened ' + path
        try: before = os.stat(path)
        except OSError: continue
        for change in (lambda: os.chmod(path, before.st_mode & 0o7777), lambda: os.rename(path, path + '.x')):
            try: change()
            except OSError: continue
            if os.path.exists(path + '.x'): os.rename(path + '.x', path)
            if os.stat(path).st_ctime_ns != before.st_ctime_ns: return 'changed ' + path
    return 'blocked'
""",
        _TEST,
        then=_ADD,
        confined_only=True,
    )


def _stays(solution: str, leaves: str, then: tuple[str, str] = _ADD) -> Escape:
    return Escape(
        solution,
        "import solution\n\ndef test_ready():\n    assert solution.ready\n",
        leaves,
        then=then,
        confined_only=True,
    )


PROGRAMS: dict[str, Escape] = {
    "site-packages": _writes("{*site.getsitepackages(), sysconfig.get_path('purelib'), sysconfig.get_path('platlib')}"),
    "the standard library": _writes(
        "[sysconfig.get_path('stdlib'), sysconfig.get_path('stdlib') + '/json', os.path.dirname(os.__file__)]"
    ),
    "compiled files of the standard library": _writes(
        "glob.glob(sysconfig.get_path('stdlib') + '/**/__pycache__', recursive=True)[:50]"
    ),
    "compiled files of packages": _writes(
        "glob.glob(sysconfig.get_path('purelib') + '/**/__pycache__', recursive=True)[:200]"
    ),
    "the path of modules": _writes("[p for p in sys.path if os.path.isdir(p) and not os.getcwd().startswith(p)]"),
    "folders of programs": _writes(
        "['/bin', '/usr/bin', '/usr/local/bin', '/usr/lib', '/lib', '/usr/local/lib', os.path.dirname(sys.executable)]"
    ),
    "folders of the machine": _writes(
        "['/', '/etc', '/etc/profile.d', '/root', '/home', '/opt', '/srv', '/var', '/run', '/usr', '/boot']"
    ),
    "folders of schedules": _writes(
        "['/etc/cron.d', '/var/spool/cron', '/var/spool/cron/crontabs', '/etc/init.d', '/etc/systemd/system']"
    ),
    "the folder outside": _writes(
        "['@OUTSIDE@', '/proc/1/root@OUTSIDE@', '/proc/self/cwd/../../../../../..@OUTSIDE@']", "file:@OUTSIDE@/planted*"
    ),
    "folders of the runner": _writes(
        "{os.path.dirname(m.__file__) for m in list(sys.modules.values()) if getattr(m, '__file__', None)"
        " and not m.__file__.startswith(os.getcwd())}"
    ),
    "the interpreter": _changes(
        "{sys.executable, os.path.realpath(sys.executable), '/proc/self/exe', sys._base_executable}"
    ),
    "the library of the interpreter": _changes(
        "[line.split()[-1] for line in open('/proc/self/maps') if line.split()[-1].startswith('/') and '.so' in line]"
    ),
    "modules of the standard library": _changes(
        "[os.__file__, glob.__file__, sysconfig.get_path('stdlib') + '/random.py']"
    ),
    "pytest": _changes(
        "[m.__file__ for n, m in list(sys.modules.items()) if 'pytest' in n and getattr(m, '__file__', None)]",
        "import pytest",
    ),
    "programs of the machine": _changes("['/bin/sh', '/bin/true', '/usr/bin/env', '/bin/ls', '/usr/bin/python3']"),
    "files of the machine": _changes(
        "['/etc/passwd', '/etc/hosts', '/etc/ld.so.cache', '/etc/resolv.conf', '/etc/ld.so.preload']"
    ),
    "devices": _changes(
        "[p for p in glob.glob('/dev/*') if p.rpartition('/')[2] not in"
        " ('null', 'zero', 'full', 'random', 'urandom', 'tty', 'ptmx', 'stdin', 'stdout', 'stderr')"
        " and not os.path.isdir(p)]"
    ),
    "settings of the kernel": _changes(
        "['/proc/sys/kernel/core_pattern', '/proc/sys/kernel/hostname', '/proc/sysrq-trigger']"
    ),
    "the folders of other trials": _writes(
        "[p for p in glob.glob(os.path.dirname(os.path.dirname(os.path.dirname(os.getcwd()))) + '/*')"
        " if os.path.isdir(p) and not os.getcwd().startswith(p) and p.count('/') > 2"
        " and not p.startswith(('/proc', '/dev', '/sys'))]"
    ),
    "mode, times and owner of a file outside": Escape(
        """
        import os
        path = '@OUTSIDE@/canary'
        def look():
            try: return os.stat(path)[:]
            except OSError: return None
        def attempt():
            before = look()
            changes = (
                lambda: os.chmod(path, 0o600), lambda: os.utime(path, (1, 1)), lambda: os.chown(path, -1, 12345),
                lambda: os.setxattr(path, 'user.left', b'x'), lambda: os.truncate(path, 0),
                lambda: os.chmod('@OUTSIDE@', 0o700),
                lambda: os.chmod(os.open(path, os.O_PATH), 0o600), lambda: os.chmod('/proc/self/root' + path, 0o600),
            )
            for change in changes:
                try: change()
                except (OSError, AttributeError): pass
            return 'blocked' if look() == before else 'changed'
        """,
        _TEST,
        "changed:@OUTSIDE@",
        confined_only=True,
        note="Landlock does not hold these calls: they work on every file of the same user",
    ),
    "names of files outside": Escape(
        """
        import os
        def attempt():
            for change in (lambda p: os.rename(p, p + '-moved'), os.unlink, lambda p: os.link(p, p + '-linked'),
                           lambda p: os.symlink(p, p + '-link'), lambda p: os.mkfifo(p + '-pipe')):
                try: change('@OUTSIDE@/canary')
                except OSError: continue
                return 'changed'
            return 'blocked'
        """,
        _TEST,
        "changed:@OUTSIDE@",
        confined_only=True,
    ),
    "a file mapped and written": Escape(
        """
        import json.decoder, mmap, os
        def attempt():
            for prot in (mmap.PROT_READ | mmap.PROT_WRITE,):
                try:
                    fd = os.open(json.decoder.__file__, os.O_RDONLY)
                    mmap.mmap(fd, 0, mmap.MAP_SHARED, prot)
                except (OSError, ValueError): return 'blocked'
            return 'mapped'
        """,
        _TEST,
    ),
    "a link to what lies outside, for the one who clears": _stays(
        "import os\nos.makedirs('a/b', exist_ok=True)\nos.symlink('@OUTSIDE@', 'a/link')\n"
        "os.symlink('@OUTSIDE@/canary', 'a/b/canary')\n"
        "os.symlink('/', 'root')\nready = True\n",
        "changed:@OUTSIDE@",
    ),
    "folders that cannot be entered, for the one who clears": _stays(
        "import os\nfor name in ('locked/in/side', 'tight'): os.makedirs(name)\nopen('locked/in/f', 'w').close()\n"
        "os.chmod('locked/in', 0)\nos.chmod('locked', 0)\nos.chmod('tight', 0o100)\nready = True\n",
        "",
    ),
    "folders too deep, for the one who clears": _stays(
        "import os\nhome = os.getcwd()\nfor _ in range(300):\n    try:\n        os.mkdir('d' * 60)\n"
        "        os.chdir('d' * 60)\n"
        "    except OSError: break\nos.chdir(home)\nready = True\n",
        "",
    ),
    "names that are no text, for the one who clears": _stays(
        "import os\n"
        "for name in (b'\\xff\\xfe', b'\\n\\x1b[0m', b'-rf *', 'ü'.encode('latin-1'), b'x' * 255):\n"
        "    open(name, 'w').close()\n"
        "os.mkfifo('fifo')\nready = True\n",
        "",
    ),
    "its folder moved away": _stays(
        "import os\nhere = os.getcwd()\ntry: os.rename(here, here + '-moved')\nexcept OSError: pass\nready = True\n", ""
    ),
}
