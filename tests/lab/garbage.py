"""A host that holds the IKE ports and speaks something else, over UDP and TCP, IPv4 and IPv6."""
import selectors
import socket

NOISE = bytes(range(7, 7 + 61))


def listen(selector, kind, port):
    server = socket.socket(socket.AF_INET6, kind)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind(("::", port))
    if kind == socket.SOCK_STREAM:
        server.listen(64)
    selector.register(server, selectors.EVENT_READ)


def serve(ready):
    if ready.type == socket.SOCK_DGRAM:
        ready.sendto(NOISE, ready.recvfrom(65535)[1])
        return
    connection = ready.accept()[0]
    connection.settimeout(0.5)
    with connection:
        try:
            connection.recv(65535)
            connection.sendall(NOISE)
        except OSError:
            pass


def main():
    selector = selectors.DefaultSelector()
    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
        for port in (500, 4500):
            listen(selector, kind, port)
    while True:
        for key, _ in selector.select():
            serve(key.fileobj)


main()
