-- What an authorization request asked for by name (its claims parameter), kept with the client's share of the session for
-- the mappers that put it into ID tokens and userinfo, at each refresh anew. NULL: nothing.

ALTER TABLE client_sessions ADD COLUMN claims TEXT;
ALTER TABLE offline_client_sessions ADD COLUMN claims TEXT;
