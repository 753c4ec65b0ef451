-- Ids of client assertions and proofs that were used, kept until what carried them has expired (RFC 7523 section 3).

CREATE TABLE used_ids (
  realm_id TEXT COLLATE "C" NOT NULL,
  hash TEXT COLLATE "C" NOT NULL,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (realm_id, hash)
);
CREATE INDEX used_ids_expiry ON used_ids (expires_at);
