-- The roles of the database and what each may do. A superuser runs it once per database, before the
-- first migration (manage.py provision_database); running it again changes nothing.
--
--   mt4bo_owner      owns the schema and migrates
--   mt4bo_app        what web, worker, feed and sockets connect as
--   mt4bo_sequencer  reads events and writes the audit log's tree and signed heads
--   mt4bo_witness    reads the audit log and writes its own word about it, nothing else
--   mt4bo_events     cannot log in; owns the event tables and event_append(), the one way in

DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['mt4bo_owner', 'mt4bo_app', 'mt4bo_sequencer', 'mt4bo_witness', 'mt4bo_events']
    LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
            EXECUTE format('CREATE ROLE %I NOSUPERUSER NOCREATEDB NOCREATEROLE %s', wanted,
                           CASE wanted WHEN 'mt4bo_events' THEN 'NOLOGIN' ELSE 'LOGIN' END);
        END IF;
    END LOOP;

    -- Migrations hand tables over to mt4bo_events, and change them later.
    IF NOT pg_has_role('mt4bo_owner', 'mt4bo_events', 'MEMBER') THEN
        GRANT mt4bo_events TO mt4bo_owner;
    END IF;

    EXECUTE format('ALTER DATABASE %I OWNER TO mt4bo_owner', current_database());
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO mt4bo_app, mt4bo_sequencer, mt4bo_witness', current_database());
    -- Bulk writes go by COPY into a temporary table.
    EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO mt4bo_app', current_database());

    -- Nobody waits for ever, and a forgotten transaction holds nothing up.
    EXECUTE format('ALTER ROLE mt4bo_app IN DATABASE %I SET lock_timeout = %L', current_database(), '10s');
    EXECUTE format('ALTER ROLE mt4bo_app IN DATABASE %I SET statement_timeout = %L', current_database(), '120s');
    EXECUTE format('ALTER ROLE mt4bo_app IN DATABASE %I SET idle_in_transaction_session_timeout = %L',
                   current_database(), '60s');
END
$$;

ALTER SCHEMA public OWNER TO mt4bo_owner;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO mt4bo_app, mt4bo_sequencer, mt4bo_witness;
GRANT USAGE, CREATE ON SCHEMA public TO mt4bo_events;

-- What mt4bo_owner makes in a migration, the application may use: rows, never structure.
ALTER DEFAULT PRIVILEGES FOR ROLE mt4bo_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO mt4bo_app;
ALTER DEFAULT PRIVILEGES FOR ROLE mt4bo_owner IN SCHEMA public
    GRANT USAGE, SELECT, UPDATE ON SEQUENCES TO mt4bo_app;

CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;
CREATE EXTENSION IF NOT EXISTS btree_gist WITH SCHEMA public;
