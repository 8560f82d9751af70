//! What an office sends, good and bad.

use std::io::{Cursor, Write as _};

use proptest::prelude::*;
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};
use zip::write::SimpleFileOptions;

use super::*;

fn table(rows: &[&[&str]]) -> Vec<Vec<String>> {
    rows.iter()
        .map(|row| row.iter().map(|cell| (*cell).to_owned()).collect())
        .collect()
}

fn workbook_with(fill: impl FnOnce(&mut rust_xlsxwriter::Worksheet)) -> Vec<u8> {
    let mut workbook = Workbook::new();
    fill(workbook.add_worksheet());
    workbook.save_to_buffer().unwrap()
}

fn packed(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[test]
fn what_we_write_is_what_we_read() {
    let rows = table(&[&["王伟", "11010519491231002X", "=1+1"], &["李𬱟", "", "-5"]]);
    let bytes = write("花名册", &["姓名", "证件号码", "备注"], &rows).unwrap();
    let sheet = read(&bytes, "花名册.xlsx").unwrap();
    assert!(
        sheet.problems.is_empty(),
        "a text that looks like a formula is still text"
    );
    assert_eq!(sheet.rows[0].cells, ["姓名", "证件号码", "备注"]);
    assert_eq!(sheet.rows[1].cells, ["王伟", "11010519491231002X", "=1+1"]);
    assert_eq!(sheet.rows[2].number, 3);
    assert_eq!(sheet.rows[2].cell(2), "-5");
    assert_eq!(write("花名册", &["姓名", "证件号码", "备注"], &rows).unwrap(), bytes);
}

#[test]
fn a_formula_is_reported_and_its_result_not_taken() {
    let bytes = workbook_with(|sheet| {
        sheet.write_string(0, 0, "姓名").unwrap();
        sheet
            .write_formula(1, 2, Formula::new("=1+1").set_result("60"))
            .unwrap();
    });
    let sheet = read(&bytes, "a.xlsx").unwrap();
    assert_eq!(sheet.problem(2, 2), Some(Cell::Formula));
    assert_eq!(sheet.rows[1].cell(2), "");
}

#[test]
fn an_id_kept_as_a_number_is_reported_and_a_short_number_is_read() {
    let bytes = workbook_with(|sheet| {
        sheet.write_number(0, 0, 110_105_199_001_011_230.0).unwrap();
        sheet.write_number(0, 1, 13_800_138_000.0).unwrap();
        sheet.write_number(0, 2, 2.5).unwrap();
    });
    let sheet = read(&bytes, "a.xlsx").unwrap();
    assert_eq!(sheet.problem(1, 0), Some(Cell::LostDigits));
    assert_eq!(sheet.rows[0].cells, ["", "13800138000", "2.5"]);
    let csv = read("姓名,证件号码\n王伟,1.10105E+17\n".as_bytes(), "a.csv").unwrap();
    assert_eq!(csv.problem(2, 1), Some(Cell::LostDigits));
    let model = read("机型,编号\nX,4e+2\nY,1E+5\n".as_bytes(), "a.csv").unwrap();
    assert!(model.problems.is_empty(), "a model number is not a lost id");
}

#[test]
fn a_date_is_read_as_a_date() {
    let bytes = workbook_with(|sheet| {
        let format = Format::new().set_num_format("yyyy/m/d");
        let birthday = ExcelDateTime::from_ymd(1990, 5, 6).unwrap();
        sheet.write_datetime_with_format(0, 0, &birthday, &format).unwrap();
    });
    assert_eq!(read(&bytes, "a.xlsx").unwrap().rows[0].cell(0), "1990-05-06");
}

#[test]
fn the_encodings_of_office_programs_are_read() {
    let text = "姓名,单位\r\n李四,\"一厂,二车间\"\r\n";
    let gb = encoding_rs::GB18030.encode(text).0.into_owned();
    let little: Vec<u8> = [0xFF, 0xFE]
        .into_iter()
        .chain(text.encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    let bare: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let marked = format!("\u{FEFF}{text}").into_bytes();
    for bytes in [text.as_bytes().to_vec(), marked, gb, little, bare] {
        let sheet = read(&bytes, "a.CSV").unwrap();
        assert_eq!(sheet.rows[0].cells, ["姓名", "单位"]);
        assert_eq!(sheet.rows[1].cells, ["李四", "一厂,二车间"]);
        assert_eq!(sheet.rows[1].number, 2);
    }
    assert_eq!(read(&[0xFF, 0xFF, 0xFF], "a.csv"), Err(SpreadsheetError::Encoding));
}

#[test]
fn a_text_table_of_ours_runs_nothing_and_comes_back_whole() {
    let cells = ["=HYPERLINK(\"x\")", "+86", "-1", "@a", "平安"];
    let bytes = write_text_table(&["一", "二", "三", "四", "五"], &table(&[&cells])).unwrap();
    let text = String::from_utf8(bytes.clone()).unwrap();
    assert!(text.starts_with('\u{FEFF}'));
    for live in ["'=HYPERLINK", "'+86", "'-1", "'@a"] {
        assert!(text.contains(live), "{live}");
    }
    assert_eq!(read(&bytes, "a.csv").unwrap().rows[1].cells, cells);
}

#[test]
fn a_small_file_that_unpacks_to_much_is_refused_unopened() {
    let zeros = vec![0; 5_000_000];
    let bomb = packed(&[("xl/worksheets/sheet1.xml", &zeros)]);
    assert!(bomb.len() < 20_000);
    assert_eq!(read(&bomb, "a.xlsx"), Err(SpreadsheetError::Bomb));
}

#[test]
fn a_header_that_lies_about_its_size_does_not_help_a_bomb() {
    let zeros = vec![0; 5_000_000];
    let mut bomb = packed(&[("a", &zeros)]);
    let size = 5_000_000_u32.to_le_bytes();
    let places: Vec<usize> = (0..bomb.len() - 4).filter(|at| bomb[*at..*at + 4] == size).collect();
    assert!(!places.is_empty());
    for at in places {
        bomb[at..at + 4].copy_from_slice(&10_u32.to_le_bytes());
    }
    assert!(matches!(
        read(&bomb, "a.xlsx"),
        Err(SpreadsheetError::Bomb | SpreadsheetError::Broken { .. })
    ));
}

#[test]
fn a_workbook_of_more_tags_than_cells_is_refused_even_when_it_packs_badly() {
    let mut state = 1_u32;
    let mut tags = Vec::with_capacity(2 * MAX_TAGS + 2);
    for _ in 0..=MAX_TAGS {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        tags.extend([b'<', if state >> 31 == 0 { b'a' } else { b'b' }]);
    }
    let packed = packed(&[("xl/sharedStrings.xml", &tags)]);
    assert!(packed.len() < MAX_FILE_BYTES && tags.len() / packed.len() < 100);
    assert_eq!(read(&packed, "a.xlsx"), Err(SpreadsheetError::Bomb));
}

#[test]
fn limits_are_kept() {
    let names: Vec<String> = (0..=MAX_PARTS).map(|n| format!("p{n}")).collect();
    let parts: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b"x"[..])).collect();
    let many = packed(&parts);
    assert_eq!(
        read(&many, "a.xlsx"),
        Err(SpreadsheetError::TooManyParts { parts: 1_001 })
    );
    let large = vec![b'x'; MAX_FILE_BYTES + 1];
    assert!(matches!(read(&large, "a.csv"), Err(SpreadsheetError::TooLarge { .. })));
    let long = "a,b\n".repeat(MAX_ROWS + 1);
    assert_eq!(read(long.as_bytes(), "a.csv"), Err(SpreadsheetError::TooManyRows));
    let wide = ",a".repeat(MAX_COLUMNS);
    assert_eq!(
        read(wide.as_bytes(), "a.csv"),
        Err(SpreadsheetError::TooManyColumns { row: 1 })
    );
    let cell = format!("a,{}", "长".repeat(MAX_CELL_CHARS + 1));
    assert_eq!(
        read(cell.as_bytes(), "a.csv").unwrap().problem(1, 1),
        Some(Cell::TooLong)
    );
    let far = workbook_with(|sheet| {
        sheet.write_string(0, 100, "x").unwrap();
    });
    assert_eq!(read(&far, "a.xlsx"), Err(SpreadsheetError::TooManyColumns { row: 1 }));
}

#[test]
fn other_files_are_told_apart() {
    assert_eq!(
        read(&[0xD0, 0xCF, 0x11, 0xE0, 0], "a.xls"),
        Err(SpreadsheetError::OldOrLocked)
    );
    assert!(matches!(
        read(b"%PDF-1.7", "a.pdf"),
        Err(SpreadsheetError::UnknownKind { .. })
    ));
}

#[test]
fn a_header_under_titles_is_found() {
    let text = "报名花名册,\n单位：一厂,\n姓名,证件号码\n王伟,1\n";
    let sheet = read(text.as_bytes(), "a.csv").unwrap();
    let known = |cell: &str| matches!(cell, "姓名" | "证件号码");
    assert_eq!(sheet.header(known), Some(2));
    assert_eq!(sheet.header(|_| false), None);
    assert_eq!(
        ["A", "Z", "AA", "CV"],
        [0, 25, 26, 99].map(column_letters).each_ref().map(String::as_str)
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_text_survives_a_workbook(rows in prop::collection::vec(prop::collection::vec("[a-z=+@一-龥0-9X·-]{1,12}", 3), 1..8)) {
        let bytes = write("表", &["甲", "乙", "丙"], &rows).unwrap();
        let sheet = read(&bytes, "x.xlsx").unwrap();
        prop_assert!(sheet.problems.is_empty());
        let back: Vec<Vec<String>> = sheet.rows.into_iter().skip(1).map(|row| row.cells).collect();
        prop_assert_eq!(back, rows);
    }

    #[test]
    fn a_damaged_workbook_is_refused_or_read_but_never_breaks_us(at in 0_usize..6_000, byte: u8) {
        let rows = table(&[&["王伟", "1"]]);
        let mut bytes = write("表", &["甲", "乙"], &rows).unwrap();
        let at = at % bytes.len();
        bytes[at] = byte;
        let _read_or_refused = read(&bytes, "x.xlsx");
    }
}
