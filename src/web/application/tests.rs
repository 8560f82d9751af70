//! The pages of applications answer, for whom they should, with what they should.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use tower::ServiceExt;

use super::super::{Site, routes};
use super::*;
use crate::identity::Role;
use crate::kernel::{CitizenId, DAY, SignInId, Timestamp};
use crate::office::application::RegisterApplication;
use crate::office::testing::{self, MORNING};
use crate::office::{Caller, Office};
use crate::store::account::{self, SignInRow};
use crate::store::enrolment;

/// Signs somebody in, with a token that is the login.
async fn sign_in(office: &Office, login: &str, roles: &[Role]) -> Caller {
    let caller = testing::staff(office, login, roles).await;
    let row = SignInRow {
        id: SignInId::new(MORNING, office.entropy.as_ref()),
        token_digest: office.keys.digest("sign-in", login),
        csrf: "form".to_owned(),
        account_id: caller.account().ok(),
        application_id: None,
        session_id: None,
        created_at: MORNING,
        expires_at: MORNING + DAY,
        revoked_at: None,
    };
    let mut tx = office.store.write().await.unwrap();
    account::insert_sign_in(&mut tx, &row).await.unwrap();
    tx.commit().await.unwrap();
    caller
}

async fn batch(office: &Office, by: &Caller) -> BatchId {
    let batch = BatchId::new(MORNING, office.entropy.as_ref());
    let until: Timestamp = MORNING + 10 * DAY;
    let mut tx = office.store.write().await.unwrap();
    enrolment::example_batch(&mut tx, batch, by.account().unwrap(), MORNING, until)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    batch
}

async fn get_page(app: &App, login: &str, path: &str) -> (StatusCode, Vec<u8>) {
    let request = Request::get(path)
        .header("cookie", format!("jianding_staff={login}"))
        .body(Body::empty())
        .unwrap();
    let router = routes::router().with_state(app.clone());
    let response = router.oneshot(request).await.unwrap();
    let status = response.status();
    let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, body.to_vec())
}

fn registration(batch: BatchId, name: &str, sequence: &str) -> RegisterApplication {
    let id = CitizenId::complete(&format!("11010519900506{sequence}")).unwrap();
    let form = serde_json::json!({
        "batch": batch, "name": name, "citizen_id": id.reveal(), "employer": "=1+1 电机厂", "education": "technical_school",
        "source": "enterprise", "trade_years": "2",
    });
    serde_json::from_value(form).unwrap()
}

fn site() -> Site {
    Site::default()
}

#[tokio::test]
async fn each_page_answers_for_those_whom_it_is_for() {
    let (office, _, _folder) = testing::office_with_clock().await;
    let clerk = sign_in(&office, "clerk", &[Role::Clerk]).await;
    sign_in(&office, "approver", &[Role::EligibilityApprover]).await;
    sign_in(&office, "administrator", &[Role::Administrator]).await;
    let batch = batch(&office, &clerk).await;
    let one = office
        .perform(registration(batch, "欧阳·娜", "002"), &clerk)
        .await
        .unwrap()
        .application;
    let app = App::new(Arc::new(office), site());

    let list = format!("/batches/{batch}/applications");
    let page = |path: String| {
        let app = &app;
        async move {
            let (status, body) = get_page(app, "clerk", &path).await;
            assert_eq!(status, StatusCode::OK, "{path}");
            String::from_utf8(body).unwrap()
        }
    };
    let shown = page(list.clone()).await;
    assert!(shown.contains("欧阳·娜") && shown.contains("技校") && !shown.contains("19900506"));
    assert!(
        page(format!("{list}?state=approved"))
            .await
            .contains("没有符合筛选条件的考生")
    );
    assert!(page(format!("{list}/new")).await.contains("name=\"citizen_id\""));
    assert!(page(format!("{list}/import")).await.contains("clear_then_import"));
    let shown = page(format!("/applications/{one}")).await;
    assert!(shown.contains("符合第 4-3 项") && !shown.contains("19900506"));
    assert!(
        page(format!("/applications/{one}?lang=en"))
            .await
            .contains("Meets line 4-3")
    );

    assert_eq!(
        get_page(&app, "approver", &format!("{list}/new")).await.0,
        StatusCode::FORBIDDEN
    );
    assert_eq!(get_page(&app, "administrator", &list).await.0, StatusCode::FORBIDDEN);
    assert_eq!(
        get_page(&app, "clerk", &format!("/applications/{one}/photo")).await.0,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn an_exported_list_has_masked_ids_and_no_live_formula() {
    let (office, _, _folder) = testing::office_with_clock().await;
    let clerk = sign_in(&office, "clerk", &[Role::Clerk]).await;
    let batch = batch(&office, &clerk).await;
    office
        .perform(registration(batch, "王伟", "001"), &clerk)
        .await
        .unwrap();
    let app = App::new(Arc::new(office), site());
    let (status, bytes) = get_page(&app, "clerk", &format!("/batches/{batch}/applications.xlsx")).await;
    assert_eq!(status, StatusCode::OK);
    let sheet = spreadsheet::read(&bytes, "").unwrap();
    assert!(sheet.problems.is_empty());
    assert_eq!(sheet.rows[1].cell(0), "王伟");
    assert_eq!(sheet.rows[1].cell(1).matches('*').count(), 16);
    assert_eq!(sheet.rows[1].cell(4), "=1+1 电机厂");
}

#[tokio::test]
async fn a_photo_of_forty_megabytes_is_refused_in_words_about_photos() {
    let (office, _, _folder) = testing::office_with_clock().await;
    let clerk = sign_in(&office, "clerk", &[Role::Clerk]).await;
    let batch = batch(&office, &clerk).await;
    let one = office
        .perform(registration(batch, "王伟", "001"), &clerk)
        .await
        .unwrap()
        .application;
    let app = App::new(Arc::new(office), site());
    let request = Request::post(format!("/do/applications/{one}/photo"))
        .header("cookie", "jianding_staff=clerk")
        .header("accept", "application/json")
        .header("content-type", "multipart/form-data; boundary=x")
        .body(Body::from(vec![b'-'; 40_000_000]))
        .unwrap();
    let router = routes::router().with_state(app);
    let response = router.oneshot(request).await.unwrap();
    let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    let body = String::from_utf8(body.to_vec()).unwrap();
    assert!(body.contains("photo-too-large") && body.contains("10 MB"), "{body}");
}
