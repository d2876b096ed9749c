"""Signing in at the operator's own identity provider: OpenID Connect Core 1.0, authorization code with PKCE (RFC 7636).

Nothing is kept between leaving for the provider and coming back: the browser holds the attempt, sealed, for ten
minutes.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import secrets
import ssl
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import urlencode

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from pydantic import AnyHttpUrl, BaseModel, ValidationError

from callback_server.errors import SignInRefusedError
from callback_server.settings import Oidc, read_secret
from callback_server.store import Account, Accounts, Kind, Role
from honeytokens.sealing import Box

CALLBACK = "/login/oidc/callback"
ATTEMPT_SECONDS = 600
_SECONDS = 10.0
_KNOWN_FOR = 3_600.0
_LEEWAY = 60
_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"]
"""Signatures by the provider's private key: neither none at all, nor a MAC by a secret that clients hold, too."""
_ROLES = (Role.ADMIN, Role.ANALYST, Role.READER, Role.INGEST)
_ASK_AGAIN = "Sign in again; if it goes on, look at the oidc settings"


class _Metadata(BaseModel):
    """What we need of OpenID Connect Discovery 1.0."""

    issuer: str
    authorization_endpoint: AnyHttpUrl
    token_endpoint: AnyHttpUrl
    jwks_uri: AnyHttpUrl
    userinfo_endpoint: AnyHttpUrl | None = None
    token_endpoint_auth_methods_supported: list[str] = ["client_secret_basic"]


@dataclass(frozen=True, slots=True)
class _Attempt:
    state: str
    nonce: str
    verifier: str
    until: float
    language: str


@dataclass(slots=True)
class Provider:
    """The identity provider that the settings name; ``accounts`` are those that were added by name.

    Its metadata and keys are asked for when somebody signs in, and known for an hour. Redirections are not followed,
    and neither proxies nor netrc are taken from the environment.
    """

    settings: Oidc
    accounts: Accounts
    secret: str | None = field(repr=False)
    _box: Box = field(default_factory=lambda: Box([secrets.token_bytes(32)], _broken), repr=False)
    _known: tuple[float, _Metadata, KeySet] | None = None
    _asking: asyncio.Lock = field(default_factory=asyncio.Lock)

    @classmethod
    def load(cls, settings: Oidc, accounts: Accounts) -> Provider:
        """Read the client secret; raise ``ServiceError`` when its file cannot be read."""
        path = settings.client_secret_file
        return cls(settings, accounts, None if path is None else read_secret(path, "OIDC client secret"))

    async def begin(self, language: str) -> tuple[str, str]:
        """Return where to send the browser, and the sealed attempt that it must bring back."""
        metadata, _ = await self._metadata()
        until = time.time() + ATTEMPT_SECONDS
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        attempt = _Attempt(state, nonce, verifier, until, language)
        challenge = hashlib.sha256(attempt.verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": self.settings.redirect_url,
            "scope": " ".join(self.settings.scopes),
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": base64.urlsafe_b64encode(challenge).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        where = str(metadata.authorization_endpoint)
        sealed = self._box.seal(json.dumps(asdict(attempt)).encode(), "attempt")
        return f"{where}{'&' if '?' in where else '?'}{urlencode(asked)}", base64.urlsafe_b64encode(sealed).decode()

    async def finish(self, sealed: str, answer: Mapping[str, str]) -> tuple[Account, str]:
        """Return who signed in, and the language he began in; raise :class:`SignInRefusedError` when nobody did.

        ``answer`` is the query that the provider sent the browser back with.
        """
        try:
            attempt = _Attempt(**json.loads(self._box.open(base64.urlsafe_b64decode(sealed), "attempt")))
        except ValueError as error:
            raise _broken("attempt") from error
        if time.time() > attempt.until or not secrets.compare_digest(answer.get("state", ""), attempt.state):
            raise SignInRefusedError("The sign-in took too long, or began in another browser", _ASK_AGAIN)
        if answer.get("iss", self.settings.issuer) != self.settings.issuer:  # RFC 9207
            raise SignInRefusedError("Another provider answered", _ASK_AGAIN)
        if "code" not in answer:
            raise SignInRefusedError(f"The provider refused: {answer.get('error', 'no reason')[:100]}", _ASK_AGAIN)
        claims = await self._claims(answer["code"], attempt)
        return self._account(claims), attempt.language

    async def _claims(self, code: str, attempt: _Attempt) -> Mapping[str, Any]:
        """Return what the provider says of a person: the ID token's claims, and those of the userinfo endpoint."""
        metadata, keys = await self._metadata()
        tokens = await self._exchange(metadata, code, attempt.verifier)
        token = str(tokens.get("id_token"))
        try:
            claims = self._verified(token, keys, attempt.nonce)
        except JoseError:  # the provider may have new keys
            _, keys = await self._metadata(anew=True)
            try:
                claims = self._verified(token, keys, attempt.nonce)
            except (JoseError, ValueError) as error:
                raise SignInRefusedError(f"The ID token is not valid ({type(error).__name__})", _ASK_AGAIN) from error
        except ValueError as error:
            raise SignInRefusedError("The ID token cannot be read", _ASK_AGAIN) from error
        wanted = {"email", "email_verified", self.settings.groups_claim}
        if metadata.userinfo_endpoint is not None and not wanted <= claims.keys():
            bearer = {"Authorization": f"Bearer {tokens.get('access_token')}"}
            more = await self._json("GET", str(metadata.userinfo_endpoint), headers=bearer)
            if more.get("sub") != claims["sub"]:
                raise SignInRefusedError("The provider told of somebody else", _ASK_AGAIN)
            claims = {**more, **claims}
        return claims

    def _verified(self, token: str, keys: KeySet, nonce: str) -> dict[str, Any]:
        """Return an ID token's claims, checked as OpenID Connect Core 3.1.3.7 has it; raise ``JoseError`` if not."""
        claims = jwt.decode(token, keys, algorithms=_ALGORITHMS).claims
        client = self.settings.client_id
        several = isinstance(claims.get("aud"), list) and len(claims["aud"]) > 1
        registry = jwt.JWTClaimsRegistry(
            leeway=_LEEWAY,
            iss={"essential": True, "value": self.settings.issuer},
            aud={"essential": True, "value": client},
            azp={"essential": several, "value": client},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        registry.validate(claims)
        return claims

    def _account(self, claims: Mapping[str, Any]) -> Account:
        """Return the account of a person: the one that was added under his e-mail, else what his groups are granted."""
        email = claims.get("email")
        if not isinstance(email, str) or not email or claims.get("email_verified") is not True:
            raise SignInRefusedError("The provider vouches for no e-mail address", "Have it verified at the provider")
        name = email.lower()
        added = self.accounts.find(Kind.OIDC, name)
        if added is not None:
            return added
        given = claims.get(self.settings.groups_claim, [])
        groups = {str(each) for each in (given if isinstance(given, list) else [given])}
        grants = [grant for grant in self.settings.grants if grant.group in groups]
        if not grants:
            raise SignInRefusedError(f"{name} is in no group that may look", "Add a grant, or an account of kind oidc")
        role = next(role for role in _ROLES if any(grant.role == role for grant in grants))
        return Account(
            name, Kind.OIDC, role, _together([grant.establishments for grant in grants if grant.role == role])
        )

    async def _exchange(self, metadata: _Metadata, code: str, verifier: str) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.settings.redirect_url,
            "code_verifier": verifier,
        }
        client, auth = self.settings.client_id, None
        if self.secret is None:
            form["client_id"] = client
        elif "client_secret_basic" in metadata.token_endpoint_auth_methods_supported:
            auth = httpx.BasicAuth(client, self.secret)
        else:
            form |= {"client_id": client, "client_secret": self.secret}
        return await self._json("POST", str(metadata.token_endpoint), data=form, auth=auth)

    async def _metadata(self, *, anew: bool = False) -> tuple[_Metadata, KeySet]:
        async with self._asking:
            if self._known is not None and not anew and time.monotonic() - self._known[0] < _KNOWN_FOR:
                return self._known[1:]
            issuer = self.settings.issuer
            told = await self._json("GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration")
            try:
                metadata = _Metadata.model_validate(told)
                keys = KeySet.import_key_set(await self._json("GET", str(metadata.jwks_uri)))  # type: ignore[arg-type]
            except (ValidationError, JoseError, ValueError, KeyError) as error:
                raise SignInRefusedError("The provider's metadata cannot be read", "Check oidc.issuer") from error
            if metadata.issuer != issuer:
                raise SignInRefusedError("The provider's metadata are another issuer's", "Check oidc.issuer")
            ends = (metadata.authorization_endpoint, metadata.token_endpoint, metadata.jwks_uri)
            if issuer.startswith("https:") and any(end.scheme != "https" for end in ends):
                raise SignInRefusedError("The provider has addresses without TLS", "Correct them at the provider")
            self._known = (time.monotonic(), metadata, keys)
            return metadata, keys

    async def _json(self, method: str, url: str, **request: Any) -> dict[str, Any]:
        # The system's certificate store rather than certifi's, so that a hospital's own authority is trusted.
        context = ssl.create_default_context()
        try:
            async with httpx.AsyncClient(timeout=_SECONDS, trust_env=False, verify=context) as client:
                response = await client.request(method, url, **request)
                response.raise_for_status()
                told = response.json()
        except (httpx.HTTPError, ValueError) as error:
            problem = f"The provider did not answer as it should ({type(error).__name__})"
            raise SignInRefusedError(problem, "Check that it is reached from here, and the client's secret") from error
        if not isinstance(told, dict):
            raise SignInRefusedError("The provider did not answer as it should", "Check oidc.issuer")
        return told


def _together(granted: Sequence[tuple[str, ...] | None]) -> tuple[str, ...] | None:
    """Return the establishments of several grants, ``None`` for all."""
    if any(sites is None for sites in granted):
        return None
    return tuple(sorted({site for sites in granted for site in sites or ()}))


def _broken(_place: str) -> SignInRefusedError:
    return SignInRefusedError("The sign-in was not begun here, or the service was started again", _ASK_AGAIN)
