//! What an entity of a dataset can be, and what a series can measure.

/// Declares an enum whose values are words of the dataset format.
#[doc(hidden)]
#[macro_export]
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vmeta])* $variant,)+ }

        impl $name {
            /// Every value, in the order of the documentation.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];
            /// Every word, in the same order.
            pub const WORDS: &[&str] = &[$($word,)+];

            /// Returns the word that stands for this value in a dataset.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::UnknownWord;

            fn from_str(word: &str) -> Result<Self, $crate::UnknownWord> {
                match word {
                    $($word => Ok(Self::$variant),)+
                    _ => Err($crate::UnknownWord { known: Self::WORDS }),
                }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.pad(self.word())
            }
        }
    };
}
pub(crate) use words;

words! {
    /// What an entity is.
    EntityKind {
        /// A sector that can be scored and held.
        Sector = "sector",
        /// An industry of the statistical office, the source of profits in the bridge.
        Industry = "industry",
        /// An index that results are compared with.
        Benchmark = "benchmark",
        /// The market as a whole: consumer prices and linked series belong to it.
        Market = "market",
    }
}

words! {
    /// Where in the economy a sector stands.
    Group {
        /// Raw materials and energy.
        Upstream = "upstream",
        /// Machinery, equipment, components.
        Midstream = "midstream",
        /// Consumption.
        Downstream = "downstream",
        /// Transport, retail and other services.
        Services = "services",
        /// Banks, other financials, real estate.
        Financial = "financial",
        /// Technology, media, telecommunications.
        Tmt = "tmt",
        /// What fits none of the others.
        Other = "other",
    }
}

words! {
    /// What a series measures, as its dataset says.
    Measure {
        /// A price.
        Price = "price",
        /// A quantity that is made, sold or moved.
        Volume = "volume",
        /// A quantity that lies in stores.
        Stock = "stock",
        /// A share of something, such as of a capacity in use.
        Rate = "rate",
        /// The answers of people who were asked, such as a purchasing managers' index.
        Survey = "survey",
        /// Money or holdings that move.
        Flow = "flow",
        /// A growth on the year before: the value itself is a change.
        Growth = "growth",
    }
}
