//! Strangers who check lists, and strangers who guess.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use jianding::certificate::{TrustRoot, verify_slip};
use jianding::spreadsheet;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::house::House;

/// Somebody with a certificate.
pub(crate) struct Holder<'a> {
    pub(crate) name: &'a str,
    pub(crate) number: &'a str,
    pub(crate) citizen_id: &'a str,
}

/// An inspector's list: the right facts, a wrong name, a wrong id, no such number, and a row that cannot be read.
pub(crate) async fn a_list_is_answered(house: &House, holder: &Holder<'_>) {
    let stranger = house.stranger();
    let row = |name: &str, number: &str, id: &str| vec![name.to_owned(), number.to_owned(), id.to_owned()];
    let other = crate::cast::citizen_id(999);
    let rows = [
        row(holder.name, holder.number, holder.citizen_id),
        row("王小明", holder.number, holder.citizen_id),
        row(holder.name, holder.number, &other),
        row(holder.name, "S000132000000264000999", holder.citizen_id),
        row(holder.name, holder.number, "110101199003070000"),
    ];
    let list = spreadsheet::write("名单", &["姓名", "证书编号", "身份证号码"], &rows).unwrap();
    let sent = json!({ "file": BASE64.encode(&list), "file_name": "list.xlsx" });
    let told = stranger.does("/verify/list", sent).await.ok();
    let answers: Vec<_> = told["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row["answer"])
        .collect();
    assert_eq!(answers, ["valid", "no_match", "no_match", "no_match", "unreadable"]);
    let file = |name: &str| BASE64.decode(told[name]["content"].as_str().unwrap()).unwrap();

    let workbook = spreadsheet::read(&file("workbook"), "answers.xlsx").unwrap();
    assert_eq!(workbook.rows.len(), 6);
    for (index, asked) in rows.iter().enumerate() {
        let told = &workbook.rows[index + 1].cells;
        assert_eq!(
            told[1..4],
            asked[..],
            "what was stated comes back as stated, and no other fact"
        );
        assert_eq!(told.len(), 6);
    }
    assert_eq!(
        workbook.rows[2].cells[4..],
        workbook.rows[4].cells[4..],
        "wrong name and no such number"
    );

    let root = stranger.downloads("/verify/root.pem").await;
    let root = TrustRoot::from_pem(std::str::from_utf8(&root).unwrap()).unwrap();
    let slip = file("slip");
    verify_slip(&slip, &[root]).expect("accepted offline");
    let dropped = json!({ "file": BASE64.encode(&slip) });
    let dropped = stranger.does("/verify/file", dropped).await.ok();
    assert_eq!(
        (&dropped["verdict"], &dropped["reason"]),
        (&json!("altered"), &json!("slip"))
    );

    for (list, code) in [
        ("姓名,证书编号\n王五,1\n".to_owned(), "check-list-column"),
        ("姓名,证书编号,证件号码\n".to_owned(), "check-list-empty"),
        (
            format!("姓名,证书编号,证件号码\n{}", "a,b,c\n".repeat(501)),
            "check-list-too-long",
        ),
    ] {
        let sent = json!({ "file": BASE64.encode(list), "file_name": "list.csv" });
        assert_eq!(stranger.does("/verify/list", sent).await.refused(), code);
    }
}

/// How many guesses: `JIANDING_GUESSES=100000` for the long run.
fn guesses() -> u32 {
    #[expect(clippy::disallowed_methods, reason = "tests have no settings file")]
    let told = std::env::var("JIANDING_GUESSES").ok();
    told.and_then(|told| told.parse().ok()).unwrap_or(2_000)
}

/// So many guess at once, each from an address of its own.
const GUESSERS: u32 = 60;
/// Of these guesses the clock moves on by a minute.
const GUESSES_A_MINUTE: u32 = 4_000;

/// Guesses of numbers and names from many addresses: every answer is the same, tells nothing, and the limit holds.
pub(crate) async fn guesses_tell_nothing(house: &House, holder: &Holder<'_>) {
    let client = reqwest::Client::new();
    let url = format!("{}/api/v1/verify/number", house.url);
    let (mut answered, mut refused, mut n) = (0, 0, 0);
    let mut same: Option<Value> = None;
    while n < guesses() {
        let round = (0..GUESSERS).map(|one| guess(n + one, holder));
        let sent = round.map(|(address, body)| {
            let asked = client.post(&url).header("x-forwarded-for", address).json(&body);
            tokio::spawn(async move {
                let answer = asked.send().await.unwrap();
                let (status, again) = (answer.status(), answer.headers().contains_key("retry-after"));
                (status, again, answer.text().await.unwrap())
            })
        });
        for guessed in sent.collect::<Vec<_>>() {
            let (status, again, text) = guessed.await.unwrap();
            for secret in [holder.name, holder.citizen_id, &holder.name[..3], "claims\":{"] {
                assert!(!text.contains(secret), "{text}");
            }
            if status == StatusCode::OK {
                answered += 1;
                let mut told: Value = serde_json::from_str(&text).unwrap();
                told["checked_at"] = Value::Null;
                assert_eq!(*same.get_or_insert_with(|| told.clone()), told);
            } else {
                assert_eq!((status, again), (StatusCode::SERVICE_UNAVAILABLE, true), "{text}");
                refused += 1;
            }
        }
        let before = n;
        n += GUESSERS;
        if before / GUESSES_A_MINUTE != n / GUESSES_A_MINUTE {
            house.clock.advance(60_000);
        }
    }
    let minutes = n / GUESSES_A_MINUTE + 1;
    assert!(refused > 0, "no limit was met in {n} guesses");
    assert!(
        answered > 0 && answered <= minutes * 1_200,
        "{answered} in {minutes} minutes"
    );
}

/// Half of the guesses are other names for the real number, half other numbers for a name.
fn guess(n: u32, holder: &Holder<'_>) -> (String, Value) {
    let surname = ["王", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐"];
    let pick = |place: u32| surname[usize::try_from(n / place % 10).unwrap()];
    let name = format!("{}{}{}", pick(1), pick(10), pick(100));
    let number = if n.is_multiple_of(2) {
        holder.number.to_owned()
    } else {
        format!("{}{:06}", &holder.number[..16], n % 1_000_000)
    };
    let address = format!("{}.{}.{}.7", 11 + n / 40_000 % 200, n / 200 % 200, n % 200);
    (address, json!({ "number": number, "name": name }))
}
