-- Most groups that come from a directory give nothing but their name, and some people are in thousands of them. `quiet`
-- of such a group is the beginning of its sealed document, with the nonce that no other document has: a release that
-- does not know the column and writes the document anew ends it. Empty: the group gives roles or attributes. Null: not
-- judged yet, so taken as if it gave something.
ALTER TABLE realm_groups ADD COLUMN quiet TEXT;
CREATE INDEX realm_groups_giving ON realm_groups (realm_id) WHERE coalesce(quiet, '') <> substr(document, 1, 44);
