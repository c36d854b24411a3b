#!/usr/bin/python3
"""A mail server that keeps what it gets: one .eml a mail, one JSON line beside it.

STARTTLS and a login where asked, with a certificate of its own. Misbehaves on request, for every
recipient or for one, so that the sender's patience can be tested:

    451, 550, …     answers this code to RCPT
    data:451, …     answers this code after the whole mail was read (it is not kept)
    hang            answers nothing after the mail
    drop            closes the connection when the mail begins
    drop-after      keeps the mail, then closes the connection without an answer
"""
import argparse
import asyncio
import email
import email.policy
import itertools
import logging
import pathlib
import ssl
import subprocess
import sys
import threading
import warnings

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from lines import LineLog, say

# aiosmtpd 1.4.3 warns of its own use of what it has deprecated.
warnings.filterwarnings("ignore", module="aiosmtpd")
logging.getLogger("mail.log").setLevel(logging.ERROR)


def make_certificate(folder):
    """(certificate, key) for localhost, made once with openssl, valid for ten years."""
    folder = pathlib.Path(folder)
    cert, key = folder / "sink-cert.pem", folder / "sink-key.pem"
    if not cert.exists():
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
             "-nodes", "-days", "3650", "-subj", "/CN=localhost", "-addext",
             "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", str(key), "-out", str(cert)],
            check=True, capture_output=True)
        key.chmod(0o600)
    return cert, key


class _Handler:
    def __init__(self, sink):
        self.sink = sink

    async def handle_RCPT(self, _server, _session, envelope, address, _options):
        fault = self.sink.fault_for(address)
        if fault and fault.isdigit():
            self.sink.refused += 1
            return f"{fault} told to refuse {address}"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        fault = self.sink.fault_for(envelope.rcpt_tos[0]) or ""
        if fault == "drop":
            self.sink.refused += 1
            server.transport.abort()
            return "421 dropped"
        if fault.startswith("data:"):
            self.sink.refused += 1
            return f"{fault[5:]} told to refuse this mail"
        self.sink.keep(envelope, tls=session.ssl is not None, login=session.authenticated)
        if fault == "hang":
            await asyncio.sleep(3_600)
        if fault == "drop-after":
            server.transport.abort()
            return "421 dropped"
        return "250 OK kept"


class MailSink:
    """Listens on 127.0.0.1:`port` in a thread of its own between start() and stop()."""

    def __init__(self, port, folder=None, on_mail=None, **security):
        """`folder` None keeps mails in memory only; `on_mail(line)` is called for each;
        `security`: starttls=FOLDER of the certificate, login="user:password"."""
        self.port, self.folder = port, pathlib.Path(folder) if folder else None
        self.on_mail = on_mail
        self.refused = 0
        self._faults, self._lock, self._number = {}, threading.Lock(), itertools.count(1)
        if self.folder:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._number = itertools.count(1 + len(list(self.folder.glob("*.eml"))))
        self.log = LineLog(self.folder / "mails.jsonl" if self.folder else None)
        self._controller = Controller(_Handler(self), hostname="127.0.0.1", port=port,
                                      **self._options(**security))

    @staticmethod
    def _options(starttls=None, login=None):
        options = {"decode_data": False, "enable_SMTPUTF8": True}
        if starttls:
            cert, key = make_certificate(starttls)
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(cert, key)
            options.update(tls_context=context, require_starttls=True)
        if login:
            user, _, password = login.partition(":")
            want = LoginPassword(user.encode(), password.encode())
            options.update(
                auth_required=True, auth_require_tls=bool(starttls),
                authenticator=lambda *given: AuthResult(success=given[4] == want))
        return options

    def start(self):
        self._controller.start()
        return self

    def stop(self):
        self._controller.stop()
        self.log.close()

    def fault(self, what, recipient="*"):
        """What to do wrong from now on (see the head of this file); None: nothing."""
        with self._lock:
            self._faults[recipient] = what

    def fault_for(self, recipient):
        with self._lock:
            return self._faults.get(recipient, self._faults.get("*"))

    def keep(self, envelope, tls, login):
        mail = email.message_from_bytes(envelope.original_content, policy=email.policy.default)
        line = {"to": envelope.rcpt_tos, "from": envelope.mail_from, "tls": tls, "login": bool(login),
                "message_id": str(mail["Message-ID"]), "subject": str(mail["Subject"])}
        if self.folder:
            file = self.folder / f"{next(self._number):05d}.eml"
            file.write_bytes(envelope.original_content)
            line["file"] = file.name
        else:
            line["content"] = envelope.original_content.decode("utf-8", "surrogateescape")
        self.log.add(line)
        if self.on_mail:
            self.on_mail(line)

    def mails(self):
        return self.log.all()


def main():
    options = argparse.ArgumentParser(description=__doc__,
                                      formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--port", type=int, default=8392)
    options.add_argument("--folder", required=True, help="where mails and mails.jsonl go")
    options.add_argument("--starttls", metavar="FOLDER", help="require it; certificate in FOLDER")
    options.add_argument("--login", metavar="USER:PASSWORD", help="require it")
    options.add_argument("--fault", action="append", default=[], metavar="[RECIPIENT=]WHAT")
    given = options.parse_args()

    sink = MailSink(given.port, given.folder, starttls=given.starttls, login=given.login,
                    on_mail=lambda m: say(f"mail     {m['to'][0]}  {m['subject']}"))
    for fault in given.fault:
        recipient, _, what = fault.rpartition("=")
        sink.fault(what, recipient or "*")
    sink.start()
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        sink.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
