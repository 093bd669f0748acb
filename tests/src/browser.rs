//! A headless Chromium that opens pages as a reader would, spoken to over two pipes.
//!
//! The protocol is that of its developer tools: JSON messages, each ended by a zero byte. No server, no port, no driver.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

/// How long a page or an answer may take on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// A browser with one tab.
#[derive(Debug)]
pub struct Browser {
    process: Child,
    to_browser: File,
    messages: Receiver<Value>,
    n_sent: u64,
    session: Option<String>,
    /// What pages complained about: exceptions, errors on the console, violations of their policy.
    pub complaints: Vec<String>,
    // Dropped last: the profile and the pipes of the browser.
    _folder: TempDir,
}

/// The look of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Width of the window, in CSS pixels.
    pub width: u32,
    /// Whether the reader prefers a dark page.
    pub is_dark: bool,
}

impl Browser {
    /// Starts Chromium; `None`, with a message, where there is none.
    ///
    /// # Panics
    ///
    /// If it is there and does not start.
    #[must_use]
    pub fn start(test: &str) -> Option<Self> {
        let names = ["chromium", "chromium-browser", "google-chrome"];
        let answers = |name: &&&str| Command::new(name).arg("--version").output().is_ok();
        let Some(program) = names.iter().find(answers) else {
            eprintln!("skipped: {test} needs Chromium (Debian's package `chromium`)");
            return None;
        };
        let folder = TempDir::new().unwrap();
        let pipe = |name: &str| {
            let path = folder.path().join(name);
            assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
            path
        };
        let (commands, answers) = (pipe("commands"), pipe("answers"));
        // The shell opens the pipes as the files 3 and 4, where Chromium expects them.
        let process = Command::new("sh")
            .args(["-c", "exec \"$@\" 3<\"$COMMANDS\" 4>\"$ANSWERS\"", "sh", program])
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
            .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
            .args(["--disable-dev-shm-usage", "--hide-scrollbars", "--remote-debugging-pipe"])
            .arg(format!("--user-data-dir={}", folder.path().join("profile").display()))
            .env("COMMANDS", &commands)
            .env("ANSWERS", &answers)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let to_browser = OpenOptions::new().write(true).open(&commands).unwrap();
        let from_browser = File::open(&answers).unwrap();
        let (sender, messages) = channel();
        std::thread::spawn(move || {
            let messages = BufReader::new(from_browser).split(0);
            for message in messages.map_while(Result::ok) {
                let message = serde_json::from_slice(&message).expect("the browser speaks JSON");
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        let mut browser = Self {
            process,
            to_browser,
            messages,
            n_sent: 0,
            session: None,
            complaints: Vec::new(),
            _folder: folder,
        };
        let target = browser.ask("Target.createTarget", &json!({ "url": "about:blank" }));
        let attach = json!({ "targetId": target["targetId"], "flatten": true });
        let session = browser.ask("Target.attachToTarget", &attach);
        browser.session = session["sessionId"].as_str().map(String::from);
        browser.ask("Emulation.setFocusEmulationEnabled", &json!({ "enabled": true }));
        for domain in ["Page", "Runtime", "Log", "Network"] {
            browser.ask(&format!("{domain}.enable"), &json!({}));
        }
        Some(browser)
    }

    /// Opens a file with a look and waits until it is drawn; returns the milliseconds from the request to the drawn page.
    ///
    /// # Panics
    ///
    /// If the page does not load, as every method here if the browser does not answer.
    pub fn open(&mut self, file: &Path, look: Look) -> f64 {
        let scheme = if look.is_dark { "dark" } else { "light" };
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.ask("Emulation.setEmulatedMedia", &json!({ "features": features }));
        let metrics =
            json!({ "width": look.width, "height": 900, "deviceScaleFactor": 1, "mobile": look.width < 600 });
        self.ask("Emulation.setDeviceMetricsOverride", &metrics);
        let url = format!("file://{}", file.display());
        let answer = self.ask("Page.navigate", &json!({ "url": url }));
        assert!(answer.get("errorText").is_none(), "{answer}");
        self.evaluate(
            "new Promise(done => document.readyState == 'complete' ? done() : addEventListener('load', () => done()))",
        );
        let timing = "(() => { const [n] = performance.getEntriesByType('navigation'); \
                      return n.loadEventEnd || n.domComplete; })()";
        self.evaluate(timing).as_f64().expect("a number of milliseconds")
    }

    /// Evaluates an expression in the page.
    ///
    /// # Panics
    ///
    /// If it throws.
    pub fn evaluate(&mut self, expression: &str) -> Value {
        let question = json!({ "expression": expression, "returnByValue": true, "awaitPromise": true });
        let answer = self.ask("Runtime.evaluate", &question);
        assert!(answer.get("exceptionDetails").is_none(), "{answer}");
        answer["result"]["value"].clone()
    }

    /// Presses a key, such as `ArrowRight`.
    pub fn press(&mut self, key: &str) {
        for kind in ["keyDown", "keyUp"] {
            self.ask("Input.dispatchKeyEvent", &json!({ "type": kind, "key": key, "code": key }));
        }
    }

    /// Moves the pointer to a place in the window.
    pub fn point(&mut self, x: f64, y: f64) {
        self.ask("Input.dispatchMouseEvent", &json!({ "type": "mouseMoved", "x": x, "y": y }));
    }

    /// Returns the whole page as a PNG in base64, so that it can be written for a person to look at.
    ///
    /// # Panics
    ///
    /// If there is no picture.
    pub fn screenshot(&mut self) -> String {
        let capture = json!({ "format": "png", "captureBeyondViewport": true });
        let answer = self.ask("Page.captureScreenshot", &capture);
        answer["data"].as_str().expect("an image").to_owned()
    }

    /// Returns the top of the page as it stands, so many pixels high, as a PNG in base64.
    ///
    /// # Panics
    ///
    /// If there is no picture.
    pub fn screenshot_of_top(&mut self, look: Look, height: u32) -> String {
        let clip = json!({ "x": 0, "y": 0, "width": look.width, "height": height, "scale": 1 });
        let answer = self.ask("Page.captureScreenshot", &json!({ "format": "png", "clip": clip }));
        answer["data"].as_str().expect("an image").to_owned()
    }

    fn ask(&mut self, method: &str, parameters: &Value) -> Value {
        self.n_sent += 1;
        let mut message = json!({ "id": self.n_sent, "method": method, "params": parameters });
        if let Some(session) = &self.session {
            message["sessionId"] = session.as_str().into();
        }
        let mut bytes = serde_json::to_vec(&message).unwrap();
        bytes.push(0);
        self.to_browser.write_all(&bytes).unwrap();
        let id = self.n_sent;
        let answer = self.next_where(method, |message| message["id"].as_u64() == Some(id));
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        answer["result"].clone()
    }

    /// Takes messages until one fits; what the others complain about is kept.
    fn next_where(&mut self, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
        let end = Instant::now() + PATIENCE;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let message = match self.messages.recv_timeout(left) {
                Ok(message) => message,
                Err(RecvTimeoutError::Timeout) => panic!("the browser says nothing about {what}"),
                Err(RecvTimeoutError::Disconnected) => panic!("the browser has ended before {what}"),
            };
            if fits(&message) {
                return message;
            }
            self.complaints.extend(complaint(&message));
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

/// What a message of the browser says against a page.
fn complaint(message: &Value) -> Option<String> {
    let parameters = &message["params"];
    match message["method"].as_str()? {
        "Runtime.exceptionThrown" => Some(parameters["exceptionDetails"].to_string()),
        "Runtime.consoleAPICalled" if parameters["type"] == "error" => Some(parameters["args"].to_string()),
        "Log.entryAdded" if parameters["entry"]["level"] == "error" => Some(parameters["entry"].to_string()),
        "Network.requestWillBeSent" => {
            // A page asks for itself alone.
            let url = parameters["request"]["url"].as_str().unwrap_or_default();
            let is_own = ["file:", "data:", "blob:", "about:"].iter().any(|start| url.starts_with(start))
                && !url.ends_with("favicon.ico");
            let is_page = parameters["type"] == "Document" || !url.starts_with("file:");
            (!is_own || !is_page).then(|| format!("the page asks for {url}"))
        }
        _ => None,
    }
}
