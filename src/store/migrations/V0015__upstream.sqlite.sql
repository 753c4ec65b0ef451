-- Whose word a link rests on; empty: not known yet.
ALTER TABLE federated_identities ADD COLUMN issuer TEXT NOT NULL DEFAULT '';

-- Hash of the provider and its session that this one stands on.
ALTER TABLE user_sessions ADD COLUMN upstream_key TEXT;
CREATE INDEX user_sessions_upstream ON user_sessions (realm_id, upstream_key) WHERE upstream_key IS NOT NULL;

-- The provider that is the source of a group, and the group's id there. Empty: a group of the realm's own; null: written
-- by a release that did not know the column, so still to be read from the sealed document.
ALTER TABLE realm_groups ADD COLUMN source TEXT;
ALTER TABLE realm_groups ADD COLUMN source_id TEXT;
CREATE INDEX realm_groups_source ON realm_groups (realm_id, source, source_id);
CREATE INDEX realm_groups_any_name ON realm_groups (realm_id, name);
