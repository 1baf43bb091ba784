"""A client of charon's VICI socket: enough to read counters and loaded connections ten times a
second without starting a swanctl each time."""
import socket
import struct

CMD_REQUEST, CMD_RESPONSE, EVENT_REGISTER, EVENT_CONFIRM, EVENT = 0, 1, 3, 5, 7
SECTION_START, SECTION_END, KEY_VALUE, LIST_START, LIST_ITEM, LIST_END = 1, 2, 3, 4, 5, 6


class Vici:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(10)
        self.socket.connect(path)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def request(self, command):
        """One command without arguments; the answer as nested dicts."""
        self._send(CMD_REQUEST, command)
        kind, body = self._receive()
        if kind != CMD_RESPONSE:
            raise RuntimeError(f"vici: {command} is unknown to this daemon")
        return _decode(body)

    def stream(self, command, event):
        """A command that answers with one event per item."""
        self._send(EVENT_REGISTER, event)
        self._receive()
        self._send(CMD_REQUEST, command)
        items = []
        while True:
            kind, body = self._receive()
            if kind == CMD_RESPONSE:
                return items
            if kind == EVENT:
                items.append(_decode(body[1 + body[0]:]))

    def half_open(self):
        return int(self.request("stats")["ikesas"]["half-open"])

    def _send(self, kind, name):
        packet = struct.pack(">BB", kind, len(name)) + name.encode()
        self.socket.sendall(struct.pack(">I", len(packet)) + packet)

    def _receive(self):
        packet = self._exactly(struct.unpack(">I", self._exactly(4))[0])
        return packet[0], packet[1:]

    def _exactly(self, size):
        data = b""
        while len(data) < size:
            piece = self.socket.recv(size - len(data))
            if not piece:
                raise ConnectionError("vici: closed by the daemon")
            data += piece
        return data


def _decode(body):
    root = {}
    stack, items, at = [root], None, 0

    def text(width):
        nonlocal at
        size = int.from_bytes(body[at:at + width], "big")
        at += width + size
        return body[at - size:at].decode("utf-8", "replace")

    while at < len(body):
        kind, at = body[at], at + 1
        if kind == SECTION_START:
            stack.append(stack[-1].setdefault(text(1), {}))
        elif kind == SECTION_END:
            stack.pop()
        elif kind == KEY_VALUE:
            key = text(1)
            stack[-1][key] = text(2)
        elif kind == LIST_START:
            items = stack[-1].setdefault(text(1), [])
        elif kind == LIST_ITEM:
            items.append(text(2))
    return root
