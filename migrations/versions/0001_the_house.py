"""The house: every table of the first version."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(sa.schema.CreateSequence(sa.Sequence("document_numbers")))
    op.create_table('audit_entries',
    sa.Column('seq', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('act', sa.Text(), nullable=False),
    sa.Column('action_code', sa.Text(), nullable=False),
    sa.Column('outcome', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.UUID(), nullable=True),
    sa.Column('person_name', sa.Text(), nullable=False),
    sa.Column('acting_hospital_id', sa.UUID(), nullable=True),
    sa.Column('roles', sa.Text(), nullable=False),
    sa.Column('responsible_person_id', sa.UUID(), nullable=True),
    sa.Column('purpose', sa.Text(), nullable=False),
    sa.Column('relation', sa.Text(), nullable=False),
    sa.Column('basis', sa.Text(), nullable=False),
    sa.Column('emergency', sa.Boolean(), nullable=False),
    sa.Column('hospital_id', sa.UUID(), nullable=True),
    sa.Column('patient_id', sa.UUID(), nullable=True),
    sa.Column('case_id', sa.UUID(), nullable=True),
    sa.Column('object_type', sa.Text(), nullable=False),
    sa.Column('object_id', sa.Text(), nullable=False),
    sa.Column('hits', sa.Integer(), nullable=False),
    sa.Column('categories', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('client_address', sa.Text(), nullable=False),
    sa.Column('trace_id', sa.Text(), nullable=False),
    sa.Column('detail', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('seq', name=op.f('pk_audit_entries'))
    )
    op.create_index('ix_audit_entries_hospital_id', 'audit_entries', ['hospital_id', 'at'], unique=False)
    op.create_index('ix_audit_entries_patient_id', 'audit_entries', ['patient_id', 'at'], unique=False)
    op.create_index('ix_audit_entries_person_id', 'audit_entries', ['person_id', 'at'], unique=False)
    op.create_table('boards',
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('tumour_group', sa.Text(), nullable=False),
    sa.Column('weekday', sa.Integer(), nullable=False),
    sa.Column('starts', sa.Time(), nullable=False),
    sa.Column('minutes', sa.Integer(), nullable=False),
    sa.Column('minutes_per_case', sa.Integer(), nullable=False),
    sa.Column('closing_hours', sa.Integer(), nullable=False),
    sa.Column('place', sa.Text(), nullable=False),
    sa.Column('video_url', sa.Text(), nullable=False),
    sa.Column('quorum', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('aliases', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_boards')),
    sa.UniqueConstraint('code', name=op.f('uq_boards_code'))
    )
    op.create_table('hospitals',
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('city', sa.Text(), nullable=False),
    sa.Column('ura', sa.Text(), nullable=False),
    sa.Column('agb', sa.Text(), nullable=False),
    sa.Column('phone', sa.Text(), nullable=False),
    sa.Column('epd', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_hospitals')),
    sa.UniqueConstraint('code', name=op.f('uq_hospitals_code'))
    )
    op.create_table('people',
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('email', sa.Text(), nullable=False),
    sa.Column('discipline', sa.Text(), nullable=False),
    sa.Column('password_hash', sa.Text(), nullable=False),
    sa.Column('totp_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('language', sa.Text(), nullable=False),
    sa.Column('persona', sa.Text(), nullable=False),
    sa.Column('disabled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('wait_until', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_people')),
    sa.UniqueConstraint('email', name=op.f('uq_people_email'))
    )
    op.create_table('board_hospitals',
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('board_id', sa.UUID(), nullable=False),
    sa.Column('hospital_id', sa.UUID(), nullable=False),
    sa.Column('since', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['board_id'], ['boards.id'], name=op.f('fk_board_hospitals_board_id_boards')),
    sa.ForeignKeyConstraint(['hospital_id'], ['hospitals.id'], name=op.f('fk_board_hospitals_hospital_id_hospitals')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_board_hospitals')),
    sa.UniqueConstraint('board_id', 'hospital_id', name=op.f('uq_board_hospitals_board_id_hospital_id'))
    )
    op.create_index(op.f('ix_board_hospitals_hospital_id'), 'board_hospitals', ['hospital_id'], unique=False)
    op.create_table('board_memberships',
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('person_id', sa.UUID(), nullable=False),
    sa.Column('board_id', sa.UUID(), nullable=False),
    sa.Column('role', sa.String(length=40), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['board_id'], ['boards.id'], name=op.f('fk_board_memberships_board_id_boards')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_board_memberships_person_id_people')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_board_memberships')),
    sa.UniqueConstraint('person_id', 'board_id', 'role', name=op.f('uq_board_memberships_person_id_board_id_role'))
    )
    op.create_index(op.f('ix_board_memberships_board_id'), 'board_memberships', ['board_id'], unique=False)
    op.create_index(op.f('ix_board_memberships_person_id'), 'board_memberships', ['person_id'], unique=False)
    op.create_table('drafts',
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('person_id', sa.UUID(), nullable=False),
    sa.Column('hospital_id', sa.UUID(), nullable=False),
    sa.Column('fields_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('saved_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['hospital_id'], ['hospitals.id'], name=op.f('fk_drafts_hospital_id_hospitals')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_drafts_person_id_people')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_drafts')),
    sa.UniqueConstraint('person_id', 'hospital_id', name=op.f('uq_drafts_person_id_hospital_id'))
    )
    op.create_table('links',
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('hospital_id', sa.UUID(), nullable=False),
    sa.Column('level', sa.String(length=40), nullable=False),
    sa.Column('profile_in', sa.Text(), nullable=False),
    sa.Column('sending_applications', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('sending_facilities', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('charset_in', sa.Text(), nullable=False),
    sa.Column('token_in_hash', sa.Text(), nullable=False),
    sa.Column('channel_out', sa.String(length=40), nullable=False),
    sa.Column('profile_out', sa.Text(), nullable=False),
    sa.Column('host_out', sa.Text(), nullable=False),
    sa.Column('port_out', sa.Integer(), nullable=False),
    sa.Column('url_out', sa.Text(), nullable=False),
    sa.Column('token_out_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('timeout_seconds', sa.Double(), nullable=False),
    sa.Column('plain_accepted', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['hospital_id'], ['hospitals.id'], name=op.f('fk_links_hospital_id_hospitals')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_links')),
    sa.UniqueConstraint('hospital_id', name=op.f('uq_links_hospital_id'))
    )
    op.create_table('meetings',
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('board_id', sa.UUID(), nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('minutes', sa.Integer(), nullable=False),
    sa.Column('registration_closes_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('place', sa.Text(), nullable=False),
    sa.Column('video_url', sa.Text(), nullable=False),
    sa.Column('state', sa.String(length=40), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('current_round_id', sa.UUID(), nullable=True),
    sa.Column('current_since', sa.DateTime(timezone=True), nullable=True),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['board_id'], ['boards.id'], name=op.f('fk_meetings_board_id_boards')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_meetings')),
    sa.UniqueConstraint('board_id', 'starts_at', name=op.f('uq_meetings_board_id_starts_at'))
    )
    op.create_index('ix_meetings_starts_at', 'meetings', ['starts_at'], unique=False)
    op.create_table('memberships',
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('person_id', sa.UUID(), nullable=False),
    sa.Column('hospital_id', sa.UUID(), nullable=False),
    sa.Column('role', sa.String(length=40), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['hospital_id'], ['hospitals.id'], name=op.f('fk_memberships_hospital_id_hospitals')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_memberships_person_id_people')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_memberships')),
    sa.UniqueConstraint('person_id', 'hospital_id', 'role', name=op.f('uq_memberships_person_id_hospital_id_role'))
    )
    op.create_index(op.f('ix_memberships_hospital_id'), 'memberships', ['hospital_id'], unique=False)
    op.create_index(op.f('ix_memberships_person_id'), 'memberships', ['person_id'], unique=False)
    op.create_table('patients',
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('hospital_id', sa.UUID(), nullable=False),
    sa.Column('local_number', sa.Text(), nullable=False),
    sa.Column('local_authority', sa.Text(), nullable=False),
    sa.Column('bsn_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('bsn_index', sa.LargeBinary(), nullable=False),
    sa.Column('bsn_tail', sa.Text(), nullable=False),
    sa.Column('bsn_doubtful', sa.Boolean(), nullable=False),
    sa.Column('family', sa.Text(), nullable=False),
    sa.Column('own_prefix', sa.Text(), nullable=False),
    sa.Column('own_family', sa.Text(), nullable=False),
    sa.Column('partner_prefix', sa.Text(), nullable=False),
    sa.Column('partner_family', sa.Text(), nullable=False),
    sa.Column('initials', sa.Text(), nullable=False),
    sa.Column('given', sa.Text(), nullable=False),
    sa.Column('birth_on', sa.Date(), nullable=True),
    sa.Column('sex', sa.Text(), nullable=False),
    sa.Column('deceased', sa.Boolean(), nullable=False),
    sa.Column('objects', sa.Boolean(), nullable=False),
    sa.Column('told_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['hospital_id'], ['hospitals.id'], name=op.f('fk_patients_hospital_id_hospitals')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_patients'))
    )
    op.create_index('ix_patients_hospital_id_bsn_index', 'patients', ['hospital_id', 'bsn_index'], unique=False)
    op.create_index('uq_patients_hospital_id_local_number', 'patients', ['hospital_id', 'local_number'], unique=True, postgresql_where="local_number <> ''")
    op.create_table('sessions',
    sa.Column('key_hash', sa.Text(), nullable=False),
    sa.Column('person_id', sa.UUID(), nullable=False),
    sa.Column('hospital_id', sa.UUID(), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['hospital_id'], ['hospitals.id'], name=op.f('fk_sessions_hospital_id_hospitals')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_sessions_person_id_people')),
    sa.PrimaryKeyConstraint('key_hash', name=op.f('pk_sessions'))
    )
    op.create_index(op.f('ix_sessions_person_id'), 'sessions', ['person_id'], unique=False)
    op.create_table('cases',
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('hospital_id', sa.UUID(), nullable=False),
    sa.Column('patient_id', sa.UUID(), nullable=False),
    sa.Column('board_id', sa.UUID(), nullable=True),
    sa.Column('board_hint', sa.Text(), nullable=False),
    sa.Column('referral_number', sa.Text(), nullable=False),
    sa.Column('state', sa.String(length=40), nullable=False),
    sa.Column('is_open', sa.Boolean(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('question_board', sa.Text(), nullable=False),
    sa.Column('question_radiology', sa.Text(), nullable=False),
    sa.Column('question_pathology', sa.Text(), nullable=False),
    sa.Column('urgency', sa.Text(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('missing', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('referrer_name', sa.Text(), nullable=False),
    sa.Column('referrer_number', sa.Text(), nullable=False),
    sa.Column('referrer_phone', sa.Text(), nullable=False),
    sa.Column('treating_name', sa.Text(), nullable=False),
    sa.Column('case_manager_name', sa.Text(), nullable=False),
    sa.Column('gp_name', sa.Text(), nullable=False),
    sa.Column('basis', sa.String(length=40), nullable=False),
    sa.Column('wire', sa.String(length=40), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state_since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['board_id'], ['boards.id'], name=op.f('fk_cases_board_id_boards')),
    sa.ForeignKeyConstraint(['hospital_id'], ['hospitals.id'], name=op.f('fk_cases_hospital_id_hospitals')),
    sa.ForeignKeyConstraint(['patient_id'], ['patients.id'], name=op.f('fk_cases_patient_id_patients')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_cases'))
    )
    op.create_index('ix_cases_hospital', 'cases', ['hospital_id', 'due_on', 'id'], unique=False)
    op.create_index('ix_cases_patient', 'cases', ['patient_id'], unique=False)
    op.create_index('ix_cases_work', 'cases', ['due_on', 'id'], unique=False, postgresql_where='is_open')
    op.create_index('ix_cases_work_board', 'cases', ['board_id', 'due_on', 'id'], unique=False, postgresql_where='is_open')
    op.create_index('uq_cases_hospital_id_referral_number', 'cases', ['hospital_id', 'referral_number'], unique=True, postgresql_where="referral_number <> ''")
    op.create_table('feed_counts',
    sa.Column('link_id', sa.UUID(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('ignored', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['link_id'], ['links.id'], name=op.f('fk_feed_counts_link_id_links')),
    sa.PrimaryKeyConstraint('link_id', 'day', name=op.f('pk_feed_counts'))
    )
    op.create_table('inbound_messages',
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('seq', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('link_id', sa.UUID(), nullable=True),
    sa.Column('hospital_id', sa.UUID(), nullable=True),
    sa.Column('wire', sa.String(length=40), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('control_id', sa.Text(), nullable=False),
    sa.Column('digest', sa.LargeBinary(), nullable=False),
    sa.Column('raw_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('patient_key', sa.LargeBinary(), nullable=False),
    sa.Column('state', sa.String(length=40), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('place', sa.Text(), nullable=False),
    sa.Column('leftovers', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('doubled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('doubles', sa.Integer(), nullable=False),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('next_attempt_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('case_id', sa.UUID(), nullable=True),
    sa.ForeignKeyConstraint(['hospital_id'], ['hospitals.id'], name=op.f('fk_inbound_messages_hospital_id_hospitals')),
    sa.ForeignKeyConstraint(['link_id'], ['links.id'], name=op.f('fk_inbound_messages_link_id_links')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_inbound_messages')),
    sa.UniqueConstraint('seq', name=op.f('uq_inbound_messages_seq'))
    )
    op.create_index('ix_inbound_messages_hospital_id', 'inbound_messages', ['hospital_id', 'received_at'], unique=False)
    op.create_index('ix_inbound_messages_patient', 'inbound_messages', ['link_id', 'patient_key', 'seq'], unique=False, postgresql_where=sa.text("state = 'kept'"))
    op.create_index('ix_inbound_messages_waiting', 'inbound_messages', ['seq'], unique=False, postgresql_where=sa.text("state = 'kept'"))
    op.create_index('uq_inbound_messages_double', 'inbound_messages', ['link_id', 'control_id', 'digest'], unique=True, postgresql_nulls_not_distinct=True)
    op.create_table('presences',
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('meeting_id', sa.UUID(), nullable=False),
    sa.Column('person_id', sa.UUID(), nullable=False),
    sa.Column('hospital_id', sa.UUID(), nullable=False),
    sa.Column('first_seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['hospital_id'], ['hospitals.id'], name=op.f('fk_presences_hospital_id_hospitals')),
    sa.ForeignKeyConstraint(['meeting_id'], ['meetings.id'], name=op.f('fk_presences_meeting_id_meetings')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_presences_person_id_people')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_presences')),
    sa.UniqueConstraint('meeting_id', 'person_id', name=op.f('uq_presences_meeting_id_person_id'))
    )
    op.create_table('case_documents',
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('case_id', sa.UUID(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('media_type', sa.Text(), nullable=False),
    sa.Column('claimed_type', sa.Text(), nullable=False),
    sa.Column('content_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('sha256', sa.Text(), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('dated_on', sa.Date(), nullable=True),
    sa.Column('hospital_id', sa.UUID(), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('message_id', sa.UUID(), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_case_documents_case_id_cases')),
    sa.ForeignKeyConstraint(['hospital_id'], ['hospitals.id'], name=op.f('fk_case_documents_hospital_id_hospitals')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_documents')),
    sa.UniqueConstraint('case_id', 'sha256', name=op.f('uq_case_documents_case_id_sha256'))
    )
    op.create_index(op.f('ix_case_documents_case_id'), 'case_documents', ['case_id'], unique=False)
    op.create_table('case_events',
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('case_id', sa.UUID(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('what', sa.Text(), nullable=False),
    sa.Column('details', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('person_id', sa.UUID(), nullable=True),
    sa.Column('hospital_id', sa.UUID(), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_case_events_case_id_cases')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_events'))
    )
    op.create_index('ix_case_events_case_id', 'case_events', ['case_id', 'at'], unique=False)
    op.create_table('case_facts',
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('case_id', sa.UUID(), nullable=False),
    sa.Column('section', sa.String(length=40), nullable=False),
    sa.Column('label', sa.Text(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('code_system', sa.Text(), nullable=False),
    sa.Column('dated_on', sa.Date(), nullable=True),
    sa.Column('hospital_id', sa.UUID(), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('message_id', sa.UUID(), nullable=True),
    sa.Column('superseded_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_case_facts_case_id_cases')),
    sa.ForeignKeyConstraint(['hospital_id'], ['hospitals.id'], name=op.f('fk_case_facts_hospital_id_hospitals')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_facts'))
    )
    op.create_index('ix_case_facts_case_id', 'case_facts', ['case_id', 'received_at'], unique=False)
    op.create_table('information_requests',
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('case_id', sa.UUID(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('asked_by', sa.UUID(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answered_by', sa.UUID(), nullable=True),
    sa.Column('answer', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['asked_by'], ['people.id'], name=op.f('fk_information_requests_asked_by_people')),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_information_requests_case_id_cases')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_information_requests'))
    )
    op.create_index('ix_information_requests_case_id', 'information_requests', ['case_id'], unique=False)
    op.create_table('rounds',
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('case_id', sa.UUID(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('meeting_id', sa.UUID(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('minutes', sa.Integer(), nullable=False),
    sa.Column('presenter', sa.Text(), nullable=False),
    sa.Column('outcome', sa.String(length=40), nullable=True),
    sa.Column('outcome_reason', sa.Text(), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_rounds_case_id_cases')),
    sa.ForeignKeyConstraint(['meeting_id'], ['meetings.id'], name=op.f('fk_rounds_meeting_id_meetings')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rounds')),
    sa.UniqueConstraint('case_id', 'number', name=op.f('uq_rounds_case_id_number'))
    )
    op.create_index('ix_rounds_meeting_id', 'rounds', ['meeting_id', 'position'], unique=False)
    op.create_index('uq_rounds_case_id_live', 'rounds', ['case_id'], unique=True, postgresql_where='outcome IS NULL')
    op.create_table('decisions',
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('round_id', sa.UUID(), nullable=False),
    sa.Column('case_id', sa.UUID(), nullable=False),
    sa.Column('hospital_id', sa.UUID(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('supersedes_id', sa.UUID(), nullable=True),
    sa.Column('correction_reason', sa.Text(), nullable=False),
    sa.Column('document_number', sa.Text(), nullable=False),
    sa.Column('content', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('content_hash', sa.Text(), nullable=False),
    sa.Column('signed_by', sa.UUID(), nullable=False),
    sa.Column('signed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_decisions_case_id_cases')),
    sa.ForeignKeyConstraint(['hospital_id'], ['hospitals.id'], name=op.f('fk_decisions_hospital_id_hospitals')),
    sa.ForeignKeyConstraint(['round_id'], ['rounds.id'], name=op.f('fk_decisions_round_id_rounds')),
    sa.ForeignKeyConstraint(['signed_by'], ['people.id'], name=op.f('fk_decisions_signed_by_people')),
    sa.ForeignKeyConstraint(['supersedes_id'], ['decisions.id'], name=op.f('fk_decisions_supersedes_id_decisions')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_decisions')),
    sa.UniqueConstraint('document_number', name=op.f('uq_decisions_document_number')),
    sa.UniqueConstraint('round_id', 'version', name=op.f('uq_decisions_round_id_version'))
    )
    op.create_index(op.f('ix_decisions_case_id'), 'decisions', ['case_id'], unique=False)
    op.create_table('notes',
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('round_id', sa.UUID(), nullable=False),
    sa.Column('section', sa.String(length=40), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('frozen_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['round_id'], ['rounds.id'], name=op.f('fk_notes_round_id_rounds')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notes')),
    sa.UniqueConstraint('round_id', 'section', name=op.f('uq_notes_round_id_section'))
    )
    op.create_table('deliveries',
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('decision_id', sa.UUID(), nullable=False),
    sa.Column('case_id', sa.UUID(), nullable=False),
    sa.Column('hospital_id', sa.UUID(), nullable=False),
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('state', sa.String(length=40), nullable=False),
    sa.Column('letter_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('letter_sha256', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('next_attempt_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('leased_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('receipt_code', sa.Text(), nullable=False),
    sa.Column('receipt_reference', sa.Text(), nullable=False),
    sa.Column('receipt_text', sa.Text(), nullable=False),
    sa.Column('confirmed_by', sa.UUID(), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_deliveries_case_id_cases')),
    sa.ForeignKeyConstraint(['decision_id'], ['decisions.id'], name=op.f('fk_deliveries_decision_id_decisions')),
    sa.ForeignKeyConstraint(['hospital_id'], ['hospitals.id'], name=op.f('fk_deliveries_hospital_id_hospitals')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_deliveries')),
    sa.UniqueConstraint('decision_id', 'hospital_id', name=op.f('uq_deliveries_decision_id_hospital_id'))
    )
    op.create_index(op.f('ix_deliveries_case_id'), 'deliveries', ['case_id'], unique=False)
    op.create_index('ix_deliveries_due', 'deliveries', ['next_attempt_at'], unique=False, postgresql_where="state IN ('waiting','sent')")
    op.create_index('ix_deliveries_hospital_id', 'deliveries', ['hospital_id', 'created_at'], unique=False)
    op.create_table('note_updates',
    sa.Column('note_id', sa.UUID(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.Column('person_id', sa.UUID(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['note_id'], ['notes.id'], name=op.f('fk_note_updates_note_id_notes')),
    sa.PrimaryKeyConstraint('note_id', 'revision', name=op.f('pk_note_updates'))
    )


def downgrade() -> None:
    op.drop_table('note_updates')
    op.drop_index('ix_deliveries_hospital_id', table_name='deliveries')
    op.drop_index('ix_deliveries_due', table_name='deliveries', postgresql_where="state IN ('waiting','sent')")
    op.drop_index(op.f('ix_deliveries_case_id'), table_name='deliveries')
    op.drop_table('deliveries')
    op.drop_table('notes')
    op.drop_index(op.f('ix_decisions_case_id'), table_name='decisions')
    op.drop_table('decisions')
    op.drop_index('uq_rounds_case_id_live', table_name='rounds', postgresql_where='outcome IS NULL')
    op.drop_index('ix_rounds_meeting_id', table_name='rounds')
    op.drop_table('rounds')
    op.drop_index('ix_information_requests_case_id', table_name='information_requests')
    op.drop_table('information_requests')
    op.drop_index('ix_case_facts_case_id', table_name='case_facts')
    op.drop_table('case_facts')
    op.drop_index('ix_case_events_case_id', table_name='case_events')
    op.drop_table('case_events')
    op.drop_index(op.f('ix_case_documents_case_id'), table_name='case_documents')
    op.drop_table('case_documents')
    op.drop_table('presences')
    op.drop_index('uq_inbound_messages_double', table_name='inbound_messages', postgresql_nulls_not_distinct=True)
    op.drop_index('ix_inbound_messages_waiting', table_name='inbound_messages', postgresql_where=sa.text("state = 'kept'"))
    op.drop_index('ix_inbound_messages_patient', table_name='inbound_messages', postgresql_where=sa.text("state = 'kept'"))
    op.drop_index('ix_inbound_messages_hospital_id', table_name='inbound_messages')
    op.drop_table('inbound_messages')
    op.drop_table('feed_counts')
    op.drop_index('uq_cases_hospital_id_referral_number', table_name='cases', postgresql_where="referral_number <> ''")
    op.drop_index('ix_cases_work_board', table_name='cases', postgresql_where='is_open')
    op.drop_index('ix_cases_work', table_name='cases', postgresql_where='is_open')
    op.drop_index('ix_cases_patient', table_name='cases')
    op.drop_index('ix_cases_hospital', table_name='cases')
    op.drop_table('cases')
    op.drop_index(op.f('ix_sessions_person_id'), table_name='sessions')
    op.drop_table('sessions')
    op.drop_index('uq_patients_hospital_id_local_number', table_name='patients', postgresql_where="local_number <> ''")
    op.drop_index('ix_patients_hospital_id_bsn_index', table_name='patients')
    op.drop_table('patients')
    op.drop_index(op.f('ix_memberships_person_id'), table_name='memberships')
    op.drop_index(op.f('ix_memberships_hospital_id'), table_name='memberships')
    op.drop_table('memberships')
    op.drop_index('ix_meetings_starts_at', table_name='meetings')
    op.drop_table('meetings')
    op.drop_table('links')
    op.drop_table('drafts')
    op.drop_index(op.f('ix_board_memberships_person_id'), table_name='board_memberships')
    op.drop_index(op.f('ix_board_memberships_board_id'), table_name='board_memberships')
    op.drop_table('board_memberships')
    op.drop_index(op.f('ix_board_hospitals_hospital_id'), table_name='board_hospitals')
    op.drop_table('board_hospitals')
    op.drop_table('people')
    op.drop_table('hospitals')
    op.drop_table('boards')
    op.drop_index('ix_audit_entries_person_id', table_name='audit_entries')
    op.drop_index('ix_audit_entries_patient_id', table_name='audit_entries')
    op.drop_index('ix_audit_entries_hospital_id', table_name='audit_entries')
    op.drop_table('audit_entries')
    op.execute(sa.schema.DropSequence(sa.Sequence("document_numbers")))
