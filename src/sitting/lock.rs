//! Locked terminals: what a session asks of the browser, and the key by which Safe Exam Browser proves its settings.
//!
//! The Config Key is the SHA-256 of the settings in one canonical JSON spelling (keys sorted without regard to case, no
//! blanks, without `originatorVersion`); with each request the browser sends the SHA-256 of the address and that key. Only
//! settings that differ from the browser's own defaults are written, because those are the ones that it counts.

use std::fmt::Write as _;

use crate::kernel::Digest;

/// The settings file of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SebSettings {
    /// Where the browser begins.
    pub start_url: String,
    /// The address that closes it.
    pub quit_url: String,
    /// The SHA-256 of the password that closes it, in hexadecimal; without one only the quit address does.
    pub quit_hash: Option<String>,
}

/// A value of the settings.
enum Setting {
    Bool(bool),
    Number(u32),
    Text(String),
}

impl SebSettings {
    /// The settings in the order of their keys.
    fn entries(&self) -> Vec<(&'static str, Setting)> {
        let mut entries = vec![("browserViewMode", Setting::Number(1))];
        match &self.quit_hash {
            Some(hash) => entries.push(("hashedQuitPassword", Setting::Text(hash.clone()))),
            None => entries.push(("allowQuit", Setting::Bool(false))),
        }
        entries.extend([
            // A browser that was started again is still the same machine, with the same candidate before it.
            ("examSessionClearCookiesOnEnd", Setting::Bool(false)),
            ("examSessionClearCookiesOnStart", Setting::Bool(false)),
            ("quitURL", Setting::Text(self.quit_url.clone())),
            ("quitURLConfirm", Setting::Bool(false)),
            ("sendBrowserExamKey", Setting::Bool(true)),
            ("startURL", Setting::Text(self.start_url.clone())),
        ]);
        entries.sort_by_key(|(key, _)| key.to_ascii_lowercase());
        entries
    }

    /// The file to open at each terminal: an unencrypted property list.
    pub fn file(&self) -> String {
        let mut text = String::from(concat!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n",
            "<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n",
            "<plist version=\"1.0\">\n<dict>\n",
        ));
        for (key, setting) in self.entries() {
            let value = match setting {
                Setting::Bool(true) => "<true/>".to_owned(),
                Setting::Bool(false) => "<false/>".to_owned(),
                Setting::Number(number) => format!("<integer>{number}</integer>"),
                Setting::Text(text) => format!("<string>{}</string>", escaped(&text)),
            };
            // Writing to a String cannot fail.
            let _ = writeln!(text, "<key>{key}</key>{value}");
        }
        text.push_str("</dict>\n</plist>\n");
        text
    }

    /// The canonical JSON of which the Config Key is made.
    fn canonical(&self) -> String {
        let pairs: Vec<String> = self
            .entries()
            .into_iter()
            .map(|(key, setting)| match setting {
                Setting::Bool(value) => format!("\"{key}\":{value}"),
                Setting::Number(number) => format!("\"{key}\":{number}"),
                Setting::Text(text) => format!("\"{key}\":\"{text}\""),
            })
            .collect();
        format!("{{{}}}", pairs.join(","))
    }

    /// The Config Key, in hexadecimal.
    pub fn config_key(&self) -> String {
        hex(self.canonical().as_bytes())
    }
}

/// What the browser sends with a request of this address: the fragment does not count.
pub fn key_hash(url: &str, config_key: &str) -> String {
    let url = url.split('#').next().unwrap_or_default();
    hex(format!("{url}{config_key}").as_bytes())
}

/// The digest under which a quit password stands in the settings.
pub fn quit_hash(password: &str) -> String {
    hex(password.as_bytes())
}

fn hex(bytes: &[u8]) -> String {
    Digest::of(bytes).to_string()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> SebSettings {
        SebSettings {
            start_url: "https://exam.example/exam".to_owned(),
            quit_url: "https://exam.example/exam/leave".to_owned(),
            quit_hash: None,
        }
    }

    #[test]
    fn the_key_is_made_of_the_sorted_settings_without_blanks() {
        let canonical = concat!(
            r#"{"allowQuit":false,"browserViewMode":1,"examSessionClearCookiesOnEnd":false,"#,
            r#""examSessionClearCookiesOnStart":false,"quitURL":"https://exam.example/exam/leave","#,
            r#""quitURLConfirm":false,"sendBrowserExamKey":true,"startURL":"https://exam.example/exam"}"#
        );
        assert_eq!(settings().canonical(), canonical);
        assert_eq!(settings().config_key(), hex(canonical.as_bytes()));
        let with_password = SebSettings {
            quit_hash: Some(quit_hash("leave")),
            ..settings()
        };
        assert_ne!(with_password.config_key(), settings().config_key());
        assert!(
            with_password
                .canonical()
                .contains(r#""examSessionClearCookiesOnStart":false,"hashedQuitPassword":""#)
        );
    }

    #[test]
    fn each_address_has_a_hash_of_its_own_and_the_fragment_does_not_count() {
        let key = settings().config_key();
        let first = key_hash("https://exam.example/exam/paper", &key);
        assert_eq!(first, key_hash("https://exam.example/exam/paper#q3", &key));
        assert_ne!(first, key_hash("https://exam.example/exam/paper?x", &key));
        assert_eq!(first.len(), 64);
    }

    #[test]
    fn the_file_holds_what_the_key_is_made_of() {
        let file = settings().file();
        assert!(file.contains("<key>startURL</key><string>https://exam.example/exam</string>"));
        assert!(file.contains("<key>allowQuit</key><false/>"));
        assert_eq!(file.matches("<key>").count(), 8);
    }
}
