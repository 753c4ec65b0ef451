-- Mail that waits to be sent: an outbox, leased by one node. The document is sealed.

CREATE TABLE mails (
  id TEXT COLLATE "C" PRIMARY KEY,
  realm_id TEXT COLLATE "C" NOT NULL,
  realm_name TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  attempts BIGINT NOT NULL,
  next_attempt_at BIGINT NOT NULL,
  document BYTEA NOT NULL
);
CREATE INDEX mails_due ON mails (next_attempt_at);
CREATE INDEX mails_expiry ON mails (expires_at);
