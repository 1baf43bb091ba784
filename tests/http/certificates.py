"""Keys and certificates for tests, made by openssl: two authorities, a server, and clients good and bad."""
import subprocess


def openssl(*arguments, cwd):
    subprocess.run(["openssl", *map(str, arguments)], cwd=cwd, check=True, capture_output=True)


def authority(folder, name):
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", 2,
            "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.pem", cwd=folder)


def certificate(folder, name, issuer, days=2, usage="clientAuth"):
    """NAME.pem and NAME.key; days = -1: it has expired."""
    (folder / f"{name}.ext").write_text(f"subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage={usage}\n")
    openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}",
            "-keyout", f"{name}.key", "-out", f"{name}.csr", cwd=folder)
    openssl("x509", "-req", "-in", f"{name}.csr", "-CA", f"{issuer}.pem", "-CAkey", f"{issuer}.key", "-CAcreateserial",
            "-days", days, "-extfile", f"{name}.ext", "-out", f"{name}.pem", cwd=folder)


def make_all(folder):
    for name in ("ca", "other-ca"):
        authority(folder, name)
    certificate(folder, "server", "ca", usage="serverAuth")
    certificate(folder, "server-next", "ca", usage="serverAuth")
    certificate(folder, "client", "ca")
    certificate(folder, "foreign", "other-ca")
    certificate(folder, "expired", "ca", days=-1)
    certificate(folder, "not-a-client", "ca", usage="serverAuth")
