//! Rules between the values of a trial, such as `momentum.skip < momentum.lookback`.
//!
//! A rule compares two sums of keys and numbers; comparisons are joined by `and` and `or`, of which `and` binds tighter. A key that makes no
//! difference to a trial, for its factor is not there, makes every comparison with it true.

use std::fmt;

use serde_json::Value;

/// A rule that trials must keep.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Rule {
    /// As it was written.
    pub(crate) text: String,
    /// Alternatives, each of comparisons that must all hold.
    any: Vec<Vec<Comparison>>,
}

#[derive(Clone, Debug, PartialEq)]
struct Comparison {
    left: Vec<Term>,
    sign: Sign,
    right: Vec<Term>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sign {
    Less,
    AtMost,
    More,
    AtLeast,
    Equal,
    Other,
}

/// A term of a sum: a number times a key, or a number alone; or a text, which stands alone.
#[derive(Clone, Debug, PartialEq)]
enum Term {
    Number(f64),
    Key(f64, String),
    Text(String),
}

/// Why a text is no rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RuleFault {
    /// What is wrong.
    pub(crate) reason: String,
}

impl fmt::Display for RuleFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Number(f64),
    Name(String),
    Text(String),
    Sign(Sign),
    Plus,
    Minus,
    Times,
    And,
    Or,
}

impl Rule {
    pub(crate) fn parse(text: &str) -> Result<Self, RuleFault> {
        let tokens = tokens(text)?;
        let mut any = Vec::new();
        for alternative in tokens.split(|token| *token == Token::Or) {
            let comparisons = alternative.split(|token| *token == Token::And).map(comparison);
            any.push(comparisons.collect::<Result<Vec<Comparison>, RuleFault>>()?);
        }
        Ok(Self { text: text.into(), any })
    }

    /// The keys that the rule asks for.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        let terms = self.any.iter().flatten().flat_map(|one| one.left.iter().chain(&one.right));
        terms.filter_map(|term| match term {
            Term::Key(_, key) => Some(key.as_str()),
            _ => None,
        })
    }

    /// Tells whether the values of a trial keep the rule; `value` gives that of a key, `None` if it makes no difference.
    pub(crate) fn holds(&self, value: &dyn Fn(&str) -> Option<Value>) -> bool {
        self.any.iter().any(|all| all.iter().all(|comparison| comparison.holds(value)))
    }
}

impl Comparison {
    fn holds(&self, value: &dyn Fn(&str) -> Option<Value>) -> bool {
        let (Some(left), Some(right)) = (worth(&self.left, value), worth(&self.right, value)) else {
            return true;
        };
        match (left, right) {
            (Worth::Number(left), Worth::Number(right)) => match self.sign {
                Sign::Less => left < right,
                Sign::AtMost => left <= right,
                Sign::More => left > right,
                Sign::AtLeast => left >= right,
                Sign::Equal => left == right,
                Sign::Other => left != right,
            },
            (left, right) => match self.sign {
                Sign::Equal => left == right,
                Sign::Other => left != right,
                // Texts are not ordered, and no sum is a text.
                _ => false,
            },
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Worth {
    Number(f64),
    Text(String),
}

fn worth(sum: &[Term], value: &dyn Fn(&str) -> Option<Value>) -> Option<Worth> {
    let mut total = 0.0;
    for term in sum {
        match term {
            Term::Number(number) => total += number,
            Term::Text(text) => return Some(Worth::Text(text.clone())),
            Term::Key(times, key) => match value(key)? {
                Value::Number(number) => total += times * number.as_f64()?,
                other => return Some(Worth::Text(rotor_run::sweep::label(&other))),
            },
        }
    }
    Some(Worth::Number(total))
}

fn tokens(text: &str) -> Result<Vec<Token>, RuleFault> {
    let fault = |reason: String| RuleFault { reason };
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let take = |n: usize| (&rest[..n], rest[n..].trim_start());
        let signs = [
            ("<=", Sign::AtMost),
            (">=", Sign::AtLeast),
            ("==", Sign::Equal),
            ("!=", Sign::Other),
            ("<", Sign::Less),
            (">", Sign::More),
        ];
        if let Some((sign, token)) = signs.iter().find(|(sign, _)| rest.starts_with(sign)) {
            tokens.push(Token::Sign(*token));
            rest = take(sign.len()).1;
            continue;
        }
        let (token, after) = match first {
            '+' => (Token::Plus, take(1).1),
            '-' => (Token::Minus, take(1).1),
            '*' => (Token::Times, take(1).1),
            '\'' | '"' => {
                let end =
                    rest[1..].find(first).ok_or_else(|| fault(format!("the text {rest} does not end")))?;
                (Token::Text(rest[1..=end].into()), rest[end + 2..].trim_start())
            }
            digit if digit.is_ascii_digit() => {
                let end = rest.find(|one: char| !one.is_ascii_digit() && one != '.').unwrap_or(rest.len());
                let (number, after) = take(end);
                let number = number.parse().map_err(|_| fault(format!("`{number}` is not a number")))?;
                (Token::Number(number), after)
            }
            letter if letter.is_alphabetic() || letter == '_' => {
                let is_part = |one: char| one.is_alphanumeric() || "_.".contains(one);
                let (name, after) = take(rest.find(|one| !is_part(one)).unwrap_or(rest.len()));
                let token = match name {
                    "and" => Token::And,
                    "or" => Token::Or,
                    name => Token::Name(name.into()),
                };
                (token, after)
            }
            other => return Err(fault(format!("`{other}` is no part of a rule"))),
        };
        tokens.push(token);
        rest = after;
    }
    Ok(tokens)
}

fn comparison(tokens: &[Token]) -> Result<Comparison, RuleFault> {
    let mut signs = tokens.iter().enumerate().filter_map(|(place, token)| match token {
        Token::Sign(sign) => Some((place, *sign)),
        _ => None,
    });
    let (Some((place, sign)), None) = (signs.next(), signs.next()) else {
        return Err(RuleFault {
            reason: "a rule compares two sides, as in `a < b`; join several by `and` or `or`".into(),
        });
    };
    Ok(Comparison { left: sum(&tokens[..place])?, sign, right: sum(&tokens[place + 1..])? })
}

fn sum(mut tokens: &[Token]) -> Result<Vec<Term>, RuleFault> {
    let fault =
        || RuleFault { reason: "a side of a rule is a sum of keys and numbers, such as `2 * a + 1`".into() };
    if let [Token::Text(text)] = tokens {
        return Ok(vec![Term::Text(text.clone())]);
    }
    let mut terms = Vec::new();
    loop {
        let mut factor = 1.0;
        while let Some((token @ (Token::Plus | Token::Minus), after)) = tokens.split_first() {
            factor = if *token == Token::Minus { -factor } else { factor };
            tokens = after;
        }
        let mut key = None;
        loop {
            let (token, after) = tokens.split_first().ok_or_else(fault)?;
            match token {
                Token::Number(number) => factor *= number,
                Token::Name(name) if key.is_none() => key = Some(name.clone()),
                _ => return Err(fault()),
            }
            let Some((Token::Times, after)) = after.split_first() else {
                tokens = after;
                break;
            };
            tokens = after;
        }
        terms.push(key.map_or(Term::Number(factor), |key| Term::Key(factor, key)));
        match tokens.first() {
            None => return Ok(terms),
            Some(Token::Plus | Token::Minus) => {}
            Some(_) => return Err(fault()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn holds(rule: &str) -> bool {
        let values = json!({ "a": 3, "b": 5.0, "m.skip": 1, "word": "rank" });
        Rule::parse(rule).unwrap().holds(&|key| values.get(key).cloned())
    }

    #[test]
    fn rules_say_what_they_say() {
        for rule in [
            "a < b",
            "a + 2 <= b",
            "2 * a - b == 1",
            "-a > -b",
            "m.skip < a and a < b",
            "a > b or word == 'rank'",
            "word != \"equal\"",
            // Neither is there.
            "gone < 0",
        ] {
            assert!(holds(rule), "{rule}");
        }
        for rule in ["a > b", "a < b and b < a", "word == 'equal'", "word < 'z'", "a == 'rank'"] {
            assert!(!holds(rule), "{rule}");
        }
    }

    #[test]
    fn what_is_no_rule_is_refused() {
        for text in [
            "",
            "a",
            "a < b < c",
            "a <",
            "a b < 1",
            "a % 2 == 0",
            "'open < 1",
            "a * * 2 < 1",
            "1.2.3 < a",
            "a < b and",
        ] {
            assert!(Rule::parse(text).is_err(), "{text}");
        }
        let rule = Rule::parse("m.skip < a").unwrap();
        assert_eq!(rule.keys().collect::<Vec<_>>(), ["m.skip", "a"]);
    }
}
