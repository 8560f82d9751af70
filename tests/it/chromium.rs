//! A real Chromium: somebody looks at a page, points, types, and sees what comes. WebDriver, spoken over plain HTTP.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::house::required;

/// How long somebody waits for a page to show something before giving up.
const PATIENCE: Duration = Duration::from_secs(15);

/// How often somebody looks again.
const GLANCE: Duration = Duration::from_millis(40);

/// The name under which WebDriver gives elements.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// The program that drives browsers; ends with the test.
pub(crate) struct Driver {
    process: Child,
    url: String,
    client: Client,
}

impl Driver {
    /// Starts chromedriver on a free port; nothing, with a line that says so, where the tools are missing.
    pub(crate) fn start() -> Option<Self> {
        let missing = ["chromedriver", "chromium"]
            .into_iter()
            .find(|tool| !is_installed(tool));
        if let Some(tool) = missing {
            assert!(!required("browser"), "{tool} is not installed");
            eprintln!("skipped: {tool} is not installed");
            return None;
        }
        let mut process = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let port = lines
            .find_map(|line| {
                let line = line.unwrap();
                let port = line.split_once("successfully on port ")?.1;
                Some(port.trim_end_matches('.').to_owned())
            })
            .expect("chromedriver says its port");
        // It goes on talking; somebody has to listen, or it stops when the pipe is full.
        std::thread::spawn(move || lines.for_each(drop));
        Some(Self {
            process,
            url: format!("http://127.0.0.1:{port}"),
            client: Client::new(),
        })
    }

    /// Opens a browser of its own, with nothing remembered, on the pages of this house.
    pub(crate) async fn browser(&self, house: &str, width: u32, height: u32) -> Browser {
        let profile = tempfile::tempdir().unwrap();
        let arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--hide-scrollbars",
        ]
        .map(str::to_owned)
        .into_iter()
        .chain([
            format!("--user-data-dir={}", profile.path().display()),
            format!("--window-size={width},{height}"),
        ]);
        let wanted = json!({ "capabilities": { "alwaysMatch": {
            "browserName": "chrome",
            "unhandledPromptBehavior": "ignore",
            "goog:loggingPrefs": { "browser": "ALL" },
            "goog:chromeOptions": {
                "binary": "/usr/bin/chromium",
                "args": arguments.collect::<Vec<_>>(),
                "prefs": { "intl.accept_languages": "zh-CN" },
            },
        } } });
        let url = format!("{}/session", self.url);
        let begun = command(&self.client, Method::POST, &url, &wanted).await.unwrap();
        let id = begun["sessionId"].as_str().unwrap();
        let browser = Browser {
            client: self.client.clone(),
            session: format!("{url}/{id}"),
            house: house.to_owned(),
            pictures: pictures(),
            _profile: profile,
        };
        browser.resize(width, height).await;
        browser
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn is_installed(tool: &str) -> bool {
    let asked = Command::new(tool)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    asked.is_ok_and(|status| status.success())
}

/// Where screenshots go, and sheets to look at.
pub(crate) fn pictures() -> PathBuf {
    #[expect(clippy::disallowed_methods, reason = "tests have no settings file")]
    let folder = std::env::var("JIANDING_OUTPUT").unwrap_or_else(|_| "target/screenshots".to_owned());
    std::fs::create_dir_all(&folder).unwrap();
    PathBuf::from(folder)
}

async fn command(client: &Client, method: Method, url: &str, input: &Value) -> Result<Value, String> {
    let request = client.request(method.clone(), url);
    let request = if method == Method::POST {
        request.json(input)
    } else {
        request
    };
    let response = request.send().await.map_err(|error| error.to_string())?;
    let done = response.status().is_success();
    let mut body: Value = response.json().await.map_err(|error| error.to_string())?;
    if done {
        Ok(body["value"].take())
    } else {
        Err(body["value"]["message"].as_str().unwrap_or("no message").to_owned())
    }
}

/// A browser with one window.
pub(crate) struct Browser {
    client: Client,
    session: String,
    house: String,
    pictures: PathBuf,
    _profile: tempfile::TempDir,
}

impl Browser {
    async fn tries(&self, path: &str, input: Value) -> Result<Value, String> {
        let url = format!("{}{path}", self.session);
        command(&self.client, Method::POST, &url, &input).await
    }

    /// Gives the window this size, the page's own size without what a browser puts around it.
    pub(crate) async fn resize(&self, width: u32, height: u32) {
        let size = json!({ "cmd": "Emulation.setDeviceMetricsOverride", "params": {
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false,
        } });
        self.tries("/goog/cdp/execute", size).await.unwrap();
    }

    /// Goes to a page of the house.
    pub(crate) async fn goes(&self, path: &str) {
        let url = format!("{}{path}", self.house);
        self.tries("/url", json!({ "url": url })).await.unwrap();
    }

    /// Loads the page anew.
    pub(crate) async fn reloads(&self) {
        self.tries("/refresh", json!({})).await.unwrap();
    }

    /// Runs a line of script in the page.
    pub(crate) async fn asks(&self, script: &str) -> Value {
        let input = json!({ "script": format!("return ({script})"), "args": [] });
        self.tries("/execute/sync", input).await.unwrap_or(Value::Null)
    }

    /// Fetches JSON as the page's own scripts do.
    pub(crate) async fn fetches(&self, path: &str) -> Value {
        let script = "const done = arguments[1]; fetch(arguments[0]).then((it) => it.json()).then(done)";
        let input = json!({ "script": script, "args": [path] });
        self.tries("/execute/async", input).await.unwrap()
    }

    /// Waits until this is true in the page.
    pub(crate) async fn waits(&self, condition: &str) {
        let begun = Instant::now();
        while self.asks(&format!("Boolean({condition})")).await != true {
            if begun.elapsed() > PATIENCE {
                self.gives_up(condition).await;
            }
            tokio::time::sleep(GLANCE).await;
        }
    }

    /// Waits for a page of this path.
    pub(crate) async fn arrives(&self, path: &str) {
        let ends = if path.ends_with('/') { "startsWith" } else { "endsWith" };
        self.waits(&format!(
            "document.readyState === 'complete' && location.pathname.{ends}('{path}')"
        ))
        .await;
    }

    /// Waits until something is to be seen; gives its text.
    pub(crate) async fn sees(&self, selector: &str) -> String {
        let found = format!("document.querySelector('{selector}')");
        self.waits(&format!("{found}?.checkVisibility()")).await;
        let text = self.asks(&format!("{found}.innerText")).await;
        text.as_str().unwrap_or_default().to_owned()
    }

    /// Counts what is on the page.
    pub(crate) async fn counts(&self, selector: &str) -> u64 {
        let count = self
            .asks(&format!("document.querySelectorAll('{selector}').length"))
            .await;
        count.as_u64().unwrap_or_default()
    }

    /// Does something with an element as soon as it lets one.
    async fn does(&self, selector: &str, act: &str, input: Value) {
        let begun = Instant::now();
        loop {
            let refused = match self.element(selector).await {
                Ok(element) => match self.tries(&format!("/element/{element}/{act}"), input.clone()).await {
                    Ok(_) => return,
                    Err(refused) => refused,
                },
                Err(refused) => refused,
            };
            if begun.elapsed() > PATIENCE {
                self.gives_up(&format!("{act} {selector}: {refused}")).await;
            }
            // Something that stays at the window's edge may cover it: people scroll on.
            let scroll = format!("document.querySelector('{selector}')?.scrollIntoView({{ block: 'center' }})");
            self.asks(&scroll).await;
            tokio::time::sleep(GLANCE).await;
        }
    }

    async fn element(&self, selector: &str) -> Result<String, String> {
        let found = self
            .tries("/element", json!({ "using": "css selector", "value": selector }))
            .await?;
        Ok(found[ELEMENT].as_str().unwrap().to_owned())
    }

    /// Clicks with the mouse, once it can be clicked.
    pub(crate) async fn clicks(&self, selector: &str) {
        self.waits(&format!("document.querySelector('{selector}')?.disabled === false || document.querySelector('{selector}')?.disabled === undefined"))
            .await;
        self.does(selector, "click", json!({})).await;
    }

    /// Clicks, is asked whether it is meant, and clicks again.
    pub(crate) async fn clicks_and_confirms(&self, selector: &str) {
        self.clicks(selector).await;
        self.waits("document.querySelector('.told')?.dataset.kind === 'ask'")
            .await;
        self.clicks(selector).await;
    }

    /// Types into a field, after what is there.
    pub(crate) async fn types(&self, selector: &str, text: &str) {
        self.does(selector, "value", json!({ "text": text })).await;
    }

    /// Empties a field and types.
    pub(crate) async fn types_anew(&self, selector: &str, text: &str) {
        self.does(selector, "clear", json!({})).await;
        self.types(selector, text).await;
    }

    /// Presses keys, wherever the page listens.
    pub(crate) async fn presses(&self, keys: &str) {
        let strokes = keys
            .chars()
            .flat_map(|key| ["keyDown", "keyUp"].map(|kind| json!({ "type": kind, "value": key.to_string() })));
        let actions = json!({ "actions": [{ "type": "key", "id": "keys", "actions": strokes.collect::<Vec<_>>() }] });
        self.tries("/actions", actions).await.unwrap();
    }

    /// Gives the browser a file to send.
    pub(crate) async fn chooses(&self, selector: &str, file: &Path) {
        self.types(selector, file.to_str().unwrap()).await;
    }

    /// Takes a picture of the window, and listens whether the page complained.
    pub(crate) async fn picture(&self, name: &str) {
        self.snap(name).await;
        assert_eq!(self.complaints().await, Vec::<String>::new(), "{name}");
    }

    /// Cuts the network of this window, or joins it again.
    pub(crate) async fn offline(&self, offline: bool) {
        let conditions = json!({ "cmd": "Network.emulateNetworkConditions", "params": {
            "offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1,
        } });
        let enable = json!({ "cmd": "Network.enable", "params": {} });
        self.tries("/goog/cdp/execute", enable).await.unwrap();
        self.tries("/goog/cdp/execute", conditions).await.unwrap();
    }

    /// Prefers dark pages, or light ones.
    pub(crate) async fn dark(&self, dark: bool) {
        let scheme = if dark { "dark" } else { "light" };
        let media = json!({ "cmd": "Emulation.setEmulatedMedia", "params": {
            "features": [{ "name": "prefers-color-scheme", "value": scheme }],
        } });
        self.tries("/goog/cdp/execute", media).await.unwrap();
    }

    /// The window that is looked at.
    pub(crate) async fn window(&self) -> String {
        let url = format!("{}/window", self.session);
        let window = command(&self.client, Method::GET, &url, &Value::Null).await.unwrap();
        window.as_str().unwrap().to_owned()
    }

    /// Opens another tab and looks at it.
    pub(crate) async fn opens_a_tab(&self) {
        let tab = self.tries("/window/new", json!({ "type": "tab" })).await.unwrap();
        self.looks_at(tab["handle"].as_str().unwrap()).await;
    }

    /// Looks at this tab.
    pub(crate) async fn looks_at(&self, window: &str) {
        self.tries("/window", json!({ "handle": window })).await.unwrap();
    }

    /// Closes the tab that is looked at.
    pub(crate) async fn closes_the_tab(&self) {
        let url = format!("{}/window", self.session);
        command(&self.client, Method::DELETE, &url, &Value::Null).await.unwrap();
    }

    /// Takes a picture of the window, whatever the page complains about: for times without a network.
    pub(crate) async fn snap(&self, name: &str) {
        let url = format!("{}/screenshot", self.session);
        let shot = command(&self.client, Method::GET, &url, &Value::Null).await.unwrap();
        let bytes = BASE64.decode(shot.as_str().unwrap()).unwrap();
        std::fs::write(self.pictures.join(format!("{name}.png")), bytes).unwrap();
    }

    /// Forgets what the page complained about while there was nobody to talk to.
    pub(crate) async fn forgives(&self) {
        self.complaints().await;
    }

    /// What the browser's console says is wrong, but for refusals: those are answers.
    async fn complaints(&self) -> Vec<String> {
        let said = self.tries("/se/log", json!({ "type": "browser" })).await.unwrap();
        let said = said.as_array().unwrap().iter();
        said.filter(|one| one["level"] == "SEVERE")
            .filter_map(|one| one["message"].as_str())
            .filter(|message| !message.contains("status of 422") && !message.contains("status of 409"))
            .map(str::to_owned)
            .collect()
    }

    async fn gives_up(&self, wanted: &str) -> ! {
        self.snap("given-up").await;
        let place = self.asks("location.href").await;
        let page = self.asks("document.body.innerText.slice(0, 1500)").await;
        let complaints = self.complaints().await;
        panic!(
            "waited for {wanted}\nat {place}\n{}\n{complaints:?}",
            page.as_str().unwrap_or_default()
        );
    }

    /// Closes the browser.
    pub(crate) async fn closes(self) {
        command(&self.client, Method::DELETE, &self.session, &Value::Null)
            .await
            .unwrap();
    }
}
