-- The roles and the database of the portal. Run once per cluster, as superuser, before the first `mdo-portal db upgrade`.
-- No role here is superuser or bypasses row security. Why there are five: docs/decisions/0023.
-- Set passwords afterwards, without them landing in a file or a log: \password mdo, \password mdo_app, \password mdo_work, \password mdo_audit

-- owns every table, function and policy; nobody signs in as this
create role mdo_owner nologin nosuperuser nobypassrls;
-- `mdo-portal web`: sees what the person who is signed in may see
create role mdo_app login nosuperuser nobypassrls;
-- `mdo-portal listen` and `work`: no person, so every row
create role mdo_work login nosuperuser nobypassrls;
-- reads the access log and its seals, nothing of any patient besides
create role mdo_audit login nosuperuser nobypassrls;
-- `mdo-portal db upgrade` and what an administrator does by command
create role mdo login createrole nosuperuser nobypassrls;
grant mdo_owner to mdo;

create database mdo owner mdo encoding 'UTF8' lc_collate 'C.UTF-8' lc_ctype 'C.UTF-8' template template0;
revoke all on database mdo from public;
grant connect on database mdo to mdo_app, mdo_work, mdo_audit;
