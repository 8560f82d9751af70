//! The files of a bank's folder: which are read, which are refused, and where in them a thing stands.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use toml::de::DeTable;

use super::picture::{MAX_PICTURE_BYTES, MAX_PICTURES, Picture};
use super::problem::{Problem, ProblemKind};

/// The largest file that is read, in bytes.
pub const MAX_FILE_BYTES: u64 = 5_000_000;
const EXCERPT_CHARS: usize = 80;

/// A file that was read, by the name it has in the folder.
#[derive(Debug)]
pub(super) struct Source {
    /// Relative to the folder, with `/`.
    pub(super) name: String,
    /// The whole text.
    pub(super) text: String,
    line_starts: Vec<usize>,
}

impl Source {
    fn new(name: String, text: String) -> Rc<Self> {
        let line_starts = std::iter::once(0)
            .chain(text.match_indices('\n').map(|(at, _)| at + 1))
            .collect();
        Rc::new(Self {
            name,
            text,
            line_starts,
        })
    }

    /// The line of a byte offset, counted from 1.
    pub(super) fn line(&self, offset: usize) -> u32 {
        u32::try_from(self.line_starts.partition_point(|start| *start <= offset)).unwrap_or(u32::MAX)
    }

    fn excerpt(&self, line: u32) -> String {
        let index = usize::try_from(line).unwrap_or(0).checked_sub(1);
        let text = index
            .and_then(|index| self.text.lines().nth(index))
            .unwrap_or("")
            .trim();
        let mut excerpt: String = text.chars().filter(|c| !c.is_control()).take(EXCERPT_CHARS).collect();
        if text.chars().count() > EXCERPT_CHARS {
            excerpt.push('…');
        }
        excerpt
    }

    /// The problem at a line; line 0 is the file as a whole.
    pub(super) fn problem(&self, line: u32, kind: ProblemKind) -> Problem {
        Problem {
            file: self.name.clone(),
            line,
            excerpt: self.excerpt(line),
            severity: kind.severity(),
            kind,
        }
    }

    /// The document, and a problem for every error of syntax. After an error the rest is what could be recovered.
    pub(super) fn parse<'s>(&'s self, problems: &mut Vec<Problem>) -> DeTable<'s> {
        let (document, errors) = DeTable::parse_recoverable(&self.text);
        for error in errors {
            let line = error.span().map_or(0, |span| self.line(span.start));
            let reason = error.message().to_owned();
            problems.push(self.problem(line, ProblemKind::Syntax { reason }));
        }
        document.into_inner()
    }
}

/// The files of a bank, as far as they could be read.
#[derive(Debug, Default)]
pub(super) struct Folder {
    pub(super) bank: Option<Rc<Source>>,
    pub(super) elements: Option<Rc<Source>>,
    pub(super) theory: Vec<Rc<Source>>,
    pub(super) structure: Option<Rc<Source>>,
    pub(super) tasks: Vec<Rc<Source>>,
    pub(super) pictures: Vec<Picture>,
}

impl Folder {
    /// Reads the folder, in the order of file names.
    pub(super) fn open(dir: &Path, problems: &mut Vec<Problem>) -> Self {
        let root = match dir.canonicalize().and_then(|root| fs::read_dir(&root).map(|_| root)) {
            Ok(root) => root,
            Err(error) => {
                let kind = ProblemKind::NotAFolder {
                    reason: error.to_string(),
                };
                problems.push(about(".", kind));
                return Self::default();
            }
        };
        let mut reader = Reader { root, problems };
        let mut folder = Self::default();
        for name in reader.names("") {
            match name.as_str() {
                "bank.toml" => folder.bank = reader.read(&name),
                "elements.toml" => folder.elements = reader.read(&name),
                "theory" => folder.theory = reader.read_all("theory"),
                "practical" => {
                    folder.tasks = reader.read_all("practical");
                    let place = folder.tasks.iter().position(|s| s.name == "practical/structure.toml");
                    folder.structure = place.map(|place| folder.tasks.remove(place));
                }
                "pictures" => folder.pictures = reader.read_pictures(),
                _ => reader.unexpected(&name),
            }
        }
        folder.report_missing(dir, problems);
        folder
    }

    fn report_missing(&self, dir: &Path, problems: &mut Vec<Problem>) {
        let mut missing = |name: &str| {
            if !dir.join(name).exists() {
                problems.push(about(name, ProblemKind::MissingFile { name: name.to_owned() }));
            }
        };
        missing("bank.toml");
        missing("elements.toml");
        if !self.tasks.is_empty() {
            missing("practical/structure.toml");
        }
        if self.theory.is_empty() {
            problems.push(about("theory", ProblemKind::NoTheory {}));
        }
        if self.tasks.is_empty() && self.structure.is_none() {
            problems.push(about("practical", ProblemKind::NoPractical {}));
        }
    }
}

/// A problem about a file as a whole, or about a file that is not there.
pub(super) fn about(file: &str, kind: ProblemKind) -> Problem {
    Problem {
        file: file.to_owned(),
        line: 0,
        excerpt: String::new(),
        severity: kind.severity(),
        kind,
    }
}

struct Reader<'p> {
    root: PathBuf,
    problems: &'p mut Vec<Problem>,
}

impl Reader<'_> {
    /// The names in a folder, sorted, without the hidden ones.
    fn names(&mut self, folder: &str) -> Vec<String> {
        let entries = match fs::read_dir(self.root.join(folder)) {
            Ok(entries) => entries,
            Err(error) => {
                self.problems.push(about(
                    folder,
                    ProblemKind::Unreadable {
                        reason: error.to_string(),
                    },
                ));
                return Vec::new();
            }
        };
        let mut names: Vec<String> = entries
            .filter_map(Result::ok)
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .filter(|name| !name.starts_with('.'))
            .collect();
        names.sort();
        names
    }

    fn read_all(&mut self, folder: &str) -> Vec<Rc<Source>> {
        if !self.inside(folder) {
            return Vec::new();
        }
        let mut sources = Vec::new();
        for name in self.names(folder) {
            let name = format!("{folder}/{name}");
            if is_toml(&name) {
                sources.extend(self.read(&name));
            } else {
                self.unexpected(&name);
            }
        }
        sources
    }

    fn read(&mut self, name: &str) -> Option<Rc<Source>> {
        let bytes = self.bytes(name, MAX_FILE_BYTES)?;
        match String::from_utf8(bytes) {
            Ok(text) => Some(Source::new(name.to_owned(), text)),
            Err(error) => {
                let offset = error.utf8_error().valid_up_to();
                self.problems.push(about(name, ProblemKind::NotUtf8 { offset }));
                None
            }
        }
    }

    fn bytes(&mut self, name: &str, most: u64) -> Option<Vec<u8>> {
        if !self.inside(name) {
            return None;
        }
        let mut bytes = Vec::new();
        let read = fs::File::open(self.root.join(name))
            // One byte more than allowed tells that there is more; a file that grows meanwhile cannot fill the memory.
            .and_then(|file| file.take(most + 1).read_to_end(&mut bytes));
        let kind = match read {
            Err(error) => ProblemKind::Unreadable {
                reason: error.to_string(),
            },
            Ok(length) if length as u64 > most => ProblemKind::TooLarge { most },
            Ok(_) => return Some(bytes),
        };
        self.problems.push(about(name, kind));
        None
    }

    fn read_pictures(&mut self) -> Vec<Picture> {
        if !self.inside("pictures") {
            return Vec::new();
        }
        let mut pictures = Vec::new();
        for file in self.names("pictures") {
            let name = format!("pictures/{file}");
            let kind = if pictures.len() == MAX_PICTURES {
                self.problems
                    .push(about("pictures", ProblemKind::TooManyPictures { most: MAX_PICTURES }));
                break;
            } else if !is_picture_name(&file) {
                ProblemKind::PictureRefused {
                    reason: "[A-Za-z0-9._-].png / .jpg / .jpeg".to_owned(),
                }
            } else {
                let Some(bytes) = self.bytes(&name, MAX_PICTURE_BYTES as u64) else {
                    continue;
                };
                match Picture::open(&file, &bytes) {
                    Ok(picture) => {
                        pictures.push(picture);
                        continue;
                    }
                    Err(reason) => ProblemKind::PictureRefused { reason },
                }
            };
            self.problems.push(about(&name, kind));
        }
        pictures
    }

    /// Whether the file lies in the folder when all links are followed; a bank must be what its folder shows.
    fn inside(&mut self, name: &str) -> bool {
        let kind = match self.root.join(name).canonicalize() {
            Ok(target) if target.starts_with(&self.root) => return true,
            Ok(_) => ProblemKind::LinkOutside {},
            Err(error) => ProblemKind::Unreadable {
                reason: error.to_string(),
            },
        };
        self.problems.push(about(name, kind));
        false
    }

    /// Notes a TOML file or a folder that the format does not know; a README beside the bank is nobody's concern.
    fn unexpected(&mut self, name: &str) {
        if is_toml(name) || self.root.join(name).is_dir() {
            self.problems.push(about(name, ProblemKind::UnexpectedFile {}));
        }
    }
}

/// Plain letters, so that a text can refer to it, with an ending that says what it is.
fn is_picture_name(name: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    name.len() <= 60 && name.bytes().all(plain) && ["png", "jpg", "jpeg"].contains(&ending)
}

fn is_toml(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|extension| extension == "toml")
}
