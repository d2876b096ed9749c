"""A small OpenID provider on loopback: real HTTP, real keys; ``lies`` makes it do one thing wrong."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

CLIENT, SECRET = "callback", "a secret of the client's"


class Provider(ThreadingHTTPServer):
    """Signs in whoever comes as ``person``, without asking."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.key = RSAKey.generate_key(2048, {"kid": "first", "use": "sig"})
        self.person: dict[str, Any] = {}
        self.lies = ""
        self.codes: dict[str, dict[str, str]] = {}

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def turn_key(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": secrets.token_hex(4), "use": "sig"})

    @classmethod
    @contextmanager
    def started(cls) -> Iterator[Provider]:
        with cls() as provider:
            thread = threading.Thread(target=provider.serve_forever, args=(0.05,))
            thread.start()
            try:
                yield provider
            finally:
                provider.shutdown()
                thread.join()

    def authorize(self, asked: dict[str, str]) -> str:
        """Return where the browser is sent back to."""
        assert (asked["response_type"], asked["client_id"], asked["code_challenge_method"]) == ("code", CLIENT, "S256")
        if self.lies == "refuses":
            return f"{asked['redirect_uri']}?{urlencode({'error': 'access_denied', 'state': asked['state']})}"
        code = secrets.token_hex(8)
        self.codes[code] = asked
        state = "another" if self.lies == "state" else asked["state"]
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': state})}"

    def exchange(self, form: dict[str, str], authorization: str) -> dict[str, Any] | None:
        """Return the tokens of a code, which is good once, for the client that asked and whoever began."""
        asked = self.codes.pop(form["code"], None)
        client = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if asked is None or authorization != f"Basic {client}" or form["redirect_uri"] != asked["redirect_uri"]:
            return None
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != asked["code_challenge"]:
            return None
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": "4711",
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            **({} if self.lies == "userinfo" else self.person),
            **_LIES.get(self.lies, lambda _now: {})(now),
        }
        return {"access_token": "opaque", "token_type": "Bearer", "id_token": self._signed(claims)}

    def _signed(self, claims: dict[str, Any]) -> str:
        header = {"alg": "RS256", "kid": self.key.kid}
        if self.lies == "alg none":
            parts = [json.dumps({**header, "alg": "none"}), json.dumps(claims)]
            return ".".join(base64.urlsafe_b64encode(part.encode()).rstrip(b"=").decode() for part in parts) + "."
        if self.lies == "alg HS256":  # signed with what everybody has: the public key
            return jwt.encode({**header, "alg": "HS256"}, claims, OctKey.import_key(self.key.as_pem(private=False)))
        if self.lies == "foreign key":
            return jwt.encode(header, claims, RSAKey.generate_key(2048, {"kid": str(self.key.kid)}))
        return jwt.encode(header, claims, self.key)


_LIES: dict[str, Any] = {
    "nonce": lambda _: {"nonce": "another"},
    "no nonce": lambda _: {"nonce": None},
    "audience": lambda _: {"aud": "another"},
    "two audiences": lambda _: {"aud": [CLIENT, "another"], "azp": "another"},
    "issuer": lambda _: {"iss": "https://another.example"},
    "expired": lambda now: {"exp": now - 600},
    "not yet": lambda now: {"nbf": now + 600},
}


class _Handler(BaseHTTPRequestHandler):
    server: Provider

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        issuer = self.server.issuer
        if parts.path == "/.well-known/openid-configuration":
            ends = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
            named = "https://another.example" if self.server.lies == "metadata" else issuer
            known = {name: f"{issuer}/{end}" for name, end in ends.items()}
            self._json({"issuer": named, **known, "userinfo_endpoint": f"{issuer}/userinfo"})
        elif parts.path == "/keys":
            self._json({"keys": [self.server.key.as_dict(private=False)]})
        elif parts.path == "/userinfo":
            assert self.headers["Authorization"] == "Bearer opaque"
            self._json({"sub": "4711", **self.server.person})
        else:
            asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
            self.send_response(302)
            self.send_header("Location", self.server.authorize(asked))
            self.send_header("Content-Length", "0")
            self.end_headers()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        tokens = self.server.exchange(form, self.headers.get("Authorization", ""))
        self._json(tokens if tokens is not None else {"error": "invalid_grant"}, 200 if tokens else 400)

    def _json(self, content: dict[str, Any], status: int = 200) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is http.server's
        pass
