//! The groups of industrial classes that the page shows.

/// A group, by the codes of its classes.
pub(super) struct Group {
    pub(super) code: &'static str,
    /// English and Chinese.
    pub(super) names: [&'static str; 2],
    pub(super) classes: &'static [&'static str],
}

/// The sections of the classification, by the first letter of their classes.
pub(super) const SECTIONS: [(&str, [&str; 2]); 3] =
    [("B", ["Mining", "采矿业"]), ("C", ["Manufacturing", "制造业"]), ("D", ["Utilities", "公用事业"])];

/// The groups that stand where the configuration has none: the three of manufacturing that its publisher speaks of, and those of
/// three-month growth.
pub(super) const GROUPS: &[Group] = &[
    Group {
        code: "equipment",
        names: ["Equipment manufacturing", "装备制造业"],
        classes: &["C33", "C34", "C35", "C36", "C37", "C38", "C39", "C40"],
    },
    Group {
        code: "consumer",
        names: ["Consumer goods manufacturing", "消费品制造业"],
        classes: &[
            "C13", "C14", "C15", "C16", "C17", "C18", "C19", "C20", "C21", "C22", "C23", "C24", "C27", "C28",
        ],
    },
    Group {
        code: "raw_materials",
        names: ["Raw materials manufacturing", "原材料制造业"],
        classes: &["C25", "C26", "C30", "C31", "C32"],
    },
    Group {
        code: "resources",
        names: ["Resources", "资源品"],
        classes: &["B06", "B07", "B08", "B09", "B10", "B11", "B12", "C25", "C26", "C28", "C30", "C31", "C32"],
    },
    Group {
        code: "midstream_equipment",
        names: ["Midstream equipment", "中游装备"],
        classes: &["C34", "C35", "C37", "C38", "C40"],
    },
    Group {
        code: "discretionary",
        names: ["Consumer discretionary", "可选消费"],
        classes: &["C18", "C19", "C21", "C24", "C36"],
    },
    Group {
        code: "staples",
        names: ["Consumer staples", "必选消费"],
        classes: &["C13", "C14", "C15", "C16", "C17", "C22", "C23"],
    },
    Group { code: "tmt", names: ["TMT", "TMT"], classes: &["C39"] },
    Group { code: "medicine", names: ["Medicine", "医药"], classes: &["C27"] },
    Group { code: "utilities", names: ["Utilities", "公用事业"], classes: &["D44", "D45", "D46"] },
    Group {
        code: "rest",
        names: ["Other classes", "其他"],
        classes: &["C20", "C29", "C33", "C41", "C42", "C43"],
    },
];
