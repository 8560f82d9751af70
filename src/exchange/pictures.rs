//! Pictures on their way into a bank: opened, measured, told apart by content, and named so that none takes another's place.

use std::collections::BTreeMap;

use serde::Serialize;

use super::loss::{LossKind, short};
use super::model::{Body, Question};
use super::text;
use crate::bank::{Bank, MAX_PICTURES, Picture, is_picture_name};
use crate::kernel::Digest;

/// A picture that comes into the bank.
#[derive(Debug, Clone, Serialize)]
pub struct ComingPicture {
    /// Its name in the bank.
    pub name: String,
    /// The digest of the picture as the bank keeps it.
    pub digest: Digest,
    /// The picture as the bank keeps it.
    #[serde(skip)]
    pub picture: Picture,
    /// The file as it came: what a bank's folder would hold.
    #[serde(skip)]
    pub file: Vec<u8>,
}

/// The pictures of a bank, and those that would come to it.
pub(super) struct Album<'a> {
    bank: &'a Bank,
    files: &'a BTreeMap<String, Vec<u8>>,
    /// What each file's name becomes, or why it cannot come.
    names: BTreeMap<String, Result<String, LossKind>>,
    pub(super) coming: Vec<ComingPicture>,
}

impl<'a> Album<'a> {
    pub(super) fn new(bank: &'a Bank, files: &'a BTreeMap<String, Vec<u8>>) -> Self {
        Self {
            bank,
            files,
            names: BTreeMap::new(),
            coming: Vec::new(),
        }
    }

    /// Width and height of a picture by its name in the bank.
    pub(super) fn measured(&self, name: &str) -> Option<(u32, u32)> {
        let coming = || self.coming.iter().find(|coming| coming.name == name);
        let picture = self.bank.picture(name).or_else(|| Some(&coming()?.picture))?;
        Some((picture.width, picture.height))
    }

    /// The question with its pictures by the names that they have in the bank. A picture that nobody described is told so.
    pub(super) fn settle(&mut self, mut question: Question, notes: &mut Vec<LossKind>) -> Result<Question, LossKind> {
        let names: Vec<String> = question.pictures().into_iter().map(str::to_owned).collect();
        if names.is_empty() {
            return Ok(question);
        }
        let mut settled = BTreeMap::new();
        for name in names {
            let new = self.resolve(&name)?;
            settled.insert(name, new);
        }
        let undescribed = std::cell::Cell::new(None);
        question.rewrite(&|text| {
            text::with_pictures(text, &|shows, name| {
                let new = settled.get(name).map_or(name, String::as_str);
                if shows.is_empty() {
                    undescribed.set(Some(new.to_owned()));
                }
                let shows = if shows.is_empty() { PICTURE } else { shows };
                format!("![{shows}]({new})")
            })
        });
        if let Body::Hotspot(hotspot) = &mut question.body {
            if let Some(new) = settled.get(&hotspot.picture) {
                hotspot.picture.clone_from(new);
            }
            if hotspot.shows.is_empty() {
                PICTURE.clone_into(&mut hotspot.shows);
                undescribed.set(Some(hotspot.picture.clone()));
            }
        }
        notes.extend(undescribed.take().map(|name| LossKind::PictureUndescribed { name }));
        Ok(question)
    }

    fn resolve(&mut self, name: &str) -> Result<String, LossKind> {
        if let Some(known) = self.names.get(name) {
            return known.clone();
        }
        let found = self.find(name);
        self.names.insert(name.to_owned(), found.clone());
        found
    }

    /// The same picture keeps the name that it has; another of the same name gets one of its own.
    fn find(&mut self, name: &str) -> Result<String, LossKind> {
        let shown = short(name, 80);
        let Some(file) = self.files.get(name) else {
            // A text file alone names pictures of the bank that it came from.
            let known = self.bank.picture(name).map(|picture| picture.name.clone());
            return known.ok_or(LossKind::PictureMissing { name: shown });
        };
        let same = |digest: Digest| {
            let mut known = self.bank.pictures.iter();
            let known = known.find(|picture| picture.digest == digest);
            let coming = || self.coming.iter().find(|coming| coming.digest == digest);
            known
                .map(|picture| picture.name.clone())
                .or_else(|| Some(coming()?.name.clone()))
        };
        // A picture that a bank gave out comes back as the bank keeps it.
        if let Some(known) = same(Digest::of(file)) {
            return Ok(known);
        }
        let mut picture = Picture::open(name, file).map_err(|reason| LossKind::PictureRefused {
            name: shown,
            reason: short(&reason, 120),
        })?;
        if let Some(known) = same(picture.digest) {
            return Ok(known);
        }
        if self.bank.pictures.len() + self.coming.len() >= MAX_PICTURES {
            return Err(LossKind::PicturesFull { most: MAX_PICTURES });
        }
        if !is_picture_name(name) || self.measured(name).is_some() {
            let ending = if picture.media_type == "image/png" {
                "png"
            } else {
                "jpg"
            };
            picture.name = format!("picture-{}.{ending}", &picture.digest.to_string()[..16]);
        }
        let name = picture.name.clone();
        self.coming.push(ComingPicture {
            name: name.clone(),
            digest: picture.digest,
            picture,
            file: file.clone(),
        });
        Ok(name)
    }
}

/// What stands for the words that nobody wrote about a picture.
const PICTURE: &str = "图";
