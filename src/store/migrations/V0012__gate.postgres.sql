-- What gates keep: sessions at applications, tokens that were logged out, secrets that the nodes share, and people met in
-- tokens. Documents and secrets are sealed.

CREATE TABLE gate_sessions (
  hash TEXT COLLATE "C" PRIMARY KEY,
  application TEXT COLLATE "C" NOT NULL,
  issuer TEXT COLLATE "C" NOT NULL,
  subject TEXT COLLATE "C" NOT NULL,
  sid TEXT COLLATE "C" NOT NULL,
  version BIGINT NOT NULL,
  refresh_at BIGINT NOT NULL DEFAULT 0,
  used_at BIGINT NOT NULL,
  ends_at BIGINT NOT NULL,
  document BYTEA NOT NULL
);
CREATE INDEX gate_sessions_sid ON gate_sessions (application, sid);
CREATE INDEX gate_sessions_subject ON gate_sessions (application, subject);
CREATE INDEX gate_sessions_end ON gate_sessions (ends_at);

CREATE TABLE gate_revocations (
  digest TEXT COLLATE "C" PRIMARY KEY,
  added_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX gate_revocations_added ON gate_revocations (added_at);
CREATE INDEX gate_revocations_end ON gate_revocations (expires_at);

CREATE TABLE gate_secrets (
  name TEXT COLLATE "C" PRIMARY KEY,
  value BYTEA NOT NULL
);

CREATE TABLE gate_people (
  application TEXT COLLATE "C" NOT NULL,
  provider TEXT COLLATE "C" NOT NULL,
  subject TEXT COLLATE "C" NOT NULL,
  name TEXT COLLATE "C" NOT NULL,
  group_names TEXT NOT NULL,
  seen_at BIGINT NOT NULL,
  PRIMARY KEY (application, provider, subject)
);
CREATE INDEX gate_people_seen ON gate_people (seen_at);
