act-verify-list = Check a list
verify-reason-slip = This is a slip of a check, not a certificate of skill.
check-list-title = Check a list
check-list-for = for inspections and hiring, when many are to be checked at once
check-list-lead = Send a list and get an answer to each row, and a digitally signed slip. No account is needed; the list is not kept.
check-list-rows = { $count ->
    [one] One row,
   *[other] { $count } rows,
}
check-list-valid = { $count ->
    [0] none of which matches a certificate in force.
    [one] one of which matches a certificate in force.
   *[other] { $count } of which match certificates in force.
}
check-list-row = Row
check-list-answer = Answer
check-list-slip = Download the slip (PDF)
check-list-workbook = Download the answers (xlsx)
check-list-not-told = How a certificate stands is told only when name, number and id all match. A wrong fact and a number that does not exist get the same answer. Whether the bearer is the holder must still be checked against an identity document and the photograph.
check-list-send = Send a list
check-list-columns = The list needs the columns 姓名 (name), 证书编号 (certificate number) and 证件号码 (id number), at most 500 rows, formatted as text.
check-list-blank = Download a blank list
check-list-file = List
check-list-file-hint = .xlsx or .csv, at most 2 MB
check-list-too-large = The file is larger than 2 MB.
check-list-slip-how = How to check a slip
check-list-slip-how-lead = The slip is signed with a key of ours that is for checks only and cannot sign certificates. The root certificate is enough to check it offline:
refusal-check-list-column = The list has no column "{ $column }". Please download the blank list and fill it in.
refusal-check-list-empty = The list has no rows to check.
refusal-check-list-too-long = The list has { $rows } rows; at most { $most } are checked at once. Please send it in parts.
refusal-authority-other-root = This authority leads to another root than the one of this installation.
refusal-signer-missing = The signing key is with a signer of its own, and nobody has told the server where: set signer.socket.
refusal-signer-refused = The signer refused: { $cause }.
refusal-checking-key-missing = There is no key for checks here yet, so lists cannot be checked. The administrator can renew the signing keys (jianding authority rotate).
act-certificate-print-set = Get the print file
act-blank-spoil = Note a spoiled blank
act-blank-list = Look at spoiled blanks
act-certificate-integrity = Look at the integrity report
act-certificate-integrity-export = Export the integrity report
certificate-print-set = Print file of the whole batch (PDF)
refusal-certificate-print-nothing = There is no certificate to print yet.
stock-title = Spoiled blanks
stock-note-one = Note a spoiled blank or printed sheet
stock-lead = Every sheet that is misprinted, jammed, damaged or lost is noted. Each serial is noted once and cannot be changed.
stock-serial = Print serial
stock-cause = Cause
stock-number = Number of the certificate on it (empty if none)
stock-note = Note
stock-noted = Noted
stock-do = Note it
stock-cause-misprint = Misprint
stock-cause-jam = Paper jam
stock-cause-damaged = Damaged
stock-cause-faulty_blank = Faulty blank
stock-cause-lost = Lost
stock-cause-other = Other
refusal-blank-serial = A serial has 4 to 24 letters, digits or hyphens.
refusal-blank-note = Please say what happened when the cause is "other".
refusal-blank-number = This batch has no certificate of this number.
refusal-blank-noted = This serial has been noted already.
integrity-title = Integrity of certificates
integrity-lead = Every number that was ever taken, one by one: gaps, duplicates, missing approvals, issues before the publicity ended, later sheets.
integrity-sound = Nothing needs an explanation.
integrity-grave = { $count ->
    [one] One finding needs an explanation.
   *[other] { $count } findings need an explanation.
}
integrity-made = Made at: { $at }
integrity-taken = Numbers taken
integrity-issued = Certificates issued
integrity-weight = Weight
integrity-kind = Finding
integrity-detail = Detail
integrity-is-grave = to be explained
integrity-is-noted = for the record
integrity-more = Only a part is listed here; the workbook has all.
integrity-not = This report checks numbers and approvals. Whether a certificate's content was changed is checked against the ledger: jianding ledger verify.
integrity-kind-gap = Missing numbers
integrity-kind-duplicate = A number twice
integrity-kind-beyond_counter = A number beyond those given out
integrity-kind-not_a_number = Not a certificate number
integrity-kind-no_approval = Not approved by somebody else
integrity-kind-before_approval = Issued before the list was approved
integrity-kind-before_publicity = Issued before the publicity ended
integrity-kind-two_for_one = Two in force for one person, occupation and level
integrity-kind-open = Taken long ago and not issued
integrity-kind-spoiled = Spoiled numbers
integrity-kind-later_sheet = Reissued, corrected or renewed
act-verify-crl = Get a list of revoked certificates
refusal-time-stamp-silent = There is no time stamp: { $cause }. Issuing waits and can go on later.
