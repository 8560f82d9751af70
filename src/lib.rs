//! Jianding (鉴定, "appraisal"): skill-certification examinations, from a question bank to a certificate that a stranger
//! can check.
//!
//! The modules below are the story in its order. The chapters of the story are pure rules: no SQL, no HTTP, no clock and
//! no dice of their own. The machinery under them saves, serves and signs.

pub mod kernel;

// The story.
pub mod bank;
pub mod certificate;
pub mod enrolment;
pub mod marking;
pub mod paper;
pub mod result;
pub mod sitting;

// Beside the story.
pub mod document;
pub mod identity;
pub mod spreadsheet;
pub mod staff;
pub mod supervision;

// The machinery.
pub mod config;
pub mod jobs;
pub mod office;
pub mod store;
pub mod web;
