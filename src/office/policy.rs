//! The permission table: every act, who may do it, and where it stands in the API.
//!
//! There is no other: the router, the API's description and the printed role × act table are made from this one.

use crate::identity::Role::{
    self, Administrator, Auditor, BankKeeper, CertificateApprover, CertificateOfficer, Clerk, EligibilityApprover,
    ExamOfficer, Examiner, Invigilator, ScoreApprover, Supervisor,
};

/// Who may do or see something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Everybody, also without an account.
    Anyone,
    /// Whoever is signed in, staff or candidate.
    SignedIn,
    /// Every member of staff.
    Staff,
    /// A candidate at a terminal.
    Candidate,
    /// Staff with one of these roles.
    Roles(&'static [Role]),
}

/// Whether an act changes anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It only looks: GET.
    Read,
    /// It changes something: POST.
    Write,
}

/// One row of the permission table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// The stable name, as in `event.act`.
    pub name: &'static str,
    /// Looks or changes.
    pub kind: Kind,
    /// The path under `/api/v1`, with `{parameters}` that are fields of the act.
    pub path: &'static str,
    /// Who may.
    pub who: Who,
    /// What it does, in one English sentence, for the API's description.
    pub summary: &'static str,
}

macro_rules! policies {
    ($($constant:ident: $kind:ident $name:literal $path:literal $who:expr, $summary:literal;)+) => {
        $(
            #[doc = $summary]
            pub const $constant: Policy =
                Policy { name: $name, kind: Kind::$kind, path: $path, who: $who, summary: $summary };
        )+

        /// The whole table, in the order of the story.
        pub const ALL: &[Policy] = &[$($constant,)+];
    };
}

use Who::{Anyone, Candidate, Roles, SignedIn, Staff};

/// Everybody who prepares or decides on a batch and so may look at its lists.
const OFFICE: Who = Roles(&[
    Clerk,
    EligibilityApprover,
    ExamOfficer,
    Invigilator,
    Supervisor,
    ScoreApprover,
    CertificateOfficer,
    CertificateApprover,
    Auditor,
]);

policies! {
    // Accounts
    SET_UP: Write "set-up" "/set-up" Anyone, "Makes the first administrator, with the one-time link.";
    SIGN_IN: Write "sign-in" "/sign-in" Anyone, "Signs a member of staff in.";
    SIGN_OUT: Write "sign-out" "/sign-out" SignedIn, "Ends the sign-in.";
    PROGRESS: Read "progress" "/progress" Staff, "Tells how far one's own slow work has come.";
    ME: Read "me" "/me" SignedIn, "Tells who is signed in, and with which roles.";
    PASSWORD_CHANGE: Write "password.change" "/password" Staff, "Changes one's own password; ends all other sign-ins.";
    PASSWORD_SET: Write "password.set" "/password/first" Anyone, "Sets a first password with a one-time link.";
    TOKEN_ISSUE: Write "token.issue" "/tokens" Staff, "Issues a short-lived API token tied to the present sign-in.";
    ACCOUNT_LIST: Read "account.list" "/accounts" Roles(&[Administrator, Auditor]), "Lists the accounts and their roles.";
    ACCOUNT_CREATE: Write "account.create" "/accounts" Roles(&[Administrator]), "Creates an account and gives its one-time link.";
    ACCOUNT_CHANGE: Write "account.change" "/accounts/{account}" Roles(&[Administrator]), "Changes roles, or disables or enables an account.";
    ACCOUNT_LINK: Write "account.link" "/accounts/{account}/link" Roles(&[Administrator]), "Gives a new one-time link for a forgotten password.";
    EVENT_LIST: Read "event.list" "/events" Roles(&[Auditor]), "Reads the recorded events.";

    // The register of examiners and supervisors
    STAFF_LIST: Read "staff.list" "/staff" Roles(&[Administrator, ExamOfficer, Supervisor, Auditor]), "Lists the register of examiners and supervisors with a year's record.";
    STAFF_SAVE: Write "staff.save" "/staff" Roles(&[Administrator]), "Puts a card on the register, or changes one.";
    STAFF_CHECK: Write "staff.check" "/staff/roll/check" Roles(&[Administrator]), "Tries a register's workbook without saving anything.";
    STAFF_IMPORT: Write "staff.import" "/staff/roll" Roles(&[Administrator]), "Imports a register's workbook.";
    CONFLICT_DECLARE: Write "conflict.declare" "/staff/conflicts" Roles(&[Administrator, Examiner, Supervisor]), "Declares whom one must not judge.";
    COMPLAINT_RECORD: Write "complaint.record" "/staff/{card}/complaints" Roles(&[Administrator]), "Records a complaint about somebody on the register.";

    // Banks
    BANK_LIST: Read "bank.list" "/banks" Roles(&[BankKeeper, ExamOfficer, Auditor]), "Lists the loaded bank versions.";
    BANK_SHOW: Read "bank.show" "/banks/{bank}" Roles(&[BankKeeper, ExamOfficer, Auditor]), "Counts a bank against the paper rules; shows no item.";
    BANK_LOAD: Write "bank.load" "/banks" Roles(&[BankKeeper]), "Loads a bank folder (a zip) as a new immutable version.";
    BANK_TRY: Write "bank.try" "/banks/{bank}/import/check" Roles(&[BankKeeper]), "Tries a file of questions against a bank version without saving anything.";
    BANK_FIGURES: Read "bank.figures" "/banks/{bank}/figures" Roles(&[BankKeeper, ExamOfficer, Auditor]), "Shows figures on a bank's items; shows no item.";
    BANK_FIGURES_FILE: Read "bank.figures-file" "/banks/{bank}/figures.xlsx" Roles(&[BankKeeper, ExamOfficer, Auditor]), "Gives the figures on a bank's items as a workbook.";
    BANK_FIGURES_REPORT: Read "bank.figures-report" "/banks/{bank}/figures.pdf" Roles(&[BankKeeper, ExamOfficer, Auditor]), "Gives the figures on a bank's items as sheets to print, with drawings.";
    BANK_RECKON: Write "bank.reckon" "/banks/{bank}/figures" Roles(&[BankKeeper]), "Reckons the figures on a bank's items from the papers that were handed in.";
    BANK_IMPORT: Write "bank.import" "/banks/{bank}/import" Roles(&[BankKeeper]), "Takes a file of questions, as it was tried, into a new bank version.";

    // Plans
    STATION_LIST: Read "station.list" "/stations" Staff, "Lists stations and rooms.";
    STATION_CREATE: Write "station.create" "/stations" Roles(&[Administrator, ExamOfficer]), "Adds a station.";
    TERMINAL_LIST: Read "terminal.list" "/stations/rooms/{room}" Roles(&[Administrator, ExamOfficer, Invigilator]), "Lists the machines of a room and their seats.";
    TERMINAL_CODE: Write "terminal.code" "/stations/rooms/{room}/binding" Roles(&[Administrator, ExamOfficer, Invigilator]), "Makes the code with which machines of a room are bound to seats.";
    ROOM_CREATE: Write "room.create" "/stations/{station}/rooms" Roles(&[Administrator, ExamOfficer]), "Adds a room to a station.";
    PLAN_LIST: Read "plan.list" "/plans" OFFICE, "Lists plans and their batches.";
    PLAN_CREATE: Write "plan.create" "/plans" Roles(&[ExamOfficer]), "Drafts a plan.";
    PLAN_PUBLISH: Write "plan.publish" "/plans/{plan}/publish" Roles(&[ExamOfficer]), "Publishes a complete plan.";
    BATCH_ADD: Write "batch.add" "/plans/{plan}/batches" Roles(&[ExamOfficer]), "Adds an occupation at a level to a plan.";
    BATCH_SHOW: Read "batch.show" "/batches/{batch}" OFFICE, "Shows a batch: where it stands and what comes next.";

    // Applications
    APPLICATION_LIST: Read "application.list" "/batches/{batch}/applications" OFFICE, "Lists a batch's applications, ids masked.";
    APPLICATION_SHOW: Read "application.show" "/applications/{application}" OFFICE, "Shows one application, id masked.";
    APPLICATION_REVEAL: Write "application.reveal" "/applications/{application}/reveal" Roles(&[Clerk, EligibilityApprover]), "Shows the full citizen id, for a recorded reason.";
    APPLICATION_REGISTER: Write "application.register" "/batches/{batch}/applications" Roles(&[Clerk]), "Registers one candidate.";
    APPLICATION_DECIDE: Write "application.decide" "/batches/{batch}/decisions" Roles(&[EligibilityApprover]), "Approves or rejects applications.";
    APPLICATION_WITHDRAW: Write "application.withdraw" "/applications/{application}/withdraw" Roles(&[Clerk]), "Withdraws an application.";
    PHOTO_PUT: Write "photo.put" "/applications/{application}/photo" Roles(&[Clerk]), "Stores a candidate's photo.";
    ROLL_CHECK: Write "roll.check" "/batches/{batch}/roll/check" Roles(&[Clerk]), "Tries a candidate list without saving anything.";
    ROLL_IMPORT: Write "roll.import" "/batches/{batch}/roll" Roles(&[Clerk]), "Imports a candidate list.";

    // Sessions
    SESSION_LIST: Read "session.list" "/sessions" Staff, "Lists the sessions that the caller has to do with.";
    SESSION_PLANNED: Read "session.planned" "/batches/{batch}/sessions" OFFICE, "Lists a batch's sessions: where, when, and how far each is prepared.";
    SESSION_SHOW: Read "session.show" "/sessions/{session}" OFFICE, "Shows how a session is prepared: seats, staff, papers, tasks, tickets.";
    SESSION_CREATE: Write "session.create" "/batches/{batch}/sessions" Roles(&[ExamOfficer]), "Plans a session in a room.";
    SESSION_SEAT: Write "session.seat" "/sessions/{session}/seats" Roles(&[ExamOfficer]), "Assigns seats to approved candidates.";
    SESSION_GROUP: Read "session.group" "/sessions/{session}/group" Roles(&[ExamOfficer, ScoreApprover, Supervisor, Auditor]), "Proposes a group of examiners by lot, and tells for everybody else why not.";
    SESSION_ASSIGN: Write "session.assign" "/sessions/{session}/staff" Roles(&[ExamOfficer]), "Assigns invigilators, examiners and supervisors.";
    OVERRIDE_DECIDE: Write "override.decide" "/overrides/{request}" Roles(&[ExamOfficer, ScoreApprover]), "Lets a group judge that breaks rules, or not; never by who asked for it.";
    TICKET_ISSUE: Write "ticket.issue" "/sessions/{session}/tickets" Roles(&[ExamOfficer]), "Makes admission tickets with fresh one-time codes.";
    PAPER_DRAW: Write "paper.draw" "/sessions/{session}/papers" Roles(&[ExamOfficer]), "Draws and stores the papers of a theory session.";
    TASK_DRAW: Write "task.draw" "/sessions/{session}/tasks" Roles(&[ExamOfficer]), "Draws the tasks of a practical session.";

    // The room
    SESSION_BOARD: Read "session.board" "/sessions/{session}/board" Roles(&[Invigilator, Supervisor, ExamOfficer, Auditor]), "Shows seats, states and problems of a session.";
    SESSION_START: Write "session.start" "/sessions/{session}/start" Roles(&[Invigilator]), "Opens a session for its candidates.";
    SESSION_CLOSE: Write "session.close" "/sessions/{session}/close" Roles(&[Invigilator]), "Closes a session after its last candidate.";
    SESSION_EXTEND: Write "session.extend" "/sessions/{session}/extend" Roles(&[Invigilator]), "Gives everybody in the room extra time.";
    SESSION_CHECK_IN: Write "session.check-in" "/sessions/{session}/check-in" Roles(&[Invigilator]), "Checks several candidates of a session in at once.";
    ATTEMPT_CHECK_IN: Write "attempt.check-in" "/attempts/{attempt}/check-in" Roles(&[Invigilator]), "Checks a candidate in, person against photo.";
    ATTEMPT_EXTEND: Write "attempt.extend" "/attempts/{attempt}/extend" Roles(&[Invigilator]), "Gives one candidate extra time.";
    ATTEMPT_RELEASE: Write "attempt.release" "/attempts/{attempt}/release" Roles(&[Invigilator]), "Lets a candidate go on at another terminal.";
    ATTEMPT_FORCE: Write "attempt.force" "/attempts/{attempt}/force" Roles(&[Invigilator]), "Hands a candidate's paper in.";
    SESSION_LOCK: Write "session.lock" "/sessions/{session}/lock" Roles(&[ExamOfficer]), "Sets what a session asks of its terminals' browsers.";
    SESSION_SEB: Read "session.seb" "/sessions/{session}/seb" Roles(&[ExamOfficer]), "Gives the settings file of Safe Exam Browser for a session.";
    SESSION_PACK: Write "session.pack" "/sessions/{session}/pack" Roles(&[ExamOfficer]), "Prints the fallback pack: register, slips with second codes, incident form.";
    SESSION_PAUSE: Write "session.pause" "/sessions/{session}/pause" Roles(&[Invigilator]), "Stops everybody's time in the room.";
    SESSION_RESUME: Write "session.resume" "/sessions/{session}/resume" Roles(&[Invigilator]), "Lets everybody's time go on.";
    ATTEMPT_PAUSE: Write "attempt.pause" "/attempts/{attempt}/pause" Roles(&[Invigilator]), "Stops one candidate's time.";
    ATTEMPT_RESUME: Write "attempt.resume" "/attempts/{attempt}/resume" Roles(&[Invigilator]), "Lets one candidate's time go on.";
    SESSION_TIMES: Read "session.times" "/sessions/{session}/times" Roles(&[Invigilator, Supervisor, ExamOfficer, Auditor]), "Lists every change of time of a session, with person and reason.";
    OUTAGE_LIST: Read "outage.list" "/sessions/{session}/outages" Roles(&[Invigilator, Supervisor, ExamOfficer, Auditor]), "Shows what each candidate lost in outages, and what was proposed and decided.";
    OUTAGE_PROPOSE: Write "outage.propose" "/sessions/{session}/outages" Roles(&[Invigilator]), "Proposes extra time for what outages took.";
    OUTAGE_DECIDE: Write "outage.decide" "/sessions/{session}/outages/decide" Roles(&[ExamOfficer]), "Approves or rejects proposed extra time, as a second person.";
    ASIDE_LIST: Read "aside.list" "/sessions/{session}/aside" Roles(&[Supervisor, ExamOfficer, Auditor]), "Lists answers that came from a replaced terminal or too late, beside those that count.";
    INCIDENT_RECORD: Write "incident.record" "/sessions/{session}/incidents" Roles(&[Invigilator]), "Records an incident.";

    // The terminal
    TERMINAL_SIGN_IN: Write "terminal.sign-in" "/terminal/sign-in" Anyone, "Signs a candidate in with ticket number and code.";
    TERMINAL_BIND: Write "terminal.bind" "/terminal/bind" Anyone, "Binds this machine to a seat, with the room's code.";
    TERMINAL_STATE: Read "terminal.state" "/terminal" Candidate, "Tells a terminal its state, the seconds left and the saved answers.";
    TERMINAL_PAPER: Read "terminal.paper" "/terminal/paper" Candidate, "Gives the candidate's paper; it has no key.";
    TERMINAL_CONFIRM: Write "terminal.confirm" "/terminal/confirm" Candidate, "Confirms name and photo.";
    TERMINAL_START: Write "terminal.start" "/terminal/start" Candidate, "Starts the attempt.";
    TERMINAL_SAVE: Write "terminal.save" "/terminal/answers" Candidate, "Saves answers; acknowledged once durable.";
    TERMINAL_BEAT: Write "terminal.beat" "/terminal/beat" Candidate, "Takes a terminal's sign of life and what it tells of itself; gives the time left.";
    TERMINAL_SUBMIT: Write "terminal.submit" "/terminal/submit" Candidate, "Hands the paper in.";

    RECEIPT_SHOW: Read "receipt.show" "/receipts/{code}" Anyone, "Shows what a receipt states, and whether it is what is stored.";

    // Practical
    EXAMINER_WORK: Read "examiner.work" "/examiner/work" Roles(&[Examiner]), "Lists the caller's sessions, candidates and sheets.";
    EXAMINER_SESSION: Read "examiner.session" "/examiner/sessions/{session}" Roles(&[Examiner]), "Shows the caller's candidates and own sheets in one session.";
    SHEET_BLANK: Read "sheet.blank" "/sessions/{session}/sheets/blank" Roles(&[Examiner, ExamOfficer]), "Gives the blank score sheets of a session, to print.";
    SHEET_SHOW: Read "sheet.show" "/sheets/{sheet}" Roles(&[Examiner]), "Shows one's own score sheet.";
    SHEET_OPEN: Write "sheet.open" "/sessions/{session}/sheets" Roles(&[Examiner]), "Opens one's own sheet for a candidate and a task.";
    SHEET_SAVE: Write "sheet.save" "/sheets/{sheet}" Roles(&[Examiner]), "Saves marks and deductions of one's own sheet.";
    SHEET_SIGN: Write "sheet.sign" "/sheets/{sheet}/sign" Roles(&[Examiner]), "Signs one's own sheet; it never changes again.";
    VETO_RAISE: Write "veto.raise" "/sheets/{sheet}/vetoes" Roles(&[Examiner]), "Raises a veto item, with a reason.";
    VETO_CONFIRM: Write "veto.confirm" "/sheets/{sheet}/vetoes/{code}/confirm" Roles(&[Examiner]), "Gives the second signature to a veto item.";
    VETO_WITHDRAW: Write "veto.withdraw" "/sheets/{sheet}/vetoes/{code}/withdraw" Roles(&[Examiner]), "Takes one's own veto item back before its second signature.";

    // Written answers
    MARKING_OPEN: Write "marking.open" "/batches/{batch}/scripts" Roles(&[ExamOfficer]), "Makes the written answers of a batch ready for its markers, without names.";
    MARKING_WORK: Read "marking.work" "/marking" Roles(&[Examiner]), "Lists the written questions that wait for markers, and how far each is.";
    MARKING_NEXT: Write "marking.next" "/batches/{batch}/marking/{item}/next" Roles(&[Examiner]), "Gives the caller the next answer to a written question, read by nobody else than is asked for.";
    SCRIPT_SHOW: Read "script.show" "/scripts/{script}" Roles(&[Examiner]), "Shows a written answer that the caller was given, with its question and rubric; nobody's name.";
    SCRIPT_MARK: Write "script.mark" "/scripts/{script}/mark" Roles(&[Examiner]), "Marks a written answer by its rubric; it never changes again.";

    // Supervision
    SUPERVISION_WORK: Read "supervision.work" "/supervision/work" Roles(&[Supervisor]), "Lists the sessions to supervise.";
    SUPERVISION_SHOW: Read "supervision.show" "/sessions/{session}/supervision" Roles(&[Supervisor, Administrator, Auditor]), "Shows check-list, findings and holds of a session.";
    CHECKLIST_SAVE: Write "checklist.save" "/sessions/{session}/checklist" Roles(&[Supervisor]), "Saves, and on request signs, the on-site check-list.";
    FINDING_RAISE: Write "finding.raise" "/sessions/{session}/findings" Roles(&[Supervisor]), "Raises a finding.";
    HOLD_RAISE: Write "hold.raise" "/sessions/{session}/holds" Roles(&[Supervisor]), "Stops the release of the batch's results.";
    HOLD_LIST: Read "hold.list" "/holds" Roles(&[Administrator, Auditor]), "Lists holds, the open ones first.";
    HOLD_LIFT: Write "hold.lift" "/holds/{hold}/lift" Roles(&[Administrator]), "Lifts a hold, as the one who sent the supervisor.";

    // Results
    RESULT_LIST: Read "result.list" "/batches/{batch}/results" Roles(&[ExamOfficer, ScoreApprover, CertificateOfficer, CertificateApprover, Supervisor, Auditor]), "Lists a batch's results.";
    RESULT_EXPORT: Read "result.export" "/batches/{batch}/results.xlsx" Roles(&[ExamOfficer, ScoreApprover, CertificateOfficer, CertificateApprover, Supervisor, Auditor]), "Gives a batch's results as a workbook.";
    RESULT_SETTLE: Write "result.settle" "/batches/{batch}/settle" Roles(&[ExamOfficer]), "Settles every component by its frozen rule.";
    RESULT_APPROVE: Write "result.approve" "/batches/{batch}/approve" Roles(&[ScoreApprover]), "Approves results that another person settled.";
    RESULT_PUBLISH: Write "result.publish" "/batches/{batch}/publish" Roles(&[ScoreApprover]), "Publishes the results and starts the publicity period.";
    RESULT_RECOMPUTE: Read "result.recompute" "/batches/{batch}/results/recompute" Roles(&[ExamOfficer, ScoreApprover, Supervisor, Auditor]), "Reckons a batch's scores again out of answers and sheets, and names what is stored otherwise.";
    RESULT_BUNDLE: Write "result.bundle" "/batches/{batch}/results/bundle" Roles(&[ScoreApprover, Auditor]), "Exports what a batch's scores are made of, with keys and without names.";
    RESULT_VERSIONS: Read "result.versions" "/batches/{batch}/results/versions" Roles(&[ExamOfficer, ScoreApprover, CertificateOfficer, CertificateApprover, Supervisor, Auditor]), "Lists every version of a batch's results: who made it, when and why, and its scores.";
    NOTICE_LIST: Read "notice.list" "/notices" Anyone, "Lists the batches in publicity.";
    NOTICE_SHOW: Read "notice.show" "/notices/{batch}" Anyone, "Shows a batch's published results, names masked.";

    // Objections and corrections
    OBJECTION_FILE: Write "objection.file" "/batches/{batch}/objections" Roles(&[Clerk]), "Takes a candidate's objection in, while the results are public.";
    OBJECTION_LIST: Read "objection.list" "/batches/{batch}/objections" Roles(&[Clerk, ExamOfficer, ScoreApprover, Supervisor, Auditor]), "Lists a batch's objections, what rechecks found and how they were decided.";
    OBJECTION_EVIDENCE: Read "objection.evidence" "/objections/{objection}/evidence" Roles(&[ScoreApprover, Auditor]), "Gives the evidence of an objection.";
    OBJECTION_RECHECK: Write "objection.recheck" "/objections/{objection}/recheck" Roles(&[ScoreApprover]), "Applies the key again, adds the sheets again, looks for missed pages, and records what was found.";
    OBJECTION_DECIDE: Write "objection.decide" "/objections/{objection}/decide" Roles(&[ScoreApprover]), "Decides a rechecked objection, as somebody who had no part in the batch before.";
    REGRADE_PROPOSE: Write "regrade.propose" "/batches/{batch}/regrades" Roles(&[ExamOfficer]), "Proposes a correction of settled results, as of a wrong key, and shows what it would change.";
    REGRADE_LIST: Read "regrade.list" "/batches/{batch}/regrades" Roles(&[ExamOfficer, ScoreApprover, CertificateOfficer, CertificateApprover, Supervisor, Auditor]), "Lists a batch's corrections and the certificates that they leave in doubt.";
    REGRADE_VOTE: Write "regrade.vote" "/regrades/{regrade}/vote" Roles(&[ScoreApprover]), "Agrees to a proposed correction or declines it; the second who agrees applies it.";

    // Certificates
    CERTIFICATE_LIST: Read "certificate.list" "/batches/{batch}/certificates" Roles(&[CertificateOfficer, CertificateApprover, Auditor]), "Lists a batch's certificates and how far issuing is.";
    CERTIFICATE_EXPORT: Read "certificate.export" "/batches/{batch}/certificates.xlsx" Roles(&[CertificateOfficer, CertificateApprover, Auditor]), "Gives the register of a batch's certificates as a workbook.";
    CERTIFICATE_PDF: Read "certificate.pdf" "/certificates/{certificate}/pdf" Roles(&[CertificateOfficer, CertificateApprover, Auditor]), "Gives a certificate's signed file.";
    CERTIFICATE_PREPARE: Write "certificate.prepare" "/batches/{batch}/certificates/prepare" Roles(&[CertificateOfficer]), "Prepares the list of those who passed.";
    CERTIFICATE_APPROVE: Write "certificate.approve" "/batches/{batch}/certificates/approve" Roles(&[CertificateApprover]), "Approves a list that another person prepared.";
    CERTIFICATE_ISSUE: Write "certificate.issue" "/batches/{batch}/certificates/issue" Roles(&[CertificateOfficer]), "Issues the certificates of an approved list, or one of them.";
    CERTIFICATE_BADGE: Read "certificate.badge" "/certificates/{certificate}/badge" Roles(&[CertificateOfficer, CertificateApprover, Auditor]), "Gives a certificate as an Open Badges 3.0 credential.";
    CERTIFICATE_CHANGES: Read "certificate.changes" "/batches/{batch}/certificates/changes" Roles(&[CertificateOfficer, CertificateApprover, Auditor]), "Lists the changes that were asked for on a batch's certificates.";
    CERTIFICATE_ASK: Write "certificate.ask" "/certificates/{certificate}/changes" Roles(&[CertificateOfficer, CertificateApprover]), "Asks for a change to a certificate: void, suspend, reinstate, correct, reissue or renew.";
    CERTIFICATE_DECIDE: Write "certificate.decide" "/certificate-changes/{request}" Roles(&[CertificateApprover]), "Grants or declines a change that another person asked for.";
    CERTIFICATE_PRINT: Read "certificate.print-set" "/batches/{batch}/certificates/print" Roles(&[CertificateOfficer]), "Gives a part of a batch's sheets as one file to print.";
    BLANK_SPOIL: Write "blank.spoil" "/batches/{batch}/blanks" Roles(&[CertificateOfficer]), "Notes a spoiled blank or sheet by its serial.";
    BLANK_LIST: Read "blank.list" "/batches/{batch}/blanks" Roles(&[CertificateOfficer, CertificateApprover, Auditor]), "Lists a batch's spoiled blanks and sheets.";
    CERTIFICATE_INTEGRITY: Read "certificate.integrity" "/certificates/integrity" Roles(&[CertificateOfficer, CertificateApprover, Auditor]), "Reports gaps, duplicates, missing approvals and early issues over every number ever taken.";
    CERTIFICATE_INTEGRITY_EXPORT: Read "certificate.integrity-export" "/certificates/integrity.xlsx" Roles(&[CertificateOfficer, CertificateApprover, Auditor]), "Gives the integrity report as a workbook.";
    STATUS_LIST: Read "status.list" "/status/{list}" Anyone, "Gives the signed status list: 1 voided, 2 suspended.";
    VERIFY_NUMBER: Write "verify.number" "/verify/number" Anyone, "Checks a certificate by number and name.";
    VERIFY_STATEMENT: Read "verify.statement" "/verify/statement/{statement}" Anyone, "Checks the signed statement of a QR code.";
    VERIFY_ROOT: Read "verify.root" "/verify/root" Anyone, "Gives the root certificate with which anybody can check without us.";
    VERIFY_KEYS: Read "verify.keys" "/verify/keys" Anyone, "Gives the issuer's roots and keys for checking offline.";
    VERIFY_CRL: Read "verify.crl" "/verify/crl/{name}" Anyone, "Gives a list of revoked certificates of the issuer's authority.";
    VERIFY_LIST: Write "verify.list" "/verify/list" Anyone, "Checks a list of people: name, number and id each; gives the same with answers, and a signed slip.";
    VERIFY_FILE: Write "verify.file" "/verify/file" Anyone, "Checks a certificate's PDF.";

    // The ledger
    LEDGER_SHOW: Read "ledger.show" "/ledger" Anyone, "Tells the ledger's key, its last checkpoint and its witnesses.";
    LEDGER_CHECKPOINT: Read "ledger.checkpoint" "/ledger/checkpoint" Anyone, "Gives the last checkpoint with all signatures.";
    LEDGER_PROOF: Read "ledger.proof" "/ledger/proofs/{index}" Anyone, "Proves that an entry is in the ledger.";
}

impl Who {
    /// As printed in tables: `anyone`, `candidate`, or the roles' names.
    pub fn describe(self) -> String {
        match self {
            Anyone => "anyone".to_owned(),
            SignedIn => "signed in".to_owned(),
            Staff => "staff".to_owned(),
            Candidate => "candidate".to_owned(),
            Roles(roles) => roles.iter().map(|role| role.name()).collect::<Vec<_>>().join(", "),
        }
    }

    /// Whether staff with this role may.
    pub fn admits(self, role: Role) -> bool {
        match self {
            Anyone | SignedIn | Staff => true,
            Candidate => false,
            Roles(roles) => roles.contains(&role),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_and_addresses_are_unique() {
        let names: BTreeSet<_> = ALL.iter().map(|policy| policy.name).collect();
        let addresses: BTreeSet<_> = ALL
            .iter()
            .map(|policy| (policy.kind == Kind::Read, policy.path))
            .collect();
        assert_eq!(names.len(), ALL.len());
        assert_eq!(addresses.len(), ALL.len());
    }

    #[test]
    fn a_supervisor_can_change_no_score_paper_or_answer() {
        let changes: Vec<_> = ALL
            .iter()
            .filter(|policy| {
                policy.kind == Kind::Write && matches!(policy.who, Roles(roles) if roles.contains(&Supervisor))
            })
            .map(|policy| policy.name)
            .collect();
        assert_eq!(
            changes,
            ["conflict.declare", "checklist.save", "finding.raise", "hold.raise"]
        );
    }

    #[test]
    fn an_administrator_has_no_part_in_an_examination() {
        for prefix in [
            "application.",
            "paper.",
            "task.",
            "attempt.",
            "sheet.",
            "result.",
            "certificate.",
        ] {
            for policy in ALL.iter().filter(|policy| policy.name.starts_with(prefix)) {
                assert!(
                    !matches!(policy.who, Roles(roles) if roles.contains(&Administrator)),
                    "{}",
                    policy.name
                );
            }
        }
    }
}
