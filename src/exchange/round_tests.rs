//! What goes out and comes back is the same, wherever the format can say it.

use proptest::prelude::*;

use super::*;
use crate::bank::Bank;

/// Words that each format might stumble over.
const WORDS: &[&str] = &[
    "电压",
    "电阻 R",
    "=",
    "~",
    "#",
    "{",
    "}",
    ":",
    "::",
    "\\",
    "%50%",
    "->",
    "<b>",
    "a < b",
    "&amp;",
    "&",
    "\"",
    "'",
    "//",
    "=SUM(A1)",
    "+",
    "-1",
    "@x",
    "|",
    "*",
    "[html]",
    "$5",
    "\\(\\frac{1}{2}\\)",
    "√",
    "×",
    "A. x",
    "ANSWER: A",
    "\n",
    "\n\n",
    "  ",
    "（ ）",
    "____",
    "]]>",
    "<!--",
    "²",
    "𬱟",
    "#####",
    "1.5",
    "T",
    "\\n",
    "\\(x",
    "$$",
];

fn text() -> impl Strategy<Value = String> {
    raw().prop_map(|raw| text::foreign(&raw))
}

fn raw() -> impl Strategy<Value = String> {
    let words = proptest::collection::vec(proptest::sample::select(WORDS), 1..8);
    words.prop_map(|words| {
        let text = format!("字{}字", words.join(""))
            .replace("\n\n\n", "\n\n")
            .replace("\n\n\n", "\n\n");
        // Formulas that would run together with what stands beside them are not what is tested here.
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        let mut text = lines.join("\n");
        while text.contains("\n\n\n") {
            text = text.replace("\n\n\n", "\n\n");
        }
        text
    })
}

fn word() -> impl Strategy<Value = String> {
    proptest::sample::select(
        &[
            "PE线", "a*b", "x=y", "~", "50%", "{}", "a:b", "C", "\\n", "<i>", "&lt;", "#1", "$",
        ][..],
    )
    .prop_map(str::to_owned)
}

fn options(count: std::ops::RangeInclusive<usize>) -> impl Strategy<Value = Vec<String>> {
    proptest::collection::vec(raw(), count).prop_map(|texts| {
        texts
            .into_iter()
            .enumerate()
            .map(|(place, text)| text::foreign(&format!("{place}{}", text.replace("\n\n", "\n"))))
            .collect()
    })
}

fn number() -> impl Strategy<Value = Number> {
    (-100_000_i64..100_000, 0_i64..500, units()).prop_map(|(value, tolerance, units)| Number {
        value: number::plain(&format!("{value}e-2")).unwrap(),
        tolerance: number::plain(&format!("{tolerance}e-3")).unwrap(),
        units,
    })
}

fn units() -> impl Strategy<Value = Vec<Unit>> {
    let unit = |(name, factor): (&str, Option<&str>)| Unit {
        name: name.to_owned(),
        factor: factor.map(str::to_owned),
    };
    let others = [
        ("kV", Some("1000")),
        ("m%~*V", Some("0.001")),
        ("min", Some("60")),
        ("A, [x]", None),
    ];
    let several = proptest::collection::vec(proptest::sample::select(others.to_vec()), 1..4);
    prop_oneof![
        proptest::sample::select(&["", "V", "Ω", "m/s²"][..]).prop_map(Unit::only),
        several.prop_map(move |others| [("V", Some("1"))].into_iter().chain(others).map(unit).collect()),
    ]
}

fn words() -> impl Strategy<Value = Words> {
    let accept = proptest::collection::btree_set(word(), 1..4);
    (accept, any::<bool>(), any::<bool>()).prop_map(|(accept, case_matters, blanks_matter)| Words {
        accept: accept.into_iter().collect(),
        case_matters,
        blanks_matter,
    })
}

fn blank() -> impl Strategy<Value = Blank> {
    prop_oneof![
        (options(2..=4), 0_usize..2).prop_map(|(options, key)| Blank::Choice {
            options: options
                .into_iter()
                .map(|option| option
                    .replace('\n', " ")
                    .split_whitespace()
                    .collect::<Vec<_>>()
                    .join(" "))
                .collect(),
            key
        }),
        number().prop_map(Blank::Number),
        words().prop_map(Blank::Words),
    ]
}

fn body() -> impl Strategy<Value = Body> {
    prop_oneof![
        (options(4..=4), 0_usize..4).prop_map(|(options, key)| Body::Choice {
            several: false,
            options,
            keys: vec![key]
        }),
        (options(4..=6), proptest::collection::btree_set(0_usize..4, 2..=3)).prop_map(|(options, keys)| Body::Choice {
            several: true,
            options,
            keys: keys.into_iter().collect()
        }),
        any::<bool>().prop_map(|key| Body::TrueFalse { key }),
        number().prop_map(Body::Number),
        words().prop_map(Body::Words),
        proptest::collection::vec(blank(), 1..4).prop_map(|blanks| Body::Cloze { blanks }),
        (options(3..=5), options(5..=6)).prop_map(|(prompts, options)| Body::Matching {
            keys: (0..prompts.len()).collect(),
            prompts,
            options
        }),
        options(3..=5).prop_map(|steps| Body::Ordering { steps }),
        (text(), proptest::option::of(20_u32..4_000)).prop_map(|(guide, max_chars)| Body::Written { max_chars, guide }),
    ]
}

fn question() -> impl Strategy<Value = Question> {
    let path = proptest::collection::vec(
        proptest::sample::select(&["A基本要求", "AB 电工/电子", "AB001 & <安全>"][..]),
        1..4,
    );
    (
        text(),
        body(),
        text(),
        proptest::option::of(1_u8..=5),
        path,
        any::<bool>(),
        "[A-Z]{1,3}-[0-9]{1,4}",
    )
        .prop_map(|(stem, body, explanation, difficulty, path, fixed, id)| {
            let mut stem = stem;
            if let Body::Cloze { blanks } = &body {
                for number in 1..=blanks.len() {
                    put!(stem, "空{{{{{number}}}}}。");
                }
            }
            Question {
                id,
                path: path.into_iter().map(str::to_owned).collect(),
                difficulty,
                fixed_options: fixed && matches!(body, Body::Choice { .. }),
                explanation,
                source: "GB/T 13869—2017 5.3, [a]".to_owned(),
                enemies: vec!["E-1".to_owned()],
                ..Question::bare(stem, body)
            }
        })
}

/// Out and back; what the format says it lost is left out of the comparison.
fn there_and_back(question: &Question, format: Format) -> Result<(), TestCaseError> {
    let mut out = Exchange::default();
    out.take(Place::default(), question.clone());
    let written = write(&out, format).unwrap();
    if written.losses.iter().any(|loss| loss.degree == Degree::Item) {
        return Ok(());
    }
    let name = format!("file.{}", written.ending);
    let back = read(&written.bytes, &name, Some(format))
        .map_err(|refused| TestCaseError::fail(format!("{refused}\n{}", String::from_utf8_lossy(&written.bytes))))?;
    let shown = || {
        format!(
            "{format:?} {:?}\n{}",
            back.losses,
            String::from_utf8_lossy(&written.bytes)
        )
    };
    prop_assert!(
        back.losses.iter().all(|loss| loss.degree == Degree::Note),
        "{}",
        shown()
    );
    prop_assert_eq!(back.questions.len(), 1, "{}", shown());
    let mut expected = question.clone();
    match &mut expected.body {
        Body::Written { guide, .. }
            if written
                .losses
                .iter()
                .any(|loss| matches!(&loss.kind, LossKind::Unsaid { what, .. } if what == "guide")) =>
        {
            guide.clear();
        }
        _ => {}
    }
    let mut found = back.questions[0].question.clone();
    if format == Format::Text {
        // Our own text names the point alone, and a guide is a rubric there.
        expected.path = found.path.clone();
        if let (Body::Written { guide, .. }, Body::Written { guide: back, .. }) = (&mut expected.body, &mut found.body)
        {
            let lines = rubric::read(guide).unwrap_or_else(|| rubric::plain_guide(guide));
            prop_assert_eq!(&rubric::told(&lines), &*back);
            guide.clone_from(back);
        }
    }
    prop_assert_eq!(found, expected, "{}", shown());
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn xlsx_comes_back_as_it_went(question in question()) {
        there_and_back(&question, Format::Xlsx)?;
    }

    #[test]
    fn csv_comes_back_as_it_went(question in question()) {
        there_and_back(&question, Format::Csv)?;
    }

    #[test]
    fn gift_comes_back_as_it_went(question in question()) {
        there_and_back(&question, Format::Gift)?;
    }

    #[test]
    fn moodle_comes_back_as_it_went(question in question()) {
        there_and_back(&question, Format::Moodle)?;
    }

    #[test]
    fn qti_two_comes_back_as_it_went(question in question()) {
        there_and_back(&question, Format::Qti22)?;
    }

    #[test]
    fn qti_three_comes_back_as_it_went(question in question()) {
        there_and_back(&question, Format::Qti30)?;
    }

    #[test]
    fn our_text_comes_back_as_it_went(question in question()) {
        there_and_back(&question, Format::Text)?;
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..400), format in proptest::sample::select(&Format::ALL[..])) {
        let _ = read(&bytes, "x.csv", Some(format));
    }

    #[test]
    fn any_text_is_read_or_refused(text in "[a-zA-Z0-9{}~=#:<>/&;\"'\\[\\]! \\n中]{0,300}", format in proptest::sample::select(&Format::ALL[..])) {
        let _ = read(text.as_bytes(), "x.csv", Some(format));
    }
}

fn shipped(name: &str) -> Bank {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("question-banks");
    crate::bank::read(&root.join(name))
        .bank
        .expect("a bank that ships is clean")
}

/// The practice bank has every kind of item, formulas, and pictures.
#[test]
fn a_bank_of_every_kind_comes_back_but_for_what_each_format_says_it_cannot_say() {
    let bank = shipped("practice/5");
    let kinds: std::collections::BTreeSet<_> = bank.items.iter().map(|item| item.kind).collect();
    assert_eq!(kinds.len(), crate::bank::ItemKind::ALL.len(), "every kind is tried");
    let out = questions(&bank);
    for format in Format::ALL.into_iter().filter(|format| format.is_written()) {
        let written = write(&out, format).unwrap();
        let again = read(&written.bytes, &format!("bank.{}", written.ending), Some(format)).unwrap();
        let plan = plan(&again, &bank, &Defaults::default());
        let left_out = written.losses.iter().filter(|loss| loss.degree == Degree::Item).count();
        let partly: Vec<&str> = written
            .losses
            .iter()
            .filter(|loss| loss.degree == Degree::Part)
            .map(|loss| loss.item.as_str())
            .collect();
        assert_eq!(plan.new.len(), 0, "{format:?} {:?}", plan.new.first());
        assert!(plan.pictures.is_empty(), "{format:?}");
        for changed in &plan.changed {
            assert!(partly.contains(&changed.item.id.as_str()), "{format:?} {changed:?}");
        }
        let first = plan.losses.iter().find(|loss| loss.degree != Degree::Note);
        assert_eq!(first, None, "{format:?}");
        assert_eq!(
            plan.same + plan.changed.len() + left_out,
            bank.items.len(),
            "{format:?}"
        );
        let whole = matches!(format, Format::Text | Format::Qti22 | Format::Qti30);
        assert!(!whole || left_out == 0, "{format:?} {:?}", written.losses.first());
        if format == Format::Text {
            assert!(written.losses.is_empty() && plan.changed.is_empty());
        }
    }
    // Into a bank without its pictures: they come with the items.
    let mut bare = bank.clone();
    bare.items.clear();
    bare.pictures.clear();
    for format in [Format::Text, Format::Qti22, Format::Qti30] {
        let written = write(&out, format).unwrap();
        let again = read(&written.bytes, "bank.zip", Some(format)).unwrap();
        let plan = plan(&again, &bare, &Defaults::default());
        assert_eq!(plan.new.len(), bank.items.len(), "{format:?}");
        assert_eq!(plan.applied(&bare).pictures, bank.pictures, "{format:?}");
    }
}

#[test]
fn a_whole_bank_comes_back_item_by_item_in_every_format() {
    let bank = shipped("electrician/4");
    let out = questions(&bank);
    for format in Format::ALL.into_iter().filter(|format| format.is_written()) {
        let written = write(&out, format).unwrap();
        assert!(written.losses.is_empty(), "{format:?} {:?}", written.losses.first());
        let again = read(&written.bytes, &format!("bank.{}", written.ending), Some(format)).unwrap();
        let plan = plan(&again, &bank, &Defaults::default());
        let first = plan.losses.iter().find(|loss| loss.degree != Degree::Note);
        assert_eq!(
            (plan.new.len(), plan.changed.len(), first),
            (0, 0, None),
            "{format:?} {:?}",
            plan.changed.first()
        );
        assert_eq!(plan.same, bank.items.len(), "{format:?}");
        assert_eq!(plan.applied(&bank).digest(), bank.digest(), "{format:?}");
        assert_eq!(
            Format::guess(&written.bytes, &format!("bank.{}", written.ending)).map(|guess| if guess == Format::Qti22 {
                format
            } else {
                guess
            }),
            Some(format)
        );
    }
}
