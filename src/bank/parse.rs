//! From TOML tables to the words of a bank: what each file may say.

use std::rc::Rc;

use super::fields::{Fields, Place, Placed};
use super::file::{Folder, Source};
use super::model::{BankKind, Item, Occupation, Point, Range};
use super::parse_item::item;
use super::picture::Picture;
use super::problem::{Problem, ProblemKind};
use super::task::{Deduction, Group, Overtime, PracticalTask, Preparation, ScoreElement, Veto, VetoScope};
use super::text::Form;

/// Everything that could be read, each with its place; not yet checked against each other.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) head: Option<Head>,
    pub(super) ranges: Vec<Placed<Range>>,
    pub(super) points: Vec<Placed<Point>>,
    pub(super) items: Vec<Placed<Item>>,
    pub(super) groups: Vec<Placed<Group>>,
    pub(super) tasks: Vec<Placed<PracticalTask>>,
    pub(super) pictures: Vec<Picture>,
}

/// What `bank.toml` says.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) code: String,
    pub(super) version: String,
    pub(super) kind: BankKind,
    pub(super) level: u8,
    pub(super) occupation: Occupation,
    pub(super) standard: String,
}

impl Draft {
    pub(super) fn read(folder: &Folder, problems: &mut Vec<Problem>) -> Self {
        let mut draft = Self::default();
        if let Some(source) = &folder.bank {
            draft.head = document(source, problems, head);
        }
        if let Some(source) = &folder.elements {
            (draft.ranges, draft.points) = document(source, problems, |mut fields| {
                let tables = (fields.tables("range", range), fields.tables("point", point));
                fields.finish();
                Some(tables)
            })
            .unwrap_or_default();
        }
        for source in &folder.theory {
            draft.items.extend(list(source, problems, "item", item));
        }
        if let Some(source) = &folder.structure {
            draft.groups = list(source, problems, "group", group);
        }
        draft.pictures.clone_from(&folder.pictures);
        for source in &folder.tasks {
            draft.tasks.extend(document(source, problems, task));
        }
        draft
    }
}

fn document<T>(
    source: &Rc<Source>,
    problems: &mut Vec<Problem>,
    read: impl FnOnce(Fields<'_, '_>) -> Option<T>,
) -> Option<T> {
    let table = source.parse(problems);
    read(Fields::of_document(&table, source, problems))
}

fn list<T>(
    source: &Rc<Source>,
    problems: &mut Vec<Problem>,
    key: &'static str,
    read: fn(Fields<'_, '_>) -> Option<T>,
) -> Vec<T> {
    document(source, problems, |mut fields| {
        let all = fields.tables(key, read);
        fields.finish();
        Some(all)
    })
    .unwrap_or_default()
}

// Each reader below takes every key first and asks `?` only at the end, so that one wrong key does not hide the next.

fn head(mut fields: Fields<'_, '_>) -> Option<Head> {
    fields.integer::<u8>("format", 1..=1);
    let code = fields.code("code", Form::Bank);
    let version = fields.text("version");
    let kind = fields.word("kind", "live, practice");
    let level = fields.integer("level", 1..=5);
    let standard = fields.text("standard");
    let occupation = fields.required_table("occupation", occupation);
    fields.finish();
    Some(Head {
        code: code?,
        version: version?,
        kind: kind?,
        level: level?,
        occupation: occupation?,
        standard: standard?,
    })
}

fn occupation(mut fields: Fields<'_, '_>) -> Option<Occupation> {
    let code = fields.code("code", Form::Occupation);
    let edition = fields.text("edition");
    let name = fields.text("name");
    let name_en = fields.text("name_en");
    fields.finish();
    Some(Occupation {
        code: code?,
        edition: edition?,
        name: name?,
        name_en: name_en?,
    })
}

fn range(mut fields: Fields<'_, '_>) -> Option<Placed<Range>> {
    let code = fields.code("code", Form::Range);
    let name = fields.text("name");
    let name_en = fields.text("name_en");
    let weight = fields.weight("weight");
    let place = fields.finish();
    placed(
        place,
        Range {
            code: code?,
            name: name?,
            name_en: name_en?,
            weight: weight?,
        },
    )
}

fn point(mut fields: Fields<'_, '_>) -> Option<Placed<Point>> {
    let code = fields.code("code", Form::Point);
    let name = fields.text("name");
    let importance = fields.word("importance", "X, Y, Z");
    let place = fields.finish();
    placed(
        place,
        Point {
            code: code?,
            name: name?,
            importance: importance?,
        },
    )
}

fn group(mut fields: Fields<'_, '_>) -> Option<Placed<Group>> {
    let code = fields.code("code", Form::Id);
    let name = fields.text("name");
    let name_en = fields.text("name_en");
    let weight = fields.integer("weight", 1..=100);
    let draw = fields.integer("draw", 1..=100);
    let selection = fields.word("selection", "must, one_of, n_of_m");
    let tasks = fields.texts("tasks");
    let place = fields.finish();
    let group = Group {
        code: code?,
        name: name?,
        name_en: name_en?,
        weight: weight?,
        draw: draw?,
        selection: selection?,
        tasks,
    };
    placed(place, group)
}

fn task(mut fields: Fields<'_, '_>) -> Option<Placed<PracticalTask>> {
    let code = fields.code("code", Form::Id);
    let title = fields.text("title");
    let title_en = fields.text("title_en");
    let form = fields.word("form", "实操, 笔试, 口试, 模拟");
    let time_limit_minutes = fields.integer("time_limit_minutes", 1..=1_440);
    let importance = fields.word("importance", "X, Y, Z");
    let task = fields.text("task");
    let notes = fields.texts("notes");
    let site_preparation = fields.tables("site_preparation", preparation);
    let candidate_preparation = fields.tables("candidate_preparation", preparation);
    let overtime = fields.table("overtime", overtime);
    let elements = fields.tables("element", element);
    let vetoes = fields.tables("veto", |fields| veto(fields, &elements));
    let place = fields.finish();
    let task = PracticalTask {
        code: code?,
        title: title?,
        title_en: title_en?,
        form: form?,
        time_limit_minutes: time_limit_minutes?,
        importance: importance?,
        task: task?,
        notes,
        site_preparation,
        candidate_preparation,
        overtime,
        elements,
        vetoes,
    };
    placed(place, task)
}

fn preparation(mut fields: Fields<'_, '_>) -> Option<Preparation> {
    let name = fields.text("name");
    let specification = fields.optional_text("specification").unwrap_or_default();
    let unit = fields.text("unit");
    let quantity = fields.integer("quantity", 1..=100_000);
    fields.finish();
    Some(Preparation {
        name: name?,
        specification,
        unit: unit?,
        quantity: quantity?,
    })
}

fn overtime(mut fields: Fields<'_, '_>) -> Option<Overtime> {
    let day = 86_400;
    let grace = fields.integer("grace_seconds", 0..=day);
    let step_length = fields.integer("step_seconds", 1..=day);
    let deduct = fields.marks("deduct_per_step");
    let hard_stop = fields.integer("hard_stop_seconds", 0..=day);
    if let (Some(grace), Some(stop)) = (grace, hard_stop)
        && stop < grace
    {
        fields.report("hard_stop_seconds", ProblemKind::OvertimeOrder { grace, stop });
    }
    fields.finish();
    Some(Overtime {
        grace_seconds: grace?,
        step_seconds: step_length?,
        deduct_per_step: deduct?,
        hard_stop_seconds: hard_stop?,
    })
}

fn element(mut fields: Fields<'_, '_>) -> Option<ScoreElement> {
    let code = fields.code("code", Form::Id);
    let name = fields.text("name");
    let requirement = fields.text("requirement");
    let marks = fields.marks("marks");
    let deductions = fields.tables("deduction", |mut fields| {
        let text = fields.text("text");
        let cost = fields.marks("marks");
        if let (Some(cost), Some(marks)) = (cost, marks)
            && cost > marks
        {
            let kind = ProblemKind::DeductionTooLarge {
                deduction: cost.to_string(),
                marks: marks.to_string(),
            };
            fields.report("marks", kind);
        }
        fields.finish();
        Some(Deduction {
            text: text?,
            marks: cost?,
        })
    });
    fields.finish();
    Some(ScoreElement {
        code: code?,
        name: name?,
        requirement: requirement?,
        marks: marks?,
        deductions,
    })
}

fn veto(mut fields: Fields<'_, '_>, elements: &[ScoreElement]) -> Option<Veto> {
    let code = fields.code("code", Form::Id);
    let text = fields.text("text");
    let scope = fields.word("scope", "element, task, test");
    let effect = fields.word("effect", "zero, terminate");
    let element = fields.optional_text("element");
    if let (Some(code), Some(scope)) = (&code, scope) {
        let fits = match (scope, &element) {
            (VetoScope::Element, Some(named)) => elements.iter().any(|element| element.code == *named),
            (VetoScope::Element, None) | (VetoScope::Task | VetoScope::Test, Some(_)) => false,
            (VetoScope::Task | VetoScope::Test, None) => true,
        };
        if !fits {
            fields.report("element", ProblemKind::VetoElement { veto: code.clone() });
        }
    }
    fields.finish();
    Some(Veto {
        code: code?,
        text: text?,
        scope: scope?,
        effect: effect?,
        element,
    })
}

#[expect(clippy::unnecessary_wraps, reason = "the readers end in it, after their last `?`")]
fn placed<T>(place: Place, value: T) -> Option<Placed<T>> {
    Some(Placed { value, place })
}
