-- Tables that are only ever added to hang this on UPDATE, DELETE and TRUNCATE; the application's own role is not
-- even granted them (core/grants.sql finds such tables by this function).
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is only ever added to: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END
$$;

CREATE TABLE audit (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT audit_pkey PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor_id bigint,
    actor text NOT NULL,
    action text NOT NULL,
    subject text NOT NULL,
    before jsonb,
    after jsonb,
    reason text NOT NULL DEFAULT '',
    request_id text NOT NULL DEFAULT '',
    previous_hash bytea NOT NULL,
    hash bytea NOT NULL
);
CREATE INDEX audit_subject_idx ON audit (subject);
CREATE INDEX audit_actor_id_idx ON audit (actor_id);

-- One writer at a time, from here to its commit: the number, the time and the hash before it are taken under the lock,
-- so that the chain's order is the order of the numbers, without gaps that a removed row could hide behind.
CREATE FUNCTION chain_audit() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    last record;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('shahrnama.audit'));
    SELECT audit.id, audit.hash INTO last FROM audit ORDER BY audit.id DESC LIMIT 1;
    NEW.id := coalesce(last.id, 0) + 1;
    NEW.at := clock_timestamp();
    NEW.previous_hash := coalesce(last.hash, decode(repeat('00', 32), 'hex'));
    NEW.hash := sha256(NEW.previous_hash || convert_to(jsonb_build_array(
        NEW.id, extract(epoch FROM NEW.at), NEW.actor_id, NEW.actor, NEW.action, NEW.subject,
        NEW.before, NEW.after, NEW.reason, NEW.request_id
    )::text, 'UTF8'));
    RETURN NEW;
END
$$;
CREATE TRIGGER audit_chain BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION chain_audit();
CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
