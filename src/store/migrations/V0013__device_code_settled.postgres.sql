-- When the person said yes or no: tokens must not outrun a not-before that came since. 0: not said, or not written down.

ALTER TABLE device_codes ADD COLUMN settled_at BIGINT NOT NULL DEFAULT 0;
