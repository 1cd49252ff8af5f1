"""Which table only grows and which changes; which column is sealed, encrypted or plain. Owners of an app extend it.

Sealed: bytes in the sealed database under the author's key. Encrypted: under the chart's key. Plain: readable to
whoever reads the database file, so never narrative. Updates: what may change in a row that otherwise stays.
"""

from dataclasses import dataclass

APPEND_ONLY, NEVER_DELETED, EDITABLE = "append-only", "never deleted", "editable"


@dataclass(frozen=True, slots=True)
class Kept:
    """How a table and its columns are kept; columns by field name, separated by spaces."""

    table: str
    updates: str = ""
    sealed: str = ""
    encrypted: str = ""
    plain: str = ""


MODELS: dict[str, Kept] = {
    "audit.AuditEntry": Kept(
        APPEND_ONLY,
        plain="""
        id content_type object_pk object_id object_repr serialized_data action changes_text changes actor
        cid remote_addr remote_port timestamp additional_data actor_email event outcome detail patient_id""",
    ),
    "worklist.Task": Kept(
        EDITABLE,
        plain="""
        id kind due_on role person patient subject_type subject_id state made_at closed_at closed_by
        drop_reason""",
    ),
    "people.Staff_groups": Kept(EDITABLE, plain="id staff group"),
    "people.Staff_user_permissions": Kept(EDITABLE, plain="id staff permission"),
    "people.Staff": Kept(
        NEVER_DELETED,
        plain="""
        password last_login is_superuser id username full_name title email roles is_active joined_at
        deactivated_at""",
    ),
    "people.Invitation": Kept(
        APPEND_ONLY,
        updates="used_at withdrawn_at opens_at confirmed_by",
        plain="""
        id staff token_hash made_by made_at opens_at confirmed_by expires_at used_at withdrawn_at""",
    ),
    "outside.Link": Kept(
        APPEND_ONLY,
        updates="failed passed_at pass_hash left_passes pass_until used_at served closed_at closed_why closed_by",
        plain="""
        id purpose subject_id patient representative token_hash code_hash code_given made_by made_at expires_at
        failed passed_at pass_hash left_passes pass_until used_at served closed_at closed_why closed_by""",
    ),
    "people.License": Kept(NEVER_DELETED, plain="id staff kind number state issued_on expires_on supervisor"),
    "people.Patient": Kept(
        NEVER_DELETED,
        plain="""
        id number legal_name sort_name preferred_name pronouns birth_date sex died_on language
        litigation_hold opened_on closed_on created_at""",
    ),
    "people.PatientName": Kept(NEVER_DELETED, plain="id patient use text"),
    "people.PatientIdentifier": Kept(NEVER_DELETED, plain="id patient system kind value"),
    "people.PatientAddress": Kept(
        NEVER_DELETED,
        plain="""
        id patient use lines city state postal_code country from_on until_on""",
    ),
    "people.ContactWish": Kept(
        NEVER_DELETED,
        plain="""
        id patient means address value payment received_on from_on until_on recorded_by recorded_at""",
    ),
    "people.PatientTelecom": Kept(EDITABLE, plain="id patient kind use value confidential"),
    "people.PatientContact": Kept(EDITABLE, plain="id patient name relationship phone emergency"),
    "people.PersonalRepresentative": Kept(
        NEVER_DELETED,
        plain="""
        id patient name kind authority phone address from_on until_on""",
    ),
    "people.RepresentativeDecision": Kept(
        APPEND_ONLY, encrypted="reason", plain="id representative declined decided_on decided_by decided_at"
    ),
    "people.MinorAlone": Kept(
        APPEND_ONLY, encrypted="reason", plain="id patient ground holds_from decided_by decided_at"
    ),
    "people.RepresentativePaper": Kept(
        APPEND_ONLY, encrypted="data", plain="id representative kind size sha256 added_by added_at"
    ),
    "people.CareRelationship": Kept(
        APPEND_ONLY, updates="until_on", plain="id patient staff role from_on until_on made_by made_at"
    ),
    "people.Shorthand": Kept(EDITABLE, encrypted="entries", plain="id staff"),
    "people.PatientPermission": Kept(EDITABLE, plain="id permission user content_object"),
    "compliance.PracticeProfile": Kept(
        EDITABLE,
        plain="""
        id name address phone privacy_contact_title privacy_contact_name privacy_contact_phone log_origin""",
    ),
    "compliance.PolicySetting": Kept(APPEND_ONLY, plain="id code value from_on reason set_by set_at"),
    "compliance.PlacementQuestion": Kept(
        APPEND_ONLY,
        updates="answer answered_by answered_at seen_at",
        encrypted="answer",
        plain="id topic asked_by asked_at answered_by answered_at seen_at",
    ),
    "compliance.BusinessAssociate": Kept(
        NEVER_DELETED,
        plain="id name what_for contact agreement_on acts_on_authorizations ended_on recorded_by recorded_at",
    ),
    "authorizations.Authorization": Kept(
        APPEND_ONLY,
        encrypted="""
        info_description purpose expires_event authority_description""",
        plain="""
        id patient record_classes covers_from covers_to pn_scope pn_originator pn_session_dates discloser
        info_kinds template_version recipient_name recipient_class recipient_address individual_initiated research
        expires_on expires_event_relates signature_method signed_on signer_role signer_name representative minor_rule
        name_confirmed stmt_revocation stmt_conditioning stmt_redisclosure remuneration_applies stmt_remuneration
        combined_with conditioned_on conditioning_ground prepared_from received_at recorded_by recorded_at""",
    ),
    "authorizations.FormVersion": Kept(APPEND_ONLY, plain="id kind number texts made_by made_at"),  # of no patient
    "authorizations.FormReview": Kept(
        APPEND_ONLY, plain="id version outcome counsel reviewed_on file_note recorded_by recorded_at"
    ),
    "authorizations.SignedPaper": Kept(
        APPEND_ONLY,
        encrypted="data",
        plain="id authorization event to_compare kind size pages sha256 added_by added_at",
    ),
    "authorizations.Signature": Kept(
        APPEND_ONLY,
        encrypted="authority_description",
        plain="""
        id authorization way mark signed_on signed_at zone signer_role signer_name representative intent_words
        consent_words identity_checked_by identity_how document_sha256 not_on_paper ip device recorded_by
        recorded_at""",
    ),
    "authorizations.SignedDocument": Kept(
        APPEND_ONLY, encrypted="shown typed drawn pdf", plain="id signature size pdf_sha256 made_at"
    ),
    "authorizations.AuthorizationEvent": Kept(
        APPEND_ONLY,
        encrypted="how",
        plain="""
        id authorization kind happened_on received_at occurred_on holds policy_version recorded_by recorded_at""",
    ),
    "authorizations.AnswerLetter": Kept(
        APPEND_ONLY,
        updates="sent_on sent_how sent_by",
        encrypted="pdf sent_how",
        plain="id authorization address sha256 made_by made_at sent_on sent_by",
    ),
    "authorizations.RevocationNotice": Kept(
        APPEND_ONLY,
        updates="told_on how told_by told_at need_not",
        encrypted="how",
        plain="id event associate recipient_name recipient_address officer_only made_at told_on told_by told_at "
        "need_not",
    ),
    "authorizations.RevocationLetter": Kept(
        APPEND_ONLY,
        updates="sent_on sent_how sent_by",
        encrypted="pdf sent_how",
        plain="id number event address sha256 listed made_by made_at sent_on sent_by",
    ),
    "authorizations.Restriction": Kept(
        APPEND_ONLY,
        encrypted="words payment_note",
        plain="""
        id patient representative in_writing received_on uses recipients recipient_name session_dates covers_from
        covers_to kinds paid_in_full recorded_by recorded_at""",
    ),
    "authorizations.RestrictionEvent": Kept(
        APPEND_ONLY, encrypted="words", plain="id restriction kind happened_on release recorded_by recorded_at"
    ),
    "authorizations.RestrictionPaper": Kept(
        APPEND_ONLY, encrypted="data", plain="id event kind size pages sha256 added_by added_at"
    ),
    "authorizations.RestrictionLetter": Kept(
        APPEND_ONLY, encrypted="data", plain="id restriction address sha256 made_by made_at"
    ),
    "chart.Encounter": Kept(
        APPEND_ONLY,
        updates="kind modality started_at stopped_at others_present state times_as_planned cancel_reason cancel_words",
        encrypted="others_present cancel_words",
        plain="""
        source_system source_id as_given id clinician outside_clinician kind modality started_at stopped_at
        title code recorded_at state times_as_planned copied_from cancel_reason""",
    ),
    "chart.Participation": Kept(
        APPEND_ONLY,
        updates="attendance cpt add_ons code_reason patient_place taken_off",
        encrypted="code_reason",
        plain="id encounter patient attendance cpt add_ons patient_place taken_off",
    ),
    "chart.SessionChange": Kept(APPEND_ONLY, encrypted="was", plain="id encounter changed_by changed_at"),
    "chart.AttendanceChange": Kept(APPEND_ONLY, plain="id participation was now changed_by changed_at"),
    "chart.SharedPart": Kept(NEVER_DELETED, encrypted="text", plain="id encounter version saved_at"),
    "chart.NoteFormat": Kept(
        APPEND_ONLY,
        plain="""
        id code version name sections position occasional retired copied_from made_by made_at""",
    ),
    "chart.ChartNote": Kept(
        EDITABLE,
        encrypted="sections late_reason",
        plain="""
        id patient encounter author format on state version window created_at saved_at signed_at written_at carried""",
    ),
    "chart.NoteSignature": Kept(APPEND_ONLY, encrypted="comment", plain="id note version staff role decision at"),
    "chart.CosignatureRequest": Kept(APPEND_ONLY, plain="id note version supervisor asked_at"),
    "chart.NoteVersion": Kept(APPEND_ONLY, encrypted="sections", plain="id note version format signed_at kept_at"),
    "chart.NoteCancellation": Kept(APPEND_ONLY, encrypted="reason", plain="id note by kind cancelled_at"),
    "chart.ChartDraftBranch": Kept(EDITABLE, encrypted="sections", plain="id note author base_version window saved_at"),
    "chart.ChartAddendum": Kept(APPEND_ONLY, encrypted="text", plain="id note author by_trainee signed_at"),
    "chart.Document": Kept(
        APPEND_ONLY,
        encrypted="original shown",
        plain="id patient kind size sha256 shown_kind pages added_by added_at",
    ),
    "chart.DocumentFiling": Kept(
        APPEND_ONLY, encrypted="source", plain="id document replaces dated_on kind from_outside filed_by filed_at"
    ),
    "chart.DocumentCancellation": Kept(APPEND_ONLY, encrypted="reason", plain="id document cancelled_by cancelled_at"),
    "chart.DocumentReading": Kept(APPEND_ONLY, updates="read_at", plain="id document reader asked_at read_at"),
    "chart.Diagnosis": Kept(
        APPEND_ONLY,
        plain="""
        source_system source_id as_given id patient encounter code_system code release_label title clinical_status
        verification_status onset_on ended_on recorded_on stands_for recorded_by""",
    ),
    "chart.DiagnosisStatus": Kept(
        APPEND_ONLY,
        updates="current",
        encrypted="comment",
        plain="id diagnosis patient status verification primary on recorded_by recorded_at current",
    ),
    "chart.Observation": Kept(APPEND_ONLY, encrypted="text", plain="id patient kind on author recorded_at supersedes"),
    "chart.IcdRelease": Kept(APPEND_ONLY, plain="id label in_force_from source sha256 codes_count loaded_at"),
    "chart.IcdCode": Kept(APPEND_ONLY, plain="id release code compact title billable parent chapter"),
    "chart.IcdTerm": Kept(APPEND_ONLY, plain="id release code text words own mental"),
    "chart.Medication": Kept(
        APPEND_ONLY,
        encrypted="dosage route frequency comment",
        plain="""
        source_system source_id as_given id patient encounter code_system code title status intent
        prescriber started_on ended_on where prescribed_by change changed_on supersedes recorded_by recorded_at""",
    ),
    "chart.MonitoringPlan": Kept(
        APPEND_ONLY,
        updates="ended_on",
        encrypted="what",
        plain="id medication every unit first_due_on set_by set_at ended_on",
    ),
    "chart.MonitoringDone": Kept(
        APPEND_ONLY, encrypted="result", plain="id plan done_on next_due_on recorded_by recorded_at"
    ),
    "chart.Handover": Kept(
        APPEND_ONLY,
        encrypted="summary",
        plain="""
        id patient kind by to from_on until_on last_day note made_at""",
    ),
    "chart.HandoverRead": Kept(APPEND_ONLY, plain="id handover by at"),
    "chart.CarePlan": Kept(
        APPEND_ONLY,
        encrypted="activities",
        plain="""
        source_system source_id as_given id patient encounter title status started_on ended_on""",
    ),
    "chart.PlanVersion": Kept(
        APPEND_ONLY, encrypted="content", plain="id patient number author author_role on signed_at review_every"
    ),
    "chart.PlanDraft": Kept(
        EDITABLE,
        encrypted="content",
        plain="id patient based_on begun_by saved_by version window begun_at saved_at",
    ),
    "chart.PlanDraftBranch": Kept(
        EDITABLE, encrypted="content", plain="id draft saved_by base_version window saved_at"
    ),
    "chart.PlanAgreement": Kept(
        APPEND_ONLY, encrypted="text", plain="id version on how representative recorded_by recorded_at"
    ),
    "chart.PlanReview": Kept(
        APPEND_ONLY, encrypted="progress text", plain="id version on outcome reviewed_by recorded_at"
    ),
    "chart.GoalWorkedOn": Kept(EDITABLE, plain="id note version goal_id"),
    "chart.Result": Kept(
        APPEND_ONLY,
        encrypted="text components",
        plain="""
        source_system source_id as_given id patient encounter category code_system code title taken_at
        number unit""",
    ),
    "chart.Measure": Kept(
        APPEND_ONLY,
        encrypted="answers",
        plain="id patient code version taken_at total alarm by_patient entered_by entered_at",
    ),
    "chart.MeasureInError": Kept(APPEND_ONLY, encrypted="reason", plain="id measure replaced_by by at"),
    "chart.MeasureAlarm": Kept(APPEND_ONLY, plain="id measure staff at"),
    "chart.AlarmAnswer": Kept(APPEND_ONLY, encrypted="did note", plain="id measure by at"),
    "chart.MeasureRepeat": Kept(APPEND_ONLY, plain="id patient code every_weeks set_by set_at"),
    "chart.RiskAssessment": Kept(APPEND_ONLY, encrypted="findings", plain="id patient on by at"),
    "chart.SafetyPlan": Kept(
        APPEND_ONLY,
        encrypted="parts reason",
        plain="id patient number review_on ended signed_by signed_at",
    ),
    "chart.SafetyPlanDraft": Kept(
        EDITABLE, encrypted="parts", plain="patient review_on version window saved_by saved_at"
    ),
    "psychotherapy.AuthorKey": Kept(EDITABLE, sealed="wrapped", plain="id author root_key_id created_at"),
    "psychotherapy.WrappedKey": Kept(EDITABLE, sealed="wrapped", plain="id author kind subject author_key root_key_id"),
    "psychotherapy.Attachment": Kept(
        EDITABLE, sealed="wrapped about shown original", plain="id author note author_key added_at"
    ),
    "psychotherapy.Draft": Kept(
        EDITABLE,
        sealed="sealed",
        plain="""
        id author patients session session_on addendum_to version key created_at saved_at""",
    ),
    "psychotherapy.DraftBranch": Kept(EDITABLE, sealed="sealed", plain="id draft author base_version key saved_at"),
    "psychotherapy.Note": Kept(
        APPEND_ONLY,
        sealed="sealed",
        plain="""
        id author patients session session_on addendum_to version key sealed_sha256 created_at signed_at""",
    ),
    "psychotherapy.TrainingGrant": Kept(
        APPEND_ONLY,
        plain="""
        id author grantee patients sessions_from sessions_to program supervisor trainees skill_area
        identity_considered starts_at ends_at granted_at ends""",
    ),
    "psychotherapy.Moved": Kept(APPEND_ONLY, plain="id author draft chart_note direction exclusion fingerprint at"),
    "psychotherapy.Event": Kept(APPEND_ONLY, plain="id at actor kind author note package detail"),
    "psychotherapy.NoteRedaction": Kept(APPEND_ONLY, sealed="sealed", plain="id author note patient key made_at"),
    "psychotherapy.Package": Kept(
        EDITABLE,
        sealed="sealed claim",
        plain="""
        id author patient named_too authorization_id recipient_name description notes session_days speaks_of key
        sha256 size others_left_out
        named_staff made_at approved_by approved_at hand_over_until withdrawn_at compelled passages_out""",
    ),
    "psychotherapy.Custody": Kept(
        NEVER_DELETED,
        plain="""
        id author custodian proposed_by second reason contact waits_days proposed_at confirmed_at
        confirmed_reason taken_at stopped_at stopped_by""",
    ),
    "psychotherapy.CustodyOpening": Kept(
        APPEND_ONLY,
        plain="""
        id custody author opened_by kind ground patient notes package opened_at in_transaction""",
    ),
    "psychotherapy.Compelled": Kept(
        APPEND_ONLY,
        sealed="seed",
        plain="""
        id author patients ground paper_kind session_days sessions_from sessions_to started_by second waits_days
        recipient_name named_staff seed_root_key started_at""",
    ),
    "psychotherapy.CompelledStep": Kept(APPEND_ONLY, plain="id compelled kind by package others_left_out at"),
    "psychotherapy.CompelledOpening": Kept(
        APPEND_ONLY, plain="id compelled opened_by kind package opened_at in_transaction"
    ),
    "psychotherapy.Destruction": Kept(
        NEVER_DELETED, plain="id author note ordered_at due_at cancelled_at destroyed_at"
    ),
    "legal.LegalPaper": Kept(
        APPEND_ONLY,
        encrypted="""
        issuer reference signed_by law scope recipient_name recipient_address purpose verified document""",
        plain="""
        id number patient kind names_notes session_days scope_from scope_to received_on response_due_on recipient_kind
        document_kind document_sha256 recorded_by recorded_at""",
    ),
    "legal.PaperEntry": Kept(
        APPEND_ONLY, encrypted="name words", plain="id paper kind code on about release recorded_by recorded_at"
    ),
    "legal.Naming": Kept(APPEND_ONLY, plain="id paper patient named recorded_by recorded_at"),
    "ledger.Entry": Kept(
        APPEND_ONLY,
        plain="""
        id index kind body internal recorded_at patient disclosed_on basis includes_pn rule_accountable
        artefact_sha256 release_id about""",
    ),
    "ledger.Node": Kept(APPEND_ONLY, plain="id level index hash"),
    "ledger.Checkpoint": Kept(APPEND_ONLY, plain="id size root note signed_at"),
    "ledger.Verification": Kept(APPEND_ONLY, plain="id at size ok finding by"),
    "ledger.Accounting": Kept(
        APPEND_ONLY,
        encrypted="decisions pdf data",
        plain="""
        id number patient requested_on received_on window_from window_to provided_on due_on free
        entries_listed pn_authors lists_pn policies pdf_sha256 data_sha256 checkpoint prepared_by
        prepared_at""",
    ),
    "releases.Release": Kept(
        NEVER_DELETED,
        encrypted="""
        facts treatment_permission override_reason emergency_why authority counsel_review identity_verified
        purpose description justification receipt end_reason after_return""",
        plain="""
        id number record_class patient state basis exception process authorization emergency recipient_name
        recipient_kind recipient_address method fax_number came_back whole_chart every_item with_data
        smallest_set_confirmed prepared_by prepared_at approver
        approved_by approved_at committed_by committed_at disclosed_on served_at sent_whole_at closed_by closed_at
        closed_on package sha256 verdict override_code override_by override_at
        emergency_by emergency_at minimum_entry
        completed_by completed_at""",
    ),
    "releases.ReleaseItem": Kept(
        NEVER_DELETED, encrypted="title as_approved", plain="id release position kind object_id on removed"
    ),
    "releases.Redaction": Kept(
        APPEND_ONLY,
        updates="taken_back_by taken_back_at",
        encrypted="words where",
        plain="id item reason made_by made_at taken_back_by taken_back_at",
    ),
    "releases.Reliance": Kept(APPEND_ONLY, plain="id release authorization given_out days at"),
    "releases.TakenOver": Kept(APPEND_ONLY, encrypted="reason", plain="id release by at"),
    "releases.ChartPackage": Kept(
        APPEND_ONLY, encrypted="content", plain="id release sha256 size pages locked made_by made_at"
    ),
}

# Tables of the libraries: all editable by the application, none with narrative in it.
LIBRARY_MODELS = (
    "account.EmailAddress",
    "account.EmailConfirmation",
    "auth.Group",
    "auth.Group_permissions",
    "auth.Permission",
    "contenttypes.ContentType",
    "guardian.GroupObjectPermission",
    "guardian.UserObjectPermission",
    "mfa.Authenticator",
    "procrastinate.ProcrastinateEvent",
    "procrastinate.ProcrastinateJob",
    "procrastinate.ProcrastinatePeriodicDefer",
    "procrastinate.ProcrastinateWorker",
    "sessions.Session",
    "usersessions.UserSession",
)
