//! The one table that the bench prints.

use serde_json::Value;

/// One figure beside that of another program, or a limit.
#[derive(Default)]
pub struct Row {
    pub what: String,
    pub ours: String,
    pub peer: String,
    pub theirs: String,
    pub ratio: Option<f64>,
    /// The ratio is to be at least this.
    pub least: Option<f64>,
    /// The ratio is to be at most this.
    pub most: Option<f64>,
}

impl Row {
    /// A row as a script prints it.
    pub fn parse(line: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(line).ok()?;
        let text = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
        let number = |name: &str| value[name].as_f64();
        Some(Self {
            what: value["what"].as_str()?.to_owned(),
            ours: text("ours"),
            peer: text("peer"),
            theirs: text("theirs"),
            ratio: number("ratio"),
            least: number("least"),
            most: number("most"),
        })
    }

    fn wanted(&self) -> String {
        match (self.least, self.most) {
            (Some(least), _) => format!("≥ {least}"),
            (None, Some(most)) => format!("≤ {most}"),
            (None, None) => String::new(),
        }
    }

    fn verdict(&self) -> &'static str {
        let Some(ratio) = self.ratio else { return "" };
        match (self.least, self.most) {
            (None, None) => "",
            (least, most) => {
                let met = least.is_none_or(|least| ratio >= least) && most.is_none_or(|most| ratio <= most);
                if met { "yes" } else { "NO" }
            }
        }
    }

    fn cells(&self) -> [String; 7] {
        // A small share needs more digits than a factor.
        let ratio =
            self.ratio.map(|ratio| if ratio < 0.1 { format!("{ratio:.5}") } else { format!("{ratio:.2}") });
        [
            self.what.clone(),
            self.ours.clone(),
            self.theirs.clone(),
            ratio.unwrap_or_default(),
            self.wanted(),
            self.verdict().to_owned(),
            self.peer.clone(),
        ]
    }
}

/// The rows in columns.
pub fn text(rows: &[Row]) -> String {
    let head = ["what", "ours", "theirs", "ratio", "wanted", "met", "compared with"].map(str::to_owned);
    let lines: Vec<_> = std::iter::once(head).chain(rows.iter().map(Row::cells)).collect();
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; 7] = std::array::from_fn(width);
    let mut text = String::new();
    for line in lines {
        let padded = line.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
        text.push_str(padded.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Row, text};

    #[test]
    fn rows_stand_in_columns_and_are_judged() {
        let faster =
            r#"{"what":"scan","ours":"300 MB/s","peer":"a 1","theirs":"100 MB/s","ratio":3,"least":2.7}"#;
        let larger =
            r#"{"what":"memory use","ours":"90 MB","peer":"limit","theirs":"80 MB","ratio":1.125,"most":1}"#;
        let rows: Vec<Row> = [faster, larger].into_iter().filter_map(Row::parse).collect();
        assert_eq!(
            text(&rows),
            "what        ours      theirs    ratio  wanted  met  compared with\n\
             scan        300 MB/s  100 MB/s  3.00   ≥ 2.7   yes  a 1\n\
             memory use  90 MB     80 MB     1.12   ≤ 1     NO   limit\n"
        );
        assert!(Row::parse("no row").is_none());
    }
}
