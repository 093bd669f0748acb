//! The sector–industry mapping: the weights of industries in sectors that were in force on a day.

use crate::abi;

/// The weights of industries in sectors that were in force on a day.
///
/// Each sector has the weights released last before the execution day. If none is released yet, it has the earliest weights,
/// and [`SectorBridge::is_public`] returns false.
#[derive(Clone, Copy, Debug)]
pub struct Bridge<'a> {
    // Invariant: `starts` has one entry more than there are sectors, ascending and inside `weights`.
    pub(crate) starts: &'a [u32],
    pub(crate) weights: &'a [abi::BridgeWeight],
    pub(crate) is_public: &'a [u8],
}

/// The weights of one sector.
#[derive(Clone, Copy, Debug)]
pub struct SectorBridge<'a> {
    weights: &'a [abi::BridgeWeight],
    is_public: bool,
}

impl<'a> Bridge<'a> {
    /// Returns the weights of a sector.
    ///
    /// # Panics
    ///
    /// If the view has no sector at this position.
    #[must_use]
    pub fn of(&self, sector: usize) -> SectorBridge<'a> {
        let part = self.starts[sector] as usize..self.starts[sector + 1] as usize;
        SectorBridge { weights: &self.weights[part], is_public: self.is_public[sector] != 0 }
    }
}

impl<'a> SectorBridge<'a> {
    /// Returns positions of industries with their weights, in the order of the industries' codes.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (usize, f64)> + use<'a> {
        self.weights.iter().map(|weight| (weight.industry as usize, weight.weight))
    }

    /// Returns the share of the sector's assets that industries cover, which is the sum of the weights.
    #[must_use]
    pub fn coverage(&self) -> f64 {
        self.weights.iter().fold(0.0, |sum, weight| sum + weight.weight)
    }

    /// Returns whether the weights were public before the execution day. If not, they are the earliest ones of the dataset.
    #[must_use]
    pub fn is_public(&self) -> bool {
        self.is_public
    }
}
