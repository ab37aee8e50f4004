/**
 * One entry of the audit log as one line of JSON: what is hashed, exported, and verified. The keys are in this order
 * and stand for every column but `hash`. The trigger that chains the entries has the same words in its migration; the
 * verification sends its own, so that a trigger that somebody replaced does not vouch for itself.
 *
 * A column that is added later goes to the end of the line, and only where it is not null: or no entry would verify.
 */
const time = (column: string) => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/** An SQL expression, for a row of `audit_log` under this name. */
export const auditLine = (row: string) => `json_build_object(
    'id', ${row}.id, 'organization', ${row}.organization_id, 'sequence', ${row}.sequence,
    'source', ${row}.source, 'sourceId', ${row}.source_id,
    'actorKind', ${row}.actor_kind, 'actorName', ${row}.actor_name, 'actorId', ${row}.actor_id,
    'action', ${row}.action, 'subjectType', ${row}.subject_type, 'subjectId', ${row}.subject_id,
    'before', ${row}.before, 'after', ${row}.after, 'reason', ${row}.reason, 'requestId', ${row}.request_id,
    'occurredAt', ${time(`${row}.occurred_at`)}, 'recordedAt', ${time(`${row}.recorded_at`)},
    'prevHash', ${row}.prev_hash)::text`;
