-- Pages of the list of people, and searches by how a name begins, without looking at everybody.

CREATE INDEX users_people ON users (realm_id, username) INCLUDE (id) WHERE service_account_client IS NULL;
CREATE INDEX users_first_name ON users (realm_id, lower(first_name));
CREATE INDEX users_last_name ON users (realm_id, lower(last_name));
