//! People: who asks, in the words of the API, and what they are told.

use reqwest::{Client, StatusCode};
use serde_json::{Value, json};

/// Somebody with a browser or a program.
#[derive(Clone)]
pub(crate) struct Person {
    client: Client,
    url: String,
    token: Option<String>,
}

/// An answer: the status and the JSON.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: Value,
}

impl Answer {
    /// The outcome; stops the test if it was refused.
    pub(crate) fn ok(self) -> Value {
        assert!(self.status.is_success(), "refused: {} {}", self.status, self.body);
        self.body
    }

    /// The code of the refusal; stops the test if it was done.
    pub(crate) fn refused(self) -> String {
        assert!(!self.status.is_success(), "done: {}", self.body);
        let first = self.body["problems"][0]["code"]
            .as_str()
            .or_else(|| self.body["code"].as_str());
        first.expect("a refusal has a code").to_owned()
    }
}

impl Person {
    pub(crate) fn at(url: &str) -> Self {
        let client = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        Self {
            client,
            url: url.to_owned(),
            token: None,
        }
    }

    /// The same person, with this sign-in.
    pub(crate) fn with_token(&self, token: &str) -> Self {
        Self {
            token: Some(token.to_owned()),
            ..self.clone()
        }
    }

    /// Does something: POST to the API.
    pub(crate) async fn does(&self, path: &str, input: Value) -> Answer {
        let request = self.client.post(format!("{}/api/v1{path}", self.url)).json(&input);
        self.send(request).await
    }

    /// Looks at something: GET from the API.
    pub(crate) async fn sees(&self, path: &str) -> Answer {
        let request = self.client.get(format!("{}/api/v1{path}", self.url));
        self.send(request).await
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let request = match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        let response = request.send().await.unwrap();
        let status = response.status();
        let text = response.text().await.unwrap();
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Answer { status, body }
    }

    /// Opens a page, as a browser with the sign-in cookie does; gives the status and the text.
    pub(crate) async fn opens(&self, path: &str) -> (StatusCode, String) {
        let name = if path.starts_with("/exam") {
            "jianding_candidate"
        } else {
            "jianding_staff"
        };
        let request = self.client.get(format!("{}{path}", self.url));
        let request = match &self.token {
            Some(token) => request.header("cookie", format!("{name}={token}")),
            None => request,
        };
        let response = request.send().await.unwrap();
        (response.status(), response.text().await.unwrap())
    }

    /// Fetches a file of the terminal; gives the status, the media type and the bytes.
    pub(crate) async fn fetches(&self, path: &str) -> (u16, String, Vec<u8>) {
        let request = self.client.get(format!("{}{path}", self.url));
        let token = self.token.as_deref().unwrap_or_default();
        let request = request.header("cookie", format!("jianding_candidate={token}"));
        let response = request.send().await.unwrap();
        let kind = response
            .headers()
            .get("content-type")
            .map(|value| value.to_str().unwrap().to_owned());
        let status = response.status().as_u16();
        (
            status,
            kind.unwrap_or_default(),
            response.bytes().await.unwrap().to_vec(),
        )
    }

    /// Fetches a file; stops the test if it is refused.
    pub(crate) async fn downloads(&self, path: &str) -> Vec<u8> {
        let request = self.client.get(format!("{}{path}", self.url));
        let request = match &self.token {
            Some(token) => request.header("cookie", format!("jianding_staff={token}")),
            None => request,
        };
        let response = request.send().await.unwrap();
        assert!(response.status().is_success(), "{path}: {}", response.status());
        response.bytes().await.unwrap().to_vec()
    }

    /// Signs in with login and password.
    pub(crate) async fn signs_in(&self, login: &str, password: &str) -> Self {
        let answer = self
            .does("/sign-in", json!({ "login": login, "password": password }))
            .await
            .ok();
        self.with_token(answer["token"].as_str().unwrap())
    }
}
