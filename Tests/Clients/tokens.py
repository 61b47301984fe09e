"""Tokens of an identity provider by the real MLflow client.

JWKS_PORT is where the server under test looks for the provider's keys; this program makes the keys and serves them. The
account ada@example.org is a contributor.
"""

import base64
import http.server
import json
import os
import threading
import time

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from mlflow import MlflowClient

from harness import http as send, main, refused, unique

RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
CURVE = ec.generate_private_key(ec.SECP256R1())
STRANGER = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def coded(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def number(value, length=None):
    return coded(value.to_bytes(length or (value.bit_length() + 7) // 8, "big"))


def document():
    numbers, point = RSA.public_key().public_numbers(), CURVE.public_key().public_numbers()
    return {
        "keys": [
            {"kty": "RSA", "kid": "r", "use": "sig", "n": number(numbers.n), "e": number(numbers.e)},
            {"kty": "EC", "kid": "e", "alg": "ES256", "crv": "P-256", "x": number(point.x, 32), "y": number(point.y, 32)},
        ]
    }


def token(key="r", signer=None, **changes):
    claims = {
        "iss": "https://id.example.org",
        "aud": "martlet",
        "exp": int(time.time()) + 600,
        "email": "ada@example.org",
    }
    claims.update(changes)
    header = {"alg": "RS256" if key == "r" else "ES256", "kid": key, "typ": "JWT"}
    signed = f"{coded(json.dumps(header).encode())}.{coded(json.dumps(claims).encode())}"
    if key == "r":
        signature = (signer or RSA).sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    else:
        r, s = utils.decode_dss_signature(CURVE.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
        signature = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    return f"{signed}.{coded(signature)}"


class Provider(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps(document()).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


def test_good_tokens():
    for key in ("r", "e"):
        os.environ["MLFLOW_TRACKING_TOKEN"] = token(key)
        name = unique("tokens")
        identity = MlflowClient().create_experiment(name)
        assert MlflowClient().get_experiment(identity).name == name
        made = MlflowClient().create_registered_model(unique("model"))
        assert made.name


def test_bad_tokens():
    for text, why in [
        (token(aud="other"), "another audience"),
        (token(iss="https://evil.example.org"), "another issuer"),
        (token(exp=int(time.time()) - 60), "expired"),
        (token(email="eve@example.org"), "there is no account"),
        (token(signer=STRANGER), "signature does not hold"),
        (token("e")[:-6] + "AAAAAA", "signature does not hold"),
    ]:
        os.environ["MLFLOW_TRACKING_TOKEN"] = text
        error = refused(lambda: MlflowClient().search_experiments(), "UNAUTHENTICATED", why)
        assert text not in str(error)


def test_keys_beside_tokens():
    os.environ["MLFLOW_TRACKING_TOKEN"] = os.environ["ADA_KEY"]
    assert MlflowClient().search_experiments()
    del os.environ["MLFLOW_TRACKING_TOKEN"]
    assert send("GET", "/v1/models", headers={"Authorization": "Bearer " + token()})[0] == 200


if __name__ == "__main__":
    server = http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["JWKS_PORT"])), Provider)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    main(dict(globals()))
