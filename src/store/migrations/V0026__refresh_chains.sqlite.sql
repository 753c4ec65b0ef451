-- Where refresh tokens rotate, each login of a client in one browser session begins a chain of its own (a second tab
-- must not end the first one's): the columns of the share hold the chain used last, this one the others, newest first,
-- as a JSON array. NULL: there is but one.

ALTER TABLE client_sessions ADD COLUMN other_chains TEXT;
ALTER TABLE offline_client_sessions ADD COLUMN other_chains TEXT;
