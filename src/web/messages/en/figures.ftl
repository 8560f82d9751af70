act-bank-figures = See figures on items
act-bank-figures-file = Download figures on items
act-bank-reckon = Reckon figures on items
figures-title = Figures on items
figures-lead = From the answers of everybody who handed in, in sessions that are closed. Papers are drawn at random, so an item is held against the rest of each candidate's own paper. This page shows no item.
figures-reckoned = Reckoned
figures-used = Last used
figures-candidates = Candidates who handed in
figures-dependability = Dependability of scores (random papers)
figures-alpha = Cronbach's alpha
figures-alpha-hint = only where everybody had the same paper
figures-never = Never reckoned yet.
figures-reckon = Reckon again
figures-file = Download as Excel
figures-scatter = Each dot is an item: share of marks to the right, discrimination upwards; red ones are flagged.
figures-flag = Flags
figures-any = Any flag
figures-flag-key = Key in doubt
figures-flag-negative = Negative discrimination
figures-flag-weak = Weak discrimination
figures-flag-easy = Too easy
figures-flag-hard = Too hard
figures-flag-idle = An option hardly anybody takes
figures-kind = Kind
figures-point = Point
figures-filter = Filter
figures-lines = { $count ->
    [one] { $count } item.
   *[other] { $count } items.
  }
figures-few = Grey rows have fewer than 30 candidates: they say little and are never flagged.
figures-item = Item
figures-seen = Seen by
figures-papers = { $count ->
    [one] on { $count } paper
   *[other] on { $count } papers
  }
figures-correct = Share of marks
figures-discrimination = Discrimination
figures-options = Options taken (correlation with the rest)
figures-unseen = Nobody has had it yet
figures-none = not estimable
figures-never-decides = Flags are for people to look at: no key, score or bank changes by itself.
act-bank-figures-report = Download the report on items
figures-report = Report to print (PDF)
