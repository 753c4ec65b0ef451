-- Mail that waits to be sent: an outbox, leased by one node. The document is sealed.

CREATE TABLE mails (
  id TEXT PRIMARY KEY,
  realm_id TEXT NOT NULL,
  realm_name TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  next_attempt_at INTEGER NOT NULL,
  document BLOB NOT NULL
);
CREATE INDEX mails_due ON mails (next_attempt_at);
CREATE INDEX mails_expiry ON mails (expires_at);
