"""IANA's names of what the postures use, as JSON and metrics have to show them. Transcribed from
the registries (ikev2-parameters, ipsec-registry), not from the project's own."""

ENCRYPTION = {2: "ENCR_DES", 3: "ENCR_3DES", 12: "ENCR_AES_CBC", 13: "ENCR_AES_CTR",
              16: "ENCR_AES_CCM_16", 20: "ENCR_AES_GCM_16", 23: "ENCR_CAMELLIA_CBC",
              28: "ENCR_CHACHA20_POLY1305"}
PRF = {1: "PRF_HMAC_MD5", 2: "PRF_HMAC_SHA1", 4: "PRF_AES128_XCBC", 5: "PRF_HMAC_SHA2_256",
       6: "PRF_HMAC_SHA2_384", 7: "PRF_HMAC_SHA2_512", 8: "PRF_AES128_CMAC"}
INTEGRITY = {1: "AUTH_HMAC_MD5_96", 2: "AUTH_HMAC_SHA1_96", 5: "AUTH_AES_XCBC_96",
             8: "AUTH_AES_CMAC_96", 12: "AUTH_HMAC_SHA2_256_128", 13: "AUTH_HMAC_SHA2_384_192",
             14: "AUTH_HMAC_SHA2_512_256"}
KEY_EXCHANGE = {35: "ml-kem-512", 36: "ml-kem-768", 37: "ml-kem-1024"}
V1_ENCRYPTION = {1: "DES-CBC", 5: "3DES-CBC", 7: "AES-CBC", 8: "CAMELLIA-CBC"}
V1_HASH = {1: "MD5", 2: "SHA", 4: "SHA2-256", 5: "SHA2-384", 6: "SHA2-512"}
V1_AUTHENTICATION = {1: "pre-shared key", 3: "RSA signatures"}
# Security strength in bits (NIST SP 800-57 part 1 table 2; between its rows RFC 3526 section 8).
STRENGTH = {1: 70, 2: 80, 5: 96, 14: 112, 15: 128, 16: 152, 17: 176, 18: 200, 19: 128, 20: 192,
            21: 256, 28: 128, 29: 192, 30: 256, 31: 128, 32: 224, 36: 192}


def number(table, name):
    """The number that has this name; ValueError when none has."""
    for key, value in table.items():
        if value == name:
            return key
    raise ValueError(f"{name} is not an IANA name of {sorted(table.values())}")
