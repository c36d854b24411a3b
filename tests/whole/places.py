"""Sources that the tests of places play: HTTP as a test scripts it, with or without TLS, and sshd."""
import contextlib
import json
import os
import pathlib
import pwd
import shutil
import ssl
import subprocess
import threading

import settings
from rig import free_ports, loopback, wait_until


class Source:
    """`answer(handler)` answers each GET; remembers path and headers of each request."""

    def __init__(self, answer, context=None):
        self.port, = free_ports(1)
        self.seen = []
        source = self

        class Handler(loopback.Handler):
            def do_GET(self):
                source.seen.append((self.path, dict(self.headers)))
                try:
                    answer(self)
                except (BrokenPipeError, ConnectionResetError, ssl.SSLError):
                    self.close_connection = True

        class Server(loopback.Server):
            def handle_error(self, request, client_address):
                pass  # a handshake that fails is what some tests are about

        self._server = Server(self.port, Handler)
        if context:
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True,
                                                      do_handshake_on_connect=False)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()


def say(handler, body, status=200, **headers):
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def openssl(*command):
    subprocess.run(["openssl", *command], check=True, capture_output=True)


class Authority:
    """A certificate authority that lives as long as the test."""

    def __init__(self, folder, name):
        self.folder = pathlib.Path(folder)
        self.name = name
        self.certificate = self.folder / f"{name}.pem"
        self.key = self.folder / f"{name}.key"
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-keyout", str(self.key), "-out", str(self.certificate), "-days", "30",
                "-subj", f"/CN={name}")

    def issue(self, name, alternative="IP:127.0.0.1", days="30"):
        """(certificate, key) files."""
        key, request, certificate = (self.folder / f"{name}.{kind}" for kind in ("key", "csr", "pem"))
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", str(key),
                "-out", str(request), "-subj", f"/CN={name}")
        extensions = self.folder / f"{name}.ext"
        extensions.write_text(f"subjectAltName={alternative}\n")
        openssl("x509", "-req", "-in", str(request), "-CA", str(self.certificate), "-CAkey", str(self.key),
                "-CAcreateserial", "-out", str(certificate), "-days", days, "-extfile", str(extensions))
        key.chmod(0o600)
        return certificate, key


def server_context(certificate, key, clients=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    if clients:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(clients)
    return context


@contextlib.contextmanager
def sshd(folder):
    """A real sshd for sftp with a password, for a user of its own: (port, user, password, home,
    SHA-256 of its key), or None where there is none or we are not root."""
    if not os.path.exists("/usr/sbin/sshd") or os.geteuid() != 0:
        yield None
        return
    user, password = f"sbtest{os.getpid()}", "right horse battery"
    home = pathlib.Path(folder) / "home"
    port, = free_ports(1)
    key = pathlib.Path(folder) / "host_key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    print_out = subprocess.run(["ssh-keygen", "-lf", str(key)], check=True, capture_output=True, text=True)
    subprocess.run(["useradd", "-d", str(home), "-s", "/usr/sbin/nologin", user], check=True)
    server = None
    try:
        subprocess.run(["chpasswd"], input=f"{user}:{password}", text=True, check=True)
        home.mkdir()
        shutil.chown(home, user)
        pathlib.Path("/run/sshd").mkdir(exist_ok=True)
        for above in home.parents:  # sftp runs as the user
            if above == pathlib.Path("/tmp"):
                break
            above.chmod(above.stat().st_mode | 0o011)
        config = pathlib.Path(folder) / "sshd_config"
        config.write_text(f"Port {port}\nListenAddress 127.0.0.1\nHostKey {key}\nPidFile none\n"
                          "PasswordAuthentication yes\nKbdInteractiveAuthentication no\nUsePAM no\n"
                          "Subsystem sftp internal-sftp\nForceCommand internal-sftp\n"
                          f"AllowUsers {user}\nStrictModes no\n")
        server = subprocess.Popen(["/usr/sbin/sshd", "-D", "-e", "-f", str(config)],
                                  stderr=subprocess.DEVNULL)
        wait_until(lambda: listens(port), "sshd listens")
        yield port, user, password, home, print_out.stdout.split()[1]
    finally:
        if server:
            server.terminate()
            server.wait()
        if user in (entry.pw_name for entry in pwd.getpwall()):
            subprocess.run(["userdel", user], check=False, capture_output=True)


def listens(port):
    import socket
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


# Settings and records of the tests --------------------------------------------------------------------

def rows(level="0.50", date="2017-02-07"):
    return json.dumps([settings.row(code, date, level) for code, _ in settings.COUNTIES]).encode()


def feed_files(feed, **more):
    """settings(rig) with its only feed's address and keys replaced by `feed`."""
    made = settings.small(clock="", **more)

    def files(rig):
        found = made(rig)
        text = found["cash.toml"]
        url = f'url = "http://127.0.0.1:{rig.feed_port}/feed.json"\n'
        assert url in text
        keys = feed(rig) if callable(feed) else feed
        if "arrives =" in keys:  # it is not polled: these would be refused
            text = text.replace('timeout = "2s"\nconnect_timeout = "1s"\n', "", 1)
        found["cash.toml"] = text.replace(url, keys)
        return found

    return files


def feed_of(rig):
    return next(feed for feed in rig.ask("status")["feeds"] if feed["id"] == "cash")


def accepted(rig):
    return [r["data"] for r in rig.journal() if r["type"] == "feed.ok"]


def failures(rig):
    return [r["data"] for r in rig.journal()
            if r["type"] in ("feed.failed", "feed.quarantined") and "problem" in r["data"]]


def taken(rig, count=1):
    wait_until(lambda: len(accepted(rig)) >= count,
               lambda: f"{count} bodies taken; failures: {[f['message'] for f in failures(rig)][-3:]}")


def refused(rig, *words):
    """Waits for a failure that says all of `words`, and gives its message."""
    def there():
        return next((f["message"] for f in failures(rig) if all(w in f["message"] for w in words)), None)
    return wait_until(there, lambda: f"{words} in {[f['message'] for f in failures(rig)][-3:]}")
