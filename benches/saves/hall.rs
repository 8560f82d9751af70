//! A hall: a server of its own and a theory session in which everybody has started.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use jianding::bank::{BankKind, generated};
use jianding::document::Fonts;
use jianding::enrolment::SeatOrder;
use jianding::jobs;
use jianding::kernel::{
    AccountId, ApplicationId, BatchId, CitizenId, Entropy, HOUR, Language, OsEntropy, RoomId, SeededEntropy,
    SystemClock,
};
use jianding::office::account::{self, CreateAccount, ListAccounts, SetPassword, SetUp};
use jianding::office::application::{DecideApplications, Decision, PutPhoto, RegisterApplication};
use jianding::office::bank::load_bank;
use jianding::office::plan::{AddBatch, CreatePlan, CreateRoom, CreateStation, Part, PublishPlan};
use jianding::office::room::{CheckInMany, ShowBoard, StartSession};
use jianding::office::session::{AssignSession, CreateSession, DrawPapers, IssueTickets, SeatSession};
use jianding::office::{Act, Actor, Caller, Foundations, Keys, List, Moment, Office, Refusal, Upload};
use jianding::store::Store;
use jianding::web::{App, Serving, Site, serve};
use reqwest::Client;
use serde_json::{Value, json};
use tokio::sync::watch;

/// Whatever ends a measurement early.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Items of the generated bank.
const ITEMS: usize = 4_000;
/// 60 single, 20 true or false, 20 multiple.
const RULE: &str = "mixed-60-20-20";
const PASSWORD: &str = "seven grey cranes over the lake";
/// Login and role of the staff.
const STAFF: [(&str, &str); 5] = [
    ("keeper", "bank_keeper"),
    ("clerk", "clerk"),
    ("eligibility", "eligibility_approver"),
    ("officer", "exam_officer"),
    ("invigilator", "invigilator"),
];

/// A server of its own and the candidates in it.
pub(crate) struct Hall {
    pub(crate) candidates: Vec<Candidate>,
    _jobs: watch::Sender<bool>,
    _folder: tempfile::TempDir,
}

impl Hall {
    /// Opens the office, prepares a theory session, and seats and starts so many candidates.
    pub(crate) async fn open(candidates: usize) -> Result<Self, Failure> {
        let folder = tempfile::tempdir()?;
        let store = Store::open_file(&folder.path().join("hall.db")).await?;
        store.check_durability().await?;
        let serving = Serving::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
        let url = format!("http://{}", serving.address);
        let office = Arc::new(Office::open(Foundations {
            store,
            clock: Arc::new(SystemClock),
            entropy: Arc::new(OsEntropy),
            keys: Keys::from_secret(OsEntropy.seed().0),
            fonts: Arc::new(Fonts::built_in()?),
            zone: jiff::tz::TimeZone::get("Asia/Shanghai")?,
            base_url: url.clone(),
            demo: false,
        }));
        let tickets = prepare(&office, candidates).await?;
        let (jobs, stopping) = watch::channel(false);
        tokio::spawn(jobs::run(office.clone(), stopping));
        tokio::spawn(serve(
            serving,
            App::new(office, Site::default()),
            std::future::pending(),
        ));
        let mut seated = Vec::with_capacity(tickets.len());
        for (ticket, code) in tickets {
            seated.push(Candidate::sits_down(&url, &ticket, &code).await?);
        }
        Ok(Self {
            candidates: seated,
            _jobs: jobs,
            _folder: folder,
        })
    }
}

/// A candidate with a started attempt and a connection of their own.
#[derive(Clone)]
pub(crate) struct Candidate {
    client: Client,
    url: String,
    token: String,
    /// Each question's number and what can be answered.
    pub(crate) questions: Vec<(i64, Vec<String>)>,
}

impl Candidate {
    async fn sits_down(url: &str, ticket: &str, code: &str) -> Result<Self, Failure> {
        let client = Client::builder().pool_max_idle_per_host(1).build()?;
        let mut candidate = Self {
            client,
            url: url.to_owned(),
            token: String::new(),
            questions: Vec::new(),
        };
        let signed_in = candidate
            .does("sign-in", json!({ "ticket": ticket, "code": code }))
            .await?;
        candidate.token = signed_in["token"].as_str().ok_or("no token")?.to_owned();
        candidate.does("confirm", json!({ "right": true })).await?;
        candidate.does("start", json!({})).await?;
        let paper = candidate.sees("/terminal/paper").await?;
        for question in paper["questions"].as_array().ok_or("no questions")? {
            let letters = question["options"].as_array().map(Vec::as_slice).unwrap_or_default();
            let mut values: Vec<String> = letters
                .iter()
                .filter_map(|one| one["letter"].as_str())
                .map(str::to_owned)
                .collect();
            if values.is_empty() {
                values = vec!["T".to_owned(), "F".to_owned()];
            }
            let number = question["number"].as_i64().ok_or("no number")?;
            candidate.questions.push((number, values));
        }
        Ok(candidate)
    }

    async fn does(&self, what: &str, input: Value) -> Result<Value, Failure> {
        let request = self
            .client
            .post(format!("{}/api/v1/terminal/{what}", self.url))
            .bearer_auth(&self.token)
            .json(&input);
        let response = request.send().await?;
        let (status, told) = (response.status(), response.json::<Value>().await?);
        if status.is_success() {
            Ok(told)
        } else {
            Err(format!("{what}: {status} {told}").into())
        }
    }

    async fn sees(&self, path: &str) -> Result<Value, Failure> {
        let request = self
            .client
            .get(format!("{}/api/v1{path}", self.url))
            .bearer_auth(&self.token);
        Ok(request.send().await?.error_for_status()?.json().await?)
    }

    /// The smallest request that the same server answers.
    pub(crate) async fn says_hello(&self) -> Result<bool, Failure> {
        let response = self.client.get(format!("{}/healthz", self.url)).send().await?;
        let status = response.status();
        response.bytes().await?;
        Ok(status.is_success())
    }

    /// Saves one answer; the acknowledgement, unless the server said to come back.
    pub(crate) async fn saves(&self, number: i64, value: &str, revision: i64) -> Result<Option<Value>, Failure> {
        let answer = json!({ "number": number, "value": value, "revision": revision, "flagged": false });
        let request = self
            .client
            .post(format!("{}/api/v1/terminal/answers", self.url))
            .bearer_auth(&self.token);
        let response = request.json(&json!({ "answers": [answer] })).send().await?;
        if response.status() == reqwest::StatusCode::SERVICE_UNAVAILABLE {
            response.bytes().await?;
            return Ok(None);
        }
        let (status, told) = (response.status(), response.json::<Value>().await?);
        if status.is_success() {
            Ok(Some(told))
        } else {
            Err(format!("save: {status} {told}").into())
        }
    }

    /// What the server has: revision and value by question.
    pub(crate) async fn stored(&self) -> Result<BTreeMap<i64, (i64, String)>, Failure> {
        let state = self.sees("/terminal").await?;
        let answers = state["answers"].as_array().ok_or("no answers")?;
        let read = answers.iter().filter_map(|one| {
            let value = one["value"].as_str()?.to_owned();
            Some((one["number"].as_i64()?, (one["revision"].as_i64()?, value)))
        });
        Ok(read.collect())
    }
}

async fn does<A: Act>(office: &Office, caller: &Caller, act: A) -> Result<A::Outcome, Refusal> {
    office.perform(act, caller).await
}

async fn caller(office: &Office, token: &str) -> Result<Caller, Refusal> {
    let (actor, _) = account::recognise(office, token).await?;
    Ok(Caller { actor, ..stranger() })
}

fn stranger() -> Caller {
    Caller {
        actor: Actor::Anonymous,
        request_id: "bench".to_owned(),
        language: Language::Zh,
        address: String::new(),
    }
}

/// Somebody at work, by login; and their account ids.
struct Crew {
    callers: BTreeMap<&'static str, Caller>,
    accounts: BTreeMap<String, AccountId>,
}

async fn hire(office: &Office) -> Result<Crew, Failure> {
    let link = account::first_link(office).await?.ok_or("the folder is not new")?;
    let set_up = SetUp {
        token: link.trim_start_matches("/set-up/").to_owned(),
        login: "administrator".to_owned(),
        name: "管理".to_owned(),
        password: PASSWORD.to_owned(),
    };
    let administrator = caller(office, &does(office, &stranger(), set_up).await?.token).await?;
    let mut callers = BTreeMap::new();
    for (login, roles) in STAFF {
        let create = CreateAccount {
            login: login.to_owned(),
            name: login.to_owned(),
            roles: roles.to_owned(),
        };
        let link = does(office, &administrator, create).await?;
        let set = SetPassword {
            token: link.path.trim_start_matches("/password/").to_owned(),
            password: PASSWORD.to_owned(),
        };
        let signed_in = does(office, &stranger(), set).await?;
        callers.insert(login, caller(office, &signed_in.token).await?);
    }
    let accounts = does(office, &administrator, ListAccounts {}).await?;
    let accounts = accounts.into_iter().map(|one| (one.login, one.account)).collect();
    Ok(Crew { callers, accounts })
}

/// From an empty office to a running session in which everybody is checked in; gives tickets and codes.
async fn prepare(office: &Office, candidates: usize) -> Result<Vec<(String, String)>, Failure> {
    let crew = hire(office).await?;
    let (batch, room) = open_batch(office, &crew, candidates).await?;
    register(office, &crew, batch, candidates).await?;
    let (officer, invigilator) = (&crew.callers["officer"], &crew.callers["invigilator"]);
    let create = CreateSession {
        batch,
        component: Part::Theory,
        room,
        opens_at: moment(office, 0),
        closes_at: moment(office, 12 * HOUR),
    };
    let session = does(office, officer, create).await?.session;
    let applications = List(Vec::<ApplicationId>::new());
    let order = SeatOrder::Plain;
    does(
        office,
        officer,
        SeatSession {
            session,
            order,
            applications,
        },
    )
    .await?;
    let watch = AssignSession {
        session,
        invigilators: List(vec![crew.accounts["invigilator"]]),
        examiners: List(Vec::new()),
        leader: None,
        supervisors: List(Vec::new()),
    };
    does(office, officer, watch).await?;
    does(office, officer, DrawPapers { session }).await?;
    let applications = List(Vec::new());
    let issued = does(office, officer, IssueTickets { session, applications }).await?;
    does(office, invigilator, StartSession { session }).await?;
    let board = does(office, invigilator, ShowBoard { session }).await?;
    let attempts = List(board.seats.into_iter().filter_map(|seat| seat.attempt).collect());
    does(office, invigilator, CheckInMany { session, attempts }).await?;
    Ok(issued.tickets.into_iter().map(|one| (one.number, one.code)).collect())
}

fn moment(office: &Office, later: i64) -> Moment {
    Moment((office.now() + later).millis().to_string())
}

async fn open_batch(office: &Office, crew: &Crew, seats: usize) -> Result<(BatchId, RoomId), Failure> {
    let mut bank = generated(ITEMS, &SeededEntropy::new(1));
    // A practice bank serves no session.
    bank.kind = BankKind::Live;
    let bank = load_bank(office, &crew.callers["keeper"], bank).await?;
    let officer = &crew.callers["officer"];
    let station = CreateStation {
        code: "3201001".to_owned(),
        name: "测量站".to_owned(),
        name_en: "Measuring Station".to_owned(),
    };
    let station = does(office, officer, station).await?.station;
    let (name, seats) = ("大机房".to_owned(), i64::try_from(seats)?);
    let room = does(office, officer, CreateRoom { station, name, seats }).await?.room;
    let plan = CreatePlan {
        station,
        title: "测量".to_owned(),
        registration_until: moment(office, 24 * HOUR),
        publicity_days: Some(0),
    };
    let plan = does(office, officer, plan).await?.plan;
    let batch = AddBatch {
        plan,
        station,
        bank,
        rule: RULE.to_owned(),
        components: List(vec![Part::Theory]),
        scheme: None,
    };
    let batch = does(office, officer, batch).await?.batch;
    does(office, officer, PublishPlan { plan }).await?;
    Ok((batch, room))
}

async fn register(office: &Office, crew: &Crew, batch: BatchId, candidates: usize) -> Result<(), Failure> {
    let clerk = &crew.callers["clerk"];
    let photo = photo()?;
    let mut applications = Vec::with_capacity(candidates);
    for number in 0..candidates {
        let register = RegisterApplication {
            batch,
            name: format!(
                "考生{}",
                char::from_u32(0x4E00 + u32::try_from(number)?).ok_or("no name")?
            ),
            citizen_id: citizen_id(number).ok_or("no id")?,
            phone: String::new(),
            employer: String::new(),
            source: None,
            exam_kind: None,
            education: None,
            trade_years: Some(6),
            held_level: None,
            held_since: String::new(),
        };
        let application = does(office, clerk, register).await?.application;
        let photo = Upload(photo.clone());
        does(office, clerk, PutPhoto { application, photo }).await?;
        applications.push(application);
    }
    let decide = DecideApplications {
        batch,
        applications: List(applications),
        decision: Decision::Approve,
        reason: "材料已核对".to_owned(),
    };
    does(office, &crew.callers["eligibility"], decide).await?;
    Ok(())
}

/// An id that fits the check digit, of a region that does not exist.
fn citizen_id(number: usize) -> Option<String> {
    let (month, day) = (1 + number % 12, 1 + number % 27);
    CitizenId::complete(&format!("9999991990{month:02}{day:02}{number:03}")).map(|id| id.reveal().to_owned())
}

/// A picture that passes for a photo.
fn photo() -> Result<Vec<u8>, Failure> {
    let picture = image::RgbImage::from_pixel(413, 579, image::Rgb([240, 240, 240]));
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, image::ImageFormat::Png)?;
    Ok(bytes.into_inner())
}
