-- The role and the database of the portal: owner of its own tables, no superuser, held by row security. Run once, as superuser.
-- Set a password afterwards, without it landing in a file or a log: \password mdo
create role mdo login createrole nosuperuser nobypassrls;
create database mdo owner mdo encoding 'UTF8' lc_collate 'C.UTF-8' lc_ctype 'C.UTF-8' template template0;
