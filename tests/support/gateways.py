"""Tables of the script of the simulated gateways (tests/responder/README.md), as tests write them."""
import json


def listening(port):
    """UDP at one port of every address that a gateway has, and nothing at the ports that other tests would share."""
    return f'[listen]\nudp = [{port}]\nudp_encap = []\nbind = "each"\n'


def gateway(name, addresses, **settings):
    """A [[gateway]]. Values are texts, numbers, booleans and lists of them, which TOML writes like JSON."""
    rows = {"name": name, "addresses": addresses, **settings}
    return "[[gateway]]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in rows.items())
