//! The key of an item against its options.

use super::detail::Detail;
use super::model::{ItemKind, letter};
use super::problem::ProblemKind;

/// Everything wrong with key and options, each with the name of the key it concerns.
pub(super) fn check(
    kind: ItemKind,
    key: &str,
    options: &[String],
    detail: Option<&Detail>,
) -> Vec<(&'static str, ProblemKind)> {
    let mut wrong = Vec::new();
    match kind {
        ItemKind::Single => count(options, 4, 4, &mut wrong),
        ItemKind::Multiple => count(options, 4, 6, &mut wrong),
        ItemKind::Ordering => count(options, 3, 10, &mut wrong),
        ItemKind::Matching => count(options, 2, 15, &mut wrong),
        ItemKind::TrueFalse if options.is_empty() => {}
        ItemKind::TrueFalse => wrong.push(("options", ProblemKind::NeedlessOptions {})),
        ItemKind::Numeric | ItemKind::Text | ItemKind::Cloze | ItemKind::Hotspot | ItemKind::Written => return wrong,
    }
    let prompts = match detail {
        Some(Detail::Matching(prompts)) => prompts.len(),
        _ => 0,
    };
    if let Some(form) = misformed(kind, key, prompts) {
        let key = key.chars().take(20).collect();
        wrong.push(("key", ProblemKind::KeyForm { key, form }));
    } else if kind != ItemKind::TrueFalse {
        let outside = key
            .chars()
            .find(|chosen| !(0..options.len()).any(|place| letter(place) == *chosen));
        if let Some(letter) = outside {
            let count = options.len();
            wrong.push(("key", ProblemKind::KeyOutside { letter, count }));
        }
    }
    wrong.extend(same(options).map(|kind| ("options", kind)));
    wrong
}

fn count(options: &[String], least: usize, most: usize, wrong: &mut Vec<(&'static str, ProblemKind)>) {
    if !(least..=most).contains(&options.len()) {
        wrong.push((
            "options",
            ProblemKind::OptionCount {
                count: options.len(),
                least,
                most,
            },
        ));
    }
}

/// The form that the key should have, when it has not.
fn misformed(kind: ItemKind, key: &str, prompts: usize) -> Option<String> {
    let letters = key.as_bytes();
    let capital = letters.iter().all(u8::is_ascii_uppercase);
    let (fits, form) = match kind {
        ItemKind::Single => (capital && letters.len() == 1, "A".to_owned()),
        ItemKind::Multiple => (
            capital && letters.len() >= 2 && letters.is_sorted_by(|a, b| a < b),
            "ABD".to_owned(),
        ),
        ItemKind::TrueFalse => (matches!(key, "T" | "F"), "T / F".to_owned()),
        ItemKind::Matching => (capital && letters.len() == prompts, format!("A–Z × {prompts}")),
        ItemKind::Ordering => (true, String::new()),
        ItemKind::Numeric | ItemKind::Text | ItemKind::Cloze | ItemKind::Hotspot | ItemKind::Written => {
            (key.is_empty(), String::new())
        }
    };
    (!fits).then_some(form)
}

/// The first two options that say the same, blanks and case aside.
fn same(options: &[String]) -> Option<ProblemKind> {
    let bare: Vec<String> = options
        .iter()
        .map(|option| option.split_whitespace().collect::<String>().to_lowercase())
        .collect();
    bare.iter().enumerate().find_map(|(second, option)| {
        let first = bare.iter().take(second).position(|earlier| earlier == option)?;
        Some(ProblemKind::SameOptions {
            first: letter(first),
            second: letter(second),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(kind: ItemKind, key: &str, options: &[&str]) -> Vec<ProblemKind> {
        let options: Vec<String> = options.iter().map(ToString::to_string).collect();
        check(kind, key, &options, None)
            .into_iter()
            .map(|(_, kind)| kind)
            .collect()
    }

    #[test]
    fn good_keys_pass() {
        assert_eq!(problems(ItemKind::Single, "D", &["a", "b", "c", "d"]), []);
        assert_eq!(problems(ItemKind::Multiple, "ABCDE", &["a", "b", "c", "d", "e"]), []);
        assert_eq!(problems(ItemKind::TrueFalse, "F", &[]), []);
    }

    #[test]
    fn bad_keys_do_not() {
        let four = ["a", "b", "c", "d"];
        for (kind, key) in [
            (ItemKind::Single, "AB"),
            (ItemKind::Single, "a"),
            (ItemKind::Single, ""),
            (ItemKind::Multiple, "A"),
            (ItemKind::Multiple, "BA"),
            (ItemKind::Multiple, "AAB"),
        ] {
            assert!(
                matches!(problems(kind, key, &four).as_slice(), [ProblemKind::KeyForm { .. }]),
                "{kind:?} {key}"
            );
        }
        assert!(matches!(
            problems(ItemKind::TrueFalse, "√", &[]).as_slice(),
            [ProblemKind::KeyForm { .. }]
        ));
        let outside = ProblemKind::KeyOutside { letter: 'E', count: 4 };
        assert_eq!(problems(ItemKind::Single, "E", &four), std::slice::from_ref(&outside));
        assert_eq!(problems(ItemKind::Multiple, "AE", &four), [outside]);
    }

    #[test]
    fn options_are_counted_and_compared() {
        let count = ProblemKind::OptionCount {
            count: 3,
            least: 4,
            most: 4,
        };
        assert_eq!(problems(ItemKind::Single, "A", &["a", "b", "c"]), [count]);
        assert_eq!(
            problems(ItemKind::TrueFalse, "T", &["a"]),
            [ProblemKind::NeedlessOptions {}]
        );
        let same = ProblemKind::SameOptions {
            first: 'B',
            second: 'D',
        };
        assert_eq!(problems(ItemKind::Single, "A", &["a", "5 V", "c", "5V"]), [same]);
    }
}
