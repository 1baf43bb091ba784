"""Public values of key exchange groups, as an initiator's KE payload carries them.

Computed without the project's own code, so that a mistake there does not hide: MODP primes from
their definition (RFC 2412 appendix E, RFC 3526), everything else by the openssl command.
One value is made per group and process: a lab prober has no secret to keep.
"""
import functools
import secrets
import subprocess

# group: bits, and the constant of the prime 2^n - 2^(n-64) - 1 + 2^64 * ([2^(n-130) pi] + constant)
MODP = {1: (768, 149686), 2: (1024, 129093), 5: (1536, 741804), 14: (2048, 124476),
        15: (3072, 1690314), 16: (4096, 240904), 17: (6144, 929484), 18: (8192, 4743158)}
CURVES = {19: "prime256v1", 20: "secp384r1", 21: "secp521r1", 25: "prime192v1", 26: "secp224r1",
          27: "brainpoolP224r1", 28: "brainpoolP256r1", 29: "brainpoolP384r1",
          30: "brainpoolP512r1"}
RFC5114 = {22: "1", 23: "2", 24: "3"}
MONTGOMERY = {31: ("X25519", 32), 32: ("X448", 56)}
ML_KEM = {35: 800, 36: 1184, 37: 1568}
LENGTH = {1: 96, 2: 128, 5: 192, 14: 256, 15: 384, 16: 512, 17: 768, 18: 1024, 19: 64, 20: 96,
          21: 132, 22: 128, 23: 256, 24: 256, 25: 48, 26: 56, 27: 56, 28: 64, 29: 96, 30: 128,
          31: 32, 32: 56, **ML_KEM}
GROUPS = sorted(LENGTH)


@functools.lru_cache(None)
def public_value(group):
    """A valid public value of the right length (RFC 6989 tests would pass)."""
    if group in MODP:
        exponent = secrets.randbits(256) | 1 << 255
        return pow(2, exponent, _modp_prime(*MODP[group])).to_bytes(LENGTH[group], "big")
    if group in CURVES:
        key = _openssl("EC", "ec_paramgen_curve:" + CURVES[group])
        return key[-LENGTH[group]:]  # x | y, after the tag of an uncompressed point
    if group in RFC5114:
        return _dh_integer(_openssl("DH", "dh_rfc5114:" + RFC5114[group]), LENGTH[group])
    if group in MONTGOMERY:
        return _openssl(MONTGOMERY[group][0])[-LENGTH[group]:]
    if group in ML_KEM:
        return _ml_kem_key(ML_KEM[group])
    return secrets.token_bytes(64)  # a group that nobody here can compute


def _openssl(algorithm, option=None):
    """The DER of a fresh SubjectPublicKeyInfo."""
    command = ["openssl", "genpkey", "-algorithm", algorithm, "-outform", "DER"]
    private = subprocess.run(command + (["-pkeyopt", option] if option else []), check=True,
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    return subprocess.run(["openssl", "pkey", "-inform", "DER", "-pubout", "-outform", "DER"],
                          input=private, check=True, stdout=subprocess.PIPE).stdout


def _dh_integer(der, length):
    """The INTEGER that ends a DH SubjectPublicKeyInfo, padded to the prime's length."""
    for start in range(len(der) - length - 8, len(der)):
        if der[start] != 2:
            continue
        size, skip = der[start + 1], 2
        if size & 0x80:
            skip += size & 0x7F
            size = int.from_bytes(der[start + 2:start + skip], "big")
        if start + skip + size == len(der) and size <= length + 1:
            return int.from_bytes(der[start + skip:], "big").to_bytes(length, "big")
    raise ValueError("no public value in the DH key")


def _ml_kem_key(length):
    """FIPS 203 section 7.2: coefficients of 12 bits, each below 3329, then the 32-byte seed."""
    value = 0
    for index in range((length - 32) * 8 // 12):
        value |= secrets.randbelow(3329) << 12 * index
    return value.to_bytes(length - 32, "little") + secrets.token_bytes(32)


@functools.lru_cache(None)
def _modp_prime(bits, constant):
    return (1 << bits) - (1 << (bits - 64)) - 1 + (1 << 64) * (_pi(bits - 130) + constant)


def _pi(bits):
    """floor(pi * 2^bits), by Machin's formula."""
    guard = bits + 64

    def arctan_of_inverse(x):
        term = total = (1 << guard) // x
        divisor, sign = 1, 1
        while term:
            term //= x * x
            divisor, sign = divisor + 2, -sign
            total += sign * (term // divisor)
        return total

    return (4 * (4 * arctan_of_inverse(5) - arctan_of_inverse(239))) >> 64
