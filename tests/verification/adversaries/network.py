"""Sockets of every family. What is bound and reached inside a network of its own is not the host's business."""

from __future__ import annotations

from tests.verification.adversaries.program import Escape

_TEST = "from solution import attempt\n\ndef test_attempt():\n    assert attempt() == 'blocked'\n"


def _sends(solution: str) -> Escape:
    return Escape(solution, _TEST, "message")


def _opens(arguments: str) -> Escape:
    return Escape(
        f"import socket\ndef attempt():\n    try: socket.socket({arguments}).close()\n"
        f"    except (OSError, AttributeError): return 'blocked'\n"
        "    return 'opened'\n",
        _TEST,
    )


PROGRAMS: dict[str, Escape] = {
    "a connection to the host": _sends(
        """
        import socket
        def attempt():
            try:
                with socket.create_connection(('127.0.0.1', @TCP@), 2) as s: s.send(b'@MARK@')
            except OSError: return 'blocked'
            return 'connected'
        """
    ),
    "a connection to the host, by IPv6": _sends(
        """
        import socket
        def attempt():
            for address in ('::1', '::ffff:127.0.0.1'):
                try:
                    with socket.create_connection((address, @TCP6@), 2) as s: s.send(b'@MARK@')
                    return 'connected'
                except OSError: pass
            return 'blocked'
        """
    ),
    "a connection that does not wait": _sends(
        """
        import socket, time
        def attempt():
            try:
                s = socket.socket()
                s.setblocking(False)
                s.connect_ex(('127.0.0.1', @TCP@))
                time.sleep(0.2)
                s.send(b'@MARK@')
            except OSError: return 'blocked'
            return 'connected'
        """
    ),
    "a connection opened by its first bytes": _sends(
        """
        import socket
        def attempt():
            try: socket.socket().sendto(b'@MARK@', 0x20000000, ('127.0.0.1', @TCP@))
            except OSError: return 'blocked'
            return 'sent'
        """
    ),
    "a packet to the host": _sends(
        """
        import socket
        def attempt():
            try: socket.socket(type=socket.SOCK_DGRAM).sendto(b'@MARK@', ('127.0.0.1', @UDP@))
            except OSError: pass
            return 'blocked'
        """
    ),
    "a packet to all": _sends(
        """
        import socket
        def attempt():
            try:
                s = socket.socket(type=socket.SOCK_DGRAM)
                s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
                s.sendto(b'@MARK@', ('127.255.255.255', @UDP@))
            except OSError: pass
            return 'blocked'
        """
    ),
    "a unix socket": _sends(
        """
        import socket
        def attempt():
            for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                try:
                    with socket.socket(socket.AF_UNIX, kind) as s:
                        s.connect('@UNIX@')
                        s.send(b'@MARK@')
                    return 'connected'
                except OSError: pass
            return 'blocked'
        """
    ),
    "an abstract socket": _sends(
        """
        import socket
        def attempt():
            try:
                with socket.socket(socket.AF_UNIX) as s:
                    s.connect('\\0@ABSTRACT@')
                    s.send(b'@MARK@')
            except OSError: return 'blocked'
            return 'connected'
        """
    ),
    "abstract sockets that are listed": Escape(
        """
        import socket
        def attempt():
            try: lines = open('/proc/net/unix').read()
            except OSError: return 'blocked'
            return 'listed' if '@ABSTRACT@' in lines else 'blocked'
        """,
        _TEST,
        namespaces_only=True,
    ),
    "a socket handed over by a child": _sends(
        """
        import subprocess, sys
        def attempt():
            code = "import socket; socket.create_connection(('127.0.0.1', @TCP@), 2).send(b'@MARK@')"
            failed = subprocess.run([sys.executable, '-c', code], capture_output=True).returncode
            return 'blocked' if failed else 'connected'
        """
    ),
    "a way to the outside": _sends(
        """
        import socket
        def attempt():
            # Connecting a datagram socket looks for a route and sends nothing.
            for address in ('192.0.2.1', '198.51.100.7', '203.0.113.9', '169.254.169.254', '10.0.0.1', '8.8.8.8'):
                try:
                    with socket.socket(type=socket.SOCK_DGRAM) as s: s.connect((address, 53))
                    return 'a route to ' + address
                except OSError: pass
            return 'blocked'
        """
    ),
    "a page": _sends(
        "import urllib.request\ndef attempt():\n"
        "    try: urllib.request.urlopen('http://127.0.0.1:@TCP@/@MARK@', timeout=2).read()\n"
        "    except OSError: return 'blocked'\n    return 'read'\n"
    ),
    "a shell's connection": _sends(
        "import subprocess\ndef attempt():\n"
        "    line = 'echo @MARK@ > /dev/tcp/127.0.0.1/@TCP@'\n"
        "    code = subprocess.run(['bash', '-c', line], capture_output=True).returncode\n"
        "    return 'blocked' if code else 'connected'\n"
    ),
    "listening for the host": Escape(
        """
        import socket, time
        def attempt():
            try:
                s = socket.socket()
                s.bind(('0.0.0.0', 0))
                s.listen()
            except OSError: return 'blocked'
            names = [line.split()[1] for line in open('/proc/net/tcp').read().splitlines()[1:]]
            return 'seen by the host' if any(name.endswith(':%04X' % @TCP@) for name in names) else 'blocked'
        """,
        _TEST,
    ),
    "interfaces of the host": _sends(
        """
        import socket
        def attempt():
            try: names = [name for _, name in socket.if_nameindex()]
            except OSError: return 'blocked'
            routes = open('/proc/net/route').read().splitlines()[1:]
            return 'blocked' if names == ['lo'] or not routes else str(names)
        """
    ),
    "raw": _opens("socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP"),
    "raw, IPv6": _opens("socket.AF_INET6, socket.SOCK_RAW, 58"),
    "packets of the link": _opens("socket.AF_PACKET, socket.SOCK_RAW, 768"),
    "packets of the link, without a header": _opens("socket.AF_PACKET, socket.SOCK_DGRAM, 768"),
    "to the machine below": _opens("socket.AF_VSOCK, socket.SOCK_STREAM"),
    "cryptography of the kernel": _opens("socket.AF_ALG, socket.SOCK_SEQPACKET"),
    "the audit of the kernel": _opens("socket.AF_NETLINK, socket.SOCK_RAW, 9"),
    "filters of the kernel": _opens("socket.AF_NETLINK, socket.SOCK_RAW, 12"),
    "bluetooth": _opens("31, socket.SOCK_RAW, 1"),
    "a cable for cars": _opens("socket.AF_CAN, socket.SOCK_RAW, 1"),
    "bytes of the express data path": _opens("44, socket.SOCK_RAW, 0"),
}
