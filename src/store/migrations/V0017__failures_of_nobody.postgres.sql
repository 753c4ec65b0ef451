-- A wrong password of a name that nobody has costs the same row as one of an account, so rows may be of no user.

ALTER TABLE login_failures DROP CONSTRAINT login_failures_user_id_fkey;
