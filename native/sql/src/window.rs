//! Window functions and their OVER clause.

use oxyde_ir::expr::{Frame, FrameBound, FrameUnit, Window, WindowFunction};

use crate::dialect::Frames;
use crate::error::{Result, malformed};
use crate::writer::Writer;

impl Writer<'_> {
    pub fn window(&mut self, window: &Window) -> Result<()> {
        // The name, and the minimum and maximum number of arguments.
        let (name, least, most) = match &window.function {
            WindowFunction::Aggregate(aggregate) if window.args.is_empty() => return self.aggregate(aggregate, Some(window)),
            WindowFunction::Aggregate(_) => return malformed("an aggregate over a window with arguments beside its own"),
            WindowFunction::RowNumber => ("ROW_NUMBER(", 0, 0),
            WindowFunction::Rank => ("RANK(", 0, 0),
            WindowFunction::DenseRank => ("DENSE_RANK(", 0, 0),
            WindowFunction::PercentRank => ("PERCENT_RANK(", 0, 0),
            WindowFunction::CumeDist => ("CUME_DIST(", 0, 0),
            WindowFunction::Lag => ("LAG(", 1, 2),
            WindowFunction::Lead => ("LEAD(", 1, 2),
            WindowFunction::FirstValue => ("FIRST_VALUE(", 1, 1),
            WindowFunction::LastValue => ("LAST_VALUE(", 1, 1),
            WindowFunction::NthValue => ("NTH_VALUE(", 2, 2),
            WindowFunction::Ntile => ("NTILE(", 1, 1),
        };
        if window.args.len() < least || window.args.len() > most {
            return malformed(format!("{:?} with {} arguments", window.function, window.args.len()));
        }
        self.with_places(name, &window.args)?;
        self.over(window)
    }

    pub fn over(&mut self, window: &Window) -> Result<()> {
        self.push(" OVER (");
        let start = self.length();
        if !window.partition_by.is_empty() {
            self.push("PARTITION BY ");
            self.separated(&window.partition_by, Self::key)?;
        }
        if !window.order_by.is_empty() {
            self.push(if self.length() == start { "ORDER BY " } else { " ORDER BY " });
            self.separated(&window.order_by, Self::order)?;
        }
        if let Some(frame) = window.frame {
            self.push(if self.length() == start { "" } else { " " });
            self.frame(frame)?;
        }
        self.word(")")
    }

    fn frame(&mut self, frame: Frame) -> Result<()> {
        self.push(match (frame.unit, self.dialect.frames) {
            (FrameUnit::Rows, _) => "ROWS BETWEEN ",
            (FrameUnit::Range, _) => "RANGE BETWEEN ",
            (FrameUnit::Groups, Frames::All) => "GROUPS BETWEEN ",
            (FrameUnit::Groups, Frames::RowsRange) => return self.dialect.unsupported("GROUPS window frames"),
        });
        self.push(&bound(frame.start));
        self.push(" AND ");
        self.word(&bound(frame.end))
    }
}

fn bound(bound: FrameBound) -> String {
    match bound {
        FrameBound::UnboundedPreceding => "UNBOUNDED PRECEDING".to_owned(),
        FrameBound::Preceding(distance) => format!("{distance} PRECEDING"),
        FrameBound::CurrentRow => "CURRENT ROW".to_owned(),
        FrameBound::Following(distance) => format!("{distance} FOLLOWING"),
        FrameBound::UnboundedFollowing => "UNBOUNDED FOLLOWING".to_owned(),
    }
}
