-- Ids of client assertions and proofs that were used, kept until what carried them has expired (RFC 7523 section 3).

CREATE TABLE used_ids (
  realm_id TEXT NOT NULL,
  hash TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (realm_id, hash)
) WITHOUT ROWID;
CREATE INDEX used_ids_expiry ON used_ids (expires_at);
