"""What the daemons call algorithms, in configurations and in logs, as IANA numbers.

Transcribed from IANA's registries and the daemons' manuals, never from the project's own registry:
this is what that one is judged by. A value is (number, key length in bits or None where the
algorithm has only one); kinds are those of an audit's result.
"""
BITS = (128, 192, 256)

# ---- strongSwan: keywords of a proposal -----------------------------------------------------
CIPHERS = {"3des": (3, None), "des": (2, None), "cast128": (6, 128),
           **{f"blowfish{b}": (7, b) for b in BITS}, **{f"aes{b}": (12, b) for b in BITS},
           **{f"aes{b}ctr": (13, b) for b in BITS}, **{f"camellia{b}": (23, b) for b in BITS},
           **{f"camellia{b}ctr": (24, b) for b in BITS}}
AEAD = {"chacha20poly1305": (28, None),
        **{f"aes{b}ccm{tag}": (number, b) for b in BITS for tag, number in
           ((8, 14), (12, 15), (16, 16))},
        **{f"aes{b}gcm{tag}": (number, b) for b in BITS for tag, number in
           ((8, 18), (12, 19), (16, 20))},
        **{f"camellia{b}ccm{tag}": (number, b) for b in BITS for tag, number in
           ((8, 25), (12, 26), (16, 27))}}
INTEGRITY = {"md5": (1, None), "sha1": (2, None), "aesxcbc": (5, None), "md5_128": (6, None),
             "sha1_160": (7, None), "aescmac": (8, None), "sha256": (12, None),
             "sha384": (13, None), "sha512": (14, None)}
PRFS = {"prfmd5": (1, None), "prfsha1": (2, None), "prfaesxcbc": (4, None), "prfsha256": (5, None),
        "prfsha384": (6, None), "prfsha512": (7, None), "prfaescmac": (8, None)}
# A proposal without a PRF gets those of its integrity algorithms.
IMPLIED_PRF = {"md5": "prfmd5", "sha1": "prfsha1", "aesxcbc": "prfaesxcbc", "md5_128": "prfmd5",
               "sha1_160": "prfsha1", "aescmac": "prfaescmac", "sha256": "prfsha256",
               "sha384": "prfsha384", "sha512": "prfsha512"}
GROUPS = {"modp768": 1, "modp1024": 2, "modp1536": 5, "modp2048": 14, "modp3072": 15,
          "modp4096": 16, "modp6144": 17, "modp8192": 18, "ecp256": 19, "ecp384": 20, "ecp521": 21,
          "modp1024s160": 22, "modp2048s224": 23, "modp2048s256": 24, "ecp192": 25, "ecp224": 26,
          "ecp224bp": 27, "ecp256bp": 28, "ecp384bp": 29, "ecp512bp": 30, "x25519": 31, "x448": 32}
GROUPS = {word: (number, None) for word, number in GROUPS.items()}
ML_KEM = {"mlkem512": (35, None), "mlkem768": (36, None), "mlkem1024": (37, None)}

# ---- strongSwan: names in the log line "configured proposals" -----------------------------------
_LOG_CIPHERS = {"DES_CBC": 2, "3DES_CBC": 3, "CAST_CBC": 6, "BLOWFISH_CBC": 7, "AES_CBC": 12,
                "AES_CTR": 13, "AES_CCM_8": 14, "AES_CCM_12": 15, "AES_CCM_16": 16, "AES_GCM_8": 18,
                "AES_GCM_12": 19, "AES_GCM_16": 20, "CAMELLIA_CBC": 23, "CAMELLIA_CTR": 24,
                "CAMELLIA_CCM_8": 25, "CAMELLIA_CCM_12": 26, "CAMELLIA_CCM_16": 27,
                "CHACHA20_POLY1305": 28}
_LOG_OTHERS = {
    "integrity": {"HMAC_MD5_96": 1, "HMAC_SHA1_96": 2, "AES_XCBC_96": 5, "HMAC_MD5_128": 6,
                  "HMAC_SHA1_160": 7, "AES_CMAC_96": 8, "HMAC_SHA2_256_128": 12,
                  "HMAC_SHA2_384_192": 13, "HMAC_SHA2_512_256": 14},
    "prf": {"PRF_HMAC_MD5": 1, "PRF_HMAC_SHA1": 2, "PRF_AES128_XCBC": 4, "PRF_HMAC_SHA2_256": 5,
            "PRF_HMAC_SHA2_384": 6, "PRF_HMAC_SHA2_512": 7, "PRF_AES128_CMAC": 8},
    "dh": {"MODP_768": 1, "MODP_1024": 2, "MODP_1536": 5, "MODP_2048": 14, "MODP_3072": 15,
           "MODP_4096": 16, "MODP_6144": 17, "MODP_8192": 18, "ECP_256": 19, "ECP_384": 20,
           "ECP_521": 21, "MODP_1024_160": 22, "MODP_2048_224": 23, "MODP_2048_256": 24,
           "ECP_192": 25, "ECP_224": 26, "ECP_224_BP": 27, "ECP_256_BP": 28, "ECP_384_BP": 29,
           "ECP_512_BP": 30, "CURVE_25519": 31, "CURVE_448": 32, "ML_KEM_512": 35,
           "ML_KEM_768": 36, "ML_KEM_1024": 37}}


def log_value(name):
    """(kind, value) of one algorithm of that log line; KeyError when it is unknown here."""
    if name.startswith("KE") and name[2].isdigit():
        inner = name[4:]
        return f"ke{name[2]}", (0 if inner == "KE_NONE" else _LOG_OTHERS["dh"][inner], None)
    for kind, names in _LOG_OTHERS.items():
        if name in names:
            return kind, (names[name], None)
    if name in _LOG_CIPHERS:
        return "encryption", (_LOG_CIPHERS[name], None)
    cipher, _, bits = name.rpartition("_")
    return "encryption", (_LOG_CIPHERS[cipher], int(bits))


# ---- IKEv1 (RFC 2409 appendix A and IANA's ipsec-registry) --------------------------------------
V1_CIPHER_OF_V2 = {2: 1, 7: 3, 3: 5, 6: 6, 12: 7, 23: 8}
# (integrity, PRF) of IKEv2 that one IKEv1 hash stands for
V1_HASH_OF_V2 = {(1, 1): 1, (2, 2): 2, (12, 5): 4, (13, 6): 5, (14, 7): 6}
PSK = 1

# ---- libreswan: keywords ------------------------------------------------------------------------
LW_CIPHERS = {"3des": (3, None), **{f"aes{b}": (12, b) for b in BITS},
              **{f"aes_ctr{b}": (13, b) for b in BITS}, **{f"camellia{b}": (23, b) for b in BITS}}
LW_AEAD = {"chacha20_poly1305": (28, None), **{f"aes_gcm_a{b}": (18, b) for b in BITS},
           **{f"aes_gcm_b{b}": (19, b) for b in BITS}, **{f"aes_gcm{b}": (20, b) for b in BITS}}
LW_PRFS = {"md5": (1, None), "sha1": (2, None), "aes_xcbc": (4, None), "sha2_256": (5, None),
           "sha2_384": (6, None), "sha2_512": (7, None)}
LW_INTEGRITY_OF_PRF = {"md5": (1, None), "sha1": (2, None), "aes_xcbc": (5, None),
                       "sha2_256": (12, None), "sha2_384": (13, None), "sha2_512": (14, None)}
LW_GROUPS = {f"dh{n}": (n, None) for n in (5, 14, 15, 16, 17, 18, 19, 20, 21, 31)}
# libreswan takes AES-CTR in IKEv1 under the number that IKEv2 gives it.
LW_V1_CIPHERS = {"3des": (5, None), **{f"aes{b}": (7, b) for b in BITS},
                 **{f"camellia{b}": (8, b) for b in BITS},
                 **{f"aes_ctr{b}": (13, b) for b in BITS}}
LW_V1_HASHES = {"md5": 1, "sha1": 2, "sha2_256": 4, "sha2_384": 5, "sha2_512": 6}

# ---- libreswan: names in the log line "IKE SA proposals" and in whack --status ---------------
_LW_LOG_CIPHERS = {"3DES": 3, "3DES_CBC": 3, "AES_CBC": 12, "AES_CTR": 13, "CAMELLIA_CBC": 23,
                   "AES_GCM_A": 18, "AES_GCM_B": 19, "AES_GCM_C": 20, "AES_GCM_8": 18,
                   "AES_GCM_12": 19, "AES_GCM_16": 20, "CHACHA20_POLY1305": 28}
LW_LOG_PRFS = {"HMAC_MD5": 1, "HMAC_SHA1": 2, "AES128_XCBC": 4, "AES_XCBC": 4, "HMAC_SHA2_256": 5,
               "HMAC_SHA2_384": 6, "HMAC_SHA2_512": 7}
LW_LOG_INTEGRITY = {"HMAC_MD5_96": 1, "HMAC_SHA1_96": 2, "AES_XCBC_96": 5, "HMAC_SHA2_256_128": 12,
                    "HMAC_SHA2_384_192": 13, "HMAC_SHA2_512_256": 14}
LW_LOG_GROUPS = {"MODP1536": 5, "MODP2048": 14, "MODP3072": 15, "MODP4096": 16, "MODP6144": 17,
                 "MODP8192": 18, "ECP_256": 19, "ECP_384": 20, "ECP_521": 21, "CURVE25519": 31,
                 "DH19": 19, "DH20": 20, "DH21": 21, "DH31": 31}
LW_V1_LOG_CIPHERS = {"3DES_CBC": 5, "AES_CBC": 7, "CAMELLIA_CBC": 8, "AES_CTR": 13}
LW_V1_LOG_HASHES = {"HMAC_MD5": 1, "HMAC_SHA1": 2, "HMAC_SHA2_256": 4, "HMAC_SHA2_384": 5,
                    "HMAC_SHA2_512": 6}


def lw_log_cipher(name, table=None):
    """AES_CBC_256 as (12, 256), CHACHA20_POLY1305 as (28, None)."""
    table = table or _LW_LOG_CIPHERS
    cipher, _, bits = name.rpartition("_")
    if cipher in table and int(bits) in BITS:
        return table[cipher], int(bits)
    return table[name], None
