refusal-sign-in-first = Please sign in first.
refusal-forbidden = Your role may not do this. Ask the administrator if you need it.
refusal-not-found = There is no such thing here, or you may not see it.
refusal-stale = Somebody changed this meanwhile. Reload and try again; nothing was overwritten.
refusal-busy = Busy: please try again in a few seconds. Whatever was saved is safe.
refusal-storage-full = The server's disk is full: this was not saved. Whatever was saved before is safe; tell the administrator.
refusal-fault = Something broke on our side; this was not saved. Give the administrator the reference.
refusal-invalid = Something in the input is wrong: see below.
refusal-already-there = There already is such a record.
refusal-duty-excluded = On this batch you already acted as { $held ->
    [registrar] registrar
    [eligibility_approver] eligibility approver
    [paper_drawer] paper drawer
    [invigilator] invigilator
    [examiner] examiner
    [result_settler] result settler
    [score_approver] score approver
    [certificate_officer] certificate officer
    [certificate_approver] certificate approver
    [objection_decider] objection decider
    [supervisor] supervisor
   *[other] { $held }
 }, which excludes { $wanted ->
    [registrar] registrar
    [eligibility_approver] eligibility approver
    [paper_drawer] paper drawer
    [invigilator] invigilator
    [examiner] examiner
    [result_settler] result settler
    [score_approver] score approver
    [certificate_officer] certificate officer
    [certificate_approver] certificate approver
    [objection_decider] objection decider
    [supervisor] supervisor
   *[other] { $wanted }
 }: another person has to do it.
refusal-form-outdated = This page is out of date: reload it and send the form again.
refusal-input-unreadable = Cannot be read: { $cause }
refusal-body-too-large = Too large: the limit is { $limit } kB.
refusal-sign-in-wrong = Login or password is wrong.
refusal-sign-in-locked = Too many failures: try again in { $seconds } seconds.
refusal-password-too-short = The password needs at least { $min } characters.
refusal-password-too-long = The password may have at most { $max } characters.
refusal-password-too-common = The password is too easy to guess: take another sentence.
refusal-password-wrong = The present password is wrong.
refusal-name-empty = The name is missing.
refusal-name-too-long = The name has { $chars } characters; at most 50 are possible.
refusal-name-unusable = The name contains “{ $character }” ({ $code }), which no name has. Compare with the id card.
refusal-link-unknown = This link is not valid: check that it is complete.
refusal-link-used = This link was used at { $at }: ask for a new one.
refusal-link-expired = This link expired at { $at }: ask for a new one.
refusal-login-shape = A login has 3 to 40 letters, digits, dots, hyphens or underscores.
refusal-login-taken = The login “{ $login }” is taken.
refusal-role-unknown = There is no role “{ $role }”.
refusal-auditor-and-administrator = An auditor cannot also be administrator.
refusal-not-oneself = One cannot change one's own roles.
refusal-judging-not-begun = The session opens at { $at }; before that there is no judging and no task to see.
refusal-judging-over = The results of this batch are settled: there is no more judging. Signed sheets are safe.
refusal-candidate-not-seated = This candidate has no seat in the session.
refusal-task-not-drawn = This task was not drawn for the session.
refusal-tasks-not-drawn = No tasks are drawn for the session yet: there are no sheets to print.
refusal-sheet-of-another = This is another examiner's sheet. Examiners judge independently and do not see each other's sheets.
refusal-sheet-signed = The sheet was signed at { $at } and does not change any more. What was signed is safe.
refusal-sheet-unmarked = Not judged yet ({ $count }): { $elements }.
refusal-element-unknown = The sheet has no such entry: { $element }.
refusal-marks-shape = Marks are a number with at most two decimals.
refusal-marks-negative = Marks cannot be below 0.
refusal-marks-above = The element is worth { $most } at most.
refusal-marks-step = Marks are given in steps of 0.5.
refusal-marks-and-faults = Give marks at once or count faults, not both.
refusal-count-shape = A count is a whole number from 0 to 99.
refusal-time-shape = The time is whole minutes and seconds, a day at most.
refusal-time-missing = Lateness costs marks in this task: enter the time used.
refusal-time-over-limit = This task stops at { $limit } minutes: the time used cannot be longer.
refusal-text-too-long = At most { $most } characters.
refusal-text-missing = Please write what it is.
refusal-reason-missing = Please give the reason.
refusal-veto-unknown = The task has no such veto item.
refusal-veto-stands = This veto was raised already.
refusal-veto-same-signer = Whoever raised a veto cannot sign it second: another examiner of the session has to.
refusal-veto-signed-already = This veto got its second signature at { $at }.
refusal-veto-confirmed = The veto has both signatures and cannot be taken back.
refusal-veto-unconfirmed = Veto { $code } has no second signature. Have another examiner sign it, or take it back; then sign the sheet.
refusal-checklist-signed = The check-list was signed at { $at } and does not change any more.
refusal-checklist-unanswered = { $count } items are not answered yet. What you filled in is still here.
refusal-checklist-no-note = With “no”, say what was found.
refusal-checklist-stray = The check-list has no such item or answer: { $item }.
refusal-hold-same-person = Whoever raised a hold cannot lift it.
refusal-hold-lifted = It was lifted at { $at }.
refusal-hold-too-late = The results are published: they cannot be held any more. Record a finding; objections and rechecks follow from it.
refusal-registration-before-publication = The plan is not published yet, so nobody can be registered. Ask the exam officer to publish it.
refusal-registration-closed = Registration ended at { $at }; nobody was registered.
refusal-applications-settled = The results of this batch are settled: its applications no longer change.
refusal-citizen-id-shape = A citizen id has 18 characters: 17 digits and a digit or X.
refusal-citizen-id-birth-date = The birth date within this citizen id does not exist: compare it with the card.
refusal-citizen-id-check = The check character does not fit: a digit of the citizen id was mistyped.
refusal-phone-shape = A mobile number has 11 digits and begins with 1.
refusal-employer-too-long = The employer has { $chars } characters; at most { $max } are possible.
refusal-trade-years-range = Write whole years from 0 to 60.
refusal-held-level-range = A level is one of 1 to 5.
refusal-held-since-without-level = There is a date but no level: choose the level held.
refusal-held-since-future = A certificate held cannot be from the future.
refusal-date-shape = Write the date as 2020-05-06.
refusal-name-not-printable = No font here has “{ $character }” ({ $code }), so a certificate could not be printed. Compare with the id; if it is right, ask the administrator to add a font.
refusal-candidate-name-differs = This citizen id is on file under “{ $known }”, not “{ $given }”; nobody was registered. Check name and id.
refusal-application-twice = This candidate is registered in this batch already; nothing was added.
refusal-application-was-withdrawn = This candidate has withdrawn from this batch and cannot be registered in it again.
refusal-application-withdrawn = The application of { $name } was withdrawn; nothing more can be done with it.
refusal-application-decided = The application of { $name } was decided on at { $at }; nothing was changed.
refusal-application-seated = { $name } has a seat and cannot be withdrawn; who does not come counts as absent.
refusal-own-registration = You registered { $name }, so another person has to decide. No decision was saved.
refusal-approval-needs-reason = The data of { $name } meet none of the conditions. If there is other evidence, say so in the reason and approve again.
refusal-nobody-chosen = Nobody is chosen: tick candidates first.
refusal-reason-needed = Give a reason.
refusal-photo-missing = Choose a photo.
refusal-photo-too-large = The photo is too large: at most { $megabytes } MB and { $side } pixels a side. The earlier photo was not changed.
refusal-photo-not-a-picture = The file is not a JPEG or PNG picture, or it is damaged. The earlier photo was not changed.
refusal-photo-too-small = The photo has only { $width } × { $height } pixels; at least 150 × 210 are needed. The earlier photo was not changed.
refusal-roll-no-file = Choose a list.
refusal-roll-empty = The list has no candidate; nobody was imported.
refusal-roll-too-long = The list has { $rows } rows or more; at most { $max } candidates fit into one import. Split it.
refusal-roll-row = { $problem }
refusal-sheet-too-large = The file is too large: at most { $megabytes } MB. Nobody was imported.
refusal-sheet-old-or-locked = This is an old .xls workbook, or one under a password. Save it as .xlsx without a password.
refusal-sheet-kind = “{ $name }” is neither .xlsx nor .csv. Nobody was imported.
refusal-sheet-bomb = The file unpacks to far more than its size and was not opened. Save it anew as .xlsx and send that.
refusal-sheet-columns = Row { $row } has more than { $max } columns: delete those that are not needed.
refusal-sheet-encoding = The text is in an unknown encoding: save it as UTF-8 or GB 18030.
refusal-sheet-empty = The workbook has no table.
refusal-sheet-broken = The file cannot be read: { $cause }. Save it anew and send that.
refusal-ticket-wrong = Ticket number or code is wrong: compare with your ticket.
refusal-ticket-no-seat = This ticket has no seat at a terminal: ask the invigilator.
refusal-ticket-other-day = This ticket is for { $at }: it is too early to sign in.
refusal-ticket-session-closed = The session of this ticket closed at { $at }.
refusal-gate-no-paper = The paper is not ready: ask the invigilator.
refusal-gate-check-in = The invigilator has to check your identity first.
refusal-gate-not-started = The session has not started: wait for the invigilator.
refusal-gate-too-late = The latest time for starting was { $at }.
refusal-gate-handed-in = The paper is handed in.
refusal-gate-closed = This session is closed.
refusal-second-terminal = This paper is open at another machine. To move, ask the invigilator to release it.
refusal-attempt-not-started = The paper has not been started.
refusal-attempt-not-open = This candidate is not working now.
refusal-attempt-closed = The time ended at { $at }. What was saved before counts.
refusal-submit-too-early = Handing in is possible from { $at }.
refusal-answer-no-such-question = There is no question { $number } on this paper.
refusal-answer-unreadable = The answer to question { $number } cannot be read.
refusal-too-many-answers = At most { $max } answers can be saved at once.
refusal-not-your-room = You are not an invigilator of this session and cannot act in it.
refusal-reason-too-long = The reason has { $chars } characters; at most 500 are possible.
refusal-extension-out-of-range = An extension is 1 to { $max } minutes.
refusal-session-too-early = The planned start is { $at }: it is too early.
refusal-session-without-papers = { $count } seats have no paper yet: the examination officer has to draw them first.
refusal-session-not-planned = This session was started or closed already.
refusal-session-not-running = This session is not running.
refusal-session-has-open = { $count } candidates have not handed in.
refusal-nobody-to-check-in = Nobody is waiting to be checked in.
refusal-already-checked-in = This candidate is checked in already.
refusal-incident-kind-unknown = Choose a kind.
refusal-incident-not-seated = This candidate is not in this session.
refusal-duty-excluded-of = On this batch { $name } already acts as { $held ->
    [registrar] registrar
    [eligibility_approver] eligibility approver
    [paper_drawer] paper drawer
    [invigilator] invigilator
    [examiner] examiner
    [result_settler] result settler
    [score_approver] score approver
    [certificate_officer] certificate officer
    [certificate_approver] certificate approver
    [objection_decider] objection decider
    [supervisor] supervisor
   *[other] { $held }
 }, which excludes { $wanted ->
    [registrar] registrar
    [eligibility_approver] eligibility approver
    [paper_drawer] paper drawer
    [invigilator] invigilator
    [examiner] examiner
    [result_settler] result settler
    [score_approver] score approver
    [certificate_officer] certificate officer
    [certificate_approver] certificate approver
    [objection_decider] objection decider
    [supervisor] supervisor
   *[other] { $wanted }
 }: choose another person.
refusal-moment-unreadable = '{ $text }' is no date and time such as 2026-05-06T09:30.
refusal-text-empty = This is missing.
refusal-bank-already-loaded = A bank with exactly this content was loaded on { $at } (version { $label }). It was not loaded again.
refusal-bank-problem = { $place }  { $message }  |  { $excerpt }
refusal-bank-problems-more = { $count } more errors are not listed: correct these first.
refusal-bank-zip-unreadable = The file is no zip that can be read: { $cause }
refusal-bank-zip-entries = The zip has { $entries } entries; at most { $most } are taken. Nothing was loaded.
refusal-bank-zip-path = The zip's path '{ $name }' cannot be used (it leads out of the folder, or occurs twice). Nothing was loaded.
refusal-bank-zip-foreign = Only .toml files may be in the zip; '{ $name }' is none. Nothing was loaded.
refusal-bank-zip-too-large = It unpacks to more than { $most } MB. It was stopped and nothing was loaded.
refusal-bank-zip-no-room = The server has no room to unpack the bank. Nothing was loaded; tell the administrator.
refusal-station-code = The code has 2 to 12 letters or digits.
refusal-station-code-taken = Another station has the code '{ $code }'.
refusal-station-unknown = There is no such station.
refusal-room-seats = A room has 1 to { $most } seats.
refusal-room-name-taken = The station has a room '{ $name }' already.
refusal-room-unknown = There is no such room at the batch's station.
refusal-room-taken = Room '{ $room }' is taken from { $from } until { $until }. Choose another time or room.
refusal-deadline-past = Registration would have ended on { $at } already.
refusal-publicity-days = Publicity takes 0 to { $most } days.
refusal-plan-numbers-used-up = All 999 plan numbers of this station and month are used.
refusal-plan-published-already = Plan { $number } is published already and does not change any more.
refusal-plan-without-batch = Plan { $number } has no batch; it needs at least one.
refusal-plan-not-published = The plan is not published yet.
refusal-batch-twice = The plan already has { $occupation }, level { $level }.
refusal-tickets-batch-settled = The batch's results are settled: no more tickets are given out. The tickets there are were not touched.
refusal-batch-settled = The batch's results are settled: no session can be added.
refusal-components-none = Choose at least one component.
refusal-component-not-examined = This batch does not examine { $component ->
    [theory] theory
   *[other] practical
 }.
refusal-rule-unknown = There is no paper rule '{ $rule }'.
refusal-scheme-unknown = There is no certificate scheme '{ $scheme }'.
refusal-bank-unknown = There is no such bank version.
refusal-bank-practice = Bank version { $label } is for practice and never serves a real session.
refusal-bank-without-tasks = The bank has no practical tasks, so practical skill cannot be examined.
refusal-bank-too-small = The bank cannot serve '{ $rule }': { $places } shortages. The bank's page lists them.
refusal-session-begun = The session { $state ->
    [running] has begun
   *[other] is closed
 }: this cannot be done any more.
refusal-session-component = This is for { $component ->
    [theory] theory
   *[other] practical
 } sessions only.
refusal-session-past = The session would have ended on { $at } already.
refusal-session-too-short = The session has { $minutes } minutes; at least { $least } are needed, and it must end after it opens.
refusal-session-too-long = The session has { $minutes } minutes; at most { $most } are allowed.
refusal-session-shorter-than-paper = The session is shorter than the paper's { $minutes } minutes.
refusal-papers-drawn-already = The papers of this session are drawn: they are not drawn again, and no seat can be added.
refusal-tasks-drawn-already = The tasks of this session are drawn already.
refusal-tasks-short = '{ $group }' needs { $wanted } tasks; the bank has { $available }.
refusal-paper-shortage = { $message }
refusal-nobody-seated = Nobody has a seat in this session yet.
refusal-nobody-to-seat = Nobody is waiting for a seat: all who are approved have one, or sit elsewhere at that time ({ $elsewhere }).
refusal-seats-short = Room '{ $room }' has { $free } free seats; { $wanted } are needed. Nobody was seated.
refusal-seats-short-by = { $short } seats are missing. Nobody was seated.
refusal-listed-twice = Application { $application } is on the list twice.
refusal-not-approved = Application { $application } is not of this batch, or not approved.
refusal-not-seated = Application { $application } has no seat in this session.
refusal-seated-already = { $name } has a seat for this component already; a person has one.
refusal-seated-elsewhere = { $name } sits in another session at that time.
refusal-examiners-only-practical = Examiners work at practical sessions only.
refusal-examiners-too-few = There are { $size } examiners; at least { $least } are needed.
refusal-examiners-even = There are { $size } examiners; their number must be odd.
refusal-examiners-leader = Exactly one of the chosen examiners leads (now { $leaders }).
refusal-one-task-a-session = A person has one task at a session.
refusal-account-unknown = There is no such account, or it is disabled.
refusal-account-without-role = { $name } does not have the role of { $role ->
    [registrar] registrar
    [eligibility_approver] eligibility approver
    [paper_drawer] paper drawer
    [invigilator] invigilator
    [examiner] examiner
    [result_settler] result settler
    [score_approver] score approver
    [certificate_officer] certificate officer
    [certificate_approver] certificate approver
    [supervisor] supervisor
   *[other] { $role }
 }.
refusal-staff-begun = { $name } has begun to work and cannot be relieved; others can be added.
refusal-tickets-all-late = The session has begun: a ticket is replaced for a named candidate only.
refusal-ticket-numbers-used-up = The ticket numbers are used up (9999 batches a year, 9999 people a batch).
refusal-glyph-missing = No font has the character '{ $character }' in the name of { $name }. No code was replaced; ask the administrator to add a font.
refusal-result-same-person = Whoever settled the results cannot approve them: another person has to.
refusal-result-not-settled = The results are not settled, or were approved already.
refusal-result-not-approved = The results are not approved, or were published already.
refusal-result-not-published = The results are not published yet: no certificates.
refusal-result-already-approved = The results are approved and cannot be settled again.
refusal-result-held = { $count ->
    [one] A supervisor's hold stops the release; it has to be lifted first.
   *[other] { $count } holds of supervisors stop the release; they have to be lifted first.
}
refusal-result-still-public = The publicity lasts until { $until }.
refusal-result-no-end = The publicity period leads to no date.
refusal-result-nobody = This batch has no approved application.
refusal-result-attempt-open = { $name } ({ $ticket }): the theory paper is not handed in.
refusal-result-no-theory = { $name } ({ $ticket }): no record of theory, and the session is not closed.
refusal-result-no-draw = { $name } ({ $ticket }): no tasks were drawn for practical skill, or their weights are not 100 %.
refusal-result-no-practical = { $name } ({ $ticket }): no score sheet for practical skill, and the session is not closed.
refusal-result-unsigned = { $name } ({ $ticket }): a sheet for task { $task } is not signed.
refusal-result-too-few = { $name } ({ $ticket }): { $signed } of { $needed } examiners signed for task { $task }.
refusal-result-veto-pending = { $name } ({ $ticket }): veto { $code } of task { $task } waits for its second signature.
refusal-result-spread = { $name } ({ $ticket }): marks for task { $task } are far apart ({ $lowest } to { $highest }); the leading examiner has to look.
refusal-result-gaps-more = { $count } more are not listed.
refusal-authority-missing = There is no signing authority yet: the administrator runs “jianding authority init” on the server.
refusal-authority-name = “{ $name }” cannot name a signing authority: 1 to 40 characters, no special signs.
refusal-certificate-scheme = There is no certificate scheme “{ $scheme }”.
refusal-certificate-number = No number can be made: { $cause }. Look at the station's code.
refusal-certificate-list-approved = The list is already approved.
refusal-certificate-list-missing = No list was prepared yet.
refusal-certificate-list-not-approved = The list is not approved: nothing is issued.
refusal-certificate-same-person = Whoever prepared the list cannot approve it: another person has to.
refusal-certificate-nobody = Nobody passed every component.
refusal-certificate-not-due = This candidate is not on the list, or has a certificate already.
refusal-certificate-no-photo = { $name }: no photograph. A clerk has to add one.
refusal-certificate-glyph = { $name }: no font has “{ $character }” ({ $code }). The administrator has to add one.
refusal-certificate-address = The server's address “{ $url }” cannot stand on certificates: it must be https. The administrator sets server.base_url.
refusal-certificate-too-young = { $name }: not yet 16 on the date of issue.
refusal-certificate-too-long = { $name }: { $field } has { $chars } characters; { $most } fit on the certificate.
refusal-certificate-signer-ends = The signing certificate has ended or ends within 30 days: the administrator has to renew it.
refusal-certificate-unfit = { $name }: cannot be issued ({ $finding }).
refusal-certificate-stopped = Issuing stopped; what was issued is saved. Press “Issue” again; if it stops again, tell the administrator.
refusal-document-not-certifiable = A certificate names citizen ids and residence permits only: this kind of document cannot be registered.
refusal-result-written = { $name } ({ $ticket }): { $answers } written answers are not marked yet. Prepare them for marking; two examiners mark each.
refusal-marking-nothing = No paper that was handed in has a written answer.
refusal-marking-none-left = No answer to this question waits for you now.
refusal-marking-marked = You have marked this answer; a mark cannot be changed.
refusal-marking-taken = Others have taken over this answer; go on with the next one.
refusal-marking-level = Choose a level for line { $line }.
refusal-marking-remark-long = A remark has at most { $most } characters.
refusal-ledger-stopped = The ledger has stopped publishing, so no certificate can be issued now: { $cause }
refusal-change-reason-missing = Say why.
refusal-change-not-now = As the certificate stands now, this change is not possible.
refusal-change-already-asked = A change to this certificate already waits for its decision.
refusal-change-nothing = Give the name or the id number that is to be corrected.
refusal-change-name = This is not a name; look at it again.
refusal-change-citizen-id = The id number is not right; look at it again.
refusal-change-until = Give a date after today.
refusal-change-decided = This change was decided already, or does not exist.
refusal-change-same-person = Who asked does not decide: another person must.
refusal-group-no_card = { $name }: no examiner's card is on the register.
refusal-group-suspended = { $name }: card { $fact } is suspended or withdrawn.
refusal-group-not_yet_valid = { $name }: the card is valid from { $fact }.
refusal-group-expired = { $name }: the card is no longer valid from { $fact }.
refusal-group-occupation = { $name }: card { $fact } is not for this occupation.
refusal-group-level = { $name }: card { $fact } is not for this level.
refusal-group-relative = { $name }: a relative is among the candidates.
refusal-group-trainee = { $name }: an own trainee is among the candidates.
refusal-group-asked = { $name }: asked not to judge one of the candidates.
refusal-group-busy = { $name }: works at another session at the same time.
refusal-group-employer = { $name }: has the same employer as a candidate: { $fact }.
refusal-group-training_body = { $name }: a candidate comes from the body where the person teaches: { $fact }.
refusal-group-rotation = { $name }: judged { $fact } batches in a row for this body.
refusal-group-ratio = So many candidates need { $fact } examiners.
refusal-group-changed = At least { $fact } must not have been in the group before.
refusal-staff-entry = { $problem }
refusal-staff-state = The state is active, suspended or withdrawn.
refusal-staff-login = There is no account '{ $login }'. Make the account first, or leave this empty.
refusal-staff-number-taken = Card number { $number } is on the register already.
refusal-staff-import-mode = A register can overwrite or skip the same cards; it is never cleared.
refusal-year-unknown = This is not a year.
refusal-override-same-person = Whoever asks does not decide; another person must.
refusal-override-own-group = A member of the group does not decide about it.
refusal-judge-no_card = No examiner's card of yours is on the register, so you cannot judge. Ask the administrator.
refusal-judge-suspended = Your card { $number } is suspended or withdrawn, so you cannot go on judging. What you entered is saved; tell the examination office.
refusal-judge-not_yet_valid = Your card { $number } is valid from { $day }; you cannot judge yet.
refusal-judge-expired = Your card { $number } is no longer valid from { $day }, so you cannot go on judging. What you entered and signed is all kept. Tell the examination office: the card is renewed, or another examiner judges.
refusal-judge-occupation = Your card { $number } is not for this occupation.
refusal-judge-level = Your card { $number } is not for level { $level }.
refusal-judge-conflict = A conflict between you and this candidate is recorded; another examiner judges.
refusal-judge-employer = This candidate comes from your employer or training body ({ $employer }); unless a second person lets that go, another examiner judges.
refusal-assign-self = Nobody assigns themselves to judge or to supervise; another officer must.
refusal-supervisor-card = { $name }: no supervisor's card is valid on that day. Put it on the register, or renew it.
refusal-supervisor-conflict = { $name }: a conflict with a candidate is declared; somebody else must supervise.
refusal-staff-name = This is not a name.
refusal-staff-own-card = Nobody keeps an own card; another administrator must.
refusal-staff-holder-fixed = Card { $number } has declared conflicts, and stays with its holder's account.
refusal-figures-unreckoned = The figures were never reckoned. A bank keeper reckons them on the page of figures first.
