//! The people of the demonstration: invented names, and ids that fit the check digit and belong to nobody's village.

use crate::kernel::CitizenId;

/// Login, name and roles of the staff.
pub(super) const STAFF: &[(&str, &str, &str)] = &[
    ("tiku", "库文清", "bank_keeper"),
    ("baoming", "鲍明月", "clerk"),
    ("shencha", "申正", "eligibility_approver"),
    ("kaowu", "考平", "exam_officer"),
    ("jiankao", "简静", "invigilator"),
    ("kaoping1", "甄岩", "examiner"),
    ("kaoping2", "甄石", "examiner"),
    ("kaoping3", "甄磊", "examiner"),
    ("dudao", "杜清", "supervisor"),
    ("shenhe", "成核", "score_approver"),
    ("zhengshu", "郑舒", "certificate_officer"),
    ("shenpi", "郑批", "certificate_approver"),
    ("shenji", "沈记", "auditor"),
];

/// The administrator's login and name.
pub(super) const ADMINISTRATOR: (&str, &str) = ("guanli", "管理");

/// The names of the candidates; hard ones among them. The first is the visitor.
pub(super) const CANDIDATES: [&str; 30] = [
    "林致远",
    "买买提·吐尔逊",
    "欧阳若溪",
    "赵龘",
    "陈晓峰",
    "王思雨",
    "李建国",
    "张海燕",
    "刘志强",
    "杨丽华",
    "黄文博",
    "周雅琴",
    "吴俊杰",
    "徐美玲",
    "孙浩然",
    "马晓东",
    "朱婷婷",
    "胡建军",
    "郭雪梅",
    "何志明",
    "高翔宇",
    "罗春燕",
    "郑凯文",
    "梁小红",
    "谢国栋",
    "宋佳怡",
    "唐伟民",
    "许静雯",
    "阿依古丽·买合木提",
    "韩子轩",
];

/// Where the candidates work.
pub(super) const EMPLOYERS: [&str; 4] = ["江城机电有限公司", "东港造船厂", "城南建设集团", ""];

/// The citizen id of the candidate with this number. Region 999999 does not exist.
pub(super) fn citizen_id(number: usize) -> Option<CitizenId> {
    let month = 1 + number % 12;
    let day = 1 + number % 27;
    CitizenId::complete(&format!("9999991990{month:02}{day:02}{:03}", 100 + number))
}
