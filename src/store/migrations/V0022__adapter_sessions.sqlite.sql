-- What the adapter of an application calls its own session (client_session_state of the token request): the name by which
-- it is told, at its Admin URL, that the session ended. NULL: it said none.

ALTER TABLE client_sessions ADD COLUMN adapter_session TEXT;
ALTER TABLE client_sessions ADD COLUMN adapter_host TEXT;
ALTER TABLE offline_client_sessions ADD COLUMN adapter_session TEXT;
ALTER TABLE offline_client_sessions ADD COLUMN adapter_host TEXT;
ALTER TABLE logout_notices ADD COLUMN adapter_session TEXT;
ALTER TABLE logout_notices ADD COLUMN adapter_host TEXT;
