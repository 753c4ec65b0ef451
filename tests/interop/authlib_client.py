#!/usr/bin/env python3
"""Authlib as an application: the code flow with PKCE, ID token checks, refresh, userinfo, introspection, revocation, and
client authentication by shared key and by key pair. Settings come as JSON in the first argument; the authorization URL
goes to standard output, the address that the browser was sent back to comes by standard input, and the last line is a
JSON object of what was seen."""
import json
import sys

import requests
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session
from authlib.jose import JsonWebKey, jwt
from authlib.oauth2.rfc7523 import ClientSecretJWT, PrivateKeyJWT
from authlib.oidc.core import CodeIDToken

settings = json.loads(sys.argv[1])
metadata = requests.get(settings["issuer"] + "/.well-known/openid-configuration", timeout=10).json()
keys = JsonWebKey.import_key_set(requests.get(metadata["jwks_uri"], timeout=10).json())


def code_flow():
    session = OAuth2Session("web", settings["web_secret"], scope="openid profile", redirect_uri=settings["callback"],
                            code_challenge_method="S256")
    verifier, nonce = generate_token(48), generate_token(16)
    url, _ = session.create_authorization_url(metadata["authorization_endpoint"], code_verifier=verifier, nonce=nonce)
    print(url, flush=True)
    token = session.fetch_token(metadata["token_endpoint"], authorization_response=sys.stdin.readline().strip(),
                                code_verifier=verifier)
    claims = jwt.decode(token["id_token"], keys, claims_cls=CodeIDToken,
                        claims_options={"iss": {"essential": True, "value": settings["issuer"]}},
                        claims_params={"client_id": "web", "nonce": nonce, "access_token": token["access_token"]})
    claims.validate(leeway=5)
    seen = {"username": claims["preferred_username"]}
    seen["userinfo"] = session.get(metadata["userinfo_endpoint"]).json()["preferred_username"]
    seen["refreshed"] = session.refresh_token(metadata["token_endpoint"])["access_token"] != token["access_token"]
    fresh = session.token["access_token"]
    api = OAuth2Session("reports-api", settings["api_secret"])  # whom the token is for
    seen["active"] = api.introspect_token(metadata["introspection_endpoint"], token=fresh).json()["active"]
    session.revoke_token(metadata["revocation_endpoint"], token=session.token["refresh_token"],
                         token_type_hint="refresh_token")
    seen["active_after"] = api.introspect_token(metadata["introspection_endpoint"], token=fresh).json()["active"]
    return seen


def by_assertion(client_id, secret, method):
    session = OAuth2Session(client_id, secret, token_endpoint_auth_method=method)
    token = session.fetch_token(metadata["token_endpoint"], grant_type="client_credentials")
    return jwt.decode(token["access_token"], keys)["azp"]


seen = code_flow()
seen["shared_key"] = by_assertion("shared", settings["shared_secret"], ClientSecretJWT(metadata["token_endpoint"]))
seen["key_pair"] = by_assertion("pair", settings["private_key"], PrivateKeyJWT(metadata["token_endpoint"]))
try:
    by_assertion("pair", settings["other_key"], PrivateKeyJWT(metadata["token_endpoint"]))
    seen["other_key"] = "taken"
except Exception as error:  # Authlib's own, of several classes
    seen["other_key"] = getattr(error, "error", str(error))
print(json.dumps(seen), flush=True)
