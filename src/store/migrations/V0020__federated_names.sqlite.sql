-- People are found by what a provider calls them, without regard to ASCII case.
CREATE INDEX federated_identities_name ON federated_identities (realm_id, provider, lower(upstream_name));
