//! The words of the pages, in both languages, from the message files.

use std::borrow::Cow;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};

use crate::kernel::Language;

/// The messages of one language.
pub struct Messages {
    bundle: FluentBundle<FluentResource>,
}

macro_rules! files {
    ($language:literal) => {
        &[
            include_str!(concat!("messages/", $language, "/common.ftl")),
            include_str!(concat!("messages/", $language, "/refusals.ftl")),
            include_str!(concat!("messages/", $language, "/account.ftl")),
            include_str!(concat!("messages/", $language, "/public.ftl")),
            include_str!(concat!("messages/", $language, "/candidate.ftl")),
            include_str!(concat!("messages/", $language, "/items.ftl")),
            include_str!(concat!("messages/", $language, "/room.ftl")),
            include_str!(concat!("messages/", $language, "/clerk.ftl")),
            include_str!(concat!("messages/", $language, "/office.ftl")),
            include_str!(concat!("messages/", $language, "/practical.ftl")),
            include_str!(concat!("messages/", $language, "/staff.ftl")),
            include_str!(concat!("messages/", $language, "/result.ftl")),
            include_str!(concat!("messages/", $language, "/after.ftl")),
            include_str!(concat!("messages/", $language, "/ledger.ftl")),
            include_str!(concat!("messages/", $language, "/console.ftl")),
            include_str!(concat!("messages/", $language, "/exchange.ftl")),
            include_str!(concat!("messages/", $language, "/certificate.ftl")),
            include_str!(concat!("messages/", $language, "/figures.ftl")),
        ]
    };
}

static ZH: LazyLock<Messages> = LazyLock::new(|| Messages::read("zh-CN", files!("zh-CN")));
static EN: LazyLock<Messages> = LazyLock::new(|| Messages::read("en", files!("en")));

impl Messages {
    /// The messages of this language.
    pub fn of(language: Language) -> &'static Self {
        match language {
            Language::Zh => &ZH,
            Language::En => &EN,
        }
    }

    #[expect(
        clippy::expect_used,
        reason = "the files are part of the program and a test reads them all"
    )]
    fn read(tag: &str, files: &[&str]) -> Self {
        let mut bundle = FluentBundle::new_concurrent(vec![tag.parse().expect("a language tag")]);
        bundle.set_use_isolating(false);
        for file in files {
            let resource = FluentResource::try_new((*file).to_owned()).expect("a message file that parses");
            bundle.add_resource(resource).expect("no message is defined twice");
        }
        Self { bundle }
    }

    /// Whether there is such a message.
    pub fn has(&self, key: &str) -> bool {
        self.bundle.has_message(key)
    }

    /// The message, with arguments. A key without a message stands for itself.
    pub fn say(&self, key: &str, args: &[(&str, FluentValue<'_>)]) -> String {
        let Some(pattern) = self.bundle.get_message(key).and_then(|message| message.value()) else {
            return key.to_owned();
        };
        let args: FluentArgs<'_> = args
            .iter()
            .map(|(name, value)| (Cow::from((*name).to_owned()), value.clone()))
            .collect();
        self.bundle
            .format_pattern(pattern, Some(&args), &mut Vec::new())
            .into_owned()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn keys(files: &[&str]) -> BTreeSet<String> {
        let key = |line: &str| {
            let (key, _) = line.split_once(" =")?;
            key.chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
                .then(|| key.to_owned())
        };
        files
            .iter()
            .flat_map(|file| file.lines())
            .filter(|line| !line.starts_with(' '))
            .filter_map(key)
            .collect()
    }

    #[test]
    fn both_languages_say_the_same_things() {
        let (zh, en) = (keys(files!("zh-CN")), keys(files!("en")));
        assert_eq!(
            zh.difference(&en).collect::<Vec<_>>(),
            Vec::<&String>::new(),
            "only in Chinese"
        );
        assert_eq!(
            en.difference(&zh).collect::<Vec<_>>(),
            Vec::<&String>::new(),
            "only in English"
        );
    }

    #[test]
    fn every_act_has_a_name_in_words() {
        let known = keys(files!("zh-CN"));
        for policy in crate::office::policy::ALL {
            let key = format!("act-{}", policy.name.replace('.', "-"));
            assert!(known.contains(&key), "{key}");
        }
    }

    #[test]
    fn every_key_that_a_template_uses_has_a_message() {
        let mut missing = BTreeSet::new();
        let mut folders = vec![std::path::PathBuf::from("src/web/templates")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let text = std::fs::read_to_string(&path).unwrap();
                for call in ["frame.t(\"", "frame.say(\"", "frame.n(\""] {
                    for rest in text.split(call).skip(1) {
                        let key = rest.split('"').next().unwrap();
                        if !Messages::of(Language::Zh).has(key) {
                            missing.insert(format!("{}: {key}", path.display()));
                        }
                    }
                }
            }
        }
        assert!(missing.is_empty(), "{missing:#?}");
    }
}
