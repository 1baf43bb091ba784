#!/usr/bin/env python3
"""Tries every combination of algorithms against generated daemons, their limits off, to confirm
that what was configured is exactly what is taken.

  brute.py --seed 1 --count 3 [--daemon strongswan] [--version 2]

One suite a message, every cipher with every integrity algorithm, PRF and group that the daemons
know: about 29,000 messages (IKEv2) or 1,400 (IKEv1) for one configuration.
"""
import argparse
import itertools
import os
import selectors
import sys
import time

sys.dont_write_bytecode = True

import fleet  # noqa: E402
import generate  # noqa: E402
import health  # noqa: E402
import ike_client  # noqa: E402
import install  # noqa: E402
import keywords as kw  # noqa: E402
from strongswan import NO_LIMITS  # noqa: E402

WINDOW = 128  # unanswered messages at a time; more overflow the daemon's socket
GROUPS = sorted(number for number, _ in kw.GROUPS.values())
LONGEST = 2500  # suites that a configuration may accept: each costs the daemon a Diffie-Hellman


def ikev2_suites(additional=((),)):
    """Every proposal of one transform a type, with each of the additional key exchanges."""
    plain = itertools.product(sorted(kw.CIPHERS.values(), key=str), sorted(kw.INTEGRITY.values()),
                              sorted(kw.PRFS.values()), GROUPS, additional)
    aead = itertools.product(sorted(kw.AEAD.values(), key=str), [None], sorted(kw.PRFS.values()),
                             GROUPS, additional)
    for cipher, integrity, prf, group, extra in itertools.chain(plain, aead):
        suite = [(ike_client.ENCR, *cipher), (ike_client.PRF, *prf)]
        suite += [(ike_client.INTEG, *integrity)] if integrity else []
        yield tuple(suite + [(ike_client.KE, group, None)] + list(extra))


def ikev1_suites():
    ciphers = [(1, None), (2, None), (5, None), (6, 128), *((n, b) for n in (3, 7, 8, 13)
                                                         for b in kw.BITS)]
    return [(number, bits, digest, group, kw.PSK) for number, bits in ciphers
            for digest in (1, 2, 3, 4, 5, 6) for group in GROUPS]


def additional_exchanges(configuration):
    """What to try in ke1 and ke2: nothing, or each method that any configuration may have."""
    if configuration.daemon != "strongswan-newer":
        return ((),)
    values = {value[0] for proposal in configuration.proposals for kind, found in
              proposal.values.items() if kind[:2] == "ke" for value in found} - {0}
    values |= {35, 36}
    slots = [[(), *(((ike_client.ADDKE1 + slot, value, None),) for value in sorted(values))]
             for slot in (0, 1)]
    return tuple(first + second for first, second in itertools.product(*slots))


class Brute:
    """Keeps WINDOW openings on the way and notes which suites were selected."""

    def __init__(self, host, version):
        self.client, self.version = ike_client.Client(host), version
        self.client.socket.setblocking(False)
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.client.socket, selectors.EVENT_READ)
        self.waiting, self.accepted, self.messages = {}, [], 0

    def run(self, suites):
        """Sends every suite until it is answered; at most six times."""
        todo = [(suite, 1) for suite in suites][::-1]
        while todo or self.waiting:
            while todo and len(self.waiting) < WINDOW:
                self._send(*todo.pop())
            self._receive()
            late = [spi for spi, (_, _, sent) in self.waiting.items()
                    if time.monotonic() - sent > 4]
            for spi in late:
                suite, attempt, _ = self.waiting.pop(spi)
                if attempt == 6:
                    raise RuntimeError(f"{suite} was never answered")
                todo.append((suite, attempt + 1))
        self.client.close()

    def _send(self, suite, attempt):
        spi = os.urandom(8)
        if self.version == 1:
            message = ike_client.v1_main([suite], spi)
        else:
            message = ike_client.v2_init([list(suite)], spi=spi,
                                         notifies=[(ike_client.INTERMEDIATE, b"")])
        self.waiting[spi] = suite, attempt, time.monotonic()
        self.messages += 1
        self.client.socket.send(message)

    def _receive(self):
        self.selector.select(0.5)
        while True:
            try:
                data = self.client.socket.recv(65535)
            except BlockingIOError:
                return
            suite = self.waiting.pop(data[:8], (None,))[0]
            if suite and ike_client.parse(data).transforms:
                self.accepted.append(suite)


def confirm(gateway, version):
    """One line about one daemon, and whether the truth held."""
    configuration = gateway.configuration
    brute, began = Brute(gateway.host, version), time.monotonic()
    brute.run(ikev1_suites() if version == 1 else
              ikev2_suites(additional_exchanges(configuration)))
    found, truth = values_of(brute.accepted, version), configuration.accepted(version)
    text = (f"{configuration.name:<12} IKEv{version} {brute.messages:>7} messages {time.monotonic() - began:6.1f} s"
            f" {len(brute.accepted):>5} suites {sum(map(len, found.values())):>3} values ")
    if found == truth:
        return True, text + "as configured"
    return False, text + "".join(
        f"\n  {kind}: configured only {sorted(truth.get(kind, set()) - found.get(kind, set()))}, "
        f"accepted only {sorted(found.get(kind, set()) - truth.get(kind, set()))}"
        for kind in sorted({*found, *truth}) if found.get(kind) != truth.get(kind))


def values_of(suites, version):
    names = {ike_client.ENCR: "encryption", ike_client.PRF: "prf", ike_client.INTEG: "integrity",
             ike_client.KE: "dh"}
    found = {}
    for suite in suites:
        if version == 1:
            cipher, bits, digest, group, method = suite
            values = [("encryption", (cipher, bits)), ("hash", (digest, None)),
                      ("dh", (group, None)), ("authentication", (method, None))]
        else:
            values = [(names.get(kind, "additional_ke"), value) for kind, *value in suite]
        for kind, value in values:
            found.setdefault(kind, set()).add(tuple(value))
    return found


def small(configuration):
    """Whether trying all of it is a matter of a minute: what is accepted costs a
    Diffie-Hellman each, in IKEv1's first exchange nothing."""
    if configuration.pluto or configuration.versions == (1,):
        return True
    suites = 0
    for proposal in configuration.proposals:
        if proposal.values is None:
            return False
        size = 1
        for values in proposal.values.values():
            size *= len(values)
        suites += size
    return suites < LONGEST


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=3)
    parser.add_argument("--daemon", choices=generate.DAEMONS, action="append")
    parser.add_argument("--version", type=int, choices=(0, 1, 2), action="append",
                        help="0: both in one connection")
    arguments = parser.parse_args()
    if install.skipped():
        return install.SKIPPED
    wanted = fleet.configurations(arguments.daemon or ["strongswan", "libreswan"],
                                  arguments.version or [1, 2], arguments.seed, arguments.count)
    lab = fleet.scratch_lab("ikeb-", "10.93")
    gateways = fleet.start(lab, [made for made in wanted if small(made)], NO_LIMITS)
    held = True
    for gateway in gateways:
        for version in gateway.configuration.versions:
            good, text = confirm(gateway, version)
            held &= good
            print(text, flush=True)
    return health.finish(not (held and gateways))


if __name__ == "__main__":
    sys.exit(main())
