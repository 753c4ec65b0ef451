-- The names of people are ordered byte for byte in these, as they were; PostgreSQL had to be told.

DROP INDEX users_first_name;
DROP INDEX users_last_name;
CREATE INDEX users_first_name ON users (realm_id, lower(first_name));
CREATE INDEX users_last_name ON users (realm_id, lower(last_name));
