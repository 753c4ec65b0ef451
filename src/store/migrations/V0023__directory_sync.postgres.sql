-- What a provider last said of a person's groups: a digest, when it was asked, and since when it is known to be outdated.

ALTER TABLE federated_identities ADD COLUMN groups_known TEXT NOT NULL DEFAULT '';
ALTER TABLE federated_identities ADD COLUMN groups_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE federated_identities ADD COLUMN groups_due BIGINT NOT NULL DEFAULT 0;
CREATE INDEX federated_identities_due ON federated_identities (realm_id, provider, user_id) WHERE groups_due <> 0;

-- How far the synchronisation with a provider's directory has come, and which node does it. `document` is JSON.
CREATE TABLE directory_syncs (
  realm_id TEXT COLLATE "C" NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  provider TEXT COLLATE "C" NOT NULL,
  document TEXT NOT NULL,
  synced_at BIGINT NOT NULL,
  due_at BIGINT NOT NULL,
  leased_until BIGINT NOT NULL,
  holder TEXT NOT NULL,
  PRIMARY KEY (realm_id, provider)
);
