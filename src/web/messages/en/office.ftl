banks-title = Question banks
banks-empty = No bank is loaded yet. The bank keeper loads a bank folder as a zip.
bank-for = Occupation
bank-label = Version
bank-kind = Use
bank-kind-live = Live
bank-kind-practice = Practice
bank-items = Items
bank-tasks = Practical tasks
bank-loaded = Loaded
bank-digest = Digest
bank-size = Size
bank-n-items = { $n ->
    [one] one item
   *[other] { $n } items
 }
bank-n-points = { $n ->
    [one] one point
   *[other] { $n } points
 }
bank-n-tasks = { $n ->
    [one] one practical task
   *[other] { $n } practical tasks
 }
bank-sealed = The content is stored sealed. Here are its numbers only, no item.
bank-rules = Can papers be drawn?
bank-rule = Paper rule
bank-can-draw = Yes
bank-shortages = { $n ->
    [one] one shortage
   *[other] { $n } shortages
 }
bank-ranges = Ranges
bank-range = Range
bank-weight = Weight
bank-points = Points
bank-importance = Importance
bank-importance-X = X core
bank-importance-Y = Y general
bank-importance-Z = Z auxiliary
bank-difficulty = Difficulty
bank-difficulty-1 = 1 very easy
bank-difficulty-2 = 2 easy
bank-difficulty-3 = 3 medium
bank-difficulty-4 = 4 hard
bank-difficulty-5 = 5 very hard
bank-warnings = Warnings at loading
bank-load = Load a bank
bank-load-hint = Pack the bank folder as a zip (only .toml files, at most 30 MB). If anything is wrong nothing is loaded, and every problem is listed with file and line. A loaded version never changes; a changed bank is loaded as a new version.
bank-file = Bank folder (zip)
bank-load-do = Check and load
stations-title = Stations and rooms
stations-empty = There is no station yet. Add one, then its rooms.
station-rooms-empty = No rooms yet.
station-room = Room
station-room-seats = Seats
station-room-add = Add room
station-new = New station
station-code = Code
station-code-hint = 2 to 12 letters and digits; plan numbers begin with it.
station-name = Chinese name
station-name-en = English name
station-add = Add station
plans-title = Plans and batches
plans-empty = There is no plan yet.
plans-empty-officer = There is no plan yet. Draft the first one below.
plan-state-draft = Draft
plan-state-published = Published
plan-until = Registration until { $at }
plan-publicity = { $n ->
    [one] one day of publicity
   *[other] { $n } days of publicity
 }
plan-no-batch = No batch yet. The plan can be published once it has one.
plan-batch = Batch
plan-components = Components
plan-station = Station
plan-bank = Bank version
plan-rule = Paper rule
plan-scheme = Certificate
plan-publish = Publish plan
plan-publish-sure = Once published no batch can be added, and registration begins. Press again to publish.
plan-new = New plan
plan-needs-station = Add a station and its rooms first.
plan-title = Title
plan-registration-until = Registration until
plan-publicity-days = Days of publicity
plan-create = Draft plan
batch-add = Add a batch
batch-needs-bank = There is no live bank yet: ask the bank keeper to load one.
batch-undecided = Undecided
batch-approved = Approved
batch-stands = Progress
batch-facts = Batch
batch-duties = Duties
batch-duties-empty = Nobody has taken a duty yet.
batch-duties-hint = Duties that exclude each other are refused to the same person.
batch-events = Last events
batch-events-empty = Nothing is recorded yet.
batch-minutes = { $n } minutes
batch-publicity-until = Public until { $at }
batch-count-applications = { $n } registered
batch-count-without-photo = { $n } without photo
batch-count-undecided = { $n } undecided
batch-count-approved = { $n } approved
batch-count-rejected = { $n } rejected
batch-count-sessions = { $n ->
    [one] one session
   *[other] { $n } sessions
 }
batch-count-seated = { $n ->
    [one] one seat given
   *[other] { $n } seats given
 }
batch-count-unseated = { $n ->
    [one] one seat missing
   *[other] { $n } seats missing
 }
batch-count-unstaffed = { $n ->
    [one] one session lacks staff
   *[other] { $n } sessions lack staff
 }
batch-count-tickets = { $n ->
    [one] one ticket
   *[other] { $n } tickets
 }
batch-count-papers = { $n ->
    [one] one paper
   *[other] { $n } papers
 }
batch-count-tasks-drawn = { $n ->
    [one] tasks drawn for one session
   *[other] tasks drawn for { $n } sessions
 }
batch-count-submitted = { $n } handed in
batch-count-closed = { $n ->
    [one] one session closed
   *[other] { $n } sessions closed
 }
batch-count-sheets-open = { $n ->
    [one] one sheet unsigned
   *[other] { $n } sheets unsigned
 }
batch-count-sheets-signed = { $n ->
    [one] one sheet signed
   *[other] { $n } sheets signed
 }
batch-count-results = { $n ->
    [one] one result
   *[other] { $n } results
 }
batch-count-holds = { $n ->
    [one] one hold
   *[other] { $n } holds
 }
batch-count-listed = { $n } listed
batch-count-issued = { $n } issued
step-plan = Plan
step-registration = Registration
step-eligibility = Eligibility
step-seats = Seats
step-papers = Papers
step-theory = Theory
step-practical = Practical
step-results = Results
step-publicity = Publicity
step-certificates = Certificates
light-green = Done
light-amber = To do
light-red = Blocked
light-grey = Not yet
office-duty-registrar = registrar
office-duty-eligibility_approver = eligibility approver
office-duty-paper_drawer = paper drawer
office-duty-invigilator = invigilator
office-duty-examiner = examiner
office-duty-result_settler = result settler
office-duty-score_approver = score approver
office-duty-certificate_officer = certificate officer
office-duty-certificate_approver = certificate approver
office-duty-objection_decider = objection decider
office-duty-supervisor = supervisor
sessions-title = Sessions
sessions-empty = No session yet. Plan theory first, then practical.
session-when = Time
session-seats = Seats
session-staff = Staff
session-drawn = Drawn
prepared-state-planned = planned
prepared-state-running = running
prepared-state-closed = closed
session-new = Plan a session
session-needs-room = The station has no room yet: add one first.
session-component = Component
session-opens = Opens
session-closes = Closes
session-create = Plan session
session-unseated = { $n ->
    [one] one person without a seat
   *[other] { $n } people without a seat
 }
session-papers = Papers
session-tasks = Tasks
session-tickets = Tickets
session-seat = Seat
session-employer = Employer
session-citizen-id = Id
session-ticket = Ticket number
session-paper = Paper digest
session-task-position = Order
session-task-group = Group
session-task-title = Task
seats-empty = No seats are given yet.
seat-attempt-seated = not here yet
seat-attempt-checked_in = checked in
seat-attempt-open = working
seat-attempt-submitted = handed in
seat-do-title = { $n ->
    [one] Give a seat to one person
   *[other] Give seats to { $n } people
 }
seat-order = Order
seat-order-mixed = By lot, colleagues apart
seat-order-plain = As registered
seat-do = Give seats
papers-title = Draw papers
papers-hint = Draws an own paper for every seat by the batch's rule and stores it sealed. No seat can be added afterwards.
papers-sure = { $n ->
    [one] Draw the paper for one seat?
   *[other] Draw papers for { $n } seats?
 } This is done once. Press again to draw.
papers-do = Draw papers
tasks-title = Draw tasks
tasks-hint = Draws this session's tasks by the structure table; they are the same for everybody in the session.
tasks-sure = Draw the tasks of this session? This is done once. Press again to draw.
tasks-do = Draw tasks
tickets-hint = Makes a PDF to print, two to a page. The codes are in this file only and are not stored: keep it safe.
tickets-sure = { $n ->
    [one] One ticket was
   *[other] { $n } tickets were
 } made already. Their codes stop working at once and have to be handed out again. Press again to go on.
tickets-do = { $n ->
    [one] Make one ticket
   *[other] Make { $n } tickets
 }
staff-empty = Nobody is assigned yet.
staff-leader = leader
staff-assign = Assign staff
staff-examiners-hint = At least three, an odd number, one of them leads.
events-title = Recorded events
events-empty = No event fits.
events-older = Older events
event-at = Time
event-who = Who
event-act = Act
event-subject = Subject
event-from = From
event-to = To
event-find = Find
event-detail = Detail
actor-staff = staff
actor-candidate = candidate
actor-anonymous = not signed in
actor-system = system
# Acts
act-set-up = Makes the first administrator, with the one-time link
act-sign-in = Signs a member of staff in
act-sign-out = Ends the sign-in
act-progress = Tells how far one's own slow work has come
act-me = Tells who is signed in, and with which roles
act-password-change = Changes one's own password; ends all other sign-ins
act-password-set = Sets a first password with a one-time link
act-token-issue = Issues a short-lived API token tied to the present sign-in
act-account-list = Lists the accounts and their roles
act-account-create = Creates an account and gives its one-time link
act-account-change = Changes roles, or disables or enables an account
act-account-link = Gives a new one-time link for a forgotten password
act-event-list = Reads the recorded events
act-bank-list = Lists the loaded bank versions
act-bank-show = Counts a bank against the paper rules; shows no item
act-bank-load = Loads a bank folder (a zip) as a new immutable version
act-station-list = Lists stations and rooms
act-station-create = Adds a station
act-room-create = Adds a room to a station
act-plan-list = Lists plans and their batches
act-plan-create = Drafts a plan
act-plan-publish = Publishes a complete plan
act-batch-add = Adds an occupation at a level to a plan
act-batch-show = Shows a batch: where it stands and what comes next
act-application-list = Lists a batch's applications, ids masked
act-application-show = Shows one application, id masked
act-application-reveal = Shows the full citizen id, for a recorded reason
act-application-register = Registers one candidate
act-application-decide = Approves or rejects applications
act-application-withdraw = Withdraws an application
act-photo-put = Stores a candidate's photo
act-roll-check = Tries a candidate list without saving anything
act-roll-import = Imports a candidate list
act-session-list = Lists the sessions that the caller has to do with
act-session-planned = Lists a batch's sessions: where, when, and how far each is prepared
act-session-show = Shows how a session is prepared: seats, staff, papers, tasks, tickets
act-session-create = Plans a session in a room
act-session-seat = Assigns seats to approved candidates
act-session-assign = Assigns invigilators, examiners and supervisors
act-ticket-issue = Makes admission tickets with fresh one-time codes
act-paper-draw = Draws and stores the papers of a theory session
act-task-draw = Draws the tasks of a practical session
act-session-board = Shows seats, states and problems of a session
act-session-start = Opens a session for its candidates
act-session-close = Closes a session after its last candidate
act-session-extend = Gives everybody in the room extra time
act-session-check-in = Checks several candidates of a session in at once
act-attempt-check-in = Checks a candidate in, person against photo
act-attempt-extend = Gives one candidate extra time
act-attempt-release = Lets a candidate go on at another terminal
act-attempt-force = Hands a candidate's paper in
act-incident-record = Records an incident
act-terminal-sign-in = Signs a candidate in with ticket number and code
act-terminal-state = Tells a terminal its state, the seconds left and the saved answers
act-terminal-paper = Gives the candidate's paper; it has no key
act-terminal-confirm = Confirms name and photo
act-terminal-start = Starts the attempt
act-terminal-save = Saves answers; acknowledged once durable
act-terminal-submit = Hands the paper in
act-examiner-work = Lists the caller's sessions, candidates and sheets
act-examiner-session = Shows the caller's candidates and own sheets in one session
act-sheet-blank = Gives the blank score sheets of a session, to print
act-sheet-show = Shows one's own score sheet
act-sheet-open = Opens one's own sheet for a candidate and a task
act-sheet-save = Saves marks and deductions of one's own sheet
act-sheet-sign = Signs one's own sheet; it never changes again
act-veto-raise = Raises a veto item, with a reason
act-veto-confirm = Gives the second signature to a veto item
act-veto-withdraw = Takes one's own veto item back before its second signature
act-supervision-work = Lists the sessions to supervise
act-supervision-show = Shows check-list, findings and holds of a session
act-checklist-save = Saves, and on request signs, the on-site check-list
act-finding-raise = Raises a finding
act-hold-raise = Stops the release of the batch's results
act-hold-list = Lists holds, the open ones first
act-hold-lift = Lifts a hold, as the one who sent the supervisor
act-result-list = Lists a batch's results
act-result-export = Gives a batch's results as a workbook
act-result-settle = Settles every component by its frozen rule
act-result-approve = Approves results that another person settled
act-result-publish = Publishes the results and starts the publicity period
act-notice-list = Lists the batches in publicity
act-notice-show = Shows a batch's published results, names masked
act-certificate-list = Lists a batch's certificates and how far issuing is
act-certificate-export = Gives the register of a batch's certificates as a workbook
act-certificate-pdf = Gives a certificate's signed file
act-certificate-prepare = Prepares the list of those who passed
act-certificate-approve = Approves a list that another person prepared
act-certificate-issue = Issues the certificates of an approved list, or one of them
act-verify-number = Checks a certificate by number and name
act-verify-statement = Checks the signed statement of a QR code
act-verify-root = Gives the root certificate with which anybody can check without us
act-verify-file = Checks a certificate's PDF
