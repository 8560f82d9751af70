//! The morning of the demonstration: from an empty office to a theory session that can be sat now and a practical session
//! that can be judged now.

use std::collections::BTreeMap;
use std::path::Path;

use indicatif::ProgressBar;

use super::people::{ADMINISTRATOR, CANDIDATES, EMPLOYERS, STAFF, citizen_id};
use super::portrait::portrait;
use super::{CandidateLine, Program, StaffLine, Step};
use crate::bank::{Bank, ItemKind};
use crate::cli::Failure;
use crate::cli::bank::{bank_folders, read_bank};
use crate::kernel::{
    AccountId, ApplicationId, BankVersionId, BatchId, DAY, HOUR, Language, OneTimeCode, PersonName, RoomId, SECOND,
    SessionId, Timestamp,
};
use crate::office::account::{self, CreateAccount, ListAccounts, SetPassword, SetUp};
use crate::office::application::{DecideApplications, Decision, PutPhoto, RegisterApplication};
use crate::office::bank::load_bank;
use crate::office::desk::Answer;
use crate::office::input::Moment;
use crate::office::plan::{AddBatch, CreatePlan, CreateRoom, CreateStation, Part, PublishPlan};
use crate::office::practical::{ExaminerSession, OpenSheet, SignSheet};
use crate::office::room::{CheckInMany, ShowBoard, StartSession};
use crate::office::session::{AssignSession, CreateSession, DrawPapers, DrawTasks, IssueTickets, SeatSession};
use crate::office::staff::SaveCard;
use crate::office::terminal::{ConfirmPerson, SaveAnswers, ShowPaper, StartAttempt, SubmitAttempt, TerminalSignIn};
use crate::office::{Act, Actor, Caller, List, Office, Refusal, Upload, certificate};

/// How many candidates are left for visitors: to sit, and for the first examiner to judge.
const FOR_VISITORS: usize = 2;
/// How long planning the two sessions may take before the theory session opens.
const TURN: i64 = 5 * SECOND;
/// The bank that the demonstration's batch is examined with.
const BANK: &str = "electrician-4";

/// Somebody at work, by login.
type Crew = BTreeMap<&'static str, Caller>;

/// Prepares everything; the bar shows how far it is.
pub(super) async fn prepare(
    office: &Office,
    banks: &Path,
    address: &str,
    bar: &ProgressBar,
) -> Result<Program, Failure> {
    bar.set_length(u64::try_from(3 * CANDIDATES.len() + STAFF.len()).unwrap_or(0));
    let password = password(office);
    let authority = "江城演示签发机构（无效力）";
    certificate::ensure_authority(office, authority).await?;
    let crew = hire(office, &password, bar).await?;
    let mut loaded = None;
    for folder in bank_folders(banks) {
        let bank = read_bank(&folder)?;
        let id = load_bank(office, &crew["tiku"], bank.clone()).await?;
        if bank.code == BANK {
            loaded = Some((id, bank));
        }
    }
    let (bank_version, bank) =
        loaded.ok_or_else(|| Failure::new(format!("no bank '{BANK}' below {}", banks.display())))?;
    let batch = open_batch(office, &crew, bank_version).await?;
    let applications = register(office, &crew, batch.id, bar).await?;
    let day = open_sessions(office, &crew, &batch).await?;
    let waiting = &applications[..FOR_VISITORS];
    sit(office, &bank, &day, &applications[FOR_VISITORS..], bar).await?;
    judge(office, &crew, &bank, day.practical, &applications).await?;
    let ticket = |index: usize, application: &ApplicationId| {
        let (number, code) = day.tickets.get(application).cloned().unwrap_or_default();
        CandidateLine {
            name: CANDIDATES[index].to_owned(),
            ticket: number,
            code,
            address: format!("{address}/exam"),
        }
    };
    let staff_line = |login: &str, name: &str, roles: &str| StaffLine {
        login: login.to_owned(),
        name: name.to_owned(),
        roles: roles.to_owned(),
        address: format!("{address}/sign-in"),
    };
    let administrator = std::iter::once(staff_line(ADMINISTRATOR.0, ADMINISTRATOR.1, "administrator"));
    Ok(Program {
        address: address.to_owned(),
        staff: administrator
            .chain(STAFF.iter().map(|(login, name, roles)| staff_line(login, name, roles)))
            .collect(),
        candidates: waiting
            .iter()
            .enumerate()
            .map(|(index, id)| ticket(index, id))
            .collect(),
        password,
        data: String::new(),
    })
}

/// A password for this start only.
fn password(office: &Office) -> String {
    OneTimeCode::throw(office.entropy.as_ref()).to_string().to_lowercase()
}

async fn does<A: Act>(office: &Office, caller: &Caller, act: A) -> Step<A::Outcome> {
    office.perform(act, caller).await
}

async fn caller(office: &Office, token: &str) -> Step<Caller> {
    let (actor, _) = account::recognise(office, token).await?;
    Ok(Caller { actor, ..stranger() })
}

fn stranger() -> Caller {
    Caller {
        actor: Actor::Anonymous,
        request_id: "demo".to_owned(),
        language: Language::Zh,
        address: String::new(),
        terminal: None,
    }
}

/// Puts the examiners and the supervisor on the register; one card ends soon, so that the warning can be seen.
async fn register_examiners(office: &Office, administrator: &Caller) -> Step<()> {
    let day = |later: i64| {
        let at = jiff::Timestamp::from_millisecond((office.now() + later * DAY).millis());
        at.map_or_else(
            |_| String::new(),
            |at| at.to_zoned_datetime(office.zone.clone()).date().to_string(),
        )
    };
    for (place, (login, name, role)) in (1_i64..).zip(STAFF.iter().copied()) {
        let (kind, occupations, levels) = match (role, login) {
            ("examiner", "kaoping1") => ("senior_examiner", "6-31-01-03", "5,4,3,2,1"),
            ("examiner", _) => ("examiner", "6-31-01-03；6-18-01-01", "5,4,3"),
            ("supervisor", _) => ("external_supervisor", "", ""),
            _ => continue,
        };
        let card = SaveCard {
            login: login.to_owned(),
            name: name.to_owned(),
            kind: kind.to_owned(),
            number: format!("32-{place:04}"),
            occupations: occupations.to_owned(),
            levels: levels.to_owned(),
            valid_from: day(-900),
            valid_through: day(if login == "kaoping3" { 40 } else { 195 }),
            employer: "江城职业学院".to_owned(),
            training_body: "江城培训中心".to_owned(),
            ..SaveCard::default()
        };
        does(office, administrator, card).await?;
    }
    Ok(())
}

async fn hire(office: &Office, password: &str, bar: &ProgressBar) -> Step<Crew> {
    let mut crew = Crew::new();
    let Some(link) = account::first_link(office).await? else {
        return Err(Refusal::Fault(
            "this database already holds an installation: name an empty one, or leave the setting out".to_owned(),
        ));
    };
    let set_up = SetUp {
        token: link.trim_start_matches("/set-up/").to_owned(),
        login: ADMINISTRATOR.0.to_owned(),
        name: ADMINISTRATOR.1.to_owned(),
        password: password.to_owned(),
    };
    let signed_in = does(office, &stranger(), set_up).await?;
    let administrator = caller(office, &signed_in.token).await?;
    for (login, name, roles) in STAFF.iter().copied() {
        let create = CreateAccount {
            login: login.to_owned(),
            name: name.to_owned(),
            roles: roles.to_owned(),
        };
        let link = does(office, &administrator, create).await?;
        let token = link.path.trim_start_matches("/password/").to_owned();
        let set = SetPassword {
            token,
            password: password.to_owned(),
        };
        let signed_in = does(office, &stranger(), set).await?;
        crew.insert(login, caller(office, &signed_in.token).await?);
        bar.inc(1);
    }
    register_examiners(office, &administrator).await?;
    crew.insert(ADMINISTRATOR.0, administrator);
    Ok(crew)
}

struct Batch {
    id: BatchId,
    theory_room: RoomId,
    workshop: RoomId,
}

fn moment(office: &Office, millis: i64) -> Moment {
    Moment((office.now() + millis).millis().to_string())
}

async fn open_batch(office: &Office, crew: &Crew, bank: BankVersionId) -> Step<Batch> {
    let officer = &crew["kaowu"];
    let station = CreateStation {
        code: "3201001".to_owned(),
        name: "江城市第一职业技能鉴定站（演示）".to_owned(),
        name_en: "Jiangcheng First Skill Appraisal Station (demonstration)".to_owned(),
    };
    let station = does(office, officer, station).await?.station;
    let room = async |name: &str, seats: i64| {
        does(
            office,
            officer,
            CreateRoom {
                station,
                name: name.to_owned(),
                seats,
            },
        )
        .await
        .map(|room| room.room)
    };
    let (theory_room, workshop) = (room("第一机房", 36).await?, room("电工实训室", 30).await?);
    let plan = CreatePlan {
        station,
        title: "演示计划：电工四级统一鉴定".to_owned(),
        registration_until: moment(office, 24 * HOUR),
        publicity_days: Some(0),
    };
    let plan = does(office, officer, plan).await?.plan;
    let batch = AddBatch {
        plan,
        station,
        bank,
        rule: "demo-20".to_owned(),
        components: List(vec![Part::Theory, Part::Practical]),
        scheme: None,
    };
    let id = does(office, officer, batch).await?.batch;
    does(office, officer, PublishPlan { plan }).await?;
    Ok(Batch {
        id,
        theory_room,
        workshop,
    })
}

async fn register(office: &Office, crew: &Crew, batch: BatchId, bar: &ProgressBar) -> Step<Vec<ApplicationId>> {
    let clerk = &crew["baoming"];
    let mut applications = Vec::with_capacity(CANDIDATES.len());
    for (number, name) in CANDIDATES.iter().enumerate() {
        debug_assert!(name.parse::<PersonName>().is_ok());
        let register = RegisterApplication {
            batch,
            name: (*name).to_owned(),
            citizen_id: citizen_id(number).map(|id| id.reveal().to_owned()).unwrap_or_default(),
            phone: String::new(),
            employer: EMPLOYERS[number % EMPLOYERS.len()].to_owned(),
            source: None,
            exam_kind: None,
            education: None,
            trade_years: Some(6),
            held_level: None,
            held_since: String::new(),
        };
        let application = does(office, clerk, register).await?.application;
        does(
            office,
            clerk,
            PutPhoto {
                application,
                photo: Upload(portrait(number)),
            },
        )
        .await?;
        applications.push(application);
        bar.inc(1);
    }
    let decide = DecideApplications {
        batch,
        applications: List(applications.clone()),
        decision: Decision::Approve,
        reason: "演示：材料已核对".to_owned(),
    };
    does(office, &crew["shencha"], decide).await?;
    Ok(applications)
}

struct Day {
    practical: SessionId,
    tickets: BTreeMap<ApplicationId, (String, String)>,
}

async fn open_sessions(office: &Office, crew: &Crew, batch: &Batch) -> Step<Day> {
    let officer = &crew["kaowu"];
    // Nobody sits in two places at once: the practical session ends as the theory session opens. Judging goes on after.
    let turn = office.now() + TURN;
    let session = async |component: Part, room: RoomId, from: Timestamp, until: Timestamp| {
        let create = CreateSession {
            batch: batch.id,
            component,
            room,
            opens_at: Moment(from.millis().to_string()),
            closes_at: Moment(until.millis().to_string()),
        };
        does(office, officer, create).await.map(|session| session.session)
    };
    let practical = session(Part::Practical, batch.workshop, turn + -4 * HOUR, turn).await?;
    let theory = session(Part::Theory, batch.theory_room, turn, turn + 12 * HOUR).await?;
    for session in [theory, practical] {
        let order = crate::enrolment::SeatOrder::Plain;
        does(
            office,
            officer,
            SeatSession {
                session,
                order,
                applications: List(Vec::new()),
            },
        )
        .await?;
    }
    let ids = account_ids(office, crew).await?;
    let of = |logins: &[&str]| List(logins.iter().filter_map(|login| ids.get(*login).copied()).collect());
    let nobody = || List(Vec::<AccountId>::new());
    let watch = AssignSession {
        session: theory,
        invigilators: of(&["jiankao"]),
        examiners: nobody(),
        leader: None,
        supervisors: of(&["dudao"]),
        override_reason: String::new(),
    };
    does(office, officer, watch).await?;
    let judges = AssignSession {
        session: practical,
        invigilators: nobody(),
        examiners: of(&["kaoping1", "kaoping2", "kaoping3"]),
        leader: ids.get("kaoping1").copied(),
        supervisors: of(&["dudao"]),
        override_reason: String::new(),
    };
    does(office, officer, judges).await?;
    does(office, officer, DrawPapers { session: theory }).await?;
    does(office, officer, DrawTasks { session: practical }).await?;
    let tickets = does(
        office,
        officer,
        IssueTickets {
            session: theory,
            applications: List(Vec::new()),
        },
    )
    .await?;
    let tickets = tickets
        .tickets
        .into_iter()
        .map(|one| (one.application, (one.number, one.code)))
        .collect();
    let early = u64::try_from(turn - office.now()).unwrap_or(0);
    tokio::time::sleep(std::time::Duration::from_millis(early)).await;
    does(office, &crew["jiankao"], StartSession { session: theory }).await?;
    let board = does(office, &crew["jiankao"], ShowBoard { session: theory }).await?;
    let check_in = CheckInMany {
        session: theory,
        attempts: List(board.seats.iter().filter_map(|seat| seat.attempt).collect()),
    };
    does(office, &crew["jiankao"], check_in).await?;
    Ok(Day { practical, tickets })
}

async fn account_ids(office: &Office, crew: &Crew) -> Step<BTreeMap<String, AccountId>> {
    let accounts = does(office, &crew[ADMINISTRATOR.0], ListAccounts {}).await?;
    Ok(accounts
        .into_iter()
        .map(|account| (account.login, account.account))
        .collect())
}

/// Has everybody but the visitors' candidates sit: most know the trade, some do not.
async fn sit(office: &Office, bank: &Bank, day: &Day, who: &[ApplicationId], bar: &ProgressBar) -> Step<()> {
    for (number, application) in who.iter().enumerate() {
        let Some((ticket, code)) = day.tickets.get(application) else {
            continue;
        };
        let sign_in = TerminalSignIn {
            ticket: ticket.clone(),
            code: code.clone(),
        };
        let signed_in = does(office, &stranger(), sign_in).await?;
        let candidate = caller(office, &signed_in.token).await?;
        does(office, &candidate, ConfirmPerson { right: true }).await?;
        does(office, &candidate, StartAttempt {}).await?;
        let paper = does(office, &candidate, ShowPaper {}).await?;
        let known = if number % 7 == 3 { 9 } else { 15 + number % 6 };
        let answers = paper.questions.iter().enumerate().map(|(index, question)| {
            let right = right_answer(bank, &question.stem, |text| {
                question
                    .options
                    .iter()
                    .find(|option| option.text == text)
                    .map(|option| option.letter.clone())
            });
            let value = if index < known { right } else { String::new() };
            Answer {
                number: question.number,
                value,
                revision: 1,
                flagged: false,
            }
        });
        let answers = answers.collect();
        does(office, &candidate, SaveAnswers { answers }).await?;
        does(office, &candidate, SubmitAttempt {}).await?;
        bar.inc(1);
    }
    Ok(())
}

/// What somebody who knows the trade answers, in the letters of the paper.
fn right_answer(bank: &Bank, stem: &str, letter_of: impl Fn(&str) -> Option<String>) -> String {
    let Some(item) = bank.items.iter().find(|item| item.stem == stem) else {
        return String::new();
    };
    if item.kind == ItemKind::TrueFalse {
        return item.key.clone();
    }
    let texts = item
        .key
        .bytes()
        .filter_map(|letter| item.options.get(usize::from(letter.saturating_sub(b'A'))));
    let mut letters: Vec<String> = texts.filter_map(|text| letter_of(text)).collect();
    letters.sort();
    letters.concat()
}

/// Has the examiners judge: all three the candidates that sat, two of them the visitors' first.
async fn judge(office: &Office, crew: &Crew, bank: &Bank, session: SessionId, who: &[ApplicationId]) -> Step<()> {
    for (place, login) in ["kaoping1", "kaoping2", "kaoping3"].into_iter().enumerate() {
        let examiner = &crew[login];
        let work = does(office, examiner, ExaminerSession { session }).await?;
        for (number, application) in who.iter().enumerate() {
            if place == 0 && number < FOR_VISITORS {
                continue;
            }
            for task in &work.tasks {
                let open = OpenSheet {
                    session,
                    application: *application,
                    task: task.code.clone(),
                };
                let sheet = does(office, examiner, open).await?.sheet;
                let fields = entries(bank, &task.code, number + place);
                does(
                    office,
                    examiner,
                    SignSheet {
                        sheet,
                        revision: 0,
                        fields,
                    },
                )
                .await?;
            }
        }
    }
    Ok(())
}

/// A sheet's entries: every element judged, a fault here and there.
fn entries(bank: &Bank, task: &str, turn: usize) -> BTreeMap<String, String> {
    let elements = bank.task(task).map(|task| task.elements.as_slice()).unwrap_or_default();
    let mut fields = BTreeMap::from([("minutes".to_owned(), "45".to_owned())]);
    for (index, element) in elements.iter().enumerate() {
        fields.insert(format!("done.{}", element.code), "1".to_owned());
        if (index + turn).is_multiple_of(3) && !element.deductions.is_empty() {
            fields.insert(format!("count.{}.0", element.code), "1".to_owned());
        }
    }
    fields
}
