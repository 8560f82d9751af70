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
    [supervisor] 督导
   *[other] { $wanted }
 }”，请换一个人。
refusal-moment-unreadable = “{ $text }”不是日期和时间，例如 2026-05-06T09:30。
refusal-text-empty = 请填写。
refusal-text-too-long = 有 { $chars } 个字符，最多 { $most } 个，且不能有换行等控制字符。
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
