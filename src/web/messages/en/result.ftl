result-title = Results
result-step-settled = Settled
result-step-approved = Approved
result-step-published = Published
result-step-final = Publicity over
result-holds = { $count ->
    [one] A supervisor has stopped the release. Until the hold is lifted, results are neither approved nor published, and no certificate is issued.
   *[other] Supervisors have stopped the release ({ $count } holds). Until they are lifted, results are neither approved nor published, and no certificate is issued.
}
result-settle = Settle the results
result-settle-again = Settle again
result-settle-lead = Theory counts by the paper, practical skill by the mean of at least three examiners; each component must reach 60 by itself, unrounded. Whatever is missing is listed person by person. Until somebody approves, results may be settled again.
result-settle-exceptions = Exceptions (with a reason)
result-accept-absent = Candidates without any record count as absent, because
result-accept-absent-hint = Needed only where a session was not closed or somebody had no seat.
result-accept-spread = Marks that are far apart are accepted, because
result-accept-spread-hint = Only after the leading examiner has looked at them.
result-settle-do = Settle
result-approve = Approve the results
result-approve-lead = You stand for the results below. Afterwards they cannot be settled again. Whoever settled them cannot approve them.
result-approve-ask = Approve? Press the button once more.
result-approve-do = Approve
result-publish = Publish the results
result-publish-lead = Everybody can see the notice: masked names, the last four digits of the ticket, passed or not. No scores.
result-publish-ask = Publish? Press the button once more.
result-publish-do = Publish
result-is-final = The publicity is over; the results are final.
result-in-publicity = The results are public now.
result-to-certificates = On to the certificates
result-to-notice = See the notice
result-none-yet = { $count ->
    [one] Nothing is settled yet. One application is approved; settle above once examination and marking are over.
   *[other] Nothing is settled yet. { $count } applications are approved; settle above once examination and marking are over.
}
result-filter = Filter by outcome
result-all = All
result-absent = Absent
result-search = Name or ticket number
result-search-do = Search
result-nothing-found = No candidate fits.
result-ticket = Ticket
result-outcome = Outcome
result-rounding = Shown with one decimal; passing is decided by the unrounded score, and less than 60 never shows as 60.0.
result-digest = Fingerprint of these results
outcome-passed = Passed
outcome-failed = Failed
outcome-incomplete = Incomplete
grade-pass = pass
grade-good = good
grade-excellent = excellent
certificate-title = Certificates
certificate-step-final = Results final
certificate-step-prepared = List prepared
certificate-step-approved = List approved
certificate-step-issued = Issued
certificate-wait-until = The publicity lasts until { $until }; certificates can be prepared after that.
certificate-wait = The results are not published yet; certificates can be prepared once the publicity is over.
certificate-running = Issuing
certificate-running-hint = You may leave this page: issuing goes on. If it is interrupted, “Issue” goes on with those that are missing.
certificate-prepare = Prepare the list
certificate-prepare-lead = { $count ->
    [one] One candidate passed every component. Photograph, characters of the name and dates are checked now.
   *[other] { $count } candidates passed every component. Photographs, characters of the names and dates are checked now.
}
certificate-prepare-do = Prepare
certificate-prepare-again = Prepare again
certificate-approve = Approve the list
certificate-approve-lead = { $count ->
    [one] The list has one name. Whoever prepared it cannot approve it.
   *[other] The list has { $count } names. Whoever prepared it cannot approve it.
}
certificate-approve-ask = Approve? Press the button once more.
certificate-approve-do = Approve
certificate-issue = Issue the certificates
certificate-issue-lead = { $count ->
    [one] One certificate is still to be issued. Numbers are given in order and never used again.
   *[other] { $count } certificates are still to be issued. Numbers are given in order and never used again.
}
certificate-issue-do = Issue all
certificate-issue-one = Issue this one
certificate-nobody-yet = Nobody is due a certificate yet.
certificate-revoked = Revoked
certificate-valid = Valid
certificate-not-issued = Not issued
