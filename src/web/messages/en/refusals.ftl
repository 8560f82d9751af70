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
    [supervisor] supervisor
   *[other] { $wanted }
 }: choose another person.
refusal-moment-unreadable = '{ $text }' is no date and time such as 2026-05-06T09:30.
refusal-text-empty = This is missing.
refusal-text-too-long = It has { $chars } characters; at most { $most } are allowed, without control characters.
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
