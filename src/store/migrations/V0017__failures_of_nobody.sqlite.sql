-- A wrong password of a name that nobody has costs the same row as one of an account, so rows may be of no user.

CREATE TABLE login_failures_17 (
  realm_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  failures INTEGER NOT NULL,
  temporary_lockouts INTEGER NOT NULL,
  locked_until INTEGER NOT NULL,
  last_failure_at INTEGER NOT NULL,
  last_ip TEXT NOT NULL,
  PRIMARY KEY (realm_id, user_id)
) WITHOUT ROWID;
INSERT INTO login_failures_17 SELECT realm_id, user_id, failures, temporary_lockouts, locked_until, last_failure_at, last_ip
  FROM login_failures;
DROP TABLE login_failures;
ALTER TABLE login_failures_17 RENAME TO login_failures;
CREATE INDEX login_failures_user ON login_failures (user_id);
