//! A sweep: thousands of settings on shared scores, as a value and as a folder; nothing here computes.
//!
//! `plan.json` says what is tried, `parts` hold what is computed so far, and `sweep.json` with the tables beside it is what the merge of
//! all parts gives.

mod folder;
mod part;
mod picked;
mod plan;
mod record;
mod rows;
mod scores;
mod statistics;
mod table;

pub use folder::{
    SWEEP_FILE, Sweep, SweepFolderError, SweepSummary, read_plan, read_sweep, read_sweep_summary, write_plan,
    write_sweep,
};
pub use part::{Part, PartError, PartFactor, PartFile, PartRow, read_part, write_part};
pub use picked::{HoldoutResult, PICKED_FILE, Picked, read_picked, write_picked};
pub use plan::{
    AsText, Axis, Condition, DataRecord, Holdout, PickRule, PlannedTrial, SWEEP_FORMAT, SweepPlan,
    WalkForwardRule, label,
};
pub use record::{PLAN_FILE, SweepRecord};
pub use rows::{MonthReturn, SweepTrial, TrialMetrics, TrialResult, TrialReturns};
pub use scores::{KeptDay, KeptScores, SectorScores, keep_scores, kept_scores};
pub use statistics::{
    AlikeTrials, AxisEffect, CommonMonths, ConditionSummary, Counts, Distribution, Edge, FactorEvidence,
    FactorTest, FanMonth, Level, MissedDesign, OddMonths, PairEffect, StepDownSummary, SweepOverfitting,
    SweepStatistics, WalkForward, WalkForwardChoice, WalkForwardMonth,
};
