"""Says what is wrong with a probe's JSON or metrics, given what the daemon was configured to accept."""
import iana


def ikev2_suite(result):
    """{kind: (number, bits)} of the suite in an IKEv2 probe."""
    found = {"encryption": (iana.number(iana.ENCRYPTION, result["selectedEncr"]),
                            result.get("selectedKeyLength")),
             "prf": (iana.number(iana.PRF, result["selectedPRF"]), None),
             "dh": (result["selectedDHGroup"], None)}
    if "selectedInteg" in result:
        found["integrity"] = (iana.number(iana.INTEGRITY, result["selectedInteg"]), None)
    for index, name in enumerate(result.get("additionalKeyExchanges", ())):
        found[f"ke{index + 1}"] = (iana.number(iana.KEY_EXCHANGE, name), None)
    return found


def ikev1_suite(result):
    chosen = result["selected"]
    return {"encryption": (iana.number(iana.V1_ENCRYPTION, chosen["encryption"]),
                           chosen.get("keyLength")),
            "hash": (iana.number(iana.V1_HASH, chosen["hash"]), None),
            "dh": (chosen["group"], None),
            "authentication": (iana.number(iana.V1_AUTHENTICATION, chosen["authentication"]), None)}


def suite_of(labels, version):
    """{kind: (number, bits)} of the labels of ike_selected_info."""
    tables = {"encryption": iana.ENCRYPTION, "integrity": iana.INTEGRITY, "prf": iana.PRF}
    if version == 1:
        tables = {"encryption": iana.V1_ENCRYPTION, "hash": iana.V1_HASH,
                  "authentication": iana.V1_AUTHENTICATION}
    suite = {"dh": (int(labels["dh_group"]), None)}
    for kind, table in tables.items():
        if labels.get(kind) in (None, "NONE"):
            continue
        name, _, bits = labels[kind].rpartition("_")
        if bits in ("128", "192", "256") and name in table.values():
            suite[kind] = (iana.number(table, name), int(bits))
            continue
        suite[kind] = (iana.number(table, labels[kind]), None)
    if labels.get("additional_ke") not in (None, "", "NONE"):
        suite["ke1"] = (iana.number(iana.KEY_EXCHANGE, labels["additional_ke"]), None)
    return suite


def configured(suite, offers):
    """Whether the suite is one of what the proposals `offers` ([{kind: values}]) allow."""
    return any(_allows(suite, values) for values in offers)


def _allows(suite, values):
    for kind in {*suite, *values}:
        # An additional key exchange that may be NONE is left out of the answer.
        chosen = suite.get(kind, (0, None) if kind[:2] == "ke" else None)
        if chosen is None or chosen not in values.get(kind, ()):
            return False
    return True
