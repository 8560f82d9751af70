refusal-sign-in-first = 请先登录。
refusal-forbidden = 您的角色不能做这件事。如果需要，请联系管理员。
refusal-not-found = 没有这个页面或内容，或者您无权查看。
refusal-stale = 别人刚刚改动过同一内容。请刷新后再试，您的改动没有覆盖别人的。
refusal-busy = 系统正忙，请稍等几秒再试。之前保存的内容都还在。
refusal-storage-full = 服务器磁盘已满，这次没有保存。之前保存的内容都还在；请联系管理员。
refusal-fault = 系统出错，这次没有保存。请把编号告诉管理员。
refusal-invalid = 填写的内容有问题，请按提示修改。
refusal-already-there = 已经存在相同的记录。
refusal-duty-excluded = 同一批次中您已经承担“{ $held ->
    [registrar] 报名登记
    [eligibility_approver] 资格审查
    [paper_drawer] 组卷
    [invigilator] 监考
    [examiner] 考评
    [result_settler] 统分
    [score_approver] 成绩审核
    [certificate_officer] 证书办理
    [certificate_approver] 证书审批
    [objection_decider] 异议处理
    [supervisor] 督导
   *[other] { $held }
 }”，不能再承担“{ $wanted ->
    [registrar] 报名登记
    [eligibility_approver] 资格审查
    [paper_drawer] 组卷
    [invigilator] 监考
    [examiner] 考评
    [result_settler] 统分
    [score_approver] 成绩审核
    [certificate_officer] 证书办理
    [certificate_approver] 证书审批
    [objection_decider] 异议处理
    [supervisor] 督导
   *[other] { $wanted }
 }”，须由另一人办理。
refusal-form-outdated = 页面已过期，请刷新后再提交。
refusal-input-unreadable = 无法识别：{ $cause }
refusal-body-too-large = 文件太大，上限 { $limit } KB。
refusal-sign-in-wrong = 登录名或密码不正确。
refusal-sign-in-locked = 失败次数过多，请 { $seconds } 秒后再试。
refusal-password-too-short = 密码至少 { $min } 个字符。
refusal-password-too-long = 密码最多 { $max } 个字符。
refusal-password-too-common = 密码太容易猜到，请换一句话。
refusal-password-wrong = 现在的密码不正确。
refusal-name-empty = 请填写姓名。
refusal-name-too-long = 姓名有 { $chars } 个字符，最多 50 个。
refusal-name-unusable = 姓名中有不能使用的字符“{ $character }”（{ $code }）。请核对身份证件上的写法。
refusal-link-unknown = 链接无效，请核对是否完整。
refusal-link-used = 链接已于 { $at } 使用过，请管理员重新给一个。
refusal-link-expired = 链接已于 { $at } 过期，请管理员重新给一个。
refusal-login-shape = 登录名为 3 到 40 个字母、数字、点、连字符或下划线。
refusal-login-taken = 登录名“{ $login }”已被使用。
refusal-role-unknown = 没有“{ $role }”这个角色。
refusal-auditor-and-administrator = 审计员与系统管理员不能是同一人。
refusal-not-oneself = 不能修改自己的账户权限。
refusal-judging-not-begun = 本场 { $at } 开始，之前不能评分，也不显示考题。
refusal-judging-over = 本批次成绩已经汇总，不能再评分。已签名的评分表都在。
refusal-candidate-not-seated = 这位考生没有安排在本场。
refusal-task-not-drawn = 本场没有抽到这道试题。
refusal-tasks-not-drawn = 本场还没有抽题，不能打印评分表。
refusal-sheet-of-another = 这是另一位考评员的评分表。各位考评员独立评分，互不查看。
refusal-sheet-signed = 评分表已于 { $at } 签名，不能再改动。签名的内容都在。
refusal-sheet-unmarked = 还有 { $count } 项没有评：{ $elements }。
refusal-element-unknown = 评分表没有这一项：{ $element }。
refusal-marks-shape = 分数应为数字，最多两位小数。
refusal-marks-negative = 分数不能小于 0。
refusal-marks-above = 超过本项配分 { $most } 分。
refusal-marks-step = 分数按 0.5 分一档给。
refusal-marks-and-faults = 直接给分和扣分只能用一种。
refusal-count-shape = 次数应为 0 到 99 的整数。
refusal-time-shape = 用时应为整数分、秒，不超过一天。
refusal-time-missing = 本题超时要扣分，请填写用时。
refusal-time-over-limit = 本题到 { $limit } 分钟停止操作，用时不能更长。
refusal-text-too-long = 最多 { $most } 个字符。
refusal-text-missing = 请填写内容。
refusal-reason-missing = 请写明原因。
refusal-veto-unknown = 本题没有这个否定项。
refusal-veto-stands = 这个否定项已经提出。
refusal-veto-same-signer = 提出人不能自己复签，须由本场另一位考评员复签。
refusal-veto-signed-already = 这个否定项已于 { $at } 复签。
refusal-veto-confirmed = 否定项已有两人签名，不能撤回。
refusal-veto-unconfirmed = 否定项 { $code } 还没有复签。请另一位考评员复签，或者撤回，再签名提交。
refusal-checklist-signed = 检查表已于 { $at } 签名，不能再改动。
refusal-checklist-unanswered = 还有 { $count } 项没有填，填完再签名。已填的内容都还在。
refusal-checklist-no-note = 选“否”时请写明情况。
refusal-checklist-stray = 检查表没有这一项或这个答案：{ $item }。
refusal-hold-same-person = 提出暂停的人不能自己解除。
refusal-hold-lifted = 已于 { $at } 解除。
refusal-hold-too-late = 成绩已经公布，不能再暂停发布。请记录问题，按异议和复核程序处理。
refusal-registration-before-publication = 计划尚未发布，不能报名。请考务员先发布计划。
refusal-registration-closed = 报名已于 { $at } 截止，没有登记。
refusal-applications-settled = 本批次成绩已汇总，报名信息不能再改。
refusal-citizen-id-shape = 身份证号码应为 18 位：17 位数字加 1 位数字或 X。
refusal-citizen-id-birth-date = 身份证号码中的出生日期不存在，请核对。
refusal-citizen-id-check = 身份证号码校验位不符，有数字录错了，请核对。
refusal-phone-shape = 手机号码应为 1 开头的 11 位数字。
refusal-employer-too-long = 工作单位有 { $chars } 个字符，最多 { $max } 个。
refusal-trade-years-range = 年限应为 0 到 60 的整数。
refusal-held-level-range = 等级应为一级到五级。
refusal-held-since-without-level = 填写了发证日期，请同时选择现有等级。
refusal-held-since-future = 发证日期不能晚于今天。
refusal-date-shape = 日期请写成 2020-05-06。
refusal-name-not-printable = 字符“{ $character }”（{ $code }）没有可用的字体，证书无法打印。请核对写法；确系本名的，请管理员先加装字体。
refusal-candidate-name-differs = 该身份证号码已登记的姓名是“{ $known }”，与“{ $given }”不同，没有登记。请核对姓名和号码。
refusal-application-twice = 该考生已在本批次报名，没有重复登记。
refusal-application-was-withdrawn = 该考生已撤回本批次的报名，不能再报本批次。
refusal-application-withdrawn = { $name }的报名已撤回，不能再办理。
refusal-application-decided = { $name }的报名已于 { $at } 审查过，没有改动。
refusal-application-seated = { $name }已排座位，不能撤回；当天不来按缺考处理。
refusal-own-registration = { $name }由您登记，不能由您审查，须由另一人办理。没有保存任何审查结果。
refusal-approval-needs-reason = { $name }的资料不符合任何一项申报条件。另有证明的，请填写审查意见后再通过。
refusal-nobody-chosen = 没有选择考生。请先勾选。
refusal-reason-needed = 请填写原因。
refusal-photo-missing = 请选择照片文件。
refusal-photo-too-large = 照片太大：文件不超过 { $megabytes } MB，边长不超过 { $side } 像素。原来的照片没有改动。
refusal-photo-not-a-picture = 文件不是 JPEG 或 PNG 图片，或者已损坏。原来的照片没有改动。
refusal-photo-too-small = 照片只有 { $width } × { $height } 像素，至少 150 × 210。原来的照片没有改动。
refusal-roll-no-file = 请选择名单文件。
refusal-roll-empty = 名单中没有考生，没有导入。
refusal-roll-too-long = 名单有 { $rows } 行以上，一次最多 { $max } 人。请分成几份导入。
refusal-roll-row = { $problem }
refusal-sheet-too-large = 名单文件太大，最多 { $megabytes } MB。没有导入。
refusal-sheet-old-or-locked = 这是旧版 .xls 文件，或加了密码。请另存为不带密码的 .xlsx 再上传。
refusal-sheet-kind = “{ $name }”不是 .xlsx 或 .csv 文件。没有导入。
refusal-sheet-bomb = 文件解压后大得不正常，没有打开。请用办公软件另存为新的 .xlsx 再上传。
refusal-sheet-columns = 第 { $row } 行超过 { $max } 列。请删去多余的列。
refusal-sheet-encoding = 文本文件的编码无法识别，请存为 UTF-8 或 GB 18030。
refusal-sheet-empty = 工作簿里没有表格。
refusal-sheet-broken = 文件无法读取：{ $cause }。请用办公软件另存后再上传。
refusal-ticket-wrong = 准考证号或登录口令不正确，请对照准考证重新输入。
refusal-ticket-no-seat = 这张准考证没有安排上机座位，请联系监考员。
refusal-ticket-other-day = 这张准考证的考试时间是 { $at }，现在还不能登录。
refusal-ticket-session-closed = 这张准考证的场次已于 { $at } 结束。
refusal-gate-no-paper = 试卷尚未准备好，请联系监考员。
refusal-gate-check-in = 请先由监考员核验身份。
refusal-gate-not-started = 还没有开考，请等待监考员宣布。
refusal-gate-too-late = 最晚入场时间是 { $at }，已经不能开始答题。
refusal-gate-handed-in = 试卷已经交了。
refusal-gate-closed = 本场考试已经结束。
refusal-second-terminal = 这份试卷正在另一台机器上作答。如需换机，请找监考员放行。
refusal-attempt-not-started = 还没有开始答题。
refusal-attempt-not-open = 该考生现在不在答题。
refusal-attempt-closed = 答题已于 { $at } 结束。之前保存的答案都有效。
refusal-submit-too-early = { $at } 以后才可以交卷。
refusal-answer-no-such-question = 试卷上没有第 { $number } 题。
refusal-answer-unreadable = 第 { $number } 题的答案无法识别。
refusal-too-many-answers = 一次最多保存 { $max } 个答案。
refusal-not-your-room = 您不是本场的监考员，不能操作。
refusal-reason-too-long = 原因有 { $chars } 个字，最多 500 个。
refusal-extension-out-of-range = 延长时间为 1 到 { $max } 分钟。
refusal-session-too-early = 计划开考时间是 { $at }，还不能开考。
refusal-session-without-papers = 还有 { $count } 个座位没有试卷，请考务员先组卷。
refusal-session-not-planned = 本场已经开考或结束。
refusal-session-not-running = 本场不在进行中。
refusal-session-has-open = 还有 { $count } 位考生没有交卷。
refusal-nobody-to-check-in = 没有等待签到的考生。
refusal-already-checked-in = 这位考生已经签到。
refusal-incident-kind-unknown = 请选择类别。
refusal-incident-not-seated = 这位考生不在本场。
refusal-duty-excluded-of = { $name }在同一批次中已经承担“{ $held ->
    [registrar] 报名登记
    [eligibility_approver] 资格审查
    [paper_drawer] 组卷
    [invigilator] 监考
    [examiner] 考评
    [result_settler] 统分
    [score_approver] 成绩审核
    [certificate_officer] 证书办理
    [certificate_approver] 证书审批
    [objection_decider] 异议处理
    [supervisor] 督导
   *[other] { $held }
 }”，不能再承担“{ $wanted ->
    [registrar] 报名登记
    [eligibility_approver] 资格审查
    [paper_drawer] 组卷
    [invigilator] 监考
    [examiner] 考评
    [result_settler] 统分
    [score_approver] 成绩审核
    [certificate_officer] 证书办理
    [certificate_approver] 证书审批
    [objection_decider] 异议处理
    [supervisor] 督导
   *[other] { $wanted }
 }”，请换一个人。
refusal-moment-unreadable = “{ $text }”不是日期和时间，例如 2026-05-06T09:30。
refusal-text-empty = 请填写。
refusal-bank-already-loaded = 相同内容的题库已于 { $at } 装入（版本 { $label }），没有再次装入。
refusal-bank-problem = { $place }　{ $message }　｜　{ $excerpt }
refusal-bank-problems-more = 还有 { $count } 处错误没有列出，改正以上的以后再试。
refusal-bank-zip-unreadable = 文件不是能读取的 zip：{ $cause }
refusal-bank-zip-entries = zip 中有 { $entries } 个文件，最多 { $most } 个。没有装入。
refusal-bank-zip-path = zip 中的路径“{ $name }”不能使用（指向文件夹之外，或出现两次）。没有装入。
refusal-bank-zip-foreign = zip 中只能有 .toml 文件，“{ $name }”不是。没有装入。
refusal-bank-zip-too-large = 解压后超过 { $most } MB，已停止，没有装入。
refusal-bank-zip-no-room = 服务器没有空间解压题库。没有装入，请联系管理员。
refusal-station-code = 代码为 2 到 12 位字母或数字。
refusal-station-code-taken = 代码“{ $code }”已被另一个站点使用。
refusal-station-unknown = 没有这个站点。
refusal-room-seats = 座位数为 1 到 { $most }。
refusal-room-name-taken = 本站点已有考场“{ $name }”。
refusal-room-unknown = 没有这个考场，或考场不属于批次的站点。
refusal-room-taken = 考场“{ $room }”在 { $from } 至 { $until } 已有场次。请换时间或考场。
refusal-deadline-past = 报名截止时间 { $at } 已经过去。
refusal-publicity-days = 公示天数为 0 到 { $most } 天。
refusal-plan-numbers-used-up = 本站点本月的计划编号已用完（999 个）。
refusal-plan-published-already = 计划 { $number } 已经发布，不能再改。
refusal-plan-without-batch = 计划 { $number } 还没有批次，至少需要一个。
refusal-plan-not-published = 计划还没有发布。
refusal-batch-twice = 计划中已有“{ $occupation }”{ $level } 级。
refusal-tickets-batch-settled = 本批次的成绩已经汇总，不再发放准考证。原有的准考证没有改动。
refusal-batch-settled = 批次的成绩已经汇总，不能再安排场次。
refusal-components-none = 至少选择一个考核科目。
refusal-component-not-examined = 本批次不考{ $component ->
    [theory] 理论知识
   *[other] 操作技能
 }。
refusal-rule-unknown = 没有组卷规则“{ $rule }”。
refusal-scheme-unknown = 没有证书方案“{ $scheme }”。
refusal-bank-unknown = 没有这个题库版本。
refusal-bank-practice = 题库版本 { $label } 是练习用的，不能用于正式考试。
refusal-bank-without-tasks = 题库没有操作技能任务，不能考操作技能。
refusal-bank-too-small = 题库不够按“{ $rule }”组卷，缺 { $places } 处。请看题库页面的缺题清单。
refusal-session-begun = 场次{ $state ->
    [running] 已经开始
   *[other] 已经结束
 }，不能再做这件事。
refusal-session-component = 这只能用于{ $component ->
    [theory] 理论知识
   *[other] 操作技能
 }场次。
refusal-session-past = 结束时间 { $at } 已经过去。
refusal-session-too-short = 场次只有 { $minutes } 分钟，至少 { $least } 分钟；结束须晚于开始。
refusal-session-too-long = 场次有 { $minutes } 分钟，最多 { $most } 分钟。
refusal-session-shorter-than-paper = 场次短于试卷的考试时间（{ $minutes } 分钟）。
refusal-papers-drawn-already = 本场试卷已经抽取，不能再抽，也不能再增加座位。
refusal-tasks-drawn-already = 本场操作任务已经抽取，不能再抽。
refusal-tasks-short = “{ $group }”要抽 { $wanted } 个任务，题库只有 { $available } 个。
refusal-paper-shortage = { $message }
refusal-nobody-seated = 本场还没有编排座位。
refusal-nobody-to-seat = 没有待编排的考生：资格审查通过的人都已有座位，或同一时间在别处考试（{ $elsewhere } 人）。
refusal-seats-short = 考场“{ $room }”只剩 { $free } 个座位，需要 { $wanted } 个。没有编排。
refusal-seats-short-by = 缺 { $short } 个座位。没有编排。
refusal-listed-twice = 申请 { $application } 在名单中出现两次。
refusal-not-approved = 申请 { $application } 不属于本批次，或资格审查未通过。
refusal-not-seated = 申请 { $application } 在本场没有座位。
refusal-seated-already = { $name }的这个科目已有座位，一人只能有一个。
refusal-seated-elsewhere = { $name }同一时间在另一场考试中有座位。
refusal-examiners-only-practical = 考评员只安排在操作技能场次。
refusal-examiners-too-few = 只有 { $size } 名考评员，至少 { $least } 名。
refusal-examiners-even = 考评员为 { $size } 名，人数须为单数。
refusal-examiners-leader = 须指定一位考评组长，且组长在所选考评员之中（现在 { $leaders } 位）。
refusal-one-task-a-session = 同一人在一场中只能有一项工作。
refusal-account-unknown = 没有这个账户，或已停用。
refusal-account-without-role = { $name }没有“{ $role ->
    [registrar] 报名登记
    [eligibility_approver] 资格审查
    [paper_drawer] 组卷
    [invigilator] 监考
    [examiner] 考评
    [result_settler] 统分
    [score_approver] 成绩审核
    [certificate_officer] 证书办理
    [certificate_approver] 证书审批
    [supervisor] 督导
   *[other] { $role }
 }”角色。
refusal-staff-begun = { $name }已经开始工作，不能撤换；可以增加人员。
refusal-tickets-all-late = 考试已经开始，只能为指名的考生补发准考证。
refusal-ticket-numbers-used-up = 准考证号已用完（每年 9999 个批次，每批 9999 人）。
refusal-glyph-missing = { $name }姓名中的“{ $character }”没有字体可以打印。没有更换任何口令；请管理员配置字体。
refusal-result-same-person = 汇总成绩的人不能审核自己汇总的成绩，须由另一人办理。
refusal-result-not-settled = 成绩还没有汇总，或者已经审核过。
refusal-result-not-approved = 成绩还没有审核，或者已经公示。
refusal-result-not-published = 成绩还没有公示，不能办理证书。
refusal-result-already-approved = 成绩已经审核，不能重新汇总。
refusal-result-held = 督导员已暂停发布（{ $count } 项），解除之后才能继续。
refusal-result-still-public = 公示期到 { $until } 结束，之后才能继续。
refusal-result-no-end = 公示天数推算不出截止日期。
refusal-result-nobody = 这一批次没有审核通过的报名。
refusal-result-attempt-open = { $name }（{ $ticket }）：理论考试还没有交卷。
refusal-result-no-theory = { $name }（{ $ticket }）：没有理论考试记录，场次也没有关闭。
refusal-result-no-draw = { $name }（{ $ticket }）：操作技能没有抽题，或抽题权重不足 100%。
refusal-result-no-practical = { $name }（{ $ticket }）：没有操作技能评分记录，场次也没有关闭。
refusal-result-unsigned = { $name }（{ $ticket }）：试题 { $task } 有评分表没有签名。
refusal-result-too-few = { $name }（{ $ticket }）：试题 { $task } 只有 { $signed } 名考评员签名，需要 { $needed } 名。
refusal-result-veto-pending = { $name }（{ $ticket }）：试题 { $task } 的否定项 { $code } 等待第二人签名。
refusal-result-spread = { $name }（{ $ticket }）：试题 { $task } 的评分相差过大（{ $lowest } 到 { $highest }），须由考评组长复核。
refusal-result-gaps-more = 还有 { $count } 项没有列出。
refusal-authority-missing = 还没有签名机构。请管理员在服务器上运行 jianding authority init。
refusal-authority-name = “{ $name }”不能作为签名机构的名称：1 到 40 个字符，不含特殊符号。
refusal-certificate-scheme = 没有“{ $scheme }”这种证书编号方案。
refusal-certificate-number = 编号无法生成：{ $cause }。请检查站点代码。
refusal-certificate-list-approved = 发证名单已经批准。
refusal-certificate-list-missing = 还没有编制发证名单。
refusal-certificate-list-not-approved = 发证名单还没有批准，不能签发。
refusal-certificate-same-person = 编制名单的人不能审批自己编制的名单，须由另一人办理。
refusal-certificate-nobody = 没有各科全部合格的考生。
refusal-certificate-not-due = 这名考生不在名单上，或者已经签发过。
refusal-certificate-no-photo = { $name }：没有照片。请报名员补上照片。
refusal-certificate-glyph = { $name }：字库里没有“{ $character }”（{ $code }）。请管理员增加字库。
refusal-certificate-address = 服务器的对外网址“{ $url }”不能印在证书上：须为 https 网址。请管理员修改设置 server.base_url。
refusal-certificate-too-young = { $name }：发证日期时未满 16 周岁。
refusal-certificate-too-long = { $name }：{ $field } 有 { $chars } 个字符，证书上最多排 { $most } 个。
refusal-certificate-signer-ends = 签名证书已经过期或将在 30 天内到期，请管理员更换。
refusal-certificate-unfit = { $name }：不能签发（{ $finding }）。
refusal-certificate-stopped = 签发中断，已签发的都已保存。请再按“签发”；仍然中断请联系管理员。
refusal-document-not-certifiable = 证书只能写公民身份号码或居住证号码，这种证件不能报名。
refusal-result-written = { $name }（{ $ticket }）：有 { $answers } 份论述题答案尚未评定。请先“准备论述题评卷”，由两名考评员评阅。
refusal-marking-nothing = 已交的试卷中没有写了答案的论述题。
refusal-marking-none-left = 这道题目前没有等您评阅的答卷。
refusal-marking-marked = 这份答卷您已经评过，评分不能修改。
refusal-marking-taken = 这份答卷已转由其他人评阅，请继续下一份。
refusal-marking-level = 请为第 { $line } 行选择等级。
refusal-marking-remark-long = 评语至多 { $most } 字。
refusal-ledger-stopped = 账本已停止公布，因此现在不能签发证书：{ $cause }
refusal-change-reason-missing = 请写明理由。
refusal-change-not-now = 证书目前的状态不允许这项变更。
refusal-change-already-asked = 这份证书已有一项变更在等待决定。
refusal-change-nothing = 请填写要更正的姓名或证件号码。
refusal-change-name = 姓名无法识别，请检查。
refusal-change-citizen-id = 证件号码不正确，请检查。
refusal-change-until = 请填写今天以后的日期。
refusal-change-decided = 这项变更已有决定，或不存在。
refusal-change-same-person = 申请人不能自己决定，请由另一人决定。
refusal-group-no_card = { $name }：没有登记考评员证卡。
refusal-group-suspended = { $name }：证卡 { $fact } 已暂停或收回。
refusal-group-not_yet_valid = { $name }：证卡 { $fact } 起有效。
refusal-group-expired = { $name }：证卡自 { $fact } 起失效。
refusal-group-occupation = { $name }：证卡 { $fact } 不含本职业。
refusal-group-level = { $name }：证卡 { $fact } 不含本等级。
refusal-group-relative = { $name }：考生中有亲属。
refusal-group-trainee = { $name }：考生中有自己的学员或徒弟。
refusal-group-asked = { $name }：已申请对考生回避。
refusal-group-busy = { $name }：同一时间在其他场次工作。
refusal-group-employer = { $name }：与考生同一单位：{ $fact }。
refusal-group-training_body = { $name }：考生来自其任教单位：{ $fact }。
refusal-group-rotation = { $name }：在本机构已连续考评 { $fact } 个批次。
refusal-group-ratio = 按考生人数需要 { $fact } 名考评员。
refusal-group-changed = 与上一批次相比至少更换 { $fact } 人。
refusal-staff-entry = { $problem }
refusal-staff-state = 状态只能是正常、暂停或收回。
refusal-staff-login = 没有账号“{ $login }”。请先建立账号，或留空。
refusal-staff-number-taken = 证卡编号 { $number } 已在名册中。
refusal-staff-import-mode = 名册只能覆盖或跳过相同的证卡，不能清空。
refusal-year-unknown = 年份不正确。
refusal-override-same-person = 申请人不能自己批准，请由另一人决定。
refusal-override-own-group = 考评组成员不能批准自己的考评组。
refusal-judge-no_card = 名册中没有您的考评员证卡，不能评分。请联系管理员登记。
refusal-judge-suspended = 您的证卡 { $number } 已暂停或收回，不能继续评分。已录入的内容都已保存，请联系考务人员。
refusal-judge-not_yet_valid = 您的证卡 { $number } 自 { $day } 起有效，现在不能评分。
refusal-judge-expired = 您的证卡 { $number } 自 { $day } 起失效，不能继续评分。已录入和已签名的内容都在，一项也没有丢失。请联系考务人员换证，或改由其他考评员评分。
refusal-judge-occupation = 您的证卡 { $number } 不含本职业，不能评分。
refusal-judge-level = 您的证卡 { $number } 不含 { $level } 级，不能评分。
refusal-judge-conflict = 您与这位考生已登记回避，不能评分或签名。请由其他考评员评分。
refusal-judge-employer = 这位考生来自您的工作单位或任教单位（{ $employer }），须经第二人批准放宽后才能评分。请由其他考评员评分。
refusal-assign-self = 不能安排自己考评或督导，请由另一位考务人员安排。
refusal-supervisor-card = { $name }：没有当日有效的督导员证卡。请先在名册中登记或换证。
refusal-supervisor-conflict = { $name }：已登记与考生的回避关系，不能督导本场。
refusal-staff-name = 姓名不能使用，请检查。
refusal-staff-own-card = 不能登记或修改自己的证卡，请由另一位管理员办理。
refusal-staff-holder-fixed = 证卡 { $number } 已登记回避关系，不能改到别的账号。
refusal-figures-unreckoned = 还没有计算过试题统计。请题库管理员先在“试题统计”页计算。
