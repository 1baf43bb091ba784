"""A web server of somebody else's, whose pages try what hostile_page.js has; and the trick of DNS rebinding, where its
name stands for another address from some moment on."""
import pathlib
import socket
import threading
import urllib.parse

SCRIPT = (pathlib.Path(__file__).resolve().parent / "hostile_page.js").read_text(encoding="utf-8")
PAGE = f"<!doctype html><meta charset=utf-8><title>hostile</title><body><script>{SCRIPT}</script>"


class HostileServer(threading.Thread):
    """Serves its page on `address`; after rebind() whoever connects talks to `victim` instead, byte for byte, as if
    the name in the page's address had got the victim's address."""

    def __init__(self, address, victim=None):
        super().__init__(daemon=True)
        self.victim, self.rebound = victim, False
        self.listener = socket.create_server(address)
        self.port = self.listener.getsockname()[1]

    def rebind(self):
        self.rebound = True

    def close(self):
        """Others may listen there then."""
        self.listener.shutdown(socket.SHUT_RDWR)
        self.join()
        self.listener.close()

    def run(self):
        while True:
            try:
                client = self.listener.accept()[0]
            except OSError:  # closed
                return
            threading.Thread(target=self.relay if self.rebound else self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        with client:
            client.settimeout(5)
            head = b""
            try:
                while b"\r\n\r\n" not in head:
                    piece = client.recv(65536)
                    if not piece:
                        return
                    head += piece
                client.sendall(self.answer(head.split(b" ")[1].decode()))
                client.shutdown(socket.SHUT_WR)
                while client.recv(65536):  # a body, so that it is not answered by a reset
                    pass
            except OSError:
                pass

    @staticmethod
    def answer(target):
        url = urllib.parse.urlsplit(target)
        query = dict(urllib.parse.parse_qsl(url.query))
        if url.path == "/redirect":
            status, more, body = query["status"] + " Elsewhere", f"Location: {query['to']}\r\n", ""
        else:
            status, more, body = "200 OK", "Content-Type: text/html\r\n", PAGE
        return (f"HTTP/1.1 {status}\r\n{more}Content-Length: {len(body.encode())}\r\nConnection: close\r\n"
                f"Cache-Control: no-store\r\n\r\n{body}").encode()

    def relay(self, client):
        with client, socket.create_connection(self.victim) as server:
            back = threading.Thread(target=self.pump, args=(server, client), daemon=True)
            back.start()
            self.pump(client, server)
            back.join(10)

    @staticmethod
    def pump(source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass
