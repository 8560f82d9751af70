//! The cast: everybody who works in a story, each with one account, and how a batch comes as far as its sessions.

use std::collections::BTreeMap;
use std::io::{Cursor, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

use crate::accounts::{first_administrator, staff};
use crate::house::House;
use crate::people::Person;

/// Who works here.
pub(crate) struct Cast {
    pub(crate) administrator: Person,
    pub(crate) keeper: Person,
    pub(crate) clerk: Person,
    pub(crate) eligibility: Person,
    pub(crate) officer: Person,
    pub(crate) invigilator: Person,
    pub(crate) examiners: [Person; 3],
    pub(crate) supervisor: Person,
    pub(crate) approver: Person,
    pub(crate) issuer: Person,
    pub(crate) certifier: Person,
    pub(crate) auditor: Person,
    /// Account ids by login.
    pub(crate) accounts: BTreeMap<String, String>,
}

impl Cast {
    /// Makes everybody's account.
    pub(crate) async fn of(house: &House) -> Self {
        let administrator = first_administrator(house).await;
        let add = async |login: &str, name: &str, roles: &str| staff(house, &administrator, login, name, roles).await;
        let mut cast = Self {
            keeper: add("keeper", "库明", "bank_keeper").await,
            clerk: add("clerk", "鲍名", "clerk").await,
            eligibility: add("eligibility", "申查", "eligibility_approver").await,
            officer: add("officer", "考务平", "exam_officer").await,
            invigilator: add("invigilator", "简考", "invigilator").await,
            examiners: [
                add("examiner1", "甄一", "examiner").await,
                add("examiner2", "甄二", "examiner").await,
                add("examiner3", "甄三", "examiner").await,
            ],
            supervisor: add("supervisor", "杜导", "supervisor").await,
            approver: add("approver", "成核", "score_approver").await,
            issuer: add("issuer", "郑办", "certificate_officer").await,
            certifier: add("certifier", "郑批", "certificate_approver").await,
            auditor: add("auditor", "沈记", "auditor").await,
            administrator: administrator.clone(),
            accounts: BTreeMap::new(),
        };
        for account in administrator.sees("/accounts").await.ok().as_array().unwrap() {
            cast.accounts.insert(text(account, "login"), text(account, "account"));
        }
        for (login, name, kind) in [
            ("examiner1", "甄一", "senior_examiner"),
            ("examiner2", "甄二", "examiner"),
            ("examiner3", "甄三", "examiner"),
            ("supervisor", "杜导", "external_supervisor"),
        ] {
            carded(&administrator, login, name, kind).await;
        }
        cast
    }
}

/// Puts somebody on the register, for every occupation of the stories.
pub(crate) async fn carded(administrator: &Person, login: &str, name: &str, kind: &str) {
    let card = json!({
        "login": login, "name": name, "kind": kind, "number": format!("32-{login}"), "levels": "3，4，5",
        "occupations": "6-31-01-03 电工；4-03-02-01 中式烹调师；0-00-00-00 练习", "valid_from": "2024-01-01",
        "valid_through": "2027-12-31", "employer": "江城职业学院",
    });
    administrator.does("/staff", card).await.ok();
}

/// A text field of an outcome.
pub(crate) fn text(value: &Value, field: &str) -> String {
    value[field]
        .as_str()
        .unwrap_or_else(|| panic!("no text '{field}' in {value}"))
        .to_owned()
}

/// A bank's folder as a zip, in base64.
pub(crate) fn zipped(folder: &str) -> String {
    zipped_with(folder, |_, bytes| bytes)
}

/// The same, with files changed on the way.
pub(crate) fn zipped_with(folder: &str, change: impl Fn(&str, Vec<u8>) -> Vec<u8>) -> String {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let mut folders = vec![std::path::PathBuf::from(folder)];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
            archive
                .start_file(name.as_str(), zip::write::SimpleFileOptions::default())
                .unwrap();
            let bytes = change(&name, std::fs::read(&path).unwrap());
            archive.write_all(&bytes).unwrap();
        }
    }
    BASE64.encode(archive.finish().unwrap().into_inner())
}

/// A picture that passes for a photo: base64 PNG in one colour.
pub(crate) fn photo(shade: u8) -> String {
    let picture = image::RgbImage::from_pixel(413, 579, image::Rgb([240, 240, shade]));
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    BASE64.encode(bytes.into_inner())
}

/// A citizen id with a right check character, from a serial.
pub(crate) fn citizen_id(serial: u32) -> String {
    let digits = format!(
        "320102199{}0{}1{}{:03}",
        serial % 10,
        1 + serial % 9,
        serial % 9,
        serial
    );
    jianding::kernel::CitizenId::complete(&digits)
        .unwrap()
        .reveal()
        .to_owned()
}

/// A batch that is open for registration.
pub(crate) struct Batch {
    pub(crate) id: String,
    pub(crate) theory_room: String,
    pub(crate) workshop: String,
}

/// Loads the electrician's bank, makes a station with two rooms, and publishes a plan with one batch.
pub(crate) async fn open_batch(cast: &Cast) -> Batch {
    let loaded = cast
        .keeper
        .does("/banks", json!({ "file": zipped("question-banks/electrician/4") }))
        .await
        .ok();
    let station = json!({ "code": "3201001", "name": "江城职业技能鉴定站", "name_en": "Jiangcheng Station" });
    let station = text(&cast.officer.does("/stations", station).await.ok(), "station");
    let room = async |name: &str, seats: i64| {
        let path = format!("/stations/{station}/rooms");
        text(
            &cast
                .officer
                .does(&path, json!({ "name": name, "seats": seats }))
                .await
                .ok(),
            "room",
        )
    };
    let (theory_room, workshop) = (room("第一机房", 30).await, room("电工实训室", 12).await);
    let plan = json!({
        "station": station, "title": "2026年第四季度计划", "registration_until": "2026-11-30T18:00", "publicity_days": 5,
    });
    let plan = text(&cast.officer.does("/plans", plan).await.ok(), "plan");
    let batch = json!({
        "station": station, "bank": loaded["bank"], "rule": "demo-20", "components": ["theory", "practical"],
    });
    let batch = text(
        &cast.officer.does(&format!("/plans/{plan}/batches"), batch).await.ok(),
        "batch",
    );
    cast.officer
        .does(&format!("/plans/{plan}/publish"), json!({}))
        .await
        .ok();
    Batch {
        id: batch,
        theory_room,
        workshop,
    }
}

/// Registers somebody, with a photo; gives the application.
pub(crate) async fn register(cast: &Cast, batch: &Batch, name: &str, serial: u32) -> String {
    let input = json!({
        "name": name, "citizen_id": citizen_id(serial), "employer": "江城机电有限公司", "trade_years": 6,
    });
    let path = format!("/batches/{}/applications", batch.id);
    let application = text(&cast.clerk.does(&path, input).await.ok(), "application");
    let shade = u8::try_from(serial % 200).unwrap();
    cast.clerk
        .does(
            &format!("/applications/{application}/photo"),
            json!({ "photo": photo(shade) }),
        )
        .await
        .ok();
    application
}

/// Approves applications.
pub(crate) async fn approve(cast: &Cast, batch: &Batch, applications: &[String]) {
    let input = json!({ "applications": applications, "decision": "approve", "reason": "材料已核对" });
    cast.eligibility
        .does(&format!("/batches/{}/decisions", batch.id), input)
        .await
        .ok();
}

/// The two sessions of a batch, seated and staffed, papers and tasks drawn, tickets given out.
pub(crate) struct Sessions {
    pub(crate) theory: String,
    pub(crate) practical: String,
    /// Ticket number and code, by application.
    pub(crate) tickets: BTreeMap<String, (String, String)>,
}

/// Prepares both sessions for this morning.
pub(crate) async fn prepare_sessions(cast: &Cast, batch: &Batch) -> Sessions {
    let officer = &cast.officer;
    let session = async |component: &str, room: &str, opens: &str, closes: &str| {
        let input = json!({ "component": component, "room": room, "opens_at": opens, "closes_at": closes });
        text(
            &officer
                .does(&format!("/batches/{}/sessions", batch.id), input)
                .await
                .ok(),
            "session",
        )
    };
    let theory = session("theory", &batch.theory_room, "2026-11-23T09:30", "2026-11-23T11:00").await;
    let practical = session("practical", &batch.workshop, "2026-11-23T13:00", "2026-11-23T18:00").await;
    for session in [&theory, &practical] {
        officer
            .does(&format!("/sessions/{session}/seats"), json!({ "order": "plain" }))
            .await
            .ok();
    }
    let account = |login: &str| cast.accounts[login].clone();
    let watch = json!({ "invigilators": [account("invigilator")], "supervisors": [account("supervisor")] });
    officer.does(&format!("/sessions/{theory}/staff"), watch).await.ok();
    let judges = json!({
        "examiners": [account("examiner1"), account("examiner2"), account("examiner3")],
        "leader": account("examiner1"), "supervisors": [account("supervisor")],
    });
    officer.does(&format!("/sessions/{practical}/staff"), judges).await.ok();
    officer
        .does(&format!("/sessions/{theory}/papers"), json!({}))
        .await
        .ok();
    officer
        .does(&format!("/sessions/{practical}/tasks"), json!({}))
        .await
        .ok();
    let issued = officer
        .does(&format!("/sessions/{theory}/tickets"), json!({}))
        .await
        .ok();
    let tickets = issued["tickets"].as_array().unwrap().iter();
    let tickets = tickets
        .map(|one| (text(one, "application"), (text(one, "number"), text(one, "code"))))
        .collect();
    Sessions {
        theory,
        practical,
        tickets,
    }
}
