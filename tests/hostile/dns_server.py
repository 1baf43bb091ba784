"""A name server with bad habits. What a name stands for is in its first label, HABIT-N.test:

  ok       the address 127.1.0.N + 1, to be kept for a second
  same     127.1.0.2, whatever N
  slow     as ok, but after 800 ms
  dead     no answer at all
  many     100 addresses, which fit only into an answer over TCP
  nowhere  only addresses that are no host's: multicast, broadcast, unspecified
  partly   such addresses, and one that answers
  liar     answers of every kind that must not be believed
"""
import socket
import struct
import threading

TYPE_A = 1
TTL = 1
MANY = [f"127.1.1.{n}" for n in range(100, 0, -1)]
NOWHERE = ("224.0.0.1", "255.255.255.255", "0.0.0.0")


def question(query):
    """(first label, type, the question's bytes)"""
    at = 12
    labels = []
    while query[at]:
        labels.append(query[at + 1:at + 1 + query[at]].decode("ascii").lower())
        at += 1 + query[at]
    return labels[0], struct.unpack(">H", query[at + 1:at + 3])[0], query[12:at + 5]


def answer(query, addresses, ident=None, asked=None, flags=0x8180, count=None, pointer=0xC00C):
    asked = question(query)[2] if asked is None else asked
    ident = struct.unpack(">H", query[:2])[0] if ident is None else ident
    records = b"".join(struct.pack(">HHHIH4s", pointer, TYPE_A, 1, TTL, 4, socket.inet_aton(address))
                       for address in addresses)
    return struct.pack(">HHHHHH", ident, flags, 1, len(addresses) if count is None else count, 0,
                       0) + asked + records


def lies(query):
    true = "127.1.0.2"
    ident = struct.unpack(">H", query[:2])[0]
    return [
        answer(query, [true], ident=ident ^ 1),                         # of another question
        answer(query, [true], asked=b"\4evil\4test\0" + query[-4:]),    # to another question
        answer(query, [true], count=65535),                             # counts that lie
        answer(query, [true], pointer=0xC000 | len(query)),             # a name that is its own end
        answer(query, [true])[:-3],
        query[:12],
        b"",
        bytes(range(256)) * 16,
    ]


class DnsServer(threading.Thread):
    def __init__(self, address="127.9.9.53"):
        super().__init__(daemon=True)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self.socket.bind((address, 53))
        self.listener = socket.create_server((address, 53), backlog=256)
        self.alive = True
        self.asked = {}  # habit: queries

    def run(self):
        threading.Thread(target=self.accept, daemon=True).start()
        while True:
            query, peer = self.socket.recvfrom(4096)
            if not self.alive:
                continue
            label, kind, _ = question(query)
            habit, _, number = label.partition("-")
            self.asked[habit] = self.asked.get(habit, 0) + 1
            if kind != TYPE_A:
                if habit != "dead":
                    self.say(answer(query, []), peer)
                continue
            getattr(self, habit)(query, peer, int(number or 0))

    def say(self, message, peer):
        try:
            self.socket.sendto(message, peer)
        except OSError:
            pass  # the asker is gone

    def ok(self, query, peer, number):
        self.say(answer(query, [f"127.1.{number // 250}.{number % 250 + 1}"]), peer)

    def same(self, query, peer, number):
        self.ok(query, peer, 1)

    def slow(self, query, peer, number):
        threading.Timer(0.8, self.ok, (query, peer, number)).start()

    def dead(self, query, peer, number):
        pass

    def many(self, query, peer, number):
        self.say(answer(query, [], flags=0x8380), peer)  # truncated

    def accept(self):
        while True:
            connection, _ = self.listener.accept()
            threading.Thread(target=self.serve_connection, args=(connection,), daemon=True).start()

    @staticmethod
    def serve_connection(connection):
        """Until the client has no more questions (RFC 7766 section 6.2.1)."""
        with connection, connection.makefile("rb") as stream:
            while head := stream.read(2):
                query = stream.read(struct.unpack(">H", head)[0])
                message = answer(query, MANY if question(query)[1] == TYPE_A else [])
                connection.sendall(struct.pack(">H", len(message)) + message)

    def nowhere(self, query, peer, number):
        self.say(answer(query, NOWHERE), peer)

    def partly(self, query, peer, number):
        self.say(answer(query, [*NOWHERE, "127.1.0.2"]), peer)

    def liar(self, query, peer, number):
        for lie in lies(query):
            self.say(lie, peer)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:  # from another port
            other.bind(("127.9.9.54", 53))
            other.sendto(answer(query, ["127.1.0.2"]), peer)
