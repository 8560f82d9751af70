//! The report of a bank: how hard its items are, how well they tell good candidates from weak ones, who took which option.
#![expect(clippy::float_arithmetic, reason = "places in a drawing")]

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;

use super::caller::Visitor;
use super::download::show;
use super::path::Path;
use super::public::render;
use super::refusal::respond;
use super::routes::{Route, act, view};
use super::{App, Frame};
use crate::bank::{ItemKind, letter};
use crate::identity::Role;
use crate::kernel::BankVersionId;
use crate::office::figures::{BankFigures, FiguresFile, FiguresReport, ItemLine, ReckonFigures, ShowFigures};
use crate::office::{Refusal, policy};
use crate::result::figures::{Flag, LIMITS, OptionFigures};

/// The routes of this audience.
pub(super) fn routes() -> Vec<Route> {
    [
        view("/banks/{bank}/figures", policy::BANK_FIGURES, get(figures)),
        view("/banks/{bank}/figures.xlsx", policy::BANK_FIGURES_FILE, get(file)),
        view("/banks/{bank}/figures.pdf", policy::BANK_FIGURES_REPORT, get(report)),
        act::<ShowFigures>(),
        act::<FiguresFile>(),
        act::<FiguresReport>(),
        act::<ReckonFigures>(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What of the report is shown, and in which order: all of it stands in the address.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Shown {
    flag: String,
    kind: String,
    point: String,
    sort: String,
}

impl Shown {
    fn has(&self, line: &ItemLine) -> bool {
        let flag = match self.flag.as_str() {
            "" => true,
            "any" => !line.flags.is_empty(),
            word => line.flags.iter().any(|flag| flag.word() == word),
        };
        let kind = self.kind.is_empty() || kind_word(line.kind) == self.kind;
        flag && kind && line.point.starts_with(self.point.trim())
    }

    fn sort(&self, lines: &mut [&ItemLine]) {
        // What cannot be estimated stands last.
        let by = |figure: fn(&ItemLine) -> Option<f64>| {
            move |a: &&ItemLine, b: &&ItemLine| {
                let value = |line: &ItemLine| figure(line).unwrap_or(f64::INFINITY);
                value(a).total_cmp(&value(b))
            }
        };
        match self.sort.as_str() {
            "correct" => lines.sort_by(by(correct)),
            "discrimination" => lines.sort_by(by(discrimination)),
            "seen" => lines.sort_by_key(|line| std::cmp::Reverse(line.figures.as_ref().map_or(0, |own| own.seen))),
            _ => {}
        }
    }
}

/// A kind's name in addresses.
fn kind_word(kind: ItemKind) -> String {
    format!("{kind:?}")
}

fn correct(line: &ItemLine) -> Option<f64> {
    line.figures.as_ref()?.correct
}

fn discrimination(line: &ItemLine) -> Option<f64> {
    line.figures.as_ref()?.discrimination
}

/// A point of the drawing.
struct Dot {
    item: String,
    x: f64,
    y: f64,
    flagged: bool,
}

#[derive(Template)]
#[template(path = "office/figures.html")]
struct FiguresPage {
    frame: Frame,
    all: BankFigures,
    shown: Shown,
    keeper: bool,
}

/// The drawing's size without its margins.
const WIDE: f64 = 560.0;
const HIGH: f64 = 220.0;

impl FiguresPage {
    fn lines(&self) -> Vec<&ItemLine> {
        let mut lines: Vec<&ItemLine> = self.all.items.iter().filter(|line| self.shown.has(line)).collect();
        self.shown.sort(&mut lines);
        lines
    }

    fn flagged(&self, flag: Flag) -> usize {
        self.all.items.iter().filter(|line| line.flags.contains(&flag)).count()
    }

    /// Share of marks to the right, discrimination upwards from -1 to 1.
    fn dots(&self) -> Vec<Dot> {
        let dot = |line: &ItemLine| {
            Some(Dot {
                item: line.item.clone(),
                x: correct(line)? * WIDE,
                y: (1.0 - discrimination(line)?) / 2.0 * HIGH,
                flagged: !line.flags.is_empty(),
            })
        };
        self.all.items.iter().filter_map(dot).collect()
    }

    fn kind(&self, kind: ItemKind) -> &'static str {
        kind.name(self.frame.language)
    }

    fn kinds(&self) -> Vec<ItemKind> {
        let has = |kind: &ItemKind| self.all.items.iter().any(|line| line.kind == *kind);
        ItemKind::ALL.into_iter().filter(has).collect()
    }

    fn figure(&self, value: Option<&f64>) -> String {
        // A zero has no sign.
        let told = |value: &f64| format!("{value:.2}").replace("-0.00", "0.00");
        value.map_or_else(|| self.frame.t("figures-none"), told)
    }

    /// The address of this report with another order.
    fn sorted(&self, sort: &str) -> String {
        let Shown { flag, kind, point, .. } = &self.shown;
        let pairs = [
            ("flag", flag.as_str()),
            ("kind", kind),
            ("point", point),
            ("sort", sort),
        ];
        let query = serde_urlencoded::to_string(pairs).unwrap_or_default();
        format!("/banks/{}/figures?{query}", self.all.bank)
    }

    /// Too few candidates for a figure to say much.
    fn few(line: &ItemLine) -> bool {
        line.figures.as_ref().is_none_or(|own| own.seen < LIMITS.candidates)
    }

    /// Each option: its letter, whether it is right, how long its bar is (in 200), its figures.
    fn options(line: &ItemLine) -> Vec<(char, bool, u64, &OptionFigures)> {
        let Some(own) = &line.figures else { return Vec::new() };
        let bar = |taken: u64| taken * 200 / own.seen.max(1);
        let options = own.options.iter().enumerate();
        options
            .map(|(place, option)| (letter(place), line.right.contains(&place), bar(option.taken), option))
            .collect()
    }
}

fn bank(path: &str) -> Result<BankVersionId, Refusal> {
    path.parse().map_err(|_| Refusal::NotFound)
}

/// `GET /banks/{bank}/figures`
async fn figures(
    State(app): State<App>,
    visitor: Visitor,
    Path(path): Path<String>,
    Query(shown): Query<Shown>,
) -> Response {
    let found = match bank(&path) {
        Ok(bank) => app.office.perform(ShowFigures { bank }, &visitor.caller).await,
        Err(refusal) => Err(refusal),
    };
    match found {
        Ok(all) => render(&FiguresPage {
            frame: visitor.frame(&app),
            all,
            shown,
            keeper: visitor.caller.has(Role::BankKeeper),
        }),
        Err(refusal) => respond(&app, &visitor, refusal, false),
    }
}

/// `GET /banks/{bank}/figures.xlsx`
async fn file(State(app): State<App>, visitor: Visitor, Path(path): Path<String>) -> Response {
    let file = match bank(&path) {
        Ok(bank) => app.office.perform(FiguresFile { bank }, &visitor.caller).await,
        Err(refusal) => Err(refusal),
    };
    show(&app, &visitor, file)
}

/// `GET /banks/{bank}/figures.pdf`
async fn report(State(app): State<App>, visitor: Visitor, Path(path): Path<String>) -> Response {
    let file = match bank(&path) {
        Ok(bank) => app.office.perform(FiguresReport { bank }, &visitor.caller).await,
        Err(refusal) => Err(refusal),
    };
    show(&app, &visitor, file)
}
