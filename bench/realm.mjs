// The realm every benchmark uses: a service client, a web client and N users with one password.
export function benchUser(name) {
  return {
    username: name, email: `${name}@example.test`, emailVerified: true, firstName: 'Bench', lastName: 'User', enabled: true,
    credentials: [{ type: 'password', value: 'bench', temporary: false }],
  };
}

/// Keys that cost next to nothing to make, unlike the two RSA keys of an ordinary realm.
export const kEllipticKeys = {
  'org.keycloak.keys.KeyProvider': [
    { name: 'ecdsa-generated', providerId: 'ecdsa-generated', config: { ecGenerateKey: ['true'], ecdsaEllipticCurveKey: ['P-256'], priority: ['100'] } },
    { name: 'hmac-generated-hs512', providerId: 'hmac-generated', config: { algorithm: ['HS512'], priority: ['100'] } },
  ],
};

export function benchRealm(name, algorithm, users) {
  const realm = {
    realm: name, enabled: true, sslRequired: 'none', defaultSignatureAlgorithm: algorithm, revokeRefreshToken: true, refreshTokenMaxReuse: 0,
    accessTokenLifespan: 3600, ssoSessionIdleTimeout: 36000, ssoSessionMaxLifespan: 36000,
    clients: [
      { clientId: 'bench-service', secret: 'bench-service-secret', serviceAccountsEnabled: true, standardFlowEnabled: false, directAccessGrantsEnabled: false, fullScopeAllowed: true },
      { clientId: 'bench-web', secret: 'bench-web-secret', redirectUris: ['https://app.example.test/cb'], standardFlowEnabled: true, directAccessGrantsEnabled: true, fullScopeAllowed: true },
    ],
    users: Array.from({ length: users }, (_, i) => benchUser(`bench${i}`)),
  };
  // As a resource server asks: a client's own token does not name the client in its audience.
  for (const client of realm.clients) client.attributes = { ...client.attributes, 'allow.token.introspection.without.audience.check': 'true' };
  if (algorithm === 'ES256') {
    realm.components = kEllipticKeys;
  }
  return realm;
}
