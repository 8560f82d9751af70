//! Jianding (鉴定, "appraisal"): skill-certification examinations, from a question bank to a certificate that a stranger
//! can check.
//!
//! The modules below are the story in its order. The chapters of the story are pure rules: no SQL, no HTTP, no clock and
//! no dice of their own. The machinery under them saves, serves and signs.

pub mod kernel;

// Sheets in and out: tables for offices, sheets of paper for people.
pub mod spreadsheet;

pub mod document;

// The story.
pub mod bank;

pub mod paper;

pub mod enrolment;

pub mod sitting;

pub mod marking;

pub mod result;

// What cannot be changed unseen.
pub mod ledger;

pub mod certificate;

// Beside the story.
pub mod identity;

pub mod staff;

pub mod supervision;

// The machinery.
pub mod store;

pub mod office;

pub mod web;

pub mod jobs;

pub mod config;

pub mod cli;
