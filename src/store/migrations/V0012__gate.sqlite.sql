-- What gates keep: sessions at applications, tokens that were logged out, secrets that the nodes share, and people met in
-- tokens. Documents and secrets are sealed.

CREATE TABLE gate_sessions (
  hash TEXT PRIMARY KEY,
  application TEXT NOT NULL,
  issuer TEXT NOT NULL,
  subject TEXT NOT NULL,
  sid TEXT NOT NULL,
  version INTEGER NOT NULL,
  refresh_at INTEGER NOT NULL DEFAULT 0,
  used_at INTEGER NOT NULL,
  ends_at INTEGER NOT NULL,
  document BLOB NOT NULL
);
CREATE INDEX gate_sessions_sid ON gate_sessions (application, sid);
CREATE INDEX gate_sessions_subject ON gate_sessions (application, subject);
CREATE INDEX gate_sessions_end ON gate_sessions (ends_at);

CREATE TABLE gate_revocations (
  digest TEXT PRIMARY KEY,
  added_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
);
CREATE INDEX gate_revocations_added ON gate_revocations (added_at);
CREATE INDEX gate_revocations_end ON gate_revocations (expires_at);

CREATE TABLE gate_secrets (
  name TEXT PRIMARY KEY,
  value BLOB NOT NULL
);

CREATE TABLE gate_people (
  application TEXT NOT NULL,
  provider TEXT NOT NULL,
  subject TEXT NOT NULL,
  name TEXT NOT NULL,
  group_names TEXT NOT NULL,
  seen_at INTEGER NOT NULL,
  PRIMARY KEY (application, provider, subject)
);
CREATE INDEX gate_people_seen ON gate_people (seen_at);
