# After the scores: reckoning again, objections, rechecks, corrections, alerts, archive

recompute-title = Scores reckoned again
recompute-do = Reckon the scores again
recompute-lead = From the frozen papers, keys and rules, every score is reckoned again out of the answer log and the signed sheets, and compared with what is stored.
recompute-same = { $count ->
    [one] { $count } score reckoned again: it is what is stored
   *[other] { $count } scores reckoned again: all are what is stored
  }
recompute-differs = { $count ->
    [one] { $count } difference
   *[other] { $count } differences
  }
recompute-component = Component
recompute-what = What differs
recompute-stored = Stored
recompute-reckoned = Reckoned
recompute-digest = Fingerprint of the reckoned scores
recompute-what-score = Another score
recompute-what-missing = No score is stored
recompute-what-extra = A score too many
recompute-what-answers = Answers are not those of the log, questions
recompute-what-sheet = A sheet does not add up
recompute-what-unmarked = Written answers not fully marked, questions
recompute-what-unsettled = Not fully judged
bundle-title = Score bundle
bundle-lead = Papers, keys, answers, sheets and rules, without names. Whoever reckons with it, on whatever machine, gets the same. It has the keys to the questions: taking it is recorded.
bundle-do = Download the score bundle

objection-title = Objections
objection-until = Objections are taken in until { $until }.
objection-over = Objections were taken in until { $until }.
objection-not-yet = Objections are taken in once the results are public.
objection-file = Take an objection in
objection-file-do = Take in
objection-claim = What the candidate says is wrong
objection-evidence = Evidence
objection-evidence-hint = PDF, JPEG or PNG, 5 MB at most. It is kept sealed, with its SHA-256.
objection-none = No objections.
objection-open = Open
objection-upheld = Upheld
objection-dismissed = Dismissed
objection-reason = Reason, as the candidate will read it
objection-uphold = Uphold
objection-dismiss = Dismiss
objection-to-regrade = Propose a correction
objection-rule = Whoever rechecks and decides had no other part in this batch. If a result has to change, a correction is proposed, and two people approve it.
recheck-title = Recheck
recheck-do = Recheck: apply the key again, add again, look for missed pages
recheck-same = Reckoned again: { $score }, as stored.
recheck-stored = Stored: { $score }.
recheck-reckoned = Reckoned again: { $score }.
recheck-pages = { $count ->
    [one] { $count } question or sheet was looked at.
   *[other] { $count } questions or sheets were looked at.
  }
recheck-blank = Without an answer or a signature: { $list }.
recheck-aside = { $count ->
    [one] { $count } answer came too late or from a replaced terminal and does not count.
   *[other] { $count } answers came too late or from a replaced terminal and do not count.
  }

regrade-title = Corrections of results
regrade-lead = One person proposes and sees at once what every score was and would be, and who crosses the line. It counts when { $count } others agree. Every earlier result stays readable; no certificate changes by itself.
regrade-propose = Propose a correction
regrade-propose-do = Reckon and propose
regrade-item = Item
regrade-item-hint = Its number in the bank. Left empty, no key changes: the scores are reckoned again from the answer log.
regrade-key = Right answer
regrade-key-hint = By the letters of the bank. Several that are each right: A,C. With * everybody who had the item is given its marks.
regrade-none = No corrections.
regrade-everybody = marks for everybody who had it
regrade-again = Reckoned again
regrade-open = Waits for approval
regrade-declined = Declined
regrade-applied = Applied
regrade-changes = { $count ->
    [one] { $count } score changes
   *[other] { $count } scores change
  }
regrade-up = { $count ->
    [one] { $count } passes now
   *[other] { $count } pass now
  }
regrade-down = { $count ->
    [one] { $count } fails now
   *[other] { $count } fail now
  }
regrade-preview = Was and now
regrade-was = Was
regrade-now = Now
regrade-crosses-up = passes now
regrade-crosses-down = fails now
regrade-approve = Agree
regrade-decline = Decline
regrade-doubt = Certificates in doubt
regrade-doubt-lead = After a correction these holders would not pass. Their certificates stay valid until one person asks for their voiding and another grants it.
regrade-number = Certificate number
regrade-doubt-ask = Ask to void
regrade-doubt-asked = Asked for, waits for a decision
regrade-doubt-waits = To be decided

version-title = Versions of the results
version-lead = Every settling and every correction leaves a version: who, when, why. No version can be changed or deleted.
version-none = No results yet.
version-number = Version
version-cause = How it came about
version-by = By
version-cause-settle = Settled
version-cause-regrade = Corrected
version-lines = Scores of version { $number }
version-score = Score

act-result-recompute = Reckons scores again and compares
act-result-bundle = Exports the score bundle
act-result-versions = Lists the versions of results
act-objection-file = Takes an objection in
act-objection-list = Lists objections
act-objection-evidence = Gives an objection's evidence
act-objection-recheck = Rechecks an objection
act-objection-decide = Decides an objection
act-regrade-propose = Proposes a correction of results
act-regrade-list = Lists corrections of results
act-regrade-vote = Agrees to a correction of results or declines it

refusal-objection-too-late = Objections were taken in until { $until }; this one cannot be taken in any more. With new evidence, write to the supervising authority.
refusal-objection-not-public = The results are not public yet; objections are taken in once they are.
refusal-objection-ticket = This batch has no such ticket number.
refusal-objection-evidence-large = The evidence is larger than { $megabytes } MB.
refusal-objection-evidence-kind = The evidence must be a PDF, JPEG or PNG.
refusal-objection-own = Whoever took an objection in does not decide it.
refusal-objection-decided = This objection was decided at { $at }.
refusal-objection-decision = Choose: uphold or dismiss.
refusal-objection-not-rechecked = Recheck first, then decide.
refusal-regrade-item = The bank has no item { $item }.
refusal-regrade-key = This is no key for this item: give the letters of the bank. Written answers, blanks, matching, ordering and pictures only take *.
refusal-regrade-nothing = This correction would change no score.
refusal-regrade-open = Another correction waits for approval; deal with it first.
refusal-regrade-decision = Choose: agree or decline.
refusal-regrade-own = Whoever proposes a correction does not approve it.
refusal-regrade-voted = You have said yes or no already; another person has to.
refusal-regrade-outdated = The results changed after this was proposed: the preview no longer holds. Propose it again.
