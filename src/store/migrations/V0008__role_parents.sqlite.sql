-- Which roles contain this one: asked for every right an administrator uses, and when a role goes.

CREATE INDEX role_composites_child ON role_composites (child_id);
