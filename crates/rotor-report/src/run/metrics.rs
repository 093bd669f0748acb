//! `metrics.json` read by path: figures and estimates with the reason where there is none.

use serde_json::Value;

/// A place in `metrics.json`; nothing where the path leads nowhere.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node<'a>(Option<&'a Value>);

/// A number and the count of what it was made of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Figure<'a> {
    pub(super) value: Option<f64>,
    pub(super) n: u64,
    /// Why there is no number, or no interval.
    pub(super) reason: &'a str,
}

/// A number that stands for a true one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Estimate<'a> {
    pub(super) figure: Figure<'a>,
    pub(super) interval: Option<(f64, f64)>,
    pub(super) p_value: Option<f64>,
    /// The true value that a test at 5% finds in four cases of five.
    pub(super) detectable: Option<f64>,
}

/// On which side of zero an interval lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Above,
    Below,
    Holds,
}

impl<'a> Node<'a> {
    pub(super) fn new(metrics: &'a Value) -> Self {
        Self(Some(metrics))
    }

    /// Follows keys downwards.
    pub(super) fn at(self, path: &[&str]) -> Self {
        Self(path.iter().try_fold(self.0, |node, key| Some(node?.get(key))).flatten())
    }

    /// Tells whether there is an object or a list.
    pub(super) fn is_there(self) -> bool {
        self.0.is_some_and(|node| node.is_object() || node.is_array())
    }

    pub(super) fn entries(self) -> impl Iterator<Item = (&'a str, Self)> {
        let entries = self.0.and_then(Value::as_object);
        entries.into_iter().flatten().map(|(key, value)| (key.as_str(), Self(Some(value))))
    }

    pub(super) fn items(self) -> impl Iterator<Item = Self> {
        let items = self.0.and_then(Value::as_array);
        items.into_iter().flatten().map(|value| Self(Some(value)))
    }

    pub(super) fn number(self, path: &[&str]) -> Option<f64> {
        self.at(path).0?.as_f64().filter(|value| value.is_finite())
    }

    pub(super) fn count(self, path: &[&str]) -> u64 {
        self.at(path).0.and_then(Value::as_u64).unwrap_or(0)
    }

    pub(super) fn flag(self, key: &str) -> Option<bool> {
        self.at(&[key]).0?.as_bool()
    }

    pub(super) fn text(self, path: &[&str]) -> Option<&'a str> {
        self.at(path).0?.as_str()
    }

    /// The sentences of a list.
    pub(super) fn texts(self, path: &[&str]) -> Vec<&'a str> {
        self.at(path).items().filter_map(|item| item.0?.as_str()).collect()
    }

    pub(super) fn figure(self, path: &[&str]) -> Figure<'a> {
        let node = self.at(path);
        let reason = node.text(&["reason"]).unwrap_or(match node.0 {
            Some(_) => "no reason given",
            None => "`metrics.json` does not have it",
        });
        Figure { value: node.number(&["value"]), n: node.count(&["n"]), reason }
    }

    pub(super) fn estimate(self, path: &[&str]) -> Estimate<'a> {
        let node = self.at(path);
        let mut ends = node.at(&["interval"]).items().map(|end| end.number(&[]));
        Estimate {
            figure: node.figure(&[]),
            interval: ends.next().flatten().zip(ends.next().flatten()),
            p_value: node.number(&["p_value"]),
            detectable: node.number(&["minimum_detectable"]),
        }
    }
}

impl Estimate<'_> {
    /// Returns on which side of zero the interval lies; `None` without one.
    pub(super) fn side(&self) -> Option<Side> {
        self.figure.value?;
        let (low, high) = self.interval?;
        Some(if low > 0.0 {
            Side::Above
        } else if high < 0.0 {
            Side::Below
        } else {
            Side::Holds
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_not_there_has_a_reason() {
        let metrics = json!({
            "a": { "value": 1.5, "n": 7, "interval": [0.5, 2.5], "p_value": 0.01, "minimum_detectable": 1.0 },
            "b": { "value": 1.5, "n": 2, "interval": null, "reason": "2 values where 8 are needed" },
            "c": { "value": null, "n": 0, "reason": "none" },
        });
        let node = Node::new(&metrics);
        let a = node.estimate(&["a"]);
        assert_eq!((a.figure.value, a.interval, a.side()), (Some(1.5), Some((0.5, 2.5)), Some(Side::Above)));
        let b = node.estimate(&["b"]);
        assert_eq!(
            (b.figure.value, b.side(), b.figure.reason),
            (Some(1.5), None, "2 values where 8 are needed")
        );
        assert_eq!(node.figure(&["c"]).reason, "none");
        assert_eq!(node.figure(&["x", "y"]).reason, "`metrics.json` does not have it");
    }
}
