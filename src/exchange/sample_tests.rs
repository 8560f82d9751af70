//! Files as other systems write them.

#![expect(
    clippy::too_many_lines,
    reason = "a sample stands whole beside what is expected of it"
)]

use rust_xlsxwriter::{Format as Style, Workbook};

use super::plan as plan_of;
use super::tests::*;
use super::*;
use crate::bank::generated;
use crate::kernel::SeededEntropy;

#[test]
fn a_workbook_of_practice_is_read_with_its_variants() {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.set_name("单选题").unwrap();
    sheet
        .merge_range(0, 0, 0, 8, "某某职业 四级 题库", &Style::new())
        .unwrap();
    for (column, header) in [
        "序号",
        "题 干（必填）",
        "选项Ａ",
        "选项B",
        "选项C",
        "选项D",
        "答案",
        "知识点",
        "难易度",
    ]
    .iter()
    .enumerate()
    {
        sheet.write(1, u16::try_from(column).unwrap(), *header).unwrap();
    }
    let rows = [
        [
            "1",
            "电压的单位是（　）。",
            "A.伏特",
            "B、安培",
            "C．欧姆",
            "D) 瓦特",
            "a",
            "AA001",
            "易",
        ],
        ["2", "第二题", "甲", "乙", "丙", "丁", "Ｃ", "", "0.65"],
        ["3", "第三题", "甲", "乙", "", "", "E", "", ""],
    ];
    for (row, cells) in rows.iter().enumerate() {
        for (column, cell) in cells.iter().enumerate() {
            sheet
                .write(u32::try_from(row).unwrap() + 2, u16::try_from(column).unwrap(), *cell)
                .unwrap();
        }
    }
    sheet.merge_range(2, 7, 3, 7, "AA001职业守则", &Style::new()).unwrap();
    let sheet = workbook.add_worksheet();
    sheet.set_name("混合").unwrap();
    for (row, cells) in [
        ["题型", "题目", "A", "B", "C", "D", "正确答案", "备注"],
        ["2", "多选", "甲", "乙", "丙", "丁", "D、A,B", "旧题"],
        ["判断", "判断一", "", "", "", "", "√", ""],
        ["判断题", "判断二", "错误", "正确", "", "", "A", ""],
        ["判断题", "判断三", "", "", "", "", "FALSE", ""],
        ["连线题", "不支持", "", "", "", "", "x", ""],
        ["单选题", "", "甲", "乙", "", "", "A", ""],
        ["计算题", "算一算", "", "", "", "", "12.4～12.6", ""],
    ]
    .iter()
    .enumerate()
    {
        for (column, cell) in cells.iter().enumerate() {
            sheet
                .write(u32::try_from(row).unwrap(), u16::try_from(column).unwrap(), *cell)
                .unwrap();
        }
    }
    workbook.add_worksheet().write(0, 0, "填写说明").unwrap();
    let exchange = read(&workbook.save_to_buffer().unwrap(), "题库.xlsx", None).unwrap();
    assert_eq!(
        bodies(&exchange),
        [
            &single(&["伏特", "安培", "欧姆", "瓦特"], 0),
            &single(&["甲", "乙", "丙", "丁"], 2),
            &multiple(&["甲", "乙", "丙", "丁"], &[0, 1, 3]),
            &Body::TrueFalse { key: true },
            &Body::TrueFalse { key: false },
            &Body::TrueFalse { key: false },
            &Body::Number(Number {
                value: "12.5".to_owned(),
                tolerance: "0.1".to_owned(),
                units: Vec::new()
            }),
        ]
    );
    let second = &exchange.questions[1].question;
    assert_eq!(
        (second.path.as_slice(), second.difficulty),
        (["AA001职业守则".to_owned()].as_slice(), Some(3)),
        "a merged cell holds for its rows"
    );
    let told = |place: (&str, u32), wanted: fn(&LossKind) -> bool| {
        let found = exchange
            .losses
            .iter()
            .any(|loss| loss.place.file == place.0 && loss.place.line == place.1 && wanted(&loss.kind));
        assert!(found, "{place:?} {:#?}", exchange.losses);
    };
    told(("题库.xlsx#单选题", 5), |kind| {
        matches!(kind, LossKind::BadKey { .. })
    });
    told(("题库.xlsx#单选题", 3), |kind| {
        matches!(kind, LossKind::DifficultyRead { difficulty: 2, .. })
    });
    told(
        ("题库.xlsx#混合", 2),
        |kind| matches!(kind, LossKind::Field { name, .. } if name == "备注"),
    );
    told(
        ("题库.xlsx#混合", 2),
        |kind| matches!(kind, LossKind::KeyRewritten { key, .. } if key == "ABD"),
    );
    told(("题库.xlsx#混合", 6), |kind| {
        matches!(kind, LossKind::TypeUnsupported { .. })
    });
    told(("题库.xlsx#混合", 7), |kind| matches!(kind, LossKind::NoStem {}));
}

#[test]
fn text_tables_come_in_the_encodings_of_office_programs() {
    let text = "题型,题干,选项A,选项B,选项C,选项D,答案\r\n单选题,\"一,\"\"二\"\"\",甲,乙,丙,丁,B\r\n";
    let gb = encoding_rs::GB18030.encode(text).0.into_owned();
    let wide: Vec<u8> = [0xFF, 0xFE]
        .into_iter()
        .chain(text.encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    for bytes in [format!("\u{FEFF}{text}").into_bytes(), gb, wide] {
        let exchange = read(&bytes, "a.csv", None).unwrap();
        assert_eq!(exchange.questions[0].question.stem, "一,\"二\"");
        assert_eq!(exchange.questions[0].place.line, 2);
        assert!(exchange.losses.is_empty());
    }
}

#[test]
fn gift_is_read_with_its_kinds_and_its_losses() {
    let text = "// a comment\n$CATEGORY: $course$/电工//电子/安全\n\n::Q1:: 谁？ {\n  =甲#好\n  ~乙 \\= 二\n  ~丙\n  ####因为\\n如此。}\n\n\
        多个 {~%50%甲 ~%50%乙 ~%-100%丙}\n\n地球是圆的。{T}\n\n太阳？{FALSE#错了}\n\n首都是 {=北京 =Beijing =%50%京} 市。\n\n几？{#3.14:0.01}\n\n范围{#1..5}\n\n\
        配对{=a -> 1 =b -> 2 =  -> 3}\n\n论述 {}\n\n说明文字\n\n::x::[html]<p>a<b>b</b><sup>2</sup> &lt; 5</p>{T}\n\n多值{#=%100%2:0 =%50%3:0}\n";
    let exchange = read_text(text, Format::Gift);
    let number = |value: &str, tolerance: &str| {
        Body::Number(Number {
            value: value.to_owned(),
            tolerance: tolerance.to_owned(),
            units: Vec::new(),
        })
    };
    assert_eq!(
        bodies(&exchange),
        [
            &single(&["甲", "乙 = 二", "丙"], 0),
            &multiple(&["甲", "乙", "丙"], &[0, 1]),
            &Body::TrueFalse { key: true },
            &Body::TrueFalse { key: false },
            &Body::Words(Words {
                accept: strings(&["北京", "Beijing"]),
                case_matters: false,
                blanks_matter: true
            }),
            &number("3.14", "0.01"),
            &number("3", "2"),
            &Body::Matching {
                prompts: strings(&["a", "b"]),
                options: strings(&["1", "2", "3"]),
                keys: vec![0, 1]
            },
            &Body::Written {
                max_chars: None,
                guide: String::new()
            },
            &Body::TrueFalse { key: true },
            &number("2", "0"),
        ]
    );
    let first = &exchange.questions[0];
    assert_eq!(
        (first.place.line, first.question.path.as_slice()),
        (4, strings(&["电工/电子", "安全"]).as_slice())
    );
    assert_eq!(
        (first.question.id.as_str(), first.question.explanation.as_str()),
        ("Q1", "因为\n如此。")
    );
    assert_eq!(exchange.questions[4].question.stem, "首都是 _____ 市。");
    assert_eq!(exchange.questions[9].question.stem, "ab² < 5");
    for wanted in [
        LossKind::Feedback { to: "甲".to_owned() },
        LossKind::PartialCredit {
            rule: "50%, 50%, -100%".to_owned(),
        },
        LossKind::PartialCredit {
            rule: "京: 50%".to_owned(),
        },
        LossKind::TypeUnsupported {
            name: "description".to_owned(),
        },
        LossKind::Formatting { tags: "b".to_owned() },
        LossKind::PartialCredit {
            rule: "3: 50%".to_owned(),
        },
    ] {
        assert!(kinds(&exchange).contains(&&wanted), "{wanted:?} {:#?}", exchange.losses);
    }
    let refused = read(b"a {=x\n\nb {T}", "a.gift", Some(Format::Gift)).unwrap_err();
    assert_eq!(refused.place.line, 1);
}

const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

#[test]
fn moodle_xml_is_read_with_categories_pictures_and_losses() {
    let text = format!(
        r#"<?xml version="1.0"?><quiz>
<question type="category"><category><text>$course$/top/安全</text></category></question>
<question type="multichoice"><name><text>Q 1</text></name><questiontext format="html"><text><![CDATA[<p dir="ltr">看图<img src="@@PLUGINFILE@@/a%20b.png" alt="电路" width="20"></p>]]></text><file name="a b.png" path="/" encoding="base64">{PNG}</file></questiontext>
 <generalfeedback format="html"><text>&lt;p&gt;一&lt;br&gt;二&lt;/p&gt;</text></generalfeedback><defaultgrade>2.0000000</defaultgrade><penalty>0.3333333</penalty><hidden>0</hidden><idnumber>M-1</idnumber><single>true</single><shuffleanswers>true</shuffleanswers><answernumbering>abc</answernumbering>
 <answer fraction="100" format="html"><text>甲</text><feedback><text>对</text></feedback></answer><answer fraction="0" format="html"><text>乙</text><feedback><text></text></feedback></answer><tags><tag><text>旧</text></tag></tags></question>
<question type="shortanswer"><name><text>s</text></name><questiontext format="moodle_auto_format"><text>首都？</text></questiontext><usecase>1</usecase><answer fraction="100"><text>北京*</text></answer></question>
<question type="numerical"><name><text>n</text></name><questiontext format="plain_text"><text>几？ $5</text></questiontext><answer fraction="100"><text>2.50</text><tolerance>0.1</tolerance></answer><units><unit><multiplier>1</multiplier><unit_name>V</unit_name></unit></units></question>
<question type="cloze"><name><text>c</text></name><questiontext format="html"><text><![CDATA[<p>水在{{1:NUMERICAL:=100:0.5#对}}度{{1:MC:~凝~=沸腾#好}}，{{2:SA:=H2O~%50%水}}。</p>]]></text></questiontext></question>
<question type="matching"><name><text>m</text></name><questiontext format="html"><text>配</text></questiontext><subquestion format="html"><text>a</text><answer><text>1</text></answer></subquestion><subquestion format="html"><text></text><answer><text>2</text></answer></subquestion></question>
<question type="gapselect"><name><text>g</text></name><questiontext format="html"><text>[[2]]和[[1]]</text></questiontext><selectoption><text>甲</text><group>1</group></selectoption><selectoption><text>乙</text><group>1</group></selectoption></question>
<question type="calculated"><name><text>k</text></name><questiontext format="html"><text>x</text></questiontext></question>
<question type="multichoice"><name><text>v</text></name><questiontext format="html"><text><![CDATA[<p>听 <audio src="x.mp3"></audio><script>alert(1)</script></p>]]></text></questiontext><single>true</single><answer fraction="100"><text>甲</text></answer></question>
<question type="truefalse"><name><text>svg</text></name><questiontext format="html"><text><![CDATA[<img src="@@PLUGINFILE@@/no.svg">]]></text></questiontext><answer fraction="100"><text>true</text></answer></question>
</quiz>"#
    );
    let exchange = read_text(&text, Format::Moodle);
    assert_eq!(exchange.questions.len(), 6, "{:#?}", exchange.losses);
    let first = &exchange.questions[0].question;
    assert_eq!(
        (first.id.as_str(), first.path.as_slice()),
        ("M-1", strings(&["安全"]).as_slice())
    );
    assert_eq!(exchange.pictures.len(), 1);
    let name = exchange.pictures.keys().next().unwrap();
    assert_eq!(
        (first.stem.clone(), first.explanation.as_str()),
        (format!("看图![电路]({name})"), "一\n二")
    );
    assert_eq!(exchange.questions[2].question.stem, "几？ \\$5");
    assert_eq!(
        bodies(&exchange)[3],
        &Body::Cloze {
            blanks: vec![
                Blank::Number(Number {
                    value: "100".to_owned(),
                    tolerance: "0.5".to_owned(),
                    units: Vec::new()
                }),
                Blank::Choice {
                    options: strings(&["凝", "沸腾"]),
                    key: 1
                },
                Blank::Words(Words {
                    accept: strings(&["H2O"]),
                    case_matters: false,
                    blanks_matter: true
                }),
            ]
        }
    );
    assert_eq!(exchange.questions[3].question.stem, "水在{{1}}度{{2}}，{{3}}。");
    assert_eq!(exchange.questions[5].question.stem, "{{1}}和{{2}}");
    for wanted in [
        "defaultgrade",
        "tag",
        "Q 1",
        "沸腾",
        "北京*",
        "calculated",
        "audio",
        "script",
        "no.svg",
    ] {
        let told = |loss: &Loss| {
            serde_json::to_string(loss).unwrap().contains(wanted)
                || (wanted == "defaultgrade" && matches!(loss.kind, LossKind::Marks { .. }))
        };
        assert!(exchange.losses.iter().any(told), "{wanted} {:#?}", exchange.losses);
    }
}

#[test]
fn qti_items_are_read_in_both_spellings() {
    let second = r#"<?xml version="1.0"?><assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" identifier="i1" title="i1" adaptive="false" timeDependent="false">
<responseDeclaration identifier="RESPONSE" cardinality="multiple" baseType="identifier"><correctResponse><value>B</value><value>A</value></correctResponse><mapping defaultValue="-1"><mapEntry mapKey="A" mappedValue="1"/><mapEntry mapKey="B" mappedValue="1"/></mapping></responseDeclaration>
<outcomeDeclaration identifier="SCORE" cardinality="single" baseType="float"/>
<itemBody><p>题<em>干</em></p><choiceInteraction responseIdentifier="RESPONSE" shuffle="true" maxChoices="0"><prompt>哪些？</prompt><simpleChoice identifier="A">甲</simpleChoice><simpleChoice identifier="B">乙<feedbackInline identifier="B" outcomeIdentifier="F" showHide="show">好</feedbackInline></simpleChoice><simpleChoice identifier="C">丙</simpleChoice></choiceInteraction></itemBody>
<responseProcessing template="http://www.imsglobal.org/question/qti_v2p1/rptemplates/TEMPLATE"/></assessmentItem>"#;
    for (template, partial) in [("match_correct", false), ("map_response", true)] {
        let exchange = read_text(&second.replace("TEMPLATE", template), Format::Qti21);
        assert_eq!(bodies(&exchange), [&multiple(&["甲", "乙", "丙"], &[0, 1])]);
        assert_eq!(exchange.questions[0].question.stem, "题干\n\n哪些？");
        let told = exchange
            .losses
            .iter()
            .any(|loss| matches!(loss.kind, LossKind::PartialCredit { .. }));
        assert_eq!(told, partial, "{:?}", exchange.losses);
        assert!(
            exchange
                .losses
                .iter()
                .any(|loss| matches!(loss.kind, LossKind::Feedback { .. }))
        );
    }
    let third = r#"<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="i3" title="i3" adaptive="false" time-dependent="false">
<qti-response-declaration identifier="R" cardinality="single" base-type="identifier"><qti-correct-response><qti-value>A</qti-value></qti-correct-response></qti-response-declaration>
<qti-item-body><p>水{{}}在 <qti-inline-choice-interaction response-identifier="R"><qti-inline-choice identifier="A">100</qti-inline-choice><qti-inline-choice identifier="B">50</qti-inline-choice></qti-inline-choice-interaction> 度沸腾。</p></qti-item-body>
<qti-response-processing template="https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/match_correct.xml"/></qti-assessment-item>"#;
    let exchange = read_text(third, Format::Qti30);
    assert_eq!(
        bodies(&exchange),
        [&Body::Cloze {
            blanks: vec![Blank::Choice {
                options: strings(&["100", "50"]),
                key: 0
            }]
        }]
    );
    assert!(exchange.questions[0].question.stem.ends_with("在 {{1}} 度沸腾。"));
    let custom = second.replace("<responseProcessing template=\"http://www.imsglobal.org/question/qti_v2p1/rptemplates/TEMPLATE\"/>", "<responseProcessing><responseCondition><responseIf><gt><variable identifier=\"RESPONSE\"/><baseValue baseType=\"float\">1</baseValue></gt><setOutcomeValue identifier=\"SCORE\"><baseValue baseType=\"float\">1</baseValue></setOutcomeValue></responseIf></responseCondition></responseProcessing>");
    let exchange = read_text(&custom, Format::Qti21);
    assert!(
        exchange.questions.is_empty() && matches!(exchange.losses.last().unwrap().kind, LossKind::ResponseRule { .. }),
        "a rule that is not understood is not guessed"
    );
}

#[test]
fn qti_one_is_read_as_canvas_and_blackboard_write_it() {
    let canvas = r#"<questestinterop xmlns="http://www.imsglobal.org/xsd/ims_qtiasiv1p2"><assessment ident="a" title="测验"><section ident="root_section">
<item ident="g1" title="Question"><itemmetadata><qtimetadata><qtimetadatafield><fieldlabel>question_type</fieldlabel><fieldentry>multiple_choice_question</fieldentry></qtimetadatafield><qtimetadatafield><fieldlabel>points_possible</fieldlabel><fieldentry>1.0</fieldentry></qtimetadatafield></qtimetadata></itemmetadata>
<presentation><material><mattext texttype="text/html">&lt;div&gt;&lt;p&gt;谁？&lt;/p&gt;&lt;/div&gt;</mattext></material><response_lid ident="response1" rcardinality="Single"><render_choice><response_label ident="1"><material><mattext texttype="text/plain">甲</mattext></material></response_label><response_label ident="2"><material><mattext texttype="text/plain">乙</mattext></material></response_label></render_choice></response_lid></presentation>
<resprocessing><outcomes><decvar maxvalue="100" minvalue="0" varname="SCORE" vartype="Decimal"/></outcomes><respcondition continue="No"><conditionvar><varequal respident="response1">2</varequal></conditionvar><setvar action="Set" varname="SCORE">100</setvar></respcondition></resprocessing></item>
<item ident="g2" title="g2"><itemmetadata><qtimetadata><qtimetadatafield><fieldlabel>question_type</fieldlabel><fieldentry>multiple_answers_question</fieldentry></qtimetadatafield></qtimetadata></itemmetadata><presentation><material><mattext>哪些？</mattext></material><response_lid ident="response1" rcardinality="Multiple"><render_choice><response_label ident="1"><material><mattext>甲</mattext></material></response_label><response_label ident="2"><material><mattext>乙</mattext></material></response_label><response_label ident="3"><material><mattext>丙</mattext></material></response_label></render_choice></response_lid></presentation><resprocessing><outcomes><decvar maxvalue="100"/></outcomes><respcondition continue="No"><conditionvar><and><varequal respident="response1">1</varequal><not><varequal respident="response1">2</varequal></not><varequal respident="response1">3</varequal></and></conditionvar><setvar action="Set" varname="SCORE">100</setvar></respcondition></resprocessing></item>
<item ident="g3" title="g3"><itemmetadata><qtimetadata><qtimetadatafield><fieldlabel>question_type</fieldlabel><fieldentry>numerical_question</fieldentry></qtimetadatafield></qtimetadata></itemmetadata><presentation><material><mattext>几？</mattext></material><response_str ident="response1" rcardinality="Single"><render_fib fibtype="Decimal"/></response_str></presentation><resprocessing><outcomes><decvar maxvalue="100"/></outcomes><respcondition continue="No"><conditionvar><or><varequal respident="response1">5</varequal><and><vargte respident="response1">4.5</vargte><varlte respident="response1">5.5</varlte></and></or></conditionvar><setvar action="Set" varname="SCORE">100</setvar></respcondition></resprocessing></item>
<item ident="g4" title="g4"><itemmetadata><qtimetadata><qtimetadatafield><fieldlabel>question_type</fieldlabel><fieldentry>calculated_question</fieldentry></qtimetadatafield></qtimetadata></itemmetadata><presentation><material><mattext>x</mattext></material></presentation></item>
<item ident="g5" title="g5"><itemmetadata><qtimetadata><qtimetadatafield><fieldlabel>question_type</fieldlabel><fieldentry>multiple_dropdowns_question</fieldentry></qtimetadatafield></qtimetadata></itemmetadata><presentation><material><mattext>[色]的[物]</mattext></material><response_lid ident="response_a"><material><mattext>色</mattext></material><render_choice><response_label ident="1"><material><mattext>红</mattext></material></response_label><response_label ident="2"><material><mattext>绿</mattext></material></response_label></render_choice></response_lid><response_lid ident="response_b"><material><mattext>物</mattext></material><render_choice><response_label ident="3"><material><mattext>花</mattext></material></response_label></render_choice></response_lid></presentation><resprocessing><outcomes><decvar maxvalue="100"/></outcomes><respcondition><conditionvar><varequal respident="response_a">2</varequal></conditionvar><setvar action="Add">50</setvar></respcondition><respcondition><conditionvar><varequal respident="response_b">3</varequal></conditionvar><setvar action="Add">50</setvar></respcondition></resprocessing></item>
</section></assessment></questestinterop>"#;
    let exchange = read_text(canvas, Format::Qti12);
    assert_eq!(
        bodies(&exchange),
        [
            &single(&["甲", "乙"], 1),
            &multiple(&["甲", "乙", "丙"], &[0, 2]),
            &Body::Number(Number {
                value: "5".to_owned(),
                tolerance: "0.5".to_owned(),
                units: Vec::new()
            }),
            &Body::Cloze {
                blanks: vec![
                    Blank::Choice {
                        options: strings(&["红", "绿"]),
                        key: 1
                    },
                    Blank::Choice {
                        options: strings(&["花"]),
                        key: 0
                    }
                ]
            },
        ],
        "{:#?}",
        exchange.losses
    );
    assert_eq!(exchange.questions[3].question.stem, "{{1}}的{{2}}");
    assert!(kinds(&exchange).contains(&&LossKind::TypeUnsupported {
        name: "calculated_question".to_owned()
    }));
    let board = r#"<?xml version="1.0"?><questestinterop><assessment title="Pool"><section><item maxattempts="0"><itemmetadata><bbmd_asi_object_id>_1</bbmd_asi_object_id><bbmd_questiontype>True/False</bbmd_questiontype><qmd_absolutescore_max>10.0</qmd_absolutescore_max></itemmetadata><presentation><flow class="Block"><flow class="QUESTION_BLOCK"><flow class="FORMATTED_TEXT_BLOCK"><material><mat_extension><mat_formattedtext type="HTML">&lt;p&gt;地球是圆的&lt;/p&gt;</mat_formattedtext></mat_extension></material></flow></flow><flow class="RESPONSE_BLOCK"><response_lid ident="response" rcardinality="Single" rtiming="No"><render_choice><flow_label class="Block"><response_label ident="true"><flow_mat class="Block"><material><mattext>true</mattext></material></flow_mat></response_label><response_label ident="false"><flow_mat class="Block"><material><mattext>false</mattext></material></flow_mat></response_label></flow_label></render_choice></response_lid></flow></flow></presentation><resprocessing scoremodel="SumOfScores"><outcomes><decvar varname="SCORE" vartype="Decimal" defaultval="0" minvalue="0" maxvalue="10.0"/></outcomes><respcondition title="correct"><conditionvar><varequal respident="response" case="No">true</varequal></conditionvar><setvar variablename="SCORE" action="Set">SCORE.max</setvar></respcondition><respcondition title="incorrect"><conditionvar><other/></conditionvar><setvar variablename="SCORE" action="Set">0.0</setvar></respcondition></resprocessing><itemfeedback ident="correct" view="All"><flow_mat class="Block"><material><mat_extension><mat_formattedtext type="HTML">好</mat_formattedtext></mat_extension></material></flow_mat></itemfeedback></item></section></assessment></questestinterop>"#;
    let exchange = read_text(board, Format::Qti12);
    assert_eq!(bodies(&exchange), [&Body::TrueFalse { key: true }]);
    assert_eq!(exchange.questions[0].question.stem, "地球是圆的");
    assert!(kinds(&exchange).contains(&&LossKind::Marks {
        value: "10.0".to_owned()
    }));
    assert!(kinds(&exchange).contains(&&LossKind::Feedback {
        to: "correct".to_owned()
    }));
}

#[test]
fn a_dry_run_tells_new_changed_and_lost_and_changes_nothing() {
    let bank = generated(40, &SeededEntropy::new(3));
    let mut out = questions(&bank);
    out.questions[0].question.stem.push_str("（改）");
    out.questions[1].question.id = "NEW-1".to_owned();
    out.questions[1].question.explanation.clear();
    out.questions[2].question.path = strings(&["没有这个点"]);
    out.questions[3].question.path = vec![
        bank.point(&bank.item(&out.questions[3].question.id).unwrap().point)
            .unwrap()
            .name
            .clone(),
    ];
    out.questions[4].question.stem = "电?机".to_owned();
    let plan = plan_of(&out, &bank, &Defaults::default());
    assert_eq!(
        (plan.read, plan.new.len(), plan.changed.len()),
        (40, 1, 1),
        "{:#?}",
        plan.losses
    );
    assert_eq!(
        (plan.changed[0].fields.as_slice(), plan.new[0].item.id.as_str()),
        (["stem"].as_slice(), "NEW-1")
    );
    assert!(!plan.is_clean() && plan.count(Degree::Item) >= 2);
    assert!(
        plan.losses
            .iter()
            .any(|loss| matches!(loss.kind, LossKind::PointUnknown { .. }))
    );
    assert!(
        plan.losses
            .iter()
            .any(|loss| matches!(loss.kind, LossKind::BankRefuses { .. }))
    );
    assert!(
        plan.losses
            .iter()
            .any(|loss| matches!(loss.kind, LossKind::ExplanationMissing {}))
    );
    let given = Defaults {
        point: Some(bank.points[0].code.clone()),
    };
    assert!(
        !plan_of(&out, &bank, &given)
            .losses
            .iter()
            .any(|loss| matches!(loss.kind, LossKind::PointUnknown { .. }))
    );
    let applied = plan.applied(&bank);
    assert_eq!(applied.items.len(), 41);
}

#[test]
fn formula_strings_are_text_in_every_sheet_that_we_write() {
    let mut out = Exchange::default();
    out.take(
        Place::default(),
        Question::bare("=HYPERLINK(\"x\")".to_owned(), single(&["=1+1", "+a", "-b", "@c"], 0)),
    );
    let xlsx = write(&out, Format::Xlsx).unwrap().bytes;
    let sheet = crate::spreadsheet::read(&xlsx, "a.xlsx").unwrap();
    assert!(sheet.problems.is_empty(), "no cell is a formula");
    let csv = String::from_utf8(write(&out, Format::Csv).unwrap().bytes).unwrap();
    for live in ["'=1+1", "'+a", "'-b", "'@c"] {
        assert!(csv.contains(live), "{live}");
    }
}

#[test]
fn units_and_their_multipliers_come_over_as_one_of_another() {
    let unit =
        |name: &str, times: &str| format!("<unit><multiplier>{times}</multiplier><unit_name>{name}</unit_name></unit>");
    let text = |units: &str| {
        format!(
            "<quiz><question type=\"numerical\"><name><text>n</text></name><questiontext format=\"plain_text\"><text>多少</text></questiontext><answer fraction=\"100\"><text>5500</text></answer><units>{units}</units></question></quiz>"
        )
    };
    let exchange = read_text(
        &text(&[unit("W", "1"), unit("kW", "0.001"), unit("h", "60")].concat()),
        Format::Moodle,
    );
    let Body::Number(number) = bodies(&exchange)[0] else {
        panic!("a number");
    };
    let units: Vec<(&str, Option<&str>)> = number
        .units
        .iter()
        .map(|unit| (unit.name.as_str(), unit.factor.as_deref()))
        .collect();
    assert_eq!(units, [("W", Some("1")), ("kW", Some("1000"))]);
    assert!(
        kinds(&exchange)
            .iter()
            .any(|kind| matches!(kind, LossKind::Field { value, .. } if value == "h × 60")),
        "what is not exact is told"
    );
    let strange = read_text(&text(&unit("kW", "0.001")), Format::Moodle);
    assert!(matches!(kinds(&strange)[0], LossKind::ResponseRule { .. }));
}

#[test]
fn pictures_come_in_by_what_they_show_and_take_no_place_of_others() {
    let (red, blue) = (png([200, 0, 0]), png([0, 0, 200]));
    let mut bank = generated(40, &SeededEntropy::new(3));
    let own = crate::bank::Picture::open("a.png", &red).unwrap();
    bank.pictures.push(own.clone());
    bank.sort();
    let point = bank.points[0].code.clone();
    let mut came = Exchange::default();
    let mut ask = |id: &str, stem: &str| {
        let mut question = Question::bare(stem.to_owned(), single(&["1", "2", "3", "4"], 0));
        question.id = id.to_owned();
        question.path = vec![point.clone()];
        came.take(Place::default(), question);
    };
    ask("P-1", "看图 ![红](same.png)");
    ask("P-2", "看图 ![](a.png)");
    ask("P-3", "看图 ![无](gone.png)");
    ask("P-4", "看图 ![坏](bad.png)");
    came.pictures.insert("same.png".to_owned(), red);
    came.pictures.insert("a.png".to_owned(), blue);
    came.pictures
        .insert("bad.png".to_owned(), b"\x89PNG\r\n\x1a\n <script>".to_vec());
    let plan = plan_of(&came, &bank, &Defaults::default());
    let item = |id: &str| &plan.new.iter().find(|coming| coming.item.id == id).unwrap().item;
    assert_eq!(item("P-1").stem, "看图 ![红](a.png)", "the same picture keeps its name");
    let [picture] = plan.pictures.as_slice() else {
        panic!("one picture comes, {:?}", plan.losses);
    };
    assert!(picture.name.starts_with("picture-"), "{}", picture.name);
    assert_eq!(item("P-2").stem, format!("看图 ![图]({})", picture.name));
    let missing = plan.losses.iter().filter(|loss| loss.degree == Degree::Item);
    assert_eq!(missing.count(), 2, "{:#?}", plan.losses);
    let applied = plan.applied(&bank);
    assert_eq!(applied.pictures.len(), 2);
    assert_eq!(applied.picture("a.png"), Some(&own), "no picture is replaced");
}

fn png(colour: [u8; 3]) -> Vec<u8> {
    use image::ImageEncoder as _;
    let pixels = colour.repeat(40 * 30);
    let mut bytes = Vec::new();
    image::codecs::png::PngEncoder::new(&mut bytes)
        .write_image(&pixels, 40, 30, image::ExtendedColorType::Rgb8)
        .unwrap();
    bytes
}
